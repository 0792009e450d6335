//! `kantor accounts` and `kantor currencies`: what the office works with.

use clap::Subcommand;
use kantor_model::Iban;
use kantor_wire::{AccountView, NewAccount, Opening};

use super::output::{print, print_json, print_list};
use super::{Desk, Failure};

/// What can be done with the office's accounts.
#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Accounts with their balances
    List {
        #[command(flatten)]
        desk: Desk,
    },
    /// Take an account into the books, from a balance on; needs the role of an administrator
    Add {
        /// The account number
        iban: String,
        /// Its currency, such as PLN
        #[arg(long)]
        currency: String,
        /// What the office calls it
        #[arg(long)]
        name: String,
        /// Also for customers of banks at which the office has no account in this currency
        #[arg(long)]
        default: bool,
        /// The booked balance from which the books go on
        #[arg(long, value_name = "AMOUNT", allow_hyphen_values = true)]
        opening: String,
        /// The day at whose end that balance held
        #[arg(long, value_name = "DATE")]
        on: kantor_model::Date,
        /// The number of the last statement before, as the bank writes it
        #[arg(long, value_name = "NUMBER")]
        last_statement: Option<String>,
        #[command(flatten)]
        desk: Desk,
    },
}

/// What can be done with currencies.
#[derive(Debug, Subcommand)]
pub(crate) enum CurrencyCommand {
    /// The currencies that are traded
    List {
        #[command(flatten)]
        desk: Desk,
    },
    /// Trade one more; needs the role of an administrator
    Add {
        /// Three letters of ISO 4217
        code: String,
        #[command(flatten)]
        desk: Desk,
    },
}

pub(crate) fn run(command: &Command) -> Result<(), Failure> {
    match command {
        Command::List { desk } => print_list(
            &desk.office()?.accounts()?,
            desk.json,
            &[
                "id",
                "number",
                "bank",
                "name",
                "currency",
                "booked",
                "available",
                "to pay out",
                "proved through",
            ],
            row,
        ),
        Command::Add {
            iban,
            currency,
            name,
            default,
            opening,
            on,
            last_statement,
            desk,
        } => {
            let iban = Iban::parse(iban).map_err(|error| Failure::Asked(error.to_string()))?;
            let account = desk.office()?.add_account(&NewAccount {
                iban: iban.to_string(),
                currency: currency.clone(),
                name: name.clone(),
                default: *default,
                opening: Opening {
                    amount: opening.clone(),
                    date: on.to_string(),
                },
                last_statement: last_statement.clone(),
            })?;
            if desk.json {
                return print_json(&account);
            }
            print(&format!("account {}: {}", account.id, account.iban))
        }
    }
}

pub(crate) fn run_currencies(command: &CurrencyCommand) -> Result<(), Failure> {
    match command {
        CurrencyCommand::List { desk } => print_list(
            &desk.office()?.currencies()?,
            desk.json,
            &["code", "name", "po polsku"],
            |currency| {
                vec![
                    currency.code.clone(),
                    currency.name_en.clone(),
                    currency.name_pl.clone(),
                ]
            },
        ),
        CurrencyCommand::Add { code, desk } => {
            let currency = desk.office()?.add_currency(code)?;
            if desk.json {
                return print_json(&currency);
            }
            print(&format!("{}: {}", currency.code, currency.name_en))
        }
    }
}

fn row(account: &AccountView) -> Vec<String> {
    vec![
        account.id.clone(),
        account.iban.clone(),
        account.bank_name.clone().unwrap_or_default(),
        account.name.clone(),
        account.currency.clone(),
        account.booked.clone(),
        account.available.clone(),
        account.waiting_payouts.clone(),
        account.proved_through.clone().unwrap_or_default(),
    ]
}
