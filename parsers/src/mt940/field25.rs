//! `:25:` — whose statement it is, and `:28C:` — its number and page.

use kantor_model::{AccountNumber, Currency, Iban};

use super::balance::trailing_currency;
use crate::charset::Charset;
use crate::text::{lines, trim};

/// The account as the bank writes it, without a leading slash and without a BIC before an IBAN;
/// and the currency that some banks write after it. The second line (a BIC in `:25P:`) is not part
/// of it.
pub(super) fn account(value: &[u8], charset: Charset) -> Option<(AccountNumber, Option<Currency>)> {
    let line = lines(value).map(trim).find(|line| !line.is_empty())?;
    let currency = trailing_currency(line);
    let text = charset.decode(line);
    let text = text
        .trim()
        .trim_matches('\'')
        .trim_start_matches('/')
        .trim();
    let plain = match currency {
        Some(_) => text.get(..text.len().saturating_sub(3)).unwrap_or(text),
        None => text,
    };
    let after_slash = plain.rsplit_once('/').map(|(_, tail)| tail);
    let iban = [Some(plain), after_slash]
        .into_iter()
        .flatten()
        .find_map(|text| Iban::parse(text).ok());
    let account = match iban {
        Some(iban) => AccountNumber::Iban(iban),
        None => AccountNumber::from_file(text)?,
    };
    Some((account, currency))
}

/// Statement and page of `:28C:`, where it has the form `n/p`. Numbers are text: banks write
/// dates, months and letters here, and begin again each year.
pub(super) fn page(number: &str) -> Option<(&str, u32)> {
    let (statement, page) = number.rsplit_once('/')?;
    Some((statement, page.parse().ok()?))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn accounts_of_real_banks() {
        let check = |value: &str, expected: &str| {
            let found = account(value.as_bytes(), Charset::Utf8).map(|(account, currency)| {
                format!("{account} {}", currency.map_or("-", Currency::code))
            });
            assert_eq!(found.as_deref().unwrap_or("none"), expected, "{value}");
        };
        check(
            "/PL61109010140000071219812874",
            "PL61109010140000071219812874 -",
        );
        check(
            "61 1090 1014 0000 0712 1981 2874",
            "PL61109010140000071219812874 -",
        );
        check("BPHKPLPK/320000546101", "BPHKPLPK/320000546101 -");
        check(
            "BREXPLPW/PL61109010140000071219812874",
            "PL61109010140000071219812874 -",
        );
        check(
            "/PL44102055610000380209739045",
            "PL44102055610000380209739045 -",
        );
        check("51210600/9223382012EUR", "51210600/9223382012EUR EUR");
        check("DE89370400440532013000EUR", "DE89370400440532013000 EUR");
        check("123\r\nBREXPLPWXXX", "123 -");
        check("\r\n", "none");
        check("/", "none");
    }

    #[test]
    fn pages_are_after_the_last_slash() {
        assert_eq!(page("00084/001"), Some(("00084", 1)));
        assert_eq!(page("01/2023/M"), None);
        assert_eq!(page("180521"), None);
    }
}
