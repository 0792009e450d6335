//! Ordering: amount, then accounts under a promised rate, then the order.

use std::sync::Arc;

use askama::Template;
use kantor_wire::{CustomerAccount, FieldProblem, NewCustomerAccount, NewOrder, QuoteView};
use serde::Deserialize;
use warp::reply::Response;

use crate::pages::calculator::{Calculator, Entered};
use crate::pages::field::Field;
use crate::pages::profile::{Refused, try_add};
use crate::pages::{page, page_with};
use crate::port::PortError;
use crate::reply;
use crate::site::problem_of;
use crate::visit::{Failure, Visit};

#[derive(Template)]
#[template(path = "exchange.html")]
struct ExchangePage<'a> {
    v: &'a Visit,
    calculator: Calculator,
    once: String,
}

/// `GET /exchange`.
pub(crate) async fn form(visit: Arc<Visit>) -> Result<Response, Failure> {
    visit.customer()?;
    let rates = visit.site.ask(|port| port.rates()).await?;
    let calculator = Calculator::compute(&visit, Entered::of_query(&visit), &rates).await?;
    page(&ExchangePage {
        v: &visit,
        calculator,
        once: visit.new_key()?,
    })
}

/// `POST /exchange`: asks for a promise and shows it.
pub(crate) async fn ask(visit: Arc<Visit>) -> Result<Response, Failure> {
    let session = visit.customer()?;
    let entered: Entered = visit.form()?;
    visit.site.may_ask(&visit.call, visit.now)?;
    let once = visit.once();
    let refusal = match entered.ask() {
        Ok(ask) => match visit
            .site
            .ask(move |port| port.quote(&session, &ask, &once))
            .await
        {
            Ok(quote) => {
                let id = quote.id.unwrap_or_default();
                return Ok(reply::see_other(&visit.link(&format!("/quotes/{id}"))));
            }
            Err(PortError::Refused(problem)) => visit.words.problem(&problem),
            Err(down) => return Err(problem_of(down).into()),
        },
        Err(rule) => visit.words.text(&format!("rule.{rule}")).to_owned(),
    };
    let rates = visit.site.ask(|port| port.rates()).await?;
    let mut calculator = Calculator::compute(&visit, entered, &rates).await?;
    calculator.complaint = Some(refusal);
    page_with(
        422,
        &ExchangePage {
            v: &visit,
            calculator,
            once: visit.new_key()?,
        },
    )
}

/// An own account to choose, with its number in groups.
struct AccountChoice {
    account: CustomerAccount,
    grouped: String,
    chosen: bool,
}

/// One side of the order: the accounts that fit, or a form for the first one.
struct Side {
    name: &'static str,
    title: &'static str,
    currency: String,
    choices: Vec<AccountChoice>,
    iban: Field,
    complaint: Option<String>,
}

#[derive(Template)]
#[template(path = "quote.html")]
struct QuotePage<'a> {
    v: &'a Visit,
    id: String,
    quote: QuoteView,
    seconds_left: i64,
    sides: [Side; 2],
    ready: bool,
    complaint: Option<String>,
    once: String,
}

/// What was wrong with the account that was added on the quote's page.
#[derive(Default)]
struct AccountTrouble {
    entered: NewCustomerAccount,
    problems: Vec<FieldProblem>,
    complaint: Option<String>,
}

fn side(
    visit: &Visit,
    name: &'static str,
    title: &'static str,
    currency: &str,
    accounts: &[CustomerAccount],
    chosen: &str,
    trouble: &AccountTrouble,
) -> Side {
    let fitting: Vec<&CustomerAccount> = accounts
        .iter()
        .filter(|account| account.currency == currency)
        .collect();
    let chosen = match fitting.iter().find(|account| account.id == chosen) {
        Some(account) => account.id.as_str(),
        None => fitting.first().map_or("", |account| account.id.as_str()),
    };
    let troubled = trouble.entered.currency == currency;
    let field = Field::text(
        "iban",
        visit.t("profile.iban"),
        if troubled { &trouble.entered.iban } else { "" },
    )
    .filled_by("off", "text")
    .hinted(visit.t("profile.iban_hint"))
    .wide();
    Side {
        name,
        title,
        currency: currency.to_owned(),
        choices: fitting
            .iter()
            .map(|account| AccountChoice {
                grouped: visit.iban(&account.iban),
                chosen: account.id == chosen,
                account: (*account).clone(),
            })
            .collect(),
        iban: if troubled {
            field.judged(visit.words, &trouble.problems)
        } else {
            field
        },
        complaint: trouble.complaint.clone().filter(|_| troubled),
    }
}

async fn quote_page(
    visit: &Visit,
    status: u16,
    complaint: Option<String>,
    chosen: &NewOrder,
    trouble: AccountTrouble,
) -> Result<Response, Failure> {
    let session = visit.customer()?;
    let id = visit.call.param(0).to_owned();
    let asked = id.clone();
    let (quote, accounts) = visit
        .site
        .ask(move |port| {
            Ok((
                port.quote_by_id(&session, &asked)?,
                port.accounts(&session)?,
            ))
        })
        .await?;
    let pay_from = side(
        visit,
        "pay_from",
        visit.t("quote.pay_from"),
        &quote.gives.currency,
        &accounts,
        &chosen.pay_from,
        &trouble,
    );
    let pay_to = side(
        visit,
        "pay_to",
        visit.t("quote.pay_to"),
        &quote.gets.currency,
        &accounts,
        &chosen.pay_to,
        &trouble,
    );
    page_with(
        status,
        &QuotePage {
            v: visit,
            id,
            seconds_left: visit.seconds_left(&quote.valid_until),
            ready: !pay_from.choices.is_empty() && !pay_to.choices.is_empty(),
            sides: [pay_from, pay_to],
            quote,
            complaint,
            once: visit.new_key()?,
        },
    )
}

fn nothing_chosen(visit: &Visit) -> NewOrder {
    NewOrder {
        quote: visit.call.param(0).to_owned(),
        pay_from: String::new(),
        pay_to: String::new(),
    }
}

/// `GET /quotes/{id}`.
pub(crate) async fn quote(visit: Arc<Visit>) -> Result<Response, Failure> {
    let chosen = nothing_chosen(&visit);
    quote_page(&visit, 200, None, &chosen, AccountTrouble::default()).await
}

/// `POST /quotes/{id}/accounts`: the account that the order still lacks.
pub(crate) async fn add_account(visit: Arc<Visit>) -> Result<Response, Failure> {
    let entered: NewCustomerAccount = visit.form()?;
    let path = format!("/quotes/{}", visit.call.param(0));
    match try_add(&visit, &entered).await? {
        Ok(_) => Ok(reply::see_other(&visit.link(&path))),
        Err(Refused {
            status,
            problems,
            complaint,
        }) => {
            let trouble = AccountTrouble {
                entered,
                problems,
                complaint,
            };
            let chosen = nothing_chosen(&visit);
            quote_page(&visit, status, None, &chosen, trouble).await
        }
    }
}

/// `POST /quotes/{id}/order`: accepts the promise.
pub(crate) async fn place(visit: Arc<Visit>) -> Result<Response, Failure> {
    #[derive(Default, Deserialize)]
    #[serde(default)]
    struct Chosen {
        pay_from: String,
        pay_to: String,
    }
    let session = visit.customer()?;
    let Chosen { pay_from, pay_to } = visit.form()?;
    let order = NewOrder {
        quote: visit.call.param(0).to_owned(),
        pay_from,
        pay_to,
    };
    let once = visit.once();
    let asked = order.clone();
    match visit
        .site
        .ask(move |port| port.place_order(&session, &asked, &once))
        .await
    {
        Ok(order) => Ok(reply::see_other(
            &visit.link(&format!("/orders/{}", order.id)),
        )),
        Err(PortError::Refused(problem)) => {
            let complaint = Some(visit.words.problem(&problem));
            let trouble = AccountTrouble::default();
            quote_page(&visit, problem.status, complaint, &order, trouble).await
        }
        Err(down) => Err(problem_of(down).into()),
    }
}
