//! What a file tells above and below its rows: accounts, balances, sums, counts.

use kantor_model::{Currency, Date, Place};

use super::accounts::MOST_ACCOUNTS;
use super::layout::folded;
use super::profile::{CsvProfile, Fact, FactKind};
use super::records::Record;
use super::value::{self, DateForm, Mark, Written};
use crate::Charset;

/// An amount that a file tells beside its rows, not read yet: the currency may be told later.
#[derive(Debug)]
pub(super) struct ToldAmount {
    pub(super) written: Written,
    pub(super) place: Place,
    pub(super) excerpt: String,
}

/// A number that a file tells.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) struct ToldCount {
    pub(super) count: u64,
    pub(super) place: Place,
}

/// An own account of the file.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) struct Own {
    /// What the bank calls it; empty when it has no name.
    pub(super) name: String,
    /// Its number.
    pub(super) number: String,
}

/// What was told so far.
#[derive(Default, Debug)]
pub(super) struct Told {
    pub(super) accounts: Vec<Own>,
    pub(super) currency: Option<Currency>,
    pub(super) opening: Option<ToldAmount>,
    pub(super) closing: Option<ToldAmount>,
    pub(super) credits: Option<ToldAmount>,
    pub(super) debits: Option<ToldAmount>,
    pub(super) sum: Option<ToldAmount>,
    pub(super) count: Option<ToldCount>,
    pub(super) about_count: Option<ToldCount>,
    pub(super) from: Option<Date>,
    pub(super) until: Option<Date>,
    pub(super) number: Option<String>,
    /// Lines below a label that are still waited for: the fact, and the cell of its value.
    waiting: Vec<(usize, usize)>,
    /// The list of accounts goes on.
    listing: bool,
}

/// What a line beside the rows was.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) enum Heard {
    /// Nothing that the profile knows.
    Nothing,
    /// A fact, or a remark.
    Fact,
    /// A value that cannot be read: which fact, and its cell.
    Unreadable(FactKind, usize),
}

impl Told {
    /// Takes a line that is no row.
    pub(super) fn hear(
        &mut self,
        profile: &CsvProfile,
        record: &Record,
        charset: Charset,
    ) -> Heard {
        let mut heard = Heard::Nothing;
        for (fact, cell) in std::mem::take(&mut self.waiting) {
            if let Some(fact) = profile.facts.get(fact) {
                heard = self.take(fact, record, cell, charset).or(heard);
            }
        }
        if self.listing {
            self.listing = self.list(record, charset);
            if self.listing {
                return Heard::Fact;
            }
        }
        for (index, fact) in profile.facts.iter().enumerate() {
            for cell in labelled(fact, record, charset) {
                let one = match fact.below {
                    Some(below) => {
                        self.waiting.push((index, cell + below));
                        Heard::Fact
                    }
                    None => self.take(fact, record, value_cell(fact, record, cell), charset),
                };
                heard = one.or(heard);
            }
        }
        heard
    }

    /// Nothing is waited for any more: the rows begin.
    pub(super) fn rows_begin(&mut self) {
        self.waiting.clear();
        self.listing = false;
    }

    fn take(&mut self, fact: &Fact, record: &Record, cell: usize, charset: Charset) -> Heard {
        let kind = fact.fact;
        let text = charset.decode(record.cell(cell)).into_owned();
        let text = match fact.label.as_deref().filter(|_| fact.within) {
            Some(label) => after_label(&text, label),
            None => text.as_str(),
        };
        match kind {
            FactKind::Remark => {}
            FactKind::Account => self.add_account("", text),
            FactKind::Accounts if fact.within => {
                for piece in text.split(',') {
                    self.add_account("", piece);
                }
            }
            FactKind::Accounts => self.listing = true,
            FactKind::Currency => match value::currency(text.as_bytes()) {
                Ok(found) => self.currency = found.or(self.currency),
                Err(_) => return Heard::Unreadable(kind, cell),
            },
            FactKind::Period => self.period(text, record, cell, charset),
            FactKind::Number => {
                let text = text.trim();
                self.number = (!text.is_empty()).then(|| text.to_owned());
            }
            FactKind::Count | FactKind::AboutCount => {
                let text = text.trim();
                if text.is_empty() {
                    return Heard::Fact;
                }
                let Ok(count) = text.parse() else {
                    return Heard::Unreadable(kind, cell);
                };
                let told = Some(ToldCount {
                    count,
                    place: place(record),
                });
                if kind == FactKind::Count {
                    self.count = told;
                } else {
                    self.about_count = told;
                }
            }
            FactKind::Opening => return keep(&mut self.opening, kind, record, cell, text),
            FactKind::Closing => return keep(&mut self.closing, kind, record, cell, text),
            FactKind::Credits => return keep(&mut self.credits, kind, record, cell, text),
            FactKind::Debits => return keep(&mut self.debits, kind, record, cell, text),
            FactKind::Sum => return keep(&mut self.sum, kind, record, cell, text),
        }
        Heard::Fact
    }

    fn add_account(&mut self, name: &str, text: &str) {
        let mut number = String::new();
        if value::account(text.as_bytes(), &mut number)
            && self.accounts.len() < MOST_ACCOUNTS
            && !self.accounts.iter().any(|own| own.number == number)
        {
            self.accounts.push(Own {
                name: folded(name),
                number,
            });
        }
    }

    /// A line of the list of accounts: a name and a number in cells of their own, or `name - number`.
    fn list(&mut self, record: &Record, charset: Charset) -> bool {
        let mut scratch = String::new();
        let cells: Vec<String> = record
            .cells()
            .map(|cell| charset.decode(cell).trim().to_owned())
            .filter(|cell| !cell.is_empty())
            .collect();
        for cell in &cells {
            if value::account(cell.as_bytes(), &mut scratch) {
                let name = cells.first().filter(|name| *name != cell);
                let name = name.cloned().unwrap_or_default();
                self.add_account(&name, cell);
                return true;
            }
            if let Some((name, text)) = cell.rsplit_once(" - ")
                && value::account(text.as_bytes(), &mut scratch)
            {
                self.add_account(name, text);
                return true;
            }
        }
        false
    }

    /// The first two days of the cells from that one on.
    fn period(&mut self, text: &str, record: &Record, cell: usize, charset: Charset) {
        let mut all = text.to_owned();
        for index in cell + 1..record.len() {
            all.push(' ');
            all.push_str(&charset.decode(record.cell(index)));
        }
        const FORMS: [DateForm; 4] = [
            DateForm::YearDashes,
            DateForm::DayDots,
            DateForm::DayDashes,
            DateForm::YearDots,
        ];
        let mut days = all
            .split_whitespace()
            .filter_map(|word| value::day(word.as_bytes(), &FORMS).ok().flatten());
        self.from = days.next().or(self.from);
        self.until = days.next().or(self.until);
    }
}

impl Heard {
    /// The worse of the two.
    fn or(self, before: Heard) -> Heard {
        match (&self, &before) {
            (_, Heard::Unreadable(..)) | (Heard::Nothing, _) => before,
            (Heard::Fact | Heard::Unreadable(..), _) => self,
        }
    }
}

/// Keeps an amount of a line; nothing written says nothing.
fn keep(
    slot: &mut Option<ToldAmount>,
    kind: FactKind,
    record: &Record,
    cell: usize,
    text: &str,
) -> Heard {
    let mut written = Written::default();
    // Beside the rows amounts are written in either way: two marks or three places are refused.
    let read = written.read(text.as_bytes(), Mark::Either);
    // A last line without its end may stop inside the amount.
    let cut = record.unfinished && cell + 1 == record.len() && written.places() < 2;
    if read.is_none() || cut && !written.is_empty() {
        return Heard::Unreadable(kind, cell);
    }
    if !written.is_empty() {
        *slot = Some(ToldAmount {
            written,
            place: place(record),
            excerpt: text.trim().to_owned(),
        });
    }
    Heard::Fact
}

fn place(record: &Record) -> Place {
    Place {
        line: record.line,
        column: 1,
    }
}

/// The cells of the line that the fact counts from.
fn labelled(fact: &Fact, record: &Record, charset: Charset) -> Vec<usize> {
    if let Some(line) = fact.line {
        return if line == record.line {
            vec![0]
        } else {
            Vec::new()
        };
    }
    if let Some(mark) = &fact.mark {
        let first = value::strip_spaces(record.cell(0));
        return if first == mark.as_bytes() {
            vec![0]
        } else {
            Vec::new()
        };
    }
    let Some(label) = &fact.label else {
        return Vec::new();
    };
    let spellings: Vec<String> = label.split('|').map(folded).collect();
    let begins = |cell: &[u8]| {
        let text = folded(&charset.decode(cell));
        spellings
            .iter()
            .any(|label| text.starts_with(label.as_str()))
    };
    (0..record.len())
        .filter(|index| begins(record.cell(*index)))
        .collect()
}

/// The cell of the value, where the label stands in that cell.
fn value_cell(fact: &Fact, record: &Record, label: usize) -> usize {
    match (fact.cell, fact.within, fact.right) {
        (Some(cell), _, _) => cell.saturating_sub(1),
        (None, true, _) => label,
        (None, false, Some(right)) => label + right,
        (None, false, None) => (label + 1..record.len())
            .find(|index| !value::is_blank(record.cell(*index)))
            .unwrap_or(label + 1),
    }
}

/// The text behind its label, which is compared without case and Polish letters.
fn after_label<'t>(text: &'t str, label: &str) -> &'t str {
    let labels: Vec<String> = label.split('|').map(folded).collect();
    let ends = text
        .char_indices()
        .map(|(at, letter)| at + letter.len_utf8());
    let mut found = text;
    for end in ends {
        if let Some((before, after)) = text.split_at_checked(end)
            && labels.contains(&folded(before))
        {
            found = after;
            break;
        }
    }
    found
}
