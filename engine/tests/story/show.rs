//! What changed, as the rows of a `then`.

use kantor_engine::ledger::LedgerAccount;
use kantor_engine::matching::{Question, Rule, Verdict};
use kantor_engine::order::{Order, OrderState};
use kantor_engine::payout::{Payee, Payout};
use kantor_engine::{
    AccountId, Answer, Event, LineOutcome, NotBooked, PairedBy, Settled, Snapshot, StatementOutcome,
};
use kantor_model::{Currency, Money};

use super::{Names, Row, Story};
use crate::fixture::Paper;

/// Rows in two columns.
pub(super) fn aligned(rows: &[Row]) -> Vec<String> {
    if rows.is_empty() {
        return vec!["  nothing happened".to_owned()];
    }
    let width = rows
        .iter()
        .map(|row| row.0.chars().count())
        .max()
        .unwrap_or(0);
    rows.iter()
        .map(|(about, what)| format!("  {about:width$}  {what}"))
        .collect()
}

/// The answer to a statement.
pub(super) fn statement(
    names: &Names,
    paper: &Paper,
    currency: Currency,
    answer: &Answer,
) -> Vec<Row> {
    let about = format!("statement {}", names.of_account(paper.account));
    let Answer::Statement(outcome) = answer else {
        panic!("a statement was answered {answer:?}");
    };
    match outcome {
        StatementOutcome::Booked {
            known,
            new,
            undecided,
            moved,
            withdrawn,
            proved,
            lines,
            ..
        } => {
            let mut what = format!("{new} new, {known} known");
            for (count, word) in [
                (undecided.len() as u64, "undecided"),
                (*moved, "moved"),
                (*withdrawn, "withdrawn"),
            ] {
                if count > 0 {
                    what += &format!(", {count} {word}");
                }
            }
            what += if *proved { ", proved" } else { ", not proved" };
            let mut rows = vec![(about, what)];
            rows.extend(lines.iter().map(|line| line_outcome(names, line)));
            rows
        }
        StatementOutcome::Known { lines } => {
            vec![(about, format!("{lines} known, nothing changed"))]
        }
        StatementOutcome::Archived(why) => {
            let money = |minor: i64| Money::new(minor, currency);
            let why = match why {
                NotBooked::Unbalanced { difference } => {
                    format!("unbalanced, the closing has {} more", money(*difference))
                }
                NotBooked::NoOpening => "no opening balance".to_owned(),
                NotBooked::Gap { opening, balance } => {
                    format!(
                        "gap, it begins at {} and we are at {}",
                        money(*opening),
                        money(*balance)
                    )
                }
                NotBooked::Contradicts { ordinal, line } => {
                    format!("its line {line} contradicts our line {ordinal}")
                }
                NotBooked::Ambiguous => "fits at several places".to_owned(),
                NotBooked::DayMissing { day } => {
                    format!("the statement of {day} is missing")
                }
                NotBooked::Undecided { lines } => {
                    let lines: Vec<String> = lines.iter().map(|at| (at + 1).to_string()).collect();
                    format!(
                        "nothing tells whether we have its lines {}",
                        lines.join(", ")
                    )
                }
            };
            vec![(about, format!("archived: {why}"))]
        }
    }
}

fn line_outcome(names: &Names, line: &LineOutcome) -> Row {
    let verdict = match line.verdict {
        Verdict::Certain => "certain",
        Verdict::Likely => "likely",
        Verdict::Ambiguous => "ambiguous",
        Verdict::None => "none",
    };
    let mut what = format!("{} {verdict}", line.amount);
    if let Some(batch) = line.batch {
        what += &format!(", batch {batch}");
    }
    if let Some(payout) = line.payout {
        what += &format!(", payout {payout}");
    }
    if let Some(order) = line.order {
        what += &format!(", order {order}");
    }
    if let Some(rule @ (Rule::OwnTransfer | Rule::LineRule)) = line.why.rule {
        what += &format!(", {}", rule.word());
    }
    if let Some(failed) = line.failed {
        what += &format!(", {}", failed.word());
    }
    if let Some(why) = &line.question {
        what += &format!(", {}", question(names, why));
    }
    (format!("line {}", names.of_line(line.line)), what)
}

fn question(names: &Names, question: &Question) -> String {
    let orders: Vec<String> = question.orders().iter().map(ToString::to_string).collect();
    match question {
        Question::SeveralOrders(_)
        | Question::OrderHasItsMoney(_)
        | Question::SeveralLines(_)
        | Question::PartOf(_) => format!("{} ({})", question.word(), orders.join(", ")),
        Question::CoversOrders(shares) => {
            let share = |(order, amount): &(_, Money)| format!("{order}: {amount}");
            let shares: Vec<String> = shares.iter().map(share).collect();
            format!("{} ({})", question.word(), shares.join(", "))
        }
        Question::PayoutDiffers(payout)
        | Question::PaidTwice(payout)
        | Question::ReturnUnsure(payout) => {
            format!("{} ({payout})", question.word())
        }
        Question::OwnTransfer(account) => {
            format!("{} ({})", question.word(), names.of_account(*account))
        }
        Question::Proposed(ledger_account) => format!("{} ({ledger_account})", question.word()),
        Question::Rest(rest) => format!("{} ({rest})", question.word()),
        Question::BatchDiffers(batch) => format!("{} ({batch})", question.word()),
        Question::NoReference
        | Question::UnknownReference
        | Question::WrongDirection
        | Question::Reversal
        | Question::NotProvedYet
        | Question::TakenBack => question.word().to_owned(),
    }
}

/// What is other than at the last `then`.
pub(super) fn changes(story: &Story) -> Vec<Row> {
    let (before, log_before) = &story.before;
    let after = &story.office.state;
    let names = &story.names;
    let mut rows = Vec::new();
    for recorded in &story.office.log[*log_before..] {
        rows.extend(alarm(names, &recorded.event));
        rows.extend(super::rules::told(&recorded.event));
    }
    rows.extend(orders(names, before, after));
    rows.extend(payouts(names, before, after));
    rows.extend(batches(names, before, after));
    rows.extend(lines(names, before, after));
    rows.extend(ledger(names, before, after));
    if rows.is_empty() && story.office.log.len() > *log_before {
        rows.extend(
            story.office.log[*log_before..]
                .iter()
                .map(|recorded| ("event".to_owned(), recorded.event.kind().to_owned())),
        );
    }
    rows
}

fn alarm(names: &Names, event: &Event) -> Option<Row> {
    let kind = event.kind();
    let (about, what) = match event {
        Event::FundsMissing {
            line,
            order,
            amount,
        } => (
            "ALARM",
            format!(
                "{kind} order {order}, {amount} of line {}",
                names.of_line(*line)
            ),
        ),
        Event::PaidTwice { payout, line }
        | Event::PaidWithoutFile { payout, line }
        | Event::PayoutUnproved { payout, line, .. } => (
            "ALARM",
            format!("{kind} payout {payout}, line {}", names.of_line(*line)),
        ),
        Event::PaidFromVoidFile {
            payout,
            line,
            batch,
        } => (
            "ALARM",
            format!(
                "{kind} payout {payout}, batch {batch}, line {}",
                names.of_line(*line)
            ),
        ),
        Event::ReversedTooLate { order, line, .. } => (
            "ALARM",
            format!("{kind} order {order}, line {}", names.of_line(*line)),
        ),
        Event::VoidFileAccepted { batch, .. } => ("ALARM", format!("{kind} batch {batch}")),
        Event::AlarmClosed { alarm, reason } => ("alarm", format!("{alarm} closed: {reason}")),
        Event::BatchUnanswered { batch, again } => (
            "ask",
            format!(
                "what became of batch {batch}, again {}",
                again.warsaw_text()
            ),
        ),
        _ => return None,
    };
    Some((about.to_owned(), what))
}

fn orders(names: &Names, before: &Snapshot, after: &Snapshot) -> Vec<Row> {
    let mut rows = Vec::new();
    for (id, order) in &after.orders {
        let parts = match before.orders.get(id) {
            None => new_order(names, order),
            Some(was) => changed_order(was, order),
        };
        if !parts.is_empty() {
            rows.push((format!("order {id}"), parts.join("; ")));
        }
    }
    rows
}

fn new_order(names: &Names, order: &Order) -> Vec<String> {
    let leg = |(account, by): (AccountId, PairedBy)| {
        let by = match by {
            PairedBy::SameBank => "same bank",
            PairedBy::Fallback => "fallback",
        };
        format!("{} ({by})", names.of_account(account))
    };
    vec![
        state(order.state),
        terms(order),
        format!("pays to {}", leg(order.facts.pay_in)),
        format!("paid from {}", leg(order.facts.pay_out)),
        format!("until {}", order.deadline.warsaw_text()),
    ]
}

fn changed_order(was: &Order, is: &Order) -> Vec<String> {
    let mut parts = Vec::new();
    if was.state != is.state {
        parts.push(format!("{} -> {}", state(was.state), state(is.state)));
    }
    if was.terms != is.terms {
        parts.push(terms(is));
    }
    if was.deadline != is.deadline {
        parts.push(format!("until {}", is.deadline.warsaw_text()));
    }
    if let Some(offer) = is.offered.filter(|offer| was.offered != Some(*offer)) {
        parts.push(format!(
            "{} offered until {}",
            offer.rate,
            offer.until.warsaw_text()
        ));
    }
    if was.receipts != is.receipts {
        parts.push(format!("receipts {}", is.receipts.len()));
    }
    parts
}

fn terms(order: &Order) -> String {
    format!(
        "{} for {} at {}",
        order.gives(),
        order.gets(),
        order.terms.rate
    )
}

fn state(state: OrderState) -> String {
    match state {
        OrderState::Held(reason) => format!("Held({})", reason.word()),
        OrderState::AwaitingFunds
        | OrderState::AwaitingConsent
        | OrderState::Funded
        | OrderState::PayingOut
        | OrderState::Completed
        | OrderState::Refunding
        | OrderState::Refunded
        | OrderState::Expired
        | OrderState::Cancelled => state.name().to_owned(),
    }
}

fn payouts(names: &Names, before: &Snapshot, after: &Snapshot) -> Vec<Row> {
    let mut rows = Vec::new();
    for (id, payout) in &after.payouts {
        let what = match before.payouts.get(id) {
            None => new_payout(names, payout),
            Some(was) => changed_payout(names, was, payout),
        };
        if !what.is_empty() {
            rows.push((format!("payout {id}"), what));
        }
    }
    rows
}

fn changed_payout(names: &Names, was: &Payout, is: &Payout) -> String {
    let mut parts = Vec::new();
    if was.state != is.state {
        parts.push(format!("{} -> {}", was.state.name(), is.state.name()));
    }
    if was.facts.payee != is.facts.payee {
        parts.push(format!("to {}", payee(names, is)));
    }
    parts.join("; ")
}

fn payee(names: &Names, payout: &Payout) -> String {
    match payout.facts.payee {
        Payee::CustomerAccount(account) => names.of_customer_account(account).to_owned(),
        Payee::PayerOf(line) => format!("the payer of {}", names.of_line(line)),
    }
}

fn new_payout(names: &Names, payout: &Payout) -> String {
    let facts = &payout.facts;
    let payee = payee(names, payout);
    format!(
        "{}; {} {} from {} to {payee}",
        payout.state.name(),
        facts.kind.word(),
        facts.amount,
        names.of_account(facts.account),
    )
}

fn batches(names: &Names, before: &Snapshot, after: &Snapshot) -> Vec<Row> {
    let mut rows = Vec::new();
    for (id, batch) in &after.batches {
        let what = match before.batches.get(id) {
            None => {
                let payouts: Vec<String> = batch.payouts.iter().map(ToString::to_string).collect();
                let account = names.of_account(batch.account);
                let payouts = payouts.join(", ");
                format!(
                    "{}; from {account} on {}; payouts {payouts}",
                    batch.state.name(),
                    batch.date
                )
            }
            Some(was) if was.state != batch.state => {
                format!("{} -> {}", was.state.name(), batch.state.name())
            }
            Some(_) => continue,
        };
        rows.push((format!("batch {id}"), what));
    }
    rows
}

/// Lines that a person settled, or took back.
fn lines(names: &Names, before: &Snapshot, after: &Snapshot) -> Vec<Row> {
    let mut rows = Vec::new();
    for (line, settled) in &after.settled {
        let was = before.settled.get(line);
        if before.questions.contains_key(line) && was != Some(settled) {
            let known = was.map(Settled::parts).unwrap_or_default();
            let new = settled.parts().iter().filter(|part| !known.contains(part));
            let parts: Vec<String> = new.map(|part| part_of_line(names, part)).collect();
            rows.push((
                format!("line {}", names.of_line(*line)),
                format!("settled: {}", parts.join(", ")),
            ));
        }
    }
    for (line, why) in &after.questions {
        let is_new = before.questions.get(line) != Some(why);
        if is_new && (before.settled.contains_key(line) || after.settled.contains_key(line)) {
            rows.push((
                format!("line {}", names.of_line(*line)),
                format!("open: {}", question(names, why)),
            ));
        }
    }
    for (line, asked) in &after.asked {
        let was = before.asked.get(line).map(|asked| &asked.owner);
        if was.is_some_and(|owner| *owner != asked.owner) {
            let owner = asked.owner.as_deref().unwrap_or("nobody");
            rows.push((
                format!("line {}", names.of_line(*line)),
                format!("looked after by {owner}"),
            ));
        }
    }
    rows
}

fn part_of_line(names: &Names, part: &Settled) -> String {
    match part {
        Settled::Receipt(order) => format!("order {order}"),
        Settled::Payout(payout) => format!("payout {payout}"),
        Settled::Batch { batch, .. } => format!("batch {batch}"),
        Settled::Returned { payout, .. } => format!("payout {payout} came back"),
        Settled::ReversedBy(line) => format!("taken back by {}", names.of_line(*line)),
        Settled::Reverses(line) => format!("takes {} back", names.of_line(*line)),
        Settled::Booked { account, amount } => format!("{account} {amount}"),
        Settled::CoverDeal(deal) => format!("cover deal {deal}"),
        Settled::OwnTransfer(other) => format!("own transfer, with {}", names.of_line(*other)),
        Settled::Refunded(payout) => format!("refund, payout {payout}"),
        Settled::Parts(_) => panic!("parts of a part"),
    }
}

/// Every balance of the books that is another now.
fn ledger(names: &Names, before: &Snapshot, after: &Snapshot) -> Vec<Row> {
    let mut accounts: Vec<(LedgerAccount, kantor_model::Currency)> = before
        .ledger
        .balances()
        .chain(after.ledger.balances())
        .map(|(account, money)| (account.clone(), money.currency()))
        .collect();
    accounts.sort();
    accounts.dedup();
    let mut rows = Vec::new();
    for (account, currency) in accounts {
        let (was, is) = (
            before.ledger.balance(&account, currency),
            after.ledger.balance(&account, currency),
        );
        if was == is {
            continue;
        }
        let name = match &account {
            LedgerAccount::Bank(id) => format!("bank {}", names.of_account(*id)),
            LedgerAccount::BankProvisional(id) => format!("provisional {}", names.of_account(*id)),
            LedgerAccount::Suspense
            | LedgerAccount::CustomerFunds
            | LedgerAccount::PayoutsDue
            | LedgerAccount::Position
            | LedgerAccount::SpreadIncome
            | LedgerAccount::Revaluation
            | LedgerAccount::CoverResult
            | LedgerAccount::PaymentDifferences
            | LedgerAccount::FeesOnTheWay
            | LedgerAccount::OpeningEquity
            | LedgerAccount::Named(_) => account.to_string(),
        };
        rows.push((format!("ledger {name}"), is.to_string()));
    }
    rows
}
