//! The world around an office, simulated: banks, customers, cashiers, chance and an auditor.
//!
//! [`run`] lives a town of one seed for some days of virtual time, lets its faults heal, and judges
//! it; `cargo run --release -p kantor-simulator -- --seed N --days D` does so from a shell. The
//! engine in it is the real one, as are the files and their readers; only the store is memory.
//! Everything that a store would keep is kept in its stored form, and the independent checker of
//! `kantor verify` has to confirm it: two judges, who know nothing of each other.
//!
//! A bank can be used alone, as the demo and other tests do:
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

mod auditor;
mod bank;
mod bends;
mod chance;
mod days;
mod faults;
mod intake;
mod office;
mod plant;
mod run;
mod shelves;
mod world;

pub use bank::{Accepted, BankError, BankKind, CodePage, Form, Line, Operation, Rejected, SimBank};
pub use plant::Plant;
pub use run::{Counts, Ran, Town, Violation, run, story};
