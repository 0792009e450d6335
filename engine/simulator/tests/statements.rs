//! What the simulated banks write is what happened there.

mod common;

use common::{BANKS, bank, day, elsewhere, known, own, party, pln, read, read_one, told};
use kantor_model::{
    Abroad, Balance, Batch, Currency, Date, Entry, Iban, Money, MoneyError, Statement,
    StatementFoot, Transfer,
};
use kantor_parsers::elixir0::{self, Profile};
use kantor_parsers::{Charset, Options, parse_all_with};
use kantor_simulator::{BankError, BankKind, CodePage, Form, Line, Operation, SimBank};
use proptest::prelude::*;

/// A day with one line of every kind.
fn busy_day(kind: BankKind) -> SimBank {
    let mut bank = bank(kind);
    let (account, today) = (own(kind, 1), day("2026-11-23"));
    let payer = party("Zażółć Gęślą-Jaźń|ul. Źródlana 2 m. 14|30-001 Kraków");
    let title = "EX0000123455 wymiana walut, zlecenie z dnia 23.11.2026, wpłata własna";
    bank.receive(account, today, pln(431_250), &payer, elsewhere(), title)
        .unwrap();
    let neighbour = party("FIRMA ŻÓŁW SP. Z O.O.");
    bank.receive(account, today, pln(5), &neighbour, own(kind, 77), "EX 1")
        .unwrap();
    bank.receive(
        account,
        today,
        pln(100_000_000),
        &payer,
        elsewhere(),
        "duży",
    )
    .unwrap();
    bank.fee(account, today, pln(1_250), "OPŁATA ZA PROWADZENIE RACHUNKU")
        .unwrap();
    let order = Batch {
        debit_account: account,
        owner: party("Kantor Sp. z o.o.|ul. Prosta 1|00-001 Warszawa"),
        date: today,
        transfers: vec![Transfer {
            reference: "PO0000017".to_owned(),
            amount: pln(99_999),
            payee: party("Łucja Świętosławska-Brzęczyszczykiewicz|Rynek 1|50-101 Wrocław"),
            payee_account: elsewhere(),
            title: "PO0000017 wypłata z kantoru".to_owned(),
            abroad: Abroad::default(),
        }],
    };
    let file = elixir0::write(&order, &Profile::DEFAULT).unwrap();
    bank.take_transfers(&file.bytes, today).unwrap();
    bank
}

#[test]
fn a_statement_has_the_bytes_of_the_bank() {
    let check = |kind: BankKind, golden: &[u8]| {
        let written = busy_day(kind)
            .statement(own(kind, 1), day("2026-11-23"))
            .unwrap();
        let text = String::from_utf8_lossy;
        assert_eq!(text(&written), text(golden), "{kind:?}");
        assert_eq!(written, golden, "{kind:?}: bytes above ASCII");
    };
    check(BankKind::MBank, include_bytes!("golden/mbank.sta"));
    check(BankKind::Pko, include_bytes!("golden/pko.sta"));
}

#[test]
fn every_kind_of_line_is_read_back_from_every_code_page() {
    let pages = [CodePage::Iso8859_2, CodePage::Windows1250, CodePage::Cp852];
    for (kind, page) in BANKS.into_iter().flat_map(|kind| pages.map(|p| (kind, p))) {
        let (account, today) = (own(kind, 1), day("2026-11-23"));
        let mut bank = busy_day(kind).with_code_page(page);
        let read = read_one(&bank.statement(account, today).unwrap());
        let lines = bank.lines(account);
        assert_eq!(told(&read.entries), known(kind, lines), "{kind:?} {page:?}");
        assert_eq!(read.head.bank.as_deref(), Some(kind.id()));
        assert_eq!(read.head.account.as_ref().unwrap().iban(), Some(account));
        let operations: Vec<Operation> = lines.iter().map(|line| line.operation).collect();
        let expected = [
            Operation::Elixir,
            Operation::Internal,
            Operation::Sorbnet,
            Operation::Fee,
            Operation::Elixir,
        ];
        assert_eq!(operations, expected);
    }
}

/// A table says who and what for, and no reference of the bank's; the others say everything.
#[test]
fn every_form_of_an_export_is_read_back() {
    for kind in BANKS {
        let (account, today) = (own(kind, 1), day("2026-11-23"));
        let bank = busy_day(kind);
        for form in [Form::Camt, Form::Notice, Form::Table] {
            let file = bank.export(account, today, 1, form).unwrap();
            let options = Options {
                account: Some(account.as_str()),
                ..Options::default()
            };
            let read = parse_all_with(&file, options);
            let text = String::from_utf8_lossy(&file);
            assert_eq!(read.complaints, [], "{kind:?} {form:?}: {text}");
            let [statement] = read.statements.as_slice() else {
                panic!("{form:?}: {text}");
            };
            let lines = &bank.lines(account)[1..];
            let facts = |entry: &Entry| {
                let iban = entry.counterparty.account.as_ref().and_then(|it| it.iban());
                (
                    entry.amount,
                    entry.booking_date,
                    iban,
                    entry.remittance.clone(),
                )
            };
            let wanted = |line: &Line| {
                let title = Some(line.title.clone()).filter(|title| !title.is_empty());
                (line.amount, Some(line.date), line.account, title)
            };
            let found: Vec<_> = statement.entries.iter().map(facts).collect();
            let known: Vec<_> = lines.iter().map(wanted).collect();
            assert_eq!(found, known, "{kind:?} {form:?}");
            let opening = statement.head.opening.map(|balance| balance.amount);
            let closing = statement.foot.closing.map(|balance| balance.amount);
            let states = (
                Some(bank.lines(account)[0].balance_after),
                bank.balance(account),
            );
            let none = (None, None);
            let wanted = if form == Form::Notice { none } else { states };
            assert_eq!((opening, closing), wanted, "{kind:?} {form:?}");
        }
    }
}

#[test]
fn a_day_as_camt_is_the_same_day() {
    for kind in BANKS {
        let (account, today) = (own(kind, 1), day("2026-11-23"));
        let mut bank = busy_day(kind);
        let camt = read_one(&bank.statements_as_camt(&[account], today).unwrap());
        let own = read_one(&bank.statement(account, today).unwrap());
        assert_eq!(camt.foot.closing, own.foot.closing);
        assert_eq!(
            camt.head.opening.map(|it| it.amount),
            own.head.opening.map(|it| it.amount)
        );
        let references = |entries: &[Entry]| -> Vec<Option<String>> {
            entries
                .iter()
                .map(|entry| entry.bank_reference.clone())
                .collect()
        };
        assert_eq!(references(&camt.entries), references(&own.entries));
    }
}

#[test]
fn the_chain_of_days_connects_and_numbers_begin_again_in_january() {
    for kind in BANKS {
        let (mut bank, account) = (busy_day(kind), own(kind, 1));
        let mut closing = Some(pln(100_000));
        // The 24th has no line; New Year lies before the last day.
        let days = ["2026-11-23", "2026-11-24", "2026-12-31", "2027-01-04"];
        let numbers = ["212", "213", "214", "1"];
        for (today, number) in days.into_iter().map(day).zip(numbers) {
            if today.day() > 24 {
                bank.fee(account, today, pln(1), "PROWIZJA").unwrap();
            }
            let file = bank.statement(account, today).unwrap();
            let read = read_one(&file);
            assert_eq!(read.head.opening.map(|it| it.amount), closing, "{today}");
            assert_eq!(read.difference(), Ok(Some(pln(0))), "{today}");
            let stated = read.head.number.unwrap();
            assert_eq!(stated.split('/').next(), Some(number), "{today}");
            closing = read.foot.closing.map(|it| it.amount);
            assert_eq!(
                (closing, read.foot.available),
                (bank.balance(account), read.foot.closing)
            );
            assert_eq!(bank.statement(account, today), Ok(file), "given out again");
        }
    }
}

#[test]
fn partial_exports_grow_overlap_and_have_no_closing() {
    for kind in BANKS {
        let (account, today) = (own(kind, 1), day("2026-11-23"));
        let mut bank = bank(kind);
        let nothing = read_one(&bank.partial_export(account, today).unwrap());
        assert_eq!(
            (nothing.entries.len(), nothing.foot),
            (0, StatementFoot::default())
        );
        let payer = party("Jan Żak");
        for (count, minor) in [(1, 100), (2, 100), (3, 250)] {
            bank.receive(account, today, pln(minor), &payer, elsewhere(), "EX1")
                .unwrap();
            let file = bank.partial_export(account, today).unwrap();
            let read = read_one(&file);
            assert!(!String::from_utf8_lossy(&file).contains(":62"));
            assert_eq!(read.foot, StatementFoot::default());
            assert_eq!(read.head.opening.map(|it| it.amount), Some(pln(100_000)));
            assert_eq!(told(&read.entries), known(kind, bank.lines(account)));
            assert_eq!(read.entries.len(), count);
        }
        let window = read_as(
            CodePage::Iso8859_2,
            &bank.partial_export_since(account, today, 2).unwrap(),
            true,
        );
        assert_eq!(window.head.opening.map(|it| it.amount), Some(pln(100_200)));
        assert_eq!(
            told(&window.entries),
            known(kind, &bank.lines(account)[2..])
        );
        // After the day was closed, the export is still that of its lines.
        bank.statement(account, today).unwrap();
        bank.fee(account, day("2026-11-24"), pln(1), "PROWIZJA")
            .unwrap();
        let old = read_one(&bank.partial_export(account, today).unwrap());
        assert_eq!((old.entries.len(), old.foot.closing), (3, None));
    }
}

#[test]
fn several_accounts_and_currencies_stand_in_one_file() {
    for kind in BANKS {
        let mut bank = busy_day(kind);
        let (pln_account, eur_account, today) = (own(kind, 1), own(kind, 2), day("2026-11-23"));
        let last = Balance {
            amount: Money::new(-95_945, Currency::EUR),
            date: day("2026-11-20"),
        };
        bank.open_account(eur_account, last, 7).unwrap();
        let abroad = Iban::parse("DE89370400440532013000").unwrap();
        let euros = Money::new(100_000, Currency::EUR);
        bank.receive(
            eur_account,
            today,
            euros,
            &party("Jürgen Groß"),
            abroad,
            "EX2",
        )
        .unwrap();
        let read = read(&bank.statements(&[pln_account, eur_account], today).unwrap());
        let accounts: Vec<_> = read
            .iter()
            .map(|it| it.head.account.as_ref().unwrap().iban())
            .collect();
        assert_eq!(accounts, [Some(pln_account), Some(eur_account)]);
        for (statement, account) in read.iter().zip([pln_account, eur_account]) {
            assert_eq!(told(&statement.entries), known(kind, bank.lines(account)));
            assert_eq!(statement.computed_closing(), Ok(bank.balance(account)));
        }
        assert_eq!(bank.lines(eur_account)[0].operation, Operation::Foreign);
    }
}

#[test]
fn what_no_bank_would_do_is_refused() {
    let kind = BankKind::MBank;
    let (mut bank, account, today) = (busy_day(kind), own(kind, 1), day("2026-11-23"));
    let stranger = elsewhere();
    let fee = |bank: &mut SimBank, account: Iban, date: Date, amount: Money| {
        let before = bank.lines(own(kind, 1)).len();
        let refused = bank.fee(account, date, amount, "PROWIZJA").unwrap_err();
        assert_eq!(bank.lines(own(kind, 1)).len(), before);
        refused
    };
    let no_account = BankError::NoAccount { account: stranger };
    assert_eq!(fee(&mut bank, stranger, today, pln(1)), no_account);
    assert_eq!(
        bank.statements(&[account, stranger], today),
        Err(no_account)
    );
    assert_eq!(bank.balance(stranger), None);
    let zero = BankError::NotPositive { amount: pln(0) };
    assert_eq!(fee(&mut bank, account, today, pln(0)), zero);
    let euros = Money::new(1, Currency::EUR);
    assert!(matches!(
        fee(&mut bank, account, today, euros),
        BankError::Amount {
            source: MoneyError::TwoCurrencies { .. },
            ..
        }
    ));
    let again = Balance {
        amount: pln(0),
        date: today,
    };
    assert_eq!(
        bank.open_account(account, again, 1),
        Err(BankError::AlreadyOpen { account })
    );
    let over = |date: &str, reached: &str, first: &str| BankError::DayOver {
        account,
        date: day(date),
        reached: day(reached),
        first: day(first),
    };
    let refused = fee(&mut bank, account, day("2026-11-22"), pln(1));
    assert_eq!(refused, over("2026-11-22", "2026-11-23", "2026-11-23"));
    // The refused file of two accounts closed no day.
    bank.fee(account, today, pln(1), "PROWIZJA").unwrap();
    bank.statement(account, day("2026-11-25")).unwrap();
    let refused = fee(&mut bank, account, day("2026-11-25"), pln(1));
    assert_eq!(refused, over("2026-11-25", "2026-11-25", "2026-11-26"));
    assert_eq!(
        bank.partial_export(account, today),
        Err(BankError::NoStatement {
            account,
            date: today,
            closed: day("2026-11-25")
        })
    );
}

const TEXT: &str = "[A-Za-z0-9ĄĆĘŁŃÓŚŹŻąćęłńóśźż .,/()+:;'?-]";

fn texts(most: usize) -> impl Strategy<Value = String> {
    let regex = |text: String| proptest::string::string_regex(&text).unwrap();
    let words = regex(format!("({TEXT}{{1,12}} ){{0,{}}}", most / 8));
    prop_oneof![words, regex(format!("{TEXT}{{0,{most}}}"))]
}

proptest! {
    #[test]
    fn whatever_goes_in_is_read_back(
        payments in proptest::collection::vec(
            (1_i64..10_000_000_000_000, texts(60), texts(30), texts(30), texts(170), 0_i8..4),
            0..6,
        ),
        page in prop_oneof![
            Just(CodePage::Iso8859_2), Just(CodePage::Windows1250), Just(CodePage::Cp852),
        ],
        skip in 0_usize..7,
    ) {
        for kind in BANKS {
            let (account, first_day) = (own(kind, 1), day("2026-11-27"));
            let mut bank = bank(kind).with_code_page(page);
            let mut date = first_day;
            for (minor, name, street, city, title, days) in &payments {
                for _ in 0..*days {
                    date = date.tomorrow().unwrap();
                }
                let payer = party(&format!("{name}|{street}|{city}"));
                bank.receive(account, date, pln(*minor), &payer, elsewhere(), title).unwrap();
            }
            let partial = read_as(page, &bank.partial_export(account, date).unwrap(), false);
            let skipped = skip.min(payments.len());
            let file = bank.partial_export_since(account, date, skip).unwrap();
            let window = read_as(page, &file, skipped > 0);
            let whole = read_as(page, &bank.statement(account, date).unwrap(), false);
            let lines = bank.lines(account);
            prop_assert_eq!(told(&whole.entries), known(kind, lines));
            prop_assert_eq!(&told(&partial.entries), &told(&whole.entries));
            prop_assert_eq!(told(&window.entries), known(kind, &lines[skipped..]));
            prop_assert_eq!(whole.foot.closing.map(|it| it.amount), bank.balance(account));
            prop_assert_eq!(window.computed_closing(), Ok(bank.balance(account)));
            prop_assert_eq!(partial.foot, StatementFoot::default());
        }
    }
}

/// Read in the page it was written in: random letters may look like another page. The reader says
/// so when lines of the statement stand before those of the file, and has nothing else to say.
#[track_caller]
fn read_as(page: CodePage, file: &[u8], continued: bool) -> Statement {
    let charset = match page {
        CodePage::Iso8859_2 => Charset::Iso8859_2,
        CodePage::Windows1250 => Charset::Windows1250,
        CodePage::Cp852 => Charset::Cp852,
    };
    let options = Options {
        charset: Some(charset),
        ..Options::default()
    };
    let mut read = parse_all_with(file, options);
    let codes: Vec<&str> = read.complaints.iter().map(|it| it.code.as_ref()).collect();
    let expected: &[&str] = if continued {
        &["earlier-page-missing"]
    } else {
        &[]
    };
    assert_eq!((codes.as_slice(), read.statements.len()), (expected, 1));
    read.statements.remove(0)
}
