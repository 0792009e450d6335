//! The offline queue against a small office behind a real socket: each act is done once or refused
//! and kept, whatever gets lost or breaks on the way.
#![allow(missing_docs)]

mod fake;

use std::fs;
use std::path::{Path, PathBuf};

use fake::packs::FakePacks;
use fake::samples::{PLN_ACCOUNT, line, small_office};
use fake::{FakeOffice, State, TOKEN};
use kantor_desk::{
    Fate, Handed, Hints, Office, Queue, QueueError, QueuedAct, Report, Sight, Standing, Wish,
};
use kantor_wire::OrderState;
use tempfile::TempDir;

/// A desk that has looked at a small office, and its queue.
struct Desk {
    office: FakeOffice,
    folder: TempDir,
}

const CANCEL: Wish<'_> = Wish::Cancel {
    order: "KZ11111A7",
    reason: "he called",
};
const REFUND: Wish<'_> = Wish::Refund {
    order: "2",
    reason: "too late",
};
const BOOK: Wish<'_> = Wish::Book {
    account: PLN_ACCOUNT,
    ordinal: 5,
    ledger_account: "bank-fees",
    reason: "a fee",
};

impl Desk {
    /// The desk saw everything, in the morning.
    fn that_has_seen() -> Desk {
        let desk = Desk::that_has_not_seen();
        let (office, queue) = (desk.at(), desk.queue());
        let state = desk.office.state();
        let (orders, accounts) = (state.orders.clone(), state.accounts.clone());
        let lines = state.suspense.clone();
        drop(state);
        for sight in [
            Sight::Orders(&orders),
            Sight::Accounts(&accounts),
            Sight::Lines(&lines),
        ] {
            queue.remember(&office, sight).expect("remembered");
        }
        desk
    }

    fn that_has_not_seen() -> Desk {
        let mut state = small_office();
        state
            .suspense
            .push(line("a1", 5, "-12.00", "PLN", "OPLATA"));
        Desk {
            office: FakeOffice::start(state),
            folder: tempfile::tempdir().expect("a folder"),
        }
    }

    fn at(&self) -> Office {
        Office::new(&self.office.url, TOKEN).expect("a desk")
    }

    /// The same desk while nobody answers.
    fn away() -> Office {
        Office::new("http://127.0.0.1:1", TOKEN).expect("a desk")
    }

    fn queue(&self) -> Queue {
        Queue::at(&self.folder.path().join("queue"))
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join("queue").join(name)
    }

    /// Queues acts while the office is away.
    fn queues(&self, wishes: &[Wish<'_>]) -> Vec<QueuedAct> {
        let queue = self.queue();
        let add = |wish| queue.add(&Desk::away(), wish).expect("queued");
        wishes.iter().map(add).collect()
    }

    fn sends(&self) -> (Report, Vec<Handed>) {
        let mut handed = Vec::new();
        let told = |one: &Handed| handed.push(one.clone());
        let report = self.queue().send(&self.at(), &FakePacks, told);
        (report.expect("sent"), handed)
    }

    /// How often acts were asked for and with which keys.
    fn keys(&self, path: &str) -> Vec<String> {
        let state: &State = &self.office.state();
        let asked = state.requests.iter().filter(|asked| asked.path == path);
        asked.filter_map(|asked| asked.key.clone()).collect()
    }

    fn standings(&self) -> Vec<(u64, Standing)> {
        let entries = self.queue().list(true).expect("a list");
        let told = entries.iter().map(|entry| (entry.number, entry.standing));
        told.collect()
    }
}

#[test]
fn acts_join_in_order_and_each_is_done_once() {
    let desk = Desk::that_has_seen();
    let queued = desk.queues(&[CANCEL, REFUND, BOOK]);
    assert_eq!(
        queued[0].what,
        "cancel order KZ11111A7 (4,281.50\u{a0}PLN for 1,000.00\u{a0}EUR, AwaitingFunds): he called"
    );
    assert_eq!(
        (queued[0].by.as_str(), queued[0].office.as_str()),
        ("Zofia", "Kantor Próbny")
    );
    assert_eq!(queued[2].about, ["line a1/5"]);
    let (report, handed) = desk.sends();
    assert_eq!((report.done, report.refused, report.waiting), (3, 0, 0));
    let order: Vec<u64> = handed.iter().map(|handed| handed.entry.number).collect();
    assert_eq!(order, [1, 2, 3]);
    assert_eq!(desk.keys("/orders/1/cancel"), [queued[0].key.as_str()]);
    assert!(desk.office.state().suspense.is_empty());
    let done = [
        (1, Standing::Done),
        (2, Standing::Done),
        (3, Standing::Done),
    ];
    assert_eq!(desk.standings(), done);
    let answer = fs::read_to_string(desk.path("done/000001.answer")).expect("an answer");
    assert!(answer.contains("Cancelled"), "{answer}");
    assert!(!desk.path("000001.tried").exists());
    // Nothing is sent a second time, and no number is given a second time.
    assert_eq!(desk.sends(), (Report::default(), Vec::new()));
    let next = desk.queues(&[Wish::Cancel {
        order: "4",
        reason: "x",
    }]);
    assert_eq!(next[0].number, 4);
}

#[test]
fn an_answer_that_gets_lost_is_asked_for_with_the_same_key() {
    let desk = Desk::that_has_seen();
    let queued = desk.queues(&[CANCEL, REFUND]);
    desk.office.state().lose_answers = 3;
    let (report, handed) = desk.sends();
    assert!(report.stopped.is_some());
    assert_eq!((report.done, report.waiting, handed.len()), (0, 2, 1));
    assert!(matches!(handed[0].fate, Fate::Later(_)));
    let standings = [(1, Standing::Unknown), (2, Standing::Waiting)];
    assert_eq!(desk.standings(), standings);
    assert_eq!(desk.office.state().orders[0].state, OrderState::Cancelled);
    let (report, _) = desk.sends();
    assert_eq!((report.done, report.refused), (2, 0));
    let keys = desk.keys("/orders/1/cancel");
    assert_eq!(keys.len(), 4);
    assert!(keys.iter().all(|key| *key == queued[0].key), "{keys:?}");
}

#[test]
fn a_desk_that_dies_before_it_moves_the_file_does_nothing_twice() {
    let desk = Desk::that_has_seen();
    desk.queues(&[CANCEL, BOOK]);
    desk.sends();
    let head = desk.office.state().head();
    // What the crash leaves: the answers are there, the files lie where they waited.
    for name in ["000001.json", "000002.json"] {
        fs::rename(desk.path(&format!("done/{name}")), desk.path(name)).expect("moved back");
    }
    let (report, _) = desk.sends();
    assert_eq!((report.done, report.refused), (2, 0));
    assert_eq!(desk.office.state().head(), head);
}

#[test]
fn what_changed_meanwhile_is_refused_and_kept_with_the_reason() {
    let desk = Desk::that_has_seen();
    desk.queues(&[CANCEL, BOOK, REFUND]);
    // A colleague was quicker.
    desk.at().cancel("1", "a colleague").expect("cancelled");
    desk.office.state().suspense[0] = line("a1", 5, "700.00", "PLN", "za rower");
    let (report, handed) = desk.sends();
    assert_eq!((report.done, report.refused, report.waiting), (1, 2, 0));
    assert!(matches!(&handed[0].fate, Fate::Refused(why) if why.contains("has changed")));
    let reason = fs::read_to_string(desk.path("refused/000002.txt")).expect("a reason");
    assert_eq!(reason, "Another line stands there by now.\n");
    let open = desk.queue().list(false).expect("a list");
    assert_eq!(open.len(), 2, "a person has to decide");
    let dropped = desk.queue().drop(1, "was done already").expect("dropped");
    assert_eq!(dropped.standing, Standing::Dropped);
    let reason = fs::read_to_string(desk.path("dropped/000001.txt")).expect("a reason");
    assert!(
        reason.contains("was done already") && reason.contains("has changed"),
        "{reason}"
    );
    let nobody = desk.queue().drop(1, "again");
    assert!(matches!(nobody, Err(QueueError::NoAct { number: 1 })));
    let standings = [
        (1, Standing::Dropped),
        (2, Standing::Refused),
        (3, Standing::Done),
    ];
    assert_eq!(desk.standings(), standings);
}

#[test]
fn nothing_is_decided_on_what_was_not_seen() {
    let check = |desk: &Desk, wish: &Wish<'_>, told: &str| {
        let refused = desk.queue().add(&Desk::away(), wish).expect_err(told);
        assert!(refused.to_string().contains(told), "{refused}");
        assert_eq!(desk.queue().list(true).expect("a list"), []);
    };
    check(&Desk::that_has_not_seen(), &CANCEL, "has not seen");
    let desk = Desk::that_has_seen();
    let other = |order| Wish::Cancel { order, reason: "x" };
    check(&desk, &other("KZ99999Z9"), "order KZ99999Z9");
    let undo = Wish::Undo {
        file: "9f",
        reason: "x",
    };
    check(&desk, &undo, "the import of file 9f");
    let line = Wish::Book {
        account: "a1",
        ordinal: 6,
        ledger_account: "cover",
        reason: "x",
    };
    check(&desk, &line, "line 6 of account a1");
    let stranger = Office::new("http://127.0.0.1:1", "somebody-elses-token").expect("a desk");
    let refused = desk.queue().add(&stranger, &CANCEL);
    assert!(matches!(refused, Err(QueueError::Stranger)));
}

#[test]
fn a_second_act_on_the_same_thing_waits_for_the_first() {
    let desk = Desk::that_has_seen();
    desk.queues(&[CANCEL, BOOK]);
    let allocate = Wish::Allocate {
        account: "a1",
        ordinal: 5,
        order: "2",
        reason: "x",
    };
    for (wish, number) in [(CANCEL, 1), (allocate, 2)] {
        let refused = desk.queue().add(&Desk::away(), &wish);
        let waits = matches!(refused, Err(QueueError::Waits { number: found }) if found == number);
        assert!(waits, "{refused:?}");
    }
}

#[test]
fn a_statement_waits_with_its_bytes() {
    let desk = Desk::that_has_seen();
    let write = |name: &str, text: &str| {
        let path = desk.folder.path().join(name);
        fs::write(&path, text).expect("written");
        path
    };
    let queue = desk.queue();
    let add = |path: &Path| queue.add_file(&Desk::away(), &FakePacks, path, Hints::default());
    let day = write(
        "day.sta",
        &format!("{PLN_ACCOUNT} PLN 12/1 125000.00 129281.50\n4281.50 KZ11111A7\n"),
    );
    let queued = add(&day).expect("queued");
    assert_eq!(queued.what, "import day.sta");
    assert!(matches!(add(&day), Err(QueueError::Waits { number: 1 })));
    // The bank's folder is tidied up meanwhile.
    fs::remove_file(&day).expect("removed");
    // What cannot be trusted is told at once, and not kept.
    let wrong = write(
        "wrong.sta",
        &format!("{PLN_ACCOUNT} PLN 13/1 1.00 2.00\n1O.OO x\n"),
    );
    assert!(matches!(add(&wrong), Err(QueueError::Import(_))));
    let other = write(
        "other.sta",
        "PL10105000997603123456789123 PLN 1/1 0.00 5.00\n5.00 x\n",
    );
    add(&other).expect("queued");
    desk.office.state().lose_answers = 3;
    assert!(desk.sends().0.stopped.is_some());
    let (report, handed) = desk.sends();
    assert_eq!((report.done, report.refused), (1, 1));
    assert_eq!(desk.office.state().orders[0].state, OrderState::Funded);
    assert!(matches!(&handed[1].fate, Fate::Refused(why) if why.contains("no account")));

    // Bytes that were changed on the disk are not sent.
    let third = write(
        "third.sta",
        &format!("{PLN_ACCOUNT} PLN 13/1 129281.50 129282.50\n1.00 x\n"),
    );
    let kept = match add(&third).expect("queued").ask {
        kantor_desk::QueuedAsk::Import { file, .. } => desk.path("files").join(file),
        other => panic!("{other:?}"),
    };
    fs::write(kept, "something else").expect("written");
    let (report, handed) = desk.sends();
    assert_eq!((report.done, report.waiting), (0, 1));
    assert!(matches!(&handed[0].fate, Fate::Held(why) if why.contains("was changed or torn")));
}

#[test]
fn a_file_that_was_torn_or_changed_is_kept_and_not_sent() {
    let desk = Desk::that_has_seen();
    desk.queues(&[
        CANCEL,
        REFUND,
        BOOK,
        Wish::Cancel {
            order: "4",
            reason: "x",
        },
    ]);
    let whole = fs::read_to_string(desk.path("000001.json")).expect("read");
    fs::write(desk.path("000001.json"), &whole[..whole.len() / 2]).expect("torn");
    let changed = fs::read_to_string(desk.path("000002.json")).expect("read");
    fs::write(
        desk.path("000002.json"),
        changed.replace("too late", "too soon"),
    )
    .expect("changed");
    fs::rename(desk.path("000003.json"), desk.path("000009.json")).expect("renamed");
    let (report, handed) = desk.sends();
    // Order 4 does not allow it: the office was asked about this one alone.
    assert_eq!((report.done, report.refused, report.waiting), (0, 1, 3));
    let told: Vec<&str> = handed
        .iter()
        .filter_map(|handed| match &handed.fate {
            Fate::Held(why) => Some(why.as_str()),
            _ => None,
        })
        .collect();
    for (told, words) in told
        .iter()
        .zip(["breaks off", "sum does not fit", "says act 9"])
    {
        assert!(told.contains(words), "{told}");
    }
    assert_eq!(told.len(), 3);
    assert_eq!(desk.keys("/orders/1/cancel").len(), 0);
    desk.queue()
        .drop(1, "it was the cancellation of order 1")
        .expect("dropped");
    assert!(desk.path("dropped/000001.json").exists());
}

#[test]
fn nobody_sends_for_somebody_else_and_two_do_not_send_at_once() {
    let desk = Desk::that_has_seen();
    desk.queues(&[CANCEL, REFUND]);
    let path = desk.path("000001.json");
    let act = fs::read_to_string(&path).expect("read");
    let (json, _) = act.split_once('\n').expect("two lines");
    let json = json.replace("Zofia", "Anna");
    let sum = fake::acts::sha256(json.as_bytes());
    fs::write(&path, format!("{json}\nsha256 {sum}\n")).expect("written");
    let (report, handed) = desk.sends();
    assert_eq!((report.done, report.waiting), (1, 1));
    assert!(matches!(&handed[0].fate, Fate::Held(why) if why.contains("the key of Anna")));

    fs::write(&path, act).expect("written");
    desk.queues(&[BOOK]);
    let told = |handed: &Handed| {
        if handed.entry.number == 3 {
            return;
        }
        let second = desk.queue().send(&desk.at(), &FakePacks, |_| {});
        assert!(matches!(second, Err(QueueError::Busy)), "{second:?}");
        let dropped = desk.queue().drop(1, "x");
        assert!(matches!(dropped, Err(QueueError::Busy)), "{dropped:?}");
    };
    let report = desk.queue().send(&desk.at(), &FakePacks, told);
    assert_eq!(report.expect("sent").done, 2);
}

#[test]
fn a_disk_that_takes_nothing_leaves_nothing_half() {
    let desk = Desk::that_has_seen();
    desk.queues(&[CANCEL]);
    // A folder stands where the next act was to be written.
    fs::create_dir(desk.path("000002.json.part")).expect("a folder");
    let refused = desk
        .queue()
        .add(&Desk::away(), &REFUND)
        .expect_err("no room");
    assert!(refused.to_string().contains("Make room"), "{refused}");
    assert_eq!(desk.standings(), [(1, Standing::Waiting)]);
    // What cannot be marked as sent is not sent.
    fs::create_dir(desk.path("000001.tried.part")).expect("a folder");
    let failed = desk.queue().send(&desk.at(), &FakePacks, |_| {});
    assert!(matches!(failed, Err(QueueError::Disk { .. })), "{failed:?}");
    assert_eq!(desk.keys("/orders/1/cancel").len(), 0);
    fs::remove_dir(desk.path("000001.tried.part")).expect("removed");
    assert_eq!(desk.sends().0.done, 1);
}

#[test]
fn an_office_that_is_away_stops_the_queue() {
    let desk = Desk::that_has_seen();
    desk.queues(&[CANCEL, REFUND]);
    let report = desk
        .queue()
        .send(&Desk::away(), &FakePacks, |_| {})
        .expect("asked");
    assert_eq!((report.done, report.waiting), (0, 2));
    assert!(
        report
            .stopped
            .expect("a reason")
            .contains("does not answer")
    );
    // It was not even tried: nothing can have been done.
    let standings = [(1, Standing::Waiting), (2, Standing::Waiting)];
    assert_eq!(desk.standings(), standings);
}
