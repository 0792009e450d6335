//! Texts of at most so many lines of so many characters, and back.
//!
//! A line that is full goes on without a gap; any shorter line ended at a space. So what was
//! wrapped can be read back exactly, and a reference stays on one line wherever words fit.

use kantor_model::Party;

/// What nearly every format has: lines of 35 characters ...
pub(crate) const WIDTH: usize = 35;

/// ... and four of them.
pub(crate) const LINES: usize = 4;

/// The lines of a party that are the name; the third is the street, the fourth the town.
pub(crate) const NAME_LINES: usize = 2;

fn length(text: &str) -> usize {
    text.chars().count()
}

/// The byte at which the text's first `count` characters end.
fn end_of(text: &str, count: usize) -> usize {
    text.char_indices()
        .nth(count)
        .map_or(text.len(), |(at, _)| at)
}

/// Whether the text has at most `count` characters.
pub(crate) fn fits(text: &str, count: usize) -> bool {
    text.len() <= count || length(text) <= count
}

/// Wraps a text with single spaces at words where it fits so, else at every `width` characters;
/// `None` when it does not fit at all.
pub(crate) fn wrap(text: &str, lines: usize, width: usize) -> Option<Vec<&str>> {
    let at_words = wrap_at_words(text, width);
    if at_words.len() <= lines {
        return Some(at_words);
    }
    fits(text, lines * width).then(|| wrap_hard(text, width))
}

fn wrap_hard(text: &str, width: usize) -> Vec<&str> {
    let mut lines = Vec::new();
    let mut rest = text;
    while !rest.is_empty() {
        let (line, later) = rest
            .split_at_checked(end_of(rest, width))
            .unwrap_or((rest, ""));
        lines.push(line);
        rest = later;
    }
    lines
}

/// A line that ends at a space is shorter than full, so that it can be told from a full one.
fn wrap_at_words(text: &str, width: usize) -> Vec<&str> {
    let mut lines = Vec::new();
    let mut rest = text;
    loop {
        let full = end_of(rest, width);
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
        lines.push(line);
        rest = later;
    }
    if !rest.is_empty() || lines.is_empty() {
        lines.push(rest);
    }
    lines
}

/// Puts wrapped lines together again.
pub(crate) fn unwrap<'t>(lines: impl IntoIterator<Item = &'t str>, width: usize) -> String {
    let mut text = String::new();
    let mut gap = false;
    for line in lines {
        if gap {
            text.push(' ');
        }
        text.push_str(line);
        gap = length(line) < width;
    }
    text
}

/// Whether `second` goes on with the text of `first`: the line before it was full, or the first
/// word did not fit on it any more.
pub(crate) fn continues(first: &str, second: &str, width: usize) -> bool {
    let word = second.split(' ').next().unwrap_or_default();
    length(first) >= width || length(first) + 1 + length(word) >= width
}

/// A party of its lines: name on one line or two, then street, then town.
pub(crate) fn party_of(lines: &[&str], width: usize) -> Party {
    let (name, rest) = match lines {
        [] => (String::new(), lines),
        [name, second, rest @ ..]
            if second.is_empty() || rest.len() >= 2 || continues(name, second, width) =>
        {
            let name = [*name, *second].into_iter().filter(|line| !line.is_empty());
            (unwrap(name, width), rest)
        }
        [name, rest @ ..] => ((*name).to_owned(), rest),
    };
    let (street, city) = match rest {
        [] => ("", rest),
        [street, city @ ..] => (*street, city),
    };
    Party {
        name,
        street: street.to_owned(),
        city: unwrap(city.iter().copied(), width),
    }
}

/// A party of lines of which none is empty: name, then street and town both or neither.
pub(crate) fn whole_party_of(lines: &[&str], width: usize) -> Party {
    match lines {
        [name, street, city] => Party {
            name: (*name).to_owned(),
            street: (*street).to_owned(),
            city: (*city).to_owned(),
        },
        _ => party_of(lines, width),
    }
}

/// A party of numbered lines (option F of SWIFT): `1/` name, `2/` address, `3/` country and town.
pub(crate) fn numbered_party_of(lines: &[&str], width: usize) -> Party {
    let of = |number: &str| {
        let lines = lines.iter().filter_map(|line| line.strip_prefix(number));
        unwrap(lines, width.saturating_sub(number.len()))
    };
    let place = of("3/");
    let city = match place.as_bytes() {
        [_, _, b'/', ..] => place.get(3..).unwrap_or_default().to_owned(),
        _ => place,
    };
    Party {
        name: of("1/"),
        street: of("2/"),
        city,
    }
}

/// The text cut visibly, with three dots at its end, so that it fits.
pub(crate) fn cut(text: &str, count: usize) -> String {
    let kept = text.get(..end_of(text, count.saturating_sub(3)));
    format!("{}...", kept.unwrap_or(text).trim_end())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_stay_whole_where_they_fit() {
        let check = |text: &str, lines: &[&str]| {
            let wrapped = wrap(text, 4, WIDTH).unwrap();
            assert_eq!(wrapped, lines);
            assert_eq!(unwrap(wrapped, WIDTH), text);
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
        assert_eq!(wrap(&text, 3, WIDTH).unwrap().len(), 3);
        let hard = wrap(&text, 2, WIDTH).unwrap();
        assert_eq!(hard.len(), 2);
        assert_eq!(unwrap(hard, WIDTH), text);
        assert_eq!(wrap(&text, 1, WIDTH), None);
    }

    #[test]
    fn a_cut_shows() {
        assert_eq!(cut("Zakład Usługowy", 10), "Zakład...");
        assert_eq!(length(&cut(&"ż".repeat(100), 35)), 35);
    }
}
