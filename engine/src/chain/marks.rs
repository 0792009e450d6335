//! What a line says of itself, mark by mark, and how alike two lines are.

use super::evidence;
use crate::reference::find_references;

/// The marks by which a line may be known again. Each is a fingerprint; what the file does not say
/// is `None` and tells nothing.
///
/// None of them is identity: banks repeat references, change them from one format to the next, and
/// cut titles as they please. They say how alike two lines are ([`Marks::likeness`]).
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Default)]
pub struct Marks {
    /// Who wrote it in which format: what two lines of one source say differently is different.
    pub source: Option<u64>,
    /// The bank's own reference.
    pub reference: Option<u64>,
    /// Letters and digits of the title.
    pub title: Option<u64>,
    /// The other side's account.
    pub account: Option<u64>,
    /// Our own references in the title, whole with their check characters.
    pub codes: Option<u64>,
}

/// What a file says of a line, as text.
#[derive(Clone, Copy, Debug, Default)]
pub struct Says<'a> {
    /// Who wrote it in which format: `mbank MT942`.
    pub source: &'a str,
    /// The bank's own reference.
    pub reference: Option<&'a str>,
    /// The title.
    pub title: Option<&'a str>,
    /// The other side's account, in electronic form.
    pub account: Option<&'a str>,
}

impl Says<'_> {
    /// The marks of it.
    pub fn marks(self) -> Marks {
        let of = |text: Option<&str>| {
            text.filter(|text| text.chars().any(char::is_alphanumeric))
                .map(|text| evidence([text]))
        };
        let codes: Vec<String> = find_references(self.title.unwrap_or_default())
            .iter()
            .map(ToString::to_string)
            .collect();
        Marks {
            source: of(Some(self.source)),
            reference: of(self
                .reference
                .filter(|text| !text.eq_ignore_ascii_case("NONREF"))),
            title: of(self.title),
            account: of(self.account),
            codes: (!codes.is_empty()).then(|| evidence(codes.iter().map(String::as_str))),
        }
    }
}

/// How alike two lines of one amount are, the least alike first.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum Likeness {
    /// Two lines: of two payers, or with two of our references, or reworded in everything by one
    /// source.
    Different,
    /// One source says something of them differently; whether it changed its mind is not known.
    Unlike,
    /// They have nothing in common that could be compared.
    Untold,
    /// The same title, the same reference of ours, or the same letters altogether.
    Alike,
    /// The same reference of the bank's.
    Same,
}

impl Marks {
    /// How alike two lines are by what they say of themselves.
    pub fn likeness(&self, other: &Marks) -> Likeness {
        let differ = |one: Option<u64>, two: Option<u64>| matches!((one, two), (Some(one), Some(two)) if one != two);
        let agree = |one: Option<u64>, two: Option<u64>| one.is_some() && one == two;
        if differ(self.codes, other.codes) || differ(self.account, other.account) {
            return Likeness::Different;
        }
        let other_title = differ(self.title, other.title);
        let other_reference = differ(self.reference, other.reference);
        let one_source = agree(self.source, other.source);
        // A bank gives references again, each day or each file anew.
        if agree(self.reference, other.reference) && !(one_source && other_title) {
            return Likeness::Same;
        }
        if one_source {
            if other_title && other_reference {
                return Likeness::Different;
            }
            if other_title || other_reference {
                return Likeness::Unlike;
            }
        }
        if agree(self.title, other.title) || agree(self.codes, other.codes) {
            return Likeness::Alike;
        }
        Likeness::Untold
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(one: Says<'_>, two: Says<'_>, wanted: Likeness) {
        assert_eq!(one.marks().likeness(&two.marks()), wanted);
        assert_eq!(two.marks().likeness(&one.marks()), wanted);
    }

    fn says<'a>(source: &'a str, reference: &'a str, title: &'a str, account: &'a str) -> Says<'a> {
        let given = |text: &'a str| (!text.is_empty()).then_some(text);
        Says {
            source,
            reference: given(reference),
            title: given(title),
            account: given(account),
        }
    }

    #[test]
    fn formats_say_different_things_of_one_line() {
        let swift = says("mbank MT942", "S1", "CZYNSZ MAJ", "");
        check(
            swift,
            says("mbank CSV", "", "Czynsz, maj", ""),
            Likeness::Alike,
        );
        check(
            swift,
            says("mbank CSV", "2026/7", "Czynsz za maj", ""),
            Likeness::Untold,
        );
        check(swift, says("pko camt.052", "S1", "", "PL1"), Likeness::Same);
        check(swift, says("mbank CSV", "", "", ""), Likeness::Untold);
    }

    #[test]
    fn a_reference_that_one_source_gives_to_another_title_is_no_proof() {
        let first = says("mbank MT940", "EL1", "WPLATA 1", "");
        let again = says("mbank MT940", "EL1", "WPLATA 149", "");
        check(first, again, Likeness::Unlike);
        check(
            first,
            says("mbank CSV", "EL1", "wplata jeden", ""),
            Likeness::Same,
        );
    }

    #[test]
    fn one_source_does_not_contradict_itself() {
        let first = says("mbank MT942", "S1", "CZYNSZ", "");
        check(
            first,
            says("mbank MT942", "S2", "ZWROT", ""),
            Likeness::Different,
        );
        check(
            first,
            says("mbank MT942", "S2", "CZYNSZ", ""),
            Likeness::Unlike,
        );
        check(
            first,
            says("mbank MT942", "NONREF", "CZYNSZ", ""),
            Likeness::Alike,
        );
    }

    #[test]
    fn two_payers_are_two_payments_whatever_else_agrees() {
        check(
            says("a", "S1", "CZYNSZ", "PL1"),
            says("b", "S1", "CZYNSZ", "PL2"),
            Likeness::Different,
        );
    }
}
