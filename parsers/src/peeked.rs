//! A source whose first bytes can be looked at before it is read.

use crate::source::{ByteSource, SourceError};

/// So much of a file is looked at to tell what it is.
pub(crate) const HEAD: usize = 64 << 10;

/// Gives the bytes of another source, all of them, after their beginning was looked at.
pub(crate) struct Peeked<'s, S: ByteSource> {
    source: &'s mut S,
    head: Vec<u8>,
    given: usize,
}

impl<'s, S: ByteSource> Peeked<'s, S> {
    /// Pulls the head: [`HEAD`] bytes, or the whole file.
    pub(crate) fn new(source: &'s mut S) -> Result<Peeked<'s, S>, SourceError> {
        let mut head = vec![0; HEAD];
        let mut held = 0;
        while let Some(room) = head.get_mut(held..).filter(|room| !room.is_empty()) {
            let capacity = room.len();
            match source.pull(room)?.min(capacity) {
                0 => break,
                count => held += count,
            }
        }
        head.truncate(held);
        Ok(Peeked {
            source,
            head,
            given: 0,
        })
    }

    /// The first bytes of the file.
    pub(crate) fn head(&self) -> &[u8] {
        &self.head
    }
}

impl<S: ByteSource> ByteSource for Peeked<'_, S> {
    fn pull(&mut self, into: &mut [u8]) -> Result<usize, SourceError> {
        let mut rest = self.head.get(self.given..).unwrap_or_default();
        if rest.is_empty() {
            return self.source.pull(into);
        }
        let count = rest.pull(into)?;
        self.given += count;
        Ok(count)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn all_bytes_are_given_after_a_look() {
        for length in [0, 1, HEAD - 1, HEAD, HEAD + 1, 3 * HEAD] {
            let bytes: Vec<u8> = (0..length).map(|n| (n % 251) as u8).collect();
            let mut source = bytes.as_slice();
            let mut peeked = Peeked::new(&mut source).unwrap();
            assert_eq!(peeked.head(), &bytes[..length.min(HEAD)]);
            let mut all = Vec::new();
            let mut piece = [0; 1000];
            loop {
                match peeked.pull(&mut piece).unwrap() {
                    0 => break,
                    count => all.extend_from_slice(&piece[..count]),
                }
            }
            assert!(all == bytes, "{length}");
        }
    }
}
