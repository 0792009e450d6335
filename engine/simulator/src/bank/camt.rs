//! ISO 20022 reports: camt.053 of a day that is over, camt.052 of a running one, camt.054 of
//! payments without a balance.

use std::fmt::Write as _;

use kantor_model::Money;

use super::line::{Line, Operation};
use super::sheet::Sheet;

/// Which of the three.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Message {
    Statement,
    Report,
    Notice,
}

impl Message {
    /// Number of the message, its root, and the element of one account.
    const fn names(self) -> (&'static str, &'static str, &'static str) {
        match self {
            Message::Statement => ("053", "BkToCstmrStmt", "Stmt"),
            Message::Report => ("052", "BkToCstmrAcctRpt", "Rpt"),
            Message::Notice => ("054", "BkToCstmrDbtCdtNtfctn", "Ntfctn"),
        }
    }
}

/// The file of some accounts.
pub(super) fn write(sheets: &[Sheet<'_>], message: Message) -> Vec<u8> {
    let (number, root, element) = message.names();
    let mut xml = String::from("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n");
    let day = sheets.first().map(|sheet| sheet.date.to_string());
    let day = day.unwrap_or_default();
    // Writing to a String never fails.
    let _ = writeln!(
        xml,
        "<Document xmlns=\"urn:iso:std:iso:20022:tech:xsd:camt.{number}.001.02\"><{root}>\
         <GrpHdr><MsgId>M{day}</MsgId><CreDtTm>{day}T21:00:00</CreDtTm></GrpHdr>"
    );
    for sheet in sheets {
        let _ = writeln!(xml, "<{element}>");
        account(sheet, message, &mut xml);
        for line in sheet.lines {
            entry(line, &mut xml);
        }
        let _ = writeln!(xml, "</{element}>");
    }
    let _ = writeln!(xml, "</{root}></Document>");
    xml.into_bytes()
}

fn account(sheet: &Sheet<'_>, message: Message, xml: &mut String) {
    let _ = writeln!(
        xml,
        "<Id>S{number}</Id><ElctrncSeqNb>{number}</ElctrncSeqNb><CreDtTm>{day}T21:00:00</CreDtTm>\
         <Acct><Id><IBAN>{iban}</IBAN></Id><Ccy>{currency}</Ccy></Acct>",
        number = sheet.number,
        day = sheet.date,
        iban = sheet.account,
        currency = sheet.opening.currency()
    );
    let (first, last) = match message {
        Message::Statement => ("OPBD", "CLBD"),
        Message::Report => ("OPBD", "ITBD"),
        Message::Notice => return,
    };
    balance(first, sheet.opening, sheet, xml);
    if let Some(closing) = sheet.closing {
        balance(last, closing, sheet, xml);
    }
}

fn balance(code: &str, amount: Money, sheet: &Sheet<'_>, xml: &mut String) {
    let _ = writeln!(
        xml,
        "<Bal><Tp><CdOrPrtry><Cd>{code}</Cd></CdOrPrtry></Tp>{}<Dt><Dt>{}</Dt></Dt></Bal>",
        signed(amount),
        sheet.date
    );
}

fn entry(line: &Line, xml: &mut String) {
    let credit = !line.amount.is_negative();
    let _ = write!(
        xml,
        "<Ntry>{amount}<Sts>BOOK</Sts><BookgDt><Dt>{day}</Dt></BookgDt><ValDt><Dt>{day}</Dt></ValDt>\
         <AcctSvcrRef>{reference}</AcctSvcrRef><BkTxCd><Prtry><Cd>{code}</Cd></Prtry></BkTxCd>\
         <NtryDtls><TxDtls><Refs><EndToEndId>NOTPROVIDED</EndToEndId></Refs>",
        amount = signed(line.amount),
        day = line.date,
        reference = line.bank_reference,
        code = code(line.operation),
    );
    if let Some(account) = line.account {
        let other = if credit { "Dbtr" } else { "Cdtr" };
        let _ = write!(
            xml,
            "<RltdPties><{other}><Nm>{name}</Nm></{other}><{other}Acct><Id><IBAN>{account}</IBAN></Id>\
             </{other}Acct></RltdPties>",
            name = escaped(&line.party_text()),
        );
    }
    if !line.title.is_empty() {
        let _ = write!(
            xml,
            "<RmtInf><Ustrd>{}</Ustrd></RmtInf>",
            escaped(&line.title)
        );
    }
    let _ = writeln!(xml, "</TxDtls></NtryDtls></Ntry>");
}

const fn code(operation: Operation) -> &'static str {
    match operation {
        Operation::Elixir | Operation::Internal | Operation::Together => "NTRF",
        Operation::Sorbnet => "NRTG",
        Operation::Foreign => "NFEX",
        Operation::Fee => "NCHG",
    }
}

fn signed(amount: Money) -> String {
    let text = amount.to_decimal_string();
    let (mark, digits) = match text.strip_prefix('-') {
        Some(digits) => ("DBIT", digits),
        None => ("CRDT", text.as_str()),
    };
    let currency = amount.currency();
    format!("<Amt Ccy=\"{currency}\">{digits}</Amt><CdtDbtInd>{mark}</CdtDbtInd>")
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;")
        .replace('<', "&lt;")
        .replace('>', "&gt;")
}
