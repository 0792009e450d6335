//! The pane beside the tables: everything about what the person points at, and what can be done
//! with it at its stage. Made from the model alone.

use kantor_wire::{Act, LineView, OrderView, PayoutView};

use crate::message::{Asked, Message, Subject};
use crate::model::{Model, Tone};
use crate::rows::{Cell, Row, line_day, order_state, payout_state};
use crate::text::{account_number, clock};

/// What the pane shows.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Detail {
    /// What it is about; empty when nothing is pointed at.
    pub title: String,
    /// Label and value, line by line; a line whose label alone is filled is a heading.
    pub facts: Vec<Row>,
    /// What can be done.
    pub acts: Vec<Choice>,
}

/// Something that can be done with it.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Choice {
    /// The button's word.
    pub label: String,
    /// What it asks for.
    pub asks: Asks,
}

/// What a button of the pane asks for.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Asks {
    /// A question comes first.
    First(Asked),
    /// The transfer file of a batch once more.
    Fetch(String),
}

impl Asks {
    /// The message of a press.
    pub fn message(&self) -> Message {
        match self {
            Asks::First(asked) => Message::Ask(asked.clone()),
            Asks::Fetch(batch) => Message::FetchFile(batch.clone()),
        }
    }
}

/// The pane for what the model points at.
pub fn detail(model: &Model) -> Detail {
    match &model.selected {
        Some(Subject::Order(id)) => model.order(id).map(|order| of_order(model, order)),
        Some(Subject::Line(account, ordinal)) => model
            .line(account, *ordinal)
            .map(|line| of_line(model, line)),
        Some(Subject::Payout(id)) => model
            .payouts
            .iter()
            .find(|payout| payout.id == *id)
            .map(|payout| of_payout(model, payout)),
        Some(Subject::Account(id)) => of_account(model, id),
        None => None,
    }
    .unwrap_or_default()
}

/// Collects facts with the labels of one language.
struct Facts<'a> {
    model: &'a Model,
    rows: Vec<Row>,
}

impl<'a> Facts<'a> {
    fn new(model: &'a Model) -> Facts<'a> {
        Facts {
            model,
            rows: Vec::new(),
        }
    }

    fn heading(&mut self, key: &str) {
        self.rows.push(Row {
            subject: None,
            cells: vec![
                Cell::of(Tone::Strong, self.model.words().text(key)),
                Cell::plain(""),
            ],
        });
    }

    fn labelled(&mut self, label: &str, value: Cell) {
        if !value.text.is_empty() {
            self.rows.push(Row {
                subject: None,
                cells: vec![Cell::of(Tone::Quiet, label), value],
            });
        }
    }

    fn fact(&mut self, key: &str, value: impl Into<String>) {
        self.cell(key, Cell::plain(value));
    }

    fn cell(&mut self, key: &str, value: Cell) {
        let label = self.model.words().text(key).to_owned();
        self.labelled(&label, value);
    }
}

fn with_bank(iban: &str, bank: Option<&str>) -> String {
    match bank {
        Some(bank) => format!("{} ({bank})", account_number(iban)),
        None => account_number(iban),
    }
}

fn of_order(model: &Model, order: &OrderView) -> Detail {
    let words = model.words();
    let now = model.office.as_ref().map(|office| office.now.as_str());
    let mut facts = Facts::new(model);
    facts.cell("cashier.state", order_state(words, order));
    facts.fact("cashier.customer", &order.customer.name);
    facts.fact("cashier.gives", words.amount(&order.gives));
    facts.fact("cashier.gets", words.amount(&order.gets));
    facts.fact(
        "cashier.rate",
        format!(
            "1 {} = {} {}",
            order.rate.base,
            words.number(&order.rate.value),
            order.rate.quote
        ),
    );
    facts.fact("cashier.placed", clock(&order.placed_at, now));
    facts.heading("cashier.pay_in");
    facts.fact("cashier.received", words.amount(&order.received));
    facts.fact(
        "cashier.to_account",
        with_bank(&order.pay_in.iban, order.pay_in.bank.as_deref()),
    );
    facts.fact(
        "cashier.from_account",
        with_bank(&order.payer.iban, order.payer.bank.as_deref()),
    );
    facts.fact("cashier.title", &order.pay_in.title);
    facts.fact("cashier.deadline", clock(&order.pay_in.deadline, now));
    facts.heading("cashier.pay_out");
    facts.fact(
        "cashier.to_account",
        with_bank(&order.payee.iban, order.payee.bank.as_deref()),
    );
    for payout in &order.payouts {
        let state = payout_state(words, payout);
        facts.labelled(
            &payout.reference,
            Cell::of(
                state.tone,
                format!("{} · {}", words.amount(&payout.amount), state.text),
            ),
        );
    }
    facts.heading("cashier.history");
    for line in &order.history {
        facts.labelled(&clock(&line.at, now), Cell::plain(words.say(&line.what)));
    }
    Detail {
        title: format!("{} {}", words.text("cashier.order"), order.reference),
        facts: facts.rows,
        acts: Act::ALL
            .iter()
            .filter(|act| order.allowed_acts.contains(act))
            .map(|act| Choice {
                label: words.text(&format!("act.{act}")).to_owned(),
                asks: Asks::First(Asked::OrderAct(order.id.clone(), *act)),
            })
            .collect(),
    }
}

fn of_line(model: &Model, line: &LineView) -> Detail {
    let words = model.words();
    let mut facts = Facts::new(model);
    facts.cell(
        "cashier.question",
        Cell::of(Tone::Warn, words.say(&line.question)),
    );
    facts.fact("cashier.amount", words.amount(&line.amount));
    facts.fact("cashier.day", line_day(line));
    facts.fact("cashier.account", model.account_name(&line.account));
    facts.fact("cashier.place", line.ordinal.to_string());
    facts.heading("cashier.counterparty");
    facts.fact(
        "cashier.name",
        line.counterparty.name.clone().unwrap_or_default(),
    );
    facts.fact(
        "cashier.from_account",
        line.counterparty
            .account
            .as_deref()
            .map(account_number)
            .unwrap_or_default(),
    );
    facts.fact("cashier.title", line.remittance.clone().unwrap_or_default());
    if !line.candidates.is_empty() {
        facts.heading("cashier.candidates");
        for candidate in &line.candidates {
            facts.labelled(
                &candidate.reference,
                Cell::plain(format!(
                    "{}: {}",
                    candidate.customer,
                    words.say(&candidate.why)
                )),
            );
        }
    }
    let key = (line.account.clone(), line.ordinal);
    Detail {
        title: words.text("cashier.line").to_owned(),
        facts: facts.rows,
        acts: vec![
            Choice {
                label: words.text("cashier.allocate").to_owned(),
                asks: Asks::First(Asked::Allocate(key.0.clone(), key.1)),
            },
            Choice {
                label: words.text("cashier.book").to_owned(),
                asks: Asks::First(Asked::Book(key.0, key.1)),
            },
        ],
    }
}

fn of_payout(model: &Model, payout: &PayoutView) -> Detail {
    let words = model.words();
    let mut facts = Facts::new(model);
    facts.cell("cashier.state", payout_state(words, payout));
    facts.fact("cashier.amount", words.amount(&payout.amount));
    facts.fact(
        "cashier.kind",
        words.text(&format!("payout_kind.{}", payout.kind)),
    );
    facts.fact("cashier.payee", &payout.payee_name);
    facts.fact("cashier.to_account", account_number(&payout.payee_iban));
    facts.fact("cashier.account", model.account_name(&payout.account));
    if let Some(order) = model.order(&payout.order) {
        facts.fact("cashier.order", &order.reference);
    }
    let batch = payout
        .batch
        .as_ref()
        .and_then(|id| model.batches.iter().find(|batch| batch.id == *id));
    let mut acts = Vec::new();
    if let Some(batch) = batch {
        facts.heading("cashier.batch");
        facts.fact(
            "cashier.state",
            words.text(&format!("batch_state.{}", batch.state)),
        );
        facts.fact("cashier.day", &batch.date);
        facts.fact(
            "cashier.sum",
            format!(
                "{} · {}",
                words.count("count.transfers", batch.count),
                words.amount(&batch.sum)
            ),
        );
        if let Some(file) = &batch.file {
            facts.fact("cashier.file", &file.name);
            facts.fact("cashier.hash", &file.sha256);
            acts.push(Choice {
                label: words.text("cashier.fetch").to_owned(),
                asks: Asks::Fetch(batch.id.clone()),
            });
        }
    }
    Detail {
        title: format!("{} {}", words.text("cashier.payout"), payout.reference),
        facts: facts.rows,
        acts,
    }
}

fn of_account(model: &Model, id: &str) -> Option<Detail> {
    let account = model.account(id)?;
    let words = model.words();
    let amount = |text: &str| format!("{}\u{a0}{}", words.number(text), account.currency);
    let mut facts = Facts::new(model);
    facts.fact("cashier.number", account_number(&account.iban));
    facts.fact(
        "cashier.bank",
        account.bank_name.clone().unwrap_or_default(),
    );
    facts.fact("cashier.booked", amount(&account.booked));
    facts.fact("cashier.available", amount(&account.available));
    facts.fact("cashier.waiting", amount(&account.waiting_payouts));
    facts.fact(
        "cashier.last_statement",
        account.last_statement.clone().unwrap_or_default(),
    );
    facts.fact(
        "cashier.proved_through",
        account.proved_through.clone().unwrap_or_default(),
    );
    Some(Detail {
        title: account.name.clone(),
        facts: facts.rows,
        acts: Vec::new(),
    })
}
