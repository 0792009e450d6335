//! Readers of statements.

use kantor_model::{Collected, Collector, EntryStatus, Severity};
use kantor_parsers::{ByteSource, Options, SourceError, parse_all, read_statement, recognise};

/// Any bytes as a statement file, whatever format they turn out to be.
pub fn any(bytes: &[u8]) {
    let whole = parse_all(bytes);
    assert_eq!(whole, in_pieces(bytes, Options::default()), "the cut shows");
    something_is_said(&whole);
    facts_are_whole(&whole, bytes);
    let lenient = Options {
        lenient: true,
        ..Options::default()
    };
    facts_are_whole(&in_pieces(bytes, lenient), bytes);
}

/// The beginning of a file, cut anywhere: what is said of it never fails.
pub fn recognition(bytes: &[u8]) {
    let found = recognise(bytes);
    assert!(!found.why.is_empty(), "a reason is always given");
    assert_eq!(found, recognise(bytes), "the same bytes, the same answer");
}

/// Gives the bytes in pieces of changing length, down to one byte.
struct Pieces<'a> {
    rest: &'a [u8],
    step: usize,
}

impl ByteSource for Pieces<'_> {
    fn pull(&mut self, into: &mut [u8]) -> Result<usize, SourceError> {
        self.step = (self.step * 7 + 3) % 61 + 1;
        let count = self.step.min(into.len());
        self.rest.pull(&mut into[..count])
    }
}

fn in_pieces(bytes: &[u8], options: Options<'_>) -> Collected {
    let mut source = Pieces {
        rest: bytes,
        step: bytes.len(),
    };
    let mut sink = Collector::new();
    read_statement(&mut source, options, &mut sink).expect("pieces never fail");
    sink.finish()
}

/// Reading nothing in silence is the worst answer.
fn something_is_said(read: &Collected) {
    assert!(
        !read.statements.is_empty() || !read.complaints.is_empty(),
        "nothing was read and nothing was said"
    );
}

fn facts_are_whole(read: &Collected, bytes: &[u8]) {
    // The places of an archive are those of the file in it.
    let archive = bytes.starts_with(b"PK");
    let lines = bytes.split(|byte| *byte == b'\n' || *byte == b'@').count() + 1;
    for statement in &read.statements {
        let currency = statement.head.currency;
        for entry in &statement.entries {
            assert_eq!(entry.amount.currency(), currency);
            let texts = [
                entry.transaction_code.as_deref(),
                entry.bank_reference.as_deref(),
                entry.customer_reference.as_deref(),
                entry.counterparty.name.as_deref(),
                entry.counterparty.bank.as_deref(),
                entry.remittance.as_deref(),
                entry.return_reason.as_deref(),
            ];
            for text in texts.into_iter().flatten() {
                assert!(!text.trim().is_empty(), "an absent text is None");
            }
        }
        let complained = read
            .complaints
            .iter()
            .any(|complaint| complaint.severity == Severity::Fatal || !complaint.code.is_empty());
        let booked = statement
            .entries
            .iter()
            .any(|entry| entry.status == EntryStatus::Booked);
        match statement.difference() {
            Ok(Some(difference)) if !difference.is_zero() && booked => {
                assert!(complained, "a statement does not add up and nobody says so");
            }
            Ok(_) => {}
            Err(error) => assert!(complained, "{error}"),
        }
    }
    for complaint in &read.complaints {
        assert!(!complaint.message.is_empty() && !complaint.code.is_empty());
        assert!(
            archive || (complaint.place.line as usize) <= lines,
            "{complaint} is outside of the file"
        );
    }
}
