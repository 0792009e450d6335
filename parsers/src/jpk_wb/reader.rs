//! From elements to a statement.

use kantor_model::{AccountNumber, Currency, Format, Money, Place, StatementSink};

use crate::ledger::{
    Account, Amounts, Cell, Line, Order, Problem, Step, Stop, Teller, amount_unreadable,
    balance_unreadable,
};
use crate::source::ByteSource;
use crate::statement::{Counted, Halt, Options};
use crate::xml::{Node, Xml};

/// What stands before the lines.
#[derive(Default)]
struct Head {
    currency: Cell,
    from: Cell,
    to: Cell,
    account: Cell,
    opening: Cell,
    closing: Cell,
}

/// A line as the file writes it.
#[derive(Default)]
struct Row {
    place: Place,
    excerpt: String,
    number: Cell,
    date: Cell,
    name: String,
    title: String,
    amount: Cell,
    balance: Cell,
}

/// The part that closes a statement.
#[derive(Default)]
struct Control {
    count: Cell,
    debits: Cell,
    credits: Cell,
}

/// Reads a document.
pub(super) fn document<S: ByteSource, K: StatementSink + ?Sized>(
    xml: &mut Xml<'_, S>,
    options: Options<'_>,
    sink: &mut Counted<'_, K>,
) -> Step {
    let mut reader = Reader {
        sink,
        head: Head::default(),
        told: options.account.and_then(AccountNumber::from_file),
        one: None,
    };
    loop {
        let place = xml.place();
        match xml.next()? {
            Some(Node::Open(tag)) => match tag.name {
                "JPK" | "Naglowek" | "Salda" => {}
                "WyciagWiersz" => {
                    let row = row(xml)?;
                    reader.row(row)?;
                }
                "WyciagCtrl" => {
                    let place = xml.place();
                    let control = control(xml)?;
                    reader.control(&control, place)?;
                }
                _ => xml.skip()?,
            },
            Some(Node::Leaf(tag, text)) => {
                let name = tag.name.to_owned();
                let text = text.trim().to_owned();
                let place = xml.text_place();
                reader.set(&name, Cell { text, place })?;
            }
            Some(Node::Close) => {}
            None => return Ok(reader.end(place)?),
        }
    }
}

fn row<S: ByteSource>(xml: &mut Xml<'_, S>) -> Result<Row, Stop> {
    let mut row = Row {
        place: xml.place(),
        excerpt: xml.excerpt(),
        ..Row::default()
    };
    loop {
        match xml.next()? {
            Some(Node::Open(_)) => xml.skip()?,
            Some(Node::Leaf(tag, text)) => {
                let name = tag.name.to_owned();
                let text = text.trim().to_owned();
                let place = xml.text_place();
                let cell = Cell { text, place };
                match name.as_str() {
                    "NumerWiersza" => row.number = cell,
                    "DataOperacji" => row.date = cell,
                    "NazwaPodmiotu" => row.name = cell.text,
                    "OpisOperacji" => row.title = cell.text,
                    "KwotaOperacji" => row.amount = cell,
                    "SaldoOperacji" => row.balance = cell,
                    _ => {}
                }
            }
            Some(Node::Close) | None => return Ok(row),
        }
    }
}

fn control<S: ByteSource>(xml: &mut Xml<'_, S>) -> Result<Control, Stop> {
    let mut control = Control::default();
    loop {
        match xml.next()? {
            Some(Node::Open(_)) => xml.skip()?,
            Some(Node::Leaf(tag, text)) => {
                let name = tag.name.to_owned();
                let text = text.trim().to_owned();
                let place = xml.text_place();
                let cell = Cell { text, place };
                match name.as_str() {
                    "LiczbaWierszy" => control.count = cell,
                    "SumaObciazen" => control.debits = cell,
                    "SumaUznan" => control.credits = cell,
                    _ => {}
                }
            }
            Some(Node::Close) | None => return Ok(control),
        }
    }
}

struct Reader<'s, 'k, K: ?Sized> {
    sink: &'s mut Counted<'k, K>,
    head: Head,
    told: Option<AccountNumber>,
    /// The statement whose lines are being read.
    one: Option<One>,
}

impl<K: StatementSink + ?Sized> Reader<'_, '_, K> {
    fn set(&mut self, name: &str, cell: Cell) -> Result<(), Halt> {
        let head = &mut self.head;
        match name {
            "DomyslnyKodWaluty" => head.currency = cell,
            "DataOd" => head.from = cell,
            "DataDo" => head.to = cell,
            "NumerRachunku" => {
                // Another account in the same file, and the part that closes the first is missing.
                if let Some(one) = self.one.take() {
                    self.unfinished(one, cell.place)?;
                }
                self.head.account = cell;
            }
            "SaldoPoczatkowe" => head.opening = cell,
            "SaldoKoncowe" => head.closing = cell,
            _ => {}
        }
        Ok(())
    }

    /// The statement whose lines follow; nothing when its currency is not known.
    fn begin(&mut self, place: Place) -> Result<One, Halt> {
        let code = self.head.currency.text.clone();
        let (currency, problem) = match Currency::from_code(&code) {
            Ok(currency) => (currency, None),
            Err(_) if code.is_empty() => {
                let currency = Currency::PLN;
                (currency, Some(Problem::CurrencyAssumed { currency }))
            }
            Err(unknown) => {
                let code = unknown.code;
                (Currency::PLN, Some(Problem::CurrencyUnknown { code }))
            }
        };
        let account = AccountNumber::from_file(&self.head.account.text).or(self.told.clone());
        let missing = account.is_none();
        let mut teller = Teller::new(Account {
            format: Format::JpkWb,
            bank: None,
            account,
            currency,
            place,
            order: Order::OldestFirst,
        });
        if let Some(problem) = problem {
            let place = if code.is_empty() {
                place
            } else {
                self.head.currency.place
            };
            teller.complain(&problem, (place, &code), self.sink)?;
        }
        if missing {
            teller.complain(&Problem::AccountMissing, (place, ""), self.sink)?;
        }
        let from = self.head.from.date(&mut teller, self.sink)?;
        let opening = &self.head.opening;
        let opening = opening.money(currency, balance_unreadable, &mut teller, self.sink)?;
        teller.open(opening, from);
        let to = self.head.to.date(&mut teller, self.sink)?;
        let closing = &self.head.closing;
        let closing = closing.money(currency, balance_unreadable, &mut teller, self.sink)?;
        teller.close(closing, to);
        Ok(One {
            teller,
            number: 0,
            credits: Some(Money::zero(currency)),
            debits: Some(Money::zero(currency)),
        })
    }

    fn row(&mut self, row: Row) -> Result<(), Halt> {
        let mut one = match self.one.take() {
            Some(one) => one,
            None => self.begin(row.place)?,
        };
        let told = one.row(row, self.sink);
        self.one = Some(one);
        told
    }

    fn control(&mut self, control: &Control, place: Place) -> Result<(), Halt> {
        let mut one = match self.one.take() {
            Some(one) => one,
            None => self.begin(place)?,
        };
        one.check(control, place, self.sink)?;
        one.teller.end(self.sink)?;
        self.head.account = Cell::default();
        self.head.opening = Cell::default();
        self.head.closing = Cell::default();
        Ok(())
    }

    /// Lines, and then nothing that says that these were all.
    fn unfinished(&mut self, mut one: One, place: Place) -> Result<(), Halt> {
        let problem = Problem::ControlMissing;
        one.teller.forgivable(&problem, (place, ""), self.sink)?;
        one.teller.end(self.sink)
    }

    fn end(&mut self, place: Place) -> Result<(), Halt> {
        let begun = !self.head.account.is_empty() || !self.head.opening.is_empty();
        let one = match self.one.take() {
            Some(one) => one,
            None if begun => self.begin(place)?,
            None if self.sink.is_silent() => {
                let place = Place { line: 1, column: 1 };
                return self
                    .sink
                    .complaint(Problem::NoStatement.at(place, String::new()));
            }
            None => return Ok(()),
        };
        self.unfinished(one, place)
    }
}

/// A statement whose lines are being read, with what its last part will be compared to.
struct One {
    teller: Teller,
    /// Of the last line.
    number: u64,
    /// Absent when a sum does not fit any more.
    credits: Option<Money>,
    debits: Option<Money>,
}

impl One {
    fn row<K: StatementSink + ?Sized>(
        &mut self,
        row: Row,
        sink: &mut Counted<'_, K>,
    ) -> Result<(), Halt> {
        self.numbered(&row, sink)?;
        let teller = &mut self.teller;
        if row.amount.is_empty() {
            return teller.complain(&Problem::AmountMissing, (row.place, &row.excerpt), sink);
        }
        let currency = teller.currency();
        let Some(amount) = row
            .amount
            .money(currency, amount_unreadable, teller, sink)?
        else {
            return Ok(());
        };
        let mut line = Line::of_amount(amount);
        line.place = row.place;
        line.booked_on = row.date.date(teller, sink)?;
        line.valued_on = line.booked_on;
        line.balance = row
            .balance
            .money(currency, balance_unreadable, teller, sink)?;
        line.name = row.name;
        line.title = row.title;
        let sum = if amount.is_negative() {
            &mut self.debits
        } else {
            &mut self.credits
        };
        *sum = sum.and_then(|sum| sum.plus(amount).ok());
        self.teller.take(line, sink)
    }

    /// Lines are numbered one by one.
    fn numbered<K: StatementSink + ?Sized>(
        &mut self,
        row: &Row,
        sink: &mut Counted<'_, K>,
    ) -> Result<(), Halt> {
        let expected = self.number.saturating_add(1);
        self.number = expected;
        if row.number.is_empty() {
            return Ok(());
        }
        let at = (row.number.place, row.number.text.as_str());
        match row.number.text.parse::<u64>() {
            Ok(told) if told == expected || expected == 1 => {
                // A part of a file may begin with any number.
                self.number = told;
                Ok(())
            }
            Ok(told) => {
                self.number = told;
                let problem = Problem::NumberGap { told, expected };
                self.teller.complain(&problem, at, sink)
            }
            Err(_) => {
                let text = row.number.text.clone();
                let problem = Problem::CountUnreadable { text };
                self.teller.forgivable(&problem, at, sink)
            }
        }
    }

    fn check<K: StatementSink + ?Sized>(
        &mut self,
        control: &Control,
        place: Place,
        sink: &mut Counted<'_, K>,
    ) -> Result<(), Halt> {
        let count = &control.count;
        let found = self.teller.count;
        match count.text.parse::<u64>() {
            Ok(told) if told == found => {}
            Ok(told) => {
                let problem = Problem::CountMismatch { told, found };
                self.teller
                    .forgivable(&problem, (count.place, &count.text), sink)?;
            }
            Err(_) if count.is_empty() => {
                self.teller
                    .forgivable(&Problem::ControlMissing, (place, ""), sink)?;
            }
            Err(_) => {
                let text = count.text.clone();
                let problem = Problem::CountUnreadable { text };
                self.teller
                    .forgivable(&problem, (count.place, &count.text), sink)?;
            }
        }
        self.sum("credits", &control.credits, self.credits, sink)?;
        self.sum("debits", &control.debits, self.debits, sink)
    }

    fn sum<K: StatementSink + ?Sized>(
        &mut self,
        what: &'static str,
        cell: &Cell,
        computed: Option<Money>,
        sink: &mut Counted<'_, K>,
    ) -> Result<(), Halt> {
        let currency = self.teller.currency();
        let stated = cell.money(currency, amount_unreadable, &mut self.teller, sink)?;
        // Both are sums without a sign, and some banks write one.
        let plain = |money: Money| money.abs().ok();
        let (Some(stated), Some(computed)) = (stated.and_then(plain), computed.and_then(plain))
        else {
            return Ok(());
        };
        if stated == computed {
            return Ok(());
        }
        let amounts = Amounts { stated, computed };
        let problem = Problem::SumMismatch { what, amounts };
        self.teller
            .complain(&problem, (cell.place, &cell.text), sink)
    }
}
