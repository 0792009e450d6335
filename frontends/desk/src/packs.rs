//! What the desk asks of bank packs, whoever runs them.

use std::path::Path;

use kantor_model::{Batch, Collected};
use kantor_wire::PackUsed;

/// What a pack read from a file.
#[derive(Clone, Debug)]
pub struct Reading {
    /// The pack, its version, and whether it was shut in.
    pub pack: PackUsed,
    /// Statements and complaints.
    pub collected: Collected,
}

/// A transfer file as a pack wrote it.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Written {
    /// The pack, its version, and whether it was shut in.
    pub pack: PackUsed,
    /// The format's name on the command line and in the office API: `elixir0`.
    pub format: String,
    /// The bytes of the file.
    pub bytes: Vec<u8>,
}

/// Why no pack did what was asked. The sentence is the host's: it says what happened, why, and
/// what to do.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
#[error("{0}")]
pub struct PackFailure(pub String);

/// Something that reads statement files and writes transfer files: the installed bank packs, each
/// in its own child process (`InstalledPacks`), or a stand-in in tests.
pub trait BankPacks {
    /// Reads a statement file, with the pack of a bank or with the one that recognises it.
    fn read(&self, file: &Path, bank: Option<&str>) -> Result<Reading, PackFailure>;

    /// Writes a transfer file in the way the bank takes it.
    fn write(&self, batch: &Batch, bank: Option<&str>) -> Result<Written, PackFailure>;
}
