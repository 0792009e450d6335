//! SHA-256 values and the one way in which bytes of different lengths enter them.

use std::fmt;

use sha2::{Digest as _, Sha256};

/// A SHA-256 value: the identity of a log position, of a file, of a statement's entries.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Digest([u8; 32]);

impl Digest {
    /// The SHA-256 value of these bytes.
    pub fn of(bytes: &[u8]) -> Digest {
        Digest(Sha256::digest(bytes).into())
    }

    /// A value that was computed or stored before.
    pub const fn from_bytes(bytes: [u8; 32]) -> Digest {
        Digest(bytes)
    }

    /// The 32 bytes.
    pub const fn as_bytes(&self) -> &[u8; 32] {
        &self.0
    }

    /// Reads 64 hexadecimal digits, small or capital; anything else is `None`.
    pub fn from_hex(text: &str) -> Option<Digest> {
        let digits = text.as_bytes();
        if digits.len() != 64 {
            return None;
        }
        let mut bytes = [0u8; 32];
        for (byte, pair) in bytes.iter_mut().zip(digits.chunks_exact(2)) {
            let &[high, low] = pair else { return None };
            *byte = hex_digit(high)? << 4 | hex_digit(low)?;
        }
        Some(Digest(bytes))
    }
}

fn hex_digit(letter: u8) -> Option<u8> {
    let digit = char::from(letter).to_digit(16)?;
    u8::try_from(digit).ok()
}

impl fmt::Display for Digest {
    /// 64 small hexadecimal digits, as `sha256sum` prints them.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
    }
}

impl fmt::Debug for Digest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{self}")
    }
}

/// Feeds values into a SHA-256 so that no two different sequences of values give the same bytes:
/// numbers have 8 bytes, big endian; texts and bytes are preceded by their length as such a number.
#[derive(Clone)]
pub(crate) struct Hasher(Sha256);

impl Hasher {
    /// Begins with the name of what is hashed, so that values of one purpose never pass for another.
    pub(crate) fn new(purpose: &str) -> Hasher {
        let mut hasher = Hasher(Sha256::new());
        hasher.bytes(purpose.as_bytes());
        hasher
    }

    /// Begins with an earlier value, whose length is always the same.
    pub(crate) fn after(previous: &Digest) -> Hasher {
        let mut hasher = Hasher(Sha256::new());
        hasher.digest(previous);
        hasher
    }

    /// Plain SHA-256 of bytes that come in parts, as `sha256sum` computes it.
    pub(crate) fn plain() -> Hasher {
        Hasher(Sha256::new())
    }

    /// The next part of a plain hash: no length is put before it.
    pub(crate) fn part(&mut self, bytes: &[u8]) {
        self.0.update(bytes);
    }

    pub(crate) fn number(&mut self, number: i64) {
        self.0.update(number.to_be_bytes());
    }

    pub(crate) fn count(&mut self, count: u64) {
        self.0.update(count.to_be_bytes());
    }

    pub(crate) fn bytes(&mut self, bytes: &[u8]) {
        self.count(bytes.len() as u64);
        self.0.update(bytes);
    }

    pub(crate) fn digest(&mut self, digest: &Digest) {
        self.0.update(digest.0);
    }

    pub(crate) fn finish(self) -> Digest {
        Digest(self.0.finalize().into())
    }
}

/// What an idempotency key is bound to: who asks, and what exactly he asks.
pub fn fingerprint(principal: &str, body: &[u8]) -> Digest {
    let mut hasher = Hasher::new("kantor fingerprint 1");
    hasher.bytes(principal.as_bytes());
    hasher.bytes(body);
    hasher.finish()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_digest_is_written_as_sha256sum_writes_it() {
        let digest = Digest::of(b"abc");
        let text = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";
        assert_eq!(digest.to_string(), text);
        assert_eq!(Digest::from_hex(text), Some(digest));
        assert_eq!(Digest::from_hex(&text[1..]), None);
        assert_eq!(Digest::from_hex(&text.replace('b', "g")), None);
    }

    #[test]
    fn moving_a_letter_from_the_principal_to_the_body_is_another_fingerprint() {
        assert_ne!(fingerprint("anna", b"1"), fingerprint("ann", b"a1"));
    }
}
