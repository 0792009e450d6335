//! Streets and towns in parts, and together again.

/// A street with its number, where it can be told: the last word is the only one that begins with
/// a digit. Put together with a space it is the street as it was.
pub(super) fn street_and_number(street: &str) -> (&str, Option<&str>) {
    let numbered = |word: &str| word.starts_with(|first: char| first.is_ascii_digit());
    match street.rsplit_once(' ') {
        Some((name, number))
            if numbered(number)
                && number.chars().count() <= NUMBER_LENGTH
                && !name.split(' ').any(numbered) =>
        {
            (name, Some(number))
        }
        Some(_) | None => (street, None),
    }
}

/// The longest number of a building (BldgNb) and postcode (PstCd).
const NUMBER_LENGTH: usize = 16;

/// How a country writes its postcodes before the town: `0` is a digit, `A` a letter. Countries
/// that write them behind the town are not here, and their towns are not taken apart.
const POSTCODES: &[(&str, &[&str])] = &[
    ("AT", &["0000"]),
    ("BE", &["0000"]),
    ("BG", &["0000"]),
    ("CH", &["0000"]),
    ("CZ", &["000 00", "00000"]),
    ("DE", &["00000"]),
    ("DK", &["0000"]),
    ("EE", &["00000"]),
    ("ES", &["00000"]),
    ("FI", &["00000"]),
    ("FR", &["00000"]),
    ("GR", &["000 00", "00000"]),
    ("HR", &["00000"]),
    ("HU", &["0000"]),
    ("IT", &["00000"]),
    ("LI", &["0000"]),
    ("LT", &["AA-00000", "00000"]),
    ("LU", &["0000"]),
    ("LV", &["AA-0000"]),
    ("NL", &["0000 AA", "0000AA"]),
    ("NO", &["0000"]),
    ("PL", &["00-000"]),
    ("PT", &["0000-000"]),
    ("RO", &["000000"]),
    ("SE", &["000 00", "00000"]),
    ("SI", &["0000"]),
    ("SK", &["000 00", "00000"]),
    ("UA", &["00000"]),
];

/// The postcode at the beginning of a town, as the country writes it, and the town. Put together
/// with a space they are the town as it was.
pub(super) fn postcode_and_town<'t>(country: &str, town: &'t str) -> (Option<&'t str>, &'t str) {
    let shapes = POSTCODES.iter().find(|(code, _)| *code == country);
    for shape in shapes.map(|(_, shapes)| *shapes).unwrap_or_default() {
        let split = town.split_at_checked(shape.len());
        if let Some((code, rest)) = split
            && fits(code, shape)
            && let Some(name) = rest.strip_prefix(' ')
            && !name.is_empty()
        {
            return (Some(code), name);
        }
    }
    (None, town)
}

/// Whether a line of an address begins with a postcode of the country, or of any where it is not
/// known.
pub(super) fn begins_with_postcode(country: Option<&str>, line: &str) -> bool {
    let rows = POSTCODES
        .iter()
        .filter(|(code, _)| country.is_none_or(|country| country == *code));
    rows.flat_map(|(_, shapes)| *shapes).any(|shape| {
        let split = line.split_at_checked(shape.len());
        split.is_some_and(|(code, rest)| fits(code, shape) && rest.starts_with(' '))
    })
}

fn fits(code: &str, shape: &str) -> bool {
    code.len() == shape.len()
        && code
            .bytes()
            .zip(shape.bytes())
            .all(|(byte, sign)| match sign {
                b'0' => byte.is_ascii_digit(),
                b'A' => byte.is_ascii_uppercase(),
                literal => byte == literal,
            })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_number_is_told_only_where_there_is_one() {
        let check = |street: &str, name: &str, number: Option<&str>| {
            assert_eq!(street_and_number(street), (name, number));
        };
        check("ul. Prosta 1", "ul. Prosta", Some("1"));
        check("Rynek 12a/4", "Rynek", Some("12a/4"));
        check("ul. 3 Maja 5", "ul. 3 Maja 5", None);
        check("os. Zielone 12 m. 5", "os. Zielone 12 m. 5", None);
        check("Krakowska", "Krakowska", None);
        check("5", "5", None);
        check("", "", None);
    }

    #[test]
    fn a_postcode_is_told_by_its_countrys_shape() {
        let check = |country: &str, town: &str, code: Option<&str>, name: &str| {
            assert_eq!(postcode_and_town(country, town), (code, name), "{town}");
        };
        check("PL", "00-001 Warszawa", Some("00-001"), "Warszawa");
        check("PL", "00-001", None, "00-001");
        check("PL", "Warszawa 00-001", None, "Warszawa 00-001");
        check("PL", "00001 Warszawa", None, "00001 Warszawa");
        check("DE", "10115 Berlin", Some("10115"), "Berlin");
        check("CZ", "110 00 Praha 1", Some("110 00"), "Praha 1");
        check("NL", "1012 AB Amsterdam", Some("1012 AB"), "Amsterdam");
        check("GB", "London SW1A 1AA", None, "London SW1A 1AA");
        check("PL", "Łódź", None, "Łódź");
    }

    #[test]
    fn a_line_of_a_town_is_told_from_a_street() {
        let check = |country: Option<&str>, line: &str, town: bool| {
            assert_eq!(begins_with_postcode(country, line), town, "{line}");
        };
        check(Some("PL"), "00-001 Warszawa", true);
        check(None, "10115 Berlin", true);
        check(Some("PL"), "10115 Berlin", false);
        check(None, "ul. Prosta 1", false);
    }
}
