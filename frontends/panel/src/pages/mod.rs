//! The customers' pages. Each works without script and on a phone.

mod calculator;
mod entry;
mod exchange;
mod factor;
mod field;
mod landing;
mod orders;
mod password;
mod profile;
mod timeline;

use std::sync::Arc;

use askama::Template;
use kantor_wire::{Problem, Words};
use warp::reply::Response;

use crate::reply;
use crate::route::Route;
use crate::site::Site;
use crate::visit::{Failure, Visit, get, post};

/// Every page, in the order in which they are tried.
pub(crate) fn routes(site: &Arc<Site>) -> Vec<Route> {
    vec![
        get(site, "/", landing::show),
        get(site, "/rates", landing::rates),
        get(site, "/rates/events", landing::rates_events),
        get(site, "/calculator", calculator::show),
        get(site, "/language/{code}", entry::language),
        get(site, "/register", entry::register_form),
        post(site, "/register", entry::register),
        get(site, "/login", entry::login_form),
        post(site, "/login", entry::login),
        post(site, "/logout", entry::logout),
        get(site, "/forgotten", password::forgotten_form),
        post(site, "/forgotten", password::forgotten),
        post(site, "/login/code", entry::login_code),
        get(site, "/password", password::form),
        get(site, "/password/{code}", password::form),
        post(site, "/password", password::set),
        get(site, "/profile", profile::show),
        post(site, "/profile/accounts", profile::add),
        post(site, "/profile/accounts/{id}/remove", profile::remove),
        get(site, "/second-factor", factor::show),
        post(site, "/second-factor/on", factor::on),
        post(site, "/second-factor/off", factor::off),
        get(site, "/exchange", exchange::form),
        post(site, "/exchange", exchange::ask),
        get(site, "/quotes/{id}", exchange::quote),
        post(site, "/quotes/{id}/accounts", exchange::add_account),
        post(site, "/quotes/{id}/order", exchange::place),
        get(site, "/orders", orders::list),
        get(site, "/orders/{id}", orders::show),
        get(site, "/orders/{id}/events", orders::events),
        post(site, "/orders/{id}/cancel", orders::cancel),
        post(site, "/orders/{id}/consent", orders::consent),
    ]
}

#[derive(Template)]
#[template(path = "problem.html")]
struct ProblemPage<'a> {
    v: &'a Visit,
    title: &'static str,
    detail: String,
    status: u16,
}

/// The title of a page that says no.
fn title_key(status: u16) -> &'static str {
    match status {
        403 => "problem_title.forbidden",
        404 => "problem_title.missing",
        405 => "problem_title.missing",
        429 => "problem_title.slow_down",
        500.. => "problem_title.broken",
        _ => "problem_title.refused",
    }
}

/// A page that says what happened, why, and what to do now.
pub(crate) fn problem_page(visit: &Visit, problem: &Problem) -> Response {
    let page = ProblemPage {
        v: visit,
        title: visit.t(title_key(problem.status)),
        detail: visit.words.problem(problem),
        status: problem.status,
    };
    match page.render() {
        Ok(html) => reply::html(problem.status, html),
        Err(_) => bare_problem(&visit.site, visit.words, problem),
    }
}

#[derive(Template)]
#[template(path = "bare.html")]
struct BarePage<'a> {
    words: &'static Words,
    title: &'static str,
    detail: String,
    stylesheet: String,
    home: &'a str,
}

/// The same without anything that the office would have to answer.
pub(crate) fn bare_problem(site: &Site, words: &'static Words, problem: &Problem) -> Response {
    let page = BarePage {
        words,
        title: words.text(title_key(problem.status)),
        detail: words.problem(problem),
        stylesheet: format!("{}{}", site.settings.prefix, site.assets.path("app.css")),
        home: &format!("{}/", site.settings.prefix),
    };
    reply::html(
        problem.status,
        page.render().unwrap_or_else(|_| page.detail.clone()),
    )
}

/// A rendered page.
fn page(page: &impl Template) -> Result<Response, Failure> {
    page_with(200, page)
}

/// A rendered page with another status.
fn page_with(status: u16, page: &impl Template) -> Result<Response, Failure> {
    Ok(reply::html(status, page.render()?))
}

impl Visit {
    /// `pl` or `en`.
    pub(crate) fn lang(&self) -> &'static str {
        self.words.language().code()
    }

    /// The code of the other language.
    pub(crate) fn other_lang(&self) -> &'static str {
        match self.words.language() {
            kantor_wire::Language::Pl => "en",
            kantor_wire::Language::En => "pl",
        }
    }

    /// Where the stylesheet, the script or the picture stands.
    pub(crate) fn asset(&self, name: &str) -> String {
        self.link(&self.site.assets.path(name))
    }

    /// The address of this page, to come back to after the language was switched.
    pub(crate) fn back(&self) -> String {
        let path = &self.call.path;
        let back = if self.call.method == warp::http::Method::GET && !self.call.query.is_empty() {
            format!("{path}?{}", self.call.query)
        } else {
            path.clone()
        };
        serde_urlencoded::to_string([("back", back)]).unwrap_or_default()
    }

    /// Whether a page of the main menu is open.
    pub(crate) fn at(&self, page: &str) -> bool {
        let here = self
            .call
            .path
            .strip_prefix(self.site.settings.prefix.as_str())
            .unwrap_or_default();
        match page {
            "/" => here.is_empty() || here == "/",
            page => here == page || here.starts_with(&format!("{page}/")),
        }
    }

    /// The page that the calculator on this page belongs to.
    pub(crate) fn calculator_path(&self) -> String {
        self.link(if self.at("/exchange") {
            "/exchange"
        } else {
            "/"
        })
    }

    /// The value of `aria-current` for a page of the main menu.
    pub(crate) fn here(&self, page: &str) -> &'static str {
        if self.at(page) { "page" } else { "false" }
    }
}
