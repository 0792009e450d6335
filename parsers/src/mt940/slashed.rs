//! The `:86:` of Dutch and other banks: `/EREF/.../CNTP/.../REMI/...`.

use kantor_model::AccountNumber;

use super::details::{Details, put};
use super::money_in::{Found, currency_first};
use super::subfields::collapse;
use crate::charset::Charset;
use crate::text::lines;

/// A keyword between two slashes.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Key {
    /// `account/bank/name/town` in one.
    Counterparty,
    Name,
    Address,
    Account,
    Bank,
    EndToEnd,
    Title,
    Return,
    Original,
    Charges,
    /// Known, but nothing that an entry tells.
    Other,
}

const KEYS: [(&str, Key); 31] = [
    ("CNTP", Key::Counterparty),
    ("NAME", Key::Name),
    ("ADDR", Key::Address),
    ("IBAN", Key::Account),
    ("BIC", Key::Bank),
    ("EREF", Key::EndToEnd),
    ("REMI", Key::Title),
    ("PY", Key::Title),
    ("RTRN", Key::Return),
    ("OCMT", Key::Original),
    ("CHGS", Key::Charges),
    ("CHGS1", Key::Charges),
    ("CHGS2", Key::Charges),
    ("ORDP", Key::Other),
    ("BENM", Key::Other),
    ("TRTP", Key::Other),
    ("TRCD", Key::Other),
    ("MARF", Key::Other),
    ("CSID", Key::Other),
    ("PREF", Key::Other),
    ("KREF", Key::Other),
    ("SVCL", Key::Other),
    ("PURP", Key::Other),
    ("ULTD", Key::Other),
    ("ULTC", Key::Other),
    ("ULTB", Key::Other),
    ("ISDT", Key::Other),
    ("EXCH", Key::Other),
    ("NRTX", Key::Other),
    ("BUSP", Key::Other),
    ("PT", Key::Other),
];

impl Key {
    fn of(word: &[u8]) -> Option<Key> {
        let found = KEYS.iter().find(|(written, _)| written.as_bytes() == word);
        found.map(|(_, key)| *key)
    }

    /// Whether the bank writes it before the title. A title is the payer's own text and may hold
    /// anything: what looks like one of these inside it is not the bank's word.
    fn comes_before_title(self) -> bool {
        match self {
            Key::Counterparty
            | Key::Name
            | Key::Address
            | Key::Account
            | Key::Bank
            | Key::Title
            | Key::Return
            | Key::Original
            | Key::Charges => true,
            Key::EndToEnd | Key::Other => false,
        }
    }
}

/// SWIFT wraps free text at this many characters.
const WIDTH: usize = 65;

/// Joins the lines of such a text: nothing between them where the line is full or the wrap falls
/// into a keyword, else the space that was lost on the way.
pub(super) fn join(value: &[u8], charset: Charset, into: &mut Vec<u8>) {
    into.clear();
    let mut lines = lines(value).peekable();
    while let Some(line) = lines.next() {
        into.extend_from_slice(line);
        let Some(next) = lines.peek() else { break };
        let tail = line.rsplit(|byte| *byte == b'/').next().unwrap_or_default();
        let head = next.split(|byte| *byte == b'/').next().unwrap_or_default();
        let in_keyword = tail.len() + head.len() <= 5 && Key::of(&[tail, head].concat()).is_some();
        let touches_slash = line.ends_with(b"/") || next.starts_with(b"/");
        if charset.count(line) < WIDTH && !in_keyword && !touches_slash {
            into.push(b' ');
        }
    }
}

/// The keyword that begins at the slash at `at`, and where its value begins.
fn key_at(text: &[u8], at: usize) -> Option<(Key, usize)> {
    let rest = text.get(at..)?.strip_prefix(b"/")?;
    let length = memchr::memchr(b'/', rest.get(..6).unwrap_or(rest))?;
    Some((Key::of(rest.get(..length)?)?, at + length + 2))
}

/// Whether the text begins with such a keyword.
pub(super) fn is_slashed(joined: &[u8]) -> bool {
    key_at(joined, 0).is_some()
}

/// The next keyword from the slash at or after `from` on.
fn next(text: &[u8], from: usize, title_told: bool) -> Option<(usize, Key, usize)> {
    let slashes = memchr::memchr_iter(b'/', text.get(from..)?).map(|offset| from + offset);
    let mut keys = slashes.filter_map(|at| key_at(text, at).map(|(key, value)| (at, key, value)));
    keys.find(|(_, key, _)| !title_told || !key.comes_before_title())
}

/// Puts the facts of a text of this shape into `details`.
pub(super) fn read(joined: &[u8], charset: Charset, details: &mut Details) {
    let mut current = next(joined, 0, false);
    let mut title_told = false;
    while let Some((_, key, value)) = current {
        // The slash that closes this keyword may open the next one.
        let from = value.saturating_sub(1);
        let is_title = key == Key::Title && joined.get(value) != Some(&b'/');
        title_told |= is_title;
        let after = next(joined, from, title_told);
        let end = after.map_or(joined.len(), |(start, _, _)| start);
        let content = joined.get(value..end.max(value)).unwrap_or_default();
        put_value(key, &charset.decode(content), details);
        current = after;
    }
    for text in [&mut details.name, &mut details.remittance] {
        collapse(text);
    }
}

fn put_value(key: Key, value: &str, details: &mut Details) {
    let plain = value.trim_matches('/').trim();
    match key {
        Key::Counterparty => counterparty(value, details),
        Key::Name => put(&mut details.name, plain),
        Key::Address if !plain.is_empty() => {
            if !details.name.is_empty() {
                details.name.push(' ');
            }
            details.name.push_str(plain);
        }
        Key::Account if details.account.is_none() => {
            details.account = AccountNumber::from_file(plain);
        }
        Key::Bank => put(&mut details.bank, plain),
        Key::EndToEnd if plain != "NOTPROVIDED" => put(&mut details.customer_reference, plain),
        Key::Title => {
            let text = plain.strip_prefix("USTD//").unwrap_or(plain);
            let text = text.strip_prefix("STRD/CUR/").unwrap_or(text);
            put(&mut details.remittance, text);
        }
        Key::Return => put(&mut details.return_reason, plain),
        Key::Original => details.original.put(amount(plain)),
        Key::Charges => details.charges.put(amount(plain)),
        Key::Address | Key::Account | Key::EndToEnd | Key::Other => {}
    }
}

fn amount(plain: &str) -> Found {
    if plain.is_empty() {
        return Found::Nothing;
    }
    currency_first(plain.as_bytes()).map_or(Found::Unreadable, Found::Amount)
}

/// `NL21RABO0999999999/RABONL2U/NAME/TOWN`.
fn counterparty(value: &str, details: &mut Details) {
    let mut pieces = value.split('/').map(str::trim);
    let account = pieces.next().unwrap_or_default();
    if details.account.is_none() {
        details.account = AccountNumber::from_file(account);
    }
    put(&mut details.bank, pieces.next().unwrap_or_default());
    if details.name.is_empty() {
        for piece in pieces.filter(|piece| !piece.is_empty()) {
            if !details.name.is_empty() {
                details.name.push(' ');
            }
            details.name.push_str(piece);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::texts::tests::facts;

    #[track_caller]
    fn check(text: &str, expected: &[&str]) {
        assert_eq!(facts(text), format!("slashed\n{}", expected.join("\n")));
    }

    #[test]
    fn ing_of_the_netherlands() {
        check(
            "/CNTP/NL57ABNA0876543211/ABNANL2A/B Bert///REMI/USTD//22-08|-2014 Omschrijving/",
            &[
                "name: B Bert",
                "account: NL57ABNA0876543211",
                "at: ABNANL2A",
                "title: 22-08 -2014 Omschrijving",
            ],
        );
        check(
            "/CNTP/NL21RABO0999999999/RABONL2U/G-AAAAA N.V./3000AA WESTBEE|N Nederland//EREF/7293-201//RE|MI/USTD//2018/",
            &[
                "name: G-AAAAA N.V. 3000AA WESTBEE N Nederland",
                "account: NL21RABO0999999999",
                "at: RABONL2U",
                "title: 2018",
                "customer: 7293-201",
            ],
        );
    }

    #[test]
    fn rabobank_and_abn() {
        check(
            "/EREF/2017-22/ORDP//NAME/STG. KLANTGELDEN/ADDR/Dr. Huis 99/REMI//REMI/AFREK. 11",
            &[
                "name: STG. KLANTGELDEN Dr. Huis 99",
                "title: AFREK. 11",
                "customer: 2017-22",
            ],
        );
        check(
            "/TRTP/SEPA OVERBOEKING/IBAN/NL57INGB0001212121/BIC/INGBNL2A/NAME/|CAFE MON AMI/REMI/8977/EREF/NOTPROVIDED",
            &[
                "name: CAFE MON AMI",
                "account: NL57INGB0001212121",
                "at: INGBNL2A",
                "title: 8977",
            ],
        );
    }

    #[test]
    fn a_title_cannot_speak_for_the_bank() {
        check(
            "/CNTP/1//JAN///REMI/USTD//fv 1 /NAME/ANNA/IBAN/2/",
            &["name: JAN", "account: 1", "title: fv 1 /NAME/ANNA/IBAN/2"],
        );
    }

    #[test]
    fn amounts_and_returns() {
        check(
            "/RTRN/AC04//OCMT/USD10,00//CHGS1/EUR1,50//REMI/ZWROT",
            &[
                "title: ZWROT",
                "returned: AC04",
                "original: 10.00 USD",
                "charges: 1.50 EUR",
            ],
        );
    }
}
