//! The order in which files come does not matter: what the banks know is told in files of whole
//! days and in windows of any size, the files are loaded in one order and in another, and what waits
//! is loaded again. Then the same is known.
//!
//! *The same* means, to the grosz and to the line:
//!
//! ```text
//! chains    every line in its place, with its balance, its day and its words; how far it is proved
//! lines     what became of each: whose receipt it is, or which question it asks
//! orders    their states, their terms, the receipts of each, and what each is owed: what for, how
//!           much, from which account, to whom, and how far that is
//! books     every account of the ledger, the position and what it cost, what nobody confirmed
//! ```
//!
//! Numbers that are given in the order of arrival (statements, payouts) may differ, and so may how
//! often a statement was archived before it fitted.
//!
//! Where several lines name one order, an order that has its money does not wait for more: what
//! comes then is new money and a question (law 3), so whichever comes first may be the receipt. Then
//! chains, proofs and banks' accounts are the same, every other order is, and each of those lines is
//! that order's receipt or a question.

mod fixture;
#[allow(dead_code)] // the lives of the town are longer elsewhere
mod town;

use std::collections::{BTreeMap, BTreeSet};

use kantor_engine::chain::Says;
use kantor_engine::ledger::LedgerAccount;
use kantor_engine::matching::{Payer, Question};
use kantor_engine::payout::{Payee, PayoutKind, PayoutState};
use kantor_engine::{
    AccountId, Digest, LineId, OrderId, PayoutId, Referent, Settled, Snapshot, StatementOutcome,
    find_references,
};
use kantor_model::{Date, Format, Money};
use proptest::prelude::*;
use proptest::sample::Index;

use fixture::Paper;
use town::Town;
use town::deeds::Deed;

/// How a window of the truth is told.
#[derive(Clone, Debug)]
struct Window {
    account: u64,
    from: Index,
    lines: usize,
    opens: bool,
    closes: bool,
}

fn an_order() -> impl Strategy<Value = Deed> {
    (1..4_u64, 100..100_000_i64, any::<bool>()).prop_map(|(customer, minor, sells)| Deed::Order {
        customer,
        minor,
        sells,
        fixes_gets: false,
    })
}

/// A payment for one of the orders; 1 stands for the newest.
fn a_payment(order: impl Strategy<Value = u64>) -> impl Strategy<Value = Deed> {
    let percent = prop_oneof![6 => Just(100_i64), 1 => Just(50), 1 => Just(200), 1 => 1..150_i64];
    let payer = prop_oneof![6 => Just(0_u64), 2 => 1..3_u64];
    (order, percent, payer, 0..4_u64).prop_map(|(order, percent, payer, account)| Deed::Pay {
        order,
        percent,
        payer,
        account,
        also: None,
    })
}

/// A line of nobody's order, or time.
fn between() -> impl Strategy<Value = Deed> {
    prop_oneof![
        (1..4_u64, -500..500_i64).prop_map(|(account, minor)| Deed::Fee { account, minor }),
        prop_oneof![2 => 1..600_i64, 1 => 40_000..100_000_i64]
            .prop_map(|seconds| Deed::Wait { seconds }),
    ]
}

/// What happens at the banks, of which nothing is known to the office yet: orders are paid by one
/// line each, or not at all.
fn one_line_an_order() -> impl Strategy<Value = Vec<Deed>> {
    let order = (
        an_order(),
        prop::option::weighted(0.2, between()),
        prop::option::weighted(0.9, a_payment(Just(1))),
        prop::option::weighted(0.5, between()),
    );
    let deeds = order.prop_map(|(order, first, payment, then)| {
        let all = [Some(order), first, payment, then];
        all.into_iter().flatten().collect::<Vec<Deed>>()
    });
    prop::collection::vec(deeds, 1..12).prop_map(|orders| orders.concat())
}

/// The same, with payments for any order at any time.
fn any_lines() -> impl Strategy<Value = Vec<Deed>> {
    let deed = prop_oneof![3 => an_order(), 6 => a_payment(any::<u64>()), 2 => between()];
    prop::collection::vec(deed, 4..40)
}

fn windows() -> impl Strategy<Value = Vec<Window>> {
    let window = (
        1..4_u64,
        any::<Index>(),
        1..6_usize,
        any::<bool>(),
        any::<bool>(),
    )
        .prop_map(|(account, from, lines, opens, closes)| Window {
            account,
            from,
            lines,
            opens,
            closes: closes && opens,
        });
    prop::collection::vec(window, 0..10)
}

/// The same things in another order, drawn.
fn shuffled<T: Clone>(things: &[T], keys: &[u64]) -> Vec<T> {
    let mut order: Vec<(u64, usize)> = (0..things.len())
        .map(|at| (keys[at % keys.len()].wrapping_mul(at as u64 + 1), at))
        .collect();
    order.sort_unstable();
    order
        .into_iter()
        .map(|(_, at)| things[at].clone())
        .collect()
}

/// Everything that the banks know, told in whole days and in windows.
fn files(town: &mut Town, windows: &[Window]) -> Vec<Paper> {
    let accounts: Vec<AccountId> = town.banks.keys().copied().collect();
    let mut files = Vec::new();
    for account in accounts {
        let lines = &town.banks[&account].lines;
        let days: Vec<Date> = lines.iter().filter_map(|line| line.booked_on).collect();
        let ends = (1..=days.len()).filter(|end| days.get(*end) != days.get(end - 1));
        let mut from = 0;
        for (number, end) in ends.collect::<Vec<_>>().into_iter().enumerate() {
            let paper = town.print(account, from, end, true);
            files.push(marked(paper, Format::Mt940, Some((number + 1).to_string())));
            from = end;
        }
    }
    for window in windows {
        let account = AccountId(window.account);
        let all = town.banks[&account].lines.len();
        if all == 0 {
            continue;
        }
        let from = window.from.index(all);
        let paper = town.print(account, from, from + window.lines, window.closes);
        let format = if window.closes {
            Format::Csv
        } else {
            Format::Mt942
        };
        let opening = paper.opening.filter(|_| window.opens);
        files.push(marked(Paper { opening, ..paper }, format, None));
    }
    files
}

/// The words of a line as the bank says them in every format, with a reference of its own.
fn marked(paper: Paper, format: Format, number: Option<String>) -> Paper {
    let marks = paper.lines.iter().map(|line| {
        let reference = line.evidence.to_string();
        let says = Says {
            source: format.name(),
            reference: Some(&reference),
            title: Some(&line.text),
            account: None,
        };
        says.marks()
    });
    let told = format!(
        "{} {format:?} {:?} {:?}",
        paper.file, paper.opening, paper.closing
    );
    Paper {
        file: Digest::of(told.as_bytes()),
        marks: marks.collect(),
        format,
        number,
        ..paper
    }
}

/// Loads files in their order, and what waits again, until nothing is new.
fn load_all(town: &mut Town, files: &[Paper]) {
    loop {
        let mut moved = false;
        for file in files {
            moved |= matches!(town.load(file), StatementOutcome::Booked { .. });
        }
        if !moved {
            return;
        }
    }
}

/// What a payout is, without its number.
type Owed = (PayoutKind, Money, AccountId, Payee, PayoutState);

/// What an order is, without numbers that follow the order of arrival.
type Stands = (String, Vec<LineId>, Vec<Owed>);

/// What became of a line.
#[derive(Clone, PartialEq, Debug)]
enum Fate {
    Asks(Question),
    Is(Settled),
}

/// What is known in the end; see the module.
#[derive(PartialEq, Debug)]
struct Known {
    chains: BTreeMap<AccountId, Vec<String>>,
    proved: BTreeMap<AccountId, (u64, i64)>,
    lines: BTreeMap<LineId, Fate>,
    orders: BTreeMap<OrderId, Stands>,
    books: Vec<(LedgerAccount, Money)>,
    position: Vec<String>,
}

fn known(town: &Town) -> Known {
    let state = &town.office.state;
    let chain = |account: &AccountId| {
        let lines = town
            .office
            .lines
            .get(account)
            .map_or(&[][..], Vec::as_slice);
        let line =
            |line: &fixture::KeptLine| format!("{:?} {}", line.facts, line.link.balance_after);
        (*account, lines.iter().map(line).collect())
    };
    let proved = state.accounts.iter();
    let proved = proved.map(|(id, it)| (*id, (it.proved_through, it.balance)));
    let asks = state.questions.iter();
    let asks = asks.map(|(line, question)| (*line, Fate::Asks(question.clone())));
    let is = state.settled.iter();
    let is = is.map(|(line, settled)| (*line, Fate::Is(settled.clone())));
    Known {
        chains: state.accounts.keys().map(chain).collect(),
        proved: proved.collect(),
        lines: asks.chain(is).collect(),
        orders: state
            .orders
            .keys()
            .map(|id| (*id, order(state, *id)))
            .collect(),
        books: state
            .ledger
            .balances()
            .map(|(account, money)| (account.clone(), money))
            .collect(),
        position: position(state),
    }
}

fn position(state: &Snapshot) -> Vec<String> {
    let carried = state.carried.iter();
    let mut position: Vec<String> = carried.map(|carried| format!("{carried:?}")).collect();
    position.extend(state.missing.iter().map(|missing| format!("{missing:?}")));
    let remainders = state.remainders.iter();
    let remainders = remainders.filter(|(_, remainder)| !remainder.is_zero());
    position.extend(remainders.map(|remainder| format!("{remainder:?}")));
    position
}

fn order(state: &Snapshot, id: OrderId) -> Stands {
    let order = state.orders.get(&id).unwrap();
    let mut receipts: Vec<LineId> = order.receipts.to_vec();
    receipts.sort_unstable();
    let owed = |id: &PayoutId| {
        let payout = state.payouts.get(id).unwrap();
        let facts = payout.facts;
        (
            facts.kind,
            facts.amount,
            facts.account,
            facts.payee,
            payout.state,
        )
    };
    let live = |owed: &Owed| owed.4 != PayoutState::Withdrawn;
    let of_order = state
        .payouts
        .values()
        .filter(|it| it.facts.order == Some(id));
    let mut payouts: Vec<Owed> = of_order
        .map(|it| owed(&it.facts.payout))
        .filter(live)
        .collect();
    payouts.sort_by_key(|owed| format!("{owed:?}"));
    (
        format!("{:?} {:?}", order.state, order.terms),
        receipts,
        payouts,
    )
}

/// A town in which all that happened, and nothing was imported.
fn lived(deeds: &[Deed]) -> Town {
    let mut town = Town::new();
    deeds.iter().for_each(|deed| town.live(deed));
    // Who names no order says nothing else of himself: that a payer is known by his account and the
    // amount is a matter of what else is there when his line comes.
    let orders = town.office.state.orders.len() as u64;
    for truth in town.banks.values_mut() {
        for line in &mut truth.lines {
            if named(&line.text).is_none_or(|order| order.0 > orders) {
                line.payer = Payer::NotGiven;
            }
        }
    }
    town
}

/// The order that a title names.
fn named(text: &str) -> Option<OrderId> {
    find_references(text)
        .into_iter()
        .find_map(|reference| match reference.referent() {
            Referent::Order(order) => Some(order),
            Referent::Payout(_) => None,
        })
}

/// The office after everything was loaded, in two orders.
fn loaded_in_two_orders(deeds: &[Deed], windows: &[Window], keys: &[u64]) -> [Town; 2] {
    let mut one = lived(deeds);
    let files = files(&mut one, windows);
    load_all(&mut one, &files);
    let mut other = lived(deeds);
    load_all(&mut other, &shuffled(&files, keys));
    [one, other]
}

fn keys() -> impl Strategy<Value = Vec<u64>> {
    prop::collection::vec(any::<u64>(), 1..12)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(256))]

    /// Law 1, E6, E9: whole files and windows of all accounts, in any order, and everything is the
    /// same.
    #[test]
    fn the_order_of_files_does_not_matter(
        deeds in one_line_an_order(),
        windows in windows(),
        keys in keys(),
    ) {
        let [one, other] = loaded_in_two_orders(&deeds, &windows, &keys);
        for (account, truth) in &one.banks {
            let account = one.office.state.accounts.get(account).unwrap();
            prop_assert_eq!(account.proved_through, truth.lines.len() as u64, "all of it");
        }
        prop_assert_eq!(known(&one), known(&other));
    }

    /// The same where several lines name one order: what waits for a person may be another of them,
    /// and nothing else.
    #[test]
    fn lines_that_name_one_order_are_its_money_or_a_question_in_any_order_of_files(
        deeds in any_lines(),
        windows in windows(),
        keys in keys(),
    ) {
        let [one, other] = loaded_in_two_orders(&deeds, &windows, &keys);
        let mut names: BTreeMap<OrderId, Vec<LineId>> = BTreeMap::new();
        for (account, truth) in &one.banks {
            for (line, ordinal) in truth.lines.iter().zip(1..) {
                if let Some(order) = named(&line.text) {
                    names.entry(order).or_default().push(LineId { account: *account, ordinal });
                }
            }
        }
        names.retain(|_, lines| lines.len() > 1);
        let contested: BTreeSet<LineId> = names.values().flatten().copied().collect();
        let [mut one, mut other] = [known(&one), known(&other)];
        for known in [&mut one, &mut other] {
            for (order, lines) in &names {
                for line in lines {
                    let is_so = match &known.lines[line] {
                        Fate::Is(settled) => *settled == Settled::Receipt(*order),
                        Fate::Asks(_) => true,
                    };
                    prop_assert!(is_so, "line {} of order {}: {:?}", line, order, known.lines[line]);
                }
            }
            known.lines.retain(|line, _| !contested.contains(line));
            known.orders.retain(|order, _| !names.contains_key(order));
            known.books.retain(|(account, _)| matches!(account, LedgerAccount::Bank(_) | LedgerAccount::BankProvisional(_)));
            known.position.clear();
        }
        prop_assert_eq!(one, other);
    }
}
