//! Files of tagged fields: `:20:text`, in blocks `{1:...}{4:` to `-}` or without them.

use kantor_model::Place;

use crate::charset::Charset;
use crate::text::{lines, number};

/// A piece of a file, in the order in which they stand.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) enum Piece {
    /// Blocks before a message, `{1:...}{2:...}{4:`.
    Blocks {
        /// Where they begin.
        place: Place,
        /// As written.
        text: String,
    },
    /// A field.
    Field(Field),
    /// The end of a message, `-}` or a lone `-`.
    End,
    /// A line that belongs to no field.
    Stray {
        /// Where it is.
        place: Place,
        /// As written.
        text: String,
    },
}

/// A field with its lines.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) struct Field {
    /// Where its content begins.
    pub(crate) place: Place,
    /// Two digits, and a letter for an option: `57A`.
    pub(crate) tag: String,
    /// Without line ends and blanks at the ends of lines; the first may be empty.
    pub(crate) lines: Vec<String>,
}

impl Field {
    /// The first line, trimmed.
    pub(crate) fn first(&self) -> &str {
        self.lines.first().map_or("", |line| line.trim())
    }

    /// The digits of the tag.
    pub(crate) fn number(&self) -> &str {
        self.tag.get(..2).unwrap_or_default()
    }

    /// The place where a line begins.
    pub(crate) fn place_of(&self, line: usize) -> Place {
        if line == 0 {
            return self.place;
        }
        Place {
            line: self.place.line.saturating_add(number(line)),
            column: 1,
        }
    }

    /// The account of a first line `/account`, and the lines after it; all lines where there is
    /// no such line.
    pub(crate) fn account_and_rest(&self) -> (Option<&str>, Vec<&str>) {
        let all: Vec<&str> = self.lines.iter().map(String::as_str).collect();
        match all.as_slice() {
            [first, rest @ ..] if first.starts_with('/') => {
                (first.strip_prefix('/').map(str::trim), rest.to_vec())
            }
            _ => (None, all),
        }
    }
}

/// The tag of a line and what follows it: two digits, at most one letter, between colons.
fn tag_of(line: &str) -> Option<(&str, &str)> {
    let (tag, rest) = line.strip_prefix(':')?.split_once(':')?;
    let fits = match tag.as_bytes() {
        [a, b] => a.is_ascii_digit() && b.is_ascii_digit(),
        [a, b, option] => a.is_ascii_digit() && b.is_ascii_digit() && option.is_ascii_uppercase(),
        _ => false,
    };
    fits.then_some((tag, rest))
}

/// Takes a file apart.
pub(crate) fn pieces(bytes: &[u8], charset: Charset) -> Vec<Piece> {
    let bytes = bytes.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(bytes);
    let mut found = Taken { pieces: Vec::new() };
    for (index, line) in lines(bytes).enumerate() {
        let place = Place {
            line: number(index).saturating_add(1),
            column: 1,
        };
        let line = line.strip_suffix(b"\x1A").unwrap_or(line);
        found.line(charset.decode(line).trim_end(), place);
    }
    found.pieces
}

struct Taken {
    pieces: Vec<Piece>,
}

impl Taken {
    fn line(&mut self, line: &str, place: Place) {
        if let Some((tag, rest)) = tag_of(line) {
            self.field(tag, rest, place);
        } else if line.starts_with('{') {
            self.blocks(line, place);
        } else if let Some(rest) = line.strip_prefix("-}") {
            self.pieces.push(Piece::End);
            // A trailer such as `{5:...}` says nothing of the transfers; `$` ends a message of PLA.
            let next = rest.trim_start_matches('$');
            if let Some(at) = next.find("{1:") {
                let shift = line.len() - next.len() + at;
                self.blocks(next.get(at..).unwrap_or_default(), after(place, shift));
            }
        } else if line == "-" {
            self.pieces.push(Piece::End);
        } else {
            self.more(line, place);
        }
    }

    /// Blocks, and what stands on the line after `{4:`.
    fn blocks(&mut self, line: &str, place: Place) {
        let end = line.find("{4:").map_or(line.len(), |at| at + 3);
        let (text, rest) = line.split_at_checked(end).unwrap_or((line, ""));
        match self.pieces.last_mut() {
            // Each block may stand on a line of its own.
            Some(Piece::Blocks { text: before, .. }) => before.push_str(text),
            Some(_) | None => self.pieces.push(Piece::Blocks {
                place,
                text: text.to_owned(),
            }),
        }
        let place = after(place, text.chars().count());
        match tag_of(rest) {
            Some((tag, rest)) => self.field(tag, rest, place),
            None => self.more(rest.trim(), place),
        }
    }

    fn field(&mut self, tag: &str, rest: &str, place: Place) {
        self.pieces.push(Piece::Field(Field {
            place: after(place, tag.len() + 2),
            tag: tag.to_owned(),
            lines: vec![rest.to_owned()],
        }));
    }

    fn more(&mut self, line: &str, place: Place) {
        match self.pieces.last_mut() {
            Some(Piece::Field(field)) => field.lines.push(line.to_owned()),
            Some(Piece::Blocks { .. } | Piece::End | Piece::Stray { .. }) | None => {
                let marks = ['\u{1}', '\u{3}', '\u{FFFD}'];
                if !line.trim_matches(marks).is_empty() {
                    self.pieces.push(Piece::Stray {
                        place,
                        text: line.to_owned(),
                    });
                }
            }
        }
    }
}

fn after(place: Place, columns: usize) -> Place {
    Place {
        line: place.line,
        column: place.column.saturating_add(number(columns)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(text: &str) -> Vec<String> {
        pieces(text.as_bytes(), Charset::Utf8)
            .iter()
            .map(|piece| match piece {
                Piece::Blocks { place, text } => format!("{}: {text}", place.line),
                Piece::Field(field) => format!(
                    "{}:{} {}={}",
                    field.place.line,
                    field.place.column,
                    field.tag,
                    field.lines.join("|")
                ),
                Piece::End => "end".to_owned(),
                Piece::Stray { place, text } => format!("{} stray {text}", place.line),
            })
            .collect()
    }

    #[test]
    fn fields_and_blocks_are_told_apart() {
        let check = |text: &str, expected: &[&str]| assert_eq!(shown(text), expected, "{text}");
        check(
            ":01:1\r\n:05:a\r\n\r\nb\r\n{1:F01x}{2:I100yN1}{4:\r\n:20:R\r\n-}$\r\n{1:F01z}{4:\r\n-}",
            &[
                "1:5 01=1",
                "2:5 05=a||b",
                "5: {1:F01x}{2:I100yN1}{4:",
                "6:5 20=R",
                "end",
                "8: {1:F01z}{4:",
                "end",
            ],
        );
        check(
            "{1:a}\n{2:b}\n{4::20:R\n:70:x\n y :a:\n-}${1:c}{4:\n-}{5:{CHK:1}}\n",
            &[
                "1: {1:a}{2:b}{4:",
                "3:8 20=R",
                "4:5 70=x| y :a:",
                "end",
                "6: {1:c}{4:",
                "end",
            ],
        );
        check(
            "a\n:20:x\n-\n\nb",
            &["1 stray a", "2:5 20=x", "end", "5 stray b"],
        );
        check("", &[]);
    }

    #[test]
    fn an_account_stands_on_a_first_line_with_a_slash() {
        let field = |text: &str| Field {
            place: Place::default(),
            tag: "59".to_owned(),
            lines: text.split('|').map(str::to_owned).collect(),
        };
        let with = field("/PL61|Jan|/x");
        assert_eq!(with.account_and_rest(), (Some("PL61"), vec!["Jan", "/x"]));
        assert_eq!(field("Jan|x").account_and_rest(), (None, vec!["Jan", "x"]));
    }
}
