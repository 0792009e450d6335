//! Lines that are nobody's order and that no person has to be asked about: the two sides of a
//! transfer between accounts of the office, and what a rule of the office books.

use kantor_model::{AccountNumber, Date, Money};
use serde_json::Value;

use crate::explained::Evidence;
use crate::form::{Fields, Form, Misread, whole};
use crate::log::At;
use crate::office::Office;
use crate::parts::{ChainLine, Is, Of, Part};
use crate::payers::Payers;
use crate::reference::references_in;
use crate::rows::Said;
use crate::values::{Line, Moves, Question, moved};
use crate::{Checks, Row};

/// The rules in force for such lines.
#[derive(Default)]
pub(crate) struct LineRules {
    version: u32,
    rules: Vec<LineRule>,
}

struct LineRule {
    name: String,
    account: Option<u64>,
    /// Money out.
    out: bool,
    code: Option<String>,
    words: Vec<String>,
    most: Option<Money>,
    ledger: String,
    books: bool,
}

impl LineRules {
    pub(crate) fn read(rules: &Fields<'_>) -> Result<LineRules, Misread> {
        Ok(LineRules {
            version: rules.get("version")?,
            rules: rules.get("rules")?,
        })
    }
}

impl Form for LineRule {
    fn read(value: &Value) -> Result<LineRule, Misread> {
        whole(value, |rule| {
            let is = |name: &str, yes: &str, no: &str| {
                let word: String = rule.get(name)?;
                if word == yes || word == no {
                    Ok(word == yes)
                } else {
                    Err(Misread(format!("{name}: {word} is not a choice")))
                }
            };
            Ok(LineRule {
                name: rule.get("name")?,
                account: rule.get("account")?,
                out: is("way", "out", "in")?,
                code: rule.get("code")?,
                words: rule.get("words")?,
                most: rule.get("most")?,
                ledger: rule.get("ledger_account")?,
                books: is("does", "book", "propose")?,
            })
        })
    }
}

impl LineRule {
    fn fits(&self, line: Line, row: &Row, said: &Said) -> bool {
        let title = spelled(&said.text());
        let code = said.transaction_code.as_deref();
        self.out == (row.amount < 0)
            && self.account.is_none_or(|account| account == line.account)
            && self
                .code
                .as_deref()
                .is_none_or(|begin| code.is_some_and(|code| code.starts_with(begin)))
            && self.words.iter().all(|words| {
                let words = spelled(words);
                // Both begin and end with a blank, so that only whole words are found.
                words.len() > 1 && title.contains(&words)
            })
    }

    /// Money out, or money in of which the bank itself says what it is or that names no payer; and
    /// not more than the rule's limit.
    fn may_book(&self, row: &Row, amount: Money, payers: &Payers) -> bool {
        let small = self.most.is_none_or(|most| {
            most.currency() == amount.currency()
                && most.minor().unsigned_abs() >= amount.minor().unsigned_abs()
        });
        let banks = row.amount < 0 || self.code.is_some() || *payers == Payers::NotGiven;
        self.books && small && banks
    }
}

/// A text in capitals, without diacritics, with one blank around each word.
fn spelled(text: &str) -> String {
    let mut spelled = String::from(" ");
    for letter in text.chars().flat_map(char::to_uppercase) {
        let plain = match letter {
            'Ą' | 'Ä' | 'Á' | 'À' | 'Â' => 'A',
            'Ć' | 'Č' | 'Ç' => 'C',
            'Ę' | 'É' | 'È' | 'Ê' | 'Ë' => 'E',
            'Í' | 'Ï' => 'I',
            'Ł' => 'L',
            'Ń' | 'Ň' | 'Ñ' => 'N',
            'Ó' | 'Ö' | 'Ô' => 'O',
            'Ś' | 'Š' => 'S',
            'Ü' | 'Ú' => 'U',
            'Ź' | 'Ż' | 'Ž' => 'Z',
            other if other.is_alphanumeric() => other,
            _ => ' ',
        };
        if plain != ' ' || !spelled.ends_with(' ') {
            spelled.push(plain);
        }
    }
    if !spelled.ends_with(' ') {
        spelled.push(' ');
    }
    spelled
}

impl Office<'_> {
    pub(crate) fn line_rules_set(&mut self, at: &At<'_>, rules: LineRules) -> Checks<Moves> {
        let wanted = self.line_rules.version.saturating_add(1);
        at.must(rules.version == wanted, || {
            format!("these rules are version {wanted}, not {}", rules.version)
        })?;
        self.line_rules = rules;
        Ok(Moves::new())
    }

    /// Whether a line's other side is this account of the office, in the same currency.
    pub(crate) fn is_of_own(&self, line: Line, other: u64, said: &Said) -> bool {
        let written = said.counterparty_account.as_deref();
        let iban = written.and_then(AccountNumber::from_file);
        let iban = iban.and_then(|number| number.iban());
        match (self.accounts.get(&line.account), self.accounts.get(&other)) {
            (Some(own), Some(known)) => {
                line.account != other
                    && own.currency() == known.currency()
                    && iban == Some(known.iban)
            }
            (_, _) => false,
        }
    }

    /// Two lines that matching found to be one transfer between accounts of the office: each names
    /// the other's account, the amounts are opposite, and one of them waited for the other.
    pub(crate) fn own_found(
        &mut self,
        at: &At<'_>,
        (debit, credit): (Line, Line),
        amount: Money,
        evidence: &[Evidence],
    ) -> Checks<Moves> {
        at.must(amount.is_positive(), || format!("it is of {amount}"))?;
        let mirror = [Evidence::Plain("mirror".to_owned())];
        at.must(evidence == mirror, || {
            format!("its reasons are {evidence:?}")
        })?;
        let mut waited = 0;
        for (line, other, sign) in [(debit, credit, -1), (credit, debit, 1)] {
            let (row, said) = self.said(at, line)?;
            let wanted = amount.minor().checked_mul(sign);
            let currency = self.account(at, line.account)?.currency();
            at.must(
                wanted == Some(row.amount) && currency == amount.currency(),
                || format!("line {line} is not of {amount}"),
            )?;
            at.must(self.is_of_own(line, other.account, &said), || {
                format!(
                    "the other side of line {line} is not account {}",
                    other.account
                )
            })?;
            let free = references_in(&said.text()).is_empty() && !said.reversal;
            at.must(free, || format!("line {line} says what it is"))?;
            let waits = |known: &ChainLine| match &known.is {
                Is::Question(question) => question.word == "own_transfer",
                Is::New
                | Is::Parts(_)
                | Is::Payout(_)
                | Is::Together(_)
                | Is::Returned(_)
                | Is::ReversedBy(_)
                | Is::Reverses(_)
                | Is::Cover(_)
                | Is::Own(_) => false,
            };
            self.is_free(at, line)?;
            waited += u32::from(waits(self.line(at, line)?));
        }
        at.must(waited > 0, || "neither side waited".to_owned())?;
        for (line, other) in [(debit, credit), (credit, debit)] {
            self.looked_at(line);
            self.line_mut(at, line)?.is = Is::Own(other);
        }
        Ok(Moves::new())
    }

    /// Nobody has any of a line, and no person took it back.
    fn is_free(&self, at: &At<'_>, line: Line) -> Checks {
        let known = self.line(at, line)?;
        let taken_back = known.is == Is::Question(Box::new(Question::plain("taken_back")));
        at.must(known.is_whole() && !taken_back, || {
            format!("line {line} is something already, or a person took it back")
        })
    }

    /// What the rules that fit a line say of it; nothing, where they disagree, or where it may be a
    /// customer's.
    fn rules_for(
        &self,
        at: &At<'_>,
        line: Line,
        (row, said): (&Row, &Said),
    ) -> Option<(&LineRule, Payers)> {
        let payers = self.payers(at.moment, said);
        let fitting = || {
            let rules = self.line_rules.rules.iter();
            rules.filter(|rule| rule.fits(line, row, said))
        };
        let first = fitting().next()?;
        let agree = fitting().all(|rule| rule.ledger == first.ledger);
        let free = payers.sure().is_empty() && !said.reversal;
        (agree && free).then_some((first, payers))
    }

    /// Whether the rules say where a line belongs, and leave it to a person to book it there.
    pub(crate) fn rule_proposes(
        &self,
        at: &At<'_>,
        line: Line,
        (row, said): (&Row, &Said),
        ledger: Option<&str>,
    ) -> bool {
        let Some(account) = self.accounts.get(&line.account) else {
            return false;
        };
        let amount = Money::new(row.amount, account.currency());
        self.rules_for(at, line, (row, said))
            .is_some_and(|(first, payers)| {
                let mut rules = self.line_rules.rules.iter();
                ledger == Some(&first.ledger)
                    && !rules.any(|rule| {
                        rule.fits(line, row, said) && rule.may_book(row, amount, &payers)
                    })
            })
    }

    /// A rule of the office booked a line: it fits, it may, and no other says otherwise.
    pub(crate) fn line_classified(
        &mut self,
        at: &At<'_>,
        line: Line,
        (account, amount): (&str, Money),
        (rule, version): (&str, u32),
        day: Option<Date>,
    ) -> Checks<Moves> {
        let (row, said) = self.said(at, line)?;
        let currency = self.account(at, line.account)?.currency();
        let so = amount == Money::new(row.amount, currency) && day == row.booked_on;
        at.must(so, || {
            format!("line {line} has another amount, or another day")
        })?;
        at.must(version == self.line_rules.version, || {
            format!("the rules in force are version {}", self.line_rules.version)
        })?;
        at.must(references_in(&said.text()).is_empty(), || {
            format!("line {line} says whose it is")
        })?;
        let found = self.rules_for(at, line, (&row, &said));
        let (first, payers) =
            found.ok_or_else(|| at.wrong(format!("no rule says what line {line} is")))?;
        let named = self.line_rules.rules.iter().any(|known| {
            known.name == rule
                && known.fits(line, &row, &said)
                && known.may_book(&row, amount, &payers)
        });
        let ledger = format!("named:{}", first.ledger);
        at.must(named && account == ledger, || {
            format!("rule {rule} does not book line {line} to {account}")
        })?;
        self.is_free(at, line)?;
        self.looked_at(line);
        let known = self.line_mut(at, line)?;
        known.give(Part {
            amount: amount.minor(),
            of: Of::Booked(account.to_owned()),
        });
        let mut moves = Moves::new();
        moved(&mut moves, account, "suspense", amount);
        Ok(moves)
    }
}
