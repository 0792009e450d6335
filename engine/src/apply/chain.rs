//! Statements in the chains of their accounts, and what hangs on lines that get other places.

use std::collections::BTreeSet;

use super::lines;
use crate::chain::{ChainChange, ChainStep, remember};
use crate::event::{NotBooked, StatementBooking, StatementFacts};
use crate::matching::Question;
use crate::payout::Payee;
use crate::snapshot::{BookedStatement, OfficeAccount, Settled, Snapshot, WaitingKey};
use crate::tree::Tree;
use crate::{AccountId, Digest, LineId, OrderId, StatementId};

/// A statement has its place.
pub(super) fn book(state: &mut Snapshot, booking: &StatementBooking) {
    let facts = &booking.facts;
    let place = (facts.file, facts.index);
    state.statements = booking.statement.0;
    state.archived.remove(&place);
    let proves = state
        .accounts
        .get(&facts.account)
        .is_none_or(|account| booking.change.proved_through > account.proved_through);
    if let Some(account) = state.accounts.get_mut(&facts.account) {
        let step = step_of(account, booking);
        remember(&mut account.steps, step);
    }
    change(state, facts.account, &booking.change);
    if let Some(account) = state.accounts.get_mut(&facts.account) {
        if facts.number.is_some() {
            account.last_booked.clone_from(&facts.number);
        }
        if facts.ends_its_day() && facts.closing == Some(account.proved_balance) {
            if facts.closing_on >= account.covered_through {
                account.last_proved.clone_from(&facts.number);
            }
            account.covered_through = account.covered_through.max(facts.closing_on);
        }
    }
    wait_for_ground(state, booking, proves);
    let booked = BookedStatement {
        facts: facts.clone(),
        new: booking.new,
    };
    state.booked.insert(booking.statement, booked);
}

/// The account as a statement finds it.
fn step_of(account: &OfficeAccount, booking: &StatementBooking) -> ChainStep {
    ChainStep {
        statement: booking.statement,
        file: booking.facts.file,
        change: booking.change.clone(),
        balance: account.balance,
        proved_through: account.proved_through,
        proved_balance: account.proved_balance,
        end: account.end.clone(),
        covered_through: account.covered_through,
        last_booked: account.last_booked.clone(),
        last_proved: account.last_proved.clone(),
    }
}

/// Nothing of a file waits any more.
pub(super) fn forget(state: &mut Snapshot, file: &Digest) {
    state.archived.retain(|(known, _)| known != file);
    state.waiting.retain(|_, facts| facts.file != *file);
}

/// A statement is taken back: its account is as it was before it.
pub(super) fn undo(
    state: &mut Snapshot,
    statement: StatementId,
    id: AccountId,
    undoing: &ChainChange,
) {
    change(state, id, undoing);
    state.booked.remove(&statement);
    if let Some(account) = state.accounts.get_mut(&id)
        && let Some(step) = account.steps.pop_back()
    {
        account.covered_through = step.covered_through;
        account.last_booked = step.last_booked;
        account.last_proved = step.last_proved;
    }
}

/// A closing balance on unproved ground proves nothing yet: the statement waits for the one before
/// it, with its lines in the books already.
fn wait_for_ground(state: &mut Snapshot, booking: &StatementBooking, proves: bool) {
    let Some(key) = waiting_key(&booking.facts) else {
        return;
    };
    if proves || booking.new == 0 {
        state.waiting.remove(&key);
    } else {
        state.waiting.insert(key, booking.facts.clone());
    }
}

/// Under which key a statement waits; one without both balances waits for nothing.
fn waiting_key(facts: &StatementFacts) -> Option<WaitingKey> {
    let opening = facts.opening.filter(|_| facts.closing.is_some())?;
    Some((facts.account, opening, facts.file, facts.index))
}

/// A statement was kept and not booked.
pub(super) fn archive(state: &mut Snapshot, facts: &StatementFacts, why: &NotBooked) {
    state.archived.insert((facts.file, facts.index));
    let waits = matches!(
        why,
        NotBooked::Gap { .. } | NotBooked::Ambiguous | NotBooked::DayMissing { .. }
    );
    if waits && let Some(key) = waiting_key(facts) {
        state.waiting.insert(key, facts.clone());
    }
}

/// Lines are questions from now on.
pub(crate) fn ask(state: &mut Snapshot, account: AccountId, questions: &[(u64, Question)]) {
    for (ordinal, question) in questions {
        let line = LineId {
            account,
            ordinal: *ordinal,
        };
        lines::ask(state, line, question.clone());
    }
}

/// The chain has another end.
fn change(state: &mut Snapshot, id: AccountId, change: &ChainChange) {
    let Some(account) = state.accounts.get_mut(&id) else {
        return;
    };
    account.end = change.end_after(&account.end);
    account.lines = change.lines();
    account.balance = account.balance.saturating_add(change.net);
    account.proved_through = change.proved_through;
    account.proved_balance = change.proved_balance;
    if change.cut > 0 {
        move_lines(state, id, change);
    }
}

/// Everything that hangs on a line follows it to its new place; what hangs on one that is gone goes
/// with it.
fn move_lines(state: &mut Snapshot, account: AccountId, change: &ChainChange) {
    let line = |ordinal| LineId { account, ordinal };
    let (first, last) = (line(change.keeps.saturating_add(1)), line(u64::MAX));
    let to = |line: LineId| {
        let ordinal = change.place_of(line.ordinal)?;
        Some(LineId { account, ordinal })
    };
    let moved = |line: LineId| match (line.account == account).then(|| to(line)) {
        Some(Some(place)) => place,
        Some(None) | None => line,
    };
    let asked_about: Vec<LineId> = state.asked.range(first..=last).map(|(at, _)| *at).collect();
    for line in asked_about {
        lines::unlist(state, line);
    }
    let by_hand: Vec<LineId> = state.by_hand.range(first..=last).copied().collect();
    for line in &by_hand {
        state.by_hand.remove(line);
    }
    state.by_hand.extend(by_hand.into_iter().filter_map(to));
    for (line, question) in take_range(&mut state.questions, first, last) {
        state.questions.extend(to(line).map(|to| (to, question)));
    }
    let asked = take_range(&mut state.asked, first, last);
    for (line, asked) in asked {
        if let Some(place) = to(line) {
            state.asked.insert(place, asked);
            lines::list(state, place);
        }
    }
    let mut orders = BTreeSet::new();
    let (from, through) = ((first, OrderId(0)), (last, OrderId(u64::MAX)));
    for ((line, order), mut receipt) in take_range(&mut state.receipts, from, through) {
        orders.insert(order);
        if let Some(place) = to(line) {
            receipt.line = place;
            state.receipts.insert((place, order), receipt);
        }
    }
    for order in orders {
        follow_order(state, order, moved);
    }
    let (mut deals, mut payouts) = (BTreeSet::new(), BTreeSet::new());
    let mut pairs = Vec::new();
    for (line, mut settled) in take_range(&mut state.settled, first, last) {
        let Some(place) = to(line) else { continue };
        if let Settled::ReversedBy(other) | Settled::Reverses(other) = &mut settled {
            *other = moved(*other);
            pairs.push((place, *other));
        }
        for part in settled.parts() {
            match part {
                Settled::Payout(payout) | Settled::Returned { payout, .. } => {
                    payouts.insert(*payout);
                }
                Settled::Batch { payouts: paid, .. } => payouts.extend(paid.iter().copied()),
                Settled::CoverDeal(deal) => {
                    deals.insert(*deal);
                }
                // The other side of the transfer is of another account, and names this line.
                Settled::OwnTransfer(other) => {
                    if let Some(mirror) = state.settled.get_mut(other) {
                        *mirror = Settled::OwnTransfer(place);
                    }
                }
                // Only a proved line goes back to its source, and a proved line never moves.
                Settled::Refunded(_) => {}
                Settled::Receipt(_)
                | Settled::ReversedBy(_)
                | Settled::Reverses(_)
                | Settled::Booked { .. }
                | Settled::Parts(_) => {}
            }
        }
        state.settled.insert(place, settled);
    }
    for (place, other) in pairs {
        if let Some(Settled::ReversedBy(it) | Settled::Reverses(it)) = state.settled.get_mut(&other)
        {
            *it = place;
        }
    }
    for payout in payouts {
        if let Some(payout) = state.payouts.get_mut(&payout) {
            payout.paid_by = payout.paid_by.map(moved);
            payout.came_back = payout.came_back.map(moved);
        }
    }
    for alarm in state.alarms.values_mut() {
        alarm.follow(moved);
    }
    for deal in deals {
        if let Some(deal) = state.cover_deals.get_mut(&deal) {
            deal.bought.0 = moved(deal.bought.0);
            deal.sold.0 = moved(deal.sold.0);
        }
    }
}

/// An order's receipts, and the refunds to their payers, name the new places.
fn follow_order(state: &mut Snapshot, id: OrderId, moved: impl Fn(LineId) -> LineId) {
    let Some(order) = state.orders.get_mut(&id) else {
        return;
    };
    for line in &mut order.receipts {
        *line = moved(*line);
    }
    for payout in &order.payouts {
        if let Some(payout) = state.payouts.get_mut(payout)
            && let Payee::PayerOf(line) = payout.facts.payee
        {
            payout.facts.payee = Payee::PayerOf(moved(line));
        }
    }
}

fn take_range<K: Ord + Copy, V: Clone>(map: &mut Tree<K, V>, first: K, last: K) -> Vec<(K, V)> {
    let keys: Vec<K> = map.range(first..=last).map(|(key, _)| *key).collect();
    keys.into_iter()
        .filter_map(|key| Some((key, map.remove(&key)?)))
        .collect()
}
