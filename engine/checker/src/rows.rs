//! Rows of statements: proved against the hash that names their set, and found again one by one.

use std::cell::RefCell;

use serde_json::Value;

use crate::digest::RowsHash;
use crate::form::{Fields, Form, Misread, whole};
use crate::log::PAGE;
use crate::{Archive, Checks, Digest, Row, wrong};

/// Reads rows by their place in a set. Lines are judged in the order of their statement, so a page
/// ahead is kept; a single line out of order costs a single row.
pub(crate) struct Rows<'a> {
    archive: &'a dyn Archive,
    page: RefCell<Option<Page>>,
}

struct Page {
    set: Digest,
    from: u64,
    rows: Vec<Row>,
}

impl<'a> Rows<'a> {
    pub(crate) fn new(archive: &'a dyn Archive) -> Rows<'a> {
        Rows {
            archive,
            page: RefCell::new(None),
        }
    }

    /// Gives every row of a set to `each` and answers how many there are, after they were found to
    /// be those of its hash. `each` sees rows before the hash is known.
    pub(crate) fn all(
        &self,
        set: &Digest,
        fact: &dyn Fn() -> String,
        each: &mut dyn FnMut(&Row),
    ) -> Checks<u64> {
        let mut hash = RowsHash::new();
        let mut count = 0;
        loop {
            let page = self
                .archive
                .rows(set, count, PAGE)
                .map_err(|fault| wrong(fact(), fault))?
                .ok_or_else(|| wrong(fact(), format!("its rows {set} are missing")))?;
            for row in &page {
                hash.add(row);
                each(row);
                count += 1;
            }
            // Not "until nothing comes": a row whose place was changed would come for ever.
            if page.len() < PAGE {
                break;
            }
        }
        // So many rows in the first so many places: each stands in its own.
        let beyond = self.archive.rows(set, count, 1);
        let beyond = beyond.map_err(|fault| wrong(fact(), fault))?;
        crate::must(beyond.is_none_or(|rows| rows.is_empty()), fact, || {
            "one of its rows stands in another place".to_owned()
        })?;
        let recorded = self.archive.rows_count(set);
        let recorded = recorded.map_err(|fault| wrong(fact(), fault))?;
        crate::must(recorded == Some(count), fact, || {
            format!("{count} rows are there, and {recorded:?} are recorded")
        })?;
        let found = hash.finish();
        crate::must(found == *set, fact, || {
            format!("its rows have changed: they were {set} and are {found}")
        })?;
        Ok(count)
    }

    /// One row of a set.
    pub(crate) fn one(
        &self,
        set: &Digest,
        position: u64,
        fact: &dyn Fn() -> String,
    ) -> Checks<Row> {
        let mut kept = self.page.borrow_mut();
        let (mut ahead, mut found) = (1, None);
        if let Some(page) = kept.as_ref().filter(|page| page.set == *set) {
            let end = page.from + page.rows.len() as u64;
            found = position
                .checked_sub(page.from)
                .and_then(|at| page.rows.get(usize::try_from(at).ok()?))
                .cloned();
            if position >= end && position < end + PAGE as u64 {
                ahead = PAGE;
            }
        }
        if let Some(row) = found {
            return Ok(row);
        }
        let rows = self
            .archive
            .rows(set, position, ahead)
            .map_err(|fault| wrong(fact(), fault))?
            .unwrap_or_default();
        let row = rows.first().cloned();
        *kept = Some(Page {
            set: *set,
            from: position,
            rows,
        });
        row.ok_or_else(|| wrong(fact(), "its row is missing"))
    }
}

/// What the bank says of a line besides amount and day.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub(crate) struct Said {
    pub(crate) value_date: Option<String>,
    pub(crate) transaction_code: Option<String>,
    pub(crate) bank_reference: Option<String>,
    pub(crate) customer_reference: Option<String>,
    pub(crate) counterparty_name: Option<String>,
    pub(crate) counterparty_account: Option<String>,
    pub(crate) remittance: Option<String>,
    pub(crate) reversal: bool,
    pub(crate) counterparty_bank: Option<String>,
    pub(crate) original: Option<String>,
    pub(crate) charges: Option<String>,
    pub(crate) return_reason: Option<String>,
    pub(crate) parts: Vec<SaidPart>,
}

/// What the bank says of one transaction of a line.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub(crate) struct SaidPart {
    pub(crate) amount: Option<String>,
    pub(crate) bank_reference: Option<String>,
    pub(crate) customer_reference: Option<String>,
    pub(crate) counterparty_name: Option<String>,
    pub(crate) counterparty_account: Option<String>,
    pub(crate) counterparty_bank: Option<String>,
    pub(crate) remittance: Option<String>,
    pub(crate) return_reason: Option<String>,
}

impl Form for SaidPart {
    fn read(value: &Value) -> Result<SaidPart, Misread> {
        whole(value, |fields| {
            Ok(SaidPart {
                amount: fields.optional("amount")?,
                bank_reference: fields.optional("bank_reference")?,
                customer_reference: fields.optional("customer_reference")?,
                counterparty_name: fields.optional("counterparty_name")?,
                counterparty_account: fields.optional("counterparty_account")?,
                counterparty_bank: fields.optional("counterparty_bank")?,
                remittance: fields.optional("remittance")?,
                return_reason: fields.optional("return_reason")?,
            })
        })
    }
}

fn said(fields: &Fields<'_>) -> Result<Said, Misread> {
    Ok(Said {
        value_date: fields.get("value_date")?,
        transaction_code: fields.get("transaction_code")?,
        bank_reference: fields.get("bank_reference")?,
        customer_reference: fields.get("customer_reference")?,
        counterparty_name: fields.get("counterparty_name")?,
        counterparty_account: fields.get("counterparty_account")?,
        remittance: fields.get("remittance")?,
        reversal: fields.get("reversal")?,
        counterparty_bank: fields.optional("counterparty_bank")?,
        original: fields.optional("original")?,
        charges: fields.optional("charges")?,
        return_reason: fields.optional("return_reason")?,
        parts: fields.optional("parts")?.unwrap_or_default(),
    })
}

impl SaidPart {
    /// Where a reference may stand in it.
    pub(crate) fn text(&self) -> String {
        let texts = [&self.remittance, &self.customer_reference];
        let given: Vec<&str> = texts.into_iter().flatten().map(String::as_str).collect();
        given.join("\n")
    }
}

impl Said {
    /// Reads the body of a row; `None` when nobody wrote it so.
    pub(crate) fn of(row: &Row) -> Option<Said> {
        let value: Value = serde_json::from_slice(&row.body).ok()?;
        whole(&value, said).ok()
    }

    /// Where a reference may stand: the title, and what the payer calls it.
    pub(crate) fn text(&self) -> String {
        let texts = [&self.remittance, &self.customer_reference];
        let given: Vec<&str> = texts.into_iter().flatten().map(String::as_str).collect();
        given.join("\n")
    }
}
