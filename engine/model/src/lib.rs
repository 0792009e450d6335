//! The vocabulary of an exchange office, as values.
//!
//! ```text
//! Money ── Currency          what moves
//! Rate<Buy|Sell|Mid>         at what price, rounded by a named Rounding
//! Iban ── SortCode ── Bank   where it lies
//! Pesel, Nip, Regon          who somebody says he is
//! Statement ── Entry ── Balance     what the bank says
//! Batch ── Transfer                 what we ask of the bank
//! Complaint                         what was wrong with a file, and where
//! Moment                            when; nothing here can produce one
//! ```
//!
//! Nothing in this crate reads a file, a clock or a random number, and nothing uses floating point.
#![forbid(unsafe_code)]
#![cfg_attr(
    not(test),
    deny(
        clippy::unwrap_used,
        clippy::expect_used,
        clippy::panic,
        clippy::float_arithmetic
    )
)]

mod abroad;
mod bank;
mod complaint;
mod currency;
mod currency_table;
mod entry;
mod iban;
mod identity;
mod moment;
mod money;
mod rate;
mod statement;
mod transfer;

pub use abroad::{Abroad, Bic, BicError, Charges, Country};
pub use bank::Bank;
pub use complaint::{Complaint, Place, Severity};
pub use currency::{Currency, UnknownCurrency};
pub use entry::{Counterparty, CounterpartyView, Entry, EntryStatus, EntryView, Part, PartView};
pub use iban::{AccountNumber, Iban, IbanError, SortCode};
pub use identity::{IdentityError, Nip, Pesel, Regon};
pub use jiff::civil::Date;
pub use moment::Moment;
pub use money::{AmountError, Money, MoneyError};
pub use rate::{Buy, Converted, Direction, Mid, Rate, RateError, Rounding, Sell};
pub use rust_decimal::Decimal;
pub use statement::{
    Balance, Collected, Collector, Flow, Format, Statement, StatementFoot, StatementHead,
    StatementSink,
};
pub use transfer::{Batch, Party, Transfer};
