//! What becomes of things whose line the bank does not confirm.

use kantor_model::Money;

use crate::Checks;
use crate::log::At;
use crate::office::Office;
use crate::parts::Of;
use crate::values::{Line, Moves};

impl Office<'_> {
    /// The bank does not confirm a line: it is its order's money no more.
    pub(crate) fn receipt_withdrawn(
        &mut self,
        at: &At<'_>,
        line: Line,
        order: u64,
    ) -> Checks<Moves> {
        self.released(at, line, order)
    }

    /// The same, where the money is out already: what is missing stands in suspense.
    pub(crate) fn funds_missing(
        &mut self,
        at: &At<'_>,
        line: Line,
        order: u64,
        amount: Money,
    ) -> Checks<Moves> {
        let currency = self.account(at, line.account)?.currency();
        let share = self.line(at, line)?.share_of(order);
        let is_its = share.is_some_and(|(share, _)| Money::new(share, currency) == amount);
        at.must(is_its, || format!("line {line} is not order {order}'s"))?;
        self.line_mut(at, line)?
            .take_back(|of| matches!(of, Of::Receipt { order: own, .. } if *own == order));
        let order = self.order_mut(at, order)?;
        order.receipts.retain(|receipt| *receipt != line);
        *self.missing.entry(currency).or_default() += i128::from(amount.minor());
        Ok(Moves::new())
    }
}
