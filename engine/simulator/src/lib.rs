//! The world around an office, simulated. So far: banks.
//!
//! ```text
//! SimBank  ── open_account, receive, fee        what happens at the bank
//!          <─ take_transfers(Elixir-0 bytes)    what the office orders
//!          ─> partial_export, statement         MT940 bytes as mBank and PKO BP write them
//!          ─> balance, lines                    the truth, to compare the office's books with
//! ```
//!
//! The statements are written from the banks' documents and the look of real files, and share no
//! code with the readers in `kantor-parsers`: neither is the other's only judge.
#![forbid(unsafe_code)]
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

mod bank;

pub use bank::{Accepted, BankError, BankKind, CodePage, Line, Operation, Rejected, SimBank};
