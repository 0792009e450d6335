//! The window: widgets made once, filled from the model after every message. Nothing is decided
//! here; every press becomes a message.

mod banner;
mod detail_pane;
mod dialog;
mod grid;
mod layout;
mod paint;
mod section;
mod theme;
mod toolbar;

use fltk::app::{self, Sender};
use fltk::enums::{Event, Key};
use fltk::group::Flex;
use fltk::prelude::{GroupExt, WidgetBase, WidgetExt, WindowExt};
use fltk::window::Window;
use kantor_wire::Words;

use self::banner::Banner;
use self::detail_pane::DetailPane;
use self::dialog::Dialog;
use self::section::{
    Section, balances_grid, journal_grid, orders_grid, payouts_grid, suspense_grid,
};
use self::theme::{GAP, GROUND};
use self::toolbar::Toolbar;
use crate::message::Message;
use crate::model::{Model, Question};
use crate::rows;

/// The smallest window in which everything can be read.
const SMALLEST: (i32, i32) = (1080, 680);
/// The size at the start.
const SIZE: (i32, i32) = (1320, 860);
/// The width of the right side.
const SIDE: i32 = 500;

/// The window and its widgets.
pub(crate) struct View {
    window: Window,
    toolbar: Toolbar,
    banner: Banner,
    orders: Section,
    suspense: Section,
    payouts: Section,
    right: Flex,
    balances: Section,
    detail: DetailPane,
    journal: Section,
    dialog: Option<(Question, Dialog)>,
    sender: Sender<Message>,
}

impl View {
    /// Opens the window.
    pub(crate) fn open(model: &Model, sender: Sender<Message>) -> View {
        let (red, green, blue) = GROUND.to_rgb();
        app::background(red, green, blue);
        let mut window = Window::default().with_size(SIZE.0, SIZE.1);
        window.set_color(GROUND);
        window.set_xclass("kantor-cashier");
        let mut all = Flex::default_fill().column();
        all.set_margin(GAP);
        all.set_pad(GAP);
        let toolbar = Toolbar::build(&mut all, model.words(), sender);
        let banner = Banner::build(&mut all, model.words(), sender);
        let mut middle = Flex::default().row();
        middle.set_pad(GAP);
        let mut left = Flex::default().column();
        left.set_pad(GAP / 2);
        let orders = Section::build(&mut left, orders_grid());
        let suspense = Section::build_fixed(&mut left, suspense_grid(), 150);
        let payouts = Section::build_fixed(&mut left, payouts_grid(), 150);
        left.end();
        let mut right = Flex::default().column();
        right.set_pad(GAP / 2);
        let balances = Section::build_fixed(&mut right, balances_grid(), 150);
        let detail = DetailPane::build(&mut right, sender);
        right.end();
        middle.fixed(&right, SIDE);
        middle.end();
        let mut bottom = Flex::default().column();
        bottom.set_pad(GAP / 2);
        let journal = Section::build(&mut bottom, journal_grid());
        bottom.end();
        all.fixed(&bottom, 124);
        all.end();
        window.end();
        window.make_resizable(true);
        window.size_range(SMALLEST.0, SMALLEST.1, 0, 0);
        share_space(&mut window, &middle, [&left, &right], [&suspense, &payouts]);
        window.set_callback(move |window| close_asked(window, sender));
        window.show();
        let mut view = View {
            window,
            toolbar,
            banner,
            orders,
            suspense,
            payouts,
            right,
            balances,
            detail,
            journal,
            dialog: None,
            sender,
        };
        for section in [
            &mut view.orders,
            &mut view.suspense,
            &mut view.payouts,
            &mut view.balances,
        ] {
            section.tell(sender);
        }
        view.show(model);
        view
    }

    /// Shows the model.
    pub(crate) fn show(&mut self, model: &Model) {
        let words = model.words();
        let name = model.office.as_ref().map(|office| office.name.as_str());
        self.window.set_label(&match name {
            Some(name) => format!("{name} – {}", words.text("cashier.window")),
            None => words.text("cashier.window").to_owned(),
        });
        self.toolbar.show(model);
        self.banner.show(model);
        self.show_tables(model);
        self.detail.show(model);
        self.show_dialog(model);
    }

    fn show_tables(&mut self, model: &Model) {
        let words = model.words();
        let chosen = model.selected.as_ref();
        self.orders
            .title(words, "cashier.orders", model.orders.len());
        self.orders.grid.set_titles(&titles(
            words,
            &["reference", "customer", "gives", "gets", "state", "until"],
        ));
        self.orders
            .grid
            .set_empty(words.text(if model.office.is_some() {
                "cashier.no_orders"
            } else {
                "cashier.not_loaded"
            }));
        self.orders.grid.set_rows(rows::orders(model), chosen);

        self.suspense
            .title(words, "cashier.suspense", model.suspense.len());
        self.suspense.grid.set_titles(&titles(
            words,
            &["day", "amount", "from", "title", "question"],
        ));
        self.suspense
            .grid
            .set_empty(words.text("cashier.no_suspense"));
        self.suspense.grid.set_rows(rows::suspense(model), chosen);

        let payouts = rows::payouts(model);
        self.payouts.title(words, "cashier.payouts", payouts.len());
        self.payouts.grid.set_titles(&titles(
            words,
            &["account", "reference", "payee", "amount", "state"],
        ));
        self.payouts
            .grid
            .set_empty(words.text("cashier.no_payouts"));
        self.payouts.grid.set_rows(payouts, chosen);

        self.balances
            .title(words, "cashier.balances", model.accounts.len());
        self.balances.grid.set_titles(&titles(
            words,
            &["account", "booked", "available", "waiting"],
        ));
        self.balances
            .grid
            .set_empty(words.text("cashier.no_accounts"));
        let balances = rows::balances(model);
        // Balances are always in view: the table grows with the accounts, up to a third.
        let wanted = self.balances.grid.height_of(balances.len());
        let most = self.window.h() / 3;
        self.right
            .fixed(self.balances.grid.widget(), wanted.clamp(100, most));
        self.right.layout();
        self.balances.grid.set_rows(balances, chosen);

        self.journal.heading(words.text("cashier.journal"));
        self.journal
            .grid
            .set_empty(words.text("cashier.no_journal"));
        self.journal.grid.set_rows(rows::journal(model), None);
    }

    fn show_dialog(&mut self, model: &Model) {
        let same = match (&self.dialog, &model.question) {
            (Some((open, _)), Some(question)) => open.about == question.about,
            (None, None) => true,
            (Some(_), None) | (None, Some(_)) => false,
        };
        if !same && let Some((_, dialog)) = self.dialog.take() {
            dialog.close();
        }
        let Some(question) = &model.question else {
            return;
        };
        match &mut self.dialog {
            Some((_, dialog)) => dialog.refresh(model, question),
            None => {
                let dialog = Dialog::open(model, question, &self.window, self.sender);
                self.dialog = Some((question.clone(), dialog));
            }
        }
    }

    /// Everything that stands in the window, for tests and for a report of a problem: the title of
    /// each pane, then its rows with cells apart by ` | `.
    pub(crate) fn transcript(&self) -> String {
        let mut text = vec![self.window.label(), self.toolbar.says(), self.banner.says()];
        for section in [
            &self.orders,
            &self.suspense,
            &self.payouts,
            &self.balances,
            &self.journal,
        ] {
            text.push(section.says());
        }
        text.push(self.detail.says());
        if let Some((_, dialog)) = &self.dialog {
            text.push(dialog.says());
        }
        text.join("\n")
    }

    /// Where on the screen the middle of the first row stands that says this text.
    pub(crate) fn row_of(&self, text: &str) -> Option<(i32, i32)> {
        [&self.orders, &self.suspense, &self.payouts, &self.balances]
            .iter()
            .find_map(|section| section.grid.row_of(text))
            .map(|(x, y)| (x + self.window.x_root(), y + self.window.y_root()))
    }
}

/// The tables under the orders take a sixth of the window's height each, the right side three
/// eighths of its width.
fn share_space(window: &mut Window, middle: &Flex, sides: [&Flex; 2], sections: [&Section; 2]) {
    let tables = sections.map(|section| section.grid.widget().clone());
    let [mut left, right] = sides.map(Flex::clone);
    let mut middle = middle.clone();
    window.resize_callback(move |_, _, _, width, height| {
        for table in &tables {
            left.fixed(table, (height / 6).clamp(110, 240));
        }
        middle.fixed(&right, (width * 3 / 8).clamp(430, 700));
        middle.layout();
        left.layout();
        right.layout();
    });
}

/// The close button closes; Escape only puts away a message that was read.
fn close_asked(window: &mut Window, sender: Sender<Message>) {
    if app::event() == Event::Shortcut && app::event_key() == Key::Escape {
        sender.send(Message::FaultRead);
    } else {
        window.hide();
    }
}

fn titles<'a>(words: &'a Words, names: &[&str]) -> Vec<&'a str> {
    names
        .iter()
        .map(|name| words.find(&format!("cashier.column_{name}")).unwrap_or("?"))
        .collect()
}
