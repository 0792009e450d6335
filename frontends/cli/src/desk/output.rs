//! How answers are printed: tables for people, JSON lines for programs.

use std::io::{self, Write};

use kantor_wire::{Language, Words};
use serde::Serialize;

use super::Failure;

/// The words in which the command line speaks.
pub(crate) fn words() -> &'static Words {
    Words::of(Language::En)
}

/// Prints text and a line end.
pub(crate) fn print(text: &str) -> Result<(), Failure> {
    let mut out = io::stdout().lock();
    out.write_all(text.as_bytes())
        .and_then(|()| out.write_all(b"\n"))
        .and_then(|()| out.flush())
        .map_err(Failure::Output)
}

/// Prints a value as one line of JSON.
pub(crate) fn print_json(value: &impl Serialize) -> Result<(), Failure> {
    let text =
        serde_json::to_string(value).map_err(|error| Failure::Output(io::Error::other(error)))?;
    print(&text)
}

/// Prints each value as one line of JSON.
pub(crate) fn print_json_lines<T: Serialize>(values: &[T]) -> Result<(), Failure> {
    values.iter().try_for_each(print_json)
}

/// Prints a list as JSON lines or as a table.
pub(crate) fn print_list<T: Serialize>(
    values: &[T],
    json: bool,
    titles: &[&str],
    row: impl Fn(&T) -> Vec<String>,
) -> Result<(), Failure> {
    if json {
        return print_json_lines(values);
    }
    let rows: Vec<Vec<String>> = values.iter().map(row).collect();
    print(&table(titles, &rows))
}

/// A table with a line of titles; columns whose cells are all amounts stand at the right.
pub(crate) fn table(titles: &[&str], rows: &[Vec<String>]) -> String {
    let columns: Vec<Column> = titles
        .iter()
        .enumerate()
        .map(|(index, title)| Column::of(title, rows.iter().filter_map(|row| row.get(index))))
        .collect();
    let line = |cells: &mut dyn Iterator<Item = &str>| {
        let padded: Vec<String> = cells
            .zip(&columns)
            .map(|(cell, column)| column.pad(cell))
            .collect();
        padded.join("  ").trim_end().to_owned()
    };
    let mut lines = vec![line(&mut titles.iter().copied())];
    lines.extend(
        rows.iter()
            .map(|row| line(&mut row.iter().map(String::as_str))),
    );
    lines.join("\n")
}

struct Column {
    width: usize,
    right: bool,
}

impl Column {
    fn of<'a>(title: &str, cells: impl Iterator<Item = &'a String> + Clone) -> Column {
        Column {
            width: cells
                .clone()
                .map(|cell| cell.chars().count())
                .chain([title.chars().count()])
                .max()
                .unwrap_or(0),
            right: cells.clone().count() > 0 && cells.clone().all(|cell| is_amount(cell)),
        }
    }

    fn pad(&self, cell: &str) -> String {
        let width = self.width;
        if self.right {
            format!("{cell:>width$}")
        } else {
            format!("{cell:<width$}")
        }
    }
}

/// Begins like a number and holds no letter but a currency's at its end.
fn is_amount(cell: &str) -> bool {
    let number = cell
        .rsplit_once([' ', '\u{a0}'])
        .map_or(cell, |(number, _)| number);
    number.contains('.')
        && number
            .chars()
            .all(|c| c.is_ascii_digit() || matches!(c, '.' | ',' | '-' | '\u{2212}'))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn amounts_stand_at_the_right_and_lines_have_no_tail() {
        let row = |cells: &[&str]| cells.iter().map(|cell| (*cell).to_owned()).collect();
        let rows: Vec<Vec<String>> = vec![
            row(&["Anna", "1,000.00\u{a0}PLN", ""]),
            row(&["Żółć", "\u{2212}2.00\u{a0}PLN", "Held"]),
        ];
        assert_eq!(
            table(&["customer", "gives", "state"], &rows),
            "customer         gives  state\n\
             Anna      1,000.00\u{a0}PLN\n\
             Żółć         \u{2212}2.00\u{a0}PLN  Held"
        );
    }
}
