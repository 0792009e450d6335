//! What an office survives: several processes that race, and everything under them breaking. What
//! was acknowledged is there, nothing is doubled, and `verify` finds nothing to say.
//!
//! Each test prints how often it tried, on a line that begins with `counted: `. With
//! `KANTOR_FAULTS=10` there are ten times as many faults.

mod entry;
mod faults;
#[path = "../founding/mod.rs"]
mod founding;
mod house;
mod races;
