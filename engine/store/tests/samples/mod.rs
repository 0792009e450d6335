//! Statements and what becomes of their lines, with every word that can stand there.

use super::*;

fn facts(number: Option<&str>, format: Option<Format>, closing: Option<i64>) -> StatementFacts {
    StatementFacts {
        account: AccountId(2),
        file: Digest::of(b"file"),
        index: 0,
        read_by: "mbank 0.1.0".to_owned(),
        format,
        number: number.map(str::to_owned),
        opening: closing.map(|_| -5),
        closing,
        closing_on: closing.map(|_| day()),
        rows: Digest::of(b"rows"),
        lines: 5,
    }
}

fn archived(why: NotBooked) -> Event {
    Event::StatementArchived {
        facts: facts(None, Some(Format::Mt942), None),
        why,
    }
}

/// Reasons that came later.
pub(super) fn archived_since() -> Vec<Event> {
    vec![archived(NotBooked::DayMissing { day: day() })]
}

pub(super) fn booking(number: Option<&str>, closing: Option<i64>) -> StatementBooking {
    let stretch = Stretch {
        statement: StatementId(1),
        rows: Digest::of(b"rows"),
        position: 2,
        count: 3,
        shift: -7,
    };
    let moved = Moved {
        from: 11,
        to: 13,
        count: 2,
    };
    StatementBooking {
        statement: StatementId(1),
        facts: facts(number, closing.map(|_| Format::Mt940), closing),
        known: 2,
        new: 3,
        undecided: closing.map_or(vec![4], |_| Vec::new()),
        change: ChainChange {
            keeps: 10,
            cut: 3,
            end: vec![stretch],
            moves: vec![moved],
            withdrawn: vec![13],
            net: 100,
            proved_through: 13,
            proved_balance: i64::MAX,
        },
    }
}

pub(super) fn statements() -> Vec<Event> {
    let (order, payout) = (OrderId(15), PayoutId(4));
    let questions = [
        Question::NoReference,
        Question::UnknownReference,
        Question::SeveralOrders(vec![OrderId(15), OrderId(19)]),
        Question::OrderHasItsMoney(order),
        Question::WrongDirection,
        Question::PayoutDiffers(payout),
        Question::PaidTwice(payout),
        Question::Reversal,
        Question::NotProvedYet,
        Question::TakenBack,
        Question::SeveralLines(order),
        Question::CoversOrders(vec![(order, pln(44_000)), (OrderId(19), pln(1))]),
        Question::PartOf(order),
        Question::OwnTransfer(AccountId(3)),
        Question::Proposed("bank-fees".to_owned()),
        Question::Rest(pln(1)),
    ];
    let allocated = |verdict, rule, failed: Option<HeldReason>| Event::ReceiptAllocated {
        line: line(11),
        order,
        amount: eur(10_000),
        booked_on: failed.map(|_| day()),
        verdict,
        rule,
        rule_version: 2,
        evidence: matching::evidence(),
        rivals: failed.map(|_| OrderId(19)).into_iter().collect(),
        failed,
        rest: failed.map(|_| eur(1)),
        reason: failed.map(|_| "seen by telephone".to_owned()),
    };
    let by = |rule| allocated(Verdict::Certain, rule, None);
    vec![
        Event::StatementBooked {
            booking: booking(Some("7/1"), Some(95)),
            questions: (11..).zip(questions).collect(),
        },
        Event::StatementBooked {
            booking: booking(None, None),
            questions: Vec::new(),
        },
        archived(NotBooked::Unbalanced { difference: -1 }),
        archived(NotBooked::NoOpening),
        archived(NotBooked::Gap {
            opening: 5,
            balance: -5,
        }),
        archived(NotBooked::Contradicts {
            ordinal: 11,
            line: 1,
        }),
        archived(NotBooked::Ambiguous),
        archived(NotBooked::Undecided { lines: vec![0, 4] }),
        Event::ReceiptWithdrawn {
            line: line(11),
            order,
        },
        Event::FundsMissing {
            line: line(11),
            order,
            amount: eur(10_000),
        },
        allocated(Verdict::Certain, Rule::Reference, None),
        allocated(Verdict::Likely, Rule::ByHand, Some(HeldReason::Late)),
        allocated(Verdict::Ambiguous, Rule::ByHand, None),
        allocated(Verdict::None, Rule::ByHand, None),
        by(Rule::VirtualAccount),
        by(Rule::PayerAndAmount),
        by(Rule::Sum),
        by(Rule::OwnTransfer),
        by(Rule::LineRule),
        matching::explained(order),
        Event::ReceiptReleased {
            line: line(11),
            order,
            reason: "not his".to_owned(),
        },
        Event::LineBooked {
            line: line(12),
            account: LedgerAccount::Named("opłaty".to_owned()),
            amount: pln(-500),
            reason: "bank's fee".to_owned(),
        },
        Event::LineBookingReversed {
            line: line(12),
            reason: "a mistake".to_owned(),
        },
    ]
}

pub(super) fn rate_table() -> RateTable {
    let (base, quote) = (Currency::EUR, Currency::PLN);
    RateTable {
        version: RateVersion(3),
        published: at(),
        source: "from the \"desk\"\n".to_owned(),
        lines: vec![RateLine {
            buy: Rate::parse("4.2815", base, quote).unwrap(),
            sell: Rate::parse("4.3185", base, quote).unwrap(),
            mid: Rate::parse("4.3", base, quote).unwrap(),
        }],
    }
}
