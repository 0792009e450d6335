//! How one bank wants its PLA.

use serde::Deserialize;

use crate::charset::Charset;
use crate::transfers::wrap::{LINES, WIDTH};
use crate::transfers::{TextRules, TextSet};

/// The order of the two countries on the fourth line of `:52D:`. Writers of MultiCash files do not
/// agree on it; it matters only where a payee does not live where his bank is.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum CountryOrder {
    /// The payee's bank, then the payee.
    BankPayee,
    /// The payee, then his bank.
    PayeeBank,
}

/// One bank's bend of PLA, the section `[pla]` of its profile. A key that is left out is as most
/// banks have it.
#[derive(Clone, PartialEq, Eq, Debug, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Profile {
    /// Whether the file begins with a header of number, sum and count.
    pub header: bool,
    /// The code page that the bank's import dialog is set to.
    pub charset: Charset,
    /// Whether texts may hold Polish letters; most banks want basic Latin letters abroad.
    pub polish_letters: bool,
    /// Signs that texts may hold besides letters, digits and spaces. A colon is never among them
    /// at the beginning of a line, and braces never at all: they are the grammar.
    pub signs: String,
    /// The statistical code of the fourth line of `:52D:`.
    pub transaction_code: String,
    /// Which country stands first beside it.
    pub countries: CountryOrder,
    /// The most transfers that the bank takes in one file; absent: any number.
    pub max_transfers: Option<usize>,
    /// The extension of the file's name, without the dot.
    pub extension: String,
}

impl Default for Profile {
    fn default() -> Profile {
        Profile {
            header: true,
            charset: Charset::Windows1250,
            polish_letters: false,
            signs: ".,-/()+?'".to_owned(),
            transaction_code: "F50".to_owned(),
            countries: CountryOrder::BankPayee,
            max_transfers: None,
            extension: "pla".to_owned(),
        }
    }
}

impl Profile {
    pub(super) fn text_rules(&self) -> TextRules {
        TextRules {
            set: TextSet::new(self.charset, self.polish_letters, &self.signs, "{}$"),
            width: WIDTH,
            lines: LINES,
            never_first: ":-",
        }
    }
}
