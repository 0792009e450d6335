//! The message of a failure at the top of the window, until it is read.

use fltk::app::Sender;
use fltk::button::Button;
use fltk::enums::{Align, CallbackTrigger, FrameType};
use fltk::frame::Frame;
use fltk::group::{Flex, FlexType};
use fltk::prelude::{GroupExt, WidgetExt};
use kantor_wire::Words;

use super::layout::line_count;
use super::section::heading_frame;
use super::theme::{ALARM, GAP, INK, LINE, Look, TEXT, button, colour, shown};
use crate::message::Message;
use crate::model::{Model, Tone};

/// The message of a failure, until it is read.
pub(super) struct Banner {
    row: Flex,
    parent: Flex,
    title: Frame,
    text: Frame,
    read: Button,
}

impl Banner {
    pub(super) fn build(parent: &mut Flex, words: &Words, sender: Sender<Message>) -> Banner {
        let mut row = Flex::default();
        row.set_type(FlexType::Row);
        row.set_frame(FrameType::FlatBox);
        row.set_color(ALARM);
        row.set_margin(GAP);
        let mut texts = Flex::default().column();
        texts.set_pad(2);
        let mut title = heading_frame();
        title.set_label_color(colour(Tone::Bad));
        texts.fixed(&title, LINE + 4);
        let mut text = Frame::default();
        text.set_align(Align::Inside | Align::Left | Align::Top | Align::Wrap);
        text.set_label_size(TEXT);
        text.set_label_color(INK);
        texts.end();
        let mut side = Flex::default().column();
        side.set_color(ALARM);
        let mut read = button(words.text("cashier.close"), Look::Side);
        read.set_trigger(CallbackTrigger::Release);
        read.set_callback(move |_| sender.send(Message::FaultRead));
        side.fixed(&read, 30);
        Frame::default();
        side.end();
        row.fixed(&side, 100);
        row.end();
        row.hide();
        Banner {
            row,
            parent: parent.clone(),
            title,
            text,
            read,
        }
    }

    pub(super) fn show(&mut self, model: &Model) {
        self.read.set_label(model.words().text("cashier.close"));
        match &model.fault {
            Some(fault) => {
                self.title.set_label(&shown(&fault.title));
                self.text.set_label(&shown(&fault.text));
                let lines = line_count(&fault.text, self.parent.w() - 160);
                let height = (lines + 1) * LINE + 3 * GAP;
                self.parent.fixed(&self.row, height.min(260));
                self.row.show();
            }
            None => self.row.hide(),
        }
        self.parent.layout();
        self.parent.redraw();
    }

    pub(super) fn says(&self) -> String {
        if self.row.visible() {
            format!("{}\n{}", self.title.label(), self.text.label())
        } else {
            String::new()
        }
    }
}
