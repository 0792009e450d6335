//! A table with its heading, and the tables of the window.

use fltk::app::Sender;
use fltk::enums::{Align, Font};
use fltk::frame::Frame;
use fltk::group::Flex;
use fltk::prelude::{GroupExt, WidgetExt};
use kantor_wire::Words;

use super::grid::Grid;
use super::layout::{Column, Width};
use super::theme::{FAINT, HEADING, INK, LINE, TEXT};
use crate::message::Message;

/// A heading with a table under it.
pub(super) struct Section {
    heading: Frame,
    pub(super) grid: Grid,
}

impl Section {
    pub(super) fn build(parent: &mut Flex, grid: Grid) -> Section {
        // The grid was made first: the heading goes before it.
        let heading = heading_frame();
        parent.insert(&heading, parent.children() - 2);
        parent.fixed(&heading, LINE + 6);
        Section { heading, grid }
    }

    pub(super) fn build_fixed(parent: &mut Flex, grid: Grid, height: i32) -> Section {
        let section = Section::build(parent, grid);
        parent.fixed(section.grid.widget(), height);
        section
    }

    pub(super) fn tell(&mut self, sender: Sender<Message>) {
        self.grid.on_choice(move |row| {
            if let Some(subject) = &row.subject {
                sender.send(Message::Selected(subject.clone()));
            }
        });
    }

    pub(super) fn title(&mut self, words: &Words, key: &str, count: usize) {
        self.heading(&format!("{} ({count})", words.text(key)));
    }

    pub(super) fn heading(&mut self, text: &str) {
        if self.heading.label() != text {
            self.heading.set_label(text);
        }
    }

    pub(super) fn says(&self) -> String {
        let rows: Vec<String> = self
            .grid
            .texts()
            .into_iter()
            .map(|cells| format!("  {}", cells.join(" | ")))
            .collect();
        format!("{}\n{}", self.heading.label(), rows.join("\n"))
    }
}

/// The words above a pane.
pub(super) fn heading_frame() -> Frame {
    let mut heading = Frame::default();
    heading.set_align(Align::Inside | Align::Left);
    heading.set_label_font(Font::HelveticaBold);
    heading.set_label_size(HEADING);
    heading.set_label_color(INK);
    heading
}

/// A quiet line of words.
pub(super) fn quiet_frame() -> Frame {
    let mut frame = Frame::default();
    frame.set_label_size(TEXT);
    frame.set_label_color(FAINT);
    frame
}

fn column(width: Width, right: bool) -> Column {
    Column {
        title: String::new(),
        width,
        right,
    }
}

pub(super) fn orders_grid() -> Grid {
    Grid::lines(vec![
        column(Width::Fixed(110), false),
        column(Width::Share(4), false),
        column(Width::Fixed(118), true),
        column(Width::Fixed(118), true),
        column(Width::Share(6), false),
        column(Width::Fixed(56), false),
    ])
}

pub(super) fn suspense_grid() -> Grid {
    Grid::lines(vec![
        column(Width::Fixed(92), false),
        column(Width::Fixed(118), true),
        column(Width::Share(3), false),
        column(Width::Share(4), false),
        column(Width::Share(4), false),
    ])
}

pub(super) fn payouts_grid() -> Grid {
    Grid::lines(vec![
        column(Width::Share(3), false),
        column(Width::Fixed(110), false),
        column(Width::Share(4), false),
        column(Width::Fixed(118), true),
        column(Width::Fixed(150), false),
    ])
}

pub(super) fn balances_grid() -> Grid {
    Grid::lines(vec![
        column(Width::Share(1), false),
        column(Width::Fixed(124), true),
        column(Width::Fixed(124), true),
        column(Width::Fixed(112), true),
    ])
}

pub(super) fn journal_grid() -> Grid {
    Grid::wrapping(vec![
        column(Width::Fixed(84), false),
        column(Width::Share(1), false),
    ])
}
