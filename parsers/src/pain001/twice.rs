//! References that stand on several transfers.

use kantor_model::Transfer;

/// Each transfer whose reference an earlier one has, with that one, in the order of the batch; the
/// empty reference is none.
/// Whole numbers are sorted and not texts.
pub(super) fn references_twice(transfers: &[Transfer]) -> Vec<(usize, usize)> {
    let named = transfers
        .iter()
        .enumerate()
        .filter(|(_, transfer)| !transfer.reference.is_empty());
    let mut hashes: Vec<(u64, usize)> = named
        .map(|(at, transfer)| (hash(&transfer.reference), at))
        .collect();
    hashes.sort_unstable();
    let reference = |at: usize| transfers.get(at).map(|transfer| &transfer.reference);
    let mut pairs = Vec::new();
    for same in hashes.chunk_by(|one, other| one.0 == other.0) {
        // References of one hash, which are nearly always one reference, by their text.
        let mut places: Vec<usize> = same.iter().map(|(_, at)| *at).collect();
        places.sort_by_key(|at| (reference(*at), *at));
        for equal in places.chunk_by(|one, other| reference(*one) == reference(*other)) {
            if let [first, later @ ..] = equal {
                pairs.extend(later.iter().map(|at| (*first, *at)));
            }
        }
    }
    pairs.sort_unstable_by_key(|(_, later)| *later);
    pairs
}

/// FNV-1a.
fn hash(text: &str) -> u64 {
    text.bytes().fold(0xcbf2_9ce4_8422_2325, |hash, byte| {
        (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3)
    })
}
