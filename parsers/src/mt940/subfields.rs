//! What the subfields of a structured text mean, read by the layout of a profile.

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

/// A text with the layout that says what its subfields mean.
pub(super) struct Reading<'s> {
    pub(super) text: Structured<'s>,
    pub(super) layout: &'s Layout,
    pub(super) charset: Charset,
}

impl<'s> Reading<'s> {
    /// Puts the facts of the text into `details`; `buffer` is scratch.
    pub(super) fn read(&self, buffer: &mut Vec<u8>, details: &mut Details) {
        self.title(buffer, details);
        self.name(buffer, &mut details.name);
        details.account = self.account();
        if let Some(bank) = self.text.get(BANK) {
            put(&mut details.bank, &self.charset.decode(bank));
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

    fn content(&self, code: Option<Code>) -> Option<&'s [u8]> {
        self.text.get(code?.0)
    }

    /// Chunks of one text put together again, in the order of the file: a chunk of full width is
    /// followed by the next one directly; a shorter one has lost its trailing spaces on the way,
    /// and `gap` puts them back.
    fn join(&self, wanted: Codes, gap: impl Fn(usize) -> usize, buffer: &mut Vec<u8>) {
        buffer.clear();
        let mut lost = 0;
        for part in self.text.parts() {
            if !part.is_filled || !wanted.has(part.code) {
                continue;
            }
            let content = self.text.content(part);
            buffer.resize(buffer.len() + lost, b' ');
            buffer.extend_from_slice(content);
            lost = gap(self.charset.count(content));
        }
    }

    /// The title. Without one, the operation is told where it has a name.
    fn title(&self, buffer: &mut Vec<u8>, details: &mut Details) {
        // One space is enough to keep two words apart.
        self.join(
            self.layout.title,
            |length| usize::from(length < CHUNK),
            buffer,
        );
        if let Some(mark) = &self.layout.counter_value {
            let found = money_in::after_mark(buffer, mark.as_bytes());
            details.original.put(found);
        }
        let title = self.charset.decode(buffer);
        let mut title = title.trim();
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
    fn name(&self, buffer: &mut Vec<u8>, into: &mut String) {
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
    fn columns(&self, codes: Codes, width: usize, buffer: &mut Vec<u8>, into: &mut String) {
        self.join(codes, |length| width.saturating_sub(length), buffer);
        let start = into.len();
        into.push_str(&self.charset.decode(buffer));
        part_lines(into, start);
        if start > 0 {
            into.insert(start, ' ');
        }
        collapse(into);
    }

    fn account(&self) -> Option<AccountNumber> {
        let whole = self.layout.account.iter().find_map(|code| {
            let content = self.text.get(code.0)?;
            (code.0 >= BANK || is_nrb(content)).then_some(content)
        });
        if let Some(content) = whole {
            let content = self.charset.decode(content);
            return AccountNumber::from_file(content.trim().trim_matches('\''));
        }
        let rest = self.text.get(REST_OF_ACCOUNT)?;
        let polish = self
            .text
            .get(BANK)
            .and_then(|code| SortCode::parse(text(trim(code))))
            .filter(|code| code.is_valid())
            .and_then(|code| Iban::polish(code, text(trim(rest))));
        polish
            .map(AccountNumber::Iban)
            .or_else(|| AccountNumber::from_file(&self.charset.decode(rest)))
    }
}

fn is_nrb(content: &[u8]) -> bool {
    let content = trim(content);
    let digits = content.strip_prefix(b"PL").unwrap_or(content);
    digits.len() == 26 && digits.iter().all(u8::is_ascii_digit)
}

/// Undoes the layout in lines of 35 characters from `start` on: where such a line is padded with spaces up to its
/// end, the text is laid out so, and every line end gets a space, also after a full line.
fn part_lines(text: &mut String, start: usize) {
    let own = text.get(start..).unwrap_or_default();
    if own.len() <= LINE {
        return;
    }
    let ends: Vec<usize> = if own.is_ascii() {
        (LINE..own.len()).step_by(LINE).collect()
    } else {
        own.char_indices()
            .step_by(LINE)
            .skip(1)
            .map(|(at, _)| at)
            .collect()
    };
    let laid_out = ends.iter().any(|&end| {
        let (line, next) = own.split_at_checked(end).unwrap_or_default();
        line.ends_with("  ") && !next.starts_with(' ')
    });
    if laid_out {
        for end in ends.into_iter().rev() {
            text.insert(start + end, ' ');
        }
    }
}

/// Each run of spaces becomes one, and none stays at the ends; decoded text has no other white
/// space of ASCII.
pub(super) fn collapse(text: &mut String) {
    if text.starts_with(' ') || text.contains("  ") {
        let mut before = ' ';
        text.retain(|character| {
            let kept = character != ' ' || before != ' ';
            before = character;
            kept
        });
    }
    if text.ends_with(' ') {
        text.pop();
    }
}
