//! The message: its statements one after the other, and what stands before their entries.

use kantor_model::{Currency, Format, Iban, Money, Place, StatementSink};

use super::complaints::Problem;
use super::entry::Draft;
use super::format_of;
use super::open::{Open, Stated, Told};
use super::sides;
use super::value::{Unreadable, set};
use crate::charset::Charset;
use crate::source::ByteSource;
use crate::statement::{Counted, Halt, Options};
use crate::xml::{Fault, Node, TRUNCATED, Xml};

/// Reads a whole message.
pub(crate) fn read<S: ByteSource, K: StatementSink + ?Sized>(
    source: &mut S,
    options: Options<'_>,
    sink: &mut Counted<'_, K>,
) -> Result<Charset, Halt> {
    let mut reader = Reader {
        xml: Xml::new(source, options.charset),
        sink,
        demanded: options.account,
        format: Format::Camt053,
        open: Open::default(),
        entry: Draft::default(),
        any: false,
        inside: false,
        goes_on: None,
        undecodable_told: false,
    };
    match reader.message() {
        Ok(()) => {}
        Err(Stop::Halt(halt)) => return Err(halt),
        Err(Stop::Fault(Fault::Source(error))) => return Err(Halt::Source(error)),
        // Every statement came to its end, and only closing tags are missing.
        Err(Stop::Fault(Fault::Broken(complaint)))
            if reader.any && !reader.inside && complaint.code == TRUNCATED =>
        {
            reader.sink.forgivable(*complaint)?;
        }
        Err(Stop::Fault(Fault::Broken(complaint))) => reader.sink.complaint(*complaint)?,
    }
    // What stood outside of the entries, the names of elements even, may be damaged: a balance
    // that nobody finds any more must not be missing without a word.
    if reader.xml.is_lossy() && !reader.undecodable_told {
        let place = Place { line: 1, column: 1 };
        reader
            .sink
            .complaint(Problem::TextUndecodable.at(place, String::new()))?;
    }
    Ok(reader.xml.charset())
}

/// Why reading stops.
pub(super) enum Stop {
    Halt(Halt),
    Fault(Fault),
}

impl From<Halt> for Stop {
    fn from(halt: Halt) -> Stop {
        Stop::Halt(halt)
    }
}

impl From<Fault> for Stop {
    fn from(fault: Fault) -> Stop {
        Stop::Fault(fault)
    }
}

/// One step of reading: it is done, or nothing more is wanted.
pub(super) type Step = Result<(), Stop>;

/// Gives each leaf of the element that was opened last, however deep, and passes its end.
pub(super) fn leaves<S: ByteSource>(
    xml: &mut Xml<'_, S>,
    mut each: impl FnMut(&str, &str),
) -> Step {
    let depth = xml.depth();
    loop {
        match xml.next()? {
            Some(Node::Leaf(tag, text)) => each(tag.name, text),
            Some(Node::Open(_)) => {}
            Some(Node::Close) => {
                if xml.depth() < depth {
                    return Ok(());
                }
            }
            None => return Ok(()),
        }
    }
}

/// Reads a message into a sink.
pub(super) struct Reader<'s, 'c, 'k, S: ByteSource, K: ?Sized> {
    pub(super) xml: Xml<'s, S>,
    pub(super) sink: &'c mut Counted<'k, K>,
    /// The account as a person names it.
    demanded: Option<&'c str>,
    format: Format,
    pub(super) open: Open,
    pub(super) entry: Draft,
    /// A statement was seen.
    any: bool,
    /// A statement has begun and not ended.
    inside: bool,
    /// Where the message says that another page follows.
    goes_on: Option<Place>,
    /// An entry was complained of for text that its code page does not have.
    pub(super) undecodable_told: bool,
}

impl<S: ByteSource, K: StatementSink + ?Sized> Reader<'_, '_, '_, S, K> {
    /// Finds the message, whatever envelope is around it, and reads it to the end of the file.
    fn message(&mut self) -> Step {
        let mut place = Place { line: 1, column: 1 };
        while let Some(node) = self.xml.next()? {
            let name = match &node {
                Node::Open(tag) | Node::Leaf(tag, _) => tag.name,
                Node::Close => continue,
            };
            if let Some(format) = format_of(name) {
                self.format = format;
                let whole = matches!(node, Node::Leaf(..));
                place = self.xml.place();
                if !whole {
                    self.group()?;
                }
            }
        }
        if let Some(place) = self.goes_on {
            self.complain_at(&Problem::PageMissing, place)?;
        }
        if !self.any {
            self.complain_at(&Problem::StatementMissing, place)?;
        }
        Ok(())
    }

    fn group(&mut self) -> Step {
        loop {
            match self.xml.next()? {
                Some(Node::Open(tag)) => match tag.name {
                    "Stmt" | "Rpt" | "Ntfctn" => self.statement()?,
                    "GrpHdr" => self.group_header()?,
                    _ => self.xml.skip()?,
                },
                Some(Node::Leaf(..)) => {}
                Some(Node::Close) | None => return Ok(()),
            }
        }
    }

    fn group_header(&mut self) -> Step {
        let mut last = true;
        leaves(&mut self.xml, |name, text| {
            last &= name != "LastPgInd" || !is_false(text);
        })?;
        if !last {
            self.goes_on = Some(self.xml.place());
        }
        Ok(())
    }

    fn statement(&mut self) -> Step {
        self.any = true;
        self.inside = true;
        self.open = Open {
            place: self.xml.place(),
            ..Open::default()
        };
        loop {
            match self.xml.next()? {
                Some(Node::Leaf(tag, text)) => match tag.name {
                    "Id" => set(&mut self.open.id, text),
                    "ElctrncSeqNb" => set(&mut self.open.electronic_number, text),
                    "LglSeqNb" => set(&mut self.open.legal_number, text),
                    "Ntry" => self.empty_entry()?,
                    _ => {}
                },
                Some(Node::Open(tag)) => match tag.name {
                    "Ntry" => self.read_entry()?,
                    "Bal" => self.balance()?,
                    "Acct" => self.account()?,
                    "TxsSummry" => self.summary()?,
                    "StmtPgntn" | "RptPgntn" | "NtfctnPgntn" => self.pages()?,
                    _ => self.xml.skip()?,
                },
                Some(Node::Close) | None => return self.end(),
            }
        }
    }

    fn pages(&mut self) -> Step {
        let open = &mut self.open;
        leaves(&mut self.xml, |name, text| match name {
            "PgNb" => set(&mut open.page, text),
            "LastPgInd" => open.goes_on = is_false(text),
            _ => {}
        })
    }

    fn account(&mut self) -> Step {
        loop {
            match self.xml.next()? {
                Some(Node::Leaf(tag, text)) if tag.name == "Ccy" => {
                    let code = text.trim_ascii();
                    match Currency::from_code(code) {
                        Ok(currency) => self.open.account_currency = Some(currency),
                        Err(_) => {
                            let code = code.chars().take(20).collect();
                            self.break_statement();
                            self.complain(&Problem::CurrencyUnknown { code })?;
                        }
                    }
                }
                Some(Node::Leaf(..)) => {}
                Some(Node::Open(tag)) if tag.name == "Id" => {
                    let open = &mut self.open;
                    sides::number(&mut self.xml, &mut open.account, &mut open.account_is_iban)?;
                }
                Some(Node::Open(_)) => self.xml.skip()?,
                Some(Node::Close) | None => return Ok(()),
            }
        }
    }

    /// Tells the sink of the statement, once; the currency is the account's, else that of
    /// the opening balance, else that of the first entry.
    pub(super) fn begin(&mut self, of_entry: Option<Currency>) -> Step {
        if self.open.told != Told::Nothing {
            return Ok(());
        }
        let of_balance = |stated: Stated| stated.balance.amount.currency();
        let balances = &self.open.balances;
        let currency = self
            .open
            .account_currency
            .or(balances.first().map(of_balance))
            .or(of_entry)
            .or(balances.last().map(of_balance));
        let place = self.open.place;
        let head = currency.and_then(|it| self.open.head(self.format, it, self.demanded));
        let (Some(currency), Some(head)) = (currency, head) else {
            self.open.told = Told::Broken;
            let problem = match currency {
                None => Problem::CurrencyMissing,
                Some(_) => Problem::AccountMissing,
            };
            return self.complain_at(&problem, place);
        };
        self.open.told = Told::Head;
        self.open.currency = Some(currency);
        self.open.sum = head.opening.map(|opening| opening.amount);
        if self.open.account_is_iban && Iban::parse(&self.open.account).is_err() {
            let account = self.open.account.clone();
            self.complain_at(&Problem::AccountCheckDigits { account }, place)?;
        }
        if head.opening.is_none() && self.format == Format::Camt053 {
            self.complain_at(&Problem::OpeningMissing, place)?;
        }
        Ok(self.sink.begin(head)?)
    }

    fn end(&mut self) -> Step {
        self.inside = false;
        self.begin(None)?;
        let Some(currency) = self.open.currency.filter(|_| self.is_told()) else {
            return Ok(());
        };
        self.check_summary(currency)?;
        let foot = self.foot(currency)?;
        if self.is_told() {
            self.sink.end(foot)?;
        }
        Ok(())
    }

    fn is_told(&self) -> bool {
        self.open.told == Told::Head
    }

    pub(super) fn break_statement(&mut self) {
        self.open.told = Told::Broken;
    }

    /// Complains of the node that was read last.
    pub(super) fn complain(&mut self, problem: &Problem) -> Step {
        let complaint = problem.at(self.xml.text_place(), self.xml.excerpt());
        Ok(self.sink.complaint(complaint)?)
    }

    pub(super) fn complain_at(&mut self, problem: &Problem, place: Place) -> Step {
        Ok(self.sink.complaint(problem.at(place, String::new()))?)
    }

    /// An amount without which nothing can be booked.
    pub(super) fn must(&mut self, read: Result<Money, Unreadable>) -> Result<Option<Money>, Stop> {
        match read {
            Ok(money) => Ok(Some(money)),
            Err(unreadable) => {
                self.entry.broken = true;
                self.break_statement();
                self.complain(&unreadable.into())?;
                Ok(None)
            }
        }
    }

    /// An amount that may be left out.
    pub(super) fn may(&mut self, read: Result<Money, Unreadable>) -> Result<Option<Money>, Stop> {
        match read {
            Ok(money) => Ok(Some(money)),
            // ISO 4217 for "no currency is involved", which banks write beside a zero.
            Err(Unreadable::Currency { code }) if code == "XXX" => Ok(None),
            Err(_) => {
                self.complain(&Problem::OriginalUnreadable)?;
                Ok(None)
            }
        }
    }
}

fn is_false(text: &str) -> bool {
    matches!(text.trim_ascii(), "false" | "0")
}
