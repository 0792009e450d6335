//! Where the systems of this field fail, each failure by the short name that the study of the field
//! gives it (sections 2.3, the duplicate disease, and 2.4, float money), and where it is held that we
//! do right: in a story, whose opening comment says `# Against: FF3 1556, OCA 59.`, or in a test.
//!
//! A failure without either fails here unless it stands on the short list of open ones, and so does a
//! name that nobody knows, a story that does not say what this table says of it, and the reverse.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;

/// What goes wrong there: the name, the failure, and the stories in which it is beaten.
struct Failure {
    name: &'static str,
    what: &'static str,
    stories: &'static [&'static str],
}

const fn failure(
    name: &'static str,
    what: &'static str,
    stories: &'static [&'static str],
) -> Failure {
    Failure {
        name,
        what,
        stories,
    }
}

/// Section 2.3: two equal real payments lost, or one payment booked twice.
const DUPLICATES: &[Failure] = &[
    failure(
        "ACT 2420",
        "importing a later file deletes equal lines of earlier days",
        &["daily-interest"],
    ),
    failure(
        "ACT 2562",
        "alike payments are merged although the bank gives them different ids",
        &[
            "equal-payments-with-ids-of-their-own",
            "two-payers-of-one-amount",
        ],
    ),
    failure(
        "ACT 2668",
        "a new line is merged with an unrelated older one of the same amount",
        &["daily-interest"],
    ),
    failure(
        "ACT 4280",
        "a row that one import says twice is booked twice",
        &["a-row-that-a-file-says-twice"],
    ),
    failure(
        "ACT 5627",
        "interest of every day is taken for imported already",
        &["daily-interest"],
    ),
    failure(
        "ACT 6678",
        "a pending line that is posted under another id on another day is doubled",
        &["another-id-and-another-day"],
    ),
    failure(
        "FF3 886",
        "named by the field without a symptom: a file imported again",
        &["the-same-file-again-and-again"],
    ),
    failure(
        "FF3 1556",
        "two equal transfers in one file: the second is refused, by design",
        &["two-identical-payments", "a-window-over-a-gap-comes-again"],
    ),
    failure(
        "FF3 3235",
        "the same file twice is everything twice, although a setting forbids it",
        &["the-same-file-again-and-again", "a-balance-that-comes-back"],
    ),
    failure(
        "FF3 4293",
        "some lines double when the same file is imported again",
        &["the-same-file-again-and-again"],
    ),
    failure(
        "FF3 4816",
        "the same table again doubles its lines, although contents are compared",
        &["the-same-file-again-and-again"],
    ),
    failure(
        "FF3 7757",
        "the same lines come over and over, although identifiers are compared",
        &["the-same-file-again-and-again"],
    ),
    failure(
        "FF3 9098",
        "of two equal real payments in one import the second is filtered out",
        &["two-identical-payments"],
    ),
    failure(
        "FF3 11882",
        "named by the field without a symptom: equal payments taken for one",
        &["two-identical-payments"],
    ),
    failure(
        "OCA 59",
        "the balances of a statement are wrong when known lines of it are skipped",
        &["an-overlap-keeps-its-balances"],
    ),
    failure(
        "OCA 77",
        "a line is its number in its file: overlapping files of one day double it",
        &[
            "an-export-without-balances",
            "an-overlap-keeps-its-balances",
            "exports-of-a-running-day",
        ],
    ),
    failure(
        "OCA 195",
        "two lines with one identifier in a file: the whole file is refused",
        &["equal-ids-in-one-file", "two-identical-payments"],
    ),
    failure(
        "OCA 475",
        "several entries of one transaction have one id: the whole file is refused",
        &["equal-ids-in-one-file"],
    ),
    failure(
        "l10n-spain 4915",
        "every made-up identity is fragile, so overlaps stay unsolved",
        &["an-export-without-balances"],
    ),
    failure(
        "Budget 275",
        "equal rows are dropped in silence although skipping is switched off",
        &["two-identical-payments"],
    ),
    failure(
        "Budget 276",
        "date, amount and text that are equal are taken for a repeat",
        &["two-identical-payments"],
    ),
    failure(
        "securo 886",
        "two coffees on one day are one",
        &["two-identical-payments"],
    ),
    failure(
        "BCApps PR 11055",
        "equal end-to-end ids in one file are duplicates unless a user says otherwise",
        &["equal-ids-in-one-file"],
    ),
    failure(
        "metasfresh 25498",
        "a payment like one before it is given the earlier payment, and is never booked",
        &["second-payment-with-a-used-reference"],
    ),
    failure(
        "metasfresh 25536",
        "the same on another branch",
        &["second-payment-with-a-used-reference"],
    ),
    failure(
        "PRX checksum",
        "equal rows of one file are one row by their checksum",
        &["two-identical-payments"],
    ),
    failure(
        "CIV MD5",
        "a line without an id is the hash of its row",
        &["two-identical-payments"],
    ),
    failure(
        "ynabber 75",
        "the bank changes both the id and the day of a line, which is doubled",
        &[
            "another-id-and-another-day",
            "ids-change-between-exports",
            "the-day-ends-in-another-order",
        ],
    ),
    failure(
        "caspion 317",
        "named by the field without a symptom: one payment booked twice",
        &["another-id-and-another-day", "ids-change-between-exports"],
    ),
    failure(
        "mdcsvimporter 6",
        "named by the field without a symptom: equal payments are skipped as duplicates",
        &["two-identical-payments"],
    ),
    failure(
        "hledger 2125",
        "importing several files at once corrupts what is known of each",
        &["several-accounts-at-once"],
    ),
];

/// Section 2.4: amounts that are fractions of two.
const FLOATS: &[Failure] = &[
    failure(
        "ERPNext 54980",
        "one credit shared out over several orders is 1e-14 too much, and nothing is reconciled",
        &[
            "tenths-and-thirds",
            "a-float-would-not-hold",
            "a-small-difference-is-borne",
        ],
    ),
    failure(
        "OCA 675",
        "account-reconcile: one payment against three orders is 0.01 off",
        &[
            "tenths-and-thirds",
            "a-float-would-not-hold",
            "a-small-difference-is-borne",
            "what-rounding-takes",
        ],
    ),
    failure(
        "odoo 113777",
        "closing and next opening compared without rounding: the statement is invalid",
        &[
            "tenths-and-thirds",
            "a-float-would-not-hold",
            "a-small-difference-is-borne",
            "what-rounding-takes",
        ],
    ),
    failure(
        "odoo 113828",
        "the same on another branch",
        &["tenths-and-thirds"],
    ),
    failure(
        "rentemester 148",
        "a sum that equals the payment on paper is not equal as a fraction, and is not found",
        &[
            "tenths-and-thirds",
            "a-float-would-not-hold",
            "what-rounding-takes",
        ],
    ),
    failure(
        "OCA float",
        "an import adds amounts to the opening balance as fractions",
        &["tenths-and-thirds"],
    ),
    failure(
        "Blnk",
        "amounts of the model are fractions, and large ones lose their grosze",
        &[
            "tenths-and-thirds",
            "a-float-would-not-hold",
            "what-rounding-takes",
        ],
    ),
];

/// Failures of the two sections in which nobody has shown yet that we do right, with the reason.
const OPEN: &[(&str, &str)] = &[];

/// Failures of other sections of the study that stories are told against.
const ELSEWHERE: &[&str] = &[
    "BLN",
    "ERP 36448",
    "ERP 46725",
    "ERP 5903",
    "FIN 1977",
    "FIN 2753",
    "INV 10903",
    "MAT",
    "MID 1519",
    "MNT",
    "OCA 93",
    "ODO",
    "ODO PR 861",
    "PRX",
    "PRX 1616",
    "zrzutka.pl",
];

/// What each story says that it is told against.
fn told() -> BTreeMap<String, BTreeSet<String>> {
    let folder = Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/stories"));
    let mut told = BTreeMap::new();
    for entry in fs::read_dir(folder).expect("the folder of stories") {
        let path = entry.expect("a story").path();
        if path.extension().is_none_or(|extension| extension != "txt") {
            continue;
        }
        let text = fs::read_to_string(&path).expect("a story");
        let name = path.file_stem().expect("a name").to_string_lossy();
        told.insert(name.into_owned(), names_in(&opening(&text)));
    }
    told
}

/// The opening comment of a story as one line.
fn opening(text: &str) -> String {
    let lines = text.lines().take_while(|line| line.starts_with('#'));
    let words: Vec<&str> = lines
        .map(|line| line.trim_start_matches('#').trim())
        .collect();
    words.join(" ")
}

/// `Against: FF3 1556, 9098 (by design), OCA 59.` names three; a number alone is of the system before.
fn names_in(opening: &str) -> BTreeSet<String> {
    let Some((_, listed)) = opening.split_once("Against:") else {
        return BTreeSet::new();
    };
    let listed = listed.split(" Holds:").next().unwrap_or_default();
    let mut plain = String::new();
    let mut depth = 0;
    for letter in listed.chars() {
        match letter {
            '(' => depth += 1,
            ')' => depth -= 1,
            letter if depth == 0 => plain.push(letter),
            _ => {}
        }
    }
    let mut system = "";
    let mut names = BTreeSet::new();
    for name in plain.trim().trim_end_matches('.').split(',') {
        let name = name.trim();
        let is_number = name.chars().all(|letter| letter.is_ascii_digit());
        if is_number {
            names.insert(format!("{system} {name}"));
        } else {
            system = name.rsplit_once(' ').map_or(name, |(system, _)| system);
            names.insert(name.to_owned());
        }
    }
    names
}

fn every() -> impl Iterator<Item = &'static Failure> {
    DUPLICATES.iter().chain(FLOATS)
}

#[test]
fn every_failure_of_the_field_is_beaten_in_a_story() {
    let told = told();
    let mut wrong = Vec::new();
    for Failure {
        name,
        what,
        stories,
    } in every()
    {
        let is_open = OPEN.iter().any(|(open, _)| open == name);
        if stories.is_empty() != is_open {
            wrong.push(format!(
                "{name} ({what}): no story, or an open one with a story"
            ));
        }
        for story in *stories {
            let says = told.get(*story).is_some_and(|names| names.contains(*name));
            if !says {
                wrong.push(format!(
                    "{story} does not say that it is against {name} ({what})"
                ));
            }
        }
    }
    assert!(wrong.is_empty(), "\n{}\n", wrong.join("\n"));
}

#[test]
fn no_story_is_against_what_nobody_knows() {
    for (story, names) in told() {
        for name in names {
            let listed = every().find(|failure| failure.name == name);
            let is_so = match listed {
                Some(failure) => failure.stories.contains(&story.as_str()),
                None => ELSEWHERE.contains(&name.as_str()),
            };
            assert!(is_so, "{story} is against {name}?");
        }
    }
}

#[test]
fn no_failure_stands_twice_and_none_is_forgotten() {
    let names: BTreeSet<&str> = every().map(|failure| failure.name).collect();
    assert_eq!(names.len(), DUPLICATES.len() + FLOATS.len());
    // As many as the study lists, where branches of one fault are counted apart.
    assert_eq!((DUPLICATES.len(), FLOATS.len()), (31, 7));
    assert!(
        OPEN.iter()
            .all(|(name, why)| names.contains(name) && !why.is_empty())
    );
}

#[test]
fn names_are_read_as_they_are_written() {
    let check = |comment: &str, names: &[&str]| {
        let wanted: BTreeSet<String> = names.iter().map(|name| (*name).to_owned()).collect();
        assert_eq!(names_in(comment), wanted, "{comment}");
    };
    check("A story. Holds: E7.", &[]);
    check(
        "A story. Holds: E7. Against: FF3 1556, 9098 (by design, they say), OCA 59.",
        &["FF3 1556", "FF3 9098", "OCA 59"],
    );
    check("Against: zrzutka.pl. Holds: E7.", &["zrzutka.pl"]);
    check(
        "Against: BCApps PR 11055, 3.",
        &["BCApps PR 11055", "BCApps PR 3"],
    );
}
