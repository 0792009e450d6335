//! Rows of a file without quotes whose texts hold the separator.

use super::profile::Unquoted;
use super::records::Record;

/// What became of a row.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Regrouped {
    /// It has the cells that it should have.
    Plain,
    /// It had more, and it is certain in which group of texts.
    Certain,
    /// It has more, and nobody can tell where.
    Doubtful,
}

/// The separator that stood in a text.
const COMMA: u8 = b',';

/// Columns of a cut text hold so many characters.
const WIDTH: usize = 35;

/// Puts the cells of a row together again.
pub(super) fn regroup(record: &mut Record, unquoted: &Unquoted) -> Regrouped {
    let Some(extra) = record
        .len()
        .checked_sub(unquoted.cells)
        .filter(|extra| *extra > 0)
    else {
        return Regrouped::Plain;
    };
    let fits = |before: &usize| {
        unquoted.anchors.iter().all(|[number, digits]| {
            let cell = record.cell(number.saturating_sub(1) + before);
            cell.is_empty() && *digits < 26
                || cell.len() == *digits && cell.iter().all(u8::is_ascii_digit)
        })
    };
    let shifts: Vec<usize> = (0..=extra).filter(fits).collect();
    let [before] = shifts.as_slice() else {
        one_text(record, unquoted);
        return Regrouped::Doubtful;
    };
    let before = *before;
    let (mut cells, mut ends) = (Vec::new(), Vec::new());
    let [first, first_end] = unquoted.first;
    let [last, last_end] = unquoted.last;
    let mut index = 0;
    let mut number = 1;
    while index < record.len() {
        let group = match number {
            n if n == first => Some((first_end + 1 - first, before)),
            n if n == last => Some((last_end + 1 - last, extra - before)),
            _ => None,
        };
        let (count, over) = group.unwrap_or((1, 0));
        let pieces: Vec<&[u8]> = (index..index + count + over)
            .map(|index| record.cell(index))
            .collect();
        for column in columns(&pieces, count) {
            cells.extend_from_slice(&column);
            ends.push(cells.len());
        }
        index += count + over;
        number += count;
    }
    record.replace(cells, ends);
    Regrouped::Certain
}

/// What stands before the texts stays; all that follows is one text, in the place of the last group.
fn one_text(record: &mut Record, unquoted: &Unquoted) {
    let ([first, _], [last, _]) = (unquoted.first, unquoted.last);
    let certain = first.saturating_sub(1);
    let (mut cells, mut ends) = (Vec::new(), Vec::new());
    for index in 0..certain {
        cells.extend_from_slice(record.cell(index));
        ends.push(cells.len());
    }
    for _ in first..last {
        ends.push(cells.len());
    }
    for index in certain..record.len() {
        if index > certain {
            cells.push(COMMA);
        }
        cells.extend_from_slice(record.cell(index));
    }
    ends.push(cells.len());
    record.replace(cells, ends);
}

/// So many columns from more pieces: a piece that does not fill its column was cut by a separator
/// of the text, while there are too many pieces.
fn columns(pieces: &[&[u8]], count: usize) -> Vec<Vec<u8>> {
    let mut over = pieces.len().saturating_sub(count);
    let mut out: Vec<Vec<u8>> = Vec::new();
    for piece in pieces {
        match out.last_mut() {
            Some(last) if over > 0 && last.len() + 1 + piece.len() <= WIDTH && !last.is_empty() => {
                last.push(COMMA);
                last.extend_from_slice(piece);
                over -= 1;
            }
            Some(_) | None => out.push(piece.to_vec()),
        }
    }
    while out.len() > count {
        let Some(extra) = out.pop() else { break };
        if let Some(last) = out.last_mut() {
            last.push(COMMA);
            last.extend_from_slice(&extra);
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::csv::records::{Cut, Records};

    fn check(line: &str, expected: &str) {
        let unquoted = Unquoted {
            cells: 8,
            first: [2, 3],
            last: [6, 7],
            anchors: vec![[4, 8], [5, 26]],
        };
        let cut = Cut {
            separator: b',',
            quote: None,
        };
        let mut source = line.as_bytes();
        let mut records = Records::new(&mut source, cut).unwrap();
        let mut record = Record::default();
        let _ = records.next(&mut record);
        let outcome = regroup(&mut record, &unquoted);
        let cells: Vec<String> = record
            .cells()
            .map(|cell| String::from_utf8_lossy(cell).into_owned())
            .collect();
        assert_eq!(format!("{outcome:?} {}", cells.join("|")), expected);
    }

    #[test]
    fn commas_inside_texts_are_put_back() {
        const NRB: &str = "53124069600582000000000296";
        check(
            &format!("02,JAN,ADR,12401848,{NRB},TYT,UŁ,REF"),
            &format!("Plain 02|JAN|ADR|12401848|{NRB}|TYT|UŁ|REF"),
        );
        check(
            &format!("02,JAN, ANNA,ADR,12401848,{NRB},TYT,UŁ,REF"),
            &format!("Certain 02|JAN, ANNA|ADR|12401848|{NRB}|TYT|UŁ|REF"),
        );
        check(
            &format!("02,JAN,ADR,12401848,{NRB},FV 1, 2,,REF"),
            &format!("Certain 02|JAN|ADR|12401848|{NRB}|FV 1, 2||REF"),
        );
        check(
            &format!("02,JAN,A,B,,{NRB},T,,REF"),
            &format!("Certain 02|JAN,A|B||{NRB}|T||REF"),
        );
        check(
            "02,JAN,ADR,12401848,X,FV 1, 2,,REF",
            "Doubtful 02|||||JAN,ADR,12401848,X,FV 1, 2,,REF",
        );
    }
}
