//! One line of the file, written.

use kantor_model::Iban;

use super::{CREDIT_TRANSFER, ORDINARY};

/// The fields that differ from line to line.
pub(super) struct Line<'a> {
    pub(super) date: &'a str,
    pub(super) grosze: i64,
    pub(super) payer: &'a Iban,
    pub(super) payee: &'a Iban,
    pub(super) owner: &'a str,
    pub(super) name: &'a str,
    pub(super) title: &'a str,
    pub(super) sixteen: bool,
}

/// Digits 3 to 10 of the account: the sort code of its bank (fields 4 and 11).
fn sort_code(nrb: &str) -> &str {
    nrb.get(2..10).unwrap_or_default()
}

/// Adds the line with its end. Texts are already in the allowed set, so quotes need no doubling.
pub(super) fn write_line(line: &Line<'_>, out: &mut String) {
    let payer = line.payer.nrb().unwrap_or_default();
    let payee = line.payee.nrb().unwrap_or_default();
    let grosze = line.grosze.to_string();
    let pieces = [
        CREDIT_TRANSFER,
        ",",
        line.date,
        ",",
        &grosze,
        ",",
        sort_code(payer),
        ",0,\"",
        payer,
        "\",\"",
        payee,
        "\",\"",
        line.owner,
        "\",\"",
        line.name,
        "\",0,",
        sort_code(payee),
        ",\"",
        line.title,
        "\",\"\",\"\",\"",
        ORDINARY,
        if line.sixteen { "\",\"\"" } else { "\"" },
        "\r\n",
    ];
    out.extend(pieces);
}
