//! A forgotten password: the office tells a code, and the customer chooses another password.

use std::sync::Arc;

use askama::Template;
use kantor_wire::FieldProblem;
use serde::Deserialize;
use warp::reply::Response;

use crate::pages::field::Field;
use crate::pages::page_with;
use crate::port::PortError;
use crate::reply;
use crate::site::problem_of;
use crate::visit::{Failure, Visit};

#[derive(Template)]
#[template(path = "password.html")]
struct PasswordPage<'a> {
    v: &'a Visit,
    fields: Vec<Field>,
    complaint: Option<String>,
}

fn password_page(
    visit: &Visit,
    status: u16,
    code: &str,
    problems: &[FieldProblem],
    complaint: Option<String>,
) -> Result<Response, Failure> {
    let fields = vec![
        Field::text("code", visit.t("password.code"), code)
            .filled_by("one-time-code", "text")
            .wide(),
        Field::password("password", visit.t("password.new"))
            .filled_by("new-password", "text")
            .hinted(visit.t("register.password_hint"))
            .wide(),
    ];
    page_with(
        status,
        &PasswordPage {
            v: visit,
            fields: fields
                .into_iter()
                .map(|field| field.judged(visit.words, problems))
                .collect(),
            complaint,
        },
    )
}

/// `GET /password`.
pub(crate) async fn form(visit: Arc<Visit>) -> Result<Response, Failure> {
    password_page(&visit, 200, "", &[], None)
}

/// `POST /password`: afterwards the customer logs in with what he chose.
pub(crate) async fn set(visit: Arc<Visit>) -> Result<Response, Failure> {
    #[derive(Deserialize)]
    struct Chosen {
        code: String,
        password: String,
    }
    let Chosen { code, password } = visit.form()?;
    let from = visit.site.settings.address(&visit.call);
    let told = code.clone();
    let set = visit
        .site
        .ask(move |port| port.choose_password(&told, &password, from))
        .await;
    match set {
        Ok(()) => Ok(reply::see_other(&visit.link("/login?changed=1"))),
        Err(PortError::Refused(problem)) => {
            let complaint =
                (problem.code != "fields-refused").then(|| visit.words.problem(&problem));
            password_page(&visit, problem.status, &code, &problem.errors, complaint)
        }
        Err(down) => Err(problem_of(down).into()),
    }
}
