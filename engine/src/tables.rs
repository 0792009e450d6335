//! The four tables of life as text, so that the documents can be compared with the code.

use std::fmt::Write as _;

use crate::batch::{BatchState, BatchStep, next_batch_state};
use crate::order::{OrderState, OrderStep, next_order_state};
use crate::payout::{PayoutState, PayoutStep, next_payout_state};
use crate::receipt::{ReceiptState, ReceiptStep, next_receipt_state};

/// The tables of order, receipt, payout and batch in Markdown: a row a state, a column a step,
/// the state that follows in the cell, a dot where the step cannot be.
pub fn life_tables() -> String {
    let mut text = String::new();
    table(
        &mut text,
        "Order",
        &OrderState::ALL,
        &OrderStep::ALL,
        OrderState::name,
        OrderStep::name,
        next_order_state,
    );
    table(
        &mut text,
        "Receipt",
        &ReceiptState::ALL,
        &ReceiptStep::ALL,
        ReceiptState::name,
        ReceiptStep::name,
        next_receipt_state,
    );
    table(
        &mut text,
        "Payout",
        &PayoutState::ALL,
        &PayoutStep::ALL,
        PayoutState::name,
        PayoutStep::name,
        next_payout_state,
    );
    table(
        &mut text,
        "Batch",
        &BatchState::ALL,
        &BatchStep::ALL,
        BatchState::name,
        BatchStep::name,
        next_batch_state,
    );
    text
}

fn table<S: Copy, E: Copy>(
    text: &mut String,
    title: &str,
    states: &[S],
    steps: &[E],
    state_name: fn(S) -> &'static str,
    step_name: fn(E) -> &'static str,
    next: fn(S, E) -> Option<S>,
) {
    // Writing to a String cannot fail.
    let _ = writeln!(text, "#### {title}\n");
    let _ = write!(text, "| state |");
    for step in steps {
        let _ = write!(text, " {} |", step_name(*step));
    }
    let _ = writeln!(text, "\n|---|{}", "---|".repeat(steps.len()));
    for state in states {
        let _ = write!(text, "| `{}` |", state_name(*state));
        for step in steps {
            let _ = write!(text, " {} |", next(*state, *step).map_or("·", state_name));
        }
        text.push('\n');
    }
    text.push('\n');
}
