//! `:61:` — one entry: 6!n[4!n]2a[1!a]15d1!a3!c16x[//16x] CRLF [34x].
//!
//! What looks like `CR` or `DR` is a mark and the third letter of the currency (`C` + eu`R`); only
//! `RC` and `RD` are reversals, and the reversal of a credit is a debit.

use nom::branch::alt;
use nom::bytes::complete::{tag, take, take_while_m_n, take_while1};
use nom::combinator::{opt, value, verify};
use nom::{IResult, Parser};

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

fn digits(count: usize) -> impl Fn(&[u8]) -> IResult<&[u8], &[u8]> {
    move |input| {
        let all = |digits: &[u8]| digits.iter().all(u8::is_ascii_digit);
        verify(take(count), all).parse(input)
    }
}

fn mark(input: &[u8]) -> IResult<&[u8], Mark> {
    let of = |debit, reversal| Mark { debit, reversal };
    alt((
        value(of(true, true), tag("RC")),
        value(of(false, true), tag("RD")),
        value(of(false, false), tag("C")),
        value(of(true, false), tag("D")),
    ))
    .parse(input)
}

/// Value date, entry date, mark, amount.
type Fixed<'a> = (&'a [u8], Option<&'a [u8]>, Mark, &'a [u8]);

/// The fixed beginning: dates, mark, funds code, amount.
fn fixed(input: &[u8]) -> IResult<&[u8], Fixed<'_>> {
    let entry_date = opt(alt((digits(4), tag("    "))));
    let funds = opt(take_while_m_n(1, 1, |byte: u8| byte.is_ascii_alphabetic()));
    let amount = take_while1(|byte: u8| byte.is_ascii_digit() || byte == b',' || byte == b'.');
    let (rest, (value_date, entry_date, mark, _, amount)) =
        (digits(6), entry_date, mark, funds, amount).parse(input)?;
    Ok((rest, (value_date, entry_date, mark, amount)))
}

/// Takes a `:61:` apart; the error is the byte of the field from which on it is not one.
pub(super) fn entry_line(field: &[u8]) -> Result<EntryLine<'_>, usize> {
    let mut all = lines(field);
    let first = all.next().unwrap_or_default();
    let second_line = all.map(trim).find(|line| !line.is_empty());
    let (rest, (value_digits, entry_digits, mark, amount)) =
        fixed(first).map_err(|error| match error {
            nom::Err::Error(error) | nom::Err::Failure(error) => first.len() - error.input.len(),
            nom::Err::Incomplete(_) => first.len(),
        })?;
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
    let (customer_reference, bank_reference) = match memchr::memmem::find(references, b"//") {
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
