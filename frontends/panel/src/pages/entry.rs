//! Coming in: registration, login, logout, language.

use std::sync::Arc;

use askama::Template;
use kantor_wire::{FieldProblem, Language, LoginAsk, Registration};
use serde::Deserialize;
use warp::http::HeaderMap;
use warp::http::header::{HeaderValue, SET_COOKIE};
use warp::reply::Response;

use crate::pages::factor::code_field;
use crate::pages::field::Field;
use crate::pages::page_with;
use crate::port::{NewSession, PortError, PortResult, SessionToken};
use crate::reply;
use crate::site::problem_of;
use crate::visit::{Failure, Visit};

/// `GET /language/{code}?back=PATH`: switches and comes back.
pub(crate) async fn language(visit: Arc<Visit>) -> Result<Response, Failure> {
    #[derive(Default, Deserialize)]
    #[serde(default)]
    struct Back {
        back: String,
    }
    let Back { back } = serde_urlencoded::from_str(&visit.call.query).unwrap_or_default();
    let mut response = reply::see_other(&inside(&visit, &back));
    if let Some(language) = Language::from_code(visit.call.param(0)) {
        let cookie = visit.set_cookie("language", Some(language.code()));
        append_cookie(
            response.headers_mut(),
            &format!("{cookie}; Max-Age=31536000"),
        );
        if let Ok(session) = visit.customer() {
            speaks(&visit, session, language).await;
        }
    }
    Ok(response)
}

/// Letters come in the language that somebody reads the pages in. One that comes in the other is no
/// reason to keep him out, so nothing comes of it when the office does not take it.
async fn speaks(visit: &Visit, session: SessionToken, language: Language) {
    let _ = visit
        .site
        .ask(move |port| port.speaks(&session, language))
        .await;
}

/// A path of ours to go to; never another site.
fn inside(visit: &Visit, path: &str) -> String {
    let prefix = &visit.site.settings.prefix;
    let ours = path
        .strip_prefix(prefix.as_str())
        .is_some_and(|rest| rest.starts_with('/') && !rest.starts_with("//"));
    let plain = path
        .bytes()
        .all(|byte| (0x21..0x7f).contains(&byte) && byte != b'\\');
    if ours && plain {
        path.to_owned()
    } else {
        visit.link("/")
    }
}

fn append_cookie(headers: &mut HeaderMap, cookie: &str) {
    if let Ok(value) = HeaderValue::from_str(cookie) {
        headers.append(SET_COOKIE, value);
    }
}

#[derive(Template)]
#[template(path = "register.html")]
struct RegisterPage<'a> {
    v: &'a Visit,
    about_you: Vec<Field>,
    contact: Vec<Field>,
    access: Vec<Field>,
    complaint: Option<String>,
    once: String,
}

fn register_page(
    visit: &Visit,
    status: u16,
    entered: &Registration,
    problems: &[FieldProblem],
    complaint: Option<String>,
) -> Result<Response, Failure> {
    let t = |key| visit.t(key);
    let judged = |field: Field| field.judged(visit.words, problems);
    let about_you = vec![
        Field::text("first_name", t("register.first_name"), &entered.first_name)
            .filled_by("given-name", "text"),
        Field::text("last_name", t("register.last_name"), &entered.last_name)
            .filled_by("family-name", "text"),
        Field::text("pesel", t("register.pesel"), &entered.pesel)
            .filled_by("off", "numeric")
            .hinted(t("register.pesel_hint"))
            .wide(),
    ];
    let contact = vec![
        Field::text("street", t("register.street"), &entered.street)
            .filled_by("street-address", "text")
            .wide(),
        Field::text(
            "postal_code",
            t("register.postal_code"),
            &entered.postal_code,
        )
        .filled_by("postal-code", "numeric"),
        Field::text("city", t("register.city"), &entered.city).filled_by("address-level2", "text"),
        Field::text("phone", t("register.phone"), &entered.phone)
            .filled_by("tel", "tel")
            .wide(),
    ];
    let access = vec![
        Field::text("email", t("register.email"), &entered.email)
            .email()
            .filled_by("email", "email")
            .wide(),
        Field::password("password", t("register.password"))
            .filled_by("new-password", "text")
            .hinted(t("register.password_hint"))
            .wide(),
    ];
    let page = RegisterPage {
        v: visit,
        about_you: about_you.into_iter().map(judged).collect(),
        contact: contact.into_iter().map(judged).collect(),
        access: access.into_iter().map(judged).collect(),
        complaint,
        once: visit.new_key()?,
    };
    page_with(status, &page)
}

/// `GET /register`.
pub(crate) async fn register_form(visit: Arc<Visit>) -> Result<Response, Failure> {
    if visit.session.is_some() {
        return Ok(reply::see_other(&visit.link("/profile")));
    }
    register_page(&visit, 200, &Registration::default(), &[], None)
}

/// `POST /register`: a refused field is named with its rule, and what was entered is kept.
pub(crate) async fn register(visit: Arc<Visit>) -> Result<Response, Failure> {
    let entered: Registration = visit.form()?;
    let (form, once) = (entered.clone(), visit.once());
    let from = visit.site.settings.address(&visit.call);
    let registered = visit
        .site
        .ask(move |port| port.register(&form, from, &once))
        .await;
    match registered {
        Ok(()) => {
            let ask = LoginAsk {
                email: entered.email,
                password: entered.password,
                code: None,
            };
            let session = log_in(&visit, ask).await?;
            Ok(logged_in(&visit, &session, "/profile?welcome=1").await)
        }
        Err(PortError::Refused(problem)) if problem.code == "too-many-requests" => {
            Err(Failure::Refused(problem))
        }
        Err(PortError::Refused(problem)) => {
            let complaint = match problem.code.as_str() {
                "fields-refused" => visit.t("register.look_again").to_owned(),
                _ => visit.words.problem(&problem),
            };
            let problems = &problem.errors;
            register_page(&visit, problem.status, &entered, problems, Some(complaint))
        }
        Err(down) => Err(problem_of(down).into()),
    }
}

#[derive(Template)]
#[template(path = "login.html")]
struct LoginPage<'a> {
    v: &'a Visit,
    changed: bool,
    fields: Vec<Field>,
    complaint: Option<String>,
    next: String,
}

/// The second step, for those who have a second factor.
#[derive(Template)]
#[template(path = "login_code.html")]
struct LoginCodePage<'a> {
    v: &'a Visit,
    field: Field,
    complaint: Option<String>,
    /// What stands for the password that was right.
    pass: String,
    next: String,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct Login {
    email: String,
    password: String,
    next: String,
}

fn login_page(
    visit: &Visit,
    status: u16,
    entered: &Login,
    complaint: Option<String>,
) -> Result<Response, Failure> {
    page_with(
        status,
        &LoginPage {
            v: visit,
            changed: visit.call.query.contains("changed=1"),
            fields: vec![
                Field::text("email", visit.t("register.email"), &entered.email)
                    .email()
                    .filled_by("username", "email")
                    .wide(),
                Field::password("password", visit.t("register.password")).wide(),
            ],
            complaint,
            next: entered.next.clone(),
        },
    )
}

/// `GET /login`.
pub(crate) async fn login_form(visit: Arc<Visit>) -> Result<Response, Failure> {
    let entered: Login = serde_urlencoded::from_str(&visit.call.query).unwrap_or_default();
    let entered = Login {
        next: entered.next,
        ..Login::default()
    };
    if visit.session.is_some() {
        return Ok(reply::see_other(&inside(&visit, &entered.next)));
    }
    login_page(&visit, 200, &entered, None)
}

/// `POST /login`. Whatever is wrong, the answer is the same and takes as long.
pub(crate) async fn login(visit: Arc<Visit>) -> Result<Response, Failure> {
    let entered: Login = visit.form()?;
    let ask = LoginAsk {
        email: entered.email.clone(),
        password: entered.password.clone(),
        code: None,
    };
    match log_in(&visit, ask).await {
        Ok(session) => Ok(gone_on(&visit, &session, &entered.next).await),
        Err(PortError::Refused(problem)) => match problem.facts.get("pass") {
            Some(pass) => code_page(&visit, 200, pass.clone(), entered.next, None),
            None => {
                let complaint = Some(visit.words.problem(&problem));
                login_page(&visit, problem.status, &entered, complaint)
            }
        },
        Err(down) => Err(problem_of(down).into()),
    }
}

fn code_page(
    visit: &Visit,
    status: u16,
    pass: String,
    next: String,
    complaint: Option<String>,
) -> Result<Response, Failure> {
    page_with(
        status,
        &LoginCodePage {
            v: visit,
            field: code_field(visit),
            complaint,
            pass,
            next,
        },
    )
}

/// `POST /login/code`: the second step, after a right password.
pub(crate) async fn login_code(visit: Arc<Visit>) -> Result<Response, Failure> {
    #[derive(Deserialize)]
    struct Typed {
        pass: String,
        code: String,
        next: String,
    }
    let Typed { pass, code, next } = visit.form()?;
    let older = visit.customer().ok();
    let from = visit.site.settings.address(&visit.call);
    let told = pass.clone();
    let session = visit
        .site
        .ask(move |port| port.log_in_with_code(&told, &code, from, older.as_ref()))
        .await;
    match session {
        Ok(session) => Ok(gone_on(&visit, &session, &next).await),
        Err(PortError::Refused(problem)) => {
            let complaint = Some(visit.words.problem(&problem));
            match problem.code.as_str() {
                "factor-wrong" => code_page(&visit, problem.status, pass, next, complaint),
                "factor-needed" => code_page(&visit, problem.status, pass, next, None),
                _ => {
                    let entered = Login {
                        next,
                        ..Login::default()
                    };
                    login_page(&visit, problem.status, &entered, complaint)
                }
            }
        }
        Err(down) => Err(problem_of(down).into()),
    }
}

/// Goes on to where somebody wanted to be before he had to log in.
async fn gone_on(visit: &Visit, session: &NewSession, next: &str) -> Response {
    let next = match next {
        "" => visit.link("/exchange"),
        next => inside(visit, next),
    };
    let prefix = visit.site.settings.prefix.as_str();
    logged_in(visit, session, next.strip_prefix(prefix).unwrap_or("/")).await
}

/// A new token for whoever logs in; an older session of this browser ends.
async fn log_in(visit: &Visit, ask: LoginAsk) -> PortResult<NewSession> {
    let older = visit.customer().ok();
    let from = visit.site.settings.address(&visit.call);
    visit
        .site
        .ask(move |port| port.log_in(&ask, from, older.as_ref()))
        .await
}

/// Goes on with a session that has begun.
async fn logged_in(visit: &Visit, session: &NewSession, next: &str) -> Response {
    speaks(visit, session.token.clone(), visit.words.language()).await;
    let mut response = reply::see_other(&visit.link(next));
    append_cookie(
        response.headers_mut(),
        &visit.set_cookie("session", Some(session.token.as_str())),
    );
    append_cookie(response.headers_mut(), &visit.set_cookie("visitor", None));
    response
}

/// `POST /logout`.
pub(crate) async fn logout(visit: Arc<Visit>) -> Result<Response, Failure> {
    #[derive(Deserialize)]
    struct Nothing {}
    let Nothing {} = visit.form()?;
    if let Ok(session) = visit.customer() {
        visit.site.ask(move |port| port.log_out(&session)).await?;
    }
    let mut response = reply::see_other(&visit.link("/"));
    append_cookie(response.headers_mut(), &visit.set_cookie("session", None));
    Ok(response)
}
