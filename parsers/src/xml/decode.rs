//! From bytes to text: which encoding a document is in, and decoding it block by block.

use encoding_rs::{CoderResult, Decoder, Encoding, UTF_8, UTF_16BE, UTF_16LE};

use super::problem::Problem;
use super::scan;
use crate::charset::{Charset, cp852_character, detect};

/// Decodes a stream.
pub(super) struct Decoding {
    way: Way,
    /// The code page that interfaces show. They know no UTF-16; its text is UTF-8 after decoding.
    pub(super) charset: Charset,
    /// Something was not readable in this encoding.
    pub(super) lossy: bool,
}

enum Way {
    Standard(Box<Decoder>),
    Cp852,
}

impl Decoding {
    /// The encoding of a file that begins so, and how many bytes its mark has. A byte order mark
    /// wins over what a person demands, and that over the declaration.
    pub(super) fn of(head: &[u8], demanded: Option<Charset>) -> Result<(Decoding, usize), Problem> {
        if let Some((encoding, mark)) = Encoding::for_bom(head) {
            return Ok((Decoding::standard(encoding), mark));
        }
        let settled = |charset| Ok((Decoding::page(charset), 0));
        match (head, demanded) {
            ([b'<', 0, ..], _) => Ok((Decoding::standard(UTF_16LE), 0)),
            ([0, b'<', ..], _) => Ok((Decoding::standard(UTF_16BE), 0)),
            (_, Some(charset)) => settled(charset),
            (_, None) => match declared(head) {
                Some(label) => Decoding::labelled(label).map(|decoding| (decoding, 0)),
                None => settled(undeclared(head)),
            },
        }
    }

    /// The code page of an XML file that begins so, and why; `None` where it is no XML.
    pub(super) fn evidence(head: &[u8]) -> Option<(Charset, String)> {
        let (wide, mark) = match Encoding::for_bom(head) {
            Some((encoding, mark)) => (Some(encoding.name()), mark),
            None => match head {
                [b'<', 0, ..] | [0, b'<', ..] => (Some("UTF-16"), 0),
                _ => (None, 0),
            },
        };
        let rest = head.get(mark..).unwrap_or_default();
        let first = rest
            .iter()
            .find(|byte| !scan::is_space(**byte) && **byte != 0);
        if first != Some(&b'<') {
            return None;
        }
        let charset = Decoding::of(head, None).map_or(Charset::Utf8, |(it, _)| it.charset);
        let why = match (wide, declared(head)) {
            (Some(name), _) => format!("marked as {name}"),
            (None, Some(label)) => format!("declared as {}", String::from_utf8_lossy(label)),
            (None, None) => format!("{charset}, because it declares no encoding"),
        };
        Some((charset, why))
    }

    fn labelled(label: &[u8]) -> Result<Decoding, Problem> {
        let dos: [&[u8]; 4] = [b"cp852", b"ibm852", b"852", b"cp-852"];
        if dos.iter().any(|name| label.eq_ignore_ascii_case(name)) {
            return Ok(Decoding::page(Charset::Cp852));
        }
        match Encoding::for_label(label) {
            // Whoever can read this declaration does not read UTF-16.
            Some(encoding) if encoding == UTF_16LE || encoding == UTF_16BE => {
                Ok(Decoding::page(Charset::Utf8))
            }
            Some(encoding) => Ok(Decoding::standard(encoding)),
            None => Err(Problem::Encoding {
                name: String::from_utf8_lossy(label).into_owned(),
            }),
        }
    }

    fn page(charset: Charset) -> Decoding {
        match charset {
            Charset::Utf8 => Decoding::standard(UTF_8),
            Charset::Windows1250 => Decoding::standard(encoding_rs::WINDOWS_1250),
            Charset::Iso8859_2 => Decoding::standard(encoding_rs::ISO_8859_2),
            Charset::Cp852 => Decoding {
                way: Way::Cp852,
                charset,
                lossy: false,
            },
        }
    }

    fn standard(encoding: &'static Encoding) -> Decoding {
        Decoding {
            way: Way::Standard(Box::new(encoding.new_decoder_without_bom_handling())),
            charset: Charset::from_name(encoding.name()).unwrap_or(Charset::Utf8),
            lossy: false,
        }
    }

    /// Adds the text of the next bytes; `last` when no more follow. What is not readable becomes
    /// U+FFFD, and so does a control character: text goes on through interfaces that end at a NUL.
    pub(super) fn decode(&mut self, bytes: &[u8], last: bool, into: &mut String) {
        let before = into.len();
        match &mut self.way {
            Way::Standard(decoder) => {
                let mut rest = bytes;
                loop {
                    let room = decoder.max_utf8_buffer_length(rest.len());
                    into.reserve(room.unwrap_or(rest.len()).max(16));
                    let (result, read, lossy) = decoder.decode_to_string(rest, into, last);
                    self.lossy |= lossy;
                    rest = rest.get(read..).unwrap_or_default();
                    match result {
                        CoderResult::InputEmpty => break,
                        CoderResult::OutputFull => {}
                    }
                }
            }
            Way::Cp852 => into.extend(bytes.iter().map(|byte| cp852_character(*byte))),
        }
        self.lossy |= without_controls(into, before);
    }
}

/// What the XML declaration says, if there is one.
fn declared(head: &[u8]) -> Option<&[u8]> {
    let head = head.trim_ascii_start().strip_prefix(b"<?xml")?;
    let declaration = head.get(..memchr::memchr(b'>', head)?)?;
    let at = memchr::memmem::find(declaration, b"encoding")?;
    let value = declaration.get(at + b"encoding".len()..)?;
    let value = value.trim_ascii_start().strip_prefix(b"=")?;
    let (quote, value) = value.trim_ascii_start().split_first()?;
    let end = memchr::memchr(*quote, value).filter(|_| matches!(quote, b'"' | b'\''))?;
    Some(value.get(..end)?.trim_ascii())
}

/// XML without a declaration is UTF-8, unless its beginning is not.
fn undeclared(head: &[u8]) -> Charset {
    // The last character may be cut off by the end of what is looked at.
    match std::str::from_utf8(head) {
        Ok(_) => Charset::Utf8,
        Err(error) if error.error_len().is_none() => Charset::Utf8,
        Err(_) => detect(head).charset,
    }
}

/// Replaces control characters that XML forbids, from `from` on; says whether there were any.
fn without_controls(text: &mut String, from: usize) -> bool {
    let tail = text.as_bytes().get(from..).unwrap_or_default();
    // 0xC2 begins the second set of them in UTF-8; looked at without stopping, which is quicker.
    let suspect = |byte: u8| {
        (byte < b' ') & (byte != b'\n') & (byte != b'\r') & (byte != b'\t')
            | (byte == 0x7F)
            | (byte == 0xC2)
    };
    let forbidden =
        |character: char| character.is_control() && !matches!(character, '\t' | '\n' | '\r');
    let any = tail.iter().fold(false, |any, byte| any | suspect(*byte));
    let tail = text.get(from..).unwrap_or_default();
    if !any || !tail.contains(forbidden) {
        return false;
    }
    let clean = tail.replace(forbidden, "\u{FFFD}");
    text.truncate(from);
    text.push_str(&clean);
    true
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_encoding_is_marked_or_declared_or_utf_8() {
        let check = |head: &[u8], text: &str| {
            let (mut decoding, mark) = Decoding::of(head, None).unwrap();
            let mut decoded = String::new();
            decoding.decode(&head[mark..], true, &mut decoded);
            assert_eq!(decoded, text);
        };
        check("<a>ż</a>".as_bytes(), "<a>ż</a>");
        check("\u{FEFF}<a>ż</a>".as_bytes(), "<a>ż</a>");
        let declared = |label: &str, bytes: &[u8]| {
            let declaration = format!("<?xml version='1.0' encoding=\"{label}\"?>");
            check(
                &[declaration.as_bytes(), bytes].concat(),
                &format!("{declaration}ąż"),
            );
        };
        declared("windows-1250", b"\xB9\xBF");
        declared("Windows-1250", b"\xB9\xBF");
        declared("CP1250", b"\xB9\xBF");
        declared("ISO-8859-2", b"\xB1\xBF");
        declared("latin2", b"\xB1\xBF");
        declared("CP852", b"\xA5\xBE");
        declared("UTF-8", "ąż".as_bytes());
        declared("utf-16", "ąż".as_bytes());
        let wide =
            |text: &str| -> Vec<u8> { text.encode_utf16().flat_map(u16::to_le_bytes).collect() };
        check(&wide("<a>ż</a>"), "<a>ż</a>");
        check(&wide("\u{FEFF}<a>ż</a>"), "<a>ż</a>");
        check(b"<a>\xB9\x9C\xBF</a>", "<a>ąśż</a>");
    }

    #[test]
    fn nothing_unreadable_disappears() {
        let mut decoding = Decoding::page(Charset::Utf8);
        let mut text = String::from("\u{1}");
        decoding.decode(b"a\xC4b\x00c\x1Ad\te", true, &mut text);
        assert_eq!(text, "\u{1}a\u{FFFD}b\u{FFFD}c\u{FFFD}d\te");
        assert!(decoding.lossy);
    }
}
