//! Elixir-0: what is written, what is refused, and that reading undoes writing.

use kantor_model::{Abroad, Batch, Currency, Date, Iban, Money, Party, SortCode, Transfer};
use kantor_parsers::Charset;
use kantor_parsers::elixir0::{Profile, batches, read, write};
use proptest::prelude::*;

const PAYER: &str = "06114010100000111111001001";
const PAYEE: &str = "61109010140000071219812874";

fn party(text: &str) -> Party {
    let mut parts = text.split('|').map(str::to_owned);
    let mut next = || parts.next().unwrap_or_default();
    Party {
        name: next(),
        street: next(),
        city: next(),
    }
}

fn transfer(grosze: i64, payee: &str, title: &str) -> Transfer {
    Transfer {
        reference: title.to_owned(),
        amount: Money::new(grosze, Currency::PLN),
        payee: party(payee),
        payee_account: Iban::parse(PAYEE).unwrap(),
        title: title.to_owned(),
        abroad: Abroad::default(),
    }
}

fn batch(transfers: Vec<Transfer>) -> Batch {
    Batch {
        debit_account: Iban::parse(PAYER).unwrap(),
        owner: party("Kantor Sp. z o.o.|ul. Prosta 1|00-001 Warszawa"),
        date: Date::new(2026, 1, 5).unwrap(),
        transfers,
    }
}

fn written(batch: &Batch, profile: &Profile) -> String {
    let bytes = write(batch, profile).unwrap().bytes;
    profile
        .charset
        .decode(&bytes)
        .replace("\u{FFFD}\u{FFFD}", "\n")
}

/// Name with address and title, as the default profile writes them.
#[track_caller]
fn check(payee: &str, title: &str, name_field: &str, title_field: &str) {
    let text = written(&batch(vec![transfer(1, payee, title)]), &Profile::DEFAULT);
    let cells: Vec<&str> = text.split('"').collect();
    assert_eq!((cells[7], cells[9]), (name_field, title_field));
}

#[test]
fn a_line_is_written_as_the_banks_documents_show_it() {
    let batch = batch(vec![transfer(
        123_456,
        "Jan Żak|ul. Źródlana 2|30-001 Kraków",
        "EX1234567897",
    )]);
    let sixteen = "110,20260105,123456,11401010,0,\"06114010100000111111001001\",\
        \"61109010140000071219812874\",\"Kantor Sp. z o.o.||ul. Prosta 1|00-001 Warszawa\",\
        \"Jan Żak||ul. Źródlana 2|30-001 Kraków\",0,10901014,\"EX1234567897\",\"\",\"\",\"51\",\"\"\n";
    assert_eq!(written(&batch, Profile::of_id("mbank").unwrap()), sixteen);
    let fifteen = Profile {
        sixteen_fields: false,
        ..Profile::DEFAULT
    };
    assert_eq!(
        written(&batch, &fifteen),
        sixteen.replace("\"51\",\"\"", "\"51\"")
    );
}

#[test]
fn line_ends_and_code_page_are_the_banks() {
    let batch = batch(vec![transfer(1, "Żak", "EX1"), transfer(2, "Łoś", "EX2")]);
    let bytes = write(&batch, &Profile::DEFAULT).unwrap().bytes;
    assert!(bytes.ends_with(b"\r\n"));
    assert_eq!(bytes.iter().filter(|byte| **byte == b'\n').count(), 2);
    assert!(bytes.windows(3).any(|three| three == b"\xAFak"));
    let dos = Profile {
        charset: Charset::Cp852,
        ..Profile::DEFAULT
    };
    let bytes = write(&batch, &dos).unwrap().bytes;
    assert!(bytes.windows(3).any(|three| three == b"\xBDak"));
}

#[test]
fn texts_are_respelt_visibly() {
    check(
        "O\"Brien & Søn|Straße; 1",
        "Оплата: 1|2",
        "O'Brien + Son||Strasse, 1",
        "Oplata. 1/2",
    );
    check("🦀", "\u{1}", "?", "?");
}

#[test]
fn a_reference_stays_on_one_line() {
    check(
        "Jan",
        "Wymiana walut wedlug zlecenia numer EX1234567897",
        "Jan",
        "Wymiana walut wedlug zlecenia|numer EX1234567897",
    );
}

#[test]
fn names_are_cut_visibly_and_told() {
    let long = "Przedsiębiorstwo Usługowo-Handlowe Bardzo Długiej Nazwy Spółka z ograniczoną odpowiedzialnością";
    let batch = batch(vec![transfer(1, long, "EX1")]);
    let file = write(&batch, &Profile::DEFAULT).unwrap();
    assert_eq!(file.cut.len(), 1);
    assert_eq!(file.cut[0].line, 1);
    assert!(file.cut[0].written.ends_with("..."));
}

#[track_caller]
fn refused(batch: &Batch, sentences: &[&str]) {
    let error = write(batch, &Profile::DEFAULT).unwrap_err();
    let found: Vec<String> = error.problems.iter().map(ToString::to_string).collect();
    assert_eq!(found, sentences);
}

#[test]
fn everything_that_stands_in_the_way_is_named_at_once() {
    let mut euro = transfer(100, "Jan", "EX1");
    euro.amount = Money::new(100, Currency::EUR);
    let mut foreign = transfer(100, "", "EX4");
    foreign.payee_account = Iban::parse("DE89370400440532013000").unwrap();
    let mut long = transfer(100, "Jan", &"x".repeat(141));
    long.reference = "EX5".to_owned();
    refused(
        &batch(vec![
            euro,
            transfer(0, "Jan", "EX2"),
            transfer(-5, "Jan", "  "),
            foreign,
            long,
            transfer(7, "Jan", "EX6"),
            transfer(7, "Jan", "EX6"),
        ]),
        &[
            "line 1 (EX1): Elixir-0 carries PLN only, and this amount is in EUR; put it into a format that carries EUR",
            "line 2 (EX2): 0.00 PLN is not more than zero, so there is nothing to pay; take it out of the batch",
            "line 3 (  ): -0.05 PLN is not more than zero, so there is nothing to pay; take it out of the batch",
            "line 3 (  ): the title is empty, so the payment could not be recognised on the statement; give it its reference",
            "line 4 (EX4): the payee's account DE89370400440532013000 is not Polish, and Elixir-0 knows only Polish accounts; pay it by a foreign transfer",
            "line 4 (EX4): the payee has no name, and the bank asks for one; complete it",
            "line 5 (EX5): the title has 141 characters and 4 lines of 35 hold 140; a cut title may lose the reference, so shorten it",
            "line 7 (EX6): the same amount goes to the same account under the same reference as in line 6, so somebody would be paid twice; take one out, or give it a reference of its own",
        ],
    );
}

#[test]
fn a_batch_that_names_nobody_or_nothing_is_refused() {
    let mut empty = batch(Vec::new());
    empty.owner = party(" ");
    empty.debit_account = Iban::parse("DE89370400440532013000").unwrap();
    refused(
        &empty,
        &[
            "the batch holds no transfer, so there is nothing to write; add a payout first",
            "the paying account DE89370400440532013000 is not Polish, and Elixir-0 knows only Polish accounts; choose another account or another format",
            "the office has no name in this batch, and the bank asks for one; set the owner's name",
        ],
    );
}

#[track_caller]
fn complained(file: &str, expected: &[&str]) {
    let found: Vec<String> = read(file.as_bytes(), None)
        .complaints
        .iter()
        .map(ToString::to_string)
        .collect();
    assert_eq!(found, expected);
}

#[test]
fn a_file_of_another_writer_is_read_with_its_bends() {
    let file = "110,20260715,123456,10901014,0,61109010140000071219812874,\"83114020040000360276543210\", \
        \"adGen \"\"A\"\" sp. z o.o.\",\"Firma|ul. X 1|00-001 Warszawa\",0,11402004,\"Faktura FV|2026/07/01\",\"\",\"\",\"51\"\n";
    let found = read(file.as_bytes(), None);
    let order = &found.orders[0];
    assert_eq!(order.amount.minor(), 123_456);
    assert_eq!(order.owner.name, "adGen \"A\" sp. z o.o.");
    assert_eq!(order.payee, party("Firma|ul. X 1|00-001 Warszawa"));
    assert_eq!(order.title, "Faktura FV 2026/07/01");
    assert_eq!(order.payee_account.as_str(), "83114020040000360276543210");
    complained(
        file,
        &[
            "1:59: account-check-digits: the check digits of account 83114020040000360276543210 do not fit its other digits; compare the number before it is paid",
        ],
    );
    assert_eq!(
        batches(&found.orders).unwrap_err().to_string(),
        "line 1: 83114020040000360276543210 is not a valid account number; correct it before the file goes to the bank"
    );
}

#[test]
fn what_cannot_be_read_is_told_with_its_place() {
    complained(
        "",
        &[
            "1:1: no-transfers: the file holds no line, so there is nothing to pay; choose another file",
        ],
    );
    complained(
        "110,20260715,\"abc\r\n\r\n110,1,2\r\n",
        &[
            "1:14: quote-unclosed: a text in quotes does not end before the next comma, so the fields cannot be told apart; put the quote right",
            "3:1: field-count: the line has 3 fields and Elixir-0 has 15 or 16; a comma may stand outside of quotes",
        ],
    );
    let line = |kind: &str, date: &str, amount: &str, account: &str| {
        format!(
            "{kind},{date},{amount},10901014,0,\"{PAYEE}\",\"{account}\",\"a\",\"b\",0,11401010,\"t\",\"\",\"\",\"51\""
        )
    };
    complained(
        &line("210", "20260715", "1", PAYER),
        &[
            "1:1: kind-unknown: `210` is not the type of a transfer (110); take the line out, it is another kind of order",
        ],
    );
    complained(
        &line("110", "2026715", "1", PAYER),
        &["1:5: date-unreadable: `2026715` is not a day; write it as YYYYMMDD with all its zeros"],
    );
    complained(
        &line("110", "20260230", "1", PAYER),
        &["1:5: date-unreadable: `20260230` is not a day; write it as YYYYMMDD with all its zeros"],
    );
    complained(
        &line("110", "20260715", "1,50", PAYER),
        &[
            "1:28: account-unreadable: `0` is not an account number; write its 26 digits with all leading zeros",
        ],
    );
    complained(
        &line("110", "20260715", "0", PAYER),
        &[
            "1:14: amount-unreadable: `0` is not an amount in whole grosze above zero; write 123456 for 1234.56 PLN",
        ],
    );
    complained(
        &line("110", "20260715", "1", &PAYER[1..]),
        &[
            "1:56: account-unreadable: `6114010100000111111001001` is not an account number; write its 26 digits with all leading zeros",
        ],
    );
}

/// Texts as they are after spelling: single spaces, allowed characters only.
fn text(longest: usize) -> impl Strategy<Value = String> {
    proptest::collection::vec("[A-Za-z0-9ąćęłńóśźżĄĆĘŁŃÓŚŹŻ.,()/+'?-]{1,40}", 1..8).prop_map(
        move |words| {
            let text: String = words.join(" ").chars().take(longest).collect();
            text.trim().to_owned()
        },
    )
}

fn any_iban() -> impl Strategy<Value = Iban> {
    (0..10_000_000_u32, 0..10_000_000_000_000_000_u64).prop_filter_map("valid", |(code, rest)| {
        let code = (0..10).find_map(|check| {
            SortCode::parse(&format!("{code:07}{check}")).filter(|code| code.is_valid())
        })?;
        Iban::polish(code, &format!("{rest:016}"))
    })
}

fn any_party() -> impl Strategy<Value = Party> {
    (
        text(70),
        prop_oneof![Just(String::new()), text(35)],
        prop_oneof![Just(String::new()), text(35)],
    )
        .prop_map(|(name, street, city)| Party { name, street, city })
}

fn any_batch() -> impl Strategy<Value = Batch> {
    let transfer = (1..i64::MAX, any_party(), any_iban(), text(140)).prop_map(
        |(grosze, payee, payee_account, title)| Transfer {
            reference: title.clone(),
            amount: Money::new(grosze, Currency::PLN),
            payee,
            payee_account,
            title,
            abroad: Abroad::default(),
        },
    );
    (
        any_iban(),
        any_party(),
        (1000..9999_i16, 1..13_i8, 1..29_i8),
        proptest::collection::vec(transfer, 1..5),
    )
        .prop_map(
            |(debit_account, owner, (year, month, day), transfers)| Batch {
                debit_account,
                owner,
                date: Date::new(year, month, day).unwrap(),
                transfers,
            },
        )
}

proptest! {
    #[test]
    fn reading_undoes_writing(
        batch in any_batch(),
        charset in prop::sample::select(Charset::ALL.to_vec()),
        sixteen_fields: bool,
    ) {
        let profile = Profile { charset, sixteen_fields, ..Profile::DEFAULT };
        let file = write(&batch, &profile).unwrap();
        prop_assert!(file.respelt.is_empty() && file.cut.is_empty());
        let found = read(&file.bytes, Some(charset));
        prop_assert_eq!(found.complaints, vec![]);
        prop_assert_eq!(batches(&found.orders).unwrap(), vec![batch]);
    }

    #[test]
    fn no_line_is_longer_than_the_bank_takes(
        name in "\\PC{0,200}", street in "\\PC{0,60}", title in "\\PC{1,60}",
    ) {
        let payment = transfer(1, &format!("{}|{}", name.replace('|', " "), street), &title);
        if let Ok(file) = write(&batch(vec![payment]), &Profile::DEFAULT) {
            let text = Charset::Windows1250.decode(&file.bytes).replace("\u{FFFD}\u{FFFD}", "");
            let cells: Vec<&str> = text.split('"').collect();
            prop_assert_eq!(cells.len(), 19);
            for line in [cells[7], cells[9]].iter().flat_map(|cell| cell.split('|')) {
                prop_assert!(line.chars().count() <= 35, "{}", line);
            }
        }
    }

    #[test]
    fn any_bytes_are_orders_or_complaints(bytes: Vec<u8>) {
        let found = read(&bytes, None);
        prop_assert!(!found.orders.is_empty() || !found.complaints.is_empty());
    }
}
