//! A row of the table: what it says of money and days, read at once; its texts are kept as they
//! are until it is its turn.

use kantor_model::{Currency, Date, EntryStatus, Money};

use super::complaints::Problem;
use super::layout::Layout;
use super::profile::CsvProfile;
use super::records::Record;
use super::value::{self, NotADay, Written};

/// What is certain of a row before its texts are looked at.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) struct Row {
    pub(super) line: u32,
    pub(super) amount: Money,
    pub(super) balance: Option<i64>,
    pub(super) booking_date: Option<Date>,
    pub(super) value_date: Option<Date>,
    pub(super) original: Option<Money>,
    pub(super) status: EntryStatus,
    /// Which text stands for the own account, see [`super::held::Held`].
    pub(super) own: u32,
    /// Which statement it belongs to.
    pub(super) group: u32,
}

impl Row {
    /// The day that orders it.
    pub(super) fn day(&self) -> Option<Date> {
        self.booking_date.or(self.value_date)
    }

    /// Whether it is part of the balance.
    pub(super) fn is_booked(&self) -> bool {
        self.status == EntryStatus::Booked
    }
}

/// What is wrong with a row, and in which cell.
pub(super) type RowProblem = (Problem, usize);

/// Reads rows of one layout.
pub(super) struct RowReader<'p> {
    pub(super) profile: &'p CsvProfile,
    pub(super) layout: Layout,
    /// The currency that the file tells above its rows, or that the profile says.
    pub(super) currency: Option<Currency>,
    written: Written,
    /// So many cells had the row before, or the line of columns.
    width: Option<usize>,
}

impl<'p> RowReader<'p> {
    pub(super) fn new(profile: &'p CsvProfile, layout: Layout) -> RowReader<'p> {
        let width = profile.shape.is_none().then_some(layout.width);
        RowReader {
            profile,
            layout,
            currency: None,
            written: Written::default(),
            width,
        }
    }

    /// Whether a cell of a date holds one: then the line is a row, whatever else is wrong with it.
    pub(super) fn has_day(&self, record: &Record) -> bool {
        self.layout.dates().any(|cell| {
            matches!(
                value::day(record.cell(cell), &self.profile.date),
                Ok(Some(_))
            )
        })
    }

    /// The cell of a row-like line whose date cannot be read: another cell holds an amount.
    pub(super) fn row_without_day(&mut self, record: &Record) -> Option<usize> {
        let mark = self.profile.decimal;
        let amount = self.layout.amounts().any(|cell| {
            let cell = record.cell(cell);
            !value::is_blank(cell) && self.written.read(cell, mark).is_some()
        });
        let mut dates = self.layout.dates();
        let first = self.layout.dates().next();
        let filled = dates.find(|cell| !value::is_blank(record.cell(*cell)));
        amount.then_some(filled.or(first)).flatten()
    }

    /// Reads what is certain of a row.
    pub(super) fn read(&mut self, record: &Record) -> Result<Row, RowProblem> {
        self.check_width(record)?;
        let booking_date = self.day(record, self.layout.booking_date)?;
        let value_date = self.day(record, self.layout.value_date)?;
        if booking_date.or(value_date).is_none() {
            let cell = self.layout.dates().next().unwrap_or(0);
            return Err((Problem::DateMissing, cell));
        }
        let (amount, held) = self.amount(record)?;
        let (balance, announced) = self.balance(record, amount.currency())?;
        let pending = &self.profile.pending;
        let unbooked = pending.without_booking_date
            && self.layout.booking_date.is_some()
            && booking_date.is_none();
        let status = if held || announced || unbooked {
            EntryStatus::Pending
        } else {
            EntryStatus::Booked
        };
        let original = self.original(record, amount.currency())?;
        self.check_end(record, amount.currency())?;
        Ok(Row {
            line: record.line,
            amount,
            balance: balance.filter(|_| status == EntryStatus::Booked),
            booking_date,
            value_date,
            original,
            status,
            own: 0,
            group: 0,
        })
    }

    fn check_width(&self, record: &Record) -> Result<(), RowProblem> {
        let layout = &self.layout;
        let filled = (0..record.len())
            .rev()
            .find(|cell| !value::is_blank(record.cell(*cell)))
            .map_or(0, |cell| cell + 1);
        let open = self.profile.keyed.as_ref().is_some_and(|keyed| keyed.rest);
        if filled > layout.width && !open {
            let width = layout.width;
            return Err((
                Problem::RowTooWide {
                    cells: filled,
                    width,
                },
                width,
            ));
        }
        let dates = layout.dates().min();
        let money = [layout.amount, layout.debit, layout.credit];
        let needed = money.into_iter().flatten().chain(dates).max().unwrap_or(0) + 1;
        let cells = record.len();
        let shorter = self.width.is_some_and(|width| cells < width);
        if record.unfinished && (cells < needed || shorter) {
            return Err((Problem::Truncated, cells.saturating_sub(1)));
        }
        if cells < needed {
            return Err((Problem::RowTooShort { cells, needed }, 0));
        }
        Ok(())
    }

    /// A last line without its end may stop inside an amount: then places are missing.
    fn check_end(&mut self, record: &Record, currency: Currency) -> Result<(), RowProblem> {
        self.width = Some(record.len());
        let last = record.len().saturating_sub(1);
        if !record.unfinished || !self.layout.amounts().any(|cell| cell == last) {
            return Ok(());
        }
        let read = self.written.read(record.cell(last), self.profile.decimal);
        let places = currency.minor_digits() as usize;
        if read.is_some() && !self.written.is_empty() && self.written.places() < places {
            return Err((Problem::Truncated, last));
        }
        Ok(())
    }

    fn day(&self, record: &Record, cell: Option<usize>) -> Result<Option<Date>, RowProblem> {
        let Some(cell) = cell else {
            return Ok(None);
        };
        let content = record.cell(cell);
        value::day(content, &self.profile.date).map_err(|NotADay| {
            let text = shown(content);
            (Problem::DateUnreadable { text }, cell)
        })
    }

    /// The signed amount, and whether it is only held.
    fn amount(&mut self, record: &Record) -> Result<(Money, bool), RowProblem> {
        let layout = self.layout.clone();
        let filled =
            |cell: &Option<usize>| cell.filter(|cell| !value::is_blank(record.cell(*cell)));
        if let Some(cell) = filled(&layout.amount) {
            return Ok((self.money(record, cell, layout.currency)?, false));
        }
        match (filled(&layout.debit), filled(&layout.credit)) {
            (Some(debit), Some(credit)) => {
                // Some banks fill the other column with a zero.
                let out = self.money(record, debit, layout.currency)?;
                let into = self.money(record, credit, layout.currency)?;
                match (out.is_zero(), into.is_zero()) {
                    (true, _) => Ok((into, false)),
                    (false, true) => Ok((self.debited(out, debit)?, false)),
                    (false, false) => Err((Problem::AmountTwice, credit)),
                }
            }
            (Some(debit), None) => {
                let out = self.money(record, debit, layout.currency)?;
                Ok((self.debited(out, debit)?, false))
            }
            (None, Some(credit)) => Ok((self.money(record, credit, layout.currency)?, false)),
            (None, None) => match filled(&layout.hold) {
                Some(hold) => {
                    let currency = layout.hold_currency.or(layout.currency);
                    Ok((self.money(record, hold, currency)?, true))
                }
                None => {
                    let cell = layout.amount.or(layout.debit).unwrap_or(0);
                    Err((Problem::AmountMissing, cell))
                }
            },
        }
    }

    /// What went out is negative, whether the column says so or not.
    fn debited(&self, amount: Money, cell: usize) -> Result<Money, RowProblem> {
        if amount.is_negative() {
            return Ok(amount);
        }
        amount.negated().map_err(|_| (Problem::SumTooLarge, cell))
    }

    fn money(
        &mut self,
        record: &Record,
        cell: usize,
        currency: Option<usize>,
    ) -> Result<Money, RowProblem> {
        let content = record.cell(cell);
        if self.written.read(content, self.profile.decimal).is_none() || self.written.is_empty() {
            let text = shown(content);
            return Err((Problem::AmountUnreadable { text }, cell));
        }
        let named = match currency.map(|cell| (cell, value::currency(record.cell(cell)))) {
            None => None,
            Some((_, Ok(found))) => found,
            Some((cell, Err(code))) => return Err((Problem::CurrencyUnknown { code }, cell)),
        };
        let beside = match self.written.currency.map(|code| value::currency(&code)) {
            None => None,
            Some(Ok(found)) => found,
            Some(Err(code)) => return Err((Problem::CurrencyUnknown { code }, cell)),
        };
        if let (Some(first), Some(second)) = (beside, named)
            && first != second
        {
            let first = first.to_string();
            return Err((Problem::CurrencyDiffers { first, second }, cell));
        }
        let currency = beside
            .or(named)
            .or(self.currency)
            .ok_or((Problem::CurrencyMissing, cell))?;
        self.written
            .money(currency)
            .map_err(|error| (Problem::AmountRefused { error }, cell))
    }

    /// The balance after the row, and whether a word in its place says that it is not booked yet.
    fn balance(
        &mut self,
        record: &Record,
        currency: Currency,
    ) -> Result<(Option<i64>, bool), RowProblem> {
        let Some(cell) = self.layout.balance else {
            return Ok((None, false));
        };
        let content = record.cell(cell);
        if value::is_blank(content) {
            return Ok((None, false));
        }
        let trimmed = value::strip_spaces(content);
        let words = &self.profile.pending.balance_words;
        if words
            .iter()
            .any(|word| word.as_bytes().eq_ignore_ascii_case(trimmed))
        {
            return Ok((None, true));
        }
        let unreadable = || {
            let text = shown(content);
            (Problem::BalanceUnreadable { text }, cell)
        };
        self.written
            .read(content, self.profile.decimal)
            .ok_or_else(unreadable)?;
        if let Some(code) = self.written.currency
            && code != *currency.code().as_bytes()
        {
            let first = String::from_utf8_lossy(&code).into_owned();
            let second = currency;
            return Err((Problem::CurrencyDiffers { first, second }, cell));
        }
        let money = self
            .written
            .money(currency)
            .map_err(|error| (Problem::AmountRefused { error }, cell))?;
        Ok((Some(money.minor()), false))
    }

    /// What was ordered in another currency than the account's, without its sign.
    fn original(
        &mut self,
        record: &Record,
        account: Currency,
    ) -> Result<Option<Money>, RowProblem> {
        let layout = &self.layout;
        let (Some(cell), Some(code)) = (layout.original, layout.original_currency) else {
            return Ok(None);
        };
        if value::is_blank(record.cell(cell)) || value::is_blank(record.cell(code)) {
            return Ok(None);
        }
        let money = self.money(record, cell, Some(code))?;
        if money.currency() == account {
            return Ok(None);
        }
        money
            .abs()
            .map(Some)
            .map_err(|_| (Problem::SumTooLarge, cell))
    }
}

/// A cell as a complaint shows it.
fn shown(cell: &[u8]) -> String {
    const LONGEST: usize = 40;
    let text = String::from_utf8_lossy(cell.trim_ascii());
    text.chars()
        .take(LONGEST)
        .map(|letter| if letter.is_control() { ' ' } else { letter })
        .collect()
}
