//! What the subfields of a structured text mean, read by the layout of a profile.

use std::borrow::Cow;

use kantor_model::{AccountNumber, Iban, SortCode};

use super::balance::text;
use super::details::{Details, put};
use super::keywords;
use super::money_in::{self, Found};
use super::section::{Code, Codes, Layout};
use super::structured::{Part, Structured};
use crate::charset::Charset;
use crate::text::trim;

/// Subfields are cut at this many characters, in the middle of words.
const CHUNK: usize = 27;

/// Names and addresses are built of lines of this many characters before they are cut.
const LINE: usize = 35;

/// The operation's name or code, at every bank.
const OPERATION: u8 = 0;

/// The counterparty's bank, at every bank: its sort code or BIC.
const BANK: u8 = 30;

/// The account without its bank: NRB digits 11 to 26, or anything.
const REST_OF_ACCOUNT: u8 = 31;

/// Scratch that is used again for every text.
#[derive(Default, Debug)]
pub(super) struct Buffer {
    /// Chunks of a text that is not plain, before they are decoded.
    bytes: Vec<u8>,
    text: String,
}

impl Buffer {
    /// The text as it stands in the file.
    fn written(&self) -> &[u8] {
        if self.bytes.is_empty() {
            self.text.as_bytes()
        } else {
            &self.bytes
        }
    }
}

/// A text with the layout that says what its subfields mean.
pub(super) struct Reading<'s> {
    pub(super) text: Structured<'s>,
    pub(super) layout: &'s Layout,
    pub(super) charset: Charset,
}

impl<'s> Reading<'s> {
    /// Puts the facts of the text into `details`; `buffer` is scratch.
    pub(super) fn read(&self, buffer: &mut Buffer, details: &mut Details) {
        self.title(buffer, details);
        self.name(buffer, &mut details.name);
        details.account = self.account();
        if let Some(bank) = self.text.find(BANK) {
            put(&mut details.bank, &self.decoded(bank));
        }
        if let Some(reference) = self.content(self.layout.bank_reference) {
            let reference = reference.strip_prefix(b"REF ").unwrap_or(reference);
            put(&mut details.bank_reference, &self.charset.decode(reference));
        }
        let amount = |code| {
            self.content(code)
                .map_or(Found::Nothing, money_in::in_pieces)
        };
        details.original.put(amount(self.layout.original));
        details.charges.put(amount(self.layout.charges));
    }

    fn decoded(&self, part: Part) -> Cow<'s, str> {
        self.text.decoded(part, self.charset)
    }

    fn content(&self, code: Option<Code>) -> Option<&'s [u8]> {
        self.text.get(code?.0)
    }

    /// Chunks of one text put together again, in the order of the file: a chunk of full width is
    /// followed by the next one directly; a shorter one has lost its trailing spaces on the way,
    /// and `gap` puts them back. They are decoded together, because a cut can fall into a letter.
    fn join(&self, wanted: Codes, gap: impl Fn(usize) -> usize, buffer: &mut Buffer) {
        let Buffer { bytes, text } = buffer;
        bytes.clear();
        text.clear();
        let mut lost = 0;
        for part in self.text.parts() {
            if !part.is_filled || !wanted.has(part.code) {
                continue;
            }
            if let Some(content) = self.text.plain(part) {
                text.extend(std::iter::repeat_n(' ', lost));
                text.push_str(content);
                lost = gap(content.len());
            } else {
                let content = self.text.content(part);
                bytes.resize(bytes.len() + lost, b' ');
                bytes.extend_from_slice(content);
                lost = gap(self.charset.count(content));
            }
        }
        if !bytes.is_empty() {
            text.push_str(&self.charset.decode(bytes));
        }
    }

    /// The title. Without one, the operation is told where it has a name.
    fn title(&self, buffer: &mut Buffer, details: &mut Details) {
        // One space is enough to keep two words apart.
        let gap = |length| usize::from(length < CHUNK);
        self.join(self.layout.title, gap, buffer);
        if let Some(mark) = &self.layout.counter_value {
            let found = money_in::after_mark(buffer.written(), mark.as_bytes());
            details.original.put(found);
        }
        let mut title = buffer.text.trim();
        if self.layout.quoted_title {
            title = title.strip_prefix('"').unwrap_or(title);
            title = title.strip_suffix('"').unwrap_or(title).trim();
        }
        if self.layout.keywords && keywords::read(title, details) {
            return;
        }
        put(&mut details.remittance, title);
        if details.remittance.is_empty()
            && let Some(operation) = self.text.get(OPERATION)
        {
            let code = usize::from(self.layout.operation_code.unwrap_or(0));
            let operation = operation.get(code..).unwrap_or(operation);
            let operation = self.charset.decode(operation);
            if operation.contains(char::is_alphabetic) {
                put(&mut details.remittance, &operation);
            }
        }
    }

    /// Names are laid out in columns, so all spaces come back before the lines are told apart. The
    /// address begins in a column of its own.
    fn name(&self, buffer: &mut Buffer, into: &mut String) {
        let layout = self.layout;
        let own = |part: Part| part.is_filled && layout.name.has(part.code);
        if !self.text.parts().any(own) {
            return self.columns(Codes::NAME, CHUNK, buffer, into);
        }
        let width = layout.name_width.map_or(CHUNK, usize::from);
        self.columns(layout.name, width, buffer, into);
        let first = self.content(layout.address.first().copied());
        if first.is_some_and(|content| content.iter().any(u8::is_ascii_alphabetic)) {
            let address = Codes::default().and(&layout.address);
            self.columns(address, CHUNK, buffer, into);
        }
    }

    /// Puts the lines of 35 characters that these subfields were cut from behind what is there.
    fn columns(&self, codes: Codes, width: usize, buffer: &mut Buffer, into: &mut String) {
        self.join(codes, |length| width.saturating_sub(length), buffer);
        let mut rest = buffer.text.as_str();
        if is_laid_out(rest) {
            while let Some((line, after)) = off_line(rest) {
                push_words(line, into);
                rest = after;
            }
        }
        push_words(rest, into);
    }

    fn account(&self) -> Option<AccountNumber> {
        let whole = self.layout.account.iter().find_map(|code| {
            let part = self.text.find(code.0)?;
            (code.0 >= BANK || is_nrb(self.text.content(part))).then_some(part)
        });
        if let Some(part) = whole {
            return AccountNumber::from_file(unquoted(&self.decoded(part)));
        }
        let part = self.text.find(REST_OF_ACCOUNT)?;
        let rest = self.text.content(part);
        let polish = self
            .text
            .get(BANK)
            .and_then(|code| SortCode::parse(text(trim(code))))
            .filter(|code| code.is_valid())
            .and_then(|code| Iban::polish(code, text(trim(rest))));
        polish
            .map(AccountNumber::Iban)
            .or_else(|| AccountNumber::from_file(&self.decoded(part)))
    }
}

/// Without the quotes that some banks put around an account.
fn unquoted(account: &str) -> &str {
    let account = account.trim();
    if account.starts_with('\'') || account.ends_with('\'') {
        account.trim_matches('\'')
    } else {
        account
    }
}

fn is_nrb(content: &[u8]) -> bool {
    let content = trim(content);
    let digits = content.strip_prefix(b"PL").unwrap_or(content);
    digits.len() == 26 && digits.iter().all(u8::is_ascii_digit)
}

/// Whether the text is laid out in lines of 35 characters: such a line is padded with spaces up to
/// its end. Then every line end parts two words, also after a full line.
fn is_laid_out(mut text: &str) -> bool {
    while let Some((line, after)) = off_line(text) {
        if line.ends_with("  ") && !after.starts_with(' ') {
            return true;
        }
        text = after;
    }
    false
}

/// The first line of 35 characters, and what follows it.
fn off_line(text: &str) -> Option<(&str, &str)> {
    let end = match text.as_bytes().get(..LINE) {
        None => return None,
        Some(line) if line.is_ascii() => LINE,
        Some(_) => text.char_indices().nth(LINE)?.0,
    };
    text.split_at_checked(end)
}

/// Puts the words of a text behind what is there, each after one space. Decoded text has no other
/// white space of ASCII.
fn push_words(text: &str, into: &mut String) {
    let mut rest = text.trim_ascii_start();
    while !rest.is_empty() {
        let end = rest.bytes().position(|byte| byte == b' ');
        let (word, after) = rest
            .split_at_checked(end.unwrap_or(rest.len()))
            .unwrap_or_default();
        if !into.is_empty() {
            into.push(' ');
        }
        into.push_str(word);
        rest = after.trim_ascii_start();
    }
}

/// Each run of spaces becomes one, and none stays at the ends.
pub(super) fn collapse(text: &mut String) {
    if text.starts_with(' ') || text.ends_with(' ') || text.contains("  ") {
        let mut collapsed = String::with_capacity(text.len());
        push_words(text, &mut collapsed);
        *text = collapsed;
    }
}
