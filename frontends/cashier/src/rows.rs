//! The rows of the window's tables, made from the model alone.

use std::collections::BTreeMap;

use kantor_wire::{AccountView, LineView, OrderState, OrderView, PayoutState, PayoutView, Words};

use crate::message::Subject;
use crate::model::{Model, Tone};
use crate::text::{account_number, clock, is_before, sum};

/// A cell: its text and what it means.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Cell {
    /// The text.
    pub text: String,
    /// What it means; shown by colour or weight, always beside words that say the same.
    pub tone: Tone,
}

impl Cell {
    /// A cell without a meaning of its own.
    pub fn plain(text: impl Into<String>) -> Cell {
        Cell::of(Tone::Plain, text)
    }

    /// A cell that means something.
    pub fn of(tone: Tone, text: impl Into<String>) -> Cell {
        Cell {
            text: text.into(),
            tone,
        }
    }
}

/// A row, and what it stands for.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Row {
    /// What a click on it points at; `None` for rows that stand for nothing.
    pub subject: Option<Subject>,
    /// Its cells, one a column.
    pub cells: Vec<Cell>,
}

/// The table of orders: reference, customer, gives, gets, state, until.
pub fn orders(model: &Model) -> Vec<Row> {
    let now = model.office.as_ref().map(|office| office.now.as_str());
    model
        .orders
        .iter()
        .map(|order| Row {
            subject: Some(Subject::Order(order.id.clone())),
            cells: vec![
                Cell::of(Tone::Strong, &order.reference),
                Cell::plain(&order.customer.name),
                Cell::plain(model.words().amount(&order.gives)),
                Cell::plain(model.words().amount(&order.gets)),
                order_state(model.words(), order),
                deadline(order, now),
            ],
        })
        .collect()
}

/// The state of an order in words, with the reason when it is held.
pub fn order_state(words: &Words, order: &OrderView) -> Cell {
    let name = words
        .text(&format!("order_state.{}", order.state))
        .to_owned();
    let text = match order.held_reason {
        Some(reason) => format!("{name}: {}", words.text(&format!("held.{reason}"))),
        None => name,
    };
    let tone = match order.state {
        OrderState::Held => Tone::Bad,
        OrderState::AwaitingFunds | OrderState::AwaitingConsent => Tone::Warn,
        OrderState::Funded | OrderState::PayingOut | OrderState::Refunding => Tone::Busy,
        OrderState::Completed => Tone::Good,
        OrderState::Refunded | OrderState::Expired | OrderState::Cancelled => Tone::Quiet,
    };
    Cell { text, tone }
}

/// Until when the customer has to pay; empty once that no longer matters.
fn deadline(order: &OrderView, now: Option<&str>) -> Cell {
    match order.state {
        OrderState::AwaitingFunds | OrderState::AwaitingConsent => {
            let deadline = &order.pay_in.deadline;
            let over = now.is_some_and(|now| is_before(deadline, now));
            Cell::of(
                if over { Tone::Bad } else { Tone::Plain },
                clock(deadline, now),
            )
        }
        OrderState::Funded
        | OrderState::Held
        | OrderState::PayingOut
        | OrderState::Completed
        | OrderState::Refunding
        | OrderState::Refunded
        | OrderState::Expired
        | OrderState::Cancelled => Cell::plain(""),
    }
}

/// The table of balances: account, booked, available, waiting payouts; then a sum for each
/// currency that has several accounts.
pub fn balances(model: &Model) -> Vec<Row> {
    let words = model.words();
    let mut rows: Vec<Row> = model
        .accounts
        .iter()
        .map(|account| balance_row(words, account))
        .collect();
    let mut by_currency: BTreeMap<&str, Vec<&AccountView>> = BTreeMap::new();
    for account in &model.accounts {
        by_currency
            .entry(&account.currency)
            .or_default()
            .push(account);
    }
    for (currency, accounts) in by_currency {
        if accounts.len() < 2 {
            continue;
        }
        let total = |amount: fn(&AccountView) -> &str| {
            let amounts: Vec<&str> = accounts.iter().map(|account| amount(account)).collect();
            Cell::of(Tone::Strong, sum(words, &amounts, currency))
        };
        rows.push(Row {
            subject: None,
            cells: vec![
                Cell::of(
                    Tone::Strong,
                    words.with("cashier.total", &[("currency", currency)]),
                ),
                total(|account| &account.booked),
                total(|account| &account.available),
                total(|account| &account.waiting_payouts),
            ],
        });
    }
    rows
}

fn balance_row(words: &Words, account: &AccountView) -> Row {
    let amount = |text: &str| format!("{}\u{a0}{}", words.number(text), account.currency);
    let negative = account.available.starts_with('-');
    Row {
        subject: Some(Subject::Account(account.id.clone())),
        cells: vec![
            Cell::plain(&account.name),
            Cell::plain(amount(&account.booked)),
            Cell::of(
                if negative { Tone::Bad } else { Tone::Plain },
                amount(&account.available),
            ),
            Cell::of(
                if is_zero(&account.waiting_payouts) {
                    Tone::Quiet
                } else {
                    Tone::Busy
                },
                amount(&account.waiting_payouts),
            ),
        ],
    }
}

fn is_zero(amount: &str) -> bool {
    !amount.bytes().any(|byte| matches!(byte, b'1'..=b'9'))
}

/// The table of money whose owner is not known: day, account, amount, from whom, title.
pub fn suspense(model: &Model) -> Vec<Row> {
    model
        .suspense
        .iter()
        .map(|line| Row {
            subject: Some(Subject::Line(line.account.clone(), line.ordinal)),
            cells: vec![
                Cell::plain(line_day(line)),
                Cell::of(Tone::Strong, model.words().amount(&line.amount)),
                Cell::plain(payer(line)),
                Cell::plain(line.remittance.clone().unwrap_or_default()),
                Cell::of(Tone::Warn, model.words().say(&line.question)),
            ],
        })
        .collect()
}

/// The day on which the bank booked a line, or counts interest from.
pub fn line_day(line: &LineView) -> String {
    line.booking_date
        .clone()
        .or_else(|| line.value_date.clone())
        .unwrap_or_default()
}

/// Who paid, as far as the bank says: the name, else the account.
fn payer(line: &LineView) -> String {
    line.counterparty
        .name
        .clone()
        .or_else(|| line.counterparty.account.as_deref().map(account_number))
        .unwrap_or_default()
}

/// The table of payouts that are not paid yet: account, reference, payee, amount, state.
pub fn payouts(model: &Model) -> Vec<Row> {
    let mut open: Vec<&PayoutView> = model
        .payouts
        .iter()
        .filter(|payout| payout.state != PayoutState::Paid)
        .collect();
    open.sort_by_key(|payout| (model.account_name(&payout.account), payout.state));
    open.into_iter()
        .map(|payout| Row {
            subject: Some(Subject::Payout(payout.id.clone())),
            cells: vec![
                Cell::plain(model.account_name(&payout.account)),
                Cell::of(Tone::Strong, &payout.reference),
                Cell::plain(&payout.payee_name),
                Cell::plain(model.words().amount(&payout.amount)),
                payout_state(model.words(), payout),
            ],
        })
        .collect()
}

/// The state of a payout in words.
pub fn payout_state(words: &Words, payout: &PayoutView) -> Cell {
    let tone = match payout.state {
        PayoutState::Due => Tone::Warn,
        PayoutState::InBatch
        | PayoutState::Approved
        | PayoutState::Exported
        | PayoutState::Accepted => Tone::Busy,
        PayoutState::Unknown | PayoutState::Rejected | PayoutState::Returned => Tone::Bad,
        PayoutState::Paid => Tone::Good,
    };
    Cell::of(tone, words.text(&format!("payout_state.{}", payout.state)))
}

/// The journal: time and sentence.
pub fn journal(model: &Model) -> Vec<Row> {
    model
        .journal
        .iter()
        .map(|note| Row {
            subject: None,
            cells: vec![
                Cell::of(Tone::Quiet, &note.at),
                Cell::of(note.tone, &note.text),
            ],
        })
        .collect()
}
