//! States of the world that stop a command. Each says what happened, why, and what to do now.

use kantor_model::{Currency, Date, Money, MoneyError, RateError};

use crate::alarm::AlarmId;
use crate::batch::BatchState;
use crate::order::OrderState;
use crate::payout::PayoutState;
use crate::policy::PolicyError;
use crate::rates::QuoteError;
use crate::{
    AccountId, BatchId, CoverDealId, CustomerAccountId, CustomerId, Digest, LineId, OrderId,
    PayoutId, StatementId,
};

/// Why a command was refused (odmowa). Nothing was changed.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[allow(missing_docs)] // the fields are named after the things of `ids`; the sentence says the rest
pub enum Refusal {
    #[error("the office is open already; give this command to another office")]
    OfficeExists,
    #[error("the office is not open yet; run `kantor init` first")]
    NoOffice,
    #[error("the office does not deal in {currency}; define the currency first")]
    CurrencyNotDefined { currency: Currency },
    #[error("{currency} is withdrawn from circulation; it can be read in old files, not traded")]
    CurrencyWithdrawn { currency: Currency },
    #[error("{currency} is defined already; nothing is to be done")]
    CurrencyExists { currency: Currency },
    #[error("the office has the account {iban} already; change that one instead")]
    AccountExists { iban: String },
    #[error("the office has no account number {account}; list the accounts to see which it has")]
    NoAccount { account: AccountId },
    #[error("a table of rates needs at least one pair; add a line")]
    EmptyRates,
    #[error("the table has the pair {base}/{quote} twice, or the other way round; keep one line")]
    PairTwice { base: Currency, quote: Currency },
    #[error("there is no customer {customer}; register first")]
    NoCustomer { customer: CustomerId },
    #[error(
        "customer {customer} has no account {account} in {currency}; add it in the profile first"
    )]
    NotTheCustomersAccount {
        customer: CustomerId,
        account: CustomerAccountId,
        currency: Currency,
    },
    #[error(
        "the rates have changed since this offer was shown; look at the new rate and accept again"
    )]
    RatesOutdated,
    #[error("no rates are published yet; wait until the office publishes them")]
    NoRates,
    #[error(transparent)]
    Quote(#[from] QuoteError),
    #[error(
        "the office has no account in {currency} for this; choose another currency or ask the office"
    )]
    NoPairing { currency: Currency },
    #[error("there is no order {order}; look for it in the list of orders")]
    NoOrder { order: OrderId },
    #[error("order {order} is {}, and this cannot be done then; {advice}", state.name())]
    OrderState {
        order: OrderId,
        state: OrderState,
        advice: &'static str,
    },
    #[error(
        "order {order} has {received} of {wanted}; scale it to what came, wait for the rest, or refund it"
    )]
    NotFulfilled {
        order: OrderId,
        received: Money,
        wanted: Money,
    },
    #[error(
        "order {order} has money in another currency than {wanted}; take that line back, or refund the order"
    )]
    OtherCurrency { order: OrderId, wanted: Currency },
    #[error("order {order} has no money to send back; cancel it instead")]
    NothingReceived { order: OrderId },
    #[error("the deadline of order {order} has not passed; wait until it has")]
    NotDue { order: OrderId },
    #[error("write a reason; it stays in the history")]
    NoReason,
    #[error("account {account} has no line {line}; load its statement first")]
    NoLine { account: AccountId, line: u64 },
    #[error("line {line} is settled already; undo that first, with a reason")]
    LineSettled { line: LineId },
    #[error("line {line} is not an order's money; there is nothing to take back")]
    NotAReceipt { line: LineId },
    #[error(
        "money of line {line} is on its way out or has left; void its batch if that was not sent, else claim the money back from its payee"
    )]
    MoneyIsOut { line: LineId },
    #[error("nothing of file {file} was imported; choose one of the imports")]
    NoImport { file: Digest },
    #[error(
        "statement {statement} is not the last one that was booked on account {account}; take back what came after it first, the last file first (64 statements of an account can be taken back)"
    )]
    BookedSince {
        account: AccountId,
        statement: StatementId,
    },
    #[error("line {line} is a debit; only money that came in can be an order's")]
    NotACredit { line: LineId },
    #[error("line {line} was not booked to a ledger account; there is nothing to reverse")]
    NotBookedToLedger { line: LineId },
    #[error(
        "`{name}` is no name for a ledger account; use letters, digits and dashes, such as bank-fees"
    )]
    LedgerAccountName { name: String },
    #[error("line {line} is {found}, not {expected}; load the account again and look")]
    LineDiffers {
        line: LineId,
        found: Money,
        expected: Money,
    },
    #[error(
        "a share of line {line} for order {order} must be positive, in the line's currency, and the only one for that order; correct the shares"
    )]
    BadShare { line: LineId, order: OrderId },
    #[error("the shares are more than the {open} that are open of line {line}; give less")]
    SharesExceed { line: LineId, open: Money },
    #[error(
        "no closing balance proves line {line} yet, so its money may still be taken back; send it back when the statement of its day has come"
    )]
    LineNotProved { line: LineId },
    #[error(
        "lines {debit} and {credit} are not a debit and a credit of two accounts; choose the two sides of one transfer"
    )]
    NotAPair { debit: LineId, credit: LineId },
    #[error("nothing is due from account {account}; there is no file to write")]
    NothingDue { account: AccountId },
    #[error(
        "nobody who is owed money from account {account} can be paid: their account numbers are not known; ask them, and pay by hand with the payout's reference as the title"
    )]
    NoPayees { account: AccountId },
    #[error(
        "everything that is due from account {account} waits for an open alarm; look at the list of alarms"
    )]
    AlarmOpen { account: AccountId },
    #[error("there is no batch {batch}; look for it in the list of batches")]
    NoBatch { batch: BatchId },
    #[error("batch {batch} is {}, and this cannot be done then; {advice}", state.name())]
    BatchState {
        batch: BatchId,
        state: BatchState,
        advice: &'static str,
    },
    #[error("you made batch {batch}; somebody else has to approve it")]
    FourEyes { batch: BatchId },
    #[error(
        "batch {batch} has been written to another file already; take that file, it is archived. A second file would pay twice"
    )]
    SecondExport { batch: BatchId },
    #[error(
        "the file of batch {batch} is that of batch {other}, byte for byte: the bank would take it for a copy. Void batch {batch}, and make it with another date"
    )]
    FileOfAnother { batch: BatchId, other: BatchId },
    #[error(
        "batch {batch} holds {count} payouts of {sum} together, and that is not what you approve; load it again and look"
    )]
    SeenOtherwise {
        batch: BatchId,
        count: u64,
        sum: Money,
    },
    #[error(
        "batch {batch} is above {limit}: whoever approves it must see its file; make the file first"
    )]
    NoFileToApprove { batch: BatchId, limit: Money },
    #[error(
        "the file is not the one that was shown for batch {batch}; write that one, or void the batch and make a new one"
    )]
    OtherFile { batch: BatchId },
    #[error("two different people must attest that batch {batch} was not sent")]
    NotAttested { batch: BatchId },
    #[error(
        "payout {payout} of batch {batch} has left already, and a file with it would pay twice; void the batch and make a new one"
    )]
    PaidMeanwhile { batch: BatchId, payout: PayoutId },
    #[error(
        "the bank shows that payout {payout} of batch {batch} has left, so its file was sent; wait for the bank's lines of the others"
    )]
    FileWasSent { batch: BatchId, payout: PayoutId },
    #[error(
        "the bank has accepted payout {payout} of batch {batch}, so its file was sent; wait for the bank's lines, or load its rejection"
    )]
    BankHasIt { batch: BatchId, payout: PayoutId },
    #[error(
        "the bank has taken back the money behind payout {payout} of batch {batch}; void the batch"
    )]
    FundsTakenBack { batch: BatchId, payout: PayoutId },
    #[error(
        "the bank answers that it carries out an earlier file with payout {payout}, which was declared void; find out who sent it before batch {batch} leaves"
    )]
    VoidFileAccepted { batch: BatchId, payout: PayoutId },
    #[error("payout {payout} is not in batch {batch}; check which file the answer is about")]
    NotInBatch { batch: BatchId, payout: PayoutId },
    #[error("the bank has time for batch {batch} until {until}; wait until then")]
    NotAwaited { batch: BatchId, until: String },
    #[error("there is no payout {payout}; look for it in the list of payouts")]
    NoPayout { payout: PayoutId },
    #[error("payout {payout} is {}, and this cannot be done then; {advice}", state.name())]
    PayoutStep {
        payout: PayoutId,
        state: PayoutState,
        advice: &'static str,
    },
    #[error("two different people must attest that payout {payout} never left")]
    PayoutNotAttested { payout: PayoutId },
    #[error(
        "another account for payout {payout} needs the second factor; confirm it with your code and send it again"
    )]
    SecondFactor { payout: PayoutId },
    #[error(
        "payout {payout} is a refund, and refunds go back to the account that paid; ask the payer, and pay by hand with the payout's reference as the title"
    )]
    RefundToPayerOnly { payout: PayoutId },
    #[error(
        "line {line} brings {found} and payout {payout} was {amount}; a return is never more than what left"
    )]
    ReturnDiffers {
        line: LineId,
        payout: PayoutId,
        found: Money,
        amount: Money,
    },
    #[error("line {line} does not take back the money of line {receipt}; look at both again")]
    NotItsReversal { line: LineId, receipt: LineId },
    #[error("there is no open alarm {alarm}; look at the list of alarms")]
    NoAlarm { alarm: AlarmId },
    #[error("the rules for payouts cannot be so: {what}; correct them")]
    PayoutRules { what: &'static str },
    #[error("a customer cannot do this himself; ask the office")]
    StaffOnly,
    #[error(
        "only the customer can accept a new rate for order {order}; wait for his answer, or withdraw the offer"
    )]
    ConsentIsTheCustomers { order: OrderId },
    #[error("payout {payout} is {}, and this cannot be done then; void its batch if that was not sent", state.name())]
    PayoutState {
        payout: PayoutId,
        state: PayoutState,
    },
    #[error(
        "the file says that account {account} is in {found}, and it is in {expected}; check which file this is"
    )]
    StatementCurrency {
        account: AccountId,
        found: Currency,
        expected: Currency,
    },
    #[error("the office's books moved while the statement was read; load it again")]
    ChainMoved,
    #[error(
        "too little of the chain of account {account} was looked at to know what is new; look at more of it"
    )]
    ChainTooShort { account: AccountId },
    #[error("all numbers for references are used; the office must begin a new one")]
    NoReferencesLeft,
    #[error(transparent)]
    Policy(#[from] PolicyError),
    #[error("the position is reckoned in {home} already; keep that currency")]
    HomeCurrency { home: Currency },
    #[error(
        "the position can be valued as of {last} at the earliest, and of today when it is over; name that day or a later one that is over"
    )]
    DayIsOver { last: Date },
    #[error(
        "lines {bought} and {sold} are no cover deal; it is one line in and one line out, in two currencies"
    )]
    NotACoverDeal { bought: LineId, sold: LineId },
    #[error("there is no cover deal {deal}, or it was reversed; look for it in the list")]
    NoCoverDeal { deal: CoverDealId },
    #[error(
        "order {order} is not exchanged in {bought} and {sold}; name orders that the deal covers"
    )]
    NotCovered {
        order: OrderId,
        bought: Currency,
        sold: Currency,
    },
    #[error(transparent)]
    Money(#[from] MoneyError),
    #[error(transparent)]
    Rate(#[from] RateError),
    #[error("`{field}` is empty; fill it in")]
    Empty { field: &'static str },
}

impl Refusal {
    /// A stable word for programs: the broken rule in snake case.
    pub const fn code(&self) -> &'static str {
        match self {
            Refusal::OfficeExists => "office_exists",
            Refusal::NoOffice => "no_office",
            Refusal::CurrencyNotDefined { .. } => "currency_not_defined",
            Refusal::CurrencyWithdrawn { .. } => "currency_withdrawn",
            Refusal::CurrencyExists { .. } => "currency_exists",
            Refusal::AccountExists { .. } => "account_exists",
            Refusal::NoAccount { .. } => "no_account",
            Refusal::EmptyRates => "empty_rates",
            Refusal::PairTwice { .. } => "pair_twice",
            Refusal::NoCustomer { .. } => "no_customer",
            Refusal::NotTheCustomersAccount { .. } => "not_the_customers_account",
            Refusal::RatesOutdated => "rates_outdated",
            Refusal::NoRates => "no_rates",
            Refusal::Quote(_) => "quote",
            Refusal::NoPairing { .. } => "no_pairing",
            Refusal::NoOrder { .. } => "no_order",
            Refusal::OrderState { .. } => "order_state",
            Refusal::NotFulfilled { .. } => "not_fulfilled",
            Refusal::OtherCurrency { .. } => "other_currency",
            Refusal::NothingReceived { .. } => "nothing_received",
            Refusal::NotDue { .. } => "not_due",
            Refusal::NoReason => "no_reason",
            Refusal::NoLine { .. } => "no_line",
            Refusal::LineSettled { .. } => "line_settled",
            Refusal::NotAReceipt { .. } => "not_a_receipt",
            Refusal::MoneyIsOut { .. } => "money_is_out",
            Refusal::NoImport { .. } => "no_import",
            Refusal::BookedSince { .. } => "booked_since",
            Refusal::NotACredit { .. } => "not_a_credit",
            Refusal::NotBookedToLedger { .. } => "not_booked_to_ledger",
            Refusal::LedgerAccountName { .. } => "ledger_account_name",
            Refusal::LineDiffers { .. } => "line_differs",
            Refusal::BadShare { .. } => "bad_share",
            Refusal::SharesExceed { .. } => "shares_exceed",
            Refusal::LineNotProved { .. } => "line_not_proved",
            Refusal::NotAPair { .. } => "not_a_pair",
            Refusal::NothingDue { .. } => "nothing_due",
            Refusal::NoPayees { .. } => "no_payees",
            Refusal::AlarmOpen { .. } => "alarm_open",
            Refusal::NoBatch { .. } => "no_batch",
            Refusal::BatchState { .. } => "batch_state",
            Refusal::FourEyes { .. } => "four_eyes",
            Refusal::SecondExport { .. } => "second_export",
            Refusal::FileOfAnother { .. } => "file_of_another",
            Refusal::NotAttested { .. } => "not_attested",
            Refusal::PaidMeanwhile { .. } => "paid_meanwhile",
            Refusal::FileWasSent { .. } => "file_was_sent",
            Refusal::SeenOtherwise { .. } => "seen_otherwise",
            Refusal::NoFileToApprove { .. } => "no_file_to_approve",
            Refusal::OtherFile { .. } => "other_file",
            Refusal::BankHasIt { .. } => "bank_has_it",
            Refusal::FundsTakenBack { .. } => "funds_taken_back",
            Refusal::VoidFileAccepted { .. } => "void_file_accepted",
            Refusal::NotInBatch { .. } => "not_in_batch",
            Refusal::NotAwaited { .. } => "not_awaited",
            Refusal::NoPayout { .. } => "no_payout",
            Refusal::PayoutStep { .. } => "payout_step",
            Refusal::PayoutNotAttested { .. } => "payout_not_attested",
            Refusal::SecondFactor { .. } => "second_factor",
            Refusal::RefundToPayerOnly { .. } => "refund_to_payer_only",
            Refusal::ReturnDiffers { .. } => "return_differs",
            Refusal::NotItsReversal { .. } => "not_its_reversal",
            Refusal::NoAlarm { .. } => "no_alarm",
            Refusal::PayoutRules { .. } => "payout_rules",
            Refusal::StaffOnly => "staff_only",
            Refusal::ConsentIsTheCustomers { .. } => "consent_is_the_customers",
            Refusal::PayoutState { .. } => "payout_state",
            Refusal::StatementCurrency { .. } => "statement_currency",
            Refusal::ChainMoved => "chain_moved",
            Refusal::ChainTooShort { .. } => "chain_too_short",
            Refusal::NoReferencesLeft => "no_references_left",
            Refusal::Policy(_) => "policy",
            Refusal::HomeCurrency { .. } => "home_currency",
            Refusal::DayIsOver { .. } => "day_is_over",
            Refusal::NotACoverDeal { .. } => "not_a_cover_deal",
            Refusal::NoCoverDeal { .. } => "no_cover_deal",
            Refusal::NotCovered { .. } => "not_covered",
            Refusal::Money(_) => "money",
            Refusal::Rate(_) => "rate",
            Refusal::Empty { .. } => "empty",
        }
    }
}
