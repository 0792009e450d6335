//! The JSON of api.nbp.pl.
//!
//! Every value is taken as the text that stands in the file (`RawValue`): a rate never passes
//! through a floating-point number, a number where a text should stand is still read, and whatever
//! is wrong with one value is said about that value.

use serde::Deserialize;
use serde_json::value::RawValue;

use super::RateSheet;
use super::complaints::{Problem, Report};
use super::draft::{Cell, Draft, Row, Told};

/// A table (`/tables/...`), or one currency on several days (`/rates/...`).
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Table<'a> {
    #[serde(borrow, default)]
    table: Option<&'a RawValue>,
    #[serde(borrow, default)]
    no: Option<&'a RawValue>,
    #[serde(borrow, default)]
    effective_date: Option<&'a RawValue>,
    #[serde(borrow, default)]
    trading_date: Option<&'a RawValue>,
    #[serde(borrow, default)]
    currency: Option<&'a RawValue>,
    #[serde(borrow, default)]
    code: Option<&'a RawValue>,
    #[serde(borrow, default)]
    rates: Vec<Line<'a>>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Line<'a> {
    #[serde(borrow, default)]
    no: Option<&'a RawValue>,
    #[serde(borrow, default)]
    effective_date: Option<&'a RawValue>,
    #[serde(borrow, default)]
    trading_date: Option<&'a RawValue>,
    #[serde(borrow, default)]
    currency: Option<&'a RawValue>,
    #[serde(borrow, default)]
    code: Option<&'a RawValue>,
    #[serde(borrow, default)]
    mid: Option<&'a RawValue>,
    #[serde(borrow, default)]
    bid: Option<&'a RawValue>,
    #[serde(borrow, default)]
    ask: Option<&'a RawValue>,
}

/// The sheets of a file.
pub(super) fn sheets(bytes: &[u8], report: &mut Report<'_>) -> Vec<RateSheet> {
    let text = match std::str::from_utf8(bytes) {
        Ok(text) => text,
        Err(error) => {
            report.say(error.valid_up_to(), &Problem::Text, String::new());
            return Vec::new();
        }
    };
    let tables = if text.trim_ascii_start().starts_with('[') {
        serde_json::from_str::<Vec<Table<'_>>>(text)
    } else {
        serde_json::from_str::<Table<'_>>(text).map(|table| vec![table])
    };
    match tables {
        Ok(tables) => tables
            .iter()
            .flat_map(|table| table.drafts(text))
            .filter_map(|draft| draft.settle(report))
            .collect(),
        Err(error) => {
            let offset = offset(text, error.line(), error.column());
            let reason = error.to_string();
            let reason = reason.split(" at line ").next().unwrap_or_default();
            let problem = Problem::Json {
                reason: reason.to_owned(),
            };
            report.say(offset, &problem, String::new());
            Vec::new()
        }
    }
}

impl<'a> Table<'a> {
    /// A table is one sheet; of a series each line is one.
    fn drafts(&self, text: &'a str) -> Vec<Draft<'a>> {
        let cell = |raw: &Option<&'a RawValue>| raw.map(|raw| cell(raw, text));
        let at = self
            .rates
            .first()
            .and_then(|line| line.code.or(line.no).or(line.mid))
            .or(self.table)
            .map_or(0, |raw| offset_of(raw, text));
        let table = Told::Nbp(cell(&self.table));
        let row = |line: &Line<'a>| Row {
            name: cell(&line.currency.or(self.currency)),
            code: cell(&line.code.or(self.code)),
            units: None,
            mid: cell(&line.mid),
            bid: cell(&line.bid),
            ask: cell(&line.ask),
        };
        if self.code.is_none() {
            return vec![Draft {
                table,
                number: cell(&self.no),
                effective: cell(&self.effective_date),
                trading: cell(&self.trading_date),
                rows: self.rates.iter().map(row).collect(),
                at: at.into(),
            }];
        }
        let series = self.rates.iter().map(|line| Draft {
            table: table.clone(),
            number: cell(&line.no),
            effective: cell(&line.effective_date),
            trading: cell(&line.trading_date),
            rows: vec![row(line)],
            at: line
                .no
                .or(line.mid)
                .map_or(at, |raw| offset_of(raw, text))
                .into(),
        });
        series.collect()
    }
}

/// The value's text: of a string what it says, of anything else what stands there.
fn cell<'a>(raw: &'a RawValue, text: &'a str) -> Cell<'a> {
    let written = raw.get();
    let said = serde_json::from_str::<String>(written);
    Cell {
        text: said.map_or(written.into(), Into::into),
        at: offset_of(raw, text).into(),
    }
}

/// Where the value stands: it is borrowed from the text.
fn offset_of(raw: &RawValue, text: &str) -> usize {
    (raw.get().as_ptr() as usize).saturating_sub(text.as_ptr() as usize)
}

/// The byte of a line and a column that count from 1, the column in bytes.
fn offset(text: &str, line: usize, column: usize) -> usize {
    let starts = memchr::memchr_iter(b'\n', text.as_bytes()).map(|end| end + 1);
    let start = std::iter::once(0)
        .chain(starts)
        .nth(line.saturating_sub(1))
        .unwrap_or(text.len());
    (start + column.saturating_sub(1)).min(text.len())
}
