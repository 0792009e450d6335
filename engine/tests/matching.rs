//! Matching as a pure function: what holds for any statement and any orders, and what a malicious
//! or unlucky statement may cost. Holds: F4, F8, F9, F18. Against: FF3 1556.

use std::cell::Cell;
use std::collections::{BTreeMap, BTreeSet};
use std::ops::ControlFlow;

use kantor_engine::matching::{
    Book, Each, Finding, GROUP, Line, OpenOrder, PaidBy, Question, RIVALS, Rule, Stands, Verdict,
    What, match_lines,
};
use kantor_engine::payout::Payout;
use kantor_engine::{
    AccountId, CustomerId, LineId, OrderId, PayoutId, Policy, Reference, Referent,
};
use kantor_model::{Currency, Date, Moment, Money};
use proptest::prelude::*;

const ACCOUNT: AccountId = AccountId(1);

fn at() -> Moment {
    let day = "2026-11-16".parse().expect("a day");
    Moment::from_warsaw(day, 9, 0).expect("a moment")
}

fn day() -> Date {
    at().warsaw_date()
}

fn pln(minor: i64) -> Money {
    Money::new(minor, Currency::PLN)
}

/// Orders on a shelf, that counts how often something is looked up in it.
#[derive(Debug, Default)]
struct Shelf {
    orders: BTreeMap<OrderId, OpenOrder>,
    by_customer: BTreeMap<(CustomerId, i64), BTreeSet<OrderId>>,
    by_amount: BTreeMap<i64, BTreeSet<OrderId>>,
    looked_up: Cell<usize>,
}

impl Shelf {
    fn place(&mut self, order: u64, customer: u64, minor: i64) {
        let open = OpenOrder {
            order: OrderId(order),
            customer: CustomerId(customer),
            gives: pln(minor),
            received: Some(pln(0)),
            placed: at(),
            deadline: at().plus_seconds(900),
            stands: Stands::Waits,
            cancelled: false,
            troubled: false,
        };
        self.orders.insert(open.order, open);
        let key = (open.customer, minor);
        self.by_customer.entry(key).or_default().insert(open.order);
        self.by_amount.entry(minor).or_default().insert(open.order);
    }

    fn count(&self) {
        self.looked_up.set(self.looked_up.get() + 1);
    }

    fn tell(&self, found: Option<&BTreeSet<OrderId>>, each: Each<'_>) {
        for order in found.into_iter().flatten().rev() {
            self.count();
            if each(*order) == ControlFlow::Break(()) {
                return;
            }
        }
    }
}

impl Book for Shelf {
    fn open_order(&self, order: OrderId) -> Option<OpenOrder> {
        self.count();
        self.orders.get(&order).copied()
    }

    fn payout_seen(&self, _: PayoutId) -> Option<Payout> {
        self.count();
        None
    }

    fn wanting(&self, customer: CustomerId, amount: Money, each: Each<'_>) {
        self.count();
        self.tell(self.by_customer.get(&(customer, amount.minor())), each);
    }

    fn of_customer(&self, customer: CustomerId, _: Currency, each: Each<'_>) {
        self.count();
        let of_his = (customer, i64::MIN)..=(customer, i64::MAX);
        let his = self.by_customer.range(of_his);
        let orders: BTreeSet<OrderId> = his.flat_map(|(_, orders)| orders).copied().collect();
        self.tell(Some(&orders), each);
    }

    fn of_amount(&self, amount: Money, each: Each<'_>) {
        self.count();
        self.tell(self.by_amount.get(&amount.minor()), each);
    }
}

/// A line as it is drawn.
#[derive(Clone, Debug)]
struct Drawn {
    minor: i64,
    payers: Vec<CustomerId>,
    text: String,
}

impl Drawn {
    fn new(minor: i64, payers: &[u64], names: &[u64]) -> Drawn {
        let titles: Vec<String> = names
            .iter()
            .filter_map(|order| Reference::of_order(OrderId(*order)))
            .map(|reference| reference.to_string())
            .collect();
        Drawn {
            minor,
            payers: payers.iter().copied().map(CustomerId).collect(),
            text: format!("zakup {}", titles.join(" ")),
        }
    }

    fn line(&self, ordinal: u64) -> Line<'_> {
        Line {
            id: LineId {
                account: ACCOUNT,
                ordinal,
            },
            amount: pln(self.minor),
            booked_on: Some(day()),
            booked_at: None,
            text: &self.text,
            code: None,
            payer: match self.payers.is_empty() {
                true => PaidBy::NotGiven,
                false => PaidBy::Customers(&self.payers),
            },
            virtual_account: None,
            reversal: false,
        }
    }
}

fn found(shelf: &Shelf, lines: &[Line<'_>]) -> BTreeMap<u64, Finding> {
    let findings = match_lines(shelf, ACCOUNT, lines, &Policy::initial());
    assert_eq!(findings.len(), lines.len(), "a finding a line");
    let ordinals = lines.iter().map(|line| line.id.ordinal);
    ordinals.zip(findings).collect()
}

fn shelf() -> impl Strategy<Value = Shelf> {
    prop::collection::vec((1..4_u64, 1..4_i64), 1..9).prop_map(|orders| {
        let mut shelf = Shelf::default();
        for ((customer, minor), order) in orders.into_iter().zip(1..) {
            shelf.place(order, customer, minor * 100);
        }
        shelf
    })
}

/// Lines of which at most one names each order, by payers of which there may be several.
fn drawn() -> impl Strategy<Value = Vec<Drawn>> {
    let names = prop_oneof![3 => Just(false), 1 => Just(true)];
    let payers = prop::collection::btree_set(1..5_u64, 0..3);
    prop::collection::vec((1..4_i64, payers, names), 0..9).prop_map(|lines| {
        let drawn = lines
            .into_iter()
            .zip(1..)
            .map(|((minor, payers, names), order)| {
                let payers: Vec<u64> = payers.into_iter().collect();
                let named = if names { vec![order] } else { Vec::new() };
                Drawn::new(minor * 100, &payers, &named)
            });
        drawn.collect()
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2_000))]

    /// Law 3: a line is one order's as a whole; an order that is given a line without a reference
    /// gets one only, of exactly what it wants, from its customer, and no line names it.
    #[test]
    fn no_line_serves_two_orders(shelf in shelf(), drawn in drawn()) {
        let lines: Vec<Line<'_>> = (1..).zip(&drawn).map(|(at, drawn)| drawn.line(at)).collect();
        let mut by_payer = BTreeSet::new();
        let mut by_name = BTreeSet::new();
        for (line, finding) in lines.iter().zip(found(&shelf, &lines).values()) {
            let What::Orders(shares) = &finding.what else { continue };
            prop_assert_eq!(shares.len(), 1);
            let (order, share) = shares[0];
            prop_assert_eq!(share, line.amount, "each minor unit serves one order");
            if finding.why.rule == Some(Rule::PayerAndAmount) {
                prop_assert!(by_payer.insert(order), "{} twice", order);
                let open = shelf.orders[&order];
                prop_assert_eq!(open.gives, share);
                prop_assert_eq!(finding.verdict, Verdict::Certain);
                prop_assert!(matches!(line.payer, PaidBy::Customers(all) if all.contains(&open.customer)));
            } else {
                by_name.insert(order);
            }
        }
        prop_assert!(by_payer.is_disjoint(&by_name));
    }

    /// F18: the order in which the bank prints lines that name different orders is no evidence.
    #[test]
    fn the_order_of_the_lines_does_not_change_what_is_matched(
        shelf in shelf(),
        (drawn, shuffled) in drawn().prop_flat_map(|drawn| {
            let places: Vec<usize> = (0..drawn.len()).collect();
            (Just(drawn), Just(places).prop_shuffle())
        }),
    ) {
        let lines: Vec<Line<'_>> = (1..).zip(&drawn).map(|(at, drawn)| drawn.line(at)).collect();
        let other: Vec<Line<'_>> = shuffled.iter().map(|place| lines[*place]).collect();
        prop_assert_eq!(found(&shelf, &lines), found(&shelf, &other));
    }
}

/// What so many lines cost against so many orders, in lookups, and how they end.
fn cost(
    count: u64,
    minor: impl Fn(u64) -> i64,
    draw: impl Fn(u64) -> Drawn,
) -> (usize, Vec<Finding>) {
    let mut shelf = Shelf::default();
    for number in 1..=count {
        shelf.place(number, number % 10 + 1, minor(number));
    }
    let drawn: Vec<Drawn> = (1..=count).map(draw).collect();
    let lines: Vec<Line<'_>> = (1..)
        .zip(&drawn)
        .map(|(at, drawn)| drawn.line(at))
        .collect();
    let findings = match_lines(&shelf, ACCOUNT, &lines, &Policy::initial());
    (shelf.looked_up.get(), findings)
}

/// So many lookups a line are enough for the worst of statements: a group is looked at once, up to
/// its bound, and the rivals of a line are few.
const A_LINE: usize = 2 * GROUP;

#[track_caller]
fn check_adversary(
    minor: impl Fn(u64) -> i64 + Copy,
    draw: impl Fn(u64) -> Drawn + Copy,
) -> Vec<Finding> {
    let (small, _) = cost(100, minor, draw);
    let (large, findings) = cost(1_000, minor, draw);
    assert!(large <= 1_000 * A_LINE, "{large} lookups for 1000 lines");
    assert!(
        large <= 12 * small.max(1),
        "{small} lookups for 100 lines, {large} for 1000"
    );
    findings
}

fn all_ambiguous(findings: &[Finding]) {
    for finding in findings {
        assert_eq!(finding.verdict, Verdict::Ambiguous, "{finding:?}");
        assert!(!finding.why.rivals.is_empty() && finding.why.rivals.len() <= RIVALS);
    }
}

/// A thousand payments of one amount, by ten customers, for a thousand orders of that amount.
#[test]
fn all_amounts_equal_is_ambiguous_and_cheap() {
    let findings = check_adversary(|_| 100, |line| Drawn::new(100, &[line % 10 + 1], &[]));
    all_ambiguous(&findings);
}

/// The same, where every payer's account is every customer's.
#[test]
fn payers_who_share_an_account_are_one_group() {
    let all: Vec<u64> = (1..=10).collect();
    let findings = check_adversary(|_| 100, |_| Drawn::new(100, &all, &[]));
    all_ambiguous(&findings);
}

/// A thousand payments with one reference: one is the order's money, the others are new money.
#[test]
fn all_references_equal_is_one_payment_and_many_questions() {
    let findings = check_adversary(|_| 100, |line| Drawn::new(100, &[line % 10 + 1], &[9]));
    let orders = findings
        .iter()
        .filter(|it| matches!(it.what, What::Orders(_)));
    let second = |it: &&Finding| it.what == What::Open(Question::OrderHasItsMoney(OrderId(9)));
    let (given, second) = (orders.count(), findings.iter().filter(second).count());
    assert!(given >= 1, "the order gets its money");
    assert_eq!(
        given + second,
        1_000,
        "{given} for the order, {second} new money"
    );
}

/// A thousand lines that each name as many orders as a title holds.
#[test]
fn titles_full_of_references_are_ambiguous() {
    let names = |line: u64| {
        (0..8)
            .map(|at| (line + at) % 1_000 + 1)
            .collect::<Vec<u64>>()
    };
    let findings = check_adversary(|_| 100, |line| Drawn::new(100, &[1], &names(line)));
    let several = findings
        .iter()
        .filter(|it| it.verdict == Verdict::Ambiguous);
    assert!(several.count() >= 990);
}

/// References of other offices name nothing here, whatever they are.
#[test]
fn referents_are_told_apart() {
    let shelf = Shelf::default();
    let mut named = Vec::new();
    let text = Drawn::new(1, &[], &[3, 4]).text;
    shelf.references(&text, &mut |referent| named.push(referent));
    assert_eq!(
        named,
        [Referent::Order(OrderId(3)), Referent::Order(OrderId(4))]
    );
}
