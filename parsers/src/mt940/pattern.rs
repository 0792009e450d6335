//! Patterns of a profile: how a reference, a code or the beginning of a text looks.
//!
//! `#` is a digit, `@` a capital letter, `%` either of them, `*` anything and nothing; `{26}` after
//! one of them repeats it, `{1,3}` from once to three times. Every other character is itself.

use serde::Deserialize;

/// One step of a pattern.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Step {
    /// This byte.
    Exactly(u8),
    /// So many of a kind.
    Of { kind: Kind, from: u8, to: u8 },
    /// Whatever is there.
    Anything,
}

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Kind {
    Digit,
    Letter,
    Either,
}

impl Kind {
    fn holds(self, byte: u8) -> bool {
        match self {
            Kind::Digit => byte.is_ascii_digit(),
            Kind::Letter => byte.is_ascii_uppercase(),
            Kind::Either => byte.is_ascii_digit() || byte.is_ascii_uppercase(),
        }
    }
}

/// So much of a text is looked at.
const LONGEST: usize = 1024;

/// More than this many `*` would make long texts slow to look at.
const MOST_ANYTHING: usize = 2;

/// How a short text looks. It fits when all of the text fits.
#[derive(Clone, PartialEq, Eq, Debug, Deserialize)]
#[serde(try_from = "String")]
pub struct Pattern(Vec<Step>);

/// A pattern of a profile that cannot be read.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
#[error(
    "`{pattern}` is no pattern: {why}; write # for a digit, @ for a capital letter, % for either, \
     * for anything, and {{3}} or {{1,3}} after one of the first three to repeat it"
)]
pub struct PatternError {
    pattern: String,
    why: &'static str,
}

impl TryFrom<String> for Pattern {
    type Error = PatternError;

    fn try_from(pattern: String) -> Result<Pattern, PatternError> {
        let anything = pattern.bytes().filter(|byte| *byte == b'*').count();
        match steps(pattern.as_bytes()) {
            Ok(_) if anything > MOST_ANYTHING => Err(PatternError {
                pattern,
                why: "it has more than two *",
            }),
            Ok(steps) => Ok(Pattern(steps)),
            Err(why) => Err(PatternError { pattern, why }),
        }
    }
}

fn steps(mut pattern: &[u8]) -> Result<Vec<Step>, &'static str> {
    let mut steps = Vec::new();
    while let [first, rest @ ..] = pattern {
        pattern = rest;
        let kind = match first {
            b'#' => Kind::Digit,
            b'@' => Kind::Letter,
            b'%' => Kind::Either,
            b'*' => {
                steps.push(Step::Anything);
                continue;
            }
            b'{' | b'}' => return Err("a brace stands after none of # @ %"),
            byte => {
                steps.push(Step::Exactly(*byte));
                continue;
            }
        };
        let (from, to) = match pattern {
            [b'{', inner @ ..] => {
                let end = memchr::memchr(b'}', inner).ok_or("a brace is not closed")?;
                let (counts, rest) = inner.split_at_checked(end).unwrap_or_default();
                pattern = rest.get(1..).unwrap_or_default();
                counted(counts).ok_or("between the braces stand no numbers up to 99")?
            }
            _ => (1, 1),
        };
        steps.push(Step::Of { kind, from, to });
    }
    Ok(steps)
}

fn counted(counts: &[u8]) -> Option<(u8, u8)> {
    let text = std::str::from_utf8(counts).ok()?;
    let number = |text: &str| text.parse::<u8>().ok().filter(|count| *count < 100);
    match text.split_once(',') {
        Some((from, to)) => {
            let (from, to) = (number(from)?, number(to)?);
            (from <= to).then_some((from, to))
        }
        None => number(text).map(|count| (count, count)),
    }
}

impl Pattern {
    /// Whether all of the text looks so; of a very long text, its beginning.
    pub(super) fn fits(&self, text: &[u8]) -> bool {
        fits(&self.0, text.get(..LONGEST).unwrap_or(text))
    }
}

/// Texts are short and patterns have a handful of steps, so trying each length is quick enough.
fn fits(steps: &[Step], text: &[u8]) -> bool {
    let Some((step, later)) = steps.split_first() else {
        return text.is_empty();
    };
    match *step {
        Step::Exactly(byte) => text
            .split_first()
            .is_some_and(|(first, rest)| *first == byte && fits(later, rest)),
        Step::Anything if later.is_empty() => true,
        Step::Anything => (0..=text.len()).any(|at| fits(later, text.get(at..).unwrap_or(&[]))),
        Step::Of { kind, from, to } => {
            let run = text
                .iter()
                .take(usize::from(to))
                .take_while(|byte| kind.holds(**byte))
                .count();
            (usize::from(from)..=run)
                .rev()
                .any(|count| fits(later, text.get(count..).unwrap_or(&[])))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn patterns_fit_whole_texts() {
        let check = |pattern: &str, text: &str, expected: bool| {
            let read = Pattern::try_from(pattern.to_owned()).unwrap();
            assert_eq!(read.fits(text.as_bytes()), expected, "{pattern} {text}");
        };
        check("MT940", "MT940", true);
        check("MT940", "MT940 ", false);
        check("ST######CYC/*", "ST071023CYC/1", true);
        check("ST######CYC/*", "ST07102CYC/1", false);
        check("/PL#{26}", "/PL61109010140000071219812874", true);
        check("/PL#{26}", "/PL6110901014000007121981287", false);
        check("#{1,3}", "", false);
        check("#{1,3}", "152", true);
        check("#{1,3}", "1520", false);
        check("*//*", "112 20230101 51//CEN2301", true);
        check("*//*", "NONREF", false);
        check("%{4}*", "B150PRZELEW", true);
        check("%{4}*", "b150", false);
        check("@###", "S150", true);
        check("", "", true);
    }

    #[test]
    fn a_wrong_pattern_says_what_is_wrong() {
        let check = |pattern: &str, expected: &str| {
            let error = Pattern::try_from(pattern.to_owned()).unwrap_err();
            assert!(error.to_string().contains(expected), "{error}");
        };
        check("#{26", "a brace is not closed");
        check("a{2}", "a brace stands after none of # @ %");
        check("#{3,1}", "no numbers up to 99");
        check("#{x}", "no numbers up to 99");
        check("a*b*c*", "more than two *");
        check("#{100}", "write # for a digit");
    }
}
