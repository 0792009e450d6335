//! Statements as PKO BP's iPKO writes them: each entry's text is subfields of 27 characters, one a
//! line, all of them always there.

use super::code_page::{CodePage, FILLER};
use super::line::{Line, Operation};
use super::sheet::{Paper, Sheet, day, mark, unsigned};
use super::text::split;

/// Subfields for texts are cut at this many characters, in the middle of words.
const CHUNK: usize = 27;

/// Appends one statement to the file.
pub(super) fn write(sheet: &Sheet<'_>, page: CodePage, file: &mut Vec<u8>) {
    let mut paper = Paper {
        file,
        page,
        line_end: "\r\n",
    };
    paper.line(":20:MT940");
    paper.line(&format!(":25:/{}", sheet.account));
    paper.line(&format!(":28C:{}", sheet.number));
    paper.opening(sheet);
    for line in sheet.lines {
        entry(line, &mut paper);
    }
    paper.closing(sheet);
    paper.line("-");
}

fn entry(line: &Line, paper: &mut Paper<'_>) {
    let code = code(line);
    paper.line(&format!(
        ":61:{}{}{}{}N{code}NONREF//{}",
        day(line.date),
        line.date.strftime("%m%d"),
        mark(line.amount),
        unsigned(line.amount),
        line.bank_reference,
    ));
    // The kind after the code: 0 is booked, 1 would be off-book.
    paper.line(&format!("{code} 0"));
    paper.line(&format!(":86:020~00{code}"));
    paper.chunks(&[20, 21, 22, 23, 24, 25], &line.title);
    let nrb = line.account.as_ref().and_then(|account| account.nrb());
    paper.subfield(30, nrb.and_then(|nrb| nrb.get(2..10)).unwrap_or_default());
    paper.subfield(31, nrb.and_then(|nrb| nrb.get(10..)).unwrap_or_default());
    paper.chunks(&[32, 33], &line.party_text());
    let account = line.account.as_ref().map(|account| account.as_str());
    paper.subfield(38, account.unwrap_or_default());
    let stamp = match line.operation {
        Operation::Elixir if !line.amount.is_negative() => line.date.strftime("%Y%m%d").to_string(),
        Operation::Elixir
        | Operation::Sorbnet
        | Operation::Internal
        | Operation::Foreign
        | Operation::Fee
        | Operation::Together => String::new(),
    };
    paper.subfield(60, &stamp);
    paper.subfield(63, "");
}

impl Paper<'_> {
    /// One subfield; an unused one holds the filler byte.
    fn subfield(&mut self, code: u8, text: &str) {
        self.page.write(&format!("~{code:02}"), self.file);
        if text.is_empty() {
            self.file.push(FILLER);
        }
        self.line(text);
    }

    /// A text over several subfields; what does not fit is cut off, as the bank does.
    fn chunks(&mut self, codes: &[u8], text: &str) {
        let mut rest = text;
        for code in codes {
            let (chunk, later) = split(rest, CHUNK);
            self.subfield(*code, chunk);
            rest = later;
        }
    }
}

/// The bank's code of an operation. Of fees the documents show only that of a foreign transfer
/// (108); it stands for every fee here.
fn code(line: &Line) -> &'static str {
    match (line.operation, line.amount.is_negative()) {
        (Operation::Fee, _) => "108",
        (Operation::Foreign, true) => "107",
        (Operation::Together, _)
        | (Operation::Elixir | Operation::Sorbnet | Operation::Internal, true) => "152",
        (
            Operation::Elixir | Operation::Sorbnet | Operation::Internal | Operation::Foreign,
            false,
        ) => "062",
    }
}

/// Eight digits of the operation and eight of its group.
pub(super) fn reference(number: u64) -> String {
    format!("64605005{number:08}")
}
