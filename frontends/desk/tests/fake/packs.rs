//! A stand-in for bank packs: reads lines `account currency number opening closing`, then
//! `amount title` for each entry; an amount that is not one is a fatal complaint.

use std::borrow::Cow;
use std::fs;
use std::path::Path;

use kantor_desk::{BankPacks, PackFailure, Reading, Written};
use kantor_model::{
    AccountNumber, Balance, Batch, Collected, Complaint, Currency, Date, Entry, EntryStatus,
    Format, Money, Place, Severity, Statement, StatementFoot, StatementHead,
};
use kantor_wire::PackUsed;

#[derive(Clone, Copy)]
pub struct FakePacks;

fn pack() -> PackUsed {
    PackUsed {
        id: "fake".to_owned(),
        version: "1.0.0".to_owned(),
        sandbox: false,
    }
}

impl BankPacks for FakePacks {
    fn read(&self, file: &Path, _bank: Option<&str>) -> Result<Reading, PackFailure> {
        let text = fs::read_to_string(file).map_err(|error| PackFailure(error.to_string()))?;
        if !text.starts_with("PL") {
            return Err(PackFailure("no pack recognises it".to_owned()));
        }
        let mut collected = Collected::default();
        for (index, line) in text.lines().enumerate() {
            let place = Place {
                line: index as u32 + 1,
                column: 1,
            };
            if line.starts_with("PL") {
                collected.statements.push(statement(line, place));
            } else {
                let (amount, title) = line.split_once(' ').unwrap_or((line, ""));
                match Money::parse(amount, Currency::PLN) {
                    Ok(amount) => {
                        let open = collected.statements.last_mut().expect("a head");
                        open.entries.push(entry(amount, title, place));
                    }
                    Err(error) => collected.complaints.push(Complaint {
                        place,
                        code: Cow::Borrowed("amount-unreadable"),
                        severity: Severity::Fatal,
                        message: error.to_string(),
                        excerpt: line.to_owned(),
                    }),
                }
            }
        }
        Ok(Reading {
            pack: pack(),
            collected,
        })
    }

    fn write(&self, batch: &Batch, bank: Option<&str>) -> Result<Written, PackFailure> {
        let mut text = format!("{} {} {:?}\n", batch.debit_account, batch.date, bank);
        for transfer in &batch.transfers {
            text.push_str(&format!(
                "{} {} {}\n",
                transfer.amount, transfer.payee_account, transfer.title
            ));
        }
        Ok(Written {
            pack: pack(),
            format: "elixir0".to_owned(),
            bytes: text.into_bytes(),
        })
    }
}

fn date() -> Date {
    "2026-11-23".parse().expect("a date")
}

fn statement(line: &str, place: Place) -> Statement {
    let words: Vec<&str> = line.split(' ').collect();
    let [account, currency, number, opening, closing] = words.as_slice() else {
        panic!("a head has five words: {line}");
    };
    let currency = Currency::from_code(currency).expect("a currency");
    let balance = |text: &str| Balance {
        amount: Money::parse(text, currency).expect("a balance"),
        date: date(),
    };
    Statement {
        head: StatementHead {
            format: Format::Mt940,
            bank: None,
            account: AccountNumber::from_file(account).expect("an account"),
            currency,
            number: Some((*number).to_owned()),
            opening: Some(balance(opening)),
            place,
        },
        entries: Vec::new(),
        foot: StatementFoot {
            closing: Some(balance(closing)),
            available: None,
        },
    }
}

fn entry(amount: Money, title: &str, place: Place) -> Entry {
    Entry {
        value_date: Some(date()),
        booking_date: Some(date()),
        amount,
        transaction_code: None,
        bank_reference: None,
        customer_reference: None,
        counterparty: kantor_model::Counterparty::default(),
        remittance: Some(title.to_owned()),
        reversal: false,
        status: EntryStatus::Booked,
        place,
    }
}
