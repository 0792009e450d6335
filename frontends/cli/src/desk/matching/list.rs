//! A list of open orders as a table of comma-separated values, row by row.

use std::fmt;
use std::io::{self, BufRead};

use csv_core::{ReadRecordResult, Reader};
use kantor_model::{Currency, Date, Moment, Money};

/// The titles that the list has to have, in any order; other columns are not looked at.
const TITLES: [&str; 6] = [
    "order_id",
    "reference",
    "currency",
    "amount",
    "account",
    "due_date",
];

/// So many wrong lines are named; the rest is as wrong.
const NAMED: usize = 20;

/// What is wrong with a line of the list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Wrong {
    line: u64,
    code: &'static str,
    message: String,
}

impl fmt::Display for Wrong {
    /// `line:column: code: message`; the caller puts the path before it.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:1: {}: {}", self.line, self.code, self.message)
    }
}

/// A code and a sentence.
type Said<T> = Result<T, (&'static str, String)>;

/// One row, its cells trimmed.
pub(super) struct Row<'a> {
    pub(super) id: &'a str,
    pub(super) reference: &'a str,
    currency: &'a str,
    amount: &'a str,
    pub(super) account: &'a str,
    pub(super) due: &'a str,
}

impl Row<'_> {
    /// What the order wants: something.
    pub(super) fn amount(&self) -> Said<Money> {
        let currency = Currency::from_code(self.currency)
            .map_err(|error| ("currency-unknown", error.to_string()))?;
        let amount = Money::parse(self.amount, currency)
            .map_err(|error| ("amount-unreadable", error.to_string()))?;
        if amount.is_positive() {
            return Ok(amount);
        }
        let message = format!("{amount} is no amount to wait for; it has to be more than nothing");
        Err(("amount-wrong", message))
    }
}

/// The ends of days: most rows of a list share one.
#[derive(Default)]
pub(super) struct Deadlines {
    last: Option<(String, Moment)>,
}

impl Deadlines {
    /// The last minute of a day in Poland; for ever, where no day is given.
    pub(super) fn of(&mut self, day: &str) -> Said<Moment> {
        if day.is_empty() {
            return Ok(Moment::from_micros(i64::MAX / 4));
        }
        if let Some((known, moment)) = &self.last
            && known == day
        {
            return Ok(*moment);
        }
        let date: Option<Date> = day.parse().ok();
        let moment = date.and_then(|date| Moment::from_warsaw(date, 23, 59));
        let moment = moment.ok_or_else(|| {
            let message = format!("`{day}` is not a day; write it as 2026-11-23");
            ("date-unreadable", message)
        })?;
        self.last = Some((day.to_owned(), moment));
        Ok(moment)
    }
}

/// A list that is being read.
pub(super) struct List<R> {
    source: R,
    csv: Reader,
    cells: Vec<u8>,
    ends: Vec<usize>,
    count: usize,
    /// The line that is read next.
    line: u64,
}

impl<R: BufRead> List<R> {
    /// Hands on each row. Rows without any cell are left out.
    ///
    /// # Errors
    /// What is wrong with the lines, in their order, the first twenty of them.
    pub(super) fn read(
        source: R,
        take: &mut dyn FnMut(Row<'_>) -> Said<()>,
    ) -> Result<(), Vec<Wrong>> {
        let mut list = List {
            source,
            csv: Reader::new(),
            cells: vec![0; 1024],
            ends: vec![0; 32],
            count: 0,
            line: 1,
        };
        let columns = list.titles().map_err(|wrong| vec![wrong])?;
        let mut wrongs = Vec::new();
        loop {
            let line = match list.record() {
                Ok(None) => break,
                Ok(Some(line)) => line,
                Err(error) => {
                    wrongs.push(unreadable(list.line, &error));
                    break;
                }
            };
            if let Err((code, message)) = list.row(&columns).and_then(&mut *take) {
                wrongs.push(Wrong {
                    line,
                    code,
                    message,
                });
            }
            if wrongs.len() == NAMED {
                break;
            }
        }
        if wrongs.is_empty() {
            Ok(())
        } else {
            Err(wrongs)
        }
    }

    /// Reads one record into the cells, and says in which line it begins; `None` at the end.
    fn record(&mut self) -> io::Result<Option<u64>> {
        self.skip_line_ends()?;
        let begun = self.line;
        let (mut filled, mut ended) = (0, 0);
        loop {
            let input = self.source.fill_buf()?;
            let cells = self.cells.get_mut(filled..).unwrap_or_default();
            let ends = self.ends.get_mut(ended..).unwrap_or_default();
            let (result, taken, written, fields) = self.csv.read_record(input, cells, ends);
            let read = input.get(..taken).unwrap_or_default();
            self.line += read.iter().filter(|byte| **byte == b'\n').count() as u64;
            self.source.consume(taken);
            filled += written;
            ended += fields;
            match result {
                ReadRecordResult::InputEmpty => {}
                ReadRecordResult::OutputFull => self.cells.resize(self.cells.len() * 2, 0),
                ReadRecordResult::OutputEndsFull => self.ends.resize(self.ends.len() * 2, 0),
                ReadRecordResult::Record => {
                    self.count = ended;
                    return Ok(Some(begun));
                }
                ReadRecordResult::End => return Ok(None),
            }
        }
    }

    /// Empty lines, and what is left of a line end in two signs.
    fn skip_line_ends(&mut self) -> io::Result<()> {
        loop {
            let input = self.source.fill_buf()?;
            let ends = input
                .iter()
                .take_while(|byte| matches!(byte, b'\r' | b'\n'));
            let (mut count, mut lines) = (0, 0);
            for byte in ends {
                count += 1;
                lines += u64::from(*byte == b'\n');
            }
            let is_all = count == input.len() && count > 0;
            self.line += lines;
            self.source.consume(count);
            if !is_all {
                return Ok(());
            }
        }
    }

    /// A cell of the record, trimmed; `None` where it is not there or no text.
    fn cell(&self, at: usize) -> Option<&str> {
        let end = *self.ends.get(at).filter(|_| at < self.count)?;
        let before = at.checked_sub(1).and_then(|before| self.ends.get(before));
        let bytes = self.cells.get(before.copied().unwrap_or(0)..end)?;
        std::str::from_utf8(bytes).ok().map(str::trim)
    }

    fn titles(&mut self) -> Result<Columns, Wrong> {
        // Of an empty list the count of cells is nothing, and so every title is missing.
        self.record().map_err(|error| unreadable(1, &error))?;
        let mut places = [0; TITLES.len()];
        for (place, title) in places.iter_mut().zip(TITLES) {
            let is_it = |at: &usize| {
                let cell = self.cell(*at).unwrap_or_default();
                cell.trim_start_matches('\u{feff}') == title
            };
            *place = (0..self.count).find(is_it).ok_or_else(|| Wrong {
                line: 1,
                code: "titles-missing",
                message: format!(
                    "there is no column `{title}`; the first line has to name {}, parted by commas",
                    TITLES.join(", ")
                ),
            })?;
        }
        Ok(Columns {
            places,
            count: self.count,
        })
    }

    fn row(&self, columns: &Columns) -> Said<Row<'_>> {
        if self.count != columns.count {
            let message = format!(
                "the row has {} fields, and the first line names {}; a comma in a name stands in quotes",
                self.count, columns.count
            );
            return Err(("fields-wrong", message));
        }
        let mut cells = [""; TITLES.len()];
        for (cell, place) in cells.iter_mut().zip(columns.places) {
            *cell = self.cell(place).ok_or_else(|| {
                let message = "the row is not UTF-8; save the list as UTF-8".to_owned();
                ("charset-wrong", message)
            })?;
        }
        let [id, reference, currency, amount, account, due] = cells;
        if id.is_empty() {
            let message = "the row has no order_id; findings need it to name the order".to_owned();
            return Err(("order-missing", message));
        }
        Ok(Row {
            id,
            reference,
            currency,
            amount,
            account,
            due,
        })
    }
}

/// Where the columns stand, and how many there are.
struct Columns {
    places: [usize; TITLES.len()],
    count: usize,
}

fn unreadable(line: u64, error: &io::Error) -> Wrong {
    Wrong {
        line,
        code: "unreadable",
        message: format!("the list cannot be read on ({error}); see that it is whole"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const HEAD: &str = "order_id,reference,currency,amount,account,name,due_date\n";

    /// The rows of a list as text, or what is wrong with it.
    fn read(text: &str) -> Result<Vec<String>, Vec<String>> {
        let mut rows = Vec::new();
        let mut take = |row: Row<'_>| {
            let amount = row.amount()?;
            rows.push(format!("{} {} {amount}", row.id, row.reference));
            Deadlines::default().of(row.due).map(|_| ())
        };
        List::read(text.as_bytes(), &mut take)
            .map_err(|all| all.iter().map(ToString::to_string).collect::<Vec<_>>())?;
        Ok(rows)
    }

    #[track_caller]
    fn refused(text: &str, wanted: &[&str]) {
        let found = read(text).expect_err("refused");
        assert_eq!(found.len(), wanted.len(), "{found:?}");
        for (found, wanted) in found.iter().zip(wanted) {
            assert!(found.starts_with(wanted), "{found}");
        }
    }

    #[test]
    fn columns_stand_in_any_order_and_quotes_are_read() {
        let list = "\u{feff}name,amount,currency,order_id,reference,due_date,account\r\n\
            \"Nowak, Jan\",1.50,PLN,7,EX1,2026-11-23,\r\n\r\n\"A \"\"B\"\"\",2,EUR,8,,,x\r\n";
        assert_eq!(
            read(list),
            Ok(vec!["7 EX1 1.50 PLN".to_owned(), "8  2.00 EUR".to_owned()])
        );
        assert_eq!(read(HEAD), Ok(Vec::new()));
    }

    #[test]
    fn every_wrong_line_is_named_with_its_place() {
        refused("", &["1:1: titles-missing: there is no column `order_id`"]);
        refused("order_id,reference\n", &["1:1: titles-missing: "]);
        let rows = "7,EX1,PLN,1,,,\n7,EX1,XXL,1,,,\n8,EX1,PLN,1.234,,,\n9,EX1,PLN,0,,,\n\
            10,EX1,PLN,1,,,tomorrow\n11,EX1\n,EX1,PLN,1,,,\n";
        refused(
            &format!("{HEAD}{rows}"),
            &[
                "3:1: currency-unknown: ",
                "4:1: amount-unreadable: ",
                "5:1: amount-wrong: ",
                "6:1: date-unreadable: `tomorrow`",
                "7:1: fields-wrong: the row has 2 fields",
                "8:1: order-missing: ",
            ],
        );
        let many = "x\n".repeat(100);
        assert_eq!(
            read(&format!("{HEAD}{many}")).map_err(|all| all.len()),
            Err(NAMED)
        );
    }
}
