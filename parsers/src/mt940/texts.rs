//! The texts of one entry (`:86:`, `:NS:`): which shape they have, and the facts in them.
//!
//! They are held until the entry is complete, because some banks send two texts an entry and only
//! the second one tells whose they are.

use std::ops::Range;
use std::sync::LazyLock;

use kantor_model::Place;

use super::details::{Details, put};
use super::fields::Field;
use super::keyed;
use super::money_in;
use super::own;
use super::section::{Layout, Section, TextShape};
use super::slashed;
use super::structured::{self, Part, Structured};
use super::subfields::{Buffer, Reading};
use super::tag::Tag;
use crate::charset::{Charset, plain};
use crate::profile::Profile;
use crate::text::{join_lines, join_wrapped, lines, trim};

/// SWIFT wraps free text at this many characters.
const WIDTH: usize = 65;

/// The profile that reads what no bank's own does.
static GENERIC: LazyLock<Option<&'static Section>> =
    LazyLock::new(|| Profile::of_id("generic-mt940")?.mt940.as_ref());

/// A text that is held: where its bytes lie, and what is known of its field.
#[derive(Clone, Debug)]
struct HeldText {
    raw: Range<usize>,
    tag: Tag,
    tag_length: usize,
    place: Place,
    charset: Charset,
    unfinished: bool,
}

/// The bytes of an entry's fields, copied out of the window; the buffers are used again.
#[derive(Default, Debug)]
pub(super) struct Held {
    bytes: Vec<u8>,
    /// The code page of `:61:`.
    charset: Option<Charset>,
    texts: Vec<HeldText>,
}

impl Held {
    /// Begins with a `:61:`.
    pub(super) fn begin(&mut self, line: &Field<'_>) {
        self.bytes.clear();
        self.texts.clear();
        self.bytes.extend_from_slice(line.raw);
        self.charset = Some(line.charset);
    }

    /// The code page of `:61:`.
    pub(super) fn charset(&self) -> Charset {
        self.charset.unwrap_or(Charset::Utf8)
    }

    /// The first line of `:61:` as text, where it is plain.
    pub(super) fn plain_line(&self) -> Option<&str> {
        let end = memchr::memchr2(b'\r', b'\n', &self.bytes).unwrap_or(self.bytes.len());
        plain(self.bytes.get(..end)?)
    }

    /// A part of `:61:`.
    pub(super) fn part(&self, range: &Range<usize>) -> &[u8] {
        self.bytes.get(range.clone()).unwrap_or_default()
    }

    /// Puts a text to it.
    pub(super) fn push(&mut self, field: &Field<'_>) {
        let from = self.bytes.len();
        self.bytes.extend_from_slice(field.raw);
        self.texts.push(HeldText {
            raw: from..self.bytes.len(),
            tag: field.tag,
            tag_length: field.tag_length,
            place: field.place,
            charset: field.charset,
            unfinished: field.unfinished,
        });
    }

    /// How many bytes are held.
    pub(super) fn len(&self) -> usize {
        self.bytes.len()
    }

    /// The texts, the bank's own lines last.
    pub(super) fn fields(&self) -> impl Iterator<Item = Field<'_>> {
        self.texts.iter().map(|text| Field {
            tag: text.tag,
            raw: self.bytes.get(text.raw.clone()).unwrap_or_default(),
            place: text.place,
            tag_length: text.tag_length,
            charset: text.charset,
            unfinished: text.unfinished,
        })
    }

    /// The texts that SWIFT knows (`:86:`).
    fn told(&self) -> impl Iterator<Item = Field<'_>> {
        self.fields().filter(|field| field.tag == Tag::Text)
    }

    /// Whether there is any text, and whether there are two.
    pub(super) fn has_text(&self) -> bool {
        self.told().next().is_some()
    }

    pub(super) fn is_doubled(&self) -> bool {
        self.told().nth(1).is_some()
    }
}

/// Buffers that are used again for every entry.
#[derive(Default, Debug)]
pub(super) struct Scratch {
    joined: Vec<u8>,
    decoded: String,
    parts: Vec<Part>,
    buffer: Buffer,
    pub(super) details: Details,
}

/// Which of the texts speaks, and in what shape.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) struct Speaking {
    pub(super) shape: TextShape,
    /// Which of the `:86:`.
    index: usize,
    charset: Charset,
    /// Separator and first mark of a structured text.
    begins: Option<(u8, usize)>,
}

impl Scratch {
    /// Finds the text that speaks: the first that is more than plain. It is left joined.
    pub(super) fn look(&mut self, held: &Held) -> Speaking {
        self.details.clear();
        let mut speaking = Speaking {
            shape: TextShape::None,
            index: 0,
            charset: Charset::Utf8,
            begins: None,
        };
        for (index, field) in held.told().enumerate() {
            let (shape, begins) = self.shape(&field);
            speaking = Speaking {
                shape,
                index,
                charset: field.charset,
                begins,
            };
            if shape != TextShape::Plain {
                break;
            }
        }
        speaking
    }

    /// The shape of one text, which is left joined.
    fn shape(&mut self, field: &Field<'_>) -> (TextShape, Option<(u8, usize)>) {
        let value = field.value();
        join_lines(value, &mut self.joined);
        if let Some(begins) = structured::begins(&self.joined) {
            return (TextShape::Structured, Some(begins));
        }
        if let Some((rest, begins)) = after_label(value) {
            join_lines(rest, &mut self.joined);
            return (TextShape::Structured, Some(begins));
        }
        if value.first() == Some(&b'/') {
            slashed::join(value, field.charset, &mut self.joined);
            if slashed::is_slashed(&self.joined) {
                return (TextShape::Slashed, None);
            }
        }
        join_wrapped(value, WIDTH, field.charset, &mut self.joined);
        self.decoded.clear();
        self.decoded.push_str(&field.charset.decode(&self.joined));
        if keyed::is_keyed(&self.decoded) {
            return (TextShape::Keyed, None);
        }
        (TextShape::Plain, None)
    }

    /// The subfields of the text that speaks, where it has some.
    pub(super) fn structured(&mut self, speaking: &Speaking) -> Option<Structured<'_>> {
        let begins = speaking.begins?;
        Some(Structured::of(&self.joined, begins, &mut self.parts))
    }

    /// Reads the facts of all texts; how subfields are read is the business of `profile`, and of
    /// the generic one where that has no say.
    pub(super) fn read(&mut self, held: &Held, speaking: &Speaking, profile: Option<&Profile>) {
        let Scratch {
            joined,
            decoded,
            parts,
            buffer,
            details,
        } = self;
        match speaking.shape {
            TextShape::Structured => {
                let Some(begins) = speaking.begins else {
                    return;
                };
                let text = Structured::of(joined, begins, parts);
                if let Some(layout) = layout(profile, &text) {
                    details.whole = layout.last.map(|code| text.has_code(code.0));
                    let reading = Reading {
                        text,
                        layout,
                        charset: speaking.charset,
                    };
                    reading.read(buffer, details);
                }
            }
            TextShape::Keyed => keyed::read(decoded, details),
            TextShape::Slashed => slashed::read(joined, speaking.charset, details),
            TextShape::Plain | TextShape::None => {}
        }
        let single = !held.is_doubled();
        for (index, field) in held.told().enumerate() {
            if index == speaking.index && speaking.shape != TextShape::Plain {
                label(&field, speaking, details);
                continue;
            }
            join_wrapped(field.value(), WIDTH, field.charset, joined);
            let alone = speaking.shape == TextShape::Plain;
            free(joined, field.charset, single, alone, details);
        }
        if speaking.shape == TextShape::None {
            for field in held.fields().filter(|field| field.tag == Tag::Own) {
                own::read(field.value(), field.charset, details);
            }
        }
    }
}

/// The layout for a text: the first of the bank's that applies to it, or of the generic ones.
fn layout<'p>(profile: Option<&'p Profile>, text: &Structured<'_>) -> Option<&'p Layout> {
    let own = profile.and_then(|profile| profile.mt940.as_ref());
    let first = |section: &'p Section| {
        section.texts.iter().find(|layout| {
            let separator = layout.separator.map(|separator| separator.0);
            separator.is_none_or(|separator| separator == text.separator) && text.has(&layout.when)
        })
    };
    own.and_then(first).or_else(|| GENERIC.and_then(first))
}

/// A structured text after a first line that names the operation: the rest, and how it begins. One
/// mark alone is a payer's, whose name or title begins the second line.
fn after_label(value: &[u8]) -> Option<(&[u8], (u8, usize))> {
    let end = memchr::memchr(b'\n', value)?;
    let rest = value.get(end + 1..)?;
    let begins = structured::begins(lines(rest).next()?)?;
    structured::has_marks(rest, begins, 2).then_some((rest, begins))
}

/// The line before a structured text is its title, where it has none.
fn label(field: &Field<'_>, speaking: &Speaking, details: &mut Details) {
    if speaking.shape == TextShape::Structured
        && details.remittance.is_empty()
        && after_label(field.value()).is_some()
        && let Some(first) = lines(field.value()).next()
    {
        let first = field.charset.decode(first);
        if first.contains(char::is_alphabetic) {
            put(&mut details.remittance, &first);
        }
    }
}

/// A plain text is title, unless another shape speaks and has one. It may hold the amount before
/// exchange (ING); beside another text, a bare transaction code is no title.
fn free(joined: &[u8], charset: Charset, single: bool, alone: bool, details: &mut Details) {
    details
        .original
        .put(money_in::after_keyword(joined, b"/OCMT/"));
    details
        .charges
        .put(money_in::after_keyword(joined, b"/CHGS/"));
    if !single && is_code(joined) {
        return;
    }
    let text = charset.decode(joined);
    if !details.remittance.is_empty() {
        if !alone {
            return;
        }
        details.remittance.push(' ');
    }
    details.remittance.push_str(text.trim());
}

/// A bare transaction code, with or without an amount after it.
fn is_code(text: &[u8]) -> bool {
    let text = trim(text);
    let digits = text.iter().take_while(|byte| byte.is_ascii_digit()).count();
    let rest = text.get(digits..).unwrap_or_default();
    digits <= 4 && (rest.is_empty() || rest.starts_with(b"/OCMT/"))
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;
    use crate::mt940::tag::Tag;

    fn field(text: &[u8]) -> Field<'_> {
        Field {
            tag: Tag::Text,
            raw: text,
            place: Place::default(),
            tag_length: 0,
            charset: Charset::Utf8,
            unfinished: false,
        }
    }

    /// The facts of an entry's texts, one a line, as a bank's layouts read them; lines of a text
    /// are parted by `|`.
    pub(in crate::mt940) fn facts_of(bank: Option<&str>, texts: &[&str]) -> String {
        let mut held = Held::default();
        held.begin(&field(b""));
        for text in texts {
            held.push(&field(text.replace('|', "\r\n").as_bytes()));
        }
        let mut scratch = Scratch::default();
        let speaking = scratch.look(&held);
        scratch.read(&held, &speaking, bank.and_then(Profile::of_id));
        let separator = scratch.structured(&speaking).map(|text| text.separator);
        let mut out = match separator {
            Some(separator) => format!("structured {}", char::from(separator)),
            None => format!("{:?}", speaking.shape).to_lowercase(),
        };
        let mut line = |name: &str, fact: &str| {
            if !fact.is_empty() {
                out.push_str(&format!("\n{name}: {fact}"));
            }
        };
        let details = &scratch.details;
        line("name", &details.name);
        let account = details.account.as_ref();
        line("account", account.map_or("", |account| account.as_str()));
        line("at", &details.bank);
        line("title", &details.remittance);
        line("customer", &details.customer_reference);
        line("bank", &details.bank_reference);
        line("returned", &details.return_reason);
        let shown = |found: money_in::Found| found.amount().map(|money| money.to_string());
        line("original", &shown(details.original).unwrap_or_default());
        line("charges", &shown(details.charges).unwrap_or_default());
        let whole = details.whole.map(|whole| if whole { "yes" } else { "no" });
        line("whole", whole.unwrap_or_default());
        out
    }

    /// The facts of one text, read as any bank's.
    pub(in crate::mt940) fn facts(text: &str) -> String {
        facts_of(None, &[text])
    }

    #[test]
    fn plain_text_is_one_title() {
        assert_eq!(
            facts("GIRO AUS ONLINE-SIC|AUFTRAGGEBER: JANE"),
            "plain\ntitle: GIRO AUS ONLINE-SIC AUFTRAGGEBER: JANE"
        );
        assert_eq!(facts(" | "), "plain");
        assert_eq!(facts("150"), "plain\ntitle: 150");
    }

    #[test]
    fn the_structured_one_of_two_texts_speaks() {
        let check = |texts: &[&str], expected: &str| {
            assert_eq!(facts_of(None, texts), expected);
        };
        check(
            &["150", "150~00B150PRZELEW~20TITLE"],
            "structured ~\ntitle: TITLE",
        );
        check(&["150", "150~00~32JAN"], "structured ~\nname: JAN");
        check(&["ABC", "DEF"], "plain\ntitle: ABC DEF");
        check(
            &["150/OCMT/USD12,50", "150~00B150~20TITLE"],
            "structured ~\ntitle: TITLE\noriginal: 12.50 USD",
        );
    }

    #[test]
    fn a_line_before_a_structured_text_names_the_operation() {
        assert_eq!(
            facts("Prowizja|8090<00oplata<20"),
            "structured <\ntitle: oplata"
        );
        assert_eq!(
            facts("PRZELEW KRAJOWY|0200<10123<20czynsz"),
            "structured <\ntitle: czynsz"
        );
    }
}
