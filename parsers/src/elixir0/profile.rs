//! How one bank wants its Elixir-0.

use std::borrow::Cow;

use kantor_model::Iban;
use serde::Deserialize;

use crate::charset::Charset;
use crate::transfers::wrap::{LINES, WIDTH};
use crate::transfers::{TextRules, TextSet};

/// One bank's bend of Elixir-0, the section `[elixir0]` of its profile. A key that is left out is
/// as most banks have it; everything that is no key is the same everywhere.
#[derive(Clone, PartialEq, Eq, Debug, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Profile {
    /// The code page that the bank's import dialog is set to.
    pub charset: Charset,
    /// Whether field 16 (client-bank information, left empty) is written; many writers stop at 15.
    pub sixteen_fields: bool,
    /// Whether texts may hold Polish letters.
    pub polish_letters: bool,
    /// Signs that texts may hold besides letters, digits and spaces. A quote, `|` and line ends
    /// are never among them: they are the grammar.
    pub signs: Cow<'static, str>,
    /// Characters on a line of a name, an address or a title.
    pub line_length: usize,
    /// Lines of a title, and of a party with its address.
    pub lines: usize,
    /// Whether all transfers of a file have one day. A batch has one by its nature; a file that is
    /// looked at before it is sent may have several.
    pub one_date: bool,
    /// Whether all transfers of a file are paid from one account, likewise.
    pub one_account: bool,
    /// The most transfers that the bank takes in one file; left out: any number.
    pub max_transfers: Option<usize>,
    /// The extension of the file's name, without the dot.
    pub extension: Cow<'static, str>,
}

impl Profile {
    /// For a bank that is not known: Windows-1250, sixteen fields, and signs that no bank rejects
    /// (PBSBank24 rejects `: ; & @ $`).
    pub const DEFAULT: Profile = Profile {
        charset: Charset::Windows1250,
        sixteen_fields: true,
        polish_letters: true,
        signs: Cow::Borrowed(".,-/()+?'"),
        line_length: WIDTH,
        lines: LINES,
        one_date: false,
        one_account: false,
        max_transfers: None,
        extension: Cow::Borrowed("pli"),
    };

    /// The profile of the bank of that id, where it is known to take Elixir-0.
    pub fn of_id(id: &str) -> Option<&'static Profile> {
        crate::Profile::of_id(id)?.elixir0.as_ref()
    }

    /// The profile of the bank that keeps the account, by its sort code; else the default.
    pub fn of_account(account: &Iban) -> &'static Profile {
        account
            .bank()
            .and_then(|bank| Profile::of_id(bank.id))
            .unwrap_or(&Profile::DEFAULT)
    }

    /// What texts may hold and how they are cut. Quotes and `|` are the grammar of the line.
    pub(super) fn text_rules(&self) -> TextRules {
        TextRules {
            set: TextSet::new(self.charset, self.polish_letters, &self.signs, "\"|"),
            width: self.line_length.clamp(1, WIDTH),
            lines: self.lines.clamp(1, LINES),
            never_first: "",
        }
    }
}

impl Default for Profile {
    fn default() -> Profile {
        Profile::DEFAULT
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_profile_follows_the_sort_code() {
        let check = |account: &str, of: Option<&str>| {
            let found = Profile::of_account(&Iban::parse(account).unwrap());
            let expected = of.and_then(Profile::of_id).unwrap_or(&Profile::DEFAULT);
            assert!(std::ptr::eq(found, expected) || found == expected);
        };
        check("06114010100000111111001001", Some("mbank"));
        check("61109010140000071219812874", None);
        check("DE89370400440532013000", None);
    }
}
