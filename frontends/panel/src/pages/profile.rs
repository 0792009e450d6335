//! The profile: who the customer is, and his own accounts.

use std::sync::Arc;

use askama::Template;
use kantor_wire::{CustomerAccount, FieldProblem, NewCustomerAccount, PublicRates};
use serde::Deserialize;
use warp::reply::Response;

use crate::pages::calculator::{Choice, currency_name};
use crate::pages::field::Field;
use crate::pages::page_with;
use crate::port::PortError;
use crate::reply;
use crate::site::problem_of;
use crate::visit::{Failure, Visit};

/// The form that adds an account.
pub(crate) struct AccountForm {
    pub(crate) iban: Field,
    pub(crate) name: Field,
    pub(crate) currencies: Vec<Choice>,
    pub(crate) currency_problem: Option<String>,
    pub(crate) complaint: Option<String>,
    pub(crate) once: String,
}

impl AccountForm {
    /// An empty form, or one with what was entered and what is wrong with it.
    pub(crate) fn new(
        visit: &Visit,
        entered: &NewCustomerAccount,
        problems: &[FieldProblem],
        rates: &PublicRates,
    ) -> Result<AccountForm, Failure> {
        let mut codes: Vec<&str> = Vec::new();
        for rate in &rates.rates {
            for code in [rate.quote.as_str(), rate.base.as_str()] {
                if !codes.contains(&code) {
                    codes.push(code);
                }
            }
        }
        let currency_problem = problems
            .iter()
            .find(|problem| problem.field == "currency")
            .map(|problem| visit.words.rule(problem).to_owned());
        Ok(AccountForm {
            iban: Field::text("iban", visit.t("profile.iban"), &entered.iban)
                .filled_by("off", "text")
                .hinted(visit.t("profile.iban_hint"))
                .wide()
                .judged(visit.words, problems),
            name: Field::text("name", visit.t("profile.account_name"), &entered.name)
                .filled_by("off", "text")
                .judged(visit.words, problems),
            currencies: codes
                .into_iter()
                .map(|code| Choice {
                    code: code.to_owned(),
                    name: currency_name(visit, code),
                    chosen: code == entered.currency,
                })
                .collect(),
            currency_problem,
            complaint: None,
            once: visit.new_key()?,
        })
    }
}

/// An account as the list shows it.
struct AccountLine {
    account: CustomerAccount,
    grouped: String,
    once: String,
}

#[derive(Template)]
#[template(path = "profile.html")]
struct ProfilePage<'a> {
    v: &'a Visit,
    accounts: Vec<AccountLine>,
    form: AccountForm,
    welcome: bool,
    added: bool,
    /// Logins take a code.
    factor: bool,
    factor_set: bool,
}

async fn profile_page(
    visit: &Visit,
    status: u16,
    entered: &NewCustomerAccount,
    problems: &[FieldProblem],
    complaint: Option<String>,
) -> Result<Response, Failure> {
    let session = visit.customer()?;
    let (accounts, rates, factor) = visit
        .site
        .ask(move |port| {
            let accounts = port.accounts(&session)?;
            Ok((accounts, port.rates()?, port.has_factor(&session)?))
        })
        .await?;
    let mut lines = Vec::with_capacity(accounts.len());
    for account in accounts {
        lines.push(AccountLine {
            grouped: visit.iban(&account.iban),
            account,
            once: visit.new_key()?,
        });
    }
    let mut form = AccountForm::new(visit, entered, problems, &rates)?;
    form.complaint = complaint;
    page_with(
        status,
        &ProfilePage {
            v: visit,
            accounts: lines,
            form,
            welcome: visit.call.query.contains("welcome=1"),
            added: visit.call.query.contains("added=1"),
            factor,
            factor_set: visit.call.query.contains("factor="),
        },
    )
}

/// `GET /profile`.
pub(crate) async fn show(visit: Arc<Visit>) -> Result<Response, Failure> {
    profile_page(&visit, 200, &NewCustomerAccount::default(), &[], None).await
}

/// `POST /profile/accounts`.
pub(crate) async fn add(visit: Arc<Visit>) -> Result<Response, Failure> {
    let entered: NewCustomerAccount = visit.form()?;
    match try_add(&visit, &entered).await? {
        Ok(_) => Ok(reply::see_other(&visit.link("/profile?added=1#accounts"))),
        Err(Refused {
            status,
            problems,
            complaint,
        }) => profile_page(&visit, status, &entered, &problems, complaint).await,
    }
}

/// Why an account was not added, for the form that asked for it.
pub(crate) struct Refused {
    pub(crate) status: u16,
    pub(crate) problems: Vec<FieldProblem>,
    pub(crate) complaint: Option<String>,
}

/// Checks an account and adds it.
pub(crate) async fn try_add(
    visit: &Visit,
    entered: &NewCustomerAccount,
) -> Result<Result<CustomerAccount, Refused>, Failure> {
    let session = visit.customer()?;
    let (account, once) = (entered.clone(), visit.once());
    match visit
        .site
        .ask(move |port| port.add_account(&session, &account, &once))
        .await
    {
        Ok(account) => Ok(Ok(account)),
        Err(PortError::Refused(problem)) => Ok(Err(Refused {
            status: problem.status,
            // The fields say it themselves.
            complaint: (problem.code != "fields-refused").then(|| visit.words.problem(&problem)),
            problems: problem.errors,
        })),
        Err(down) => Err(problem_of(down).into()),
    }
}

/// `POST /profile/accounts/{id}/remove`.
pub(crate) async fn remove(visit: Arc<Visit>) -> Result<Response, Failure> {
    #[derive(Deserialize)]
    struct Nothing {}
    let session = visit.customer()?;
    let Nothing {} = visit.form()?;
    let account = visit.call.param(0).to_owned();
    visit
        .site
        .ask(move |port| port.remove_account(&session, &account))
        .await?;
    Ok(reply::see_other(&visit.link("/profile#accounts")))
}
