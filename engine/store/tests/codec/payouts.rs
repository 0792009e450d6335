//! Samples of what becomes of payouts after their file, and of the rules for them.

use kantor_engine::alarm::AlarmId;
use kantor_engine::bank_answer::{BankAnswer, FileName, Rejection};
use kantor_engine::batch::TransferFile;
use kantor_engine::calendar::{BankHours, Evidence};
use kantor_engine::matching::Question;
use kantor_engine::payout::Payee;
use kantor_engine::payout_rules::{Opening, PayoutRules};
use kantor_engine::{BatchId, CustomerAccountId, Digest, Event, OrderId, PayoutId};

use super::{at, day, line, pln};

/// What became of payouts after their file was written.
pub(super) fn samples() -> Vec<Event> {
    let (payout, batch) = (PayoutId(4), BatchId(5));
    let text = |text: &str| text.to_owned();
    let hours = |evidence| BankHours {
        bank: text("mbank"),
        sends: vec![480, 705, 855],
        receives: vec![660, 900, 1050],
        abroad: 840,
        ask_after: 1,
        evidence,
    };
    let rules = PayoutRules {
        version: 2,
        four_eyes_above: vec![pln(1_000_000)],
        banks: [
            Evidence::Published,
            Evidence::Press,
            Evidence::Usual,
            Evidence::Office,
        ]
        .map(hours)
        .to_vec(),
        opening: vec![Opening {
            weekday: 1,
            from: 540,
            until: 1020,
        }],
        closed: vec![day()],
    };
    let file = TransferFile {
        digest: Digest::of(b"transfers"),
        length: 504,
        format: text("pain.001.001.09"),
        written_by: text("mbank 0.1.0"),
    };
    let returned = |code: Option<&str>, cost, reason: Option<&str>| Event::PayoutReturned {
        payout,
        line: line(15),
        code: code.map(text),
        cost: pln(cost),
        reason: reason.map(text),
    };
    let answered = |whole: Option<&str>| Event::BankAnswered {
        batch,
        answer: BankAnswer {
            report: Digest::of(b"report"),
            accepted: vec![payout],
            rejected: vec![
                Rejection {
                    payout: PayoutId(6),
                    code: Some(text("AC04")),
                },
                Rejection {
                    payout: PayoutId(7),
                    code: None,
                },
            ],
            unclear: vec![PayoutId(8)],
            whole: whole.map(text),
        },
    };
    let question = |question| Event::StatementBooked {
        booking: super::samples::booking(None, None),
        questions: vec![(11, question)],
    };
    vec![
        Event::PaidFromVoidFile {
            payout,
            line: line(14),
            batch,
        },
        Event::PayoutsPaid {
            batch,
            line: line(14),
            payouts: vec![payout, PayoutId(6)],
            twice: pln(0),
        },
        returned(Some("AC04"), 0, None),
        returned(None, 500, Some("the banks kept five")),
        Event::PayeeCorrected {
            payout,
            payee: Payee::CustomerAccount(CustomerAccountId(10)),
            reason: text("moved"),
            second_factor: true,
        },
        Event::PayoutDueAgain {
            payout,
            reason: text("AM04"),
            attested_by: vec![text("anna"), text("bolek")],
        },
        Event::ReceiptReversed {
            receipt: line(11),
            order: OrderId(15),
            line: line(16),
            reason: None,
        },
        Event::ReversedTooLate {
            order: OrderId(15),
            receipt: line(11),
            line: line(16),
        },
        Event::VoidFileAccepted {
            batch,
            report: Digest::of(b"report"),
        },
        Event::AlarmClosed {
            alarm: AlarmId(1),
            reason: text("claimed back"),
        },
        Event::OrderReopened { order: OrderId(15) },
        Event::PayoutRulesSet { rules },
        Event::BatchProposed { batch, file },
        Event::BatchAwaited {
            batch,
            until: at(),
            names: vec![FileName {
                name: text("20261102-0123456789ABCDEF0123"),
                payouts: vec![payout, PayoutId(6)],
            }],
        },
        answered(None),
        answered(Some("AM04")),
        Event::BatchUnanswered { batch, again: at() },
        question(Question::ReturnUnsure(payout)),
        question(Question::BatchDiffers(batch)),
    ]
}
