//! Files made from files: cut, changed, in another code page. By fixed seeds, so that a failing
//! case comes again.

/// A small generator of numbers that look random (SplitMix64): the same seed, the same numbers.
#[derive(Debug, Clone)]
pub(crate) struct Numbers(u64);

impl Numbers {
    /// Numbers of their own for each name and seed.
    pub(crate) fn of(name: &str, seed: u64) -> Numbers {
        let hash = name.bytes().fold(0xcbf2_9ce4_8422_2325_u64, |hash, byte| {
            (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3)
        });
        Numbers(hash ^ seed.wrapping_mul(0x9e37_79b9_7f4a_7c15))
    }

    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    /// Below `limit`; 0 for a limit of 0.
    pub(crate) fn below(&mut self, limit: usize) -> usize {
        let limit = limit as u64;
        usize::try_from(self.next().checked_rem(limit).unwrap_or(0)).unwrap_or(0)
    }

    pub(crate) fn byte(&mut self) -> u8 {
        self.next().to_le_bytes()[0]
    }
}

/// Places to cut a file: every byte where there are no more than `most`, else so many of them,
/// evenly spread, and the last bytes each.
pub(crate) fn cuts(length: usize, most: usize) -> Vec<usize> {
    if length <= most {
        return (0..length).collect();
    }
    let tail = most / 4;
    let spread = most - tail;
    let head = length - tail;
    (0..spread)
        .map(|index| index * head / spread.max(1))
        .chain(head..length)
        .collect()
}

/// The bytes with some of them changed, deleted, doubled or swapped for what formats are made of.
pub(crate) fn noise(bytes: &[u8], numbers: &mut Numbers) -> Vec<u8> {
    const SIGNS: &[u8] = b":;,.-/~?^\"'<>&={}[]\r\n\t \0\x01\x7f\xff\xc5\xb3 0159CDR";
    let mut changed = bytes.to_vec();
    for _ in 0..=numbers.below(4) {
        let at = numbers.below(changed.len());
        match numbers.below(5) {
            0 => {
                if let Some(byte) = changed.get_mut(at) {
                    *byte ^= 1 << numbers.below(8);
                }
            }
            1 => {
                if let Some(byte) = changed.get_mut(at) {
                    *byte = SIGNS.get(numbers.below(SIGNS.len())).copied().unwrap_or(0);
                }
            }
            2 => {
                let end = (at + 1 + numbers.below(40)).min(changed.len());
                drop(changed.drain(at..end));
            }
            3 => {
                let end = (at + 1 + numbers.below(80)).min(changed.len());
                let again: Vec<u8> = changed.get(at..end).unwrap_or_default().to_vec();
                changed.splice(at..at, again);
            }
            _ => changed.insert(at, numbers.byte()),
        }
    }
    changed
}

/// So many random bytes.
pub(crate) fn random(length: usize, numbers: &mut Numbers) -> Vec<u8> {
    (0..length).map(|_| numbers.byte()).collect()
}

/// The bytes with one digit made another, where there is one at or after `from`.
pub(crate) fn other_digit(bytes: &[u8], from: usize) -> Option<Vec<u8>> {
    let at = (from..bytes.len()).find(|at| bytes.get(*at).is_some_and(u8::is_ascii_digit))?;
    let mut changed = bytes.to_vec();
    let digit = changed.get_mut(at)?;
    *digit = if *digit == b'9' { b'0' } else { *digit + 1 };
    Some(changed)
}

/// The file as it would be in code pages that it is not in, each with its name.
pub(crate) fn charsets(bytes: &[u8]) -> Vec<(&'static str, Vec<u8>)> {
    let wide = |order: fn(u16) -> [u8; 2], mark: bool| -> Vec<u8> {
        let units = mark
            .then_some(0xFEFF)
            .into_iter()
            .chain(bytes.iter().map(|byte| u16::from(*byte)));
        units.flat_map(order).collect()
    };
    let swap = |with: fn(u8) -> Vec<u8>| bytes.iter().flat_map(|byte| with(*byte)).collect();
    vec![
        (
            "UTF-16 with a mark, little endian",
            wide(u16::to_le_bytes, true),
        ),
        (
            "UTF-16 with a mark, big endian",
            wide(u16::to_be_bytes, true),
        ),
        ("UTF-16 without a mark", wide(u16::to_le_bytes, false)),
        (
            "a mark of UTF-8 before it",
            [b"\xEF\xBB\xBF", bytes].concat(),
        ),
        (
            "every letter outside of ASCII as 0xFF",
            swap(|byte| vec![if byte < 0x80 { byte } else { 0xFF }]),
        ),
        (
            "every letter outside of ASCII as a half of UTF-8",
            swap(|byte| vec![if byte < 0x80 { byte } else { 0xC5 }]),
        ),
        (
            "UTF-8 taken for Windows-1252 and made UTF-8 again",
            swap(|byte| char::from(byte).to_string().into_bytes()),
        ),
        (
            "every small a as a zero byte",
            swap(|byte| vec![if byte == b'a' { 0 } else { byte }]),
        ),
        (
            "every small o as a letter of CP852",
            swap(|byte| vec![if byte == b'o' { 0xA2 } else { byte }]),
        ),
    ]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn small_files_are_cut_at_every_byte_and_large_ones_at_so_many() {
        assert_eq!(cuts(5, 10), [0, 1, 2, 3, 4]);
        let many = cuts(10_000, 100);
        assert_eq!(many.len(), 100);
        assert!(
            many.iter()
                .zip(many.iter().skip(1))
                .all(|(one, next)| one < next)
        );
        assert_eq!(many.last(), Some(&9_999));
    }

    #[test]
    fn same_seed_gives_the_same_noise() {
        let text = b":61:2611021102DN12,34NTRFNONREF";
        let one = |seed| noise(text, &mut Numbers::of("x", seed));
        assert_eq!(one(1), one(1));
        assert_ne!(one(1), one(2));
    }

    #[test]
    fn one_digit_becomes_another() {
        assert_eq!(other_digit(b"a19", 0).unwrap(), b"a29");
        assert_eq!(other_digit(b"a19", 2).unwrap(), b"a10");
        assert_eq!(other_digit(b"abc", 0), None);
    }
}
