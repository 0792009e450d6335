//! The whole office, played through its own program: `kantor demo`, `init`, `serve` and `verify`,
//! with the desk, the packs in their children, the simulated banks and the customer API around it.
//!
//! Each module is one promise of the office; each test is a story of it. The program and the packs
//! must be built before: `cargo build`.

mod again;
mod bad_input;
mod customer;
mod database;
mod demo;
mod kill;
mod kit;
mod moves;
mod news;
mod offline;
mod outage;
mod preview;
mod processes;
mod real_files;
mod rules;
mod server;
mod tamper;
