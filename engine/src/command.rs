//! What somebody asks for, in the imperative, and what he is answered.

use std::collections::BTreeSet;

use kantor_model::{Currency, Date, Decimal, Iban, Money};

use crate::access::{Help, KeyChange};
use crate::alarm::AlarmId;
use crate::bank_answer::{BankAnswer, FileName, SeenBatch};
use crate::batch::TransferFile;
use crate::chain::{Link, Marks};
use crate::event::{NotBooked, StatementFacts};
use crate::matching::{Explanation, LineFacts, LineRules, Question, Verdict};
use crate::order::HeldReason;
use crate::payout_rules::PayoutRules;
use crate::policy::{CustomerClass, Policy};
use crate::rates::{Fixed, RateLine};
use crate::{
    AccountId, BatchId, CoverDealId, CustomerAccountId, CustomerId, Digest, LineId, OrderId,
    PayoutId, RateVersion, StatementId,
};

/// A statement with what deciding about it needs to see. Its rows are staged in the store
/// beforehand; the command stays short, because it holds the office's lock.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct StatementToBook {
    /// What it is.
    pub facts: StatementFacts,
    /// Its booked lines in the bank's order.
    pub lines: Vec<LineFacts>,
    /// What each line says of itself; a line without says nothing.
    pub marks: Vec<Marks>,
    /// The ordinal and the balance before the first link of `chain`.
    pub chain_before: (u64, i64),
    /// The end of the account's chain, up to its last line.
    pub chain: Vec<Link>,
}

/// What somebody asks for (polecenie).
#[derive(Clone, PartialEq, Eq, Debug)]
#[allow(missing_docs)] // the fields are named after the things of `ids`, `order`, `payout`, `batch`
pub enum Command {
    /// Begins an office; the first command there is.
    OpenOffice { name: String, policy: Policy },
    /// Puts other rules in force.
    SetPolicy { policy: Policy },
    /// Begins to deal in a currency.
    DefineCurrency { currency: Currency },
    /// Takes a bank account into the books, with what is on it now.
    OpenAccount {
        iban: Iban,
        name: String,
        fallback: bool,
        opening: Money,
        opened_on: Date,
        last_statement: Option<String>,
    },
    /// Publishes rates.
    PublishRates {
        source: String,
        lines: Vec<RateLine>,
    },
    /// Takes a customer in; his data goes to the side tables under the same number.
    RegisterCustomer { profile: Digest },
    /// Adds an account of a customer's own.
    AddCustomerAccount {
        customer: CustomerId,
        currency: Currency,
        bank: Option<String>,
        number: Digest,
    },
    /// Puts a customer into a class, or into none.
    ClassifyCustomer {
        customer: CustomerId,
        class: Option<CustomerClass>,
        reason: String,
    },
    /// Helps a customer to come in, or keeps somebody out.
    HelpCustomer {
        customer: CustomerId,
        help: Help,
        reason: String,
    },
    /// Makes, changes or takes away a key of the office; its secret stands in a side row.
    ChangeKey {
        name: String,
        change: KeyChange,
        reason: String,
    },
    /// Accepts a rate.
    PlaceOrder {
        customer: CustomerId,
        fixed: Fixed,
        other: Currency,
        rates: RateVersion,
        pays_from: CustomerAccountId,
        paid_to: CustomerAccountId,
    },
    /// Ends an order before money came; afterwards it is a refund.
    CancelOrder { order: OrderId, reason: String },
    /// Accepts a held order as it is.
    ConfirmOrder { order: OrderId, reason: String },
    /// Scales a held order to the money that came, at its rate.
    ScaleOrder { order: OrderId, reason: String },
    /// Lets a held order that has too much go on as agreed, and sends the difference back to the
    /// paying account.
    ReturnDifference { order: OrderId, reason: String },
    /// Sends an order's money back.
    RefundOrder { order: OrderId, reason: String },
    /// Changes the rate; the customer must consent where it is worse for him.
    RepriceOrder {
        order: OrderId,
        rate: Decimal,
        reason: String,
    },
    /// The customer accepts the offered rate.
    AcceptRate { order: OrderId },
    /// The customer refuses it.
    DeclineRate { order: OrderId },
    /// Gives more time.
    ExtendDeadline {
        order: OrderId,
        seconds: i64,
        reason: String,
    },
    /// The deadline has passed; asked by [`crate::due`].
    ExpireOrder { order: OrderId },
    /// Books a statement.
    BookStatement(Box<StatementToBook>),
    /// Takes back everything that a file brought, as long as nothing was booked after it on its
    /// accounts and no money went out because of it.
    UndoImport { file: Digest, reason: String },
    /// Gives a line to an order, by hand.
    AllocateLine {
        line: LineId,
        facts: LineFacts,
        order: OrderId,
        reason: String,
    },
    /// Gives a line to several orders by hand, so much to each; what is left stays a question.
    SplitLine {
        line: LineId,
        facts: LineFacts,
        shares: Vec<(OrderId, Money)>,
        reason: String,
    },
    /// Takes a line back from its order, or from every order that has a share of it.
    ReleaseReceipt { line: LineId, reason: String },
    /// Books a line that is nobody's order to a named ledger account.
    BookLine {
        line: LineId,
        amount: Money,
        ledger_account: String,
        reason: String,
    },
    /// Undoes that; also a refund to the source that has not gone out, and a pair of own transfers.
    ReverseLineBooking { line: LineId, reason: String },
    /// Sends money that is nobody's back to the account it came from.
    RefundLine {
        line: LineId,
        amount: Money,
        reason: String,
    },
    /// Gives an open line to somebody to look after; to nobody, when empty.
    AssignLine { line: LineId, owner: Option<String> },
    /// Says that a debit of one account of the office is a credit of another.
    PairOwnTransfer {
        debit: LineId,
        credit: LineId,
        amount: Money,
        reason: String,
    },
    /// Puts other rules for lines that are nobody's order in force.
    SetLineRules { rules: LineRules },
    /// Puts every payout that is due from an account into a batch, but for those that cannot be
    /// written because nobody knows where to: they stay due, and hold nobody else up.
    MakeBatch {
        account: AccountId,
        date: Date,
        without: BTreeSet<PayoutId>,
    },
    /// The same for several accounts and ways in one act: one batch each, in this order; where
    /// nothing is due, none.
    MakeBatches { wanted: Vec<WantedBatch> },
    /// Shows the approver the file that will be sent.
    ProposeFile { batch: BatchId, file: TransferFile },
    /// Lets a batch go. `seen` is what the approver had before his eyes.
    ApproveBatch {
        batch: BatchId,
        seen: Option<SeenBatch>,
    },
    /// Records the file that was written from a batch, and by which names the bank may speak of it.
    WriteBatch {
        batch: BatchId,
        file: TransferFile,
        names: Vec<FileName>,
    },
    /// Records what the bank answered to the file of a batch.
    RecordBankAnswer { batch: BatchId, answer: BankAnswer },
    /// The bank's lines have not come in time; asked by [`crate::due`].
    AskAboutBatch { batch: BatchId },
    /// Pays a rejected or returned payout to another account of the customer's own.
    CorrectPayee {
        payout: PayoutId,
        account: CustomerAccountId,
        reason: String,
        second_factor: bool,
    },
    /// Owes a payout again as it is: the bank refused it or sent it back, or two people attest that
    /// it never left.
    PayAgain {
        payout: PayoutId,
        reason: String,
        attested_by: Vec<String>,
    },
    /// Says by hand that a credit is a payout that came back; what is missing of it, the banks kept.
    ReturnPayout {
        line: LineId,
        amount: Money,
        payout: PayoutId,
        reason: String,
    },
    /// Says by hand that the bank took an order's receipt back with a line.
    ReverseReceipt {
        line: LineId,
        amount: Money,
        receipt: LineId,
        reason: String,
    },
    /// Says what was done about an alarm.
    CloseAlarm { alarm: AlarmId, reason: String },
    /// Puts other rules for payouts in force.
    SetPayoutRules { rules: PayoutRules },
    /// Declares that a batch will never be sent.
    VoidBatch {
        batch: BatchId,
        reason: String,
        attested_by: Vec<String>,
    },
    /// Values the position at the reference rates in force, as the result of a day; asked by
    /// [`crate::due`] when a day is over.
    RevaluePosition { day: Date },
    /// Books two lines, one in and one out, in two currencies, as an exchange of the office itself,
    /// and says which orders it covers. The amounts are the lines' own, signed.
    BookCoverDeal {
        bought: (LineId, Money),
        sold: (LineId, Money),
        covers: Vec<OrderId>,
        reason: String,
    },
    /// Undoes that.
    ReverseCoverDeal { deal: CoverDealId, reason: String },
    /// Records up to where notices have gone out.
    RecordNotices { through: u64 },
}

/// One batch of [`Command::MakeBatches`].
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct WantedBatch {
    /// The office account that pays.
    pub account: AccountId,
    /// The day on which the bank is to act.
    pub date: Date,
    /// What stays due: nobody knows where to, or it goes another way.
    pub without: BTreeSet<PayoutId>,
}

/// What became of one line of a statement.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub struct LineOutcome {
    /// Its place.
    pub line: LineId,
    /// How much, signed.
    pub amount: Money,
    /// How sure we are.
    pub verdict: Verdict,
    /// The order it is for.
    pub order: Option<OrderId>,
    /// The payout it closes, or brings back.
    pub payout: Option<PayoutId>,
    /// The batch of which it is one debit.
    pub batch: Option<BatchId>,
    /// The first test that failed.
    pub failed: Option<HeldReason>,
    /// What a person must say.
    pub question: Option<Question>,
    /// Why, and why not otherwise.
    pub why: Explanation,
}

/// What became of a statement.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum StatementOutcome {
    /// It added lines, proved lines that were not, or told a day to its end.
    Booked {
        /// Its number with us.
        statement: StatementId,
        /// Lines that were known before.
        known: u64,
        /// Lines that it added.
        new: u64,
        /// Lines that nothing decides, from 0: known or new, they wait for the statement that says.
        undecided: Vec<u64>,
        /// Unproved lines that have other places now.
        moved: u64,
        /// Unproved lines that the bank does not confirm.
        withdrawn: u64,
        /// Whether a closing balance proves its lines.
        proved: bool,
        /// What became of the lines that were matched now.
        lines: Vec<LineOutcome>,
    },
    /// Everything in it was known: nothing changed.
    Known {
        /// How many lines it has.
        lines: u64,
    },
    /// Kept, not booked.
    Archived(NotBooked),
}

/// What the one who asked is told.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Answer {
    /// It is done.
    Done,
    /// An account was opened.
    Account(AccountId),
    /// Rates were published.
    Rates(RateVersion),
    /// A customer was taken in.
    Customer(CustomerId),
    /// A customer's account was added.
    CustomerAccount(CustomerAccountId),
    /// An order was placed or changed.
    Order(OrderId),
    /// A statement was dealt with.
    Statement(StatementOutcome),
    /// A batch was made or changed.
    Batch(BatchId),
    /// A cover deal was booked or reversed.
    CoverDeal(CoverDealId),
    /// Batches were made.
    Batches(Vec<BatchId>),
}
