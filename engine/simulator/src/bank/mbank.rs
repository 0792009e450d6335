//! Statements as mBank CompanyNet writes them: the entry's text is a code, an operation and keys
//! with values, wrapped at 65 characters.

use super::code_page::CodePage;
use super::line::{Line, Movement, Operation};
use super::sheet::{Paper, Sheet, day, mark, unsigned};
use super::text::{cut, wrapped};

/// SWIFT's width of `:86:`.
const WIDTH: usize = 65;

/// SWIFT's width of the line under `:61:`.
const SUPPLEMENT_WIDTH: usize = 34;

/// Appends one statement to the file.
pub(super) fn write(sheet: &Sheet<'_>, page: CodePage, file: &mut Vec<u8>) {
    let mut paper = Paper {
        file,
        page,
        line_end: "\n",
    };
    let part = if sheet.continued { 2 } else { 1 };
    paper.line("\u{1}");
    paper.line(&format!(":20:ST{}CYC/1", day(sheet.date)));
    paper.line(&format!(":25:{}", sheet.account));
    paper.line(&format!(":28C:{}/{part}", sheet.number));
    paper.opening(sheet);
    for line in sheet.lines {
        entry(line, &mut paper);
    }
    paper.closing(sheet);
    paper.line("-\u{3}");
}

fn entry(line: &Line, paper: &mut Paper<'_>) {
    let words = Words::of(line);
    // The funds code is the third letter of the currency.
    let funds = line.amount.currency().code().get(2..).unwrap_or_default();
    let kind = match line.operation {
        Operation::Fee => "CHG",
        Operation::Elixir
        | Operation::Sorbnet
        | Operation::Internal
        | Operation::Foreign
        | Operation::Together => "TRF",
    };
    paper.line(&format!(
        ":61:{}{}{}{funds}{}N{kind}NONREF//{}",
        day(line.date),
        line.date.strftime("%m%d"),
        mark(line.amount),
        unsigned(line.amount),
        line.bank_reference,
    ));
    let supplement = format!("{}-{}", words.code, words.short);
    paper.line(cut(&supplement, SUPPLEMENT_WIDTH).trim_end());
    let text = details(line, &words);
    for (index, part) in wrapped(&text, WIDTH).into_iter().enumerate() {
        let tag = if index == 0 { ":86:" } else { "" };
        paper.line(&format!("{tag}{part}"));
    }
}

fn details(line: &Line, words: &Words<'_>) -> String {
    let credit = !line.amount.is_negative();
    let (account_key, party_key) = if credit {
        ("Z RACH.", "OD")
    } else {
        ("NA RACH.", "DLA")
    };
    let mut parts = vec![format!("{} {}", words.code, words.long)];
    if let Some(account) = line.account {
        let digits = account.nrb().unwrap_or(account.as_str());
        parts.push(format!("{account_key}: {digits}"));
        // What comes from another bank keeps the padding of its fields.
        let padding = match line.operation {
            Operation::Elixir | Operation::Sorbnet if credit => "   ",
            Operation::Elixir
            | Operation::Sorbnet
            | Operation::Internal
            | Operation::Foreign
            | Operation::Fee
            | Operation::Together => "",
        };
        parts.push(format!("{party_key}: {}{padding}", line.party_text()));
        parts.push(format!("TYT.: {}{padding}", line.title));
    }
    if credit && line.operation == Operation::Elixir {
        parts.push(format!("DATA STEMPLA: {}", line.date.strftime("%d.%m.%Y")));
    }
    parts.push(format!("TNR: 1454110{:08}.000001", line.number));
    parts.join("; ")
}

/// How the bank calls an operation: the code, the line under `:61:` and the beginning of `:86:`.
struct Words<'a> {
    code: &'static str,
    short: &'a str,
    long: &'a str,
}

impl Words<'_> {
    fn of(line: &Line) -> Words<'_> {
        let (code, short, long) = match (line.operation, line.amount.is_negative()) {
            (Operation::Elixir, false) => {
                ("770", "PRZELEW PRZYCHODZĄCY - ELIXIR", "PRZELEW KRAJOWY")
            }
            (Operation::Elixir, true) => ("944", "PRZEL.KRAJ.WYCH.MT.ELX", "IBRE PRZELEW KRAJOWY"),
            (Operation::Sorbnet, false) => {
                ("771", "PRZELEW PRZYCHODZĄCY - SORBNET", "PRZELEW SORBNET")
            }
            (Operation::Sorbnet, true) => {
                ("947", "PRZEL.KRAJ.WYCH.MT.SORBNET", "IBRE PRZELEW SORBNET")
            }
            (Operation::Internal, false) => ("970", "PRZELEW NA RZECZ", "PRZELEW WEWNĘTRZNY"),
            (Operation::Internal, true) => {
                ("973", "MT PRZELEW NA RZECZ", "IBRE PRZELEW WEWNĘTRZNY")
            }
            (Operation::Foreign, _) => ("990", "PŁATNOŚĆ REGULOWANA", "PŁATNOŚĆ REGULOWANA"),
            (Operation::Fee, _) => ("824", line.title.as_str(), line.title.as_str()),
            (Operation::Together, _) => ("944", line.title.as_str(), line.title.as_str()),
        };
        Words { code, short, long }
    }
}

/// The reference after `//`: a letter pair by the way the money came, the day, and a number.
pub(super) fn reference(movement: &Movement<'_>, number: u64) -> String {
    let day = movement.date.strftime("%y%j");
    match (movement.operation, movement.amount.is_negative()) {
        (Operation::Elixir, false) => format!("EL002363-{number:06}"),
        (Operation::Sorbnet, false) => format!("SO059910-{number:06}"),
        (Operation::Internal, false) => format!("FT{day}113{number:06}"),
        (Operation::Foreign, false)
        | (
            Operation::Elixir | Operation::Sorbnet | Operation::Internal | Operation::Foreign,
            true,
        )
        | (Operation::Fee | Operation::Together, _) => format!("BR{day}102{number:06}"),
    }
}
