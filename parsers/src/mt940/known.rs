//! Whose statement it is, told by its shape and never by the account's bank.

use super::section::{Section, Signs, TextShape};
use super::structured::Structured;
use crate::profile::Profile;

/// What a statement shows until its first entry.
#[derive(Clone, Copy)]
pub(super) struct Facts<'f> {
    /// `:20:`, `:25:`, `:28C:`, as written.
    pub(super) reference: &'f [u8],
    pub(super) account: &'f [u8],
    pub(super) number: &'f [u8],
    /// The first entry; none in an empty statement.
    pub(super) entry: Option<EntryFacts<'f>>,
}

/// What the first entry shows.
#[derive(Clone, Copy)]
pub(super) struct EntryFacts<'f> {
    pub(super) code: &'f [u8],
    pub(super) references: &'f [u8],
    pub(super) second_line: &'f [u8],
    pub(super) shape: TextShape,
    pub(super) text: Option<Structured<'f>>,
    /// It has two texts.
    pub(super) doubled: bool,
}

/// Whose shape it is.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) enum Known<'p> {
    /// This bank's, and no other fits as well.
    One(&'p Profile),
    /// It fits these equally well, so it is read as any bank's.
    Several(Vec<&'p Profile>),
    /// No bank's in particular.
    Nobody,
}

impl<'p> Known<'p> {
    /// The profile whose signs fit best, of those that are built in and of the one that the caller
    /// brings.
    pub(super) fn of(facts: &Facts<'_>, brought: Option<&'p Profile>) -> Known<'p> {
        let brought = brought.filter(|profile| Profile::of_id(&profile.id).is_none());
        let mut best: Vec<&Profile> = Vec::new();
        let mut weight = 0;
        for profile in Profile::built_in().iter().chain(brought) {
            let Some(section) = &profile.mt940 else {
                continue;
            };
            let fits = fit(section, facts);
            if fits == 0 || fits < weight {
                continue;
            }
            if fits > weight {
                best.clear();
                weight = fits;
            }
            best.push(profile);
        }
        match best.as_slice() {
            [] => Known::Nobody,
            [profile] => Known::One(profile),
            [..] => Known::Several(best),
        }
    }

    /// The one bank, if it is only one.
    pub(crate) fn profile(&self) -> Option<&'p Profile> {
        match self {
            Known::One(profile) => Some(profile),
            Known::Several(_) | Known::Nobody => None,
        }
    }

    /// What spoke for it, as the end of a sentence.
    pub(crate) fn why(&self) -> String {
        match self {
            Known::One(profile) => format!("in the shape that {} writes", profile.id),
            Known::Several(profiles) => {
                let names: Vec<&str> = profiles.iter().map(|profile| profile.id.as_str()).collect();
                let (last, others) = names.split_last().unwrap_or((&"", &[]));
                format!(
                    "in a shape that {} and {last} write alike, so it is read as any bank's",
                    others.join(", ")
                )
            }
            Known::Nobody => "in no bank's particular shape".to_owned(),
        }
    }
}

/// How well the best of a bank's signs fit; zero when none does.
fn fit(section: &Section, facts: &Facts<'_>) -> usize {
    section
        .known_by
        .iter()
        .filter(|signs| holds(signs, facts))
        .map(Signs::weight)
        .max()
        .unwrap_or(0)
}

fn holds(signs: &Signs, facts: &Facts<'_>) -> bool {
    let is_so = |pattern: &Option<_>, text: &[u8]| {
        let pattern: &Option<super::pattern::Pattern> = pattern;
        pattern.as_ref().is_none_or(|pattern| pattern.fits(text))
    };
    let head = is_so(&signs.reference, facts.reference)
        && is_so(&signs.account, facts.account)
        && is_so(&signs.number, facts.number);
    let shape = facts.entry.map_or(TextShape::None, |entry| entry.shape);
    if !head || signs.text.is_some_and(|wanted| wanted != shape) {
        return false;
    }
    let Some(entry) = facts.entry else {
        return signs.is_about_heads();
    };
    let in_entry = is_so(&signs.code, entry.code)
        && is_so(&signs.references, entry.references)
        && is_so(&signs.second_line, entry.second_line)
        && signs.doubled.is_none_or(|doubled| doubled == entry.doubled);
    let in_text = match entry.text {
        Some(text) => {
            let separator = signs.separator.map(|separator| separator.0);
            separator.is_none_or(|separator| separator == text.separator)
                && is_so(&signs.begins, text.whole())
                && text.has(&signs.subfields)
        }
        None => !signs.is_about_structured_text(),
    };
    in_entry && in_text
}

impl Signs {
    /// Nothing is asked of an entry, so an empty statement can fit.
    fn is_about_heads(&self) -> bool {
        self.code.is_none()
            && self.references.is_none()
            && self.second_line.is_none()
            && self.doubled.is_none()
            && !self.is_about_structured_text()
    }

    fn is_about_structured_text(&self) -> bool {
        self.separator.is_some() || self.begins.is_some() || !self.subfields.0.is_empty()
    }
}
