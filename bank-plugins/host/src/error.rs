//! Why a pack could not be loaded, could not answer, or could not be chosen. Each says what
//! happened, why, and what to do now.

use std::fmt;
use std::path::PathBuf;
use std::time::Duration;

use kantor_model::Complaint;
use serde::{Deserialize, Serialize};

use crate::ManifestError;
use crate::host::Opinion;

/// Why a library is not a usable pack. One variant for each way to fail, in the order in which
/// they are looked at.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, thiserror::Error)]
pub enum LoadError {
    /// The system's loader refuses the file.
    #[error("{library} cannot be loaded: {reason}; install the pack again")]
    NotALibrary {
        /// The file.
        library: String,
        /// What the loader said.
        reason: String,
    },
    /// The library is loaded and exports none of the names that a pack exports.
    #[error(
        "{library} is a library and not a bank pack: it does not export bank_plugin_entry_v1; \
         take it out of the folder of packs"
    )]
    NoEntry {
        /// The file.
        library: String,
    },
    /// A pack of another major version of the contract.
    #[error(
        "{library} speaks version {found} of the plugin contract and this program speaks version \
         {ours}; install a pack for version {ours}, or a newer program"
    )]
    OtherMajor {
        /// The file.
        library: String,
        /// The version it speaks.
        found: u32,
        /// The version we speak.
        ours: u32,
    },
    /// The entry function returned nothing.
    #[error("{library} describes itself with a null pointer; ask its author for a repaired pack")]
    NullDescriptor {
        /// The file.
        library: String,
    },
    /// A table is smaller than version 1 has it, or is not there whole.
    #[error("{library} has a table that is not whole: {what}; ask its author for a repaired pack")]
    BrokenTable {
        /// The file.
        library: String,
        /// Which table, and what is wrong with it.
        what: String,
    },
    /// A function that the contract asks for is missing.
    #[error("{library} has no function `{function}`; ask its author for a repaired pack")]
    NullFunction {
        /// The file.
        library: String,
        /// Its name in `bank_plugin.h`.
        function: String,
    },
    /// A text of the description is absent, too long or not UTF-8.
    #[error("{library} describes itself badly: {what}; ask its author for a repaired pack")]
    BadText {
        /// The file.
        library: String,
        /// Which text, and what is wrong with it.
        what: String,
    },
    /// The id is not one that can be stored and typed.
    #[error(
        "{library} calls itself `{id}`, and an id has 1 to 64 letters a-z, digits, dots and \
         dashes; ask its author for a repaired pack"
    )]
    BadId {
        /// The file.
        library: String,
        /// The id.
        id: String,
    },
    /// It offers nothing that we know.
    #[error(
        "{library} neither reads statements nor writes transfers; take it out of the folder of \
         packs"
    )]
    NoCapability {
        /// The file.
        library: String,
    },
}

/// How a child process ended when it should not have.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Crash {
    /// By this signal.
    Signal(i32),
    /// By itself, with this exit code.
    Exit(i32),
    /// The system does not say how.
    Unknown,
}

impl fmt::Display for Crash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Crash::Signal(number) => {
                let name = match number {
                    4 => " SIGILL",
                    6 => " SIGABRT",
                    7 => " SIGBUS",
                    8 => " SIGFPE",
                    9 => " SIGKILL",
                    11 => " SIGSEGV",
                    31 => " SIGSYS",
                    _ => "",
                };
                write!(f, "signal {number}{name}")
            }
            Crash::Exit(code) => write!(f, "exit code {code}"),
            Crash::Unknown => f.write_str("no reason given by the system"),
        }
    }
}

/// Why a pack gave no answer that can be used. Whatever a sink received before is void.
#[derive(Debug, thiserror::Error)]
pub enum PackError {
    /// No pack has this id.
    #[error("there is no pack `{pack}`; `kantor plugins list` shows those that are loaded")]
    NoSuchPack {
        /// The id that was asked for.
        pack: String,
    },
    /// The pack lacks this half.
    #[error("the pack `{pack}` does not {what}; choose another pack")]
    NotOffered {
        /// The pack.
        pack: String,
        /// `read statements`, `write the format ...`.
        what: String,
    },
    /// It broke the contract before, and is not called again until the program starts anew.
    #[error(
        "the pack `{pack}` is parked since it broke the plugin contract ({reason}); update the \
         pack and start the program again"
    )]
    Parked {
        /// The pack.
        pack: String,
        /// How it broke the contract.
        reason: String,
    },
    /// The library is no usable pack.
    #[error(transparent)]
    Load(#[from] LoadError),
    /// The program that runs packs is missing.
    #[error(
        "the program kantor-pack-child, in which packs run, was not found (looked at {}); install \
         it beside this program, or build the whole workspace",
        .looked_at.iter().map(|path| path.display().to_string()).collect::<Vec<_>>().join(", ")
    )]
    NoChild {
        /// Where it was looked for.
        looked_at: Vec<PathBuf>,
    },
    /// The program that runs packs does not understand this program.
    #[error(
        "the program kantor-pack-child beside this program is of another build; install both \
         together, or build the whole workspace"
    )]
    OtherBuild,
    /// The program that runs packs did not start, or its pipes broke.
    #[error("the program that runs packs could not be used: {source}; try again")]
    Child {
        /// What the system said.
        source: std::io::Error,
    },
    /// The pack's process died.
    #[error(
        "the pack `{pack}` crashed ({how}); nothing of this attempt is used: try again, and \
         update the pack when it happens again"
    )]
    Crashed {
        /// The pack.
        pack: String,
        /// How its process ended.
        how: Crash,
    },
    /// The pack panicked and its SDK caught it.
    #[error("the pack `{pack}` failed: {reason}")]
    Panicked {
        /// The pack.
        pack: String,
        /// What its SDK said, or that it said nothing.
        reason: String,
    },
    /// It did not answer in time, and was ended.
    #[error(
        "the pack `{pack}` did not finish within {} seconds and was ended; nothing of this \
         attempt is used: split the file, or update the pack",
        .after.as_secs_f64()
    )]
    TimedOut {
        /// The pack.
        pack: String,
        /// The limit.
        after: Duration,
    },
    /// It gave more than the limit, and was ended.
    #[error(
        "the pack `{pack}` gave more than {limit} {what} and was ended; nothing of this attempt \
         is used: split the file, or raise the limit"
    )]
    TooMuch {
        /// The pack.
        pack: String,
        /// `entries`, `complaints`, `bytes`.
        what: &'static str,
        /// The limit.
        limit: u64,
    },
    /// It took more memory than it may, and died of it.
    #[error(
        "the pack `{pack}` needs more than {} MiB of memory and was ended; nothing of this attempt \
         is used: split the file, or update the pack",
        .limit >> 20
    )]
    OutOfMemory {
        /// The pack.
        pack: String,
        /// How many bytes it may take.
        limit: u64,
    },
    /// It broke the contract of `bank_plugin.h`. It is parked.
    #[error(
        "the pack `{pack}` broke the plugin contract: {what}; nothing of this attempt is used, \
         and the pack is parked until the program starts anew: update the pack"
    )]
    BrokeContract {
        /// The pack.
        pack: String,
        /// How.
        what: String,
    },
    /// It named something that this version does not know.
    #[error(
        "the pack `{pack}` names {what}, which this version of the program does not know; update \
         the program"
    )]
    Unknown {
        /// The pack.
        pack: String,
        /// What is not known.
        what: String,
    },
    /// It will not write this batch.
    #[error(
        "the pack `{pack}` refuses the batch: {}",
        .complaints.iter().map(|complaint| complaint.message.as_str()).collect::<Vec<_>>().join("; ")
    )]
    Refused {
        /// The pack.
        pack: String,
        /// Why; never empty.
        complaints: Vec<Complaint>,
    },
    /// The installed pack is not what its manifest lists any more.
    #[error(transparent)]
    Manifest(#[from] ManifestError),
    /// The file itself could not be read by us.
    #[error("the file could not be read: {source}; load it again when it can be opened")]
    Source {
        /// What the system said.
        source: std::io::Error,
    },
}

/// Why a statement file was not read.
#[derive(Debug, thiserror::Error)]
pub enum ImportError {
    /// The chosen pack gave no usable answer.
    #[error(transparent)]
    Pack(#[from] PackError),
    /// No pack knows the file.
    #[error(
        "no pack recognises this file ({}); check that it is a statement, or name the bank (--bank)",
        Opinion::list(.opinions)
    )]
    NotRecognised {
        /// What each pack says.
        opinions: Vec<Opinion>,
    },
    /// Several packs are equally sure; money is never guessed about.
    #[error(
        "several packs recognise this file equally ({}); name the bank (--bank)",
        Opinion::list(.opinions)
    )]
    Ambiguous {
        /// Those that are equally sure.
        opinions: Vec<Opinion>,
    },
}
