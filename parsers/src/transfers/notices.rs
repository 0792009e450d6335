//! What is said about a written file: one notice a character, however often it occurs, and the
//! shortened texts.

use std::collections::BTreeMap;

use kantor_model::{Complaint, Place, Severity};

use super::{Cut, Respelling, Written};
use crate::text::number;

/// How many shortened texts are named one by one.
const CUTS_NAMED: usize = 100;

impl Written {
    /// What was written differently from what was asked, as notices for people. Lines are numbers
    /// of transfers. A large batch has few: each character is told once.
    pub fn notices(&self) -> Vec<Complaint> {
        let mut notices = respelt(&self.respelt);
        notices.extend(cut(&self.cut));
        notices
    }
}

fn respelt(all: &[Respelling]) -> Vec<Complaint> {
    let mut characters: BTreeMap<(char, &str), (usize, usize)> = BTreeMap::new();
    for one in all {
        let (_, times) = characters
            .entry((one.character, one.written))
            .or_insert((one.line, 0));
        *times += 1;
    }
    characters
        .into_iter()
        .map(|((character, written), (line, times))| {
            let message = format!(
                "the bank does not take `{character}`, and `{written}` is written for it ({times} \
                 times in this file); see that names and titles can still be read"
            );
            notice(line, "character-respelt", message, character.to_string())
        })
        .collect()
}

fn cut(all: &[Cut]) -> Vec<Complaint> {
    let mut notices: Vec<Complaint> = all
        .iter()
        .take(CUTS_NAMED)
        .map(|one| {
            let message = format!(
                "a name or an address is longer than the bank takes, and is written as `{}`; see \
                 that the payee can still be told",
                one.written
            );
            notice(one.line, "text-cut", message, one.text.clone())
        })
        .collect();
    if let Some(first) = all.get(CUTS_NAMED) {
        let more = all.len() - CUTS_NAMED;
        let message = format!(
            "{more} more names and addresses are longer than the bank takes and end in three dots; \
             look through the file"
        );
        notices.push(notice(first.line, "text-cut", message, String::new()));
    }
    notices
}

fn notice(line: usize, code: &'static str, message: String, excerpt: String) -> Complaint {
    Complaint {
        place: Place {
            line: number(line),
            column: 0,
        },
        code: code.into(),
        severity: Severity::Notice,
        message,
        excerpt,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_character_is_told_once_however_often_it_occurs() {
        let one = |line, character| Respelling {
            line,
            character,
            written: "u",
        };
        let found = respelt(&[one(3, 'ü'), one(4, 'ü'), one(9, 'ü'), one(5, 'û')]);
        let told: Vec<(u32, &str)> = found
            .iter()
            .map(|complaint| (complaint.place.line, complaint.excerpt.as_str()))
            .collect();
        assert_eq!(told, [(5, "û"), (3, "ü")]);
        assert!(
            found
                .iter()
                .any(|complaint| complaint.message.contains("(3 times"))
        );
    }

    #[test]
    fn a_flood_of_long_names_is_counted_and_not_lost() {
        let one = |line| Cut {
            line,
            text: "long".to_owned(),
            written: "l...".to_owned(),
        };
        let all: Vec<Cut> = (1..=150).map(one).collect();
        let found = cut(&all);
        assert_eq!(found.len(), 101);
        let last = found.last().unwrap();
        assert!(last.message.starts_with("50 more"), "{}", last.message);
        assert_eq!(last.place.line, 101);
    }
}
