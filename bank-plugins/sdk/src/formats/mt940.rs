//! MT940 and MT942 in the shape of one bank, which its profile says.

use kantor_model::{Format, StatementSink};
use kantor_parsers::{Charset, Options, Profile, read_statement};

use crate::guest::{Source, SourceFailed};
use crate::pack::{Confidence, ReadFault, Recognition};

/// Certain for a file in the shape that this bank alone writes, else none: a file in no bank's
/// shape is everybody's and so nobody's, and a person names the bank.
pub fn recognise(head: &[u8], bank: &str) -> Recognition {
    let found = kantor_parsers::recognise(head);
    let is_read = matches!(found.format, Some(Format::Mt940 | Format::Mt942));
    if !is_read || found.bank.as_deref() != Some(bank) {
        return Recognition::none(found.why);
    }
    Recognition {
        confidence: Confidence::Certain,
        format: found.format.map(|format| format.name().to_owned()),
        dialect: found.bank,
        why: found.why,
    }
}

/// Reads a file that is believed to be this bank's. The shape of each statement still decides
/// how it is taken apart, and the content which code page it is in.
///
/// # Errors
/// [`ReadFault`].
pub fn read(
    source: &mut Source<'_>,
    mut sink: &mut dyn StatementSink,
    bank: &str,
) -> Result<(), ReadFault> {
    let hints = source.hints();
    let options = Options {
        profile: Profile::of_id(bank),
        charset: hints.charset.and_then(Charset::from_name),
        account: hints.account,
        lenient: hints.lenient,
    };
    match read_statement(source, options, &mut sink) {
        // What was unreadable is in fatal complaints, statement by statement; one that is
        // complete stands beside them.
        Ok(_) => Ok(()),
        Err(_) => Err(SourceFailed.into()),
    }
}
