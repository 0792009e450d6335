//! The `:86:` of mBank CompanyNet and BRESOK: `nnn TEXT; KEY: value; ...; TNR: number`.

use kantor_model::{AccountNumber, Currency, Money};

use super::details::{Details, put};
use super::money_in::Found;

/// A key of mBank's text.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Key {
    FromAccount,
    ToAccount,
    From,
    To,
    Title,
    CustomerReference,
    TransactionNumber,
    /// The currency in which the transfer was ordered, and the amount in it.
    Currency,
    Amount,
    /// Part of a tax or social-insurance transfer, which has no title of its own.
    Tax,
    /// Known, but nothing that an entry tells.
    Other,
}

/// As the bank writes them; in some files in small letters.
const KEYS: &[(&str, Key)] = &[
    ("Z RACH.:", Key::FromAccount),
    ("NA RACH.:", Key::ToAccount),
    ("OD:", Key::From),
    ("DLA:", Key::To),
    ("TYT.:", Key::Title),
    ("REF. KLIENTA:", Key::CustomerReference),
    ("TNR:", Key::TransactionNumber),
    ("NAZWA ZOBOW.:", Key::Tax),
    ("NIP:", Key::Tax),
    ("RODZAJ SKŁADKI:", Key::Tax),
    ("DEKLARACJA:", Key::Tax),
    ("ID UZUP.:", Key::Tax),
    ("SYMBOL FORM.:", Key::Tax),
    ("OKRES:", Key::Tax),
    ("ID IPH:", Key::Other),
    ("DATA STEMPLA:", Key::Other),
    ("WALUTA:", Key::Currency),
    ("KWOTA:", Key::Amount),
    ("KURS:", Key::Other),
    ("DATA NOSTRO:", Key::Other),
    ("REF. MT103:", Key::Other),
];

impl Key {
    /// The key that begins the text, and the rest of the text.
    fn of(text: &str) -> Option<(Key, &str)> {
        // Every key begins with a letter of ASCII, by which most are ruled out at once.
        let first = text.as_bytes().first()?.to_ascii_uppercase();
        KEYS.iter()
            .filter(|(written, _)| written.as_bytes().first() == Some(&first))
            .find_map(|(written, key)| Some((*key, without_prefix(text, written)?)))
    }

    /// Whether the bank writes it before the title. A title is the payer's own text and may hold
    /// anything: what looks like one of these inside it is not the bank's word.
    fn comes_before_title(self) -> bool {
        match self {
            Key::FromAccount | Key::ToAccount | Key::From | Key::To | Key::Title | Key::Tax => true,
            Key::CustomerReference
            | Key::TransactionNumber
            | Key::Currency
            | Key::Amount
            | Key::Other => false,
        }
    }
}

/// The rest after a prefix, whatever the case of its letters.
fn without_prefix<'t>(text: &'t str, prefix: &str) -> Option<&'t str> {
    let mut rest = text.chars();
    for wanted in prefix.chars() {
        let found = rest.next()?;
        if found != wanted && !found.to_uppercase().eq(wanted.to_uppercase()) {
            return None;
        }
    }
    Some(rest.as_str())
}

/// A key with its value.
struct Pair<'t> {
    key: Key,
    /// From the key on.
    whole: &'t str,
    value: &'t str,
}

/// Cuts the text before each `;` that a key follows.
fn pairs(text: &str) -> (&str, Vec<Pair<'_>>) {
    let mut cuts: Vec<(usize, usize, Key, usize)> = Vec::with_capacity(8);
    let mut title_seen = false;
    for semicolon in memchr::memchr_iter(b';', text.as_bytes()) {
        let after = text.get(semicolon + 1..).unwrap_or_default().trim_start();
        let Some((key, rest)) = Key::of(after) else {
            continue;
        };
        if title_seen && key.comes_before_title() {
            continue;
        }
        title_seen |= key == Key::Title;
        if key == Key::TransactionNumber {
            // The bank's own is the last one.
            cuts.retain(|cut| cut.2 != Key::TransactionNumber);
        }
        cuts.push((
            semicolon,
            text.len() - after.len(),
            key,
            text.len() - rest.len(),
        ));
    }
    let head = cuts
        .first()
        .map_or(text, |cut| text.get(..cut.0).unwrap_or(text));
    let ends = cuts.iter().skip(1).map(|cut| cut.0).chain([text.len()]);
    let pairs = cuts
        .iter()
        .zip(ends)
        .map(|(&(_, whole, key, value), end)| Pair {
            key,
            whole: text.get(whole..end).unwrap_or_default(),
            value: text.get(value..end).unwrap_or_default(),
        })
        .collect();
    (head, pairs)
}

/// Whether the text is of this shape: a code of up to four digits, a space, and at least one key
/// further on.
pub(super) fn is_keyed(text: &str) -> bool {
    code_length(text).is_some()
        && memchr::memchr_iter(b';', text.as_bytes()).any(|semicolon| {
            let after = text.get(semicolon + 1..).unwrap_or_default().trim_start();
            Key::of(after).is_some()
        })
}

/// How many digits the code at the beginning has.
fn code_length(text: &str) -> Option<usize> {
    let digits = text.bytes().take_while(u8::is_ascii_digit).count();
    let follows = text.as_bytes().get(digits) == Some(&b' ');
    ((1..=4).contains(&digits) && follows).then_some(digits)
}

/// Puts the facts of a text of this shape into `details`.
pub(super) fn read(text: &str, details: &mut Details) {
    let (head, pairs) = pairs(text);
    let first = |key: Key| pairs.iter().find(|pair| pair.key == key);
    let value = |key: Key| first(key).map_or("", |pair| pair.value.trim());
    match first(Key::Title) {
        Some(title) => put(&mut details.remittance, title.value),
        None => tax(&pairs, &mut details.remittance),
    }
    if first(Key::Title).is_none() {
        let digits = code_length(text).unwrap_or(0);
        put(&mut details.remittance, head.get(digits..).unwrap_or(head));
    }
    put(&mut details.name, value(Key::From));
    put(&mut details.name, value(Key::To));
    details.account = first(Key::FromAccount)
        .or_else(|| first(Key::ToAccount))
        .and_then(|pair| AccountNumber::from_file(pair.value));
    put(
        &mut details.customer_reference,
        value(Key::CustomerReference),
    );
    put(&mut details.bank_reference, value(Key::TransactionNumber));
    details.whole = Some(is_whole_number(&details.bank_reference));
    if let (Some(currency), Some(amount)) = (first(Key::Currency), first(Key::Amount)) {
        details.original.put(original(currency.value, amount.value));
    }
}

/// The amount in the currency that the transfer was ordered in.
fn original(currency: &str, amount: &str) -> Found {
    let digits: String = amount
        .chars()
        .filter(|character| *character != ' ')
        .collect();
    Currency::from_code(currency.trim())
        .ok()
        .and_then(|currency| Money::parse(&digits, currency).ok())
        .filter(|amount| !amount.is_negative())
        .map_or(Found::Unreadable, Found::Amount)
}

/// What a tax transfer says instead of a title, keys and all.
fn tax(pairs: &[Pair<'_>], into: &mut String) {
    for pair in pairs.iter().filter(|pair| pair.key == Key::Tax) {
        if !into.is_empty() {
            into.push_str("; ");
        }
        into.push_str(pair.whole.trim());
    }
}

/// `145411008025459.000001`: digits, a point, six digits.
fn is_whole_number(text: &str) -> bool {
    text.split_once('.').is_some_and(|(number, part)| {
        let digits = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
        !number.is_empty() && digits(number) && part.len() == 6 && digits(part)
    })
}

#[cfg(test)]
mod tests {
    use super::super::texts::tests::facts;

    #[track_caller]
    fn check(field: &str, expected: &[&str]) {
        assert_eq!(facts(field), format!("keyed\n{}", expected.join("\n")));
    }

    #[test]
    fn a_payment_to_a_virtual_account() {
        check(
            "911 TRANSAKCJA COLLECT; ID IPH: XX000000000001; Z RACH.: |56114010810000267002001001; \
             OD: JAN NOWAK  |UL. NIJAKA 1 M 2 31-234 KRAKOW; TYT.: PRZELEW SRODKOW   ; |\
             TNR: 179171073864111.010001",
            &[
                "name: JAN NOWAK UL. NIJAKA 1 M 2 31-234 KRAKOW",
                "account: PL56114010810000267002001001",
                "title: PRZELEW SRODKOW",
                "bank: 179171073864111.010001",
                "whole: yes",
            ],
        );
    }

    #[test]
    fn stripped_spaces_come_back() {
        check(
            "770 PRZELEW KRAJOWY; Z RACH.:|35109010560000000006093440; OD:|FIRMA 1; TYT.: ZA|FV 1; TNR:|1.000001",
            &[
                "name: FIRMA 1",
                "account: PL35109010560000000006093440",
                "title: ZA FV 1",
                "bank: 1.000001",
                "whole: yes",
            ],
        );
    }

    #[test]
    fn tax_has_no_title() {
        check(
            "946 IBRE PRZELEW ORGAN PODATKOWY; NA RACH.: 39101010100166102221000000; DLA: URZĄD; \
             NAZWA ZOBOW.: KLINIKA; ID UZUP.: N 6571112238; OKRES: 07R; REF. KLIENTA: R265691; TNR: 1.040001",
            &[
                "name: URZĄD",
                "account: PL39101010100166102221000000",
                "title: NAZWA ZOBOW.: KLINIKA; ID UZUP.: N 6571112238; OKRES: 07R",
                "customer: R265691",
                "bank: 1.040001",
                "whole: yes",
            ],
        );
    }

    #[test]
    fn a_fee_is_its_operation() {
        check(
            "843 OPŁATA POCZTOWA: NORM; TNR: 145411008025459.000001",
            &[
                "title: OPŁATA POCZTOWA: NORM",
                "bank: 145411008025459.000001",
                "whole: yes",
            ],
        );
    }

    #[test]
    fn a_title_cannot_speak_for_the_bank() {
        check(
            "770 PRZELEW KRAJOWY; Z RACH.: 1; OD: JAN; TYT.: FV 1; OD: ANNA; Z RACH.: 2; a; \
             TNR: 9.000009; DATA STEMPLA: 23.10.2007; TNR: 1.000001",
            &[
                "name: JAN",
                "account: 1",
                "title: FV 1; OD: ANNA; Z RACH.: 2; a; TNR: 9.000009",
                "bank: 1.000001",
                "whole: yes",
            ],
        );
    }

    #[test]
    fn keys_may_be_written_small_and_the_number_may_be_cut() {
        check(
            "928 x; na rach.: 1; dla: A; tyt.: B; tnr: 1454110080",
            &[
                "name: A",
                "account: 1",
                "title: B",
                "bank: 1454110080",
                "whole: no",
            ],
        );
    }
}
