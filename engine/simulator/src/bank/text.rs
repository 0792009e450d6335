//! Texts on their way through a bank, counted and cut in characters, never inside a letter.

use kantor_model::Party;

/// A transfer's title has at most four lines of 35 characters; so has a party.
pub(super) const TEXT_LENGTH: usize = 140;

/// A text as a payment system carries it: single spaces, no signs that files use as grammar
/// (`~`, `"`, `|`), and at most so many characters.
pub(super) fn carried(text: &str, length: usize) -> String {
    let mut kept = String::with_capacity(text.len());
    for word in text.split(|c: char| c.is_whitespace() || c.is_control()) {
        if !word.is_empty() && !kept.is_empty() {
            kept.push(' ');
        }
        kept.extend(word.chars().map(|character| match character {
            '~' => '-',
            '"' => '\'',
            '|' => '/',
            other => other,
        }));
    }
    cut(&kept, length).trim_end().to_owned()
}

/// A party whose three parts together, with the spaces between them, are a text.
pub(super) fn carried_party(party: &Party) -> Party {
    let mut left = TEXT_LENGTH;
    let mut part = |text: &str| {
        let kept = carried(text, left);
        if !kept.is_empty() {
            left = left.saturating_sub(kept.chars().count() + 1);
        }
        kept
    };
    Party {
        name: part(&party.name),
        street: part(&party.street),
        city: part(&party.city),
    }
}

/// At most the first `length` characters.
pub(super) fn cut(text: &str, length: usize) -> &str {
    split(text, length).0
}

/// The first `length` characters, and the rest.
pub(super) fn split(text: &str, length: usize) -> (&str, &str) {
    let end = text.char_indices().nth(length).map_or(text.len(), |c| c.0);
    text.split_at_checked(end).unwrap_or((text, ""))
}

/// Wraps a text at `width` characters. Each line keeps the space that it ends with; a word longer
/// than a line is cut. No word begins a line with `-` or `:` (a rule of SWIFT for continued text,
/// because a field or the end of the message would seem to begin there): the one before comes along.
pub(super) fn wrapped(text: &str, width: usize) -> Vec<&str> {
    let mut lines = Vec::new();
    let mut rest = text;
    while rest.chars().count() > width {
        let (line, later) = split(rest, break_at(rest, width));
        lines.push(line);
        rest = later;
    }
    lines.push(rest);
    lines
}

/// After how many characters the line ends. Where no word can begin the next line, a word is cut
/// at the full width, because a shorter line reads as if a space had been there; or the next line
/// begins with the space itself.
fn break_at(text: &str, width: usize) -> usize {
    let characters: Vec<char> = text.chars().take(width + 1).collect();
    let may_begin = |at: usize| !matches!(characters.get(at), Some('-' | ':' | ' ') | None);
    let after_space = |at: usize| characters.get(at.wrapping_sub(1)) == Some(&' ');
    let mut places = (1..=width).rev();
    let word = places.find(|at| after_space(*at) && may_begin(*at));
    let full = if after_space(width) { width - 1 } else { width };
    word.unwrap_or(full)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_are_carried_in_single_spaces_and_cut_between_letters() {
        let check = |text: &str, length: usize, expected: &str| {
            assert_eq!(carried(text, length), expected, "{text:?}");
        };
        check("  Żółta \t gęś\r\n", 140, "Żółta gęś");
        check("Żółta gęś", 2, "Żó");
        check("Żółta gęś", 6, "Żółta");
        check("a~20\"b\"|c", 140, "a-20'b'/c");
        check(" \u{0} ", 140, "");
    }

    #[test]
    fn a_party_shares_its_length_among_its_parts() {
        let party = carried_party(&Party {
            name: "Ł".repeat(100),
            street: " ul.  Źródlana 2 ".to_owned(),
            city: "ą".repeat(100),
        });
        assert_eq!(party.street, "ul. Źródlana 2");
        assert_eq!(party.city.chars().count(), 140 - 100 - 1 - 14 - 1);
    }

    #[test]
    fn lines_end_with_their_space_and_begin_like_no_field() {
        let check = |text: &str, expected: &[&str]| {
            assert_eq!(wrapped(text, 10), expected, "{text:?}");
        };
        check("", &[""]);
        check("aaaaaaaaaa", &["aaaaaaaaaa"]);
        check("aaaa bbbb cccc", &["aaaa bbbb ", "cccc"]);
        check("aaaa bbbbb cc", &["aaaa ", "bbbbb cc"]);
        check("ąąąąąąąąąąąą b", &["ąąąąąąąąąą", "ąą b"]);
        check("aaa bbbbb - c", &["aaa ", "bbbbb - c"]);
        check("aaaaaaaaa :61: c", &["aaaaaaaaa", " :61: c"]);
        check("aaaaaaaaaa-b", &["aaaaaaaaaa", "-b"]);
        check("aaaaaaaa :61:c", &["aaaaaaaa :", "61:c"]);
        check("------------", &["----------", "--"]);
    }
}
