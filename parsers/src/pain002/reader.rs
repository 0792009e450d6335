//! From XML to a report.

use kantor_model::{Complaint, Currency, Money, Place, Severity};

use super::problem::Problem;
use super::reason::Reason;
use super::report::{PaymentStatus, Read, StatusReport, TransactionStatus};
use super::status::{Standing, Status};
use crate::charset::Charset;
use crate::source::{ByteSource, SourceError};
use crate::text::{collapsed, present};
use crate::xml::{Fault, Node, Tag, Xml};

/// More complaints than these would only hide the first ones.
const COMPLAINT_LIMIT: usize = 100;

/// Reads a report. It is told by its content; a code page that is demanded wins over the one that
/// the file declares. With a fatal complaint there is no report: half of one could hide a rejection.
///
/// # Errors
/// Only when the source itself fails.
pub fn read<S: ByteSource>(source: &mut S, charset: Option<Charset>) -> Result<Read, SourceError> {
    let mut reader = Reader {
        xml: Xml::new(source, charset),
        report: StatusReport::default(),
        complaints: Vec::new(),
        begun: false,
    };
    match reader.document() {
        Ok(()) => {}
        Err(Fault::Broken(complaint)) => reader.complaints.push(*complaint),
        Err(Fault::Source(error)) => return Err(error),
    }
    Ok(reader.finish())
}

struct Reader<'s, S: ByteSource> {
    xml: Xml<'s, S>,
    report: StatusReport,
    complaints: Vec<Complaint>,
    begun: bool,
}

/// What the three levels have in common.
#[derive(Default)]
struct Level {
    status: Option<Status>,
    reasons: Vec<Reason>,
}

type Step = Result<(), Fault>;

impl<S: ByteSource> Reader<'_, S> {
    fn complain(&mut self, problem: &Problem, place: Place) {
        if self.complaints.len() < COMPLAINT_LIMIT {
            self.complaints.push(problem.at(place, self.xml.excerpt()));
        }
    }

    fn document(&mut self) -> Step {
        let mut root = true;
        loop {
            let is_root = std::mem::take(&mut root);
            match self.xml.next()? {
                Some(Node::Open(tag)) => {
                    let name = tag.name.to_owned();
                    // An envelope may stand around the document that names its version.
                    self.report.version = version(&tag).or(self.report.version.take());
                    match name.as_str() {
                        "Document" | "Envelope" if is_root => {}
                        "CstmrPmtStsRpt" => self.report()?,
                        name if name.starts_with("pain.002.") => self.report()?,
                        // A header around the message (head.001).
                        "AppHdr" | "Header" => self.xml.skip()?,
                        "Document" | "Body" => {}
                        _ => return self.other(name),
                    }
                }
                Some(Node::Leaf(tag, _)) => {
                    let name = tag.name.to_owned();
                    return self.other(name);
                }
                Some(Node::Close) => {}
                None => return Ok(()),
            }
        }
    }

    fn other(&mut self, root: String) -> Step {
        let place = self.xml.place();
        self.complain(&Problem::NotAReport { root }, place);
        Ok(())
    }

    fn report(&mut self) -> Step {
        let place = self.xml.place();
        if std::mem::replace(&mut self.begun, true) {
            self.complain(&Problem::SecondReport, place);
            return self.xml.skip();
        }
        loop {
            match self.xml.next()? {
                Some(Node::Open(tag)) => match tag.name {
                    "GrpHdr" => self.header()?,
                    "OrgnlGrpInfAndSts" | "OrgnlGrpInf" | "GrpInfAndSts" => self.group()?,
                    "OrgnlPmtInfAndSts" => self.payment()?,
                    "TxInfAndSts" => self.transaction(None)?,
                    _ => self.xml.skip()?,
                },
                Some(Node::Leaf(..)) => {}
                Some(Node::Close) | None => break,
            }
        }
        self.judge(place);
        Ok(())
    }

    fn header(&mut self) -> Step {
        loop {
            match self.xml.next()? {
                Some(Node::Open(_)) => self.xml.skip()?,
                Some(Node::Leaf(tag, text)) => match tag.name {
                    "MsgId" => self.report.message_id = present(text),
                    "CreDtTm" => self.report.created = present(text),
                    _ => {}
                },
                Some(Node::Close) | None => return Ok(()),
            }
        }
    }

    fn group(&mut self) -> Step {
        let mut level = Level::default();
        loop {
            match self.xml.next()? {
                Some(Node::Open(tag)) => match tag.name {
                    "StsRsnInf" => self.reason(&mut level)?,
                    _ => self.xml.skip()?,
                },
                Some(Node::Leaf(tag, text)) => match tag.name {
                    "OrgnlMsgId" => {
                        self.report.original_message_id = present(text).unwrap_or_default();
                    }
                    "OrgnlMsgNmId" => self.report.original_kind = present(text),
                    "OrgnlNbOfTxs" => {
                        let text = text.trim().to_owned();
                        self.count(text);
                    }
                    "GrpSts" => {
                        let text = text.trim().to_owned();
                        level.status = self.status(&text);
                    }
                    _ => {}
                },
                Some(Node::Close) | None => break,
            }
        }
        self.report.group_status = level.status;
        self.report.reasons = level.reasons;
        Ok(())
    }

    fn payment(&mut self) -> Step {
        let index = self.report.payments.len();
        let place = self.xml.place();
        self.report.payments.push(PaymentStatus {
            place,
            ..PaymentStatus::default()
        });
        let (mut level, mut id) = (Level::default(), None);
        let first = self.report.transactions.len();
        loop {
            match self.xml.next()? {
                Some(Node::Open(tag)) => match tag.name {
                    "StsRsnInf" => self.reason(&mut level)?,
                    "TxInfAndSts" => self.transaction(id.clone())?,
                    _ => self.xml.skip()?,
                },
                Some(Node::Leaf(tag, text)) => match tag.name {
                    "OrgnlPmtInfId" => id = present(text),
                    "PmtInfSts" => {
                        let text = text.trim().to_owned();
                        level.status = self.status(&text);
                    }
                    _ => {}
                },
                Some(Node::Close) | None => break,
            }
        }
        if let Some(payment) = self.report.payments.get_mut(index) {
            payment.status = level.status;
            payment.reasons = level.reasons;
            payment.payment_id.clone_from(&id);
        }
        for transaction in self.report.transactions.iter_mut().skip(first) {
            transaction.payment_id.clone_from(&id);
        }
        Ok(())
    }

    fn transaction(&mut self, payment_id: Option<String>) -> Step {
        let mut transaction = TransactionStatus {
            payment_id,
            place: self.xml.place(),
            ..TransactionStatus::default()
        };
        let mut level = Level::default();
        loop {
            match self.xml.next()? {
                Some(Node::Open(tag)) => match tag.name {
                    "StsRsnInf" => self.reason(&mut level)?,
                    "OrgnlTxRef" => transaction.amount = self.original()?,
                    _ => self.xml.skip()?,
                },
                Some(Node::Leaf(tag, text)) => match tag.name {
                    "OrgnlEndToEndId" => transaction.end_to_end_id = present(text),
                    "OrgnlInstrId" => transaction.instruction_id = present(text),
                    "OrgnlPmtInfId" => transaction.payment_id = present(text),
                    "TxSts" => {
                        let text = text.trim().to_owned();
                        level.status = self.status(&text);
                    }
                    _ => {}
                },
                Some(Node::Close) | None => break,
            }
        }
        if transaction.end_to_end_id.is_none() && transaction.instruction_id.is_none() {
            self.complain(&Problem::TransferUnnamed, transaction.place);
        }
        transaction.status = level.status;
        transaction.reasons = level.reasons;
        self.report.transactions.push(transaction);
        Ok(())
    }

    fn reason(&mut self, level: &mut Level) -> Step {
        let mut reason = Reason::default();
        let depth = self.xml.depth();
        let mut in_reason = false;
        loop {
            match self.xml.next()? {
                Some(Node::Open(tag)) => match tag.name {
                    "Rsn" | "StsRsn" => in_reason = true,
                    _ => self.xml.skip()?,
                },
                Some(Node::Leaf(tag, text)) => match tag.name {
                    "Cd" | "Prtry" if in_reason => reason.code = present(text),
                    "AddtlInf" | "AddtlStsRsnInf" => {
                        reason
                            .texts
                            .extend(Some(collapsed(text)).filter(|text| !text.is_empty()));
                    }
                    _ => {}
                },
                Some(Node::Close) => {
                    in_reason = false;
                    if self.xml.depth() < depth {
                        break;
                    }
                }
                None => break,
            }
        }
        if reason != Reason::default() {
            level.reasons.push(reason);
        }
        Ok(())
    }

    /// The amount of the original transfer: `Amt/InstdAmt`, in older versions `IntrBkSttlmAmt`.
    fn original(&mut self) -> Result<Option<Money>, Fault> {
        let depth = self.xml.depth();
        let mut amount = None;
        loop {
            match self.xml.next()? {
                Some(Node::Open(tag)) if tag.name == "Amt" => {}
                Some(Node::Open(_)) => self.xml.skip()?,
                Some(Node::Leaf(tag, text))
                    if matches!(tag.name, "InstdAmt" | "IntrBkSttlmAmt") =>
                {
                    let code = tag.attribute("Ccy").map(|code| code.into_owned());
                    let text = text.trim().to_owned();
                    amount = self.amount(&code.unwrap_or_default(), &text);
                }
                Some(Node::Leaf(..)) => {}
                Some(Node::Close) => {
                    if self.xml.depth() < depth {
                        return Ok(amount);
                    }
                }
                None => return Ok(amount),
            }
        }
    }

    fn amount(&mut self, code: &str, text: &str) -> Option<Money> {
        let place = self.xml.text_place();
        let Ok(currency) = Currency::from_code(code) else {
            let code = code.to_owned();
            self.complain(&Problem::CurrencyUnknown { code }, place);
            return None;
        };
        match Money::parse(text, currency) {
            Ok(money) => Some(money),
            Err(error) => {
                self.complain(&Problem::AmountUnreadable { error }, place);
                None
            }
        }
    }

    fn status(&mut self, code: &str) -> Option<Status> {
        if code.is_empty() {
            return None;
        }
        let status = Status::from_code(code);
        if let Status::Other(code) = &status {
            let place = self.xml.text_place();
            let code = code.clone();
            self.complain(&Problem::StatusUnknown { code }, place);
        }
        Some(status)
    }

    fn count(&mut self, text: String) {
        match text.parse() {
            Ok(count) => self.report.original_count = Some(count),
            Err(_) => {
                let place = self.xml.text_place();
                self.complain(&Problem::CountUnreadable { text }, place);
            }
        }
    }

    /// What can be said only when everything is read.
    fn judge(&mut self, place: Place) {
        if self.report.original_message_id.is_empty() {
            self.complain(&Problem::OriginalMissing, place);
        }
        let payments = self.report.payments.iter();
        let transactions = self.report.transactions.iter();
        let silent = self.report.group_status.is_none()
            && payments.clone().all(|payment| payment.status.is_none())
            && transactions.clone().all(|one| one.status.is_none());
        if silent {
            self.complain(&Problem::StatusMissing, place);
        }
        let report = &self.report;
        let torn: Vec<(Problem, Place)> = report
            .transactions
            .iter()
            .filter_map(|transaction| {
                let own = transaction.status.as_ref()?;
                let without = TransactionStatus {
                    status: None,
                    ..transaction.clone()
                };
                let above = report.of_transaction(&without)?.status;
                contradicts(above, own).then(|| {
                    let (above, below) = (above.to_string(), own.to_string());
                    (
                        Problem::StatusContradicts { above, below },
                        transaction.place,
                    )
                })
            })
            .collect();
        for (problem, place) in torn {
            self.complain(&problem, place);
        }
    }

    fn finish(mut self) -> Read {
        if self.xml.is_lossy() {
            let place = Place { line: 1, column: 1 };
            self.complaints
                .push(Problem::TextUndecodable.at(place, String::new()));
        }
        let fatal = |complaint: &Complaint| complaint.severity == Severity::Fatal;
        if !self.begun && !self.complaints.iter().any(fatal) {
            let root = "nothing".to_owned();
            let place = Place { line: 1, column: 1 };
            self.complain(&Problem::NotAReport { root }, place);
        }
        let whole = !self.complaints.iter().any(fatal);
        Read {
            report: whole.then_some(self.report),
            complaints: self.complaints,
        }
    }
}

/// A file that was refused has no transfer that was not, and one that is paid none that was refused.
fn contradicts(above: &Status, below: &Status) -> bool {
    matches!(
        (above.standing(), below.standing()),
        (Standing::Refused, Standing::Underway | Standing::Settled)
            | (Standing::Settled, Standing::Refused)
    )
}

/// `pain.002.001.03`, from a namespace that may say more.
fn version(tag: &Tag<'_>) -> Option<String> {
    tag.namespaces().find_map(|namespace| {
        let from = namespace.find("pain.002.")?;
        let version = namespace.get(from..from + "pain.002.001.03".len())?;
        let digits = version.bytes().skip("pain.".len()).enumerate();
        let shaped = digits.into_iter().all(|(at, byte)| {
            if matches!(at, 3 | 7) {
                byte == b'.'
            } else {
                byte.is_ascii_digit()
            }
        });
        shaped.then(|| version.to_owned())
    })
}
