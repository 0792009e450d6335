//! The stored form of every event, pinned: what is written once must be readable for ever.
//!
//! `golden/events.txt` holds one form a line: kind, version, body. From the first release on a line
//! never changes and never goes; a new version of an event adds lines.
//! `UPDATE_EXPECT=1 cargo test -p kantor-store --test codec` adds the forms that are missing.

#[path = "codec/access.rs"]
mod access;
#[path = "codec/matching.rs"]
mod matching;
#[path = "codec/money.rs"]
mod money;
#[path = "codec/payouts.rs"]
mod payouts;
mod samples;

use std::collections::BTreeSet;
use std::env;
use std::fs;
use std::path::PathBuf;

use kantor_engine::batch::TransferFile;
use kantor_engine::chain::{ChainChange, Moved, Stretch};
use kantor_engine::ledger::{LedgerAccount, Posting};
use kantor_engine::matching::{Question, Rule, Verdict};
use kantor_engine::order::{HeldReason, OrderFacts};
use kantor_engine::payout::{Payee, PayoutFacts, PayoutKind};
use kantor_engine::rates::{RateLine, RateTable, Side, Terms};
use kantor_engine::{
    AccountId, Actor, BatchId, CustomerAccountId, CustomerId, DateOnly, Digest, Event, LineId,
    NotBooked, OrderId, PairedBy, PayoutId, Policy, Provisional, RateVersion, Recorded,
    StatementBooking, StatementFacts, StatementId,
};
use kantor_model::{Currency, Date, Decimal, Format, Iban, Moment, Money, Rate};
use kantor_store::{Digest as StoreDigest, Record, codec};

fn at() -> Moment {
    "2026-11-02T08:00:00.000001Z".parse().unwrap()
}

fn day() -> Date {
    Date::new(2026, 11, 2).unwrap()
}

fn number(text: &str) -> Decimal {
    Decimal::from_str_exact(text).unwrap()
}

fn pln(minor: i64) -> Money {
    Money::new(minor, Currency::PLN)
}

fn eur(minor: i64) -> Money {
    Money::new(minor, Currency::EUR)
}

fn line(ordinal: u64) -> LineId {
    LineId {
        account: AccountId(2),
        ordinal,
    }
}

fn terms(side: Side) -> Terms {
    Terms {
        gives: eur(10_000),
        gets: pln(42_815),
        side,
        rate: number("4.2815"),
        mid: number("4.3000"),
        remainder: number("-0.25"),
    }
}

fn policy(date_only: DateOnly, provisional: Provisional, four_eyes: bool) -> Event {
    let policy = Policy {
        date_only,
        provisional,
        four_eyes,
        ..Policy::initial()
    };
    Event::PolicySet { policy }
}

/// At least one event of every kind, together with every word that can stand in one.
fn samples() -> Vec<Event> {
    [
        setting_up(),
        orders(),
        samples::statements(),
        matching::suspense(),
        payouts(),
        money::samples(),
        payouts::samples(),
        access::samples(),
        samples::archived_since(),
    ]
    .concat()
}

fn setting_up() -> Vec<Event> {
    let opened = |last_statement: Option<&str>, fallback| Event::AccountOpened {
        account: AccountId(2),
        iban: Iban::parse("PL61109010140000071219812874").unwrap(),
        name: "Główne".to_owned(),
        fallback,
        opening: pln(100_000),
        opened_on: day(),
        last_statement: last_statement.map(str::to_owned),
    };
    let added = |bank: Option<&str>| Event::CustomerAccountAdded {
        customer: CustomerId(7),
        account: CustomerAccountId(8),
        currency: Currency::EUR,
        bank: bank.map(str::to_owned),
        number: Digest::of(b"salted number"),
    };
    vec![
        Event::OfficeOpened {
            name: "Kantor \\ Łódź".to_owned(),
        },
        policy(DateOnly::InTime, Provisional::Fund, false),
        policy(DateOnly::Ask, Provisional::Wait, true),
        Event::CurrencyDefined {
            currency: Currency::EUR,
        },
        opened(Some("12/2026"), true),
        opened(None, false),
        Event::RatesPublished {
            table: samples::rate_table(),
        },
        Event::CustomerRegistered {
            customer: CustomerId(7),
            profile: Digest::of(b"salted profile"),
        },
        added(Some("mbank")),
        added(None),
        Event::NoticesSent { through: u64::MAX },
    ]
}

fn orders() -> Vec<Event> {
    let order = OrderId(15);
    let reason = || "asked by telephone".to_owned();
    let mut events = vec![
        Event::OrderPlaced {
            facts: OrderFacts {
                order,
                customer: CustomerId(7),
                terms: terms(Side::Buy),
                rates: RateVersion(3),
                pays_from: CustomerAccountId(8),
                paid_to: CustomerAccountId(9),
                pay_in: (AccountId(2), PairedBy::SameBank),
                pay_out: (AccountId(3), PairedBy::Fallback),
                placed: at(),
                deadline: at().plus_seconds(900),
            },
        },
        Event::TermsChanged {
            order,
            terms: terms(Side::Sell),
            reason: reason(),
        },
        Event::RateOffered {
            order,
            rate: number("4.2"),
            until: at(),
            reason: reason(),
        },
        Event::RateAccepted {
            order,
            terms: terms(Side::Buy),
            deadline: at(),
        },
        Event::RateDeclined { order },
        Event::DeadlineMoved {
            order,
            deadline: at(),
            reason: reason(),
        },
        Event::OrderFunded {
            order,
            value_at_mid: pln(43_000),
            reason: None,
            difference: None,
        },
        Event::OrderFunded {
            order,
            value_at_mid: pln(43_000),
            reason: Some(reason()),
            difference: Some(Posting {
                account: LedgerAccount::PaymentDifferences,
                amount: pln(2),
            }),
        },
        Event::OrderExpired { order },
        Event::OrderCancelled {
            order,
            reason: reason(),
        },
        Event::OrderLostFunds { order },
        Event::OrderRefunding {
            order,
            reason: reason(),
        },
        Event::OrderPayingOut { order },
        Event::OrderCompleted { order },
        Event::OrderRefunded { order },
    ];
    events.extend(HeldReason::ALL.map(|reason| Event::OrderHeld { order, reason }));
    events
}

fn payouts() -> Vec<Event> {
    let (payout, batch) = (PayoutId(4), BatchId(5));
    let due = |order, kind, payee| Event::PayoutDue {
        facts: PayoutFacts {
            payout,
            order,
            kind,
            amount: pln(42_815),
            account: AccountId(3),
            payee,
        },
    };
    vec![
        due(
            Some(OrderId(15)),
            PayoutKind::Exchange,
            Payee::CustomerAccount(CustomerAccountId(9)),
        ),
        due(
            Some(OrderId(15)),
            PayoutKind::Refund,
            Payee::PayerOf(line(11)),
        ),
        due(None, PayoutKind::Refund, Payee::PayerOf(line(11))),
        Event::PayoutWithdrawn { payout },
        Event::PayoutPaid {
            payout,
            line: line(13),
        },
        Event::PayoutUnproved {
            payout,
            order: Some(OrderId(15)),
            line: line(13),
        },
        Event::PayoutUnproved {
            payout,
            order: None,
            line: line(13),
        },
        Event::PaidTwice {
            payout,
            line: line(14),
        },
        Event::PaidWithoutFile {
            payout,
            line: line(14),
        },
        Event::BatchFixed {
            batch,
            account: AccountId(3),
            date: day(),
            payouts: vec![payout, PayoutId(6)],
        },
        Event::BatchApproved { batch },
        Event::BatchWritten {
            batch,
            file: TransferFile {
                digest: Digest::of(b"transfers"),
                length: 504,
                format: "elixir0".to_owned(),
                written_by: "mbank 0.1.0".to_owned(),
            },
        },
        Event::BatchVoided {
            batch,
            reason: "rejected".to_owned(),
            attested_by: vec!["anna".to_owned(), "bolek".to_owned()],
        },
        Event::BatchClosed { batch },
        Event::OrderPayOutStopped { order: OrderId(15) },
    ]
}

/// Every sample with somebody who acted; all accounts of the books stand in the postings.
fn recorded() -> Vec<Recorded> {
    let accounts = [
        LedgerAccount::Bank(AccountId(2)),
        LedgerAccount::BankProvisional(AccountId(2)),
        LedgerAccount::Suspense,
        LedgerAccount::CustomerFunds,
        LedgerAccount::PayoutsDue,
        LedgerAccount::Position,
        LedgerAccount::SpreadIncome,
        LedgerAccount::OpeningEquity,
        LedgerAccount::Revaluation,
        LedgerAccount::CoverResult,
        LedgerAccount::PaymentDifferences,
        LedgerAccount::FeesOnTheWay,
        LedgerAccount::Named("a:b".to_owned()),
    ];
    let posting = |account| Posting {
        account,
        amount: pln(-1),
    };
    let actors = [
        Actor::System,
        Actor::Staff("anna: kasa 1".to_owned()),
        Actor::Customer(CustomerId(7)),
    ];
    let postings = [Vec::new(), accounts.map(posting).to_vec()];
    let record = |(at, event): (usize, Event)| Recorded {
        by: actors[at % actors.len()].clone(),
        event,
        postings: postings[usize::from(at == 1)].clone(),
    };
    samples().into_iter().enumerate().map(record).collect()
}

fn golden_path() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/golden/events.txt")
}

/// One form of an event, as it stands in the golden file.
fn form(recorded: &Recorded) -> String {
    let record = codec::encode(recorded);
    let body = String::from_utf8(record.body).unwrap();
    format!("{} {} {body}", record.kind, record.version)
}

fn decode(form: &str) -> Result<Recorded, codec::Unreadable> {
    let mut parts = form.splitn(3, ' ');
    let mut next = || parts.next().unwrap();
    codec::decode(&Record {
        seq: 1,
        moment: at(),
        kind: next().to_owned(),
        version: next().parse().unwrap(),
        body: next().as_bytes().to_vec(),
        hash: StoreDigest::of(b""),
    })
}

#[test]
fn every_event_is_stored_as_it_always_was() {
    let mut golden = fs::read_to_string(golden_path()).unwrap_or_default();
    let known: BTreeSet<String> = golden.lines().map(str::to_owned).collect();
    let missing: Vec<String> = recorded()
        .iter()
        .map(form)
        .filter(|form| !known.contains(form))
        .collect();
    if env::var_os("UPDATE_EXPECT").is_some() {
        missing
            .iter()
            .for_each(|form| golden.push_str(&format!("{form}\n")));
        fs::write(golden_path(), golden).unwrap();
        return;
    }
    assert!(
        missing.is_empty(),
        "not in {}; if this form is new, give it a new version and run with UPDATE_EXPECT=1:\n{}",
        golden_path().display(),
        missing.join("\n")
    );
}

#[test]
fn every_form_ever_stored_is_read_back() {
    for form in fs::read_to_string(golden_path()).unwrap().lines() {
        let read = decode(form).unwrap_or_else(|error| panic!("{error}\n{form}"));
        // Of today's version the very bytes come back; an old one is brought up to date.
        let (kind, version) = form.split_once(' ').unwrap();
        let today = codec::KINDS
            .iter()
            .any(|(known, newest)| *known == kind && version.starts_with(&format!("{newest} ")));
        if today {
            assert_eq!(self::form(&read), form);
        }
    }
}

#[test]
fn an_event_survives_being_stored() {
    for event in recorded() {
        assert_eq!(decode(&form(&event)).as_ref(), Ok(&event));
    }
}

#[test]
fn the_samples_hold_every_kind_of_event() {
    let sampled: BTreeSet<&str> = samples().iter().map(Event::kind).collect();
    let known: BTreeSet<&str> = codec::KINDS.iter().map(|(kind, _)| *kind).collect();
    assert_eq!(sampled, known);
}

/// The form, and what reading it complains of.
#[test]
fn what_was_not_written_by_us_is_not_read() {
    let check = |form: &str, complaint: &str| {
        let error = decode(form).unwrap_err().to_string();
        assert!(error.contains(complaint), "{error}\n{form}");
    };
    let body = |event: &str| format!(r#"{{"by":"system","event":{event},"postings":[]}}"#);
    for (form, complaint) in [
        ("OrderMelted 1 {}", "OrderMelted version 1 cannot be read"),
        ("OrderExpired 1 {", "the body: EOF"),
        ("OrderExpired 1 []", "an object was expected"),
        ("OrderExpired 1 {}", "by: it is missing"),
    ] {
        check(form, complaint);
    }
    for (form, event, complaint) in [
        ("OrderMelted 1", "{}", "event: this program does not know"),
        (
            "OrderExpired 2",
            r#"{"order":1}"#,
            "does not know such an event",
        ),
        ("OrderExpired 1", "{}", "event.order: it is missing"),
        (
            "OrderExpired 1",
            r#"{"order":1,"x":2}"#,
            "event.x: no such field",
        ),
        (
            "OrderExpired 1",
            r#"{"order":1,"order":2}"#,
            "event.order: it stands twice",
        ),
        (
            "OrderExpired 1",
            r#"{"order":-1}"#,
            "event.order: a whole number",
        ),
        (
            "OrderExpired 1",
            r#"{"order":1.5}"#,
            "event.order: a whole number",
        ),
        (
            "OrderHeld 1",
            r#"{"order":1,"reason":"bored"}"#,
            "event.reason: another word",
        ),
        (
            "CurrencyDefined 1",
            r#"{"currency":"eur"}"#,
            "event.currency: a currency code",
        ),
        (
            "OrderFunded 2",
            r#"{"order":1,"value_at_mid":{"minor":"5","currency":"PLN"}}"#,
            "event.value_at_mid.minor: a whole number",
        ),
        (
            "PayoutPaid 1",
            r#"{"payout":1,"line":"2/017"}"#,
            "event.line: a line such as",
        ),
    ] {
        check(&format!("{form} {}", body(event)), complaint);
    }
}
