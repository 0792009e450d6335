//! Files of nobody's bank: general formats without any bank's signs, and what is no statement.

use kantor_model::{Abroad, Batch, Bic, Country, Currency, Date, Iban, Money, Party, Transfer};
use kantor_plugin_host::WritableFormat;

/// A file that is no bank's own.
pub(crate) struct Foreign {
    pub(crate) name: &'static str,
    /// The format, where it is one; a pack that reads it may say that it could.
    pub(crate) format: Option<&'static str>,
    pub(crate) bytes: &'static [u8],
}

/// A statement of a bank that does not exist, in the plainest MT940.
const MT940: &[u8] = b"\
:20:STMT1\r
:25:PL61109010140000071219812874\r
:28C:1/1\r
:60F:C261102PLN100,00\r
:61:2611021102D12,34NTRFREF1\r
:86:a payment\r
:62F:C261102PLN87,66\r
-\r
";

const CAMT053: &[u8] = b"\
<?xml version=\"1.0\" encoding=\"UTF-8\"?>\
<Document xmlns=\"urn:iso:std:iso:20022:tech:xsd:camt.053.001.02\"><BkToCstmrStmt>\
<GrpHdr><MsgId>1</MsgId><CreDtTm>2026-11-02T20:00:00</CreDtTm></GrpHdr>\
<Stmt><Id>1</Id><CreDtTm>2026-11-02T20:00:00</CreDtTm>\
<Acct><Id><IBAN>PL61109010140000071219812874</IBAN></Id><Ccy>PLN</Ccy></Acct>\
<Bal><Tp><CdOrPrtry><Cd>OPBD</Cd></CdOrPrtry></Tp><Amt Ccy=\"PLN\">1.00</Amt>\
<CdtDbtInd>CRDT</CdtDbtInd><Dt><Dt>2026-11-02</Dt></Dt></Bal>\
<Bal><Tp><CdOrPrtry><Cd>CLBD</Cd></CdOrPrtry></Tp><Amt Ccy=\"PLN\">1.00</Amt>\
<CdtDbtInd>CRDT</CdtDbtInd><Dt><Dt>2026-11-02</Dt></Dt></Bal></Stmt></BkToCstmrStmt></Document>";

const ELIXIR: &[u8] = b"110,20261102,1234,10901014,0,\"61109010140000071219812874\",\
\"27114020040000300201355387\",\"Kantor\",\"Jan\",0,11402004,\"a title\",\"\",\"\",\"51\",\"\"\r\n";

/// All of them.
pub(crate) const FOREIGN: &[Foreign] = &[
    Foreign {
        name: "a plain MT940 of no bank",
        format: Some("MT940"),
        bytes: MT940,
    },
    Foreign {
        name: "a plain camt.053 of no bank",
        format: Some("camt.053"),
        bytes: CAMT053,
    },
    Foreign {
        name: "a line of Elixir-0",
        format: Some("ELIXIR-0"),
        bytes: ELIXIR,
    },
    Foreign {
        name: "a table of readings",
        format: Some("CSV"),
        bytes: b"sensor;celsius\r\nhall;21,5\r\nyard;-3,0\r\n",
    },
    Foreign {
        name: "an invoice in XML",
        format: Some("XML"),
        bytes: b"<?xml version=\"1.0\"?><invoice><total currency=\"PLN\">12.34</total></invoice>",
    },
    Foreign {
        name: "an empty file",
        format: None,
        bytes: b"",
    },
    Foreign {
        name: "a letter",
        format: None,
        bytes: b"Dear Sir or Madam,\r\nplease find the statement attached.\r\n",
    },
    Foreign {
        name: "a page",
        format: None,
        bytes: b"<!DOCTYPE html><html><body><h1>Please log in</h1></body></html>",
    },
    Foreign {
        name: "a PDF",
        format: None,
        bytes: b"%PDF-1.7\n%\xE2\xE3\xCF\xD3\n1 0 obj\n<< /Type /Catalog >>\nendobj\n",
    },
    Foreign {
        name: "a picture",
        format: None,
        bytes: b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR\0\0\0\x01\0\0\0\x01\x08\x06\0\0\0",
    },
    Foreign {
        name: "an object of JSON",
        format: None,
        bytes: b"{\"account\":\"PL61109010140000071219812874\",\"amount\":\"12.34\"}",
    },
    Foreign {
        name: "zero bytes",
        format: None,
        bytes: &[0; 4096],
    },
];

/// A batch to be written, and what it is called.
pub(crate) struct Order {
    pub(crate) name: &'static str,
    pub(crate) batch: Batch,
    /// Every text fits and is ASCII, so that it comes back as it was.
    pub(crate) plain: bool,
}

const PAYERS: &str = "PL61109010140000071219812874";
const PAYEES: &str = "PL27114020040000300201355387";

/// To an account abroad, in euro, where the format carries it.
fn abroad(format: &WritableFormat) -> Vec<Option<Transfer>> {
    let carried = format.currencies.iter().any(|code| code == "EUR");
    let one = |minor: i64, title: &str| {
        Some(Transfer {
            reference: "EX1".to_owned(),
            amount: Money::new(minor, Currency::EUR),
            payee: Party {
                name: "Erika Mustermann".to_owned(),
                street: "Hauptstrasse 1".to_owned(),
                city: "10115 Berlin".to_owned(),
            },
            payee_account: Iban::parse("DE89370400440532013000").ok()?,
            title: title.to_owned(),
            abroad: Abroad {
                country: Country::parse("DE"),
                bank: Bic::parse("COBADEFFXXX").ok(),
                charges: None,
            },
        })
    };
    if carried {
        vec![one(12_300, "EX1 first"), one(45_600, "EX1 second")]
    } else {
        Vec::new()
    }
}

/// Each transfer with a reference of its own, which its title begins with.
fn numbered(transfers: impl Iterator<Item = Transfer>) -> Vec<Transfer> {
    transfers
        .enumerate()
        .map(|(index, transfer)| {
            let reference = format!("EX{}", index + 1);
            Transfer {
                title: transfer.title.replacen("EX1", &reference, 1),
                reference,
                ..transfer
            }
        })
        .collect()
}

/// Batches in the first currency that the format carries, złoty where it does.
pub(crate) fn orders(format: &WritableFormat) -> Vec<Order> {
    let carried = |code: &str| format.currencies.iter().any(|carried| carried == code);
    let code = if carried("PLN") {
        Some("PLN")
    } else {
        format.currencies.first().map(String::as_str)
    };
    let Some(currency) = code.and_then(|code| Currency::from_code(code).ok()) else {
        return Vec::new();
    };
    let one = |minor: i64, name: &str, title: &str| {
        Some(Transfer {
            reference: "EX1".to_owned(),
            amount: Money::new(minor, currency),
            payee: Party {
                name: name.to_owned(),
                street: "Prosta 2".to_owned(),
                city: "00-001 Warszawa".to_owned(),
            },
            payee_account: Iban::parse(PAYEES).ok()?,
            title: title.to_owned(),
            abroad: Abroad::default(),
        })
    };
    let batch = |transfers: Vec<Option<Transfer>>| {
        Some(Batch {
            debit_account: Iban::parse(PAYERS).ok()?,
            owner: Party {
                name: "Kantor".to_owned(),
                street: "Prosta 1".to_owned(),
                city: "00-002 Warszawa".to_owned(),
            },
            date: Date::new(2026, 11, 2).ok()?,
            transfers: numbered(transfers.into_iter().flatten()),
        })
    };
    let plain = vec![
        one(123_400, "Jan Testowy", "EX1 first"),
        one(100, "Anna Testowa", "EX1 second"),
        one(987_654_300, "Testowa Firma", "EX1 third"),
    ];
    let letters = vec![
        one(100, "Żółć Gęślą-Jaźń", "EX1 zażółć"),
        one(200, "Ünïcode Ærøskøbing", "EX1 naïve"),
        one(
            300,
            "\u{5317}\u{4eac} \u{41c}\u{43e}\u{441}\u{43a}\u{432}\u{430}",
            "EX1 \u{20ac}",
        ),
    ];
    let long = vec![one(
        100,
        &"Długie Nazwisko ".repeat(12),
        &"EX1 bardzo długi tytuł ".repeat(8),
    )];
    let signs = vec![one(100, "A|B,\"C\"<D>&:E", "EX1 :86: -}{ ~20 /REMI/")];
    let many = (1..=200)
        .map(|number| {
            one(
                number * 100,
                "Jan Testowy",
                &format!("EX1 of {number} hundred"),
            )
        })
        .collect();
    [
        ("three plain transfers", batch(plain), true),
        (
            "two transfers in euro to Germany",
            batch(abroad(format)),
            true,
        ),
        ("letters of many alphabets", batch(letters), false),
        ("texts longer than any bank takes", batch(long), false),
        ("signs that formats are made of", batch(signs), false),
        ("two hundred transfers", batch(many), true),
        (
            "an amount of nothing",
            batch(vec![one(0, "Jan", "EX1")]),
            false,
        ),
        ("no transfer at all", batch(Vec::new()), false),
    ]
    .into_iter()
    .filter_map(|(name, batch, plain)| {
        let batch = batch?;
        // Nothing plain is left where the format does not carry the currency.
        (!plain || !batch.transfers.is_empty()).then_some(Order { name, batch, plain })
    })
    .collect()
}
