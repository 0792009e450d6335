//! The histories of iPKO: of an account with a balance after each operation, of a card without.
//!
//! An operation that waits to be settled has no day of booking; it is told as pending.

use kantor_model::{
    AccountNumber, AmountError, Currency, EntryStatus, Format, Money, Place, StatementSink,
};

use super::description::{self, Direction};
use crate::ledger::{
    Account, Cell, Line, Order, Problem, Step, Stop, Teller, amount_unreadable, balance_unreadable,
    money,
};
use crate::source::ByteSource;
use crate::statement::{Counted, Halt, Options};
use crate::xml::{Node, Xml};

/// An operation as the file writes it.
#[derive(Default)]
struct Operation {
    place: Place,
    excerpt: String,
    executed: Cell,
    ordered: Cell,
    kind: String,
    description: String,
    amount: Written,
    balance: Written,
}

/// An amount with its currency.
#[derive(Default)]
struct Written {
    cell: Cell,
    currency: String,
}

/// Reads a history whose root was opened.
pub(super) fn history<S: ByteSource, K: StatementSink + ?Sized>(
    xml: &mut Xml<'_, S>,
    options: Options<'_>,
    sink: &mut Counted<'_, K>,
) -> Step {
    let mut reader = Reader {
        sink,
        teller: None,
        account: None,
        told: options.account.and_then(AccountNumber::from_file),
        place: xml.place(),
    };
    loop {
        match xml.next()? {
            Some(Node::Open(tag)) => match tag.name {
                "search" | "operations" => {}
                "operation" => {
                    let operation = operation(xml)?;
                    reader.take(operation)?;
                }
                _ => xml.skip()?,
            },
            Some(Node::Leaf(tag, text)) => match tag.name {
                "account" | "card" => reader.account = AccountNumber::from_file(text),
                "operation" => {
                    let operation = Operation {
                        place: xml.place(),
                        excerpt: xml.excerpt(),
                        ..Operation::default()
                    };
                    reader.take(operation)?;
                }
                _ => {}
            },
            Some(Node::Close) => {}
            None => return Ok(reader.end()?),
        }
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
            Some(Node::Open(_)) => xml.skip()?,
            Some(Node::Leaf(tag, text)) => {
                let name = tag.name.to_owned();
                let currency = tag.attribute("curr").unwrap_or_default().into_owned();
                let text = text.trim().to_owned();
                let place = xml.text_place();
                let cell = Cell { text, place };
                match name.as_str() {
                    "exec-date" => operation.executed = cell,
                    "order-date" => operation.ordered = cell,
                    "type" => operation.kind = cell.text,
                    "description" => operation.description = cell.text,
                    "amount" => operation.amount = Written { cell, currency },
                    "ending-balance" => operation.balance = Written { cell, currency },
                    _ => {}
                }
            }
            Some(Node::Close) | None => return Ok(operation),
        }
    }
}

struct Reader<'s, 'k, K: ?Sized> {
    sink: &'s mut Counted<'k, K>,
    /// From the first operation on.
    teller: Option<Teller>,
    /// Whose history it is, as the file says ...
    account: Option<AccountNumber>,
    /// ... and as a person says.
    told: Option<AccountNumber>,
    place: Place,
}

impl<K: StatementSink + ?Sized> Reader<'_, '_, K> {
    /// The file says its currency with each amount, so the first operation begins the statement.
    fn take(&mut self, operation: Operation) -> Result<(), Halt> {
        if let Some(teller) = &mut self.teller {
            return operation.tell(teller, self.sink);
        }
        let written = if operation.balance.currency.is_empty() {
            &operation.amount
        } else {
            &operation.balance
        };
        let problem = match Currency::from_code(&written.currency) {
            Ok(currency) => {
                let mut teller = self.begin(currency)?;
                let told = operation.tell(&mut teller, self.sink);
                self.teller = Some(teller);
                return told;
            }
            Err(unknown) if unknown.code.is_empty() => Problem::CurrencyMissing,
            Err(unknown) => Problem::CurrencyUnknown { code: unknown.code },
        };
        let complaint = problem.at(operation.place, operation.excerpt);
        self.sink.complaint(complaint)
    }

    fn begin(&mut self, currency: Currency) -> Result<Teller, Halt> {
        let account = self.account.take().or(self.told.take());
        let missing = account.is_none();
        let mut teller = Teller::new(Account {
            format: Format::BankXml,
            bank: Some("pko"),
            account,
            currency,
            place: self.place,
            order: Order::NewestFirst,
        });
        if !self.sink.is_silent() {
            teller.break_off();
        }
        if missing {
            teller.complain(&Problem::AccountMissing, (self.place, ""), self.sink)?;
        }
        Ok(teller)
    }

    fn end(&mut self) -> Result<(), Halt> {
        if let Some(teller) = &mut self.teller {
            return teller.end(self.sink);
        }
        if !self.sink.is_silent() {
            return Ok(());
        }
        // In a period without operations nothing says the currency.
        let problem = match self.account {
            Some(_) => Problem::CurrencyMissing,
            None => Problem::NoStatement,
        };
        self.sink.complaint(problem.at(self.place, String::new()))
    }
}

impl Operation {
    fn tell<K: StatementSink + ?Sized>(
        self,
        teller: &mut Teller,
        sink: &mut Counted<'_, K>,
    ) -> Result<(), Halt> {
        if self.amount.cell.is_empty() {
            return teller.complain(&Problem::AmountMissing, (self.place, &self.excerpt), sink);
        }
        let Some(amount) = self.money(&self.amount, amount_unreadable, teller, sink)? else {
            return Ok(());
        };
        let mut line = Line::of_amount(amount);
        line.place = self.place;
        line.booked_on = self.executed.date(teller, sink)?;
        line.valued_on = self.ordered.date(teller, sink)?;
        if self.executed.is_empty() {
            // What waits to be settled has words in the place of a balance.
            line.status = EntryStatus::Pending;
        } else if !self.balance.cell.is_empty() {
            line.balance = self.money(&self.balance, balance_unreadable, teller, sink)?;
        }
        let direction = if amount.is_negative() {
            Direction::Out
        } else {
            Direction::In
        };
        let description = description::read(&self.description, direction);
        line.code = self.kind;
        line.original = original(&description.original, amount.currency());
        line.account = description.account;
        line.name = description.name;
        line.title = description.title;
        line.customer_reference = description.own_reference;
        line.bank_reference = description.bank_reference;
        teller.take(line, sink)
    }

    fn money<K: StatementSink + ?Sized>(
        &self,
        written: &Written,
        unreadable: fn(AmountError) -> Problem,
        teller: &mut Teller,
        sink: &mut Counted<'_, K>,
    ) -> Result<Option<Money>, Halt> {
        let first = teller.currency();
        let problem = match Currency::from_code(&written.currency) {
            Ok(second) if second == first => {
                return written.cell.money(first, unreadable, teller, sink);
            }
            Ok(second) => Problem::CurrencyDiffers { first, second },
            Err(unknown) if unknown.code.is_empty() => Problem::CurrencyMissing,
            Err(unknown) => Problem::CurrencyUnknown { code: unknown.code },
        };
        teller.complain(&problem, (written.cell.place, &self.excerpt), sink)?;
        Ok(None)
    }
}

/// `12.99 USD`, where it is another currency than the account's.
fn original(text: &str, account: Currency) -> Option<Money> {
    let (amount, code) = text.trim().rsplit_once(' ')?;
    let currency = Currency::from_code(code).ok()?;
    let money = money(amount, currency).ok()?;
    (currency != account).then(|| money.abs().ok()).flatten()
}
