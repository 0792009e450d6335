//! camt.053 messages of any size, written while they are read.

use std::fmt::Write as _;

use kantor_model::{Currency, Iban, Money};
use kantor_parsers::{ByteSource, SourceError};

use crate::corpus::{Corpus, PER_STATEMENT, Sums, account, line};
use crate::paper::{Line, Shape};
use crate::random::Random;

/// A message with so many entries, statement by statement, in memory of one statement.
pub struct Message {
    random: Random,
    own: Vec<(Currency, Iban)>,
    /// The statement that is written now, and how much of it was given.
    text: String,
    given: usize,
    left: usize,
    number: usize,
    is_closed: bool,
    /// What was written so far.
    pub sums: Sums,
}

impl Message {
    /// A message from its beginning.
    pub fn of(entries: usize) -> Message {
        let mut random = Random::seeded(20_261_123);
        let own = [Currency::PLN, Currency::EUR, Currency::USD]
            .into_iter()
            .map(|currency| (currency, account(&mut random)))
            .collect();
        let head = "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n\
            <Document xmlns=\"urn:iso:std:iso:20022:tech:xsd:camt.053.001.02\"><BkToCstmrStmt>\
            <GrpHdr><MsgId>1</MsgId><CreDtTm>2026-06-30T23:59:59</CreDtTm></GrpHdr>\n";
        Message {
            random,
            own,
            text: head.to_owned(),
            given: 0,
            left: entries,
            number: 0,
            is_closed: false,
            sums: Sums::default(),
        }
    }

    /// Writes the next statement, or the end; says whether there was one.
    fn next(&mut self) -> bool {
        self.text.clear();
        self.given = 0;
        if self.left == 0 {
            self.text.push_str("</BkToCstmrStmt></Document>\n");
            return !std::mem::replace(&mut self.is_closed, true);
        }
        let count = self.left.min(PER_STATEMENT);
        self.left -= count;
        let (currency, account) = self.own[self.number % self.own.len()];
        self.number += 1;
        let lines: Vec<Line> = (0..count)
            .map(|_| line(Shape::Less, &mut self.random))
            .collect();
        let opening = 10_000_000_000;
        let closing = opening + lines.iter().map(|line| line.amount).sum::<i64>();
        write!(
            self.text,
            "<Stmt><Id>{0}</Id><ElctrncSeqNb>{0}</ElctrncSeqNb><Acct><Id><IBAN>{account}</IBAN></Id><Ccy>{currency}</Ccy></Acct>",
            self.number
        )
        .expect("a text grows");
        for (code, minor) in [("OPBD", opening), ("CLBD", closing)] {
            let amount = decimal(minor, currency);
            writeln!(self.text, "<Bal><Tp><CdOrPrtry><Cd>{code}</Cd></CdOrPrtry></Tp><Amt Ccy=\"{currency}\">{amount}</Amt><CdtDbtInd>CRDT</CdtDbtInd><Dt><Dt>2026-06-30</Dt></Dt></Bal>").expect("a text grows");
        }
        for line in &lines {
            self.sums.add(line.amount);
            entry(line, currency, &mut self.text);
        }
        self.text.push_str("</Stmt>\n");
        true
    }
}

impl ByteSource for Message {
    fn pull(&mut self, into: &mut [u8]) -> Result<usize, SourceError> {
        if self.given == self.text.len() && !self.next() {
            return Ok(0);
        }
        let rest = &self.text.as_bytes()[self.given..];
        let count = rest.len().min(into.len());
        into[..count].copy_from_slice(&rest[..count]);
        self.given += count;
        Ok(count)
    }
}

/// A whole message in memory.
pub fn corpus(entries: usize) -> Corpus {
    let mut message = Message::of(entries);
    let mut bytes = Vec::with_capacity(entries * 800);
    let mut block = vec![0; 64 << 10];
    loop {
        match message
            .pull(&mut block)
            .expect("a generated file never fails")
        {
            0 => break,
            count => bytes.extend_from_slice(&block[..count]),
        }
    }
    Corpus {
        bytes,
        sums: message.sums,
    }
}

fn decimal(minor: i64, currency: Currency) -> String {
    Money::new(minor.abs(), currency).to_decimal_string()
}

/// An entry with one transaction, 35 elements, as banks write them.
fn entry(line: &Line, currency: Currency, out: &mut String) {
    let amount = decimal(line.amount, currency);
    let (direction, side, family) = if line.amount < 0 {
        ("DBIT", "Cdtr", "ICDT")
    } else {
        ("CRDT", "Dbtr", "RCDT")
    };
    let Line {
        title,
        name,
        street,
        city,
        account,
        number,
        ..
    } = line;
    writeln!(
        out,
        "<Ntry><Amt Ccy=\"{currency}\">{amount}</Amt><CdtDbtInd>{direction}</CdtDbtInd><Sts>BOOK</Sts>\
         <BookgDt><Dt>2026-06-30</Dt></BookgDt><ValDt><Dt>2026-06-30</Dt></ValDt><AcctSvcrRef>260630{number:010}</AcctSvcrRef>\
         <BkTxCd><Domn><Cd>PMNT</Cd><Fmly><Cd>{family}</Cd><SubFmlyCd>DMCT</SubFmlyCd></Fmly></Domn></BkTxCd>\
         <NtryDtls><TxDtls><Refs><AcctSvcrRef>260630{number:010}</AcctSvcrRef><EndToEndId>NOTPROVIDED</EndToEndId></Refs>\
         <AmtDtls><TxAmt><Amt Ccy=\"{currency}\">{amount}</Amt></TxAmt></AmtDtls>\
         <RltdPties><{side}><Nm>{name}</Nm><PstlAdr><Ctry>PL</Ctry><AdrLine>{street}</AdrLine><AdrLine>{city}</AdrLine></PstlAdr></{side}>\
         <{side}Acct><Id><IBAN>{account}</IBAN></Id></{side}Acct></RltdPties>\
         <RmtInf><Ustrd>{title}</Ustrd></RmtInf></TxDtls></NtryDtls></Ntry>"
    )
    .expect("a text grows");
}
