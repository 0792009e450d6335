//! One transaction: `TxDtls`.

use kantor_model::{Currency, Money, PartView, Place, StatementSink};

use super::reader::{Reader, Step, Stop, leaves};
use super::sides::{Side, Sides};
use super::value::{Direction, add, money, present, set, set_reference};
use crate::source::ByteSource;
use crate::xml::Node;

/// The amounts that are told of a transaction, whatever currency they are in.
#[derive(Clone, Copy, Default)]
pub(super) struct Amounts {
    /// `TxDtls/Amt`.
    pub(super) own: Option<Money>,
    /// `AmtDtls/TxAmt`.
    transaction: Option<Money>,
    /// `AmtDtls/InstdAmt`.
    instructed: Option<Money>,
    /// `AmtDtls/CntrValAmt`.
    counter_value: Option<Money>,
}

impl Amounts {
    /// What it is in the currency of the account.
    pub(super) fn within(&self, currency: Currency) -> Option<Money> {
        [
            self.own,
            self.transaction,
            self.counter_value,
            self.instructed,
        ]
        .into_iter()
        .flatten()
        .find(|amount| amount.currency() == currency)
    }

    /// What it was before it was exchanged into the currency of the account.
    pub(super) fn original(&self, currency: Currency) -> Option<Money> {
        [
            self.instructed,
            self.counter_value,
            self.transaction,
            self.own,
        ]
        .into_iter()
        .flatten()
        .find(|amount| amount.currency() != currency && amount.is_positive())
    }
}

/// What is told of one transaction. Texts that are empty are absent.
#[derive(Default)]
pub(super) struct Details {
    pub(super) place: Place,
    pub(super) amounts: Amounts,
    pub(super) direction: Option<Direction>,
    pub(super) charges: Option<Money>,
    pub(super) bank_reference: String,
    transaction_id: String,
    end_to_end: String,
    instruction: String,
    payment: String,
    pub(super) code: String,
    pub(super) sides: Sides,
    pub(super) remittance: String,
    pub(super) information: String,
    return_code: String,
    return_words: String,
}

impl Details {
    pub(super) fn clear(&mut self) {
        self.place = Place::default();
        self.amounts = Amounts::default();
        self.direction = None;
        self.charges = None;
        for text in [
            &mut self.bank_reference,
            &mut self.transaction_id,
            &mut self.end_to_end,
            &mut self.instruction,
            &mut self.payment,
            &mut self.code,
            &mut self.remittance,
            &mut self.information,
            &mut self.return_code,
            &mut self.return_words,
        ] {
            text.clear();
        }
        self.sides.clear();
    }

    pub(super) fn bank_reference(&self) -> Option<&str> {
        present(&self.bank_reference)
    }

    pub(super) fn transaction_id(&self) -> Option<&str> {
        present(&self.transaction_id)
    }

    pub(super) fn customer_reference(&self) -> Option<&str> {
        present(&self.end_to_end)
            .or(present(&self.instruction))
            .or(present(&self.payment))
    }

    pub(super) fn return_reason(&self) -> Option<&str> {
        present(&self.return_code).or(present(&self.return_words))
    }

    /// Who stands on the other side: who sent what came, who got what went. What undoes an earlier
    /// entry keeps the sides of that one. Whose account is ours is never the other side.
    pub(super) fn counterparty(&self, direction: Direction, reversal: bool, own: &str) -> &Side {
        let paid = if reversal {
            direction.turned()
        } else {
            direction
        };
        let (other, same) = match paid {
            Direction::Credit => (&self.sides.debtor, &self.sides.creditor),
            Direction::Debit => (&self.sides.creditor, &self.sides.debtor),
        };
        let is_own = |side: &Side| !own.is_empty() && side.account == own;
        let doubtful = is_own(other) || reversal && other.is_empty();
        if doubtful && !same.is_empty() && !is_own(same) {
            same
        } else {
            other
        }
    }

    /// The transaction as a part of an entry of this currency and direction.
    pub(super) fn part(
        &self,
        currency: Currency,
        direction: Direction,
        reversal: bool,
        own: &str,
    ) -> PartView<'_> {
        let amount = self.amounts.within(currency);
        let signed = self.direction.unwrap_or(direction);
        PartView {
            amount: amount.and_then(|amount| signed.sign(amount).ok()),
            bank_reference: self.bank_reference().or(self.transaction_id()),
            customer_reference: self.customer_reference(),
            counterparty: self.counterparty(signed, reversal, own).view(),
            remittance: present(&self.remittance).or(present(&self.information)),
            return_reason: self.return_reason(),
            place: self.place,
        }
    }
}

impl<S: ByteSource, K: StatementSink + ?Sized> Reader<'_, '_, '_, S, K> {
    /// Reads `TxDtls` into the details of the entry.
    pub(super) fn details(&mut self) -> Step {
        self.entry.details.clear();
        self.entry.details.place = self.xml.place();
        loop {
            match self.xml.next()? {
                Some(Node::Leaf(tag, text)) => match tag.name {
                    "Amt" => {
                        let read = money(&tag, text);
                        self.entry.details.amounts.own = self.must(read)?;
                    }
                    "CdtDbtInd" => self.entry.details.direction = Direction::of(text),
                    "AddtlTxInf" => set(&mut self.entry.details.information, text),
                    _ => {}
                },
                Some(Node::Open(tag)) => match tag.name {
                    "Refs" => self.references()?,
                    "AmtDtls" => {
                        let own = self.entry.details.amounts.own;
                        self.entry.details.amounts = self.amounts()?;
                        self.entry.details.amounts.own = own;
                    }
                    "BkTxCd" => self.code(false)?,
                    "Chrgs" => {
                        let before = self.entry.details.charges;
                        self.entry.details.charges = self.charges(before)?;
                    }
                    "RltdPties" => self.entry.details.sides.parties(&mut self.xml)?,
                    "RltdAgts" => self.entry.details.sides.agents(&mut self.xml)?,
                    "RmtInf" => self.remittance()?,
                    "RtrInf" => self.return_information()?,
                    _ => self.xml.skip()?,
                },
                Some(Node::Close) | None => return Ok(()),
            }
        }
    }

    fn references(&mut self) -> Step {
        let details = &mut self.entry.details;
        leaves(&mut self.xml, |name, text| match name {
            "AcctSvcrRef" => set_reference(&mut details.bank_reference, text),
            "TxId" => set_reference(&mut details.transaction_id, text),
            "EndToEndId" => set_reference(&mut details.end_to_end, text),
            "InstrId" => set_reference(&mut details.instruction, text),
            "PmtInfId" => set_reference(&mut details.payment, text),
            _ => {}
        })
    }

    /// `AmtDtls` of a transaction or of an entry.
    pub(super) fn amounts(&mut self) -> Result<Amounts, Stop> {
        let mut amounts = Amounts::default();
        loop {
            match self.xml.next()? {
                Some(Node::Open(tag)) => match tag.name {
                    "TxAmt" => amounts.transaction = self.inner_amount()?,
                    "InstdAmt" => amounts.instructed = self.inner_amount()?,
                    "CntrValAmt" => amounts.counter_value = self.inner_amount()?,
                    _ => self.xml.skip()?,
                },
                Some(Node::Leaf(..)) => {}
                Some(Node::Close) | None => return Ok(amounts),
            }
        }
    }

    fn inner_amount(&mut self) -> Result<Option<Money>, Stop> {
        let mut found = None;
        loop {
            match self.xml.next()? {
                Some(Node::Leaf(tag, text)) if tag.name == "Amt" => {
                    let read = money(&tag, text);
                    found = self.may(read)?;
                }
                Some(Node::Leaf(..)) => {}
                Some(Node::Open(_)) => self.xml.skip()?,
                Some(Node::Close) | None => return Ok(found),
            }
        }
    }

    /// `Chrgs`, added to what was told before: the total where there is one, else the records.
    pub(super) fn charges(&mut self, before: Option<Money>) -> Result<Option<Money>, Stop> {
        let (mut total, mut sum) = (None, before);
        let mut plain = Charge::default();
        loop {
            match self.xml.next()? {
                Some(Node::Leaf(tag, text)) => match tag.name {
                    "TtlChrgsAndTaxAmt" => {
                        let read = money(&tag, text);
                        total = self.may(read)?;
                    }
                    "Amt" => {
                        let read = money(&tag, text);
                        plain.amount = self.may(read)?;
                    }
                    "CdtDbtInd" => plain.given_back = text.trim_ascii() == "CRDT",
                    _ => {}
                },
                Some(Node::Open(tag)) if tag.name == "Rcrd" => {
                    sum = self.charge()?.added_to(sum);
                }
                Some(Node::Open(_)) => self.xml.skip()?,
                Some(Node::Close) | None => {
                    let total = total.map(|total| Charge {
                        amount: Some(total),
                        given_back: false,
                    });
                    return Ok(match total {
                        Some(total) => total.added_to(before),
                        None => plain.added_to(sum),
                    });
                }
            }
        }
    }

    fn charge(&mut self) -> Result<Charge, Stop> {
        let mut charge = Charge::default();
        loop {
            match self.xml.next()? {
                Some(Node::Leaf(tag, text)) => match tag.name {
                    "Amt" => {
                        let read = money(&tag, text);
                        charge.amount = self.may(read)?;
                    }
                    "CdtDbtInd" => charge.given_back = text.trim_ascii() == "CRDT",
                    _ => {}
                },
                Some(Node::Open(_)) => self.xml.skip()?,
                Some(Node::Close) | None => return Ok(charge),
            }
        }
    }

    /// `RmtInf`: the free texts joined, then the references of the structured form.
    fn remittance(&mut self) -> Step {
        let remittance = &mut self.entry.details.remittance;
        loop {
            match self.xml.next()? {
                Some(Node::Leaf(tag, text)) if tag.name == "Ustrd" => add(remittance, text),
                Some(Node::Leaf(..)) => {}
                Some(Node::Open(tag)) if tag.name == "Strd" => {
                    leaves(&mut self.xml, |name, text| match name {
                        "Ref" | "Nb" | "AddtlRmtInf" => add(remittance, text),
                        _ => {}
                    })?;
                }
                Some(Node::Open(_)) => self.xml.skip()?,
                Some(Node::Close) | None => return Ok(()),
            }
        }
    }

    /// `RtrInf`: the reason's code, or words.
    fn return_information(&mut self) -> Step {
        let details = &mut self.entry.details;
        loop {
            match self.xml.next()? {
                Some(Node::Leaf(tag, text)) if tag.name == "AddtlInf" => {
                    add(&mut details.return_words, text);
                }
                Some(Node::Leaf(..)) => {}
                Some(Node::Open(tag)) if tag.name == "Rsn" => {
                    leaves(&mut self.xml, |name, text| match name {
                        "Cd" | "Prtry" => set(&mut details.return_code, text),
                        _ => {}
                    })?;
                }
                Some(Node::Open(_)) => self.xml.skip()?,
                Some(Node::Close) | None => return Ok(()),
            }
        }
    }
}

/// What the bank took, or gave back.
#[derive(Clone, Copy, Default)]
struct Charge {
    amount: Option<Money>,
    given_back: bool,
}

impl Charge {
    /// The sum with this one. Charges in another currency than the first are not added up.
    fn added_to(self, sum: Option<Money>) -> Option<Money> {
        let Some(amount) = self.amount else {
            return sum;
        };
        let signed = if self.given_back {
            amount.negated().ok()?
        } else {
            amount
        };
        match sum {
            None => Some(signed),
            Some(sum) => sum.plus(signed).ok().or(Some(sum)),
        }
    }
}
