//! `kantor payouts write`: a transfer file from a list of payouts, without a server.

use std::fs;
use std::path::{Path, PathBuf};

use clap::Args;
use kantor_desk::{BankPacks, InstalledPacks, save_over};
use kantor_model::{Abroad, Batch, Currency, Date, Iban, Money, Party, Transfer};

use super::Failure;
use super::csv::rows;
use super::output::print;

/// The titles that the list must begin with.
const TITLES: &str = "order_id,reference,currency,amount,account,name,due_date";

/// What to write. The file depends on this alone, never on the clock.
#[derive(Debug, Args)]
pub(crate) struct Write {
    /// The format, such as elixir0
    #[arg(long)]
    format: String,
    /// The account that pays
    #[arg(long, value_name = "ACCOUNT")]
    from: String,
    /// Who pays: name, street, postal code and town
    #[arg(long, value_name = "NAME|STREET|CITY", default_value = "Kantor")]
    owner: String,
    /// The bank whose profile is followed [default: that of the paying account]
    #[arg(long, value_name = "ID")]
    bank: Option<String>,
    /// The day on which the bank is to act [default: the one due date of all rows]
    #[arg(long)]
    date: Option<Date>,
    /// The list: order_id,reference,currency,amount,account,name,due_date
    #[arg(long, value_name = "FILE.csv")]
    payouts: PathBuf,
    /// The file to write; a file of that name is replaced
    #[arg(long, value_name = "FILE")]
    out: PathBuf,
    /// The folder of the bank packs [default: the packs beside this program]
    #[arg(long, value_name = "DIR")]
    packs: Option<PathBuf>,
}

pub(crate) fn run(write: &Write) -> Result<(), Failure> {
    let text = fs::read_to_string(&write.payouts).map_err(|source| Failure::Read {
        path: write.payouts.clone(),
        source,
    })?;
    let from = Iban::parse(&write.from).map_err(|error| Failure::Asked(error.to_string()))?;
    let batch = batch(&text, &write.payouts, from, &write.owner, write.date)?;
    let packs = InstalledPacks::find(write.packs.as_deref());
    let profile = write.bank.as_deref().or_else(|| {
        from.bank()
            .map(|bank| bank.id)
            .filter(|bank| packs.writes(bank, &write.format))
    });
    let written = packs.write(&batch, profile, Some(&write.format))?;
    for notice in &written.notices {
        eprintln!("{}: {notice}", write.out.display());
    }
    save_over(&write.out, &written.bytes)?;
    print(&format!(
        "{}: {} transfers",
        write.out.display(),
        batch.transfers.len()
    ))
}

/// The batch of a list.
fn batch(
    text: &str,
    path: &Path,
    from: Iban,
    owner: &str,
    date: Option<Date>,
) -> Result<Batch, Failure> {
    let wrong = |line: usize, code: &str, what: String| {
        Failure::Asked(format!("{}:{line}:1: {code}: {what}", path.display()))
    };
    let mut lines = rows(text)
        .map_err(|line| {
            wrong(
                line,
                "quote-open",
                "a quote is opened and never closed".to_owned(),
            )
        })?
        .into_iter();
    match lines.next() {
        Some((_, titles)) if titles.join(",") == TITLES => {}
        _ => {
            return Err(wrong(
                1,
                "titles-missing",
                format!("the list does not begin with `{TITLES}`"),
            ));
        }
    }
    let mut transfers = Vec::new();
    let mut dates: Vec<Date> = Vec::new();
    for (line, fields) in lines {
        let (transfer, due) = transfer(&fields).map_err(|(code, what)| wrong(line, code, what))?;
        transfers.push(transfer);
        match due {
            Some(due) if !dates.contains(&due) => dates.push(due),
            Some(_) => {}
            None if date.is_none() => {
                return Err(wrong(
                    line,
                    "date-missing",
                    "the row has no due date; give --date for all rows".to_owned(),
                ));
            }
            None => {}
        }
    }
    let date = match (date, dates.as_slice()) {
        (Some(date), _) => date,
        (None, [date]) => *date,
        (None, []) => {
            return Err(wrong(
                2,
                "rows-missing",
                "the list holds no payout, so there is nothing to write".to_owned(),
            ));
        }
        (None, [_, ..]) => {
            return Err(wrong(
                2,
                "dates-differ",
                "the rows have different due dates; one file has one day: split the list, or give --date"
                    .to_owned(),
            ));
        }
    };
    Ok(Batch {
        debit_account: from,
        owner: party(owner),
        date,
        transfers,
    })
}

/// One row, with its due date; else a code and what is wrong.
fn transfer(fields: &[String]) -> Result<(Transfer, Option<Date>), (&'static str, String)> {
    let [_, reference, currency, amount, account, name, due] = fields else {
        return Err((
            "fields-wrong",
            format!("the row has {} fields, and it must have 7", fields.len()),
        ));
    };
    let currency =
        Currency::from_code(currency).map_err(|error| ("currency-unknown", error.to_string()))?;
    let amount =
        Money::parse(amount, currency).map_err(|error| ("amount-unreadable", error.to_string()))?;
    let payee_account =
        Iban::parse(account).map_err(|error| ("account-wrong", error.to_string()))?;
    let due = match due.as_str() {
        "" => None,
        text => Some(text.parse::<Date>().map_err(|_| {
            (
                "date-unreadable",
                format!("`{text}` is not a date; write it as 2026-11-23"),
            )
        })?),
    };
    Ok((
        Transfer {
            reference: reference.clone(),
            amount,
            payee: party(name),
            payee_account,
            title: reference.clone(),
            abroad: Abroad::default(),
        },
        due,
    ))
}

/// `NAME|STREET|CITY`; what is not given is empty.
fn party(text: &str) -> Party {
    let mut parts = text.splitn(3, '|').map(str::trim);
    let mut part = || parts.next().unwrap_or_default().to_owned();
    Party {
        name: part(),
        street: part(),
        city: part(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const FROM: &str = "PL27114020040000300201355387";
    const TO: &str = "PL61109010140000071219812874";

    fn read(rows: &str, date: Option<&str>) -> Result<Batch, String> {
        let date = date.map(|date| date.parse().expect("a date"));
        batch(
            &format!("{TITLES}\n{rows}"),
            Path::new("p.csv"),
            Iban::parse(FROM).expect("an account"),
            "Kantor|ul. Długa 5|00-238 Warszawa",
            date,
        )
        .map_err(|failure| failure.to_string())
    }

    #[test]
    fn a_list_becomes_one_batch() {
        let rows = format!(
            "1,EX1,PLN,10.50,{TO},\"Nowak, Jan\",2026-11-23\n2,EX2,PLN,1,{TO},Anna,2026-11-23\n"
        );
        let batch = read(&rows, None).expect("a batch");
        assert_eq!(batch.date.to_string(), "2026-11-23");
        assert_eq!(batch.owner.city, "00-238 Warszawa");
        let rows: Vec<_> = batch
            .transfers
            .iter()
            .map(|t| {
                (
                    t.title.as_str(),
                    t.amount.to_string(),
                    t.payee.name.as_str(),
                )
            })
            .collect();
        assert_eq!(
            rows,
            [
                ("EX1", "10.50 PLN".to_owned(), "Nowak, Jan"),
                ("EX2", "1.00 PLN".to_owned(), "Anna")
            ]
        );
    }

    #[test]
    fn what_is_wrong_is_named_with_its_line() {
        let check = |rows: &str, wanted: &str| {
            let error = read(rows, None).expect_err("refused");
            assert!(error.starts_with(wanted), "{error}");
        };
        let good = format!("1,EX1,PLN,10.50,{TO},Jan,2026-11-23\n");
        check("", "p.csv:2:1: rows-missing: ");
        check(
            &format!("{good}2,EX2,PLN,1O,{TO},Jan,2026-11-23"),
            "p.csv:3:1: amount-unreadable: ",
        );
        check(
            &format!("{good}2,EX2,PLN,1,{TO},Jan,2026-11-24"),
            "p.csv:2:1: dates-differ: ",
        );
        check(
            "1,EX1,PLN,1,PL62109010140000071219812874,Jan,2026-11-23",
            "p.csv:2:1: account-wrong: ",
        );
        check("1,EX1,XXX", "p.csv:2:1: fields-wrong: ");
        check(
            "1,EX1,XQX,1,x,Jan,2026-11-23",
            "p.csv:2:1: currency-unknown: ",
        );
        check(
            &format!("1,EX1,PLN,1,{TO},\"Jan,2026-11-23"),
            "p.csv:2:1: quote-open: ",
        );
    }

    #[test]
    fn a_given_day_overrides_those_of_the_rows() {
        let rows = format!("1,EX1,PLN,1,{TO},Jan,2026-11-23\n2,EX2,PLN,1,{TO},Jan,\n");
        let batch = read(&rows, Some("2026-12-01")).expect("a batch");
        assert_eq!(batch.date.to_string(), "2026-12-01");
    }
}
