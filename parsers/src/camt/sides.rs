//! The two sides of a payment: who they are, their accounts, their banks.

use kantor_model::CounterpartyView;

use super::reader::{Step, leaves};
use super::value::{add, present, set};
use crate::source::ByteSource;
use crate::xml::{Node, Xml};

/// A side of a payment, as far as the bank tells it.
#[derive(Default)]
pub(super) struct Side {
    name: String,
    /// For whom this side acts.
    ultimate: String,
    pub(super) account: String,
    /// The account stands in an element `IBAN`.
    pub(super) account_is_iban: bool,
    bank: String,
}

impl Side {
    pub(super) fn clear(&mut self) {
        self.name.clear();
        self.ultimate.clear();
        self.account.clear();
        self.account_is_iban = false;
        self.bank.clear();
    }

    pub(super) fn is_empty(&self) -> bool {
        self.name.is_empty() && self.ultimate.is_empty() && self.account.is_empty()
    }

    pub(super) fn view(&self) -> CounterpartyView<'_> {
        CounterpartyView {
            name: present(&self.name).or(present(&self.ultimate)),
            account: present(&self.account),
            bank: present(&self.bank),
        }
    }
}

/// Debtor and creditor.
#[derive(Default)]
pub(super) struct Sides {
    pub(super) debtor: Side,
    pub(super) creditor: Side,
}

impl Sides {
    pub(super) fn clear(&mut self) {
        self.debtor.clear();
        self.creditor.clear();
    }

    /// `RltdPties`.
    pub(super) fn parties<S: ByteSource>(&mut self, xml: &mut Xml<'_, S>) -> Step {
        loop {
            match xml.next()? {
                Some(Node::Open(tag)) => match tag.name {
                    "Dbtr" => party(xml, &mut self.debtor)?,
                    "DbtrAcct" => account(xml, &mut self.debtor)?,
                    "UltmtDbtr" => ultimate(xml, &mut self.debtor)?,
                    "Cdtr" => party(xml, &mut self.creditor)?,
                    "CdtrAcct" => account(xml, &mut self.creditor)?,
                    "UltmtCdtr" => ultimate(xml, &mut self.creditor)?,
                    _ => xml.skip()?,
                },
                Some(Node::Leaf(..)) => {}
                Some(Node::Close) | None => return Ok(()),
            }
        }
    }

    /// `RltdAgts`.
    pub(super) fn agents<S: ByteSource>(&mut self, xml: &mut Xml<'_, S>) -> Step {
        loop {
            match xml.next()? {
                Some(Node::Open(tag)) => match tag.name {
                    "DbtrAgt" => bank(xml, &mut self.debtor.bank, None)?,
                    "CdtrAgt" => bank(xml, &mut self.creditor.bank, None)?,
                    _ => xml.skip()?,
                },
                Some(Node::Leaf(..)) => {}
                Some(Node::Close) | None => return Ok(()),
            }
        }
    }
}

/// A party: its name, in later versions one level deeper, or a bank that is one.
fn party<S: ByteSource>(xml: &mut Xml<'_, S>, side: &mut Side) -> Step {
    loop {
        match xml.next()? {
            Some(Node::Leaf(tag, text)) if tag.name == "Nm" => set(&mut side.name, text),
            Some(Node::Leaf(..)) => {}
            Some(Node::Open(tag)) => match tag.name {
                "Pty" => party(xml, side)?,
                "Agt" => bank(xml, &mut side.bank, Some(&mut side.name))?,
                _ => xml.skip()?,
            },
            Some(Node::Close) | None => return Ok(()),
        }
    }
}

fn ultimate<S: ByteSource>(xml: &mut Xml<'_, S>, side: &mut Side) -> Step {
    let mut found = Side::default();
    party(xml, &mut found)?;
    side.ultimate = found.name;
    Ok(())
}

/// An account: its IBAN, or its number of another kind.
fn account<S: ByteSource>(xml: &mut Xml<'_, S>, side: &mut Side) -> Step {
    number(xml, &mut side.account, &mut side.account_is_iban)
}

/// The number of an account, and whether it stands in an element `IBAN`.
pub(super) fn number<S: ByteSource>(
    xml: &mut Xml<'_, S>,
    account: &mut String,
    is_iban: &mut bool,
) -> Step {
    leaves(xml, |name, text| match name {
        "IBAN" => {
            set(account, text);
            *is_iban = true;
        }
        "Id" | "BBAN" | "UPIC" if account.is_empty() => set(account, text),
        _ => {}
    })
}

/// A bank: its BIC, else its number in a clearing system; and its name where that is wanted.
fn bank<S: ByteSource>(
    xml: &mut Xml<'_, S>,
    bank: &mut String,
    mut wanted: Option<&mut String>,
) -> Step {
    leaves(xml, |name, text| match name {
        "BICFI" | "BIC" => set(bank, text),
        "MmbId" if bank.is_empty() => add(bank, text),
        "Nm" => {
            if let Some(into) = wanted.as_deref_mut().filter(|into| into.is_empty()) {
                set(into, text);
            }
        }
        _ => {}
    })
}
