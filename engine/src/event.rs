//! What happened, in the past tense. A recorded event is a fact.

use kantor_model::{Currency, Date, Decimal, Format, Iban, Moment, Money};

use crate::access::{Help, KeyChange};
use crate::alarm::AlarmId;
use crate::bank_answer::{BankAnswer, FileName};
use crate::batch::TransferFile;
use crate::chain::ChainChange;
use crate::ledger::{LedgerAccount, Posting};
use crate::matching::{Evidence, Explained, LineRules, Question, Rule, Verdict};
use crate::order::{HeldReason, OrderFacts};
use crate::payout::{Payee, PayoutFacts};
use crate::payout_rules::PayoutRules;
use crate::policy::{CustomerClass, MoneyVerdict, Policy};
use crate::position::{CoverDeal, RevaluedCurrency};
use crate::rates::{RateTable, Terms};
use crate::{
    AccountId, BatchId, CoverDealId, CustomerAccountId, CustomerId, Digest, LineId, OrderId,
    PayoutId, RateVersion, StatementId,
};

/// Who acted.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum Actor {
    /// A customer, through the panel.
    Customer(CustomerId),
    /// A member of staff, by the name of his token.
    Staff(String),
    /// The software itself, following a rule.
    System,
}

/// An event with who caused it and the movements of money that it is.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub struct Recorded {
    /// Who acted.
    pub by: Actor,
    /// What happened.
    pub event: Event,
    /// Double entry; sums to zero per currency; empty when no money moved.
    pub postings: Vec<Posting>,
}

/// What is known of a statement besides its lines.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub struct StatementFacts {
    /// The office account.
    pub account: AccountId,
    /// The file it was read from; the bytes are archived under this digest.
    pub file: Digest,
    /// Which statement of the file it is, from 0.
    pub index: u32,
    /// The pack that read it, with its version.
    pub read_by: String,
    /// The format it was read from; `None` where nobody wrote that down.
    pub format: Option<Format>,
    /// The bank's own number of it.
    pub number: Option<String>,
    /// Balance before its first line, minor units; `None` where the file gives none.
    pub opening: Option<i64>,
    /// Balance after its last line, minor units; `None` for most exports of a running day.
    pub closing: Option<i64>,
    /// The day that the closing balance is of.
    pub closing_on: Option<Date>,
    /// The hash of all its rows, as the store keeps them.
    pub rows: Digest,
    /// How many rows they are.
    pub lines: u64,
}

impl StatementFacts {
    /// Whether the bank gives it when the day of its closing balance is over. Reports of a running
    /// day and tables may close with the balance of the moment.
    pub fn ends_its_day(&self) -> bool {
        self.closing.is_some()
            && match self.format {
                Some(Format::Mt940 | Format::Camt053 | Format::JpkWb | Format::BankXml) => true,
                Some(
                    Format::Mt942
                    | Format::Mt900
                    | Format::Mt910
                    | Format::Camt052
                    | Format::Camt054
                    | Format::Csv
                    | Format::Elixir0,
                )
                | None => false,
            }
    }
}

/// A statement that was booked: its lines have their places in the account's chain.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub struct StatementBooking {
    /// Its number with us.
    pub statement: StatementId,
    /// What it is.
    pub facts: StatementFacts,
    /// How many of its lines were known before.
    pub known: u64,
    /// How many lines it added to the chain.
    pub new: u64,
    /// Lines that may be copies of known ones or new (from 0): they wait for a statement that
    /// decides, and are not booked.
    pub undecided: Vec<u64>,
    /// What it did to the chain.
    pub change: ChainChange,
}

/// Why a statement was archived and not booked.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub enum NotBooked {
    /// Opening + lines ≠ closing.
    Unbalanced {
        /// What the closing balance has more than opening plus lines, minor units.
        difference: i64,
    },
    /// It has no opening balance, so its lines have no place.
    NoOpening,
    /// No balance of the chain equals its opening: a statement between is missing.
    Gap {
        /// Its opening, minor units.
        opening: i64,
        /// The balance at the end of the chain, minor units.
        balance: i64,
    },
    /// A line differs from what the chain has at its place.
    Contradicts {
        /// The line of the chain.
        ordinal: u64,
        /// The line of the statement, from 1.
        line: u64,
    },
    /// It fits at several places, and nothing tells them apart.
    Ambiguous,
    /// It would withdraw lines of a day that no statement has told to its end, and nothing shows that
    /// none is missing: the statement of that day may still come, and is waited for.
    DayMissing {
        /// The first such day.
        day: Date,
    },
    /// It has no balances, and nothing tells whether its lines are known already; they are named,
    /// from 0. The statement of the day will say.
    Undecided {
        /// The lines.
        lines: Vec<u64>,
    },
}

/// What happened (zdarzenie).
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
#[allow(missing_docs)] // the fields are named after the things of `ids`, `order`, `payout`, `batch`
pub enum Event {
    /// The office exists.
    OfficeOpened { name: String },
    /// New rules are in force.
    PolicySet { policy: Policy },
    /// The office deals in a currency.
    CurrencyDefined { currency: Currency },
    /// A bank account of the office begins here, with what was on it.
    AccountOpened {
        account: AccountId,
        iban: Iban,
        name: String,
        fallback: bool,
        opening: Money,
        opened_on: Date,
        last_statement: Option<String>,
    },
    /// New rates are in force.
    RatesPublished { table: RateTable },
    /// A customer registered; his data is kept aside, this is its salted commitment.
    CustomerRegistered {
        customer: CustomerId,
        profile: Digest,
    },
    /// A customer added an account of his own; its number is kept aside.
    CustomerAccountAdded {
        customer: CustomerId,
        account: CustomerAccountId,
        currency: Currency,
        bank: Option<String>,
        number: Digest,
    },
    /// A customer belongs to a class from here on, or to none.
    CustomerClassified {
        customer: CustomerId,
        class: Option<CustomerClass>,
        reason: String,
    },
    /// The staff helped a customer to come in, or kept somebody out.
    CustomerHelped {
        customer: CustomerId,
        help: Help,
        reason: String,
    },
    /// A key of the office was made, changed or taken away, under the name that stands in the
    /// history of whoever acts with it.
    KeyChanged {
        name: String,
        change: KeyChange,
        reason: String,
    },
    /// A rate was accepted.
    OrderPlaced { facts: OrderFacts },
    /// Terms changed without a question: in the customer's favour, or scaled to the paid amount.
    TermsChanged {
        order: OrderId,
        terms: Terms,
        reason: String,
    },
    /// A rate that is worse for the customer was offered.
    RateOffered {
        order: OrderId,
        rate: Decimal,
        until: Moment,
        reason: String,
    },
    /// The customer accepted it.
    RateAccepted {
        order: OrderId,
        terms: Terms,
        deadline: Moment,
    },
    /// The customer refused it, or the office withdrew it.
    RateDeclined { order: OrderId },
    /// The deadline was moved.
    DeadlineMoved {
        order: OrderId,
        deadline: Moment,
        reason: String,
    },
    /// The policy was asked about an order's money, because it did not come as agreed.
    MoneyJudged {
        order: OrderId,
        verdict: MoneyVerdict,
    },
    /// Receipts fulfil the order, or a person accepted it as it is, with his reason; it was
    /// exchanged at its terms. `difference` is what the office bore or kept of the sum.
    OrderFunded {
        order: OrderId,
        value_at_mid: Money,
        reason: Option<String>,
        difference: Option<Posting>,
    },
    /// Money came, and a person has to decide.
    OrderHeld { order: OrderId, reason: HeldReason },
    /// The promise ended unpaid.
    OrderExpired { order: OrderId },
    /// Ended before money came.
    OrderCancelled { order: OrderId, reason: String },
    /// The receipts of the order are gone; it waits for money again.
    OrderLostFunds { order: OrderId },
    /// The money goes back.
    OrderRefunding { order: OrderId, reason: String },
    /// Its payout left `Due`.
    OrderPayingOut { order: OrderId },
    /// Its batch was voided: every payout is due again.
    OrderPayOutStopped { order: OrderId },
    /// Every payout is paid.
    OrderCompleted { order: OrderId },
    /// The money has gone back.
    OrderRefunded { order: OrderId },
    /// A statement has its place in the chain; lines that are nobody's yet are questions.
    StatementBooked {
        booking: StatementBooking,
        questions: Vec<(u64, Question)>,
    },
    /// A statement was kept and not booked.
    StatementArchived {
        facts: StatementFacts,
        why: NotBooked,
    },
    /// A person took back everything that a file brought, with his reason; what its lines led to is
    /// undone in the same act.
    ImportUndone { file: Digest, reason: String },
    /// A statement of such a file is in the books no more: the chain is as it was before it. Lines
    /// that it had taken out stand there again, as questions.
    StatementUndone {
        statement: StatementId,
        account: AccountId,
        change: ChainChange,
        questions: Vec<(u64, Question)>,
    },
    /// The statements that prove the day do not have the line: the money never came, and the
    /// order's receipt goes with it.
    ReceiptWithdrawn { line: LineId, order: OrderId },
    /// The same, and what the money was exchanged into has left or is on its way (alarm).
    FundsMissing {
        line: LineId,
        order: OrderId,
        amount: Money,
    },
    /// Why lines of an account are questions: what was seen, and what would have made them match.
    LinesExplained {
        account: AccountId,
        lines: Vec<Explained>,
    },
    /// A bank line, or a share of it, is this order's money; a person who said so gave his reason.
    /// `rest` is what is left of the line as a question.
    ReceiptAllocated {
        line: LineId,
        order: OrderId,
        amount: Money,
        booked_on: Option<Date>,
        verdict: Verdict,
        rule: Rule,
        rule_version: u32,
        evidence: Vec<Evidence>,
        rivals: Vec<OrderId>,
        failed: Option<HeldReason>,
        rest: Option<Money>,
        reason: Option<String>,
    },
    /// A person took a line back from its order.
    ReceiptReleased {
        line: LineId,
        order: OrderId,
        reason: String,
    },
    /// A line that is nobody's order was booked to a ledger account.
    LineBooked {
        line: LineId,
        account: LedgerAccount,
        amount: Money,
        reason: String,
    },
    /// That was undone; the line is a question again.
    LineBookingReversed { line: LineId, reason: String },
    /// Somebody looks after an open line from here on; nobody, when empty.
    LineAssigned { line: LineId, owner: Option<String> },
    /// Money that is nobody's goes back to the account it came from, by this payout.
    LineRefunded {
        line: LineId,
        payout: PayoutId,
        amount: Money,
        reason: String,
    },
    /// One of the office's rules booked a line to a ledger account.
    LineClassified {
        line: LineId,
        rule: String,
        rules_version: u32,
        account: LedgerAccount,
        amount: Money,
        booked_on: Option<Date>,
    },
    /// A debit of one account of the office is a credit of another; a person who said so gave his
    /// reason.
    OwnTransferPaired {
        debit: LineId,
        credit: LineId,
        amount: Money,
        evidence: Vec<Evidence>,
        reason: Option<String>,
    },
    /// That was undone; both lines are questions again.
    OwnTransferUnpaired {
        debit: LineId,
        credit: LineId,
        reason: String,
    },
    /// New rules for lines that are nobody's order.
    LineRulesSet { rules: LineRules },
    /// Money is owed out; its identity exists from here on.
    PayoutDue { facts: PayoutFacts },
    /// It is not owed any more.
    PayoutWithdrawn { payout: PayoutId },
    /// The bank's own line shows that it left.
    PayoutPaid { payout: PayoutId, line: LineId },
    /// The statements that prove the day do not have the debit: nobody knows whether it left.
    PayoutUnproved {
        payout: PayoutId,
        order: Option<OrderId>,
        line: LineId,
    },
    /// The bank shows a second debit for it (alarm); the line stays a question.
    PaidTwice { payout: PayoutId, line: LineId },
    /// The bank paid it although no file holds it (alarm): somebody paid by hand.
    PaidWithoutFile { payout: PayoutId, line: LineId },
    /// The bank paid it from the file of a voided batch, which was sent after all (alarm).
    PaidFromVoidFile {
        payout: PayoutId,
        line: LineId,
        batch: BatchId,
    },
    /// One debit of the bank is all of these payouts of a batch; `twice` is the part of it that
    /// had left before, positive.
    PayoutsPaid {
        batch: BatchId,
        line: LineId,
        payouts: Vec<PayoutId>,
        twice: Money,
    },
    /// A payout that had left came back with this line. A person who said so gave his reason; `cost`
    /// is what the banks kept of it.
    PayoutReturned {
        payout: PayoutId,
        line: LineId,
        code: Option<String>,
        cost: Money,
        reason: Option<String>,
    },
    /// Somebody else, or another account of the same customer, is to be paid by it.
    PayeeCorrected {
        payout: PayoutId,
        payee: Payee,
        reason: String,
        second_factor: bool,
    },
    /// It is owed again under the same identity.
    PayoutDueAgain {
        payout: PayoutId,
        reason: String,
        attested_by: Vec<String>,
    },
    /// The bank took this receipt back with that line; a person who said so gave his reason.
    ReceiptReversed {
        receipt: LineId,
        order: OrderId,
        line: LineId,
        reason: Option<String>,
    },
    /// The bank took a receipt back when the payout was on its way or had left (alarm); the line
    /// stays a question.
    ReversedTooLate {
        order: OrderId,
        receipt: LineId,
        line: LineId,
    },
    /// The bank answers that it carries out the file of a voided batch (alarm).
    VoidFileAccepted { batch: BatchId, report: Digest },
    /// A person said what was done about an alarm.
    AlarmClosed { alarm: AlarmId, reason: String },
    /// A payout that had been paid came back: the order is open again.
    OrderReopened { order: OrderId },
    /// New rules for payouts are in force.
    PayoutRulesSet { rules: PayoutRules },
    /// Payouts of one account were put together.
    BatchFixed {
        batch: BatchId,
        account: AccountId,
        date: Date,
        payouts: Vec<PayoutId>,
    },
    /// This file is what the approver is shown, and nothing else may be written.
    BatchProposed { batch: BatchId, file: TransferFile },
    /// It may be sent.
    BatchApproved { batch: BatchId },
    /// Its file is written and archived.
    BatchWritten { batch: BatchId, file: TransferFile },
    /// From here on the bank's lines are awaited; until then nobody is asked what became of it. By
    /// these names the bank may speak of it.
    BatchAwaited {
        batch: BatchId,
        until: Moment,
        names: Vec<FileName>,
    },
    /// The bank answered.
    BankAnswered { batch: BatchId, answer: BankAnswer },
    /// Its lines have not come: somebody is asked what became of it, and is asked again then.
    BatchUnanswered { batch: BatchId, again: Moment },
    /// It will never be sent.
    BatchVoided {
        batch: BatchId,
        reason: String,
        attested_by: Vec<String>,
    },
    /// Every payout in it is paid.
    BatchClosed { batch: BatchId },
    /// The position is worth this much at the reference rates of a table, at the end of a day; what
    /// it gained since the last time is the day's result.
    PositionRevalued {
        day: Date,
        table: RateVersion,
        currencies: Vec<RevaluedCurrency>,
        result: Money,
    },
    /// More of a currency is open than its limit allows (alarm).
    PositionOverLimit { open: Money, limit: Money },
    /// The alarm is over.
    PositionCalm { open: Money },
    /// Two bank lines are an exchange of the office itself, by which it closes a position.
    CoverDealBooked {
        deal: CoverDealId,
        facts: CoverDeal,
        reason: String,
    },
    /// That was undone; both lines are questions again.
    CoverDealReversed {
        deal: CoverDealId,
        facts: CoverDeal,
        reason: String,
    },
    /// Notices about everything up to this position of the log have gone out.
    NoticesSent { through: u64 },
}

impl Event {
    /// The stable name, as the log and the change feed show it.
    pub const fn kind(&self) -> &'static str {
        match self {
            Event::OfficeOpened { .. } => "OfficeOpened",
            Event::PolicySet { .. } => "PolicySet",
            Event::CurrencyDefined { .. } => "CurrencyDefined",
            Event::AccountOpened { .. } => "AccountOpened",
            Event::RatesPublished { .. } => "RatesPublished",
            Event::CustomerRegistered { .. } => "CustomerRegistered",
            Event::CustomerAccountAdded { .. } => "CustomerAccountAdded",
            Event::CustomerClassified { .. } => "CustomerClassified",
            Event::CustomerHelped { .. } => "CustomerHelped",
            Event::KeyChanged { .. } => "KeyChanged",
            Event::OrderPlaced { .. } => "OrderPlaced",
            Event::TermsChanged { .. } => "TermsChanged",
            Event::RateOffered { .. } => "RateOffered",
            Event::RateAccepted { .. } => "RateAccepted",
            Event::RateDeclined { .. } => "RateDeclined",
            Event::DeadlineMoved { .. } => "DeadlineMoved",
            Event::MoneyJudged { .. } => "MoneyJudged",
            Event::OrderFunded { .. } => "OrderFunded",
            Event::OrderHeld { .. } => "OrderHeld",
            Event::OrderExpired { .. } => "OrderExpired",
            Event::OrderCancelled { .. } => "OrderCancelled",
            Event::OrderLostFunds { .. } => "OrderLostFunds",
            Event::OrderRefunding { .. } => "OrderRefunding",
            Event::OrderPayingOut { .. } => "OrderPayingOut",
            Event::OrderPayOutStopped { .. } => "OrderPayOutStopped",
            Event::OrderCompleted { .. } => "OrderCompleted",
            Event::OrderRefunded { .. } => "OrderRefunded",
            Event::StatementBooked { .. } => "StatementBooked",
            Event::StatementArchived { .. } => "StatementArchived",
            Event::ImportUndone { .. } => "ImportUndone",
            Event::StatementUndone { .. } => "StatementUndone",
            Event::ReceiptWithdrawn { .. } => "ReceiptWithdrawn",
            Event::FundsMissing { .. } => "FundsMissing",
            Event::LinesExplained { .. } => "LinesExplained",
            Event::ReceiptAllocated { .. } => "ReceiptAllocated",
            Event::ReceiptReleased { .. } => "ReceiptReleased",
            Event::LineBooked { .. } => "LineBooked",
            Event::LineBookingReversed { .. } => "LineBookingReversed",
            Event::LineAssigned { .. } => "LineAssigned",
            Event::LineRefunded { .. } => "LineRefunded",
            Event::LineClassified { .. } => "LineClassified",
            Event::OwnTransferPaired { .. } => "OwnTransferPaired",
            Event::OwnTransferUnpaired { .. } => "OwnTransferUnpaired",
            Event::LineRulesSet { .. } => "LineRulesSet",
            Event::PayoutDue { .. } => "PayoutDue",
            Event::PayoutWithdrawn { .. } => "PayoutWithdrawn",
            Event::PayoutPaid { .. } => "PayoutPaid",
            Event::PayoutUnproved { .. } => "PayoutUnproved",
            Event::PaidTwice { .. } => "PaidTwice",
            Event::PaidWithoutFile { .. } => "PaidWithoutFile",
            Event::PaidFromVoidFile { .. } => "PaidFromVoidFile",
            Event::PayoutsPaid { .. } => "PayoutsPaid",
            Event::PayoutReturned { .. } => "PayoutReturned",
            Event::PayeeCorrected { .. } => "PayeeCorrected",
            Event::PayoutDueAgain { .. } => "PayoutDueAgain",
            Event::ReceiptReversed { .. } => "ReceiptReversed",
            Event::ReversedTooLate { .. } => "ReversedTooLate",
            Event::VoidFileAccepted { .. } => "VoidFileAccepted",
            Event::AlarmClosed { .. } => "AlarmClosed",
            Event::OrderReopened { .. } => "OrderReopened",
            Event::PayoutRulesSet { .. } => "PayoutRulesSet",
            Event::BatchProposed { .. } => "BatchProposed",
            Event::BatchAwaited { .. } => "BatchAwaited",
            Event::BankAnswered { .. } => "BankAnswered",
            Event::BatchUnanswered { .. } => "BatchUnanswered",
            Event::BatchFixed { .. } => "BatchFixed",
            Event::BatchApproved { .. } => "BatchApproved",
            Event::BatchWritten { .. } => "BatchWritten",
            Event::BatchVoided { .. } => "BatchVoided",
            Event::BatchClosed { .. } => "BatchClosed",
            Event::PositionRevalued { .. } => "PositionRevalued",
            Event::PositionOverLimit { .. } => "PositionOverLimit",
            Event::PositionCalm { .. } => "PositionCalm",
            Event::CoverDealBooked { .. } => "CoverDealBooked",
            Event::CoverDealReversed { .. } => "CoverDealReversed",
            Event::NoticesSent { .. } => "NoticesSent",
        }
    }
}
