//! The window over the window that asks before something is done.

use fltk::app::Sender;
use fltk::button::Button;
use fltk::enums::{Align, CallbackTrigger, Font, FrameType};
use fltk::frame::Frame;
use fltk::group::{Flex, FlexType};
use fltk::input::Input;
use fltk::menu::Choice;
use fltk::prelude::{GroupExt, InputExt, MenuExt, WidgetBase, WidgetExt, WindowExt};
use fltk::window::Window;
use kantor_wire::{Act, Words};

use super::theme::{GAP, GROUND, HEADING, INK, LINE, Look, PAPER, TEXT, button, colour, shown};
use crate::message::{Answer, Asked, Message};
use crate::model::{About, Due, LEDGER_ACCOUNTS, Model, Question, Tone};

/// The width of the dialog.
const WIDTH: i32 = 560;
/// The height of a field or a button.
const FIELD: i32 = 32;

/// What a dialog shows and asks, made from the model alone.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub(crate) struct Form {
    /// What will be done.
    pub(crate) title: String,
    /// What the person should know before.
    pub(crate) text: String,
    /// The label and the choices of the list, when there is one.
    pub(crate) choice: Option<(String, Vec<String>)>,
    /// The label of the rate, when one is asked for.
    pub(crate) rate: Option<String>,
    /// The label of the reason, when one is asked for.
    pub(crate) reason: Option<String>,
    /// The button that does it.
    pub(crate) yes: String,
    /// The folder can be changed.
    pub(crate) folder: bool,
}

/// The form of a question.
pub(crate) fn form(model: &Model, about: &About) -> Form {
    match about {
        About::Export(due) => export_form(model, due),
        About::Act(Asked::OrderAct(order, act)) => order_form(model, order, *act),
        About::Act(Asked::Book(account, ordinal)) => {
            let words = model.words();
            line_form(
                model,
                (account, *ordinal),
                words.text("cashier.book"),
                (
                    words.text("cashier.ledger_account").to_owned(),
                    LEDGER_ACCOUNTS
                        .iter()
                        .map(|account| words.text(&format!("ledger.{account}")).to_owned())
                        .collect(),
                ),
            )
        }
        About::Act(Asked::Allocate(account, ordinal)) => {
            let words = model.words();
            let choices = model
                .line(account, *ordinal)
                .map(|line| model.allocation_choices(line))
                .unwrap_or_default();
            line_form(
                model,
                (account, *ordinal),
                words.text("cashier.allocate"),
                (
                    words.text("cashier.order").to_owned(),
                    choices.into_iter().map(|(_, label)| label).collect(),
                ),
            )
        }
    }
}

fn export_form(model: &Model, due: &[Due]) -> Form {
    let words = model.words();
    let mut text: Vec<String> = due
        .iter()
        .map(|due| {
            format!(
                "{}: {}, {}",
                due.name,
                words.count("count.transfers", due.count as u64),
                due.sum
            )
        })
        .collect();
    text.push(String::new());
    text.push(words.with(
        "cashier.into_folder",
        &[("folder", &model.folder.display().to_string())],
    ));
    Form {
        title: words.text("cashier.export_title").to_owned(),
        text: text.join("\n"),
        yes: words.text("cashier.export_yes").to_owned(),
        folder: true,
        ..Form::default()
    }
}

fn order_form(model: &Model, id: &str, act: Act) -> Form {
    let words = model.words();
    let name = words.text(&format!("act.{act}")).to_owned();
    let text = model.order(id).map_or_else(String::new, |order| {
        format!(
            "{}\n{} → {}\n{}",
            order.customer.name,
            words.amount(&order.gives),
            words.amount(&order.gets),
            words.text(&format!("cashier.warn_{act}"))
        )
    });
    let reference = model.order(id).map_or(id, |order| order.reference.as_str());
    Form {
        title: format!("{name}: {reference}"),
        text,
        rate: (act == Act::Reprice).then(|| words.text("cashier.new_rate").to_owned()),
        reason: Some(words.text("cashier.reason").to_owned()),
        yes: name,
        ..Form::default()
    }
}

fn line_form(model: &Model, key: (&str, u64), act: &str, choice: (String, Vec<String>)) -> Form {
    let words = model.words();
    let text = model.line(key.0, key.1).map_or_else(String::new, |line| {
        let title = line.remittance.clone().unwrap_or_default();
        let name = line.counterparty.name.clone().unwrap_or_default();
        format!("{}\n{name}\n{title}", words.amount(&line.amount))
    });
    Form {
        title: act.to_owned(),
        text,
        choice: Some(choice),
        reason: Some(words.text("cashier.reason").to_owned()),
        yes: act.to_owned(),
        ..Form::default()
    }
}

/// An open dialog.
pub(crate) struct Dialog {
    window: Window,
    form: Form,
    text: Frame,
    objection: Frame,
}

impl Dialog {
    /// Opens a dialog over the main window.
    pub(crate) fn open(
        model: &Model,
        question: &Question,
        over: &Window,
        sender: Sender<Message>,
    ) -> Dialog {
        let form = form(model, &question.about);
        let words = model.words();
        let lines = super::layout::line_count(&form.text, WIDTH - 4 * GAP);
        let fields = i32::from(form.choice.is_some())
            + i32::from(form.rate.is_some())
            + i32::from(form.reason.is_some());
        let height = LINE + 4 + lines * LINE + fields * (FIELD + GAP) + 2 * LINE + FIELD + 8 * GAP;
        let mut window = Window::new(
            over.x() + (over.w() - WIDTH) / 2,
            over.y() + (over.h() - height) / 3,
            WIDTH,
            height,
            "",
        );
        window.set_label(&form.title);
        window.set_color(GROUND);
        let mut column = Flex::new(0, 0, WIDTH, height, None).column();
        column.set_margin(2 * GAP);
        column.set_pad(GAP);
        let title = label(&form.title, Font::HelveticaBold, HEADING);
        column.fixed(&title, LINE + 4);
        let text = label(&form.text, Font::Helvetica, TEXT);
        let fields = Fields::build(&form, &mut column);
        let mut objection = label("", Font::Helvetica, TEXT);
        objection.set_label_color(colour(Tone::Bad));
        column.fixed(&objection, 2 * LINE);
        let buttons = buttons_row(&form, words, &fields, sender);
        column.fixed(&buttons, FIELD + 4);
        column.end();
        window.end();
        window.make_modal(true);
        window.set_callback(move |_| sender.send(Message::Dismissed));
        window.show();
        fields.take_focus();
        Dialog {
            window,
            form,
            text,
            objection,
        }
    }

    /// Shows what changed while the dialog is open: the folder, or why the answer is not enough.
    pub(crate) fn refresh(&mut self, model: &Model, question: &Question) {
        let form = form(model, &question.about);
        if form.text != self.form.text {
            self.text.set_label(&shown(&form.text));
            self.form = form;
        }
        let objection = question.objection.clone().unwrap_or_default();
        if self.objection.label() != objection {
            self.objection.set_label(&objection);
            self.window.redraw();
        }
    }

    /// Everything that it says.
    pub(crate) fn says(&self) -> String {
        let form = &self.form;
        let fields: Vec<&str> = [
            form.choice.as_ref().map(|(name, _)| name),
            form.rate.as_ref(),
            form.reason.as_ref(),
        ]
        .into_iter()
        .flatten()
        .map(String::as_str)
        .collect();
        format!(
            "{}\n{}\n{}\n{}\n[{}]",
            form.title,
            form.text,
            fields.join(" | "),
            self.objection.label(),
            form.yes
        )
    }

    /// Closes it for good.
    pub(crate) fn close(mut self) {
        self.window.hide();
        Window::delete(self.window);
    }
}

#[derive(Clone)]
struct Fields {
    choice: Option<Choice>,
    rate: Option<Input>,
    reason: Option<Input>,
}

impl Fields {
    fn build(form: &Form, column: &mut Flex) -> Fields {
        let choice = form.choice.as_ref().map(|(name, choices)| {
            let (row, mut choice) = labelled(name, Choice::default);
            choice.set_frame(FrameType::ThinDownBox);
            choice.set_color(PAPER);
            choice.set_text_size(TEXT);
            for text in choices {
                // The menu would read these as its own marks.
                choice.add_choice(&text.replace(['/', '|', '\\'], "·").replace('&', "&&"));
            }
            choice.set_value(if choices.len() == 1 { 0 } else { -1 });
            column.fixed(&row, FIELD);
            choice
        });
        let mut field = |name: &String| {
            let (row, mut input) = labelled(name, Input::default);
            input.set_frame(FrameType::ThinDownBox);
            input.set_color(PAPER);
            input.set_text_size(TEXT);
            column.fixed(&row, FIELD);
            input
        };
        let rate = form.rate.as_ref().map(&mut field);
        let reason = form.reason.as_ref().map(&mut field);
        Fields {
            choice,
            rate,
            reason,
        }
    }

    fn answer(&self) -> Answer {
        Answer {
            reason: self
                .reason
                .as_ref()
                .map(InputExt::value)
                .unwrap_or_default(),
            rate: self.rate.as_ref().map(InputExt::value).unwrap_or_default(),
            choice: self
                .choice
                .as_ref()
                .and_then(|choice| usize::try_from(choice.value()).ok()),
        }
    }

    fn take_focus(&self) {
        let first = self.rate.clone().or_else(|| self.reason.clone());
        // A field that cannot take the keyboard is reached with the mouse.
        match (self.choice.clone(), first) {
            (Some(mut choice), _) => drop(choice.take_focus()),
            (None, Some(mut input)) => drop(input.take_focus()),
            (None, None) => {}
        }
    }
}

fn labelled<W: WidgetExt>(name: &str, make: impl FnOnce() -> W) -> (Flex, W) {
    let mut row = Flex::default();
    row.set_type(FlexType::Row);
    let mut name = Frame::default().with_label(&shown(name));
    name.set_align(Align::Inside | Align::Left);
    name.set_label_size(TEXT);
    name.set_label_color(INK);
    row.fixed(&name, 130);
    let widget = make();
    row.end();
    (row, widget)
}

fn label(text: &str, font: Font, size: i32) -> Frame {
    let mut frame = Frame::default().with_label(&shown(text));
    frame.set_align(Align::Inside | Align::Left | Align::Top | Align::Wrap);
    frame.set_label_font(font);
    frame.set_label_size(size);
    frame.set_label_color(INK);
    frame
}

fn buttons_row(form: &Form, words: &Words, fields: &Fields, sender: Sender<Message>) -> Flex {
    let mut row = Flex::default();
    row.set_type(FlexType::Row);
    row.set_pad(GAP);
    if form.folder {
        let mut folder = button(words.text("cashier.change_folder"), Look::Side);
        folder.set_callback(move |_| sender.send(Message::ChangeFolder));
        row.fixed(&folder, 170);
    }
    Frame::default();
    let mut no = button(words.text("cashier.dismiss"), Look::Side);
    no.set_callback(move |_| sender.send(Message::Dismissed));
    row.fixed(&no, 110);
    let mut yes: Button = button(&form.yes, Look::Main);
    let answered = fields.clone();
    yes.set_callback(move |_| sender.send(Message::Answered(answered.answer())));
    row.fixed(&yes, 190);
    row.end();
    if form.reason.is_none() && form.choice.is_none() {
        let _ = yes.take_focus();
    }
    // Return in a field answers, as the button does.
    for input in [&fields.rate, &fields.reason].into_iter().flatten() {
        let answered = fields.clone();
        let mut input = input.clone();
        input.set_trigger(CallbackTrigger::EnterKeyAlways);
        input.set_callback(move |_| sender.send(Message::Answered(answered.answer())));
    }
    row
}
