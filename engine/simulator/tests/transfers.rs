//! Transfer files that the office sends are executed once, whole or not at all.

mod common;

use common::{bank, day, elsewhere, known, own, party, pln, read_one, told};
use kantor_model::{Abroad, Balance, Batch, Currency, Iban, Money, Transfer};
use kantor_parsers::elixir0::{self, Profile};
use kantor_simulator::{Accepted, BankKind, Rejected, SimBank};

const PKO: BankKind = BankKind::Pko;
const TODAY: &str = "2026-11-23";

/// Transfers of these grosze to these accounts, dated as given, in the bytes of our writer.
fn file(from: Iban, date: &str, transfers: &[(i64, Iban)]) -> Vec<u8> {
    let transfers = transfers.iter().enumerate().map(|(index, (minor, to))| {
        let title = format!("PO{index} wypłata żółtych");
        Transfer {
            reference: title.clone(),
            amount: pln(*minor),
            payee: party("Jan Żak|ul. Źródlana 2|30-001 Kraków"),
            payee_account: *to,
            title,
            abroad: Abroad::default(),
        }
    });
    let batch = Batch {
        debit_account: from,
        owner: party("Kantor Sp. z o.o.|ul. Prosta 1|00-001 Warszawa"),
        date: day(date),
        transfers: transfers.collect(),
    };
    elixir0::write(&batch, Profile::of_id("pko").unwrap())
        .unwrap()
        .bytes
}

/// Refused for that reason, and nothing was booked.
#[track_caller]
fn refused(bank: &mut SimBank, file: &[u8], expected: &Rejected) {
    let before = (bank.lines(own(PKO, 1)).len(), bank.balance(own(PKO, 1)));
    let result = bank.take_transfers(file, day(TODAY));
    assert_eq!(result.as_ref(), Err(expected));
    let after = (bank.lines(own(PKO, 1)).len(), bank.balance(own(PKO, 1)));
    assert_eq!(before, after);
}

#[test]
fn each_transfer_is_one_debit_with_its_title() {
    for kind in common::BANKS {
        let (mut bank, account) = (bank(kind), own(kind, 1));
        // Two equal transfers are two debits.
        let file = file(
            account,
            TODAY,
            &[(100, elsewhere()), (100, elsewhere()), (7, own(kind, 9))],
        );
        let accepted = bank.take_transfers(&file, day(TODAY)).unwrap();
        let lines: Vec<_> = accepted.into_iter().map(|it: Accepted| it.line).collect();
        assert_eq!(lines, bank.lines(account));
        assert_eq!(bank.balance(account), Some(pln(100_000 - 207)));
        let read = read_one(&bank.statement(account, day(TODAY)).unwrap());
        assert_eq!(told(&read.entries), known(kind, &lines));
        assert_eq!(lines[1].title, "PO1 wypłata żółtych");
        assert_eq!(
            read.entries[1].remittance.as_deref(),
            Some("PO1 wypłata żółtych")
        );
    }
}

#[test]
fn a_payee_of_the_same_bank_is_credited() {
    let mut bank = bank(PKO);
    let last = Balance {
        amount: pln(0),
        date: day("2026-11-20"),
    };
    bank.open_account(own(PKO, 2), last, 1).unwrap();
    let file = file(own(PKO, 1), TODAY, &[(2_500, own(PKO, 2))]);
    bank.take_transfers(&file, day(TODAY)).unwrap();
    assert_eq!(bank.balance(own(PKO, 1)), Some(pln(97_500)));
    assert_eq!(bank.balance(own(PKO, 2)), Some(pln(2_500)));
    let credit = &bank.lines(own(PKO, 2))[0];
    assert_eq!(credit.account, Some(own(PKO, 1)));
    assert_eq!(
        credit.party_text(),
        "Kantor Sp. z o.o. ul. Prosta 1 00-001 Warszawa"
    );
}

#[test]
fn the_same_file_is_executed_once() {
    let mut bank = bank(PKO);
    let file = file(own(PKO, 1), TODAY, &[(100, elsewhere())]);
    bank.take_transfers(&file, day(TODAY)).unwrap();
    refused(&mut bank, &file, &Rejected::AlreadyTaken);
}

#[test]
fn a_refused_file_books_nothing_and_may_come_again() {
    let mut bank = bank(PKO);
    let account = own(PKO, 1);
    let too_much = file(
        account,
        TODAY,
        &[(60_000, elsewhere()), (60_000, elsewhere())],
    );
    let funds = Rejected::Funds {
        line: 2,
        account,
        asked: pln(60_000),
        available: pln(40_000),
    };
    refused(&mut bank, &too_much, &funds);
    bank.receive(
        account,
        day(TODAY),
        pln(20_000),
        &party("Właściciel"),
        elsewhere(),
        "",
    )
    .unwrap();
    bank.take_transfers(&too_much, day(TODAY)).unwrap();
    assert_eq!(bank.balance(account), Some(pln(0)));
}

#[test]
fn files_that_the_bank_cannot_execute() {
    let mut bank = bank(PKO);
    let (account, stranger) = (own(PKO, 1), own(PKO, 5));
    let last = Balance {
        amount: Money::zero(Currency::EUR),
        date: day("2026-11-20"),
    };
    let euro_account = own(PKO, 2);
    bank.open_account(euro_account, last, 1).unwrap();

    let foreign = file(stranger, TODAY, &[(1, elsewhere())]);
    let not_here = Rejected::NotKeptHere {
        line: 1,
        account: stranger.to_string(),
    };
    refused(&mut bank, &foreign, &not_here);

    for (from, to) in [(euro_account, elsewhere()), (account, euro_account)] {
        let euros = Rejected::Currency {
            line: 1,
            account: euro_account,
            currency: Currency::EUR,
            asked: Currency::PLN,
        };
        refused(&mut bank, &file(from, TODAY, &[(1, to)]), &euros);
    }

    let early = Rejected::Early {
        line: 1,
        date: day("2026-11-24"),
        today: day(TODAY),
    };
    refused(
        &mut bank,
        &file(account, "2026-11-24", &[(1, elsewhere())]),
        &early,
    );

    let good = String::from_utf8_lossy(&file(account, TODAY, &[(1, elsewhere())])).into_owned();
    let right = elsewhere().nrb().unwrap().to_owned();
    let wrong = right.replacen(&right[..2], "00", 1);
    let mistyped = good.replace(&right, &wrong);
    refused(
        &mut bank,
        mistyped.as_bytes(),
        &Rejected::Payee {
            line: 1,
            account: wrong,
        },
    );

    let result = bank.take_transfers(b"hello", day(TODAY));
    assert!(
        matches!(result, Err(Rejected::Unreadable { line: 1, .. })),
        "{result:?}"
    );
    let result = bank.take_transfers(b"", day(TODAY));
    assert!(
        matches!(result, Err(Rejected::Unreadable { .. })),
        "{result:?}"
    );
}
