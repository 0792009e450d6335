//! Batches to write, and the judges of what was written: the standard's schema where it is there,
//! and always rules of our own.

use std::io::Write;
use std::path::Path;
use std::process::{Command, Stdio};
use std::sync::Once;

use kantor_model::{Abroad, Batch, Currency, Date, Iban, Money, Party, Transfer};
use kantor_parsers::transfers::TransferFormat;

pub(crate) const PAYER: &str = "27114020040000300201355387";
pub(crate) const POLISH: &str = "61109010140000071219812874";
pub(crate) const GERMAN: &str = "DE89370400440532013000";
pub(crate) const ARABIAN: &str = "AE070331234567890123456";

pub(crate) fn party(text: &str) -> Party {
    let mut parts = text.split('|').map(str::to_owned);
    let mut next = || parts.next().unwrap_or_default();
    Party {
        name: next(),
        street: next(),
        city: next(),
    }
}

pub(crate) fn transfer(code: &str, minor: i64, to: &str, reference: &str) -> Transfer {
    Transfer {
        reference: reference.to_owned(),
        amount: Money::new(minor, Currency::from_code(code).unwrap()),
        payee: party("Jan Nowak||"),
        payee_account: Iban::parse(to).unwrap(),
        title: format!("Wymiana {reference}"),
        abroad: Abroad::default(),
    }
}

pub(crate) fn batch(transfers: Vec<Transfer>) -> Batch {
    Batch {
        debit_account: Iban::parse(PAYER).unwrap(),
        owner: party("Kantor Sp. z o.o.|ul. Prosta 1|00-001 Warszawa"),
        date: Date::constant(2026, 11, 23),
        transfers,
    }
}

/// Holds a file against the rules of this house, and against the schema of its version.
#[track_caller]
pub(crate) fn assert_valid(bytes: &[u8], version: TransferFormat) {
    assert_rules(std::str::from_utf8(bytes).unwrap());
    if let Some(complaints) = schema_complaints(bytes, version) {
        let file = String::from_utf8_lossy(bytes);
        panic!("{complaints}\n{file}");
    }
}

/// The longest texts of the elements that have a limit (Max35Text and so on; names as SEPA has
/// them).
const LIMITS: &[(&str, usize)] = &[
    ("MsgId", 35),
    ("PmtInfId", 35),
    ("EndToEndId", 35),
    ("Nm", 70),
    ("AdrLine", 70),
    ("StrtNm", 70),
    ("BldgNb", 16),
    ("PstCd", 16),
    ("TwnNm", 35),
    ("Ctry", 2),
    ("Ustrd", 140),
    ("CtrlSum", 19),
];

#[track_caller]
fn assert_rules(file: &str) {
    let elements = |name: &str| -> Vec<String> {
        let (open, close) = (format!("<{name}>"), format!("</{name}>"));
        let texts = file.split(open.as_str()).skip(1);
        texts
            .map(|text| text.split(close.as_str()).next().unwrap().to_owned())
            .collect()
    };
    for (name, limit) in LIMITS {
        for text in elements(name) {
            let plain = text
                .replace("&amp;", "&")
                .replace("&lt;", "<")
                .replace("&gt;", ">");
            let length = plain.chars().count();
            assert!((1..=*limit).contains(&length), "{name}: {text}");
            assert_eq!(text.trim(), text, "{name}");
        }
    }
    let transfers = file.matches("<CdtTrfTxInf>").count();
    let counts: Vec<usize> = elements("NbOfTxs")
        .iter()
        .map(|it| it.parse().unwrap())
        .collect();
    let (all, blocks) = counts.split_first().unwrap();
    assert_eq!(*all, transfers);
    assert_eq!(blocks.iter().sum::<usize>(), transfers);
    for id in elements("EndToEndId") {
        assert!(
            !id.starts_with('/') && !id.ends_with('/') && !id.contains("//"),
            "{id}"
        );
        let taken = |sign: char| sign.is_ascii_alphanumeric() || "/-?:().,'+ ".contains(sign);
        assert!(id.chars().all(taken), "{id}");
    }
    for block in file.split("<PmtInf>").skip(1) {
        let sepa = block.contains("<Cd>SEPA</Cd>");
        assert_eq!(sepa, block.contains("<ChrgBr>SLEV</ChrgBr>"));
        assert!(!sepa || block.is_ascii(), "{block}");
        let amounts = block.matches("<InstdAmt Ccy=").count();
        let euro = block.matches("<InstdAmt Ccy=\"EUR\">").count();
        assert!(!sepa || euro == amounts);
    }
}

/// What `xmllint` says against it; `None` when nothing, or when it or the schemas are not there.
fn schema_complaints(bytes: &[u8], version: TransferFormat) -> Option<String> {
    static SAID: Once = Once::new();
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../shared/schemas");
    let schema = folder.join(format!("{}.xsd", version.name()));
    if !schema.is_file() {
        SAID.call_once(|| eprintln!("skipped: no schema at {}", schema.display()));
        return None;
    }
    let child = Command::new("xmllint")
        .args(["--noout", "--nonet", "--schema"])
        .args([schema.as_os_str(), "-".as_ref()])
        .stdin(Stdio::piped())
        .stdout(Stdio::null())
        .stderr(Stdio::piped())
        .spawn();
    let mut child = match child {
        Ok(child) => child,
        Err(error) => {
            SAID.call_once(|| eprintln!("skipped: xmllint cannot be run: {error}"));
            return None;
        }
    };
    child.stdin.take().unwrap().write_all(bytes).unwrap();
    let output = child.wait_with_output().unwrap();
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    (!output.status.success()).then_some(said)
}
