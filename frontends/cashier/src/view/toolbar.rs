//! What the window is for, at its top: load, write, refresh; and whether the office answers.

use fltk::app::Sender;
use fltk::button::Button;
use fltk::enums::{Align, Key, Shortcut};
use fltk::frame::Frame;
use fltk::group::Flex;
use fltk::prelude::{ButtonExt, GroupExt, WidgetExt};
use kantor_wire::{Language, Words};

use super::section::quiet_frame;
use super::theme::{GAP, Look, button, colour, shown};
use crate::message::Message;
use crate::model::{Connection, Model, Tone};

/// The height of the toolbar.
const HEIGHT: i32 = 38;

pub(super) struct Toolbar {
    load: Button,
    write: Button,
    refresh: Button,
    status: Frame,
    language: Button,
}

impl Toolbar {
    pub(super) fn build(parent: &mut Flex, words: &Words, sender: Sender<Message>) -> Toolbar {
        let mut row = Flex::default().row();
        row.set_pad(GAP);
        let mut load = button(words.text("cashier.load"), Look::Main);
        load.set_shortcut(Shortcut::Ctrl | 'o');
        load.set_callback(move |_| sender.send(Message::LoadStatements));
        row.fixed(&load, 232);
        let mut write = button(words.text("cashier.write"), Look::Main);
        write.set_shortcut(Shortcut::Ctrl | 'e');
        write.set_callback(move |_| sender.send(Message::WriteTransfers));
        row.fixed(&write, 252);
        let mut refresh = button(words.text("cashier.refresh"), Look::Side);
        refresh.set_shortcut(Shortcut::from_key(Key::F5));
        refresh.set_callback(move |_| sender.send(Message::Refresh));
        row.fixed(&refresh, 128);
        let mut status = quiet_frame();
        status.set_align(Align::Inside | Align::Right | Align::Clip);
        let mut language = button(words.text("language.other"), Look::Side);
        language.set_callback(move |button| {
            // The button is labelled with the language that it switches to.
            let to = match button.label().as_str() {
                "English" => Language::En,
                _ => Language::Pl,
            };
            sender.send(Message::Speak(to));
        });
        row.fixed(&language, 88);
        row.end();
        parent.fixed(&row, HEIGHT);
        Toolbar {
            load,
            write,
            refresh,
            status,
            language,
        }
    }

    pub(super) fn show(&mut self, model: &Model) {
        let words = model.words();
        for (button, key) in [
            (&mut self.load, "cashier.load"),
            (&mut self.write, "cashier.write"),
            (&mut self.refresh, "cashier.refresh"),
            (&mut self.language, "language.other"),
        ] {
            button.set_label(words.text(key));
        }
        for button in [&mut self.load, &mut self.write] {
            if model.busy.is_none() {
                button.activate();
            } else {
                button.deactivate();
            }
        }
        let (tone, text) = status(model);
        self.status.set_label(&shown(&text));
        self.status.set_label_color(colour(tone));
        self.status.redraw();
    }

    pub(super) fn says(&self) -> String {
        format!(
            "{} {} {} {} {}",
            self.load.label(),
            self.write.label(),
            self.refresh.label(),
            self.status.label(),
            self.language.label()
        )
    }
}

/// Whether the office answers, who works here, and what is being done.
fn status(model: &Model) -> (Tone, String) {
    let words = model.words();
    if let Some(busy) = &model.busy {
        return (Tone::Busy, format!("◌ {busy}"));
    }
    match (&model.connection, &model.office) {
        (Connection::Up, Some(office)) => (
            Tone::Good,
            format!(
                "● {} · {} · {}",
                words.text("cashier.connected"),
                office.principal,
                words.text(&format!("role.{}", office.role))
            ),
        ),
        (Connection::Down, _) => (
            Tone::Bad,
            format!("○ {}", words.text("cashier.disconnected")),
        ),
        (Connection::Opening | Connection::Up, _) => (
            Tone::Quiet,
            format!("◌ {}", words.text("cashier.connecting")),
        ),
    }
}
