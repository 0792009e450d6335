//! The pack of Alior Bank: its facts are those of `profile.toml`, and how each is known stands
//! in `NOTES.md`.

kantor_plugin_sdk::profile_pack! {
    id: "alior",
    name: "Alior Bank",
    reads: "MT940 MT942 CSV",
    writes: [ELIXIR0, PLA],
}
kantor_plugin_sdk::corpus_tests!("corpus");
