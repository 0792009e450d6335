//! A pain.001 file back to transfers.

use kantor_model::{AccountNumber, Charges, Date, Iban, Place};

use super::complaints::Complaints;
use super::message::{Block, Message};
use super::parts::{PartyParts, TransferParts, Written, charges};
use super::tally::{Tally, Told};
use crate::charset::Charset;
use crate::source::{ByteSource, SourceError};
use crate::xml::{Fault, Node, Tag, Xml};

/// What a message that pays is called inside of its document, and one that collects.
const PAYS: &str = "CstmrCdtTrfInitn";
const COLLECTS: &str = "CstmrDrctDbtInitn";

/// Where transfers stand in a message.
const TRANSFER: &str = "PmtInf/CdtTrfTxInf";
const COLLECTION: &str = "PmtInf/DrctDbtTxInf";

/// Reads a file in memory; the encoding is told by the file unless it is given. A transfer that
/// cannot be read whole is left out with a fatal complaint.
pub fn read(bytes: &[u8], charset: Option<Charset>) -> Message {
    let mut source = bytes;
    // A slice never fails.
    read_from(&mut source, charset).unwrap_or_default()
}

/// Reads a file from a source, in every version of pain.001 by local names.
///
/// # Errors
/// Only when the source itself fails.
pub fn read_from<S: ByteSource>(
    source: &mut S,
    charset: Option<Charset>,
) -> Result<Message, SourceError> {
    let mut xml = Xml::new(source, charset);
    let mut reader = Reader::default();
    match reader.walk(&mut xml) {
        Ok(()) => reader.finish(),
        Err(Fault::Broken(complaint)) => reader.complaints.push(*complaint),
        Err(Fault::Source(error)) => return Err(error),
    }
    let mut message = reader.message;
    message.read.complaints = reader.complaints.finish();
    Ok(message)
}

/// A block that is being read.
#[derive(Default)]
pub(super) struct OpenBlock {
    pub(super) place: Place,
    pub(super) id: Option<String>,
    pub(super) date: Option<Date>,
    pub(super) account: Option<AccountNumber>,
    pub(super) owner: PartyParts,
    pub(super) service_level: Option<String>,
    pub(super) booked_together: Option<bool>,
    pub(super) charges: Option<Charges>,
    pub(super) told: Told,
    pub(super) found: Tally,
    pub(super) first_order: usize,
    /// That it lacks its day or account was said.
    pub(super) lack_told: bool,
}

/// The state of reading.
#[derive(Default)]
pub(super) struct Reader {
    pub(super) message: Message,
    pub(super) complaints: Complaints,
    /// The names of the open elements below the message, with `/` between.
    path: String,
    /// Whether a message is open, and whether there was one.
    inside: bool,
    seen: bool,
    /// The last node: where it begins, its name, its text and currency.
    pub(super) place: Place,
    pub(super) name: String,
    text: String,
    currency: String,
    told: Told,
    found: Tally,
    pub(super) block: Option<OpenBlock>,
    transfer: Option<TransferParts>,
}

impl Reader {
    fn walk<S: ByteSource>(&mut self, xml: &mut Xml<'_, S>) -> Result<(), Fault> {
        loop {
            // A node borrows the document; what is needed of it is copied before the place is asked for.
            let opens = match xml.next()? {
                None => return Ok(()),
                Some(Node::Close) => {
                    self.close();
                    continue;
                }
                Some(Node::Open(tag)) => {
                    self.version(&tag);
                    tag.name.clone_into(&mut self.name);
                    true
                }
                Some(Node::Leaf(tag, text)) => {
                    tag.name.clone_into(&mut self.name);
                    text.trim().clone_into(&mut self.text);
                    let currency = tag.attribute("Ccy");
                    currency
                        .as_deref()
                        .unwrap_or_default()
                        .clone_into(&mut self.currency);
                    false
                }
            };
            self.place = xml.place();
            if opens {
                self.open();
            } else if self.inside {
                self.whole_element();
            }
        }
    }

    /// The version that a namespace names: `urn:iso:std:iso:20022:tech:xsd:pain.001.001.03`.
    fn version(&mut self, tag: &Tag<'_>) {
        if self.message.version.is_some() {
            return;
        }
        let named = tag.namespaces().find_map(|space| {
            let (_, version) = space.rsplit_once([':', '/'])?;
            let version = version.strip_suffix(".xsd").unwrap_or(version);
            version.starts_with("pain.").then(|| version.to_owned())
        });
        self.message.version = named;
    }

    fn open(&mut self) {
        if !self.inside {
            let collects = self.name == COLLECTS;
            if !collects && self.name != PAYS {
                return;
            }
            if self.seen {
                let why = "a second message begins here, and a file has one; split the file";
                self.fatal(self.place, "second-message", why.to_owned());
            } else {
                self.inside = true;
                self.seen = true;
                self.message.collects = collects;
            }
            return;
        }
        if !self.path.is_empty() {
            self.path.push('/');
        }
        self.path.push_str(&self.name);
        match self.path.as_str() {
            "PmtInf" => {
                self.block = Some(OpenBlock {
                    place: self.place,
                    first_order: self.message.read.orders.len(),
                    ..OpenBlock::default()
                });
            }
            TRANSFER | COLLECTION => {
                self.transfer = Some(TransferParts::at(self.place));
            }
            _ => {}
        }
    }

    fn close(&mut self) {
        if !self.inside {
            return;
        }
        match self.path.as_str() {
            "" => self.inside = false,
            TRANSFER | COLLECTION => self.close_transfer(),
            "PmtInf" => self.close_block(),
            _ => {}
        }
        let outer = self.path.rfind('/').unwrap_or_default();
        self.path.truncate(outer);
    }

    /// An element without elements in it.
    fn whole_element(&mut self) {
        let empty_whole = matches!(
            self.name.as_str(),
            "PmtInf" | "CdtTrfTxInf" | "DrctDbtTxInf"
        );
        if empty_whole {
            self.open();
            self.close();
            return;
        }
        let depth = self.path.len();
        let mut path = std::mem::take(&mut self.path);
        let text = std::mem::take(&mut self.text);
        if depth > 0 {
            path.push('/');
        }
        path.push_str(&self.name);
        let transfer = [TRANSFER, COLLECTION]
            .into_iter()
            .find_map(|start| path.strip_prefix(start)?.strip_prefix('/'));
        match (transfer, path.strip_prefix("PmtInf/")) {
            (Some(inner), _) => self.of_transfer(inner, &text),
            (None, Some(inner)) if !text.is_empty() => self.of_block(inner, &text),
            (None, None) if !text.is_empty() => self.of_message(&path, &text),
            (None, _) => {}
        }
        path.truncate(depth);
        self.path = path;
        self.text = text;
    }

    fn of_message(&mut self, path: &str, text: &str) {
        match path {
            "GrpHdr/MsgId" => self.message.id = Some(text.to_owned()),
            "GrpHdr/CreDtTm" => self.message.created = Some(text.to_owned()),
            "GrpHdr/InitgPty/Nm" => self.message.sender = Some(text.to_owned()),
            "GrpHdr/NbOfTxs" => self.told.take_count(text, self.place, &mut self.complaints),
            "GrpHdr/CtrlSum" => self.told.take_sum(text, self.place, &mut self.complaints),
            _ => {}
        }
    }

    fn of_block(&mut self, path: &str, text: &str) {
        let Some(block) = &mut self.block else { return };
        let own = if self.message.collects {
            "Cdtr"
        } else {
            "Dbtr"
        };
        match path {
            "PmtInfId" => block.id = Some(text.to_owned()),
            "NbOfTxs" => block
                .told
                .take_count(text, self.place, &mut self.complaints),
            "CtrlSum" => block.told.take_sum(text, self.place, &mut self.complaints),
            "BtchBookg" => block.booked_together = Some(matches!(text, "true" | "1")),
            "PmtTpInf/SvcLvl/Cd" | "PmtTpInf/SvcLvl/Prtry" => {
                block.service_level = Some(text.to_owned());
            }
            "ReqdExctnDt" | "ReqdExctnDt/Dt" | "ReqdExctnDt/DtTm" | "ReqdColltnDt" => {
                block.date = text.get(..10).and_then(|day| day.parse().ok());
                if block.date.is_none() {
                    block.lack_told = true;
                    let why = format!("`{text}` is not a day; write it as 2026-11-23");
                    self.fatal(self.place, "date-unreadable", why);
                }
            }
            "ChrgBr" => block.charges = charges(text),
            _ => {
                let Some(inner) = path.strip_prefix(own) else {
                    return;
                };
                match inner {
                    "Acct/Id/IBAN" | "Acct/Id/Othr/Id" => {
                        block.account = AccountNumber::from_file(text);
                        self.examine_account(inner, text);
                    }
                    _ => {
                        if let Some(inner) = inner.strip_prefix('/') {
                            block.owner.take(inner, text);
                        }
                    }
                }
            }
        }
    }

    fn of_transfer(&mut self, path: &str, text: &str) {
        let Some(transfer) = &mut self.transfer else {
            return;
        };
        match path {
            "Amt/InstdAmt" | "Amt/EqvtAmt/Amt" | "InstdAmt" => {
                transfer.amount = Some(Written {
                    place: self.place,
                    text: text.to_owned(),
                    currency: self.currency.clone(),
                });
            }
            "CdtrAcct/Id/IBAN" | "CdtrAcct/Id/Othr/Id" => {
                transfer.account = AccountNumber::from_file(text);
                self.examine_account(path, text);
            }
            _ if text.is_empty() => {}
            _ => transfer.take(path, text),
        }
    }

    /// A wrong IBAN is told and kept: it is the bank's or the payee's word.
    fn examine_account(&mut self, path: &str, text: &str) {
        if path.ends_with("IBAN")
            && !text.is_empty()
            && let Err(error) = Iban::parse(text)
        {
            let why = format!("{error}; it is kept as it is written");
            self.notice(self.place, "account-wrong", why, text);
        }
    }

    fn close_block(&mut self) {
        let Some(block) = self.block.take() else {
            return;
        };
        let what = "the payment block";
        block.told.compare(block.found, what, &mut self.complaints);
        self.message.blocks.push(Block {
            place: block.place,
            id: block.id,
            date: block.date,
            account: block.account,
            owner: block.owner.finish(),
            service_level: block.service_level,
            booked_together: block.booked_together,
            told: block.told.totals(),
            found: block.found.totals(),
            orders: block.first_order..self.message.read.orders.len(),
        });
    }

    fn close_transfer(&mut self) {
        let Some(transfer) = self.transfer.take() else {
            return;
        };
        let amount = self.amount(&transfer);
        self.found.add(amount);
        if let Some(block) = &mut self.block {
            block.found.add(amount);
        }
        if !self.message.collects {
            self.order(&transfer, amount);
        }
    }

    /// The end of the file.
    fn finish(&mut self) {
        if !self.seen {
            let why = "the file holds no payment message (CstmrCdtTrfInitn), so it is no pain.001; choose another file";
            self.fatal(Place { line: 1, column: 1 }, "not-pain001", why.to_owned());
            return;
        }
        self.message.told = self.told.totals();
        self.message.found = self.found.totals();
        self.told
            .compare(self.found, "the message", &mut self.complaints);
        if self.found.count() == 0 {
            let why =
                "the message holds no transfer, so there is nothing to pay; choose another file";
            self.fatal(Place { line: 1, column: 1 }, "no-transfers", why.to_owned());
        }
    }
}
