//! MT940 in the dialect of one bank.

use kantor_model::{Format, StatementSink};
use kantor_parsers::mt940::Dialect;
use kantor_parsers::{Options, Profile, read_statement};

use crate::guest::{Source, SourceFailed};
use crate::pack::{Confidence, ReadFault, Recognition};

/// Certain for a file in the shape that this bank alone writes, else none: a file in no bank's
/// shape is everybody's and so nobody's, and a person names the bank.
pub fn recognise(head: &[u8], dialect: Dialect) -> Recognition {
    let found = kantor_parsers::recognise(head);
    let own = found.format == Some(Format::Mt940) && found.bank.as_deref() == dialect.bank();
    if !own {
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
    dialect: Dialect,
) -> Result<(), ReadFault> {
    let options = Options {
        profile: dialect.bank().and_then(Profile::of_id),
        ..Options::default()
    };
    match read_statement(source, options, &mut sink) {
        // What was unreadable is in fatal complaints, statement by statement; one that is
        // complete stands beside them.
        Ok(_) => Ok(()),
        Err(_) => Err(SourceFailed.into()),
    }
}
