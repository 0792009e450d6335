//! What the bank says: statements, their entries, their balances.

use crate::{
    AccountNumber, Complaint, Currency, Date, Entry, EntryStatus, EntryView, Money, MoneyError,
    Part, PartView, Place,
};

/// The format that a statement was read from.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum Format {
    /// SWIFT MT940, with or without FIN blocks.
    Mt940,
    /// SWIFT MT942: what happened so far today, without balances.
    Mt942,
    /// SWIFT MT900: one debit is announced.
    Mt900,
    /// SWIFT MT910: one credit is announced.
    Mt910,
    /// ISO 20022 camt.052: a report within the day.
    Camt052,
    /// ISO 20022 camt.053: the statement at the end of the day.
    Camt053,
    /// ISO 20022 camt.054: a notification, without balances.
    Camt054,
    /// A bank's own table of comma separated values.
    Csv,
    /// A bank's own XML history.
    BankXml,
    /// JPK_WB, the statement of the Polish tax audit file.
    JpkWb,
    /// Elixir-0 lines used as a statement.
    Elixir0,
}

impl Format {
    /// All of them.
    pub const ALL: [Format; 11] = [
        Format::Mt940,
        Format::Mt942,
        Format::Mt900,
        Format::Mt910,
        Format::Camt052,
        Format::Camt053,
        Format::Camt054,
        Format::Csv,
        Format::BankXml,
        Format::JpkWb,
        Format::Elixir0,
    ];

    /// The name that interfaces show: `MT940`.
    pub const fn name(self) -> &'static str {
        match self {
            Format::Mt940 => "MT940",
            Format::Mt942 => "MT942",
            Format::Mt900 => "MT900",
            Format::Mt910 => "MT910",
            Format::Camt052 => "camt.052",
            Format::Camt053 => "camt.053",
            Format::Camt054 => "camt.054",
            Format::Csv => "CSV",
            Format::BankXml => "XML",
            Format::JpkWb => "JPK_WB",
            Format::Elixir0 => "ELIXIR-0",
        }
    }

    /// The format of that name, if it is one of ours.
    pub fn from_name(name: &str) -> Option<Format> {
        Format::ALL.into_iter().find(|format| format.name() == name)
    }
}

/// A balance at the end or the beginning of a day (saldo).
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub struct Balance {
    /// The amount, signed.
    pub amount: Money,
    /// The day that the bank gives.
    pub date: Date,
}

/// A statement without its entries' end: what stands before the first entry.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub struct StatementHead {
    /// The format it was read from.
    pub format: Format,
    /// Which bank's dialect its shape is: `mbank`, `pko`; `None` for the generic reading.
    pub bank: Option<String>,
    /// The office's account, as the bank writes it; `None` when the file does not name it (some
    /// tables do not), and then a person has to.
    pub account: Option<AccountNumber>,
    /// The account's currency.
    pub currency: Currency,
    /// Statement number and page as written: `12/1`.
    pub number: Option<String>,
    /// The balance before the first entry.
    pub opening: Option<Balance>,
    /// Where the statement begins in the file.
    pub place: Place,
}

/// What stands after the last entry.
#[derive(Clone, PartialEq, Eq, Hash, Debug, Default)]
pub struct StatementFoot {
    /// The booked balance after the last entry; partial exports of a running day have none.
    pub closing: Option<Balance>,
    /// The available balance, where the bank tells it.
    pub available: Option<Balance>,
}

/// A statement of one account in one currency (wyciąg).
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub struct Statement {
    /// What stands before the entries.
    pub head: StatementHead,
    /// The entries in the bank's order.
    pub entries: Vec<Entry>,
    /// What stands after them.
    pub foot: StatementFoot,
}

impl Statement {
    /// Opening balance plus booked entries; `None` when the file has no opening balance.
    pub fn computed_closing(&self) -> Result<Option<Money>, MoneyError> {
        let Some(opening) = self.head.opening else {
            return Ok(None);
        };
        self.entries
            .iter()
            .filter(|entry| entry.status == EntryStatus::Booked)
            .try_fold(opening.amount, |sum, entry| sum.plus(entry.amount))
            .map(Some)
    }

    /// What the bank's closing balance has more than opening plus entries; zero when it proves,
    /// `None` when one of the two balances is missing.
    pub fn difference(&self) -> Result<Option<Money>, MoneyError> {
        match (self.foot.closing, self.computed_closing()?) {
            (Some(closing), Some(computed)) => closing.amount.minus(computed).map(Some),
            (None, _) | (_, None) => Ok(None),
        }
    }
}

/// Whether the receiver of a stream wants more.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
#[must_use]
pub enum Flow {
    /// Go on.
    Continue,
    /// Stop: a limit is reached, or nobody listens any more. Return soon, without an error.
    Stop,
}

/// Receives statements as they are read, so that memory does not grow with the file.
/// A reader calls `begin`, then `entry` for each entry, then `end`, for each statement in turn;
/// `complaint` at any time. Where an entry is a batch of several transactions, each of them is
/// given by `part` before the `entry` that they make up.
pub trait StatementSink {
    /// A statement begins.
    fn begin(&mut self, head: StatementHead) -> Flow;
    /// A part of the entry that comes next. Parts never count in a balance; their entry does.
    fn part(&mut self, part: &PartView<'_>) -> Flow;
    /// An entry of the statement that began last, lent for the call.
    fn entry(&mut self, entry: &EntryView<'_>) -> Flow;
    /// The statement that began last is complete.
    fn end(&mut self, foot: StatementFoot) -> Flow;
    /// Something is wrong at a place of the file.
    fn complaint(&mut self, complaint: Complaint) -> Flow;
}

/// Lending a sink is as good as giving it away.
impl<S: StatementSink + ?Sized> StatementSink for &mut S {
    fn begin(&mut self, head: StatementHead) -> Flow {
        (**self).begin(head)
    }

    fn part(&mut self, part: &PartView<'_>) -> Flow {
        (**self).part(part)
    }

    fn entry(&mut self, entry: &EntryView<'_>) -> Flow {
        (**self).entry(entry)
    }

    fn end(&mut self, foot: StatementFoot) -> Flow {
        (**self).end(foot)
    }

    fn complaint(&mut self, complaint: Complaint) -> Flow {
        (**self).complaint(complaint)
    }
}

/// Everything that was read from one file.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Collected {
    /// The statements, in the file's order. A statement that never ended is not among them.
    pub statements: Vec<Statement>,
    /// What was wrong.
    pub complaints: Vec<Complaint>,
}

/// A sink that keeps everything, for files of ordinary size.
#[derive(Default, Debug)]
pub struct Collector {
    open: Option<Statement>,
    /// Parts of the entry that comes next.
    parts: Vec<Part>,
    collected: Collected,
}

impl Collector {
    /// An empty collector.
    pub fn new() -> Collector {
        Collector::default()
    }

    /// What was collected.
    pub fn finish(self) -> Collected {
        self.collected
    }
}

impl StatementSink for Collector {
    fn begin(&mut self, head: StatementHead) -> Flow {
        self.parts.clear();
        self.open = Some(Statement {
            head,
            entries: Vec::new(),
            foot: StatementFoot::default(),
        });
        Flow::Continue
    }

    fn part(&mut self, part: &PartView<'_>) -> Flow {
        self.parts.push(part.to_part());
        Flow::Continue
    }

    fn entry(&mut self, entry: &EntryView<'_>) -> Flow {
        let parts = std::mem::take(&mut self.parts);
        if let Some(statement) = &mut self.open {
            statement.entries.push(Entry {
                parts,
                ..entry.to_entry()
            });
        }
        Flow::Continue
    }

    fn end(&mut self, foot: StatementFoot) -> Flow {
        if let Some(mut statement) = self.open.take() {
            statement.foot = foot;
            self.collected.statements.push(statement);
        }
        Flow::Continue
    }

    fn complaint(&mut self, complaint: Complaint) -> Flow {
        self.collected.complaints.push(complaint);
        Flow::Continue
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const DAY: Date = Date::constant(2026, 11, 23);

    fn zloty(text: &str) -> Money {
        Money::parse(text, Currency::PLN).expect("an amount")
    }

    /// A statement from its balances (empty: the file has none) and its entries, each an amount and
    /// a letter: booked, pending, info.
    fn statement(opening: &str, entries: &str, closing: &str) -> Statement {
        let balance = |text: &str| {
            (!text.is_empty()).then(|| Balance {
                amount: zloty(text),
                date: DAY,
            })
        };
        let mut collector = Collector::new();
        let _ = collector.begin(StatementHead {
            format: Format::Mt940,
            bank: None,
            account: Some(AccountNumber::Other("1".to_owned())),
            currency: Currency::PLN,
            number: None,
            opening: balance(opening),
            place: Place::default(),
        });
        for entry in entries.split_whitespace() {
            let (amount, status) = entry.split_at(entry.len() - 1);
            let _ = collector.entry(&EntryView {
                value_date: Some(DAY),
                status: match status {
                    "b" => EntryStatus::Booked,
                    "p" => EntryStatus::Pending,
                    "i" => EntryStatus::Info,
                    other => panic!("no status {other}"),
                },
                ..EntryView::of_amount(zloty(amount))
            });
        }
        let _ = collector.end(StatementFoot {
            closing: balance(closing),
            available: None,
        });
        collector.finish().statements.remove(0)
    }

    #[test]
    fn a_statement_is_proven_by_its_booked_entries() {
        for (opening, entries, closing, difference) in [
            ("100.00", "-12.34b", "87.66", Some("0.00")),
            ("100.00", "", "100.00", Some("0.00")),
            ("100.00", "5.00b 7.00p 9.00i -5.00b", "100.00", Some("0.00")),
            ("100.00", "5.00b", "104.99", Some("-0.01")),
            ("-100.00", "5.00b", "0.00", Some("95.00")),
            ("", "5.00b", "5.00", None),
            ("5.00", "5.00b", "", None),
        ] {
            let found = statement(opening, entries, closing).difference();
            assert_eq!(
                found,
                Ok(difference.map(zloty)),
                "{opening} {entries} {closing}"
            );
        }
    }

    #[test]
    fn a_sum_that_does_not_fit_is_refused() {
        let too_much = statement("92233720368547758.07", "0.01b", "0.00");
        assert_eq!(
            too_much.difference(),
            Err(MoneyError::TooLarge {
                currency: Currency::PLN
            })
        );
    }

    #[test]
    fn a_statement_that_never_ended_is_not_collected() {
        let mut collector = Collector::new();
        let _ = collector.begin(statement("", "", "").head);
        let _ = collector.begin(statement("1.00", "", "").head);
        let _ = collector.end(StatementFoot::default());
        let _ = collector.end(StatementFoot::default());
        let statements = collector.finish().statements;
        assert_eq!(statements, [statement("1.00", "", "")]);
    }

    #[test]
    fn parts_belong_to_the_entry_after_them() {
        let mut collector = Collector::new();
        let _ = collector.begin(statement("", "", "").head);
        for amount in ["1.00", "2.00"] {
            let amount = Some(zloty(amount));
            let _ = collector.part(&PartView {
                amount,
                ..PartView::default()
            });
        }
        let _ = collector.entry(&EntryView::of_amount(zloty("3.00")));
        let _ = collector.entry(&EntryView::of_amount(zloty("4.00")));
        let _ = collector.end(StatementFoot::default());
        let statement = collector.finish().statements.remove(0);
        let parts: Vec<usize> = statement.entries.iter().map(|it| it.parts.len()).collect();
        assert_eq!(parts, [2, 0]);
        assert_eq!(statement.entries[0].parts[1].amount, Some(zloty("2.00")));
    }

    #[test]
    fn formats_are_known_by_name() {
        for format in Format::ALL {
            assert_eq!(Format::from_name(format.name()), Some(format));
        }
        assert_eq!(Format::from_name("mt940"), None);
    }
}
