//! The packs of this repository, as an office runs them: found beside the executable, in a child.

mod common;

use common::{Packs, batch, read, transfer};
use kantor_model::{Collector, EntryStatus};
use kantor_plugin_host::{Confidence, Hints, Host, Opinion, PackError, ReadReport};

/// The folder lives as long as the host.
fn packs() -> Packs {
    Packs::none()
        .with_built("kantor_pack_mbank", "mbank")
        .with_built("kantor_pack_pko", "pko")
}

/// A statement in the shape that mBank CompanyNet writes.
const MBANK: &str = "\
:20:ST261102CYC/1
:25:PL46114010100000579009004001
:28C:12/1
:60F:C261102PLN100,00
:61:2611021102DN12,34NTRFNONREF//BR26306102000059
944-PRZELEW WYCH.
:86:944 PRZELEW WYCH.; NA RACH.: 27114020040000300201355387; DLA: JAN TES
TOWY; TYT.: ZWROT KZ7H3K29F; TNR: 145271016138274.040001
:62F:C261102PLN87,66
-
";

/// A statement in the shape that PKO BP writes.
const PKO: &str = "\
:20:MT940
:25:/PL27102030400000300201355387
:28C:45
:60F:C261102PLN500,00
:61:2611021102C20,00N062NONREF//0000000100000001
062 0
:86:020~00062
~20Wplata KZ7H3K29F
~21\u{fffd}
~3010901014
~310000071219812874
~32Jan Testowy
~38PL61109010140000071219812874
:62F:C261102PLN520,00
-
";

fn opinions(host: &Host, file: &str) -> Vec<(String, Confidence)> {
    host.recognise(file.as_bytes())
        .into_iter()
        .map(
            |Opinion {
                 pack, confidence, ..
             }| (pack, confidence),
        )
        .collect()
}

fn pko() -> Vec<u8> {
    // The filler of an unused subfield is one byte 0xFF.
    PKO.replace('\u{fffd}', "\u{1}")
        .into_bytes()
        .into_iter()
        .map(|byte| if byte == 1 { 0xFF } else { byte })
        .collect()
}

fn read_bytes(host: &Host, file: &[u8]) -> (ReadReport, Collector) {
    let mut sink = Collector::new();
    let report = host
        .read_statement(&mut &*file, None, Hints::default(), &mut sink)
        .unwrap();
    (report, sink)
}

#[test]
fn each_bank_is_told_by_the_shape_of_its_file() {
    let packs = packs();
    let host = packs.host();
    assert_eq!(
        opinions(&host, MBANK),
        [
            ("mbank".to_owned(), Confidence::Certain),
            ("pko".to_owned(), Confidence::None)
        ]
    );
    assert_eq!(
        opinions(&host, &String::from_utf8_lossy(&pko())),
        [
            ("mbank".to_owned(), Confidence::None),
            ("pko".to_owned(), Confidence::Certain)
        ]
    );
}

#[test]
fn statement_of_mbank_comes_through_the_child() {
    let (report, sink) = read_bytes(&packs().host(), MBANK.as_bytes());
    assert_eq!(report.pack, "mbank");
    let collected = sink.finish();
    assert!(report.trustworthy(), "{:?}", collected.complaints);
    let statement = collected.statements.first().unwrap();
    assert_eq!(statement.head.bank.as_deref(), Some("mbank"));
    assert_eq!(statement.head.number.as_deref(), Some("12/1"));
    let entry = statement.entries.first().unwrap();
    assert_eq!(entry.amount.to_decimal_string(), "-12.34");
    assert_eq!(entry.counterparty.name.as_deref(), Some("JAN TESTOWY"));
    assert_eq!(entry.remittance.as_deref(), Some("ZWROT KZ7H3K29F"));
    assert!(statement.difference().unwrap().unwrap().is_zero());
}

#[test]
fn statement_of_pko_comes_through_the_child() {
    let (report, sink) = read_bytes(&packs().host(), &pko());
    assert_eq!(report.pack, "pko");
    let collected = sink.finish();
    assert!(report.trustworthy(), "{:?}", collected.complaints);
    let statement = collected.statements.first().unwrap();
    let entry = statement.entries.first().unwrap();
    assert_eq!(entry.amount.to_decimal_string(), "20.00");
    assert_eq!(entry.status, EntryStatus::Booked);
    assert_eq!(entry.remittance.as_deref(), Some("Wplata KZ7H3K29F"));
    let account = entry.counterparty.account.as_ref().unwrap();
    assert_eq!(account.as_str(), "PL61109010140000071219812874");
    assert!(statement.difference().unwrap().unwrap().is_zero());
}

/// A download that broke off, at any byte before the closing balance: a fatal complaint, or lines
/// that no closing balance proves, as in the export of a running day. Never a crash.
#[test]
fn truncated_statement_proves_nothing_and_crashes_nothing() {
    let packs = packs();
    let check = |host: &Host, length: usize| {
        let cut = MBANK.get(..length).unwrap();
        let (report, collected) = read(host, Some("mbank"), cut);
        let complained = report.unwrap().fatal > 0;
        let proven = collected
            .statements
            .iter()
            .any(|statement| statement.foot.closing.is_some());
        assert!(!proven, "{length}: {collected:?}");
        assert!(complained || !collected.statements.is_empty(), "{length}");
    };
    let closing = MBANK.find(":62F:").unwrap();
    let in_process = packs.host_in_process();
    for length in 0..closing {
        check(&in_process, length);
    }
    let in_child = packs.host();
    for length in [0, 1, 80, 150, closing] {
        check(&in_child, length);
    }
}

#[test]
fn file_of_no_bank_is_nobodys() {
    let (report, _) = read(&packs().host(), None, "Data;Kwota\n2026-11-02;12,00\n");
    let error = report.unwrap_err().to_string();
    assert!(
        error.contains("no pack recognises this file (")
            && error.matches("begins like no statement").count() == 1,
        "{error}"
    );
    assert!(error.contains("name the bank"), "{error}");
}

#[test]
fn batch_comes_through_the_child_as_the_same_file_each_time() {
    let packs = packs();
    let batch = batch(vec![
        transfer(123_456, "Zwrot KZ7H3K29F"),
        transfer(1, "Ünïcode"),
    ]);
    let line = |grosze: &str, title: &str| {
        format!(
            "110,20261102,{grosze},10901014,0,\"61109010140000071219812874\",\
             \"27114020040000300201355387\",\"Kantor||Prosta 1|00-002 Warszawa\",\
             \"Jan \u{17b}\u{f3}\u{142}\u{107}|||00-001 Warszawa\",0,11402004,\"{title}\",\"\",\"\",\"51\",\"\"\r\n"
        )
    };
    let expected = line("123456", "Zwrot KZ7H3K29F") + &line("1", "Uenicode");
    for host in [packs.host(), packs.host_in_process()] {
        for pack in ["mbank", "pko"] {
            let written = host.write_batch(pack, "elixir0", &batch).unwrap();
            // Windows-1250 has Polish letters in places of its own.
            let text: String = written
                .bytes
                .iter()
                .map(|byte| windows_1250(*byte))
                .collect();
            assert_eq!(text, expected);
            assert_eq!(written.extension, "pli");
            let respelt: Vec<&str> = written
                .notices
                .iter()
                .map(|notice| notice.excerpt.as_str())
                .collect();
            assert_eq!(respelt, ["Ü", "ï"]);
            assert_eq!(host.write_batch(pack, "elixir0", &batch).unwrap(), written);
        }
    }
}

/// The few letters of the test above.
fn windows_1250(byte: u8) -> char {
    match byte {
        0xAF => 'Ż',
        0xF3 => 'ó',
        0xB3 => 'ł',
        0xE6 => 'ć',
        ascii => char::from(ascii),
    }
}

#[test]
fn batch_that_cannot_be_written_is_refused_whole_with_every_reason() {
    let packs = packs();
    let bad = batch(vec![
        transfer(0, "KW1"),
        transfer(5, "KW2"),
        transfer(5, ""),
    ]);
    for host in [packs.host(), packs.host_in_process()] {
        let error = host.write_batch("pko", "elixir0", &bad).unwrap_err();
        assert!(matches!(error, PackError::Refused { .. }), "{error}");
        let text = error.to_string();
        assert!(text.contains("line 1") && text.contains("line 3"), "{text}");
        // A refusal is the pack's right: it is not parked for it.
        assert_eq!(host.parked(), []);
    }
}

/// Every pack of this repository that has files of its own.
const ALL: [&str; 11] = [
    "alior",
    "bnp",
    "generic-camt",
    "generic-mt940",
    "ing",
    "mbank",
    "millennium",
    "nest",
    "pekao",
    "pko",
    "santander",
];

/// Every statement of the packs' own folders, without a bank named: its own pack reads it, and
/// the generic packs are rivals of nobody.
#[test]
fn each_file_is_read_by_the_pack_it_belongs_to() {
    let mut packs = Packs::none();
    for id in ALL.iter().chain(&["citi", "generic-csv"]) {
        let name = id.replace('-', "_");
        packs = packs.with_built(&format!("kantor_pack_{name}"), &name);
    }
    let host = packs.host_in_process();
    assert_eq!(host.packs().count(), ALL.len() + 2, "{:?}", host.rejected());
    for id in ALL {
        let folder = format!("{}/../{id}/corpus", env!("CARGO_MANIFEST_DIR"));
        for file in std::fs::read_dir(folder).unwrap() {
            let path = file.unwrap().path();
            if !path.is_file() || path.extension().is_some_and(|it| it == "expected") {
                continue;
            }
            let bytes = std::fs::read(&path).unwrap();
            let (report, sink) = read_bytes(&host, &bytes);
            assert_eq!(report.pack, id, "{}", path.display());
            assert!(!sink.finish().statements.is_empty(), "{}", path.display());
        }
    }
}

#[test]
fn pack_is_found_by_the_bank_that_it_knows() {
    let packs = packs();
    let host = packs.host();
    let id = |bank: &str| host.pack_of_bank(bank).map(|pack| pack.facts.id.clone());
    assert_eq!(id("mbank").as_deref(), Some("mbank"));
    assert_eq!(id("nobody"), None);
}
