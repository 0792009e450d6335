//! What can be wrong with a file of rates: code, severity and sentence of each.

use std::borrow::Cow;

use kantor_model::{Complaint, Currency, Place, RateError, Severity};

use crate::charset::Charset;
use crate::text::place_in;

/// Everything that is said about a file of rates.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) enum Problem {
    /// Neither JSON nor XML.
    NotRates,
    /// JSON or XML, and no sheet in it.
    NoSheet,
    /// The bytes are not the text that the file says they are.
    Text,
    /// Some letters of an XML file are not in its encoding.
    Letters,
    /// The grammar of JSON ends here.
    Json { reason: String },
    /// The file's letter, and the number's, name no table.
    Table { text: String },
    /// No day on which it holds.
    EffectiveMissing,
    /// A text that is no day.
    Date { text: String },
    /// A sheet without rates.
    Empty,
    /// A row without a code of a currency.
    CodeMissing,
    /// A code that ISO 4217 does not have.
    CurrencyUnknown { code: String },
    /// A row with neither `mid` nor both of `bid` and `ask`, or with all three.
    PriceMissing { code: String },
    /// A text that is no number.
    Unreadable { text: String },
    /// A number that is no rate.
    NotARate { error: RateError },
    /// Rates are quoted for so many units, and it is no power of ten.
    Units { text: String },
    /// Two prices of one currency in one sheet.
    Twice { currency: Currency },
    /// The bid is more than the ask.
    BidAboveAsk { code: String },
}

impl Problem {
    fn code(&self) -> (&'static str, Severity) {
        use Severity::{Fatal, Notice};
        match self {
            Problem::NotRates => ("not-rates", Fatal),
            Problem::NoSheet => ("rates-missing", Fatal),
            Problem::Text => ("text-undecodable", Fatal),
            Problem::Letters => ("name-undecodable", Notice),
            Problem::Json { .. } => ("json-broken", Fatal),
            Problem::Table { .. } => ("table-unknown", Fatal),
            Problem::EffectiveMissing => ("date-missing", Fatal),
            Problem::Date { .. } => ("date-unreadable", Fatal),
            Problem::Empty => ("sheet-empty", Fatal),
            Problem::CodeMissing => ("currency-missing", Fatal),
            Problem::CurrencyUnknown { .. } => ("currency-unknown", Notice),
            Problem::PriceMissing { .. } => ("rate-missing", Fatal),
            Problem::Unreadable { .. } => ("rate-unreadable", Fatal),
            Problem::NotARate { .. } => ("rate-impossible", Fatal),
            Problem::Units { .. } => ("units-unreadable", Fatal),
            Problem::Twice { .. } => ("rate-twice", Fatal),
            Problem::BidAboveAsk { .. } => ("bid-above-ask", Notice),
        }
    }

    fn message(&self) -> Cow<'static, str> {
        match self {
            Problem::NotRates => "this is neither JSON nor XML, so it is no table of rates; an error page may have been saved in its place, fetch the table again".into(),
            Problem::NoSheet => "no table of the NBP or the ECB is in this file; choose another file".into(),
            Problem::Text => "these bytes are no UTF-8, in which JSON is written; fetch the table again".into(),
            Problem::Letters => "some letters cannot be read in the file's encoding and are shown as \u{FFFD}; the rates are not affected".into(),
            Problem::Json { reason } => format!("the JSON breaks off or goes wrong here ({reason}), so nothing of it is used; fetch the table again").into(),
            Problem::Table { text } => format!("`{text}` is not the letter of a table that is read here (A, B or C); fetch one of these").into(),
            Problem::EffectiveMissing => "the table does not say on which day it holds, so no rate of it can be used; fetch it again".into(),
            Problem::Date { text } => format!("`{text}` is not a day (YYYY-MM-DD), so nobody knows when these rates hold; fetch the table again").into(),
            Problem::Empty => "the table holds no rate; fetch it again".into(),
            Problem::CodeMissing => "this rate has no code of a currency, so the whole table is left out; fetch it again".into(),
            Problem::CurrencyUnknown { code } => format!("`{code}` is not a currency of ISO 4217, so its rate is left out; the other rates are not affected").into(),
            Problem::PriceMissing { code } => format!("{code} has neither a middle rate nor both sides (bid and ask), or has all three, so the whole table is left out; fetch it again").into(),
            Problem::Unreadable { text } => format!("`{text}` is not a rate, and nothing is assumed in its place: the whole table is left out; fetch it again").into(),
            Problem::NotARate { error } => format!("{error}; the whole table is left out, fetch it again").into(),
            Problem::Units { text } => format!("rates for `{text}` units are not read here (1, 10, 100, 1000, ...), so the whole table is left out; fetch it from api.nbp.pl, which prices one unit").into(),
            Problem::Twice { currency } => format!("{currency} has two rates in one table, and nobody knows which one holds: the whole table is left out; fetch it again").into(),
            Problem::BidAboveAsk { code } => format!("banks would pay more for {code} than they ask for it; the rates are kept as published, look at them before they are used").into(),
        }
    }

    pub(super) fn is_fatal(&self) -> bool {
        self.code().1 == Severity::Fatal
    }
}

/// Where something stands in the file: counted when somebody asks, because counting lines for each
/// number of a long file would take longer than reading it.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Spot {
    /// So many bytes from the beginning of the text.
    Offset(usize),
    /// Known already.
    Place(Place),
}

impl From<usize> for Spot {
    fn from(offset: usize) -> Spot {
        Spot::Offset(offset)
    }
}

impl From<Place> for Spot {
    fn from(place: Place) -> Spot {
        Spot::Place(place)
    }
}

/// More complaints than these would only hide the first ones.
const LIMIT: usize = 100;

/// The complaints about one file.
pub(super) struct Report<'a> {
    text: &'a [u8],
    complaints: Vec<Complaint>,
    left_out: usize,
}

impl<'a> Report<'a> {
    pub(super) fn new(text: &'a [u8]) -> Report<'a> {
        Report {
            text,
            complaints: Vec::new(),
            left_out: 0,
        }
    }

    pub(super) fn say(&mut self, at: impl Into<Spot>, problem: &Problem, excerpt: String) {
        if self.complaints.len() >= LIMIT {
            self.left_out += 1;
            return;
        }
        let start = Place { line: 1, column: 1 };
        let place = match at.into() {
            Spot::Offset(offset) => place_in(self.text, offset, start, Charset::Utf8),
            Spot::Place(place) => place,
        };
        let (code, severity) = problem.code();
        self.complaints.push(Complaint {
            place,
            code: code.into(),
            severity,
            message: problem.message().into_owned(),
            excerpt,
        });
    }

    /// A complaint of another layer.
    pub(super) fn pass(&mut self, complaint: Complaint) {
        self.complaints.push(complaint);
    }

    pub(super) fn is_silent(&self) -> bool {
        self.complaints.is_empty()
    }

    pub(super) fn finish(mut self) -> Vec<Complaint> {
        if self.left_out > 0 {
            self.complaints.push(Complaint {
                place: Place::default(),
                code: "complaints-left-out".into(),
                severity: Severity::Fatal,
                message: format!(
                    "{} more complaints are left out; the file is damaged or of another kind, fetch it again",
                    self.left_out
                ),
                excerpt: String::new(),
            });
        }
        self.complaints
    }
}
