//! The pack for MT940 of any bank: read when no bank's own pack is surer. What is behind it
//! stands in `NOTES.md`.

kantor_plugin_sdk::profile_pack! {
    any: "generic-mt940",
    name: "MT940 of any bank",
    reads: "MT940 MT942 MT900 MT910",
    writes: [ELIXIR0, PLA, MT101],
}
kantor_plugin_sdk::corpus_tests!("corpus");
