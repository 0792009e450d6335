//! The office in memory: what the runtime around the engine does, without a database. It commits
//! what a decision says together with the key of the request and the rows of the lines; it dies and
//! rises again from what was committed.

use std::collections::{BTreeMap, BTreeSet};

use kantor_engine::chain::{ChainTail, Link, NewLine};
use kantor_engine::matching::LineFacts;
use kantor_engine::{
    AccountId, Actor, Answer, Command, Digest, Event, LineId, Recorded, Refusal, Snapshot, apply,
    decide, due,
};
use kantor_model::{Iban, Moment};
use kantor_store::{Record, codec};

use crate::plant::Plant;
use crate::shelves::Shelves;

/// How many lines of a chain are looked at besides twice those of a statement, as the runtime does.
const RECENT_LINES: usize = 64;

/// After so many events a crash keeps what it replayed.
const KEEP_AFTER: usize = 1_000;

/// So many uploads are kept before those that nobody needs are looked for.
const UPLOADS: usize = 200;

/// A bank line as the store keeps it.
#[derive(Clone, Debug)]
pub(crate) struct Row {
    pub(crate) facts: LineFacts,
    pub(crate) link: Link,
    /// What else the file says of it.
    pub(crate) bank_reference: Option<String>,
    pub(crate) other: Option<Iban>,
    pub(crate) name: String,
    pub(crate) title: Option<String>,
}

/// An event as it was committed.
enum Kept {
    /// As a value.
    Value(Box<Recorded>),
    /// In its stored form.
    Stored(Record),
}

/// When the office dies on the way through a request.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Death {
    /// Nothing is committed yet.
    Before,
    /// Everything is committed, and nobody was told.
    After,
}

/// What came of a request.
pub(crate) struct Done {
    pub(crate) answer: Answer,
    /// What happened; empty when the key was known, or nothing had to.
    pub(crate) events: Vec<Recorded>,
}

/// An office with everything that surrounds the core.
pub(crate) struct Office {
    pub(crate) state: Snapshot,
    pub(crate) rows: BTreeMap<AccountId, Vec<Row>>,
    /// The rows of statements that may stand unproved.
    uploads: BTreeMap<Digest, Vec<Row>>,
    log: Vec<Kept>,
    answers: BTreeMap<u64, Answer>,
    /// How many events were replayed by a crash, and the office after them.
    replayed: (usize, Snapshot),
    /// Whether events are kept in the store's JSON.
    stored: bool,
    /// What the checker reads, where he is to be asked.
    pub(crate) shelves: Option<Shelves>,
    pub(crate) plant: Option<Plant>,
    /// What went wrong with the office itself; the first one is kept.
    pub(crate) broken: Option<String>,
    pub(crate) deaths: u64,
}

impl Office {
    pub(crate) fn new(stored: bool, checked: bool, plant: Option<Plant>) -> Office {
        Office {
            state: Snapshot::new(),
            rows: BTreeMap::new(),
            uploads: BTreeMap::new(),
            log: Vec::new(),
            answers: BTreeMap::new(),
            replayed: (0, Snapshot::new()),
            stored,
            shelves: checked.then(Shelves::new),
            plant,
            broken: None,
            deaths: 0,
        }
    }

    pub(crate) fn events(&self) -> usize {
        self.log.len()
    }

    /// Carries out a request once, however often it is sent under its key.
    pub(crate) fn act(
        &mut self,
        key: u64,
        by: &Actor,
        command: &Command,
        rows: &[Row],
        now: Moment,
        death: Option<Death>,
    ) -> Result<Done, Refusal> {
        if death == Some(Death::Before) {
            self.die();
        }
        if self.plant != Some(Plant::KeyForgotten)
            && let Some(answer) = self.answers.get(&key)
        {
            let (answer, events) = (answer.clone(), Vec::new());
            return Ok(Done { answer, events });
        }
        let outcome = decide(command, by, &self.state, now)?;
        let mut events = outcome.events;
        bent(self.plant, &self.state, &mut events);
        for recorded in &events {
            self.keep_rows(&recorded.event, rows);
            self.commit(recorded, now);
        }
        self.answers.insert(key, outcome.answer.clone());
        if death == Some(Death::After) {
            self.die();
        }
        let answer = outcome.answer;
        Ok(Done { answer, events })
    }

    fn commit(&mut self, recorded: &Recorded, now: Moment) {
        if let Some(shelves) = &mut self.shelves {
            shelves.append(recorded, now);
        }
        self.log.push(if self.stored {
            let new = codec::encode(recorded);
            Kept::Stored(Record {
                seq: self.log.len() as u64 + 1,
                moment: Moment::from_micros(0),
                kind: new.kind,
                version: new.version,
                body: new.body,
                hash: Digest([0; 32]),
            })
        } else {
            Kept::Value(Box::new(recorded.clone()))
        });
        self.live(recorded);
    }

    fn live(&mut self, recorded: &Recorded) {
        apply(&mut self.state, recorded);
        misapplied(self.plant, &mut self.state, recorded);
    }

    /// The rows of a statement are committed with it, in the places that it gives them; rows of
    /// earlier ones may have other places now.
    fn keep_rows(&mut self, event: &Event, rows: &[Row]) {
        let (account, change) = match event {
            Event::StatementBooked { booking, .. } => {
                self.forget_uploads();
                self.uploads.insert(booking.facts.rows, rows.to_vec());
                (booking.facts.account, &booking.change)
            }
            Event::StatementUndone {
                account, change, ..
            } => (*account, change),
            _ => return,
        };
        let begun = self.state.accounts.get(&account);
        let begun = begun.map_or(0, |account| account.opening.minor());
        let kept = self.rows.entry(account).or_default();
        kept.truncate(usize::try_from(change.keeps).unwrap_or(usize::MAX));
        for stretch in &change.end {
            let Some(uploaded) = self.uploads.get(&stretch.rows) else {
                continue;
            };
            let from = usize::try_from(stretch.position).unwrap_or(usize::MAX);
            let count = usize::try_from(stretch.count).unwrap_or(usize::MAX);
            for row in uploaded.iter().skip(from).take(count) {
                let before = kept.last().map_or(begun, |row| row.link.balance_after);
                let mut row = row.clone();
                row.link.balance_after = before.saturating_add(row.link.amount);
                kept.push(row);
            }
        }
    }

    /// Rows that are proved, and whose statement nobody can take back any more, have their places
    /// for ever.
    fn forget_uploads(&mut self) {
        if self.uploads.len() < UPLOADS {
            return;
        }
        let accounts = self.state.accounts.values();
        let ends = accounts.flat_map(|account| {
            let before = account.steps.iter().flat_map(|step| &step.end);
            account.end.iter().chain(before)
        });
        let used: BTreeSet<Digest> = ends.map(|placed| placed.stretch.rows).collect();
        self.uploads.retain(|rows, _| used.contains(rows));
    }

    /// Dies, and rises from what was committed: nobody may be able to tell the difference. What a
    /// crash before has replayed already is not replayed again, or a year of crashes would take a
    /// year; the end of the run replays everything.
    pub(crate) fn die(&mut self) {
        self.deaths += 1;
        if self.plant == Some(Plant::LostEvent) {
            self.log.pop();
        }
        let (from, kept) = std::mem::take(&mut self.replayed);
        self.replay(from, kept.clone());
        self.replayed = if self.log.len() - from > KEEP_AFTER {
            (self.log.len(), self.state.clone())
        } else {
            (from, kept)
        };
    }

    /// The bytes of a file are archived before anything is asked about it.
    pub(crate) fn archive(&mut self, bytes: &[u8]) {
        if let Some(shelves) = &mut self.shelves {
            shelves.put(bytes);
        }
    }

    /// The checker reckons everything again from what is stored. Whether he was asked.
    pub(crate) fn verify(&mut self) -> bool {
        let verified = self.shelves.as_ref().map(Shelves::verified);
        let asked = verified.is_some();
        if let Some(Err(what)) = verified {
            self.fault(what);
        }
        asked
    }

    /// Everything from the first event on.
    pub(crate) fn replay_all(&mut self) {
        self.replay(0, Snapshot::new());
    }

    fn replay(&mut self, from: usize, state: Snapshot) {
        let before = std::mem::replace(&mut self.state, state);
        let log = std::mem::take(&mut self.log);
        for kept in log.iter().skip(from) {
            match kept {
                Kept::Value(recorded) => self.live(recorded),
                Kept::Stored(record) => match codec::decode(record) {
                    Ok(recorded) => self.live(&recorded),
                    Err(unreadable) => self.fault(unreadable.to_string()),
                },
            }
        }
        self.log = log;
        if self.state != before {
            let told = difference(&before, &self.state);
            self.fault(format!("the log replays to another office: {told}"));
        }
    }

    fn fault(&mut self, what: String) {
        self.broken.get_or_insert(what);
    }

    /// What time alone asks for.
    pub(crate) fn due(&self, now: Moment) -> Vec<Command> {
        match self.plant {
            Some(Plant::NeverExpires) => Vec::new(),
            _ => due(&self.state, now),
        }
    }

    pub(crate) fn row(&self, line: LineId) -> Option<&Row> {
        let at = usize::try_from(line.ordinal.checked_sub(1)?).ok()?;
        self.rows.get(&line.account)?.get(at)
    }

    /// So much of an account's chain as a statement needs to be placed.
    pub(crate) fn tail(
        &self,
        account: AccountId,
        opening: Option<i64>,
        lines: &[NewLine],
    ) -> ((u64, i64), Vec<Link>) {
        let rows = self.rows.get(&account).map_or(&[][..], Vec::as_slice);
        let begun = self
            .state
            .accounts
            .get(&account)
            .map_or(0, |account| account.opening.minor());
        let known = self.state.accounts.get(&account);
        let unproved = known.map_or(0, |account| account.lines - account.proved_through);
        let unproved = usize::try_from(unproved).unwrap_or(usize::MAX);
        let mut wanted = lines.len() * 2 + unproved + RECENT_LINES;
        loop {
            let from = rows.len().saturating_sub(wanted);
            let links: Vec<Link> = rows.iter().skip(from).map(|row| row.link).collect();
            let balance = from
                .checked_sub(1)
                .and_then(|last| rows.get(last))
                .map_or(begun, |row| row.link.balance_after);
            let tail = ChainTail {
                before: from as u64,
                balance_before: balance,
                links: &links,
            };
            let is_enough = known.is_none_or(|known| tail.is_enough(known, opening, lines));
            if is_enough || from == 0 {
                return ((from as u64, balance), links);
            }
            wanted *= 4;
        }
    }
}

/// Where two offices differ, in a few words.
fn difference(before: &Snapshot, after: &Snapshot) -> String {
    let parts = [
        ("orders", before.orders == after.orders),
        ("receipts", before.receipts == after.receipts),
        ("payouts", before.payouts == after.payouts),
        ("batches", before.batches == after.batches),
        ("accounts", before.accounts == after.accounts),
        ("questions", before.questions == after.questions),
        ("settled lines", before.settled == after.settled),
        ("ledger", before.ledger == after.ledger),
    ];
    let other: Vec<&str> = parts
        .into_iter()
        .filter_map(|(name, same)| (!same).then_some(name))
        .collect();
    if other.is_empty() {
        "something else than orders, lines, payouts and books".to_owned()
    } else {
        format!("other {}", other.join(", "))
    }
}

/// Plants that bend what was decided.
fn bent(plant: Option<Plant>, state: &Snapshot, events: &mut Vec<Recorded>) {
    let Some(plant) = plant else { return };
    for recorded in events.iter_mut() {
        crate::bends::bend(plant, state, recorded);
    }
    crate::bends::add(plant, state, events);
}

/// Plants that bend what an event does.
fn misapplied(plant: Option<Plant>, state: &mut Snapshot, recorded: &Recorded) {
    if let Some(plant) = plant {
        crate::bends::misapply(plant, state, recorded);
    }
}
