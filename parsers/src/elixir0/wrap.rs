//! Texts of at most so many lines of 35 characters, and back.
//!
//! A line that is full goes on without a gap; any shorter line ended at a space. So what was
//! wrapped can be read back exactly, and a reference stays on one line wherever words fit.

use super::LINE_LENGTH;

fn length(text: &str) -> usize {
    text.chars().count()
}

/// The byte at which the text's first `count` characters end.
fn end_of(text: &str, count: usize) -> usize {
    text.char_indices()
        .nth(count)
        .map_or(text.len(), |(at, _)| at)
}

/// Wraps a text with single spaces at words where it fits so, else at every 35 characters; `None`
/// when it does not fit at all.
pub(super) fn wrap(text: &str, lines: usize) -> Option<Vec<String>> {
    let at_words = wrap_at_words(text);
    if at_words.len() <= lines {
        return Some(at_words);
    }
    (length(text) <= lines * LINE_LENGTH).then(|| wrap_hard(text))
}

fn wrap_hard(text: &str) -> Vec<String> {
    let mut lines = Vec::new();
    let mut rest = text;
    while !rest.is_empty() {
        let (line, later) = rest
            .split_at_checked(end_of(rest, LINE_LENGTH))
            .unwrap_or((rest, ""));
        lines.push(line.to_owned());
        rest = later;
    }
    lines
}

/// A line that ends at a space is shorter than full, so that it can be told from a full one.
fn wrap_at_words(text: &str) -> Vec<String> {
    let mut lines = Vec::new();
    let mut rest = text;
    loop {
        let full = end_of(rest, LINE_LENGTH);
        if full == rest.len() {
            break;
        }
        let window = rest.get(..full).unwrap_or(rest);
        let broken = window.rfind(' ').filter(|at| *at > 0);
        let (line, later) = match broken {
            Some(space) => (
                rest.get(..space).unwrap_or_default(),
                rest.get(space + 1..).unwrap_or_default(),
            ),
            None => (window, rest.get(full..).unwrap_or_default()),
        };
        lines.push(line.to_owned());
        rest = later;
    }
    if !rest.is_empty() || lines.is_empty() {
        lines.push(rest.to_owned());
    }
    lines
}

/// Puts wrapped lines together again.
pub(super) fn unwrap<'t>(lines: impl IntoIterator<Item = &'t str>) -> String {
    let mut text = String::new();
    let mut gap = false;
    for line in lines {
        if gap {
            text.push(' ');
        }
        text.push_str(line);
        gap = length(line) < LINE_LENGTH;
    }
    text
}

/// Whether `second` goes on with the text of `first`: the line before it was full, or the first
/// word did not fit on it any more.
pub(super) fn continues(first: &str, second: &str) -> bool {
    let word = second.split(' ').next().unwrap_or_default();
    length(first) >= LINE_LENGTH || length(first) + 1 + length(word) >= LINE_LENGTH
}

/// The text cut visibly, with three dots at its end, so that it fits.
pub(super) fn cut(text: &str, count: usize) -> String {
    let kept = text.get(..end_of(text, count.saturating_sub(3)));
    format!("{}...", kept.unwrap_or(text).trim_end())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_stay_whole_where_they_fit() {
        let check = |text: &str, lines: &[&str]| {
            let wrapped = wrap(text, 4).unwrap();
            assert_eq!(wrapped, lines);
            assert_eq!(unwrap(wrapped.iter().map(String::as_str)), text);
        };
        check("EX1234567897", &["EX1234567897"]);
        check("", &[""]);
        check(
            "Zapłata za zlecenie wymiany numer EX1234567897",
            &["Zapłata za zlecenie wymiany numer", "EX1234567897"],
        );
        // Thirty-five characters and a space after them: the break goes to the word before.
        check(
            "aaaaaaaaaa bbbbbbbbbb cccccccccc dd eeeee",
            &["aaaaaaaaaa bbbbbbbbbb cccccccccc", "dd eeeee"],
        );
        check(
            "aaaaaaaaaabbbbbbbbbbccccccccccddddd eeeee",
            &["aaaaaaaaaabbbbbbbbbbccccccccccddddd", " eeeee"],
        );
    }

    #[test]
    fn a_text_that_fits_only_without_gaps_is_cut_hard() {
        let text = "x".repeat(20) + " " + &"y".repeat(20) + " " + &"z".repeat(20);
        assert_eq!(wrap(&text, 3).unwrap().len(), 3);
        let hard = wrap(&text, 2).unwrap();
        assert_eq!(hard.len(), 2);
        assert_eq!(unwrap(hard.iter().map(String::as_str)), text);
        assert_eq!(wrap(&text, 1), None);
    }

    #[test]
    fn a_cut_shows() {
        assert_eq!(cut("Zakład Usługowy", 10), "Zakład...");
        assert_eq!(length(&cut(&"ż".repeat(100), 35)), 35);
    }
}
