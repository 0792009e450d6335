//! The code in a transfer's title: short, safe in every bank's character set, self-checking,
//! and found again in whatever people and banks do to a title.
//!
//! Nine characters: two letters that say what it is (`KZ` an order, `KW` a payout), six that carry
//! the number, one check character. The alphabet has 31 characters, a prime, without the
//! look-alikes `I L O Q U`. The check is a weighted sum modulo 31 with weights that are all
//! different: a single wrong character and a swap of any two are always seen.
//! Numbers are scrambled, so that neighbouring orders differ in many characters and nobody reads
//! the office's turnover from a title.

use std::fmt;

use crate::{OrderId, PayoutId};

/// Digits and letters without I, L, O, Q and U.
const ALPHABET: &[u8; 31] = b"0123456789ABCDEFGHJKMNPRSTVWXYZ";
/// How many characters carry the number.
const BODY: usize = 6;
/// 31^6: how many numbers there are.
const SPACE: u64 = 887_503_681;
/// Both have no divisor but 31 to fear: multiplying by one and then by the other, modulo
/// `SPACE`, gives the number back.
const SCRAMBLE: u64 = 533_000_389;

/// What a reference names.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum Referent {
    /// The order that a customer pays for.
    Order(OrderId),
    /// The payout that the office makes.
    Payout(PayoutId),
}

/// A reference as it stands in a title: `KZ7M4T2X9`.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Reference {
    text: [u8; 9],
    referent: Referent,
}

impl Reference {
    /// The reference of an order; `None` once the numbers are used up (887 million).
    pub fn of_order(order: OrderId) -> Option<Reference> {
        Reference::make(*b"KZ", order.0, Referent::Order(order))
    }

    /// The reference of a payout; `None` once the numbers are used up (887 million).
    pub fn of_payout(payout: PayoutId) -> Option<Reference> {
        Reference::make(*b"KW", payout.0, Referent::Payout(payout))
    }

    fn make(prefix: [u8; 2], number: u64, referent: Referent) -> Option<Reference> {
        if number >= SPACE {
            return None;
        }
        let mut rest = number * SCRAMBLE % SPACE;
        let mut text = [
            prefix[0], prefix[1], b'0', b'0', b'0', b'0', b'0', b'0', b'0',
        ];
        for place in text[2..2 + BODY].iter_mut().rev() {
            *place = ALPHABET[(rest % 31) as usize];
            rest /= 31;
        }
        text[8] = ALPHABET[check_value(&text[..8])? as usize];
        Some(Reference { text, referent })
    }

    /// What it names.
    pub fn referent(&self) -> Referent {
        self.referent
    }

    /// The nine characters.
    pub fn as_str(&self) -> &str {
        std::str::from_utf8(&self.text).unwrap_or_default()
    }

    /// Reads a reference that stands alone, with the same tolerance as [`find_references`].
    pub fn parse(text: &str) -> Option<Reference> {
        let mut found = find_references(text).into_iter();
        match (found.next(), found.next()) {
            (Some(one), None) => Some(one),
            (None, _) | (Some(_), Some(_)) => None,
        }
    }
}

impl fmt::Display for Reference {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl fmt::Debug for Reference {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// Every reference with a right check character in a text, each once, in the order of the text.
///
/// Spaces, line breaks, dashes and other marks between its characters are overlooked, so are case
/// and the look-alikes O/0, I/1, L/1 and Q/0; other text may stand directly before and after it.
/// A character that was mistyped or swapped makes the check fail: then nothing is found, because a
/// guess would be somebody else's money.
pub fn find_references(text: &str) -> Vec<Reference> {
    let mut found: Vec<Reference> = Vec::new();
    each_reference(text, &mut |reference| {
        if !found.contains(&reference) {
            found.push(reference);
        }
    });
    found
}

/// Tells every reference of a text as [`find_references`] finds them, without keeping any: one that
/// stands there twice is told twice.
pub fn each_reference(text: &str, found: &mut dyn FnMut(Reference)) {
    // The last nine plain characters, the newest in the lowest byte.
    let mut last: u128 = 0;
    for plain in text.chars().filter_map(plain_character) {
        last = (last << 8 | u128::from(plain)) & 0xFF_FFFF_FFFF_FFFF_FFFF;
        if (last >> 64) as u8 == b'K'
            && let Some(window) = last.to_be_bytes().last_chunk::<9>()
            && let Some(reference) = read_window(window)
        {
            found(reference);
        }
    }
}

/// Tells every reference that a text would have with one character other, or two neighbours changed
/// over; a hint to a person and nothing more. What is a reference as it stands is not repaired.
pub(crate) fn each_repaired(text: &str, found: &mut dyn FnMut(Reference)) {
    let mut last: u128 = 0;
    for plain in text.chars().filter_map(plain_character) {
        last = (last << 8 | u128::from(plain)) & 0xFF_FFFF_FFFF_FFFF_FFFF;
        let bytes = last.to_be_bytes();
        let Some(window) = bytes.last_chunk::<9>() else {
            continue;
        };
        let begins = matches!(window, [b'K', b'Z' | b'W', ..] | [b'Z' | b'W', b'K', ..]);
        if begins && read_window(window).is_none() {
            repair(window, found);
        }
    }
}

fn repair(window: &[u8; 9], found: &mut dyn FnMut(Reference)) {
    for at in 0..window.len() - 1 {
        let mut swapped = *window;
        swapped.swap(at, at + 1);
        read_window(&swapped).into_iter().for_each(&mut *found);
    }
    for at in 2..window.len() {
        for letter in ALPHABET {
            let mut other = *window;
            if let Some(place) = other.get_mut(at) {
                *place = *letter;
            }
            read_window(&other).into_iter().for_each(&mut *found);
        }
    }
}

fn plain_character(character: char) -> Option<u8> {
    match character.to_ascii_uppercase() {
        'O' | 'Q' => Some(b'0'),
        'I' | 'L' => Some(b'1'),
        'Ł' | 'ł' => Some(b'1'),
        letter if letter.is_ascii_alphanumeric() => Some(letter as u8),
        _ => None,
    }
}

fn read_window(window: &[u8]) -> Option<Reference> {
    let (prefix, rest) = window.split_at_checked(2)?;
    let of_number: fn(u64) -> Option<Reference> = match prefix {
        b"KZ" => |number| Reference::of_order(OrderId(number)),
        b"KW" => |number| Reference::of_payout(PayoutId(number)),
        _ => return None,
    };
    let (body, check) = rest.split_at_checked(BODY)?;
    if u32::from(value(*check.first()?)?) != check_value(&window[..8])? {
        return None;
    }
    let mut scrambled: u64 = 0;
    for &character in body {
        scrambled = scrambled * 31 + u64::from(value(character)?);
    }
    of_number(scrambled * unscramble() % SPACE)
}

/// The place of a character in the alphabet.
fn value(character: u8) -> Option<u8> {
    ALPHABET
        .iter()
        .position(|&letter| letter == character)
        .map(|place| place as u8)
}

/// The check over prefix and body: weights 2, 3, ... 9; the check character itself has weight 1,
/// so that the whole sums to nothing modulo 31.
fn check_value(characters: &[u8]) -> Option<u32> {
    let mut sum = 0;
    for (&character, weight) in characters.iter().zip(2..) {
        sum += u32::from(value(character)?) * weight;
    }
    Some((31 - sum % 31) % 31)
}

/// The inverse of `SCRAMBLE` modulo 31^6: the group of units has 31^5 * 30 members (Euler).
const fn unscramble() -> u64 {
    let mut exponent: u64 = 31 * 31 * 31 * 31 * 31 * 30 - 1;
    let (mut power, mut base) = (1, SCRAMBLE);
    while exponent > 0 {
        if exponent % 2 == 1 {
            power = power * base % SPACE;
        }
        base = base * base % SPACE;
        exponent /= 2;
    }
    power
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(noise: impl Fn(&str) -> String) {
        for number in [1, 2, 3, 77, 1_000_000, SPACE - 1] {
            let reference = Reference::of_order(OrderId(number)).expect("in range");
            let title = noise(reference.as_str());
            assert_eq!(find_references(&title), [reference], "{title}");
        }
    }

    #[test]
    fn is_found_whole_and_in_noise() {
        check(str::to_owned);
        check(str::to_lowercase);
        check(|code| format!("zapłata {code} dziękuję"));
        check(|code| format!("zaplata{code}dziekuje"));
        check(|code| {
            format!(
                "{} {}\n{}-{}",
                &code[..2],
                &code[2..4],
                &code[4..7],
                &code[7..]
            )
        });
        check(|code| code.replace('0', "O").replace('1', "l"));
        check(|code| code.chars().flat_map(|c| [c, ' ']).collect());
    }

    /// Whatever one character is taken for, and whichever two change places, the prefix included.
    #[test]
    fn single_errors_and_swaps_are_never_taken_for_another() {
        let orders = (1..200).map(|number| Reference::of_order(OrderId(number)));
        let payouts = (1..200).map(|number| Reference::of_payout(PayoutId(number)));
        for reference in orders.chain(payouts) {
            let right = reference.expect("in range");
            let refuses = |text: &[u8]| {
                let text = std::str::from_utf8(text).expect("ASCII");
                let found = find_references(text);
                assert!(
                    found.is_empty() || found == [right],
                    "{text} for {right}: {found:?}"
                );
                found.is_empty()
            };
            for at in 0..9 {
                for &letter in ALPHABET {
                    let mut wrong = right.text;
                    wrong[at] = letter;
                    assert!(wrong == right.text || refuses(&wrong), "{right} at {at}");
                }
                for other in at + 1..9 {
                    let mut swapped = right.text;
                    swapped.swap(at, other);
                    assert!(
                        swapped == right.text || refuses(&swapped),
                        "{right} at {at}, {other}"
                    );
                }
            }
        }
    }

    #[test]
    fn order_and_payout_are_told_apart() {
        let order = Reference::of_order(OrderId(5)).unwrap();
        let payout = Reference::of_payout(PayoutId(5)).unwrap();
        assert_ne!(order.as_str(), payout.as_str());
        assert_eq!(
            find_references(&format!("{order} {payout}")),
            [order, payout],
        );
        assert_eq!(Reference::parse(&format!("{order} {payout}")), None);
    }

    #[test]
    fn numbers_beyond_the_space_have_no_reference() {
        assert!(Reference::of_order(OrderId(SPACE)).is_none());
    }
}
