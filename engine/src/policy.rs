//! What the office decides in advance, as data.

/// What a date without a time means for a deadline.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum DateOnly {
    /// Booked on or before the deadline's banking day counts as in time.
    InTime,
    /// A person is asked.
    Ask,
}

/// What lines of a running day, not yet proved by a closing balance, may do.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum Provisional {
    /// They may fund an order.
    Fund,
    /// They wait until a statement proves them.
    Wait,
}

/// The office's rules (zasady kantoru). Versioned: what was decided names the version.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub struct Policy {
    /// Counts up with each change.
    pub version: u32,
    /// How long a customer has to pay, in seconds.
    pub order_seconds: i64,
    /// How long a replaced table of rates may still be accepted, in seconds.
    pub quote_seconds: i64,
    /// See [`DateOnly`].
    pub date_only: DateOnly,
    /// See [`Provisional`].
    pub provisional: Provisional,
    /// Whether the one who approves a batch must be another than the one who made it.
    pub four_eyes: bool,
}

impl Policy {
    /// What a new office begins with: fifteen minutes to pay, one minute to accept a rate.
    pub const fn initial() -> Policy {
        Policy {
            version: 1,
            order_seconds: 15 * 60,
            quote_seconds: 60,
            date_only: DateOnly::InTime,
            provisional: Provisional::Fund,
            four_eyes: false,
        }
    }
}
