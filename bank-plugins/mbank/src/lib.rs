//! The pack of mBank: its facts are those of `profile.toml`, and how each is known stands in
//! `NOTES.md`.

kantor_plugin_sdk::profile_pack! {
    id: "mbank",
    name: "mBank",
    reads: "MT940 MT942 CSV",
    writes: [ELIXIR0, MT101],
}
kantor_plugin_sdk::corpus_tests!("corpus");
