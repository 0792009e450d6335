//! `update` alone: what each press and each answer does, without a window, a thread or an office.
#![allow(missing_docs)]

#[path = "../../desk/tests/fake/mod.rs"]
mod fake;

use std::path::PathBuf;

use fake::samples::{line, office, order, payout, small_office};
use kantor_cashier::detail::detail;
use kantor_cashier::message::{Answer, Asked, Done, Effect, Message, Snapshot, Subject};
use kantor_cashier::model::{Connection, Model, Tone};
use kantor_cashier::{rows, update};
use kantor_desk::{ApiError, ExportError, ImportError, Imported, PackFailure, ParsedFile};
use kantor_wire::{
    Act, Amount, ImportOutcome, Language, OrderState, PackUsed, PayoutState, Problem, Sentence,
    StatementImport, StatementOutcome,
};

fn snapshot() -> Snapshot {
    let state = small_office();
    let mut payouts = vec![
        payout(&state.orders[2], "a2"),
        payout(&state.orders[3], "a2"),
    ];
    payouts[1].state = PayoutState::Paid;
    Snapshot {
        office: office(4, false),
        orders: state.orders,
        accounts: state.accounts,
        suspense: vec![line("a1", 7, "100.00", "PLN", "za prąd")],
        payouts,
        batches: Vec::new(),
    }
}

fn loaded() -> Model {
    let mut model = Model::new(Language::Pl, PathBuf::from("przelewy"));
    assert_eq!(
        update(&mut model, Message::Loaded(Box::new(snapshot()))),
        []
    );
    model
}

fn away() -> ApiError {
    ApiError::Unreachable {
        url: "http://127.0.0.1:1".to_owned(),
        why: "refused".to_owned(),
    }
}

fn texts(rows: &[rows::Row]) -> Vec<String> {
    rows.iter()
        .map(|row| {
            let cells: Vec<&str> = row.cells.iter().map(|cell| cell.text.as_str()).collect();
            cells.join(" | ").replace('\u{a0}', " ")
        })
        .collect()
}

#[test]
fn what_needs_a_person_comes_first() {
    let model = loaded();
    let states: Vec<_> = model.orders.iter().map(|order| order.state).collect();
    assert_eq!(
        states,
        [
            OrderState::Held,
            OrderState::AwaitingFunds,
            OrderState::Completed,
            OrderState::Expired
        ]
    );
}

#[test]
fn a_deadline_is_shown_only_while_it_matters_and_red_when_over() {
    let mut late = snapshot();
    late.office.now = "2026-11-23T13:21:00Z".to_owned();
    let mut model = loaded();
    update(&mut model, Message::Loaded(Box::new(late)));
    let deadlines: Vec<_> = rows::orders(&model)
        .into_iter()
        .filter_map(|row| row.cells.into_iter().nth(5))
        .map(|cell| (cell.text, cell.tone))
        .collect();
    assert_eq!(
        deadlines,
        [
            (String::new(), Tone::Plain),
            ("14:20".to_owned(), Tone::Bad),
            (String::new(), Tone::Plain),
            (String::new(), Tone::Plain)
        ]
    );
}

#[test]
fn accounts_of_one_currency_are_added_up() {
    let mut two = snapshot();
    let mut second = two.accounts[0].clone();
    second.id = "a3".to_owned();
    second.booked = "0.10".to_owned();
    second.available = "-1.00".to_owned();
    two.accounts.push(second);
    let mut model = loaded();
    update(&mut model, Message::Loaded(Box::new(two)));
    let rows = rows::balances(&model);
    assert_eq!(
        texts(&rows).last().map(String::as_str),
        Some("Razem PLN | 125 000,10 PLN | 124 999,00 PLN | 0,00 PLN")
    );
    assert_eq!(rows[2].cells[2].tone, Tone::Bad, "overdrawn");
}

#[test]
fn paid_payouts_wait_no_more() {
    let model = loaded();
    assert_eq!(
        texts(&rows::payouts(&model)),
        ["PKO BP EUR | KW33333C1 | Celina Gżegżółka | 1 000,00 EUR | Do wypłaty"]
    );
}

#[test]
fn only_one_thing_is_done_at_a_time() {
    let mut model = loaded();
    assert_eq!(
        update(&mut model, Message::LoadStatements),
        [Effect::ChooseStatements]
    );
    let file = PathBuf::from("a.sta");
    assert_eq!(
        update(&mut model, Message::StatementsChosen(vec![file.clone()])),
        [Effect::Import(vec![file])]
    );
    assert!(model.busy.is_some());
    assert_eq!(update(&mut model, Message::LoadStatements), []);
    assert_eq!(update(&mut model, Message::WriteTransfers), []);
    update(&mut model, Message::Idle);
    assert_eq!(model.busy, None);
}

#[test]
fn a_person_who_chooses_no_file_changes_nothing() {
    let mut model = loaded();
    let before = model.clone();
    assert_eq!(
        update(&mut model, Message::StatementsChosen(Vec::new())),
        []
    );
    assert_eq!(model, before);
}

#[test]
fn transfers_are_asked_about_before_they_are_written() {
    let mut model = loaded();
    assert_eq!(update(&mut model, Message::WriteTransfers), []);
    assert!(model.question.is_some());
    update(
        &mut model,
        Message::FolderChosen(PathBuf::from("/pendrive")),
    );
    assert_eq!(
        update(&mut model, Message::Answered(Answer::default())),
        [Effect::Export(
            vec![("a2".to_owned(), "PKO BP EUR".to_owned())],
            PathBuf::from("/pendrive")
        )]
    );
    assert!(model.question.is_none());
}

#[test]
fn nothing_due_says_so_instead_of_asking() {
    let mut model = Model::new(Language::Pl, PathBuf::new());
    assert_eq!(update(&mut model, Message::WriteTransfers), []);
    assert_eq!(model.question, None);
    assert_eq!(
        model.journal[0].text,
        "Żadna wypłata nie czeka na plik przelewów."
    );
}

#[test]
fn no_act_without_a_reason() {
    let mut model = loaded();
    let ask = Asked::OrderAct("1".to_owned(), Act::Cancel);
    update(&mut model, Message::Ask(ask));
    assert_eq!(update(&mut model, Message::Answered(Answer::default())), []);
    assert_eq!(
        model.question.as_ref().and_then(|q| q.objection.as_deref()),
        Some("Wpisz powód: zostanie w historii.")
    );
    let answer = Answer {
        reason: " klient prosił ".to_owned(),
        ..Answer::default()
    };
    assert_eq!(
        update(&mut model, Message::Answered(answer)),
        [Effect::OrderAct {
            order: "1".to_owned(),
            reference: "KZ11111A7".to_owned(),
            act: Act::Cancel,
            rate: String::new(),
            reason: "klient prosił".to_owned(),
        }]
    );
}

#[test]
fn a_rate_is_digits() {
    let check = |rate: &str, taken: Option<&str>| {
        let mut model = loaded();
        let ask = Asked::OrderAct("1".to_owned(), Act::Reprice);
        update(&mut model, Message::Ask(ask));
        let answer = Answer {
            reason: "rynek".to_owned(),
            rate: rate.to_owned(),
            choice: None,
        };
        let effects = update(&mut model, Message::Answered(answer));
        let sent = effects.first().map(|effect| match effect {
            Effect::OrderAct { rate, .. } => rate.as_str(),
            _ => "something else",
        });
        assert_eq!(sent, taken, "{rate}");
    };
    check("4,2815", Some("4.2815"));
    check(" 4.28 ", Some("4.28"));
    check("", None);
    check("0", None);
    check("4.2.8", None);
    check("cztery", None);
}

#[test]
fn a_line_is_allocated_to_the_order_that_was_chosen() {
    let mut model = loaded();
    let ask = Asked::Allocate("a1".to_owned(), 7);
    let choices = model.allocation_choices(&model.suspense[0]);
    let ids: Vec<_> = choices.iter().map(|(id, _)| id.as_str()).collect();
    assert_eq!(ids, ["2", "1", "4"], "the candidate, then what is open");
    update(&mut model, Message::Ask(ask));
    let answer = Answer {
        reason: "dzwonił".to_owned(),
        choice: Some(1),
        rate: String::new(),
    };
    assert_eq!(
        update(&mut model, Message::Answered(answer)),
        [Effect::Allocate {
            account: "a1".to_owned(),
            ordinal: 7,
            order: "1".to_owned(),
            reference: "KZ11111A7".to_owned(),
            reason: "dzwonił".to_owned(),
        }]
    );
}

#[test]
fn a_question_that_another_station_settled_goes_away() {
    let mut model = loaded();
    update(&mut model, Message::Ask(Asked::Book("a1".to_owned(), 7)));
    update(
        &mut model,
        Message::Selected(Subject::Line("a1".to_owned(), 7)),
    );
    let mut settled = snapshot();
    settled.suspense.clear();
    update(&mut model, Message::Loaded(Box::new(settled)));
    assert_eq!(model.question, None);
    assert_eq!(model.selected, None);
    assert_eq!(model.journal[0].tone, Tone::Warn);
}

#[test]
fn a_lost_connection_is_told_once_and_its_return_too() {
    let mut model = loaded();
    for _ in 0..3 {
        update(&mut model, Message::Disconnected(away()));
    }
    assert_eq!(model.connection, Connection::Down);
    assert_eq!(model.journal.len(), 1);
    assert!(
        model
            .fault
            .as_ref()
            .is_some_and(|fault| fault.text.contains("Nic nie wysłano"))
    );
    assert_eq!(model.orders.len(), 4, "what was known stays to be seen");
    update(&mut model, Message::Loaded(Box::new(snapshot())));
    assert_eq!(model.connection, Connection::Up);
    assert_eq!(model.fault, None);
    assert_eq!(model.journal[0].text, "Połączenie z kantorem wróciło.");
}

fn imported(outcome: StatementOutcome) -> Imported {
    Imported {
        sha256: String::new(),
        file: ParsedFile {
            path: PathBuf::from("/bank/wyciąg.sta"),
            pack: PackUsed {
                id: "mbank".to_owned(),
                version: "1".to_owned(),
                sandbox: true,
            },
            statements: Vec::new(),
            complaints: Vec::new(),
        },
        outcome: ImportOutcome {
            head: 5,
            booked: 2,
            fingerprint: String::new(),
            statements: vec![StatementImport {
                account: fake::samples::PLN_ACCOUNT.to_owned(),
                number: Some("12/1".to_owned()),
                outcome,
                new: 2,
                known: 0,
                difference: Some(Amount::new("0.01", "PLN")),
                message: Sentence::new("import-difference", &[("difference", "0,01 PLN")]),
                notes: Vec::new(),
                matches: Vec::new(),
            }],
        },
    }
}

#[test]
fn an_import_that_is_not_complete_is_a_failure_to_be_read() {
    let check = |outcome, fault: Option<&str>| {
        let mut model = loaded();
        update(&mut model, Message::Imported(imported(outcome)));
        let text = model.fault.as_ref().map(|fault| fault.text.as_str());
        match fault {
            None => assert_eq!(text, None),
            Some(part) => assert!(text.is_some_and(|text| text.contains(part)), "{text:?}"),
        }
        let told = model.journal.last().map(|note| note.text.clone());
        assert!(
            told.is_some_and(|told| told.starts_with("wyciąg.sta · mBank PLN: ")),
            "{:?}",
            model.journal
        );
    };
    check(StatementOutcome::Booked, None);
    check(StatementOutcome::Known, None);
    check(
        StatementOutcome::Archived,
        Some("Saldo końcowe różni się o 0,01 PLN"),
    );
}

#[test]
fn failures_say_what_to_do_in_the_language_of_the_window() {
    let mut model = loaded();
    let path = PathBuf::from("a.sta");
    let error = ImportError::Pack {
        path: path.clone(),
        failure: PackFailure::new(PackFailure::NOT_RECOGNISED, "mbank: no"),
    };
    update(&mut model, Message::ImportFailed(path, error));
    let fault = model.fault.clone().map(|fault| (fault.title, fault.text));
    assert_eq!(
        fault,
        Some((
            "a.sta: nie wczytano wyciągu".to_owned(),
            "Żadna wtyczka bankowa nie odczytała pliku; nic nie wysłano. Sprawdź, czy to wyciąg z \
             banku kantoru. Wtyczki mówią: mbank: no"
                .to_owned()
        ))
    );
    update(&mut model, Message::Speak(Language::En));
    let waits = ExportError::AwaitsApproval {
        batch: "b1".to_owned(),
        why: String::new(),
    };
    update(
        &mut model,
        Message::ExportFailed("mBank PLN".to_owned(), waits),
    );
    assert!(
        model
            .fault
            .as_ref()
            .is_some_and(|fault| fault.text.contains("approval of a second person"))
    );
    let problem = Problem::new(409, "strange", "Refused", "The order went on meanwhile.");
    let refused = ApiError::Refused {
        problem: Box::new(problem),
    };
    let act = Done::Order("KZ1".to_owned(), Act::Cancel);
    update(&mut model, Message::Refused(act, refused));
    assert_eq!(
        model.fault.map(|fault| fault.text),
        Some("The order went on meanwhile.".to_owned())
    );
}

#[test]
fn the_pane_offers_what_the_office_allows_and_no_more() {
    let mut model = loaded();
    let check = |model: &Model, wanted: &[&str]| {
        let labels: Vec<String> = detail(model)
            .acts
            .into_iter()
            .map(|act| act.label)
            .collect();
        assert_eq!(labels, wanted);
    };
    check(&model, &[]);
    let cases: [(&str, &[&str]); 3] = [
        ("1", &["Anuluj", "Zmień kurs"]),
        (
            "2",
            &["Przyjmij tak, jak jest", "Zwróć pieniądze", "Zmień kurs"],
        ),
        ("3", &[]),
    ];
    for (id, acts) in cases {
        update(&mut model, Message::Selected(Subject::Order(id.to_owned())));
        check(&model, acts);
    }
    update(
        &mut model,
        Message::Selected(Subject::Line("a1".to_owned(), 7)),
    );
    check(&model, &["Przypisz do zlecenia", "Zaksięguj bez zlecenia"]);
}

#[test]
fn the_pane_tells_the_whole_story_of_an_order() {
    let mut model = loaded();
    let mut one = snapshot();
    let mut held = order("9", "KZ99999E5", "Ewa Łoś", OrderState::Held);
    held.payouts.push(payout(&held, "a2"));
    one.orders = vec![held];
    update(&mut model, Message::Loaded(Box::new(one)));
    update(
        &mut model,
        Message::Selected(Subject::Order("9".to_owned())),
    );
    let facts = texts(&detail(&model).facts);
    for fact in [
        "Stan | Wstrzymane: wpłata po terminie",
        "Klient | Ewa Łoś",
        "Kurs | 1 EUR = 4,2815 PLN",
        "Na rachunek | PL27 1140 2004 0000 3002 0135 5387 (mBank)",
        "Z rachunku | PL61 1090 1014 0000 0712 1981 2874",
        "Termin | 14:20",
        "KW99999E5 | 1 000,00 EUR · Do wypłaty",
        "14:05 | Ewa Łoś: 4281.50 PLN → 1000.00 EUR",
    ] {
        assert!(facts.iter().any(|have| have == fact), "{fact}\n{facts:#?}");
    }
}

#[test]
fn the_history_of_an_order_is_asked_for_and_kept_while_the_list_is_renewed() {
    let mut listed = snapshot();
    let whole = listed.orders[0].clone();
    listed.orders.iter_mut().for_each(|o| o.history.clear());
    let mut model = Model::new(Language::Pl, PathBuf::new());
    update(&mut model, Message::Loaded(Box::new(listed.clone())));
    let ask = [Effect::LoadOrder("1".to_owned())];
    let point = Message::Selected(Subject::Order("1".to_owned()));
    assert_eq!(update(&mut model, point), ask);
    let history = |model: &Model| model.order("1").map(|o| o.history.len());
    assert_eq!(history(&model), Some(0));
    update(&mut model, Message::OrderLoaded(Box::new(whole)));
    assert_eq!(history(&model), Some(1));
    assert_eq!(update(&mut model, Message::Loaded(Box::new(listed))), ask);
    assert_eq!(history(&model), Some(1));
}

#[test]
fn the_journal_keeps_the_newest() {
    let mut model = loaded();
    model.clock = "14:05".to_owned();
    for count in 0..300 {
        update(&mut model, Message::Copied(count.to_string()));
    }
    assert_eq!(model.journal.len(), 200);
    assert_eq!(model.journal[0].at, "14:05");
    assert_eq!(model.journal[0].text, "Skopiowano: 299");
}
