//! Keywords inside the title of a `?nn` text, as German banks write them (DK, MT940 SEPA):
//! `EREF+...SVWZ+...ABWA+...`.

use super::details::{Details, put};
use super::money_in::{Found, currency_first};

/// A keyword and what stands after it.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Key {
    EndToEnd,
    Title,
    Original,
    Charges,
    /// A deviating payer or payee, which stands after the title.
    Deviating,
    /// Known, but nothing that an entry tells.
    Other,
}

const KEYS: [(&str, Key); 10] = [
    ("EREF+", Key::EndToEnd),
    ("SVWZ+", Key::Title),
    ("OAMT+", Key::Original),
    ("COAM+", Key::Charges),
    ("ABWA+", Key::Deviating),
    ("ABWE+", Key::Deviating),
    ("KREF+", Key::Other),
    ("MREF+", Key::Other),
    ("CRED+", Key::Other),
    ("DEBT+", Key::Other),
];

/// The next keyword from `from` on: where it stands, its meaning, where its value begins. The
/// title is the payer's own text: of what looks like a keyword after it, only those that the bank
/// writes there are.
fn next(text: &str, from: usize, in_title: bool) -> Option<(usize, Key, usize)> {
    let mut at = from;
    loop {
        let plus = at + memchr::memchr(b'+', text.as_bytes().get(at..)?)?;
        at = plus + 1;
        let Some(start) = plus.checked_sub(4).filter(|start| *start >= from) else {
            continue;
        };
        let word = text.get(start..at);
        let found = KEYS.iter().find(|(written, _)| Some(*written) == word);
        match found {
            Some((_, key)) if !in_title || *key == Key::Deviating => {
                return Some((start, *key, at));
            }
            Some(_) | None => {}
        }
    }
}

/// Puts what the keywords say into `details`; `false` when the text has none.
pub(super) fn read(title: &str, details: &mut Details) -> bool {
    let Some((first, mut key, mut value)) = next(title, 0, false) else {
        return false;
    };
    loop {
        let after = next(title, value, key == Key::Title);
        let end = after.map_or(title.len(), |(start, _, _)| start);
        let content = title.get(value..end).unwrap_or_default();
        match key {
            Key::EndToEnd if content.trim() != "NOTPROVIDED" => {
                put(&mut details.customer_reference, content);
            }
            Key::Title => put(&mut details.remittance, content),
            // Without a currency it is not known what it is an amount of.
            Key::Original => details.original.put(amount(content)),
            Key::Charges => details.charges.put(amount(content)),
            Key::EndToEnd | Key::Deviating | Key::Other => {}
        }
        let Some((_, next_key, next_value)) = after else {
            break;
        };
        (key, value) = (next_key, next_value);
    }
    let before = title.get(..first).unwrap_or_default();
    let rest = if before.trim().is_empty() {
        title
    } else {
        before
    };
    put(&mut details.remittance, rest);
    true
}

fn amount(content: &str) -> Found {
    currency_first(content.as_bytes()).map_or(Found::Nothing, Found::Amount)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keywords_are_parted() {
        let check = |title: &str, expected: &str| {
            let mut details = Details::default();
            let any = read(title, &mut details);
            let found = format!(
                "{any}|{}|{}|{}",
                details.customer_reference,
                details.remittance,
                details
                    .original
                    .amount()
                    .map_or("-".to_owned(), |money| money.to_string())
            );
            assert_eq!(found, expected, "{title}");
        };
        check("CZYNSZ 1+1", "false|||-");
        check("EREF+NOTPROVIDED SVWZ+Rechnung 7", "true||Rechnung 7|-");
        check(
            "EREF+A-1 MREF+2OAMT+EUR12,50SVWZ+Miete EREF+falsch ABWA+Otto",
            "true|A-1|Miete EREF+falsch|12.50 EUR",
        );
        check("EREF+X1", "true|X1|EREF+X1|-");
        check("BETTERPLACE KREF+9", "true||BETTERPLACE|-");
        check("OAMT+11,85 SVWZ+ +", "true||+|-");
    }
}
