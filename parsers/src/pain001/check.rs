//! Everything that the bank would refuse, looked for before a byte is written.

use kantor_model::{Batch, Charges, Transfer};

use super::ID_LENGTH;
use super::area::account_length;
use super::block::{Key, Kind, Plan, charges_refused};
use super::id::MessageId;
use super::profile::Profile;
use super::texts::{Spelt, Texts};
use super::twice::references_twice;
use super::writer::{Changes, payee_agent};
use crate::transfers::{At, TransferFormat, WriteProblem};

/// The most that eighteen digits hold, which are all that an amount has.
const MOST: i64 = 999_999_999_999_999_999;

/// The most that one SEPA transfer carries, in cents (EPC125-05, AT-T002).
const MOST_SEPA: i64 = 999_999_999_99;

/// Characters of a line of the title.
const TITLE_WIDTH: usize = 35;

/// What was found by looking at a whole batch.
pub(super) struct Examined {
    /// Everything that stands in the way.
    pub(super) problems: Vec<WriteProblem>,
    /// What is written differently; only of use when there is no problem.
    pub(super) changes: Changes,
    pub(super) plan: Plan,
    pub(super) id: String,
    /// For each transfer, whether its texts are written as they are.
    pub(super) as_it_is: Vec<bool>,
}

/// Looks at a whole batch, at each transfer once.
pub(super) fn examine(
    batch: &Batch,
    version: TransferFormat,
    profile: &Profile,
    texts: &Texts,
) -> Examined {
    let mut check = Check {
        batch,
        version,
        profile,
        texts,
        plan: Plan::for_transfers(batch.transfers.len()),
        changes: Changes::default(),
        problems: Vec::new(),
    };
    let mut id = MessageId::of(batch);
    let mut as_it_is = Vec::with_capacity(batch.transfers.len());
    // References that rise are all different, and most batches' do.
    let (mut rising, mut before) = (true, "");
    for (index, transfer) in batch.transfers.iter().enumerate() {
        let key = Key::of(&batch.debit_account, transfer);
        check.plan.add(key, transfer);
        as_it_is.push(check.transfer(index + 1, transfer, key));
        id.add(transfer);
        rising &= before < transfer.reference.as_str();
        before = &transfer.reference;
    }
    if !rising {
        check.references();
    }
    check.whole();
    let Check {
        plan,
        changes,
        mut problems,
        ..
    } = check;
    problems.sort_by_key(WriteProblem::line);
    Examined {
        problems,
        changes,
        plan,
        id: id.finish(),
        as_it_is,
    }
}

struct Check<'a> {
    batch: &'a Batch,
    version: TransferFormat,
    profile: &'a Profile,
    texts: &'a Texts,
    plan: Plan,
    changes: Changes,
    problems: Vec<WriteProblem>,
}

impl Check<'_> {
    fn problem(&mut self, problem: WriteProblem) {
        self.problems.push(problem);
    }

    fn rule(&mut self, line: usize, transfer: &Transfer, message: String) {
        let at = at(line, transfer);
        self.problem(WriteProblem::Rule { at, message });
    }

    /// What is about no single transfer.
    fn whole(&mut self) {
        let Batch {
            date, transfers, ..
        } = self.batch;
        let format = self.version;
        if !self.profile.versions.contains(&format) {
            let taken: Vec<&str> = self.profile.versions.iter().map(|it| it.name()).collect();
            let message = format!(
                "this bank does not take {format}; write {}",
                taken.join(" or ")
            );
            self.problem(WriteProblem::Whole { message });
        }
        if !(1000..=9999).contains(&date.year()) {
            self.problem(WriteProblem::Date {
                format,
                date: *date,
                from: 1000,
                to: 9999,
            });
        }
        let count = transfers.len();
        if count == 0 {
            self.problem(WriteProblem::Empty);
        }
        if let Some(limit) = self.profile.max_transfers.filter(|limit| count > *limit) {
            self.problem(WriteProblem::TooMany { count, limit });
        }
        if !self.plan.sum().fits() {
            self.problem(WriteProblem::SumTooLong { format });
        }
        self.owner();
    }

    /// The owner's name, spelt in each way that this file needs.
    fn owner(&mut self) {
        let country = self.batch.debit_account;
        let country = country.country();
        let latin = self.plan.has(false);
        let domestic = self.plan.has(true) || !latin;
        let kinds = [
            domestic.then_some(Kind::Domestic),
            latin.then_some(Kind::Foreign),
        ];
        let before = self.changes.respelt.len();
        let mut nameless = false;
        for kind in kinds.into_iter().flatten() {
            let owner = &self.batch.owner;
            let party = self.texts.party(kind, owner, country, 1, &mut self.changes);
            nameless |= party.name.is_empty();
        }
        if let Some(contract) = &self.profile.contract {
            self.texts.contract(contract, &mut self.changes);
        }
        if nameless {
            self.problem(WriteProblem::OwnerMissing);
        }
        if self.controls(before) {
            let message = "the owner's name or address holds a control character, which no file can carry; write it anew".to_owned();
            self.problem(WriteProblem::Whole { message });
        }
    }

    /// Whether a control character was among what had to be respelt since.
    fn controls(&self, before: usize) -> bool {
        let since = self.changes.respelt.get(before..).unwrap_or_default();
        since
            .iter()
            .any(|respelling| respelling.character.is_control())
    }

    /// Looks at one transfer, and says whether its texts are written as they are.
    fn transfer(&mut self, line: usize, transfer: &Transfer, key: Key) -> bool {
        self.amount(line, transfer, key.kind);
        self.accounts(line, transfer, key);
        let before = self.changes.respelt.len();
        let country = transfer.payee_country();
        let texts = self.texts.transfer(
            key.kind,
            transfer,
            country.as_str(),
            line,
            &mut self.changes,
        );
        self.payee(line, transfer, key.kind, &texts.payee);
        self.title(line, transfer, &texts.title);
        self.reference(line, transfer, &texts.id);
        if self.controls(before) {
            let message = "the name, the address, the title or the reference holds a control character, which no file can carry; write it anew".to_owned();
            self.rule(line, transfer, message);
        }
        texts.is_as_it_is(transfer)
    }

    fn amount(&mut self, line: usize, transfer: &Transfer, kind: Kind) {
        let amount = transfer.amount;
        let format = self.version;
        if !format.carries(amount.currency()) {
            self.problem(WriteProblem::CurrencyNotCarried {
                at: at(line, transfer),
                format,
                currency: amount.currency(),
            });
        } else if !amount.is_positive() {
            self.problem(WriteProblem::NotPositive {
                at: at(line, transfer),
                amount: amount.to_string(),
            });
        } else if amount.minor() > MOST {
            self.problem(WriteProblem::AmountTooLong {
                at: at(line, transfer),
                format,
                amount: amount.to_string(),
            });
        } else if kind == Kind::Sepa && amount.minor() > MOST_SEPA {
            let message = format!(
                "{amount} is more than one SEPA transfer carries (999999999.99 EUR); split the payment"
            );
            self.rule(line, transfer, message);
        }
    }

    /// The payee's account and bank, and what the kind of payment asks for.
    fn accounts(&mut self, line: usize, transfer: &Transfer, key: Key) {
        let account = transfer.payee_account;
        let written = account.length();
        if let Some(length) = account_length(account.country()).filter(|it| *it != written) {
            let message = format!(
                "the account {account} has {written} characters, and an account number of {} has {length}; compare it with what the payee gave",
                account.country()
            );
            self.rule(line, transfer, message);
        }
        if !self.profile.kinds.contains(&key.kind) {
            let message = format!(
                "this bank does not take {} in this format; put it into another file, or pay it at the bank",
                kind_in_words(key.kind)
            );
            self.rule(line, transfer, message);
        }
        let payer = &self.batch.debit_account;
        let shared_only = self.profile.shared_charges_in_eea;
        if let Some(what) = charges_refused(key, payer, &account, shared_only) {
            let who = match key.charges {
                Charges::Shared => "both sides",
                Charges::Payer => "the payer (OUR)",
                Charges::Payee => "the payee (BEN)",
            };
            let message = format!(
                "{who} is to bear all charges, and in {what} each side bears its own; order it with shared charges"
            );
            self.rule(line, transfer, message);
        }
        if key.kind == Kind::Foreign && payee_agent(transfer).is_none() {
            self.problem(WriteProblem::PayeeBankMissing {
                at: at(line, transfer),
                account,
                currency: key.currency,
            });
        }
    }

    fn payee(&mut self, line: usize, transfer: &Transfer, kind: Kind, payee: &Spelt<'_>) {
        let nameless = payee.name.is_empty();
        let homeless = payee.street.is_empty() || payee.city.is_empty();
        if nameless {
            let at = at(line, transfer);
            self.problem(WriteProblem::PayeeMissing { at });
        }
        if kind == Kind::Foreign && self.profile.foreign_address && homeless {
            let message = "the payee's street or town is not known, and this bank asks for both in a foreign transfer; complete his address".to_owned();
            self.rule(line, transfer, message);
        }
    }

    fn title(&mut self, line: usize, transfer: &Transfer, title: &str) {
        let lines = self.profile.title_lines;
        let room = lines * TITLE_WIDTH;
        if title.is_empty() {
            let at = at(line, transfer);
            self.problem(WriteProblem::TitleMissing { at });
        } else if title.len() > room && title.chars().count() > room {
            let length = title.chars().count();
            self.problem(WriteProblem::TitleTooLong {
                at: at(line, transfer),
                length,
                lines,
                width: TITLE_WIDTH,
            });
        }
    }

    fn reference(&mut self, line: usize, transfer: &Transfer, id: &str) {
        let length = id.chars().count();
        let slashed = id.starts_with('/') || id.ends_with('/') || id.contains("//");
        if length > ID_LENGTH {
            self.problem(WriteProblem::ReferenceTooLong {
                at: at(line, transfer),
                format: self.version,
                length,
                room: ID_LENGTH,
            });
        }
        if slashed {
            let message = format!(
                "the reference `{id}` begins or ends with `/` or holds `//`, which banks refuse in references; write it without"
            );
            self.rule(line, transfer, message);
        }
    }

    fn references(&mut self) {
        for (first, later) in references_twice(&self.batch.transfers) {
            if let Some(transfer) = self.batch.transfers.get(later) {
                self.problem(WriteProblem::ReferenceTwice {
                    at: at(later + 1, transfer),
                    format: self.version,
                    first: first + 1,
                });
            }
        }
    }
}

fn at(line: usize, transfer: &Transfer) -> At {
    At {
        line,
        reference: transfer.reference.clone(),
    }
}

fn kind_in_words(kind: Kind) -> &'static str {
    match kind {
        Kind::Domestic => "domestic transfers",
        Kind::Sepa => "SEPA transfers",
        Kind::Foreign => "foreign transfers",
    }
}
