//! One line of the file, written.

use std::fmt::Write as _;

use super::{CREDIT_TRANSFER, ORDINARY};
use crate::transfers::Lines;

/// The fields that differ from line to line.
pub(super) struct Line<'a> {
    pub(super) date: &'a str,
    pub(super) grosze: i64,
    /// 26 digits.
    pub(super) payer: &'a str,
    /// 26 digits.
    pub(super) payee: &'a str,
    pub(super) owner: &'a str,
    pub(super) name: &'a Lines,
    pub(super) title: &'a Lines,
    pub(super) sixteen: bool,
}

/// Digits 3 to 10 of the account: the sort code of its bank (fields 4 and 11).
fn sort_code(nrb: &str) -> &str {
    nrb.get(2..10).unwrap_or_default()
}

/// Adds the line with its end. Texts are already in the allowed set, so quotes need no doubling.
pub(super) fn write_line(line: &Line<'_>, out: &mut String) {
    let add = |out: &mut String, pieces: &[&str]| pieces.iter().for_each(|it| out.push_str(it));
    add(out, &[CREDIT_TRANSFER, ",", line.date, ","]);
    // Writing to a String cannot fail.
    let _ = write!(out, "{}", line.grosze);
    add(out, &[",", sort_code(line.payer), ",0,\"", line.payer]);
    add(out, &["\",\"", line.payee, "\",\"", line.owner, "\",\""]);
    line.name.join_into("|", out);
    add(out, &["\",0,", sort_code(line.payee), ",\""]);
    line.title.join_into("|", out);
    add(out, &["\",\"\",\"\",\"", ORDINARY]);
    add(
        out,
        &[if line.sixteen {
            "\",\"\"\r\n"
        } else {
            "\"\r\n"
        }],
    );
}
