//! Every key that a page names stands in the word files.

use std::fs;
use std::path::Path;

use kantor_wire::{Language, Words};

fn keys_of(text: &str, marker: &str) -> Vec<String> {
    text.split(marker)
        .skip(1)
        .filter_map(|rest| rest.split_once('"').map(|(key, _)| key.to_owned()))
        .filter(|key| key.contains('.') && !key.contains('{'))
        .collect()
}

fn files(folder: &Path, found: &mut Vec<std::path::PathBuf>) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            files(&path, found);
        } else {
            found.push(path);
        }
    }
}

#[test]
fn every_key_that_a_page_names_has_its_words() {
    let here = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut all = Vec::new();
    files(&here.join("templates"), &mut all);
    files(&here.join("src"), &mut all);
    let mut keys = Vec::new();
    for path in all {
        let text = fs::read_to_string(&path).unwrap();
        for marker in [
            ".t(\"", " t(\"", "text(\"", "(\"step.", "with(\"", "find(\"",
        ] {
            let prefix = if marker == "(\"step." { "step." } else { "" };
            let found = keys_of(&text, marker);
            keys.extend(found.into_iter().map(|key| format!("{prefix}{key}")));
        }
    }
    assert!(keys.len() > 100, "only {} keys were found", keys.len());
    for key in keys {
        assert!(
            Words::of(Language::Pl).find(&key).is_some(),
            "{key} has no words"
        );
    }
}

#[test]
fn every_rule_and_problem_of_the_panel_is_said_in_polish() {
    let here = Path::new(env!("CARGO_MANIFEST_DIR"));
    let checks = fs::read_to_string(here.join("src/checks.rs")).unwrap();
    let code = checks.split("#[cfg(test)]").next().unwrap();
    let rules = [
        "required",
        "name",
        "pesel-digits",
        "pesel-check-digit",
        "pesel-birth-date",
        "pesel-never-issued",
        "email",
        "phone",
        "too-long",
        "postal-code",
        "password-length",
        "password-guessable",
        "iban-check-digits",
        "iban-length",
        "iban-shape",
        "account-name",
        "currency",
        "amount",
        "amount-positive",
    ];
    for rule in rules {
        assert!(
            code.contains(&format!("\"{rule}\"")),
            "{rule} is not used any more"
        );
        let key = format!("rule.{rule}");
        assert!(Words::of(Language::Pl).find(&key).is_some(), "{key}");
    }
}
