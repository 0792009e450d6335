//! Imports that were taken back: each statement leaves its account exactly as it found it.

use std::collections::{BTreeMap, BTreeSet};

use kantor_model::Money;

use crate::chain::{Booking, Change, Stretch};
use crate::log::At;
use crate::office::{Account, Office, Piece};
use crate::orders::reasoned;
use crate::parts::{ChainLine, Is};
use crate::values::{Moves, Question, moved};
use crate::{Checks, Digest};

/// So many statements of an account can be taken back.
const STEPS: usize = 64;

/// An account as a statement found it.
pub(crate) struct Step {
    statement: u64,
    file: Digest,
    /// New places and old ones of lines that moved; a line that it does not name and that was there
    /// stayed, as far as the statement left the chain alone.
    pairs: BTreeMap<u64, u64>,
    keeps: u64,
    proved_through: u64,
    proved_balance: i64,
    /// What stood after the proved lines: pieces, and each line's amount and balance.
    pieces: Vec<Piece>,
    tail: Vec<(i64, i64)>,
}

impl Step {
    /// Remembers an account before a statement changes it.
    pub(crate) fn remember(account: &mut Account, booking: &Booking) {
        let proved = usize::try_from(account.proved_through).unwrap_or(usize::MAX);
        let tail = account.lines.iter().skip(proved);
        let pieces = account.pieces.iter().filter_map(|piece| {
            let end = piece.first.saturating_add(piece.count);
            let first = piece.first.max(account.proved_through.saturating_add(1));
            let count = end.checked_sub(first).filter(|count| *count > 0)?;
            Some(Piece {
                first,
                position: piece.position.saturating_add(first - piece.first),
                count,
                ..*piece
            })
        });
        let change = &booking.change;
        let pairs = change.pairs().into_iter().map(|(from, to)| (to, from));
        let step = Step {
            statement: booking.statement,
            file: booking.facts.file,
            pairs: pairs.collect(),
            keeps: change.keeps,
            proved_through: account.proved_through,
            proved_balance: account.proved_balance,
            pieces: pieces.collect(),
            tail: tail.map(|line| (line.amount, line.balance)).collect(),
        };
        account.steps.push_back(step);
        if account.steps.len() > STEPS {
            account.steps.pop_front();
        }
    }

    /// Where a line of now stood before the statement.
    fn origin_of(&self, ordinal: u64) -> Option<u64> {
        if ordinal <= self.keeps {
            Some(ordinal)
        } else {
            self.pairs.get(&ordinal).copied()
        }
    }

    /// The change that leaves the account as it was found, as the log must have it.
    fn undoes(&self, change: &Change, lines: u64, balance: i64) -> Result<(), String> {
        let first = self.proved_through.saturating_add(1);
        let mut wanted: BTreeMap<u64, u64> = BTreeMap::new();
        let mut gone = Vec::new();
        for ordinal in first..=lines {
            match self.origin_of(ordinal) {
                Some(origin) => drop(wanted.insert(ordinal, origin)),
                None => gone.push(ordinal),
            }
        }
        let before = self.tail.last().map_or(self.proved_balance, |line| line.1);
        let ground = change.keeps == self.proved_through
            && change.keeps.checked_add(change.cut) == Some(lines)
            && change.proved_through == self.proved_through
            && change.proved_balance == self.proved_balance
            && before.checked_sub(balance) == Some(change.net);
        if !ground {
            return Err("it does not leave the account as the statement found it".to_owned());
        }
        if change.pairs() != wanted || change.withdrawn != gone {
            return Err("lines do not go back to where they were".to_owned());
        }
        let mut place = first;
        let stands = change.end.iter().map(|stretch: &Stretch| {
            let piece = stretch.at(place);
            place = place.saturating_add(stretch.count);
            piece
        });
        if stands.ne(self.pieces.iter().copied()) {
            return Err("what stands there now is not what stood there".to_owned());
        }
        Ok(())
    }
}

impl Office<'_> {
    pub(crate) fn import_undone(
        &mut self,
        at: &At<'_>,
        file: Digest,
        reason: &str,
    ) -> Checks<Moves> {
        reasoned(at, reason)?;
        self.undoing = Some(file);
        Ok(Moves::new())
    }

    pub(crate) fn statement_undone(
        &mut self,
        at: &At<'_>,
        (statement, id): (u64, u64),
        change: &Change,
        questions: &[(u64, Question)],
    ) -> Checks<Moves> {
        let waits = !self.policy(at)?.provisional_funds;
        let undoing = self.undoing;
        let account = self
            .accounts
            .get_mut(&id)
            .ok_or_else(|| at.wrong(format!("account {id} was never opened")))?;
        let step = account.steps.pop_back();
        let step = step.filter(|step| step.statement == statement && Some(step.file) == undoing);
        let step = step.ok_or_else(|| {
            at.wrong(format!(
                "statement {statement} is not the last one of account {id}, or its file was not taken back"
            ))
        })?;
        let (lines, balance, proved) = (account.count(), account.balance(), account.proved_balance);
        let proved_through = account.proved_through;
        step.undoes(change, lines, balance)
            .map_err(|what| at.wrong(what))?;
        let still = change.withdrawn.iter().find(|gone| {
            let line = account.line(**gone);
            !line.is_some_and(ChainLine::is_question)
        });
        at.must(still.is_none(), || {
            format!("line {id}/{still:?} goes, and is somebody's")
        })?;
        let mut stand: Vec<ChainLine> = step
            .tail
            .iter()
            .map(|(amount, balance)| ChainLine {
                amount: *amount,
                balance: *balance,
                is: Is::New,
            })
            .collect();
        let pairs = change.pairs();
        let mut asked: BTreeSet<u64> = BTreeSet::new();
        for (from, to) in &pairs {
            let was = account.line(*from).map(|line| line.is.clone());
            let place = to.checked_sub(change.keeps.saturating_add(1));
            let is = place.and_then(|at| stand.get_mut(usize::try_from(at).ok()?));
            if let (Some(was), Some(line)) = (was, is) {
                line.is = was;
                // What the statement proved waits again, where unproved money does.
                if waits && *from <= proved_through {
                    asked.insert(*to);
                }
            }
        }
        let ordinals = change.keeps.saturating_add(1)..;
        let fresh = ordinals.clone().zip(&stand);
        asked.extend(
            fresh
                .filter(|(_, line)| line.is == Is::New)
                .map(|(at, _)| at),
        );
        let free = ordinals
            .zip(&stand)
            .filter(|(at, _)| asked.contains(at))
            .all(|(_, line)| line.is_question() || line.is == Is::New);
        at.must(free, || {
            "what it proved is somebody's, and waits for proof again".to_owned()
        })?;
        let waiting = Question::plain("not_proved_yet");
        let said = questions.iter().map(|(ordinal, _)| *ordinal);
        let so = said.eq(asked.iter().copied())
            && questions.iter().all(|(_, question)| *question == waiting);
        at.must(so, || format!("lines {asked:?} wait for proof again"))?;
        for ordinal in &asked {
            let place = ordinal.checked_sub(change.keeps.saturating_add(1));
            let line = place.and_then(|at| stand.get_mut(usize::try_from(at).ok()?));
            if let Some(line) = line {
                line.is = Is::Question(Box::new(waiting.clone()));
            }
        }
        let keeps = usize::try_from(change.keeps).unwrap_or(usize::MAX);
        account.lines.truncate(keeps);
        account.lines.extend(stand);
        account.put(change);
        account.proved_through = step.proved_through;
        account.proved_balance = step.proved_balance;
        let currency = account.currency();
        self.follow_lines(id, change.keeps, &pairs);
        let money = |minor| Money::new(minor, currency);
        let moved_by = step.proved_balance.saturating_sub(proved);
        let rest = change.net.saturating_sub(moved_by);
        let mut moves = Moves::new();
        moved(
            &mut moves,
            "suspense",
            &format!("bank:{id}"),
            money(moved_by),
        );
        let provisional = format!("bank-provisional:{id}");
        moved(&mut moves, "suspense", &provisional, money(rest));
        Ok(moves)
    }
}
