//! `:NS:` — lines of a bank's own after an entry, each with a number of two digits: what banks
//! without `:86:` write (Sberbank). BPH and Alior keep nothing there that an entry tells.

use kantor_model::AccountNumber;

use super::details::{Details, put};
use super::subfields::collapse;
use crate::charset::Charset;
use crate::text::lines;

/// Text about the entry.
const TITLE: &[u8] = b"09";
/// The counterparty's name, on two lines.
const NAME: [&[u8]; 2] = [b"15", b"16"];
/// The reference that the payer gave.
const REFERENCE: &[u8] = b"17";
/// The sort code of the counterparty's bank, and the account there.
const BANK: &[u8] = b"33";
const ACCOUNT: &[u8] = b"34";

/// Puts the facts of such lines into `details`.
pub(super) fn read(value: &[u8], charset: Charset, details: &mut Details) {
    let line = |wanted: &[u8]| lines(value).find_map(|line| line.strip_prefix(wanted));
    for content in NAME.into_iter().filter_map(line) {
        details.name.push_str(&charset.decode(content));
    }
    collapse(&mut details.name);
    let told = |wanted: &[u8], into: &mut String| {
        if let Some(content) = line(wanted) {
            put(into, &charset.decode(content));
        }
    };
    told(TITLE, &mut details.remittance);
    told(REFERENCE, &mut details.customer_reference);
    told(BANK, &mut details.bank);
    let account = line(ACCOUNT).map(|content| {
        let content = charset.decode(content);
        format!("{}{}", details.bank, content.trim())
    });
    details.account = account.and_then(|account| AccountNumber::from_file(&account));
}
