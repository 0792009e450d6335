//! The customer's orders: the list, and one order that follows its state by itself.

use std::sync::Arc;

use askama::Template;
use kantor_wire::{CustomerOrder, OrderState};
use serde::Deserialize;
use warp::reply::Response;

use crate::events::{self, crowded};
use crate::pages::page;
use crate::pages::timeline::{Step, steps, tone};
use crate::reply;
use crate::visit::{Failure, Visit};

/// Orders on one page of the list.
const PORTION: u32 = 20;

#[derive(Template)]
#[template(path = "orders.html")]
struct OrdersPage<'a> {
    v: &'a Visit,
    orders: Vec<CustomerOrder>,
    next: Option<String>,
    further: bool,
}

impl OrdersPage<'_> {
    fn tone(&self, order: &CustomerOrder) -> &'static str {
        tone(order.state)
    }
}

/// `GET /orders`.
pub(crate) async fn list(visit: Arc<Visit>) -> Result<Response, Failure> {
    #[derive(Default, Deserialize)]
    #[serde(default)]
    struct From {
        after: Option<String>,
    }
    let session = visit.customer()?;
    let From { after } = serde_urlencoded::from_str(&visit.call.query).unwrap_or_default();
    let further = after.is_some();
    let orders = visit
        .site
        .ask(move |port| port.orders(&session, after.as_deref(), PORTION))
        .await?;
    page(&OrdersPage {
        v: &visit,
        orders: orders.items,
        next: orders.next,
        further,
    })
}

#[derive(Template)]
#[template(path = "order.html")]
struct OrderPage<'a> {
    v: &'a Visit,
    order: CustomerOrder,
    tone: &'static str,
    plain: &'static str,
    held: Option<&'static str>,
    again: bool,
    steps: Vec<Step>,
    pay_now: bool,
    seconds_left: i64,
    seconds_given: i64,
    same_bank: bool,
    over: bool,
    once: String,
}

/// `GET /orders/{id}`.
pub(crate) async fn show(visit: Arc<Visit>) -> Result<Response, Failure> {
    let session = visit.customer()?;
    let id = visit.call.param(0).to_owned();
    let order = visit
        .site
        .ask(move |port| port.order(&session, &id))
        .await?;
    let seconds = |text: &str| visit.seconds_left(text);
    let placed = order
        .placed_at
        .parse::<kantor_model::Moment>()
        .unwrap_or(visit.now);
    let given = order
        .pay_in
        .deadline
        .parse::<kantor_model::Moment>()
        .map_or(0, |deadline| deadline.seconds_since(placed).max(1));
    page(&OrderPage {
        v: &visit,
        tone: tone(order.state),
        plain: visit
            .words
            .find(&format!("order_plain.{}", order.state))
            .unwrap_or_default(),
        held: order
            .held_reason
            .and_then(|reason| visit.words.find(&format!("held_plain.{reason}"))),
        again: matches!(order.state, OrderState::Expired | OrderState::Cancelled),
        steps: steps(&visit, &order),
        pay_now: order.state == OrderState::AwaitingFunds,
        seconds_left: seconds(&order.pay_in.deadline),
        seconds_given: given,
        same_bank: order.payer.bank.is_some() && order.payer.bank == order.pay_in.bank,
        over: is_over(order.state),
        once: visit.new_key()?,
        order,
    })
}

/// Whether nothing more will happen to an order by itself.
fn is_over(state: OrderState) -> bool {
    match state {
        OrderState::Completed | OrderState::Refunded | OrderState::Cancelled => true,
        OrderState::AwaitingFunds
        | OrderState::AwaitingConsent
        | OrderState::Funded
        | OrderState::Held
        | OrderState::PayingOut
        | OrderState::Refunding
        | OrderState::Expired => false,
    }
}

/// `GET /orders/{id}/events`: tells the browser when the order changed.
pub(crate) async fn events(visit: Arc<Visit>) -> Result<Response, Failure> {
    let session = visit.customer()?;
    let id = visit.call.param(0).to_owned();
    let followed = visit
        .site
        .ask(move |port| port.follow(&session, &id))
        .await?;
    let place = visit.site.board.order(followed).ok_or_else(crowded)?;
    visit.site.metrics.stream_opened();
    Ok(events::stream("order", place))
}

/// `POST /orders/{id}/cancel`.
pub(crate) async fn cancel(visit: Arc<Visit>) -> Result<Response, Failure> {
    #[derive(Deserialize)]
    struct Nothing {}
    let session = visit.customer()?;
    let Nothing {} = visit.form()?;
    let id = visit.call.param(0).to_owned();
    let once = visit.once();
    let order = visit
        .site
        .ask(move |port| port.cancel_order(&session, &id, &once))
        .await?;
    Ok(reply::see_other(
        &visit.link(&format!("/orders/{}", order.id)),
    ))
}

/// `POST /orders/{id}/consent`.
pub(crate) async fn consent(visit: Arc<Visit>) -> Result<Response, Failure> {
    #[derive(Deserialize)]
    struct Answer {
        answer: String,
    }
    let session = visit.customer()?;
    let Answer { answer } = visit.form()?;
    let accept = answer == "yes";
    let id = visit.call.param(0).to_owned();
    let once = visit.once();
    let order = visit
        .site
        .ask(move |port| port.consent(&session, &id, accept, &once))
        .await?;
    Ok(reply::see_other(
        &visit.link(&format!("/orders/{}", order.id)),
    ))
}
