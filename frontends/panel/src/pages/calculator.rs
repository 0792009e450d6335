//! The calculator: fix either side, the office computes the other.

use std::sync::Arc;

use askama::Template;
use kantor_model::Currency;
use kantor_wire::{FixedSide, Language, Problem, PublicRates, QuoteAsk, QuoteView};
use serde::Deserialize;
use warp::reply::Response;

use crate::checks;
use crate::pages::page;
use crate::port::PortError;
use crate::site::problem_of;
use crate::visit::{Failure, Visit};

/// What the form carries. Without script nobody says which side was changed, so the form carries
/// what stood in both fields before as well.
#[derive(Clone, Default, Deserialize)]
#[serde(default)]
pub(crate) struct Entered {
    pub(crate) gives: String,
    pub(crate) gets: String,
    pub(crate) gives_amount: String,
    pub(crate) gets_amount: String,
    was_gives_amount: String,
    was_gets_amount: String,
    fix: String,
    swap: Option<String>,
}

impl Entered {
    /// What the address of the page carries.
    pub(crate) fn of_query(visit: &Visit) -> Entered {
        serde_urlencoded::from_str(&visit.call.query).unwrap_or_default()
    }

    /// The side that the visitor fixed.
    fn fixed(&self) -> FixedSide {
        let gives_changed = self.gives_amount != self.was_gives_amount;
        let gets_changed = self.gets_amount != self.was_gets_amount;
        match (gives_changed, gets_changed) {
            (true, _) if !self.gives_amount.trim().is_empty() => FixedSide::Gives,
            (_, true) if !self.gets_amount.trim().is_empty() => FixedSide::Gets,
            (_, _) => FixedSide::from_name(&self.fix).unwrap_or(FixedSide::Gives),
        }
    }

    /// The question to the office, in decimal text; else the rule that the amount breaks.
    pub(crate) fn ask(&self) -> Result<QuoteAsk, &'static str> {
        let fix = self.fixed();
        let (entered, currency) = match fix {
            FixedSide::Gives => (&self.gives_amount, &self.gives),
            FixedSide::Gets => (&self.gets_amount, &self.gets),
        };
        Ok(QuoteAsk {
            gives: self.gives.clone(),
            gets: self.gets.clone(),
            fix,
            amount: checks::amount(entered, currency)?,
        })
    }

    /// Fills what is missing with the first pair, and turns the pair around when asked to.
    fn completed(mut self, rates: &PublicRates) -> Entered {
        if let Some(first) = rates.rates.first() {
            if self.gives.is_empty() {
                self.gives = first.quote.clone();
            }
            if self.gets.is_empty() || self.gets == self.gives {
                self.gets = if self.gives == first.base {
                    first.quote.clone()
                } else {
                    first.base.clone()
                };
            }
        }
        if self.gives_amount.is_empty() && self.gets_amount.is_empty() {
            self.gives_amount = "1000".to_owned();
        }
        if self.swap.take().is_some() {
            std::mem::swap(&mut self.gives, &mut self.gets);
            std::mem::swap(&mut self.gives_amount, &mut self.gets_amount);
            std::mem::swap(&mut self.was_gives_amount, &mut self.was_gets_amount);
            self.fix = match FixedSide::from_name(&self.fix) {
                Some(FixedSide::Gives) => FixedSide::Gets.as_str().to_owned(),
                Some(FixedSide::Gets) | None => FixedSide::Gives.as_str().to_owned(),
            };
        }
        self
    }
}

/// A currency to choose.
pub(crate) struct Choice {
    pub(crate) code: String,
    pub(crate) name: &'static str,
    pub(crate) chosen: bool,
}

/// The calculator as a page shows it.
pub(crate) struct Calculator {
    pub(crate) gives: Vec<Choice>,
    pub(crate) gets: Vec<Choice>,
    pub(crate) gives_amount: String,
    pub(crate) gets_amount: String,
    pub(crate) fix: &'static str,
    pub(crate) quote: Option<QuoteView>,
    pub(crate) complaint: Option<String>,
}

impl Calculator {
    /// Computes what was entered at the rates of this moment.
    pub(crate) async fn compute(
        visit: &Visit,
        entered: Entered,
        rates: &PublicRates,
    ) -> Result<Calculator, Failure> {
        let entered = entered.completed(rates);
        let mut calculator = Calculator {
            gives: choices(visit, rates, &entered.gives),
            gets: choices(visit, rates, &entered.gets),
            gives_amount: entered.gives_amount.clone(),
            gets_amount: entered.gets_amount.clone(),
            fix: entered.fixed().as_str(),
            quote: None,
            complaint: None,
        };
        if rates.rates.is_empty() {
            calculator.complaint = Some(visit.t("calculator.no_rates").to_owned());
            return Ok(calculator);
        }
        match entered.ask() {
            Ok(ask) => calculator.answer(visit, ask).await?,
            Err(rule) => calculator.complain(visit, rule),
        }
        Ok(calculator)
    }

    /// Shows the rule that the amount breaks.
    pub(crate) fn complain(&mut self, visit: &Visit, rule: &str) {
        self.complaint = Some(visit.words.text(&format!("rule.{rule}")).to_owned());
    }

    /// Shows why the office did not quote.
    pub(crate) fn refused(&mut self, visit: &Visit, problem: &Problem) {
        self.complaint = Some(visit.words.problem(problem));
    }

    async fn answer(&mut self, visit: &Visit, ask: QuoteAsk) -> Result<(), Failure> {
        visit.site.may_ask(&visit.call, visit.now)?;
        let fix = ask.fix;
        match visit.site.ask(move |port| port.price(&ask)).await {
            Ok(quote) => {
                match fix {
                    FixedSide::Gives => {
                        self.gets_amount = visit.number(&quote.gets.amount);
                    }
                    FixedSide::Gets => {
                        self.gives_amount = visit.number(&quote.gives.amount);
                    }
                }
                self.quote = Some(quote);
            }
            Err(PortError::Refused(problem)) => self.refused(visit, &problem),
            Err(down) => return Err(problem_of(down).into()),
        }
        Ok(())
    }
}

fn choices(visit: &Visit, rates: &PublicRates, chosen: &str) -> Vec<Choice> {
    let mut codes: Vec<&str> = Vec::new();
    for rate in &rates.rates {
        for code in [rate.quote.as_str(), rate.base.as_str()] {
            if !codes.contains(&code) {
                codes.push(code);
            }
        }
    }
    codes
        .into_iter()
        .map(|code| Choice {
            code: code.to_owned(),
            name: currency_name(visit, code),
            chosen: code == chosen,
        })
        .collect()
}

/// The name of a currency in the visitor's language; empty for a code that the dictionary lacks.
pub(crate) fn currency_name(visit: &Visit, code: &str) -> &'static str {
    Currency::from_code(code).map_or("", |currency| match visit.words.language() {
        Language::Pl => currency.polish_name(),
        Language::En => currency.english_name(),
    })
}

#[derive(Template)]
#[template(path = "calculator.html")]
struct Fragment<'a> {
    v: &'a Visit,
    calculator: Calculator,
}

/// The calculator alone, for the script.
pub(crate) async fn show(visit: Arc<Visit>) -> Result<Response, Failure> {
    let rates = visit.site.ask(|port| port.rates()).await?;
    let entered = Entered::of_query(&visit);
    let calculator = Calculator::compute(&visit, entered, &rates).await?;
    page(&Fragment {
        v: &visit,
        calculator,
    })
}
