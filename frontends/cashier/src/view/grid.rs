//! A table of the window: rows of cells with meanings, one row pointed at, by mouse or keyboard.
//! Long text is cut with an ellipsis, or wrapped in grids that say so.

use std::cell::RefCell;
use std::rc::Rc;

use fltk::draw;
use fltk::enums::{Align, Color, Event, Font, FrameType, Key};
use fltk::prelude::{GroupExt, TableExt, WidgetBase, WidgetExt};
use fltk::table::{Table, TableContext};

use super::theme::{
    ACCENT, CHOSEN, EDGE, FAINT, HEAD, LINE, PAPER, SMALL, STRIPE, TEXT, colour, font, shown,
};
use crate::message::Subject;
use crate::rows::{Cell, Row};

/// The space left and right of a cell's text.
const PADDING: i32 = 8;
/// The space above and below a cell's text, together.
const AIR: i32 = 8;
/// The place that the scroll bar takes.
const BAR: i32 = 15;

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
struct Laid {
    row: Row,
    lines: Vec<Vec<String>>,
}

impl Laid {
    /// Whether only the first cell says something, in a grid of labels and values.
    fn is_heading(&self, wraps: bool) -> bool {
        wraps
            && self
                .row
                .cells
                .iter()
                .skip(1)
                .all(|cell| cell.text.is_empty())
    }
}

struct Data {
    columns: Vec<Column>,
    rows: Vec<Laid>,
    chosen: Option<usize>,
    empty: String,
    wraps: bool,
}

/// What a grid tells when a row is pointed at: its number and what it stands for.
type Chosen = Box<dyn FnMut(&Row)>;

/// A table of the window.
#[derive(Clone)]
pub(crate) struct Grid {
    table: Table,
    data: Rc<RefCell<Data>>,
}

impl Grid {
    /// A grid whose cells are one line each, with titles above the columns.
    pub(crate) fn lines(columns: Vec<Column>) -> Grid {
        Grid::new(columns, false)
    }

    /// A grid whose last column wraps, without titles.
    pub(crate) fn wrapping(columns: Vec<Column>) -> Grid {
        Grid::new(columns, true)
    }

    fn new(columns: Vec<Column>, wraps: bool) -> Grid {
        let mut table = Table::default();
        table.set_frame(FrameType::FlatBox);
        table.set_table_frame(FrameType::NoBox);
        table.set_color(PAPER);
        table.set_cols(columns.len() as i32);
        table.set_scrollbar_size(BAR);
        table.set_col_header(!wraps);
        if !wraps {
            table.set_col_header_height(LINE + AIR);
        }
        table.set_col_resize(false);
        table.end();
        let data = Rc::new(RefCell::new(Data {
            columns,
            rows: Vec::new(),
            chosen: None,
            empty: String::new(),
            wraps,
        }));
        let mut grid = Grid { table, data };
        grid.draw_cells();
        grid.follow_size();
        grid
    }

    /// The widget, for layout.
    pub(crate) fn widget(&self) -> &Table {
        &self.table
    }

    /// Shows other titles, for another language.
    pub(crate) fn set_titles(&mut self, titles: &[&str]) {
        for (column, title) in self.data.borrow_mut().columns.iter_mut().zip(titles) {
            column.title = (*title).to_owned();
        }
        self.table.redraw();
    }

    /// What stands there when there are no rows.
    pub(crate) fn set_empty(&mut self, text: &str) {
        text.clone_into(&mut self.data.borrow_mut().empty);
        self.table.redraw();
    }

    /// Shows rows; the row of the subject is the one pointed at.
    pub(crate) fn set_rows(&mut self, rows: Vec<Row>, subject: Option<&Subject>) {
        let chosen = subject.and_then(|subject| {
            rows.iter()
                .position(|row| row.subject.as_ref() == Some(subject))
        });
        {
            let mut data = self.data.borrow_mut();
            let unchanged = data.chosen == chosen
                && data.rows.len() == rows.len()
                && data
                    .rows
                    .iter()
                    .zip(&rows)
                    .all(|(laid, row)| laid.row == *row);
            if unchanged {
                return;
            }
            data.chosen = chosen;
            data.rows = rows
                .into_iter()
                .map(|row| Laid {
                    row,
                    lines: Vec::new(),
                })
                .collect();
        }
        lay_out(&mut self.table, &self.data);
        self.table.redraw();
    }

    /// Scrolls to the beginning.
    pub(crate) fn scroll_up(&mut self) {
        self.table.set_row_position(0);
    }

    /// What the cells say, row by row.
    pub(crate) fn texts(&self) -> Vec<Vec<String>> {
        self.data
            .borrow()
            .rows
            .iter()
            .map(|laid| {
                laid.row
                    .cells
                    .iter()
                    .map(|cell| cell.text.clone())
                    .collect()
            })
            .collect()
    }

    /// The middle of the first row that says this text, when it can be seen.
    pub(crate) fn row_of(&self, text: &str) -> Option<(i32, i32)> {
        let data = self.data.borrow();
        let at = data
            .rows
            .iter()
            .position(|laid| laid.row.cells.iter().any(|cell| cell.text.contains(text)))?;
        let (x, y, w, h) = self.table.find_cell(TableContext::Cell, at as i32, 0)?;
        Some((x + w / 2, y + h / 2))
    }

    /// Calls when a person points at a row.
    pub(crate) fn on_choice(&mut self, chosen: impl FnMut(&Row) + 'static) {
        let data = Rc::clone(&self.data);
        let mut chosen: Chosen = Box::new(chosen);
        self.table.handle(move |table, event| match event {
            Event::Focus | Event::Unfocus => {
                table.redraw();
                true
            }
            Event::Push => {
                let row = match table.cursor2rowcol() {
                    Some((TableContext::Cell, row, _, _)) => row,
                    Some(_) | None => return false,
                };
                let _ = table.take_focus();
                choose(table, &data, row, &mut chosen)
            }
            Event::KeyDown => {
                let last = data.borrow().rows.len() as i32 - 1;
                let at = data.borrow().chosen.map(|row| row as i32);
                let to = match fltk::app::event_key() {
                    Key::Down => at.map_or(0, |row| row + 1),
                    Key::Up => at.map_or(last, |row| row - 1),
                    Key::Home => 0,
                    Key::End => last,
                    _ => return false,
                };
                choose(table, &data, to.clamp(0, last.max(0)), &mut chosen)
            }
            _ => false,
        });
    }

    fn draw_cells(&mut self) {
        let data = Rc::clone(&self.data);
        self.table
            .draw_cell(move |table, context, row, column, x, y, w, h| {
                let data = data.borrow();
                let place = (x, y, w, h);
                match context {
                    TableContext::ColHeader => draw_title(&data, column, place),
                    TableContext::Cell => draw_cell(&data, table, row, column, place),
                    TableContext::EndPage => draw_frame(&data, table),
                    TableContext::None
                    | TableContext::StartPage
                    | TableContext::RowHeader
                    | TableContext::Table
                    | TableContext::RcResize => {}
                }
            });
    }

    fn follow_size(&mut self) {
        let data = Rc::clone(&self.data);
        self.table
            .resize_callback(move |table, _, _, _, _| lay_out(table, &data));
    }
}

/// Points at a row and tells about it. `true`: the event is used up.
fn choose(table: &mut Table, data: &Rc<RefCell<Data>>, row: i32, chosen: &mut Chosen) -> bool {
    let Ok(at) = usize::try_from(row) else {
        return false;
    };
    let told = {
        let mut data = data.borrow_mut();
        let Some(laid) = data.rows.get(at) else {
            return false;
        };
        let told = laid.row.clone();
        data.chosen = Some(at);
        told
    };
    if let Some((top, _, bottom, _)) = table.try_visible_cells()
        && (row <= top || row >= bottom)
    {
        table.set_row_position(if row <= top {
            row
        } else {
            (row - (bottom - top) + 1).max(0)
        });
    }
    table.redraw();
    chosen(&told);
    true
}

/// Gives columns their widths and rows their heights. The widget draws while it is changed, so the
/// data is let go before.
fn lay_out(table: &mut Table, data: &Rc<RefCell<Data>>) {
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
    let widths = widths(&data.columns, inner.max(50));
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

fn draw_title(data: &Data, column: i32, (x, y, w, h): (i32, i32, i32, i32)) {
    let Some(column) = data.columns.get(column as usize) else {
        return;
    };
    draw::push_clip(x, y, w, h);
    draw::draw_rect_fill(x, y, w, h, HEAD);
    draw::set_draw_color(FAINT);
    draw::set_font(Font::HelveticaBold, SMALL);
    draw::draw_text2(
        &shown(&column.title),
        x + PADDING,
        y,
        w - 2 * PADDING,
        h,
        side(column.right),
    );
    draw::pop_clip();
}

fn side(right: bool) -> Align {
    if right { Align::Right } else { Align::Left }
}

fn draw_cell(
    data: &Data,
    table: &Table,
    row: i32,
    column: i32,
    (x, y, w, h): (i32, i32, i32, i32),
) {
    let (Some(laid), Some(shape)) = (
        data.rows.get(row as usize),
        data.columns.get(column as usize),
    ) else {
        return;
    };
    let chosen = data.chosen == Some(row as usize);
    let heading = laid.is_heading(data.wraps);
    if heading && column > 0 {
        return;
    }
    // A heading runs over all columns.
    let w = if heading {
        table.x() + table.w() - x - 1
    } else {
        w
    };
    draw::push_clip(x, y, w, h);
    draw::draw_rect_fill(x, y, w, h, ground(data, row, chosen));
    if let (Some(cell), Some(lines)) = (
        laid.row.cells.get(column as usize),
        laid.lines.get(column as usize),
    ) {
        draw::set_draw_color(colour(cell.tone));
        draw::set_font(font(cell.tone), TEXT);
        for (number, line) in lines.iter().enumerate() {
            draw::draw_text2(
                &shown(line),
                x + PADDING,
                y + AIR / 2 + number as i32 * LINE,
                w - 2 * PADDING,
                LINE,
                side(shape.right),
            );
        }
    }
    if chosen && table.has_focus() && column == 0 {
        draw::draw_rect_fill(x, y, 3, h, ACCENT);
    }
    draw::pop_clip();
}

fn ground(data: &Data, row: i32, chosen: bool) -> Color {
    if chosen {
        CHOSEN
    } else if row % 2 == 1 && !data.wraps {
        STRIPE
    } else {
        PAPER
    }
}

/// The edge of the grid, and its sentence when it is empty.
fn draw_frame(data: &Data, table: &Table) {
    let (x, y, w, h) = (table.x(), table.y(), table.w(), table.h());
    if data.rows.is_empty() && !data.empty.is_empty() {
        let head = if data.wraps { 0 } else { LINE + AIR };
        draw::set_draw_color(FAINT);
        draw::set_font(Font::Helvetica, TEXT);
        draw::draw_text2(
            &shown(&data.empty),
            x + 2 * PADDING,
            y + head,
            w - 4 * PADDING,
            h - head,
            Align::Center | Align::Wrap,
        );
    }
    draw::draw_rect_with_color(x, y, w, h, if table.has_focus() { ACCENT } else { EDGE });
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
