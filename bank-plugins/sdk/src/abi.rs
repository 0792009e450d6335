//! The Rust mirror of `include/bank_plugin.h`: every type that may cross between a pack and the
//! host, and nothing else. The header says who owns what, until when and on which thread; here
//! stand only the shapes, which a test compares with the header's.
//!
//! Nothing here is checked: a number from the other side becomes a variant, and a pointer a
//! slice, in [`crate::from_abi`].
#![allow(unsafe_code)] // texts of static tables are shared between threads

use std::ffi::c_void;

/// The symbol that a pack of our major version exports.
pub const ENTRY_SYMBOL: &str = "bank_plugin_entry_v1";
/// Our major version of the contract.
pub const MAJOR: u32 = 1;
/// Our minor version of the contract: which fields at the ends of structures we know.
pub const MINOR: u32 = 1;
/// The longest text, in bytes.
pub const TEXT_MAX: usize = 65_536;
/// The most bytes in one pull, one push and in the head given to `recognise`.
pub const PIECE_MAX: usize = 1_048_576;
/// The longest id of a pack, in bytes.
pub const ID_MAX: usize = 64;

/// Id of the extension that reads statements: [`Statements`].
pub const STATEMENTS_ID: &str = "bank.statement/1";
/// Id of the extension that writes transfer files: [`Transfers`].
pub const TRANSFERS_ID: &str = "bank.transfers/1";

/// Done.
pub const OK: i32 = 0;
/// The file cannot be trusted, and a complaint has said why.
pub const UNREADABLE: i32 = 1;
/// The batch cannot be written, and a complaint has said why.
pub const REFUSED: i32 = 2;
/// The host cannot give more, by a fault of its own.
pub const SOURCE_FAILED: i32 = 3;
/// The pack met a bug of its own and stopped in good order.
pub const PANICKED: i32 = 4;

/// A sink wants more.
pub const CONTINUE: i32 = 0;
/// A sink wants nothing more.
pub const STOP: i32 = 1;

/// Severity of a complaint: somebody should look.
pub const NOTICE: u32 = 0;
/// Severity of a complaint: the statement cannot be trusted.
pub const FATAL: u32 = 1;

/// Flag of a source: forgive what leaves every amount certain.
pub const LENIENT: u32 = 1;

/// Flag of an entry that undoes an earlier one.
pub const ENTRY_REVERSAL: u32 = 1;
/// Status of an entry: part of the balance.
pub const BOOKED: u32 = 0;
/// Status of an entry: announced or held.
pub const PENDING: u32 = 1;
/// Status of an entry: told for information.
pub const INFO: u32 = 2;

/// Who bears the charges of a transfer: as is usual for it.
pub const CHARGES_USUAL: u32 = 0;
/// Each side its own bank's.
pub const CHARGES_SHARED: u32 = 1;
/// The payer everything.
pub const CHARGES_PAYER: u32 = 2;
/// The payee everything.
pub const CHARGES_PAYEE: u32 = 3;

/// Not this pack's file.
pub const CONFIDENCE_NONE: u32 = 0;
/// Readable as a file of a general kind.
pub const CONFIDENCE_GENERIC: u32 = 1;
/// Signs of the pack's bank.
pub const CONFIDENCE_LIKELY: u32 = 2;
/// A shape that only the pack's bank writes.
pub const CONFIDENCE_CERTAIN: u32 = 3;

/// The size of a structure as its `struct_size` says it.
pub const fn size<T>() -> u32 {
    size_of::<T>() as u32
}

/// UTF-8 without U+0000 (`bank_text`). Absent: null and 0.
#[repr(C)]
#[derive(Clone, Copy, Debug)]
pub struct Text {
    /// First byte, or null when absent.
    pub data: *const u8,
    /// Bytes.
    pub length: u64,
}

/// Any bytes (`bank_bytes`).
#[repr(C)]
#[derive(Clone, Copy, Debug)]
pub struct Bytes {
    /// First byte; may be null when there are none.
    pub data: *const u8,
    /// How many.
    pub length: u64,
}

/// A day (`bank_date`). Absent: all zero.
#[repr(C)]
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Date {
    /// 1 to 9999.
    pub year: u16,
    /// 1 to 12.
    pub month: u8,
    /// 1 to 31.
    pub day: u8,
}

/// Where in the file (`bank_place`).
#[repr(C)]
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Place {
    /// From 1; 0 means not known.
    pub line: u32,
    /// In characters, from 1; 0 means not known.
    pub column: u32,
}

/// A currency and the decimal places that an amount counts with (`bank_currency`).
#[repr(C)]
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Currency {
    /// ISO 4217, capital letters.
    pub letters: [u8; 3],
    /// 0 to 9.
    pub scale: u8,
}

/// An amount (`bank_money`). Absent, where that is allowed: all zero.
#[repr(C)]
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Money {
    /// Whole minor units, credit positive.
    pub minor: i64,
    /// In which currency and with how many places.
    pub currency: Currency,
    /// 0.
    pub reserved: u32,
}

/// A balance (`bank_balance`).
#[repr(C)]
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Balance {
    /// The amount, signed.
    pub amount: Money,
    /// The day.
    pub date: Date,
    /// 0.
    pub reserved: u32,
}

/// What is wrong with a file or a batch (`bank_complaint`).
#[repr(C)]
#[derive(Clone, Copy, Debug)]
pub struct Complaint {
    /// Of this structure.
    pub struct_size: u32,
    /// [`NOTICE`] or [`FATAL`].
    pub severity: u32,
    /// Where.
    pub place: Place,
    /// A stable word.
    pub code: Text,
    /// A sentence for people.
    pub message: Text,
    /// The piece of the file it is about.
    pub excerpt: Text,
}

/// The bytes of one file (`bank_source`).
#[repr(C)]
#[derive(Clone, Copy, Debug)]
pub struct Source {
    /// Of this structure.
    pub struct_size: u32,
    /// 0 or [`LENIENT`].
    pub flags: u32,
    /// The host's.
    pub context: *mut c_void,
    /// Gives the next piece.
    pub pull: Option<unsafe extern "C" fn(context: *mut c_void, piece: *mut Bytes) -> i32>,
    /// Whose statements these are, for a file that does not say; may be absent.
    pub account: Text,
    /// The code page, where a person says it; may be absent.
    pub charset: Text,
}

/// What stands before the entries (`bank_statement_head`).
#[repr(C)]
#[derive(Clone, Copy, Debug)]
pub struct StatementHead {
    /// Of this structure.
    pub struct_size: u32,
    /// 0.
    pub reserved: u32,
    /// Where the statement begins.
    pub place: Place,
    /// `MT940`.
    pub format: Text,
    /// Whose bends; absent for the generic reading.
    pub dialect: Text,
    /// As the bank writes it; may be absent.
    pub account: Text,
    /// As written.
    pub number: Text,
    /// Null when the file does not say.
    pub opening: *const Balance,
    /// The account's currency.
    pub currency: Currency,
    /// 0.
    pub reserved2: u32,
}

/// One line of a statement (`bank_entry`).
#[repr(C)]
#[derive(Clone, Copy, Debug)]
pub struct Entry {
    /// Of this structure.
    pub struct_size: u32,
    /// 0 or [`ENTRY_REVERSAL`].
    pub flags: u32,
    /// Where the entry begins.
    pub place: Place,
    /// Credit positive.
    pub amount: Money,
    /// From when interest counts.
    pub value_date: Date,
    /// When it was booked.
    pub booking_date: Date,
    /// [`BOOKED`], [`PENDING`] or [`INFO`].
    pub status: u32,
    /// 0.
    pub reserved: u32,
    /// The bank's code of the operation.
    pub transaction_code: Text,
    /// The bank's own reference.
    pub bank_reference: Text,
    /// The customer's reference.
    pub customer_reference: Text,
    /// Who stands on the other side.
    pub counterparty_name: Text,
    /// His account, as the bank writes it.
    pub counterparty_account: Text,
    /// The title.
    pub remittance: Text,
    /// His bank, as written.
    pub counterparty_bank: Text,
    /// Why a payment came back.
    pub return_reason: Text,
    /// What was ordered before it was exchanged; may be absent.
    pub original: Money,
    /// What the bank took for it; may be absent.
    pub charges: Money,
}

/// One transaction of an entry that was booked for several (`bank_part`).
#[repr(C)]
#[derive(Clone, Copy, Debug)]
pub struct Part {
    /// Of this structure.
    pub struct_size: u32,
    /// 0.
    pub reserved: u32,
    /// Where the part begins.
    pub place: Place,
    /// Signed like the entry; may be absent.
    pub amount: Money,
    /// The bank's own reference.
    pub bank_reference: Text,
    /// The customer's reference.
    pub customer_reference: Text,
    /// Who stands on the other side.
    pub counterparty_name: Text,
    /// His account, as the bank writes it.
    pub counterparty_account: Text,
    /// His bank, as written.
    pub counterparty_bank: Text,
    /// The title.
    pub remittance: Text,
    /// Why it came back.
    pub return_reason: Text,
}

/// What stands after the entries (`bank_statement_foot`).
#[repr(C)]
#[derive(Clone, Copy, Debug)]
pub struct StatementFoot {
    /// Of this structure.
    pub struct_size: u32,
    /// 0.
    pub reserved: u32,
    /// Null when the file does not say.
    pub closing: *const Balance,
    /// Null when the file does not say.
    pub available: *const Balance,
}

/// Where `read` puts what it finds (`bank_statement_sink`).
#[repr(C)]
#[derive(Clone, Copy, Debug)]
pub struct StatementSink {
    /// Of this structure.
    pub struct_size: u32,
    /// 0.
    pub reserved: u32,
    /// The host's.
    pub context: *mut c_void,
    /// A statement begins.
    pub begin:
        Option<unsafe extern "C" fn(context: *mut c_void, head: *const StatementHead) -> i32>,
    /// An entry of it.
    pub entry: Option<unsafe extern "C" fn(context: *mut c_void, entry: *const Entry) -> i32>,
    /// It is complete.
    pub end: Option<unsafe extern "C" fn(context: *mut c_void, foot: *const StatementFoot) -> i32>,
    /// Something is wrong.
    pub complaint:
        Option<unsafe extern "C" fn(context: *mut c_void, complaint: *const Complaint) -> i32>,
    /// A part of the entry that comes next; null where the host wants none.
    pub part: Option<unsafe extern "C" fn(context: *mut c_void, part: *const Part) -> i32>,
}

/// What a pack thinks of a file (`bank_recognition`).
#[repr(C)]
#[derive(Clone, Copy, Debug)]
pub struct Recognition {
    /// Of this structure.
    pub struct_size: u32,
    /// [`CONFIDENCE_NONE`] to [`CONFIDENCE_CERTAIN`].
    pub confidence: u32,
    /// The format, as statements name it.
    pub format: Text,
    /// The dialect.
    pub dialect: Text,
    /// A sentence for the cashier.
    pub why: Text,
}

/// Where `recognise` says what it thinks (`bank_recognition_sink`).
#[repr(C)]
#[derive(Clone, Copy, Debug)]
pub struct RecognitionSink {
    /// Of this structure.
    pub struct_size: u32,
    /// 0.
    pub reserved: u32,
    /// The host's.
    pub context: *mut c_void,
    /// Called at most once.
    pub found: Option<unsafe extern "C" fn(context: *mut c_void, recognition: *const Recognition)>,
}

/// The pack as a reader (`bank_statements`).
#[repr(C)]
#[derive(Clone, Copy, Debug)]
pub struct Statements {
    /// Of this structure.
    pub struct_size: u32,
    /// 0.
    pub reserved: u32,
    /// With single spaces between.
    pub formats: Text,
    /// Whether a file is of this bank.
    pub recognise:
        Option<unsafe extern "C" fn(head: *const Bytes, out: *const RecognitionSink) -> i32>,
    /// Reads a file.
    pub read: Option<unsafe extern "C" fn(source: *const Source, out: *const StatementSink) -> i32>,
}

/// A file format that a pack can write (`bank_transfer_format`).
#[repr(C)]
#[derive(Clone, Copy, Debug)]
pub struct TransferFormat {
    /// Of this structure, and the distance to the next one.
    pub struct_size: u32,
    /// 0.
    pub reserved: u32,
    /// `elixir0`.
    pub format: Text,
    /// With single spaces between.
    pub currencies: Text,
    /// Of the file's name.
    pub extension: Text,
}

/// One transfer (`bank_transfer`).
#[repr(C)]
#[derive(Clone, Copy, Debug)]
pub struct Transfer {
    /// Of this structure.
    pub struct_size: u32,
    /// [`CHARGES_USUAL`] to [`CHARGES_PAYEE`].
    pub charges: u32,
    /// More than 0.
    pub amount: Money,
    /// What the office calls it.
    pub reference: Text,
    /// Full name.
    pub payee_name: Text,
    /// May be empty.
    pub payee_street: Text,
    /// May be empty.
    pub payee_city: Text,
    /// An IBAN.
    pub payee_account: Text,
    /// Holds the reference.
    pub title: Text,
    /// Two letters; may be absent.
    pub payee_country: Text,
    /// A BIC; may be absent.
    pub payee_bank: Text,
}

/// Transfers from one account on one day (`bank_batch`).
#[repr(C)]
#[derive(Clone, Copy, Debug)]
pub struct Batch {
    /// Of this structure.
    pub struct_size: u32,
    /// When the bank is to act.
    pub date: Date,
    /// The paying account, an IBAN.
    pub debit_account: Text,
    /// The office's name.
    pub owner_name: Text,
    /// May be empty.
    pub owner_street: Text,
    /// May be empty.
    pub owner_city: Text,
    /// How many there are.
    pub transfers: u64,
    /// The host's.
    pub context: *mut c_void,
    /// Gives the next one; null after the last.
    pub next:
        Option<unsafe extern "C" fn(context: *mut c_void, transfer: *mut *const Transfer) -> i32>,
}

/// Where `write` puts the file (`bank_byte_sink`).
#[repr(C)]
#[derive(Clone, Copy, Debug)]
pub struct ByteSink {
    /// Of this structure.
    pub struct_size: u32,
    /// 0.
    pub reserved: u32,
    /// The host's.
    pub context: *mut c_void,
    /// The next bytes.
    pub push: Option<unsafe extern "C" fn(context: *mut c_void, piece: *const Bytes) -> i32>,
    /// What cannot be written, or was written differently.
    pub complaint:
        Option<unsafe extern "C" fn(context: *mut c_void, complaint: *const Complaint) -> i32>,
}

/// The pack as a writer (`bank_transfers`).
#[repr(C)]
#[derive(Clone, Copy, Debug)]
pub struct Transfers {
    /// Of this structure.
    pub struct_size: u32,
    /// How many formats.
    pub format_count: u32,
    /// So many, side by side.
    pub formats: *const TransferFormat,
    /// Writes one file.
    pub write: Option<
        unsafe extern "C" fn(format: *const Text, batch: *const Batch, out: *const ByteSink) -> i32,
    >,
}

/// What a pack says of itself (`bank_plugin`).
#[repr(C)]
#[derive(Clone, Copy, Debug)]
pub struct Plugin {
    /// Of this structure.
    pub struct_size: u32,
    /// 0.
    pub reserved: u32,
    /// `mbank`.
    pub id: Text,
    /// For people.
    pub name: Text,
    /// Of the pack.
    pub version: Text,
    /// For diagnostics.
    pub build: Text,
    /// With single spaces between.
    pub banks: Text,
    /// Gives a capability's table, or null.
    pub get_extension: Option<unsafe extern "C" fn(id: *const Text) -> *const c_void>,
}

/// The type of [`ENTRY_SYMBOL`].
pub type Entrypoint = unsafe extern "C" fn() -> *const Plugin;

// SAFETY: the header makes these four static, and nobody writes to them once the library is
// loaded; the pointers in them lead to static bytes and functions.
unsafe impl Sync for Plugin {}
// SAFETY: as above.
unsafe impl Sync for Statements {}
// SAFETY: as above.
unsafe impl Sync for Transfers {}
// SAFETY: as above.
unsafe impl Sync for TransferFormat {}
