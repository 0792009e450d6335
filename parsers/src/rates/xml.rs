//! The XML of the NBP and of the ECB, by the local names of elements.
//!
//! ```text
//! ExchangeRatesTable   Table, No, TradingDate, EffectiveDate, Rates/Rate/{Currency, Code, Mid | Bid, Ask}
//! ExchangeRatesSeries  Table, Currency, Code, Rates/Rate/{No, TradingDate, EffectiveDate, Mid | Bid, Ask}
//! tabela_kursow        @typ, numer_tabeli, data_notowania, data_publikacji,
//!                      pozycja/{nazwa_waluty, przelicznik, kod_waluty, kurs_sredni | kurs_kupna, kurs_sprzedazy}
//! Cube[@time]          Cube[@currency, @rate]
//! ```
//!
//! `tabela_kursow` is how the NBP's files were before the web API; it quotes rates for 1, 100 or
//! 10000 units and writes a decimal comma.

use kantor_model::Place;

use super::RateSheet;
use super::complaints::{Problem, Report};
use super::draft::{Cell, Draft, Row, Told};
use crate::xml::{Fault, Node, Tag, Xml};

/// The sheets of a file.
pub(super) fn sheets<'t>(bytes: &'t [u8], report: &mut Report<'t>) -> Vec<RateSheet> {
    let mut source = bytes;
    let mut reader = Reader {
        xml: Xml::new(&mut source, None),
        sheets: Vec::new(),
        report,
    };
    match reader.document() {
        Ok(()) if reader.xml.is_lossy() => {
            reader.report.say(0, &Problem::Letters, String::new());
        }
        Ok(()) => {}
        // What was read before the damage may be half a sheet of several.
        Err(Fault::Broken(complaint)) => {
            reader.sheets.clear();
            reader.report.pass(*complaint);
        }
        // A slice never fails.
        Err(Fault::Source(_)) => {}
    }
    reader.sheets
}

struct Reader<'r, 't, 'x> {
    xml: Xml<'x, &'t [u8]>,
    sheets: Vec<RateSheet>,
    report: &'r mut Report<'t>,
}

type Step = Result<(), Fault>;

/// An element's text that is kept.
fn kept(text: &str, place: Place) -> Option<Cell<'static>> {
    let text = text.trim();
    (!text.is_empty()).then(|| Cell {
        text: text.to_owned().into(),
        at: place.into(),
    })
}

fn attribute(tag: &Tag<'_>, name: &str) -> Option<String> {
    tag.attribute(name).map(|value| value.into_owned())
}

impl Reader<'_, '_, '_> {
    fn settle(&mut self, draft: &Draft<'_>) {
        let sheet = draft.settle(self.report);
        self.sheets.extend(sheet);
    }

    fn document(&mut self) -> Step {
        loop {
            match self.xml.next()? {
                Some(Node::Open(tag)) => match tag.name {
                    "ExchangeRatesTable" => self.table()?,
                    "ExchangeRatesSeries" => self.series()?,
                    "tabela_kursow" => {
                        let letter = attribute(&tag, "typ");
                        self.old_table(letter)?;
                    }
                    "Cube" => {
                        if let Some(day) = attribute(&tag, "time") {
                            self.cube(&day)?;
                        }
                    }
                    "ArrayOfExchangeRatesTable"
                    | "ArrayOfExchangeRatesSeries"
                    | "Envelope"
                    | "Sender" => {}
                    _ => self.xml.skip()?,
                },
                Some(Node::Leaf(tag, _)) => {
                    // A day without rates is one element without anything in it.
                    if let ("Cube", Some(day)) = (tag.name, attribute(&tag, "time")) {
                        let place = self.xml.place();
                        self.settle(&ecb(&day, place));
                    }
                }
                Some(Node::Close) => {}
                None => return Ok(()),
            }
        }
    }

    /// A leaf's name with its text and place; `None` when the element ends. Elements with elements
    /// that `wanted` does not name are passed over.
    fn leaf(&mut self, wanted: &str) -> Result<Option<Leaf>, Fault> {
        loop {
            match self.xml.next()? {
                Some(Node::Open(tag)) if tag.name == wanted => return Ok(Some(Leaf::Row)),
                Some(Node::Open(tag)) if tag.name == "Rates" => {}
                Some(Node::Open(_)) => self.xml.skip()?,
                Some(Node::Leaf(tag, text)) => {
                    let (name, text) = (tag.name.to_owned(), text.to_owned());
                    // Asked for each leaf, so that places are counted from the one before.
                    self.xml.place();
                    let place = self.xml.text_place();
                    return Ok(Some(Leaf::Cell(name, kept(&text, place))));
                }
                Some(Node::Close) => return Ok(Some(Leaf::End)),
                None => return Ok(None),
            }
        }
    }

    fn table(&mut self) -> Step {
        let mut draft = nbp(self.xml.place());
        let depth = self.xml.depth();
        while self.xml.depth() >= depth {
            match self.leaf("Rate")? {
                Some(Leaf::Row) => draft.rows.push(self.rate(None)?.row),
                Some(Leaf::Cell(name, cell)) => match name.as_str() {
                    "Rate" => draft.rows.push(Row::default()),
                    "Table" => draft.table = Told::Nbp(cell),
                    "No" => draft.number = cell,
                    "TradingDate" => draft.trading = cell,
                    "EffectiveDate" => draft.effective = cell,
                    _ => {}
                },
                Some(Leaf::End) => {}
                None => break,
            }
        }
        self.settle(&draft);
        Ok(())
    }

    /// One currency on several days: each day is a sheet.
    fn series(&mut self) -> Step {
        let mut table = None;
        let mut common = Row::default();
        let place = self.xml.place();
        let depth = self.xml.depth();
        let mut any = false;
        while self.xml.depth() >= depth {
            match self.leaf("Rate")? {
                Some(Leaf::Row) => {
                    any = true;
                    let mut draft = nbp(self.xml.place());
                    let line = self.rate(Some(&common))?;
                    draft.table = Told::Nbp(table.clone());
                    (draft.number, draft.trading) = (line.number, line.trading);
                    draft.effective = line.effective;
                    draft.rows.push(line.row);
                    self.settle(&draft);
                }
                Some(Leaf::Cell(name, cell)) => match name.as_str() {
                    "Table" => table = cell,
                    "Currency" => common.name = cell,
                    "Code" => common.code = cell,
                    _ => {}
                },
                Some(Leaf::End) => {}
                None => break,
            }
        }
        if !any {
            self.report.say(place, &Problem::Empty, String::new());
        }
        Ok(())
    }

    fn rate(&mut self, common: Option<&Row<'static>>) -> Result<Line, Fault> {
        let mut line = Line {
            row: common.cloned().unwrap_or_default(),
            ..Line::default()
        };
        let depth = self.xml.depth();
        while self.xml.depth() >= depth {
            let Some(Leaf::Cell(name, cell)) = self.leaf("")? else {
                continue;
            };
            let row = &mut line.row;
            match name.as_str() {
                "No" => line.number = cell,
                "TradingDate" => line.trading = cell,
                "EffectiveDate" => line.effective = cell,
                "Currency" | "nazwa_waluty" => row.name = cell,
                "Code" | "kod_waluty" => row.code = cell,
                "przelicznik" => row.units = cell,
                "Mid" | "kurs_sredni" => row.mid = cell,
                "Bid" | "kurs_kupna" => row.bid = cell,
                "Ask" | "kurs_sprzedazy" => row.ask = cell,
                _ => {}
            }
        }
        Ok(line)
    }

    fn old_table(&mut self, letter: Option<String>) -> Step {
        let place = self.xml.place();
        let mut draft = nbp(place);
        draft.table = Told::Nbp(letter.and_then(|letter| kept(&letter, place)));
        let mut published = None;
        let depth = self.xml.depth();
        while self.xml.depth() >= depth {
            match self.leaf("pozycja")? {
                Some(Leaf::Row) => draft.rows.push(self.rate(None)?.row),
                Some(Leaf::Cell(name, cell)) => match name.as_str() {
                    "pozycja" => draft.rows.push(Row::default()),
                    "numer_tabeli" => draft.number = cell,
                    "data_notowania" => draft.trading = cell,
                    "data_publikacji" => published = cell,
                    _ => {}
                },
                Some(Leaf::End) => {}
                None => break,
            }
        }
        draft.effective = published;
        self.settle(&draft);
        Ok(())
    }

    /// One day of the ECB.
    fn cube(&mut self, day: &str) -> Step {
        let mut draft = ecb(day, self.xml.place());
        let depth = self.xml.depth();
        while self.xml.depth() >= depth {
            match self.xml.next()? {
                Some(Node::Open(_)) => self.xml.skip()?,
                Some(Node::Leaf(tag, _)) => {
                    let (code, rate) = (attribute(&tag, "currency"), attribute(&tag, "rate"));
                    let place = self.xml.place();
                    let cell = |text: Option<String>| text.and_then(|text| kept(&text, place));
                    draft.rows.push(Row {
                        code: cell(code),
                        mid: cell(rate),
                        ..Row::default()
                    });
                }
                Some(Node::Close) => {}
                None => break,
            }
        }
        self.settle(&draft);
        Ok(())
    }
}

/// What stands in an element.
enum Leaf {
    /// A line of rates begins.
    Row,
    /// An element with its text, where it has one.
    Cell(String, Option<Cell<'static>>),
    /// An element ends.
    End,
}

/// A line of rates, which in a series has its own number and days.
#[derive(Default)]
struct Line {
    row: Row<'static>,
    number: Option<Cell<'static>>,
    trading: Option<Cell<'static>>,
    effective: Option<Cell<'static>>,
}

fn nbp(place: Place) -> Draft<'static> {
    Draft {
        table: Told::Nbp(None),
        number: None,
        effective: None,
        trading: None,
        rows: Vec::new(),
        at: place.into(),
    }
}

fn ecb(day: &str, place: Place) -> Draft<'static> {
    Draft {
        table: Told::Ecb,
        effective: kept(day, place),
        ..nbp(place)
    }
}
