//! The writer: one thread that owns the office's turn to write. It takes everything that waits,
//! decides each command on what the ones before it left, writes all of it in one transaction, and
//! answers only after the commit is known. A batch that fails is replayed one by one.

mod together;

use std::sync::Arc;
use std::sync::mpsc::{Receiver, Sender, SyncSender, channel};
use std::thread::JoinHandle;
use std::time::Instant;

use kantor_engine::chain::{ChainChange, Stretch};
use kantor_engine::{AccountId, Actor, Answer, Event, Outcome, Recorded, decide};
use kantor_model::Moment;
use kantor_store::{
    AppendError, Booking, CommitError, Digest, Head, Locked, NewAnswer, SideChange, SideRefusal,
    UnitOfWork, View, Withdrawal, fingerprint,
};

use crate::answer_form;
use crate::counts::Tally;
use crate::error::ExecuteError;
use crate::load;
use crate::read_model;
use crate::request::{Once, Request};
use crate::runtime::Shared;
use crate::state::State;

pub(crate) use self::together::Together;

/// How many commands share one transaction at most: enough to make the disk's sync cheap, few
/// enough to answer soon.
const BATCH: usize = 256;

/// How far the machine's clock may be behind the log before somebody has to look, in seconds.
const CLOCK_TOLERANCE: i64 = 120;

/// A request with the one who waits for its answer.
pub(crate) struct Job {
    pub(crate) request: Request,
    pub(crate) reply: SyncSender<Result<Answer, ExecuteError>>,
}

/// What comes to the writer.
pub(crate) enum Work {
    /// A request of its own.
    One(Box<Job>),
    /// Requests that are carried out together or not at all.
    Together(Together),
}

/// The writer at work, for those who have something for it. Who lets it go waits until everything is
/// written: nobody holds the store after that.
pub(crate) struct AtWork {
    /// Gone only when the writer is to end.
    work: Option<Sender<Work>>,
    thread: Option<JoinHandle<()>>,
}

impl AtWork {
    /// Work for the writer, behind what waits already.
    pub(crate) fn give(&self, work: Work) -> Result<(), ExecuteError> {
        let sender = self.work.as_ref().ok_or(ExecuteError::Closing)?;
        sender.send(work).map_err(|_| ExecuteError::Closing)
    }

    /// Whether the writer is still there. One that failed leaves an office that takes nothing.
    pub(crate) fn is_there(&self) -> bool {
        let thread = self.thread.as_ref();
        thread.is_some_and(|thread| !thread.is_finished())
    }
}

impl Drop for AtWork {
    fn drop(&mut self) {
        drop(self.work.take());
        if let Some(thread) = self.thread.take() {
            // A writer that failed has said so to everybody who waited for it.
            let _ = thread.join();
        }
    }
}

/// Starts the writer of an office, which stands as `state` says.
pub(crate) fn start(shared: Arc<Shared>, state: State) -> std::io::Result<AtWork> {
    let (work, waiting) = channel();
    let writer = Writer::new(shared, state, waiting);
    let thread = std::thread::Builder::new()
        .name("office-writer".to_owned())
        .spawn(move || writer.run())?;
    Ok(AtWork {
        work: Some(work),
        thread: Some(thread),
    })
}

/// The thread that writes.
struct Writer {
    shared: Arc<Shared>,
    /// The office as this batch leaves it; what readers see follows after the commit.
    state: State,
    waiting: Receiver<Work>,
}

/// Why a batch was not written.
enum Failed {
    /// One of its commands cannot be written; the others may.
    One(ExecuteError),
    /// The store failed; nothing was written.
    All(ExecuteError),
    /// Whether it was written is not known.
    Unknown(ExecuteError),
}

impl From<ExecuteError> for Failed {
    fn from(error: ExecuteError) -> Failed {
        Failed::All(error)
    }
}

impl From<CommitError> for Failed {
    fn from(error: CommitError) -> Failed {
        let kind = match error {
            CommitError::Unknown(_) => Failed::Unknown,
            CommitError::Spoiled => Failed::One,
            CommitError::Failed(_) => Failed::All,
        };
        kind(error.into())
    }
}

impl Writer {
    fn new(shared: Arc<Shared>, state: State, waiting: Receiver<Work>) -> Writer {
        Writer {
            shared,
            state,
            waiting,
        }
    }

    /// Writes until every handle is gone.
    fn run(mut self) {
        while let Ok(first) = self.waiting.recv() {
            let mut waiting = vec![first];
            waiting.extend(self.waiting.try_iter().take(BATCH - 1));
            let mut jobs = Vec::new();
            for work in waiting {
                match work {
                    Work::One(job) => jobs.push(*job),
                    Work::Together(together) => {
                        self.write(std::mem::take(&mut jobs));
                        self.write_together(&together);
                    }
                }
            }
            self.write(jobs);
        }
    }

    fn write(&mut self, jobs: Vec<Job>) {
        if jobs.is_empty() {
            return;
        }
        let requests: Vec<&Request> = jobs.iter().map(|job| &job.request).collect();
        match self.write_batch(&requests) {
            Ok(answers) => {
                for (job, answer) in jobs.iter().zip(answers) {
                    // Nobody waits any more: the answer is kept under its key.
                    let _ = job.reply.send(answer);
                }
            }
            Err(failed) => {
                self.forget();
                self.after_failure(jobs, failed);
            }
        }
    }

    fn after_failure(&mut self, jobs: Vec<Job>, failed: Failed) {
        let error = match failed {
            Failed::One(_) if jobs.len() > 1 => {
                jobs.into_iter().for_each(|job| self.write(vec![job]));
                return;
            }
            Failed::One(error) | Failed::All(error) => error,
            Failed::Unknown(error) => {
                jobs.into_iter().for_each(|job| self.ask_again(job, &error));
                return;
            }
        };
        self.shared.counts.failed(jobs.len());
        for job in jobs {
            let _ = job.reply.send(Err(error.clone()));
        }
    }

    /// Nobody knows whether a request was written. Its idempotency key does: asked again under the
    /// lock, it has its answer or is carried out now. Without a key, and where the store cannot be
    /// asked, who waits is told that it is not known.
    fn ask_again(&mut self, job: Job, unknown: &ExecuteError) {
        let asked = job.request.once.as_ref().map(|_| {
            let written = self.write_batch(&[&job.request]);
            written.map_err(|_| self.forget())
        });
        let answer = match asked {
            Some(Ok(answers)) => answers.into_iter().next(),
            Some(Err(())) | None => None,
        };
        let answer = answer.unwrap_or_else(|| {
            self.shared.counts.failed(1);
            Err(unknown.clone())
        });
        // Nobody waits any more: the answer is kept under its key.
        let _ = job.reply.send(answer);
    }

    /// Goes back to what is committed.
    fn forget(&mut self) {
        self.state = State::clone(&self.shared.state());
    }

    /// Reads what other processes have written since, shows it to readers, and answers the head:
    /// nothing cached survives unless it is the head.
    fn catch_up(&mut self, view: &dyn View) -> Result<Head, ExecuteError> {
        let head = view.head();
        if self.state.seq < head.seq {
            // Who follows the log here has read it already, as far as he has come.
            self.forget();
            while self.state.seq < head.seq {
                self.state.take_page(view)?;
                self.publish();
            }
        }
        self.state.is_of(head)?;
        Ok(head)
    }

    fn write_batch(
        &mut self,
        requests: &[&Request],
    ) -> Result<Vec<Result<Answer, ExecuteError>>, Failed> {
        let shared = Arc::clone(&self.shared);
        let begun = Instant::now();
        let once = requests.iter().filter_map(|request| request.once.as_ref());
        let keys: Vec<String> = once.map(key_of).collect();
        let mut locked = shared
            .store
            .lock_for(shared.settings.office, &keys)
            .map_err(ExecuteError::from)?;
        let head = self.catch_up(locked.view())?;
        let now = self.now(&*locked, head)?;
        let all = self
            .carry_out_all(&mut *locked, requests.iter().copied(), head, now)
            .map_err(Failed::One)?;
        let committed = locked.commit()?;
        debug_assert_eq!(committed.seq, all.head.seq);
        self.committed(begun, &all.written, Tally::of(&all.answers));
        Ok(all.answers)
    }

    /// Carries requests out one after the other; a refused one leaves the others as they are. Fails
    /// where the store takes no more of this batch.
    fn carry_out_all<'r>(
        &mut self,
        locked: &mut dyn Locked,
        requests: impl Iterator<Item = &'r Request>,
        head: Head,
        now: Moment,
    ) -> Result<AllDone, ExecuteError> {
        let mut all = AllDone {
            head,
            answers: Vec::new(),
            written: Vec::new(),
        };
        for request in requests {
            match self.carry_out(locked, request, all.head, now) {
                Ok(done) => {
                    all.head = done.head;
                    all.written.extend(done.written);
                    all.answers.push(Ok(done.answer));
                }
                Err(Stopped::Refused(error)) => all.answers.push(Err(error)),
                Err(Stopped::Spoiled(error)) => return Err(error),
            }
        }
        Ok(all)
    }

    /// Counts what was committed, and shows it to readers.
    fn committed(&self, begun: Instant, written: &[Recorded], tally: Tally) {
        let counts = &self.shared.counts;
        if !written.is_empty() {
            let events = written.iter().map(|recorded| &recorded.event);
            counts.committed(begun.elapsed(), events);
            self.publish();
        }
        counts.answered(tally);
    }

    fn now(&self, locked: &dyn Locked, head: Head) -> Result<Moment, ExecuteError> {
        let shown = self.shared.now_by(locked.clock()?);
        if head.moment.seconds_since(shown) > CLOCK_TOLERANCE {
            return Err(ExecuteError::ClockBehind {
                shown,
                head: head.moment,
            });
        }
        Ok(shown.max(head.moment))
    }

    /// Shows readers what was committed.
    fn publish(&self) {
        self.shared.publish(self.state.clone());
    }

    fn carry_out(
        &mut self,
        locked: &mut dyn Locked,
        request: &Request,
        head: Head,
        now: Moment,
    ) -> Result<Done, Stopped> {
        if let Some(answer) = first_answer(locked, request)? {
            return Ok(Done {
                answer,
                head,
                written: Vec::new(),
            });
        }
        let outcome = self.decide(&*locked, request, now)?;
        self.record(locked, request, outcome, head, now)
    }

    fn decide(
        &self,
        locked: &dyn Locked,
        request: &Request,
        now: Moment,
    ) -> Result<Outcome, ExecuteError> {
        let mut seen = request.seen.iter();
        seen.try_for_each(|seen| self.state.is_as_seen(seen, locked.view()))?;
        let command = load::command(&request.ask, &self.state.snapshot, locked.view(), now)?;
        Ok(decide(&command, &request.by, &self.state.snapshot, now)?)
    }

    fn record(
        &mut self,
        locked: &mut dyn Locked,
        request: &Request,
        outcome: Outcome,
        head: Head,
        now: Moment,
    ) -> Result<Done, Stopped> {
        let sides = request
            .sides
            .as_ref()
            .map_or_else(Vec::new, |sides| sides(&outcome.answer));
        fit_sides(&sides, locked.view(), now)?;
        let mut unit = UnitOfWork::new(head.seq, now);
        let mut written = Vec::with_capacity(outcome.events.len());
        for recorded in outcome.events {
            let record = kantor_store::codec::encode(&recorded);
            unit.records.push(record);
            refer(&mut unit, &recorded);
            self.state.take(self.state.seq + 1, &recorded);
            written.push(recorded);
        }
        unit.documents = read_model::changes(&self.state.snapshot, written.iter());
        unit.sides = sides;
        if let Some(once) = &request.once {
            unit.answer = answer_form::write(&outcome.answer).map(|body| NewAnswer {
                key: key_of(once),
                fingerprint: fingerprint_of(once),
                body,
            });
        }
        let empty = unit.records.is_empty() && unit.sides.is_empty() && unit.answer.is_none();
        let head = if empty {
            head
        } else {
            locked.append(&unit).map_err(Stopped::from)?
        };
        self.state.ends_with(head);
        Ok(Done {
            answer: outcome.answer,
            head,
            written,
        })
    }
}

/// Refuses side rows that the store would refuse (an address that is taken) before anything is
/// written: there it would spoil the whole batch, and anybody can register a taken address.
fn fit_sides(sides: &[SideChange], view: &dyn View, now: Moment) -> Result<(), ExecuteError> {
    for change in sides {
        let refusal = match change {
            SideChange::PutNew(side) if view.side(&side.kind, &side.key, now)?.is_some() => {
                let kind = side.kind.clone();
                SideRefusal::Exists { kind }
            }
            SideChange::Take { kind, key } if view.side(kind, key, now)?.is_none() => {
                let kind = kind.clone();
                SideRefusal::Missing { kind }
            }
            SideChange::PutNew(_)
            | SideChange::Take { .. }
            | SideChange::Put(_)
            | SideChange::Delete { .. }
            | SideChange::DeleteOwned { .. } => continue,
        };
        return Err(ExecuteError::Side(refusal));
    }
    Ok(())
}

struct Done {
    answer: Answer,
    head: Head,
    written: Vec<Recorded>,
}

/// What became of several commands, in their order.
struct AllDone {
    answers: Vec<Result<Answer, ExecuteError>>,
    head: Head,
    written: Vec<Recorded>,
}

/// Why one command of a batch stopped.
enum Stopped {
    /// It was refused; nothing of it was written, the batch goes on.
    Refused(ExecuteError),
    /// The transaction cannot go on.
    Spoiled(ExecuteError),
}

impl From<ExecuteError> for Stopped {
    fn from(error: ExecuteError) -> Stopped {
        Stopped::Refused(error)
    }
}

impl From<AppendError> for Stopped {
    fn from(error: AppendError) -> Stopped {
        Stopped::Spoiled(match error {
            AppendError::Side(refusal) => ExecuteError::Side(refusal),
            AppendError::KeyReused { .. } => ExecuteError::KeyReused,
            other => ExecuteError::Store(other.to_string()),
        })
    }
}

/// What a record refers to is kept from now on: booked rows get their places, files stay.
fn refer(unit: &mut UnitOfWork, recorded: &Recorded) {
    match &recorded.event {
        Event::StatementBooked { booking, .. } => {
            unit.files.push(booking.facts.file);
            rechain(unit, booking.facts.account, &booking.change);
        }
        Event::StatementUndone {
            account, change, ..
        } => rechain(unit, *account, change),
        Event::StatementArchived { facts, .. } => {
            unit.files.push(facts.file);
            unit.rows.push(facts.rows);
        }
        Event::BatchWritten { file, .. } | Event::BatchProposed { file, .. } => {
            unit.files.push(file.digest);
        }
        Event::BankAnswered { answer, .. } => unit.files.push(answer.report),
        Event::VoidFileAccepted { report, .. } => unit.files.push(*report),
        _ => {}
    }
}

/// The store's chain follows the log's: what is taken off its end, and what stands there now.
fn rechain(unit: &mut UnitOfWork, account: AccountId, change: &ChainChange) {
    let mut first = change.keeps.saturating_add(1);
    if change.cut > 0 {
        unit.withdrawals.push(Withdrawal {
            account: account.0,
            from_ordinal: first,
        });
    }
    for stretch in &change.end {
        unit.bookings.push(booking_of(account, first, stretch));
        first = first.saturating_add(stretch.count);
    }
}

/// A stretch as the store keeps it.
pub(crate) fn booking_of(account: AccountId, first_ordinal: u64, stretch: &Stretch) -> Booking {
    Booking {
        account: account.0,
        first_ordinal,
        rows_hash: stretch.rows,
        position: stretch.position,
        count: stretch.count,
        statement: stretch.statement.0,
        shift: stretch.shift,
    }
}

fn first_answer(locked: &dyn Locked, request: &Request) -> Result<Option<Answer>, ExecuteError> {
    let once = request.once.as_ref();
    once.map_or(Ok(None), |once| answered(locked.view(), once))
}

/// What an act was answered the first time, if it was carried out.
pub(crate) fn answered(view: &dyn View, once: &Once) -> Result<Option<Answer>, ExecuteError> {
    let key = key_of(once);
    let Some(first) = view.answer(&key)? else {
        return Ok(None);
    };
    if first.fingerprint != fingerprint_of(once) {
        return Err(ExecuteError::KeyReused);
    }
    answer_form::read(&first.body)
        .map(Some)
        .ok_or_else(|| ExecuteError::Damaged(format!("the answer under key {key}")))
}

fn key_of(once: &Once) -> String {
    format!("{}/{}", once.principal, once.key)
}

fn fingerprint_of(once: &Once) -> Digest {
    fingerprint(&once.principal, &once.body)
}

/// The staff's name, for the history.
pub(crate) fn actor_name(actor: &Actor) -> String {
    match actor {
        Actor::Customer(customer) => format!("customer {customer}"),
        Actor::Staff(name) => name.clone(),
        Actor::System => "system".to_owned(),
    }
}
