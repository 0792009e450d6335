//! A sheet as the file writes it, before anything of it is believed.

use std::borrow::Cow;
use std::collections::BTreeSet;

use kantor_model::{Buy, Currency, Date, Direction, Rate, Sell};

use super::complaints::{Problem, Report, Spot};
use super::decimal::{exact, moved};
use super::{Price, RateSheet, SheetRate, SheetSource};

/// A text with its place.
#[derive(Clone, Debug)]
pub(super) struct Cell<'a> {
    pub(super) text: Cow<'a, str>,
    pub(super) at: Spot,
}

/// One line of a sheet.
#[derive(Clone, Debug, Default)]
pub(super) struct Row<'a> {
    pub(super) name: Option<Cell<'a>>,
    pub(super) code: Option<Cell<'a>>,
    /// For so many units (the NBP's old files); one when absent.
    pub(super) units: Option<Cell<'a>>,
    pub(super) mid: Option<Cell<'a>>,
    pub(super) bid: Option<Cell<'a>>,
    pub(super) ask: Option<Cell<'a>>,
}

/// Which letter a table has, as the file says it.
#[derive(Clone, Debug)]
pub(super) enum Told<'a> {
    /// The NBP's, with its letter where it stands.
    Nbp(Option<Cell<'a>>),
    /// The ECB's.
    Ecb,
}

/// A sheet.
#[derive(Clone, Debug)]
pub(super) struct Draft<'a> {
    pub(super) table: Told<'a>,
    pub(super) number: Option<Cell<'a>>,
    pub(super) effective: Option<Cell<'a>>,
    pub(super) trading: Option<Cell<'a>>,
    pub(super) rows: Vec<Row<'a>>,
    pub(super) at: Spot,
}

impl Draft<'_> {
    /// The sheet, unless something fatal is said about it.
    pub(super) fn settle(&self, report: &mut Report<'_>) -> Option<RateSheet> {
        let mut settler = Settler {
            report,
            whole: true,
        };
        let source = settler.source(self);
        let effective = match &self.effective {
            Some(cell) => settler.date(cell),
            None => settler.fail(self.at, &Problem::EffectiveMissing, ""),
        };
        let trading = self.trading.as_ref().and_then(|cell| settler.date(cell));
        if self.rows.is_empty() {
            settler.fail::<()>(self.at, &Problem::Empty, "");
        }
        let mut seen = BTreeSet::new();
        let mut rates = Vec::with_capacity(self.rows.len());
        for row in &self.rows {
            let Some(rate) = settler.rate(&self.table, row, self.at) else {
                continue;
            };
            if seen.insert(rate.currency) {
                rates.push(rate);
            } else if let Some(code) = &row.code {
                let currency = rate.currency;
                settler.fail::<()>(code.at, &Problem::Twice { currency }, &code.text);
            }
        }
        let whole = settler.whole;
        whole.then_some(RateSheet {
            source: source?,
            number: self.number.as_ref().map(|cell| cell.text.to_string()),
            effective: effective?,
            trading,
            rates,
        })
    }
}

struct Settler<'r, 't> {
    report: &'r mut Report<'t>,
    /// Nothing fatal was said.
    whole: bool,
}

impl Settler<'_, '_> {
    fn fail<T>(&mut self, at: Spot, problem: &Problem, excerpt: &str) -> Option<T> {
        self.whole &= !problem.is_fatal();
        self.report.say(at, problem, excerpt.to_owned());
        None
    }

    /// By the table's letter, or by the one in its number: `195/A/NBP/2026`.
    fn source(&mut self, draft: &Draft<'_>) -> Option<SheetSource> {
        let letter = match &draft.table {
            Told::Ecb => return Some(SheetSource::Ecb),
            Told::Nbp(letter) => letter,
        };
        let number = draft.number.as_ref();
        let letter = letter
            .as_ref()
            .map(|cell| (cell.text.trim(), cell.at))
            .or_else(|| Some((number?.text.split('/').nth(1)?.trim(), number?.at)));
        let (text, at) = letter.unwrap_or(("", draft.at));
        SheetSource::of_letter(text).or_else(|| {
            let problem = Problem::Table {
                text: text.to_owned(),
            };
            self.fail(at, &problem, text)
        })
    }

    fn date(&mut self, cell: &Cell<'_>) -> Option<Date> {
        let text = cell.text.trim();
        day(text).or_else(|| {
            let problem = Problem::Date {
                text: text.to_owned(),
            };
            self.fail(cell.at, &problem, text)
        })
    }

    fn rate(&mut self, table: &Told<'_>, row: &Row<'_>, sheet: Spot) -> Option<SheetRate> {
        let Some(code) = &row.code else {
            let at = row.name.as_ref().map_or(sheet, |name| name.at);
            return self.fail(at, &Problem::CodeMissing, "");
        };
        let written = code.text.trim();
        let Ok(currency) = Currency::from_code(written) else {
            let problem = Problem::CurrencyUnknown {
                code: written.to_owned(),
            };
            return self.fail(code.at, &problem, written);
        };
        let (base, quote) = match table {
            Told::Nbp(_) => (currency, Currency::PLN),
            Told::Ecb => (Currency::EUR, currency),
        };
        let places = match &row.units {
            Some(units) => self.places(units)?,
            None => 0,
        };
        let price = match (&row.mid, &row.bid, &row.ask) {
            (Some(mid), None, None) => Price::Mid(self.number(mid, places, base, quote)?),
            (None, Some(bid), Some(ask)) => {
                let bid = self.number(bid, places, base, quote);
                let ask = self.number(ask, places, base, quote);
                self.sides(bid?, ask?, code)
            }
            (None | Some(_), _, _) => {
                let problem = Problem::PriceMissing {
                    code: written.to_owned(),
                };
                return self.fail(code.at, &problem, written);
            }
        };
        Some(SheetRate {
            currency,
            name: row.name.as_ref().map(|cell| cell.text.trim().to_owned()),
            price,
        })
    }

    fn sides(&mut self, bid: Rate<Buy>, ask: Rate<Sell>, code: &Cell<'_>) -> Price {
        if bid.value() > ask.value() {
            let problem = Problem::BidAboveAsk {
                code: code.text.trim().to_owned(),
            };
            self.fail::<()>(code.at, &problem, &code.text);
        }
        Price::Sides { bid, ask }
    }

    /// For a power of ten of units: by how many places the rate is too large.
    fn places(&mut self, units: &Cell<'_>) -> Option<i32> {
        let text = units.text.trim();
        let zeros = text.strip_prefix('1').filter(|zeros| zeros.len() <= 9);
        match zeros.filter(|zeros| zeros.bytes().all(|byte| byte == b'0')) {
            Some(zeros) => i32::try_from(zeros.len()).ok(),
            None => {
                let problem = Problem::Units {
                    text: text.to_owned(),
                };
                self.fail(units.at, &problem, text)
            }
        }
    }

    fn number<D: Direction>(
        &mut self,
        cell: &Cell<'_>,
        places: i32,
        base: Currency,
        quote: Currency,
    ) -> Option<Rate<D>> {
        let text = cell.text.trim();
        let Some(value) = exact(text).and_then(|value| moved(value, -places)) else {
            let problem = Problem::Unreadable {
                text: text.to_owned(),
            };
            return self.fail(cell.at, &problem, text);
        };
        match Rate::new(value, base, quote) {
            Ok(rate) => Some(rate),
            Err(error) => self.fail(cell.at, &Problem::NotARate { error }, text),
        }
    }
}

/// `YYYY-MM-DD`, also with a time after it.
fn day(text: &str) -> Option<Date> {
    let date = text.split('T').next()?;
    let bytes = date.as_bytes();
    let shape = bytes.len() == 10
        && bytes.iter().enumerate().all(|(index, byte)| match index {
            4 | 7 => *byte == b'-',
            _ => byte.is_ascii_digit(),
        });
    let part = |from: usize, to: usize| date.get(from..to)?.parse::<i16>().ok();
    let month = i8::try_from(part(5, 7)?).ok()?;
    let last = i8::try_from(part(8, 10)?).ok()?;
    Date::new(part(0, 4)?, month, last).ok().filter(|_| shape)
}
