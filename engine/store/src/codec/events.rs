//! Every kind of event, the version of its form, and its fields in the order in which they stand.

use kantor_engine::Event;
use serde_json_borrow::Value;

use super::json::{self, Fields, Object, Problem};

macro_rules! events {
    ($($kind:ident $version:literal { $($field:ident),* $(,)? })*) => {
        /// Every kind of event with the version in which it is written today.
        pub const KINDS: &[(&str, u32)] = &[$((stringify!($kind), $version)),*];

        pub(super) fn version(event: &Event) -> u32 {
            match event {
                $(Event::$kind { .. } => $version,)*
            }
        }

        pub(super) fn write(event: &Event, out: &mut String) {
            match event {
                $(Event::$kind { $($field),* } => {
                    #[allow(unused_mut)] // an event may have no fields
                    let mut object = Object::begin(out);
                    $(object.field(stringify!($field), $field);)*
                    object.end();
                })*
            }
        }

        pub(super) fn read(kind: &str, version: u32, value: &Value<'_>) -> Result<Event, Problem> {
            match (kind, version) {
                $((stringify!($kind), $version) => {
                    #[allow(unused_mut)] // an event may have no fields
                    let mut fields = Fields::of(value)?;
                    $(let $field = fields.take(stringify!($field))?;)*
                    fields.end()?;
                    Ok(Event::$kind { $($field),* })
                })*
                _ => match super::old::renewed(kind, version, value) {
                    Some(renewed) => read(kind, version + 1, &json::parsed(renewed.as_bytes())?),
                    None => Err(Problem::new("this program does not know such an event")),
                },
            }
        }
    };
}

events! {
    OfficeOpened 1 { name }
    PolicySet 2 { policy }
    CurrencyDefined 1 { currency }
    AccountOpened 1 { account, iban, name, fallback, opening, opened_on, last_statement }
    RatesPublished 1 { table }
    CustomerRegistered 1 { customer, profile }
    CustomerAccountAdded 1 { customer, account, currency, bank, number }
    CustomerClassified 1 { customer, class, reason }
    CustomerHelped 1 { customer, help, reason }
    KeyChanged 1 { name, change, reason }
    OrderPlaced 1 { facts }
    TermsChanged 1 { order, terms, reason }
    RateOffered 1 { order, rate, until, reason }
    RateAccepted 1 { order, terms, deadline }
    RateDeclined 1 { order }
    DeadlineMoved 1 { order, deadline, reason }
    MoneyJudged 1 { order, verdict }
    OrderFunded 2 { order, value_at_mid, reason, difference }
    OrderHeld 1 { order, reason }
    OrderExpired 1 { order }
    OrderCancelled 1 { order, reason }
    OrderLostFunds 1 { order }
    OrderRefunding 1 { order, reason }
    OrderPayingOut 1 { order }
    OrderPayOutStopped 1 { order }
    OrderCompleted 1 { order }
    OrderRefunded 1 { order }
    StatementBooked 2 { booking, questions }
    StatementArchived 2 { facts, why }
    ImportUndone 1 { file, reason }
    StatementUndone 1 { statement, account, change, questions }
    ReceiptWithdrawn 1 { line, order }
    FundsMissing 1 { line, order, amount }
    LinesExplained 1 { account, lines }
    ReceiptAllocated 2 {
        line, order, amount, booked_on, verdict, rule, rule_version, evidence, rivals, failed, rest,
        reason,
    }
    ReceiptReleased 1 { line, order, reason }
    LineBooked 1 { line, account, amount, reason }
    LineBookingReversed 1 { line, reason }
    LineAssigned 1 { line, owner }
    LineRefunded 1 { line, payout, amount, reason }
    LineClassified 1 { line, rule, rules_version, account, amount, booked_on }
    OwnTransferPaired 1 { debit, credit, amount, evidence, reason }
    OwnTransferUnpaired 1 { debit, credit, reason }
    LineRulesSet 1 { rules }
    PayoutDue 2 { facts }
    PayoutWithdrawn 1 { payout }
    PayoutPaid 1 { payout, line }
    PayoutUnproved 2 { payout, order, line }
    PaidTwice 1 { payout, line }
    PaidWithoutFile 1 { payout, line }
    PaidFromVoidFile 1 { payout, line, batch }
    PayoutsPaid 1 { batch, line, payouts, twice }
    PayoutReturned 1 { payout, line, code, cost, reason }
    PayeeCorrected 1 { payout, payee, reason, second_factor }
    PayoutDueAgain 1 { payout, reason, attested_by }
    ReceiptReversed 1 { receipt, order, line, reason }
    ReversedTooLate 1 { order, receipt, line }
    VoidFileAccepted 1 { batch, report }
    AlarmClosed 1 { alarm, reason }
    OrderReopened 1 { order }
    PayoutRulesSet 1 { rules }
    BatchProposed 1 { batch, file }
    BatchAwaited 1 { batch, until, names }
    BankAnswered 1 { batch, answer }
    BatchUnanswered 1 { batch, again }
    BatchFixed 1 { batch, account, date, payouts }
    BatchApproved 1 { batch }
    BatchWritten 1 { batch, file }
    BatchVoided 1 { batch, reason, attested_by }
    BatchClosed 1 { batch }
    PositionRevalued 1 { day, table, currencies, result }
    PositionOverLimit 1 { open, limit }
    PositionCalm 1 { open }
    CoverDealBooked 1 { deal, facts, reason }
    CoverDealReversed 1 { deal, facts, reason }
    NoticesSent 1 { through }
}
