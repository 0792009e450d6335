//! A table of the window: rows of cells with meanings, one row pointed at, by mouse or keyboard.
//! Long text is cut with an ellipsis, or wrapped in grids that say so.

use std::cell::RefCell;
use std::rc::Rc;

use fltk::enums::{Event, FrameType, Key};
use fltk::prelude::{GroupExt, TableExt, WidgetBase, WidgetExt};
use fltk::table::{Table, TableContext};

use super::layout::{AIR, BAR, Column, Data, Laid, lay_out};
use super::paint::{draw_cell, draw_frame, draw_title};
use super::theme::{EDGE, GROUND, LINE, PAPER};
use crate::message::Subject;
use crate::rows::Row;

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
        // The table draws its box over its scroll bars, so it has none.
        table.set_frame(FrameType::NoBox);
        table.set_table_frame(FrameType::NoBox);
        table.set_color(PAPER);
        table.set_cols(columns.len() as i32);
        table.set_scrollbar_size(BAR);
        table.set_col_header(!wraps);
        if !wraps {
            table.set_col_header_height(LINE + AIR);
        }
        table.set_col_resize(false);
        // Keys move the row that is pointed at, not the table's own cursor.
        table.super_handle_first(false);
        table.end();
        for mut bar in [table.scrollbar(), table.hscrollbar()] {
            bar.set_frame(FrameType::FlatBox);
            bar.set_color(GROUND);
            bar.set_slider_frame(FrameType::FlatBox);
            bar.set_selection_color(EDGE);
        }
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

    /// The height in which so many rows of one line can be seen without scrolling.
    pub(crate) fn height_of(&self, rows: usize) -> i32 {
        // One line more for the titles.
        (rows as i32 + 1) * (LINE + AIR) + 2
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
    show_row(table, data, row);
    table.redraw();
    chosen(&told);
    true
}

/// Scrolls so that the row can be seen.
fn show_row(table: &mut Table, data: &Rc<RefCell<Data>>, row: i32) {
    let room = {
        let data = data.borrow();
        table.h() - 2 - if data.wraps { 0 } else { LINE + AIR }
    };
    let top = table.row_position();
    if row < top {
        table.set_row_position(row);
        return;
    }
    // The first row from which this one is seen whole.
    let mut first = row;
    let mut height = table.row_height(row);
    while first > 0 && height + table.row_height(first - 1) <= room {
        first -= 1;
        height += table.row_height(first);
    }
    if first > top {
        table.set_row_position(first);
    }
}
