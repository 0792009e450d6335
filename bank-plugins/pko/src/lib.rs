//! The pack of PKO BP: its facts are those of `profile.toml`, and how each is known stands in
//! `NOTES.md`.

kantor_plugin_sdk::profile_pack! {
    id: "pko",
    name: "PKO BP",
    reads: "MT940 MT942 CSV XML",
    writes: [ELIXIR0, PAIN001_V03],
}
kantor_plugin_sdk::corpus_tests!("corpus");
