//! What a desk saw at its office: what acts may be decided on while the office cannot be seen.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use kantor_wire::{
    AccountView, AllocateAsk, BookAsk, ImportOutcome, Language, LineView, OfficeView, OrderAsk,
    OrderView, UndoAsk, Words,
};
use serde::{Deserialize, Serialize};

use super::Wish;
use super::act::{Draft, QueuedAsk, about_file};
use super::error::QueueError;
use crate::transport::segment;

/// So many orders, and so many imports, are remembered.
const REMEMBERED: usize = 5_000;

/// Something that the office showed.
#[derive(Clone, Copy, Debug)]
pub enum Sight<'a> {
    /// Orders, as far as they were shown.
    Orders(&'a [OrderView]),
    /// All open lines.
    Lines(&'a [LineView]),
    /// All accounts of the office.
    Accounts(&'a [AccountView]),
    /// What became of a file, named by its SHA-256.
    Import(&'a str, &'a ImportOutcome),
}

/// What a desk saw. No names of people: an order is known by its reference.
#[derive(Default, Serialize, Deserialize)]
#[serde(default)]
pub(super) struct Memory {
    /// The office's name.
    office: String,
    /// Whose key this desk has, by the key's fingerprint.
    holders: BTreeMap<String, String>,
    orders: BTreeMap<String, SeenOrder>,
    /// By `account/ordinal`.
    lines: BTreeMap<String, SeenLine>,
    /// Ids by account number.
    accounts: BTreeMap<String, String>,
    /// How many statements were booked when the office answered an import, by the file.
    imports: BTreeMap<String, u64>,
}

#[derive(Serialize, Deserialize)]
struct SeenOrder {
    reference: String,
    fingerprint: String,
    what: String,
}

#[derive(Serialize, Deserialize)]
struct SeenLine {
    fingerprint: String,
    what: String,
}

/// Where it is kept.
pub(super) fn file(folder: &Path) -> PathBuf {
    folder.join("seen.json")
}

impl Memory {
    /// What is remembered. A file that cannot be read is as good as none: what is not remembered is
    /// looked at again.
    pub(super) fn load(folder: &Path) -> Memory {
        let bytes = std::fs::read(file(folder)).unwrap_or_default();
        serde_json::from_slice(&bytes).unwrap_or_default()
    }

    /// What is to be written, when that is not what stands there.
    pub(super) fn changed_bytes(&self, folder: &Path) -> Option<Vec<u8>> {
        let bytes = serde_json::to_vec(self).ok()?;
        let there = std::fs::read(file(folder)).unwrap_or_default();
        (there != bytes).then_some(bytes)
    }

    /// Whose act it is with this key, and which office it is for.
    pub(super) fn holder(&self, key: &str) -> Result<(String, String), QueueError> {
        let by = self.holders.get(key).ok_or(QueueError::Stranger)?;
        Ok((by.clone(), self.office.clone()))
    }

    /// An office told who holds the key. What was seen at another office is forgotten.
    pub(super) fn meet(&mut self, key: &str, seen: &OfficeView) {
        if self.office != seen.name {
            *self = Memory {
                office: seen.name.clone(),
                ..Memory::default()
            };
        }
        self.holders.insert(key.to_owned(), seen.principal.clone());
    }

    pub(super) fn take(&mut self, sight: Sight<'_>) {
        match sight {
            Sight::Orders(orders) => self.take_orders(orders),
            Sight::Lines(lines) => {
                self.lines = lines
                    .iter()
                    .map(|line| (place(&line.account, line.ordinal), SeenLine::of(line)))
                    .collect();
            }
            Sight::Accounts(accounts) => {
                let known = accounts.iter();
                self.accounts = known
                    .map(|account| (account.iban.clone(), account.id.clone()))
                    .collect();
            }
            Sight::Import(file, outcome) => {
                if self.imports.len() >= REMEMBERED
                    && let Some(oldest) = self.imports.iter().min_by_key(|(_, booked)| **booked)
                {
                    let oldest = oldest.0.clone();
                    self.imports.remove(&oldest);
                }
                self.imports.insert(file.to_owned(), outcome.booked);
            }
        }
    }

    fn take_orders(&mut self, orders: &[OrderView]) {
        let mut shown = BTreeSet::new();
        for order in orders {
            shown.insert(order.id.as_str());
            self.orders.insert(order.id.clone(), SeenOrder::of(order));
        }
        let too_many = self.orders.len().saturating_sub(REMEMBERED);
        if too_many > 0 {
            let others = self.orders.keys().filter(|id| !shown.contains(id.as_str()));
            let mut others: Vec<String> = others.cloned().collect();
            // Ids are numbers that grow: the oldest are forgotten first.
            others.sort_by_key(|id| (id.len(), id.clone()));
            for id in others.iter().take(too_many) {
                self.orders.remove(id);
            }
        }
    }

    fn order(&self, text: &str) -> Result<(&String, &SeenOrder), QueueError> {
        let named = |(id, order): &(&String, &SeenOrder)| {
            *id == text || order.reference.eq_ignore_ascii_case(text)
        };
        self.orders.iter().find(named).ok_or(QueueError::Unseen {
            what: format!("order {text}"),
            how: "`kantor orders show`",
        })
    }

    fn line(&self, account: &str, ordinal: u64) -> Result<(String, &SeenLine), QueueError> {
        let plain: String = account.chars().filter(|c| !c.is_whitespace()).collect();
        let number = plain.to_ascii_uppercase();
        let with_country = format!("PL{number}");
        let by_number = self.accounts.get(&number);
        let by_number = by_number.or_else(|| self.accounts.get(&with_country));
        let account = by_number.unwrap_or(&plain);
        let line = self.lines.get(&place(account, ordinal));
        let line = line.ok_or(QueueError::Unseen {
            what: format!("line {ordinal} of account {account} among the open ones"),
            how: "`kantor suspense list`",
        })?;
        Ok((account.clone(), line))
    }

    /// What is to be asked of the office for a wish, as the things stood when they were seen.
    pub(super) fn draft(&self, wish: &Wish<'_>) -> Result<Draft, QueueError> {
        match *wish {
            Wish::Cancel { order, reason } => self.on_order("cancel", order, reason),
            Wish::Refund { order, reason } => self.on_order("refund", order, reason),
            Wish::Allocate {
                account,
                ordinal,
                order,
                reason,
            } => {
                let (account, line) = self.line(account, ordinal)?;
                let (order, seen) = self.order(order)?;
                Ok(Draft {
                    what: format!("{} pays order {}: {reason}", line.what, seen.what),
                    about: vec![about_line(&account, ordinal), about_order(order)],
                    ask: post(
                        format!("/suspense/{}/{ordinal}/allocate", segment(&account)),
                        &AllocateAsk {
                            order: order.clone(),
                            reason: reason.to_owned(),
                            seen: Some(line.fingerprint.clone()),
                            seen_order: Some(seen.fingerprint.clone()),
                        },
                    ),
                })
            }
            Wish::Book {
                account,
                ordinal,
                ledger_account,
                reason,
            } => {
                let (account, line) = self.line(account, ordinal)?;
                Ok(Draft {
                    what: format!("book {} to {ledger_account}: {reason}", line.what),
                    about: vec![about_line(&account, ordinal)],
                    ask: post(
                        format!("/suspense/{}/{ordinal}/book", segment(&account)),
                        &BookAsk {
                            ledger_account: ledger_account.to_owned(),
                            reason: reason.to_owned(),
                            seen: Some(line.fingerprint.clone()),
                        },
                    ),
                })
            }
            Wish::Undo { file, reason } => self.undo(file, reason),
        }
    }

    fn on_order(&self, act: &str, order: &str, reason: &str) -> Result<Draft, QueueError> {
        let (order, seen) = self.order(order)?;
        Ok(Draft {
            what: format!("{act} order {}: {reason}", seen.what),
            about: vec![about_order(order)],
            ask: post(
                format!("/orders/{}/{act}", segment(order)),
                &OrderAsk {
                    reason: reason.to_owned(),
                    seen: Some(seen.fingerprint.clone()),
                },
            ),
        })
    }

    fn undo(&self, file: &str, reason: &str) -> Result<Draft, QueueError> {
        let booked = self.imports.get(file).ok_or_else(|| QueueError::Unseen {
            what: format!("the import of file {file}"),
            how: "`kantor statement import` of that file",
        })?;
        Ok(Draft {
            what: format!("take back what file {file} brought: {reason}"),
            about: vec![about_file(file)],
            ask: post(
                format!("/statements/{}/undo", segment(file)),
                &UndoAsk {
                    reason: reason.to_owned(),
                    seen: Some(*booked),
                },
            ),
        })
    }
}

impl SeenOrder {
    fn of(order: &OrderView) -> SeenOrder {
        let words = Words::of(Language::En);
        SeenOrder {
            reference: order.reference.clone(),
            fingerprint: order.fingerprint.clone(),
            what: format!(
                "{} ({} for {}, {})",
                order.reference,
                words.amount(&order.gives),
                words.amount(&order.gets),
                order.state
            ),
        }
    }
}

impl SeenLine {
    fn of(line: &LineView) -> SeenLine {
        let day = line.booking_date.as_ref().or(line.value_date.as_ref());
        SeenLine {
            fingerprint: line.fingerprint.clone(),
            what: format!(
                "line {} of account {} ({}, {})",
                line.ordinal,
                line.account,
                Words::of(Language::En).amount(&line.amount),
                day.map_or("without a day", String::as_str)
            ),
        }
    }
}

fn place(account: &str, ordinal: u64) -> String {
    format!("{account}/{ordinal}")
}

fn about_order(order: &str) -> String {
    format!("order {order}")
}

fn about_line(account: &str, ordinal: u64) -> String {
    format!("line {}", place(account, ordinal))
}

fn post(path: String, body: &impl Serialize) -> QueuedAsk {
    QueuedAsk::Post {
        path,
        // Texts and numbers always have a JSON form.
        body: serde_json::to_string(body).unwrap_or_default(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_oldest_orders_are_forgotten_first_but_not_what_was_just_shown() {
        let mut memory = Memory::default();
        let seen = || SeenOrder {
            reference: String::new(),
            fingerprint: String::new(),
            what: String::new(),
        };
        for id in 1..=REMEMBERED + 3 {
            memory.orders.insert(id.to_string(), seen());
        }
        memory.take_orders(&[]);
        assert_eq!(memory.orders.len(), REMEMBERED);
        for (id, remembered) in [("1", false), ("3", false), ("4", true), ("999", true)] {
            assert_eq!(memory.order(id).is_ok(), remembered, "{id}");
        }
    }
}
