//! How one bank wants its Elixir-0.

use kantor_model::Iban;

use crate::charset::Charset;
use crate::transfers::wrap::{LINES, WIDTH};
use crate::transfers::{TextRules, TextSet};

/// One bank's bend of Elixir-0. Everything else is the same everywhere.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Profile {
    /// The bank's short name, or `default`.
    pub id: &'static str,
    /// The code page that the bank's import dialog is set to.
    pub charset: Charset,
    /// Whether field 16 (client-bank information, left empty) is written; many writers stop at 15.
    pub sixteen_fields: bool,
    /// Signs that texts may hold besides letters, digits and spaces. A quote, `|` and line ends
    /// are never among them: they are the grammar.
    pub signs: &'static str,
}

/// No bank rejects these. PBSBank24 rejects `: ; & @ $`.
const SAFE_SIGNS: &str = ".,-/()+?'";

impl Profile {
    /// For a bank that is not known: Windows-1250, sixteen fields.
    pub const DEFAULT: Profile = Profile {
        id: "default",
        charset: Charset::Windows1250,
        sixteen_fields: true,
        signs: SAFE_SIGNS,
    };

    /// mBank CompanyNet.
    pub const MBANK: Profile = Profile {
        id: "mbank",
        ..Profile::DEFAULT
    };

    /// PKO BP iPKO biznes.
    pub const PKO: Profile = Profile {
        id: "pko",
        ..Profile::DEFAULT
    };

    /// The profile with that name.
    pub fn of_id(id: &str) -> Option<Profile> {
        [Profile::DEFAULT, Profile::MBANK, Profile::PKO]
            .into_iter()
            .find(|profile| profile.id == id)
    }

    /// The profile of the bank that keeps the account, by its sort code; else the default.
    pub fn of_account(account: &Iban) -> Profile {
        account
            .bank()
            .and_then(|bank| Profile::of_id(bank.id))
            .unwrap_or(Profile::DEFAULT)
    }

    pub(super) fn sixteen_fields(&self) -> bool {
        self.sixteen_fields
    }

    pub(super) fn max_transfers(&self) -> Option<usize> {
        None
    }

    /// What texts may hold and how they are cut. Quotes and `|` are the grammar of the line.
    pub(super) fn text_rules(&self) -> TextRules {
        TextRules {
            set: TextSet::new(self.charset, true, self.signs, "\"|"),
            width: WIDTH,
            lines: LINES,
            never_first: "",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_profile_follows_the_sort_code() {
        let check = |account: &str, id: &str| {
            assert_eq!(Profile::of_account(&Iban::parse(account).unwrap()).id, id);
        };
        check("06114010100000111111001001", "mbank");
        check("61109010140000071219812874", "default");
        check("DE89370400440532013000", "default");
    }
}
