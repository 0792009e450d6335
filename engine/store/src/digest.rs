//! The one way in which values of different lengths enter a SHA-256.

use kantor_engine::Digest;
use sha2::{Digest as _, Sha256};

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
    fn moving_a_letter_from_the_principal_to_the_body_is_another_fingerprint() {
        assert_ne!(fingerprint("anna", b"1"), fingerprint("ann", b"a1"));
    }
}
