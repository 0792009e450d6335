//! Whatever is asked, however absurd: an answer or a refusal that says something, and never a panic
//! or a movement of money that does not sum to zero.

mod fixture;
#[allow(dead_code)] // each test uses its own part of it
mod town;

use std::collections::BTreeSet;

use kantor_engine::batch::TransferFile;
use kantor_engine::chain::{Link, Marks};
use kantor_engine::ledger::imbalance;
use kantor_engine::matching::{LineFacts, Payer};
use kantor_engine::rates::Fixed;
use kantor_engine::{
    AccountId, Actor, BatchId, Command, CustomerAccountId, CustomerId, Digest, LineId, OrderId,
    Policy, RateVersion, Reference, StatementFacts, StatementToBook, decide,
};
use kantor_model::{Currency, Date, Decimal, Format, Iban, Moment, Money};
use proptest::prelude::*;

use town::Town;
use town::deeds::deed;

fn number() -> impl Strategy<Value = u64> {
    prop_oneof![8 => 1..4_u64, 1 => Just(0), 1 => Just(u64::MAX)]
}

fn minor() -> impl Strategy<Value = i64> {
    prop_oneof![
        4 => -100_000..100_000_i64,
        1 => Just(0),
        1 => Just(i64::MAX),
        1 => Just(i64::MIN),
    ]
}

fn currency() -> impl Strategy<Value = Currency> {
    prop_oneof![
        Just(Currency::PLN),
        Just(Currency::EUR),
        Just(Currency::USD)
    ]
}

fn money() -> impl Strategy<Value = Money> {
    (minor(), currency()).prop_map(|(minor, currency)| Money::new(minor, currency))
}

fn text() -> impl Strategy<Value = String> {
    prop_oneof![
        Just(String::new()),
        Just(" ".to_owned()),
        Just("zażółć".to_owned()),
        ".{0,20}",
        (1..4_u64).prop_map(|order| format!("{:?}", Reference::of_order(OrderId(order)))),
    ]
}

fn day() -> impl Strategy<Value = Date> {
    prop_oneof![
        Just(Date::MIN),
        Just(Date::MAX),
        Just(Date::constant(2026, 11, 16)),
    ]
}

fn moment() -> impl Strategy<Value = Moment> {
    prop_oneof![
        3 => Just(1_795_000_000_000_000_i64),
        1 => Just(i64::MIN),
        1 => Just(i64::MAX),
    ]
    .prop_map(Moment::from_micros)
}

fn actor() -> impl Strategy<Value = Actor> {
    prop_oneof![
        number().prop_map(|customer| Actor::Customer(CustomerId(customer))),
        Just(Actor::Staff("cashier".to_owned())),
        Just(Actor::System),
    ]
}

fn facts() -> impl Strategy<Value = LineFacts> {
    let day = prop::option::of(day());
    let moment = prop::option::of(moment());
    (money(), day, moment, text(), any::<bool>(), any::<u64>()).prop_map(
        |(amount, booked_on, booked_at, text, reversal, evidence)| LineFacts {
            amount,
            booked_on,
            booked_at,
            text,
            payer: Payer::NotGiven,
            code: None,
            virtual_account: None,
            reversal,
            returned: None,
            parts: Vec::new(),
            evidence,
        },
    )
}

fn line() -> impl Strategy<Value = LineId> {
    (number(), number()).prop_map(|(account, ordinal)| LineId {
        account: AccountId(account),
        ordinal,
    })
}

fn statement() -> impl Strategy<Value = Command> {
    let balance = || prop::option::of(prop_oneof![minor(), Just(1_000_000), Just(500_000)]);
    let link = (minor(), minor()).prop_map(|(amount, balance_after)| Link {
        amount,
        balance_after,
        booked_on: None,
        evidence: 0,
        marks: Marks::default(),
    });
    let chain = prop::collection::vec(link, 0..3);
    let lines = prop::collection::vec(facts(), 0..4);
    let before = prop_oneof![
        4 => Just((0, 1_000_000)),
        1 => (number(), minor()),
    ];
    (number(), balance(), balance(), lines, before, chain).prop_map(
        |(account, opening, closing, lines, chain_before, chain)| {
            Command::BookStatement(Box::new(StatementToBook {
                facts: StatementFacts {
                    account: AccountId(account),
                    file: Digest::of(b"file"),
                    index: 0,
                    read_by: "test 1".to_owned(),
                    format: opening.map(|_| Format::Mt940),
                    number: None,
                    opening,
                    closing,
                    closing_on: lines.last().and_then(|line| line.booked_on),
                    rows: Digest::of(b"rows"),
                    lines: lines.len() as u64,
                },
                marks: Vec::new(),
                lines,
                chain_before,
                chain,
            }))
        },
    )
}

/// Anything that is about an order.
fn about_orders() -> impl Strategy<Value = Command> {
    let rate = prop_oneof![
        Just(Decimal::ZERO),
        Just(Decimal::MAX),
        Just(Decimal::MIN),
        Just(Decimal::new(1, 28)),
        (1..1_000_i64).prop_map(|rate| Decimal::new(rate, 2)),
    ];
    (0..10_u8, number(), text(), rate, minor(), line(), facts()).prop_map(
        |(verb, order, reason, rate, seconds, line, facts)| {
            let order = OrderId(order);
            match verb {
                0 => Command::CancelOrder { order, reason },
                1 => Command::ConfirmOrder { order, reason },
                2 => Command::ScaleOrder { order, reason },
                3 => Command::RefundOrder { order, reason },
                4 => Command::RepriceOrder {
                    order,
                    rate,
                    reason,
                },
                5 => Command::AcceptRate { order },
                6 => Command::DeclineRate { order },
                7 => Command::ExtendDeadline {
                    order,
                    seconds,
                    reason,
                },
                8 => Command::AllocateLine {
                    line,
                    facts,
                    order,
                    reason,
                },
                _ => Command::ExpireOrder { order },
            }
        },
    )
}

/// Anything that is about lines and batches.
fn about_lines_and_batches() -> impl Strategy<Value = Command> {
    (0..7_u8, number(), text(), text(), money(), line(), day()).prop_map(
        |(verb, number, reason, name, amount, line, date)| {
            let batch = BatchId(number);
            match verb {
                0 => Command::ReleaseReceipt { line, reason },
                1 => Command::BookLine {
                    line,
                    amount,
                    ledger_account: name,
                    reason,
                },
                2 => Command::ReverseLineBooking { line, reason },
                3 => Command::MakeBatch {
                    account: AccountId(number),
                    date,
                    without: BTreeSet::new(),
                },
                4 => Command::ApproveBatch { batch, seen: None },
                5 => Command::WriteBatch {
                    batch,
                    file: TransferFile {
                        digest: Digest::of(name.as_bytes()),
                        length: u64::MAX,
                        format: reason,
                        written_by: name,
                    },
                    names: Vec::new(),
                },
                _ => Command::VoidBatch {
                    batch,
                    reason,
                    attested_by: vec![name, "Jan".to_owned()],
                },
            }
        },
    )
}

/// Anything that is about the office and its customers.
fn about_the_office() -> impl Strategy<Value = Command> {
    (
        0..9_u8,
        number(),
        number(),
        text(),
        money(),
        currency(),
        minor(),
    )
        .prop_map(
            |(verb, one, other, name, amount, currency, seconds)| match verb {
                0 => Command::OpenOffice {
                    name,
                    policy: Policy::initial(),
                },
                1 => Command::SetPolicy {
                    policy: Policy {
                        order_seconds: seconds,
                        quote_seconds: amount.minor(),
                        ..Policy::initial()
                    },
                },
                2 => Command::DefineCurrency { currency },
                3 => Command::OpenAccount {
                    iban: Iban::parse("PL61109010140000071219812874").expect("an account number"),
                    name,
                    fallback: true,
                    opening: amount,
                    opened_on: Date::MIN,
                    last_statement: None,
                },
                4 => Command::PublishRates {
                    source: name,
                    lines: Vec::new(),
                },
                5 => Command::RegisterCustomer {
                    profile: Digest::of(b""),
                },
                6 => Command::AddCustomerAccount {
                    customer: CustomerId(one),
                    currency,
                    bank: Some(name),
                    number: Digest::of(b""),
                },
                7 => Command::RecordNotices { through: one },
                _ => Command::PlaceOrder {
                    customer: CustomerId(one),
                    fixed: if seconds % 2 == 0 {
                        Fixed::Gives(amount)
                    } else {
                        Fixed::Gets(amount)
                    },
                    other: currency,
                    rates: RateVersion(other.min(1)),
                    pays_from: CustomerAccountId(one),
                    paid_to: CustomerAccountId(other),
                },
            },
        )
}

fn command() -> impl Strategy<Value = Command> {
    prop_oneof![
        statement(),
        about_orders(),
        about_lines_and_batches(),
        about_the_office()
    ]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(128))]

    #[test]
    fn whatever_is_asked_is_answered(
        deeds in prop::collection::vec(deed(), 0..40),
        asked in prop::collection::vec((actor(), command(), moment()), 60),
    ) {
        let mut town = Town::new();
        deeds.iter().for_each(|deed| town.live(deed));
        for (by, command, now) in asked {
            match decide(&command, &by, &town.office.state, now) {
                Ok(outcome) => {
                    for recorded in outcome.events {
                        prop_assert!(imbalance(&recorded.postings).is_empty(), "{:?}", recorded);
                    }
                }
                Err(refusal) => {
                    prop_assert!(!refusal.to_string().is_empty());
                    prop_assert!(!refusal.code().is_empty());
                }
            }
        }
    }
}
