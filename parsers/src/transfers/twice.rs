//! The same payment twice in one batch.

use kantor_model::{Iban, Transfer};

/// Which transfers have the reference, account and amount of an earlier one, as pairs of the
/// first and the later, in the order of the later ones.
///
/// Whole numbers are sorted and not texts, because every file is looked at so and few hold any.
pub(super) fn repeated(transfers: &[Transfer]) -> Vec<(usize, usize)> {
    let rising = transfers
        .iter()
        .zip(transfers.iter().skip(1))
        .all(|(one, next)| one.reference < next.reference);
    if rising {
        return Vec::new();
    }
    let mut hashes: Vec<(u64, usize)> = transfers
        .iter()
        .enumerate()
        .map(|(index, transfer)| (hash(&transfer.reference), index))
        .collect();
    hashes.sort_unstable();
    let mut pairs = Vec::new();
    for same in hashes.chunk_by(|one, other| one.0 == other.0) {
        if same.len() > 1 {
            let among = same
                .iter()
                .filter_map(|(_, index)| Some((*index, transfers.get(*index)?)));
            pairs_among(among, &mut pairs);
        }
    }
    pairs.sort_unstable_by_key(|(_, later)| *later);
    pairs
}

fn pairs_among<'t>(
    among: impl Iterator<Item = (usize, &'t Transfer)>,
    pairs: &mut Vec<(usize, usize)>,
) {
    let mut facts: Vec<((&str, Iban, i64), usize)> = among
        .map(|(index, it)| {
            let key = (it.reference.as_str(), it.payee_account, it.amount.minor());
            (key, index)
        })
        .collect();
    facts.sort_unstable();
    for same in facts.chunk_by(|one, other| one.0 == other.0) {
        if let [(_, first), later @ ..] = same {
            pairs.extend(later.iter().map(|(_, index)| (*first, *index)));
        }
    }
}

/// FNV-1a.
fn hash(text: &str) -> u64 {
    text.bytes().fold(0xcbf2_9ce4_8422_2325, |hash, byte| {
        (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3)
    })
}

#[cfg(test)]
mod tests {
    use kantor_model::{Abroad, Currency, Money, Party};

    use super::*;

    fn check(batch: &[(&str, i64)], expected: &[(usize, usize)]) {
        let transfers: Vec<Transfer> = batch
            .iter()
            .map(|(reference, grosze)| Transfer {
                reference: (*reference).to_owned(),
                amount: Money::new(*grosze, Currency::PLN),
                payee: Party {
                    name: "Jan".to_owned(),
                    street: String::new(),
                    city: String::new(),
                },
                payee_account: Iban::parse("61109010140000071219812874").unwrap(),
                title: (*reference).to_owned(),
                abroad: Abroad::default(),
            })
            .collect();
        assert_eq!(repeated(&transfers), expected);
    }

    #[test]
    fn only_the_same_payment_is_the_same_payment() {
        check(&[], &[]);
        check(&[("A", 1), ("B", 1), ("C", 1)], &[]);
        check(&[("B", 1), ("A", 1), ("B", 2)], &[]);
        check(&[("B", 1), ("A", 1), ("B", 1)], &[(0, 2)]);
        check(
            &[("B", 1), ("A", 7), ("A", 7), ("B", 1), ("B", 1)],
            &[(1, 2), (0, 3), (0, 4)],
        );
    }
}
