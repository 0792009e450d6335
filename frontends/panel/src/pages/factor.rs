//! The second factor: put to use and taken away by the customer himself.

use std::sync::Arc;

use askama::Template;
use qrcodegen::{QrCode, QrCodeEcc};
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
    factor: Option<Shown>,
    action: &'static str,
    fields: Vec<Field>,
    complaint: Option<String>,
}

/// A second factor that begins, as the page shows it.
struct Shown {
    factor: NewFactor,
    /// The secret in groups of four.
    grouped: String,
    picture: Option<Picture>,
}

/// A picture that a telephone reads: so many squares wide, the dark ones as a path.
struct Picture {
    size: i32,
    path: String,
}

impl Picture {
    fn of(text: &str) -> Option<Picture> {
        // What is too long for a picture can still be typed.
        let code = QrCode::encode_text(text, QrCodeEcc::Medium).ok()?;
        let size = code.size();
        let mut path = String::new();
        for y in 0..size {
            for x in (0..size).filter(|x| code.get_module(*x, y)) {
                path.push_str(&format!("M{x} {y}h1v1h-1z"));
            }
        }
        Some(Picture { size, path })
    }
}

impl Shown {
    fn of(factor: NewFactor) -> Shown {
        let letters: Vec<char> = factor.secret.chars().collect();
        let groups: Vec<String> = letters.chunks(4).map(String::from_iter).collect();
        Shown {
            grouped: groups.join(" "),
            picture: Picture::of(&factor.link),
            factor,
        }
    }
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
            factor: factor.map(Shown::of),
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
        Ok(()) => {
            let told = if on { "on" } else { "off" };
            Ok(reply::see_other(
                &visit.link(&format!("/profile?factor={told}")),
            ))
        }
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
