//! The pane beside the tables: facts about what is pointed at, and buttons for what can be done.

use std::cell::RefCell;
use std::rc::Rc;

use fltk::app::{self, Sender};
use fltk::button::Button;
use fltk::frame::Frame;
use fltk::group::Flex;
use fltk::prelude::{GroupExt, WidgetExt};

use super::grid::Grid;
use super::layout::{Column, Width};
use super::section::heading_frame;
use super::theme::{GAP, LINE, Look, button, shown};
use crate::detail::{Asks, Detail, detail};
use crate::message::Message;
use crate::model::Model;

/// How many things can be done at most.
const ACTS: usize = 4;
/// How many buttons stand in a row.
const IN_A_ROW: usize = 2;

pub(super) struct DetailPane {
    title: Frame,
    grid: Grid,
    rows: Vec<Flex>,
    buttons: Vec<Button>,
    asks: Rc<RefCell<Vec<Asks>>>,
    parent: Flex,
    shown: Detail,
}

impl DetailPane {
    pub(super) fn build(parent: &mut Flex, sender: Sender<Message>) -> DetailPane {
        let title = heading_frame();
        parent.fixed(&title, LINE + 6);
        let asks: Rc<RefCell<Vec<Asks>>> = Rc::default();
        let mut rows = Vec::new();
        let mut buttons = Vec::new();
        for first in (0..ACTS).step_by(IN_A_ROW) {
            let mut row = Flex::default().row();
            row.set_pad(GAP);
            for number in first..first + IN_A_ROW {
                let mut act = button("", Look::Side);
                let asks = Rc::clone(&asks);
                act.set_callback(move |_| {
                    if let Some(asks) = asks.borrow().get(number) {
                        sender.send(asks.message());
                    }
                });
                buttons.push(act);
            }
            row.end();
            parent.fixed(&row, 34);
            rows.push(row);
        }
        let mut grid = Grid::wrapping(vec![
            Column {
                title: String::new(),
                width: Width::Fixed(138),
                right: false,
            },
            Column {
                title: String::new(),
                width: Width::Share(1),
                right: false,
            },
        ]);
        grid.on_choice(move |row| {
            // A click on a fact copies it: account numbers and titles are typed nowhere.
            if let Some(value) = row.cells.get(1).filter(|cell| !cell.text.is_empty()) {
                app::copy(&value.text);
                sender.send(Message::Copied(value.text.clone()));
            }
        });
        DetailPane {
            title,
            grid,
            rows,
            buttons,
            asks,
            parent: parent.clone(),
            shown: Detail::default(),
        }
    }

    pub(super) fn show(&mut self, model: &Model) {
        let words = model.words();
        let detail = detail(model);
        let title = if detail.title.is_empty() {
            words.text("cashier.detail")
        } else {
            &detail.title
        };
        self.title.set_label(&shown(title));
        self.grid.set_empty(words.text("cashier.no_detail"));
        for (number, button) in self.buttons.iter_mut().enumerate() {
            match detail.acts.get(number) {
                Some(act) => {
                    button.set_label(&act.label);
                    button.show();
                    if model.busy.is_none() {
                        button.activate();
                    } else {
                        button.deactivate();
                    }
                }
                None => button.hide(),
            }
        }
        for (number, row) in self.rows.iter_mut().enumerate() {
            if detail.acts.len() > number * IN_A_ROW {
                row.show();
                row.layout();
            } else {
                row.hide();
            }
        }
        self.asks
            .replace(detail.acts.iter().map(|act| act.asks.clone()).collect());
        if detail.title != self.shown.title {
            self.grid.scroll_up();
        }
        self.grid.set_rows(detail.facts.clone(), None);
        self.shown = detail;
        self.parent.layout();
        self.parent.redraw();
    }

    pub(super) fn says(&self) -> String {
        let facts: Vec<String> = self
            .shown
            .facts
            .iter()
            .map(|row| {
                let cells: Vec<&str> = row.cells.iter().map(|cell| cell.text.as_str()).collect();
                format!("  {}", cells.join(" | "))
            })
            .collect();
        let acts: Vec<&str> = self
            .shown
            .acts
            .iter()
            .map(|act| act.label.as_str())
            .collect();
        format!(
            "{}\n{}\n[{}]",
            self.title.label(),
            facts.join("\n"),
            acts.join("] [")
        )
    }
}
