//! One line of Elixir-0 as fields.

use std::borrow::Cow;

use nom::branch::alt;
use nom::bytes::complete::{tag, take_till, take_while1};
use nom::character::complete::{char, space0};
use nom::combinator::map;
use nom::multi::{many0, separated_list1};
use nom::sequence::{delimited, terminated};
use nom::{IResult, Parser};

/// A field with the place of its first character inside the line.
#[derive(PartialEq, Eq, Debug)]
pub(super) struct Field<'a> {
    pub(super) offset: usize,
    /// Without its quotes, doubled quotes made single.
    pub(super) value: Cow<'a, [u8]>,
}

fn quoted(input: &[u8]) -> IResult<&[u8], Cow<'_, [u8]>> {
    let piece = alt((
        map(tag("\"\""), |_| &b"\""[..]),
        take_while1(|byte| byte != b'"'),
    ));
    map(
        delimited(char('"'), many0(piece), char('"')),
        |pieces| match pieces.as_slice() {
            [whole] => Cow::Borrowed(*whole),
            parts => Cow::Owned(parts.concat()),
        },
    )
    .parse(input)
}

fn plain(input: &[u8]) -> IResult<&[u8], Cow<'_, [u8]>> {
    map(take_till(|byte| byte == b','), Cow::Borrowed).parse(input)
}

/// The fields of a line without its end; the error is the byte at which a quoted field goes wrong.
pub(super) fn fields<'a>(line: &'a [u8]) -> Result<Vec<Field<'a>>, usize> {
    let one = |input: &'a [u8]| {
        let (text, _) = space0(input)?;
        let offset = line.len() - text.len();
        let (rest, value) = match text.first() {
            Some(b'"') => terminated(quoted, space0).parse(text)?,
            Some(_) | None => plain(text)?,
        };
        Ok((rest, Field { offset, value }))
    };
    match separated_list1(char(','), one).parse(line) {
        Ok(([], fields)) => Ok(fields),
        Ok((rest, _)) => Err(line.len() - rest.strip_prefix(b",").unwrap_or(rest).len()),
        Err(nom::Err::Error(error) | nom::Err::Failure(error)) => {
            let error: nom::error::Error<&[u8]> = error;
            Err(line.len() - error.input.len())
        }
        Err(nom::Err::Incomplete(_)) => Err(line.len()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn commas_split_and_quotes_hold_together() {
        let check = |line: &str, expected: &[(usize, &str)]| {
            let found = fields(line.as_bytes()).unwrap();
            let found: Vec<(usize, String)> = found
                .into_iter()
                .map(|field| {
                    (
                        field.offset,
                        String::from_utf8(field.value.into_owned()).unwrap(),
                    )
                })
                .collect();
            let expected: Vec<(usize, String)> = expected
                .iter()
                .map(|(offset, text)| (*offset, (*text).to_owned()))
                .collect();
            assert_eq!(found, expected, "{line}");
        };
        check("110,\"a,b\",\"\"", &[(0, "110"), (4, "a,b"), (10, "")]);
        check("a,,b", &[(0, "a"), (2, ""), (3, "b")]);
        check("\"say \"\"x\"\"\",1", &[(0, "say \"x\""), (12, "1")]);
        check("1, \"a\" ,2", &[(0, "1"), (3, "a"), (8, "2")]);
        check("", &[(0, "")]);
    }

    #[test]
    fn a_quote_must_close_before_a_comma() {
        assert_eq!(fields(b"110,\"abc").err(), Some(4));
        assert_eq!(fields(b"110,\"abc\"x,1").err(), Some(9));
    }
}
