//! Amounts, moments and account numbers as people read them.

use kantor_model::{Currency, Iban, Moment, Money};
use kantor_wire::Words;

/// The wall clock in Poland of a moment: `14:20` on the office's own day, else with its date.
pub(crate) fn clock(moment: &str, now: Option<&str>) -> String {
    let Ok(read) = moment.parse::<Moment>() else {
        return moment.to_owned();
    };
    let text = read.warsaw_text();
    let today = now
        .and_then(|now| now.parse::<Moment>().ok())
        .is_some_and(|now| now.warsaw_date() == read.warsaw_date());
    match text.split_once(' ') {
        Some((_, time)) if today => time.to_owned(),
        Some(_) | None => text,
    }
}

/// Whether a moment lies before another one; `false` when one cannot be read.
pub(crate) fn is_before(moment: &str, other: &str) -> bool {
    match (moment.parse::<Moment>(), other.parse::<Moment>()) {
        (Ok(moment), Ok(other)) => moment < other,
        (_, _) => false,
    }
}

/// An account number in groups of four; text that is none stays as it is.
pub(crate) fn account_number(text: &str) -> String {
    Iban::parse(text).map_or_else(|_| text.to_owned(), |iban| iban.grouped())
}

/// The sum of decimal texts of one currency, for people. A sum that cannot be formed shows a
/// question mark, never a wrong number.
pub(crate) fn sum(words: &Words, amounts: &[&str], currency: &str) -> String {
    exact_sum(amounts, currency).map_or_else(
        || format!("? {currency}"),
        |sum| format!("{}\u{a0}{currency}", words.number(&sum.to_decimal_string())),
    )
}

fn exact_sum(amounts: &[&str], currency: &str) -> Option<Money> {
    let currency = Currency::from_code(currency).ok()?;
    amounts
        .iter()
        .try_fold(Money::zero(currency), |sum, amount| {
            sum.plus(Money::parse(amount, currency).ok()?).ok()
        })
}

#[cfg(test)]
mod tests {
    use kantor_wire::Language;

    use super::*;

    #[test]
    fn a_moment_of_today_is_a_time() {
        let check = |moment: &str, wanted: &str| {
            assert_eq!(clock(moment, Some("2026-11-23T22:30:00Z")), wanted);
        };
        check("2026-11-23T13:20:00Z", "14:20");
        check("2026-11-22T13:20:00Z", "2026-11-22 14:20");
        check("2026-11-23T23:20:00Z", "2026-11-24 00:20");
        check("soon", "soon");
    }

    #[test]
    fn sums_are_exact_or_a_question_mark() {
        let words = Words::of(Language::Pl);
        assert_eq!(
            sum(words, &["0.10", "0.20", "1234.00"], "PLN"),
            "1\u{a0}234,30\u{a0}PLN"
        );
        assert_eq!(sum(words, &["0.10", "x"], "PLN"), "? PLN");
    }
}
