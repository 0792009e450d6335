//! What a pack's author writes: one type, its facts, and two halves of which either may be absent.

use kantor_model::{Batch, StatementSink};

use crate::abi;
use crate::guest::{Output, Source, SourceFailed};

/// A bank pack: how one bank bends its files.
///
/// Static facts are constants; behaviour is at most three functions. All of them are pure: bytes
/// and records in, records and bytes out, nothing kept between calls, no file, socket, clock,
/// thread or environment. [`crate::export_bank_pack!`] makes a library of it.
pub trait BankPack {
    /// Short and stable, `a-z`, `0-9`, dot and dash: `mbank`. Stored with each statement read.
    const ID: &'static str;
    /// For people.
    const NAME: &'static str;
    /// Of the pack; normally `env!("CARGO_PKG_VERSION")`. Stored with each statement read.
    const VERSION: &'static str;
    /// Ids of the banks that it knows, with single spaces between.
    const BANKS: &'static str;
    /// The pack as a reader of statements; absent by default.
    const STATEMENTS: Option<Statements> = None;
    /// The pack as a writer of transfer files; absent by default.
    const TRANSFERS: Option<Transfers> = None;
}

/// A pack as a reader of statements (`bank.statement/1`).
#[derive(Clone, Copy)]
pub struct Statements {
    /// The formats that it reads, as statements name them, with single spaces between.
    pub formats: &'static str,
    /// Says whether a file is of this bank, from its first bytes (the whole file, or at least
    /// 4096 of them), by its shape and never by whose account it is.
    pub recognise: fn(head: &[u8]) -> Recognition,
    /// Reads a file from beginning to end. A sink that answers [`kantor_model::Flow::Stop`] wants
    /// nothing more: return `Ok` soon.
    pub read: fn(source: &mut Source<'_>, sink: &mut dyn StatementSink) -> Result<(), ReadFault>,
}

/// What a person knows better than the file. The default leaves everything to its content.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Default)]
pub struct Hints<'a> {
    /// Whose statements these are, for a file that does not name its account.
    pub account: Option<&'a str>,
    /// The code page: `UTF-8`, `Windows-1250`, `ISO-8859-2`, `CP852`.
    pub charset: Option<&'a str>,
    /// Forgive what leaves every amount certain, and say so in a notice.
    pub lenient: bool,
}

/// Why reading ended before the end of the file.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum ReadFault {
    /// Nothing more can be trusted; a fatal complaint has said why.
    #[error("the file cannot be trusted; its fatal complaint says why and what to do")]
    Unreadable,
    /// The host could not give more bytes.
    #[error(transparent)]
    Source(#[from] SourceFailed),
}

/// A pack as a writer of transfer files (`bank.transfers/1`).
#[derive(Clone, Copy)]
pub struct Transfers {
    /// What it can write.
    pub formats: &'static [abi::TransferFormat],
    /// Writes one file in one of `formats`. The same batch gives the same bytes, for ever; what
    /// cannot be written is refused whole.
    pub write: fn(format: &str, batch: &Batch, out: &mut Output<'_>) -> Result<(), Refused>,
}

/// Why a batch cannot be written.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{message}")]
pub struct Refused {
    /// A stable word, lower case with dashes: `currency-not-carried`.
    pub code: &'static str,
    /// A sentence: what happened, why, what to do now.
    pub message: String,
}

impl abi::TransferFormat {
    /// A format as the command line names it (`elixir0`), the currencies that it carries with
    /// single spaces between, and the extension of the file's name.
    pub const fn new(
        format: &'static str,
        currencies: &'static str,
        extension: &'static str,
    ) -> abi::TransferFormat {
        abi::TransferFormat {
            struct_size: abi::size::<abi::TransferFormat>(),
            reserved: 0,
            format: abi::Text::of(format),
            currencies: abi::Text::of(currencies),
            extension: abi::Text::of(extension),
        }
    }
}

/// How sure a pack is that a file is of its bank. Ordered.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum Confidence {
    /// Not at all.
    None,
    /// It could read it as a file of a general kind; a fallback, never a rival.
    Generic,
    /// Signs of its bank, none against.
    Likely,
    /// A shape that only its bank writes.
    Certain,
}

impl Confidence {
    /// All of them, in order.
    pub const ALL: [Confidence; 4] = [
        Confidence::None,
        Confidence::Generic,
        Confidence::Likely,
        Confidence::Certain,
    ];

    /// The number of `bank_plugin.h`.
    pub const fn number(self) -> u32 {
        match self {
            Confidence::None => abi::CONFIDENCE_NONE,
            Confidence::Generic => abi::CONFIDENCE_GENERIC,
            Confidence::Likely => abi::CONFIDENCE_LIKELY,
            Confidence::Certain => abi::CONFIDENCE_CERTAIN,
        }
    }

    /// From the number of `bank_plugin.h`; `None` for any other.
    pub fn from_number(number: u32) -> Option<Confidence> {
        Confidence::ALL
            .into_iter()
            .find(|confidence| confidence.number() == number)
    }

    /// The word that interfaces show.
    pub const fn name(self) -> &'static str {
        match self {
            Confidence::None => "none",
            Confidence::Generic => "generic",
            Confidence::Likely => "likely",
            Confidence::Certain => "certain",
        }
    }
}

/// What a pack thinks of the head of a file.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub struct Recognition {
    /// How sure.
    pub confidence: Confidence,
    /// The format, as statements name it; absent when the confidence is none.
    pub format: Option<String>,
    /// The dialect.
    pub dialect: Option<String>,
    /// A sentence for the cashier: which signs decided.
    pub why: String,
}

impl Recognition {
    /// Not of this pack, for this reason.
    pub fn none(why: impl Into<String>) -> Recognition {
        Recognition {
            confidence: Confidence::None,
            format: None,
            dialect: None,
            why: why.into(),
        }
    }
}
