//! Both word files say the same things.

use std::collections::BTreeSet;

use kantor_wire::{
    Act, BatchState, HeldReason, Language, OrderState, PayoutKind, PayoutState, Role, Sentence,
    StatementOutcome, Verdict, Words,
};

fn keys(language: Language) -> BTreeSet<&'static str> {
    Words::of(language).keys().collect()
}

fn placeholders(text: &str) -> BTreeSet<&str> {
    text.split('{')
        .skip(1)
        .filter_map(|rest| rest.split_once('}').map(|(name, _)| name))
        .collect()
}

#[test]
fn both_languages_hold_the_same_keys() {
    let (polish, english) = (keys(Language::Pl), keys(Language::En));
    let only_polish: Vec<_> = polish.difference(&english).collect();
    let only_english: Vec<_> = english.difference(&polish).collect();
    assert!(
        only_polish.is_empty(),
        "missing in en.toml: {only_polish:?}"
    );
    assert!(
        only_english.is_empty(),
        "missing in pl.toml: {only_english:?}"
    );
}

#[test]
fn both_languages_name_the_same_facts() {
    for key in keys(Language::Pl) {
        let polish = Words::of(Language::Pl).text(key);
        let english = Words::of(Language::En).text(key);
        assert_eq!(placeholders(polish), placeholders(english), "{key}");
    }
}

#[test]
fn no_text_is_empty_or_ragged() {
    for language in [Language::Pl, Language::En] {
        for key in keys(language) {
            let text = Words::of(language).text(key);
            assert!(!text.is_empty() && text.trim() == text, "{key}: `{text}`");
        }
    }
}

#[test]
fn every_state_has_a_name() {
    let mut wanted: Vec<String> = Vec::new();
    let mut names = |page: &str, values: Vec<&str>| {
        wanted.extend(values.iter().map(|value| format!("{page}.{value}")));
    };
    let orders: Vec<_> = OrderState::ALL.iter().map(|s| s.as_str()).collect();
    let held: Vec<_> = HeldReason::ALL.iter().map(|s| s.as_str()).collect();
    names("order_state", orders.clone());
    names("order_plain", orders);
    names("held", held.clone());
    names("held_plain", held);
    names(
        "payout_state",
        PayoutState::ALL.iter().map(|s| s.as_str()).collect(),
    );
    names(
        "payout_kind",
        PayoutKind::ALL.iter().map(|s| s.as_str()).collect(),
    );
    names(
        "batch_state",
        BatchState::ALL.iter().map(|s| s.as_str()).collect(),
    );
    names("act", Act::ALL.iter().map(|s| s.as_str()).collect());
    names(
        "outcome",
        StatementOutcome::ALL.iter().map(|s| s.as_str()).collect(),
    );
    names("verdict", Verdict::ALL.iter().map(|s| s.as_str()).collect());
    names("role", Role::ALL.iter().map(|s| s.as_str()).collect());
    for key in wanted {
        assert!(Words::of(Language::Pl).find(&key).is_some(), "{key}");
    }
}

#[test]
fn a_sentence_is_said_in_the_readers_language_and_an_unknown_one_in_its_own() {
    let known = Sentence::new("receipt-allocated", &[("amount", "100.00 EUR")]);
    assert_eq!(known.text, "A payment of 100.00 EUR came in.");
    assert_eq!(
        Words::of(Language::Pl).say(&known),
        "Przyszła wpłata 100.00 EUR."
    );
    let plain = Sentence::plain("as the bank wrote it");
    assert_eq!(Words::of(Language::Pl).say(&plain), "as the bank wrote it");
}
