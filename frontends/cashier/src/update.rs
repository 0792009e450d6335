//! What each message does to the model, and what it asks for in return. Nothing here draws, waits
//! or talks to anybody.

use std::path::PathBuf;

use kantor_desk::ApiError;
use kantor_wire::{Act, OrderView};

use crate::explain;
use crate::message::{Answer, Asked, Effect, Message, Snapshot, Subject};
use crate::model::{About, Connection, LEDGER_ACCOUNTS, Model, Question, Tone};
use crate::report::{done_text, export_failed, exported, fail, import_failed, report_import};

/// Lets a message happen.
pub fn update(model: &mut Model, message: Message) -> Vec<Effect> {
    match message {
        Message::LoadStatements => when_free(model, |_| vec![Effect::ChooseStatements]),
        Message::StatementsChosen(paths) => when_free(model, |model| import(model, paths)),
        Message::WriteTransfers => when_free(model, ask_export),
        Message::ChangeFolder => vec![Effect::ChooseFolder(model.folder.clone())],
        Message::FolderChosen(folder) => {
            model.folder = folder;
            Vec::new()
        }
        Message::Refresh => vec![Effect::Load],
        Message::Selected(subject) => {
            model.selected = Some(subject);
            whole_story(model)
        }
        Message::Ask(asked) => when_free(model, |model| {
            model.question = Some(Question {
                about: About::Act(asked),
                objection: None,
            });
            Vec::new()
        }),
        Message::Answered(answer) => answered(model, &answer),
        Message::Dismissed => {
            model.question = None;
            Vec::new()
        }
        Message::FaultRead => {
            model.fault = None;
            Vec::new()
        }
        Message::FetchFile(batch) => when_free(model, |model| {
            model.busy = Some(model.words().text("cashier.busy_export").to_owned());
            vec![Effect::Fetch(batch, model.folder.clone())]
        }),
        Message::Copied(text) => {
            let said = model.words().with("cashier.copied", &[("text", &text)]);
            model.note(Tone::Quiet, said);
            Vec::new()
        }
        Message::Speak(language) => {
            model.language = language;
            Vec::new()
        }
        Message::Loaded(snapshot) => {
            loaded(model, *snapshot);
            whole_story(model)
        }
        Message::OrderLoaded(order) => {
            if let Some(known) = model.orders.iter_mut().find(|known| known.id == order.id) {
                *known = *order;
            }
            Vec::new()
        }
        Message::Disconnected(error) => {
            disconnected(model, &error);
            Vec::new()
        }
        Message::Imported(imported) => {
            report_import(model, &imported);
            Vec::new()
        }
        Message::ImportFailed(path, error) => {
            import_failed(model, &path, &error);
            Vec::new()
        }
        Message::Exported(file) => {
            exported(model, &file);
            Vec::new()
        }
        Message::ExportFailed(account, error) => {
            export_failed(model, &account, &error);
            Vec::new()
        }
        Message::Done(what) => {
            let text = done_text(model, "done", &what);
            model.note(Tone::Good, text);
            Vec::new()
        }
        Message::Refused(what, error) => {
            let title = done_text(model, "refused", &what);
            let text = explain::api(model.words(), &error);
            fail(model, title, text);
            Vec::new()
        }
        Message::Idle => {
            model.busy = None;
            Vec::new()
        }
    }
}

/// One thing at a time: while the desk works or a question is open, nothing new is begun.
fn when_free(model: &mut Model, act: impl FnOnce(&mut Model) -> Vec<Effect>) -> Vec<Effect> {
    if model.busy.is_some() || model.question.is_some() {
        return Vec::new();
    }
    act(model)
}

fn import(model: &mut Model, paths: Vec<PathBuf>) -> Vec<Effect> {
    if paths.is_empty() {
        return Vec::new();
    }
    model.busy = Some(model.words().text("cashier.busy_import").to_owned());
    model.fault = None;
    vec![Effect::Import(paths)]
}

fn ask_export(model: &mut Model) -> Vec<Effect> {
    let due = model.due();
    if due.is_empty() {
        let text = model.words().text("cashier.nothing_due").to_owned();
        model.note(Tone::Plain, text);
        return Vec::new();
    }
    model.question = Some(Question {
        about: About::Export(due),
        objection: None,
    });
    Vec::new()
}

fn answered(model: &mut Model, answer: &Answer) -> Vec<Effect> {
    let Some(question) = model.question.take() else {
        return Vec::new();
    };
    let effect = match &question.about {
        About::Export(due) => Ok(Effect::Export(
            due.iter()
                .map(|due| (due.account.clone(), due.name.clone()))
                .collect(),
            model.folder.clone(),
        )),
        About::Act(asked) => act(model, asked, answer),
    };
    match effect {
        Ok(effect) => {
            let busy = match effect {
                Effect::Export(..) => "cashier.busy_export",
                _ => "cashier.busy_act",
            };
            model.busy = Some(model.words().text(busy).to_owned());
            model.fault = None;
            vec![effect]
        }
        Err(objection) => {
            model.question = Some(Question {
                objection: Some(model.words().text(objection).to_owned()),
                ..question
            });
            Vec::new()
        }
    }
}

/// The effect of an answer, or the key of the words that say what it lacks.
fn act(model: &Model, asked: &Asked, answer: &Answer) -> Result<Effect, &'static str> {
    let reason = answer.reason.trim().to_owned();
    if reason.is_empty() {
        return Err("cashier.objection_reason");
    }
    match asked {
        Asked::OrderAct(order, act) => {
            let rate = answer.rate.trim().replace(',', ".");
            if *act == Act::Reprice && !is_rate(&rate) {
                return Err("cashier.objection_rate");
            }
            Ok(Effect::OrderAct {
                reference: model
                    .order(order)
                    .map_or_else(|| order.clone(), |order| order.reference.clone()),
                order: order.clone(),
                act: *act,
                rate,
                reason,
            })
        }
        Asked::Book(account, ordinal) => {
            let ledger_account = answer
                .choice
                .and_then(|choice| LEDGER_ACCOUNTS.get(choice))
                .ok_or("cashier.objection_ledger")?;
            Ok(Effect::Book {
                account: account.clone(),
                ordinal: *ordinal,
                ledger_account: (*ledger_account).to_owned(),
                reason,
            })
        }
        Asked::Allocate(account, ordinal) => {
            let choices = model
                .line(account, *ordinal)
                .map(|line| model.allocation_choices(line))
                .unwrap_or_default();
            let (order, _) = answer
                .choice
                .and_then(|choice| choices.get(choice))
                .ok_or("cashier.objection_order")?;
            Ok(Effect::Allocate {
                account: account.clone(),
                ordinal: *ordinal,
                reference: model
                    .order(order)
                    .map_or_else(|| order.clone(), |order| order.reference.clone()),
                order: order.clone(),
                reason,
            })
        }
    }
}

/// Digits with at most one point, and not nothing; the office checks the rest.
fn is_rate(text: &str) -> bool {
    text.bytes().any(|byte| matches!(byte, b'1'..=b'9'))
        && text
            .bytes()
            .all(|byte| byte.is_ascii_digit() || byte == b'.')
        && text.bytes().filter(|byte| *byte == b'.').count() <= 1
}

fn loaded(model: &mut Model, snapshot: Snapshot) {
    if model.connection == Connection::Down {
        let text = model.words().text("cashier.connected_again").to_owned();
        model.note(Tone::Good, text);
        model.fault = None;
    }
    model.connection = Connection::Up;
    model.office = Some(snapshot.office);
    let before = std::mem::replace(&mut model.orders, snapshot.orders);
    keep_histories(&mut model.orders, before);
    model.orders.sort_by(|one, other| {
        urgency(one)
            .cmp(&urgency(other))
            .then_with(|| other.placed_at.cmp(&one.placed_at))
    });
    model.accounts = snapshot.accounts;
    model.suspense = snapshot.suspense;
    model.payouts = snapshot.payouts;
    model.batches = snapshot.batches;
    if !model.selected.as_ref().is_some_and(|s| exists(model, s)) {
        model.selected = None;
    }
    let vanished = match &model.question {
        Some(Question {
            about: About::Act(Asked::Book(account, ordinal) | Asked::Allocate(account, ordinal)),
            ..
        }) => model.line(account, *ordinal).is_none(),
        Some(Question {
            about: About::Act(Asked::OrderAct(order, act)),
            ..
        }) => !model
            .order(order)
            .is_some_and(|order| order.allowed_acts.contains(act)),
        Some(Question {
            about: About::Export(_),
            ..
        })
        | None => false,
    };
    if vanished {
        model.question = None;
        let text = model.words().text("cashier.overtaken").to_owned();
        model.note(Tone::Warn, text);
    }
}

/// The list leaves histories out: what was asked for before stays until it is asked for again.
fn keep_histories(orders: &mut [OrderView], before: Vec<OrderView>) {
    for known in before {
        if known.history.is_empty() {
            continue;
        }
        if let Some(order) = orders
            .iter_mut()
            .find(|order| order.id == known.id && order.history.is_empty())
        {
            order.history = known.history;
        }
    }
}

/// The order that is pointed at is shown with its history.
fn whole_story(model: &Model) -> Vec<Effect> {
    match &model.selected {
        Some(Subject::Order(id)) => vec![Effect::LoadOrder(id.clone())],
        Some(Subject::Line(..) | Subject::Payout(_) | Subject::Account(_)) | None => Vec::new(),
    }
}

fn exists(model: &Model, subject: &Subject) -> bool {
    match subject {
        Subject::Order(id) => model.order(id).is_some(),
        Subject::Line(account, ordinal) => model.line(account, *ordinal).is_some(),
        Subject::Payout(id) => model.payouts.iter().any(|payout| payout.id == *id),
        Subject::Account(id) => model.account(id).is_some(),
    }
}

/// What needs a person comes first, what is over comes last.
fn urgency(order: &OrderView) -> u8 {
    use kantor_wire::OrderState::{
        AwaitingConsent, AwaitingFunds, Cancelled, Completed, Expired, Funded, Held, PayingOut,
        Refunded, Refunding,
    };
    match order.state {
        Held => 0,
        Funded => 1,
        AwaitingFunds | AwaitingConsent => 2,
        PayingOut | Refunding => 3,
        Completed | Refunded | Expired | Cancelled => 4,
    }
}

fn disconnected(model: &mut Model, error: &ApiError) {
    if model.connection == Connection::Down {
        return;
    }
    model.connection = Connection::Down;
    let title = model.words().text("cashier.no_connection").to_owned();
    let text = explain::api(model.words(), error);
    fail(model, title, text);
}
