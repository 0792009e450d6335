//! Published exchange rates: tables A, B and C of the National Bank of Poland (NBP), and the
//! European Central Bank's euro reference rates.
//!
//! ```text
//! NBP JSON  [{"table":"C","no":"238/C/NBP/2020","effectiveDate":..,"rates":[{"code":"EUR","bid":..,"ask":..}]}]
//! NBP XML   ArrayOfExchangeRatesTable, ExchangeRatesTable, ExchangeRatesSeries, tabela_kursow
//! ECB XML   gesmes:Envelope/Cube/Cube[@time]/Cube[@currency,@rate], daily and historical
//! ```
//!
//! The two publishers have opposite senses, so each rate says its own: the NBP prices one unit of a
//! currency in PLN, the ECB one euro in a currency. Rates are exact decimals; the numbers of a JSON
//! file are taken as the text that stands there, because a floating-point number could not hold them.

mod complaints;
mod decimal;
mod draft;
mod json;
mod xml;

use kantor_model::{Buy, Complaint, Currency, Date, Mid, Rate, Sell};

use self::complaints::{Problem, Report};
use crate::charset::Charset;

/// Who published a sheet, and which of his tables it is.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum SheetSource {
    /// NBP table A: middle rates of the currencies that are traded most.
    NbpA,
    /// NBP table B: middle rates of all other currencies, once a week.
    NbpB,
    /// NBP table C: what banks ask and bid.
    NbpC,
    /// The euro reference rates of the European Central Bank.
    Ecb,
}

impl SheetSource {
    /// Every source that is known.
    pub const ALL: [SheetSource; 4] = [
        SheetSource::NbpA,
        SheetSource::NbpB,
        SheetSource::NbpC,
        SheetSource::Ecb,
    ];

    /// The name that interfaces show: `NBP A`.
    pub const fn name(self) -> &'static str {
        match self {
            SheetSource::NbpA => "NBP A",
            SheetSource::NbpB => "NBP B",
            SheetSource::NbpC => "NBP C",
            SheetSource::Ecb => "ECB",
        }
    }

    /// The NBP's table of that letter.
    fn of_letter(letter: &str) -> Option<SheetSource> {
        match letter {
            "A" | "a" => Some(SheetSource::NbpA),
            "B" | "b" => Some(SheetSource::NbpB),
            "C" | "c" => Some(SheetSource::NbpC),
            _ => None,
        }
    }
}

/// The rates of one day from one source.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct RateSheet {
    /// Whose rates these are.
    pub source: SheetSource,
    /// The NBP's number of the table, `195/A/NBP/2026`; the ECB has none.
    pub number: Option<String>,
    /// The day on which the rates hold.
    pub effective: Date,
    /// The day on which they were found (NBP table C: the working day before).
    pub trading: Option<Date>,
    /// One for each currency, in the file's order.
    pub rates: Vec<SheetRate>,
}

/// What one currency costs.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct SheetRate {
    /// The currency; the other side is PLN (NBP) or EUR (ECB).
    pub currency: Currency,
    /// What the publisher calls it: `dolar amerykański`; the ECB has codes only.
    pub name: Option<String>,
    /// At what price.
    pub price: Price,
}

/// A price, in the publisher's own sense: see [`Rate::base`] and [`Rate::quote`].
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Price {
    /// A middle rate.
    Mid(Rate<Mid>),
    /// What banks pay for the currency, and what they ask for it.
    Sides {
        /// They buy at this rate (kurs kupna).
        bid: Rate<Buy>,
        /// They sell at this rate (kurs sprzedaży).
        ask: Rate<Sell>,
    },
}

/// What was read from a file of rates.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Read {
    /// The sheets in the file's order. A sheet with a fatal complaint is not among them.
    pub sheets: Vec<RateSheet>,
    /// What was wrong.
    pub complaints: Vec<Complaint>,
}

/// Reads a file of rates; which of the formats it is, its content says.
pub fn read(bytes: &[u8]) -> Read {
    let text = bytes.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(bytes);
    let mut report = Report::new(text);
    let sheets = match text.trim_ascii_start().first() {
        Some(b'[' | b'{') => json::sheets(text, &mut report),
        Some(b'<') => xml::sheets(bytes, &mut report),
        Some(_) | None => {
            report.say(0, &Problem::NotRates, excerpt(text));
            Vec::new()
        }
    };
    if sheets.is_empty() && report.is_silent() {
        report.say(0, &Problem::NoSheet, String::new());
    }
    Read {
        sheets,
        complaints: report.finish(),
    }
}

/// The first line of a file, for people to see what it is.
fn excerpt(bytes: &[u8]) -> String {
    let line = crate::text::lines(bytes).next().unwrap_or_default();
    let shown = line.get(..80).unwrap_or(line);
    Charset::Utf8.decode(shown).into_owned()
}
