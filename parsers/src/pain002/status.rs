//! The status codes (ISO 20022 external code set `ExternalPaymentTransactionStatus1Code`).

use std::fmt;

/// What the bank has done with a file, a block or a transfer.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum Status {
    /// RCVD: received.
    Received,
    /// ACTC: the file is technically valid.
    TechnicallyValid,
    /// PATC: valid, and more signatures are needed.
    PartlySigned,
    /// ACCP: the customer's profile was checked as well.
    ProfileAccepted,
    /// ACFC: there is enough money.
    FundsChecked,
    /// PDNG: something is still awaited.
    Pending,
    /// ACWC: accepted, and something of it was changed.
    AcceptedWithChange,
    /// ACWP: accepted, not posted yet.
    AcceptedUnposted,
    /// ACSP: being carried out.
    InProgress,
    /// ACSC: the debtor's account is debited.
    Settled,
    /// ACCC: the creditor's account is credited.
    Credited,
    /// PART: some transfers were accepted and some not; the transactions say which.
    Mixed,
    /// RJCT: rejected; nothing was paid.
    Rejected,
    /// CANC: cancelled; nothing was paid.
    Cancelled,
    /// BLCK: blocked; nothing was paid and somebody has to ask the bank.
    Blocked,
    /// Another code, as written.
    Other(String),
}

/// What a status means for the money.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum Standing {
    /// Accepted so far; the last word is not said.
    Underway,
    /// The money has left.
    Settled,
    /// Nothing was paid.
    Refused,
    /// Different for different transfers.
    Mixed,
    /// The code is not known; ask the bank.
    Unknown,
}

/// Code, status, sentence.
const TABLE: [(&str, Status, &str); 15] = [
    ("RCVD", Status::Received, "the bank has the file"),
    (
        "ACTC",
        Status::TechnicallyValid,
        "the file is valid, nothing is paid yet",
    ),
    (
        "PATC",
        Status::PartlySigned,
        "the file is valid and waits for another signature",
    ),
    (
        "ACCP",
        Status::ProfileAccepted,
        "the bank accepts the order, nothing is paid yet",
    ),
    (
        "ACFC",
        Status::FundsChecked,
        "the bank accepts the order and there is enough money",
    ),
    (
        "PDNG",
        Status::Pending,
        "the bank waits for something, nothing is paid yet",
    ),
    (
        "ACWC",
        Status::AcceptedWithChange,
        "the bank accepts the order and has changed something of it",
    ),
    (
        "ACWP",
        Status::AcceptedUnposted,
        "the bank accepts the order and has not posted it yet",
    ),
    (
        "ACSP",
        Status::InProgress,
        "the bank is carrying the order out",
    ),
    ("ACSC", Status::Settled, "the account is debited"),
    ("ACCC", Status::Credited, "the payee's account is credited"),
    (
        "PART",
        Status::Mixed,
        "some transfers were accepted and some were not",
    ),
    (
        "RJCT",
        Status::Rejected,
        "the bank has rejected it, nothing was paid",
    ),
    (
        "CANC",
        Status::Cancelled,
        "it was cancelled, nothing was paid",
    ),
    (
        "BLCK",
        Status::Blocked,
        "the bank holds it back, nothing was paid; ask the bank",
    ),
];

impl Status {
    /// The status of a code, whatever its case.
    pub fn from_code(code: &str) -> Status {
        TABLE
            .iter()
            .find(|(known, _, _)| known.eq_ignore_ascii_case(code))
            .map_or_else(
                || Status::Other(code.to_owned()),
                |(_, status, _)| status.clone(),
            )
    }

    /// The code: `ACSC`.
    pub fn code(&self) -> &str {
        match self {
            Status::Other(code) => code,
            known => known.row().map_or("", |(code, _, _)| code),
        }
    }

    /// What it means, for people.
    pub fn sentence(&self) -> &'static str {
        self.row().map_or(
            "this code is not known here; ask the bank what it means",
            |(_, _, sentence)| sentence,
        )
    }

    fn row(&self) -> Option<&'static (&'static str, Status, &'static str)> {
        TABLE.iter().find(|(_, status, _)| status == self)
    }

    /// What it means for the money.
    pub fn standing(&self) -> Standing {
        match self {
            Status::Received
            | Status::TechnicallyValid
            | Status::PartlySigned
            | Status::ProfileAccepted
            | Status::FundsChecked
            | Status::Pending
            | Status::AcceptedWithChange
            | Status::AcceptedUnposted
            | Status::InProgress => Standing::Underway,
            Status::Settled | Status::Credited => Standing::Settled,
            Status::Rejected | Status::Cancelled | Status::Blocked => Standing::Refused,
            Status::Mixed => Standing::Mixed,
            Status::Other(_) => Standing::Unknown,
        }
    }

    /// Whether a later report may say this after `before`: a status only moves forward, and money
    /// that has left is not rejected any more (it comes back by a line of the statement).
    pub fn may_follow(&self, before: &Status) -> bool {
        match (before.standing(), self.standing()) {
            (_, Standing::Unknown) | (Standing::Unknown | Standing::Mixed, _) => true,
            (Standing::Underway, Standing::Underway) => self.step() >= before.step(),
            (Standing::Underway, _) => true,
            (Standing::Settled, Standing::Settled) => self >= before,
            (Standing::Refused, Standing::Refused) => true,
            (Standing::Settled | Standing::Refused, _) => *before == Status::Blocked,
        }
    }

    /// How far an order is on its way; a wait may come at any step after it was received.
    fn step(&self) -> u8 {
        match self {
            Status::Received => 0,
            Status::TechnicallyValid | Status::PartlySigned => 1,
            Status::ProfileAccepted | Status::FundsChecked | Status::Pending => 2,
            Status::AcceptedWithChange | Status::AcceptedUnposted | Status::InProgress => 3,
            Status::Settled
            | Status::Credited
            | Status::Mixed
            | Status::Rejected
            | Status::Cancelled
            | Status::Blocked
            | Status::Other(_) => 4,
        }
    }
}

impl fmt::Display for Status {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.code())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_are_found_again() {
        for (code, status, sentence) in &TABLE {
            assert_eq!(Status::from_code(code), *status);
            assert_eq!((status.code(), status.sentence()), (*code, *sentence));
        }
        let other = Status::from_code("XYZ1");
        assert_eq!(other, Status::Other("XYZ1".to_owned()));
        assert_eq!(
            (other.code(), other.standing()),
            ("XYZ1", Standing::Unknown)
        );
    }

    #[test]
    fn a_status_only_moves_forward() {
        let check = |before: &str, after: &str, allowed: bool| {
            let (before, after) = (Status::from_code(before), Status::from_code(after));
            assert_eq!(after.may_follow(&before), allowed, "{before} then {after}");
        };
        check("ACTC", "ACCP", true);
        check("ACCP", "ACTC", false);
        check("ACCP", "ACCP", true);
        check("ACSP", "RJCT", true);
        check("PDNG", "ACSP", true);
        check("ACSC", "ACCC", true);
        check("ACCC", "ACSC", false);
        check("ACSC", "RJCT", false);
        check("RJCT", "ACSC", false);
        check("BLCK", "ACSC", true);
        check("PART", "ACSC", true);
        check("ACSC", "XYZ1", true);
    }
}
