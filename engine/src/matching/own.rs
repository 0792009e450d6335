//! Transfers between accounts of the office: a debit here and a credit there are one movement (F17).

use std::collections::BTreeSet;
use std::ops::ControlFlow;

use crate::{AccountId, LineId};

/// Lines between accounts of the office that wait for their other side.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct OwnTransfers {
    /// The account that the line is of, the other one, the signed amount in minor units.
    open: BTreeSet<(AccountId, AccountId, i64, LineId)>,
}

impl OwnTransfers {
    pub(crate) fn insert(&mut self, line: LineId, other: AccountId, minor: i64) {
        self.open.insert((line.account, other, minor, line));
    }

    pub(crate) fn remove(&mut self, line: LineId, other: AccountId, minor: i64) {
        self.open.remove(&(line.account, other, minor, line));
    }

    /// The lines of an account that wait for the other side of so much, the oldest first.
    pub fn open(
        &self,
        account: AccountId,
        other: AccountId,
        minor: i64,
        each: &mut dyn FnMut(LineId) -> ControlFlow<()>,
    ) {
        let line = |ordinal| LineId { account, ordinal };
        let key = |ordinal| (account, other, minor, line(ordinal));
        let found = self.open.range(key(0)..=key(u64::MAX));
        let _ = found.map(|key| key.3).try_for_each(each);
    }
}
