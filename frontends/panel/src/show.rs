//! How facts look on a page, in the visitor's language.

use kantor_model::{Iban, Moment};
use kantor_wire::{Amount, HistoryLine, OrderState, RateView};

use crate::visit::Visit;

impl Visit {
    /// `1 234,56 EUR`.
    pub(crate) fn amount(&self, amount: &Amount) -> String {
        self.words.amount(amount)
    }

    /// A decimal number with this language's marks.
    pub(crate) fn number(&self, decimal: &str) -> String {
        self.words.number(decimal)
    }

    /// The decimal text of a rate, with at least four places: `4,2310`.
    pub(crate) fn rate_number(&self, value: &str) -> String {
        let places = value.split_once('.').map_or(0, |(_, places)| places.len());
        let mark = if places == 0 { "." } else { "" };
        let zeros = "0".repeat(4_usize.saturating_sub(places));
        self.words.number(&format!("{value}{mark}{zeros}"))
    }

    /// `1 EUR = 4,2815 PLN`.
    pub(crate) fn rate(&self, rate: &RateView) -> String {
        format!(
            "1\u{a0}{} = {}\u{a0}{}",
            rate.base,
            self.rate_number(&rate.value),
            rate.quote
        )
    }

    /// An account number in groups of four.
    pub(crate) fn iban(&self, iban: &str) -> String {
        grouped(iban)
    }

    /// `23 listopada 2026, 14:05`, in Polish time. Text that is no moment stays as it is.
    pub(crate) fn moment(&self, rfc3339: &str) -> String {
        let Some((date, time)) = warsaw(rfc3339) else {
            return rfc3339.to_owned();
        };
        let mut parts = date.split('-');
        let year = parts.next().unwrap_or_default();
        let month = parts.next().unwrap_or_default();
        let day = parts.next().unwrap_or_default().trim_start_matches('0');
        let month = self
            .words
            .find(&format!("months.m{month}"))
            .unwrap_or(month)
            .to_owned();
        self.words.with(
            "months.moment",
            &[
                ("day", day),
                ("month", &month),
                ("year", year),
                ("time", &time),
            ],
        )
    }

    /// `14:05`, in Polish time.
    pub(crate) fn time(&self, rfc3339: &str) -> String {
        warsaw(rfc3339).map_or_else(|| rfc3339.to_owned(), |(_, time)| time)
    }

    /// Whole seconds from now until a moment; 0 once it is past.
    pub(crate) fn seconds_left(&self, rfc3339: &str) -> i64 {
        rfc3339
            .parse::<Moment>()
            .map_or(0, |until| until.seconds_since(self.now).max(0))
    }

    /// `14:59`: minutes and seconds of a countdown.
    pub(crate) fn clock(&self, seconds: i64) -> String {
        format!("{}:{:02}", seconds / 60, seconds % 60)
    }

    /// The short name of a state.
    pub(crate) fn state(&self, state: OrderState) -> String {
        self.words.text(&format!("order_state.{state}")).to_owned()
    }

    /// What happened, as a sentence.
    pub(crate) fn said(&self, line: &HistoryLine) -> String {
        let mut sentence = line.what.clone();
        for (name, value) in &mut sentence.facts {
            *value = self.fact(name, value);
        }
        self.words.say(&sentence)
    }

    /// Facts that are amounts or rates are written as the language writes them.
    fn fact(&self, name: &str, value: &str) -> String {
        match (name, value.split_once(' ')) {
            ("rate", None) => self.rate_number(value),
            (_, Some((number, currency))) if currency.len() == 3 => {
                format!("{}\u{a0}{currency}", self.words.number(number))
            }
            (_, _) => value.to_owned(),
        }
    }
}

/// An account number in groups of four; what is no account number stays as it is.
pub(crate) fn grouped(iban: &str) -> String {
    Iban::parse(iban).map_or_else(|_| iban.to_owned(), |iban| iban.grouped())
}

fn warsaw(rfc3339: &str) -> Option<(String, String)> {
    let text = rfc3339.parse::<Moment>().ok()?.warsaw_text();
    let (date, time) = text.split_once(' ')?;
    Some((date.to_owned(), time.to_owned()))
}
