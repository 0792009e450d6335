//! The pack of My Bank. What the bank does differently, and how it is known, is in `NOTES.md`.

use kantor_plugin_sdk::formats::profiled::{self, ProfileText};
use kantor_plugin_sdk::prelude::*;

struct MyBank;

static PROFILE: ProfileText = ProfileText::new(include_str!("../profile.toml"));

impl BankPack for MyBank {
    const ID: &'static str = "mybank";
    const NAME: &'static str = "My Bank";
    const VERSION: &'static str = env!("CARGO_PKG_VERSION");
    const BANKS: &'static str = "mybank";
    const STATEMENTS: Option<Statements> = Some(Statements {
        formats: "MT940",
        recognise: |head| profiled::recognise(head, &PROFILE, "MT940"),
        read: |source, sink| profiled::read(source, sink, &PROFILE),
    });
}

export_bank_pack!(MyBank);
corpus_tests!("corpus");
