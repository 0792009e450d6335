//! The bank lines of statement files, kept small: a million of them are matched at once.

use std::ops::Range;
use std::path::{Path, PathBuf};

use kantor_engine::matching::{Line, PaidBy};
use kantor_engine::{AccountId, CustomerId, LineId};
use kantor_model::{
    AccountNumber, Complaint, Date, EntryStatus, EntryView, Flow, Money, PartView, Severity,
    StatementFoot, StatementHead, StatementSink,
};

use super::orders::Orders;

/// A bank line.
#[derive(Debug, Clone)]
pub(super) struct Kept {
    pub(super) amount: Money,
    pub(super) booked_on: Option<Date>,
    text: Range<u32>,
    account: Range<u32>,
    /// Which of the statements it is of.
    pub(super) statement: u32,
    /// Its place among the entries of its statement, from 1.
    pub(super) entry: u32,
    reversal: bool,
    /// Whether it is money: what is only told or announced is not.
    pub(super) status: EntryStatus,
}

/// A statement of a file.
#[derive(Debug)]
pub(super) struct Named {
    /// Its number, where it has one.
    pub(super) number: Option<String>,
    file: usize,
}

/// The lines of all files, in the order of the files.
#[derive(Debug, Default)]
pub(super) struct Lines {
    pub(super) kept: Vec<Kept>,
    /// What is wrong with the file that was read last.
    pub(super) complaints: Vec<Complaint>,
    files: Vec<PathBuf>,
    statements: Vec<Named>,
    texts: String,
    entries: u32,
    /// The statement of the file that was read last has not ended.
    is_open: bool,
    is_too_long: bool,
}

impl Lines {
    /// What comes now is of this file.
    pub(super) fn begin_file(&mut self, path: &Path) {
        self.files.push(path.to_owned());
        self.complaints.clear();
        self.is_open = false;
    }

    /// Whether what was read of the last file can be relied on.
    pub(super) fn is_trustworthy(&self) -> bool {
        let file = self.files.len().checked_sub(1);
        let is_fatal = |complaint: &Complaint| complaint.severity == Severity::Fatal;
        self.statements.last().map(|named| named.file) == file
            && !self.is_open
            && !self.complaints.iter().any(is_fatal)
    }

    /// The lines hold more text than this program can match in one run.
    pub(super) fn is_too_long(&self) -> bool {
        self.is_too_long
    }

    /// The statement of a line.
    pub(super) fn statement(&self, kept: &Kept) -> Option<&str> {
        let named = self.statements.get(kept.statement as usize)?;
        named.number.as_deref()
    }

    /// The file of a line, where there are several.
    pub(super) fn file(&self, kept: &Kept) -> Option<&Path> {
        let named = self.statements.get(kept.statement as usize)?;
        let file = self.files.get(named.file).filter(|_| self.files.len() > 1);
        file.map(PathBuf::as_path)
    }

    fn text(&self, range: &Range<u32>) -> &str {
        let range = range.start as usize..range.end as usize;
        self.texts.get(range).unwrap_or_default()
    }

    fn put(&mut self, texts: [Option<&str>; 2]) -> Range<u32> {
        let begin = self.texts.len();
        for text in texts.into_iter().flatten() {
            if self.texts.len() > begin {
                self.texts.push('\n');
            }
            self.texts.push_str(text);
        }
        let place = |at: usize| u32::try_from(at).unwrap_or(u32::MAX);
        place(begin)..place(self.texts.len())
    }

    /// Whose account each line came from, as far as the list of orders knows it.
    pub(super) fn payers(&self, orders: &Orders) -> Vec<Option<CustomerId>> {
        let customer = |kept: &Kept| {
            let account = AccountNumber::from_file(self.text(&kept.account))?;
            orders.customer(&account)
        };
        self.kept.iter().map(customer).collect()
    }

    /// The lines as matching takes them; `payers` stands line by line beside them. What is only
    /// told is left out.
    pub(super) fn lent<'a>(&'a self, payers: &'a [Option<CustomerId>]) -> Vec<Line<'a>> {
        let lines = self.kept.iter().zip(payers).zip(1..);
        lines
            .filter(|((kept, _), _)| kept.status != EntryStatus::Info)
            .map(|((kept, payer), ordinal)| Line {
                id: LineId {
                    account: AccountId(1),
                    ordinal,
                },
                amount: kept.amount,
                booked_on: kept.booked_on,
                booked_at: None,
                text: self.text(&kept.text),
                code: None,
                payer: if kept.account.is_empty() {
                    PaidBy::NotGiven
                } else {
                    PaidBy::Customers(payer.as_slice())
                },
                virtual_account: None,
                reversal: kept.reversal,
            })
            .collect()
    }
}

impl StatementSink for Lines {
    fn begin(&mut self, head: StatementHead) -> Flow {
        self.statements.push(Named {
            number: head.number,
            file: self.files.len().saturating_sub(1),
        });
        self.entries = 0;
        self.is_open = true;
        Flow::Continue
    }

    fn part(&mut self, _: &PartView<'_>) -> Flow {
        Flow::Continue
    }

    fn entry(&mut self, entry: &EntryView<'_>) -> Flow {
        self.entries += 1;
        let text = self.put([entry.remittance, entry.customer_reference]);
        let account = self.put([entry.counterparty.account, None]);
        let statement = u32::try_from(self.statements.len()).unwrap_or(u32::MAX);
        self.kept.push(Kept {
            amount: entry.amount,
            booked_on: entry.booking_date.or(entry.value_date),
            text,
            account,
            statement: statement.saturating_sub(1),
            entry: self.entries,
            reversal: entry.reversal,
            status: entry.status,
        });
        self.is_too_long = u32::try_from(self.texts.len()).is_err();
        if self.is_too_long {
            Flow::Stop
        } else {
            Flow::Continue
        }
    }

    fn end(&mut self, _: StatementFoot) -> Flow {
        self.is_open = false;
        Flow::Continue
    }

    fn complaint(&mut self, complaint: Complaint) -> Flow {
        self.complaints.push(complaint);
        Flow::Continue
    }
}
