//! Balances and the bank's summary: what the entries are proven with.

use kantor_model::{Balance, Currency, Date, Money, Place, StatementFoot, StatementSink};

use super::complaints::Problem;
use super::open::{Open, Stated, Summary, Tallies, Tally, Told, Totals};
use super::reader::{Reader, Step, leaves};
use super::value::{Direction, Unreadable, amount, date, money, set};
use crate::source::ByteSource;
use crate::xml::Node;

/// A balance while it is read.
#[derive(Default)]
struct Draft {
    kind: String,
    amount: Option<Result<Money, Unreadable>>,
    direction: Option<Direction>,
    day: Option<Option<Date>>,
}

impl Draft {
    fn balance(self) -> Result<Balance, Problem> {
        let amount = self.amount.ok_or(Problem::BalanceUnreadable)??;
        let direction = self.direction.ok_or(Problem::BalanceUnreadable)?;
        let date = self.day.flatten().ok_or(Problem::BalanceDay)?;
        let amount = direction
            .sign(amount)
            .map_err(|_| Problem::BalanceUnreadable)?;
        Ok(Balance { amount, date })
    }
}

/// What a balance is for.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Use {
    /// It proves the entries.
    Proof,
    /// It is shown.
    Shown,
}

impl Open {
    /// Where the balance of this code is kept; `None` for those that nobody asks for.
    fn slot(&mut self, kind: &str) -> Option<(&mut Option<Stated>, Use)> {
        let balances = &mut self.balances;
        match kind {
            "OPBD" => Some((&mut balances.opening, Use::Proof)),
            "PRCD" => Some((&mut balances.previous, Use::Proof)),
            "CLBD" => Some((&mut balances.closing, Use::Proof)),
            "ITBD" => Some((&mut balances.interim, Use::Proof)),
            "CLAV" => Some((&mut balances.available, Use::Shown)),
            "ITAV" => Some((&mut balances.interim_available, Use::Shown)),
            _ => None,
        }
    }
}

impl<S: ByteSource, K: StatementSink + ?Sized> Reader<'_, '_, '_, S, K> {
    /// Reads a `Bal`.
    pub(super) fn balance(&mut self) -> Step {
        let place = self.xml.place();
        let mut draft = Draft::default();
        loop {
            match self.xml.next()? {
                Some(Node::Leaf(tag, text)) => match tag.name {
                    "Amt" => draft.amount = Some(money(&tag, text)),
                    "CdtDbtInd" => draft.direction = Direction::of(text),
                    _ => {}
                },
                Some(Node::Open(tag)) => match tag.name {
                    "Tp" => {
                        let kind = &mut draft.kind;
                        leaves(&mut self.xml, |name, text| {
                            if name == "Cd" && kind.is_empty() {
                                set(kind, text);
                            }
                        })?;
                    }
                    "Dt" => {
                        let day = &mut draft.day;
                        leaves(&mut self.xml, |_, text| *day = Some(date(text)))?;
                    }
                    _ => self.xml.skip()?,
                },
                Some(Node::Close) | None => return self.keep_balance(draft, place),
            }
        }
    }

    fn keep_balance(&mut self, draft: Draft, place: Place) -> Step {
        let kind = draft.kind.clone();
        let demanded = self.open.account_currency;
        let Some((slot, for_what)) = self.open.slot(&kind) else {
            return Ok(());
        };
        let problem = match (draft.balance(), for_what) {
            (Ok(balance), Use::Shown) => {
                slot.get_or_insert(Stated { balance, place });
                return Ok(());
            }
            (Err(_), Use::Shown) => {
                return self.complain_at(&Problem::AvailableUnreadable, place);
            }
            (Err(problem), Use::Proof) => problem,
            (Ok(balance), Use::Proof) => match slot {
                Some(before) if before.balance.amount == balance.amount => return Ok(()),
                // The account's own currency goes before another one.
                Some(before) if before.balance.amount.currency() != balance.amount.currency() => {
                    if demanded == Some(balance.amount.currency()) {
                        *slot = Some(Stated { balance, place });
                    }
                    return Ok(());
                }
                Some(_) => Problem::BalanceTwice,
                None => {
                    *slot = Some(Stated { balance, place });
                    return Ok(());
                }
            },
        };
        self.break_statement();
        self.complain_at(&problem, place)
    }

    /// `TxsSummry`.
    pub(super) fn summary(&mut self) -> Step {
        let mut summary = Summary {
            place: self.xml.place(),
            ..Summary::default()
        };
        loop {
            match self.xml.next()? {
                Some(Node::Open(tag)) => match tag.name {
                    "TtlNtries" => self.totals(&mut summary.all)?,
                    "TtlCdtNtries" => self.totals(&mut summary.credits)?,
                    "TtlDbtNtries" => self.totals(&mut summary.debits)?,
                    _ => self.xml.skip()?,
                },
                Some(Node::Leaf(..)) => {}
                Some(Node::Close) | None => break,
            }
        }
        self.open.summary = Some(summary);
        Ok(())
    }

    fn totals(&mut self, totals: &mut Totals) -> Step {
        leaves(&mut self.xml, |name, text| match name {
            "NbOfNtries" => totals.count = text.trim_ascii().parse().ok(),
            "Sum" => set(&mut totals.sum, text),
            _ => {}
        })
    }

    /// Compares the bank's summary with the entries: with all of them, or with the booked ones.
    pub(super) fn check_summary(&mut self, currency: Currency) -> Step {
        let Some(summary) = self.open.summary.take() else {
            return Ok(());
        };
        let (all, booked) = (self.open.all, self.open.booked);
        let of = |which: fn(Tallies) -> Tally| [which(all), which(booked)];
        for (what, totals, tallies) in [
            (
                "all entries",
                &summary.all,
                of(|all| all.credits.with(all.debits)),
            ),
            ("the credits", &summary.credits, of(|all| all.credits)),
            ("the debits", &summary.debits, of(|all| all.debits)),
        ] {
            if let Some((stated, found)) = disagreement(totals, tallies, currency) {
                let problem = Problem::SummaryMismatch {
                    what,
                    stated,
                    found,
                };
                self.complain_at(&problem, summary.place)?;
            }
        }
        Ok(())
    }

    /// Ends the statement: the closing balance, and the proof.
    pub(super) fn foot(
        &mut self,
        currency: Currency,
    ) -> Result<StatementFoot, super::reader::Stop> {
        let fits = |stated: &Stated| stated.balance.amount.currency() == currency;
        for stated in [self.open.balances.first(), self.open.balances.last()]
            .into_iter()
            .flatten()
            .filter(|stated| !fits(stated))
        {
            let problem = Problem::BalanceCurrency {
                statement: currency,
                balance: stated.balance.amount,
            };
            self.complain_at(&problem, stated.place)?;
        }
        let closing = self.open.balances.last().filter(fits);
        if let Some((closing, computed)) = closing.zip(self.open.sum) {
            let stated = closing.balance.amount;
            match stated.minus(computed) {
                Ok(difference) if difference.is_zero() => {}
                Ok(difference) => {
                    let problem = Problem::BalanceMismatch {
                        stated,
                        computed,
                        difference,
                    };
                    self.complain_at(&problem, closing.place)?;
                }
                Err(_) => {
                    self.open.told = Told::Broken;
                    self.complain_at(&Problem::SumTooLarge, closing.place)?;
                }
            }
        }
        let available = self.open.balances.free();
        if let Some(stated) = available.filter(|stated| !fits(stated)) {
            self.complain_at(&Problem::AvailableUnreadable, stated.place)?;
        }
        Ok(StatementFoot {
            closing: closing.map(|stated| stated.balance),
            available: available.filter(fits).map(|stated| stated.balance),
        })
    }
}

/// What is stated and what was found, where none of the tallies agrees.
fn disagreement(
    totals: &Totals,
    tallies: [Tally; 2],
    currency: Currency,
) -> Option<(String, String)> {
    let [all, _] = tallies;
    if let Some(count) = totals
        .count
        .filter(|count| tallies.iter().all(|tally| tally.count != *count))
    {
        return Some((count.to_string(), all.count.to_string()));
    }
    if totals.sum.is_empty() {
        return None;
    }
    let stated = amount(&totals.sum, currency).ok();
    let minor = stated.map(|stated| u128::from(stated.minor().unsigned_abs()));
    if tallies.iter().any(|tally| Some(tally.sum) == minor) {
        return None;
    }
    let found = i64::try_from(all.sum).map_or("too much".to_owned(), |minor| {
        Money::new(minor, currency).to_decimal_string()
    });
    Some((totals.sum.chars().take(40).collect(), found))
}
