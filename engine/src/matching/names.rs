//! Whether a bank's name of a payer may be a customer's: weak evidence, which only ever suggests
//! (F2). Banks write without diacritics, in capitals, surname first, with initials, cut off, with an
//! address behind, and with both owners of a joint account.

/// A word that was cut off is still known by so many letters.
const CUT: usize = 4;

/// Words that say what kind of a company it is, and how it is called in a letter.
const FORMS: &[&str] = &[
    "SPOLKA",
    "SP",
    "Z",
    "ZO",
    "O",
    "OO",
    "ZOO",
    "S",
    "A",
    "SA",
    "C",
    "SC",
    "K",
    "SK",
    "SPK",
    "J",
    "SJ",
    "SPJ",
    "AKCYJNA",
    "CYWILNA",
    "JAWNA",
    "KOMANDYTOWA",
    "OGRANICZONA",
    "ODPOWIEDZIALNOSCIA",
    "PHU",
    "FHU",
    "PPHU",
    "FIRMA",
    "GMBH",
    "LTD",
    "LLC",
    "PAN",
    "PANI",
];

/// Whether every word of the customer's own name stands in the bank's text, in any order: as it is,
/// cut off, or as an initial; one of them at least as a whole.
pub fn names_alike(bank: &str, own: &str) -> bool {
    let mut given = words(bank);
    let all = words(own);
    let mut told: Vec<&String> = all.iter().filter(|word| !is_form(word)).collect();
    if told.is_empty() {
        told = all.iter().collect();
    }
    // Whole words first, so that an initial does not take the place of one.
    told.sort_by_key(|word| !given.contains(word));
    let mut whole = 0;
    for word in &told {
        let found = given
            .iter()
            .position(|known| known == *word)
            .or_else(|| given.iter().position(|known| stands_for(known, word)));
        let Some(at) = found else { return false };
        let known = given.swap_remove(at);
        whole += usize::from(known == **word && known.chars().count() > 1);
    }
    whole > 0
}

/// Whether a bank's word is the beginning of one: an initial, or as much as there was place for.
fn stands_for(known: &str, word: &str) -> bool {
    let letters = known.chars().count();
    (letters == 1 || letters >= CUT) && word.starts_with(known)
}

fn is_form(word: &str) -> bool {
    FORMS.contains(&word)
}

/// The words of a name or of a title, in capitals and without diacritics.
pub(crate) fn words(name: &str) -> Vec<String> {
    name.split(|character: char| !character.is_alphanumeric())
        .filter(|word| !word.is_empty())
        .map(|word| {
            word.chars()
                .flat_map(char::to_uppercase)
                .map(plain)
                .collect()
        })
        .collect()
}

fn plain(letter: char) -> char {
    match letter {
        'Ą' | 'Ä' | 'Á' | 'À' | 'Â' => 'A',
        'Ć' | 'Č' | 'Ç' => 'C',
        'Ę' | 'É' | 'È' | 'Ê' | 'Ë' => 'E',
        'Í' | 'Ï' => 'I',
        'Ł' => 'L',
        'Ń' | 'Ň' | 'Ñ' => 'N',
        'Ó' | 'Ö' | 'Ô' => 'O',
        'Ś' | 'Š' => 'S',
        'Ü' | 'Ú' => 'U',
        'Ź' | 'Ż' | 'Ž' => 'Z',
        other => other,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(bank: &str, own: &str, wanted: bool) {
        assert_eq!(names_alike(bank, own), wanted, "{bank} for {own}");
    }

    #[test]
    fn a_name_is_known_as_banks_write_it() {
        check("ŁUCJA ŻÓŁĆ", "Łucja Żółć", true);
        check("ZOLC LUCJA", "Łucja Żółć", true);
        check("ZOLC L.", "Łucja Żółć", true);
        check("ZOLC LUCJA UL. DLUGA 2 00-950 LODZ", "Łucja Żółć", true);
        // The second owner of a joint account.
        check("JAN KOWALSKI I LUCJA ZOLC", "Łucja Żółć", true);
        check(
            "BRZECZYSZCZYKIEWICZ GRZEG",
            "Grzegorz Brzęczyszczykiewicz",
            true,
        );
        check("NOWAK KOWALSKA ANNA", "Anna Nowak-Kowalska", true);
        check("ALFA SP Z O O", "Alfa Sp. z o.o.", true);
        check("ALFA", "Alfa Spółka z ograniczoną odpowiedzialnością", true);
    }

    #[test]
    fn another_name_is_another() {
        check("ANNA ZOLC", "Łucja Żółć", false);
        check("JANINA KOWALSKA", "Jan Kowalski", false);
        check("L. Z.", "Łucja Żółć", false);
        check("BETA SP Z O O", "Alfa Sp. z o.o.", false);
        check("", "Łucja Żółć", false);
        check("LUCJA ZOLC", "", false);
    }
}
