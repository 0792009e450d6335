//! Which column is what in this file: the line of columns found by its names, or a table without
//! one told by the look of its cells.

use kantor_model::Currency;

use super::profile::{Column, Columns, CsvProfile, Look, Shape, Texts};
use super::records::{Cut, Found, Record, Records};
use super::value::{self, Written};
use crate::charset::{Charset, detect};

/// The line of columns is one of the first so many records.
pub(super) const HEADER_WITHIN: usize = 100;

/// The columns of a file, as indices of cells.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub(super) struct Layout {
    pub(super) booking_date: Option<usize>,
    pub(super) value_date: Option<usize>,
    pub(super) amount: Option<usize>,
    pub(super) debit: Option<usize>,
    pub(super) credit: Option<usize>,
    pub(super) hold: Option<usize>,
    pub(super) hold_currency: Option<usize>,
    pub(super) currency: Option<usize>,
    pub(super) balance: Option<usize>,
    pub(super) original: Option<usize>,
    pub(super) original_currency: Option<usize>,
    pub(super) own_account: Option<usize>,
    pub(super) sender_account: Option<usize>,
    pub(super) receiver_account: Option<usize>,
    pub(super) account: Option<usize>,
    pub(super) bank: Option<usize>,
    pub(super) name: Vec<usize>,
    pub(super) sender_name: Option<usize>,
    pub(super) receiver_name: Option<usize>,
    pub(super) title: Vec<usize>,
    pub(super) keyed: Option<usize>,
    pub(super) transaction_code: Option<usize>,
    pub(super) bank_reference: Option<usize>,
    pub(super) customer_reference: Option<usize>,
    /// How many cells the line of columns has.
    pub(super) width: usize,
}

impl Layout {
    /// The cells that hold dates.
    pub(super) fn dates(&self) -> impl Iterator<Item = usize> {
        [self.booking_date, self.value_date].into_iter().flatten()
    }

    /// The cells that hold amounts.
    pub(super) fn amounts(&self) -> impl Iterator<Item = usize> {
        [
            self.amount,
            self.debit,
            self.credit,
            self.hold,
            self.balance,
        ]
        .into_iter()
        .flatten()
    }
}

/// A name as it is compared: without case, Polish letters as their plain ones, one space between
/// words. So a file whose letters were lost on the way is still found.
pub(super) fn folded(name: &str) -> String {
    let mut out = String::with_capacity(name.len());
    for word in name.split_whitespace() {
        if !out.is_empty() {
            out.push(' ');
        }
        out.extend(
            word.chars()
                .flat_map(char::to_lowercase)
                .map(|letter| match letter {
                    'ą' => 'a',
                    'ć' => 'c',
                    'ę' => 'e',
                    'ł' => 'l',
                    'ń' => 'n',
                    'ó' => 'o',
                    'ś' => 's',
                    'ź' | 'ż' => 'z',
                    other => other,
                }),
        );
    }
    out
}

/// The names of a line, as they are compared.
pub(super) fn names(record: &Record, charset: Charset) -> Vec<String> {
    record
        .cells()
        .map(|cell| folded(&charset.decode(cell)))
        .collect()
}

/// The spellings of a name, as they are compared.
fn spellings(name: &str) -> Vec<String> {
    name.split('|').map(folded).collect()
}

/// The index of a column after an index, by the first of its spellings that the line has.
fn index_of(name: &str, names: &[String], from: usize) -> Option<usize> {
    spellings(name).into_iter().find_map(|spelling| {
        let mut rest = names.iter().skip(from);
        rest.position(|name| *name == spelling).map(|at| at + from)
    })
}

fn locate(column: &Column, names: &[String]) -> Option<usize> {
    match column {
        Column::Named(spellings) => index_of(spellings, names, 0),
        Column::Numbered(number) => number.checked_sub(1),
        Column::After { name, after } => {
            let before = index_of(after, names, 0)?;
            index_of(name, names, before + 1)
        }
    }
}

fn locate_all(texts: Option<&Texts>, names: &[String]) -> Vec<usize> {
    let columns = texts.map(Texts::columns).unwrap_or_default();
    columns
        .iter()
        .filter_map(|column| locate(column, names))
        .collect()
}

fn spelled(column: &Column) -> String {
    match column {
        Column::Named(spellings) => spellings.clone(),
        Column::Numbered(number) => number.to_string(),
        Column::After { name, .. } => name.clone(),
    }
}

/// The columns that a layout needs and this line does not have; for a line that fits, its layout.
pub(super) fn fit(profile: &CsvProfile, names: &[String]) -> Result<Layout, Vec<String>> {
    let mut missing: Vec<String> = Vec::new();
    for sign in &profile.signs {
        if index_of(sign, names, 0).is_none() {
            missing.push(sign.clone());
        }
    }
    for other in &profile.without {
        if index_of(other, names, 0).is_some() {
            missing.push(format!("no column {other}"));
        }
    }
    let columns = &profile.columns;
    let layout = located(profile, columns, names);
    let mut need = |found: bool, column: Option<&Column>| {
        let name = column.map(spelled);
        if let Some(name) = name.filter(|name| !found && !missing.contains(name)) {
            missing.push(name);
        }
    };
    if columns.amount.is_some() {
        need(layout.amount.is_some(), columns.amount.as_ref());
    } else {
        need(layout.debit.is_some(), columns.debit.as_ref());
        need(layout.credit.is_some(), columns.credit.as_ref());
    }
    let date = columns
        .booking_date
        .as_ref()
        .or(columns.value_date.as_ref());
    need(layout.dates().next().is_some(), date);
    if missing.is_empty() {
        Ok(layout)
    } else {
        Err(missing)
    }
}

fn located(profile: &CsvProfile, columns: &Columns, names: &[String]) -> Layout {
    let one = |column: &Option<Column>| column.as_ref().and_then(|column| locate(column, names));
    let keyed = profile.keyed.as_ref();
    let booking_date = one(&columns.booking_date);
    Layout {
        booking_date,
        // A table with one column of days tells one day, whatever that is called.
        value_date: one(&columns.value_date).filter(|cell| booking_date != Some(*cell)),
        amount: one(&columns.amount),
        debit: one(&columns.debit),
        credit: one(&columns.credit),
        hold: one(&columns.hold),
        hold_currency: one(&columns.hold_currency),
        currency: one(&columns.currency),
        balance: one(&columns.balance),
        original: one(&columns.original),
        original_currency: one(&columns.original_currency),
        own_account: one(&columns.own_account),
        sender_account: one(&columns.sender_account),
        receiver_account: one(&columns.receiver_account),
        account: one(&columns.account),
        bank: one(&columns.bank),
        name: locate_all(columns.name.as_ref(), names),
        sender_name: one(&columns.sender_name),
        receiver_name: one(&columns.receiver_name),
        title: locate_all(columns.title.as_ref(), names),
        keyed: keyed.and_then(|keyed| locate(&keyed.column, names)),
        transaction_code: one(&columns.transaction_code),
        bank_reference: one(&columns.bank_reference),
        customer_reference: one(&columns.customer_reference),
        width: names.len(),
    }
}

/// Where the rows of a file begin and what their cells are.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) struct Fit {
    pub(super) layout: Layout,
    pub(super) cut: Cut,
    /// The line of columns; 0 in a table without one.
    pub(super) line: u32,
    /// In a table without a line of columns: the first line is no row yet.
    pub(super) first_is_head: bool,
}

fn cuts(profile: &CsvProfile) -> Vec<Cut> {
    let byte = |character: char| u8::try_from(character).unwrap_or(b';');
    let cut = |quote| Cut {
        separator: byte(profile.separator),
        quote,
    };
    match profile.quote {
        Some(quote) => vec![cut(Some(byte(quote)))],
        // A spreadsheet may have put quotes around everything.
        None => vec![cut(None), cut(Some(b'"'))],
    }
}

/// A line of columns has at least so many.
const FEWEST_COLUMNS: usize = 3;

/// The beginning of a file, divided in each way that a layout asks for, once.
pub(super) struct Beginning<'h> {
    head: &'h [u8],
    charset: Charset,
    divided: Vec<Divided>,
}

/// The beginning of a file, divided in one way.
struct Divided {
    cut: Cut,
    /// The first two records.
    first: Vec<Record>,
    /// Of the records that may name columns: the line and the names.
    named: Vec<(u32, Vec<String>)>,
}

impl<'h> Beginning<'h> {
    pub(super) fn of(head: &'h [u8]) -> Beginning<'h> {
        Beginning {
            head,
            charset: detect(head).charset,
            divided: Vec::new(),
        }
    }

    /// Two lines at least have several cells.
    pub(super) fn is_table(&mut self) -> bool {
        [b';', b',', b'\t'].into_iter().any(|separator| {
            let quote = Some(b'"');
            let divided = self.divided(Cut { separator, quote });
            divided.is_some_and(|divided| divided.named.len() >= 2)
        })
    }

    fn divided(&mut self, cut: Cut) -> Option<&Divided> {
        if !self.divided.iter().any(|divided| divided.cut == cut) {
            let divided = Divided::new(self.head, cut, self.charset);
            self.divided.push(divided);
        }
        self.divided.iter().find(|divided| divided.cut == cut)
    }
}

impl Divided {
    fn new(head: &[u8], cut: Cut, charset: Charset) -> Divided {
        let mut divided = Divided {
            cut,
            first: Vec::new(),
            named: Vec::new(),
        };
        let mut source = head;
        // A slice never fails.
        let Ok(mut records) = Records::new(&mut source, cut) else {
            return divided;
        };
        let mut record = Record::default();
        for at in 0..HEADER_WITHIN {
            match records.next(&mut record) {
                Ok(Found::Record) => {}
                Ok(Found::End | Found::TooLong | Found::Unclosed) | Err(_) => break,
            }
            if record.len() >= FEWEST_COLUMNS {
                divided.named.push((record.line, names(&record, charset)));
            }
            if at < 2 {
                divided.first.push(std::mem::take(&mut record));
            }
        }
        divided
    }
}

/// Looks for the layout in the first bytes of a file.
pub(super) fn look(profile: &CsvProfile, beginning: &mut Beginning<'_>) -> Option<Fit> {
    let charset = beginning.charset;
    let needed: Vec<Vec<String>> = profile.signs.iter().map(|sign| spellings(sign)).collect();
    cuts(profile).into_iter().find_map(|cut| {
        let divided = beginning.divided(cut)?;
        let fit = |layout, line, first_is_head| Fit {
            layout,
            cut,
            line,
            first_is_head,
        };
        if let Some(shape) = &profile.shape {
            let shaped = shaped(profile, shape, charset, &divided.first);
            return shaped.map(|(layout, first_is_head)| fit(layout, 0, first_is_head));
        }
        divided.named.iter().find_map(|(line, names)| {
            let signed = |sign: &Vec<String>| sign.iter().any(|sign| names.contains(sign));
            let hopeful = needed.iter().all(signed);
            let layout = hopeful.then(|| self::fit(profile, names).ok()).flatten()?;
            Some(fit(layout, *line, false))
        })
    })
}

/// The line that comes nearest to a layout that does not fit, and what it lacks; a table without a
/// line of columns: the first line, and nothing that has a name.
pub(super) fn nearest(profile: &CsvProfile, beginning: &mut Beginning<'_>) -> (u32, Vec<String>) {
    let mut found: Option<(u32, Vec<String>)> = None;
    if profile.shape.is_some() {
        return (1, Vec::new());
    }
    for cut in cuts(profile) {
        let named = beginning
            .divided(cut)
            .map(|divided| divided.named.as_slice());
        for (line, names) in named.unwrap_or_default() {
            let Err(missing) = fit(profile, names) else {
                continue;
            };
            let nearer = |before: &(u32, Vec<String>)| missing.len() < before.1.len();
            if found.as_ref().is_none_or(nearer) {
                found = Some((*line, missing));
            }
        }
    }
    found.unwrap_or_else(|| (1, fit(profile, &[]).err().unwrap_or_default()))
}

fn shaped(
    profile: &CsvProfile,
    shape: &Shape,
    charset: Charset,
    records: &[Record],
) -> Option<(Layout, bool)> {
    let mut records = records.iter();
    let mut record = records.next()?;
    if let Some(marks) = &profile.records
        && record.cell(0) != marks.head.as_bytes()
    {
        return None;
    }
    let mut row_there = true;
    if let Some(first) = &shape.first {
        if !looks(profile, first, record) {
            return None;
        }
        match records.next() {
            Some(next) => record = next,
            None => row_there = false,
        }
    }
    let row_fits = looks(profile, &shape.row, record)
        && (shape.words.is_empty() || holds(record, &shape.words, charset));
    let cells = profile.unquoted.as_ref().map(|unquoted| unquoted.cells);
    let layout = Layout {
        width: cells.unwrap_or(shape.row.len()),
        ..located(profile, &profile.columns, &[])
    };
    let only_head = !row_there && shape.first.is_some();
    let trailer = profile
        .records
        .as_ref()
        .is_some_and(|marks| record.cell(0) == marks.trailer.as_bytes());
    (only_head || trailer || row_fits).then_some((layout, shape.first.is_some()))
}

fn holds(record: &Record, words: &[String], charset: Charset) -> bool {
    let text = folded(&charset.decode(&record.raw));
    words.iter().any(|word| text.contains(&folded(word)))
}

fn looks(profile: &CsvProfile, wanted: &[Look], record: &Record) -> bool {
    let mut written = Written::default();
    wanted.iter().enumerate().all(|(index, look)| {
        let cell = record.cell(index);
        let blank = value::is_blank(cell);
        let mut amount = || written.read(cell, profile.decimal).is_some();
        match look {
            Look::Any => true,
            Look::Name => !blank && !amount() && value::day(cell, &profile.date).is_err(),
            Look::Date => matches!(value::day(cell, &profile.date), Ok(Some(_))),
            Look::Amount => amount(),
            Look::SomeAmount => !blank && amount(),
            Look::Currency => blank || is_currency(cell),
            Look::Account => blank || value::account(cell, &mut String::new()),
            Look::SomeAccount => value::account(cell, &mut String::new()),
            Look::Count => value::strip_spaces(cell).iter().all(u8::is_ascii_digit),
            Look::Uuid => is_uuid(cell),
        }
    })
}

fn is_currency(cell: &[u8]) -> bool {
    std::str::from_utf8(value::strip_spaces(cell))
        .is_ok_and(|code| Currency::from_code(code).is_ok())
}

fn is_uuid(cell: &[u8]) -> bool {
    let groups: Vec<&[u8]> = cell.split(|byte| *byte == b'-').collect();
    groups.iter().map(|group| group.len()).eq([8, 4, 4, 4, 12])
        && groups.concat().iter().all(u8::is_ascii_hexdigit)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_compared_without_case_letters_and_spaces() {
        assert_eq!(folded("  #Data  Księgowania "), "#data ksiegowania");
        assert_eq!(folded("ŹRÓDŁOWY\u{a0}RACHUNEK"), "zrodlowy rachunek");
    }

    #[test]
    fn repeated_names_are_told_apart_by_the_column_before() {
        let names: Vec<String> = "Kwota;Waluta;Blokada;Waluta;Saldo;Waluta"
            .split(';')
            .map(folded)
            .collect();
        let after = |after: &str| Column::After {
            name: "Waluta".into(),
            after: after.into(),
        };
        assert_eq!(locate(&after("Kwota"), &names), Some(1));
        assert_eq!(locate(&after("Blokada"), &names), Some(3));
        assert_eq!(locate(&after("Saldo"), &names), Some(5));
        assert_eq!(locate(&after("Konto"), &names), None);
        assert_eq!(
            locate(&Column::Named("Balance|Saldo".into()), &names),
            Some(4)
        );
        assert_eq!(locate(&Column::Numbered(2), &[]), Some(1));
    }
}
