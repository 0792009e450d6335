//! The office, its rules, currencies, accounts, rates and customers.

use std::collections::BTreeSet;

use kantor_model::{Currency, Date, Decimal, Iban, Money};
use serde_json::Value;

use crate::form::{Fields, Form, Misread, whole};
use crate::log::At;
use crate::office::{Account, CustomerAccount, Office, Policy, Table, TableLine};
use crate::values::{Actor, Moves, moved};
use crate::{Checks, Digest};

/// A bank account of the office as it was taken into the books.
pub(crate) struct Opened {
    account: u64,
    iban: Iban,
    fallback: bool,
    opening: Money,
}

impl Opened {
    pub(crate) fn read(event: &Fields<'_>) -> Result<Opened, Misread> {
        event.get::<String>("name")?;
        event.get::<Date>("opened_on")?;
        event.get::<Option<String>>("last_statement")?;
        Ok(Opened {
            account: event.get("account")?,
            iban: event.get("iban")?,
            fallback: event.get("fallback")?,
            opening: event.get("opening")?,
        })
    }
}

/// A customer's own account as it was added.
pub(crate) struct Added {
    customer: u64,
    account: u64,
    currency: Currency,
    bank: Option<String>,
    number: Digest,
}

impl Added {
    pub(crate) fn read(event: &Fields<'_>) -> Result<Added, Misread> {
        Ok(Added {
            customer: event.get("customer")?,
            account: event.get("account")?,
            currency: event.get("currency")?,
            bank: event.get("bank")?,
            number: event.get("number")?,
        })
    }
}

impl Form for TableLine {
    fn read(value: &Value) -> Result<TableLine, Misread> {
        whole(value, |fields| {
            Ok(TableLine {
                base: fields.get("base")?,
                quote: fields.get("quote")?,
                buy: fields.get("buy")?,
                sell: fields.get("sell")?,
                mid: fields.get("mid")?,
            })
        })
    }
}

pub(crate) fn table(fields: &Fields<'_>) -> Result<Table, Misread> {
    fields.get::<String>("source")?;
    Ok(Table {
        version: fields.get("version")?,
        published: fields.get("published")?,
        lines: fields.get("lines")?,
    })
}

/// So many replaced tables are remembered, more than may still be accepted.
const TABLES: usize = 16;

impl Office<'_> {
    pub(crate) fn opened(&mut self, at: &At<'_>, name: &str) -> Checks<Moves> {
        at.must(!name.trim().is_empty(), || "it has no name".to_owned())?;
        self.is_open = true;
        Ok(Moves::new())
    }

    pub(crate) fn policy_set(&mut self, at: &At<'_>, policy: Policy) -> Checks<Moves> {
        if let Some(before) = &self.policy {
            at.must(policy.version == before.version.saturating_add(1), || {
                format!(
                    "its version {} does not follow {}",
                    policy.version, before.version
                )
            })?;
        }
        at.must(policy.order_seconds > 0 && policy.quote_seconds > 0, || {
            "nobody can pay in no time".to_owned()
        })?;
        self.policy = Some(policy);
        self.limits_moved();
        Ok(Moves::new())
    }

    pub(crate) fn currency_defined(&mut self, at: &At<'_>, currency: Currency) -> Checks<Moves> {
        at.must(!currency.is_withdrawn(), || {
            format!("{currency} is no currency any more")
        })?;
        at.must(self.currencies.insert(currency), || {
            format!("{currency} was defined before")
        })?;
        Ok(Moves::new())
    }

    fn traded(&self, at: &At<'_>, currency: Currency) -> Checks {
        at.must(self.currencies.contains(&currency), || {
            format!("{currency} is not defined")
        })
    }

    pub(crate) fn account_opened(&mut self, at: &At<'_>, opened: Opened) -> Checks<Moves> {
        let number = self.accounts.len() as u64 + 1;
        at.must(opened.account == number, || {
            format!("the account is number {number}, not {}", opened.account)
        })?;
        self.traded(at, opened.opening.currency())?;
        let known = self.accounts.values().any(|it| it.iban == opened.iban);
        at.must(!known, || format!("{} is opened already", opened.iban))?;
        let mut moves = Moves::new();
        let bank = format!("bank:{number}");
        moved(&mut moves, "opening-equity", &bank, opened.opening);
        self.accounts.insert(
            number,
            Account {
                iban: opened.iban,
                fallback: opened.fallback,
                opening: opened.opening,
                lines: Vec::new(),
                pieces: Vec::new(),
                steps: Default::default(),
                proved_through: 0,
                proved_balance: opened.opening.minor(),
            },
        );
        Ok(moves)
    }

    pub(crate) fn rates_published(&mut self, at: &At<'_>, table: Table) -> Checks<Moves> {
        let number = self.tables.last().map_or(0, |last| last.version) + 1;
        at.must(table.version == number, || {
            format!("the table is number {number}, not {}", table.version)
        })?;
        at.must(table.published == at.moment, || {
            format!("it was published at {}", at.moment)
        })?;
        at.must(!table.lines.is_empty(), || "it has no rates".to_owned())?;
        let mut pairs = BTreeSet::new();
        for line in &table.lines {
            self.traded(at, line.base)?;
            self.traded(at, line.quote)?;
            let pair = (line.base.min(line.quote), line.base.max(line.quote));
            at.must(line.base != line.quote && pairs.insert(pair), || {
                format!("{}/{} is not one pair of two", line.base, line.quote)
            })?;
            let rising = Decimal::ZERO < line.buy && line.buy <= line.mid && line.mid <= line.sell;
            at.must(rising, || {
                format!("the rates of {}/{} do not rise", line.base, line.quote)
            })?;
        }
        self.tables.push(table);
        if self.tables.len() > TABLES {
            self.tables.remove(0);
        }
        Ok(Moves::new())
    }

    pub(crate) fn customer_registered(
        &mut self,
        at: &At<'_>,
        customer: u64,
        profile: Digest,
    ) -> Checks<Moves> {
        let number = self.customers + 1;
        at.must(customer == number, || {
            format!("the customer is number {number}, not {customer}")
        })?;
        self.customers = number;
        self.people.registered(customer, profile);
        Ok(Moves::new())
    }

    pub(crate) fn customer_account_added(&mut self, at: &At<'_>, added: Added) -> Checks<Moves> {
        let number = self.customer_accounts.len() as u64 + 1;
        at.must(added.account == number, || {
            format!("the account is number {number}, not {}", added.account)
        })?;
        let exists = added.customer > 0 && added.customer <= self.customers;
        at.must(exists, || {
            format!("customer {} was never registered", added.customer)
        })?;
        if let Actor::Customer(own) = at.by {
            at.must(own == added.customer, || {
                format!("customer {own} acts for customer {}", added.customer)
            })?;
        }
        self.traded(at, added.currency)?;
        self.people.added(
            added.account,
            added.customer,
            added.number,
            added.bank.as_deref(),
        )?;
        self.accounts_of
            .entry(added.customer)
            .or_default()
            .push(added.account);
        self.customer_accounts.push(CustomerAccount {
            customer: added.customer,
            currency: added.currency,
            bank: added.bank,
            added: at.moment,
        });
        Ok(Moves::new())
    }

    pub(crate) fn customer_classified(
        &mut self,
        at: &At<'_>,
        customer: u64,
        class: Option<String>,
        reason: &str,
    ) -> Checks<Moves> {
        at.must(!reason.trim().is_empty(), || "it has no reason".to_owned())?;
        let exists = customer > 0 && customer <= self.customers;
        at.must(exists, || {
            format!("customer {customer} was never registered")
        })?;
        let before = match class {
            Some(ref class) => self.classes.insert(customer, class.clone()),
            None => self.classes.remove(&customer),
        };
        at.must(before != class, || {
            format!("customer {customer} is of that class already")
        })?;
        Ok(Moves::new())
    }

    pub(crate) fn customer_helped(
        &mut self,
        at: &At<'_>,
        customer: u64,
        help: &str,
        reason: &str,
    ) -> Checks<Moves> {
        const HELP: [&str; 4] = [
            "new_password",
            "locked",
            "unlocked",
            "second_factor_removed",
        ];
        at.must(!reason.trim().is_empty(), || "it has no reason".to_owned())?;
        at.must(HELP.contains(&help), || {
            format!("nobody is helped with `{help}`")
        })?;
        let exists = customer > 0 && customer <= self.customers;
        at.must(exists, || {
            format!("customer {customer} was never registered")
        })?;
        Ok(Moves::new())
    }

    pub(crate) fn key_changed(
        &mut self,
        at: &At<'_>,
        name: &str,
        change: &str,
        reason: &str,
    ) -> Checks<Moves> {
        at.must(!reason.trim().is_empty(), || "it has no reason".to_owned())?;
        at.must(!name.trim().is_empty(), || "the key has no name".to_owned())?;
        at.must(["issued", "rotated", "revoked"].contains(&change), || {
            format!("no key is `{change}`")
        })?;
        Ok(Moves::new())
    }

    pub(crate) fn notices_sent(&mut self, at: &At<'_>, through: u64) -> Checks<Moves> {
        at.must(through > self.notices && through < at.seq, || {
            format!("notices about event {through} cannot have gone out now")
        })?;
        self.notices = through;
        Ok(Moves::new())
    }
}
