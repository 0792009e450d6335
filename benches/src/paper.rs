//! Writes MT940 statements in the shapes that Polish banks use.

use kantor_model::{Currency, Date, Iban, Money};
use kantor_parsers::Charset;

/// How a bank writes the text of an entry.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Shape {
    /// Subfields after `<`, as Alior and BPH have them.
    Less,
    /// Subfields after `~`, as ING has them.
    Tilde,
    /// Subfields after `?`, the spelling of SWIFT files.
    Question,
    /// mBank: `KEY: value;`, wrapped at 65 characters, Windows-1250.
    MBank,
    /// PKO BP: every subfield on its own line, unused ones filled with a byte 0xFF, Windows-1250.
    Pko,
}

/// A line of a statement.
#[derive(Clone, Debug)]
pub struct Line {
    /// Signed minor units.
    pub amount: i64,
    /// The title.
    pub title: String,
    /// The other side's name.
    pub name: String,
    /// His street.
    pub street: String,
    /// His town.
    pub city: String,
    /// His account.
    pub account: Iban,
    /// The number in the bank's reference.
    pub number: u64,
}

/// A statement.
#[derive(Clone, Copy, Debug)]
pub struct Sheet<'a> {
    /// Whose.
    pub account: Iban,
    /// In which currency.
    pub currency: Currency,
    /// Its number.
    pub number: usize,
    /// Of which day.
    pub date: Date,
    /// The balance before the first line, minor units.
    pub opening: i64,
    /// The lines.
    pub lines: &'a [Line],
}

/// Subfields for texts are cut at this many characters.
const CHUNK: usize = 27;

/// Appends a statement to a file; says the closing balance.
pub fn write(shape: Shape, sheet: &Sheet<'_>, file: &mut Vec<u8>) -> i64 {
    let day = sheet.date.strftime("%y%m%d").to_string();
    let balance = |tag: &str, minor: i64| {
        let mark = if minor < 0 { 'D' } else { 'C' };
        let amount = unsigned(minor, sheet.currency);
        format!(":{tag}:{mark}{day}{}{amount}\r\n", sheet.currency)
    };
    let (reference, account, before, after) = match shape {
        Shape::MBank => (
            format!("ST{day}CYC/1"),
            sheet.account.to_string(),
            "\u{1}\r\n",
            "-\u{3}\r\n",
        ),
        Shape::Pko => (
            "MT940".to_owned(),
            format!("/{}", sheet.account),
            "",
            "-\r\n",
        ),
        Shape::Less | Shape::Tilde | Shape::Question => (
            format!("ST{:08}", sheet.number),
            format!("/{}", sheet.account),
            "",
            "-\r\n",
        ),
    };
    let mut text = format!(
        "{before}:20:{reference}\r\n:25:{account}\r\n:28C:{:05}/001\r\n{}",
        sheet.number % 99_999,
        balance("60F", sheet.opening)
    );
    let mut closing = sheet.opening;
    for line in sheet.lines {
        closing += line.amount;
        entry(shape, sheet, line, &day, &mut text);
    }
    text += &balance("62F", closing);
    text += after;
    encode(&text, file);
    closing
}

fn entry(shape: Shape, sheet: &Sheet<'_>, line: &Line, day: &str, text: &mut String) {
    let mark = if line.amount < 0 { 'D' } else { 'C' };
    let amount = unsigned(line.amount, sheet.currency);
    let month = &day[2..];
    let number = line.number;
    match shape {
        Shape::Less | Shape::Tilde | Shape::Question => {
            let mark_of_subfields = match shape {
                Shape::Less => '<',
                Shape::Tilde => '~',
                _ => '?',
            };
            *text += &format!(":61:{day}{month}{mark}{amount}NTRFNONREF//{day}{number:010}\r\n");
            generic(mark_of_subfields, line, text);
        }
        Shape::MBank => {
            let funds = &sheet.currency.code()[2..];
            *text += &format!(
                ":61:{day}{month}{mark}{funds}{amount}NTRFNONREF//EL{number:06}-000970\r\n\
                 770-PRZELEW PRZYCHODZĄCY - ELIXIR\r\n"
            );
            wrapped(&mbank(line), text);
        }
        Shape::Pko => {
            *text += &format!(
                ":61:{day}{month}{mark}{amount}N062NONREF//64605005{number:08}\r\n062 0\r\n"
            );
            pko(line, text);
        }
    }
}

/// Code, kind, title in two parts, bank and account, name and street, IBAN and town.
fn generic(mark: char, line: &Line, text: &mut String) {
    let code = if line.amount < 0 { "020" } else { "051" };
    let (first, second) = cut(&line.title);
    let nrb = line.account.nrb().unwrap_or_default();
    *text += &format!(":86:{code}{mark}00PRZELEW\r\n{mark}20{first}\r\n");
    if !second.is_empty() {
        *text += &format!("{mark}21{}\r\n", cut(second).0);
    }
    *text += &format!(
        "{mark}30{}{mark}31{nrb}\r\n{mark}32{}{mark}33{}\r\n{mark}38{}{mark}60{}\r\n",
        &nrb[2..10],
        line.name,
        line.street,
        line.account,
        line.city
    );
}

fn mbank(line: &Line) -> String {
    let (account, party) = if line.amount < 0 {
        ("NA RACH.", "DLA")
    } else {
        ("Z RACH.", "OD")
    };
    format!(
        "770 PRZELEW KRAJOWY; {account}: {}; {party}: {}   {} {}; TYT.: {}; TNR: 1454110{:08}.000001",
        line.account.nrb().unwrap_or_default(),
        line.name,
        line.street,
        line.city,
        line.title,
        line.number
    )
}

/// SWIFT's width of `:86:`.
fn wrapped(details: &str, text: &mut String) {
    *text += ":86:";
    for (at, character) in details.chars().enumerate() {
        if at > 0 && at % 65 == 0 {
            *text += "\r\n";
        }
        text.push(character);
    }
    *text += "\r\n";
}

fn pko(line: &Line, text: &mut String) {
    *text += ":86:020~00062\r\n";
    let mut title = line.title.as_str();
    for code in 20..=25 {
        let (chunk, rest) = cut(title);
        subfield(code, chunk, text);
        title = rest;
    }
    let nrb = line.account.nrb().unwrap_or_default();
    subfield(30, &nrb[2..10], text);
    subfield(31, &nrb[10..], text);
    let party = format!("{} {} {}", line.name, line.street, line.city);
    let (first, second) = cut(&party);
    subfield(32, first, text);
    subfield(33, cut(second).0, text);
    subfield(38, line.account.as_str(), text);
    subfield(60, "", text);
    subfield(63, "", text);
}

/// One subfield on one line. U+02D9 is the byte 0xFF of Windows-1250, which PKO BP writes into
/// what it does not use.
fn subfield(code: u8, content: &str, text: &mut String) {
    let content = if content.is_empty() {
        "\u{2D9}"
    } else {
        content
    };
    *text += &format!("~{code}{content}\r\n");
}

/// The first chunk, and the rest.
fn cut(text: &str) -> (&str, &str) {
    let end = text
        .char_indices()
        .nth(CHUNK)
        .map_or(text.len(), |(at, _)| at);
    text.split_at(end)
}

fn unsigned(minor: i64, currency: Currency) -> String {
    let amount = Money::new(minor.abs(), currency);
    amount.to_decimal_string().replace('.', ",")
}

fn encode(text: &str, file: &mut Vec<u8>) {
    // The encoder knows no control characters and no filler; these bytes are put in by hand.
    for part in text.split_inclusive(['\u{1}', '\u{3}', '\u{2D9}', '\r', '\n']) {
        let plain = part.trim_end_matches(['\u{1}', '\u{3}', '\u{2D9}', '\r', '\n']);
        if plain.is_ascii() {
            file.extend_from_slice(plain.as_bytes());
        } else {
            file.extend_from_slice(&Charset::Windows1250.encode(plain).bytes);
        }
        match part.chars().next_back() {
            Some('\u{2D9}') => file.push(0xFF),
            Some(mark @ ('\u{1}' | '\u{3}' | '\r' | '\n')) => file.push(mark as u8),
            Some(_) | None => {}
        }
    }
}
