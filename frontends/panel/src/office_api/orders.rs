//! Orders at the desk.

use std::sync::Arc;

use kantor_wire::{OrderAsk, OrderState, OrderView, Page, RepriceAsk};
use serde::Deserialize;
use warp::reply::Response;

use super::{Asked, get, post};
use crate::api::{carried, document, portion, query};
use crate::openapi::{Carries, Gives, Operation, shape};
use crate::port::{OrderAct, PortResult};
use crate::site::DeskSite;

pub(super) fn operations(site: &Arc<DeskSite>) -> Vec<Operation> {
    let order = Gives::Document(shape::<OrderView>);
    let reason = Carries::Document(shape::<OrderAsk>);
    vec![
        get(
            "/orders",
            "orders",
            "Orders, newest first.",
            Gives::Document(shape::<Page<OrderView>>),
        )
        .with_query(&[
            ("state", "only orders in this state"),
            ("after", "the `next` of the part before"),
            ("limit", "rows, up to 500"),
        ])
        .reads(site, list),
        get("/orders/{id}", "order", "One order.", order).reads(site, show),
        post(
            "/orders/{id}/cancel",
            "cancelOrder",
            "Cancels an order; money that came goes back.",
            reason,
            order,
        )
        .acts(site, cancel),
        post(
            "/orders/{id}/confirm",
            "confirmOrder",
            "Accepts a held order as it is.",
            reason,
            order,
        )
        .acts(site, confirm),
        post(
            "/orders/{id}/refund",
            "refundOrder",
            "Sends the money back to the account it came from.",
            reason,
            order,
        )
        .acts(site, refund),
        post(
            "/orders/{id}/reprice",
            "repriceOrder",
            "Offers another rate; one that is worse for the customer needs his consent.",
            Carries::Document(shape::<RepriceAsk>),
            order,
        )
        .acts(site, reprice),
    ]
}

async fn list(asked: Asked) -> PortResult<Response> {
    #[derive(Deserialize)]
    struct Part {
        state: Option<OrderState>,
        after: Option<String>,
        limit: Option<u32>,
    }
    let Part {
        state,
        after,
        limit,
    } = query(&asked.call)?;
    document(
        &asked
            .site
            .ask(move |port| port.office_orders(state, after.as_deref(), portion(limit)))
            .await?,
    )
}

async fn show(asked: Asked) -> PortResult<Response> {
    let id = asked.param(0);
    document(&asked.site.ask(move |port| port.office_order(&id)).await?)
}

async fn act(asked: Asked, act: OrderAct, seen: Option<String>) -> PortResult<Response> {
    let (once, id) = (asked.once()?, asked.param(0));
    document(
        &asked
            .site
            .ask(move |port| port.act(&id, act, seen, &once))
            .await?,
    )
}

async fn cancel(asked: Asked) -> PortResult<Response> {
    let OrderAsk { reason, seen } = carried(&asked.call)?;
    act(asked, OrderAct::Cancel { reason }, seen).await
}

async fn confirm(asked: Asked) -> PortResult<Response> {
    let OrderAsk { reason, seen } = carried(&asked.call)?;
    act(asked, OrderAct::Confirm { reason }, seen).await
}

async fn refund(asked: Asked) -> PortResult<Response> {
    let OrderAsk { reason, seen } = carried(&asked.call)?;
    act(asked, OrderAct::Refund { reason }, seen).await
}

async fn reprice(asked: Asked) -> PortResult<Response> {
    let RepriceAsk { rate, reason, seen } = carried(&asked.call)?;
    act(asked, OrderAct::Reprice { rate, reason }, seen).await
}
