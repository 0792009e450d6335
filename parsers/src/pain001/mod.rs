//! pain.001 (ISO 20022 customer credit transfer initiation): transfers in PLN, in euro within SEPA
//! and abroad, in one XML file.
//!
//! ```text
//! GrpHdr   message id, number and sum of everything
//! PmtInf   one block for each kind of payment, currency and way of sharing charges
//!   Dbtr, DbtrAcct, DbtrAgt, ReqdExctnDt      who pays, from which account, when
//!   CdtTrfTxInf ...                           the transfers
//! ```
//!
//! Written are the versions .03 and .09 ([`write()`], [`write_to`]); read is every version by local
//! names ([`read`]). Nothing in a file comes from a clock: message ids are a hash of the content
//! behind the day, so the same batch gives the same bytes, and the bank's check for doubled
//! messages stops a file that is sent twice. How banks differ is data: [`Profile`].

mod address;
mod area;
mod block;
mod check;
mod complaints;
mod document;
mod id;
mod message;
mod order;
mod parts;
mod profile;
mod reader;
mod sum;
mod tally;
mod texts;
mod twice;
mod writer;

pub(crate) use area::is_sepa;
pub use block::Kind;
pub use message::{Block, Message, Totals};
pub use profile::{AddressForm, Agent, Choice, Priority, Profile, SEPA_SIGNS, Service};
pub use reader::{read, read_from};
pub use writer::{Changes, write, write_to};

/// The longest message id, end-to-end id and other identification of ISO 20022 (Max35Text).
const ID_LENGTH: usize = 35;

/// What stands for a bank or a reference that is not known.
const NOT_PROVIDED: &str = "NOTPROVIDED";
