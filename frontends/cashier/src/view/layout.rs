//! What a grid holds and how it is laid out: widths of columns, lines of text, heights of rows.

use std::cell::RefCell;
use std::rc::Rc;

use fltk::draw;
use fltk::prelude::{TableExt, WidgetExt};
use fltk::table::Table;

use super::theme::{LINE, TEXT, font};
use crate::rows::{Cell, Row};

/// The space left and right of a cell's text.
pub(super) const PADDING: i32 = 8;
/// The space above and below a cell's text, together.
pub(super) const AIR: i32 = 8;
/// The place that the scroll bar takes.
pub(super) const BAR: i32 = 15;

/// How a column looks.
#[derive(Clone, Debug)]
pub(crate) struct Column {
    /// Its title; empty in grids without titles.
    pub(crate) title: String,
    /// Its part of the width: fixed pixels, or a share of what is left.
    pub(crate) width: Width,
    /// Amounts stand at the right.
    pub(crate) right: bool,
}

/// The part of the width that a column takes.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Width {
    /// So many pixels.
    Fixed(i32),
    /// So many parts of what the fixed columns leave.
    Share(i32),
}

/// A row with its text cut into lines.
pub(super) struct Laid {
    pub(super) row: Row,
    pub(super) lines: Vec<Vec<String>>,
}

impl Laid {
    /// Whether only the first cell says something, in a grid of labels and values.
    pub(super) fn is_heading(&self, wraps: bool) -> bool {
        wraps
            && self
                .row
                .cells
                .iter()
                .skip(1)
                .all(|cell| cell.text.is_empty())
    }
}

/// What a grid shows.
pub(super) struct Data {
    pub(super) columns: Vec<Column>,
    pub(super) rows: Vec<Laid>,
    pub(super) chosen: Option<usize>,
    pub(super) empty: String,
    pub(super) wraps: bool,
}

/// Gives columns their widths and rows their heights. The widget draws while it is changed, so the
/// data is let go before.
pub(super) fn lay_out(table: &mut Table, data: &Rc<RefCell<Data>>) {
    let (widths, heights) = {
        let mut data = data.borrow_mut();
        let room = table.h() - 2 - if data.wraps { 0 } else { LINE + AIR };
        let wide = measure(&mut data, table.w() - 2);
        if wide.1.iter().sum::<i32>() <= room {
            wide
        } else {
            measure(&mut data, table.w() - 2 - BAR)
        }
    };
    for (index, width) in widths.iter().enumerate() {
        table.set_col_width(index as i32, *width);
    }
    table.set_rows(heights.len() as i32);
    for (index, height) in heights.iter().enumerate() {
        table.set_row_height(index as i32, *height);
    }
}

/// The widths of the columns and the heights of the rows within so many pixels; cuts the text into
/// its lines.
fn measure(data: &mut Data, inner: i32) -> (Vec<i32>, Vec<i32>) {
    let widths = widths(&with_room_for_amounts(data), inner.max(50));
    let wraps = data.wraps;
    let heights = data
        .rows
        .iter_mut()
        .map(|laid| {
            let heading = laid.is_heading(wraps);
            laid.lines = laid
                .row
                .cells
                .iter()
                .zip(&widths)
                .map(|(cell, width)| {
                    let width = if heading { inner } else { *width };
                    lines_of(cell, width - 2 * PADDING, wraps)
                })
                .collect();
            let lines = laid.lines.iter().map(Vec::len).max().unwrap_or(1).max(1);
            lines as i32 * LINE + AIR
        })
        .collect();
    (widths, heights)
}

/// The columns, with those of amounts as wide as their widest amount: a cut name is read all the
/// same, a cut amount is another amount.
fn with_room_for_amounts(data: &Data) -> Vec<Column> {
    let mut columns = data.columns.clone();
    for (index, column) in columns.iter_mut().enumerate() {
        if let (true, Width::Fixed(least)) = (column.right, column.width) {
            let widest = data
                .rows
                .iter()
                .filter_map(|laid| laid.row.cells.get(index))
                .map(|cell| {
                    draw::set_font(font(cell.tone), TEXT);
                    draw::width(&cell.text).ceil() as i32 + 2 * PADDING
                })
                .max();
            column.width = Width::Fixed(least.max(widest.unwrap_or(0)));
        }
    }
    columns
}

/// The widths of columns that fill so many pixels.
fn widths(columns: &[Column], inner: i32) -> Vec<i32> {
    let (fixed, shares) =
        columns
            .iter()
            .fold((0, 0), |(fixed, shares), column| match column.width {
                Width::Fixed(pixels) => (fixed + pixels, shares),
                Width::Share(parts) => (fixed, shares + parts),
            });
    let left = (inner - fixed).max(shares * 20);
    let mut widths: Vec<i32> = columns
        .iter()
        .map(|column| match column.width {
            Width::Fixed(pixels) => pixels,
            Width::Share(parts) => left * parts / shares.max(1),
        })
        .collect();
    // What the division leaves over goes to the last column.
    let over = inner - widths.iter().sum::<i32>();
    if let Some(last) = widths.last_mut() {
        *last += over.max(0);
    }
    widths
}

/// How many lines text takes in ordinary letters within so many pixels.
pub(super) fn line_count(text: &str, width: i32) -> i32 {
    let cell = Cell::plain(text);
    lines_of(&cell, width, true).len() as i32
}

fn lines_of(cell: &Cell, width: i32, wraps: bool) -> Vec<String> {
    draw::set_font(font(cell.tone), TEXT);
    let fits = |text: &str| draw::width(text) as i32 <= width;
    if wraps {
        cell.text
            .lines()
            .flat_map(|line| wrap(line, fits))
            .collect()
    } else {
        vec![cut(&cell.text, fits)]
    }
}

/// Breaks text at spaces so that each line fits; a word that does not fit alone is broken.
fn wrap(text: &str, fits: impl Fn(&str) -> bool) -> Vec<String> {
    let mut lines = Vec::new();
    let mut line = String::new();
    for word in text.split(' ') {
        let longer = if line.is_empty() {
            word.to_owned()
        } else {
            format!("{line} {word}")
        };
        if fits(&longer) {
            line = longer;
            continue;
        }
        if !line.is_empty() {
            lines.push(std::mem::take(&mut line));
        }
        for letter in word.chars() {
            line.push(letter);
            if !fits(&line) && line.chars().count() > 1 {
                line.pop();
                lines.push(std::mem::replace(&mut line, letter.to_string()));
            }
        }
    }
    lines.push(line);
    lines
}

/// Cuts text so that it fits, and shows that something is missing.
fn cut(text: &str, fits: impl Fn(&str) -> bool) -> String {
    let text = text.replace(['\n', '\r', '\t'], " ");
    if fits(&text) {
        return text;
    }
    let mut kept: String = text;
    while kept.pop().is_some() {
        let shorter = format!("{}…", kept.trim_end());
        if fits(&shorter) {
            return shorter;
        }
    }
    String::new()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn short(text: &str) -> bool {
        text.chars().count() <= 10
    }

    #[test]
    fn text_wraps_at_spaces_and_long_words_break() {
        assert_eq!(wrap("Wpłata po terminie", short), ["Wpłata po", "terminie"]);
        assert_eq!(wrap("Gżegżółkowicz", short), ["Gżegżółkow", "icz"]);
        assert_eq!(wrap("", short), [""]);
    }

    #[test]
    fn text_that_does_not_fit_says_so() {
        assert_eq!(cut("Anna", short), "Anna");
        assert_eq!(cut("Celina Gżegżółka", short), "Celina Gż…");
        assert_eq!(cut("a\nb", short), "a b");
    }

    #[test]
    fn shares_fill_what_fixed_columns_leave() {
        let column = |width| Column {
            title: String::new(),
            width,
            right: false,
        };
        let columns = [
            column(Width::Fixed(100)),
            column(Width::Share(1)),
            column(Width::Share(3)),
        ];
        assert_eq!(widths(&columns, 500), [100, 100, 300]);
    }
}
