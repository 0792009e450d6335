//! From rows to statements: the order proven, the own accounts known, balances told or derived.

use kantor_model::{
    AccountNumber, Balance, Currency, Date, Format, Iban, IbanError, Money, Place, StatementFoot,
    StatementHead, StatementSink,
};

use super::accounts::{self, Group, Known};
use super::complaints::Problem;
use super::held::Held;
use super::layout::Layout;
use super::order::{Chain, Link, Signs};
use super::profile::{CsvProfile, Order};
use super::reader::Step;
use super::row::Row;
use super::texts::Texts;
use super::told::{Told, ToldAmount};
use crate::charset::{Charset, Settling};
use crate::statement::{Counted, Halt, Options};

/// Tells the statements of one file.
pub(super) struct Teller<'t> {
    bank: &'t str,
    profile: &'t CsvProfile,
    layout: Layout,
    options: Options<'t>,
    settling: Settling,
    texts: Texts,
    /// The one statement of a file that is told as it comes.
    streaming: Option<Open>,
    entries: u64,
}

/// A statement that was begun.
struct Open {
    group: Group,
    chain: Chain,
    opening: Option<Money>,
    /// The last row's day and balance.
    last: Option<(Option<Date>, Option<i64>)>,
    credits: i128,
    debits: i128,
    /// Some rows have a balance, so each of them should.
    balances: bool,
}

impl<'t> Teller<'t> {
    pub(super) fn new(
        bank: &'t str,
        profile: &'t CsvProfile,
        layout: &Layout,
        options: Options<'t>,
    ) -> Teller<'t> {
        Teller {
            bank,
            profile,
            layout: layout.clone(),
            options,
            settling: Settling::Open,
            texts: Texts::default(),
            streaming: None,
            entries: 0,
        }
    }

    /// The code page that texts were read in.
    pub(super) fn charset(&self) -> Charset {
        self.options.charset.unwrap_or(self.settling.charset())
    }

    /// Whether a statement was begun before all rows were seen.
    pub(super) fn is_streaming(&self) -> bool {
        self.streaming.is_some()
    }

    /// The code page is known.
    pub(super) fn settle_as(&mut self, charset: Charset) {
        self.settling = Settling::Settled(charset);
    }

    /// Looks at more bytes of the file, as far as its code page is still open.
    pub(super) fn settle(&mut self, bytes: &[u8]) {
        if self.settling.needs_window(bytes) {
            self.settling = self.settling.after(bytes);
        }
    }

    fn known<'a>(&'a self, told: &'a Told) -> Known<'a> {
        Known {
            profile: self.profile,
            layout: &self.layout,
            told,
            said: self.options.account,
            charset: self.charset(),
        }
    }

    /// Tells the rows that are held, before the last of them was seen; `false` where that cannot
    /// be done in the bank's order.
    pub(super) fn flow<K: StatementSink + ?Sized>(
        &mut self,
        held: &mut Held,
        told: &Told,
        sink: &mut Counted<'_, K>,
    ) -> Result<bool, Halt> {
        self.settle(held.all_bytes());
        let owners = accounts::assign(held, &self.known(told));
        let mut open = match (self.streaming.take(), owners.groups.as_slice()) {
            (Some(open), [group]) if open.group.account == group.account => open,
            (None, [group]) => {
                let order = Signs::of(&held.rows).order(Order::NewestFirst);
                if order == Order::NewestFirst {
                    return Ok(false);
                }
                complain_all(owners.problems, sink)?;
                self.begin(group, &held.rows, told, true, sink)?
            }
            (_, _) => return Ok(false),
        };
        for at in 0..held.rows.len() {
            self.entry(&mut open, held, at, sink)?;
        }
        held.clear();
        self.streaming = Some(open);
        Ok(true)
    }

    /// Tells what is held, and ends every statement.
    pub(super) fn finish<K: StatementSink + ?Sized>(
        &mut self,
        held: &mut Held,
        told: &Told,
        sink: &mut Counted<'_, K>,
    ) -> Step {
        if self.streaming.is_some() {
            if !held.rows.is_empty() && !self.flow(held, told, sink)? {
                let rows = held.rows.len();
                let line = held.rows.first().map_or(1, |row| row.line);
                let place = Place { line, column: 1 };
                let problem = Problem::TableTooLong { rows };
                return sink.complaint(problem.at(place, String::new()));
            }
            let count = self.entries;
            let whole = self.check_count(told, count, sink)?;
            if let Some(open) = self.streaming.take().filter(|_| whole) {
                self.end(&open, told, true, sink)?;
            }
            return Ok(());
        }
        self.settle(held.all_bytes());
        if !self.check_count(told, held.rows.len() as u64, sink)? {
            return Ok(());
        }
        if held.rows.is_empty() {
            return self.empty(told, sink);
        }
        let owners = accounts::assign(held, &self.known(told));
        if owners.too_many {
            let most = accounts::MOST_ACCOUNTS;
            let place = Place { line: 1, column: 1 };
            let problem = Problem::AccountsTooMany { most };
            return sink.complaint(problem.at(place, String::new()));
        }
        complain_all(owners.problems, sink)?;
        let order = Signs::of(&held.rows).order(self.profile.order);
        let alone = owners.groups.len() == 1;
        for (at, group) in owners.groups.iter().enumerate() {
            let mut rows: Vec<usize> = (0..held.rows.len())
                .filter(|row| {
                    held.rows
                        .get(*row)
                        .is_some_and(|row| row.group as usize == at)
                })
                .collect();
            if order == Order::NewestFirst {
                rows.reverse();
            }
            let told_rows: Vec<Row> = rows
                .iter()
                .filter_map(|row| held.rows.get(*row))
                .copied()
                .collect();
            let mut open = self.begin(group, &told_rows, told, alone, sink)?;
            for row in rows {
                self.entry(&mut open, held, row, sink)?;
            }
            self.end(&open, told, alone, sink)?;
        }
        Ok(())
    }

    /// The number of entries that the file tells is theirs, or the file is not whole.
    fn check_count<K: StatementSink + ?Sized>(
        &self,
        told: &Told,
        found: u64,
        sink: &mut Counted<'_, K>,
    ) -> Result<bool, Halt> {
        if let Some(about) = told.about_count.filter(|about| about.count != found) {
            let problem = Problem::AboutCountMismatch {
                told: about.count,
                found,
            };
            sink.complaint(problem.at(about.place, String::new()))?;
        }
        let Some(count) = told.count.filter(|count| count.count != found) else {
            return Ok(true);
        };
        let problem = Problem::CountMismatch {
            told: count.count,
            found,
        };
        sink.forgivable(problem.at(count.place, String::new()))
    }

    /// A file without rows is a statement when it says whose.
    fn empty<K: StatementSink + ?Sized>(&mut self, told: &Told, sink: &mut Counted<'_, K>) -> Step {
        let code = self.profile.currency.as_deref();
        let told_code = |amount: &Option<ToldAmount>| {
            let code = amount.as_ref()?.written.currency?;
            currency_of(std::str::from_utf8(&code).ok()?)
        };
        let currency = told
            .currency
            .or_else(|| told_code(&told.closing))
            .or_else(|| told_code(&told.opening))
            .or_else(|| code.and_then(currency_of));
        let (Some(currency), [own]) = (currency, told.accounts.as_slice()) else {
            let place = Place { line: 1, column: 1 };
            return sink.complaint(Problem::NoEntries.at(place, String::new()));
        };
        let group = Group::of(own.number.clone(), currency);
        let open = self.begin(&group, &[], told, true, sink)?;
        self.end(&open, told, true, sink)
    }

    /// Begins the statement of a group, whose rows are these, the oldest first.
    fn begin<K: StatementSink + ?Sized>(
        &mut self,
        group: &Group,
        rows: &[Row],
        told: &Told,
        alone: bool,
        sink: &mut Counted<'_, K>,
    ) -> Result<Open, Halt> {
        let place = Place {
            line: group.line,
            column: 1,
        };
        let first = rows.iter().find(|row| row.is_booked());
        let day = told.from.or_else(|| rows.first().and_then(Row::day));
        let stated = told.opening.as_ref().filter(|_| alone);
        let stated = stated
            .map(|stated| money(stated, group, sink))
            .transpose()?;
        let mut chain = Chain::from(stated.flatten().map(Money::minor));
        for row in rows {
            chain.step(row);
        }
        let derived = first.filter(|_| chain.is_whole()).and_then(|row| {
            let before = row.balance?.checked_sub(row.amount.minor())?;
            Some(Money::new(before, group.currency))
        });
        let opening = stated.flatten().or(derived);
        let account = group.account.as_deref().and_then(AccountNumber::from_file);
        if let Some(AccountNumber::Other(number)) = &account
            && matches!(Iban::parse(number), Err(IbanError::CheckDigits { .. }))
        {
            let account = number.clone();
            sink.complaint(Problem::AccountCheckDigits { account }.at(place, String::new()))?;
        }
        sink.begin(StatementHead {
            format: Format::Csv,
            bank: Some(self.bank.to_owned()),
            account,
            currency: group.currency,
            number: told.number.clone(),
            opening: opening
                .zip(day)
                .map(|(amount, date)| Balance { amount, date }),
            place,
        })?;
        Ok(Open {
            group: group.clone(),
            chain: Chain::from(stated.flatten().map(Money::minor)),
            opening,
            last: None,
            credits: 0,
            debits: 0,
            balances: rows.iter().any(|row| row.balance.is_some()),
        })
    }

    fn entry<K: StatementSink + ?Sized>(
        &mut self,
        open: &mut Open,
        held: &Held,
        at: usize,
        sink: &mut Counted<'_, K>,
    ) -> Step {
        let Some(row) = held.rows.get(at) else {
            return Ok(());
        };
        let cells = held.cells(at);
        let charset = self.charset();
        let place = Place {
            line: row.line,
            column: 1,
        };
        let shown = || {
            let separator = self.profile.separator.to_string();
            let all: Vec<_> = (0..cells.len())
                .map(|index| charset.decode(cells.cell(index)))
                .collect();
            all.join(&separator).chars().take(80).collect::<String>()
        };
        match open.chain.step(row) {
            Link::Breaks(expected) => {
                let currency = row.amount.currency();
                let expected = i64::try_from(expected).map(|minor| Money::new(minor, currency));
                if let (Ok(expected), Some(found)) = (expected, row.balance) {
                    let found = Money::new(found, currency);
                    let problem = Problem::BalanceBreak { expected, found };
                    sink.complaint(problem.at(place, shown()))?;
                }
            }
            Link::Missing if open.balances => {
                sink.complaint(Problem::BalanceMissing.at(place, shown()))?;
            }
            Link::Missing | Link::Holds => {}
        }
        if row.is_booked() {
            let amount = i128::from(row.amount.minor());
            open.credits += amount.max(0);
            open.debits += amount.min(0);
            open.last = Some((row.day(), row.balance));
        }
        let own = open.group.account.as_deref();
        self.texts
            .read(row, cells, self.profile, &self.layout, own, charset);
        if let Some(account) = self.texts.wrong_account() {
            let account = account.to_owned();
            let problem = Problem::AccountCheckDigits { account };
            sink.complaint(problem.at(place, shown()))?;
        }
        if self.texts.is_undecodable() {
            sink.complaint(Problem::TextUndecodable.at(place, shown()))?;
        }
        self.entries += 1;
        sink.entry(&self.texts.entry(row))
    }

    /// Ends the statement: the closing balance that the file tells or that follows from its rows.
    fn end<K: StatementSink + ?Sized>(
        &mut self,
        open: &Open,
        told: &Told,
        alone: bool,
        sink: &mut Counted<'_, K>,
    ) -> Step {
        let currency = open.group.currency;
        let line = open.group.line;
        let place = Place { line, column: 1 };
        let minor = |sum: i128| {
            i64::try_from(sum)
                .ok()
                .map(|minor| Money::new(minor, currency))
        };
        if minor(open.credits).is_none() || minor(open.debits).is_none() {
            return sink.complaint(Problem::SumTooLarge.at(place, String::new()));
        }
        let stated = told.closing.as_ref().filter(|_| alone);
        let closing = stated
            .map(|stated| money(stated, &open.group, sink))
            .transpose()?;
        let closing = closing.flatten();
        let day = told
            .until
            .or_else(|| open.last.and_then(|(day, _)| day))
            .or(told.from);
        if alone {
            self.check_totals(open, told, sink)?;
        }
        let balance = open.last.and_then(|(_, balance)| balance);
        let derived = balance
            .filter(|_| open.chain.is_whole())
            .map(|minor| Money::new(minor, currency));
        let computed = open
            .opening
            .and_then(|opening| minor(i128::from(opening.minor()) + open.chain.sum));
        let last = derived.or(computed);
        if let (Some(stated), Some(computed), Some(told)) = (closing, last, stated)
            && let Ok(difference) = stated.minus(computed)
            && !difference.is_zero()
        {
            let problem = Problem::BalanceMismatch {
                stated,
                computed,
                difference,
            };
            sink.complaint(problem.at(told.place, told.excerpt.clone()))?;
        }
        let closing = closing.or(derived).zip(day);
        sink.end(StatementFoot {
            closing: closing.map(|(amount, date)| Balance { amount, date }),
            available: None,
        })
    }

    /// Sums that the file tells beside its rows.
    fn check_totals<K: StatementSink + ?Sized>(
        &self,
        open: &Open,
        told: &Told,
        sink: &mut Counted<'_, K>,
    ) -> Step {
        let sums = [
            ("credits", &told.credits, open.credits),
            ("debits", &told.debits, open.debits),
            ("entries", &told.sum, open.credits + open.debits),
        ];
        for (what, stated, found) in sums {
            let Some(stated) = stated else { continue };
            let Some(amount) = money(stated, &open.group, sink)? else {
                continue;
            };
            // Debits are told with and without their sign.
            let same = i128::from(amount.minor()).abs() == found.abs();
            if let (false, Ok(found)) = (same, i64::try_from(found)) {
                let found = Money::new(found, open.group.currency);
                let problem = Problem::TotalMismatch {
                    what,
                    told: amount,
                    found,
                };
                sink.complaint(problem.at(stated.place, stated.excerpt.clone()))?;
            }
        }
        Ok(())
    }
}

fn currency_of(code: &str) -> Option<Currency> {
    Currency::from_code(code).ok()
}

/// An amount that the file tells beside its rows, in the currency of its statement.
fn money<K: StatementSink + ?Sized>(
    told: &ToldAmount,
    group: &Group,
    sink: &mut Counted<'_, K>,
) -> Result<Option<Money>, Halt> {
    let code = group.currency.code().as_bytes();
    let problem = match told.written.currency {
        Some(other) if other != *code => Problem::FactUnreadable {
            text: told.excerpt.clone(),
        },
        Some(_) | None => match told.written.money(group.currency) {
            Ok(money) => return Ok(Some(money)),
            Err(_) => Problem::FactUnreadable {
                text: told.excerpt.clone(),
            },
        },
    };
    sink.complaint(problem.at(told.place, told.excerpt.clone()))?;
    Ok(None)
}

fn complain_all<K: StatementSink + ?Sized>(
    problems: Vec<(Problem, Place)>,
    sink: &mut Counted<'_, K>,
) -> Step {
    for (problem, place) in problems {
        sink.complaint(problem.at(place, String::new()))?;
    }
    Ok(())
}
