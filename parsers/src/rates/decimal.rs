//! Decimal numbers as text, exactly.

use kantor_model::Decimal;

/// The number that a JSON or XML file writes: digits, one decimal mark (dot, or the comma of the
/// NBP's old files), an exponent (`1.2E-05`, as .NET writes small numbers). Exact, or nothing.
pub(super) fn exact(text: &str) -> Option<Decimal> {
    let (mantissa, exponent) = match text.split_once(['e', 'E']) {
        Some((mantissa, exponent)) => (mantissa, exponent.parse::<i32>().ok()?),
        None => (text, 0),
    };
    let digits = mantissa.strip_prefix('-').unwrap_or(mantissa);
    let marks = digits.matches(['.', ',']).count();
    let plain = digits
        .bytes()
        .all(|byte| byte.is_ascii_digit() || matches!(byte, b'.' | b','));
    if !plain || marks > 1 || !digits.starts_with(|first: char| first.is_ascii_digit()) {
        return None;
    }
    let value = Decimal::from_str_exact(&mantissa.replace(',', ".")).ok()?;
    moved(value.normalize(), exponent)
}

/// The value times ten to the power of `places`, if that can be held exactly.
pub(super) fn moved(value: Decimal, places: i32) -> Option<Decimal> {
    let scale = i64::from(value.scale()) - i64::from(places);
    if let Ok(scale) = u32::try_from(scale) {
        return Decimal::try_from_i128_with_scale(value.mantissa(), scale).ok();
    }
    let up = u32::try_from(scale.unsigned_abs()).ok()?;
    let mantissa = value.mantissa().checked_mul(10_i128.checked_pow(up)?)?;
    Decimal::try_from_i128_with_scale(mantissa, 0).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_what_stands_there() {
        for (text, value) in [
            ("4.2301", "4.2301"),
            ("4,2301", "4.2301"),
            ("0.03579", "0.03579"),
            ("0.00012300", "0.000123"),
            ("1e-3", "0.001"),
            ("1.2E-05", "0.000012"),
            ("1.5e3", "1500"),
            ("1.25E+1", "12.5"),
            ("7", "7"),
            ("-1", "-1"),
        ] {
            let found = exact(text).map(|value| value.to_string());
            assert_eq!(found.as_deref(), Some(value), "{text}");
        }
    }

    #[test]
    fn what_is_no_number_stays_none() {
        for text in [
            "",
            ".5",
            "N/A",
            "1.2.3",
            "1,2.3",
            "1e",
            "e5",
            "0x1",
            "1 000",
            "+1",
            "--1",
            "1e-99999999999",
            "1e99",
            "1e-99",
            "12345678901234567890123456789012345678901234567890",
        ] {
            assert_eq!(exact(text), None, "{text}");
        }
    }
}
