//! How much a pack may take and give.

use std::time::Duration;

/// Limits of one call of a pack. What passes one of them is ended, and the import with it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// Time on the wall clock.
    pub time: Duration,
    /// Time of the processor, in seconds (Linux only).
    pub processor_seconds: u64,
    /// Address space of the child, in bytes (Linux only).
    pub memory: u64,
    /// Entries of all statements of a file.
    pub entries: u64,
    /// Complaints about a file.
    pub complaints: u64,
    /// Bytes that the child may send, or that a written file may have.
    pub bytes: u64,
}

impl Default for Limits {
    /// Enough for a year of a large office in one file.
    fn default() -> Limits {
        Limits {
            time: Duration::from_secs(300),
            processor_seconds: 300,
            memory: 1 << 30,
            entries: 5_000_000,
            complaints: 10_000,
            bytes: 4 << 30,
        }
    }
}
