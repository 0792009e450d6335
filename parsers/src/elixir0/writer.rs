//! A batch of transfers to the bytes of an Elixir-0 file.

use kantor_model::{Batch, Currency, Iban, Party, Transfer};

use super::line::{Line, write_line};
use super::profile::Profile;
use super::wrap::{cut, wrap};
use super::{LINE_LENGTH, LINES, NAME_LINES};
use crate::charset::respelling;
use crate::text::collapsed;

/// A written file, and what had to be changed for it. The same batch and profile give the same
/// bytes at any time.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Written {
    /// The file.
    pub bytes: Vec<u8>,
    /// Characters that the bank does not take, with what stands for them.
    pub respelt: Vec<Respelling>,
    /// Names and addresses that were too long.
    pub cut: Vec<Cut>,
}

/// A character that was written differently.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Respelling {
    /// The line of the file, from 1.
    pub line: usize,
    /// The character.
    pub character: char,
    /// What was written for it; never empty.
    pub written: &'static str,
}

/// A name or address that was cut, visibly, with three dots.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Cut {
    /// The line of the file, from 1.
    pub line: usize,
    /// What was to be written.
    pub text: String,
    /// What was written.
    pub written: String,
}

/// Why one thing cannot be written. `line` counts transfers from 1, as the file would.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum WriteProblem {
    /// A batch without transfers.
    #[error("the batch holds no transfer, so there is nothing to write; add a payout first")]
    Empty,
    /// The account that pays is not Polish.
    #[error(
        "the paying account {account} is not Polish, and Elixir-0 knows only Polish accounts; choose another account or another format"
    )]
    PayerNotPolish {
        /// The account.
        account: Iban,
    },
    /// The ordering party has no name.
    #[error(
        "the office has no name in this batch, and the bank asks for one; set the owner's name"
    )]
    OwnerMissing,
    /// The year does not have four digits.
    #[error("the day {date} cannot be written with a year of four digits; choose another day")]
    Date {
        /// The day.
        date: kantor_model::Date,
    },
    /// Another currency than PLN.
    #[error(
        "line {line} ({reference}): Elixir-0 carries PLN only, and this amount is in {currency}; put it into a format that carries {currency}"
    )]
    NotZloty {
        /// The transfer.
        line: usize,
        /// Its reference.
        reference: String,
        /// The currency.
        currency: Currency,
    },
    /// Nothing, or less.
    #[error(
        "line {line} ({reference}): {amount} PLN is not more than zero, so there is nothing to pay; take it out of the batch"
    )]
    NotPositive {
        /// The transfer.
        line: usize,
        /// Its reference.
        reference: String,
        /// The amount as decimal text.
        amount: String,
    },
    /// The payee's account is not Polish.
    #[error(
        "line {line} ({reference}): the payee's account {account} is not Polish, and Elixir-0 knows only Polish accounts; pay it by a foreign transfer"
    )]
    PayeeNotPolish {
        /// The transfer.
        line: usize,
        /// Its reference.
        reference: String,
        /// The account.
        account: Iban,
    },
    /// The payee has no name.
    #[error(
        "line {line} ({reference}): the payee has no name, and the bank asks for one; complete it"
    )]
    PayeeMissing {
        /// The transfer.
        line: usize,
        /// Its reference.
        reference: String,
    },
    /// No title.
    #[error(
        "line {line} ({reference}): the title is empty, so the payment could not be recognised on the statement; give it its reference"
    )]
    TitleMissing {
        /// The transfer.
        line: usize,
        /// Its reference.
        reference: String,
    },
    /// The title does not fit.
    #[error(
        "line {line} ({reference}): the title has {length} characters and four lines of 35 hold 140; a cut title may lose the reference, so shorten it"
    )]
    TitleTooLong {
        /// The transfer.
        line: usize,
        /// Its reference.
        reference: String,
        /// Its characters.
        length: usize,
    },
}

/// The batch cannot be written; nothing was.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("the transfer file was not written: {}", list(.problems))]
pub struct Unwritable {
    /// Everything that stands in the way, in the order of the batch; never empty.
    pub problems: Vec<WriteProblem>,
}

fn list(problems: &[WriteProblem]) -> String {
    let sentences: Vec<String> = problems.iter().map(WriteProblem::to_string).collect();
    sentences.join("; ")
}

/// Writes the batch as the profile wants it. Looks at everything first: either the whole file is
/// written or none of it.
///
/// # Errors
/// [`Unwritable`] with every problem of the batch: another currency than PLN, an amount that is not
/// more than zero, an account that is not Polish, an empty name or title, a title that does not fit.
pub fn write(batch: &Batch, profile: &Profile) -> Result<Written, Unwritable> {
    let mut writer = Writer {
        profile,
        line: 0,
        respelt: Vec::new(),
        cut: Vec::new(),
        problems: Vec::new(),
    };
    let head = writer.head(batch);
    let lines: Vec<Option<Payment>> = batch
        .transfers
        .iter()
        .enumerate()
        .map(|(index, transfer)| {
            writer.line = index + 1;
            writer.payment(transfer)
        })
        .collect();
    let Writer {
        respelt,
        cut,
        problems,
        ..
    } = writer;
    let (Some(head), true) = (head, problems.is_empty()) else {
        return Err(Unwritable { problems });
    };
    let mut text = String::with_capacity(256 * lines.len());
    for payment in lines.into_iter().flatten() {
        write_line(
            &Line {
                date: &head.date,
                grosze: payment.grosze,
                payer: &head.account,
                payee: &payment.account,
                owner: &head.owner,
                name: &payment.name,
                title: &payment.title,
                sixteen: profile.sixteen_fields,
            },
            &mut text,
        );
    }
    Ok(Written {
        bytes: profile.charset.encode(&text).bytes,
        respelt,
        cut,
    })
}

/// What is the same on every line.
struct Head {
    date: String,
    account: Iban,
    owner: String,
}

/// What is different on every line.
struct Payment {
    grosze: i64,
    account: Iban,
    name: String,
    title: String,
}

struct Writer<'p> {
    profile: &'p Profile,
    line: usize,
    respelt: Vec<Respelling>,
    cut: Vec<Cut>,
    problems: Vec<WriteProblem>,
}

impl Writer<'_> {
    fn head(&mut self, batch: &Batch) -> Option<Head> {
        self.line = 1;
        let date = batch.date;
        if !(1000..=9999).contains(&date.year()) {
            self.problems.push(WriteProblem::Date { date });
        }
        if batch.transfers.is_empty() {
            self.problems.push(WriteProblem::Empty);
        }
        let account = batch.debit_account;
        if account.nrb().is_none() {
            self.problems.push(WriteProblem::PayerNotPolish { account });
        }
        let owner = self.party(&batch.owner);
        if owner.is_none() {
            self.problems.push(WriteProblem::OwnerMissing);
        }
        Some(Head {
            date: format!("{:04}{:02}{:02}", date.year(), date.month(), date.day()),
            account,
            owner: owner?,
        })
    }

    fn payment(&mut self, transfer: &Transfer) -> Option<Payment> {
        let line = self.line;
        let reference = transfer.reference.clone();
        let before = self.problems.len();
        let currency = transfer.amount.currency();
        if currency != Currency::PLN {
            self.problems.push(WriteProblem::NotZloty {
                line,
                reference: reference.clone(),
                currency,
            });
        } else if !transfer.amount.is_positive() {
            self.problems.push(WriteProblem::NotPositive {
                line,
                reference: reference.clone(),
                amount: transfer.amount.to_decimal_string(),
            });
        }
        if transfer.payee_account.nrb().is_none() {
            self.problems.push(WriteProblem::PayeeNotPolish {
                line,
                reference: reference.clone(),
                account: transfer.payee_account,
            });
        }
        let name = self.party(&transfer.payee);
        if name.is_none() {
            self.problems.push(WriteProblem::PayeeMissing {
                line,
                reference: reference.clone(),
            });
        }
        let title = self.title(transfer, reference);
        (self.problems.len() == before).then_some(Payment {
            grosze: transfer.amount.minor(),
            account: transfer.payee_account,
            name: name?,
            title: title?,
        })
    }

    fn title(&mut self, transfer: &Transfer, reference: String) -> Option<String> {
        let line = self.line;
        let text = self.spelt(&transfer.title);
        if text.is_empty() {
            self.problems
                .push(WriteProblem::TitleMissing { line, reference });
            return None;
        }
        let wrapped = wrap(&text, LINES);
        if wrapped.is_none() {
            self.problems.push(WriteProblem::TitleTooLong {
                line,
                reference,
                length: text.chars().count(),
            });
        }
        Some(wrapped?.join("|"))
    }

    /// Two lines of name, one of street, one of town; empty lines at the end are left away. `None`
    /// without a name.
    fn party(&mut self, party: &Party) -> Option<String> {
        let name = self.spelt(&party.name);
        if name.is_empty() {
            return None;
        }
        let mut lines = self.fitting(name, NAME_LINES);
        for text in [&party.street, &party.city] {
            let text = self.spelt(text);
            let line = self.fitting(text, 1);
            lines.resize(lines.len().max(NAME_LINES), String::new());
            lines.extend(line);
        }
        while lines.last().is_some_and(String::is_empty) {
            lines.pop();
        }
        Some(lines.join("|"))
    }

    fn fitting(&mut self, text: String, lines: usize) -> Vec<String> {
        if let Some(wrapped) = wrap(&text, lines) {
            return wrapped;
        }
        let written = cut(&text, lines * LINE_LENGTH);
        let wrapped = wrap(&written, lines).unwrap_or_default();
        self.cut.push(Cut {
            line: self.line,
            text,
            written,
        });
        wrapped
    }

    /// The text with single spaces and only characters that the profile allows.
    fn spelt(&mut self, text: &str) -> String {
        let text = collapsed(text);
        if text.chars().all(|character| self.profile.allows(character)) {
            return text;
        }
        let mut out = String::with_capacity(text.len());
        for character in text.chars() {
            if self.profile.allows(character) {
                out.push(character);
                continue;
            }
            let respelt = respelling(character);
            let written = if respelt.chars().all(|sign| self.profile.allows(sign)) {
                respelt
            } else {
                "?"
            };
            out.push_str(written);
            self.respelt.push(Respelling {
                line: self.line,
                character,
                written,
            });
        }
        collapsed(&out)
    }
}
