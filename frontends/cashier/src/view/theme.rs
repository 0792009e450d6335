//! Colours, sizes and buttons: one place for how the window looks.

use std::cell::Cell;
use std::rc::Rc;

use fltk::button::Button;
use fltk::draw;
use fltk::enums::{Align, Color, Event, Font, FrameType, Key};
use fltk::prelude::{WidgetBase, WidgetExt};

use crate::model::Tone;

/// The size of ordinary text.
pub(crate) const TEXT: i32 = 13;
/// The size of less important text.
pub(crate) const SMALL: i32 = 11;
/// The size of headings.
pub(crate) const HEADING: i32 = 14;
/// The height of one line of text in a table.
pub(crate) const LINE: i32 = 18;
/// The space between the panes.
pub(crate) const GAP: i32 = 10;

/// Behind everything.
pub(crate) const GROUND: Color = Color::from_rgb(0xEE, 0xF1, 0xF5);
/// Behind tables and fields.
pub(crate) const PAPER: Color = Color::from_rgb(0xFF, 0xFF, 0xFF);
/// Every second row.
pub(crate) const STRIPE: Color = Color::from_rgb(0xF7, 0xF9, 0xFB);
/// Behind the titles of columns.
pub(crate) const HEAD: Color = Color::from_rgb(0xE2, 0xE7, 0xEE);
/// Lines around panes.
pub(crate) const EDGE: Color = Color::from_rgb(0xC5, 0xCD, 0xD8);
/// The row that is pointed at.
pub(crate) const CHOSEN: Color = Color::from_rgb(0xD3, 0xE4, 0xFB);
/// Buttons that matter most, and what has the keyboard.
pub(crate) const ACCENT: Color = Color::from_rgb(0x1B, 0x5F, 0xB4);
/// Behind a failure.
pub(crate) const ALARM: Color = Color::from_rgb(0xFD, 0xEC, 0xEA);
/// Ordinary text.
pub(crate) const INK: Color = Color::from_rgb(0x1E, 0x24, 0x30);
/// Less important text.
pub(crate) const FAINT: Color = Color::from_rgb(0x5B, 0x66, 0x77);

/// The colour of a meaning. Each keeps a contrast of 4.5 to 1 on paper (WCAG 2.2, 1.4.3).
pub(crate) fn colour(tone: Tone) -> Color {
    match tone {
        Tone::Plain | Tone::Strong => INK,
        Tone::Quiet => FAINT,
        Tone::Good => Color::from_rgb(0x14, 0x6C, 0x36),
        Tone::Busy => ACCENT,
        Tone::Warn => Color::from_rgb(0x8A, 0x50, 0x00),
        Tone::Bad => Color::from_rgb(0xB0, 0x22, 0x1A),
    }
}

/// The font of a meaning.
pub(crate) fn font(tone: Tone) -> Font {
    match tone {
        Tone::Strong => Font::HelveticaBold,
        Tone::Plain | Tone::Quiet | Tone::Good | Tone::Busy | Tone::Warn | Tone::Bad => {
            Font::Helvetica
        }
    }
}

/// Text as FLTK draws it: its `@` begins a symbol unless it is doubled.
pub(crate) fn shown(text: &str) -> String {
    text.replace('@', "@@")
}

/// How a button looks.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Look {
    /// What the window is for.
    Main,
    /// Everything else.
    Side,
}

/// A flat button with a label; a frame shows the keyboard, greyed when it cannot be pressed.
pub(crate) fn button(label: &str, look: Look) -> Button {
    let mut button = Button::default().with_label(label);
    button.set_label_size(TEXT);
    button.set_frame(FrameType::NoBox);
    // All of it is drawn here.
    button.super_draw(false);
    let hovered = Rc::new(Cell::new(false));
    let seen = Rc::clone(&hovered);
    button.draw(move |button| draw_button(button, look, seen.get()));
    button.handle(move |button, event| match event {
        Event::Enter | Event::Leave => {
            hovered.set(event == Event::Enter);
            button.redraw();
            true
        }
        Event::Focus | Event::Unfocus => {
            button.redraw();
            true
        }
        Event::KeyDown if matches!(fltk::app::event_key(), Key::Enter | Key::KPEnter) => {
            button.do_callback();
            true
        }
        _ => false,
    });
    button
}

fn draw_button(button: &Button, look: Look, hovered: bool) {
    let (x, y, w, h) = (button.x(), button.y(), button.w(), button.h());
    let (ground, ink) = match (button.active_r(), look) {
        (false, _) => (HEAD, Color::from_rgb(0x8A, 0x93, 0xA1)),
        (true, Look::Main) if hovered => (Color::from_rgb(0x15, 0x4C, 0x92), Color::White),
        (true, Look::Main) => (ACCENT, Color::White),
        (true, Look::Side) if hovered => (STRIPE, INK),
        (true, Look::Side) => (PAPER, INK),
    };
    let around = button.parent().map_or(GROUND, |parent| parent.color());
    draw::draw_rect_fill(x, y, w, h, around);
    draw::set_draw_color(ground);
    draw::draw_rounded_rectf(x, y, w, h, 5);
    draw::set_draw_color(EDGE);
    draw::draw_rounded_rect(x, y, w, h, 5);
    if button.has_focus() {
        draw::set_draw_color(match look {
            Look::Main => Color::White,
            Look::Side => ACCENT,
        });
        draw::draw_rounded_rect(x + 2, y + 2, w - 4, h - 4, 4);
    }
    draw::set_draw_color(ink);
    draw::set_font(Font::Helvetica, TEXT);
    draw::draw_text2(&shown(&button.label()), x, y, w, h, Align::Center);
}
