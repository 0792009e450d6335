//! Where the bytes come from.

/// The source could not deliver: the host closed it, the disk failed.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error(
    "the file could not be read to its end: {reason}; nothing of it was booked, load it again when the file can be opened"
)]
pub struct SourceError {
    /// What the source said.
    pub reason: String,
}

/// Bytes that are pulled in order, once. A reader never holds more than a fixed window of them.
pub trait ByteSource {
    /// Copies the next bytes into the beginning of `into` (never empty) and says how many;
    /// zero means the end of the file. May deliver fewer than asked for.
    fn pull(&mut self, into: &mut [u8]) -> Result<usize, SourceError>;
}

/// The rest of the slice is the rest of the file.
impl ByteSource for &[u8] {
    fn pull(&mut self, into: &mut [u8]) -> Result<usize, SourceError> {
        let count = self.len().min(into.len());
        let (now, later) = self.split_at_checked(count).unwrap_or((self, &[]));
        if let Some(target) = into.get_mut(..count) {
            target.copy_from_slice(now);
        }
        *self = later;
        Ok(count)
    }
}
