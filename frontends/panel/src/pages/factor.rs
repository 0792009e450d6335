//! The second factor: put to use and taken away by the customer himself.

use std::sync::Arc;

use askama::Template;
use serde::Deserialize;
use warp::reply::Response;

use crate::pages::field::Field;
use crate::pages::page_with;
use crate::port::{NewFactor, PortError};
use crate::reply;
use crate::site::problem_of;
use crate::visit::{Failure, Visit};

#[derive(Template)]
#[template(path = "second_factor.html")]
struct FactorPage<'a> {
    v: &'a Visit,
    factor: Option<NewFactor>,
    action: &'static str,
    fields: Vec<Field>,
    complaint: Option<String>,
}

/// The field for a code, here and at the login.
pub(crate) fn code_field(visit: &Visit) -> Field {
    Field::text("code", visit.t("factor.code"), "")
        .filled_by("one-time-code", "numeric")
        .wide()
}

async fn factor_page(
    visit: &Visit,
    status: u16,
    complaint: Option<String>,
) -> Result<Response, Failure> {
    let session = visit.customer()?;
    let factor = visit
        .site
        .ask(move |port| port.new_factor(&session))
        .await?;
    let action = match factor {
        Some(_) => "/second-factor/on",
        None => "/second-factor/off",
    };
    page_with(
        status,
        &FactorPage {
            v: visit,
            factor,
            action,
            fields: vec![code_field(visit)],
            complaint,
        },
    )
}

/// `GET /second-factor`.
pub(crate) async fn show(visit: Arc<Visit>) -> Result<Response, Failure> {
    factor_page(&visit, 200, None).await
}

async fn set(visit: &Visit, on: bool) -> Result<Response, Failure> {
    #[derive(Deserialize)]
    struct Typed {
        code: String,
    }
    let session = visit.customer()?;
    let Typed { code } = visit.form()?;
    match visit
        .site
        .ask(move |port| port.set_factor(&session, on, &code))
        .await
    {
        Ok(()) => Ok(reply::see_other(&visit.link("/profile"))),
        Err(PortError::Refused(problem)) => {
            factor_page(visit, problem.status, Some(visit.words.problem(&problem))).await
        }
        Err(down) => Err(problem_of(down).into()),
    }
}

/// `POST /second-factor/on`.
pub(crate) async fn on(visit: Arc<Visit>) -> Result<Response, Failure> {
    set(&visit, true).await
}

/// `POST /second-factor/off`.
pub(crate) async fn off(visit: Arc<Visit>) -> Result<Response, Failure> {
    set(&visit, false).await
}
