//! XML put together in a small buffer and given out piece by piece.

use std::fmt::Write;

use kantor_model::{Flow, Money};

/// Given out when it is so full.
const FULL: usize = 48 * 1024;

/// A document that is being written.
pub(super) struct Document<'k, K> {
    text: String,
    sink: &'k mut K,
    stopped: bool,
}

impl<'k, K: FnMut(&[u8]) -> Flow> Document<'k, K> {
    pub(super) fn new(sink: &'k mut K) -> Document<'k, K> {
        Document {
            // One transfer more than full fits without growing.
            text: String::with_capacity(FULL + 4096),
            sink,
            stopped: false,
        }
    }

    /// Whether the sink wants no more.
    pub(super) fn is_stopped(&self) -> bool {
        self.stopped
    }

    /// Adds tags as they are.
    pub(super) fn raw(&mut self, markup: &str) {
        self.text.push_str(markup);
    }

    /// Adds a text, escaped.
    pub(super) fn text(&mut self, text: &str) {
        let special = memchr::memchr3(b'&', b'<', b'>', text.as_bytes()).is_some();
        if !special {
            self.text.push_str(text);
            return;
        }
        for character in text.chars() {
            match character {
                '&' => self.text.push_str("&amp;"),
                '<' => self.text.push_str("&lt;"),
                '>' => self.text.push_str("&gt;"),
                plain => self.text.push(plain),
            }
        }
    }

    /// Adds a text between two tags; nothing where it is empty.
    pub(super) fn element(&mut self, open: &str, text: &str, close: &str) {
        if !text.is_empty() {
            self.raw(open);
            self.text(text);
            self.raw(close);
        }
    }

    /// Adds a number.
    pub(super) fn number(&mut self, number: usize) {
        // Writing into a String never fails.
        let _ = write!(self.text, "{number}");
    }

    /// Adds an amount above zero with the decimals of its currency.
    pub(super) fn amount(&mut self, amount: Money) {
        let digits = amount.currency().minor_digits();
        let scale = 10_u64.pow(digits);
        let minor = amount.minor().unsigned_abs();
        let _ = write!(self.text, "{}", minor / scale);
        if digits > 0 {
            let width = usize::try_from(digits).unwrap_or_default();
            let _ = write!(self.text, ".{:0width$}", minor % scale);
        }
    }

    /// Gives out what has gathered, if it is enough.
    pub(super) fn flush_when_full(&mut self) {
        if self.text.len() >= FULL {
            self.flush();
        }
    }

    /// Gives out what has gathered.
    pub(super) fn flush(&mut self) {
        if !self.stopped && !self.text.is_empty() {
            self.stopped = match (self.sink)(self.text.as_bytes()) {
                Flow::Continue => false,
                Flow::Stop => true,
            };
        }
        self.text.clear();
    }
}
