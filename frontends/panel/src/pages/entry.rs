//! Coming in: registration, login, logout, language.

use std::sync::Arc;

use askama::Template;
use kantor_wire::{FieldProblem, Language, Registration};
use serde::Deserialize;
use warp::http::HeaderMap;
use warp::http::header::{HeaderValue, SET_COOKIE};
use warp::reply::Response;

use crate::checks;
use crate::limits::{address_key, slow_down};
use crate::login;
use crate::pages::field::Field;
use crate::pages::page_with;
use crate::port::PortError;
use crate::reply;
use crate::secrets;
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
    }
    Ok(response)
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
    let address = address_key(visit.site.settings.address(&visit.call));
    if let Err(seconds) = visit.site.limits.registrations.take(&address, visit.now) {
        return Err(slow_down(seconds).into());
    }
    let mut customer = match checks::registration(&entered) {
        Ok(customer) => customer,
        Err(problems) => {
            let complaint = Some(visit.t("register.look_again").to_owned());
            return register_page(&visit, 422, &entered, &problems, complaint);
        }
    };
    customer.password_hash = visit.site.passwords.hash(entered.password.clone()).await?;
    let once = visit.once();
    match visit
        .site
        .ask(move |port| port.register(customer, &once))
        .await
    {
        Ok(customer) => open_session(&visit, &customer.id, "/profile?welcome=1").await,
        Err(PortError::Refused(problem)) => {
            let complaint = Some(visit.words.problem(&problem));
            register_page(&visit, problem.status, &entered, &problem.errors, complaint)
        }
        Err(down) => Err(problem_of(down).into()),
    }
}

#[derive(Template)]
#[template(path = "login.html")]
struct LoginPage<'a> {
    v: &'a Visit,
    fields: Vec<Field>,
    complaint: Option<String>,
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
    let address = visit.site.settings.address(&visit.call);
    let password = entered.password.clone();
    match login::check(&visit.site, visit.now, address, &entered.email, password).await? {
        Ok(customer) => {
            let next = if entered.next.is_empty() {
                visit.link("/exchange")
            } else {
                inside(&visit, &entered.next)
            };
            let next = next
                .strip_prefix(visit.site.settings.prefix.as_str())
                .unwrap_or("/")
                .to_owned();
            open_session(&visit, &customer, &next).await
        }
        Err(problem) => {
            let complaint = Some(visit.words.problem(&problem));
            login_page(&visit, problem.status, &entered, complaint)
        }
    }
}

/// A new token for whoever logged in; an older session of this browser ends.
async fn open_session(visit: &Visit, customer: &str, next: &str) -> Result<Response, Failure> {
    let older = visit.session.as_ref().map(|session| session.token.clone());
    let (token, _) = login::open_session(&visit.site, visit.now, customer, older).await?;
    let mut response = reply::see_other(&visit.link(next));
    append_cookie(
        response.headers_mut(),
        &visit.set_cookie("session", Some(&token)),
    );
    append_cookie(response.headers_mut(), &visit.set_cookie("visitor", None));
    Ok(response)
}

/// `POST /logout`.
pub(crate) async fn logout(visit: Arc<Visit>) -> Result<Response, Failure> {
    #[derive(Deserialize)]
    struct Nothing {}
    let Nothing {} = visit.form()?;
    if let Some(session) = &visit.session {
        let token_hash = secrets::sha256_hex(session.token.as_bytes());
        visit
            .site
            .ask(move |port| port.end_session(&token_hash))
            .await?;
    }
    let mut response = reply::see_other(&visit.link("/"));
    append_cookie(response.headers_mut(), &visit.set_cookie("session", None));
    Ok(response)
}
