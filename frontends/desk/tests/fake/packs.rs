//! A stand-in for bank packs: reads lines `account currency number opening closing`, then
//! `amount title` for each entry; an amount that is not one is a fatal complaint.

use std::borrow::Cow;
use std::io::Read;

use kantor_desk::{BankPacks, Hints, PackFailure, ReadBy, Written};
use kantor_model::{
    AccountNumber, Balance, Batch, Complaint, Currency, Date, Entry, EntryStatus, Format, Money,
    Place, Severity, StatementFoot, StatementHead, StatementSink,
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
    fn read(
        &self,
        source: &mut (dyn Read + Send),
        _bank: Option<&str>,
        hints: Hints<'_>,
        sink: &mut dyn StatementSink,
    ) -> Result<ReadBy, PackFailure> {
        let mut text = String::new();
        source
            .read_to_string(&mut text)
            .map_err(|error| PackFailure::new(PackFailure::FAILED, error.to_string()))?;
        if !text.starts_with("PL") {
            return Err(PackFailure::new(
                PackFailure::NOT_RECOGNISED,
                "no pack recognises it",
            ));
        }
        let mut foot = None;
        for (index, line) in text.lines().enumerate() {
            let place = Place {
                line: index as u32 + 1,
                column: 1,
            };
            if line.starts_with("PL") {
                if let Some(foot) = foot.take() {
                    let _ = sink.end(foot);
                }
                let (mut head, closing) = head(line, place);
                // `PL` alone is a file that does not name its account.
                head.account = head.account.filter(|account| account.as_str() != "PL");
                head.account = head
                    .account
                    .or_else(|| AccountNumber::from_file(hints.account?));
                let _ = sink.begin(head);
                foot = Some(closing);
                continue;
            }
            let (amount, title) = line.split_once(' ').unwrap_or((line, ""));
            let _ = match Money::parse(amount, Currency::PLN) {
                Ok(amount) => sink.entry(&entry(amount, title, place).view()),
                Err(error) => sink.complaint(Complaint {
                    place,
                    code: Cow::Borrowed("amount-unreadable"),
                    severity: Severity::Fatal,
                    message: error.to_string(),
                    excerpt: line.to_owned(),
                }),
            };
        }
        let _ = sink.end(foot.unwrap_or_default());
        Ok(ReadBy {
            pack: pack(),
            why: "it begins with PL".to_owned(),
            opinions: Vec::new(),
        })
    }

    fn write(
        &self,
        batch: &Batch,
        bank: Option<&str>,
        _format: Option<&str>,
    ) -> Result<Written, PackFailure> {
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
            notices: Vec::new(),
        })
    }
}

fn date() -> Date {
    "2026-11-23".parse().expect("a date")
}

fn head(line: &str, place: Place) -> (StatementHead, StatementFoot) {
    let words: Vec<&str> = line.split(' ').collect();
    let [account, currency, number, opening, closing] = words.as_slice() else {
        panic!("a head has five words: {line}");
    };
    let currency = Currency::from_code(currency).expect("a currency");
    let balance = |text: &str| Balance {
        amount: Money::parse(text, currency).expect("a balance"),
        date: date(),
    };
    let head = StatementHead {
        format: Format::Mt940,
        bank: None,
        account: Some(AccountNumber::from_file(account).expect("an account")),
        currency,
        number: Some((*number).to_owned()),
        opening: Some(balance(opening)),
        place,
    };
    let foot = StatementFoot {
        closing: Some(balance(closing)),
        available: None,
    };
    (head, foot)
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
        original: None,
        charges: None,
        return_reason: None,
        parts: Vec::new(),
        reversal: false,
        status: EntryStatus::Booked,
        place,
    }
}
