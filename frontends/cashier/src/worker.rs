//! The desk's thread: everything that waits for the office, for a pack or for the disk happens
//! here, and comes back to the window as messages.

use std::path::{Path, PathBuf};
use std::sync::mpsc::{Receiver, RecvTimeoutError};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use kantor_desk::{
    ApiError, BankPacks, Feed, FeedError, Hints, Office, export_batch, fetch_batch_file,
    import_statement,
};
use kantor_model::Moment;
use kantor_wire::Act;

use crate::message::{Done, Effect, Message, Snapshot};

/// How often the office is asked whether something happened.
const POLL: Duration = Duration::from_secs(1);
/// How many orders the window shows.
const ORDERS: usize = 500;

/// The desk at which the thread works.
pub struct Desk {
    /// The office.
    pub office: Office,
    /// The bank packs.
    pub packs: Box<dyn BankPacks + Send>,
}

/// How far the thread has followed the office.
enum Place {
    /// What is shown is old, or nothing is shown: load at once.
    Nowhere,
    /// The office does not answer: load at the next round.
    Away,
    /// Everything up to here is shown.
    At(Feed),
}

/// Works until the window is gone. `tell` hands a message to the window.
pub fn work(desk: &Desk, tasks: &Receiver<Effect>, tell: impl Fn(Message)) {
    let mut place = Place::Nowhere;
    loop {
        place = match place {
            Place::Nowhere => load_all(desk, &tell),
            Place::Away | Place::At(_) => match tasks.recv_timeout(POLL) {
                Ok(Effect::LoadOrder(id)) => {
                    // An order that is gone, or an office that is away, shows by the list.
                    if let Ok(order) = desk.office.order(&id) {
                        tell(Message::OrderLoaded(Box::new(order)));
                    }
                    place
                }
                Ok(effect) => {
                    perform(desk, effect, &tell);
                    let place = load_all(desk, &tell);
                    tell(Message::Idle);
                    place
                }
                Err(RecvTimeoutError::Timeout) => follow(desk, place, &tell),
                Err(RecvTimeoutError::Disconnected) => return,
            },
        };
    }
}

/// Asks whether something happened.
fn follow(desk: &Desk, place: Place, tell: &impl Fn(Message)) -> Place {
    let Place::At(mut feed) = place else {
        return Place::Nowhere;
    };
    match feed.poll(&desk.office, 0, |_| {}) {
        Ok(0) => Place::At(feed),
        // News, or a place that is lost: what is shown is old.
        Ok(_) | Err(FeedError::Gap { .. } | FeedError::Behind { .. } | FeedError::File { .. }) => {
            Place::Nowhere
        }
        Err(FeedError::Api(error)) => {
            tell(Message::Disconnected(error));
            Place::Away
        }
    }
}

fn load_all(desk: &Desk, tell: &impl Fn(Message)) -> Place {
    match load(&desk.office) {
        Ok(snapshot) => {
            let feed = Feed::from_position(snapshot.office.head);
            tell(Message::Loaded(Box::new(snapshot)));
            Place::At(feed)
        }
        Err(error) => {
            tell(Message::Disconnected(error));
            Place::Away
        }
    }
}

fn load(office: &Office) -> Result<Snapshot, ApiError> {
    Ok(Snapshot {
        office: office.office()?,
        orders: office.orders(None, ORDERS)?,
        accounts: office.accounts()?,
        suspense: office.suspense()?,
        payouts: office.payouts(None)?,
        batches: office.batches()?,
    })
}

fn perform(desk: &Desk, effect: Effect, tell: &impl Fn(Message)) {
    match effect {
        Effect::Import(paths) => {
            for path in paths {
                tell(import(desk, path));
            }
        }
        Effect::Export(accounts, folder) => export(desk, accounts, &folder, tell),
        Effect::Fetch(batch, folder) => {
            tell(match fetch_batch_file(&desk.office, &batch, &folder) {
                Ok(exported) => Message::Exported(exported),
                Err(error) => Message::ExportFailed(batch, error),
            })
        }
        Effect::OrderAct {
            order,
            reference,
            act,
            rate,
            reason,
        } => {
            let done = match act {
                Act::Cancel => desk.office.cancel(&order, &reason),
                Act::Confirm => desk.office.confirm(&order, &reason),
                Act::Refund => desk.office.refund(&order, &reason),
                Act::Reprice => desk.office.reprice(&order, &rate, &reason),
            };
            tell(report(Done::Order(reference, act), done.map(drop)));
        }
        Effect::Book {
            account,
            ordinal,
            ledger_account,
            reason,
        } => {
            let done = desk
                .office
                .book(&account, ordinal, &ledger_account, &reason);
            tell(report(Done::Booked(ledger_account), done));
        }
        Effect::Allocate {
            account,
            ordinal,
            order,
            reference,
            reason,
        } => {
            let done = desk.office.allocate(&account, ordinal, &order, &reason);
            tell(report(Done::Allocated(reference), done.map(drop)));
        }
        // Loading is what follows every act; choosing is the window's own.
        Effect::Load
        | Effect::LoadOrder(_)
        | Effect::ChooseStatements
        | Effect::ChooseFolder(_) => {}
    }
}

fn import(desk: &Desk, path: PathBuf) -> Message {
    match import_statement(&desk.office, desk.packs.as_ref(), &path, Hints::default()) {
        Ok(imported) => Message::Imported(imported),
        Err(error) => Message::ImportFailed(path, error),
    }
}

fn export(desk: &Desk, accounts: Vec<(String, String)>, folder: &Path, tell: &impl Fn(Message)) {
    let date = match desk.office.office() {
        Ok(office) => office
            .now
            .parse::<Moment>()
            .map_or_else(|_| now().warsaw_date(), Moment::warsaw_date)
            .to_string(),
        Err(error) => {
            tell(Message::Disconnected(error));
            return;
        }
    };
    for (account, name) in accounts {
        let exported = export_batch(&desk.office, desk.packs.as_ref(), &account, &date, folder);
        tell(match exported {
            Ok(exported) => Message::Exported(exported),
            Err(error) => Message::ExportFailed(name, error),
        });
    }
}

fn report(done: Done, outcome: Result<(), ApiError>) -> Message {
    match outcome {
        Ok(()) => Message::Done(done),
        Err(error) => Message::Refused(done, error),
    }
}

/// The wall clock in Poland, `14:05`, for the journal.
pub(crate) fn wall_clock() -> String {
    let text = now().warsaw_text();
    text.split_once(' ')
        .map_or_else(|| text.clone(), |(_, time)| time.to_owned())
}

/// The computer's clock. The office's own clock decides; this one only labels the journal.
fn now() -> Moment {
    let micros = SystemTime::now()
        .duration_since(UNIX_EPOCH)
        .map_or(0, |since| since.as_micros());
    Moment::from_micros(i64::try_from(micros).unwrap_or(i64::MAX))
}
