//! The structured `:86:`: a code, then subfields that begin with a separator and two digits.
//!
//! The separator is the first character after the code, whatever it is. What a subfield means
//! differs a little from bank to bank; that is data ([`Layout`]), chosen by the separator.

use kantor_model::{AccountNumber, Iban, SortCode};

use super::balance::text;
use super::field86::{Details, Scratch, Shape};
use crate::charset::{Charset, FILLER};
use crate::text::{kept, present, trim};

/// Subfields are cut at this many characters, in the middle of words.
const CHUNK: usize = 27;

/// Names and addresses are built of lines of this many characters before they are cut.
const LINE: usize = 35;

/// A subfield: its number, and where its content lies in the joined text.
#[derive(Clone, Copy, Debug)]
pub(super) struct Part {
    code: u8,
    from: usize,
    to: usize,
    /// It holds more than the filler.
    is_filled: bool,
}

/// A set of subfield numbers, which are below 100.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
struct Codes(u128);

impl Codes {
    const fn of(codes: &[u8]) -> Codes {
        let mut set = 0;
        let mut rest = codes;
        while let [code, later @ ..] = rest {
            set |= 1 << *code;
            rest = later;
        }
        Codes(set)
    }

    const fn has(self, code: u8) -> bool {
        self.0 >> code & 1 == 1
    }

    const fn and(self, others: Codes) -> Codes {
        Codes(self.0 | others.0)
    }
}

/// What the subfields of a separator mean.
struct Layout {
    separator: u8,
    title: Codes,
    name: Codes,
    /// The name is cut at this many characters.
    name_chunk: usize,
    /// Continue the name, where the first of them holds words.
    address: &'static [u8],
    /// The counterparty's whole account number; the first that is filled. Codes below 30 hold it
    /// at some banks and text at others, so there only 26 digits count.
    account: &'static [u8],
}

/// PKO BP and ING write `~`, Pekao and BNP `^`, Alior, BPH and Nest `<`; the last one is for any
/// other separator (`?` of Germany and BPH's SWIFT files, `>` of Triodos, `+` of Nordea).
const LAYOUTS: &[Layout] = &[
    Layout {
        separator: b'~',
        title: Codes::of(&[20, 21, 22, 23, 24, 25, 26, 27, 28]),
        name: Codes::of(&[32, 33]),
        name_chunk: CHUNK,
        address: &[62, 63],
        account: &[38, 29],
    },
    Layout {
        separator: b'^',
        title: Codes::of(&[20, 21, 22, 23, 24, 25, 26, 27]),
        name: Codes::of(&[32, 33]),
        name_chunk: CHUNK,
        address: &[62, 63, 64],
        account: &[38],
    },
    Layout {
        separator: b'<',
        title: Codes::of(&[20, 21, 22, 23, 24, 25]),
        name: Codes::of(&[27, 28, 29]),
        name_chunk: LINE,
        address: &[],
        account: &[38, 26],
    },
    Layout {
        separator: b'?',
        title: Codes::of(&[20, 21, 22, 23, 24, 25, 26, 27, 28, 29]),
        name: Codes::of(&[32, 33]),
        name_chunk: CHUNK,
        address: &[],
        account: &[38],
    },
];

impl Layout {
    fn of(separator: u8) -> Option<&'static Layout> {
        LAYOUTS
            .iter()
            .find(|layout| layout.separator == separator)
            .or(LAYOUTS.last())
    }
}

/// What names are read from where a layout's own subfields are empty.
const NAME: Codes = Codes::of(&[32, 33]);

/// The codes that are seen in real files; a separator before other digits is text.
fn is_code(code: u8) -> bool {
    matches!(code, 0 | 10 | 11 | 20..=39 | 50..=52 | 60..=66 | 70..=73)
}

/// Code, separator, and where the first separator stands; `None` when the text is not structured.
fn beginning(joined: &[u8]) -> Option<(&[u8], u8, usize)> {
    let blank = usize::from(joined.first() == Some(&b' '));
    let digits = joined
        .iter()
        .skip(blank)
        .take(5)
        .take_while(|byte| byte.is_ascii_digit())
        .count();
    let at = blank + digits;
    let separator = *joined.get(at)?;
    let with_code = matches!(digits, 3 | 4)
        && separator.is_ascii_punctuation()
        && !matches!(
            separator,
            b'/' | b':' | b'-' | b',' | b'.' | b';' | b'(' | b')'
        );
    let without_code = digits == 0 && matches!(separator, b'~' | b'<' | b'^' | b'?' | b'>');
    if !with_code && !without_code {
        return None;
    }
    let first = code_at(joined, at + 1)?;
    matches!(first, 0 | 10 | 20..=39 | 60..=66).then_some(())?;
    Some((joined.get(blank..at)?, separator, at))
}

fn code_at(joined: &[u8], at: usize) -> Option<u8> {
    let [tens, units] = joined.get(at..at + 2)? else {
        return None;
    };
    (tens.is_ascii_digit() && units.is_ascii_digit()).then(|| (tens - b'0') * 10 + (units - b'0'))
}

/// Cuts the joined text into its subfields.
fn split(joined: &[u8], separator: u8, first: usize, parts: &mut Vec<Part>) {
    parts.clear();
    let rest = joined.get(first..).unwrap_or_default();
    for at in memchr::memchr_iter(separator, rest).map(|offset| first + offset) {
        let Some(code) = code_at(joined, at + 1).filter(|code| is_code(*code)) else {
            continue;
        };
        end(joined, parts.last_mut(), at);
        parts.push(Part {
            code,
            from: at + 3,
            to: joined.len(),
            is_filled: false,
        });
    }
    end(joined, parts.last_mut(), joined.len());
}

/// A subfield ends where the next one begins.
fn end(joined: &[u8], part: Option<&mut Part>, at: usize) {
    if let Some(part) = part {
        part.to = at;
        part.is_filled = joined
            .get(part.from..at)
            .is_some_and(|content| !is_unused(content));
    }
}

/// The facts of a structured text, which `scratch.joined` holds with its lines joined.
pub(super) fn details(charset: Charset, scratch: &mut Scratch) -> Option<Details> {
    let Scratch {
        joined,
        parts,
        text: buffer,
    } = scratch;
    let (code, separator, first) = beginning(joined)?;
    let layout = Layout::of(separator)?;
    split(joined, separator, first, parts);
    let fields = Subfields {
        joined,
        parts,
        charset,
    };
    let operation = fields.get(0);
    let pko = separator == b'~'
        && code == b"020"
        && operation.is_some_and(|code| code.len() == 3 && code.iter().all(u8::is_ascii_digit));
    let remittance = kept(fields.title(layout, buffer)).or_else(|| {
        let told = present(&charset.decode(operation?))?;
        told.contains(char::is_alphabetic).then_some(told)
    });
    Some(Details {
        shape: Shape::Structured { separator, pko },
        name: fields.name(layout, buffer),
        account: fields.account(layout),
        remittance,
        customer_reference: None,
        bank_reference: None,
        whole: pko.then(|| fields.parts.iter().any(|part| part.code == 63)),
    })
}

struct Subfields<'s> {
    joined: &'s [u8],
    parts: &'s [Part],
    charset: Charset,
}

impl<'s> Subfields<'s> {
    fn content(&self, part: &Part) -> &'s [u8] {
        self.joined.get(part.from..part.to).unwrap_or_default()
    }

    /// The content of the first filled subfield of that code.
    fn get(&self, code: u8) -> Option<&'s [u8]> {
        self.parts
            .iter()
            .find(|part| part.code == code && part.is_filled)
            .map(|part| self.content(part))
    }

    /// Chunks of one text put together again, in the order of the file: a chunk of full width is
    /// followed by the next one directly; a shorter one has lost its trailing spaces on the way,
    /// and `gap` puts them back.
    fn joined(&self, wanted: Codes, gap: impl Fn(usize) -> usize, buffer: &mut Vec<u8>) -> String {
        buffer.clear();
        let mut lost = 0;
        let wanted = |part: &&Part| part.is_filled && wanted.has(part.code);
        for part in self.parts.iter().filter(wanted) {
            let content = self.content(part);
            buffer.resize(buffer.len() + lost, b' ');
            buffer.extend_from_slice(content);
            lost = gap(self.charset.count(content));
        }
        self.charset.decode(buffer).into_owned()
    }

    /// One space is enough to keep two words of a title apart.
    fn title(&self, layout: &Layout, buffer: &mut Vec<u8>) -> String {
        self.joined(layout.title, |length| usize::from(length < CHUNK), buffer)
    }

    /// Names are laid out in columns, so all spaces come back before the lines are told apart.
    fn name(&self, layout: &Layout, buffer: &mut Vec<u8>) -> Option<String> {
        let has_address = layout
            .address
            .first()
            .and_then(|code| self.get(*code))
            .is_some_and(|content| content.iter().any(u8::is_ascii_alphabetic));
        let is_there = |part: &Part| part.is_filled && layout.name.has(part.code);
        let (codes, width) = if !self.parts.iter().any(is_there) {
            (NAME, CHUNK)
        } else if has_address {
            (
                layout.name.and(Codes::of(layout.address)),
                layout.name_chunk,
            )
        } else {
            (layout.name, layout.name_chunk)
        };
        let mut text = self.joined(codes, |length| width.saturating_sub(length), buffer);
        part_lines(&mut text);
        Some(collapsed(text)).filter(|name| !name.is_empty())
    }

    fn account(&self, layout: &Layout) -> Option<AccountNumber> {
        let whole = layout.account.iter().find_map(|code| {
            let content = self.get(*code)?;
            (*code >= 30 || is_nrb(content)).then_some(content)
        });
        if let Some(content) = whole {
            return AccountNumber::from_file(&self.charset.decode(content));
        }
        let rest = self.get(31)?;
        let polish = self
            .get(30)
            .and_then(|code| SortCode::parse(text(trim(code))))
            .filter(|code| code.is_valid())
            .and_then(|code| Iban::polish(code, text(trim(rest))));
        polish
            .map(AccountNumber::Iban)
            .or_else(|| AccountNumber::from_file(&self.charset.decode(rest)))
    }
}

/// Nothing but PKO's filler, also where somebody converted the file to UTF-8 (there it became `˙`,
/// `ÿ` or a no-break space).
fn is_unused(content: &[u8]) -> bool {
    if content.first().is_some_and(u8::is_ascii_graphic) {
        return false;
    }
    matches!(
        trim(content),
        b"" | [FILLER] | b"\xCB\x99" | b"\xC3\xBF" | b"\xC2\xA0"
    )
}

fn is_nrb(content: &[u8]) -> bool {
    let content = trim(content);
    let digits = content.strip_prefix(b"PL").unwrap_or(content);
    digits.len() == 26 && digits.iter().all(u8::is_ascii_digit)
}

/// Undoes the layout in lines of 35 characters: where such a line is padded with spaces up to its
/// end, the text is laid out so, and every line end gets a space, also after a full line.
fn part_lines(text: &mut String) {
    if text.len() <= LINE {
        return;
    }
    let ends: Vec<usize> = if text.is_ascii() {
        (LINE..text.len()).step_by(LINE).collect()
    } else {
        text.char_indices()
            .step_by(LINE)
            .skip(1)
            .map(|(at, _)| at)
            .collect()
    };
    let laid_out = ends.iter().any(|&end| {
        let (line, next) = text.split_at_checked(end).unwrap_or_default();
        line.ends_with("  ") && !next.starts_with(' ')
    });
    if laid_out {
        for end in ends.into_iter().rev() {
            text.insert(end, ' ');
        }
    }
}

/// Each run of spaces becomes one, and none stays at the ends; decoded text has no other white
/// space of ASCII.
fn collapsed(text: String) -> String {
    let mut bytes = text.into_bytes();
    bytes.dedup_by(|next, before| *next == b' ' && *before == b' ');
    if bytes.last() == Some(&b' ') {
        bytes.pop();
    }
    if bytes.first() == Some(&b' ') {
        bytes.remove(0);
    }
    // Only spaces went, which are characters of their own.
    String::from_utf8(bytes).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::super::field86::tests::facts;

    #[track_caller]
    fn check(field: &str, expected: &[&str]) {
        assert_eq!(facts(field), format!("structured {}", expected.join("\n")));
    }

    #[test]
    fn pko_writes_one_subfield_a_line_with_fillers() {
        check(
            "020~00210|~20P 85100158550    0       PI|~21T-23|~22˙|~23˙|~24˙|~25˙|~3010100071\
             |~312223147244000000|~32DRUGI MAZOWIECKI URZĄD SKAR|~33BOWY WARSZAWA\
             |~38PL32101000712223147254000000|~60˙|~63˙",
            &[
                "~ pko",
                "name: DRUGI MAZOWIECKI URZĄD SKARBOWY WARSZAWA",
                "account: PL32101000712223147254000000",
                "title: P 85100158550    0       PIT-23",
                "whole: yes",
            ],
        );
    }

    #[test]
    fn lines_of_35_are_told_from_one_long_name() {
        check(
            "150~00B150PRZELEW ZEWNĘTRZNY PRZY|~20test info|~21|~22|~2922222222222222222222222222\
             |~3022222222|~32LOL LOL SP. Z O.O.         |~33        UL LOL 104|~34150|~6222-222 WARSZAWA|~63",
            &[
                "~",
                "name: LOL LOL SP. Z O.O. UL LOL 104 22-222 WARSZAWA",
                "account: 22222222222222222222222222",
                "title: test info",
            ],
        );
    }

    #[test]
    fn separator_and_number_may_be_split_over_a_line_end() {
        check(
            " 020?00Wyplata?2115617?|22INFO ONE?23INFO|TWO?2|?28003",
            &["?", "title: 15617 INFO ONE INFOTWO?2 003"],
        );
        check("166?00A?21x?2|2y?|23z", &["?", "title: x y z"]);
    }

    #[test]
    fn each_bank_keeps_the_account_elsewhere() {
        let account = |field: &str| {
            let facts = facts(field);
            let line = facts.lines().find(|line| line.starts_with("account: "));
            line.map(|line| line["account: ".len()..].to_owned())
        };
        let check = |field: &str, expected: Option<&str>| {
            assert_eq!(account(field).as_deref(), expected, "{field}");
        };
        check(
            "020<00P<2661109010140000071219812874<27ACME",
            Some("PL61109010140000071219812874"),
        );
        check("020<00P<20T<26other text", None);
        check(
            "020^00P^3010901014^310000071219812874",
            Some("PL61109010140000071219812874"),
        );
        check(
            "020~00P~31DE89370400440532013000",
            Some("DE89370400440532013000"),
        );
        check(
            "020~00P~38FR7630004013280001089882824~311",
            Some("FR7630004013280001089882824"),
        );
    }

    #[test]
    fn text_that_only_looks_structured_is_plain() {
        for text in [
            "0111111111 GPSEOUL",
            "65 WPŁATA GOTÓWKI",
            "999PN5477SCHECK",
            "<3 kocham",
            "?",
            "020~",
            "020~4",
            "+22 1234567",
        ] {
            assert!(facts(text).starts_with("plain"), "{text}");
        }
    }

    #[test]
    fn without_a_title_the_operation_is_told() {
        check(
            "020~00ODSETKI OD SALDA~20~21",
            &["~", "title: ODSETKI OD SALDA"],
        );
        check("020~00152~20˙", &["~ pko", "whole: no"]);
    }
}
