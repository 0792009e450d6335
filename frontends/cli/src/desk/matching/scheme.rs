//! References of any make in titles: their shape, their check character, and how they are found
//! among blanks, dashes, small letters and look-alikes.

use std::collections::BTreeMap;
use std::fmt;
use std::str::FromStr;

/// A check character is taken for learned when so many references of the list agree on it; fewer
/// agree by chance.
const LEARNED_FROM: usize = 8;

/// How references are made: one shape for each length.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(super) struct Scheme {
    shapes: Vec<Shape>,
}

/// References of one length.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Shape {
    classes: Vec<Class>,
    check: Check,
}

/// What may stand at one place of a reference.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Class {
    /// This letter or digit.
    Is(u8),
    /// A digit.
    Digit,
    /// A letter.
    Letter,
    /// A letter or a digit.
    Any,
}

/// What the last characters of a reference prove of the others.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Check {
    /// Nothing.
    None,
    /// The last digit is the Luhn digit of the digits before it (ISO/IEC 7812-1, annex B).
    Luhn,
    /// The digits, read as a number, leave 1 when divided by 97 (ISO/IEC 7064, MOD 97-10).
    Mod97,
}

impl Check {
    fn holds(self, reference: &[u8]) -> bool {
        let digits = || reference.iter().filter(|byte| byte.is_ascii_digit());
        match self {
            Check::None => true,
            Check::Luhn => {
                let sum: u32 = digits()
                    .rev()
                    .enumerate()
                    .map(|(place, digit)| {
                        let digit = u32::from(digit - b'0');
                        let weighed = digit * (1 + u32::from(place % 2 == 1));
                        weighed / 10 + weighed % 10
                    })
                    .sum();
                sum.is_multiple_of(10)
            }
            Check::Mod97 => {
                let rest =
                    digits().fold(0, |rest, digit| (rest * 10 + u32::from(digit - b'0')) % 97);
                rest == 1
            }
        }
    }
}

/// Why a scheme cannot be understood.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error(
    "{text} is no scheme of references: {why}; write the letters as they are, # for a digit, @ for a letter, * for either, and the check after a plus: EX##########+luhn, INV@@####, 9#######+mod97"
)]
pub(super) struct SchemeError {
    text: String,
    why: &'static str,
}

impl FromStr for Scheme {
    type Err = SchemeError;

    fn from_str(text: &str) -> Result<Scheme, SchemeError> {
        let error = |why| SchemeError {
            text: text.to_owned(),
            why,
        };
        let (pattern, check) = text.split_once('+').unwrap_or((text, "none"));
        let check = match check {
            "none" => Check::None,
            "luhn" => Check::Luhn,
            "mod97" => Check::Mod97,
            _ => return Err(error("the check is none of luhn, mod97 and none")),
        };
        let class = |byte: u8| match byte {
            b'#' => Ok(Class::Digit),
            b'@' => Ok(Class::Letter),
            b'*' => Ok(Class::Any),
            byte if byte.is_ascii_alphanumeric() => Ok(Class::Is(byte.to_ascii_uppercase())),
            _ => Err(error(
                "it holds another sign than letters, digits, #, @ and *",
            )),
        };
        let classes: Vec<Class> = pattern.bytes().map(class).collect::<Result<_, _>>()?;
        if classes.len() < 4 {
            return Err(error(
                "a reference of less than four characters stands anywhere",
            ));
        }
        Ok(Scheme {
            shapes: vec![Shape { classes, check }],
        })
    }
}

/// Learns how references are made from those of a list.
#[derive(Debug, Default)]
pub(super) struct Learner {
    lengths: BTreeMap<usize, Learning>,
}

impl Learner {
    /// One more reference, as [`normal`] gives it.
    pub(super) fn add(&mut self, key: &str) {
        if !key.is_empty() {
            self.lengths.entry(key.len()).or_default().add(key);
        }
    }

    /// The scheme of all of them.
    pub(super) fn scheme(self) -> Scheme {
        let shapes = self.lengths.into_values().rev();
        Scheme {
            shapes: shapes.map(Learning::shape).collect(),
        }
    }
}

impl Scheme {
    /// The references of this make in a text, as keys for a look-up; `each` says whether one is
    /// known, and what was known is not looked at again.
    pub(super) fn find(&self, text: &str, mut each: impl FnMut(&str) -> bool) {
        let mut taken = Taken::default();
        taken.read(text);
        let signs = taken.signs();
        let mut at = 0;
        while at < signs.len() {
            let known = self.shapes.iter().find_map(|shape| {
                let end = at + shape.classes.len();
                let found = signs.get(at..end)?;
                if !shape.fits(found) || !shape.stands_alone(signs, at, end) {
                    return None;
                }
                let mut key = [0; Taken::MOST];
                let key = key.get_mut(..found.len())?;
                for (place, sign) in key.iter_mut().zip(found) {
                    *place = sign.canonical;
                }
                let key = std::str::from_utf8(key).ok()?;
                (shape.check.holds(key.as_bytes()) && each(key)).then_some(end)
            });
            at = known.unwrap_or(at + 1);
        }
    }

    /// References that a text holds but for two neighbours that changed places: never more than a
    /// hint. Only looked for where a check character tells a slip from another reference.
    pub(super) fn find_almost(&self, text: &str, mut each: impl FnMut(&str)) {
        let mut taken = Taken::default();
        taken.read(text);
        let signs = taken.signs();
        for shape in self
            .shapes
            .iter()
            .filter(|shape| shape.check != Check::None)
        {
            for at in 0..signs.len() {
                let end = at + shape.classes.len();
                let Some(found) = signs.get(at..end) else {
                    break;
                };
                if !shape.fits(found) || !shape.stands_alone(signs, at, end) {
                    continue;
                }
                let mut key: Vec<u8> = found.iter().map(|sign| sign.canonical).collect();
                if shape.check.holds(&key) {
                    continue;
                }
                for place in 1..key.len() {
                    key.swap(place - 1, place);
                    if shape.check.holds(&key)
                        && let Ok(key) = std::str::from_utf8(&key)
                    {
                        each(key);
                    }
                    key.swap(place - 1, place);
                }
            }
        }
    }
}

/// The key of a reference: capital letters and digits, look-alikes as digits.
pub(super) fn normal(reference: &str) -> impl Iterator<Item = u8> + '_ {
    reference
        .bytes()
        .filter(u8::is_ascii_alphanumeric)
        .map(|byte| canonical(byte.to_ascii_uppercase()))
}

/// People write O for 0, and I or L for 1.
const fn canonical(capital: u8) -> u8 {
    match capital {
        b'O' => b'0',
        b'I' | b'L' => b'1',
        other => other,
    }
}

/// What references of one length have in common so far.
#[derive(Debug, Default)]
struct Learning {
    classes: Vec<Class>,
    count: usize,
    luhn: bool,
    mod97: bool,
}

impl Learning {
    fn add(&mut self, key: &str) {
        let bytes = key.as_bytes();
        let digits = bytes.iter().filter(|byte| byte.is_ascii_digit()).count();
        let holds = |check: Check| digits >= 4 && check.holds(bytes);
        if self.count == 0 {
            self.classes = bytes.iter().copied().map(Class::Is).collect();
            self.luhn = holds(Check::Luhn);
            self.mod97 = holds(Check::Mod97);
        }
        self.count += 1;
        self.luhn &= holds(Check::Luhn);
        self.mod97 &= holds(Check::Mod97);
        for (class, byte) in self.classes.iter_mut().zip(bytes) {
            *class = class.widened(*byte);
        }
    }

    fn shape(self) -> Shape {
        let check = match (self.count >= LEARNED_FROM, self.mod97, self.luhn) {
            (true, true, _) => Check::Mod97,
            (true, false, true) => Check::Luhn,
            (true, false, false) | (false, _, _) => Check::None,
        };
        Shape {
            classes: self.classes,
            check,
        }
    }
}

impl Class {
    fn widened(self, byte: u8) -> Class {
        let of_byte = if byte.is_ascii_digit() {
            Class::Digit
        } else {
            Class::Letter
        };
        match (self, of_byte) {
            (Class::Is(known), _) if known == byte => self,
            (Class::Is(known), Class::Digit) if known.is_ascii_digit() => Class::Digit,
            (Class::Is(known), Class::Letter) if known.is_ascii_alphabetic() => Class::Letter,
            (Class::Digit, Class::Digit) | (Class::Letter, Class::Letter) => self,
            (Class::Is(_) | Class::Digit | Class::Letter | Class::Any, _) => Class::Any,
        }
    }
}

impl Shape {
    fn fits(&self, signs: &[Sign]) -> bool {
        self.classes
            .iter()
            .zip(signs)
            .all(|(class, sign)| match class {
                Class::Is(wanted) => canonical(*wanted) == sign.canonical,
                Class::Digit => sign.canonical.is_ascii_digit(),
                Class::Letter => sign.written.is_ascii_alphabetic() || sign.canonical < b'2',
                Class::Any => true,
            })
            && signs.iter().all(|sign| sign.canonical != WALL)
    }

    /// Whether what stands around it leaves no doubt that this is a reference and not a part of
    /// something longer. A check character, or letters that every reference has, say much by
    /// themselves; a bare number has to stand by itself and in one piece.
    fn stands_alone(&self, signs: &[Sign], at: usize, end: usize) -> bool {
        let before = at.checked_sub(1).and_then(|before| signs.get(before));
        let (first, last) = (
            signs.get(at),
            end.checked_sub(1).and_then(|last| signs.get(last)),
        );
        let after = signs.get(end);
        let begins = before.is_none() || first.is_some_and(|first| first.begins);
        let ends = after.is_none_or(|after| after.begins);
        let has_letters = self.classes.iter().any(
            |class| matches!(class, Class::Is(byte) if canonical(*byte).is_ascii_alphabetic()),
        );
        if self.check == Check::None && !has_letters {
            let inside = signs.get(at + 1..end).unwrap_or_default();
            return begins && ends && !inside.iter().any(|sign| sign.begins);
        }
        let digit = |sign: Option<&Sign>| sign.is_some_and(|sign| sign.canonical.is_ascii_digit());
        let joined = |one, other| digit(one) && digit(other);
        (begins || self.check != Check::None && !joined(before, first))
            && (ends || self.check != Check::None && !joined(last, after))
    }
}

/// A letter that no reference has.
const WALL: u8 = 0;

/// A letter or digit of a title.
#[derive(Debug, Clone, Copy, Default)]
struct Sign {
    /// In capitals.
    written: u8,
    /// The same with look-alikes as digits.
    canonical: u8,
    /// Something that is no letter or digit stands before it.
    begins: bool,
}

/// The letters and digits of a title.
#[derive(Debug, Default)]
struct Taken {
    signs: Vec<Sign>,
}

impl Taken {
    /// The longest reference that is looked for; SWIFT gives a reference 16 characters, a title
    /// 4 x 35.
    const MOST: usize = 140;

    fn read(&mut self, text: &str) {
        self.signs.reserve(text.len());
        let mut begins = true;
        for character in text.chars() {
            let written = match u8::try_from(character) {
                Ok(byte) if byte.is_ascii_alphanumeric() => byte.to_ascii_uppercase(),
                _ if character.is_alphanumeric() => WALL,
                _ => {
                    begins = true;
                    continue;
                }
            };
            self.signs.push(Sign {
                written,
                canonical: canonical(written),
                begins,
            });
            begins = false;
        }
    }

    fn signs(&self) -> &[Sign] {
        &self.signs
    }
}

impl fmt::Display for Scheme {
    /// As `--scheme` takes it; several lengths are parted by commas.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, shape) in self.shapes.iter().enumerate() {
            if index > 0 {
                f.write_str(", ")?;
            }
            for class in &shape.classes {
                let sign = match class {
                    Class::Is(byte) => char::from(*byte),
                    Class::Digit => '#',
                    Class::Letter => '@',
                    Class::Any => '*',
                };
                write!(f, "{sign}")?;
            }
            f.write_str(match shape.check {
                Check::None => "",
                Check::Luhn => "+luhn",
                Check::Mod97 => "+mod97",
            })?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const LIST: [&str; 8] = [
        "EX1234567897",
        "EX5108772780",
        "EX8902182974",
        "EX2857182568",
        "EX6731382179",
        "EX0605592120",
        "EX5307892173",
        "EX9818185069",
    ];

    /// What a scheme finds in a title.
    #[track_caller]
    fn check(scheme: &str, title: &str, wanted: &[&str]) {
        let scheme: Scheme = scheme.parse().expect("a scheme");
        let mut found = Vec::new();
        scheme.find(title, |key| {
            found.push(key.to_owned());
            true
        });
        assert_eq!(found, wanted, "{title}");
    }

    #[test]
    fn a_list_shows_its_scheme() {
        let learned = |list: &[&str]| {
            let mut learner = Learner::default();
            for reference in list {
                let key: String = normal(reference).map(char::from).collect();
                learner.add(&key);
            }
            learner.scheme().to_string()
        };
        assert_eq!(learned(&LIST[..2]), "EX##########");
        assert_eq!(learned(&["NR/2024/001", "NR/2024/117"]), "NR2024###");
        assert_eq!(learned(&["AB12", "XY99", "7"]), "@@##, 7");
        assert_eq!(learned(&[]), "");
    }

    #[test]
    fn references_are_found_in_noise() {
        let ex = "EX##########+luhn";
        check(ex, "ZAKUP WALUTY EX1234567897", &["EX1234567897"]);
        check(ex, "za ex 123-456 7897, dziękuję", &["EX1234567897"]);
        check(
            ex,
            "EXl234567897 / EX51O8772780",
            &["EX1234567897", "EX5108772780"],
        );
        check(ex, "NREX1234567897", &["EX1234567897"]);
        check(ex, "EX12345678971", &[]);
        check(ex, "EX1234567879", &[]);
        check(ex, "EXą1234567897", &[]);
        check(ex, "", &[]);
    }

    #[test]
    fn a_bare_number_stands_by_itself() {
        check("######", "faktura 123456", &["123456"]);
        check("######", "faktura 123 456", &[]);
        check("######", "faktura 1234567", &[]);
        check("######", "FV123456", &[]);
    }

    #[test]
    fn two_neighbours_changed_over_are_a_hint() {
        let scheme: Scheme = "EX##########+luhn".parse().expect("a scheme");
        let mut found = Vec::new();
        scheme.find_almost("EX1234567987", |key| found.push(key.to_owned()));
        assert!(found.contains(&"EX1234567897".to_owned()), "{found:?}");
    }

    #[test]
    fn a_scheme_that_is_none_says_how_one_is_written() {
        let error = "EX-###".parse::<Scheme>().expect_err("no scheme");
        assert!(error.to_string().contains("EX##########+luhn"), "{error}");
        assert!("EX####+crc".parse::<Scheme>().is_err());
        assert!("##".parse::<Scheme>().is_err());
    }
}
