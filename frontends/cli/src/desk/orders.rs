//! `kantor orders`.

use clap::Subcommand;
use kantor_desk::{Office, Sight, Wish};
use kantor_wire::{OrderState, OrderView};

use super::output::{print, print_json, print_list, words};
use super::{Desk, Failure, queue};

/// What can be done with orders. An order is named by its reference (KZ...) or its id.
#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Orders, newest first
    List {
        /// Only those in this state, such as Held
        #[arg(long, value_parser = state)]
        state: Option<OrderState>,
        /// So many at most
        #[arg(long, default_value_t = 100)]
        limit: usize,
        #[command(flatten)]
        desk: Desk,
    },
    /// One order with its history
    Show {
        /// Reference or id
        order: String,
        #[command(flatten)]
        desk: Desk,
    },
    /// Cancel an order; money that came goes back to the payer
    Cancel(Act),
    /// Accept a held order as it is
    Confirm(Act),
    /// Send the money back to the account it came from
    Refund(Act),
    /// Offer another rate; a worse one needs the customer's consent
    Reprice {
        /// The new rate, such as 4.2815
        #[arg(long)]
        rate: String,
        #[command(flatten)]
        act: Act,
    },
}

/// An act on an order.
#[derive(Debug, clap::Args)]
pub(crate) struct Act {
    /// Reference or id
    order: String,
    /// Why; stays in the order's history
    #[arg(long)]
    reason: String,
    #[command(flatten)]
    desk: Desk,
}

fn state(text: &str) -> Result<OrderState, String> {
    OrderState::from_name(text).ok_or_else(|| {
        let names: Vec<&str> = OrderState::ALL.iter().map(|state| state.as_str()).collect();
        format!("the states are {}", names.join(", "))
    })
}

pub(crate) fn run(command: &Command) -> Result<(), Failure> {
    match command {
        Command::List { state, limit, desk } => {
            let office = desk.office()?;
            let orders = office.orders(*state, *limit)?;
            desk.saw(&office, Sight::Orders(&orders));
            print_list(&orders, desk.json, &TITLES, row)
        }
        Command::Show { order, desk } => {
            let office = desk.office()?;
            let order = office.order(&order_id(&office, order)?)?;
            desk.saw(&office, Sight::Orders(std::slice::from_ref(&order)));
            show(&order, desk)
        }
        Command::Cancel(act) => {
            let (order, reason) = (&act.order, &act.reason);
            act.run_or_wait(&Wish::Cancel { order, reason }, Office::cancel)
        }
        Command::Confirm(act) => act.run(Office::confirm),
        Command::Refund(act) => {
            let (order, reason) = (&act.order, &act.reason);
            act.run_or_wait(&Wish::Refund { order, reason }, Office::refund)
        }
        Command::Reprice { rate, act } => {
            act.run(|office, id, reason| office.reprice(id, rate, reason))
        }
    }
}

const TITLES: [&str; 7] = [
    "reference",
    "state",
    "customer",
    "gives",
    "gets",
    "pay until",
    "id",
];

impl Act {
    fn run_or_wait(
        &self,
        wish: &Wish<'_>,
        act: impl FnOnce(&Office, &str, &str) -> Result<OrderView, kantor_desk::ApiError>,
    ) -> Result<(), Failure> {
        if self.desk.queue {
            return queue::put_off(&self.desk, wish);
        }
        self.run(act).map_err(Failure::may_wait)
    }

    fn run(
        &self,
        act: impl FnOnce(&Office, &str, &str) -> Result<OrderView, kantor_desk::ApiError>,
    ) -> Result<(), Failure> {
        let office = self.desk.office()?;
        let order = act(&office, &order_id(&office, &self.order)?, &self.reason)?;
        self.desk
            .saw(&office, Sight::Orders(std::slice::from_ref(&order)));
        if self.desk.json {
            return print_json(&order);
        }
        print(&format!("{}: {}", order.reference, state_text(&order)))
    }
}

/// The id of an order that is named by its reference or its id.
pub(crate) fn order_id(office: &Office, text: &str) -> Result<String, Failure> {
    if !text.to_ascii_uppercase().starts_with("KZ") {
        return Ok(text.to_owned());
    }
    office
        .orders(None, usize::MAX)?
        .into_iter()
        .find(|order| order.reference.eq_ignore_ascii_case(text))
        .map(|order| order.id)
        .ok_or_else(|| {
            Failure::Asked(format!(
                "no order has the reference {text}; `kantor orders list` shows them"
            ))
        })
}

fn state_text(order: &OrderView) -> String {
    match order.held_reason {
        Some(reason) => format!("{} ({reason})", order.state),
        None => order.state.to_string(),
    }
}

fn row(order: &OrderView) -> Vec<String> {
    vec![
        order.reference.clone(),
        state_text(order),
        order.customer.name.clone(),
        words().amount(&order.gives),
        words().amount(&order.gets),
        order.pay_in.deadline.clone(),
        order.id.clone(),
    ]
}

fn show(order: &OrderView, desk: &Desk) -> Result<(), Failure> {
    if desk.json {
        return print_json(order);
    }
    let acts: Vec<&str> = order.allowed_acts.iter().map(|act| act.as_str()).collect();
    let mut facts = vec![
        ("reference", order.reference.clone()),
        ("state", state_text(order)),
        ("customer", order.customer.name.clone()),
        ("gives", words().amount(&order.gives)),
        ("gets", words().amount(&order.gets)),
        (
            "rate",
            format!(
                "1 {} = {} {}",
                order.rate.base, order.rate.value, order.rate.quote
            ),
        ),
        ("received", words().amount(&order.received)),
        ("pays to", order.pay_in.iban.clone()),
        ("pays from", order.payer.iban.clone()),
        ("title", order.pay_in.title.clone()),
        ("until", order.pay_in.deadline.clone()),
        ("is paid to", order.payee.iban.clone()),
    ];
    facts.extend(order.payouts.iter().map(|payout| {
        (
            "payout",
            format!(
                "{} {} {}",
                payout.reference,
                words().amount(&payout.amount),
                payout.state
            ),
        )
    }));
    facts.push(("may be done", acts.join(", ")));
    let mut lines: Vec<String> = facts
        .into_iter()
        .map(|(name, value)| format!("{name:<12}{value}"))
        .collect();
    lines.extend(
        order
            .history
            .iter()
            .map(|line| format!("{}  {}", line.at, words().say(&line.what))),
    );
    print(&lines.join("\n"))
}
