//! The description of an operation at PKO BP: texts after keys.
//!
//! ```text
//! Rachunek nadawcy: 22 1020 ...          one key a line, in older exports
//! Nazwa nadawcy: JAN KOWALSKI
//! Tytuł: KZ1234567
//! ```
//!
//! Newer exports write everything on one line, and a space before the colon (`Tytuł : KZ1234567`).
//! Keys come in a fixed order, and the bank's own come before the payer's words: so a title that
//! imitates a key that belongs before the title is text.

/// What a text after a key is.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
enum Key {
    SenderAccount,
    SenderName,
    SenderAddress,
    ReceiverAccount,
    ReceiverName,
    ReceiverAddress,
    Title,
    OwnReference,
    BankReference,
    Location,
    Address,
    City,
    Country,
    OriginalAmount,
    /// Something that no entry has a place for.
    Other,
}

impl Key {
    /// How late in the description it may come.
    fn rank(self) -> u8 {
        match self {
            Key::SenderAccount
            | Key::SenderName
            | Key::SenderAddress
            | Key::ReceiverAccount
            | Key::ReceiverName
            | Key::ReceiverAddress => 0,
            Key::Title => 1,
            Key::OwnReference
            | Key::BankReference
            | Key::Location
            | Key::Address
            | Key::City
            | Key::Country
            | Key::OriginalAmount
            | Key::Other => 2,
        }
    }
}

const KEYS: [(&str, Key); 24] = [
    ("Rachunek nadawcy", Key::SenderAccount),
    ("Nazwa nadawcy", Key::SenderName),
    ("Adres nadawcy", Key::SenderAddress),
    ("Rachunek odbiorcy", Key::ReceiverAccount),
    ("Nazwa odbiorcy", Key::ReceiverName),
    ("Adres odbiorcy", Key::ReceiverAddress),
    ("Tytuł", Key::Title),
    ("Referencje własne zleceniodawcy", Key::OwnReference),
    ("Numer referencyjny", Key::BankReference),
    ("Lokalizacja", Key::Location),
    ("Adres", Key::Address),
    ("Miasto", Key::City),
    ("Kraj", Key::Country),
    ("Oryginalna kwota operacji", Key::OriginalAmount),
    ("Kwota Cash Back", Key::Other),
    ("Data i czas operacji", Key::Other),
    ("Data wykonania operacji", Key::Other),
    ("Numer karty", Key::Other),
    ("Numer telefonu", Key::Other),
    ("Bankomat", Key::Other),
    ("'Operacja", Key::Other),
    ("Nazwa i nr identyfikatora", Key::Other),
    ("Symbol formularza", Key::Other),
    ("Okres płatności", Key::Other),
];

/// Who stands where in a description.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Direction {
    /// Money came: the counterparty is the sender.
    In,
    /// Money left: it is the receiver.
    Out,
}

/// A description taken apart. Texts are empty where nothing is said.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub(super) struct Description {
    pub(super) account: String,
    pub(super) name: String,
    pub(super) title: String,
    pub(super) own_reference: String,
    pub(super) bank_reference: String,
    /// The amount before it was exchanged, as written: `12.99 USD`.
    pub(super) original: String,
}

/// A key at its place in a text: from, the text after it from, what it is.
type Found = (usize, usize, Key);

/// Takes a description apart.
pub(super) fn read(text: &str, direction: Direction) -> Description {
    let found = keys(text);
    let mut description = Description::default();
    let mut location = String::new();
    let mut rest = String::new();
    let (mut other_name, mut other_account) = (String::new(), String::new());
    let first = found.first().map_or(text.len(), |(from, _, _)| *from);
    add(&mut rest, text.get(..first).unwrap_or_default());
    for (at, (from, value, key)) in found.iter().enumerate() {
        let end = found.get(at + 1).map_or(text.len(), |next| next.0);
        let value = text.get(*value..end).unwrap_or_default();
        let (name, account) = match (direction, key) {
            (Direction::In, Key::SenderAccount | Key::SenderName | Key::SenderAddress)
            | (Direction::Out, Key::ReceiverAccount | Key::ReceiverName | Key::ReceiverAddress) => {
                (&mut description.name, &mut description.account)
            }
            (Direction::In | Direction::Out, _) => (&mut other_name, &mut other_account),
        };
        match key {
            Key::SenderAccount | Key::ReceiverAccount => add(account, value),
            Key::SenderName | Key::SenderAddress | Key::ReceiverName | Key::ReceiverAddress => {
                add(name, value);
            }
            Key::Title => add(&mut description.title, value),
            Key::OwnReference => add(&mut description.own_reference, value),
            Key::BankReference => add(&mut description.bank_reference, value),
            Key::Location | Key::Address | Key::City | Key::Country => add(&mut location, value),
            Key::OriginalAmount => add(&mut description.original, value),
            Key::Other => add(&mut rest, text.get(*from..end).unwrap_or_default()),
        }
    }
    if description.name.is_empty() {
        // A transfer back names the one who had sent it; a card payment names the shop.
        description.name = if location.is_empty() {
            other_name
        } else {
            location
        };
    }
    if description.account.is_empty() {
        description.account = other_account;
    }
    if description.title.is_empty() {
        description.title = rest;
    }
    description
}

/// Adds words with single spaces.
fn add(to: &mut String, text: &str) {
    for word in text.split_whitespace() {
        if !to.is_empty() {
            to.push(' ');
        }
        to.push_str(word);
    }
}

/// The keys of a text in their order.
fn keys(text: &str) -> Vec<Found> {
    let lines = text.trim().contains('\n');
    let mut found: Vec<Found> = Vec::new();
    let mut rank = 0;
    for (at, _) in text.match_indices(':') {
        let Some((from, key)) = key_before(text, at) else {
            continue;
        };
        // In a description of several lines a key begins a line.
        let start = text.get(..from).unwrap_or_default();
        let begins = start.trim_end_matches([' ', '\t']);
        let begins_line = begins.is_empty() || begins.ends_with(['\n', '\r']);
        let within = matches!(key, Key::Address | Key::City | Key::Country);
        if lines && !begins_line && !within {
            continue;
        }
        // Once, and not before something that came already.
        let twice = found
            .iter()
            .any(|(_, _, known)| *known == key && key != Key::Other);
        let located = found.iter().any(|(_, _, known)| *known == Key::Location);
        if twice || key.rank() < rank || within && !located {
            continue;
        }
        rank = key.rank();
        found.push((from, at + 1, key));
    }
    found
}

/// The key that ends before the colon at `at`.
fn key_before(text: &str, at: usize) -> Option<(usize, Key)> {
    let before = text.get(..at)?.trim_end_matches(' ');
    KEYS.iter()
        .filter(|(word, _)| before.ends_with(word))
        .map(|(word, key)| (before.len() - word.len(), *key))
        .filter(|(from, _)| {
            let start = text.get(..*from).unwrap_or_default();
            start.chars().next_back().is_none_or(char::is_whitespace)
        })
        // `Adres nadawcy` is longer than `Adres`; the word that begins first is the whole key.
        .min_by_key(|(from, _)| *from)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(text: &str, direction: Direction, expected: [&str; 6]) {
        let found = read(text, direction);
        let found = [
            found.account.as_str(),
            &found.name,
            &found.title,
            &found.own_reference,
            &found.bank_reference,
            &found.original,
        ];
        assert_eq!(found, expected, "{text}");
    }

    #[test]
    fn keys_on_lines_of_their_own() {
        check(
            "Rachunek nadawcy: 61 1090 1014 0000 0712 1981 2874\nNazwa nadawcy: JAN  KOWALSKI\nAdres nadawcy: UL. POLNA 1 00-001 WARSZAWA\nTytuł: EX1234567897 Nazwa nadawcy: X\nReferencje własne zleceniodawcy: 172",
            Direction::In,
            [
                "61 1090 1014 0000 0712 1981 2874",
                "JAN KOWALSKI UL. POLNA 1 00-001 WARSZAWA",
                "EX1234567897 Nazwa nadawcy: X",
                "172",
                "",
                "",
            ],
        );
    }

    #[test]
    fn keys_on_one_line() {
        check(
            "Rachunek odbiorcy : 73116022020000000658944255 Nazwa odbiorcy :  TEST SP. Z O.O. Tytuł :  FV 1/2026 Rachunek odbiorcy : 11",
            Direction::Out,
            [
                "73116022020000000658944255",
                "TEST SP. Z O.O.",
                "FV 1/2026 Rachunek odbiorcy : 11",
                "",
                "",
                "",
            ],
        );
    }

    #[test]
    fn a_card_payment_names_the_shop() {
        check(
            "000015792 0527 Lokalizacja : Adres : SKLEP 1 Miasto : Gliwice Kraj : POLSKA Data i czas operacji : 2023-10-30 Oryginalna kwota operacji : 12,99 USD Numer karty : 516931******3943",
            Direction::Out,
            [
                "",
                "SKLEP 1 Gliwice POLSKA",
                "000015792 0527 Data i czas operacji : 2023-10-30 Numer karty : 516931******3943",
                "",
                "",
                "12,99 USD",
            ],
        );
        check(
            "Tytuł: 000527242 752\nLokalizacja: Adres: BAR Miasto: Łódź Kraj: POLSKA\nNumer referencyjny: 77",
            Direction::Out,
            ["", "BAR Łódź POLSKA", "000527242 752", "", "77", ""],
        );
    }

    #[test]
    fn a_text_without_keys_is_the_title() {
        check(
            "KAPIT.ODSETEK: 12",
            Direction::Out,
            ["", "", "KAPIT.ODSETEK: 12", "", "", ""],
        );
        check("", Direction::In, ["", "", "", "", "", ""]);
        check(
            "Symbol formularza: VAT-7\nOkres płatności: 26M10",
            Direction::Out,
            [
                "",
                "",
                "Symbol formularza: VAT-7 Okres płatności: 26M10",
                "",
                "",
                "",
            ],
        );
    }
}
