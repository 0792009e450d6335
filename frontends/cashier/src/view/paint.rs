//! How a grid is drawn: titles, cells, its edge, and its sentence when it is empty.

use fltk::draw;
use fltk::enums::{Align, Color, Font};
use fltk::prelude::WidgetExt;
use fltk::table::Table;

use super::layout::{AIR, Data, PADDING};
use super::theme::{
    ACCENT, CHOSEN, EDGE, FAINT, HEAD, LINE, PAPER, SMALL, STRIPE, TEXT, colour, font, shown,
};

/// The title of a column.
pub(super) fn draw_title(data: &Data, column: i32, (x, y, w, h): (i32, i32, i32, i32)) {
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

/// One cell, or a heading over all columns.
pub(super) fn draw_cell(
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
pub(super) fn draw_frame(data: &Data, table: &Table) {
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
