//! `kantor queue`: what was decided while the office could not be seen.

use std::collections::BTreeSet;
use std::path::PathBuf;

use clap::Subcommand;
use kantor_desk::{
    BankPacks, DeskConfig, Entry, Fate, Handed, Hints, Office, Queue, QueueError, QueuedAct,
    Report, Sight, Standing, Wish,
};
use serde::Serialize;

use super::orders::order_id;
use super::output::{print, print_json, print_list};
use super::{Desk, Failure};

/// What can be done with acts that wait for the office.
#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// What waits, and what the office refused: a person decides about that
    List {
        /// Also what is over
        #[arg(long)]
        all: bool,
        #[command(flatten)]
        desk: Desk,
    },
    /// Ask the office for everything that waits, in order; none is done twice
    Send {
        #[command(flatten)]
        desk: Desk,
    },
    /// Decide that an act is not to be done; it is kept, with the reason
    Drop {
        /// Its number, as `list` shows it
        number: u64,
        /// Why
        #[arg(long)]
        reason: String,
        #[command(flatten)]
        desk: Desk,
    },
}

pub(crate) fn run(command: &Command) -> Result<(), Failure> {
    match command {
        Command::List { all, desk } => {
            let rows: Vec<Row> = desk.queue()?.list(*all)?.iter().map(Row::of).collect();
            let titles = ["act", "stands", "queued", "by", "what", "why"];
            print_list(&rows, desk.json, &titles, Row::cells)
        }
        Command::Send { desk } => {
            let (office, queue) = desk.office_and_queue()?;
            if !queue.waits()? && !desk.json {
                return print("nothing waits");
            }
            send(desk, &office, &queue)
        }
        Command::Drop {
            number,
            reason,
            desk,
        } => {
            let row = Row::of(&desk.queue()?.drop(*number, reason)?);
            if desk.json {
                return print_json(&row);
            }
            print(&format!("act {number} is dropped: {}", row.what))
        }
    }
}

/// Keeps an act, and sends it at once where the office can be seen. It is written down first, so that
/// whatever breaks on the way leaves one act.
pub(crate) fn put_off(desk: &Desk, wish: &Wish<'_>) -> Result<(), Failure> {
    let (office, queue) = desk.office_and_queue()?;
    let is_seen = can_be_seen(look(&office, &queue, wish))?;
    let act = queue.add(&office, wish)?;
    settle(desk, (&office, &queue), is_seen, &[act])
}

/// Keeps statement files, and sends them at once where the office can be seen.
pub(crate) fn put_off_files(
    desk: &Desk,
    files: &[PathBuf],
    hints: Hints<'_>,
) -> Result<(), Failure> {
    let (office, queue) = desk.office_and_queue()?;
    let packs = desk.packs()?;
    let is_seen = can_be_seen(greet(&office, &queue))?;
    let mut acts = Vec::with_capacity(files.len());
    for file in files {
        match queue.add_file(&office, &packs, file, hints) {
            Ok(act) => acts.push(act),
            // What is wrong with one file is no reason to leave the others.
            Err(error) => eprintln!("{error}"),
        }
    }
    settle(desk, (&office, &queue), is_seen, &acts)?;
    match files.len() - acts.len() {
        0 => Ok(()),
        failed => Err(Failure::Incomplete {
            failed,
            all: files.len(),
        }),
    }
}

/// Sends what was kept, with everything that waits before it, where the office can be seen.
fn settle(
    desk: &Desk,
    (office, queue): (&Office, &Queue),
    is_seen: bool,
    acts: &[QueuedAct],
) -> Result<(), Failure> {
    let why = if is_seen {
        match send(desk, office, queue) {
            Err(Failure::Queue(QueueError::Busy)) => {
                "Another program of this desk sends the queue at this moment"
            }
            sent => return sent,
        }
    } else {
        "The office does not answer now"
    };
    acts.iter().try_for_each(|act| kept(desk, act, why))
}

fn can_be_seen(looked: Result<(), Failure>) -> Result<bool, Failure> {
    match looked {
        Ok(()) => Ok(true),
        Err(Failure::Api(error)) if error.is_connection() => Ok(false),
        Err(other) => Err(other),
    }
}

/// The office answers, and tells whose key this is.
fn greet(office: &Office, queue: &Queue) -> Result<(), Failure> {
    office.office()?;
    Ok(queue.remember(office, Sight::Orders(&[]))?)
}

/// Looks at what an act is about, as far as the office can be seen: as it stands now is how it is
/// acted on, as without a queue.
fn look(office: &Office, queue: &Queue, wish: &Wish<'_>) -> Result<(), Failure> {
    let (line, order) = match *wish {
        Wish::Cancel { order, .. } | Wish::Refund { order, .. } => (false, Some(order)),
        Wish::Allocate { order, .. } => (true, Some(order)),
        Wish::Book { .. } => (true, None),
        Wish::Undo { .. } => (false, None),
    };
    greet(office, queue)?;
    if let Some(order) = order {
        let order = office.order(&order_id(office, order)?)?;
        queue.remember(office, Sight::Orders(&[order]))?;
    }
    if line {
        queue.remember(office, Sight::Accounts(&office.accounts()?))?;
        queue.remember(office, Sight::Lines(&office.suspense()?))?;
    }
    Ok(())
}

fn kept(desk: &Desk, act: &QueuedAct, why: &str) -> Result<(), Failure> {
    if desk.json {
        return print_json(&Row::waiting(act));
    }
    print(&format!(
        "act {} is kept: {}\n{why}, so nothing is done yet; `kantor queue send` does it when the \
         office can be seen",
        act.number, act.what
    ))
}

/// Sends everything that waits and tells what became of each act.
fn send(desk: &Desk, office: &Office, queue: &Queue) -> Result<(), Failure> {
    let packs = desk.packs()?;
    let mut printed = Ok(());
    let report = queue.send(office, &packs, |handed| {
        let told = match desk.json {
            true => print_json(&Row::of(&handed.entry)),
            false => print(&line(handed)),
        };
        // Nobody reads what is printed: the acts are sent all the same.
        if printed.is_ok() {
            printed = told;
        }
    })?;
    let Report {
        done,
        refused,
        waiting,
        stopped,
    } = report;
    if refused > 0 || waiting > 0 {
        return Err(Failure::NotAllDone {
            refused,
            waiting,
            stopped,
        });
    }
    match desk.json {
        true => printed,
        false => printed.and_then(|()| print(&format!("{done} done, nothing waits"))),
    }
}

/// What became of an act, in a line and its reason.
fn line(handed: &Handed) -> String {
    let row = Row::of(&handed.entry);
    let (fate, why) = match &handed.fate {
        Fate::Done(_) => ("done", None),
        Fate::Refused(why) => ("refused", Some(why)),
        Fate::Held(why) => ("not sent", Some(why)),
        // Why the office cannot be asked is said once, at the end.
        Fate::Later(_) => ("waits", None),
    };
    let why = why.map_or_else(String::new, |why| format!("\n  {why}"));
    format!("act {}: {fate}: {}{why}", row.number, row.what)
}

/// One act, for a table and for programs.
#[derive(Serialize)]
struct Row {
    number: u64,
    standing: &'static str,
    queued_at: Option<String>,
    by: Option<String>,
    what: String,
    why: Option<String>,
}

impl Row {
    fn of(entry: &Entry) -> Row {
        let act = entry.act.as_ref();
        Row {
            number: entry.number,
            standing: entry.standing.as_str(),
            queued_at: act.map(|act| act.queued_at.clone()),
            by: act.map(|act| act.by.clone()),
            what: act.map_or_else(|| entry.path.display().to_string(), |act| act.what.clone()),
            why: entry.why.clone(),
        }
    }

    fn waiting(act: &QueuedAct) -> Row {
        Row {
            number: act.number,
            standing: Standing::Waiting.as_str(),
            queued_at: Some(act.queued_at.clone()),
            by: Some(act.by.clone()),
            what: act.what.clone(),
            why: None,
        }
    }

    fn cells(&self) -> Vec<String> {
        let text = |text: &Option<String>| text.clone().unwrap_or_default();
        vec![
            self.number.to_string(),
            self.standing.to_owned(),
            text(&self.queued_at),
            text(&self.by),
            self.what.clone(),
            text(&self.why).replace('\n', " "),
        ]
    }
}

/// The queue beside something else that goes on: sent when the office is back, each thing told once.
pub(crate) struct InPassing {
    queue: Option<Queue>,
    told: BTreeSet<String>,
}

impl InPassing {
    pub(crate) fn of(config: &DeskConfig) -> InPassing {
        InPassing {
            queue: Queue::of(config),
            told: BTreeSet::new(),
        }
    }

    /// Sends what waits, if anything does.
    pub(crate) fn send(&mut self, office: &Office, packs: &dyn BankPacks) {
        let Some(queue) = &self.queue else {
            return;
        };
        let mut lines = Vec::new();
        let sent = queue.send(office, packs, |handed| lines.push(line(handed)));
        match sent {
            Ok(report) => lines.extend(report.stopped),
            // Somebody else sends it.
            Err(QueueError::Busy) => {}
            Err(error) => lines.push(error.to_string()),
        }
        for line in lines {
            if self.told.insert(line.clone()) {
                eprintln!("{line}");
            }
        }
    }
}
