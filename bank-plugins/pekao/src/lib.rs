//! The pack of Bank Pekao: its facts are those of `profile.toml`, and how each is known stands
//! in `NOTES.md`.

kantor_plugin_sdk::profile_pack! {
    id: "pekao",
    name: "Bank Pekao",
    reads: "MT940 MT942 CSV",
    writes: [ELIXIR0, PLA],
}
kantor_plugin_sdk::corpus_tests!("corpus");
