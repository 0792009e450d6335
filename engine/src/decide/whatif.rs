//! What rules that are not in force would do with what waits today.

use kantor_model::Moment;

use super::draft::Draft;
use super::money::judge_held;
use crate::OrderId;
use crate::event::Actor;
use crate::order::{HeldReason, OrderState};
use crate::policy::{MoneyVerdict, Policy};
use crate::refusal::Refusal;
use crate::snapshot::Snapshot;

/// What other rules would make of an order that is held.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct WhatIf {
    /// The order.
    pub order: OrderId,
    /// How it stands.
    pub is: OrderState,
    /// What the rules in force said, where they were asked.
    pub said: Option<MoneyVerdict>,
    /// What the other rules would say.
    pub would_say: Option<MoneyVerdict>,
    /// How it would stand.
    pub would_be: OrderState,
}

/// What the rules would do with each held order, one by one, if they were in force now. Nothing is
/// decided; putting rules in force touches no order by itself.
///
/// Looks at every held order once. Errors: rules that contradict themselves, as [`Policy::check`] says.
pub fn what_if(seen: &Snapshot, rules: &Policy, now: Moment) -> Result<Vec<WhatIf>, Refusal> {
    rules.check()?;
    let other = Snapshot {
        policy: Some(rules.clone()),
        ..seen.clone()
    };
    let held = OrderState::Held(HeldReason::Late);
    let held = other.lists.in_state(held, OrderId(u64::MAX));
    held.filter_map(|id| other.orders.get(&id))
        .map(|order| {
            let id = order.facts.order;
            let mut draft = Draft::new(&other, &Actor::System, now);
            judge_held(&mut draft, id)?;
            let after = draft.order_of(id)?;
            Ok(WhatIf {
                order: id,
                is: order.state,
                said: order.verdict.clone(),
                would_say: after.verdict.clone(),
                would_be: after.state,
            })
        })
        .collect()
}
