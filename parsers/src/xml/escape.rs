//! References: the five of XML itself, and characters by number.

use std::borrow::Cow;

use super::problem::Problem;

/// The longest name of a reference that is looked at.
const LONGEST_NAME: usize = 32;

/// The text with its references replaced.
pub(super) fn unescape(text: &str) -> Result<Cow<'_, str>, Problem> {
    if memchr::memchr(b'&', text.as_bytes()).is_none() {
        return Ok(Cow::Borrowed(text));
    }
    let mut out = String::with_capacity(text.len());
    unescape_into(text, &mut out)?;
    Ok(Cow::Owned(out))
}

/// Adds the text with its references replaced.
pub(super) fn unescape_into(text: &str, out: &mut String) -> Result<(), Problem> {
    let mut rest = text;
    while let Some((before, after)) = rest.split_once('&') {
        out.push_str(before);
        let Some((name, after)) = after.split_once(';') else {
            return Err(Problem::Malformed(
                "an & begins no reference that ends with ;",
            ));
        };
        out.push(character(name)?);
        rest = after;
    }
    out.push_str(rest);
    Ok(())
}

fn character(name: &str) -> Result<char, Problem> {
    match name {
        "amp" => return Ok('&'),
        "lt" => return Ok('<'),
        "gt" => return Ok('>'),
        "quot" => return Ok('"'),
        "apos" => return Ok('\''),
        _ => {}
    }
    let Some(number) = name.strip_prefix('#') else {
        return Err(Problem::Entity {
            name: name.chars().take(LONGEST_NAME).collect(),
        });
    };
    let code = match number.strip_prefix('x') {
        Some(hexadecimal) => digits(hexadecimal, 16),
        None => digits(number, 10),
    };
    match code.and_then(char::from_u32) {
        Some(character @ ('\t' | '\n' | '\r')) => Ok(character),
        // XML forbids them, and text goes on through interfaces that end at a NUL.
        Some(control) if control.is_control() => Ok(char::REPLACEMENT_CHARACTER),
        Some(character) => Ok(character),
        None => Err(Problem::Malformed(
            "a reference is to a character that there is not",
        )),
    }
}

/// A number without a sign.
fn digits(text: &str, radix: u32) -> Option<u32> {
    let plain = text.bytes().all(|byte| byte.is_ascii_alphanumeric());
    u32::from_str_radix(text, radix).ok().filter(|_| plain)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn references_are_replaced_once_and_no_other_is_known() {
        let check = |text: &str, expected: &str| {
            let found = match unescape(text) {
                Ok(text) => text.into_owned(),
                Err(problem) => problem
                    .at(Default::default(), String::new())
                    .code
                    .into_owned(),
            };
            assert_eq!(found, expected, "{text}");
        };
        check("a &amp;lt; b", "a &lt; b");
        check("&lt;&gt;&quot;&apos;", "<>\"'");
        check("&#380;&#x17C;&#x1F600;", "żż😀");
        check("a&#0;b", "a\u{FFFD}b");
        check("a&#x80;b", "a\u{FFFD}b");
        check("&#10;", "\n");
        check("&nbsp;", "xml-entity");
        check("&lol;", "xml-entity");
        check("&", "xml-malformed");
        check("&#;", "xml-malformed");
        check("&#+5;", "xml-malformed");
        check("&#xD800;", "xml-malformed");
        check("&#x110000;", "xml-malformed");
    }
}
