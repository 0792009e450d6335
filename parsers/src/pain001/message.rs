//! What a message says, read back.

use std::ops::Range;

use kantor_model::{AccountNumber, Date, Party, Place};

use crate::transfers::Read;

/// A pain.001 message, or what can be told of a pain.008.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Message {
    /// As the namespace has it, with a bank's own ending: `pain.001.001.03`; `None` where there is
    /// no such namespace.
    pub version: Option<String>,
    /// Whether it collects money (pain.008) and does not pay it. Of such a message only heads,
    /// numbers and sums are read.
    pub collects: bool,
    /// The sender's id of the message (MsgId).
    pub id: Option<String>,
    /// When it was made, as written (CreDtTm).
    pub created: Option<String>,
    /// Who sent it (InitgPty).
    pub sender: Option<String>,
    /// What its head says about all of it.
    pub told: Totals,
    /// What is really in it.
    pub found: Totals,
    /// The blocks, in order.
    pub blocks: Vec<Block>,
    /// The transfers that could be read, and what was wrong. Each wrong number of transfers, each
    /// wrong sum and each transfer that cannot be read is a fatal complaint.
    pub read: Read,
}

/// A number of transfers and the plain sum of their amounts.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Totals {
    /// How many (NbOfTxs).
    pub transfers: Option<u64>,
    /// The sum, a decimal number as written (CtrlSum).
    pub sum: Option<String>,
}

/// A payment block (PmtInf).
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Block {
    /// Where it begins.
    pub place: Place,
    /// The sender's id of it (PmtInfId).
    pub id: Option<String>,
    /// The day on which the bank is to act (ReqdExctnDt, ReqdColltnDt).
    pub date: Option<Date>,
    /// The office's account, as written.
    pub account: Option<AccountNumber>,
    /// The office.
    pub owner: Party,
    /// `SEPA`, `URGP` or a word of the bank's own (SvcLvl).
    pub service_level: Option<String>,
    /// Whether the bank is to book it as one sum (BtchBookg).
    pub booked_together: Option<bool>,
    /// What its head says about it.
    pub told: Totals,
    /// What is really in it.
    pub found: Totals,
    /// Its transfers among all that could be read.
    pub orders: Range<usize>,
}
