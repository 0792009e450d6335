//! An administrator changes what the office decides in advance, as a file.

use std::fs;

use kantor_wire::{LateOtherwise, MoneyRule, RulesDocument};

use crate::kit::{kantor, text, verify};
use crate::server::{Server, new_office};

#[test]
fn rules_are_shown_tried_and_put_in_force() {
    let folder = tempfile::tempdir().unwrap();
    new_office(folder.path());
    let server = Server::start(folder.path());
    let config = folder.path().join("kantor.toml");
    let file = folder.path().join("rules.toml");
    let rules =
        |words: &[&str]| kantor(&[&["rules"], words, &["--config", text(&config)]].concat());

    let shown = rules(&["show"]);
    shown.succeeded();
    let mut document: RulesDocument = toml::from_str(&shown.out).unwrap();
    assert_eq!((document.version, document.money.len()), (1, 0));

    document.order_seconds = 20 * 60;
    let rule = "pair = \"EUR/PLN\"\nlate = { honour_within = 20, otherwise = \"ask-or-refund\" }\n\
                under = { short = \"wait-or-scale\", tolerance = [{ amount = \"0.50\", currency = \"PLN\" }] }";
    document
        .money
        .push(toml::from_str::<MoneyRule>(rule).unwrap());
    fs::write(&file, toml::to_string(&document).unwrap()).unwrap();

    let tried = rules(&["try", text(&file)]);
    tried.succeeded();
    assert!(tried.out.contains("0 of 0 held orders"), "{}", tried.out);
    let unchanged = rules(&["show"]);
    assert_eq!(unchanged.out, shown.out, "trying changes nothing");

    let set = rules(&["set", text(&file)]);
    set.succeeded();
    let now: RulesDocument = toml::from_str(&set.out).unwrap();
    assert_eq!((now.version, now.order_seconds), (2, 20 * 60));
    assert_eq!(now.money[0].late.otherwise, LateOtherwise::AskOrRefund);
    assert_eq!(now.money, document.money);

    fs::write(&file, set.out.replace("honour_within", "honor_within")).unwrap();
    rules(&["set", text(&file)]).refused(&["rules.toml", "honor_within", "rules show"]);
    fs::write(&file, set.out.replace("EUR/PLN", "EUR/EUR")).unwrap();
    let refused = rules(&["set", text(&file)]);
    refused.refused(&["two different currencies"]);
    assert_eq!(rules(&["show"]).out, set.out);
    drop(server);
    verify(folder.path()).succeeded();
}
