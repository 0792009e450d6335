//! Values of kantor-model survive the wall: lent out and taken over again, they are the same.

use kantor_model::{
    AccountNumber, Balance, Complaint, Counterparty, Currency, Date, Entry, EntryStatus, Format,
    Money, Part, Place, Severity, StatementFoot, StatementHead,
};
use kantor_plugin_sdk::pack::{Confidence, Recognition};
use kantor_plugin_sdk::{abi, from_abi, to_abi};
use proptest::prelude::*;

fn text() -> impl Strategy<Value = String> {
    // Whatever a bank may write, apart from U+0000, which may not cross.
    proptest::collection::vec(any::<char>().prop_filter("zero", |c| *c != '\0'), 0..40)
        .prop_map(|characters| characters.into_iter().collect())
}

fn optional() -> impl Strategy<Value = Option<String>> {
    proptest::option::of(text().prop_filter("empty is absent", |text| !text.is_empty()))
}

fn account() -> impl Strategy<Value = AccountNumber> {
    text().prop_filter_map("empty", |text| AccountNumber::from_file(&text))
}

fn currency() -> impl Strategy<Value = Currency> {
    proptest::sample::select(Currency::all().collect::<Vec<_>>())
}

fn date() -> impl Strategy<Value = Date> {
    (1_i16..=9999, 1_i8..=12, 1_i8..=28)
        .prop_map(|(year, month, day)| Date::new(year, month, day).unwrap())
}

prop_compose! {
    fn place()(line in any::<u32>(), column in any::<u32>()) -> Place {
        Place { line, column }
    }
}

prop_compose! {
    fn money()(minor in any::<i64>(), currency in currency()) -> Money {
        Money::new(minor, currency)
    }
}

prop_compose! {
    fn balance()(amount in money(), date in date()) -> Balance {
        Balance { amount, date }
    }
}

prop_compose! {
    fn head()(
        format in proptest::sample::select(Format::ALL.to_vec()),
        bank in optional(),
        account in proptest::option::of(account()),
        currency in currency(),
        number in optional(),
        opening in proptest::option::of(balance()),
        place in place(),
    ) -> StatementHead {
        StatementHead { format, bank, account, currency, number, opening, place }
    }
}

prop_compose! {
    fn counterparty()(
        name in optional(),
        account in proptest::option::of(account()),
        bank in optional(),
    ) -> Counterparty {
        Counterparty { name, account, bank }
    }
}

prop_compose! {
    fn part()(
        amount in proptest::option::of(money()),
        references in (optional(), optional()),
        counterparty in counterparty(),
        texts in (optional(), optional()),
        place in place(),
    ) -> Part {
        Part {
            amount,
            bank_reference: references.0,
            customer_reference: references.1,
            counterparty,
            remittance: texts.0,
            return_reason: texts.1,
            place,
        }
    }
}

prop_compose! {
    fn entry()(
        dates in (proptest::option::of(date()), proptest::option::of(date())),
        amount in money(),
        codes in (optional(), optional(), optional()),
        counterparty in counterparty(),
        texts in (optional(), optional()),
        sums in (proptest::option::of(money()), proptest::option::of(money())),
        reversal in any::<bool>(),
        status in proptest::sample::select(vec![
            EntryStatus::Booked, EntryStatus::Pending, EntryStatus::Info,
        ]),
        place in place(),
    ) -> Entry {
        Entry {
            value_date: dates.0,
            booking_date: dates.1,
            amount,
            transaction_code: codes.0,
            bank_reference: codes.1,
            customer_reference: codes.2,
            counterparty,
            remittance: texts.0,
            original: sums.0,
            charges: sums.1,
            return_reason: texts.1,
            parts: Vec::new(),
            reversal,
            status,
            place,
        }
    }
}

prop_compose! {
    fn complaint()(
        place in place(),
        code in "[a-z-]{1,20}",
        severity in proptest::sample::select(vec![Severity::Notice, Severity::Fatal]),
        message in text(),
        excerpt in text(),
    ) -> Complaint {
        Complaint { place, code: code.into(), severity, message, excerpt }
    }
}

// SAFETY, for all of them: what is lent lives until the closure returns.
#[allow(unsafe_code)]
mod laws {
    use super::*;

    proptest! {
        #[test]
        fn heads_cross(value in head()) {
            let back = to_abi::head(&value, |lent| unsafe { from_abi::head(lent) });
            prop_assert_eq!(back, Ok(value));
        }

        #[test]
        fn entries_cross(value in entry()) {
            let back = to_abi::entry(&value.view(), |lent| {
                unsafe { from_abi::entry(lent) }.map(|view| view.to_entry())
            });
            prop_assert_eq!(back, Ok(value));
        }

        #[test]
        fn parts_cross(value in part()) {
            let back = to_abi::part(&value.view(), |lent| {
                unsafe { from_abi::part(lent) }.map(|view| view.to_part())
            });
            prop_assert_eq!(back, Ok(value));
        }

        #[test]
        fn feet_cross(closing in proptest::option::of(balance()), available in proptest::option::of(balance())) {
            let value = StatementFoot { closing, available };
            let back = to_abi::foot(&value, |lent| unsafe { from_abi::foot(lent) });
            prop_assert_eq!(back, Ok(value));
        }

        #[test]
        fn complaints_cross(value in complaint()) {
            let back = to_abi::complaint(&value, |lent| unsafe { from_abi::complaint(lent) });
            prop_assert_eq!(back, Ok(value));
        }

        #[test]
        fn recognitions_cross(
            confidence in proptest::sample::select(Confidence::ALL.to_vec()),
            format in optional(),
            dialect in optional(),
            why in text(),
        ) {
            let value = Recognition { confidence, format, dialect, why };
            let back = to_abi::recognition(&value, |lent| unsafe { from_abi::recognition(lent) });
            prop_assert_eq!(back, Ok(value));
        }
    }
}

/// An amount as another currency table counts it.
#[test]
fn amounts_come_out_in_our_minor_units_or_not_at_all() {
    let check = |minor: i64, letters: &str, scale: u8, expected: &str| {
        let lent = abi::Money {
            minor,
            currency: abi::Currency {
                letters: letters.as_bytes().try_into().unwrap(),
                scale,
            },
            reserved: 0,
        };
        let found = from_abi::money(lent)
            .map_or_else(|misfit| misfit.to_string(), |money| money.to_string());
        assert!(found.contains(expected), "{found}");
    };
    check(1234, "PLN", 2, "12.34 PLN");
    check(12, "PLN", 0, "12.00 PLN");
    check(12340, "PLN", 3, "12.34 PLN");
    check(12345, "PLN", 3, "no amount in minor units of PLN");
    check(i64::MAX, "PLN", 0, "no amount in minor units of PLN");
    check(-7, "JPY", 0, "-7 JPY");
    check(-700, "JPY", 2, "-7 JPY");
    check(0, "PLN", 9, "0.00 PLN");
    check(1, "PLN", 10, "10 decimal places");
    check(1, "pln", 2, "not three letters");
    check(1, "QQQ", 2, "the currency QQQ");
}
