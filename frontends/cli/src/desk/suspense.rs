//! `kantor suspense`: payments whose owner is not known.

use clap::Subcommand;
use kantor_desk::{Sight, Wish};
use kantor_wire::LineView;

use super::orders::order_id;
use super::output::{print, print_json, print_list, words};
use super::payouts::account_id;
use super::{Desk, Failure, queue};

/// What can be done with a payment whose owner is not known. A line is named by its account
/// (number or id) and its place in it, as `list` shows them.
#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Lines with the question that each asks
    List {
        #[command(flatten)]
        desk: Desk,
    },
    /// One line: why it is a question, what came near, and what was decided about lines like it
    Show {
        /// The office account of the line
        account: String,
        /// The line's place in the account
        ordinal: u64,
        #[command(flatten)]
        desk: Desk,
    },
    /// Nobody's order: book the line to a ledger account
    Book {
        /// The office account of the line
        account: String,
        /// The line's place in the account
        ordinal: u64,
        /// cover, capital, suppliers, salaries, taxes, bank-fees, or another name
        #[arg(long, value_name = "LEDGER_ACCOUNT")]
        to: String,
        /// Why
        #[arg(long)]
        reason: String,
        #[command(flatten)]
        desk: Desk,
    },
    /// The line pays an order
    Allocate {
        /// The office account of the line
        account: String,
        /// The line's place in the account
        ordinal: u64,
        /// The order's reference or id
        order: String,
        /// Why
        #[arg(long)]
        reason: String,
        #[command(flatten)]
        desk: Desk,
    },
}

pub(crate) fn run(command: &Command) -> Result<(), Failure> {
    match command {
        Command::List { desk } => {
            let office = desk.office()?;
            let lines = office.suspense()?;
            desk.saw(&office, Sight::Lines(&lines));
            print_list(&lines, desk.json, &TITLES, row)
        }
        Command::Show {
            account,
            ordinal,
            desk,
        } => show(account, *ordinal, desk),
        Command::Book {
            account,
            ordinal,
            to,
            reason,
            desk,
        } => {
            let wish = Wish::Book {
                account,
                ordinal: *ordinal,
                ledger_account: to,
                reason,
            };
            or_wait(desk, &wish, || book(account, *ordinal, to, reason, desk))
        }
        Command::Allocate {
            account,
            ordinal,
            order,
            reason,
            desk,
        } => {
            let wish = Wish::Allocate {
                account,
                ordinal: *ordinal,
                order,
                reason,
            };
            or_wait(desk, &wish, || {
                allocate(account, *ordinal, order, reason, desk)
            })
        }
    }
}

const TITLES: [&str; 7] = [
    "account", "line", "day", "amount", "from", "title", "question",
];

fn or_wait(
    desk: &Desk,
    wish: &Wish<'_>,
    now: impl FnOnce() -> Result<(), Failure>,
) -> Result<(), Failure> {
    if desk.queue {
        return queue::put_off(desk, wish);
    }
    now().map_err(Failure::may_wait)
}

fn show(account: &str, ordinal: u64, desk: &Desk) -> Result<(), Failure> {
    let office = desk.office()?;
    let accounts = office.accounts()?;
    let account = account_id(&accounts, account)?;
    let lines = office.suspense()?;
    desk.saw(&office, Sight::Accounts(&accounts));
    desk.saw(&office, Sight::Lines(&lines));
    let is_it = |line: &&LineView| line.account == account && line.ordinal == ordinal;
    let line = lines.iter().find(is_it).ok_or_else(|| {
        Failure::Asked(format!(
            "line {ordinal} of account {account} is no question; see `kantor suspense list`"
        ))
    })?;
    if desk.json {
        return print_json(line);
    }
    print(&told(line))
}

fn book(account: &str, ordinal: u64, to: &str, reason: &str, desk: &Desk) -> Result<(), Failure> {
    let office = desk.office()?;
    let account = account_id(&office.accounts()?, account)?;
    office.book(&account, ordinal, to, reason)?;
    print(&format!(
        "line {ordinal} of account {account}: booked to {to}"
    ))
}

fn allocate(
    account: &str,
    ordinal: u64,
    order: &str,
    reason: &str,
    desk: &Desk,
) -> Result<(), Failure> {
    let office = desk.office()?;
    let account = account_id(&office.accounts()?, account)?;
    let order = order_id(&office, order)?;
    let order = office.allocate(&account, ordinal, &order, reason)?;
    desk.saw(&office, Sight::Orders(std::slice::from_ref(&order)));
    if desk.json {
        return print_json(&order);
    }
    print(&format!(
        "line {ordinal} of account {account}: pays {}, which is {} now",
        order.reference, order.state
    ))
}

fn row(line: &LineView) -> Vec<String> {
    vec![
        line.account.clone(),
        line.ordinal.to_string(),
        line.booking_date
            .clone()
            .or_else(|| line.value_date.clone())
            .unwrap_or_default(),
        words().amount(&line.amount),
        line.counterparty.name.clone().unwrap_or_default(),
        line.remittance.clone().unwrap_or_default(),
        words().say(&line.question),
    ]
}

/// A line with everything that is known about it.
fn told(line: &LineView) -> String {
    let mut rows = vec![row(line).join("  ")];
    let say = |sentence| words().say(sentence);
    rows.extend(
        line.reasons
            .iter()
            .map(|reason| format!("  {}", say(reason))),
    );
    for candidate in &line.candidates {
        let failed: Vec<String> = candidate.failed.iter().map(say).collect();
        rows.push(format!(
            "  {} ({}): {} {}",
            candidate.reference,
            candidate.customer,
            say(&candidate.why),
            failed.join(" ")
        ));
    }
    for learned in &line.learned {
        rows.push(format!("  {}", say(&learned.why)));
    }
    rows.join("\n")
}
