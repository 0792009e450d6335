//! The XML histories that banks write in a form of their own.
//!
//! ```text
//! PKO BP (iPKO)   account-history/{search/{account, date}, operations/operation*}; a balance after each
//!                 paycard-operations-history: the same of one card, without balances
//! Bank Pocztowy   acc_history/{acc, acc-curr, opening-balance, closing-balance, operation*}
//! ```

mod description;
mod pko;
mod pocztowy;

use kantor_model::{Format, Place, StatementSink};

use crate::charset::Charset;
use crate::ledger::{self, Problem, Step};
use crate::recognise::Probe;
use crate::source::ByteSource;
use crate::statement::{Counted, Halt, Options};
use crate::xml::{Node, Xml, outline};

/// Whose history a root element is.
fn owner(root: &str) -> Option<(&'static str, &'static str)> {
    match root {
        "account-history" => Some(("pko", "the history of an account as iPKO exports it")),
        "paycard-operations-history" => Some(("pko", "the history of a card as iPKO exports it")),
        "acc_history" => Some(("pocztowy", "the history of an account at Bank Pocztowy")),
        _ => None,
    }
}

/// Whether a file is a history of a bank.
pub(crate) fn probe(head: &[u8]) -> Option<Probe> {
    let (root, _) = outline(head, 1).into_iter().next()?;
    let (bank, why) = owner(&root)?;
    Some(Probe {
        format: Format::BankXml,
        bank: Some(bank.to_owned()),
        why: format!("<{root}> is {why}"),
    })
}

/// Reads a file, and says which code page it is in.
pub(crate) fn read<S: ByteSource, K: StatementSink + ?Sized>(
    source: &mut S,
    options: Options<'_>,
    sink: &mut Counted<'_, K>,
) -> Result<Charset, Halt> {
    let mut xml = Xml::new(source, options.charset);
    ledger::document(&mut xml, sink, |xml, sink| root(xml, options, sink))
}

fn root<S: ByteSource, K: StatementSink + ?Sized>(
    xml: &mut Xml<'_, S>,
    options: Options<'_>,
    sink: &mut Counted<'_, K>,
) -> Step {
    if let Some(Node::Open(tag)) = xml.next()? {
        match tag.name {
            "account-history" | "paycard-operations-history" => {
                return pko::history(xml, options, sink);
            }
            "acc_history" => return pocztowy::history(xml, options, sink),
            _ => {}
        }
    }
    let place = Place { line: 1, column: 1 };
    Ok(sink.complaint(Problem::NoStatement.at(place, String::new()))?)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn histories_are_told_by_their_root() {
        let check = |file: &str, bank: Option<&str>| {
            let found = probe(file.as_bytes()).and_then(|probe| probe.bank);
            assert_eq!(found.as_deref(), bank, "{file}");
        };
        check(
            "<?xml version='1.0'?>\n<account-history><search>",
            Some("pko"),
        );
        check("<paycard-operations-history><search>", Some("pko"));
        check("<a:acc_history xmlns:a='x'><acc>1</acc>", Some("pocztowy"));
        check("<html><account-history>", None);
        check(":20:X", None);
    }
}
