//! Taking statements in: the file is archived, its bytes are read again here and compared with
//! what the desk sent, its lines are staged outside the lock, and one short command books it.

use std::sync::Arc;

use kantor_engine::chain::Marks;
use kantor_engine::matching::LineFacts;
use kantor_engine::{AccountId, Actor, Answer, Digest, StatementFacts, StatementOutcome};
use kantor_model::{Collected, Entry, EntryStatus, Money, Part, Severity, Statement};
use kantor_parsers::{Options, Profile};

use crate::entry_form::BankLine;
use crate::error::{Changed, ExecuteError, ImportError};
use crate::load::{own_accounts, payer, source_of};
use crate::request::{Ask, Once, Request};
use crate::runtime::Office;

/// Statements that a desk read from one file.
#[derive(Clone, Debug)]
pub struct Import {
    /// The archived file.
    pub file: Digest,
    /// The pack that read it, with its version: `mbank 0.1.0`.
    pub read_by: String,
    /// What the pack read.
    pub statements: Vec<Statement>,
    /// Whose statements these are, as a person says it, for a file that does not name its account.
    pub account: Option<String>,
    /// Whether the pack was told to forgive what leaves every amount certain.
    pub lenient: bool,
}

/// A statement whose rows are uploaded, ready to be booked.
pub(crate) struct StagedStatement {
    pub(crate) facts: StatementFacts,
    pub(crate) lines: Vec<LineFacts>,
    pub(crate) marks: Vec<Marks>,
}

/// What became of one statement of a file.
#[derive(Debug)]
pub struct ImportedStatement {
    /// The account as the file names it.
    pub account: String,
    /// The office account, where it is one.
    pub office_account: Option<AccountId>,
    /// The bank's own number of it.
    pub number: Option<String>,
    /// What became of it.
    pub outcome: Outcome,
}

/// Booked, known or archived; or refused, with the reason.
pub type Outcome = Result<StatementOutcome, ImportError>;

impl Office {
    /// Takes in the statements of one file, each for itself. An error that concerns the whole file
    /// (bytes missing, bytes that say something else) stops everything before anything is booked.
    pub fn import(
        &self,
        by: &Actor,
        import: &Import,
    ) -> Result<Vec<ImportedStatement>, ImportError> {
        self.import_once(by, import, None)
    }

    /// The same as one act: when it comes again, each statement that it took in is answered as the
    /// first time, and nothing is booked again that was taken back since.
    pub fn import_once(
        &self,
        by: &Actor,
        import: &Import,
        once: Option<&Once>,
    ) -> Result<Vec<ImportedStatement>, ImportError> {
        self.compare_with_bytes(import)?;
        let mut imported = Vec::with_capacity(import.statements.len());
        for (index, statement) in import.statements.iter().enumerate() {
            let office_account = self.account_named(statement);
            imported.push(ImportedStatement {
                account: account_text(statement),
                office_account,
                number: statement.head.number.clone(),
                outcome: self
                    .prepare(import, index, statement, office_account)
                    .and_then(|staged| {
                        let answer = self.execute(booking(by, staged, index, once));
                        self.booked(import, answer)
                    }),
            });
        }
        Ok(imported)
    }

    fn account_named(&self, statement: &Statement) -> Option<AccountId> {
        let iban = statement.head.account.as_ref()?.iban()?;
        self.read(|seen| seen.account_of(&iban).map(|account| account.account))
    }

    /// Whether an act has taken in any statement of a file before.
    pub fn is_imported(&self, import: &Import, once: &Once) -> Result<bool, ExecuteError> {
        for index in 0..import.statements.len() {
            if self.answered(&part(once, index))?.is_some() {
                return Ok(true);
            }
        }
        Ok(false)
    }

    /// What became of a statement. One that this act booked when it came before may be gone again.
    fn booked(&self, import: &Import, answer: Result<Answer, ExecuteError>) -> Outcome {
        let outcome = booked(answer)?;
        if let StatementOutcome::Booked { statement, .. } = &outcome
            && !self.read(|seen| seen.booked.contains_key(statement))
        {
            return Err(ExecuteError::from(Changed::TakenBack(import.file)).into());
        }
        Ok(outcome)
    }

    /// What taking in a file would do, and what would become of each statement: all of it is worked
    /// out as if it were done, and nothing is.
    pub fn preview(
        &self,
        by: &Actor,
        import: &Import,
    ) -> Result<Vec<ImportedStatement>, ImportError> {
        let mut seen = Vec::new();
        self.import_if(by, import, None, |would| {
            seen = would;
            false
        })?;
        Ok(seen)
    }

    /// Takes in all statements of a file together, if `keep` says so when it has seen what becomes
    /// of each. Answers whether it did. `keep` must ask nothing of the office: its turn is held.
    /// Ask [`Office::is_imported`] first of an act that may have come before: nothing new would come
    /// of it, which is not what somebody was shown.
    pub fn import_if(
        &self,
        by: &Actor,
        import: &Import,
        once: Option<&Once>,
        keep: impl FnOnce(Vec<ImportedStatement>) -> bool,
    ) -> Result<bool, ImportError> {
        self.compare_with_bytes(import)?;
        let mut prepared = Vec::with_capacity(import.statements.len());
        let mut requests = Vec::new();
        for (index, statement) in import.statements.iter().enumerate() {
            let office_account = self.account_named(statement);
            let staged = self.prepare(import, index, statement, office_account);
            let refused = match staged {
                Ok(staged) => {
                    requests.push(booking(by, staged, index, once));
                    None
                }
                Err(error) => Some(error),
            };
            prepared.push((statement, office_account, refused));
        }
        let kept = self.together(requests, |answers| {
            let mut answers = answers.into_iter();
            let imported = prepared.into_iter().map(|(statement, account, refused)| {
                let outcome = match refused {
                    Some(error) => Err(error),
                    None => booked(answers.next().unwrap_or(Err(ExecuteError::Closing))),
                };
                ImportedStatement {
                    account: account_text(statement),
                    office_account: account,
                    number: statement.head.number.clone(),
                    outcome,
                }
            });
            keep(imported.collect())
        })?;
        Ok(kept)
    }

    /// A statement with its rows uploaded, where it is one of this office.
    fn prepare(
        &self,
        import: &Import,
        index: usize,
        statement: &Statement,
        account: Option<AccountId>,
    ) -> Result<StagedStatement, ImportError> {
        let named = || account_text(statement);
        let account = account.ok_or_else(|| ImportError::UnknownAccount { account: named() })?;
        let expected = self
            .read(|seen| {
                seen.accounts
                    .get(&account)
                    .map(|account| account.currency())
            })
            .unwrap_or(statement.head.currency);
        if expected != statement.head.currency {
            return Err(ImportError::OtherCurrency {
                account: named(),
                found: statement.head.currency.to_string(),
                expected: expected.to_string(),
            });
        }
        self.stage(import, index, statement, account)
    }

    /// Uploads the rows of a statement outside the lock.
    fn stage(
        &self,
        import: &Import,
        index: usize,
        statement: &Statement,
        account: AccountId,
    ) -> Result<StagedStatement, ImportError> {
        let opening = statement.head.opening.map(|opening| opening.amount);
        let closing = statement.foot.closing;
        let mut facts = StatementFacts {
            account,
            file: import.file,
            index: u32::try_from(index).unwrap_or(u32::MAX),
            read_by: import.read_by.clone(),
            format: Some(statement.head.format),
            number: statement.head.number.clone(),
            opening: opening.map(Money::minor),
            closing: closing.map(|closing| closing.amount.minor()),
            closing_on: closing.map(|closing| closing.date),
            rows: Digest::of(&[]),
            lines: 0,
        };
        let source = source_of(&facts);
        // Rows of a file without an opening balance count from zero.
        let mut balance = opening.unwrap_or(Money::zero(statement.head.currency));
        let (mut rows, mut lines, mut marks) = (Vec::new(), Vec::new(), Vec::new());
        let now = self.now();
        let own = self.read(own_accounts);
        let view = self.view()?;
        for entry in statement
            .entries
            .iter()
            .filter(|entry| entry.status == EntryStatus::Booked)
        {
            balance = balance.plus(entry.amount)?;
            let line = BankLine::of(entry, balance.minor());
            lines.push(line.facts(payer(
                &own,
                &*view,
                entry.counterparty.account.as_ref(),
                now,
            )?));
            marks.push(line.marks(&source));
            rows.push(line.to_row());
        }
        drop(view);
        facts.lines = lines.len() as u64;
        facts.rows = self.stage_rows(rows)?;
        Ok(StagedStatement {
            facts,
            lines,
            marks,
        })
    }

    /// The server does not take the desk's word: where the bytes are of a format that is built in,
    /// they must say the same as what was sent.
    fn compare_with_bytes(&self, import: &Import) -> Result<(), ImportError> {
        let bytes = self.file_bytes(&import.file)?;
        let bank = import
            .statements
            .first()
            .and_then(|it| it.head.bank.as_deref());
        let options = Options {
            profile: bank.and_then(Profile::of_id),
            account: import.account.as_deref(),
            lenient: import.lenient,
            ..Options::default()
        };
        let ours = kantor_parsers::parse_all_with(&bytes, options);
        let is_known = kantor_parsers::recognise(&bytes).format.is_some();
        if !is_known && ours.statements.is_empty() {
            // Of a format that only a pack knows: the proof by balances is all there is.
            return Ok(());
        }
        compare(&ours, &import.statements)
    }
}

/// The request to book the statement in this place of a file.
fn booking(by: &Actor, staged: StagedStatement, index: usize, once: Option<&Once>) -> Request {
    Request::asking(by.clone(), Ask::Book(Arc::new(staged)))
        .once(once.map(|once| part(once, index)))
}

/// A file is one act, and each of its statements a part of it.
fn part(once: &Once, index: usize) -> Once {
    Once {
        key: format!("{}/{index}", once.key),
        ..once.clone()
    }
}

fn booked(answer: Result<Answer, ExecuteError>) -> Outcome {
    match answer? {
        Answer::Statement(outcome) => Ok(outcome),
        other => Err(ExecuteError::Damaged(format!("a statement was answered {other:?}")).into()),
    }
}

/// The account as the file names it.
fn account_text(statement: &Statement) -> String {
    match &statement.head.account {
        Some(account) => account.to_string(),
        None => "an account that the file does not name".to_owned(),
    }
}

/// The first difference between two readings of one file.
fn compare(ours: &Collected, sent: &[Statement]) -> Result<(), ImportError> {
    if let Some(fatal) = ours
        .complaints
        .iter()
        .find(|c| c.severity == Severity::Fatal)
    {
        return Err(ImportError::Unreadable {
            complaint: fatal.to_string(),
        });
    }
    let differs = |what: String| Err(ImportError::Differs { what });
    if ours.statements.len() != sent.len() {
        return differs(format!(
            "{} statements were sent and the bytes hold {}",
            sent.len(),
            ours.statements.len()
        ));
    }
    for (at, (our, their)) in ours.statements.iter().zip(sent).enumerate() {
        let place = format!("statement {}", at + 1);
        if our.head.account != their.head.account || our.head.currency != their.head.currency {
            return differs(format!("{place} is of account {}", account_text(our)));
        }
        let balances = |statement: &Statement| {
            (
                statement.head.opening.map(|balance| balance.amount),
                statement.foot.closing.map(|balance| balance.amount),
            )
        };
        if balances(our) != balances(their) {
            return differs(format!("the balances of {place} are others"));
        }
        if our.entries.len() != their.entries.len() {
            return differs(format!("{place} has {} entries", our.entries.len()));
        }
        let built_in = is_built_in(their);
        for (line, (our, their)) in our.entries.iter().zip(&their.entries).enumerate() {
            if !(same_money(our, their) && (!built_in || same_text(our, their))) {
                return differs(format!(
                    "entry {} of {place} (line {} of the file) is another",
                    line + 1,
                    our.place.line
                ));
            }
        }
    }
    Ok(())
}

/// Whether we read this bank's files with the same data as its pack does. A pack of somebody else
/// may take texts apart as it knows better; about money there is nothing to know better.
fn is_built_in(statement: &Statement) -> bool {
    let bank = statement.head.bank.as_deref();
    bank.is_none_or(|bank| Profile::of_id(bank).is_some())
}

/// The same money on the same days: what a booking and its place in the chain rest on.
fn same_money(our: &Entry, their: &Entry) -> bool {
    our.value_date == their.value_date
        && our.booking_date == their.booking_date
        && our.amount == their.amount
        && our.reversal == their.reversal
        && our.status == their.status
}

/// The same texts, and what else is evidence.
fn same_text(our: &Entry, their: &Entry) -> bool {
    // Taken apart, so that a new field cannot be forgotten here.
    let Entry {
        value_date: _,
        booking_date: _,
        amount: _,
        transaction_code,
        bank_reference,
        customer_reference,
        counterparty,
        remittance,
        original,
        charges,
        return_reason,
        reversal: _,
        status: _,
        // Where it stands in the file does not cross every wire.
        place: _,
        parts,
    } = our;
    *transaction_code == their.transaction_code
        && *bank_reference == their.bank_reference
        && *customer_reference == their.customer_reference
        && *counterparty == their.counterparty
        && *remittance == their.remittance
        && *original == their.original
        && *charges == their.charges
        && *return_reason == their.return_reason
        && parts.len() == their.parts.len()
        && parts
            .iter()
            .zip(&their.parts)
            .all(|(our, their)| same_part(our, their))
}

fn same_part(our: &Part, their: &Part) -> bool {
    let Part {
        amount,
        bank_reference,
        customer_reference,
        counterparty,
        remittance,
        return_reason,
        place: _,
    } = our;
    *amount == their.amount
        && *bank_reference == their.bank_reference
        && *customer_reference == their.customer_reference
        && *counterparty == their.counterparty
        && *remittance == their.remittance
        && *return_reason == their.return_reason
}
