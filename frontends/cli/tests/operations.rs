//! An office in several processes: restarted under load, watched over, and described to systemd.
#![cfg(unix)]

#[path = "operations/fleet.rs"]
mod fleet;
#[path = "operations/mistaken.rs"]
mod mistaken;
#[path = "operations/rolling.rs"]
mod rolling;
#[path = "operations/secure.rs"]
mod secure;
#[path = "operations/units.rs"]
mod units;
#[path = "operations/watched.rs"]
mod watched;
