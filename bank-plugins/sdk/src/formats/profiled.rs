//! Packs that are data: a bank that only bends a format that kantor-parsers knows is a
//! `profile.toml`, and the two functions here read with it.
//!
//! ```
//! use kantor_plugin_sdk::formats::profiled::ProfileText;
//!
//! static PROFILE: ProfileText = ProfileText::new("id = \"mybank\"\nname = \"My Bank\"\n");
//! assert_eq!(PROFILE.profile().unwrap().id, "mybank");
//! ```

use std::sync::OnceLock;

use kantor_model::{Complaint, Place, Severity, StatementSink};
use kantor_parsers::{Charset, Options, Profile, ProfileError, read_statement};

use crate::guest::{Source, SourceFailed};
use crate::pack::{Confidence, ReadFault, Recognition};

/// The text of a profile that is compiled into a pack. It is taken apart once, when it is first
/// needed.
#[derive(Debug)]
pub struct ProfileText {
    text: &'static str,
    parsed: OnceLock<Result<Profile, ProfileError>>,
}

impl ProfileText {
    /// A profile's text, normally `include_str!("../profile.toml")`.
    pub const fn new(text: &'static str) -> ProfileText {
        ProfileText {
            text,
            parsed: OnceLock::new(),
        }
    }

    /// The profile.
    ///
    /// # Errors
    /// [`ProfileError`], naming the key. A pack with such a text recognises nothing and reads
    /// nothing; its first test shows it.
    pub fn profile(&self) -> Result<&Profile, &ProfileError> {
        self.parsed
            .get_or_init(|| Profile::parse(self.text))
            .as_ref()
    }
}

/// What a pack of that profile thinks of a file. Certain when the file has the shape of this bank;
/// generic when it is of the named format in no bank's shape; none when it is of another format or
/// has the shape of another bank.
pub fn recognise(head: &[u8], profile: &ProfileText, format: &str) -> Recognition {
    let profile = match profile.profile() {
        Ok(profile) => profile,
        Err(error) => return Recognition::none(error.to_string()),
    };
    let found = kantor_parsers::recognise_with(head, Some(profile));
    let named = found.format.map(|format| format.name().to_owned());
    if named.as_deref() != Some(format) {
        return Recognition::none(found.why);
    }
    let confidence = match &found.bank {
        Some(bank) if *bank == profile.id => Confidence::Certain,
        Some(_) => return Recognition::none(found.why),
        None => Confidence::Generic,
    };
    Recognition {
        confidence,
        format: named,
        dialect: found.bank,
        why: found.why,
    }
}

/// Reads a file as that profile says.
///
/// # Errors
/// [`ReadFault`]; a profile that cannot be used is a fatal complaint.
pub fn read(
    source: &mut Source<'_>,
    mut sink: &mut dyn StatementSink,
    profile: &ProfileText,
) -> Result<(), ReadFault> {
    let profile = match profile.profile() {
        Ok(profile) => profile,
        Err(error) => {
            let _ = sink.complaint(Complaint {
                place: Place { line: 1, column: 1 },
                code: "profile-unusable".into(),
                severity: Severity::Fatal,
                message: error.to_string(),
                excerpt: String::new(),
            });
            return Err(ReadFault::Unreadable);
        }
    };
    let hints = source.hints();
    let options = Options {
        profile: Some(profile),
        charset: hints.charset.and_then(Charset::from_name),
        account: hints.account,
        lenient: hints.lenient,
    };
    match read_statement(source, options, &mut sink) {
        Ok(_) => Ok(()),
        Err(_) => Err(SourceFailed.into()),
    }
}
