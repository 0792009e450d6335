//! The SDK of bank packs: write a pack in ordinary Rust, or read how the two sides talk.
//!
//! ```text
//! include/bank_plugin.h   the contract, in C and in prose
//! abi                     its mirror; pinned by a test
//! from_abi, to_abi        between its structures and the values of kantor-model, both ways
//! growing                 structures of a side that knows fewer fields, or more
//! BankPack                what an author writes
//! formats                 ready halves for the formats that kantor-parsers knows
//! profile_pack!           a whole pack of a bank that only bends known formats
//! export_bank_pack!       makes a library of it; a panic becomes a status
//! corpus_tests!           tests it over the files of its corpus; told writes down what they say
//! ```
//!
//! A whole pack:
//!
//! ```
//! use kantor_plugin_sdk::prelude::*;
//!
//! struct Example;
//!
//! impl BankPack for Example {
//!     const ID: &'static str = "example";
//!     const NAME: &'static str = "Example Bank";
//!     const VERSION: &'static str = "1.0.0";
//!     const BANKS: &'static str = "example";
//!     const STATEMENTS: Option<Statements> = Some(Statements {
//!         formats: "MT940",
//!         recognise: |head| {
//!             if head.starts_with(b"EXAMPLE") {
//!                 Recognition {
//!                     confidence: Confidence::Certain,
//!                     format: Some("MT940".to_owned()),
//!                     dialect: Some("example".to_owned()),
//!                     why: "the file begins with EXAMPLE".to_owned(),
//!                 }
//!             } else {
//!                 Recognition::none("the file does not begin with EXAMPLE")
//!             }
//!         },
//!         read: |source, _sink| {
//!             while !source.piece()?.is_empty() {}
//!             Ok(())
//!         },
//!     });
//! }
//!
//! export_bank_pack!(Example);
//! # fn main() {}
//! ```
//!
//! Nothing here opens a file (apart from `corpus`, in the tests of packs), asks for the time or
//! starts a thread.
#![deny(unsafe_op_in_unsafe_fn)]
#![cfg_attr(
    not(test),
    deny(
        clippy::unwrap_used,
        clippy::expect_used,
        clippy::panic,
        clippy::indexing_slicing,
        clippy::float_arithmetic
    )
)]

pub mod abi;
pub mod corpus;
pub mod export;
pub mod formats;
pub mod from_abi;
pub mod growing;
pub mod guest;
pub mod pack;
pub mod profile_pack;
mod text;
pub mod to_abi;
pub mod told;

/// What the macros name.
#[doc(hidden)]
pub mod __private {
    pub use kantor_parsers::Profile;
}

/// What a pack's author needs.
pub mod prelude {
    pub use crate::abi::TransferFormat;
    pub use crate::guest::{Output, Source, SourceFailed};
    pub use crate::pack::{
        BankPack, Confidence, Hints, ReadFault, Recognition, Refused, Statements, Transfers,
    };
    pub use crate::{corpus_tests, export_bank_pack};
    pub use kantor_model::{Batch, StatementSink};
}
