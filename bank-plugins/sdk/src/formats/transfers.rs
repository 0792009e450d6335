//! Transfer files in the profile of one bank.

use kantor_model::Batch;
use kantor_parsers::Profile;
use kantor_parsers::transfers::{TransferFormat as Format, write_batch};

use crate::abi::TransferFormat;
use crate::guest::Output;
use crate::pack::Refused;

/// Elixir-0 (PLI): domestic, PLN only.
pub const ELIXIR0: TransferFormat = offered(Format::Elixir0);

/// pain.001.001.03.
pub const PAIN001_V03: TransferFormat = offered(Format::Pain001V03);

/// pain.001.001.09.
pub const PAIN001_V09: TransferFormat = offered(Format::Pain001V09);

/// MultiCash PLA: foreign.
pub const PLA: TransferFormat = offered(Format::Pla);

/// SWIFT MT101: foreign, and domestic where the bank takes it so.
pub const MT101: TransferFormat = offered(Format::Mt101);

/// A format with its name, its currencies and its usual extension.
const fn offered(format: Format) -> TransferFormat {
    TransferFormat::new(format.name(), format.currencies(), format.extension())
}

/// Writes the batch in one of the formats above, and says what it had to spell differently or to
/// shorten. What the bank's profile does not say is as most banks have it.
///
/// # Errors
/// [`Refused`] with everything that stands in the way; nothing is written then.
pub fn write(
    format: &str,
    batch: &Batch,
    profile: Option<&Profile>,
    out: &mut Output<'_>,
) -> Result<(), Refused> {
    let format = Format::from_name(format).ok_or_else(|| Refused {
        code: "format-unknown",
        message: format!("this pack does not write the format `{format}`; ask for one of its own"),
    })?;
    let written = write_batch(format, batch, profile).map_err(|unwritable| Refused {
        code: "batch-unwritable",
        message: unwritable.to_string(),
    })?;
    for notice in written.notices() {
        let _ = out.complaint(&notice);
    }
    let _ = out.push(&written.bytes);
    Ok(())
}
