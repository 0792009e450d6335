//! Laws of pain.001, held for any batch.

mod payments;

use kantor_model::{
    Abroad, Batch, Bic, Charges, Country, Date, Iban, Money, Party, SortCode, Transfer,
};
use kantor_parsers::pain001::{AddressForm, Kind, Profile, read, write};
use kantor_parsers::transfers::{TransferFormat, batches};
use payments::{ARABIAN, GERMAN, assert_valid, batch};
use proptest::prelude::*;

fn any_version() -> impl Strategy<Value = TransferFormat> {
    prop_oneof![
        Just(TransferFormat::Pain001V03),
        Just(TransferFormat::Pain001V09)
    ]
}

fn any_form() -> impl Strategy<Value = AddressForm> {
    prop_oneof![
        Just(AddressForm::Lines),
        Just(AddressForm::Structured),
        Just(AddressForm::Hybrid),
    ]
}

/// Texts as they are after spelling: single spaces, what SEPA takes, a letter first.
fn text(longest: usize) -> impl Strategy<Value = String> {
    let words = proptest::collection::vec("[A-Za-z][A-Za-z0-9.,()/+'?:-]{0,30}", 1..8);
    words.prop_map(move |words| {
        let text: String = words.join(" ").chars().take(longest).collect();
        text.trim().to_owned()
    })
}

fn polish_iban() -> impl Strategy<Value = Iban> {
    (0..10_000_000_u32, 0..10_000_000_000_000_000_u64).prop_filter_map("valid", |(code, rest)| {
        let code = (0..10).find_map(|check| {
            SortCode::parse(&format!("{code:07}{check}")).filter(|code| code.is_valid())
        })?;
        Iban::polish(code, &format!("{rest:016}"))
    })
}

fn any_iban() -> impl Strategy<Value = Iban> {
    let foreign = prop::sample::select(vec![GERMAN, ARABIAN, "GB82WEST12345698765432"]);
    prop_oneof![
        polish_iban(),
        foreign.prop_map(|text| Iban::parse(text).unwrap())
    ]
}

/// A town that stands alone is told from a street by its postcode only.
fn any_party() -> impl Strategy<Value = Party> {
    let street = (
        text(50),
        prop_oneof![Just(""), Just(" 7"), Just(" 7a/2"), Just(" 3 m. 4")],
    )
        .prop_map(|(name, number)| name + number)
        .boxed();
    let town = (
        prop_oneof![Just("00-950 "), Just("10115 "), Just("")],
        text(28),
    )
        .prop_map(|(code, name)| format!("{code}{name}"));
    let home = prop_oneof![
        Just((String::new(), String::new())),
        street.clone().prop_map(|street| (street, String::new())),
        (street, town),
    ];
    (text(70), home).prop_map(|(name, (street, city))| Party { name, street, city })
}

/// What can be written whole and means the same after it: nothing is said that is taken anyway.
fn any_transfer() -> impl Strategy<Value = Transfer> {
    let code = prop::sample::select(vec!["PLN", "EUR", "USD", "JPY", "KWD"]);
    let amount = (code, 1..1_000_000_000_00_i64);
    let country = proptest::option::of(Just("IN"));
    (
        amount,
        any_iban(),
        any_party(),
        text(140),
        country,
        any::<bool>(),
    )
        .prop_map(
            |((code, minor), payee_account, payee, title, country, ours)| {
                let far = payee_account.country() == "AE";
                let currency = kantor_model::Currency::from_code(code).unwrap();
                Transfer {
                    reference: String::new(),
                    amount: Money::new(minor, currency),
                    payee,
                    payee_account,
                    title,
                    abroad: Abroad {
                        country: country.and_then(Country::parse),
                        bank: (payee_account.country() != "PL")
                            .then(|| Bic::parse("DEUTDEFF").unwrap()),
                        charges: (far && ours).then_some(Charges::Payer),
                    },
                }
            },
        )
}

fn any_batch() -> impl Strategy<Value = Batch> {
    let day = (1000..9999_i16, 1..13_i8, 1..29_i8);
    let transfers = proptest::collection::vec(any_transfer(), 1..8);
    (polish_iban(), any_party(), day, transfers).prop_map(
        |(debit_account, owner, (year, month, day), mut transfers)| {
            for (index, transfer) in transfers.iter_mut().enumerate() {
                transfer.reference = format!("EX{index}/R");
            }
            Batch {
                debit_account,
                owner,
                date: Date::new(year, month, day).unwrap(),
                transfers,
            }
        },
    )
}

/// The batch with its transfers in the order of blocks.
fn in_blocks(batch: &Batch) -> Batch {
    let key = |transfer: &Transfer| {
        (
            Kind::of(&batch.debit_account, transfer),
            transfer.amount.currency(),
            transfer.abroad.charges,
        )
    };
    let mut keys = Vec::new();
    for transfer in &batch.transfers {
        if !keys.contains(&key(transfer)) {
            keys.push(key(transfer));
        }
    }
    let mut ordered = batch.clone();
    ordered
        .transfers
        .sort_by_key(|transfer| keys.iter().position(|other| *other == key(transfer)));
    ordered
}

proptest! {
    // The schema's judge is a process of its own, which takes its time.
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn reading_undoes_writing(batch in any_batch(), version in any_version(), form in any_form()) {
        let profile = Profile { address: Some(form), ..Profile::default() };
        let file = write(&batch, version, &profile).unwrap();
        prop_assert!(file.respelt.is_empty() && file.cut.is_empty(), "{:?} {:?}", file.respelt, file.cut);
        assert_valid(&file.bytes, version);
        let message = read(&file.bytes, None);
        prop_assert_eq!(&message.read.complaints, &vec![]);
        prop_assert_eq!(message.told, message.found);
        prop_assert_eq!(batches(&message.read.orders).unwrap(), vec![in_blocks(&batch)]);
        prop_assert_eq!(write(&batch, version, &profile).unwrap(), file);
    }

    #[test]
    fn whatever_the_texts_are_a_file_keeps_the_rules(
        name in "\\PC{1,90}", street in "\\PC{0,80}", city in "\\PC{0,80}", title in "\\PC{1,80}",
        reference in "\\PC{0,30}", far: bool, version in any_version(), form in any_form(),
        polish_letters: bool,
    ) {
        let (code, account) = if far { ("EUR", GERMAN) } else { ("PLN", payments::POLISH) };
        let mut transfer = payments::transfer(code, 1_00, account, &reference);
        transfer.payee = Party { name, street, city };
        transfer.title = title;
        let profile = Profile { address: Some(form), polish_letters, ..Profile::default() };
        let batch = batch(vec![transfer]);
        if let Ok(file) = write(&batch, version, &profile) {
            assert_valid(&file.bytes, version);
            let message = read(&file.bytes, None);
            prop_assert_eq!(&message.read.complaints, &vec![]);
            let order = &message.read.orders[0];
            prop_assert!(!order.payee.name.is_empty() && !order.title.is_empty());
            prop_assert!(polish_letters || file.bytes.is_ascii());
        }
    }

}

proptest! {
    #[test]
    fn no_bytes_make_the_reader_panic(bytes in proptest::collection::vec(any::<u8>(), 0..300)) {
        let _ = read(&bytes, None);
    }

    #[test]
    fn a_damaged_file_is_complained_about_or_read_in_full(
        batch in any_batch(), at in any::<prop::sample::Index>(), byte: u8, cut: bool,
    ) {
        let mut bytes = write(&batch, TransferFormat::Pain001V03, &Profile::default()).unwrap().bytes;
        let at = at.index(bytes.len());
        if cut {
            bytes.truncate(at);
        } else {
            bytes[at] = byte;
        }
        let message = read(&bytes, None);
        let whole = message.read.orders.len() == batch.transfers.len();
        prop_assert!(whole || !message.read.is_whole(), "{:?}", message.read.complaints);
        prop_assert!(message.read.complaints.iter().all(|complaint| complaint.place.line > 0));
    }
}
