//! XML put together in a small buffer and given out piece by piece.

use kantor_model::{Flow, Money};

/// Given out when it is so full.
const FULL: usize = 48 * 1024;

/// A document that is being written.
pub(super) struct Document<'k, K> {
    text: String,
    sink: &'k mut K,
    /// Whether texts can hold what has to be escaped.
    escapes: bool,
    stopped: bool,
}

impl<'k, K: FnMut(&[u8]) -> Flow> Document<'k, K> {
    pub(super) fn new(sink: &'k mut K, escapes: bool) -> Document<'k, K> {
        Document {
            // One transfer more than full fits without growing.
            text: String::with_capacity(FULL + 4096),
            sink,
            escapes,
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

    /// Adds a text, escaped where that can be needed.
    pub(super) fn text(&mut self, text: &str) {
        if self.escapes {
            self.escaped(text);
        } else {
            self.text.push_str(text);
        }
    }

    /// Adds a text, escaped.
    pub(super) fn escaped(&mut self, text: &str) {
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
        self.digits(number as u64, 1);
    }

    /// Adds an amount above zero with the decimals of its currency.
    pub(super) fn amount(&mut self, amount: Money) {
        let digits = amount.currency().minor_digits();
        let scale = 10_u64.pow(digits);
        let minor = amount.minor().unsigned_abs();
        self.digits(minor / scale, 1);
        if digits > 0 {
            self.text.push('.');
            self.digits(minor % scale, digits);
        }
    }

    /// Adds the digits of a number, with zeros before them where there are fewer; by hand, because
    /// every transfer has two of them.
    fn digits(&mut self, number: u64, least: u32) {
        let count = number.checked_ilog10().unwrap_or_default() + 1;
        for power in (0..count.max(least)).rev() {
            let digit = number / 10_u64.pow(power) % 10;
            self.text.push(char::from(b'0' + digit as u8));
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
