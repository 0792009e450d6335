//! Which countries take part in what.

/// The countries of the SEPA schemes with the length of their account numbers (European Payments
/// Council, list of SEPA countries; IBAN registry). French overseas territories have French
/// numbers.
#[rustfmt::skip]
const SEPA: &[(&str, usize)] = &[
    ("AD", 24), ("AL", 28), ("AT", 20), ("BE", 16), ("BG", 22), ("CH", 21), ("CY", 28), ("CZ", 24),
    ("DE", 22), ("DK", 18), ("EE", 20), ("ES", 24), ("FI", 18), ("FR", 27), ("GB", 22), ("GI", 23),
    ("GR", 27), ("HR", 21), ("HU", 28), ("IE", 22), ("IS", 26), ("IT", 27), ("LI", 21), ("LT", 20),
    ("LU", 20), ("LV", 21), ("MC", 27), ("MD", 24), ("ME", 22), ("MK", 19), ("MT", 31), ("NL", 18),
    ("NO", 15), ("PL", 28), ("PT", 25), ("RO", 24), ("RS", 22), ("SE", 24), ("SI", 19), ("SK", 24),
    ("SM", 27), ("VA", 22),
];

/// Of these, the countries outside of the European Economic Area.
const OUTSIDE_EEA: [&str; 12] = [
    "AD", "AL", "CH", "GB", "GI", "MC", "MD", "ME", "MK", "RS", "SM", "VA",
];

/// The currencies of the European Economic Area, the franc being that of Liechtenstein.
const EEA_CURRENCIES: [&str; 11] = [
    "BGN", "CHF", "CZK", "DKK", "EUR", "HUF", "ISK", "NOK", "PLN", "RON", "SEK",
];

/// What each pair of letters is, looked up because it is asked of every transfer several times.
static COUNTRIES: [Facts; LETTERS * LETTERS] = countries();

const LETTERS: usize = 26;

#[derive(Clone, Copy)]
struct Facts {
    /// Characters of an account number; 0 outside of SEPA.
    length: usize,
    eea: bool,
}

// The compiler runs it, and an index past an end does not compile.
#[allow(clippy::indexing_slicing)]
const fn countries() -> [Facts; LETTERS * LETTERS] {
    let none = Facts {
        length: 0,
        eea: false,
    };
    let mut all = [none; LETTERS * LETTERS];
    let mut at = 0;
    while at < SEPA.len() {
        let (country, length) = SEPA[at];
        all[slot(country.as_bytes())] = Facts { length, eea: true };
        at += 1;
    }
    let mut at = 0;
    while at < OUTSIDE_EEA.len() {
        all[slot(OUTSIDE_EEA[at].as_bytes())].eea = false;
        at += 1;
    }
    all
}

/// The place of two letters in the table; behind it for anything else.
const fn slot(country: &[u8]) -> usize {
    match country {
        [first @ b'A'..=b'Z', second @ b'A'..=b'Z'] => {
            (*first - b'A') as usize * LETTERS + (*second - b'A') as usize
        }
        _ => LETTERS * LETTERS,
    }
}

/// Whether accounts of the country can be reached by a SEPA credit transfer.
pub(crate) fn is_sepa(country: &str) -> bool {
    account_length(country).is_some()
}

/// How many characters an account number of the country has, where it is a SEPA country.
pub(super) fn account_length(country: &str) -> Option<usize> {
    let facts = COUNTRIES.get(slot(country.as_bytes()))?;
    (facts.length > 0).then_some(facts.length)
}

/// Whether the country is in the European Economic Area.
pub(super) fn is_eea(country: &str) -> bool {
    let facts = COUNTRIES.get(slot(country.as_bytes()));
    facts.is_some_and(|facts| facts.eea)
}

/// Whether the currency is one of the European Economic Area.
pub(super) fn is_eea_currency(code: &str) -> bool {
    EEA_CURRENCIES.contains(&code)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_areas_lie_inside_of_each_other() {
        assert!(SEPA.is_sorted() && OUTSIDE_EEA.is_sorted() && EEA_CURRENCIES.is_sorted());
        assert!(OUTSIDE_EEA.iter().all(|country| is_sepa(country)));
        let eea = SEPA.iter().filter(|(country, _)| is_eea(country)).count();
        // 27 of the Union, Iceland, Liechtenstein, Norway.
        assert_eq!(eea, 30);
        assert_eq!(account_length("PL"), Some(28));
        assert!(!is_sepa("US") && !is_eea("CH") && !is_eea_currency("USD"));
        for (country, length) in SEPA {
            assert_eq!(account_length(country), Some(*length));
            assert_eq!(is_eea(country), !OUTSIDE_EEA.contains(country));
        }
        for other in ["", "P", "pl", "PLN", "ŁÓ"] {
            assert!(!is_sepa(other) && !is_eea(other), "{other}");
        }
    }
}
