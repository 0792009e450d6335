//! What a file says, as text: the form of the `.expected` files that stand beside a pack's corpus.
//! One fact a line, and no line for a fact that is absent.

use std::fmt::{self, Write};

use kantor_model::{
    Balance, Collected, Complaint, Counterparty, Entry, EntryStatus, Part, Severity, Statement,
};

/// Everything that was read from a file.
pub fn told(collected: &Collected) -> String {
    let mut out = String::new();
    // Writing to a string does not fail.
    let _ = write_all(collected, &mut out);
    out
}

fn write_all(collected: &Collected, out: &mut String) -> fmt::Result {
    for statement in &collected.statements {
        write_statement(statement, out)?;
    }
    for complaint in &collected.complaints {
        write_complaint(complaint, out)?;
    }
    Ok(())
}

fn write_statement(statement: &Statement, out: &mut String) -> fmt::Result {
    let head = &statement.head;
    let account = head.account.as_ref().map(|account| account.as_str());
    writeln!(
        out,
        "{} of {} in {}, line {}",
        head.format.name(),
        account.unwrap_or("an account that is not told"),
        head.currency,
        head.place.line,
    )?;
    fact(out, "  bank", head.bank.as_deref())?;
    fact(out, "  number", head.number.as_deref())?;
    balance(out, "  opening", head.opening)?;
    for entry in &statement.entries {
        write_entry(entry, out)?;
    }
    balance(out, "  closing", statement.foot.closing)?;
    balance(out, "  available", statement.foot.available)
}

fn write_entry(entry: &Entry, out: &mut String) -> fmt::Result {
    let status = match entry.status {
        EntryStatus::Booked => "booked",
        EntryStatus::Pending => "pending",
        EntryStatus::Info => "for information",
    };
    let reversal = if entry.reversal { ", a reversal" } else { "" };
    writeln!(
        out,
        "  {} {status}{reversal}, line {}",
        entry.amount, entry.place.line
    )?;
    let date = |date: Option<kantor_model::Date>| date.map(|date| date.to_string());
    fact(out, "    valued", date(entry.value_date).as_deref())?;
    fact(out, "    booked", date(entry.booking_date).as_deref())?;
    fact(out, "    code", entry.transaction_code.as_deref())?;
    references(
        out,
        "    ",
        entry.bank_reference.as_deref(),
        entry.customer_reference.as_deref(),
        &entry.counterparty,
        entry.remittance.as_deref(),
        entry.return_reason.as_deref(),
    )?;
    let money = |money: Option<kantor_model::Money>| money.map(|money| money.to_string());
    fact(out, "    ordered as", money(entry.original).as_deref())?;
    fact(out, "    charges", money(entry.charges).as_deref())?;
    entry
        .parts
        .iter()
        .try_for_each(|part| write_part(part, out))
}

fn write_part(part: &Part, out: &mut String) -> fmt::Result {
    match part.amount {
        Some(amount) => writeln!(out, "    part of {amount}, line {}", part.place.line)?,
        None => writeln!(
            out,
            "    part of an amount that is not told, line {}",
            part.place.line
        )?,
    }
    references(
        out,
        "      ",
        part.bank_reference.as_deref(),
        part.customer_reference.as_deref(),
        &part.counterparty,
        part.remittance.as_deref(),
        part.return_reason.as_deref(),
    )
}

fn references(
    out: &mut String,
    indent: &str,
    bank_reference: Option<&str>,
    customer_reference: Option<&str>,
    counterparty: &Counterparty,
    remittance: Option<&str>,
    return_reason: Option<&str>,
) -> fmt::Result {
    let account = counterparty.account.as_ref();
    for (name, value) in [
        ("bank's reference", bank_reference),
        ("customer's reference", customer_reference),
        ("name", counterparty.name.as_deref()),
        ("account", account.map(|account| account.as_str())),
        ("their bank", counterparty.bank.as_deref()),
        ("title", remittance),
        ("returned for", return_reason),
    ] {
        fact(out, &format!("{indent}{name}"), value)?;
    }
    Ok(())
}

fn write_complaint(complaint: &Complaint, out: &mut String) -> fmt::Result {
    let severity = match complaint.severity {
        Severity::Notice => "notice",
        Severity::Fatal => "fatal",
    };
    writeln!(out, "{severity} {complaint}")?;
    let excerpt = Some(complaint.excerpt.as_str()).filter(|excerpt| !excerpt.is_empty());
    fact(out, "  excerpt", excerpt)
}

fn balance(out: &mut String, name: &str, balance: Option<Balance>) -> fmt::Result {
    match balance {
        Some(balance) => writeln!(out, "{name}: {} on {}", balance.amount, balance.date),
        None => Ok(()),
    }
}

/// A fact on one line: what would break the line or could not be seen is spelt out.
fn fact(out: &mut String, name: &str, value: Option<&str>) -> fmt::Result {
    let Some(value) = value else { return Ok(()) };
    write!(out, "{name}: ")?;
    for character in value.chars() {
        if character.is_control() {
            write!(out, "{}", character.escape_default())?;
        } else {
            out.write_char(character)?;
        }
    }
    writeln!(out)
}

/// The first line in which two texts differ, as `line 3: "found" instead of "expected"`; `None`
/// when they are the same.
pub fn difference(found: &str, expected: &str) -> Option<String> {
    if found == expected {
        return None;
    }
    let (mut found, mut expected) = (found.lines(), expected.lines());
    let mut line = 0;
    loop {
        line += 1;
        match (found.next(), expected.next()) {
            (Some(one), Some(other)) if one == other => {}
            (Some(one), Some(other)) => {
                return Some(format!("line {line}: `{one}` instead of `{other}`"));
            }
            (Some(more), None) => return Some(format!("line {line}: `{more}` is too much")),
            (None, Some(missing)) => return Some(format!("line {line}: `{missing}` is missing")),
            (None, None) => return Some("the ends of lines differ".to_owned()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn first_difference_is_named_with_its_line() {
        let check = |found: &str, expected: &str, told: Option<&str>| {
            assert_eq!(difference(found, expected).as_deref(), told);
        };
        check("a\nb\n", "a\nb\n", None);
        check("a\nx\n", "a\nb\n", Some("line 2: `x` instead of `b`"));
        check("a\n", "a\nb\n", Some("line 2: `b` is missing"));
        check("a\nb\n", "a\n", Some("line 2: `b` is too much"));
        check("a\n", "a", Some("the ends of lines differ"));
    }

    #[test]
    fn what_cannot_be_seen_is_spelt_out() {
        let mut out = String::new();
        fact(&mut out, "title", Some("a\nb\u{1}ż")).unwrap();
        fact(&mut out, "name", None).unwrap();
        assert_eq!(out, "title: a\\nb\\u{1}ż\n");
    }
}
