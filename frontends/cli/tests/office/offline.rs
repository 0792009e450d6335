//! The desk is offline for hours (I7): what was decided meanwhile joins later, each act once or not
//! at all, and what had changed by then is left to a person, with the reason.
//! With `KANTOR_FAULTS=10` that happens ten times.

mod town;

use std::collections::BTreeMap;
use std::fs;
use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Command, Stdio};

use kantor_desk::Office;
use kantor_model::Currency;
use kantor_wire::{Change, LineView, OrderState, OrderView};
use serde_json::Value;

use self::town::{Away, Town, order};
use crate::customer::Customer;
use crate::kill::{EUROS, ZLOTYS};
use crate::kit::{Ended, copy_of_demo, kantor, text, times, verify};
use crate::server::{Server, configure, import};

/// An account that no customer has.
const STRANGER: &str = "PL61109010140000071219812874";

/// The places of the open lines of these amounts in euros.
fn lines(desk: &Office, amounts: &[&str]) -> Vec<LineView> {
    let open = desk.suspense().unwrap();
    let of = |amount: &&str| {
        let mut open = open.iter();
        let is_it = |line: &&LineView| line.amount.amount == **amount;
        open.find(is_it).expect("an open line").clone()
    };
    amounts.iter().map(of).collect()
}

/// Everything that happened after a position.
fn happened(desk: &Office, after: u64) -> Vec<Change> {
    let mut all: Vec<Change> = Vec::new();
    loop {
        let last = all.last().map_or(after, |change| change.seq);
        let news = desk.changes(last, 0).unwrap();
        all.extend(news.changes);
        if all.last().is_none_or(|change| change.seq >= news.head) {
            return all;
        }
    }
}

/// What the acts of the story may do, each once: events by kind and order.
struct Once<'a> {
    changes: &'a [Change],
    doubled: usize,
}

impl Once<'_> {
    fn expects(&mut self, kind: &str, order: Option<&str>, times: usize) {
        let is_it = |change: &&Change| {
            change.kind == kind && order.is_none_or(|order| change.order.as_deref() == Some(order))
        };
        let found = self.changes.iter().filter(is_it).count();
        assert!(found >= times, "{kind} of {order:?}: {found} of {times}");
        self.doubled += found - times;
    }
}

#[test]
fn acts_that_were_queued_for_hours_join_once_or_are_kept_with_the_reason() {
    let hours = times(1);
    let (mut queued, mut joined, mut refused, mut doubled) = (0, 0, 0, 0);
    for _ in 0..hours {
        let counts = offline_for_hours();
        assert_eq!(counts, (14, 10, 4, 0));
        queued += counts.0;
        joined += counts.1;
        refused += counts.2;
        doubled += counts.3;
    }
    println!(
        "counted: a desk offline for hours {hours} times: {queued} acts queued, {joined} joined, \
         {refused} refused because what they are about had changed, {doubled} doubled"
    );
}

/// One time offline; answers how many acts were queued, joined, were refused and were done twice.
fn offline_for_hours() -> (usize, usize, usize, usize) {
    let folder = copy_of_demo();
    let server = Server::start(folder.path());
    let away = Away::new(&server);
    let mut town = Town::new(&server);
    for _ in 0..10 {
        town.order();
    }
    let from = town.from.clone();
    // Two orders are paid short, four payments are nobody's.
    let euros = |amount: &'static str| (amount, Currency::EUR);
    for (order, amount) in [(7, "50.00"), (8, "60.00")] {
        let title = town.reference(order).to_owned();
        town.pay(EUROS, &from, euros(amount), &title);
    }
    for amount in ["1.01", "1.02", "1.03", "1.04"] {
        town.pay(EUROS, STRANGER, euros(amount), "za rower");
    }
    town.pay(ZLOTYS, STRANGER, ("77.00", Currency::PLN), "za kanape");
    let (first, wrong) = (away.path("first.sta"), away.path("wrong.sta"));
    town.statement(EUROS, &first);
    town.statement(ZLOTYS, &wrong);
    import(&server.desk(), &first).unwrap();

    // The morning: the cashier looks at everything.
    away.does(&["statement", "import", text(&wrong)]);
    away.does(&["orders", "list"]);
    away.does(&["suspense", "list"]);
    let open = lines(&server.desk(), &["1.01", "1.02", "1.03", "1.04"]);
    server.kill();

    let queued = queue_for_hours(&away, &mut town, &open, &wrong);

    // The office is back; another desk and the customer act before this one is heard.
    let mut server = Server::start(folder.path());
    town.anna = Customer::with_token(&server.panel, town.anna.token());
    let head = {
        let desk = server.desk();
        desk.cancel(town.id(1), "a colleague was quicker").unwrap();
        desk.reprice(town.id(2), "4.0000", "the market fell")
            .unwrap();
        desk.refund(town.id(7), "he called here too").unwrap();
        let line = &open[2];
        desk.book(&line.account, line.ordinal, "capital", "the owner's")
            .unwrap();
        town.order();
        desk.office().unwrap().head
    };
    away.joins(&server);
    server = interrupted(&away, server, folder.path());
    let ended = away.asks(&["queue", "send"]);
    assert_eq!(ended.code, Some(1), "{}\n{}", ended.out, ended.err);
    ended.sentence();
    let counts = away.standings();
    let (joined, refused) = (counts["done"], counts["refused"]);
    assert_eq!(joined + refused, queued, "{counts:?}");

    // It dies once more, before it can put away what was done.
    let before = server.desk().office().unwrap().head;
    for entry in fs::read_dir(away.path("queue/done")).unwrap() {
        let path = entry.unwrap().path();
        if path.extension().is_some_and(|ending| ending == "json") {
            let back = away.path("queue").join(path.file_name().unwrap());
            fs::rename(&path, back).unwrap();
        }
    }
    away.does(&["queue", "send"]);
    assert_eq!(away.standings(), counts);
    let mut again = happened(&server.desk(), before);
    again.retain(|change| change.kind != "NoticesSent");
    assert_eq!(again, [], "nothing is done twice");

    let doubled = doubled(&server.desk(), &town, head);
    a_person_decides(&away);
    watched_folder(&away, &mut town, &server);
    drop(server);
    verify(folder.path()).succeeded();
    (queued, joined, refused, doubled)
}

/// The queue is on its way, and three times something dies: the desk, the office, the desk.
fn interrupted(away: &Away, server: Server, folder: &Path) -> Server {
    let begin = |acts: usize| {
        let mut command = away.command(&["queue", "send"]);
        let mut sending = command.stdout(Stdio::piped()).spawn().unwrap();
        let told = BufReader::new(sending.stdout.take().unwrap()).lines();
        let told = told.filter(|line| line.as_ref().unwrap().starts_with("act "));
        (told.take(acts).count(), sending)
    };
    let (told, mut sending) = begin(2);
    assert_eq!(told, 2);
    sending.kill().unwrap();
    sending.wait().unwrap();

    // A slow test machine may see the queue end before the office dies; that is a story too.
    let (_, mut sending) = begin(3);
    server.kill();
    sending.wait().unwrap();
    let server = Server::start(folder);
    away.joins(&server);

    let (_, mut sending) = begin(1);
    sending.kill().unwrap();
    sending.wait().unwrap();
    server
}

/// What the cashier decides while nobody answers; answers how many acts were kept.
fn queue_for_hours(away: &Away, town: &mut Town, open: &[LineView], wrong: &Path) -> usize {
    let mut queued = 0;
    let mut keep = |arguments: &[&str]| {
        let reason = ["--reason", "the customer called"];
        let reason = if arguments[1] == "import" {
            &[][..]
        } else {
            &reason
        };
        let told = away.does(&[arguments, reason, &["--queue"]].concat());
        queued += 1;
        assert!(
            told.starts_with(&format!("act {queued} is kept: ")),
            "{told}"
        );
    };
    for order in [0, 1, 2, 3, 4] {
        keep(&["orders", "cancel", town.reference(order)]);
    }
    keep(&["orders", "refund", town.reference(7)]);
    keep(&["orders", "refund", town.id(8)]);
    let places: Vec<String> = open.iter().map(|line| line.ordinal.to_string()).collect();
    for (line, order) in [(0, 5), (1, 6)] {
        let (account, place) = (&open[line].account, &places[line]);
        keep(&[
            "suspense",
            "allocate",
            account,
            place,
            town.reference(order),
        ]);
    }
    for line in [2, 3] {
        let (account, place) = (&open[line].account, &places[line]);
        keep(&["suspense", "book", account, place, "--to", "suppliers"]);
    }
    // A day later the bank has another statement.
    town.today = town.today.tomorrow().unwrap();
    town.pay(EUROS, STRANGER, ("2.01", Currency::EUR), "za rower znowu");
    let second = away.path("second.sta");
    town.statement(EUROS, &second);
    keep(&["statement", "import", text(&second)]);
    keep(&["statement", "undo", text(wrong)]);
    keep(&["orders", "cancel", town.reference(9)]);

    // What does not stay right is not kept, and neither is what was never seen.
    let check = |arguments: &[&str], words: &[&str]| away.asks(arguments).refused(words);
    let (first, reason) = (town.reference(0), "--reason=x");
    check(
        &["orders", "confirm", first, reason, "--queue"],
        &["cannot wait"],
    );
    check(&["payouts", "export", "--queue"], &["cannot wait"]);
    check(
        &["orders", "cancel", "KZZZZZZZ0", reason, "--queue"],
        &["has not seen"],
    );
    check(
        &["orders", "cancel", first, reason, "--queue"],
        &["act 1 ", "waits already"],
    );
    check(
        &["orders", "cancel", first, reason],
        &["does not answer", "--queue"],
    );
    check(&["queue", "send"], &["14 wait on", "does not answer"]);
    assert_eq!(
        away.standings(),
        BTreeMap::from([("waiting".to_owned(), queued)])
    );
    queued
}

/// How often anything was done that should have been done once.
fn doubled(desk: &Office, town: &Town, head: u64) -> usize {
    let changes = happened(desk, head);
    let mut once = Once {
        changes: &changes,
        doubled: 0,
    };
    for (order, times) in [(0, 1), (1, 0), (2, 0), (3, 1), (4, 1), (9, 1)] {
        once.expects("OrderCancelled", Some(town.id(order)), times);
    }
    for (order, times) in [(7, 0), (8, 1)] {
        once.expects("OrderRefunding", Some(town.id(order)), times);
    }
    for order in [5, 6] {
        once.expects("ReceiptAllocated", Some(town.id(order)), 1);
    }
    for kind in [
        "LineBooked",
        "StatementBooked",
        "ImportUndone",
        "StatementUndone",
    ] {
        once.expects(kind, None, 1);
    }
    let orders: Vec<OrderView> = desk.orders(None, 10_000).unwrap();
    let state = |order| {
        orders
            .iter()
            .find(|it| it.id == town.id(order))
            .unwrap()
            .state
    };
    assert_eq!(
        state(2),
        OrderState::AwaitingConsent,
        "it was changed, and is not cancelled"
    );
    assert_eq!(state(0), OrderState::Cancelled);
    once.doubled
}

/// Each act that was refused says why, until somebody has decided about it.
fn a_person_decides(away: &Away) {
    let kept = away.rows(&["queue", "list"]);
    let facts = |row: &Value| {
        let why = row["why"].as_str().unwrap().to_owned();
        (row["number"].as_u64().unwrap(), why)
    };
    let kept: Vec<(u64, String)> = kept.iter().map(facts).collect();
    let numbers: Vec<u64> = kept.iter().map(|(number, _)| *number).collect();
    assert_eq!(numbers, [2, 3, 6, 10]);
    for (number, why) in &kept {
        let wanted = if *number == 10 {
            "settled already"
        } else {
            "has changed since it was looked at"
        };
        assert!(why.contains(wanted), "{why}");
        away.does(&["queue", "drop", &number.to_string(), "--reason", "seen to"]);
    }
    assert_eq!(away.rows(&["queue", "list"]), [] as [Value; 0]);
    assert_eq!(away.standings()["dropped"], 4);
}

/// A desk that watches a folder sends what waits before it takes in what is new.
fn watched_folder(away: &Away, town: &mut Town, server: &Server) {
    away.does(&["orders", "list"]);
    configure(&away.config(), "desk", "url", "http://127.0.0.1:1");
    let cancel = [
        "orders",
        "cancel",
        town.reference(10),
        "--reason",
        "x",
        "--queue",
    ];
    away.does(&cancel);
    away.joins(server);
    let folder = away.path("from-the-bank");
    fs::create_dir(&folder).unwrap();
    town.today = town.today.tomorrow().unwrap();
    let title = town.reference(10).to_owned();
    let from = town.from.clone();
    town.pay(EUROS, &from, ("110.00", Currency::EUR), &title);
    town.statement(EUROS, &folder.join("third.sta"));
    let watch = [
        "statement",
        "watch",
        text(&folder),
        "--once",
        "--every",
        "0",
    ];
    let ended = away.asks(&watch);
    assert_eq!(ended.code, Some(0), "{}", ended.err);
    assert!(
        ended.err.contains("act 15: done: cancel order"),
        "{}",
        ended.err
    );
    assert!(folder.join("done/third.sta").exists(), "{}", ended.err);
}

/// The office lost a day and was restored: what the desk saw is not what is there, even where it has
/// the same number and the same reference.
#[test]
fn an_act_is_not_done_to_what_took_its_place_in_a_restored_office() {
    let folder = copy_of_demo();
    let server = Server::start(folder.path());
    let away = Away::new(&server);
    let config = folder.path().join("kantor.toml");
    let backup = folder.path().join("office.kantor");
    kantor(&["backup", text(&backup), "--config", text(&config)]).succeeded();
    let lost = order(
        &Customer::log_in(&server.panel, "anna@example.test"),
        "100.00",
    );
    away.does(&["orders", "list"]);
    server.kill();
    let reference = lost["reference"].as_str().unwrap();
    away.does(&["orders", "cancel", reference, "--reason", "x", "--queue"]);

    let restored = tempfile::tempdir().unwrap();
    for name in ["kantor.toml", "administrator.token"] {
        fs::copy(folder.path().join(name), restored.path().join(name)).unwrap();
    }
    let config = restored.path().join("kantor.toml");
    kantor(&["restore", text(&backup), "--config", text(&config)]).succeeded();
    let server = Server::start(restored.path());
    let other = order(
        &Customer::log_in(&server.panel, "lukasz@example.test"),
        "100.00",
    );
    assert_eq!(
        (&other["id"], &other["reference"]),
        (&lost["id"], &lost["reference"])
    );
    away.joins(&server);
    away.asks(&["queue", "send"])
        .refused(&["1 acts were refused"]);
    let kept = away.rows(&["queue", "list"]);
    assert!(
        kept[0]["why"].as_str().unwrap().contains("has changed"),
        "{kept:?}"
    );
    let found = server.desk().order(other["id"].as_str().unwrap()).unwrap();
    assert_eq!(found.state, OrderState::AwaitingFunds);
    drop(server);
    verify(restored.path()).succeeded();
    println!("counted: an office restored under a queue 1 time, 0 acts done to what took a place");
}

/// A disk without room keeps nothing half, and says so. The limit is the shell's: a file may not grow.
#[test]
fn a_full_disk_keeps_no_half_of_an_act() {
    let folder = copy_of_demo();
    let server = Server::start(folder.path());
    let away = Away::new(&server);
    let lost = order(
        &Customer::log_in(&server.panel, "anna@example.test"),
        "100.00",
    );
    let reference = lost["reference"].as_str().unwrap();
    away.does(&["orders", "list"]);
    server.kill();
    let cancel = ["orders", "cancel", reference, "--reason", "x", "--queue"];
    let full = |command: &Command| {
        let mut shell = Command::new("sh");
        shell.args(["-c", "trap '' XFSZ; ulimit -f 0; exec \"$0\" \"$@\""]);
        shell.arg(command.get_program()).args(command.get_args());
        Ended::of(&shell.output().unwrap())
    };
    full(&away.command(&cancel)).refused(&["queue cannot be kept", "Make room"]);
    assert_eq!(away.standings(), BTreeMap::new());
    let left = fs::read_dir(away.path("queue")).unwrap();
    let left: Vec<String> = left
        .map(|entry| entry.unwrap().file_name().to_string_lossy().into_owned())
        .filter(|name| name.starts_with("0000"))
        .collect();
    assert_eq!(left, [] as [String; 0]);
    away.does(&cancel);

    // What cannot be marked as sent is not sent.
    let server = Server::start(folder.path());
    away.joins(&server);
    full(&away.command(&["queue", "send"])).refused(&["queue cannot be kept"]);
    let found = server.desk().order(lost["id"].as_str().unwrap()).unwrap();
    assert_eq!(found.state, OrderState::AwaitingFunds);
    away.does(&["queue", "send"]);
    assert_eq!(away.standings()["done"], 1);
    println!("counted: the disk of a desk full 2 times, 0 acts half kept, 0 sent unmarked");
}
