//! How one bank wants its MT101.

use serde::Deserialize;

use crate::charset::Charset;
use crate::transfers::wrap::{LINES, WIDTH};
use crate::transfers::{TextRules, TextSet};

/// One bank's bend of MT101, the section `[mt101]` of its profile. A key that is left out is as
/// SWIFT has it.
#[derive(Clone, PartialEq, Eq, Debug, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Profile {
    /// Whether the message stands in blocks, `{1:...}{2:...}{4:` to `-}`; else it begins with
    /// `:20:` and ends with a lone dash.
    pub blocks: bool,
    /// Signs that texts may hold besides letters, digits and spaces: those of SWIFT's set x.
    pub signs: String,
    /// The most transfers that the bank takes in one file; absent: any number.
    pub max_transfers: Option<usize>,
    /// The extension of the file's name, without the dot.
    pub extension: String,
}

impl Default for Profile {
    fn default() -> Profile {
        Profile {
            blocks: true,
            signs: "/-?:().,'+".to_owned(),
            max_transfers: None,
            extension: "mt101".to_owned(),
        }
    }
}

impl Profile {
    pub(super) fn text_rules(&self) -> TextRules {
        TextRules {
            // Set x has no letters beyond ASCII, so any code page gives the same bytes.
            set: TextSet::new(Charset::Utf8, false, &self.signs, "{}"),
            width: WIDTH,
            lines: LINES,
            never_first: ":-",
        }
    }
}
