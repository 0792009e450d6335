//! The laws of the core, each held by random lives of a small office. The auditor of `fixture/`
//! checks the books after every event; what is here holds besides.

mod fixture;
mod town;

use std::collections::{BTreeMap, BTreeSet};

use kantor_engine::chain::{ChainTail, Link, Marks, NewLine, Placement, place};
use kantor_engine::ledger::{LedgerAccount, imbalance};
use kantor_engine::payout::PayoutState;
use kantor_engine::receipt::ReceiptState;
use kantor_engine::{
    AccountId, Actor, BatchId, Command, Event, LineId, OrderId, PayoutId, Snapshot,
    StatementOutcome, apply, books,
};
use kantor_model::{Currency, Date, Money};
use proptest::prelude::*;
use proptest::sample::Index;
use proptest::strategy::ValueTree;
use proptest::test_runner::TestRunner;

use town::Town;
use town::deeds::{Deed, deed, deed_of_payouts, money_on_its_way};
use town::money::rates;

fn lives() -> impl Strategy<Value = Vec<Deed>> {
    prop::collection::vec(deed(), 1..120)
}

/// Lives that begin with money on its way out, so that much becomes of it.
fn lives_of_payouts() -> impl Strategy<Value = Vec<Deed>> {
    prop::collection::vec(deed_of_payouts(), 1..60).prop_map(|deeds| {
        let mut life = money_on_its_way();
        life.extend(deeds);
        life
    })
}

fn lived(deeds: &[Deed]) -> Town {
    let mut town = Town::new();
    for deed in deeds {
        town.live(deed);
    }
    town
}

/// Every bank prints everything from the beginning, with its balance.
fn load_everything(town: &mut Town) {
    let accounts: Vec<AccountId> = town.banks.keys().copied().collect();
    for account in accounts {
        let paper = town.print(account, 0, usize::MAX, true);
        let outcome = town.load(&paper);
        assert!(
            !matches!(outcome, StatementOutcome::Archived(_)),
            "the whole truth of account {account}: {outcome:?}"
        );
    }
}

/// An office without the numbers that only say in which order things came.
fn essence(state: &Snapshot) -> Snapshot {
    let mut state = state.clone();
    state.statements = 0;
    // What the last statements did is kept under their numbers.
    let accounts: Vec<AccountId> = state.accounts.keys().copied().collect();
    for account in accounts {
        state.accounts.get_mut(&account).unwrap().steps.clear();
    }
    state
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(256))]

    /// Laws 1, 4, 5: nothing lost, nothing doubled, nobody paid twice, whatever anybody does and in
    /// whatever pieces the bank tells it. The auditor looks after every event.
    #[test]
    fn when_everything_is_loaded_the_books_are_the_banks(deeds in lives()) {
        let mut town = lived(&deeds);
        load_everything(&mut town);
        for (account, truth) in &town.banks {
            let kept = town.office.lines.get(account).map_or(0, Vec::len);
            prop_assert_eq!(kept, truth.lines.len());
            let account = town.office.state.accounts.get(account).unwrap();
            prop_assert_eq!(account.proved_through, account.lines);
        }
    }

    /// Law 4: whatever happens in whatever order, no payout stands in two files that may both be
    /// carried out, none in a file after it has left, and each has left once or not at all.
    #[test]
    fn nobody_is_paid_by_two_files(deeds in prop_oneof![lives(), lives_of_payouts()]) {
        let mut town = lived(&deeds);
        load_everything(&mut town);
        let mut left: BTreeSet<PayoutId> = BTreeSet::new();
        let mut in_force: BTreeMap<PayoutId, BatchId> = BTreeMap::new();
        let mut members: BTreeMap<BatchId, Vec<PayoutId>> = BTreeMap::new();
        for recorded in &town.office.log {
            match &recorded.event {
                Event::BatchFixed { batch, payouts, .. } => {
                    members.insert(*batch, payouts.clone());
                }
                Event::BatchWritten { batch, .. } => {
                    for payout in &members[batch] {
                        prop_assert!(!left.contains(payout), "payout {payout} has left");
                        let other = in_force.insert(*payout, *batch);
                        prop_assert_eq!(other, None, "payout {} in two files", payout);
                    }
                }
                Event::BatchVoided { batch, .. } => {
                    in_force.retain(|_, file| file != batch);
                }
                Event::BankAnswered { answer, .. } => {
                    for rejection in &answer.rejected {
                        in_force.remove(&rejection.payout);
                    }
                }
                Event::PayoutDueAgain { payout, .. } => {
                    in_force.remove(payout);
                }
                Event::PayoutPaid { payout, .. } => {
                    prop_assert!(left.insert(*payout), "payout {} left twice", payout);
                }
                Event::PayoutsPaid { payouts, .. } => {
                    for payout in payouts {
                        prop_assert!(left.insert(*payout), "payout {} left twice", payout);
                    }
                }
                Event::PayoutReturned { payout, .. } => {
                    prop_assert!(left.remove(payout), "payout {} never left", payout);
                    in_force.remove(payout);
                }
                _ => {}
            }
        }
        let paid = town.office.state.payouts.values();
        let paid: BTreeSet<PayoutId> = paid
            .filter(|payout| payout.state == PayoutState::Paid)
            .map(|payout| payout.facts.payout)
            .collect();
        prop_assert_eq!(left, paid);
    }

    /// Law 6: whatever anybody does, money is neither made nor lost. The postings of each event sum
    /// to zero in each currency; what lies on the banks' accounts in the books is what lay there when
    /// they were opened and every line since; and all of it is somebody's.
    #[test]
    fn money_is_conserved(deeds in prop_oneof![lives(), lives_of_payouts()]) {
        let town = lived(&deeds);
        for recorded in &town.office.log {
            prop_assert!(imbalance(&recorded.postings).is_empty(), "{recorded:?}");
        }
        let state = &town.office.state;
        let mut at_banks: BTreeMap<Currency, i64> = BTreeMap::new();
        for (id, account) in &state.accounts {
            let lines = town.office.lines.get(id).map_or(&[][..], Vec::as_slice);
            let came: i64 = lines.iter().map(|line| line.facts.amount.minor()).sum();
            *at_banks.entry(account.currency()).or_default() += account.opening.minor() + came;
        }
        let mut rest = at_banks.clone();
        for (account, money) in state.ledger.balances() {
            let is_at_bank = matches!(account, LedgerAccount::Bank(_) | LedgerAccount::BankProvisional(_));
            let sum = if is_at_bank { &mut at_banks } else { &mut rest };
            let minor = if is_at_bank { -money.minor() } else { money.minor() };
            *sum.entry(money.currency()).or_default() += minor;
        }
        prop_assert!(at_banks.values().all(|left| *left == 0), "not in the books: {at_banks:?}");
        prop_assert!(rest.values().all(|left| *left == 0), "nobody's: {rest:?}");
    }

    /// Law 3: no line serves two orders. A rule gives a line to one order, and only as long as it is
    /// no other's; a person may share a line out, and never more than it is.
    #[test]
    fn no_line_serves_two_orders(deeds in prop_oneof![lives(), lives_of_payouts()]) {
        let mut town = lived(&deeds);
        load_everything(&mut town);
        let mut state = Snapshot::new();
        for recorded in &town.office.log {
            apply(&mut state, recorded);
            let Event::ReceiptAllocated { line, reason, .. } = &recorded.event else { continue };
            let of_line = (*line, OrderId(0))..=(*line, OrderId(u64::MAX));
            let serves = state.receipts.range(of_line).filter(|(_, receipt)| receipt.state == ReceiptState::Allocated);
            prop_assert!(reason.is_some() || serves.count() == 1, "{recorded:?}");
        }
        let mut shares: BTreeMap<LineId, i64> = BTreeMap::new();
        for receipt in town.office.state.receipts.values() {
            if receipt.state == ReceiptState::Allocated {
                *shares.entry(receipt.line).or_default() += receipt.amount.minor();
            }
        }
        for (line, shares) in shares {
            let kept = town.office.line(line).expect("a line of the chain");
            prop_assert!(shares <= kept.facts.amount.minor(), "line {line}: {shares}");
        }
    }

    /// Law 1: importing a file twice changes nothing, not even the log.
    #[test]
    fn importing_twice_changes_nothing(deeds in lives()) {
        let mut town = lived(&deeds);
        load_everything(&mut town);
        let (state, events) = (town.office.state.clone(), town.office.log.len());
        for paper in town.papers.clone() {
            let outcome = town.load(&paper);
            let known = StatementOutcome::Known { lines: paper.lines.len() as u64 };
            prop_assert_eq!(outcome, known);
        }
        prop_assert_eq!(&town.office.state, &state);
        prop_assert_eq!(town.office.log.len(), events);
    }

    /// Law 8: the state is what the events add up to, from the beginning and from any point of it.
    #[test]
    fn any_prefix_of_events_replays_equal(
        deeds in prop_oneof![lives(), lives_of_payouts()],
        cut in any::<Index>(),
    ) {
        let town = lived(&deeds);
        let (first, rest) = town.office.log.split_at(cut.index(town.office.log.len()));
        let mut state = Snapshot::new();
        first.iter().for_each(|recorded| apply(&mut state, recorded));
        let mut resumed = state.clone();
        rest.iter().for_each(|recorded| apply(&mut resumed, recorded));
        prop_assert_eq!(&resumed, &town.office.state);
    }

    /// Law 6, H5: whatever anybody does, no profit is counted twice and none is lost. What all
    /// exchanges gained, each reckoned from its two amounts at the last reference rate, is spread,
    /// results of cover deals and revaluations, to the grosz.
    #[test]
    fn income_and_revaluation_are_all_that_was_gained(deeds in lives(), mid in 40_000..47_000_i64) {
        let mut town = lived(&deeds);
        let office = &mut town.office;
        let day = office.now.warsaw_date().yesterday().expect("a day");
        office.act(&Actor::System, &rates(mid)).expect("rates");
        if !office.state.carried.is_empty() {
            office.act(&Actor::System, &Command::RevaluePosition { day }).expect("a value");
        }
        let state = &office.state;
        let worth = |money: Money| {
            let minor = i128::from(money.minor());
            minor * if money.currency() == Currency::EUR { i128::from(mid) } else { 10_000 }
        };
        let exchanged = state.orders.values().filter(|order| order.state.is_exchanged());
        let orders: i128 = exchanged.map(|order| worth(order.gives()) - worth(order.gets())).sum();
        let deals = state.cover_deals.values();
        let deals: i128 = deals.map(|deal| worth(deal.bought.1) - worth(deal.sold.1)).sum();
        let gained = [LedgerAccount::SpreadIncome, LedgerAccount::Revaluation, LedgerAccount::CoverResult];
        let booked: i128 = gained
            .iter()
            .flat_map(|account| {
                [Currency::PLN, Currency::EUR].map(|currency| state.ledger.balance(account, currency))
            })
            .map(|balance| -worth(balance))
            .sum();
        prop_assert!((orders + deals - booked).abs() <= 5_000, "{orders} + {deals} against {booked}");
    }

    /// H6: the books as of any moment are what was seen at that moment.
    #[test]
    fn the_books_as_of_any_moment_are_what_was_seen_then(deeds in lives()) {
        let mut town = Town::new();
        let mut seen = Vec::new();
        for deed in &deeds {
            town.live(deed);
            let books = (books::balances(&town.office.state), books::positions(&town.office.state),
                books::cover(&town.office.state), books::results(&town.office.state));
            seen.push((town.office.log.len(), books));
        }
        let (mut state, mut at) = (Snapshot::new(), 0);
        for (events, then) in seen {
            town.office.log[at..events].iter().for_each(|recorded| apply(&mut state, recorded));
            at = events;
            let now = (books::balances(&state), books::positions(&state), books::cover(&state), books::results(&state));
            prop_assert_eq!(now, then);
        }
    }

    /// H3, H7: an account's books are its bank's, and what is owed out from it is its payouts.
    #[test]
    fn every_balance_is_explained_down_to_its_lines(deeds in lives()) {
        let town = lived(&deeds);
        let state = &town.office.state;
        for row in books::balances(state).expect("sums fit") {
            prop_assert_eq!(row.difference().expect("fits").minor(), 0);
            let owed: i64 = state.payouts.values()
                .filter(|payout| payout.facts.account == row.account)
                .filter(|payout| !matches!(payout.state, PayoutState::Paid | PayoutState::Withdrawn))
                .map(|payout| payout.facts.amount.minor())
                .sum();
            prop_assert_eq!(row.reserved.minor(), owed);
            let lines = town.office.lines.get(&row.account).map_or(&[][..], Vec::as_slice);
            let lines = lines.iter().map(|line| line.facts.amount);
            let found = books::against_bank(state, row.account, lines).expect("fits").expect("there");
            prop_assert_eq!(found.by_lines, found.by_bank);
            prop_assert_eq!(found.by_books, found.by_bank);
        }
    }

    /// Statements of different accounts are independent where they pay for different orders.
    #[test]
    fn the_order_of_statements_of_different_accounts_does_not_matter(
        minor in prop::collection::vec(100..100_000_i64, 1..6),
        percent in prop::collection::vec(prop_oneof![Just(100_i64), 50..150_i64], 6),
    ) {
        let office = |backwards: bool| {
            let mut town = Town::new();
            for (at, minor) in minor.iter().enumerate() {
                town.live(&Deed::Order { customer: 1, minor: *minor, sells: false, fixes_gets: false });
                let account = if at % 2 == 0 { 1 } else { 3 };
                let (order, percent) = (at as u64, percent[at]);
                town.live(&Deed::Pay { order, percent, payer: 0, account, also: None });
            }
            let accounts = if backwards { [3, 1] } else { [1, 3] };
            for account in accounts {
                let paper = town.print(AccountId(account), 0, usize::MAX, true);
                town.load(&paper);
            }
            town.office.state
        };
        let (one, other) = (essence(&office(false)), essence(&office(true)));
        prop_assert_eq!(&one.ledger, &other.ledger);
        prop_assert_eq!(&one.questions, &other.questions);
        prop_assert_eq!(&one.settled, &other.settled);
        prop_assert_eq!(&one.accounts, &other.accounts);
        let states = |state: &Snapshot| -> Vec<_> {
            state.orders.values().map(|order| (order.state, order.receipts.clone())).collect()
        };
        prop_assert_eq!(states(&one), states(&other));
    }
}

/// A law that nothing puts to the test holds for nothing: random lives reach what they are about.
#[test]
fn random_lives_are_full_lives() {
    let mut runner = TestRunner::deterministic();
    let mut seen: BTreeMap<&str, u32> = BTreeMap::new();
    for _ in 0..900 {
        let deeds = prop_oneof![lives(), lives_of_payouts()]
            .new_tree(&mut runner)
            .expect("a life")
            .current();
        for recorded in lived(&deeds).office.log {
            *seen.entry(recorded.event.kind()).or_default() += 1;
        }
    }
    // What the town has no deed for, and what its true banks never cause.
    let never = [
        "StatementArchived",
        "NoticesSent",
        "ReceiptWithdrawn",
        "FundsMissing",
        "PayoutUnproved",
        "LineClassified",
        "OwnTransferPaired",
        "OwnTransferUnpaired",
        "LineRulesSet",
        "CustomerHelped",
        "KeyChanged",
        "ImportUndone",
        "StatementUndone",
    ];
    let rare: Vec<String> = EVENTS
        .iter()
        .filter(|kind| !never.contains(kind))
        .filter(|kind| seen.get(*kind).copied().unwrap_or(0) < 3)
        .map(|kind| format!("{kind}: {:?}", seen.get(kind)))
        .collect();
    assert!(rare.is_empty(), "hardly ever: {rare:?} of {seen:?}");
}

const EVENTS: &[&str] = &[
    "OfficeOpened",
    "PolicySet",
    "CurrencyDefined",
    "AccountOpened",
    "RatesPublished",
    "CustomerRegistered",
    "CustomerAccountAdded",
    "CustomerClassified",
    "CustomerHelped",
    "KeyChanged",
    "OrderPlaced",
    "TermsChanged",
    "RateOffered",
    "RateAccepted",
    "RateDeclined",
    "DeadlineMoved",
    "MoneyJudged",
    "OrderFunded",
    "OrderHeld",
    "OrderExpired",
    "OrderCancelled",
    "OrderLostFunds",
    "OrderRefunding",
    "OrderPayingOut",
    "OrderPayOutStopped",
    "OrderCompleted",
    "OrderRefunded",
    "StatementBooked",
    "StatementArchived",
    "ImportUndone",
    "StatementUndone",
    "ReceiptWithdrawn",
    "FundsMissing",
    "LinesExplained",
    "ReceiptAllocated",
    "ReceiptReleased",
    "LineBooked",
    "LineBookingReversed",
    "LineAssigned",
    "LineRefunded",
    "LineClassified",
    "OwnTransferPaired",
    "OwnTransferUnpaired",
    "LineRulesSet",
    "PayoutDue",
    "PayoutWithdrawn",
    "PayoutPaid",
    "PayoutUnproved",
    "PaidTwice",
    "PaidWithoutFile",
    "PaidFromVoidFile",
    "PayoutsPaid",
    "PayoutReturned",
    "PayeeCorrected",
    "PayoutDueAgain",
    "ReceiptReversed",
    "ReversedTooLate",
    "VoidFileAccepted",
    "AlarmClosed",
    "OrderReopened",
    "PayoutRulesSet",
    "BatchProposed",
    "BatchAwaited",
    "BankAnswered",
    "BatchUnanswered",
    "BatchFixed",
    "BatchApproved",
    "BatchWritten",
    "BatchVoided",
    "BatchClosed",
    "PositionRevalued",
    "PositionOverLimit",
    "PositionCalm",
    "CoverDealBooked",
    "CoverDealReversed",
    "NoticesSent",
];

/// One line of a bank that says little: few amounts, so that balances come back all the time.
fn poor_lines() -> impl Strategy<Value = Vec<(i64, bool)>> {
    prop::collection::vec(
        (
            prop_oneof![Just(5), Just(-5), Just(10), Just(-10)],
            any::<bool>(),
        ),
        0..14,
    )
}

/// Which lines are said with another text, and whether all are without their days.
fn retold() -> impl Strategy<Value = (Vec<bool>, bool)> {
    (prop::collection::vec(any::<bool>(), 14), any::<bool>())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(4_000))]

    /// Law 1 where balances come back: a part of the truth is put in its own place or nowhere. What
    /// is known is never taken for new, and what is new never for known.
    #[test]
    fn a_line_is_never_doubled_and_never_swallowed(
        truth in poor_lines(),
        known in any::<Index>(),
        from in any::<Index>(),
        to in any::<Index>(),
        retold in retold(),
    ) {
        let first: Date = "2026-11-16".parse().expect("a day");
        let mut links = Vec::new();
        let (mut balance, mut day) = (100, first);
        for ((amount, next_day), number) in truth.iter().zip(0..) {
            balance += amount;
            if *next_day {
                day = day.tomorrow().expect("days go on");
            }
            links.push(Link { amount: *amount, balance_after: balance, booked_on: Some(day), evidence: number, marks: Marks::default() });
        }
        let known = known.index(links.len() + 1);
        let from = from.index(known + 1);
        let to = from + to.index(links.len() - from + 1);
        let lines: Vec<NewLine> = links[from..to]
            .iter()
            .zip(&retold.0)
            .map(|(link, other_text)| NewLine {
                amount: link.amount,
                booked_on: link.booked_on.filter(|_| !retold.1),
                evidence: if *other_text { link.evidence + 1_000 } else { link.evidence },
                marks: Marks::default(),
            })
            .collect();
        let opening = if from == 0 { 100 } else { links[from - 1].balance_after };
        let tail = ChainTail { before: 0, balance_before: 100, links: &links[..known] };
        match place(tail, opening, &lines) {
            Placement::After { ordinal, known: shared } => {
                let truly_shared = known.saturating_sub(from).min(lines.len());
                prop_assert_eq!(shared, truly_shared, "new lines are new and known ones known");
                let adds = lines.len() > shared;
                prop_assert!(!adds || ordinal == from as u64, "in its own place");
            }
            Placement::Ambiguous { after } => {
                prop_assert!(after.contains(&(from as u64)), "its own place is among them");
            }
            other => prop_assert!(false, "a part of the truth was answered {other:?}"),
        }
    }
}
