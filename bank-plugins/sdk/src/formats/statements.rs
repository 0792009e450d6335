//! Statements of one bank, in whatever format it writes them; and of any bank.

use kantor_model::StatementSink;
use kantor_parsers::{Charset, Options, Profile, read_statement};

use crate::guest::{Source, SourceFailed};
use crate::pack::{Confidence, ReadFault, Recognition};

/// Certain for a file in a shape that this bank alone writes, else none: a file in no bank's shape
/// is everybody's and so nobody's, and a person names the bank.
pub fn recognise_own(head: &[u8], bank: &str) -> Recognition {
    let found = kantor_parsers::recognise(head);
    if found.format.is_none() || found.bank.as_deref() != Some(bank) {
        return Recognition::none(found.why);
    }
    told(found, Confidence::Certain)
}

/// Generic for a file of one of these formats, whoever wrote it: a bank's own pack is surer.
pub fn recognise_any(head: &[u8], formats: &str) -> Recognition {
    let found = kantor_parsers::recognise(head);
    let is_read = |name: &str| formats.split(' ').any(|known| known == name);
    if !found.format.is_some_and(|format| is_read(format.name())) {
        return Recognition::none(found.why);
    }
    told(found, Confidence::Generic)
}

fn told(found: kantor_parsers::Recognition, confidence: Confidence) -> Recognition {
    Recognition {
        confidence,
        format: found.format.map(|format| format.name().to_owned()),
        dialect: found.bank,
        why: found.why,
    }
}

/// Reads a file, as this bank's where a profile is given. The shape of each statement still
/// decides how it is taken apart, and the content which code page it is in.
///
/// # Errors
/// [`ReadFault`].
pub fn read(
    source: &mut Source<'_>,
    mut sink: &mut dyn StatementSink,
    profile: Option<&Profile>,
) -> Result<(), ReadFault> {
    let hints = source.hints();
    let options = Options {
        profile,
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
