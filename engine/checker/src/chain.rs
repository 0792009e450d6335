//! How statements change the chains of their accounts.

use std::collections::{BTreeMap, BTreeSet};

use kantor_model::{Date, Money};
use serde_json::Value;

use crate::form::{Fields, Form, Misread, whole};
use crate::log::At;
use crate::office::{Account, Office, Piece};
use crate::parts::{ChainLine, Is};
use crate::undone::Step;
use crate::values::{Line, Moves, Payee, Question, moved};
use crate::{Checks, Digest};

/// What the log says of a statement besides its lines.
pub(crate) struct Facts {
    pub(crate) account: u64,
    pub(crate) file: Digest,
    pub(crate) index: u32,
    pub(crate) read_by: String,
    pub(crate) number: Option<String>,
    pub(crate) opening: Option<i64>,
    pub(crate) closing: Option<i64>,
    pub(crate) rows: Digest,
    pub(crate) lines: u64,
}

impl Facts {
    pub(crate) fn read(facts: &Fields<'_>) -> Result<Facts, Misread> {
        facts.get::<Option<String>>("format")?;
        facts.get::<Option<Date>>("closing_on")?;
        Ok(Facts {
            account: facts.get("account")?,
            file: facts.get("file")?,
            index: facts.get("index")?,
            read_by: facts.get("read_by")?,
            number: facts.get("number")?,
            opening: facts.get("opening")?,
            closing: facts.get("closing")?,
            rows: facts.get("rows")?,
            lines: facts.get("lines")?,
        })
    }
}

/// A run of rows that stands in a chain.
#[derive(Clone, Copy)]
pub(crate) struct Stretch {
    statement: u64,
    rows: Digest,
    position: u64,
    pub(crate) count: u64,
    shift: i64,
}

impl Stretch {
    /// It, with its place.
    pub(crate) fn at(&self, first: u64) -> Piece {
        Piece {
            first,
            rows: self.rows,
            position: self.position,
            count: self.count,
            statement: self.statement,
            shift: self.shift,
        }
    }
}

impl Form for Stretch {
    fn read(value: &Value) -> Result<Stretch, Misread> {
        whole(value, |stretch| {
            Ok(Stretch {
                statement: stretch.get("statement")?,
                rows: stretch.get("rows")?,
                position: stretch.get("position")?,
                count: stretch.get("count")?,
                shift: stretch.get("shift")?,
            })
        })
    }
}

/// Lines that have other places.
struct Moved {
    from: u64,
    to: u64,
    count: u64,
}

impl Form for Moved {
    fn read(value: &Value) -> Result<Moved, Misread> {
        whole(value, |moved| {
            Ok(Moved {
                from: moved.get("from")?,
                to: moved.get("to")?,
                count: moved.get("count")?,
            })
        })
    }
}

/// What is taken off the end of a chain, and what stands there now.
pub(crate) struct Change {
    pub(crate) keeps: u64,
    pub(crate) cut: u64,
    pub(crate) end: Vec<Stretch>,
    moves: Vec<Moved>,
    pub(crate) withdrawn: Vec<u64>,
    pub(crate) net: i64,
    pub(crate) proved_through: u64,
    pub(crate) proved_balance: i64,
}

impl Change {
    pub(crate) fn read(change: &Fields<'_>) -> Result<Change, Misread> {
        Ok(Change {
            keeps: change.get("keeps")?,
            cut: change.get("cut")?,
            end: change.get("end")?,
            moves: change.get("moves")?,
            withdrawn: change.get("withdrawn")?,
            net: change.get("net")?,
            proved_through: change.get("proved_through")?,
            proved_balance: change.get("proved_balance")?,
        })
    }

    /// Old places and new ones.
    pub(crate) fn pairs(&self) -> BTreeMap<u64, u64> {
        let lines = |moved: &Moved| {
            let (from, to) = (moved.from, moved.to);
            (0..moved.count).map(move |at| (from.saturating_add(at), to.saturating_add(at)))
        };
        self.moves.iter().flat_map(lines).collect()
    }
}

/// A statement that was booked.
pub(crate) struct Booking {
    pub(crate) statement: u64,
    pub(crate) facts: Facts,
    known: u64,
    new: u64,
    undecided: Vec<u64>,
    pub(crate) change: Change,
}

impl Booking {
    pub(crate) fn read(booking: &Fields<'_>) -> Result<Booking, Misread> {
        if !booking.holds("change") {
            return Booking::first_form(booking);
        }
        Ok(Booking {
            statement: booking.get("statement")?,
            facts: booking.inside("facts", Facts::read)?,
            known: booking.get("known")?,
            new: booking.get("new")?,
            undecided: booking.get("undecided")?,
            change: booking.inside("change", Change::read)?,
        })
    }

    /// The first form knew one way: lines from a place on are known, the others follow the end.
    fn first_form(booking: &Fields<'_>) -> Result<Booking, Misread> {
        let (statement, rows) = (booking.get("statement")?, booking.get("rows")?);
        let after: u64 = booking.get("after")?;
        let (known, new): (u64, u64) = (booking.get("known")?, booking.get("new")?);
        let stretch = Stretch {
            statement,
            rows,
            position: known,
            count: new,
            shift: 0,
        };
        let opening: i64 = booking.get("opening")?;
        Ok(Booking {
            statement,
            facts: Facts {
                account: booking.get("account")?,
                file: booking.get("file")?,
                index: booking.get("index")?,
                read_by: booking.get("read_by")?,
                number: booking.get("number")?,
                opening: Some(opening),
                closing: booking.get("closing")?,
                rows,
                lines: known.saturating_add(new),
            },
            known,
            new,
            undecided: Vec::new(),
            change: Change {
                keeps: after.saturating_add(known),
                cut: 0,
                end: if new > 0 { vec![stretch] } else { Vec::new() },
                moves: Vec::new(),
                withdrawn: Vec::new(),
                net: booking.get("net")?,
                proved_through: booking.get("proved_through")?,
                proved_balance: booking.get("proved_balance")?,
            },
        })
    }

    /// Whether rows of its own stand in the chain.
    pub(crate) fn brings_rows(&self) -> bool {
        let mut end = self.change.end.iter();
        end.any(|stretch| stretch.statement == self.statement)
    }

    /// Where a row of its own stands, counted from 0.
    pub(crate) fn place_of_row(&self, row: u64) -> Option<u64> {
        let mut first = self.change.keeps.saturating_add(1);
        for stretch in &self.change.end {
            if stretch.statement == self.statement
                && let Some(at) = row.checked_sub(stretch.position)
                && at < stretch.count
            {
                return Some(first.saturating_add(at));
            }
            first = first.saturating_add(stretch.count);
        }
        None
    }

    /// What a row of its own is called: by its place, where it has one or stands before one.
    pub(crate) fn name_of_row(&self, row: u64) -> String {
        let account = self.facts.account;
        let first = self.change.end.first();
        let before = first.filter(|it| it.statement == self.statement && row < it.position);
        let known = before.and_then(|it| {
            let first = self.change.keeps.saturating_add(1);
            first.checked_add(row)?.checked_sub(it.position)
        });
        match self.place_of_row(row).or(known) {
            Some(ordinal) => format!("line {account}/{ordinal}"),
            None => format!(
                "row {} of statement {}",
                row.saturating_add(1),
                self.statement
            ),
        }
    }
}

impl Account {
    /// The pieces follow a change: what is taken off the end, and what stands there now.
    pub(crate) fn put(&mut self, change: &Change) {
        let mut first = change.keeps.saturating_add(1);
        while let Some(last) = self.pieces.last_mut() {
            if last.first.saturating_add(last.count) <= first {
                break;
            }
            if last.first < first {
                last.count = first - last.first;
                break;
            }
            self.pieces.pop();
        }
        for stretch in &change.end {
            self.pieces.push(stretch.at(first));
            first = first.saturating_add(stretch.count);
        }
    }
}

impl Office<'_> {
    pub(crate) fn statement_booked(
        &mut self,
        at: &At<'_>,
        booking: &Booking,
        questions: Vec<(u64, Question)>,
    ) -> Checks<Moves> {
        let number = self.statements + 1;
        at.must(booking.statement == number, || {
            format!(
                "the statement is number {number}, not {}",
                booking.statement
            )
        })?;
        self.statements = number;
        let (id, change) = (booking.facts.account, &booking.change);
        let counted = booking.known.saturating_add(booking.new);
        let counted = counted.saturating_add(booking.undecided.len() as u64);
        at.must(counted == booking.facts.lines, || {
            format!(
                "of its {} lines {counted} became something",
                booking.facts.lines
            )
        })?;
        let pairs = change.pairs();
        let (lines, moves) = {
            let lines = self.lines_after(at, booking, &pairs)?;
            let moves = self.proved(at, booking, &lines)?;
            (lines, moves)
        };
        let first = change.keeps.saturating_add(1);
        let origins: BTreeSet<u64> = pairs.values().copied().collect();
        let last = change.keeps.saturating_add(lines.len() as u64);
        let fresh: Vec<u64> = (first..=last).filter(|it| !origins.contains(it)).collect();
        self.rechained(at, booking, lines)?;
        self.follow_lines(id, change.keeps, &pairs);
        let line = |ordinal| Line {
            account: id,
            ordinal,
        };
        self.act_begins(at);
        if change.cut > 0 {
            self.told_again(id, first..=change.proved_through.min(last));
        }
        self.fresh.extend(fresh.into_iter().map(line));
        for (ordinal, question) in questions {
            self.asked(at, change.proved_through, line(ordinal), question)?;
        }
        Ok(moves)
    }

    /// The lines that stand after those that are kept: the rows are those of their hash, each
    /// balance is the one before plus the line, and a line that moved is the same money.
    fn lines_after(
        &self,
        at: &At<'_>,
        booking: &Booking,
        pairs: &BTreeMap<u64, u64>,
    ) -> Checks<Vec<ChainLine>> {
        let (account, change) = (self.account(at, booking.facts.account)?, &booking.change);
        let fact = || format!("statement {} (event {})", booking.statement, at.seq);
        let wrong = |what: String| crate::wrong(fact(), what);
        let found = change.keeps.saturating_add(change.cut);
        if found != account.count() {
            return Err(wrong(format!(
                "its new lines begin after line {found}, the account has {}",
                account.count()
            )));
        }
        if change.cut > 0 && change.keeps < account.proved_through {
            return Err(wrong("it takes proved lines off the chain".to_owned()));
        }
        let balance = account.balance_at(change.keeps);
        let mut balance = balance.ok_or_else(|| wrong("its place is not there".to_owned()))?;
        let mut lines: Vec<ChainLine> = Vec::new();
        for stretch in &change.end {
            self.stretch(booking, stretch, &mut balance, &mut lines, at)?;
        }
        for (from, to) in pairs {
            let was = account.line(*from).filter(|_| *from > change.keeps);
            let is = to.checked_sub(change.keeps.saturating_add(1));
            let is = is.and_then(|at| lines.get_mut(usize::try_from(at).ok()?));
            match (was, is) {
                (Some(was), Some(is)) if was.amount == is.amount && is.is == Is::New => {
                    is.is = was.is.clone();
                }
                _ => return Err(wrong(format!("line {from} did not move to line {to}"))),
            }
        }
        for gone in change.keeps.saturating_add(1)..=found {
            if pairs.contains_key(&gone) {
                continue;
            }
            let free = account.line(gone).is_some_and(ChainLine::is_question);
            if !free || !change.withdrawn.contains(&gone) {
                return Err(wrong(format!("line {gone} went without a word")));
            }
        }
        Ok(lines)
    }

    /// One stretch of rows. Those of the statement itself are read whole, against their hash.
    fn stretch(
        &self,
        booking: &Booking,
        stretch: &Stretch,
        balance: &mut i64,
        lines: &mut Vec<ChainLine>,
        at: &At<'_>,
    ) -> Checks {
        let fact = || format!("statement {} (event {})", booking.statement, at.seq);
        let end = stretch.position.saturating_add(stretch.count);
        let (mut position, mut first_wrong) = (0, None);
        let keeps = booking.change.keeps;
        let mut row_balance = booking.facts.opening.unwrap_or(0);
        let own = stretch.statement == booking.statement;
        let mut row = |amount: i64, balance_after: i64| {
            row_balance = row_balance.saturating_add(amount);
            if own && row_balance != balance_after && first_wrong.is_none() {
                first_wrong = Some(booking.name_of_row(position));
            }
            if (stretch.position..end).contains(&position) {
                *balance = balance.saturating_add(amount);
                let ordinal = keeps.saturating_add(lines.len() as u64 + 1);
                let stands = balance_after.checked_add(stretch.shift);
                if stands != Some(*balance) && first_wrong.is_none() {
                    first_wrong = Some(format!("line {}/{ordinal}", booking.facts.account));
                }
                lines.push(ChainLine {
                    amount,
                    balance: *balance,
                    is: Is::New,
                });
            }
            position += 1;
        };
        let count = self.rows.all(&stretch.rows, &fact, &mut |it| {
            row(it.amount, it.balance_after);
        });
        if let Some(line) = first_wrong {
            let what = match count {
                Ok(_) => "it is not what stood there, or its balance does not follow".to_owned(),
                Err(differs) => differs.what,
            };
            let fact = format!("{line} in {}", fact());
            return Err(crate::wrong(fact, what));
        }
        let count = count?;
        let said = booking.facts.lines;
        crate::must(
            !own || (count == said && stretch.rows == booking.facts.rows),
            fact,
            || format!("it has {count} rows, the event says {said}"),
        )?;
        crate::must(end <= count, fact, || {
            format!("it stands on row {end}, and there are {count}")
        })
    }

    /// The closing balance proves what it can, and the books follow.
    fn proved(&self, at: &At<'_>, booking: &Booking, lines: &[ChainLine]) -> Checks<Moves> {
        let (account, change) = (self.account(at, booking.facts.account)?, &booking.change);
        let money = |minor| Money::new(minor, account.currency());
        let balance_at = |ordinal: u64| match ordinal.checked_sub(change.keeps) {
            None | Some(0) => account.balance_at(ordinal),
            Some(after) => {
                let at = usize::try_from(after - 1).unwrap_or(usize::MAX);
                lines.get(at).map(|line| line.balance)
            }
        };
        let last = lines.last().map(|line| line.balance);
        let end = last.or_else(|| account.balance_at(change.keeps));
        let net = end.and_then(|end| end.checked_sub(account.balance()));
        at.must(net == Some(change.net), || {
            format!(
                "its lines change the balance by {net:?}, not by {}",
                change.net
            )
        })?;
        if change.proved_through != account.proved_through {
            let begins = change.proved_through.checked_sub(booking.facts.lines);
            let on_proved = begins.is_some_and(|begins| {
                begins <= account.proved_through && balance_at(begins) == booking.facts.opening
            });
            let more = change.proved_through > account.proved_through;
            at.must(on_proved && more && booking.facts.closing.is_some(), || {
                "its opening does not stand on proved ground".to_owned()
            })?;
            at.must(booking.facts.closing == Some(change.proved_balance), || {
                "what it proves is not its closing balance".to_owned()
            })?;
        }
        let proved = balance_at(change.proved_through);
        at.must(proved == Some(change.proved_balance), || {
            format!(
                "the chain has {proved:?} at line {}, not {}",
                change.proved_through, change.proved_balance
            )
        })?;
        let moved_by = change
            .proved_balance
            .checked_sub(account.proved_balance)
            .ok_or_else(|| at.wrong("its balance is too large"))?;
        let rest = change
            .net
            .checked_sub(moved_by)
            .ok_or_else(|| at.wrong("its lines are too large"))?;
        let mut moves = Moves::new();
        let bank = format!("bank:{}", booking.facts.account);
        let provisional = format!("bank-provisional:{}", booking.facts.account);
        moved(&mut moves, "suspense", &bank, money(moved_by));
        moved(&mut moves, "suspense", &provisional, money(rest));
        Ok(moves)
    }

    /// Takes the change in.
    fn rechained(&mut self, at: &At<'_>, booking: &Booking, lines: Vec<ChainLine>) -> Checks {
        let change = &booking.change;
        let account = self
            .accounts
            .get_mut(&booking.facts.account)
            .ok_or_else(|| at.wrong("its account was never opened"))?;
        Step::remember(account, booking);
        account
            .lines
            .truncate(usize::try_from(change.keeps).unwrap_or(usize::MAX));
        account.lines.extend(lines);
        account.put(change);
        account.proved_through = change.proved_through;
        account.proved_balance = change.proved_balance;
        Ok(())
    }

    /// Whatever names a line that moved names its new place.
    pub(crate) fn follow_lines(&mut self, account: u64, keeps: u64, pairs: &BTreeMap<u64, u64>) {
        let place = |line: &mut Line| {
            if line.account == account
                && line.ordinal > keeps
                && let Some(to) = pairs.get(&line.ordinal)
            {
                line.ordinal = *to;
            }
        };
        let Some(known) = self.accounts.get(&account) else {
            return;
        };
        let moved = pairs
            .values()
            .filter_map(|to| Some((*to, known.line(*to)?)));
        let (mut orders, mut mirrors) = (BTreeSet::new(), Vec::new());
        let (mut payouts, mut reversals) = (BTreeSet::new(), Vec::new());
        for (ordinal, line) in moved {
            orders.extend(line.orders());
            match &line.is {
                Is::Own(other) => mirrors.push((*other, Line { account, ordinal })),
                Is::Payout(payout) => drop(payouts.insert(*payout)),
                Is::Together(paid) => payouts.extend(&paid.0),
                Is::Returned(back) => drop(payouts.insert(back.0)),
                Is::ReversedBy(other) | Is::Reverses(other) => {
                    reversals.push((Line { account, ordinal }, *other));
                }
                Is::New | Is::Question(_) | Is::Parts(_) | Is::Cover(_) => {}
            }
        }
        self.payouts_follow(&payouts, reversals, &place);
        for (other, line) in mirrors {
            let known = self.accounts.get_mut(&other.account);
            if let Some(known) = known.and_then(|it| it.line_mut(other.ordinal)) {
                known.is = Is::Own(line);
            }
        }
        for order in orders {
            let Some(order) = crate::office::nth_mut(&mut self.orders, order) else {
                continue;
            };
            order.receipts.iter_mut().for_each(place);
            for payout in order.payouts.clone() {
                if let Some(payout) = crate::office::nth_mut(&mut self.payouts, payout)
                    && let Payee::PayerOf(line) = &mut payout.payee
                {
                    place(line);
                }
            }
        }
        if !pairs.is_empty() {
            self.position.follow(&place);
        }
    }
}
