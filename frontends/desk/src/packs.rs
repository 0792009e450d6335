//! What the desk asks of bank packs, whoever runs them.

use std::io::Read;

use kantor_model::{Batch, StatementSink};
use kantor_plugin_host::{Hints, Opinion};
use kantor_wire::PackUsed;

/// A transfer file as a pack wrote it.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Written {
    /// The pack, its version, and whether it was shut in.
    pub pack: PackUsed,
    /// The format's name on the command line and in the office API: `elixir0`.
    pub format: String,
    /// The bytes of the file.
    pub bytes: Vec<u8>,
    /// What was written differently from what was asked, such as transliterated letters.
    pub notices: Vec<String>,
}

/// Who read a statement file, and why he.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct ReadBy {
    /// The pack.
    pub pack: PackUsed,
    /// Which signs decided, or that a person did.
    pub why: String,
    /// What every pack thought of the file; empty where a bank was named.
    pub opinions: Vec<Opinion>,
}

/// Why no pack did what was asked. The sentence is the host's: it says what happened, why, and
/// what to do.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
#[error("{message}")]
pub struct PackFailure {
    /// A stable word for programs: `not-recognised`.
    pub code: &'static str,
    /// What happened, why, and what to do.
    pub message: String,
}

impl PackFailure {
    /// No pack is there for it.
    pub const NO_PACK: &'static str = "no-pack";
    /// No pack knows the file.
    pub const NOT_RECOGNISED: &'static str = "not-recognised";
    /// Several packs know the file equally well.
    pub const AMBIGUOUS: &'static str = "recognised-twice";
    /// A pack gave no answer that can be used.
    pub const FAILED: &'static str = "pack-failed";

    /// A failure of that code.
    pub fn new(code: &'static str, message: impl Into<String>) -> PackFailure {
        PackFailure {
            code,
            message: message.into(),
        }
    }
}

/// Something that reads statement files and writes transfer files: the installed bank packs, each
/// in its own child process (`InstalledPacks`), or a stand-in in tests.
pub trait BankPacks {
    /// Reads a statement file, with the pack of a bank or with the one that recognises it.
    /// Statements and complaints go to the sink while they are read, so that memory does not grow
    /// with the file. After a failure everything that the sink received is void. The hints are what
    /// a person knows better than the file.
    fn read(
        &self,
        source: &mut (dyn Read + Send),
        bank: Option<&str>,
        hints: Hints<'_>,
        sink: &mut dyn StatementSink,
    ) -> Result<ReadBy, PackFailure>;

    /// Writes a transfer file in a format, in the way the bank takes it. Without a bank a default
    /// profile is used; without a format, the first that carries the batch's currency.
    fn write(
        &self,
        batch: &Batch,
        bank: Option<&str>,
        format: Option<&str>,
    ) -> Result<Written, PackFailure>;
}
