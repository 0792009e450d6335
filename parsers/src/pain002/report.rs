//! A report, and what it says of one transfer.

use kantor_model::{Complaint, Money, Place};

use super::reason::Reason;
use super::status::Status;

/// What the bank says about one transfer file.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct StatusReport {
    /// The version as the file names it: `pain.002.001.03`.
    pub version: Option<String>,
    /// The bank's id of this report.
    pub message_id: Option<String>,
    /// When it was made, as written.
    pub created: Option<String>,
    /// The message id of the file that it is about.
    pub original_message_id: String,
    /// What kind of file that was: `pain.001.001.03`.
    pub original_kind: Option<String>,
    /// How many transfers the bank saw in it.
    pub original_count: Option<u64>,
    /// The status of the whole file.
    pub group_status: Option<Status>,
    /// Why, for the whole file.
    pub reasons: Vec<Reason>,
    /// The blocks that are named.
    pub payments: Vec<PaymentStatus>,
    /// The transfers that are named, in the order of the report.
    pub transactions: Vec<TransactionStatus>,
}

/// What is said about one block.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct PaymentStatus {
    /// The block's id in the original file.
    pub payment_id: Option<String>,
    /// Its status, where it has one of its own.
    pub status: Option<Status>,
    /// Why.
    pub reasons: Vec<Reason>,
    /// Where it begins in the report.
    pub place: Place,
}

/// What is said about one transfer.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct TransactionStatus {
    /// The transfer's end-to-end id in the original file.
    pub end_to_end_id: Option<String>,
    /// Its instruction id there.
    pub instruction_id: Option<String>,
    /// The id of its block there.
    pub payment_id: Option<String>,
    /// Its status, where it has one of its own.
    pub status: Option<Status>,
    /// Why.
    pub reasons: Vec<Reason>,
    /// What was ordered, where the bank repeats it.
    pub amount: Option<Money>,
    /// Where it begins in the report.
    pub place: Place,
}

/// Which level says it.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum Level {
    /// The whole file.
    Group,
    /// The block.
    Payment,
    /// The transfer itself.
    Transaction,
}

/// A status with its reasons and the level that it is from.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Told<'r> {
    /// What the bank did.
    pub status: &'r Status,
    /// Why, of the nearest level that says why.
    pub reasons: &'r [Reason],
    /// Who says it.
    pub level: Level,
}

/// What a report says of one end-to-end id.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Found<'r> {
    /// This.
    Told(Told<'r>),
    /// Nothing: the transfer is not named and no level above says anything that holds for it.
    Unsaid,
    /// Different things of several transfers with this id; a person has to look.
    Several(Vec<&'r TransactionStatus>),
}

/// What was read from a file.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Read {
    /// The report; absent when something fatal was said.
    pub report: Option<StatusReport>,
    /// What was wrong.
    pub complaints: Vec<Complaint>,
}

/// One level: its own status and reasons.
type Layer<'r> = (Option<&'r Status>, &'r [Reason], Level);

/// The nearest status that holds, the transfer's own first. `PART` says only that the levels below
/// differ; reasons of a level above count where it says the same.
fn nearest<'r>(layers: &[Layer<'r>]) -> Option<Told<'r>> {
    let (index, (status, own, level)) =
        layers
            .iter()
            .enumerate()
            .find_map(|(index, (status, reasons, level))| {
                let status = (*status)?;
                Some((index, (status, *reasons, *level)))
            })?;
    let handed_down = index > 0;
    if handed_down && *status == Status::Mixed {
        return None;
    }
    let nearer = layers.iter().take(index).map(|layer| layer.1);
    let above = layers
        .iter()
        .skip(index + 1)
        .filter(|layer| layer.0.is_none_or(|above| above == status))
        .map(|layer| layer.1);
    let reasons = nearer
        .chain([own])
        .chain(above)
        .find(|reasons| !reasons.is_empty())
        .unwrap_or(&[]);
    Some(Told {
        status,
        reasons,
        level,
    })
}

impl StatusReport {
    fn group(&self) -> Layer<'_> {
        (self.group_status.as_ref(), &self.reasons, Level::Group)
    }

    /// What holds for the whole file.
    pub fn of_group(&self) -> Option<Told<'_>> {
        nearest(&[self.group()])
    }

    /// What holds for a block.
    pub fn of_payment<'r>(&'r self, payment: &'r PaymentStatus) -> Option<Told<'r>> {
        nearest(&[layer_of(payment), self.group()])
    }

    /// What holds for a transfer that the report names.
    pub fn of_transaction<'r>(&'r self, transaction: &'r TransactionStatus) -> Option<Told<'r>> {
        let own = (
            transaction.status.as_ref(),
            transaction.reasons.as_slice(),
            Level::Transaction,
        );
        match self.payment(transaction.payment_id.as_deref()) {
            Some(payment) => nearest(&[own, layer_of(payment), self.group()]),
            None => nearest(&[own, self.group()]),
        }
    }

    fn payment(&self, id: Option<&str>) -> Option<&PaymentStatus> {
        let mut named = self
            .payments
            .iter()
            .filter(|payment| payment.payment_id.as_deref() == id);
        // Two blocks of one name tell nothing about which of them is meant.
        named.next().filter(|_| named.next().is_none())
    }

    /// What the report says of the transfer with this end-to-end id, whether it names it or not:
    /// `payment_id` is the block that it was in, where the caller knows it. A transfer that is not
    /// named has the status of its block, or of the file.
    pub fn find(&self, end_to_end_id: &str, payment_id: Option<&str>) -> Found<'_> {
        let named: Vec<&TransactionStatus> = self
            .transactions
            .iter()
            .filter(|transaction| transaction.end_to_end_id.as_deref() == Some(end_to_end_id))
            .filter(|transaction| match (payment_id, &transaction.payment_id) {
                (Some(wanted), Some(have)) => wanted == have,
                (None, _) | (_, None) => true,
            })
            .collect();
        if let [first, rest @ ..] = named.as_slice() {
            let told = self.of_transaction(first);
            let status = |transaction| self.of_transaction(transaction).map(|told| told.status);
            let agree = rest.iter().all(|other| status(other) == status(first));
            return match told {
                Some(told) if agree => Found::Told(told),
                Some(_) | None if agree => Found::Unsaid,
                Some(_) | None => Found::Several(named),
            };
        }
        self.of_the_unnamed(payment_id)
            .map_or(Found::Unsaid, Found::Told)
    }

    fn of_the_unnamed(&self, payment_id: Option<&str>) -> Option<Told<'_>> {
        if payment_id.is_some()
            && let Some(payment) = self.payment(payment_id)
        {
            return self.of_payment(payment);
        }
        let mut blocks = self.payments.iter().map(|payment| self.of_payment(payment));
        match blocks.next() {
            // Which block it was in is not known; if they all say the same, it does not matter.
            Some(first) => {
                let same = |other: Option<Told<'_>>| {
                    other.map(|told| told.status) == first.map(|told| told.status)
                };
                first.filter(|_| blocks.all(same))
            }
            None => self.of_group().filter(|told| *told.status != Status::Mixed),
        }
        .filter(|told| *told.status != Status::Mixed)
    }
}

fn layer_of(payment: &PaymentStatus) -> Layer<'_> {
    (payment.status.as_ref(), &payment.reasons, Level::Payment)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn status(code: &str) -> Option<Status> {
        (code != "-").then(|| Status::from_code(code))
    }

    /// `group` then words `block:status` and `block/transfer:status`.
    fn report(group: &str, rest: &str) -> StatusReport {
        let mut report = StatusReport {
            group_status: status(group),
            ..StatusReport::default()
        };
        for word in rest.split_whitespace() {
            let (name, code) = word.split_once(':').unwrap();
            match name.split_once('/') {
                Some((block, transfer)) => report.transactions.push(TransactionStatus {
                    end_to_end_id: Some(transfer.to_owned()),
                    payment_id: Some(block.to_owned()),
                    status: status(code),
                    ..TransactionStatus::default()
                }),
                None => report.payments.push(PaymentStatus {
                    payment_id: Some(name.to_owned()),
                    status: status(code),
                    ..PaymentStatus::default()
                }),
            }
        }
        report
    }

    #[track_caller]
    fn check(group: &str, rest: &str, asked: &str, answer: &str) {
        let report = report(group, rest);
        let (block, transfer) = match asked.split_once('/') {
            Some((block, transfer)) => (Some(block), transfer),
            None => (None, asked),
        };
        let found = match report.find(transfer, block) {
            Found::Told(told) => format!("{} {:?}", told.status, told.level),
            Found::Unsaid => "unsaid".to_owned(),
            Found::Several(several) => format!("several {}", several.len()),
        };
        assert_eq!(found, answer, "{group} {rest}, asked for {asked}");
    }

    #[test]
    fn a_level_that_says_nothing_has_the_status_above() {
        check("ACCP", "", "t1", "ACCP Group");
        check("ACCP", "b1:-", "t1", "ACCP Group");
        check("-", "b1:RJCT b1/t1:-", "t1", "RJCT Payment");
        check("RJCT", "b1:- b1/t1:-", "t1", "RJCT Group");
        check("ACCP", "b1:ACCP b1/t1:RJCT", "t1", "RJCT Transaction");
        check("ACCP", "b1:ACCP b1/t1:RJCT", "t2", "ACCP Payment");
    }

    #[test]
    fn a_mixed_status_is_never_handed_down() {
        check("PART", "", "t1", "unsaid");
        check("PART", "b1:PART b1/t1:RJCT", "t1", "RJCT Transaction");
        check("PART", "b1:PART b1/t1:RJCT", "t2", "unsaid");
        check("PART", "b1:PART b1/t1:-", "t1", "unsaid");
        check("PART", "b1:ACCP b2:RJCT", "b2/t1", "RJCT Payment");
        check("PART", "b1:ACCP b2:RJCT", "t1", "unsaid");
        check("PART", "b1:ACCP b2:ACCP", "t1", "ACCP Payment");
    }

    #[test]
    fn two_transfers_of_one_id_are_told_apart_by_their_block() {
        check("-", "b1/t1:ACSC b2/t1:RJCT", "t1", "several 2");
        check("-", "b1/t1:ACSC b2/t1:RJCT", "b2/t1", "RJCT Transaction");
        check("-", "b1/t1:ACSC b2/t1:ACSC", "t1", "ACSC Transaction");
    }

    #[test]
    fn reasons_come_from_the_nearest_level_that_gives_one() {
        let mut report = report("RJCT", "b1:RJCT b1/t1:RJCT b1/t2:ACSC");
        let reason = |code: &str| Reason {
            code: Some(code.to_owned()),
            texts: Vec::new(),
        };
        report.reasons = vec![reason("AM04")];
        let code = |report: &StatusReport, id: &str| match report.find(id, None) {
            Found::Told(told) => told.reasons.first().and_then(|reason| reason.code.clone()),
            Found::Unsaid | Found::Several(_) => None,
        };
        assert_eq!(code(&report, "t1").as_deref(), Some("AM04"));
        assert_eq!(code(&report, "t2"), None);
        report.transactions[0].reasons = vec![reason("AC01")];
        assert_eq!(code(&report, "t1").as_deref(), Some("AC01"));
    }
}
