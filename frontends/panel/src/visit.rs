//! One visit to a page: who comes, in which language, and what his forms carry.

use std::future::Future;
use std::sync::{Arc, OnceLock};

use kantor_model::Moment;
use kantor_wire::{CustomerView, Language, Problem, Words};
use serde::de::DeserializeOwned;
use warp::http::Method;
use warp::http::header::{HeaderValue, SET_COOKIE};
use warp::reply::Response;

use crate::pages;
use crate::port::{Key, NOTHING_RECORDED, PortError, SessionToken};
use crate::reply;
use crate::route::{Call, Route};
use crate::secrets::{self, NoRandomness};
use crate::site::{Site, problem_of};

/// Why a page is not shown.
#[derive(Debug)]
pub(crate) enum Failure {
    /// Shown as a page of its own.
    Refused(Box<Problem>),
    /// Only for customers: log in first.
    LogIn,
}

impl From<Problem> for Failure {
    fn from(problem: Problem) -> Failure {
        Failure::Refused(Box::new(problem))
    }
}

impl From<PortError> for Failure {
    fn from(error: PortError) -> Failure {
        problem_of(error).into()
    }
}

impl From<NoRandomness> for Failure {
    fn from(error: NoRandomness) -> Failure {
        Problem::new(503, "no-randomness", "Not now", error.to_string()).into()
    }
}

impl From<askama::Error> for Failure {
    fn from(_: askama::Error) -> Failure {
        Problem::new(
            500,
            "page-unwritable",
            "The page could not be written",
            "What you did is done; the page that shows it could not be written. Load it again.",
        )
        .into()
    }
}

/// Who is logged in.
pub(crate) struct Session {
    pub(crate) token: SessionToken,
    pub(crate) customer: CustomerView,
}

/// A visit.
pub(crate) struct Visit {
    pub(crate) site: Arc<Site>,
    pub(crate) call: Call,
    pub(crate) words: &'static Words,
    pub(crate) now: Moment,
    pub(crate) office: String,
    pub(crate) session: Option<Session>,
    fresh_cookie: OnceLock<String>,
}

impl Visit {
    async fn open(site: Arc<Site>, call: Call) -> Result<Visit, PortError> {
        let words = Words::of(language(&call));
        let token = call
            .cookie(&cookie_name(&site, "session"))
            .map(SessionToken::new);
        let asked = token.clone();
        let greeting = site.ask(move |port| port.greet(asked.as_ref())).await?;
        let session = token
            .zip(greeting.customer)
            .map(|(token, customer)| Session { token, customer });
        Ok(Visit {
            site,
            call,
            words,
            now: greeting.now,
            office: greeting.office,
            session,
            fresh_cookie: OnceLock::new(),
        })
    }

    /// The session of the customer who is logged in; a page for customers sends everybody else to
    /// the login.
    pub(crate) fn customer(&self) -> Result<SessionToken, Failure> {
        self.session
            .as_ref()
            .map(|session| session.token.clone())
            .ok_or(Failure::LogIn)
    }

    /// The text of a key in the visitor's language.
    pub(crate) fn t(&self, key: &'static str) -> &'static str {
        self.words.text(key)
    }

    /// A link inside the site.
    pub(crate) fn link(&self, path: &str) -> String {
        format!("{}{path}", self.site.settings.prefix)
    }

    /// What a form of this visitor carries to prove that it is ours.
    pub(crate) fn form_token(&self) -> String {
        match (&self.session, self.visitor_cookie()) {
            (Some(session), _) => secrets::form_token(session.token.as_str()),
            (None, Some(cookie)) => secrets::form_token(cookie),
            (None, None) => {
                // Without randomness the form carries nothing and is refused with a sentence.
                let cookie = self
                    .fresh_cookie
                    .get_or_init(|| secrets::new_token().unwrap_or_default());
                secrets::form_token(cookie)
            }
        }
    }

    fn visitor_cookie(&self) -> Option<&str> {
        self.call
            .cookie(&cookie_name(&self.site, "visitor"))
            .filter(|cookie| cookie.len() == 43)
    }

    /// A key that makes the form that carries it one act.
    pub(crate) fn new_key(&self) -> Result<String, NoRandomness> {
        secrets::new_token()
    }

    /// Reads a form after checking that it is ours.
    pub(crate) fn form<T: DeserializeOwned>(&self) -> Result<T, Failure> {
        let carried = form_field(&self.call.body, "form_token").unwrap_or_default();
        let foreign = self.call.header("sec-fetch-site") == Some("cross-site");
        let known = self.session.is_some() || self.visitor_cookie().is_some();
        if foreign || !known || !secrets::same(&carried, &self.form_token()) {
            return Err(Problem::new(
                403,
                "form-expired",
                "The form is out of date",
                "The form was opened before you logged in or out, or your browser does not keep \
                 cookies, so nothing was done. Go back, load the page again and repeat it.",
            )
            .into());
        }
        serde_urlencoded::from_bytes(&self.call.body).map_err(|_| {
            Problem::new(
                400,
                "form-unreadable",
                "The form is not readable",
                "A field of the form is missing, so nothing was done. Load the page again.",
            )
            .into()
        })
    }

    /// Makes the form that was sent one act: sent twice, it acts once.
    pub(crate) fn once(&self) -> Key {
        let key = form_field(&self.call.body, "once").unwrap_or_default();
        let mut asked = self.call.path.clone().into_bytes();
        asked.push(0);
        asked.extend_from_slice(&self.call.body);
        let body = secrets::sha256_hex(&asked);
        // A form that was gone back to, changed and sent is another act than the first.
        let key = secrets::sha256_hex(format!("{key}\0{body}").as_bytes());
        Key { key, body }
    }

    /// The value of `Set-Cookie` for one of our cookies; `None` takes it away.
    pub(crate) fn set_cookie(&self, name: &str, value: Option<&str>) -> String {
        let settings = &self.site.settings;
        let name = cookie_name(&self.site, name);
        let path = format!("{}/", settings.prefix);
        let secure = if settings.tls { "; Secure" } else { "" };
        let (value, age) = match value {
            Some(value) => (value, ""),
            None => ("", "; Max-Age=0"),
        };
        format!("{name}={value}; Path={path}; HttpOnly; SameSite=Lax{secure}{age}")
    }

    /// Renders why a page is not shown.
    fn failed(&self, failure: Failure) -> Response {
        match failure {
            Failure::LogIn => {
                let query = serde_urlencoded::to_string([("next", &self.call.path)]);
                reply::see_other(&self.link(&format!("/login?{}", query.unwrap_or_default())))
            }
            Failure::Refused(problem) => {
                pages::problem_page(self, &of_page(&self.call.method, *problem))
            }
        }
    }
}

/// The name of a cookie; browsers keep the promises of `__Host-` and `__Secure-` for us.
pub(crate) fn cookie_name(site: &Site, name: &str) -> String {
    match (site.settings.tls, site.settings.prefix.is_empty()) {
        (true, true) => format!("__Host-kantor_{name}"),
        (true, false) => format!("__Secure-kantor_{name}"),
        (false, _) => format!("kantor_{name}"),
    }
}

/// The language of the cookie, else the one that the browser asks for, else Polish.
pub(crate) fn language(call: &Call) -> Language {
    [
        "__Host-kantor_language",
        "__Secure-kantor_language",
        "kantor_language",
    ]
    .into_iter()
    .find_map(|name| call.cookie(name))
    .and_then(Language::from_code)
    .or_else(|| call.header("accept-language").and_then(Language::accepted))
    .unwrap_or_default()
}

fn form_field(body: &[u8], name: &str) -> Option<String> {
    let pairs: Vec<(String, String)> = serde_urlencoded::from_bytes(body).ok()?;
    pairs
        .into_iter()
        .find(|(known, _)| known == name)
        .map(|(_, value)| value)
}

/// A route that shows a page.
pub(crate) fn get<F>(site: &Arc<Site>, path: &'static str, handler: fn(Arc<Visit>) -> F) -> Route
where
    F: Future<Output = Result<Response, Failure>> + Send + 'static,
{
    let site = Arc::clone(site);
    Route::get(path, move |call| shown(Arc::clone(&site), call, handler))
}

/// A route that takes a form.
pub(crate) fn post<F>(site: &Arc<Site>, path: &'static str, handler: fn(Arc<Visit>) -> F) -> Route
where
    F: Future<Output = Result<Response, Failure>> + Send + 'static,
{
    let site = Arc::clone(site);
    Route::post(path, crate::route::FORM_LIMIT, move |call| {
        shown(Arc::clone(&site), call, handler)
    })
}

/// The page for a request that no route took.
pub(crate) async fn refuse(site: Arc<Site>, call: Call, problem: Problem) -> Response {
    let words = Words::of(language(&call));
    match Visit::open(Arc::clone(&site), call).await {
        Ok(visit) => pages::problem_page(&visit, &problem),
        Err(_) => pages::bare_problem(&site, words, &problem),
    }
}

/// Why a visit could not even begin: whatever was asked for was not asked of the office.
fn unopened(error: PortError) -> Problem {
    match error {
        PortError::Down(_) => Problem::new(
            503,
            NOTHING_RECORDED,
            "The office does not answer",
            "The office does not answer now, so nothing was recorded. Try again in a minute.",
        ),
        refused @ PortError::Refused(_) => problem_of(refused),
    }
}

/// What a page says that cannot be shown. Who only asked for it may have sent something before: when
/// an act is done, browsers are sent to the page that shows it. He is not told that nothing was
/// recorded.
fn of_page(method: &Method, problem: Problem) -> Problem {
    if *method != Method::GET || problem.code != NOTHING_RECORDED {
        return problem;
    }
    Problem::new(
        503,
        "page-away",
        "This page cannot be shown now",
        "The office does not answer now, so this page cannot be shown. What you have sent before may \
         be done: look at your orders in a minute before you repeat it.",
    )
}

async fn shown<F>(site: Arc<Site>, call: Call, handler: fn(Arc<Visit>) -> F) -> Response
where
    F: Future<Output = Result<Response, Failure>> + Send + 'static,
{
    let words = Words::of(language(&call));
    let method = call.method.clone();
    let visit = match Visit::open(Arc::clone(&site), call).await {
        Ok(visit) => Arc::new(visit),
        Err(error) => {
            let problem = of_page(&method, unopened(error));
            return pages::bare_problem(&site, words, &problem);
        }
    };
    let mut response = match handler(Arc::clone(&visit)).await {
        Ok(response) => response,
        Err(failure) => visit.failed(failure),
    };
    if let Some(cookie) = visit.fresh_cookie.get()
        && let Ok(header) = HeaderValue::from_str(&visit.set_cookie("visitor", Some(cookie)))
    {
        response.headers_mut().append(SET_COOKIE, header);
    }
    response
}
