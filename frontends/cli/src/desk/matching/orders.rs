//! The open orders of a list (`orders.csv`), packed so that a million of them are looked up at
//! once: by reference, by the payer's account, by amount.

use std::collections::BTreeMap;
use std::hash::{BuildHasher, RandomState};
use std::io::BufRead;

use hashbrown::HashTable;
use kantor_engine::matching::{Book, Each, OpenOrder, Stands};
use kantor_engine::payout::Payout;
use kantor_engine::{CustomerId, OrderId, PayoutId, Referent};
use kantor_model::{AccountNumber, Currency, Moment, Money};

use super::list::{Deadlines, List, Row, Wrong};
use super::scheme::{Learner, Scheme, normal};

/// One order of the list.
#[derive(Debug, Clone, Copy)]
struct Packed {
    minor: i64,
    /// Until when it is to be paid; always, where the list does not say.
    deadline: Moment,
    customer: u32,
    /// Where its number and its reference, as the list has them, end in the text of all of them.
    id_end: u32,
    end: u32,
    currency: Currency,
}

/// The list of open orders. A customer is an account that money is expected from.
#[derive(Debug, Default)]
pub(super) struct Orders {
    rows: Vec<Packed>,
    texts: String,
    hasher: RandomState,
    by_id: HashTable<Slot>,
    by_reference: HashTable<Slot>,
    /// Rows whose reference a row before them has as well, by that first row.
    again: BTreeMap<u32, Vec<u32>>,
    by_account: HashTable<Slot>,
    accounts: Vec<AccountNumber>,
    by_customer: Vec<u32>,
    by_amount: Vec<u32>,
    scheme: Scheme,
}

/// So many orders that equal each other are handed on; matching tells no more of them apart.
const MOST: usize = 70;

/// A row, or an account, with a part of its key's hash: a table that grows, or that looks past
/// somebody else's place, need not read texts again.
#[derive(Debug, Clone, Copy)]
struct Slot {
    hash: u32,
    at: u32,
}

impl Slot {
    /// The hash that tables go by.
    fn spread(&self) -> u64 {
        u64::from(self.hash).wrapping_mul(0x9E37_79B9_7F4A_7C15)
    }

    /// The slot of a key in a table, which is this one where there was none.
    fn entered(self, table: &mut HashTable<Slot>, mut is_it: impl FnMut(u32) -> bool) -> u32 {
        let same = |known: &Slot| known.hash == self.hash && is_it(known.at);
        let entry = table.entry(self.spread(), same, Slot::spread);
        entry.or_insert(self).get().at
    }

    /// The row of a key in a table.
    fn found(self, table: &HashTable<Slot>, mut is_it: impl FnMut(u32) -> bool) -> Option<u32> {
        let same = |known: &Slot| known.hash == self.hash && is_it(known.at);
        table.find(self.spread(), same).map(|slot| slot.at)
    }
}

/// The customer of an order whose list names no account.
const NOBODY: u32 = u32::MAX;

impl Orders {
    /// Reads a list. Without a scheme, references are made as the list shows.
    ///
    /// # Errors
    /// What is wrong with its lines, in their order, the first of them.
    pub(super) fn read(
        source: impl BufRead,
        scheme: Option<&Scheme>,
    ) -> Result<Orders, Vec<Wrong>> {
        let mut orders = Orders::default();
        let mut learner = Learner::default();
        let mut deadlines = Deadlines::default();
        List::read(source, &mut |row| {
            orders.take(&row, &mut deadlines, &mut learner)
        })?;
        orders.index();
        orders.scheme = scheme.cloned().unwrap_or_else(|| learner.scheme());
        Ok(orders)
    }

    fn take(
        &mut self,
        row: &Row<'_>,
        deadlines: &mut Deadlines,
        learner: &mut Learner,
    ) -> Result<(), (&'static str, String)> {
        let at = place(self.rows.len())?;
        let amount = row.amount()?;
        self.texts.push_str(row.id);
        let id_end = place(self.texts.len())?;
        self.texts.push_str(row.reference);
        let customer = self.customer_of(row.account)?;
        self.rows.push(Packed {
            minor: amount.minor(),
            deadline: deadlines.of(row.due)?,
            customer,
            id_end,
            end: place(self.texts.len())?,
            currency: amount.currency(),
        });
        let first = self.know_id(at, row.id);
        if first != at {
            let message = format!(
                "order {} stands in the list twice, first as its order {}; leave one of them",
                row.id,
                first + 1
            );
            return Err(("order-again", message));
        }
        let key: String = normal(row.reference).map(char::from).collect();
        if !key.is_empty() {
            learner.add(&key);
            let first = self.know_reference(at, &key);
            if first != at {
                self.again.entry(first).or_default().push(at);
            }
        }
        Ok(())
    }

    /// The first row of that number, which is this one where none had it before.
    fn know_id(&mut self, at: u32, id: &str) -> u32 {
        let (rows, texts) = (&self.rows, &self.texts);
        let slot = slot(&self.hasher, id, at);
        slot.entered(&mut self.by_id, |row| texts_of(rows, texts, row).0 == id)
    }

    /// The first row of that reference, which is this one where none had it before.
    fn know_reference(&mut self, at: u32, key: &str) -> u32 {
        let (rows, texts) = (&self.rows, &self.texts);
        let slot = slot(&self.hasher, key, at);
        slot.entered(&mut self.by_reference, |row| {
            normal(texts_of(rows, texts, row).1).eq(key.bytes())
        })
    }

    fn customer_of(&mut self, account: &str) -> Result<u32, (&'static str, String)> {
        let Some(account) = AccountNumber::from_file(account) else {
            return Ok(NOBODY);
        };
        let accounts = &self.accounts;
        let next = place(accounts.len())?;
        let slot = slot(&self.hasher, account.as_str(), next);
        let known = slot.entered(&mut self.by_account, |at| {
            accounts.get(at as usize) == Some(&account)
        });
        if known == next {
            self.accounts.push(account);
        }
        Ok(known)
    }

    fn index(&mut self) {
        let count = u32::try_from(self.rows.len()).unwrap_or(u32::MAX);
        let rows = &self.rows;
        let row = |at: u32| rows.get(at as usize);
        self.by_customer = (0..count).collect();
        self.by_customer.sort_unstable_by_key(|at| {
            let key = row(*at).map(|row| (row.customer, row.currency, row.minor));
            (key, *at)
        });
        self.by_amount = (0..count).collect();
        self.by_amount
            .sort_unstable_by_key(|at| (row(*at).map(|row| (row.currency, row.minor)), *at));
    }

    /// The number that the list gives an order.
    pub(super) fn id(&self, order: OrderId) -> &str {
        self.texts_of(order).0
    }

    /// The reference that the list gives an order.
    pub(super) fn reference(&self, order: OrderId) -> &str {
        self.texts_of(order).1
    }

    fn texts_of(&self, order: OrderId) -> (&str, &str) {
        let at = self.row(order).map(|(at, _)| at);
        at.map_or(("", ""), |at| texts_of(&self.rows, &self.texts, at))
    }

    /// Whose account it is, where money is expected from it.
    pub(super) fn customer(&self, account: &AccountNumber) -> Option<CustomerId> {
        let slot = slot(&self.hasher, account.as_str(), 0);
        let found = slot.found(&self.by_account, |at| {
            self.accounts.get(at as usize) == Some(account)
        })?;
        Some(CustomerId(u64::from(found)))
    }

    fn row(&self, order: OrderId) -> Option<(u32, &Packed)> {
        let at = u32::try_from(order.0.checked_sub(1)?).ok()?;
        Some((at, self.rows.get(at as usize)?))
    }

    /// The part of a sorted index whose key is the wanted one.
    fn equal<'a, K: Ord>(
        &'a self,
        index: &'a [u32],
        key: impl Fn(&Packed) -> K,
        wanted: &K,
    ) -> impl DoubleEndedIterator<Item = OrderId> + 'a {
        let key = |at: &u32| self.rows.get(*at as usize).map(&key);
        let is_before = |at: &u32| key(at).is_none_or(|key| key < *wanted);
        let is_up_to = |at: &u32| key(at).is_none_or(|key| key <= *wanted);
        let (from, to) = (
            index.partition_point(is_before),
            index.partition_point(is_up_to),
        );
        let equal = index.get(from..to).unwrap_or_default().iter();
        equal.map(|at| order_of(*at))
    }

    /// Tells the orders of a reference.
    fn tell_named(&self, key: &str, found: &mut dyn FnMut(Referent)) -> bool {
        let is_it = |row| {
            let (_, reference) = texts_of(&self.rows, &self.texts, row);
            normal(reference).eq(key.bytes())
        };
        let slot = slot(&self.hasher, key, 0);
        let Some(first) = slot.found(&self.by_reference, is_it) else {
            return false;
        };
        found(Referent::Order(order_of(first)));
        let again = self.again.get(&first).into_iter().flatten();
        // More than a few orders of one reference are not told apart, however many they are.
        for row in again.take(MOST) {
            found(Referent::Order(order_of(*row)));
        }
        true
    }
}

/// The slot of a key.
fn slot(hasher: &RandomState, key: &str, at: u32) -> Slot {
    let hash = hasher.hash_one(key) as u32;
    Slot { hash, at }
}

/// Number and reference of a row.
fn texts_of<'a>(rows: &[Packed], texts: &'a str, at: u32) -> (&'a str, &'a str) {
    let at = at as usize;
    let before = at.checked_sub(1).and_then(|before| rows.get(before));
    let begin = before.map_or(0, |row| row.end as usize);
    let Some(row) = rows.get(at) else {
        return ("", "");
    };
    let (id_end, end) = (row.id_end as usize, row.end as usize);
    (
        texts.get(begin..id_end).unwrap_or_default(),
        texts.get(id_end..end).unwrap_or_default(),
    )
}

fn place(count: usize) -> Result<u32, (&'static str, String)> {
    u32::try_from(count).map_err(|_| {
        let message = "the list is too long for one run; split it".to_owned();
        ("too-long", message)
    })
}

/// The number under which matching knows a row.
fn order_of(row: u32) -> OrderId {
    OrderId(u64::from(row) + 1)
}

impl Book for Orders {
    fn open_order(&self, order: OrderId) -> Option<OpenOrder> {
        let (_, row) = self.row(order)?;
        Some(OpenOrder {
            order,
            customer: CustomerId(u64::from(row.customer)),
            gives: Money::new(row.minor, row.currency),
            received: Some(Money::zero(row.currency)),
            placed: Moment::from_micros(0),
            deadline: row.deadline,
            stands: Stands::Waits,
            cancelled: false,
            troubled: false,
        })
    }

    fn payout_seen(&self, _: PayoutId) -> Option<Payout> {
        None
    }

    fn wanting(&self, customer: CustomerId, amount: Money, each: Each<'_>) {
        let wanted = (customer.0, amount.currency(), amount.minor());
        let key = |row: &Packed| (u64::from(row.customer), row.currency, row.minor);
        let found = self.equal(&self.by_customer, key, &wanted);
        let _ = found.rev().try_for_each(each);
    }

    fn of_customer(&self, customer: CustomerId, currency: Currency, each: Each<'_>) {
        let key = |row: &Packed| (u64::from(row.customer), row.currency);
        let found = self.equal(&self.by_customer, key, &(customer.0, currency));
        let _ = found.into_iter().try_for_each(each);
    }

    fn of_amount(&self, amount: Money, each: Each<'_>) {
        let key = |row: &Packed| (row.currency, row.minor);
        let wanted = (amount.currency(), amount.minor());
        let found = self.equal(&self.by_amount, key, &wanted);
        let _ = found.rev().try_for_each(each);
    }

    fn references(&self, text: &str, found: &mut dyn FnMut(Referent)) {
        self.scheme.find(text, |key| self.tell_named(key, found));
    }

    fn nearly(&self, text: &str, found: &mut dyn FnMut(Referent)) {
        self.scheme.find_almost(text, |key| {
            self.tell_named(key, found);
        });
    }
}

#[cfg(test)]
mod tests {
    use std::ops::ControlFlow;

    use super::*;

    const LIST: &str = "order_id,reference,currency,amount,account,name,due_date\n\
        7,AB-0001,PLN,100.00,PL61109010140000071219812874,Anna,2026-11-23\n\
        8,AB-0002,PLN,100.00,PL61109010140000071219812874,Anna,\n\
        9,ab 0001,EUR,5.00,,Jan,2026-11-23\n";

    fn orders() -> Orders {
        Orders::read(LIST.as_bytes(), None).expect("a list")
    }

    #[track_caller]
    fn check(find: impl FnOnce(&Orders, &mut Vec<OrderId>), wanted: &[&str]) {
        let orders = orders();
        let mut found = Vec::new();
        find(&orders, &mut found);
        let found: Vec<&str> = found.iter().map(|order| orders.id(*order)).collect();
        assert_eq!(found, wanted);
    }

    #[test]
    fn orders_are_found_by_reference_payer_and_amount() {
        let all = |found: &mut Vec<OrderId>, order| {
            found.push(order);
            ControlFlow::Continue(())
        };
        let named = |title: &'static str| {
            move |orders: &Orders, found: &mut Vec<OrderId>| {
                orders.references(title, &mut |referent| match referent {
                    Referent::Order(order) => found.push(order),
                    Referent::Payout(_) => {}
                });
            }
        };
        let hundred = Money::new(100_00, Currency::PLN);
        check(named("za AB 0002"), &["8"]);
        // Two orders of one reference are both named.
        check(named("AB-OOO1"), &["7", "9"]);
        check(named("AB-0003"), &[]);
        check(
            |orders, found| orders.of_amount(hundred, &mut |order| all(found, order)),
            &["8", "7"],
        );
        check(
            |orders, found| {
                let account = AccountNumber::from_file("61 1090 1014 0000 0712 1981 2874");
                let customer = orders.customer(&account.expect("an account"));
                let customer = customer.expect("a customer");
                orders.wanting(customer, hundred, &mut |order| all(found, order));
            },
            &["8", "7"],
        );
    }
}
