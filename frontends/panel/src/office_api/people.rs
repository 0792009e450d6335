//! People who cannot come in, and the office's keys.

use std::sync::Arc;

use kantor_wire::{KeyView, NewKey, PasswordCode, PersonView, ReasonAsk, Role};
use warp::reply::Response;

use super::{Asked, get, post};
use crate::api::{carried, document, done};
use crate::openapi::{Carries, Gives, Operation, shape};
use crate::port::PortResult;
use crate::site::DeskSite;

pub(super) fn operations(site: &Arc<DeskSite>) -> Vec<Operation> {
    let gives = Gives::Document;
    let reason = Carries::Document(shape::<ReasonAsk>);
    vec![
        get(
            "/people/{who}",
            "person",
            "A customer, by his id or the e-mail he logs in with.",
            gives(shape::<PersonView>),
        )
        .reads(site, person),
        post(
            "/people/{who}/new-password",
            "allowNewPassword",
            "Lets a customer choose a new password with a code, told once; a notice goes to him.",
            reason,
            gives(shape::<PasswordCode>),
        )
        .needing(Role::Approver)
        .acts(site, new_password),
        post(
            "/people/{who}/remove-second-factor",
            "removeSecondFactor",
            "Takes a customer's lost second factor away; his sessions end.",
            reason,
            gives(shape::<PersonView>),
        )
        .needing(Role::Approver)
        .acts(site, remove_factor),
        post(
            "/people/{who}/lock",
            "lockPerson",
            "Lets nobody in as this customer; his sessions end.",
            reason,
            gives(shape::<PersonView>),
        )
        .acts(site, lock),
        post(
            "/people/{who}/unlock",
            "unlockPerson",
            "Lets a customer in again, after a lock or too many wrong passwords.",
            reason,
            gives(shape::<PersonView>),
        )
        .needing(Role::Approver)
        .acts(site, unlock),
        get("/tokens", "tokens", "The office's keys.", gives(shape::<Vec<KeyView>>))
            .needing(Role::Administrator)
            .reads(site, tokens),
        post(
            "/tokens",
            "issueToken",
            "Makes a key; its secret is told once.",
            Carries::Document(shape::<NewKey>),
            gives(shape::<KeyView>),
        )
        .needing(Role::Administrator)
        .acts(site, issue),
        post(
            "/tokens/{name}/rotate",
            "rotateToken",
            "Puts another secret under a key's name, told once; the old one opens nothing any more.",
            reason,
            gives(shape::<KeyView>),
        )
        .needing(Role::Administrator)
        .acts(site, rotate),
        post(
            "/tokens/{name}/revoke",
            "revokeToken",
            "Takes a key away, at once and everywhere.",
            reason,
            Gives::Done,
        )
        .needing(Role::Administrator)
        .acts(site, revoke),
    ]
}

async fn person(asked: Asked) -> PortResult<Response> {
    let who = asked.param(0);
    document(&asked.site.ask(move |port| port.person(&who)).await?)
}

async fn new_password(asked: Asked) -> PortResult<Response> {
    let (once, who) = (asked.once()?, asked.param(0));
    let ReasonAsk { reason } = carried(&asked.call)?;
    document(
        &asked
            .site
            .ask(move |port| port.allow_new_password(&who, &reason, &once))
            .await?,
    )
}

async fn remove_factor(asked: Asked) -> PortResult<Response> {
    let (once, who) = (asked.once()?, asked.param(0));
    let ReasonAsk { reason } = carried(&asked.call)?;
    document(
        &asked
            .site
            .ask(move |port| port.remove_factor(&who, &reason, &once))
            .await?,
    )
}

async fn locked(asked: Asked, locked: bool) -> PortResult<Response> {
    let (once, who) = (asked.once()?, asked.param(0));
    let ReasonAsk { reason } = carried(&asked.call)?;
    document(
        &asked
            .site
            .ask(move |port| port.lock_person(&who, locked, &reason, &once))
            .await?,
    )
}

async fn lock(asked: Asked) -> PortResult<Response> {
    locked(asked, true).await
}

async fn unlock(asked: Asked) -> PortResult<Response> {
    locked(asked, false).await
}

async fn tokens(asked: Asked) -> PortResult<Response> {
    let mut keys: Vec<KeyView> = asked
        .site
        .ask(|port| port.tokens())
        .await?
        .into_iter()
        .map(|token| KeyView {
            name: token.name,
            role: token.role,
            token: None,
        })
        .collect();
    keys.sort_by(|left, right| left.name.cmp(&right.name));
    document(&keys)
}

async fn issue(asked: Asked) -> PortResult<Response> {
    let once = asked.once()?;
    let key: NewKey = carried(&asked.call)?;
    document(
        &asked
            .site
            .ask(move |port| port.issue_key(key, &once))
            .await?,
    )
}

async fn rotate(asked: Asked) -> PortResult<Response> {
    let (once, name) = (asked.once()?, asked.param(0));
    let ReasonAsk { reason } = carried(&asked.call)?;
    document(
        &asked
            .site
            .ask(move |port| port.rotate_key(&name, &reason, &once))
            .await?,
    )
}

async fn revoke(asked: Asked) -> PortResult<Response> {
    let (once, name) = (asked.once()?, asked.param(0));
    let ReasonAsk { reason } = carried(&asked.call)?;
    asked
        .site
        .ask(move |port| port.revoke_key(&name, &reason, &once))
        .await?;
    done()
}
