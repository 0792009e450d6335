//! What the desk reads and writes without a pack: statements that the parsers know and no pack
//! claims, and Elixir-0 in the profile that most banks take. Pure code of ours; no bank's code runs
//! here.

use std::io::{self, Chain, Cursor, Read};

use kantor_model::{Batch, StatementSink};
use kantor_parsers::transfers::{TransferFormat, write_batch};
use kantor_parsers::{ByteSource, Charset, Options, SourceError, read_statement};
use kantor_plugin_host::Hints;
use kantor_wire::PackUsed;

use crate::{PackFailure, ReadBy, Written};

/// The id that stands in the place of a pack's; `--bank built-in` asks for it.
pub const ID: &str = "built-in";

/// How much of a file is looked at to recognise it.
const HEAD: usize = 64 * 1024;

/// No walls stand around it, because it is a part of this program.
fn used() -> PackUsed {
    PackUsed {
        id: ID.to_owned(),
        version: env!("CARGO_PKG_VERSION").to_owned(),
        sandbox: false,
    }
}

/// Whether these are the first bytes of a statement that can be read without a pack.
pub(crate) fn recognises(head: &[u8]) -> bool {
    kantor_parsers::recognise(head).format.is_some()
}

/// Reads a statement file without any pack, as the parsers of this program recognise it.
///
/// # Errors
/// When the source itself fails; what is wrong with the file becomes complaints.
pub fn read(
    source: &mut dyn Read,
    hints: Hints<'_>,
    sink: &mut dyn StatementSink,
) -> Result<ReadBy, PackFailure> {
    let options = Options {
        charset: hints.charset.and_then(Charset::from_name),
        profile: None,
        account: hints.account,
        lenient: hints.lenient,
    };
    read_statement(&mut Pulled(source), options, sink)
        .map(|_| ReadBy {
            pack: used(),
            why: "it is read by this program itself".to_owned(),
            opinions: Vec::new(),
        })
        .map_err(|error| PackFailure::new(PackFailure::FAILED, error.to_string()))
}

/// Bytes of the system as the parsers pull them.
struct Pulled<'a>(&'a mut dyn Read);

impl ByteSource for Pulled<'_> {
    fn pull(&mut self, into: &mut [u8]) -> Result<usize, SourceError> {
        loop {
            match self.0.read(into) {
                Ok(count) => return Ok(count),
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) => {
                    return Err(SourceError {
                        reason: error.to_string(),
                    });
                }
            }
        }
    }
}

/// The format of that name; without a name, the first that carries the currency.
pub(crate) fn format(
    name: Option<&str>,
    currency: Option<&str>,
) -> Result<TransferFormat, PackFailure> {
    let carries = |format: &TransferFormat| {
        currency.is_none_or(|code| format.currencies().split(' ').any(|one| one == code))
    };
    let found = match name {
        Some(name) => TransferFormat::from_name(name),
        None => TransferFormat::ALL.into_iter().find(carries),
    };
    found.ok_or_else(|| {
        let names = TransferFormat::ALL.map(TransferFormat::name).join(", ");
        PackFailure::new(
            PackFailure::NO_PACK,
            format!(
                "no transfer file of the format `{}` can be written; there are {names}",
                name.unwrap_or("of this currency")
            ),
        )
    })
}

/// Writes a batch in the way that most banks take.
pub(crate) fn write(batch: &Batch, format: TransferFormat) -> Result<Written, PackFailure> {
    let written = write_batch(format, batch, None)
        .map_err(|error| PackFailure::new(PackFailure::FAILED, error.to_string()))?;
    let notices = written.notices();
    Ok(Written {
        pack: used(),
        format: format.name().to_owned(),
        notices: notices.into_iter().map(|notice| notice.message).collect(),
        bytes: written.bytes,
    })
}

/// A source that can begin again as long as only its head was read.
pub(crate) struct Remembering<'a> {
    source: &'a mut (dyn Read + Send),
    head: Vec<u8>,
}

impl<'a> Remembering<'a> {
    pub(crate) fn new(source: &'a mut (dyn Read + Send)) -> Remembering<'a> {
        Remembering {
            source,
            head: Vec::new(),
        }
    }

    /// What was read first, up to a limit.
    pub(crate) fn head(&self) -> &[u8] {
        &self.head
    }

    /// The whole source once more. Only right when no more than the head was read.
    pub(crate) fn rewound(self) -> Chain<Cursor<Vec<u8>>, &'a mut (dyn Read + Send)> {
        Cursor::new(self.head).chain(self.source)
    }
}

impl Read for Remembering<'_> {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        let count = self.source.read(into)?;
        let room = HEAD.saturating_sub(self.head.len());
        let seen = into.get(..count.min(room)).unwrap_or_default();
        self.head.extend_from_slice(seen);
        Ok(count)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_source_begins_again_after_its_head() {
        let bytes: Vec<u8> = (0..200_000_u32).map(|n| n as u8).collect();
        let mut source = bytes.as_slice();
        let mut remembering = Remembering::new(&mut source);
        let mut head = Vec::new();
        (&mut remembering)
            .take(HEAD as u64)
            .read_to_end(&mut head)
            .expect("read");
        assert_eq!(remembering.head(), head);
        let mut all = Vec::new();
        remembering.rewound().read_to_end(&mut all).expect("read");
        assert_eq!(all, bytes);
    }
}
