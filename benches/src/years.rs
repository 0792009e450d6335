//! What years of work leave behind: orders that have ended, each with everything that happened to it,
//! and some that have not. All of it goes the way that it goes in an office.

use kantor_engine::{Answer, Command, Policy};
use kantor_office::{Notice, Notifier, NotifyError, Office};
use kantor_parsers::transfers::{TransferFormat, write_batch};

use crate::exchange::{Client, Exchange, TODAY, Waiting, ZLOTY_ACCOUNT, staff, together};

/// So many orders have one statement of payments and one of payouts.
const ROUND: usize = 10_000;

/// So many threads ask at once: as many as one transaction takes.
const THREADS: usize = 256;

/// One customer has so many orders.
const ORDERS_EACH: usize = 50;

/// Of so many orders
const OF: usize = 20;
/// so many are paid and paid out,
const PAID: usize = 14;
/// so many are cancelled by their customers, and nobody pays the others: they expire.
const CANCELLED: usize = 1;

/// Longer than any measurement: open orders stay open.
const FOR_EVER: i64 = 365 * 24 * 3_600;

/// Nobody reads the letters to customers who do not exist.
struct Nobody;

impl Notifier for Nobody {
    fn notify(&self, _: &Office, _: &Notice) -> Result<(), NotifyError> {
        Ok(())
    }
}

/// Lets an office live until it has so many orders, of which the last so many are open.
pub fn live(exchange: &mut Exchange, orders: usize, open: usize) {
    let clients = exchange.clients(orders.div_ceil(ORDERS_EACH).max(1), THREADS);
    let ended = orders.saturating_sub(open);
    let mut left = ended;
    while left > 0 {
        let round = left.min(ROUND);
        left -= round;
        end(exchange, &clients, round);
    }
    exchange.does(Command::SetPolicy {
        policy: Policy {
            version: 2,
            order_seconds: FOR_EVER,
            ..Policy::initial()
        },
    });
    exchange.orders(&clients, orders - ended, THREADS);
    exchange.office.send_notices(&Nobody).expect("no letters");
    let (all, waiting) = exchange
        .office
        .read(|seen| (seen.orders.len(), seen.deadlines.len()));
    assert_eq!((all, waiting), (orders, orders - ended));
}

/// So many orders come and end.
fn end(exchange: &mut Exchange, clients: &[Client], count: usize) {
    let orders = exchange.orders(clients, count, THREADS);
    let part = |from: usize, to: usize| -> Vec<Waiting> {
        let orders = orders.iter().enumerate();
        orders
            .filter(|(at, _)| (from..to).contains(&(at % OF)))
            .map(|(_, order)| *order)
            .collect()
    };
    let cancelled = part(PAID, PAID + CANCELLED);
    together(THREADS, cancelled.len(), |at| {
        exchange.does(Command::CancelOrder {
            order: cancelled[at].order,
            reason: "changed his mind".to_owned(),
        })
    });
    let paid = part(0, PAID);
    let statement = exchange.statement(&paid);
    assert_eq!(exchange.import(&statement), paid.len() as u64);
    pay_out(exchange);
    exchange.clock.advance(Policy::initial().order_seconds + 1);
    exchange.office.tick().expect("deadlines that pass");
    exchange.office.send_notices(&Nobody).expect("no letters");
}

/// Everything that is due leaves in a file, and the bank's statement shows it.
fn pay_out(exchange: &mut Exchange) {
    let make = exchange.office.batch_of_all_due(ZLOTY_ACCOUNT, TODAY);
    let Answer::Batch(batch) = exchange.does(make.expect("payees that are known")) else {
        unreachable!("a batch was made");
    };
    exchange.does(Command::ApproveBatch { batch, seen: None });
    let transfers = exchange.office.transfers(batch).expect("a batch");
    let format = TransferFormat::Elixir0;
    let file = write_batch(format, &transfers, None).expect("payees that fit");
    exchange
        .office
        .archive_transfer_file(
            &staff(),
            batch,
            format.name(),
            "mbank 0.1.0",
            &file.bytes,
            None,
        )
        .expect("the file of the batch");
    let statement = exchange.paid_out(&transfers.transfers);
    let lines = exchange.import(&statement);
    assert_eq!(lines, transfers.transfers.len() as u64);
}
