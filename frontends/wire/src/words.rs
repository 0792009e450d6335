//! Every word that people read, in Polish and English, from two files with the same keys.

use std::collections::BTreeMap;
use std::sync::OnceLock;

use serde::{Deserialize, Serialize};

use crate::{Amount, FieldProblem, Problem, Sentence};

/// A language that the office speaks.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Default, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Language {
    /// Polish.
    #[default]
    Pl,
    /// English.
    En,
}

impl Language {
    /// The code of ISO 639-1: `pl`, `en`.
    pub const fn code(self) -> &'static str {
        match self {
            Language::Pl => "pl",
            Language::En => "en",
        }
    }

    /// The language of a code; regions are ignored (`en-GB`).
    pub fn from_code(code: &str) -> Option<Language> {
        let primary = code.trim().split(['-', '_']).next()?;
        [Language::Pl, Language::En]
            .into_iter()
            .find(|language| language.code().eq_ignore_ascii_case(primary))
    }

    /// The language that an `Accept-Language` header (RFC 9110, 12.5.4) wants most, if it is one
    /// of ours.
    pub fn accepted(header: &str) -> Option<Language> {
        let mut best: Option<(u32, Language)> = None;
        for range in header.split(',') {
            let mut parts = range.split(';');
            let Some(language) = parts.next().and_then(Language::from_code) else {
                continue;
            };
            let weight = parts.find_map(thousandths).unwrap_or(1000);
            if weight > 0 && best.is_none_or(|(heaviest, _)| weight > heaviest) {
                best = Some((weight, language));
            }
        }
        best.map(|(_, language)| language)
    }
}

/// Reads ` q=0.8` as 800.
fn thousandths(parameter: &str) -> Option<u32> {
    let value = parameter.trim().strip_prefix("q=")?;
    let (whole, fraction) = value.split_once('.').unwrap_or((value, ""));
    let whole: u32 = whole.parse().ok()?;
    let fraction: u32 = format!("{fraction:0<3}").get(..3)?.parse().ok()?;
    Some(whole.min(1) * 1000 + fraction)
}

/// The words of one language. Keys are `page.word`; `{name}` in a text is a placeholder.
#[derive(Debug)]
pub struct Words {
    language: Language,
    texts: BTreeMap<String, String>,
}

impl Words {
    /// The words of a language. The files are part of the program and read once.
    pub fn of(language: Language) -> &'static Words {
        static POLISH: OnceLock<Words> = OnceLock::new();
        static ENGLISH: OnceLock<Words> = OnceLock::new();
        match language {
            Language::Pl => {
                POLISH.get_or_init(|| Words::read(language, include_str!("../words/pl.toml")))
            }
            Language::En => {
                ENGLISH.get_or_init(|| Words::read(language, include_str!("../words/en.toml")))
            }
        }
    }

    fn read(language: Language, source: &str) -> Words {
        let pages: BTreeMap<String, BTreeMap<String, String>> =
            toml::from_str(source).expect("a test reads both word files");
        let texts = pages
            .into_iter()
            .flat_map(|(page, words)| {
                words
                    .into_iter()
                    .map(move |(word, text)| (format!("{page}.{word}"), text))
            })
            .collect();
        Words { language, texts }
    }

    /// Which language this is.
    pub fn language(&self) -> Language {
        self.language
    }

    /// Every key.
    pub fn keys(&self) -> impl Iterator<Item = &str> {
        self.texts.keys().map(String::as_str)
    }

    /// The text of a key, if there is one.
    pub fn find(&self, key: &str) -> Option<&str> {
        self.texts.get(key).map(String::as_str)
    }

    /// The text of a key. A key that is missing shows itself, so that nobody sees an empty button.
    pub fn text<'a>(&'a self, key: &'a str) -> &'a str {
        self.find(key).unwrap_or(key)
    }

    /// The text of a key with its placeholders filled: `words.with("order.until", &[("time", t)])`.
    pub fn with(&self, key: &str, values: &[(&str, &str)]) -> String {
        fill(self.text(key), |name| {
            values
                .iter()
                .find(|(known, _)| *known == name)
                .map(|(_, value)| (*value).to_owned())
        })
    }

    /// The text for a number of things. The keys `KEY_one`, `KEY_few` and `KEY_many` hold the
    /// forms that Polish needs (1 zlecenie, 2 zlecenia, 5 zleceń); `{n}` is the number.
    pub fn count(&self, key: &str, n: u64) -> String {
        let form = match (self.language, n) {
            (_, 1) => "one",
            (Language::En, _) => "many",
            (Language::Pl, _) => match (n % 10, n % 100) {
                (2..=4, 0..=11 | 15..) => "few",
                (_, _) => "many",
            },
        };
        self.with(&format!("{key}_{form}"), &[("n", &n.to_string())])
    }

    /// A sentence in this language; one whose code is not in the word file reads out its own text.
    pub fn say(&self, sentence: &Sentence) -> String {
        self.said(&sentence.code, &sentence.facts)
            .unwrap_or_else(|| sentence.text.clone())
    }

    pub(crate) fn said(&self, code: &str, facts: &BTreeMap<String, String>) -> Option<String> {
        self.find(&format!("said.{code}"))
            .map(|text| fill(text, |name| facts.get(name).cloned()))
    }

    /// What happened, why and what to do now, in this language: the text of `problem.CODE` with the
    /// problem's facts, or the problem's own English.
    pub fn problem(&self, problem: &Problem) -> String {
        self.find(&format!("problem.{}", problem.code))
            .map(|text| fill(text, |name| problem.facts.get(name).cloned()))
            .unwrap_or_else(|| problem.detail.clone())
    }

    /// The rule that a field breaks, in this language: the text of `rule.CODE`, or its own English.
    pub fn rule<'a>(&'a self, problem: &'a FieldProblem) -> &'a str {
        self.find(&format!("rule.{}", problem.code))
            .unwrap_or(&problem.detail)
    }

    /// An amount for people: `1 234,56 EUR` in Polish, `1,234.56 EUR` in English; spaces do not
    /// break.
    pub fn amount(&self, amount: &Amount) -> String {
        format!("{}\u{a0}{}", self.number(&amount.amount), amount.currency)
    }

    /// A decimal number for people, in groups of three, with this language's marks. Text that is
    /// not a plain decimal number stays as it is.
    pub fn number(&self, decimal: &str) -> String {
        let (sign, digits) = match decimal.strip_prefix('-') {
            Some(rest) => ("\u{2212}", rest),
            None => ("", decimal),
        };
        let (whole, fraction) = match digits.split_once('.') {
            Some((whole, fraction)) => (whole, Some(fraction)),
            None => (digits, None),
        };
        let plain = |text: &str| !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit());
        if !plain(whole) || fraction.is_some_and(|fraction| !plain(fraction)) {
            return decimal.to_owned();
        }
        let (group, mark) = match self.language {
            Language::Pl => ('\u{a0}', ','),
            Language::En => (',', '.'),
        };
        let mut text = String::from(sign);
        for (index, digit) in whole.chars().enumerate() {
            if index > 0 && (whole.len() - index).is_multiple_of(3) {
                text.push(group);
            }
            text.push(digit);
        }
        if let Some(fraction) = fraction {
            text.push(mark);
            text.push_str(fraction);
        }
        text
    }
}

/// Puts values in the place of `{name}`; a placeholder without a value stays visible.
fn fill(text: &str, value: impl Fn(&str) -> Option<String>) -> String {
    let mut filled = String::with_capacity(text.len());
    let mut rest = text;
    while let Some((before, after)) = rest.split_once('{') {
        filled.push_str(before);
        match after.split_once('}') {
            Some((name, behind)) => {
                match value(name) {
                    Some(value) => filled.push_str(&value),
                    None => {
                        filled.push('{');
                        filled.push_str(name);
                        filled.push('}');
                    }
                }
                rest = behind;
            }
            None => {
                filled.push('{');
                rest = after;
            }
        }
    }
    filled.push_str(rest);
    filled
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn accept_language_is_read_with_weights() {
        let check = |header: &str, wanted: Option<Language>| {
            assert_eq!(Language::accepted(header), wanted, "{header}");
        };
        check("pl-PL,pl;q=0.9,en;q=0.8", Some(Language::Pl));
        check("de-DE,de;q=0.9,en-GB;q=0.8,pl;q=0.85", Some(Language::Pl));
        check("fr, en;q=0.5", Some(Language::En));
        check("en;q=0, fr", None);
        check("*", None);
        check("", None);
    }

    #[test]
    fn numbers_are_written_as_the_language_writes_them() {
        let check = |decimal: &str, polish: &str, english: &str| {
            assert_eq!(Words::of(Language::Pl).number(decimal), polish);
            assert_eq!(Words::of(Language::En).number(decimal), english);
        };
        check("1234567.80", "1\u{a0}234\u{a0}567,80", "1,234,567.80");
        check("-100.00", "\u{2212}100,00", "\u{2212}100.00");
        check("999", "999", "999");
        check("4.2815", "4,2815", "4.2815");
        check("unreadable", "unreadable", "unreadable");
    }

    #[test]
    fn polish_counts_in_three_forms() {
        let words = Words::of(Language::Pl);
        let check = |n: u64, wanted: &str| assert_eq!(words.count("count.orders", n), wanted);
        check(1, "1 zlecenie");
        check(2, "2 zlecenia");
        check(5, "5 zleceń");
        check(12, "12 zleceń");
        check(22, "22 zlecenia");
        check(112, "112 zleceń");
        check(0, "0 zleceń");
    }

    #[test]
    fn a_placeholder_without_a_value_stays_visible() {
        assert_eq!(fill("a {b} c {d", |_| None), "a {b} c {d");
        assert_eq!(fill("{x}{x}", |_| Some("1".into())), "11");
    }
}
