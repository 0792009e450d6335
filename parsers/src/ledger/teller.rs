//! Lines in the order of a file, told to a sink in the order in which they happened.

use kantor_model::{
    AccountNumber, Balance, Currency, Date, Format, Iban, IbanError, Money, Place, StatementFoot,
    StatementHead, StatementSink,
};

use super::line::Line;
use super::order::Order;
use super::problem::{Amounts, Problem};
use crate::statement::{Counted, Halt};

/// After so many lines it is asked in which order they stand.
const SAMPLE: usize = 256;

/// So many lines of a file that stands with its newest line first can be turned ...
const MOST_LINES: usize = 200_000;

/// ... with so many bytes of text.
const MOST_BYTES: usize = 64 << 20;

/// What is known of a statement before its lines.
pub(crate) struct Account {
    pub(crate) format: Format,
    /// The bank's short name.
    pub(crate) bank: Option<&'static str>,
    pub(crate) account: Option<AccountNumber>,
    pub(crate) currency: Currency,
    /// Where the statement begins.
    pub(crate) place: Place,
    /// In which order lines stand where neither balances nor days say it.
    pub(crate) order: Order,
}

/// A statement that is being told.
pub(crate) struct Teller {
    account: Account,
    /// Balance and day before the first line, and after the last one, as the file tells them.
    told_opening: (Option<Money>, Option<Date>),
    told_closing: (Option<Money>, Option<Date>),
    held: Vec<Line>,
    held_bytes: usize,
    begun: bool,
    /// Something fatal was said: no entry follows, and the statement does not end.
    broken: bool,
    /// The balance before the first line.
    opening: Option<Money>,
    /// The balance after the last line that was told, and the sum of all.
    running: Option<Money>,
    sum: Option<Money>,
    /// The last balance that the file tells with a line, and the last day.
    last: Option<Money>,
    last_day: Option<Date>,
    mismatch_told: bool,
    /// Lines that were taken.
    pub(crate) count: u64,
}

impl Teller {
    pub(crate) fn new(account: Account) -> Teller {
        let zero = Money::zero(account.currency);
        Teller {
            account,
            told_opening: (None, None),
            told_closing: (None, None),
            held: Vec::new(),
            held_bytes: 0,
            begun: false,
            broken: false,
            opening: None,
            running: None,
            sum: Some(zero),
            last: None,
            last_day: None,
            mismatch_told: false,
            count: 0,
        }
    }

    pub(crate) fn currency(&self) -> Currency {
        self.account.currency
    }

    /// The balance before the first line, and the first day, where the file tells them.
    pub(crate) fn open(&mut self, amount: Option<Money>, day: Option<Date>) {
        self.told_opening = (amount, day);
    }

    /// The balance after the last line, and the last day, where the file tells them.
    pub(crate) fn close(&mut self, amount: Option<Money>, day: Option<Date>) {
        self.told_closing = (amount, day);
    }

    /// Passes a problem on; a fatal one breaks the statement.
    pub(crate) fn complain<K: StatementSink + ?Sized>(
        &mut self,
        problem: &Problem,
        at: (Place, &str),
        sink: &mut Counted<'_, K>,
    ) -> Result<(), Halt> {
        self.broken |= problem.is_fatal();
        sink.complaint(problem.at(at.0, at.1.to_owned()))
    }

    /// A defect that a lenient reading forgives.
    pub(crate) fn forgivable<K: StatementSink + ?Sized>(
        &mut self,
        problem: &Problem,
        at: (Place, &str),
        sink: &mut Counted<'_, K>,
    ) -> Result<(), Halt> {
        let forgiven = sink.forgivable(problem.at(at.0, at.1.to_owned()))?;
        self.broken |= !forgiven;
        Ok(())
    }

    /// The statement has a fatal complaint that was passed on elsewhere.
    pub(crate) fn break_off(&mut self) {
        self.broken = true;
    }

    /// Takes the next line of the file.
    pub(crate) fn take<K: StatementSink + ?Sized>(
        &mut self,
        line: Line,
        sink: &mut Counted<'_, K>,
    ) -> Result<(), Halt> {
        self.count += 1;
        if self.begun {
            return self.tell(&line, sink);
        }
        if self.broken {
            return Ok(());
        }
        self.held_bytes += line.size();
        self.held.push(line);
        if self.held.len() == SAMPLE && Order::of(&self.held) == Some(Order::OldestFirst) {
            return self.release(sink);
        }
        if self.held.len() > MOST_LINES || self.held_bytes > MOST_BYTES {
            let lines = self.held.len();
            let place = self.account.place;
            self.held.clear();
            return self.complain(&Problem::TooLong { lines }, (place, ""), sink);
        }
        Ok(())
    }

    /// The lines that are held are in order: they are told, and so is each that follows.
    fn release<K: StatementSink + ?Sized>(
        &mut self,
        sink: &mut Counted<'_, K>,
    ) -> Result<(), Halt> {
        let held = std::mem::take(&mut self.held);
        self.begin(held.first(), sink)?;
        for line in &held {
            self.tell(line, sink)?;
        }
        Ok(())
    }

    fn begin<K: StatementSink + ?Sized>(
        &mut self,
        first: Option<&Line>,
        sink: &mut Counted<'_, K>,
    ) -> Result<(), Halt> {
        self.begun = true;
        let place = self.account.place;
        if let Some(AccountNumber::Other(text)) = &self.account.account
            && let Err(IbanError::CheckDigits { .. }) = Iban::parse(text)
        {
            let account = text.clone();
            let problem = Problem::AccountCheckDigits { account };
            self.complain(&problem, (place, ""), sink)?;
        }
        // A history without an opening balance has the one before its first line.
        let booked = first.filter(|line| line.is_booked());
        let before = booked.and_then(|line| line.balance?.minus(line.amount).ok());
        let (told, day) = self.told_opening;
        let day = day.or_else(|| first?.day());
        self.opening = told.or(before);
        self.running = self.opening;
        self.last_day = day;
        if self.broken {
            return Ok(());
        }
        let account = &self.account;
        sink.begin(StatementHead {
            format: account.format,
            bank: account.bank.map(str::to_owned),
            account: account.account.clone(),
            currency: account.currency,
            number: None,
            opening: balance(self.opening, day),
            place,
        })
    }

    fn tell<K: StatementSink + ?Sized>(
        &mut self,
        line: &Line,
        sink: &mut Counted<'_, K>,
    ) -> Result<(), Halt> {
        if line.is_booked() {
            self.follow(line, sink)?;
        }
        if let Err(IbanError::CheckDigits { .. }) = Iban::parse(&line.account) {
            let account = line.account.clone();
            let problem = Problem::AccountCheckDigits { account };
            self.complain(&problem, (line.place, ""), sink)?;
        }
        if self.broken {
            return Ok(());
        }
        sink.entry(&line.view())
    }

    /// Whether the line's balance follows from the one before it.
    fn follow<K: StatementSink + ?Sized>(
        &mut self,
        line: &Line,
        sink: &mut Counted<'_, K>,
    ) -> Result<(), Halt> {
        self.sum = self.sum.and_then(|sum| sum.plus(line.amount).ok());
        let computed = self.running.map(|running| running.plus(line.amount));
        if self.sum.is_none() || matches!(computed, Some(Err(_))) {
            return self.complain(&Problem::SumTooLarge, (line.place, ""), sink);
        }
        let computed = computed.and_then(Result::ok);
        self.running = line.balance.or(computed);
        self.last = line.balance.or(self.last);
        self.last_day = line.day().or(self.last_day);
        match (line.balance, computed) {
            (Some(stated), Some(computed)) if stated != computed && !self.mismatch_told => {
                self.mismatch_told = true;
                let problem = Problem::LineMismatch(Amounts { stated, computed });
                self.complain(&problem, (line.place, ""), sink)
            }
            (Some(_) | None, Some(_) | None) => Ok(()),
        }
    }

    /// The file has no more lines of this statement.
    pub(crate) fn end<K: StatementSink + ?Sized>(
        &mut self,
        sink: &mut Counted<'_, K>,
    ) -> Result<(), Halt> {
        if !self.begun && !self.broken {
            if Order::of(&self.held).unwrap_or(self.account.order) == Order::NewestFirst {
                self.held.reverse();
            }
            self.release(sink)?;
        }
        let place = self.account.place;
        let (told, day) = self.told_closing;
        let closing = told.or(self.last);
        let computed = self.opening.zip(self.sum);
        match (closing, computed.map(|(opening, sum)| opening.plus(sum))) {
            (_, Some(Err(_))) => self.complain(&Problem::SumTooLarge, (place, ""), sink)?,
            (Some(stated), Some(Ok(computed))) if stated != computed => {
                let problem = Problem::BalanceMismatch(Amounts { stated, computed });
                self.complain(&problem, (place, ""), sink)?;
            }
            (_, Some(Ok(_)) | None) => {}
        }
        let day = day.or(self.last_day);
        if closing.is_some() && day.is_none() {
            self.complain(&Problem::PeriodMissing, (place, ""), sink)?;
        }
        if self.broken || !self.begun {
            return Ok(());
        }
        sink.end(StatementFoot {
            closing: balance(closing, day),
            available: None,
        })
    }
}

fn balance(amount: Option<Money>, day: Option<Date>) -> Option<Balance> {
    let (amount, date) = (amount?, day?);
    Some(Balance { amount, date })
}
