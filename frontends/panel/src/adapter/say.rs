//! What happened, as sentences of the word files.

use std::borrow::Cow;

use kantor_engine::matching::{Evidence, Question, Rule, Verdict};
use kantor_engine::policy::{Decision, MoneyVerdict};
use kantor_engine::rates::Terms;
use kantor_engine::{Actor, Event, LineOutcome, NotBooked, Reference, StatementOutcome};
use kantor_model::{Currency, Money};
use kantor_office::{Change, ImportError};
use kantor_wire::Sentence;

use super::refused::sentence;

/// An event of an order's life; `None` for what is told by another event of the same act.
pub(super) fn history(change: &Change) -> Option<Sentence> {
    let mut told = event(&change.recorded.event)?;
    let by = match &change.recorded.by {
        Actor::Customer(_) => "customer".to_owned(),
        Actor::Staff(name) => name.clone(),
        Actor::System => "system".to_owned(),
    };
    told.facts.insert("by".to_owned(), by);
    if let Some(reason) = reason(&change.recorded.event) {
        told.facts.insert("reason".to_owned(), reason);
    }
    Some(told)
}

fn terms(code: &str, terms: &Terms) -> Sentence {
    Sentence::new(
        code,
        &[
            ("gives", &terms.gives.to_string()),
            ("gets", &terms.gets.to_string()),
            ("rate", &terms.rate.to_string()),
        ],
    )
}

fn event(event: &Event) -> Option<Sentence> {
    let plain = |code| Sentence::new(code, &[]);
    Some(match event {
        Event::OrderPlaced { facts } => terms("order-placed", &facts.terms),
        Event::TermsChanged { terms: new, .. } => terms("terms-changed", new),
        Event::RateOffered { rate, until, .. } => Sentence::new(
            "rate-offered",
            &[("rate", &rate.to_string()), ("until", &until.warsaw_text())],
        ),
        Event::RateAccepted { terms, .. } => {
            Sentence::new("rate-accepted", &[("rate", &terms.rate.to_string())])
        }
        Event::RateDeclined { .. } => plain("rate-declined"),
        Event::DeadlineMoved { deadline, .. } => {
            Sentence::new("deadline-moved", &[("until", &deadline.warsaw_text())])
        }
        Event::MoneyJudged { verdict, .. } => return judged(verdict),
        Event::OrderFunded { reason: None, .. } => plain("order-funded"),
        Event::OrderFunded { .. } => plain("order-confirmed"),
        Event::OrderHeld { reason, .. } => plain(&format!("order-held-{}", reason.word())),
        Event::OrderExpired { .. } => plain("order-expired"),
        Event::OrderCancelled { .. } => plain("order-cancelled"),
        Event::OrderLostFunds { .. } => plain("order-lost-funds"),
        Event::OrderRefunding { .. } => plain("order-refunding"),
        Event::OrderPayingOut { .. } => plain("order-paying-out"),
        Event::OrderPayOutStopped { .. } => plain("order-payout-stopped"),
        Event::OrderCompleted { .. } => plain("order-completed"),
        Event::OrderRefunded { .. } => plain("order-refunded"),
        Event::ReceiptAllocated { amount, .. } => {
            Sentence::new("receipt-allocated", &[("amount", &amount.to_string())])
        }
        Event::ReceiptReleased { .. } => plain("receipt-released"),
        Event::ReceiptWithdrawn { .. } => plain("receipt-withdrawn"),
        Event::FundsMissing { amount, .. } => {
            Sentence::new("funds-missing", &[("amount", &amount.to_string())])
        }
        Event::PayoutUnproved { .. } => plain("payout-unproved"),
        Event::PayoutDue { facts } => {
            Sentence::new("payout-due", &[("amount", &facts.amount.to_string())])
        }
        Event::PayoutWithdrawn { .. } => plain("payout-withdrawn"),
        Event::OrderReopened { .. } => plain("order-reopened"),
        Event::ReceiptReversed { .. } => plain("receipt-reversed"),
        Event::ReversedTooLate { .. } => plain("reversed-too-late"),
        // About the house, its lines or its batches: no part of an order's story.
        _ => return None,
    })
}

/// What the office's rules said about an order's money; that a person decides is told by the event
/// that holds the order.
fn judged(verdict: &MoneyVerdict) -> Option<Sentence> {
    let (rule, decision) = verdict.rows.last()?;
    let amount = match decision {
        Decision::Hold(_) => return None,
        Decision::Absorb(money) | Decision::Scale(money) | Decision::Return(money) => {
            money.to_string()
        }
        Decision::Wait | Decision::Refund | Decision::AskConsent | Decision::AsAgreed => {
            String::new()
        }
    };
    let code = format!("judged-{}", rule.word());
    let policy = verdict.policy.to_string();
    Some(Sentence::new(
        &code,
        &[("amount", &amount), ("policy", &policy)],
    ))
}

/// The reason that a person gave for an act on an order.
fn reason(event: &Event) -> Option<String> {
    match event {
        Event::TermsChanged { reason, .. }
        | Event::RateOffered { reason, .. }
        | Event::DeadlineMoved { reason, .. }
        | Event::OrderCancelled { reason, .. }
        | Event::OrderRefunding { reason, .. }
        | Event::ReceiptReleased { reason, .. } => Some(reason.clone()),
        Event::OrderFunded { reason, .. }
        | Event::ReceiptAllocated { reason, .. }
        | Event::ReceiptReversed { reason, .. } => reason.clone(),
        _ => None,
    }
}

/// A question to the cashier.
pub(super) fn question(question: &Question) -> Sentence {
    Sentence::new(&format!("question-{}", question.word()), &[])
}

/// One fact for or against a line being an order's money.
pub(super) fn seen(evidence: &Evidence) -> Sentence {
    let named = evidence.named(|order| match Reference::of_order(order) {
        Some(reference) => Cow::Owned(reference.as_str().to_owned()),
        None => Cow::Owned(order.to_string()),
    });
    let facts: Vec<(&str, &str)> = named
        .iter()
        .map(|(name, value)| (*name, value.as_ref()))
        .collect();
    Sentence::new(&format!("reason-{}", evidence.word()), &facts)
}

/// Why a line was matched as it was. `reference` is that of its order or payout.
pub(super) fn matched(line: &LineOutcome, reference: &str) -> Sentence {
    let named = |code: &str| Sentence::new(code, &[("reference", reference)]);
    match (&line.question, line.payout, line.verdict) {
        (Some(open), _, _) => question(open),
        (None, None, Verdict::Certain) if line.why.rule == Some(Rule::OwnTransfer) => {
            Sentence::new("match-own-transfer", &[])
        }
        (None, None, Verdict::Certain) if line.why.rule == Some(Rule::LineRule) => {
            Sentence::new("match-line-rule", &[])
        }
        (None, Some(_), _) => named("match-payout"),
        (None, None, Verdict::Certain) => named("match-certain"),
        (None, None, Verdict::Likely | Verdict::Ambiguous | Verdict::None) => match line.failed {
            Some(failed) => named(&format!("match-likely-{}", failed.word())),
            None => named("match-certain"),
        },
    }
}

/// What else became of lines when a statement was booked.
pub(super) fn notes(outcome: &StatementOutcome) -> Vec<Sentence> {
    let StatementOutcome::Booked {
        withdrawn,
        undecided,
        ..
    } = outcome
    else {
        return Vec::new();
    };
    let counted = |code: &str, lines: u64| {
        (lines > 0).then(|| Sentence::new(code, &[("lines", &lines.to_string())]))
    };
    let withdrawn = counted("import-withdrawn", *withdrawn);
    let waiting = counted("import-waiting", undecided.len() as u64);
    withdrawn.into_iter().chain(waiting).collect()
}

/// What became of a statement.
pub(super) fn outcome(
    outcome: &StatementOutcome,
    number: Option<&str>,
    currency: Currency,
) -> Sentence {
    let number = number.unwrap_or("–");
    match outcome {
        StatementOutcome::Booked {
            new, known, proved, ..
        } => Sentence::new(
            if *proved {
                "import-booked"
            } else {
                "import-provisional"
            },
            &[
                ("number", number),
                ("new", &new.to_string()),
                ("known", &known.to_string()),
            ],
        ),
        StatementOutcome::Known { lines: 0 } => {
            Sentence::new("import-empty", &[("number", number)])
        }
        StatementOutcome::Known { .. } => Sentence::new("import-known", &[("number", number)]),
        StatementOutcome::Archived(why) => not_booked(why, currency),
    }
}

fn not_booked(why: &NotBooked, currency: Currency) -> Sentence {
    let money = |minor: i64| Money::new(minor, currency).to_string();
    match why {
        NotBooked::Unbalanced { difference } => {
            Sentence::new("import-difference", &[("difference", &money(*difference))])
        }
        NotBooked::NoOpening => Sentence::new("import-no-opening", &[]),
        NotBooked::Gap { opening, balance } => Sentence::new(
            "import-gap",
            &[("opening", &money(*opening)), ("balance", &money(*balance))],
        ),
        NotBooked::Contradicts { ordinal, line } => Sentence::new(
            "import-contradicts",
            &[
                ("ordinal", &ordinal.to_string()),
                ("line", &line.to_string()),
            ],
        ),
        NotBooked::Ambiguous => Sentence::new("import-ambiguous", &[]),
        NotBooked::DayMissing { day } => {
            Sentence::new("import-day-missing", &[("day", &day.to_string())])
        }
        NotBooked::Undecided { lines } => {
            Sentence::new("import-undecided", &[("lines", &lines.len().to_string())])
        }
    }
}

/// Why one statement of a file was refused.
pub(super) fn import_refused(error: &ImportError) -> Sentence {
    match error {
        ImportError::UnknownAccount { account } => {
            Sentence::new("import-unknown-account", &[("account", account)])
        }
        ImportError::OtherCurrency {
            account,
            found,
            expected,
        } => Sentence::new(
            "import-other-currency",
            &[
                ("account", account),
                ("found", found),
                ("expected", expected),
            ],
        ),
        ImportError::NoFile { .. }
        | ImportError::Differs { .. }
        | ImportError::Unreadable { .. }
        | ImportError::Money(_)
        | ImportError::Execute(_) => Sentence::plain(sentence(&error.to_string())),
    }
}

#[cfg(test)]
mod tests {
    use kantor_engine::order::HeldReason;
    use kantor_engine::policy::MoneyRule;
    use kantor_engine::{CustomerId, OrderId, PayoutId};
    use kantor_wire::{Language, Words};

    use super::*;

    #[test]
    fn every_reason_of_the_engine_has_its_words() {
        let words = Words::of(Language::Pl);
        for reason in HeldReason::ALL {
            let word = reason.word();
            for key in [
                format!("held.{word}"),
                format!("held_plain.{word}"),
                format!("said.order-held-{word}"),
                format!("said.match-likely-{word}"),
            ] {
                assert!(words.find(&key).is_some(), "{key}");
            }
            assert!(kantor_wire::HeldReason::from_name(word).is_some(), "{word}");
        }
        for rule in MoneyRule::ALL {
            let key = format!("said.judged-{}", rule.word());
            assert!(words.find(&key).is_some(), "{key}");
        }
    }

    /// Each fact is a sentence, with everything that it names.
    #[test]
    fn every_reason_is_a_sentence() {
        let (order, customer) = (OrderId(7), CustomerId(3));
        let by = Money::new(1_00, Currency::PLN);
        let facts = [
            Evidence::Reference(order),
            Evidence::PayoutReference(PayoutId(4)),
            Evidence::VirtualAccount,
            Evidence::PayerAccount(customer),
            Evidence::AmountExact,
            Evidence::InTime,
            Evidence::OnlyCandidate,
            Evidence::ExactSum(2),
            Evidence::Mirror,
            Evidence::NoReference,
            Evidence::UnknownReference,
            Evidence::AlmostReference(order),
            Evidence::PayerHidden,
            Evidence::PayerUnknown,
            Evidence::PayerIsAnother(customer),
            Evidence::AmountBelow(by),
            Evidence::AmountAbove(by),
            Evidence::OtherCurrency(Currency::EUR),
            Evidence::LateBySeconds(5),
            Evidence::LateByDays(1),
            Evidence::EarlyBySeconds(5),
            Evidence::EarlyByDays(1),
            Evidence::TimeUnknown,
            Evidence::AfterEnd,
            Evidence::HasItsMoney,
            Evidence::AlsoAnotherLine,
            Evidence::TooMany(65),
        ];
        for fact in facts {
            let said = seen(&fact);
            assert_ne!(said.text, said.code, "{fact:?}");
            assert!(!said.text.contains('{'), "{}", said.text);
        }
    }
}
