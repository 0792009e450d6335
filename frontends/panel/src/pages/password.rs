//! A forgotten password: a letter brings a link, or the office tells a code, and the customer
//! chooses another password.

use std::sync::Arc;

use askama::Template;
use kantor_wire::FieldProblem;
use serde::Deserialize;
use warp::reply::Response;

use crate::pages::field::Field;
use crate::pages::page_with;
use crate::port::{LETTER_MINUTES, PortError};
use crate::reply;
use crate::site::problem_of;
use crate::visit::{Failure, Visit};

#[derive(Template)]
#[template(path = "forgotten.html")]
struct ForgottenPage<'a> {
    v: &'a Visit,
    field: Field,
    /// What is said once the e-mail was typed.
    sent: Option<String>,
}

fn forgotten_page(
    visit: &Visit,
    status: u16,
    email: &str,
    problems: &[FieldProblem],
    is_sent: bool,
) -> Result<Response, Failure> {
    let minutes = LETTER_MINUTES.to_string();
    let values = [("email", email), ("minutes", minutes.as_str())];
    let field = Field::text("email", visit.t("register.email"), email)
        .email()
        .filled_by("username", "email")
        .wide();
    page_with(
        status,
        &ForgottenPage {
            v: visit,
            field: field.judged(visit.words, problems),
            sent: is_sent.then(|| visit.words.with("forgotten.sent", &values)),
        },
    )
}

/// `GET /forgotten`.
pub(crate) async fn forgotten_form(visit: Arc<Visit>) -> Result<Response, Failure> {
    forgotten_page(&visit, 200, "", &[], false)
}

/// `POST /forgotten`: the page says the same whether anybody has the e-mail or not.
pub(crate) async fn forgotten(visit: Arc<Visit>) -> Result<Response, Failure> {
    #[derive(Deserialize)]
    struct Typed {
        email: String,
    }
    let Typed { email } = visit.form()?;
    let from = visit.site.settings.address(&visit.call);
    let (typed, language) = (email.clone(), visit.words.language());
    let asked = visit
        .site
        .ask(move |port| port.forgot_password(&typed, language, from))
        .await;
    match asked {
        Ok(()) => forgotten_page(&visit, 200, email.trim(), &[], true),
        Err(PortError::Refused(problem)) if problem.code == "fields-refused" => {
            forgotten_page(&visit, problem.status, &email, &problem.errors, false)
        }
        Err(other) => Err(problem_of(other).into()),
    }
}

#[derive(Template)]
#[template(path = "password.html")]
struct PasswordPage<'a> {
    v: &'a Visit,
    fields: Vec<Field>,
    /// The code of a link, which nobody has to type.
    linked: Option<&'a str>,
    /// The link is worth nothing any more.
    is_over: bool,
    complaint: Option<String>,
}

/// What was typed, and the code of the link that led here.
#[derive(Default, Deserialize)]
struct Chosen {
    #[serde(default)]
    code: String,
    #[serde(default)]
    linked: String,
    password: String,
}

impl Chosen {
    fn linked(&self) -> Option<&str> {
        Some(self.linked.as_str()).filter(|code| !code.is_empty())
    }
}

fn password_page(
    visit: &Visit,
    status: u16,
    chosen: &Chosen,
    problems: &[FieldProblem],
    complaint: Option<String>,
) -> Result<Response, Failure> {
    let linked = chosen.linked();
    let code = Field::text("code", visit.t("password.code"), &chosen.code)
        .filled_by("one-time-code", "text")
        .wide();
    let password = Field::password("password", visit.t("password.new"))
        .filled_by("new-password", "text")
        .hinted(visit.t("register.password_hint"))
        .wide();
    let fields = linked.is_none().then_some(code).into_iter();
    page_with(
        status,
        &PasswordPage {
            v: visit,
            fields: fields
                .chain([password])
                .map(|field| field.judged(visit.words, problems))
                .collect(),
            linked,
            is_over: linked.is_some() && complaint.is_some(),
            complaint,
        },
    )
}

/// `GET /password`, and `GET /password/{code}` as a letter names it. Looking uses nothing up:
/// programs that guard mailboxes look at every link.
pub(crate) async fn form(visit: Arc<Visit>) -> Result<Response, Failure> {
    let chosen = Chosen {
        linked: visit.call.param(0).to_owned(),
        ..Chosen::default()
    };
    password_page(&visit, 200, &chosen, &[], None)
}

/// `POST /password`: afterwards the customer logs in with what he chose.
pub(crate) async fn set(visit: Arc<Visit>) -> Result<Response, Failure> {
    let chosen: Chosen = visit.form()?;
    let from = visit.site.settings.address(&visit.call);
    let code = chosen.linked().unwrap_or(&chosen.code).to_owned();
    let password = chosen.password.clone();
    let set = visit
        .site
        .ask(move |port| port.choose_password(&code, &password, from))
        .await;
    match set {
        Ok(()) => Ok(reply::see_other(&visit.link("/login?changed=1"))),
        Err(PortError::Refused(problem)) => {
            let complaint = match (problem.code.as_str(), chosen.linked()) {
                ("fields-refused", _) => None,
                ("code-unknown", Some(_)) => Some(visit.t("password.link_over").to_owned()),
                (_, _) => Some(visit.words.problem(&problem)),
            };
            let problems = &problem.errors;
            password_page(&visit, problem.status, &chosen, problems, complaint)
        }
        Err(down) => Err(problem_of(down).into()),
    }
}
