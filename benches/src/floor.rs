//! The least that files can cost, with nothing checked. Reading a statement: the lines found, the
//! parts of `:61:` and of each subfield as borrowed slices, the amounts as numbers. Writing
//! transfers: their text put together.

use std::fmt::Write as _;
use std::hint::black_box;

use kantor_model::Batch;

use crate::corpus::Sums;

/// Counts line ends: as fast as memory is.
pub fn newlines(bytes: &[u8]) -> usize {
    memchr::memchr_iter(b'\n', bytes).count()
}

/// Cuts a file whose subfields begin with `mark` into slices.
pub fn slices(bytes: &[u8], mark: u8) -> Sums {
    let mut sums = Sums::default();
    let mut start = 0;
    for end in memchr::memchr_iter(b'\n', bytes) {
        let line = &bytes[start..end];
        start = end + 1;
        if let Some(entry) = line.strip_prefix(b":61:") {
            sums.add(entry_amount(entry));
        } else if !line.starts_with(b":2") && !line.starts_with(b":6") {
            for at in memchr::memchr_iter(mark, line) {
                black_box(line.get(at + 1..at + 3));
                black_box(line.get(at + 3..));
            }
        }
    }
    sums
}

/// Ten digits of dates, the mark, an amount of minor units up to the `N` of the code.
fn entry_amount(entry: &[u8]) -> i64 {
    let end = memchr::memchr(b'N', entry).unwrap_or(entry.len());
    black_box(&entry[..10]);
    black_box(&entry[end..]);
    let minor = entry[11..end]
        .iter()
        .filter(|byte| byte.is_ascii_digit())
        .fold(0, |sum, byte| sum * 10 + i64::from(byte - b'0'));
    if entry[10] == b'D' { -minor } else { minor }
}

/// The text of transfers in pain.001 put together with nothing looked at: the least that writing
/// can cost.
pub fn pain001(batch: &Batch) -> String {
    let mut text = String::with_capacity(512 * batch.transfers.len());
    for transfer in &batch.transfers {
        let minor = transfer.amount.minor();
        write!(
            text,
            "<CdtTrfTxInf><PmtId><EndToEndId>{}</EndToEndId></PmtId><Amt><InstdAmt Ccy=\"{}\">{}.{:02}\
             </InstdAmt></Amt><Cdtr><Nm>{}</Nm><PstlAdr><Ctry>PL</Ctry><AdrLine>{}</AdrLine>\
             <AdrLine>{}</AdrLine></PstlAdr></Cdtr><CdtrAcct><Id><IBAN>{}</IBAN></Id></CdtrAcct>\
             <RmtInf><Ustrd>{}</Ustrd></RmtInf></CdtTrfTxInf>",
            transfer.reference,
            transfer.amount.currency().code(),
            minor / 100,
            minor % 100,
            transfer.payee.name,
            transfer.payee.street,
            transfer.payee.city,
            transfer.payee_account.as_str(),
            transfer.title,
        )
        .expect("writing into a text never fails");
    }
    text
}

/// The events of an XML document, counted; no field is looked at.
pub fn events(bytes: &[u8]) -> usize {
    let text = std::str::from_utf8(bytes).expect("a generated message is UTF-8");
    let mut reader = quick_xml::Reader::from_str(text);
    let mut count = 0;
    loop {
        match reader
            .read_event()
            .expect("a generated message is well formed")
        {
            quick_xml::events::Event::Eof => return count,
            event => {
                black_box(&event);
                count += 1;
            }
        }
    }
}
