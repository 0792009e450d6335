//! pain.001: what is written, what is refused, and that reading undoes writing.

mod payments;

use kantor_model::{Abroad, Batch, Bic, Charges, Country, Currency, Date, Flow, Iban, Money};
use kantor_parsers::pain001::{
    AddressForm, Agent, Choice, Kind, Profile, Service, read, write, write_to,
};
use kantor_parsers::transfers::{TransferFormat, batches};
use payments::{ARABIAN, GERMAN, POLISH, batch, party, transfer};

const VERSIONS: [TransferFormat; 2] = [TransferFormat::Pain001V03, TransferFormat::Pain001V09];

#[track_caller]
fn written(batch: &Batch, version: TransferFormat, profile: &Profile) -> String {
    let file = write(batch, version, profile).unwrap();
    payments::assert_valid(&file.bytes, version);
    String::from_utf8(file.bytes).unwrap()
}

/// The one line of the only transfer.
#[track_caller]
fn check(change: impl Fn(&mut kantor_model::Transfer), profile: &Profile, pieces: &[&str]) {
    let mut one = transfer("EUR", 1_50, GERMAN, "EX1");
    change(&mut one);
    let text = written(&batch(vec![one]), TransferFormat::Pain001V09, profile);
    for piece in pieces {
        assert!(text.contains(piece), "{piece} is not in\n{text}");
    }
}

#[test]
fn a_sink_may_stop_and_gets_the_same_bytes_in_pieces() {
    let many = (0..500).map(|at| transfer("PLN", 1_00, POLISH, &format!("EX{at}")));
    let batch = batch(many.collect());
    let version = TransferFormat::Pain001V03;
    let whole = write(&batch, version, &Profile::default()).unwrap().bytes;
    let mut pieces = Vec::new();
    write_to(
        &batch,
        version,
        &Profile::default(),
        &mut |piece: &[u8]| {
            pieces.push(piece.to_vec());
            Flow::Continue
        },
    )
    .unwrap();
    assert!(pieces.len() > 2 && pieces.iter().all(|piece| piece.len() < 60_000));
    assert_eq!(pieces.concat(), whole);
    let mut calls = 0;
    write_to(&batch, version, &Profile::default(), &mut |_: &[u8]| {
        calls += 1;
        Flow::Stop
    })
    .unwrap();
    assert_eq!(calls, 1);
}

#[test]
fn texts_are_respelt_visibly_and_told() {
    let mut polish = transfer("PLN", 1_00, POLISH, "EX1");
    polish.payee = party("Łucja \"Żak\" & Søn <x>||");
    polish.title = "Wypłata; 100%".to_owned();
    let file = write(&batch(vec![polish]), VERSIONS[0], &Profile::default()).unwrap();
    let text = String::from_utf8(file.bytes).unwrap();
    assert!(text.contains("<Nm>Łucja 'Żak' + Son (x)</Nm>"), "{text}");
    assert!(text.contains("<Ustrd>Wypłata, 100proc.</Ustrd>"), "{text}");
    let told: String = file.respelt.iter().map(|it| it.character).collect();
    assert_eq!(told, "\"\"&ø<>;%");
    check(
        |it| it.payee = party("Łucja Żak|ul. Źródlana 2|10115 Świnoujście"),
        &Profile::default(),
        &[
            "<Nm>Lucja Zak</Nm>",
            "<StrtNm>ul. Zrodlana</StrtNm><BldgNb>2</BldgNb>",
        ],
    );
}

#[test]
fn a_bank_that_takes_signs_gets_them_escaped() {
    let profile = Profile {
        signs: "&<>".to_owned(),
        ..Profile::default()
    };
    let mut one = transfer("PLN", 1_00, POLISH, "EX1");
    one.payee = party("A & B <C>||");
    let batch = batch(vec![one]);
    let text = written(&batch, VERSIONS[0], &profile);
    assert!(text.contains("<Nm>A &amp; B &lt;C&gt;</Nm>"), "{text}");
    let found = read(text.as_bytes(), None);
    assert_eq!(found.read.orders[0].payee.name, "A & B <C>");
}

#[test]
fn names_are_cut_visibly_and_told() {
    let mut one = transfer("EUR", 1_00, GERMAN, "EX1");
    one.payee = party(&format!(
        "{}|{}|10115 {}",
        "n".repeat(71),
        "s".repeat(71),
        "t".repeat(36)
    ));
    let file = write(&batch(vec![one]), VERSIONS[1], &Profile::default()).unwrap();
    payments::assert_valid(&file.bytes, VERSIONS[1]);
    let cut: Vec<usize> = file.cut.iter().map(|it| it.written.len()).collect();
    assert_eq!(cut, [70, 70, 6 + 35]);
    assert!(
        file.cut
            .iter()
            .all(|it| it.line == 1 && it.written.ends_with("..."))
    );
}

#[test]
fn addresses_have_the_form_that_the_bank_wants() {
    let form = |address| Profile {
        address: Some(address),
        ..Profile::default()
    };
    let home = |it: &mut kantor_model::Transfer| {
        it.payee = party("Jan|Rynek 1|10115 Berlin");
    };
    check(
        home,
        &form(AddressForm::Lines),
        &[
            "<PstlAdr><Ctry>DE</Ctry><AdrLine>Rynek 1</AdrLine><AdrLine>10115 Berlin</AdrLine></PstlAdr>",
        ],
    );
    check(
        home,
        &form(AddressForm::Hybrid),
        &[
            "<PstlAdr><PstCd>10115</PstCd><TwnNm>Berlin</TwnNm><Ctry>DE</Ctry><AdrLine>Rynek 1</AdrLine></PstlAdr>",
        ],
    );
    check(
        home,
        &form(AddressForm::Structured),
        &[
            "<PstlAdr><StrtNm>Rynek</StrtNm><BldgNb>1</BldgNb><PstCd>10115</PstCd><TwnNm>Berlin</TwnNm><Ctry>DE</Ctry></PstlAdr>",
        ],
    );
}

#[test]
fn each_kind_has_its_settings() {
    let foreign = |it: &mut kantor_model::Transfer| {
        *it = transfer("USD", 7_00, ARABIAN, "EX1");
        it.abroad.bank = Some(Bic::parse("BARBAEAD").unwrap());
        it.abroad.charges = Some(Charges::Payer);
        it.abroad.country = Country::parse("IN");
    };
    let plain = Profile::default();
    check(
        |_| {},
        &plain,
        &["<SvcLvl><Cd>SEPA</Cd></SvcLvl>", "<ChrgBr>SLEV</ChrgBr>"],
    );
    check(
        foreign,
        &plain,
        &[
            "<ChrgBr>DEBT</ChrgBr>",
            "<BICFI>BARBAEAD</BICFI>",
            "<Ctry>IN</Ctry>",
            "<Ccy>USD</Ccy>",
            "<InstdAmt Ccy=\"USD\">7.00</InstdAmt>",
        ],
    );
    let domestic = |it: &mut kantor_model::Transfer| *it = transfer("PLN", 7_00, POLISH, "EX1");
    check(
        domestic,
        &plain,
        &["<ChrgBr>SHAR</ChrgBr>", "<BICFI>BREXPLPW</BICFI>"],
    );
    let own = Profile {
        debtor_agent: Agent::Clearing,
        domestic_agent: true,
        domestic_charges: false,
        contract: Some("K/7".to_owned()),
        domestic: Service {
            service_level: Some(Choice::Proprietary("SORBNET".to_owned())),
            ..Service::default()
        },
        ..Profile::default()
    };
    check(
        domestic,
        &own,
        &[
            "<Othr><Id>K/7</Id></Othr>",
            "<SvcLvl><Prtry>SORBNET</Prtry></SvcLvl>",
            "<Cd>PLKNR</Cd></ClrSysId><MmbId>11402004</MmbId>",
            "<Cd>PLKNR</Cd></ClrSysId><MmbId>10901014</MmbId>",
        ],
    );
}

#[test]
fn a_dollar_account_in_poland_needs_no_bic() {
    check(
        |it| *it = transfer("USD", 7_00, POLISH, "EX1"),
        &Profile::default(),
        &["<CdtrAgt><FinInstnId><BICFI>WBKPPLPP</BICFI></FinInstnId></CdtrAgt>"],
    );
}

#[track_caller]
fn refused(batch: &Batch, profile: &Profile, sentences: &[&str]) {
    let error = write(batch, TransferFormat::Pain001V03, profile).unwrap_err();
    let found: Vec<String> = error.problems.iter().map(ToString::to_string).collect();
    assert_eq!(found, sentences);
}

#[test]
fn everything_that_the_bank_would_refuse_is_named_at_once() {
    let mut long = transfer("PLN", 1_00, POLISH, "EX2");
    long.title = "x".repeat(141);
    let mut slashes = transfer("PLN", 1_00, POLISH, "/A//B");
    slashes.payee.name = " ".to_owned();
    let mut control = transfer("PLN", 1_00, POLISH, "EX4");
    control.payee.name = "Jan\u{1}".to_owned();
    let mut ours = transfer("EUR", 1_00, GERMAN, "EX5");
    ours.abroad.charges = Some(Charges::Payer);
    let mut nothing = transfer("PLN", 0, POLISH, "");
    nothing.title = String::new();
    refused(
        &batch(vec![
            transfer("USD", 1_00, ARABIAN, "EX1"),
            long,
            slashes,
            control,
            ours,
            nothing,
            transfer("EUR", 1_000_000_000_00, GERMAN, &"R".repeat(36)),
            transfer("PLN", 1_00, POLISH, "EX1"),
        ]),
        &Profile::default(),
        &[
            "line 1 (EX1): the bank of the account AE070331234567890123456 is not known, and a transfer in USD needs its BIC; ask the payee for it",
            "line 2 (EX2): the title has 141 characters and 4 lines of 35 hold 140; a cut title may lose the reference, so shorten it",
            "line 3 (/A//B): the payee has no name, and the bank asks for one; complete it",
            "line 3 (/A//B): the reference `/A//B` begins or ends with `/` or holds `//`, which banks refuse in references; write it without",
            "line 4 (EX4): the name, the address, the title or the reference holds a control character, which no file can carry; write it anew",
            "line 5 (EX5): the payer (OUR) is to bear all charges, and in a SEPA transfer each side bears its own; order it with shared charges",
            "line 6 (): 0.00 PLN is not more than zero, so there is nothing to pay; take it out of the batch",
            "line 6 (): the title is empty, so the payment could not be recognised on the statement; give it its reference",
            "line 7 (RRRRRRRRRRRRRRRRRRRRRRRRRRRRRRRRRRRR): 1000000000.00 EUR is more than one SEPA transfer carries (999999999.99 EUR); split the payment",
            "line 7 (RRRRRRRRRRRRRRRRRRRRRRRRRRRRRRRRRRRR): the reference has 36 characters and pain.001.001.03 holds 35; a cut one would not be recognised, so shorten it",
            "line 8 (EX1): line 1 has the same reference, and pain.001.001.03 names each transfer by its own; give it another",
        ],
    );
}

#[test]
fn what_the_bank_does_not_take_at_all_is_refused() {
    let profile = Profile {
        versions: vec![TransferFormat::Pain001V09],
        kinds: vec![Kind::Domestic],
        max_transfers: Some(1),
        foreign_address: true,
        ..Profile::default()
    };
    let mut short = transfer("USD", 1_00, "GB82WEST12345698765432", "EX2");
    short.abroad.bank = Bic::parse("WESTGB22").ok();
    short.payee_account = Iban::parse("DE09WEST1234569876543").unwrap();
    let mut batch = batch(vec![transfer("PLN", i64::MAX, POLISH, "EX1"), short]);
    batch.owner = party("||");
    refused(
        &batch,
        &profile,
        &[
            "this bank does not take pain.001.001.03; write pain.001.001.09",
            "the batch has 2 transfers, and this bank takes 1 in one file; split it into files of 1",
            "the amounts of the batch add up to more digits than the header of pain.001.001.03 has place for; split the batch",
            "the office has no name in this batch, and the bank asks for one; set the owner's name",
            "line 1 (EX1): 92233720368547758.07 PLN has more digits than pain.001.001.03 has place for; split the payment",
            "line 2 (EX2): the account DE09WEST1234569876543 has 21 characters, and an account number of DE has 22; compare it with what the payee gave",
            "line 2 (EX2): this bank does not take foreign transfers in this format; put it into another file, or pay it at the bank",
            "line 2 (EX2): the payee's street or town is not known, and this bank asks for both in a foreign transfer; complete his address",
        ],
    );
    let mut empty = batch;
    empty.transfers.clear();
    empty.owner = party("A\u{7}||");
    refused(
        &empty,
        &Profile::default(),
        &[
            "the batch holds no transfer, so there is nothing to write; add a payout first",
            "the owner's name or address holds a control character, which no file can carry; write it anew",
        ],
    );
}

#[test]
fn a_mixed_batch_stands_in_blocks_and_is_read_back() {
    let mut dollar = transfer("USD", 5_00, ARABIAN, "EX3");
    dollar.abroad = Abroad {
        bank: Bic::parse("BARBAEAD").ok(),
        charges: Some(Charges::Payer),
        country: Country::parse("IN"),
    };
    let batch = batch(vec![
        transfer("PLN", 1_00, POLISH, "EX1"),
        transfer("EUR", 2_00, GERMAN, "EX2"),
        dollar,
        transfer("PLN", 4_00, POLISH, "EX4"),
    ]);
    for version in VERSIONS {
        let text = written(&batch, version, &Profile::default());
        let message = read(text.as_bytes(), None);
        assert_eq!(message.version.as_deref(), Some(version.name()));
        assert_eq!(message.read.complaints, []);
        assert_eq!(message.told, message.found);
        assert_eq!(message.told.sum.as_deref(), Some("12.00"));
        let counts: Vec<usize> = message.blocks.iter().map(|it| it.orders.len()).collect();
        assert_eq!(counts, [2, 1, 1]);
        assert!(message.blocks.iter().all(|block| block.told == block.found));
        let levels: Vec<_> = message
            .blocks
            .iter()
            .map(|it| it.service_level.as_deref())
            .collect();
        assert_eq!(levels, [None, Some("SEPA"), None]);
        let mut expected = batch.clone();
        expected.transfers = [0, 3, 1, 2].map(|at| batch.transfers[at].clone()).to_vec();
        assert_eq!(batches(&message.read.orders).unwrap(), [expected]);
    }
}

#[test]
fn a_file_depends_on_its_content_alone() {
    let mut first = batch(vec![transfer("PLN", 1_00, POLISH, "EX1")]);
    let write = |batch: &Batch| written(batch, VERSIONS[0], &Profile::default());
    let text = write(&first);
    assert_eq!(write(&first), text);
    assert!(
        text.contains("<CreDtTm>2026-11-23T00:00:00</CreDtTm>"),
        "{text}"
    );
    first.date = Date::constant(2026, 11, 24);
    assert!(write(&first).contains("<MsgId>20261124-"));
    let id = |text: &str| text.split("MsgId>").nth(1).unwrap().to_owned();
    assert_ne!(id(&write(&first)), id(&text));
}

#[track_caller]
fn complained(from: &str, to: &str, expected: &[&str]) {
    let text = written(
        &batch(vec![
            transfer("PLN", 1_00, POLISH, "EX1"),
            transfer("PLN", 2_00, POLISH, "EX2"),
        ]),
        VERSIONS[0],
        &Profile::default(),
    );
    assert!(text.contains(from), "{text}");
    let found: Vec<String> = read(text.replacen(from, to, 1).as_bytes(), None)
        .read
        .complaints
        .iter()
        .map(ToString::to_string)
        .collect();
    assert_eq!(found, expected);
}

#[test]
fn what_does_not_add_up_is_told_with_its_place() {
    complained(
        "<NbOfTxs>2<",
        "<NbOfTxs>3<",
        &[
            "7:1: count-mismatch: the message says that it has 3 transfers, and it has 2; a part is missing or was added, so have the file made anew",
        ],
    );
    complained(
        "</BtchBookg>\n<NbOfTxs>2</NbOfTxs>\n<CtrlSum>3.00",
        "</BtchBookg>\n<NbOfTxs>2</NbOfTxs>\n<CtrlSum>3.01",
        &[
            "16:1: sum-mismatch: the payment block says that its amounts add up to 3.01, and they add up to 3.00; a part is missing or was changed, so have the file made anew",
        ],
    );
    complained(
        "Ccy=\"PLN\">1.00",
        "Ccy=\"PLN\">1,00",
        &[
            "22:62: amount-unreadable: `1,00` is not an amount above zero in PLN; write 1234.56 for 1234.56",
        ],
    );
    complained(
        "<ReqdExctnDt>2026-11-23",
        "<ReqdExctnDt>2026-11-31",
        &["17:1: date-unreadable: `2026-11-31` is not a day; write it as 2026-11-23"],
    );
    complained(
        "<IBAN>PL61109010140000071219812874</IBAN>",
        "<IBAN></IBAN>",
        &["22:1: account-missing: the transfer has no account to pay to (CdtrAcct); complete it"],
    );
    complained(
        "<CstmrCdtTrfInitn>",
        "<CstmrPmtStsRpt>",
        &[
            "25:1: xml-malformed: <CstmrPmtStsRpt> is closed by </CstmrCdtTrfInitn>, so something between them is missing or damaged; get the file from the bank again",
        ],
    );
    complained(
        "Ccy=\"PLN\">1.00",
        "Ccy=\"XQX\">1.00",
        &[
            "22:62: currency-unknown: `XQX` is not a currency code of ISO 4217; write three letters such as PLN or EUR",
        ],
    );
}

#[test]
fn a_zero_or_a_negative_amount_is_none() {
    let amount = |text: &str| {
        let file = written(
            &batch(vec![transfer("PLN", 1_00, POLISH, "EX1")]),
            VERSIONS[0],
            &Profile::default(),
        );
        let file = file.replace("1.00</Instd", &format!("{text}</Instd"));
        let read = read(file.as_bytes(), None).read;
        read.orders.first().map(|order| order.amount)
    };
    assert_eq!(amount("1.000"), Some(Money::new(1_00, Currency::PLN)));
    assert_eq!(amount(" 1 "), Some(Money::new(1_00, Currency::PLN)));
    for wrong in [
        "0",
        "-1",
        "+1",
        "1e2",
        "",
        "1.001",
        "1.2.3",
        "99999999999999999999",
    ] {
        assert_eq!(amount(wrong), None, "{wrong}");
    }
}
