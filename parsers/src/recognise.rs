//! What a file is, from its first bytes.

use kantor_model::Format;

use crate::bank_xml;
use crate::camt;
use crate::charset::{Charset, Evidence, detect};
use crate::csv;
use crate::elixir0;
use crate::jpk_wb;
use crate::mt940;
use crate::profile::Profile;
use crate::transfers::recognise_transfers;
use crate::xml;
use crate::zip;

/// What a file seems to be.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Recognition {
    /// The format, if it is one of ours.
    pub format: Option<Format>,
    /// Whose dialect it is; `None` for the generic reading.
    pub bank: Option<String>,
    /// The code page of these bytes. The rest of the file may tell more.
    pub charset: Charset,
    /// A sentence for people: what spoke for it.
    pub why: String,
}

/// What a format's module says of the beginning of a file that is of its format.
pub(crate) struct Probe {
    pub(crate) format: Format,
    /// Whose shape it has; `None` for the generic reading.
    pub(crate) bank: Option<String>,
    /// Which signs decided, without a full stop.
    pub(crate) why: String,
}

/// One format's look at the beginning of a file.
type Look = fn(&[u8]) -> Option<Probe>;

/// The look of every format that banks do not bend in a profile of somebody's own.
const PROBES: [Look; 4] = [
    elixir0::statement::probe,
    camt::probe,
    bank_xml::probe,
    jpk_wb::probe,
];

/// Tells format, dialect and code page from the beginning of a file; a few kilobytes are enough
/// (the dialect is told by the first entry). Dialects are told by shape, never by the account's bank.
/// A file that fits two formats is of none: the reason names both.
/// Of an archive it tells what the first file in it is.
pub fn recognise(head: &[u8]) -> Recognition {
    recognise_with(head, None)
}

/// As [`recognise`], with the profile of one more bank, which a pack of somebody else brings.
pub fn recognise_with(head: &[u8], brought: Option<&Profile>) -> Recognition {
    if zip::is_zip(head)
        && let Some((name, bytes)) = zip::first_member(head)
    {
        let found = recognise_file(&bytes, brought);
        return Recognition {
            why: format!("a zip archive that begins with {name}; {}", found.why),
            ..found
        };
    }
    recognise_file(head, brought)
}

fn recognise_file(head: &[u8], brought: Option<&Profile>) -> Recognition {
    let (charset, evidence) = xml::encoding(head).unwrap_or_else(|| {
        let detection = detect(head);
        let evidence = evidence(detection.charset, detection.evidence);
        (detection.charset, evidence)
    });
    let recognised = |format, bank, what: String| Recognition {
        format,
        bank,
        charset,
        why: format!("{what}; {evidence}"),
    };
    let mut found: Vec<Probe> = mt940::probe(head, brought)
        .into_iter()
        .chain(PROBES.iter().filter_map(|probe| probe(head)))
        .collect();
    // A line that begins a field of MT940, or a transfer, names no columns.
    if found.is_empty() {
        found.extend(csv::probe(head, brought));
    }
    match found.as_slice() {
        [one] => recognised(Some(one.format), one.bank.clone(), one.why.clone()),
        [] => {
            let what = camt::told(head)
                .or_else(|| orders(head))
                .unwrap_or_else(|| nothing(head).to_owned());
            recognised(None, None, what)
        }
        several => {
            let names: Vec<&str> = several.iter().map(|probe| probe.why.as_str()).collect();
            recognised(
                None,
                None,
                format!("it fits more than one format: {}", names.join("; ")),
            )
        }
    }
}

/// A file of transfer orders goes to the bank and does not come from it.
fn orders(head: &[u8]) -> Option<String> {
    let format = recognise_transfers(head)?.name();
    Some(format!(
        "transfer orders ({format}) and no statement; `kantor payouts read` shows them"
    ))
}

fn nothing(head: &[u8]) -> &'static str {
    if csv::claims(head) {
        "a table whose columns no known layout has"
    } else {
        "it begins like no statement that is read here (MT940, MT942, MT900, MT910, camt, JPK_WB, a \
         bank's XML or table, Elixir-0)"
    }
}

fn evidence(charset: Charset, evidence: Evidence) -> String {
    match evidence {
        Evidence::Ascii => "ASCII only so far".to_owned(),
        Evidence::Mark => "marked as UTF-8".to_owned(),
        Evidence::WellFormed => "well-formed UTF-8".to_owned(),
        Evidence::Letters { score, rival } => {
            format!("Polish letters speak for {charset} ({score} to {rival})")
        }
        Evidence::SameText => {
            "letters that Windows-1250 and ISO-8859-2 have in the same places".to_owned()
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn files_are_told_by_shape() {
        let check = |head: &[u8], expected: &str| {
            let found = recognise(head);
            let format = found.format.map_or("none", Format::name);
            let bank = found.bank.as_deref().unwrap_or("generic");
            assert_eq!(format!("{format} {bank}: {}", found.why), expected);
        };
        check(
            b"\x01\r\n:20:ST071023CYC/1\r\n:25:PL46114010100000579009004001\r\n:28C:11/1\r\n:60F:C071023PLN1,00\r\n",
            "MT940 mbank: MT940 in the shape that mbank writes; ASCII only so far",
        );
        check(
            b":20:X\n:25:1\n:60F:C210526PLN1,00\n:61:2105260526D1,00N152NONREF//1\n152 0\n:86:020~00152\n~20\xA1\n",
            "MT940 pko: MT940 in the shape that pko writes; Polish letters speak for ISO-8859-2 (4 to -2)",
        );
        check(
            b"110,20260715,999,10901014,0,\"6\",\"8\",\"a\",\"b\",0,1,\"t\",\"\",\"\",\"51\"",
            "ELIXIR-0 generic: Elixir-0: the first line is a transfer of type 110 or 210; ASCII only so far",
        );
        check(
            b"<?xml version=\"1.0\"?><Historia><x>",
            "none generic: an XML file that begins with <Historia>, of no format that is read here; UTF-8, because it declares no encoding",
        );
        check(
            b"<?xml version=\"1.0\"?><account-history><x>",
            "XML pko: <account-history> is the history of an account as iPKO exports it; UTF-8, because it declares no encoding",
        );
        check(
            b"<?xml version=\"1.0\" encoding=\"windows-1250\"?><Document><CstmrCdtTrfInitn><x>",
            "none generic: pain.001, an order of transfers; declared as windows-1250",
        );
        check(
            b"",
            "none generic: it begins like no statement that is read here (MT940, MT942, MT900, MT910, camt, JPK_WB, a bank's XML or table, Elixir-0); ASCII only so far",
        );
    }
}
