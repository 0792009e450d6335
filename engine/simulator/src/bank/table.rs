//! The history of an account as PKO BP's iPKO exports it: a table with the newest line first and
//! the balance after each; it does not name its account.

use super::code_page::CodePage;
use super::line::{Line, Operation};
use super::sheet::{Paper, Sheet};

const HEAD: &str = "\"Data operacji\",\"Data waluty\",\"Typ transakcji\",\"Kwota\",\"Waluta\",\"Saldo po transakcji\",\"Opis transakcji\",\"\",\"\",\"\",\"\"";

/// Cells of the description.
const DETAILS: usize = 5;

/// Appends the table to the file.
pub(super) fn write(sheet: &Sheet<'_>, file: &mut Vec<u8>) {
    let mut paper = Paper {
        file,
        page: CodePage::Windows1250,
        line_end: "\r\n",
    };
    paper.line(HEAD);
    for line in sheet.lines.iter().rev() {
        paper.line(&row(line));
    }
}

fn row(line: &Line) -> String {
    let credit = !line.amount.is_negative();
    let kind = match (line.operation, credit) {
        (Operation::Fee, _) => "Opłata",
        (_, true) => "Przelew na rachunek",
        (_, false) => "Przelew z rachunku",
    };
    let plus = |text: String| match text.starts_with('-') {
        true => text,
        false => format!("+{text}"),
    };
    let mut cells = vec![
        line.date.to_string(),
        line.date.to_string(),
        kind.to_owned(),
        plus(line.amount.to_decimal_string()),
        line.amount.currency().to_string(),
        plus(line.balance_after.to_decimal_string()),
    ];
    let before = cells.len();
    let side = if credit { "nadawcy" } else { "odbiorcy" };
    if let Some(account) = line.account {
        let digits = account.nrb().unwrap_or(account.as_str());
        cells.push(format!("Rachunek {side}: {digits}"));
        cells.push(format!("Nazwa {side}: {}", line.party_text()));
    }
    if !line.title.is_empty() {
        cells.push(format!("Tytuł: {}", line.title));
    }
    cells.resize(before + DETAILS, String::new());
    let cells: Vec<String> = cells.iter().map(|cell| format!("\"{cell}\"")).collect();
    cells.join(",")
}
