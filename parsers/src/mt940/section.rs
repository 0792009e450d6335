//! What a bank's profile says about its MT940: the `[mt940]` of `profile.toml`.
//!
//! ```toml
//! [mt940]
//! second_line = { booked = "### 0", off_book = "### 1" }
//!
//! [[mt940.known_by]]            # all of it holds, or it is not this bank's shape
//! separator = "~"
//! begins = "020~00###~*"
//!
//! [[mt940.texts]]               # what the subfields of a separator mean
//! separator = "~"
//! title = [20, 21, 22, 23, 24, 25]
//! name = [32, 33]
//! account = [38]
//! ```

use std::collections::BTreeMap;

use serde::Deserialize;

use super::pattern::Pattern;
use crate::Charset;

/// The bends of one bank's MT940 (and MT942).
#[derive(Clone, PartialEq, Eq, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Section {
    /// How its statements are known: each group alone is enough. None: they are never recognised,
    /// because nobody has published what they look like.
    pub known_by: Vec<Signs>,
    /// What subfields of a structured `:86:` mean, by separator; the first that applies counts.
    pub texts: Vec<Layout>,
    /// Code pages that the bank is known to use, tried in this order where the letters of a file
    /// speak for two pages alike.
    pub charsets: Vec<CharsetName>,
    /// What the second line of `:61:` says about booking.
    pub second_line: Option<SecondLine>,
    /// Whose the reference after the code in `:61:` is where no `//` parts it in two.
    pub lone_reference: LoneReference,
}

/// One way in which a bank's statements look; everything that is given must hold.
#[derive(Clone, PartialEq, Eq, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Signs {
    /// `:20:`.
    pub reference: Option<Pattern>,
    /// `:25:` as written.
    pub account: Option<Pattern>,
    /// `:28C:`.
    pub number: Option<Pattern>,
    /// Type and code of the first `:61:`: `N###`.
    pub code: Option<Pattern>,
    /// What follows the code in the first `:61:`, with its `//`.
    pub references: Option<Pattern>,
    /// The line after the first `:61:`.
    pub second_line: Option<Pattern>,
    /// The shape of the first entry's text.
    pub text: Option<TextShape>,
    /// The separator of the first entry's text.
    pub separator: Option<Separator>,
    /// The first entry's text with its lines joined.
    pub begins: Option<Pattern>,
    /// Subfields that the first entry's text has, and how they look.
    pub subfields: Subfields,
    /// Whether the first entry has two `:86:`.
    pub doubled: Option<bool>,
}

impl Signs {
    /// How much it takes to fit: of two ways that fit, the one that asks for more is the truer.
    pub(super) fn weight(&self) -> usize {
        let given = [
            self.reference.is_some(),
            self.account.is_some(),
            self.number.is_some(),
            self.code.is_some(),
            self.references.is_some(),
            self.second_line.is_some(),
            self.text.is_some(),
            self.separator.is_some(),
            self.begins.is_some(),
            self.doubled.is_some(),
        ];
        given.into_iter().filter(|given| *given).count() + self.subfields.0.len()
    }
}

/// How a text is built.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum TextShape {
    /// A separator and two digits before each subfield.
    Structured,
    /// `911 TEXT; KEY: value; KEY: value`.
    Keyed,
    /// `/EREF/.../REMI/...`.
    Slashed,
    /// Anything else.
    Plain,
    /// The first entry has no text, or there is no entry.
    None,
}

/// Where the facts of a structured text stand. A subfield that is named nowhere is not read.
#[derive(Clone, PartialEq, Eq, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Layout {
    /// Which texts it is about; without one, texts with any separator.
    pub separator: Option<Separator>,
    /// Only texts whose subfields look so.
    pub when: Subfields,
    /// The title, in the order of the file; chunks of 27.
    pub title: Codes,
    /// The title stands in double quotes.
    pub quoted_title: bool,
    /// The counterparty's name and address, in the order of the file.
    pub name: Codes,
    /// The name is cut at this many characters; 27 where nothing is said.
    pub name_width: Option<u8>,
    /// Follows the name, where the first of them holds words.
    pub address: Vec<Code>,
    /// The counterparty's whole account number; the first that is filled. Codes below 30 hold it
    /// at some banks and text at others, so there only 26 digits count.
    pub account: Vec<Code>,
    /// The keywords of the German banks (`EREF+`, `SVWZ+`) stand in the title.
    pub keywords: bool,
    /// So many characters of subfield 00 are a code before the operation's name.
    pub operation_code: Option<u8>,
    /// The subfield that always stands last: without it the text is cut.
    pub last: Option<Code>,
    /// The bank's own reference, where `:61:` has none.
    pub bank_reference: Option<Code>,
    /// The amount before exchange, with its currency: `OCMT/EUR5000`.
    pub original: Option<Code>,
    /// The bank's charges: `CHGS/SHA/EUR30`.
    pub charges: Option<Code>,
    /// A mark in the title after which the counter value of an exchange stands, with its currency.
    pub counter_value: Option<String>,
}

/// What the second line of `:61:` says about booking.
#[derive(Clone, PartialEq, Eq, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SecondLine {
    /// The entry is booked.
    pub booked: Pattern,
    /// It is told for information and is no part of the balance.
    pub off_book: Pattern,
}

/// Whose reference it is.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum LoneReference {
    /// The customer's, as SWIFT has it.
    #[default]
    Customer,
    /// The bank's own.
    Bank,
}

/// The number of a subfield: two digits.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug, Deserialize)]
#[serde(try_from = "u8")]
pub struct Code(pub(super) u8);

impl TryFrom<u8> for Code {
    type Error = String;

    fn try_from(code: u8) -> Result<Code, String> {
        if code < 100 {
            Ok(Code(code))
        } else {
            Err(format!(
                "`{code}` is no subfield: their numbers have two digits; write one from 0 to 99"
            ))
        }
    }
}

/// A set of subfields, whose numbers are below 100.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default, Deserialize)]
#[serde(from = "Vec<Code>")]
pub struct Codes(u128);

impl From<Vec<Code>> for Codes {
    fn from(codes: Vec<Code>) -> Codes {
        Codes(codes.iter().fold(0, |set, code| set | 1 << code.0))
    }
}

impl Codes {
    /// Name and address at most banks, where a layout's own subfields are empty.
    pub(super) const NAME: Codes = Codes(0b11 << 32);

    pub(super) const fn has(self, code: u8) -> bool {
        self.0 >> code & 1 == 1
    }

    pub(super) fn and(self, others: &[Code]) -> Codes {
        Codes(others.iter().fold(self.0, |set, code| set | 1 << code.0))
    }
}

/// Subfields by number, and how each looks.
#[derive(Clone, PartialEq, Eq, Debug, Default, Deserialize)]
#[serde(try_from = "BTreeMap<String, Pattern>")]
pub struct Subfields(pub(super) Vec<(u8, Pattern)>);

impl TryFrom<BTreeMap<String, Pattern>> for Subfields {
    type Error = String;

    fn try_from(written: BTreeMap<String, Pattern>) -> Result<Subfields, String> {
        let read = written.into_iter().map(|(code, pattern)| {
            let number = code.parse().ok().filter(|number: &u8| *number < 100);
            number.map(|number| (number, pattern)).ok_or(format!(
                "`{code}` is no subfield: their numbers have two digits; write for example 26 = \"#{{26}}\""
            ))
        });
        read.collect::<Result<Vec<_>, _>>().map(Subfields)
    }
}

/// The mark before each subfield: one character of ASCII that is neither letter nor digit.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Deserialize)]
#[serde(try_from = "String")]
pub struct Separator(pub(super) u8);

impl TryFrom<String> for Separator {
    type Error = String;

    fn try_from(text: String) -> Result<Separator, String> {
        match text.as_bytes() {
            [byte] if byte.is_ascii_punctuation() => Ok(Separator(*byte)),
            _ => Err(format!(
                "`{text}` is no separator; write the one character that stands before each subfield, such as ~"
            )),
        }
    }
}

/// A code page by its name.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Deserialize)]
#[serde(try_from = "String")]
pub struct CharsetName(pub Charset);

impl TryFrom<String> for CharsetName {
    type Error = String;

    fn try_from(name: String) -> Result<CharsetName, String> {
        match Charset::from_name(&name) {
            Some(charset) => Ok(CharsetName(charset)),
            None => {
                let known = Charset::ALL.map(Charset::name).join(", ");
                Err(format!(
                    "`{name}` is no code page that is read here; write one of {known}"
                ))
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use crate::Profile;

    #[test]
    fn a_wrong_section_names_the_key_and_the_remedy() {
        let check = |section: &str, expected: &[&str]| {
            let text = format!("id = \"x\"\nname = \"X\"\n{section}\n");
            let error = Profile::parse(&text).unwrap_err().to_string();
            for part in expected {
                assert!(error.contains(part), "{error}");
            }
        };
        check("[mt940]\ncolour = 1", &["colour", "unknown field"]);
        check(
            "[[mt940.texts]]\nseparator = \"~~\"",
            &["`~~` is no separator", "write the one character"],
        );
        check(
            "[[mt940.texts]]\ntitle = [20, 121]",
            &["`121` is no subfield", "from 0 to 99"],
        );
        check(
            "[[mt940.known_by]]\nsubfields = { a = \"*\" }",
            &["`a` is no subfield"],
        );
        check(
            "[[mt940.known_by]]\ncode = \"N#{\"",
            &["`N#{` is no pattern", "a brace is not closed"],
        );
        check(
            "[mt940]\ncharsets = [\"KOI8-R\"]",
            &["`KOI8-R` is no code page", "Windows-1250"],
        );
        check("[[mt940.known_by]]\ntext = \"free\"", &["free", "keyed"]);
    }
}
