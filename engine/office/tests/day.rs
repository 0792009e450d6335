//! A day at the office, over the real store and real statement bytes.

mod founding;

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use kantor_engine::order::OrderState;
use kantor_engine::rates::Fixed;
use kantor_engine::{
    AccountId, Answer, Command, CustomerId, LineId, OrderId, RateVersion, StatementOutcome,
};
use kantor_model::{Currency, Entry, Iban, Moment, Money, Statement};
use kantor_office::{
    Clock, ExecuteError, Import, ImportError, ImportedStatement, LessonTo, Likeness, Office, Once,
    Reading, Request, SetClock, verify, verify_reading,
};
use kantor_store::{OfficeId, SqliteStore, Store};

use founding::{
    EUR_ACCOUNT, PAYER, cashier, closing, found, opening, person, settings, thursday_at_ten, title,
};

struct Day {
    office: Office,
    clock: Arc<SetClock>,
    store: Arc<dyn Store>,
    _folder: tempfile::TempDir,
}

impl Day {
    fn begin() -> Day {
        let folder = tempfile::tempdir().unwrap();
        let store: Arc<dyn Store> =
            Arc::new(SqliteStore::open(&folder.path().join("kantor.db")).unwrap());
        let clock = Arc::new(SetClock::at(thursday_at_ten()));
        let office = found(Arc::clone(&store), clock.clone(), 5_000_000);
        Day {
            office,
            clock,
            store,
            _folder: folder,
        }
    }

    fn does(&self, command: Command) -> Answer {
        founding::does(&self.office, command)
    }

    fn customer(&self, name: &str) -> CustomerId {
        self.office.register(&person(name), "salt", None).unwrap()
    }

    /// Anna orders.
    fn order(&self) -> OrderId {
        self.order_of("anna")
    }

    /// A customer with an account for euros and one for zlotys orders zlotys for 100 euros.
    fn order_of(&self, name: &str) -> OrderId {
        let customer = self.customer(name);
        let account = |currency| {
            let iban = Iban::parse(PAYER).unwrap();
            self.office
                .add_customer_account(customer, iban, currency, "mine", "salt", None)
        };
        let (pays_from, paid_to) = (
            account(Currency::EUR).unwrap(),
            account(Currency::PLN).unwrap(),
        );
        let answer = self.does(Command::PlaceOrder {
            customer,
            fixed: Fixed::Gives(Money::new(10_000, Currency::EUR)),
            other: Currency::PLN,
            rates: RateVersion(1),
            pays_from,
            paid_to,
        });
        match answer {
            Answer::Order(order) => order,
            other => panic!("{other:?}"),
        }
    }

    fn import(&self, file: &str) -> Result<Vec<ImportedStatement>, ImportError> {
        let collected = kantor_parsers::parse_all(file.as_bytes());
        self.import_as(file, collected.statements)
    }

    /// A desk whose pack read the file so.
    fn import_as(
        &self,
        file: &str,
        statements: Vec<Statement>,
    ) -> Result<Vec<ImportedStatement>, ImportError> {
        self.office
            .import(&cashier(), &self.uploaded(file, statements))
    }

    fn uploaded(&self, file: &str, statements: Vec<Statement>) -> Import {
        Import {
            statements,
            ..founding::uploaded(&self.office, file)
        }
    }

    fn state(&self, order: OrderId) -> OrderState {
        self.office
            .read(|seen| seen.orders.get(&order).unwrap().state)
    }

    fn verify(&self) {
        let view = self.store.view(OfficeId(1)).unwrap();
        verify(&*view, Moment::from_micros(i64::MAX / 2)).unwrap();
    }
}

/// A statement of the euro account.
fn statement(from: &str, lines: &[(&str, &str)], to: Option<&str>) -> String {
    let mut text = opening(EUR_ACCOUNT, "212/1", &format!("261118EUR{from}"));
    for (at, (amount, title)) in lines.iter().enumerate() {
        text += &founding::line(at, amount, PAYER, title);
    }
    text + &to.map_or_else(String::new, |to| closing(&format!("261119EUR{to}")))
}

/// Whoever closes an office and opens it again is not told that somebody has it.
#[test]
fn an_office_in_a_file_is_opened_again_right_after_it_was_closed() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("kantor.db");
    let open = || -> Arc<dyn Store> { Arc::new(SqliteStore::open(&path).unwrap()) };
    let clock = Arc::new(SetClock::at(thursday_at_ten()));
    let mut office = found(open(), clock.clone(), 5_000_000);
    for _ in 0..50 {
        let busy = office.clone();
        let currency = Command::DefineCurrency {
            currency: Currency::USD,
        };
        // Two hands let it go at the same moment.
        let other = std::thread::spawn(move || busy.execute(Request::new(cashier(), currency)));
        drop(office);
        let _ = other.join().unwrap();
        office = Office::open(open(), settings(), clock.clone()).unwrap();
    }
}

/// A clock that breaks in the hands of the writer.
#[derive(Default)]
struct Brittle(AtomicBool);

impl Clock for Brittle {
    fn now(&self) -> Moment {
        let is_writer = std::thread::current().name() == Some("office-writer");
        assert!(
            !is_writer || !self.0.load(Ordering::SeqCst),
            "the clock broke"
        );
        thursday_at_ten()
    }
}

/// An office whose writer failed takes nothing any more: it must not be called ready.
#[test]
fn an_office_whose_writer_failed_says_so() {
    let folder = tempfile::tempdir().unwrap();
    let store = SqliteStore::open(&folder.path().join("kantor.db")).unwrap();
    let clock = Arc::new(Brittle::default());
    let office = found(Arc::new(store), clock.clone(), 5_000_000);
    office.ready().unwrap();
    clock.0.store(true, Ordering::SeqCst);
    let currency = Command::DefineCurrency {
        currency: Currency::USD,
    };
    let told = office.execute(Request::new(cashier(), currency));
    assert!(matches!(told, Err(ExecuteError::Closing)), "{told:?}");
    // The one who waited is told a moment before the thread is gone.
    while office.ready().is_ok() {
        std::thread::yield_now();
    }
    assert!(matches!(office.ready(), Err(ExecuteError::Closing)));
}

#[test]
fn an_order_is_paid_by_overlapping_exports_and_proved_by_the_end_of_day() {
    let day = Day::begin();
    let order = day.order();
    let paid = ("100,00", title(order));
    let fee = ("-3,00", "OPLATA ZA PRZELEW".to_owned());
    let lines = [(paid.0, paid.1.as_str()), (fee.0, fee.1.as_str())];
    let exports = [
        statement("1000,00", &lines[..1], None),
        statement("1000,00", &lines, None),
        statement("1000,00", &lines, Some("1097,00")),
    ];
    let mut counts = Vec::new();
    for export in &exports {
        let imported = day.import(export).unwrap();
        match &imported[0].outcome {
            Ok(StatementOutcome::Booked {
                known, new, proved, ..
            }) => {
                counts.push((*known, *new, *proved));
            }
            other => panic!("{other:?}"),
        }
    }
    assert_eq!(counts, [(0, 1, false), (1, 1, false), (2, 0, true)]);
    assert_eq!(day.state(order), OrderState::Funded);
    day.verify();

    let before = day.office.head();
    for export in &exports {
        let imported = day.import(export).unwrap();
        assert!(matches!(
            imported[0].outcome,
            Ok(StatementOutcome::Known { .. })
        ));
    }
    assert_eq!(
        day.office.head(),
        before,
        "importing everything again changes nothing"
    );

    let fee_line = LineId {
        account: AccountId(2),
        ordinal: 2,
    };
    let book = Request::book_line(
        cashier(),
        fee_line,
        "bank-fees".into(),
        "monthly fee".into(),
    );
    day.office.execute(book).unwrap();
    day.verify();
}

/// Holds E5, F13: what a preview shows is what happens, and looking changes nothing.
#[test]
fn a_preview_shows_what_an_import_does_and_does_nothing() {
    let day = Day::begin();
    let (first, second) = (day.order(), day.order_of("nowak"));
    let (paid, again) = (title(first), title(second));
    // The second statement goes on where the first ends: only together they make sense.
    let file = statement("1000,00", &[("100,00", &paid)], Some("1100,00"))
        + &statement("1100,00", &[("100,00", &again)], Some("1200,00")).replace("212/1", "213/1");
    let import = day.uploaded(&file, kantor_parsers::parse_all(file.as_bytes()).statements);
    let outcomes = |imported: Vec<ImportedStatement>| -> Vec<StatementOutcome> {
        imported
            .into_iter()
            .map(|one| one.outcome.unwrap())
            .collect()
    };
    let before = (day.office.head(), day.office.read(Clone::clone));
    let counted = || {
        let counted = day.office.counted();
        let certain = counted.verdicts.get("certain").copied();
        (counted.done, counted.all_commits, certain)
    };
    let (commands, commits, _) = counted();

    let shown = outcomes(day.office.preview(&cashier(), &import).unwrap());
    assert_eq!(shown.len(), 2);
    assert_eq!((day.office.head(), day.office.read(Clone::clone)), before);
    assert_eq!(day.state(first), OrderState::AwaitingFunds);

    let mut refused = Vec::new();
    let is_kept = day.office.import_if(&cashier(), &import, None, |would| {
        refused = outcomes(would);
        false
    });
    assert!(!is_kept.unwrap());
    assert_eq!(refused, shown);
    assert_eq!((day.office.head(), day.office.read(Clone::clone)), before);
    assert_eq!(counted(), (commands, commits, None), "looking is no act");

    let mut done = Vec::new();
    let is_kept = day.office.import_if(&cashier(), &import, None, |would| {
        done = outcomes(would);
        done == shown
    });
    assert!(is_kept.unwrap());
    assert_eq!(counted(), (commands + 2, commits + 1, Some(2)));
    assert_eq!(day.state(first), OrderState::Funded);
    assert_eq!(day.state(second), OrderState::Funded);
    let known = outcomes(day.office.preview(&cashier(), &import).unwrap());
    assert!(
        known
            .iter()
            .all(|outcome| matches!(outcome, StatementOutcome::Known { .. })),
        "{known:?}"
    );
    day.verify();
}

/// A line of a running day that waits for its proof is counted when it is matched, and once.
#[test]
fn each_line_is_counted_by_what_matching_found() {
    let day = Day::begin();
    let paid = title(day.order());
    let file = statement("1000,00", &[("100,00", &paid)], Some("1100,00"));
    day.import(&file).unwrap();
    // The order has its money, and nobody knows what the other is for.
    let lines = [("100,00", paid.as_str()), ("7,00", "co to")];
    for closing in [None, Some("1207,00"), Some("1207,00")] {
        let file = statement("1100,00", &lines, closing).replace("212/1", "213/1");
        day.import(&file).unwrap();
    }
    let verdicts = day.office.counted().verdicts;
    let counted = [("certain", 1), ("likely", 1), ("none", 1)];
    assert_eq!(verdicts, counted.into());
}

/// Holds F19: what cashiers decided about a payer's money, and about a bank's fee, is suggested for
/// lines like it, until it is taken back; nothing is applied.
#[test]
fn what_cashiers_decided_is_suggested_and_nothing_more() {
    let day = Day::begin();
    let order = day.order();
    let stranger = |text: String| text.replace(&PAYER[2..], "27114020040000300201355387");
    let lines = [("100,00", "za wymiane"), ("7,00", "jeszcze raz")];
    let file = stranger(statement("1000,00", &lines, Some("1107,00")));
    day.import(&file).unwrap();
    let line = |ordinal| LineId {
        account: AccountId(2),
        ordinal,
    };
    let lessons = |ordinal| {
        let kept = day.office.bank_line(line(ordinal)).unwrap();
        day.office.lessons().unwrap().about(&kept)
    };
    assert_eq!(lessons(2), []);
    let head = day.office.head();
    day.office
        .execute(Request::allocate(
            cashier(),
            line(1),
            order,
            "he rang us".into(),
        ))
        .unwrap();
    let told = lessons(2);
    assert_eq!(told.len(), 1, "{told:?}");
    assert_eq!(told[0].to, LessonTo::Customer(CustomerId(1)));
    assert_eq!((told[0].because, told[0].times), (Likeness::SameAccount, 1));
    assert_eq!(told[0].last, line(1));
    day.customer("ewa");
    lessons(2);
    assert_eq!(
        day.office.counted().lines_learned_from,
        1,
        "what is decided is read once, until something of a line changes"
    );
    assert!(
        day.office
            .read(|seen| seen.questions.contains_key(&line(2))),
        "a suggestion settles nothing"
    );
    assert!(day.office.head() > head);
    let reason = "somebody else's".to_owned();
    day.does(Command::ReleaseReceipt {
        line: line(1),
        reason,
    });
    assert_eq!(lessons(2), [], "what was taken back teaches nothing");
    day.verify();
}

/// Holds F12: the store's chain, its rows and its read models follow an import that is taken back.
#[test]
fn an_import_is_taken_back_and_made_again() {
    let day = Day::begin();
    let order = day.order();
    let paid = title(order);
    let lines = [("100,00", paid.as_str()), ("7,00", "co to")];
    let export = statement("1000,00", &lines[..1], None);
    let file = statement("1000,00", &lines, Some("1107,00"));
    day.import(&export).unwrap();
    day.import(&file).unwrap();
    let proved = || {
        day.office.read(|seen| {
            let account = seen.accounts.get(&AccountId(2)).unwrap();
            (account.lines, account.proved_through)
        })
    };
    assert_eq!(proved(), (2, 2));
    let undo = || {
        let file = kantor_engine::Digest::of(file.as_bytes());
        let reason = "the wrong file".to_owned();
        Request::new(cashier(), Command::UndoImport { file, reason })
    };
    day.office.execute(undo()).unwrap();
    assert_eq!(proved(), (1, 0), "what the export knew is known");
    assert_eq!(day.state(order), OrderState::Funded);
    day.verify();
    day.office.execute(undo()).unwrap_err();
    day.import(&file).unwrap();
    assert_eq!(proved(), (2, 2));
    day.verify();
}

#[test]
fn a_long_day_is_taken_in_by_exports_of_any_part_of_it() {
    let day = Day::begin();
    let titles: Vec<String> = (0..200).map(|at| format!("WPLATA {at}")).collect();
    let lines: Vec<(&str, &str)> = titles
        .iter()
        .map(|title| ("1,00", title.as_str()))
        .collect();
    let balance = |after: usize| format!("{},00", 1000 + after);
    let export = |from: usize, to: usize, closing: bool| {
        let closing = closing.then(|| balance(to));
        statement(&balance(from), &lines[from..to], closing.as_deref())
    };
    let check = |export: String, known: u64, new: u64| {
        let imported = day.import(&export).unwrap();
        match &imported[0].outcome {
            Ok(StatementOutcome::Booked {
                known: have,
                new: added,
                ..
            }) => assert_eq!((*have, *added), (known, new)),
            other => panic!("{other:?}"),
        }
    };
    check(export(0, 150, false), 0, 150);
    check(export(148, 160, false), 2, 10);
    check(export(160, 163, false), 0, 3);
    check(export(0, 195, false), 163, 32);
    check(export(0, 200, true), 195, 5);
    let again = day.import(&export(3, 9, false)).unwrap();
    match &again[0].outcome {
        Ok(StatementOutcome::Known { lines }) => assert_eq!(*lines, 6),
        other => panic!("{other:?}"),
    }
    day.verify();
}

#[test]
fn an_account_that_a_family_shares_is_each_ones_own() {
    let day = Day::begin();
    let orders: Vec<OrderId> = (0..5)
        .map(|at| day.order_of(&format!("nowak{at}")))
        .collect();
    let titles: Vec<String> = orders.iter().map(|order| title(*order)).collect();
    let lines: Vec<(&str, &str)> = titles
        .iter()
        .map(|title| ("100,00", title.as_str()))
        .collect();
    day.import(&statement("1000,00", &lines, Some("1500,00")))
        .unwrap();
    for order in orders {
        assert_eq!(day.state(order), OrderState::Funded);
    }
}

#[test]
fn what_the_desk_sends_must_be_what_the_bytes_say() {
    let file = statement("1000,00", &[("5,00", "x")], Some("1005,00"));
    let check = |bank: Option<&str>, change: fn(&mut Entry), taken: bool| {
        let day = Day::begin();
        let mut statements = kantor_parsers::parse_all(file.as_bytes()).statements;
        statements[0].head.bank = bank.map(str::to_owned);
        change(&mut statements[0].entries[0]);
        let before = day.office.head();
        match day.import_as(&file, statements) {
            Ok(_) if taken => {}
            Err(ImportError::Differs { .. }) if !taken => assert_eq!(day.office.head(), before),
            other => panic!("{bank:?}: {other:?}"),
        }
    };
    let money = |entry: &mut Entry| entry.amount = Money::new(50_000, Currency::EUR);
    let text = |entry: &mut Entry| entry.remittance = Some("another".to_owned());
    let charges = |entry: &mut Entry| entry.charges = Some(Money::new(1, Currency::EUR));
    for bank in [None, Some("mbank")] {
        check(bank, money, false);
        check(bank, text, false);
        check(bank, charges, false);
    }
    // A pack of somebody else may know better how its bank's texts are taken apart.
    check(Some("somebody-elses"), text, true);
    check(Some("somebody-elses"), money, false);
}

#[test]
fn what_todays_packs_read_differently_is_shown_line_by_line() {
    let day = Day::begin();
    let file = statement("1000,00", &[("5,00", "x"), ("6,00", "y")], Some("1011,00"));
    day.import(&file).unwrap();
    let view = day.store.view(OfficeId(1)).unwrap();
    let check = |change: fn(&mut Statement), expected: &[&str]| {
        let reread = |bytes: &[u8], account: &str| {
            assert_eq!(account, EUR_ACCOUNT);
            let mut statements = kantor_parsers::parse_all(bytes).statements;
            change(&mut statements[0]);
            Ok(Reading {
                read_by: "mbank 0.2.0".to_owned(),
                statements,
            })
        };
        let told: Vec<String> = verify_reading(&*view, &reread)
            .unwrap()
            .into_iter()
            .map(|difference| {
                let said = difference.to_string();
                let (_, said) = said.split_once(' ').unwrap().1.split_once(' ').unwrap();
                let money = if difference.is_money { "money, " } else { "" };
                format!("{money}{said}")
            })
            .collect();
        assert_eq!(told, expected);
    };
    check(|_| {}, &[]);
    check(
        |statement| statement.entries[1].remittance = Some("z".to_owned()),
        &[
            "line 2/2 (line 8 of the file): remittance was `y` (mbank 0.1.0) and is `z` (mbank 0.2.0)",
        ],
    );
    check(
        |statement| statement.entries[0].return_reason = Some("AC04".to_owned()),
        &[
            "line 2/1 (line 5 of the file): return_reason was nothing (mbank 0.1.0) and is `AC04` (mbank 0.2.0)",
        ],
    );
    check(
        |statement| statement.entries[0].amount = Money::new(600, Currency::EUR),
        &[
            "money, line 2/1 (line 5 of the file): amount was `500 minor units` (mbank 0.1.0) and is `600 minor units` (mbank 0.2.0)",
        ],
    );
    check(
        |statement| statement.entries.truncate(1),
        &["money, statement 1: number of lines was `2` (mbank 0.1.0) and is `1` (mbank 0.2.0)"],
    );
}

#[test]
fn a_statement_of_somebody_elses_account_is_refused_by_name() {
    let day = Day::begin();
    let other = "PL19114010100000579009004002";
    let file = statement("1,00", &[], Some("1,00")).replace(EUR_ACCOUNT, other);
    let imported = day.import(&file).unwrap();
    match &imported[0].outcome {
        Err(ImportError::UnknownAccount { account }) => assert_eq!(account, other),
        outcome => panic!("{outcome:?}"),
    }
}

#[test]
fn a_log_is_replayed_to_the_same_office() {
    let day = Day::begin();
    let order = day.order();
    day.import(&statement(
        "1000,00",
        &[("100,00", &title(order))],
        Some("1100,00"),
    ))
    .unwrap();
    let again = Office::open(Arc::clone(&day.store), settings(), day.clock.clone()).unwrap();
    assert_eq!(again.read(Clone::clone), day.office.read(Clone::clone));
}

#[test]
fn the_same_key_is_one_act_and_another_body_is_refused() {
    let day = Day::begin();
    let once = |body: &[u8]| {
        Some(Once {
            principal: "token:anna".into(),
            key: "k1".into(),
            body: body.to_vec(),
        })
    };
    let first = day.office.register(&person("a"), "s", once(b"1")).unwrap();
    let again = day.office.register(&person("a"), "s", once(b"1")).unwrap();
    assert_eq!(first, again);
    let other = day.office.register(&person("b"), "s", once(b"2"));
    assert!(other.unwrap_err().to_string().contains("new key"));
    let taken = day.office.register(&person("a"), "s", None);
    assert!(
        taken
            .unwrap_err()
            .to_string()
            .contains("registered already")
    );
    day.verify();
}

#[test]
fn an_unpaid_order_expires_when_time_passes() {
    let day = Day::begin();
    let order = day.order();
    assert_eq!(day.office.tick().unwrap(), 0);
    day.clock.advance(15 * 60 + 1);
    assert_eq!(day.office.tick().unwrap(), 1);
    assert_eq!(day.state(order), OrderState::Expired);
}
