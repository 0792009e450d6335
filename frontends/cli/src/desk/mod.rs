//! The cashier's half of the command line: it asks the office over its API, as the window does, and
//! runs the bank packs. It never sees the database.

mod accounts;
mod books;
mod csv;
mod failure;
mod keys;
mod matching;
mod orders;
mod output;
mod parse;
mod payout_list;
mod payouts;
mod people;
mod plugins;
mod published;
mod queue;
mod rates;
mod rules;
mod statement;
mod status;
mod suspense;
mod transfer_file;
mod write;

use std::io::ErrorKind;
use std::path::PathBuf;

use clap::{Args, Subcommand};
use kantor_desk::{DeskConfig, DeskSettings, InstalledPacks, Office, Queue, Sight};

pub(crate) use self::failure::Failure;

/// What a cashier can ask for.
#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Bank statements: look into a file, import files, watch a folder
    #[command(subcommand)]
    Statement(statement::Command),
    /// Match statement files with a list of open orders, without an office
    Match(matching::Match),
    /// Orders: list, show, and what can be done with one at its stage
    #[command(subcommand)]
    Orders(orders::Command),
    /// Payouts and the transfer files that carry them
    #[command(subcommand)]
    Payouts(payouts::Command),
    /// Payments whose owner is not known
    #[command(subcommand)]
    Suspense(suspense::Command),
    /// The office's bank accounts
    #[command(subcommand)]
    Accounts(accounts::Command),
    /// Balances, position, cover of customers' money and results, at a glance
    Books(books::Command),
    /// The currencies that the office trades
    #[command(subcommand)]
    Currencies(accounts::CurrencyCommand),
    /// The rate table
    #[command(subcommand)]
    Rates(rates::Command),
    /// The office's rules: show them, try others, put others in force
    #[command(subcommand)]
    Rules(rules::Command),
    /// Customers who cannot come in, and who must not
    #[command(subcommand)]
    People(people::Command),
    /// Acts that wait until the office can be seen: list them, send them, drop one
    #[command(subcommand)]
    Queue(queue::Command),
    /// The keys of desks and panels: list, add, rotate, revoke
    #[command(subcommand)]
    Tokens(keys::Command),
    /// Bank packs: which there are, and whether they can be used
    #[command(subcommand)]
    Plugins(plugins::Command),
}

/// Does what was asked for. A reader that closes the pipe early (`| head`) has what it wanted.
pub(crate) fn run(command: &Command) -> Result<(), Failure> {
    match act(command) {
        Err(Failure::Output(error)) if error.kind() == ErrorKind::BrokenPipe => Ok(()),
        outcome => outcome,
    }
}

fn act(command: &Command) -> Result<(), Failure> {
    match command {
        Command::Statement(command) => statement::run(command),
        Command::Match(asked) => matching::run(asked),
        Command::Orders(command) => orders::run(command),
        Command::Payouts(command) => payouts::run(command),
        Command::Suspense(command) => suspense::run(command),
        Command::Accounts(command) => accounts::run(command),
        Command::Books(command) => books::run(command),
        Command::Currencies(command) => accounts::run_currencies(command),
        Command::Rates(command) => rates::run(command),
        Command::Rules(command) => rules::run(command),
        Command::People(command) => people::run(command),
        Command::Queue(command) => queue::run(command),
        Command::Tokens(command) => keys::run(command),
        Command::Plugins(command) => plugins::run(command),
    }
}

/// Where the office is, and how its answers are shown.
#[derive(Debug, Args)]
pub(crate) struct Desk {
    /// The configuration; its desk section says where the office is
    #[arg(long, value_name = "FILE", default_value = "kantor.toml")]
    config: PathBuf,
    /// The office's address [instead of the configuration's]
    #[arg(long, value_name = "URL")]
    url: Option<String>,
    /// The file with the token [instead of the configuration's]
    #[arg(long, value_name = "FILE")]
    token_file: Option<PathBuf>,
    /// One JSON object a line, for programs
    #[arg(long)]
    pub(crate) json: bool,
    /// Keep the act until the office can be seen, if it cannot be seen now (see `kantor queue`); only
    /// what stays right when it comes later
    #[arg(long)]
    pub(crate) queue: bool,
}

impl Desk {
    /// What the options and the configuration say. The file may be missing when the options say
    /// where the office is.
    pub(crate) fn config(&self) -> Result<DeskConfig, Failure> {
        let options = DeskSettings {
            url: self.url.clone(),
            token_file: self.token_file.clone(),
            ..DeskSettings::default()
        };
        Ok(options.over(&self.config)?)
    }

    /// The office of the configuration, for what is decided when the office can be seen.
    pub(crate) fn office(&self) -> Result<Office, Failure> {
        if self.queue {
            return Err(Failure::Asked(
                "this cannot wait: decide it when the office can be seen. What can wait is                  `statement import` and `undo`, `orders cancel` and `refund`, `suspense allocate`                  and `book`"
                    .to_owned(),
            ));
        }
        Ok(Office::of(&self.config()?)?)
    }

    /// The office with the queue of this desk, for what may wait.
    pub(crate) fn office_and_queue(&self) -> Result<(Office, Queue), Failure> {
        Ok((Office::of(&self.config()?)?, self.queue()?))
    }

    /// The queue of this desk.
    pub(crate) fn queue(&self) -> Result<Queue, Failure> {
        Queue::of(&self.config()?).ok_or_else(|| {
            Failure::Asked(
                "this desk has no folder for its queue; write `queue` under [desk] in kantor.toml"
                    .to_owned(),
            )
        })
    }

    /// Remembers what the office showed, so that acts can be decided on it when the office cannot be
    /// seen. Where that fails, what was asked for was done all the same.
    pub(crate) fn saw(&self, office: &Office, sight: Sight<'_>) {
        // Without a folder for a queue there is nothing to remember it for.
        let queue = self.queue().ok();
        if let Some(Err(error)) = queue.map(|queue| queue.remember(office, sight)) {
            eprintln!(
                "what was seen is not remembered, so no act can wait for the office: {error}"
            );
        }
    }

    /// The bank packs of the configuration.
    pub(crate) fn packs(&self) -> Result<InstalledPacks, Failure> {
        Ok(InstalledPacks::find(self.config()?.packs.as_deref()))
    }
}
