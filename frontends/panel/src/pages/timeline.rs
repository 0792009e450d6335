//! The way of an order in four steps, as its customer sees it.

use kantor_wire::{CustomerOrder, OrderState};

use crate::visit::Visit;

/// How a step stands.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Progress {
    /// Behind us.
    Done,
    /// Where the order stands now.
    Now,
    /// Where the order stands now, and a person looks at it or the customer has to act.
    Attention,
    /// Still to come.
    Ahead,
    /// The order ended before it.
    Stopped,
}

impl Progress {
    /// The class in the stylesheet.
    pub(crate) fn class(self) -> &'static str {
        match self {
            Progress::Done => "done",
            Progress::Now => "now",
            Progress::Attention => "attention",
            Progress::Ahead => "ahead",
            Progress::Stopped => "stopped",
        }
    }
}

/// A step.
pub(crate) struct Step {
    pub(crate) title: &'static str,
    pub(crate) progress: Progress,
    pub(crate) at: Option<String>,
}

type Four = [(&'static str, Progress, &'static [&'static str]); 4];

const PLACED: &[&str] = &["order-placed"];
const PAID: &[&str] = &["order-funded", "order-confirmed", "receipt-allocated"];
const SENT: &[&str] = &["order-paying-out"];
const COMPLETED: &[&str] = &["order-completed"];
const REFUNDING: &[&str] = &["order-refunding"];
const REFUNDED: &[&str] = &["order-refunded"];

fn four(state: OrderState, paid: bool) -> Four {
    use Progress::{Ahead, Attention, Done, Now, Stopped};
    let way = |pay, send, end| -> Four {
        [
            ("step.placed", Done, PLACED),
            ("step.paid", pay, PAID),
            ("step.sent", send, SENT),
            ("step.completed", end, COMPLETED),
        ]
    };
    let back = |send, end| -> Four {
        [
            ("step.placed", Done, PLACED),
            ("step.paid", Done, PAID),
            ("step.refunding", send, REFUNDING),
            ("step.refunded", end, REFUNDED),
        ]
    };
    match state {
        OrderState::AwaitingFunds => way(Now, Ahead, Ahead),
        OrderState::AwaitingConsent if paid => way(Done, Attention, Ahead),
        OrderState::AwaitingConsent => way(Attention, Ahead, Ahead),
        OrderState::Held => way(Attention, Ahead, Ahead),
        OrderState::Funded => way(Done, Now, Ahead),
        OrderState::PayingOut => way(Done, Now, Ahead),
        OrderState::Completed => way(Done, Done, Done),
        OrderState::Refunding => back(Now, Ahead),
        OrderState::Refunded => back(Done, Done),
        OrderState::Expired => way(Stopped, Stopped, Stopped),
        OrderState::Cancelled => way(Stopped, Stopped, Stopped),
    }
}

/// The steps of an order, each with the moment at which it was reached.
pub(crate) fn steps(visit: &Visit, order: &CustomerOrder) -> Vec<Step> {
    let paid = order
        .received
        .amount
        .bytes()
        .any(|b| (b'1'..=b'9').contains(&b));
    four(order.state, paid)
        .into_iter()
        .map(|(title, progress, codes)| {
            let reached = matches!(progress, Progress::Done | Progress::Attention);
            let at = order
                .history
                .iter()
                .find(|line| reached && codes.contains(&line.what.code.as_str()))
                .map(|line| visit.moment(&line.at));
            let title = match progress {
                Progress::Now => now_title(title),
                Progress::Done | Progress::Attention | Progress::Ahead | Progress::Stopped => title,
            };
            Step {
                title: visit.t(title),
                progress,
                at,
            }
        })
        .collect()
}

/// A step that goes on is told as something that goes on.
fn now_title(title: &'static str) -> &'static str {
    match title {
        "step.paid" => "step.paid_now",
        "step.sent" => "step.sent_now",
        "step.refunding" => "step.refunding_now",
        other => other,
    }
}

/// The looks of a state: calm, busy, good, attention or over.
pub(crate) fn tone(state: OrderState) -> &'static str {
    match state {
        OrderState::AwaitingFunds => "waiting",
        OrderState::AwaitingConsent | OrderState::Held => "attention",
        OrderState::Funded | OrderState::PayingOut | OrderState::Refunding => "busy",
        OrderState::Completed => "good",
        OrderState::Refunded | OrderState::Expired | OrderState::Cancelled => "over",
    }
}
