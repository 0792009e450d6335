//! The list of payouts that a transfer file is written from.

use std::fmt;

use kantor_model::{Abroad, Bic, Charges, Country, Currency, Date, Iban, Money, Party, Transfer};

use super::csv::rows;

/// The titles that the list must begin with.
const TITLES: [&str; 7] = [
    "order_id",
    "reference",
    "currency",
    "amount",
    "account",
    "name",
    "due_date",
];

/// The titles that may follow, in any order.
const MORE: [&str; 6] = ["street", "city", "country", "bic", "charges", "title"];

/// A list of one day.
#[derive(Debug)]
pub(super) struct PayoutList {
    /// The day on which the bank is to act.
    pub(super) date: Date,
    /// One a row, in the order of the rows.
    pub(super) transfers: Vec<Transfer>,
    /// The line of the file at which each of them begins.
    pub(super) lines: Vec<usize>,
}

/// What is wrong with a line of the list.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Wrong {
    line: usize,
    code: &'static str,
    message: String,
}

impl fmt::Display for Wrong {
    /// `line:column: code: message`; the caller puts the path before it.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:1: {}: {}", self.line, self.code, self.message)
    }
}

/// What a row says, or a code and a sentence.
type Said<T> = Result<T, (&'static str, String)>;

impl PayoutList {
    /// Reads a list; without a day all rows must have the same due date.
    ///
    /// # Errors
    /// Everything that is wrong with any row, in their order.
    pub(super) fn read(text: &str, date: Option<Date>) -> Result<PayoutList, Vec<Wrong>> {
        let wrong = |line, code, message: &str| Wrong {
            line,
            code,
            message: message.to_owned(),
        };
        let rows = rows(text).map_err(|line| {
            vec![wrong(
                line,
                "quote-open",
                "a quote is opened and never closed; close it",
            )]
        })?;
        let Some(((_, titles), rows)) = rows.split_first() else {
            return Err(vec![titles_missing()]);
        };
        let columns = Columns::of(titles).map_err(|wrong| vec![wrong])?;
        let mut list = PayoutList {
            date: date.unwrap_or_default(),
            transfers: Vec::with_capacity(rows.len()),
            lines: Vec::with_capacity(rows.len()),
        };
        let mut wrongs = Vec::new();
        let mut first = date;
        for (line, fields) in rows {
            match columns.transfer(fields) {
                Ok((transfer, due)) => {
                    list.transfers.push(transfer);
                    list.lines.push(*line);
                    let day = date.or(due);
                    match (first, day) {
                        (_, None) => wrongs.push(wrong(
                            *line,
                            "date-missing",
                            "the row has no due date; give --date for all rows",
                        )),
                        (Some(first), Some(day)) if first != day => wrongs.push(wrong(
                            *line,
                            "dates-differ",
                            &format!("the rows before are due on {first} and this one on {day}; one file has one day: split the list, or give --date"),
                        )),
                        (_, Some(day)) => first = Some(day),
                    }
                }
                Err((code, message)) => wrongs.push(wrong(*line, code, &message)),
            }
        }
        if rows.is_empty() {
            wrongs.push(wrong(
                2,
                "rows-missing",
                "the list holds no payout, so there is nothing to write",
            ));
        }
        match first {
            Some(date) if wrongs.is_empty() => Ok(PayoutList { date, ..list }),
            Some(_) | None => Err(wrongs),
        }
    }
}

fn titles_missing() -> Wrong {
    Wrong {
        line: 1,
        code: "titles-missing",
        message: format!("the list does not begin with `{}`", TITLES.join(",")),
    }
}

/// Where the columns beyond the first seven stand.
struct Columns {
    count: usize,
    more: [Option<usize>; MORE.len()],
}

impl Columns {
    fn of(titles: &[String]) -> Result<Columns, Wrong> {
        let begins = titles.len() >= TITLES.len()
            && TITLES
                .iter()
                .zip(titles)
                .all(|(wanted, have)| wanted == have);
        if !begins {
            return Err(titles_missing());
        }
        let mut columns = Columns {
            count: titles.len(),
            more: [None; MORE.len()],
        };
        for (index, title) in titles.iter().enumerate().skip(TITLES.len()) {
            let known = MORE.iter().position(|known| known == title);
            match known.and_then(|known| columns.more.get_mut(known)) {
                Some(place @ None) => *place = Some(index),
                Some(Some(_)) | None => {
                    return Err(Wrong {
                        line: 1,
                        code: "column-unknown",
                        message: format!(
                            "the column `{title}` is not known or stands twice; after the first seven there may be {}",
                            MORE.join(", ")
                        ),
                    });
                }
            }
        }
        Ok(columns)
    }

    /// One row, with its due date.
    fn transfer(&self, fields: &[String]) -> Said<(Transfer, Option<Date>)> {
        let [_, reference, currency, amount, account, name, due, ..] = fields else {
            return Err(self.miscounted(fields));
        };
        if fields.len() != self.count {
            return Err(self.miscounted(fields));
        }
        let currency = Currency::from_code(currency)
            .map_err(|error| ("currency-unknown", error.to_string()))?;
        let amount = Money::parse(amount, currency)
            .map_err(|error| ("amount-unreadable", error.to_string()))?;
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
        let [street, city, country, bic, charges, title] = self.more.map(|place| {
            let text = place.and_then(|place| fields.get(place));
            text.map(String::as_str).filter(|text| !text.is_empty())
        });
        let mut payee = party(name);
        if let Some(street) = street {
            street.clone_into(&mut payee.street);
        }
        if let Some(city) = city {
            city.clone_into(&mut payee.city);
        }
        let abroad = Abroad {
            country: country.map(country_of).transpose()?,
            bank: bic.map(bic_of).transpose()?,
            charges: charges.map(charges_of).transpose()?,
        };
        let transfer = Transfer {
            reference: reference.clone(),
            amount,
            payee,
            payee_account,
            title: title.unwrap_or(reference).to_owned(),
            abroad,
        };
        Ok((transfer, due))
    }

    fn miscounted(&self, fields: &[String]) -> (&'static str, String) {
        (
            "fields-wrong",
            format!(
                "the row has {} fields, and it must have {}",
                fields.len(),
                self.count
            ),
        )
    }
}

fn country_of(text: &str) -> Said<Country> {
    Country::parse(text).ok_or_else(|| {
        (
            "country-unknown",
            format!("`{text}` is not a country; write its two letters, such as DE"),
        )
    })
}

fn bic_of(text: &str) -> Said<Bic> {
    Bic::parse(text).map_err(|error| ("bic-wrong", error.to_string()))
}

fn charges_of(text: &str) -> Said<Charges> {
    match text {
        "SHA" => Ok(Charges::Shared),
        "OUR" => Ok(Charges::Payer),
        "BEN" => Ok(Charges::Payee),
        _ => Err((
            "charges-unknown",
            format!("`{text}` does not say who bears the charges; write SHA, OUR or BEN"),
        )),
    }
}

/// `NAME|STREET|CITY`; what is not given is empty.
pub(super) fn party(text: &str) -> Party {
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

    const TO: &str = "PL61109010140000071219812874";

    fn read(more: &str, rows: &str, date: Option<&str>) -> Result<PayoutList, Vec<String>> {
        let date = date.map(|date| date.parse().expect("a date"));
        let text = format!("{}{more}\n{rows}", TITLES.join(","));
        PayoutList::read(&text, date).map_err(|all| all.iter().map(ToString::to_string).collect())
    }

    #[test]
    fn a_list_becomes_transfers_of_one_day() {
        let rows = format!(
            "1,EX1,PLN,10.50,{TO},\"Nowak, Jan\",2026-11-23\n\n2,EX2,PLN,1,{TO},Anna|ul. X 1,2026-11-23\n"
        );
        let list = read("", &rows, None).expect("a list");
        assert_eq!(list.date.to_string(), "2026-11-23");
        assert_eq!(list.lines, [2, 4]);
        let rows: Vec<_> = list
            .transfers
            .iter()
            .map(|t| {
                (
                    t.title.as_str(),
                    t.amount.to_string(),
                    t.payee.name.as_str(),
                    t.payee.street.as_str(),
                )
            })
            .collect();
        assert_eq!(
            rows,
            [
                ("EX1", "10.50 PLN".to_owned(), "Nowak, Jan", ""),
                ("EX2", "1.00 PLN".to_owned(), "Anna", "ul. X 1")
            ]
        );
    }

    #[test]
    fn columns_for_abroad_may_follow() {
        let rows =
            "1,EX1,EUR,5,DE89370400440532013000,Jan,2026-11-23,COBADEFF,FR,OUR,Wymiana EX1\n";
        let list = read(",bic,country,charges,title", rows, None).expect("a list");
        let transfer = &list.transfers[0];
        assert_eq!(transfer.abroad.bank, Bic::parse("COBADEFF").ok());
        assert_eq!(transfer.abroad.country, Country::parse("FR"));
        assert_eq!(transfer.abroad.charges, Some(Charges::Payer));
        assert_eq!(
            (transfer.reference.as_str(), transfer.title.as_str()),
            ("EX1", "Wymiana EX1")
        );
        let empty = "1,EX1,EUR,5,DE89370400440532013000,Jan,2026-11-23,,,,\n";
        let list = read(",bic,country,charges,title", empty, None).expect("a list");
        assert_eq!(list.transfers[0].abroad, Abroad::default());
        assert_eq!(list.transfers[0].title, "EX1");
    }

    #[test]
    fn everything_that_is_wrong_is_named_with_its_line() {
        let check = |more: &str, rows: &str, wanted: &[&str]| {
            let found = read(more, rows, None).expect_err("refused");
            assert_eq!(found.len(), wanted.len(), "{found:?}");
            for (found, wanted) in found.iter().zip(wanted) {
                assert!(found.starts_with(wanted), "{found}");
            }
        };
        let good = format!("1,EX1,PLN,10.50,{TO},Jan,2026-11-23\n");
        check("", "", &["2:1: rows-missing: "]);
        check("x", &good, &["1:1: titles-missing: "]);
        check(",iban", &good, &["1:1: column-unknown: "]);
        check(",bic,bic", &good, &["1:1: column-unknown: "]);
        check(
            "",
            &format!(
                "{good}2,EX2,PLN,1O,{TO},Jan,2026-11-23\n\
                 3,EX3,PLN,1,PL62109010140000071219812874,Jan,2026-11-23\n\
                 4,EX4,XXX\n\
                 5,EX5,XQX,1,x,Jan,2026-11-23\n\
                 6,EX6,PLN,1,{TO},Jan,2026-11-24\n\
                 7,EX7,PLN,1,{TO},Jan,\n\
                 8,EX8,PLN,1,{TO},Jan,24.11.2026\n"
            ),
            &[
                "3:1: amount-unreadable: ",
                "4:1: account-wrong: ",
                "5:1: fields-wrong: ",
                "6:1: currency-unknown: ",
                "7:1: dates-differ: ",
                "8:1: date-missing: ",
                "9:1: date-unreadable: ",
            ],
        );
        check(
            ",bic,country,charges",
            &format!(
                "1,EX1,PLN,1,{TO},Jan,2026-11-23,X,,\n2,EX2,PLN,1,{TO},Jan,2026-11-23,,POL,\n\
                 3,EX3,PLN,1,{TO},Jan,2026-11-23,,,SHAR\n"
            ),
            &[
                "2:1: bic-wrong: ",
                "3:1: country-unknown: ",
                "4:1: charges-unknown: ",
            ],
        );
        check(
            "",
            &format!("1,EX1,PLN,1,{TO},\"Jan,2026-11-23"),
            &["2:1: quote-open: "],
        );
    }

    #[test]
    fn a_given_day_overrides_those_of_the_rows() {
        let rows = format!("1,EX1,PLN,1,{TO},Jan,2026-11-23\n2,EX2,PLN,1,{TO},Jan,\n");
        let list = read("", &rows, Some("2026-12-01")).expect("a list");
        assert_eq!(list.date.to_string(), "2026-12-01");
    }
}
