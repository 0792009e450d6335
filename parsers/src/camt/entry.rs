//! One entry: `Ntry`, with the transactions that it is made of.

use kantor_model::{
    Currency, Date, EntryStatus, EntryView, Iban, Money, MoneyError, Place, StatementSink,
};

use super::complaints::Problem;
use super::details::{Amounts, Details};
use super::open::Told;
use super::reader::{Reader, Step, Stop, leaves};
use super::value::{Direction, date, is_true, money, present, set, set_reference};
use crate::source::ByteSource;
use crate::xml::Node;

/// An entry while it is read; its texts are used again for the next one.
#[derive(Default)]
pub(super) struct Draft {
    place: Place,
    amount: Option<Money>,
    direction: Option<Direction>,
    reversal: bool,
    status: String,
    booking_date: Option<Date>,
    value_date: Option<Date>,
    reference: String,
    bank_reference: String,
    /// `BkTxCd` of the entry: its domain's codes, else the bank's own.
    code: String,
    information: String,
    charges: Option<Money>,
    amounts: Amounts,
    /// `Btch/PmtInfId`, and `Btch/NbOfTxs`.
    payment: String,
    stated_count: Option<u64>,
    /// Transactions so far, and what they make; `None` where one of them does not tell its amount.
    count: u64,
    sum: Option<Money>,
    /// The only transaction, or the last one that was read.
    pub(super) details: Details,
    /// Something of it cannot be read, and was complained about.
    pub(super) broken: bool,
}

impl Draft {
    fn clear(&mut self, place: Place) {
        self.place = place;
        self.amount = None;
        self.direction = None;
        self.reversal = false;
        self.booking_date = None;
        self.value_date = None;
        self.charges = None;
        self.amounts = Amounts::default();
        self.stated_count = None;
        self.count = 0;
        self.sum = None;
        self.broken = false;
        for text in [
            &mut self.status,
            &mut self.reference,
            &mut self.bank_reference,
            &mut self.code,
            &mut self.information,
            &mut self.payment,
        ] {
            text.clear();
        }
        self.details.clear();
    }

    /// The entry for the sink.
    fn view(&self, amount: Money, direction: Direction, own: &str) -> EntryView<'_> {
        // The details of several transactions are told by its parts.
        let one = (self.count == 1).then_some(&self.details);
        let currency = amount.currency();
        let original = one
            .and_then(|one| one.amounts.original(currency))
            .or_else(|| self.amounts.original(currency));
        let charges = self.charges.or(one.and_then(|one| one.charges));
        EntryView {
            value_date: self.value_date,
            booking_date: self.booking_date,
            amount,
            transaction_code: present(&self.code)
                .or_else(|| one.and_then(|one| present(&one.code))),
            bank_reference: present(&self.bank_reference)
                .or_else(|| one?.bank_reference())
                .or(present(&self.reference))
                .or_else(|| one?.transaction_id()),
            customer_reference: one
                .and_then(Details::customer_reference)
                .or(present(&self.payment)),
            counterparty: one
                .map(|one| one.counterparty(direction, self.reversal, own).view())
                .unwrap_or_default(),
            remittance: one
                .and_then(|one| present(&one.remittance).or(present(&one.information)))
                .or(present(&self.information)),
            original,
            charges: charges.filter(|charges| charges.is_positive()),
            return_reason: one.and_then(Details::return_reason),
            reversal: self.reversal,
            status: status(&self.status).unwrap_or(EntryStatus::Booked),
            place: self.place,
        }
    }
}

/// Whether an entry is booked; `FUTR` is told from .08 on.
fn status(word: &str) -> Option<EntryStatus> {
    match word {
        "BOOK" => Some(EntryStatus::Booked),
        "PDNG" | "FUTR" => Some(EntryStatus::Pending),
        "INFO" => Some(EntryStatus::Info),
        _ => None,
    }
}

impl<S: ByteSource, K: StatementSink + ?Sized> Reader<'_, '_, '_, S, K> {
    /// Reads an `Ntry` and lends it to the sink.
    pub(super) fn read_entry(&mut self) -> Step {
        let place = self.xml.place();
        self.entry.clear(place);
        loop {
            match self.xml.next()? {
                Some(Node::Leaf(tag, text)) => match tag.name {
                    "Amt" => {
                        let read = money(&tag, text);
                        self.entry.amount = self.must(read)?;
                        self.entry_currency()?;
                    }
                    "CdtDbtInd" => self.entry.direction = Direction::of(text),
                    "RvslInd" => self.entry.reversal = is_true(text),
                    "Sts" => set(&mut self.entry.status, text),
                    "NtryRef" => set_reference(&mut self.entry.reference, text),
                    "AcctSvcrRef" => set_reference(&mut self.entry.bank_reference, text),
                    "AddtlNtryInf" => set(&mut self.entry.information, text),
                    _ => {}
                },
                Some(Node::Open(tag)) => match tag.name {
                    "Sts" => {
                        let status = &mut self.entry.status;
                        leaves(&mut self.xml, |_, text| set(status, text))?;
                    }
                    "BookgDt" => self.entry.booking_date = self.day()?,
                    "ValDt" => self.entry.value_date = self.day()?,
                    "BkTxCd" => self.code(true)?,
                    "AmtDtls" => self.entry.amounts = self.amounts()?,
                    "Chrgs" => {
                        let before = self.entry.charges;
                        self.entry.charges = self.charges(before)?;
                    }
                    "Btch" => self.batch()?,
                    "NtryDtls" => self.entry_details()?,
                    "TxDtls" => self.transaction()?,
                    _ => self.xml.skip()?,
                },
                Some(Node::Close) | None => return self.lend_entry(),
            }
        }
    }

    /// An `Ntry` with nothing in it.
    pub(super) fn empty_entry(&mut self) -> Step {
        let place = self.xml.place();
        self.entry.clear(place);
        self.lend_entry()
    }

    /// The entry's currency must be the statement's; the first may settle it.
    fn entry_currency(&mut self) -> Step {
        let Some(amount) = self.entry.amount else {
            return Ok(());
        };
        self.begin(Some(amount.currency()))?;
        match self.open.currency {
            Some(first) if first != amount.currency() => {
                let second = amount.currency();
                self.break_entry(&Problem::CurrencyDiffers { first, second })
            }
            Some(_) | None => Ok(()),
        }
    }

    /// Complains of the entry where the reader stands; its statement is never ended.
    fn break_entry(&mut self, problem: &Problem) -> Step {
        self.entry.broken = true;
        self.break_statement();
        self.complain(problem)
    }

    /// `BookgDt`, `ValDt`: a day, or a moment.
    fn day(&mut self) -> Result<Option<Date>, Stop> {
        let mut found = None;
        loop {
            match self.xml.next()? {
                Some(Node::Leaf(tag, text)) if matches!(tag.name, "Dt" | "DtTm") => {
                    found = date(text);
                    if found.is_none() {
                        self.complain(&Problem::DateImpossible)?;
                    }
                }
                Some(Node::Leaf(..)) => {}
                Some(Node::Open(_)) => self.xml.skip()?,
                Some(Node::Close) | None => return Ok(found),
            }
        }
    }

    /// `BkTxCd`: `PMNT-RCDT-DMCT`, or the bank's own code where there is no domain.
    pub(super) fn code(&mut self, of_entry: bool) -> Step {
        let code = if of_entry {
            &mut self.entry.code
        } else {
            &mut self.entry.details.code
        };
        loop {
            match self.xml.next()? {
                Some(Node::Open(tag)) if tag.name == "Domn" => {
                    code.clear();
                    leaves(&mut self.xml, |_, text| {
                        if !code.is_empty() {
                            code.push('-');
                        }
                        code.push_str(text.trim_ascii());
                    })?;
                }
                Some(Node::Open(tag)) if tag.name == "Prtry" && code.is_empty() => {
                    leaves(&mut self.xml, |name, text| {
                        if name == "Cd" {
                            set(code, text);
                        }
                    })?;
                }
                Some(Node::Open(_)) => self.xml.skip()?,
                Some(Node::Leaf(..)) => {}
                Some(Node::Close) | None => return Ok(()),
            }
        }
    }

    fn batch(&mut self) -> Step {
        let entry = &mut self.entry;
        leaves(&mut self.xml, |name, text| match name {
            "PmtInfId" => set_reference(&mut entry.payment, text),
            "MsgId" if entry.payment.is_empty() => set_reference(&mut entry.payment, text),
            "NbOfTxs" => entry.stated_count = text.trim_ascii().parse().ok(),
            _ => {}
        })
    }

    fn entry_details(&mut self) -> Step {
        loop {
            match self.xml.next()? {
                Some(Node::Open(tag)) => match tag.name {
                    "Btch" => self.batch()?,
                    "TxDtls" => self.transaction()?,
                    _ => self.xml.skip()?,
                },
                Some(Node::Leaf(tag, _)) if tag.name == "TxDtls" => self.empty_transaction()?,
                Some(Node::Leaf(..)) => {}
                Some(Node::Close) | None => return Ok(()),
            }
        }
    }

    /// One transaction of the entry. The first is held back until there is a second.
    fn transaction(&mut self) -> Step {
        self.next_transaction()?;
        self.details()?;
        self.transaction_read()
    }

    fn empty_transaction(&mut self) -> Step {
        self.next_transaction()?;
        self.entry.details.clear();
        self.entry.details.place = self.xml.place();
        self.transaction_read()
    }

    fn next_transaction(&mut self) -> Step {
        if self.entry.count == 1 {
            self.entry.sum = self
                .entry
                .amount
                .map(|amount| Money::zero(amount.currency()));
            self.lend_part()?;
        }
        self.entry.count += 1;
        Ok(())
    }

    fn transaction_read(&mut self) -> Step {
        if self.entry.count > 1 {
            self.lend_part()?;
        }
        Ok(())
    }

    /// Lends the details that were read last as a part, and adds up what the parts make.
    fn lend_part(&mut self) -> Step {
        let entry = &self.entry;
        let (Some(amount), Some(direction)) = (entry.amount, entry.direction) else {
            // The entry is complained about at its end.
            return Ok(());
        };
        if entry.broken || self.open.told != Told::Head {
            return Ok(());
        }
        let currency = amount.currency();
        let part = entry
            .details
            .part(currency, direction, entry.reversal, &self.open.account);
        self.sink.part(&part)?;
        let sum = entry.sum.zip(part.amount);
        self.entry.sum = sum.and_then(|(before, amount)| before.plus(amount).ok());
        Ok(())
    }

    /// The entry is read: looks at what its parts say, and lends it.
    fn lend_entry(&mut self) -> Step {
        if self.entry.broken {
            return Ok(());
        }
        let place = self.entry.place;
        let Some(amount) = self.entry.amount else {
            self.entry.broken = true;
            self.break_statement();
            return self.complain_at(&Problem::EntryAmountMissing, place);
        };
        let signed = self.entry.direction.map(|it| (it, it.sign(amount)));
        let Some((direction, Ok(signed))) = signed else {
            self.entry.broken = true;
            self.break_statement();
            return self.complain_at(&Problem::EntrySignMissing, place);
        };
        if self.open.told != Told::Head {
            return Ok(());
        }
        if status(&self.entry.status).is_none() {
            let status = self.entry.status.chars().take(40).collect();
            self.complain_at(&Problem::StatusUnknown { status }, place)?;
        }
        self.check_parts(signed)?;
        if self.count_entry(direction, signed).is_err() {
            self.break_statement();
            return self.complain_at(&Problem::SumTooLarge, place);
        }
        self.check_counterparty(direction)?;
        let view = self.entry.view(signed, direction, &self.open.account);
        if self.xml.is_lossy() && is_undecodable(&view) {
            self.undecodable_told = true;
            self.sink
                .complaint(Problem::TextUndecodable.at(place, String::new()))?;
        }
        Ok(self.sink.entry(&view)?)
    }

    fn count_entry(&mut self, direction: Direction, signed: Money) -> Result<(), MoneyError> {
        let open = &mut self.open;
        open.all.add(direction, signed);
        if status(&self.entry.status).unwrap_or(EntryStatus::Booked) == EntryStatus::Booked {
            open.booked.add(direction, signed);
            open.sum = open.sum.map(|sum| sum.plus(signed)).transpose()?;
        }
        Ok(())
    }

    /// The parts must make the entry, and be as many as the bank says.
    fn check_parts(&mut self, signed: Money) -> Step {
        let entry = &self.entry;
        let place = entry.place;
        let currency = signed.currency();
        let stated = entry.stated_count;
        let found = entry.count;
        let sum = match found {
            0 => return Ok(()),
            1 => own_amount(&entry.details, currency, signed, entry.charges),
            _ if entry.sum.is_none() => {
                self.complain_at(&Problem::PartAmountMissing, place)?;
                None
            }
            _ => entry.sum,
        };
        if let Some(sum) = sum.filter(|sum| *sum != signed) {
            let entry = signed;
            self.complain_at(&Problem::PartsMismatch { sum, entry }, place)?;
        }
        match stated {
            Some(stated) if stated != found => {
                self.complain_at(&Problem::PartsCount { stated, found }, place)
            }
            Some(_) | None => Ok(()),
        }
    }

    fn check_counterparty(&mut self, direction: Direction) -> Step {
        let entry = &self.entry;
        if entry.count != 1 {
            return Ok(());
        }
        let side = entry
            .details
            .counterparty(direction, entry.reversal, &self.open.account);
        if !side.account_is_iban || Iban::parse(&side.account).is_ok() {
            return Ok(());
        }
        let account = side.account.clone();
        let place = entry.details.place;
        self.complain_at(&Problem::AccountCheckDigits { account }, place)
    }
}

/// What the only transaction of an entry says that it moved, where that ought to be the entry's
/// amount: not where charges lie between, or another currency.
fn own_amount(
    details: &Details,
    currency: Currency,
    entry: Money,
    charges: Option<Money>,
) -> Option<Money> {
    let own = details
        .amounts
        .own
        .filter(|own| own.currency() == currency && !own.is_zero())?;
    let direction = details.direction.unwrap_or(if entry.is_negative() {
        Direction::Debit
    } else {
        Direction::Credit
    });
    let charged = charges.or(details.charges).is_some();
    direction.sign(own).ok().filter(|_| !charged)
}

fn is_undecodable(view: &EntryView<'_>) -> bool {
    let texts = [
        view.transaction_code,
        view.bank_reference,
        view.customer_reference,
        view.counterparty.name,
        view.counterparty.account,
        view.counterparty.bank,
        view.remittance,
        view.return_reason,
    ];
    texts
        .into_iter()
        .flatten()
        .any(|text| text.contains(char::REPLACEMENT_CHARACTER))
}
