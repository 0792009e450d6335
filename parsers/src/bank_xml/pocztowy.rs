//! The history of an account at Bank Pocztowy (`acc_history`).

use kantor_model::{AccountNumber, Currency, Format, Money, Place, StatementSink};

use crate::ledger::{
    Account, Cell, Line, Order, Problem, Step, Stop, Teller, amount_unreadable, balance_unreadable,
};
use crate::source::ByteSource;
use crate::statement::{Counted, Halt, Options};
use crate::xml::{Node, Xml};

/// What stands before the operations.
#[derive(Default)]
struct Head {
    place: Place,
    account: Option<AccountNumber>,
    currency: Cell,
    from: Cell,
    to: Cell,
    opening: Cell,
    closing: Cell,
}

/// An operation as the file writes it.
#[derive(Default)]
struct Operation {
    place: Place,
    excerpt: String,
    document: String,
    decree: String,
    transacted: Cell,
    processed: Cell,
    account: String,
    name: String,
    amount: Cell,
    currency: Cell,
    fee: Cell,
    fee_currency: Cell,
    details: String,
    balance: Cell,
    kind: String,
}

/// Reads a history whose root was opened.
pub(super) fn history<S: ByteSource, K: StatementSink + ?Sized>(
    xml: &mut Xml<'_, S>,
    options: Options<'_>,
    sink: &mut Counted<'_, K>,
) -> Step {
    let mut head = Head {
        place: xml.place(),
        ..Head::default()
    };
    let told = options.account.and_then(AccountNumber::from_file);
    let mut teller: Option<Teller> = None;
    loop {
        match xml.next()? {
            Some(Node::Open(tag)) if tag.name == "operation" => {
                let operation = operation(xml)?;
                if teller.is_none() {
                    let Some(begun) = head.begin(told.clone(), sink)? else {
                        return Ok(());
                    };
                    teller = Some(begun);
                }
                if let Some(teller) = &mut teller {
                    operation.tell(teller, sink)?;
                }
            }
            Some(Node::Open(_)) => xml.skip()?,
            Some(Node::Leaf(tag, text)) => {
                let name = tag.name.to_owned();
                let text = text.trim().to_owned();
                let place = xml.text_place();
                head.set(&name, Cell { text, place });
            }
            Some(Node::Close) => {}
            None => break,
        }
    }
    let teller = match teller {
        Some(teller) => Some(teller),
        // A period without operations.
        None => head.begin(told, sink)?,
    };
    if let Some(mut teller) = teller {
        head.end(&mut teller, sink)?;
    }
    Ok(())
}

impl Head {
    fn set(&mut self, name: &str, cell: Cell) {
        match name {
            "acc" => self.account = AccountNumber::from_file(&cell.text),
            "acc-curr" => self.currency = cell,
            "date-from" => self.from = cell,
            "date-to" => self.to = cell,
            "opening-balance" => self.opening = cell,
            "closing-balance" => self.closing = cell,
            _ => {}
        }
    }

    fn begin<K: StatementSink + ?Sized>(
        &self,
        told: Option<AccountNumber>,
        sink: &mut Counted<'_, K>,
    ) -> Result<Option<Teller>, Halt> {
        let currency = match Currency::from_code(&self.currency.text) {
            Ok(currency) => currency,
            Err(unknown) if unknown.code.is_empty() => {
                sink.complaint(Problem::CurrencyMissing.at(self.place, String::new()))?;
                return Ok(None);
            }
            Err(unknown) => {
                let excerpt = unknown.code.clone();
                let problem = Problem::CurrencyUnknown { code: unknown.code };
                sink.complaint(problem.at(self.currency.place, excerpt))?;
                return Ok(None);
            }
        };
        let account = self.account.clone().or(told);
        let missing = account.is_none();
        let mut teller = Teller::new(Account {
            format: Format::BankXml,
            bank: Some("pocztowy"),
            account,
            currency,
            place: self.place,
            order: Order::NewestFirst,
        });
        if missing {
            teller.complain(&Problem::AccountMissing, (self.place, ""), sink)?;
        }
        let from = self.from.date(&mut teller, sink)?;
        let opening = self
            .opening
            .money(currency, balance_unreadable, &mut teller, sink)?;
        teller.open(opening, from);
        Ok(Some(teller))
    }

    fn end<K: StatementSink + ?Sized>(
        &self,
        teller: &mut Teller,
        sink: &mut Counted<'_, K>,
    ) -> Result<(), Halt> {
        let to = self.to.date(teller, sink)?;
        let currency = teller.currency();
        let closing = self
            .closing
            .money(currency, balance_unreadable, teller, sink)?;
        teller.close(closing, to);
        teller.end(sink)
    }
}

fn operation<S: ByteSource>(xml: &mut Xml<'_, S>) -> Result<Operation, Stop> {
    let mut operation = Operation {
        place: xml.place(),
        excerpt: xml.excerpt(),
        ..Operation::default()
    };
    loop {
        match xml.next()? {
            Some(Node::Open(tag)) => match tag.name {
                "opposite" => lines(xml, &mut operation.name)?,
                "details" => lines(xml, &mut operation.details)?,
                _ => xml.skip()?,
            },
            Some(Node::Leaf(tag, text)) => {
                let name = tag.name.to_owned();
                let text = text.trim().to_owned();
                let place = xml.text_place();
                operation.set(&name, Cell { text, place });
            }
            Some(Node::Close) | None => return Ok(operation),
        }
    }
}

/// The lines of a text, joined by spaces.
fn lines<S: ByteSource>(xml: &mut Xml<'_, S>, into: &mut String) -> Step {
    loop {
        match xml.next()? {
            Some(Node::Open(_)) => xml.skip()?,
            Some(Node::Leaf(_, text)) => {
                let text = text.trim();
                if !into.is_empty() && !text.is_empty() {
                    into.push(' ');
                }
                into.push_str(text);
            }
            Some(Node::Close) | None => return Ok(()),
        }
    }
}

impl Operation {
    fn set(&mut self, name: &str, cell: Cell) {
        match name {
            "document-nr" => self.document = cell.text,
            "decree-nr" => self.decree = cell.text,
            "transaction-date" => self.transacted = cell,
            "proc-date" => self.processed = cell,
            "opposite-acc" => self.account = cell.text,
            "opposite" => self.name = cell.text,
            "details" => self.details = cell.text,
            "amount" => self.amount = cell,
            "curr" => self.currency = cell,
            "fee" => self.fee = cell,
            "fee-curr" => self.fee_currency = cell,
            "balance" => self.balance = cell,
            "type" => self.kind = cell.text,
            _ => {}
        }
    }

    fn tell<K: StatementSink + ?Sized>(
        self,
        teller: &mut Teller,
        sink: &mut Counted<'_, K>,
    ) -> Result<(), Halt> {
        let first = teller.currency();
        if !self.currency.is_empty() && self.currency.text != first.code() {
            let problem = match Currency::from_code(&self.currency.text) {
                Ok(second) => Problem::CurrencyDiffers { first, second },
                Err(unknown) => Problem::CurrencyUnknown { code: unknown.code },
            };
            return teller.complain(&problem, (self.currency.place, &self.excerpt), sink);
        }
        if self.amount.is_empty() {
            return teller.complain(&Problem::AmountMissing, (self.place, &self.excerpt), sink);
        }
        let Some(amount) = self.amount.money(first, amount_unreadable, teller, sink)? else {
            return Ok(());
        };
        let mut line = Line::of_amount(amount);
        line.place = self.place;
        line.booked_on = self.processed.date(teller, sink)?;
        line.valued_on = self.transacted.date(teller, sink)?;
        line.balance = self
            .balance
            .money(first, balance_unreadable, teller, sink)?;
        line.charges = self.charges(teller, sink)?;
        line.bank_reference = match self.decree.as_str() {
            "" => self.document,
            decree => format!("{}/{decree}", self.document),
        };
        line.code = self.kind;
        line.account = self.account;
        line.name = self.name;
        line.title = self.details;
        teller.take(line, sink)
    }

    /// The fee, where there is one.
    fn charges<K: StatementSink + ?Sized>(
        &self,
        teller: &mut Teller,
        sink: &mut Counted<'_, K>,
    ) -> Result<Option<Money>, Halt> {
        let currency = match Currency::from_code(&self.fee_currency.text) {
            Ok(currency) => currency,
            Err(unknown) if unknown.code.is_empty() => teller.currency(),
            Err(unknown) => {
                let problem = Problem::CurrencyUnknown { code: unknown.code };
                teller.complain(&problem, (self.fee_currency.place, &self.excerpt), sink)?;
                return Ok(None);
            }
        };
        let fee = self.fee.money(currency, amount_unreadable, teller, sink)?;
        Ok(fee
            .filter(|fee| !fee.is_zero())
            .and_then(|fee| fee.abs().ok()))
    }
}
