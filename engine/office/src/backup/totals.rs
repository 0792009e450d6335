//! How much of everything a backup holds.

use serde::{Deserialize, Serialize};

/// How much of everything a backup holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Totals {
    /// Sets of bank lines, as statements brought them.
    pub entry_sets: u64,
    /// Bank lines in them.
    pub rows: u64,
    /// Files.
    pub files: u64,
    /// Bytes in files.
    pub file_bytes: u64,
    /// Records of the log.
    pub records: u64,
    /// Parts of accounts' chains.
    pub bookings: u64,
    /// Read models.
    pub documents: u64,
    /// Side rows: people, credentials, tokens.
    pub sides: u64,
    /// Answers to idempotency keys.
    pub answers: u64,
}
