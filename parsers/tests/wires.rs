//! PLA and MT101: what is written, what is refused, and that reading undoes writing.

use kantor_model::{
    Abroad, Batch, Bic, Charges, Country, Currency, Date, Iban, Money, Party, SortCode, Transfer,
};
use kantor_parsers::transfers::{
    TransferFormat, batches, read_transfers, recognise_transfers, write_batch,
};
use proptest::prelude::*;

const PAYER: &str = "06114010100000111111001001";
const GERMAN: &str = "DE89370400440532013000";
const AMERICAN_BANK: &str = "CHASUS33";

const FOREIGN: [TransferFormat; 2] = [TransferFormat::Pla, TransferFormat::Mt101];

fn party(text: &str) -> Party {
    let mut parts = text.split('|').map(str::to_owned);
    let mut next = || parts.next().unwrap_or_default();
    Party {
        name: next(),
        street: next(),
        city: next(),
    }
}

fn money(text: &str) -> Money {
    let (amount, code) = text.split_once(' ').unwrap();
    Money::parse(amount, Currency::from_code(code).unwrap()).unwrap()
}

fn transfer(reference: &str, amount: &str, account: &str, payee: &str) -> Transfer {
    Transfer {
        reference: reference.to_owned(),
        amount: money(amount),
        payee: party(payee),
        payee_account: Iban::parse(account).unwrap(),
        title: reference.to_owned(),
        abroad: Abroad::default(),
    }
}

fn batch(transfers: Vec<Transfer>) -> Batch {
    Batch {
        debit_account: Iban::parse(PAYER).unwrap(),
        owner: party("Kantor Sp. z o.o.|ul. Prosta 1|00-001 Warszawa"),
        date: Date::new(2026, 11, 23).unwrap(),
        transfers,
    }
}

fn two() -> Batch {
    let mut franc = transfer("EX2", "100 CHF", "CH9300762011623852957", "Müller & Söhne");
    franc.title = "Wymiana EX2".to_owned();
    franc.abroad = Abroad {
        country: Country::parse("LI"),
        bank: Bic::parse("POFICHBEXXX").ok(),
        charges: Some(Charges::Payer),
    };
    let first = "Jan Żak|Hauptstr. 2|10115 Berlin";
    batch(vec![transfer("EX1", "234.34 EUR", GERMAN, first), franc])
}

#[track_caller]
fn written(format: TransferFormat, batch: &Batch) -> String {
    let bytes = write_batch(format, batch, None).unwrap().bytes;
    String::from_utf8(bytes).unwrap().replace("\r\n", "\n")
}

#[test]
fn pla_is_written_as_the_banks_documents_show_it() {
    let expected = "\
:01:261123F12C37FC
:02:334,34
:03:2
:04:11401010
:05:Kantor Sp. z o.o.

ul. Prosta 1
00-001 Warszawa
:07:261123F1.PLA
{1:F0111401010xxxx0001000001}{2:I100xxxxxxxxxxxxN1}{4:
:20:EX1
:32A:261123EUR234,34
:50:Kantor Sp. z o.o.

ul. Prosta 1
00-001 Warszawa
:52D:06114010100000111111001001
06114010100000111111001001
EUR234,34
F50            DE DE
:59:/DE89370400440532013000
Jan Zak

Hauptstr. 2
10115 Berlin
:70:EX1
:71A:BN1
:72: 00 00 00 00
-}$
{1:F0111401010xxxx0001000002}{2:I100POFICHBEXXXxN1}{4:
:20:EX2
:32A:261123CHF100,00
:50:Kantor Sp. z o.o.

ul. Prosta 1
00-001 Warszawa
:52D:06114010100000111111001001
06114010100000111111001001
CHF100,00
F50            CH LI
:57A:POFICHBEXXX
:59:/CH9300762011623852957
Mueller + Soehne
:70:Wymiana EX2
:71A:OUR
:72: 00 00 00 00
-}
";
    assert_eq!(written(TransferFormat::Pla, &two()), expected);
}

#[test]
fn mt101_is_written_as_swift_has_it() {
    let expected = "\
{1:F01BREXPLPWAXXX0000000000}{2:I101BREXPLPWXXXXN}{4:
:20:261123F12C37FC
:28D:1/1
:50H:/PL06114010100000111111001001
Kantor Sp. z o.o.
ul. Prosta 1
00-001 Warszawa
:30:261123
:21:EX1
:32B:EUR234,34
:59:/DE89370400440532013000
Jan Zak
Hauptstr. 2
10115 Berlin
:70:EX1
:71A:SHA
:21:EX2
:32B:CHF100,00
:57A:POFICHBEXXX
:59:/CH9300762011623852957
Mueller + Soehne
:70:Wymiana EX2
:77B:/BENEFRES/LI
:71A:OUR
-}
";
    assert_eq!(written(TransferFormat::Mt101, &two()), expected);
}

#[track_caller]
fn refused(format: TransferFormat, batch: &Batch, sentences: &[&str]) {
    let error = write_batch(format, batch, None).unwrap_err();
    let found: Vec<String> = error.problems.iter().map(ToString::to_string).collect();
    assert_eq!(found, sentences);
}

#[test]
fn everything_that_a_bank_would_refuse_is_named_at_once() {
    let mut old = transfer("EX1", "1.00 DEM", GERMAN, "Jan");
    old.abroad.bank = Bic::parse("COBADEFF").ok();
    let long = "EX".to_owned() + &"1".repeat(15);
    let problems = batch(vec![
        old,
        transfer("EX2", "0.00 EUR", GERMAN, ""),
        transfer("EX3", "5.00 USD", GERMAN, "Jan"),
        transfer(&long, "5.00 EUR", GERMAN, "Jan"),
        transfer("EX3", "6.00 EUR", GERMAN, "Jan"),
        transfer("", "6.00 EUR", GERMAN, "Jan"),
        transfer("/EX4", "9999999999999.99 EUR", GERMAN, "Jan"),
    ]);
    for (format, name) in [
        (TransferFormat::Pla, "PLA"),
        (TransferFormat::Mt101, "MT101"),
    ] {
        let expected = [
            "line 1 (EX1): N carries only currencies that are in use, and this amount is in DEM; put it into a format that carries DEM",
            "line 2 (EX2): 0.00 EUR is not more than zero, so there is nothing to pay; take it out of the batch",
            "line 2 (EX2): the payee has no name, and the bank asks for one; complete it",
            "line 3 (EX3): the bank of the account DE89370400440532013000 is not known, and a transfer in USD needs its BIC; ask the payee for it",
            "line 4 (EX111111111111111): the reference has 17 characters and N holds 16; a cut one would not be recognised, so shorten it",
            "line 5 (EX3): line 3 has the same reference, and N names each transfer by its own; give it another",
            "line 6 (): the reference is empty, and N names each transfer by it; give it one",
            "line 6 (): the title is empty, so the payment could not be recognised on the statement; give it its reference",
            "line 7 (/EX4): 9999999999999.99 EUR has more digits than N has place for; split the payment",
            "line 7 (/EX4): the reference `/EX4` begins or ends with a slash or has two together, which N forbids; change it",
        ]
        .map(|sentence| sentence.replace(" N ", &format!(" {name} ")));
        refused(format, &problems, &expected.each_ref().map(String::as_str));
    }
}

#[test]
fn grammar_at_the_beginning_of_a_line_is_respelt() {
    let mut payment = transfer("EX1", "1.00 EUR", GERMAN, "Jan");
    payment.title = ":20:x".to_owned();
    payment.payee.street = "-}".to_owned();
    let text = written(TransferFormat::Mt101, &batch(vec![payment.clone()]));
    assert!(
        text.contains("\n:70:.20:x\n") && text.contains("\n.)\n"),
        "{text}"
    );
    let file = write_batch(TransferFormat::Pla, &batch(vec![payment]), None).unwrap();
    let told: String = file.respelt.iter().map(|one| one.character).collect();
    assert_eq!(told, "}-::");
}

/// Texts as they are after spelling: single spaces, allowed characters only, and no dash, which
/// may not begin a line.
fn text(longest: usize) -> impl Strategy<Value = String> {
    proptest::collection::vec("[A-Za-z0-9.,()/+'?]{1,40}", 1..8).prop_map(move |words| {
        let text: String = words.join(" ").chars().take(longest).collect();
        text.trim().to_owned()
    })
}

fn any_iban() -> impl Strategy<Value = Iban> {
    let polish = (0..10_000_000_u32, 0..10_000_000_000_000_000_u64).prop_filter_map(
        "valid",
        |(code, rest)| {
            let code = (0..10).find_map(|check| {
                SortCode::parse(&format!("{code:07}{check}")).filter(|code| code.is_valid())
            })?;
            Iban::polish(code, &format!("{rest:016}"))
        },
    );
    let foreign = prop::sample::select(vec![GERMAN, "CH9300762011623852957"]);
    prop_oneof![polish, foreign.prop_map(|text| Iban::parse(text).unwrap())]
}

fn polish_iban() -> impl Strategy<Value = Iban> {
    any_iban().prop_filter("Polish", |iban| iban.nrb().is_some())
}

/// With a whole address or none, which is what MT101 can tell apart.
fn any_party() -> impl Strategy<Value = Party> {
    let address = prop_oneof![Just((String::new(), String::new())), (text(35), text(35)),];
    let name = text(70).prop_filter("no account", |name| !name.starts_with('/'));
    (name, address).prop_map(|(name, (street, city))| Party { name, street, city })
}

fn any_abroad() -> impl Strategy<Value = Abroad> {
    let charges = prop::sample::select(vec![None, Some(Charges::Payer), Some(Charges::Payee)]);
    let country = prop::sample::select(vec![None, Country::parse("FR"), Country::parse("US")]);
    (country, charges).prop_map(|(country, charges)| Abroad {
        country,
        bank: Bic::parse(AMERICAN_BANK).ok(),
        charges,
    })
}

fn any_batch() -> impl Strategy<Value = Batch> {
    let currency = prop::sample::select(vec!["PLN", "EUR", "JPY", "KWD", "USD"]);
    let transfer = (
        1..99_999_999_999_i64,
        currency,
        any_party(),
        any_iban(),
        text(140),
        any_abroad(),
    );
    (
        polish_iban(),
        any_party(),
        (2000..2080_i16, 1..13_i8, 1..29_i8),
        proptest::collection::vec(transfer, 1..5),
    )
        .prop_map(
            |(debit_account, owner, (year, month, day), transfers)| Batch {
                debit_account,
                owner,
                date: Date::new(year, month, day).unwrap(),
                transfers: transfers
                    .into_iter()
                    .enumerate()
                    .map(
                        |(number, (minor, code, payee, payee_account, title, abroad))| Transfer {
                            reference: format!("EX{number}"),
                            amount: Money::new(minor, Currency::from_code(code).unwrap()),
                            payee,
                            payee_account,
                            title,
                            abroad,
                        },
                    )
                    .collect(),
            },
        )
}

proptest! {
    #[test]
    fn reading_undoes_writing(batch in any_batch()) {
        for format in FOREIGN {
            let file = write_batch(format, &batch, None).unwrap();
            prop_assert!(file.respelt.is_empty() && file.cut.is_empty());
            prop_assert_eq!(recognise_transfers(&file.bytes), Some(format));
            let found = read_transfers(&file.bytes, None, None);
            prop_assert_eq!(found.complaints, vec![]);
            prop_assert_eq!(batches(&found.orders).unwrap(), vec![batch.clone()]);
        }
    }

    #[test]
    fn no_line_is_longer_or_of_other_characters_than_the_bank_takes(
        name in "\\PC{1,200}", street in "\\PC{0,60}", title in "\\PC{1,60}",
    ) {
        let mut payment = transfer("EX1", "1.00 EUR", GERMAN, "");
        payment.payee = Party { name, street, city: String::new() };
        payment.title = title;
        for format in FOREIGN {
            let Ok(file) = write_batch(format, &batch(vec![payment.clone()]), None) else { continue };
            prop_assert!(file.bytes.is_ascii());
            let text = String::from_utf8(file.bytes.clone()).unwrap();
            for line in text.lines().filter(|line| !line.starts_with('{')) {
                prop_assert!(line.len() <= 35 + 5, "{}", line);
                prop_assert!(!line.starts_with('-') || line.starts_with("-}"), "{}", line);
            }
            let found = read_transfers(&file.bytes, Some(format), None);
            prop_assert!(found.is_whole(), "{:?}", found.complaints);
            prop_assert_eq!(found.orders.len(), 1);
        }
    }

    #[test]
    fn any_bytes_are_orders_or_complaints(bytes: Vec<u8>) {
        for format in TransferFormat::ALL {
            let found = read_transfers(&bytes, Some(format), None);
            prop_assert!(!found.orders.is_empty() || !found.complaints.is_empty());
        }
    }

    #[test]
    fn any_fields_are_orders_or_complaints(
        lines in proptest::collection::vec(
            prop_oneof![
                "\\{[124]:[A-Z0-9]{0,9}\\}?", Just("-}$".to_owned()), "\\PC{0,40}",
                "(:[0-9]{2}[A-Z]?:(/[A-Z0-9]{0,30}|[0-9]{6}[A-Z]{3}[0-9,]{1,9}|EUR[0-9,]{1,9}|[A-Z]{0,5}))",
            ],
            0..30,
        ),
    ) {
        let text = lines.join("\n");
        for format in FOREIGN {
            let found = read_transfers(text.as_bytes(), Some(format), None);
            prop_assert!(!found.orders.is_empty() || !found.complaints.is_empty());
        }
    }
}
