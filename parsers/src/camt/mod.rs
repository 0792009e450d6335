//! ISO 20022 statements: camt.053 (the day's statement), camt.052 (a report within the day) and
//! camt.054 (a notification), of every version, by the local names of their elements.
//!
//! What versions differ in is read wherever it stands: `Sts` as text or with `Cd` in it, `BIC` or
//! `BICFI`, `Dbtr/Nm` or `Dbtr/Pty/Nm`, `TxDtls/Amt` or `AmtDtls/TxAmt/Amt`, `TxDtls` with or
//! without `NtryDtls` around it.
//!
//! An `Ntry` is an entry. One `TxDtls` in it tells the entry's own details; several are its parts,
//! which are compared with its amount and never count beside it. Amounts are positive and their
//! sign is `CdtDbtInd`; `RvslInd` does not turn it over again.

mod balances;
mod complaints;
mod details;
mod entry;
mod open;
mod reader;
mod sides;
mod stranger;
mod value;

use kantor_model::Format;

use crate::recognise::Probe;
use crate::xml::{self, Tag};

pub(crate) use reader::read;
pub(crate) use stranger::{refusal, told};

/// The message that an element begins, told by its name: `BkToCstmrStmt`, in the first version
/// `BkToCstmrStmtV01`.
fn format_of(name: &str) -> Option<Format> {
    match name.strip_suffix("V01").unwrap_or(name) {
        "BkToCstmrStmt" => Some(Format::Camt053),
        "BkToCstmrAcctRpt" => Some(Format::Camt052),
        "BkToCstmrDbtCdtNtfctn" => Some(Format::Camt054),
        _ => None,
    }
}

/// So many elements are looked at for the name of the message; a business header may come first.
const BEGINNING: usize = 100;

/// Whether these first bytes are of a camt statement.
pub(crate) fn probe(head: &[u8]) -> Option<Probe> {
    let outline = xml::outline(head, BEGINNING);
    let (name, format) = outline
        .iter()
        .find_map(|(name, _)| Some((name, format_of(name)?)))?;
    let version = outline.iter().find_map(|(name, attributes)| {
        let tag = Tag { name, attributes };
        tag.namespaces().find_map(version)
    });
    let why = match version {
        Some(version) => format!("{version}: the element {name}"),
        None => format!("{} without a version: the element {name}", format.name()),
    };
    Some(Probe {
        format,
        bank: None,
        why,
    })
}

/// The message and version in a namespace: `camt.053.001.08`. Banks write it with other beginnings
/// than the standard's.
fn version(namespace: &str) -> Option<&str> {
    const SHAPE: &str = "camt.053.001.08";
    let at = namespace.find("camt.05")?;
    let version = namespace.get(at..at + SHAPE.len())?;
    let fits = version
        .bytes()
        .zip(SHAPE.bytes())
        .all(|(have, shape)| match shape {
            b'0'..=b'9' => have.is_ascii_digit(),
            letter => have == letter,
        });
    fits.then_some(version)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn messages_and_versions_are_told_by_names() {
        let check = |document: &str, expected: &str| {
            let why = probe(document.as_bytes()).map_or("none".to_owned(), |probe| probe.why);
            assert_eq!(why, expected);
        };
        check(
            "<Document xmlns='urn:iso:std:iso:20022:tech:xsd:camt.053.001.08'><BkToCstmrStmt><GrpHdr>",
            "camt.053.001.08: the element BkToCstmrStmt",
        );
        check(
            "<n:Document xmlns:n='http://bank.example/camt.052.001.04.xsd'><n:BkToCstmrAcctRpt><n:X>",
            "camt.052.001.04: the element BkToCstmrAcctRpt",
        );
        check(
            "<Document><BkToCstmrDbtCdtNtfctnV01><GrpHdr><MsgId>",
            "camt.054 without a version: the element BkToCstmrDbtCdtNtfctnV01",
        );
        check("<Document><CstmrPmtCxlReq><Assgnmt>", "none");
        check(":20:X", "none");
    }
}
