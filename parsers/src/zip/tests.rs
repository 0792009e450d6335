//! Archives as banks and their programs make them, and as attackers do.

use kantor_model::{Collected, Collector, Severity};

use super::crc::Crc;
use crate::source::{ByteSource, SourceError};
use crate::statement::{Options, read_statement};
use crate::{parse_all, recognise};

const STATEMENT: &str = ":20:MT940\n:25:/PL61109010140000071219812874\n:28C:1\n\
    :60F:C261102PLN1000,00\n:62F:C261102PLN1000,00\n-\n";

const DAY: &[u8] = include_bytes!("../../corpus/camt-053-day.xml");

/// How a member is written.
#[derive(Clone, Copy, PartialEq)]
enum Way {
    Stored,
    Deflated,
    /// Checksum and lengths behind the data, as programs do that write without going back.
    Behind,
}

fn member(name: &str, bytes: &[u8], way: Way) -> Vec<u8> {
    let mut crc = Crc::new();
    crc.add(bytes);
    let packed = match way {
        Way::Stored => bytes.to_vec(),
        Way::Deflated | Way::Behind => miniz_oxide::deflate::compress_to_vec(bytes, 6),
    };
    let behind = way == Way::Behind;
    let told = [
        crc.value().to_le_bytes(),
        (packed.len() as u32).to_le_bytes(),
        (bytes.len() as u32).to_le_bytes(),
    ]
    .concat();
    let mut out = b"PK\x03\x04\x14\x00".to_vec();
    out.extend([
        if behind { 8 } else { 0 },
        0,
        if way == Way::Stored { 0 } else { 8 },
        0,
    ]);
    out.extend([0; 4]);
    out.extend(if behind { vec![0; 12] } else { told.clone() });
    out.extend((name.len() as u16).to_le_bytes());
    out.extend([0, 0]);
    out.extend(name.as_bytes());
    out.extend(packed);
    if behind {
        out.extend(b"PK\x07\x08");
        out.extend(told);
    }
    out
}

fn archive(members: &[Vec<u8>]) -> Vec<u8> {
    let mut out = members.concat();
    out.extend(b"PK\x01\x02 the directory is not read");
    out
}

struct Slow<'b>(&'b [u8]);

impl ByteSource for Slow<'_> {
    fn pull(&mut self, into: &mut [u8]) -> Result<usize, SourceError> {
        let most = into.len().min(3);
        self.0.pull(&mut into[..most])
    }
}

fn slowly(bytes: &[u8]) -> Collected {
    let mut collector = Collector::new();
    read_statement(&mut Slow(bytes), Options::default(), &mut collector).unwrap();
    collector.finish()
}

#[test]
fn every_member_is_read_like_a_file() {
    for way in [Way::Stored, Way::Deflated, Way::Behind] {
        let bytes = archive(&[
            member("wyciagi/", b"", Way::Stored),
            member("wyciagi/a.sta", STATEMENT.as_bytes(), way),
            member("__MACOSX/._a.sta", b"\0\0", Way::Stored),
            member("wyciagi/b.xml", DAY, way),
        ]);
        let read = parse_all(&bytes);
        assert_eq!(read.complaints, []);
        assert_eq!(
            read.statements[..1],
            parse_all(STATEMENT.as_bytes()).statements
        );
        assert_eq!(read.statements[1..], parse_all(DAY).statements);
        assert_eq!(slowly(&bytes), read);
        let found = recognise(&bytes);
        assert_eq!(
            found.why.split(';').next(),
            Some("a zip archive that begins with wyciagi/a.sta")
        );
    }
}

/// A fatal complaint of that code and beginning.
#[track_caller]
fn check(bytes: &[u8], expected: &str) {
    let read = parse_all(bytes);
    let told: Vec<String> = read
        .complaints
        .iter()
        .filter(|it| it.severity == Severity::Fatal && it.place.line > 0 && it.place.column > 0)
        .map(|it| format!("{} {}", it.code, it.message))
        .collect();
    let found = told.iter().any(|told| told.starts_with(expected));
    assert!(found, "{expected}: {told:?}");
    assert_eq!(slowly(bytes).complaints, read.complaints);
}

#[test]
fn what_is_wrong_is_told_with_the_member() {
    let good = member("a.sta", STATEMENT.as_bytes(), Way::Deflated);
    let changed = |at: usize, byte: u8| {
        let mut bytes = archive(std::slice::from_ref(&good));
        bytes[at] = byte;
        bytes
    };
    check(
        b"PK\x05\x06\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0",
        "zip-empty the archive holds no fi",
    );
    check(&changed(6, 1), "zip-encrypted in a.sta: the archive is");
    check(&changed(8, 12), "zip-method in a.sta: the archive is");
    check(&changed(14, 0x55), "zip-damaged in a.sta: what was unpac");
    check(&changed(36, 0xFF), "zip-damaged in a.sta: the archive is");
    check(
        &good[..good.len() - 9],
        "zip-truncated in a.sta: the archive st",
    );
    check(&good, "zip-truncated the archive stops befo");
    let inner = archive(std::slice::from_ref(&good));
    check(
        &archive(&[member("b.zip", &inner, Way::Deflated)]),
        "zip-nested in b.zip: an archive lie",
    );
    let text = member("czytaj.txt", b"Dzien dobry\n", Way::Stored);
    check(
        &archive(&[good.clone(), text]),
        "not-a-statement in czytaj.txt: nothing i",
    );
    let broken = STATEMENT.replace("C261102PLN1000", "C261102ZZZ1000");
    let broken = member("c.sta", broken.as_bytes(), Way::Behind);
    check(
        &archive(&[broken]),
        "currency-unknown in c.sta: ZZZ is no cur",
    );
}

#[test]
fn bombs_are_not_unpacked_to_their_end() {
    let zeros = vec![b' '; 16 << 20];
    check(
        &archive(&[member("a.sta", &zeros, Way::Deflated)]),
        "zip-bomb in a.sta: this file beco",
    );
    let many = vec![member("a.sta", STATEMENT.as_bytes(), Way::Stored); 1_001];
    let read = parse_all(&archive(&many));
    assert_eq!(read.statements.len(), 1_000);
    assert_eq!(read.complaints[0].code, "zip-too-many");
}

#[test]
fn an_archive_may_be_cut_anywhere() {
    let bytes = archive(&[
        member("a.sta", STATEMENT.as_bytes(), Way::Deflated),
        member("b.sta", STATEMENT.as_bytes(), Way::Behind),
    ]);
    let end = bytes.windows(4).position(|it| it == b"PK\x01\x02").unwrap();
    for cut in 4..end + 4 {
        let read = parse_all(&bytes[..cut]);
        assert!(!read.complaints.is_empty(), "cut at {cut}");
        assert!(read.complaints.iter().all(|it| it.place.line > 0));
    }
}
