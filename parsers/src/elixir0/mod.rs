//! Elixir-0 (MultiCash PLI): domestic transfers in PLN, one a line, as Polish banks take them.
//!
//! ```text
//! 110,20260715,123456,10901014,0,"26 digits","26 digits","payer","payee",0,11402004,"title","","","51",""
//! ```
//!
//! Fields are split by commas, text stands in quotes, lines inside a text are split by `|`, four of
//! 35 characters at most. There is no header and no trailer. How banks differ is data: [`Profile`].
//! Banks write the same lines as a statement, too: those are read by `statement`.

mod field;
mod line;
mod profile;
mod reader;
pub(crate) mod statement;
mod writer;

pub use crate::transfers::{
    Cut, NotABatch, Order, Read, Respelling, Unwritable, WriteProblem, Written, batches,
};
pub use profile::Profile;
pub use reader::read;
pub use writer::write;

/// Message type of a credit transfer (field 1).
const CREDIT_TRANSFER: &str = "110";

/// Message type of a direct debit.
const DIRECT_DEBIT: &str = "210";

/// Classification of an ordinary transfer (field 15); 53 is split payment, 71 taxes.
const ORDINARY: &str = "51";
