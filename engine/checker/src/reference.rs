//! References (tytuły) by their description: two letters that say what is named (`KZ` an order,
//! `KW` a payout), six characters of a scrambled number in base 31, one check character.

/// The digits of base 31, in order of their values.
const DIGITS: &str = "0123456789ABCDEFGHJKMNPRSTVWXYZ";
const BASE: u64 = 31;
/// 31 to the power of six: numbers are scrambled within it.
const NUMBERS: u64 = 887_503_681;
/// A number times this, modulo `NUMBERS`, is what is written.
const FACTOR: u64 = 533_000_389;
const LENGTH: usize = 9;

/// What a reference names.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum Referent {
    /// An order.
    Order(u64),
    /// A payout.
    Payout(u64),
}

/// The reference of an order; `None` beyond the last number that has one.
pub fn order_reference(order: u64) -> Option<String> {
    written("KZ", order)
}

/// The reference of a payout; `None` beyond the last number that has one.
pub fn payout_reference(payout: u64) -> Option<String> {
    written("KW", payout)
}

fn written(prefix: &str, number: u64) -> Option<String> {
    if number >= NUMBERS {
        return None;
    }
    let mut scrambled = number * FACTOR % NUMBERS;
    let mut digits = [0_u64; 6];
    for digit in digits.iter_mut().rev() {
        *digit = scrambled % BASE;
        scrambled /= BASE;
    }
    let mut text = prefix.to_owned();
    for digit in digits {
        text.push(DIGITS.chars().nth(usize::try_from(digit).ok()?)?);
    }
    // The check has weight one and the others two to nine: all together nothing, modulo 31.
    let sum = weighed(&text)?;
    let check = (BASE - sum % BASE) % BASE;
    text.push(DIGITS.chars().nth(usize::try_from(check).ok()?)?);
    Some(text)
}

/// The values of characters, the first times two, the next times three.
fn weighed(text: &str) -> Option<u64> {
    let mut sum = 0;
    for (character, weight) in text.chars().zip(2..) {
        sum += value_of(character)? * weight;
    }
    Some(sum)
}

fn value_of(character: char) -> Option<u64> {
    DIGITS
        .chars()
        .position(|digit| digit == character)
        .map(|place| place as u64)
}

/// Everything that references with right check characters in a text name, each once, in the order
/// of the text. Marks and blanks between characters are nothing, case is nothing, and look-alikes
/// are what they look like.
pub fn references_in(text: &str) -> Vec<Referent> {
    let plain: String = text.chars().filter_map(plain).collect();
    let mut found = Vec::new();
    // Every character is ASCII by now.
    for start in 0..plain.len() {
        let Some(window) = plain.get(start..start + LENGTH) else {
            break;
        };
        if let Some(referent) = named(window)
            && !found.contains(&referent)
        {
            found.push(referent);
        }
    }
    found
}

fn plain(character: char) -> Option<char> {
    match character.to_ascii_uppercase() {
        'O' | 'Q' => Some('0'),
        'I' | 'L' | 'Ł' | 'ł' => Some('1'),
        letter if letter.is_ascii_alphanumeric() => Some(letter),
        _ => None,
    }
}

fn named(window: &str) -> Option<Referent> {
    let (prefix, rest) = window.split_at_checked(2)?;
    let referent = match prefix {
        "KZ" => Referent::Order,
        "KW" => Referent::Payout,
        _ => return None,
    };
    let body = rest.get(..6)?;
    let mut scrambled = 0;
    for character in body.chars() {
        scrambled = scrambled * BASE + value_of(character)?;
    }
    let number = scrambled * inverse()? % NUMBERS;
    (written(prefix, number)? == window).then_some(referent(number))
}

/// What undoes `FACTOR`: Euclid's algorithm, kept modulo `NUMBERS`.
fn inverse() -> Option<u64> {
    let (mut a, mut b) = (i128::from(NUMBERS), i128::from(FACTOR));
    let (mut s, mut t) = (0_i128, 1_i128);
    while b != 0 {
        let times = a / b;
        (a, b) = (b, a - times * b);
        (s, t) = (t, s - times * t);
    }
    u64::try_from(s.rem_euclid(i128::from(NUMBERS))).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(text: &str, wanted: &[Referent]) {
        assert_eq!(references_in(text), wanted, "{text}");
    }

    #[test]
    fn a_reference_is_found_in_what_people_write() {
        for number in [1, 2, 31, 1_000_003, NUMBERS - 1] {
            let order = order_reference(number).expect("a reference");
            let payout = payout_reference(number).expect("a reference");
            check(&order, &[Referent::Order(number)]);
            check(&payout.to_lowercase(), &[Referent::Payout(number)]);
            let spread: String = order.chars().flat_map(|one| [one, '-', ' ']).collect();
            check(&format!("za {spread}."), &[Referent::Order(number)]);
            check(
                &format!("{order} {payout} {order}"),
                &[Referent::Order(number), Referent::Payout(number)],
            );
        }
        assert_eq!(order_reference(NUMBERS), None);
    }

    #[test]
    fn a_wrong_character_names_nobody() {
        let right = order_reference(77).expect("a reference");
        for at in 0..LENGTH {
            for wrong in DIGITS.chars() {
                let text: String = right
                    .chars()
                    .enumerate()
                    .map(|(place, one)| if place == at { wrong } else { one })
                    .collect();
                if text != right {
                    check(&text, &[]);
                }
            }
        }
    }
}
