//! One way in for every format of transfer files.

use kantor_model::{Batch, Complaint, Place, Severity};

use super::{Read, TransferFormat, Unwritable, Written};
use crate::charset::Charset;
use crate::profile::Profile;
use crate::{elixir0, mt101, pain001, pla};

/// Writes a batch in a format, in the way of the profile's bank. Where the profile says nothing of
/// the format, or none is given, the default of the format is followed.
///
/// # Errors
/// [`Unwritable`] with everything that stands in the way, transfer by transfer; nothing is
/// written then.
pub fn write_batch(
    format: TransferFormat,
    batch: &Batch,
    profile: Option<&Profile>,
) -> Result<Written, Unwritable> {
    match format {
        TransferFormat::Elixir0 => {
            let default = elixir0::Profile::default();
            let own = profile.and_then(|profile| profile.elixir0.as_ref());
            elixir0::write(batch, own.unwrap_or(&default))
        }
        TransferFormat::Pla => {
            let default = pla::Profile::default();
            let own = profile.and_then(|profile| profile.pla.as_ref());
            pla::write(batch, own.unwrap_or(&default))
        }
        TransferFormat::Mt101 => {
            let default = mt101::Profile::default();
            let own = profile.and_then(|profile| profile.mt101.as_ref());
            mt101::write(batch, own.unwrap_or(&default))
        }
        TransferFormat::Pain001V03 | TransferFormat::Pain001V09 => {
            let default = pain001::Profile::default();
            let own = profile.and_then(|profile| profile.pain001.as_ref());
            pain001::write(batch, format, own.unwrap_or(&default))
        }
    }
}

/// Reads a transfer file; which format it is, is told by its content unless it is given, and the
/// code page likewise.
pub fn read_transfers(
    bytes: &[u8],
    format: Option<TransferFormat>,
    charset: Option<Charset>,
) -> Read {
    match format.or_else(|| recognise_transfers(bytes)) {
        Some(TransferFormat::Elixir0) => elixir0::read(bytes, charset),
        Some(TransferFormat::Pla) => pla::read(bytes, charset),
        Some(TransferFormat::Mt101) => mt101::read(bytes, charset),
        Some(TransferFormat::Pain001V03 | TransferFormat::Pain001V09) => {
            pain001::read(bytes, charset).read
        }
        None => Read {
            orders: Vec::new(),
            complaints: vec![not_transfers()],
        },
    }
}

/// Which format of transfers a file is in, by its first bytes.
pub fn recognise_transfers(head: &[u8]) -> Option<TransferFormat> {
    let head = head.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(head);
    let head = head.trim_ascii_start();
    let has = |what: &[u8]| memchr::memmem::find(head, what).is_some();
    if head.starts_with(b"110,") || head.starts_with(b"210,") || head.starts_with(b"\"110\",") {
        Some(TransferFormat::Elixir0)
    } else if head.starts_with(b"<") {
        let version = |namespace: &[u8], format| has(namespace).then_some(format);
        version(b"pain.001.001.09", TransferFormat::Pain001V09)
            .or_else(|| version(b"pain.001.", TransferFormat::Pain001V03))
    } else if head.starts_with(b":01:") || has(b"{2:I100") || has(b"{2:I103") || has(b":32A:") {
        Some(TransferFormat::Pla)
    } else if has(b"{2:I101") || has(b"{2:O101") || has(b":28D:") || has(b":32B:") {
        Some(TransferFormat::Mt101)
    } else {
        None
    }
}

fn not_transfers() -> Complaint {
    Complaint {
        place: Place { line: 1, column: 1 },
        code: "not-transfers".into(),
        severity: Severity::Fatal,
        message: "the file is none of the transfer files that can be read (Elixir-0, PLA, MT101, pain.001); choose another file"
            .to_owned(),
        excerpt: String::new(),
    }
}
