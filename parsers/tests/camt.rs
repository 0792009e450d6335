//! Laws of reading camt: what was generated is read back, in any version, any encoding and any
//! cut of its bytes; no damage makes the reader panic, or end a statement that it has not read.

use std::fmt::Write as _;
use std::path::Path;
use std::process::Command;

use encoding_rs::{ISO_8859_2, WINDOWS_1250};
use kantor_model::{
    Collected, Collector, Currency, Entry, EntryStatus, Format, Money, Severity, Statement,
};
use kantor_parsers::{ByteSource, Options, SourceError, parse_all, read_statement};
use proptest::prelude::*;

const OWN: &str = "PL61109010140000071219812874";

/// One transaction as it is generated.
#[derive(Clone, Debug)]
struct Transaction {
    minor: i64,
    name: String,
    account: bool,
    title: Vec<String>,
    reference: Option<u32>,
    reason: bool,
}

/// One entry: its transactions make its amount.
#[derive(Clone, Debug)]
struct Generated {
    credit: bool,
    reversal: bool,
    status: EntryStatus,
    day: u8,
    transactions: Vec<Transaction>,
    bare: Option<i64>,
}

impl Generated {
    fn minor(&self) -> i64 {
        let parts: i64 = self.transactions.iter().map(|it| it.minor).sum();
        if self.transactions.is_empty() {
            self.bare.unwrap_or(parts)
        } else {
            parts
        }
    }

    fn sign(&self) -> i64 {
        if self.credit { 1 } else { -1 }
    }
}

#[derive(Clone, Copy, Debug)]
struct Shape {
    version: u8,
    format: Format,
    prefix: &'static str,
    spaced: bool,
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;")
        .replace('<', "&lt;")
        .replace('>', "&gt;")
}

fn decimal(minor: i64, zeros: usize) -> String {
    format!("{}.{:02}{}", minor / 100, minor % 100, "0".repeat(zeros))
}

fn transaction(it: &Transaction, entry: &Generated, version: u8, out: &mut String) {
    // What is reversed keeps the sides of what it reverses.
    let side = if entry.credit != entry.reversal {
        "Dbtr"
    } else {
        "Cdtr"
    };
    out.push_str("<TxDtls>");
    if let Some(reference) = it.reference {
        write!(out, "<Refs><AcctSvcrRef>B{reference}</AcctSvcrRef><EndToEndId>E{reference}</EndToEndId></Refs>").unwrap();
    } else {
        out.push_str("<Refs><EndToEndId>NOTPROVIDED</EndToEndId></Refs>");
    }
    let amount = format!("<Amt Ccy=\"PLN\">{}</Amt>", decimal(it.minor, 0));
    let direction = if entry.credit { "CRDT" } else { "DBIT" };
    if version >= 4 {
        write!(out, "{amount}<CdtDbtInd>{direction}</CdtDbtInd>").unwrap();
    } else {
        write!(out, "<AmtDtls><TxAmt>{amount}</TxAmt></AmtDtls>").unwrap();
    }
    let name = format!(
        "<Nm>{}</Nm><PstlAdr><AdrLine>x</AdrLine><Ctry/></PstlAdr>",
        escaped(&it.name)
    );
    let party = if version >= 8 {
        format!("<Pty>{name}</Pty>")
    } else {
        name
    };
    write!(out, "<RltdPties><{side}>{party}</{side}>").unwrap();
    if it.account {
        write!(
            out,
            "<{side}Acct><Id><IBAN>DE89370400440532013000</IBAN></Id></{side}Acct>"
        )
        .unwrap();
    }
    let bic = if version >= 3 { "BICFI" } else { "BIC" };
    write!(out, "</RltdPties><RltdAgts><{side}Agt><FinInstnId><{bic}>COBADEFF</{bic}></FinInstnId></{side}Agt></RltdAgts><RmtInf>").unwrap();
    for title in &it.title {
        write!(out, "<Ustrd>{}</Ustrd>", escaped(title)).unwrap();
    }
    out.push_str("</RmtInf>");
    if it.reason {
        out.push_str("<RtrInf><Rsn><Cd>AC04</Cd></Rsn></RtrInf>");
    }
    out.push_str("</TxDtls>");
}

fn document(shape: Shape, entries: &[Generated], encoding: &str) -> String {
    let Shape {
        version, format, ..
    } = shape;
    let (root, group, kind) = match format {
        Format::Camt052 => ("BkToCstmrAcctRpt", "Rpt", "camt.052"),
        Format::Camt054 => ("BkToCstmrDbtCdtNtfctn", "Ntfctn", "camt.054"),
        _ => ("BkToCstmrStmt", "Stmt", "camt.053"),
    };
    let mut out = format!(
        "<?xml version=\"1.0\" encoding=\"{encoding}\"?><Document xmlns=\"urn:iso:std:iso:20022:tech:xsd:{kind}.001.{version:02}\"><{root}><GrpHdr><MsgId>1</MsgId></GrpHdr><{group}><Id>1</Id><ElctrncSeqNb>7</ElctrncSeqNb><Acct><Id><IBAN>{OWN}</IBAN></Id><Ccy>PLN</Ccy></Acct>"
    );
    let booked = entries.iter().filter(|it| it.status == EntryStatus::Booked);
    let closing = 100_000_000 + booked.map(|it| it.sign() * it.minor()).sum::<i64>();
    if format != Format::Camt054 {
        for (code, minor) in [("OPBD", 100_000_000), ("CLBD", closing)] {
            let direction = if minor < 0 { "DBIT" } else { "CRDT" };
            write!(out, "<Bal><Tp><CdOrPrtry><Cd>{code}</Cd></CdOrPrtry></Tp><Amt Ccy=\"PLN\">{}</Amt><CdtDbtInd>{direction}</CdtDbtInd><Dt><Dt>2026-11-02</Dt></Dt></Bal>", decimal(minor.abs(), 3)).unwrap();
        }
    }
    for entry in entries {
        let direction = if entry.credit { "CRDT" } else { "DBIT" };
        let status = match entry.status {
            EntryStatus::Booked => "BOOK",
            EntryStatus::Pending => "PDNG",
            EntryStatus::Info => "INFO",
        };
        let status = if version >= 8 {
            format!("<Cd>{status}</Cd>")
        } else {
            status.to_owned()
        };
        write!(out, "<Ntry><Amt Ccy=\"PLN\">{}</Amt><CdtDbtInd>{direction}</CdtDbtInd><RvslInd>{}</RvslInd><Sts>{status}</Sts><ValDt><Dt>2026-11-{:02}</Dt></ValDt>", decimal(entry.minor(), 1), entry.reversal, entry.day).unwrap();
        if !entry.transactions.is_empty() {
            out.push_str("<NtryDtls>");
            for it in &entry.transactions {
                transaction(it, entry, version, &mut out);
            }
            out.push_str("</NtryDtls>");
        }
        out.push_str("</Ntry>");
    }
    write!(out, "</{group}></{root}></Document>").unwrap();
    if shape.spaced {
        out = out.replace("><", ">\r\n\t<");
    }
    if !shape.prefix.is_empty() {
        let prefix = shape.prefix;
        out = out
            .replace("</", "\u{1}")
            .replace('<', &format!("<{prefix}:"))
            .replace('\u{1}', &format!("</{prefix}:"))
            .replace(&format!("<{prefix}:?"), "<?")
            .replace("xmlns=", &format!("xmlns:{prefix}="));
    }
    out
}

/// The title as a reader gives it: joined, with single spaces.
fn title(it: &Transaction) -> Option<String> {
    let joined = it.title.join(" ");
    let words: Vec<&str> = joined.split_ascii_whitespace().collect();
    (!words.is_empty()).then(|| words.join(" "))
}

fn trimmed(text: &str) -> Option<String> {
    let words: Vec<&str> = text.split_ascii_whitespace().collect();
    (!words.is_empty()).then(|| words.join(" "))
}

/// What is wrong with an entry that was read.
fn compare(read: &Entry, wanted: &Generated) -> Result<(), TestCaseError> {
    let money = |minor: i64| Money::new(wanted.sign() * minor, Currency::PLN);
    prop_assert_eq!(read.amount, money(wanted.minor()));
    prop_assert_eq!(read.status, wanted.status);
    prop_assert_eq!(read.reversal, wanted.reversal);
    prop_assert_eq!(read.value_date.map(|day| day.day()), Some(wanted.day as i8));
    let one = |party: &kantor_model::Counterparty, it: &Transaction| {
        prop_assert_eq!(party.name.clone(), trimmed(&it.name));
        prop_assert_eq!(party.account.is_some(), it.account);
        Ok(())
    };
    match wanted.transactions.as_slice() {
        [] => prop_assert!(read.parts.is_empty()),
        [it] => {
            prop_assert!(read.parts.is_empty());
            prop_assert_eq!(read.remittance.clone(), title(it));
            prop_assert_eq!(
                read.customer_reference.clone(),
                it.reference.map(|it| format!("E{it}"))
            );
            prop_assert_eq!(
                read.bank_reference.clone(),
                it.reference.map(|it| format!("B{it}"))
            );
            prop_assert_eq!(read.return_reason.is_some(), it.reason);
            one(&read.counterparty, it)?;
        }
        several => {
            prop_assert_eq!(read.parts.len(), several.len());
            for (part, it) in read.parts.iter().zip(several) {
                prop_assert_eq!(part.amount, Some(money(it.minor)));
                prop_assert_eq!(part.remittance.clone(), title(it));
                one(&part.counterparty, it)?;
            }
        }
    }
    Ok(())
}

fn text() -> impl Strategy<Value = String> {
    let letters: Vec<char> = "abcXYZ 09ąęłóśżźćńĄĘŁÓŚŻŹĆŃ&<>\"';/".chars().collect();
    prop::collection::vec(prop::sample::select(letters), 1..30)
        .prop_map(|letters| letters.into_iter().collect())
}

fn transactions() -> impl Strategy<Value = Transaction> {
    (
        1_i64..1_000_000,
        text(),
        any::<bool>(),
        prop::collection::vec(text(), 0..3),
        any::<Option<u32>>(),
        any::<bool>(),
    )
        .prop_map(
            |(minor, name, account, title, reference, reason)| Transaction {
                minor,
                name,
                account,
                title,
                reference,
                reason,
            },
        )
}

fn entries() -> impl Strategy<Value = Vec<Generated>> {
    let status = prop::sample::select(vec![
        EntryStatus::Booked,
        EntryStatus::Pending,
        EntryStatus::Info,
    ]);
    let entry = (
        any::<bool>(),
        any::<bool>(),
        status,
        1_u8..31,
        prop::collection::vec(transactions(), 0..4),
        0_i64..5000,
    )
        .prop_map(
            |(credit, reversal, status, day, transactions, bare)| Generated {
                credit,
                reversal,
                status,
                day,
                transactions,
                bare: Some(bare),
            },
        );
    prop::collection::vec(entry, 0..12)
}

fn shapes() -> impl Strategy<Value = Shape> {
    let version = prop::sample::select(vec![2_u8, 3, 4, 6, 8, 10, 13]);
    let format = prop::sample::select(vec![Format::Camt052, Format::Camt053, Format::Camt054]);
    let prefix = prop::sample::select(vec!["", "n", "ns2"]);
    (version, format, prefix, any::<bool>()).prop_map(|(version, format, prefix, spaced)| Shape {
        version,
        format,
        prefix,
        spaced,
    })
}

/// The document in an encoding, by number.
fn encoded(shape: Shape, entries: &[Generated], encoding: usize) -> Vec<u8> {
    let of = |label: &str| document(shape, entries, label);
    match encoding {
        0 => of("UTF-8").into_bytes(),
        1 => WINDOWS_1250.encode(&of("windows-1250")).0.into_owned(),
        2 => ISO_8859_2.encode(&of("ISO-8859-2")).0.into_owned(),
        3 => ["\u{FEFF}".as_bytes(), of("UTF-8").as_bytes()].concat(),
        _ => of("UTF-16")
            .encode_utf16()
            .flat_map(u16::to_be_bytes)
            .collect(),
    }
}

/// Gives a few bytes at a time.
struct Chunks<'b>(&'b [u8], usize);

impl ByteSource for Chunks<'_> {
    fn pull(&mut self, into: &mut [u8]) -> Result<usize, SourceError> {
        let most = self.1.min(into.len());
        self.0.pull(&mut into[..most])
    }
}

fn in_chunks(bytes: &[u8], chunk: usize) -> Collected {
    let mut collector = Collector::new();
    read_statement(
        &mut Chunks(bytes, chunk),
        Options::default(),
        &mut collector,
    )
    .unwrap();
    collector.finish()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(96))]

    #[test]
    fn what_was_generated_is_read_back(shape in shapes(), wanted in entries(), encoding in 0_usize..5, chunk in 1_usize..5000) {
        let bytes = encoded(shape, &wanted, encoding);
        let read = in_chunks(&bytes, chunk);
        prop_assert_eq!(&read.complaints, &vec![]);
        let [statement]: [Statement; 1] = read.statements.try_into().unwrap();
        prop_assert_eq!(statement.head.format, shape.format);
        prop_assert_eq!(statement.entries.len(), wanted.len());
        for (read, wanted) in statement.entries.iter().zip(&wanted) {
            compare(read, wanted)?;
        }
        let proven = statement.difference().unwrap().map(Money::is_zero);
        prop_assert_eq!(proven, (shape.format != Format::Camt054).then_some(true));
    }

    #[test]
    fn a_changed_byte_never_makes_the_reader_panic(wanted in entries(), at in any::<prop::sample::Index>(), byte: u8) {
        let shape = Shape { version: 8, format: Format::Camt053, prefix: "", spaced: true };
        let mut bytes = encoded(shape, &wanted, 0);
        let at = at.index(bytes.len());
        bytes[at] = byte;
        parse_all(&bytes);
    }
}

/// Our own golden files.
fn golden() -> Vec<(String, Vec<u8>)> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("corpus");
    let mut files: Vec<(String, Vec<u8>)> = std::fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.extension().is_some_and(|extension| extension == "xml"))
        .map(|path| (path.display().to_string(), std::fs::read(&path).unwrap()))
        .filter(|(name, _)| name.contains("/camt-"))
        .collect();
    files.sort();
    assert!(files.len() >= 13, "{} golden files", files.len());
    files
}

#[test]
fn a_file_that_is_cut_anywhere_is_complained_about() {
    for (name, bytes) in golden() {
        let whole = parse_all(&bytes).statements;
        // White space and a last line end may be missing.
        let last = bytes.iter().rposition(|byte| *byte == b'>').unwrap();
        // Every byte of a short file, every so many of a long one: a minute is too long for a test.
        let step = if last < 2_500 { 1 } else { 17 };
        for cut in (0..last).step_by(step) {
            let read = parse_all(&bytes[..cut]);
            let fatal = read
                .complaints
                .iter()
                .any(|it| it.severity == Severity::Fatal);
            assert!(fatal, "{name} cut at {cut} was not complained about");
            let placed = read.complaints.iter().all(|it| it.place.line > 0);
            assert!(placed, "{name} cut at {cut}: {:?}", read.complaints);
            assert!(whole.starts_with(&read.statements), "{name} cut at {cut}");
        }
    }
}

#[test]
fn a_statement_that_came_to_its_end_is_kept_where_the_reading_is_lenient() {
    let text = std::fs::read(
        Path::new(env!("CARGO_MANIFEST_DIR"))
            .join("corpus/broken/camt-truncated-after-statement.xml"),
    )
    .unwrap();
    let lenient = Options {
        lenient: true,
        ..Options::default()
    };
    let read = kantor_parsers::parse_all_with(&text, lenient);
    assert_eq!(read.statements.len(), 1);
    let severities: Vec<Severity> = read.complaints.iter().map(|it| it.severity).collect();
    assert_eq!(severities, [Severity::Notice]);
}

#[test]
fn golden_files_are_valid_by_the_schemas_of_the_standard() {
    let schemas = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../shared/schemas");
    if !schemas.is_dir() || Command::new("xmllint").arg("--version").output().is_err() {
        eprintln!(
            "skipped: no schemas at {}, or no xmllint",
            schemas.display()
        );
        return;
    }
    let mut checked = 0;
    for (name, bytes) in golden() {
        let text = String::from_utf8_lossy(&bytes);
        let Some((_, rest)) = text.split_once("xmlns=\"urn:iso:std:iso:20022:tech:xsd:") else {
            continue;
        };
        let schema = schemas.join(format!("{}.xsd", rest.split('"').next().unwrap()));
        if !schema.exists() {
            continue;
        }
        let done = Command::new("xmllint")
            .args(["--noout", "--nonet", "--schema"])
            .arg(&schema)
            .arg(&name)
            .output()
            .unwrap();
        assert!(
            done.status.success(),
            "{}",
            String::from_utf8_lossy(&done.stderr)
        );
        checked += 1;
    }
    println!("{checked} golden files are valid");
    assert!(checked >= 8, "{checked}");
}
