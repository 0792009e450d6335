//! XML files that are no statement: what they are, and where they belong.

use std::borrow::Cow;

use kantor_model::{Complaint, Place, Severity};

use crate::xml;

/// Messages of ISO 20022 that people mistake for statements: the element that begins one, and
/// what it is.
const OTHERS: [(&str, &str); 13] = [
    ("CstmrCdtTrfInitn", "pain.001, an order of transfers"),
    ("CstmrPmtStsRpt", "pain.002, the bank's answer to an order"),
    ("CstmrPmtRvsl", "pain.007, a reversal of direct debits"),
    ("CstmrDrctDbtInitn", "pain.008, an order of direct debits"),
    ("CstmrPmtCxlReq", "camt.055, a request to cancel a payment"),
    (
        "RsltnOfInvstgtn",
        "camt.029, the answer to an investigation",
    ),
    (
        "FIToFIPmtCxlReq",
        "camt.056, a request between banks to cancel",
    ),
    ("NtfctnToRcv", "camt.057, a notice of money to come"),
    ("AcctRptgReq", "camt.060, a request for a statement"),
    ("BkSvcsBllgStmt", "camt.086, a bill of the bank's services"),
    ("FIToFICstmrCdtTrf", "pacs.008, a transfer between banks"),
    ("FIToFIPmtStsRpt", "pacs.002, a status between banks"),
    ("PmtRtr", "pacs.004, a return between banks"),
];

/// What an XML file is that is no statement, as the rest of a sentence that begins with "this is";
/// `None` where it is no XML.
pub(crate) fn told(head: &[u8]) -> Option<String> {
    if is_web_page(head) {
        return Some(
            "a page of the World Wide Web, perhaps one that says a login is over".to_owned(),
        );
    }
    let outline = xml::outline(head, super::BEGINNING);
    let known = outline.iter().find_map(|(name, _)| {
        OTHERS
            .iter()
            .find(|(element, _)| name.starts_with(element))
            .map(|(_, what)| *what)
    });
    match (known, outline.first()) {
        (Some(what), _) => Some(what.to_owned()),
        (None, Some((root, _))) => Some(format!(
            "an XML file that begins with <{}>, of no format that is read here",
            root.chars().take(40).collect::<String>()
        )),
        (None, None) => xml::encoding(head).map(|_| "an XML file that cannot be read".to_owned()),
    }
}

fn is_web_page(head: &[u8]) -> bool {
    let text = head.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(head);
    let text = text.trim_ascii_start();
    [&b"<!doctype html"[..], b"<html"].iter().any(|beginning| {
        text.get(..beginning.len())
            .is_some_and(|have| have.eq_ignore_ascii_case(beginning))
    })
}

/// The complaint about an XML file that is no statement; `None` where it is no XML.
pub(crate) fn refusal(head: &[u8]) -> Option<Complaint> {
    let what = told(head)?;
    if let Some(fault) = xml::first_fault(head).filter(|_| !is_web_page(head)) {
        return Some(fault);
    }
    Some(Complaint {
        place: Place { line: 1, column: 1 },
        code: Cow::Borrowed("not-a-statement"),
        severity: Severity::Fatal,
        message: format!("this is {what}; choose the bank's statement (camt.053, MT940 or CSV)"),
        excerpt: String::new(),
    })
}
