//! The laws of the vocabulary, each tried on many values.

use kantor_model::{
    Currency, Decimal, Iban, Mid, Money, MoneyError, Nip, Pesel, Rate, Regon, Rounding, SortCode,
};
use proptest::prelude::*;

const ROUNDINGS: [Rounding; 3] = [Rounding::Down, Rounding::Up, Rounding::HalfEven];

fn any_currency() -> impl Strategy<Value = Currency> {
    proptest::sample::select(Currency::all().collect::<Vec<_>>())
}

/// Amounts of every size; uniform ones would nearly all be huge.
fn any_minor() -> impl Strategy<Value = i64> {
    (any::<i64>(), 0_u32..63).prop_map(|(minor, shift)| minor >> shift)
}

fn any_money() -> impl Strategy<Value = Money> {
    (any_minor(), any_currency()).prop_map(|(minor, currency)| Money::new(minor, currency))
}

/// Every rate that can be made: up to 15 digits, up to 15 decimal places.
fn any_rate() -> impl Strategy<Value = Rate<Mid>> {
    let mantissa = (1..10_i64.pow(15), 0_u32..15).prop_map(|(all, less)| all / 10_i64.pow(less));
    (mantissa, 0_u32..=15, any_currency(), any_currency()).prop_filter_map(
        "zero, or one currency twice",
        |(mantissa, scale, base, quote)| Rate::new(Decimal::new(mantissa, scale), base, quote).ok(),
    )
}

/// A rate once more, in whole numbers and away from the code that is judged here: one minor unit of
/// base is worth `worth / 10^places` minor units of quote.
struct Plain {
    worth: i128,
    places: u32,
}

impl Plain {
    fn of(rate: Rate<Mid>) -> Plain {
        Plain {
            worth: rate.value().mantissa() * 10_i128.pow(rate.quote().minor_digits()),
            places: rate.value().scale() + rate.base().minor_digits(),
        }
    }

    fn one(&self) -> i128 {
        10_i128.pow(self.places)
    }

    /// A decimal in parts of `10^places`.
    fn parts(&self, value: Decimal) -> i128 {
        value.mantissa() * 10_i128.pow(self.places - value.scale())
    }
}

/// What each rounding promises of the remainder of a number whose unit is `unit` parts.
fn keeps_promise(rounding: Rounding, minor: i64, rounded: i64, rest: i128, unit: i128) -> bool {
    let sign = i128::from(minor.signum());
    match rounding {
        Rounding::Down => rest * sign >= 0 && rest.abs() < unit,
        Rounding::Up => rest * sign <= 0 && rest.abs() < unit,
        Rounding::HalfEven => {
            let twice = 2 * rest.abs();
            twice < unit || twice == unit && rounded % 2 == 0
        }
    }
}

/// Every text that differs in one digit.
fn mistyped(text: &str) -> impl Iterator<Item = String> {
    text.char_indices()
        .filter(|(_, old)| old.is_ascii_digit())
        .flat_map(move |(at, old)| {
            ('0'..='9')
                .filter(move |new| *new != old)
                .map(move |new| format!("{}{new}{}", &text[..at], &text[at + 1..]))
        })
}

/// Every text in which two different neighbours have changed places, with these two.
fn swapped(text: &str) -> impl Iterator<Item = (u8, u8, String)> {
    text.as_bytes()
        .windows(2)
        .enumerate()
        .filter(|(_, pair)| pair[0] != pair[1])
        .map(move |(at, pair)| {
            let (a, b) = (char::from(pair[0]), char::from(pair[1]));
            (
                pair[0],
                pair[1],
                format!("{}{b}{a}{}", &text[..at], &text[at + 2..]),
            )
        })
}

/// The first of these digits that makes a valid number, if one does.
fn with_check_digit(number: &str, valid: impl Fn(&str) -> bool) -> Option<String> {
    ('0'..='9')
        .map(|check| format!("{number}{check}"))
        .find(|whole| valid(whole))
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(1024))]

    #[test]
    fn printing_then_reading_money_is_identity(money in any_money()) {
        let read = Money::parse(&money.to_decimal_string(), money.currency());
        prop_assert_eq!(read, Ok(money));
    }

    #[test]
    fn reading_then_printing_an_amount_keeps_every_digit(
        sign in "-?", whole in "[1-9][0-9]{0,15}|0", part in "[0-9]{2}",
    ) {
        let text = format!("{sign}{whole}.{part}");
        let printed = Money::parse(&text, Currency::PLN).map(Money::to_decimal_string);
        let wanted = if text == "-0.00" { "0.00".to_owned() } else { text };
        prop_assert_eq!(printed, Ok(wanted));
    }

    #[test]
    fn an_amount_is_zero_only_where_every_digit_is(
        text in "[-+]?[0-9.,]{1,25}", currency in any_currency(),
    ) {
        if let Ok(money) = Money::parse(&text, currency) {
            let all_zero = text.chars().all(|c| !c.is_ascii_digit() || c == '0');
            prop_assert_eq!(money.is_zero(), all_zero);
        }
    }

    #[test]
    fn sums_are_exact_or_refused(a in any_minor(), b in any_minor(), currency in any_currency()) {
        let (left, right) = (Money::new(a, currency), Money::new(b, currency));
        let fits = |exact: i128| i64::try_from(exact).ok();
        let minor = |result: Result<Money, MoneyError>| result.ok().map(Money::minor);
        prop_assert_eq!(minor(left.plus(right)), fits(i128::from(a) + i128::from(b)));
        prop_assert_eq!(minor(left.minus(right)), fits(i128::from(a) - i128::from(b)));
        prop_assert_eq!(minor(left.negated()), fits(-i128::from(a)));
        prop_assert_eq!(left.plus(right), right.plus(left));
        prop_assert_eq!(Money::sum(currency, [left, right]), left.plus(right));
    }

    #[test]
    fn two_currencies_never_meet(a in any_money(), b in any_money()) {
        for result in [a.plus(b), a.minus(b)] {
            let refused = matches!(result, Err(MoneyError::TwoCurrencies { .. }));
            prop_assert_eq!(refused, a.currency() != b.currency());
        }
    }

    #[test]
    fn base_to_quote_is_exact_with_its_remainder(minor in any_minor(), rate in any_rate()) {
        let plain = Plain::of(rate);
        let exact = i128::from(minor) * plain.worth;
        for rounding in ROUNDINGS {
            let Ok(done) = rate.to_quote(Money::new(minor, rate.base()), rounding) else {
                // Refused only where it really is too large.
                prop_assert!((exact / plain.one()).abs() >= i128::from(i64::MAX));
                continue;
            };
            let rest = plain.parts(done.remainder);
            prop_assert_eq!(done.money.currency(), rate.quote());
            prop_assert_eq!(i128::from(done.money.minor()) * plain.one() + rest, exact);
            prop_assert!(keeps_promise(rounding, minor, done.money.minor(), rest, plain.one()));
        }
    }

    #[test]
    fn quote_to_base_is_exact_with_its_remainder(minor in any_minor(), rate in any_rate()) {
        let plain = Plain::of(rate);
        let exact = i128::from(minor) * plain.one();
        for rounding in ROUNDINGS {
            let Ok(done) = rate.to_base(Money::new(minor, rate.quote()), rounding) else {
                prop_assert!((exact / plain.worth).abs() >= i128::from(i64::MAX));
                continue;
            };
            let rest = plain.parts(done.remainder);
            prop_assert_eq!(done.money.currency(), rate.base());
            prop_assert_eq!(i128::from(done.money.minor()) * plain.worth + rest, exact);
            prop_assert!(keeps_promise(rounding, minor, done.money.minor(), rest, plain.worth));
        }
    }

    #[test]
    fn rounding_never_favours_the_customer_twice(minor in any_minor(), rate in any_rate()) {
        let base = Money::new(minor, rate.base());
        if let Ok(paid) = rate.to_quote(base, Rounding::Down)
            && let Ok(back) = rate.to_base(paid.money, Rounding::Down)
        {
            prop_assert!(back.money.minor().unsigned_abs() <= minor.unsigned_abs());
        }
        if let Ok(asked) = rate.to_quote(base, Rounding::Up)
            && let Ok(back) = rate.to_base(asked.money, Rounding::Down)
        {
            prop_assert!(back.money.minor().unsigned_abs() >= minor.unsigned_abs());
        }
        let quote = Money::new(minor, rate.quote());
        if let Ok(paid) = rate.to_base(quote, Rounding::Down)
            && let Ok(back) = rate.to_quote(paid.money, Rounding::Down)
        {
            prop_assert!(back.money.minor().unsigned_abs() <= minor.unsigned_abs());
        }
    }

    #[test]
    fn more_money_never_buys_less(a in any_minor(), b in any_minor(), rate in any_rate()) {
        let (less, more) = (a.min(b), a.max(b));
        for rounding in ROUNDINGS {
            let quote = |minor| rate.to_quote(Money::new(minor, rate.base()), rounding);
            let base = |minor| rate.to_base(Money::new(minor, rate.quote()), rounding);
            if let (Ok(less), Ok(more)) = (quote(less), quote(more)) {
                prop_assert!(less.money.minor() <= more.money.minor());
            }
            if let (Ok(less), Ok(more)) = (base(less), base(more)) {
                prop_assert!(less.money.minor() <= more.money.minor());
            }
        }
    }

    #[test]
    fn printing_then_reading_a_rate_is_identity(rate in any_rate()) {
        let text = rate.value().to_string();
        prop_assert_eq!(Rate::parse(&text, rate.base(), rate.quote()), Ok(rate));
        prop_assert_eq!(Rate::parse(&text.replace('.', ","), rate.base(), rate.quote()), Ok(rate));
    }

    #[test]
    fn a_built_account_number_is_valid(sort_code in "[0-9]{8}", account in "[0-9]{16}") {
        let sort_code = SortCode::parse(&sort_code).expect("eight digits");
        let iban = Iban::polish(sort_code, &account).expect("sixteen digits");
        prop_assert_eq!(Iban::parse(iban.as_str()), Ok(iban));
        prop_assert_eq!(Iban::parse(iban.nrb().expect("polish")), Ok(iban));
        prop_assert_eq!(Iban::parse(&iban.grouped()), Ok(iban));
        prop_assert_eq!(iban.sort_code(), Some(sort_code));
        prop_assert_eq!(&iban.as_str()[12..], account);
    }

    #[test]
    fn a_sort_code_finds_every_mistyped_digit(seven in "[0-9]{7}") {
        let valid = |text: &str| SortCode::parse(text).is_some_and(SortCode::is_valid);
        let code = with_check_digit(&seven, valid).expect("one digit always fits");
        for wrong in mistyped(&code) {
            prop_assert!(!valid(&wrong), "{} for {}", wrong, code);
        }
        // All weights differ by even numbers, so digits that are five apart change places unseen.
        for (a, b, wrong) in swapped(&code) {
            prop_assert_eq!(valid(&wrong), a.abs_diff(b) == 5, "{} for {}", wrong, code);
        }
    }

    #[test]
    fn a_pesel_finds_every_mistyped_digit(
        year in 0..=99, month in 1..=12, century in 0..=4, day in 1..=28, serial in 0..=9999,
    ) {
        let month = month + 20 * century;
        let ten = format!("{year:02}{month:02}{day:02}{serial:04}");
        let valid = |text: &str| Pesel::parse(text).is_ok();
        let pesel = with_check_digit(&ten, valid).expect("one digit always fits");
        for wrong in mistyped(&pesel) {
            prop_assert!(!valid(&wrong), "{} for {}", wrong, pesel);
        }
        // As in sort codes; some of these swaps make a day that does not exist.
        for (a, b, wrong) in swapped(&pesel) {
            prop_assert!(!valid(&wrong) || a.abs_diff(b) == 5, "{} for {}", wrong, pesel);
        }
    }

    #[test]
    fn a_nip_finds_every_mistyped_digit_and_every_swap(nine in "[1-9][0-9]{8}") {
        let valid = |text: &str| Nip::parse(text).is_ok();
        // Every eleventh number leaves 10 and has no check digit.
        if let Some(nip) = with_check_digit(&nine, valid) {
            for wrong in mistyped(&nip).chain(swapped(&nip).map(|(_, _, wrong)| wrong)) {
                prop_assert!(!valid(&wrong), "{} for {}", wrong, nip);
            }
        }
    }

    #[test]
    fn a_regon_finds_every_mistyped_digit_but_where_ten_stands_for_zero(
        eight in "[1-9][0-9]{7}", five in "[0-9]{4}",
    ) {
        let valid = |text: &str| Regon::parse(text).is_ok();
        let nine = with_check_digit(&eight, valid).expect("one digit always fits");
        let fourteen = with_check_digit(&format!("{nine}{five}"), valid).expect("as above");
        for regon in [nine, fourteen] {
            for wrong in mistyped(&regon) {
                // The remainders 0 and 10 share the check digit 0, in each of the two checks.
                let shared = regon.ends_with('0') || regon[..9].ends_with('0');
                prop_assert!(!valid(&wrong) || shared, "{} for {}", wrong, regon);
            }
        }
    }

    #[test]
    fn no_text_makes_a_reader_panic(text in "\\PC*", digits in "[-+/ ]?[0-9A-Za-z .,-]{0,40}") {
        for text in [&text, &digits] {
            for currency in [Currency::PLN, Currency::EUR] {
                let _ = Money::parse(text, currency);
            }
            let _ = Rate::<Mid>::parse(text, Currency::EUR, Currency::PLN);
            let _ = (Iban::parse(text), SortCode::parse(text), Currency::from_code(text));
            let _ = (Pesel::parse(text), Nip::parse(text), Regon::parse(text));
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(128))]

    #[test]
    fn an_account_number_finds_every_mistyped_digit_and_every_swap(
        sort_code in "[0-9]{8}", account in "[0-9]{16}",
    ) {
        let sort_code = SortCode::parse(&sort_code).expect("eight digits");
        let iban = Iban::polish(sort_code, &account).expect("sixteen digits");
        let nrb = iban.nrb().expect("polish");
        for wrong in mistyped(nrb).chain(swapped(nrb).map(|(_, _, wrong)| wrong)) {
            prop_assert!(Iban::parse(&wrong).is_err(), "{} for {}", wrong, nrb);
        }
    }
}
