//! Several processes serve one office over one PostgreSQL database. Each test is named after a race
//! that happens for real, and prints how often it was run.

use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use kantor_engine::order::OrderState;
use kantor_engine::{AccountId, Answer, Command, Event, StatementOutcome};
use kantor_model::{Currency, Iban, Moment};
use kantor_office::{
    Changed, Clock, ExecuteError, Notice, Notifier, NotifyError, Office, Request, Role, Seen,
    SystemClock, TokenRecord, verify,
};
use kantor_parsers::transfers::{TransferFormat, write_batch};
use kantor_postgres_kit::shared;
use kantor_store::OfficeId;

use crate::founding::{PAYER, cashier, does, title, uploaded};
use crate::house::{House, Place, at_once, is_refusal, once, order_of, statement};

/// How many processes race.
const PROCESSES: usize = 4;

/// A customer clicks twice, and the two clicks reach four processes.
#[test]
fn double_commit_of_one_pending_order() {
    const ROUNDS: usize = 25;
    let house = House::begin();
    let processes = house.processes(PROCESSES);
    for round in 0..ROUNDS {
        let key = format!("click {round}");
        let answers = at_once(&processes, |_, office| {
            order_of(office.execute(house.ordering().once(once(&key))).unwrap())
        });
        let first = answers[0];
        assert!(answers.iter().all(|order| *order == first), "{answers:?}");
        // The same order is cancelled by everybody: one did it.
        let cancel = || Command::CancelOrder {
            order: first,
            reason: "changed my mind".to_owned(),
        };
        let ended = at_once(&processes, |_, office| {
            office.execute(Request::new(cashier(), cancel()))
        });
        let done = ended.iter().filter(|ended| ended.is_ok()).count();
        assert_eq!(done, 1, "{ended:?}");
        assert!(ended.iter().all(|ended| ended.is_ok() || is_refusal(ended)));
    }
    house.verify(&processes);
    let orders = processes[1].read(|seen| seen.orders.len());
    assert_eq!(orders, ROUNDS);
    println!(
        "counted: {} orders asked for by {PROCESSES} processes each, {orders} placed; each cancelled once",
        ROUNDS * PROCESSES
    );
}

/// A customer's answer gets lost, and he asks again at another process at once: he is told of his
/// order there, not that there is none.
#[test]
fn the_answer_to_an_order_is_asked_for_at_another_process() {
    const ROUNDS: usize = 40;
    let house = House::begin();
    let processes = house.processes(2);
    for round in 0..ROUNDS {
        let once = once(&format!("click {round}")).unwrap();
        let asked = house.ordering().once(Some(once.clone()));
        let order = order_of(processes[round % 2].execute(asked).unwrap());
        let other = &processes[(round + 1) % 2];
        let answer = other.answered(&once).unwrap();
        assert_eq!(answer, Some(Answer::Order(order)));
        assert!(
            other.read(|seen| seen.orders.contains_key(&order)),
            "round {round}"
        );
    }
    println!("counted: {ROUNDS} answers asked for at another process, {ROUNDS} orders known there");
}

/// Administrators make keys of one name at the same moment, and none knows of the other's yet: whoever
/// takes the key away takes all of them.
#[test]
fn several_keys_of_one_name() {
    const ROUNDS: usize = 10;
    let house = House::begin();
    let processes = house.processes(PROCESSES);
    let mut twins = 0;
    for round in 0..ROUNDS {
        let name = format!("desk {round}");
        let made = at_once(&processes, |number, office| {
            let token = TokenRecord {
                name: name.clone(),
                role: Role::Cashier,
                token_hash: format!("{round}/{number}"),
            };
            office.issue_key(cashier(), &token, "a desk", None).is_ok()
        });
        let made = made.iter().filter(|is_made| **is_made).count();
        assert!(made > 0);
        twins += made - 1;
        processes[0]
            .revoke_key(cashier(), &name, "it left", None)
            .unwrap();
        for office in &processes {
            assert_eq!(office.tokens().unwrap(), [], "{name} still opens");
        }
    }
    house.verify(&processes);
    println!(
        "counted: {ROUNDS} keys made by {PROCESSES} processes at once with {twins} twins, all revoked"
    );
}

/// Several cashiers look at one order and decide, each what he will: the first of them acts on the
/// order that he saw, the others have to look again.
#[test]
fn several_acts_on_one_order_as_it_was_seen() {
    const ROUNDS: usize = 12;
    let house = House::begin();
    let processes = house.processes(PROCESSES);
    for round in 0..ROUNDS {
        let order = house.order(&processes[round % PROCESSES]);
        let head = processes[round % PROCESSES].head();
        // Offered again and again, a rate is no state that would stop anybody.
        let offer = |rate: usize| Command::RepriceOrder {
            order,
            rate: format!("4.0{rate}").parse().unwrap(),
            reason: "the market fell".to_owned(),
        };
        let seen = at_once(&processes, |_, office| {
            office.wait(head - 1, Duration::from_secs(30));
            office.fingerprint_of(order).unwrap()
        });
        assert!(seen.iter().all(|other| *other == seen[0]), "{seen:?}");
        let answers = at_once(&processes, |number, office| {
            let seen = Seen::Order(order, seen[number].clone());
            office.execute(Request::new(cashier(), offer(number)).as_seen([seen]))
        });
        let done = answers.iter().filter(|answer| answer.is_ok()).count();
        assert_eq!(done, 1, "{answers:?}");
        let changed = |answer: &&Result<Answer, ExecuteError>| matches!(answer, Err(ExecuteError::Changed(Changed::Order(it))) if *it == order);
        assert_eq!(answers.iter().filter(changed).count(), PROCESSES - 1);
    }
    house.verify(&processes);
    let acts = ROUNDS * PROCESSES;
    println!(
        "counted: {acts} acts of {PROCESSES} processes at once on {ROUNDS} orders as they were seen: \
         {ROUNDS} done, {} told to look again",
        acts - ROUNDS
    );
}

/// Two cashiers load the same file at the same moment.
#[test]
fn two_imports_of_one_file() {
    const ROUNDS: u32 = 12;
    let house = House::begin();
    let processes = house.processes(PROCESSES);
    let mut booked = 0;
    let mut opening = 1000;
    for round in 0..ROUNDS {
        let orders: Vec<_> = (0..3).map(|_| house.order(&processes[0])).collect();
        let titles: Vec<String> = orders.iter().map(|order| title(*order)).collect();
        let file = statement(212 + round, opening, &titles, true);
        opening += 300;
        let new = at_once(&processes, |_, office| {
            let imported = office.import(&cashier(), &uploaded(office, &file)).unwrap();
            match imported[0].outcome.as_ref().unwrap() {
                StatementOutcome::Booked { new, .. } => *new,
                StatementOutcome::Known { .. } => 0,
                other => panic!("{other:?}"),
            }
        });
        assert_eq!(new.iter().sum::<u64>(), 3, "{new:?}");
        booked += 3;
        for order in orders {
            let state = processes[0].read(|seen| seen.orders.get(&order).unwrap().state);
            assert!(
                !matches!(state, OrderState::AwaitingFunds),
                "{order}: {state:?}"
            );
        }
    }
    house.verify(&processes);
    println!(
        "counted: {ROUNDS} files imported by {PROCESSES} processes at once, {booked} lines booked once"
    );
}

/// Two cashiers make the payments file at the same moment, in two formats.
#[test]
fn two_exports_of_one_batch() {
    const ROUNDS: u32 = 8;
    let house = House::begin();
    let processes = house.processes(PROCESSES);
    let date = "2026-11-19".parse().unwrap();
    let mut refused = 0;
    for round in 0..ROUNDS {
        let order = house.order(&processes[0]);
        let file = statement(
            212 + round,
            1000 + 100 * i64::from(round),
            &[title(order)],
            true,
        );
        let import = uploaded(&processes[0], &file);
        processes[0].import(&cashier(), &import).unwrap();
        let made = at_once(&processes, |_, office| {
            // Each has heard of the money by now, or learns of it under the lock.
            let make = office.batch_of_all_due(AccountId(1), date).unwrap();
            office.execute(Request::new(cashier(), make))
        });
        let batches: Vec<_> = made
            .iter()
            .filter_map(|made| match made {
                Ok(Answer::Batch(batch)) => Some(*batch),
                Ok(_) | Err(_) => None,
            })
            .collect();
        let [batch] = batches[..] else {
            panic!("{made:?}")
        };
        does(&processes[1], Command::ApproveBatch { batch, seen: None });
        processes.iter().for_each(|office| {
            office.wait(processes[1].head() - 1, PATIENCE);
        });
        let written = at_once(&processes, |number, office| {
            let format = [TransferFormat::Elixir0, TransferFormat::Pain001V09][number % 2];
            let transfers = office.transfers(batch).unwrap();
            let bytes = write_batch(format, &transfers, None).unwrap().bytes;
            let by = cashier();
            office
                .archive_transfer_file(&by, batch, format.name(), "mbank 0.1.0", &bytes, None)
                .map(|()| format.name())
        });
        // Those who wrote the very same bytes have done nothing else than the first.
        let formats: Vec<_> = written.iter().filter_map(|one| one.as_ref().ok()).collect();
        assert!(!formats.is_empty(), "{written:?}");
        assert!(
            formats.iter().all(|format| *format == formats[0]),
            "{written:?}"
        );
        refused += written.iter().filter(|one| one.is_err()).count();
    }
    let changes = processes[2].changes(0, 100_000).unwrap();
    let files = changes
        .iter()
        .filter(|change| matches!(change.recorded.event, Event::BatchWritten { .. }))
        .count();
    assert_eq!(files, ROUNDS as usize);
    house.verify(&processes);
    println!(
        "counted: {ROUNDS} batches written by {PROCESSES} processes at once: {files} files, {refused} other files refused"
    );
}

const PATIENCE: Duration = Duration::from_secs(30);

/// An auditor reads while everybody writes: each picture is a whole office.
#[test]
fn reader_during_commit() {
    const COMMITS: u64 = 240;
    let house = House::begin();
    let processes = house.processes(PROCESSES);
    let reader = house.place.look();
    let ended = AtomicBool::new(false);
    let (mut pictures, mut heads, mut last) = (0, 0, 0);
    std::thread::scope(|scope| {
        scope.spawn(|| {
            at_once(&processes, |_, office| {
                for _ in 0..COMMITS / PROCESSES as u64 {
                    house.order(office);
                }
            });
            ended.store(true, Ordering::SeqCst);
        });
        while !ended.load(Ordering::SeqCst) {
            let view = reader.view(OfficeId(1)).unwrap();
            let seen = verify(&*view, Moment::from_micros(i64::MAX / 2)).unwrap();
            assert!(seen.head.seq >= last, "the office went back");
            heads += u64::from(seen.head.seq > last);
            last = seen.head.seq;
            pictures += 1;
        }
    });
    house.verify(&processes);
    println!("counted: {pictures} pictures of {heads} heads verified during {COMMITS} commits");
    assert!(heads > 1);
}

/// A cashier agrees to what he saw, and somebody was faster: nothing happens then.
#[test]
fn head_moved_between_preview_and_apply() {
    const ROUNDS: u32 = 10;
    let house = House::begin();
    let processes = house.processes(2);
    let (mut opening, mut refused, mut kept) = (1000, 0, 0);
    for round in 0..ROUNDS {
        let titles: Vec<String> = (0..3).map(|_| title(house.order(&processes[0]))).collect();
        let whole = statement(212 + round, opening, &titles, true);
        let part = statement(212 + round, opening, &titles[..1], false);
        let import = uploaded(&processes[0], &whole);
        let outcomes = |would: Vec<kantor_office::ImportedStatement>| -> Vec<String> {
            would
                .iter()
                .map(|one| format!("{:?}", one.outcome))
                .collect()
        };
        let seen = outcomes(processes[0].preview(&cashier(), &import).unwrap());
        let is_moved = round % 2 == 0;
        if is_moved {
            let part = uploaded(&processes[1], &part);
            processes[1].import(&cashier(), &part).unwrap();
        }
        let apply = |agreed: &[String]| {
            let agree = |would| outcomes(would) == agreed;
            processes[0]
                .import_if(&cashier(), &import, None, agree)
                .unwrap()
        };
        if apply(&seen) {
            assert!(!is_moved);
            kept += 1;
        } else {
            assert!(is_moved);
            refused += 1;
            let seen = outcomes(processes[0].preview(&cashier(), &import).unwrap());
            assert!(apply(&seen));
        }
        opening += 300;
    }
    house.verify(&processes);
    println!("counted: {kept} imports as previewed, {refused} refused because the head had moved");
    assert_eq!((kept, refused), (ROUNDS / 2, ROUNDS / 2));
}

/// Everybody writes, everybody follows: all see one story, without a gap, in one order.
#[test]
fn the_feed_is_gapless_and_ordered_under_concurrent_writers() {
    const ORDERS: u64 = 40;
    let house = House::begin();
    let processes = house.processes(3);
    let start = processes[0].head();
    let total = AtomicU64::new(u64::MAX);
    let stories: Vec<Vec<(u64, &'static str)>> = std::thread::scope(|scope| {
        let readers: Vec<_> = processes
            .iter()
            .map(|office| {
                let total = &total;
                scope.spawn(move || {
                    let (mut story, mut after) = (Vec::new(), start);
                    while after < total.load(Ordering::SeqCst) {
                        office.wait(after, Duration::from_millis(200));
                        for change in office.changes(after, 7).unwrap() {
                            assert_eq!(change.seq, after + 1, "a gap");
                            after = change.seq;
                            story.push((change.seq, change.kind()));
                        }
                    }
                    story
                })
            })
            .collect();
        at_once(&processes, |_, office| {
            for _ in 0..ORDERS {
                house.order(office);
            }
        });
        let last = house.process().head();
        total.store(last, Ordering::SeqCst);
        readers
            .into_iter()
            .map(|reader| reader.join().unwrap())
            .collect()
    });
    assert!(stories.iter().all(|story| *story == stories[0]));
    assert_eq!(
        stories[0].len() as u64,
        total.load(Ordering::SeqCst) - start
    );
    house.verify(&processes);
    println!(
        "counted: {} changes by {} writers seen alike by {} followers",
        stories[0].len(),
        processes.len(),
        stories.len()
    );
}

/// What one process commits shows in the others, also in those that nobody asks for anything.
#[test]
fn another_process_shows_it_at_once() {
    const ORDERS: usize = 30;
    let house = House::begin();
    let other = house.process();
    let mut delays: Vec<Duration> = (0..ORDERS)
        .map(|_| {
            let before = other.head();
            let order = house.order(&house.first);
            let begun = Instant::now();
            let mut head = before;
            while !other.read(|seen| seen.orders.contains_key(&order)) {
                head = other.wait(head, PATIENCE);
                assert!(
                    begun.elapsed() < PATIENCE,
                    "the other process does not follow"
                );
            }
            begun.elapsed()
        })
        .collect();
    delays.sort();
    println!(
        "counted: {ORDERS} orders shown by another process: median {:?}, slowest {:?}",
        delays[ORDERS / 2],
        delays[ORDERS - 1]
    );
}

/// Remembers what went out.
#[derive(Default)]
struct Post(Mutex<Vec<String>>);

impl Notifier for Post {
    fn notify(&self, _: &Office, notice: &Notice) -> Result<(), NotifyError> {
        self.0.lock().unwrap().push(notice.name.clone());
        Ok(())
    }
}

/// Every process looks after notices; the customer has one letter of each.
#[test]
fn a_customer_is_told_once_whoever_tells_him() {
    const ROUNDS: usize = 15;
    let house = House::begin();
    let processes = house.processes(PROCESSES);
    let post = Post::default();
    for _ in 0..ROUNDS {
        house.order(&processes[0]);
        processes[1]
            .password_forgotten("anna@example.test", None)
            .unwrap();
        at_once(&processes, |_, office| office.send_notices(&post).unwrap());
    }
    // The last ones may have been left to a process that had the turn and was done already.
    processes[3].wait(house.process().head() - 1, PATIENCE);
    processes[3].send_notices(&post).unwrap();
    let sent = post.0.into_inner().unwrap();
    let (letters, mut sent): (Vec<String>, Vec<String>) = sent
        .into_iter()
        .partition(|name| name.starts_with("forgotten"));
    assert_eq!(letters.len(), ROUNDS, "each letter goes out once");
    let all = sent.len();
    sent.sort();
    sent.dedup();
    assert_eq!(all, sent.len(), "a notice went out twice");
    // Two accounts were added before.
    assert_eq!(all, ROUNDS + 2);
    house.verify(&processes);
    println!("counted: {all} notices sent once by {PROCESSES} processes at once");
}

/// While one process writes letters, much happens at another.
struct Busy<'h> {
    house: &'h House,
    other: &'h Office,
    left: AtomicU64,
    post: Post,
}

impl Notifier for Busy<'_> {
    fn notify(&self, office: &Office, notice: &Notice) -> Result<(), NotifyError> {
        self.post.notify(office, notice)?;
        if self.left.load(Ordering::SeqCst) > 0 {
            let round = self.left.fetch_sub(1, Ordering::SeqCst);
            let (iban, key) = (Iban::parse(PAYER).unwrap(), format!("account {round}"));
            let (house, other) = (self.house, self.other);
            let once = once(&key);
            // At once, so that both are heard of at once, and as late as can be.
            std::thread::scope(|scope| {
                scope.spawn(|| house.order(other));
                let (customer, euro) = (house.customer, Currency::EUR);
                other
                    .add_customer_account(customer, iban, euro, "mine", "salt", once)
                    .unwrap();
            });
        }
        Ok(())
    }
}

/// What one process has not heard of yet is told all the same, also where it has heard of something
/// later already.
#[test]
fn nothing_is_left_out_that_happens_while_others_are_told() {
    const ROUNDS: u64 = 80;
    let house = House::begin();
    let processes = house.processes(2);
    let busy = Busy {
        house: &house,
        other: &processes[1],
        left: AtomicU64::new(ROUNDS),
        post: Post::default(),
    };
    while processes[0].send_notices(&busy).unwrap() > 0 {}
    let changes = processes[1].changes(0, 10_000).unwrap();
    let placed = changes
        .iter()
        .filter(|change| matches!(change.recorded.event, Event::OrderPlaced { .. }));
    let sent = busy.post.0.into_inner().unwrap();
    let untold: Vec<u64> = placed
        .map(|change| change.seq)
        .filter(|seq| !sent.contains(&format!("{seq:08}")))
        .collect();
    assert!(untold.is_empty(), "nobody was told of {untold:?}");
    println!(
        "counted: {ROUNDS} orders placed at one process while the other wrote letters, all told"
    );
}

/// The machine's clock, so many seconds wrong.
struct Wrong(i64);

impl Clock for Wrong {
    fn now(&self) -> Moment {
        SystemClock.now().plus_seconds(self.0)
    }
}

/// Two machines whose clocks are ten minutes apart serve one office.
#[test]
fn clocks_minutes_apart_are_one_time() {
    const CODES: [&str; 12] = [
        "USD", "CHF", "GBP", "CZK", "NOK", "SEK", "DKK", "HUF", "JPY", "CAD", "AUD", "RON",
    ];
    let house = House::begin_by(Place::Database(shared().database()), Arc::new(SystemClock));
    let wrong = [-300, 300].map(|seconds| house.process_with(Arc::new(Wrong(seconds))));
    let before = wrong[0].head();
    let mut apart = 0;
    for (turn, code) in CODES.iter().enumerate() {
        let office = &wrong[turn % 2];
        let currency = Currency::from_code(code).unwrap();
        does(office, Command::DefineCurrency { currency });
        apart = apart.max(office.now().seconds_since(SystemClock.now()).abs());
    }
    let changes = wrong[0].changes(before, 1000).unwrap();
    assert_eq!(changes.len(), CODES.len());
    for pair in changes.windows(2) {
        assert!(pair[0].at <= pair[1].at);
    }
    for change in &changes {
        let off = SystemClock.now().seconds_since(change.at).abs();
        assert!(off < 60, "{} is {off} s off", change.at);
    }
    println!(
        "counted: {} acts of two processes ten minutes apart, all within {apart} s of the database's clock",
        changes.len()
    );
    assert!(apart < 60);
}
