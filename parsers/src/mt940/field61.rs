//! `:61:` — one entry: 6!n[4!n]2a[1!a]15d1!a3!c16x[//16x] CRLF [34x].
//!
//! What looks like `CR` or `DR` is a mark and the third letter of the currency (`C` + eu`R`); only
//! `RC` and `RD` are reversals, and the reversal of a credit is a debit.

use super::date::WrittenDate;
use crate::text::{lines, trim};

/// Which way the money goes, and whether an earlier entry is undone.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) struct Mark {
    /// Money leaves the account.
    pub(super) debit: bool,
    /// An earlier entry is undone (RC, RD).
    pub(super) reversal: bool,
}

/// The parts of `:61:`, borrowed from the field.
#[derive(PartialEq, Eq, Debug)]
pub(super) struct EntryLine<'a> {
    pub(super) value_date: WrittenDate,
    pub(super) value_digits: &'a [u8],
    pub(super) entry_digits: Option<&'a [u8]>,
    pub(super) mark: Mark,
    pub(super) amount: &'a [u8],
    /// `NTRF`, `N152`: type and code.
    pub(super) code: &'a [u8],
    /// All that follows the code.
    pub(super) references: &'a [u8],
    /// Without `//` there is one reference only, and the customer's is where it stands.
    pub(super) customer_reference: &'a [u8],
    pub(super) bank_reference: &'a [u8],
    /// The line after it, without a tag.
    pub(super) second_line: &'a [u8],
}

fn mark(rest: &[u8]) -> Option<(Mark, usize)> {
    let of = |debit, reversal, length| Some((Mark { debit, reversal }, length));
    match rest {
        [b'R', b'C', ..] => of(true, true, 2),
        [b'R', b'D', ..] => of(false, true, 2),
        [b'C', ..] => of(false, false, 1),
        [b'D', ..] => of(true, false, 1),
        _ => None,
    }
}

/// The fixed beginning: dates, mark, funds code, amount.
struct Fixed<'a> {
    value_digits: &'a [u8],
    /// Four digits, or four spaces.
    entry_digits: Option<&'a [u8]>,
    mark: Mark,
    amount: &'a [u8],
}

/// Takes the beginning off a line; the error is the byte from which on it is none.
fn fixed(line: &[u8]) -> Result<(Fixed<'_>, &[u8]), usize> {
    let are_digits = |bytes: &[u8]| bytes.iter().all(u8::is_ascii_digit);
    let value_digits = line.get(..6).filter(|six| are_digits(six)).ok_or(0_usize)?;
    let entry_digits = line
        .get(6..10)
        .filter(|four| are_digits(four) || *four == b"    ");
    let after_dates = 6 + entry_digits.map_or(0, <[u8]>::len);
    let rest = line.get(after_dates..).unwrap_or_default();
    let (mark, mark_length) = mark(rest).ok_or(after_dates)?;
    let funds = usize::from(rest.get(mark_length).is_some_and(u8::is_ascii_alphabetic));
    let from = after_dates + mark_length + funds;
    let rest = line.get(from..).unwrap_or_default();
    let is_amount = |byte: &u8| matches!(byte, b'0'..=b'9' | b',' | b'.');
    let length = rest.iter().take_while(|byte| is_amount(byte)).count();
    if length == 0 {
        return Err(from);
    }
    let (amount, rest) = rest.split_at_checked(length).unwrap_or_default();
    let fixed = Fixed {
        value_digits,
        entry_digits,
        mark,
        amount,
    };
    Ok((fixed, rest))
}

/// Takes a `:61:` apart; the error is the byte of the field from which on it is not one.
pub(super) fn entry_line(field: &[u8]) -> Result<EntryLine<'_>, usize> {
    let mut all = lines(field);
    let first = all.next().unwrap_or_default();
    let second_line = all.map(trim).find(|line| !line.is_empty());
    let (fixed, rest) = fixed(first)?;
    let Fixed {
        value_digits,
        entry_digits,
        mark,
        amount,
    } = fixed;
    let value_date = WrittenDate::from_six(value_digits).ok_or(0_usize)?;
    let (code, references) = match rest {
        // Subfield 6 begins with S, N or F. Another letter here is a digit of the amount that
        // somebody wrote as a letter, and an amount is never guessed.
        [b'S' | b'N' | b'F', ..] => rest.split_at_checked(4).unwrap_or((rest, &[])),
        [letter, ..] if letter.is_ascii_alphabetic() => return Err(first.len() - rest.len()),
        _ => (&[][..], rest),
    };
    if !trim(code).iter().all(u8::is_ascii_alphanumeric) {
        return Err(first.len() - rest.len());
    }
    let (customer_reference, bank_reference) =
        match references.windows(2).position(|pair| pair == b"//") {
            Some(at) => (
                references.get(..at).unwrap_or_default(),
                references.get(at + 2..).unwrap_or_default(),
            ),
            None => (references, &[][..]),
        };
    Ok(EntryLine {
        value_date,
        value_digits,
        entry_digits: entry_digits.filter(|digits| digits.first() != Some(&b' ')),
        mark,
        amount,
        code: trim(code),
        references: trim(references),
        customer_reference: trim(customer_reference),
        bank_reference: trim(bank_reference),
        second_line: second_line.unwrap_or_default(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn entry_lines_of_real_banks() {
        let check = |field: &str, expected: &str| {
            let shown = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
            let found = match entry_line(field.as_bytes()) {
                Err(offset) => format!("not at {offset}"),
                Ok(line) => [
                    shown(line.value_digits),
                    line.entry_digits.map_or("-".to_owned(), shown),
                    format!(
                        "{}{}",
                        if line.mark.reversal { "reversal " } else { "" },
                        if line.mark.debit { "debit" } else { "credit" }
                    ),
                    shown(line.amount),
                    shown(line.code),
                    shown(line.customer_reference),
                    shown(line.bank_reference),
                    shown(line.second_line),
                ]
                .join("|"),
            };
            assert_eq!(found, expected, "{field}");
        };
        check(
            "1701190119CN0,01NTRFNONREF//MB170119012058\r\n911-TRANSAKCJA IPH",
            "170119|0119|credit|0,01|NTRF|NONREF|MB170119012058|911-TRANSAKCJA IPH",
        );
        check(
            "2105260526D25,00N152NONREF//6460500500000513\n152 0",
            "210526|0526|debit|25,00|N152|NONREF|6460500500000513|152 0",
        );
        check(
            "0709070904CR50990,05NTRFNONREF",
            "070907|0904|credit|50990,05|NTRF|NONREF||",
        );
        check(
            "0709070904RCR1,NTRFNONREF",
            "070907|0904|reversal debit|1,|NTRF|NONREF||",
        );
        check(
            "0709070904RD,5NTRFX",
            "070907|0904|reversal credit|,5|NTRF|X||",
        );
        check("0709070904DD4000,NTRF", "070907|0904|debit|4000,|NTRF|||");
        check(
            "1805220522C241,08S15000000029217",
            "180522|0522|credit|241,08|S150|00000029217||",
        );
        check("170914D233,15NMSC", "170914|-|debit|233,15|NMSC|||");
        check(
            "200101    D65,00NOVBNL47",
            "200101|-|debit|65,00|NOVB|NL47||",
        );
        check(
            "0812010101DN000000003655,00N723112 20230101 51//CEN2301",
            "081201|0101|debit|000000003655,00|N723|112 20230101 51|CEN2301|",
        );
        check(
            "0310201020D1,FTRFREF 12345678/2003//83270//1",
            "031020|1020|debit|1,|FTRF|REF 12345678/2003|83270//1|",
        );
        check("1007", "not at 0");
        // A letter O for a zero: neither 1.00 nor 1 is what the bank wrote.
        check("1701190119C1O,OONTRF", "not at 12");
        check("1701190119C1O00NTRF", "not at 12");
        check("1701190119C1,OONTRF", "not at 13");
        check("1701190119C1,0N,RF", "not at 14");
        check("170119X1,00NTRF", "not at 6");
        check("1701190119C", "not at 11");
        check("1701190119CNN1,00", "not at 12");
        check("", "not at 0");
    }
}
