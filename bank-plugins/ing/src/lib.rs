//! The pack of ING Bank Śląski: its facts are those of `profile.toml`, and how each is known
//! stands in `NOTES.md`.

kantor_plugin_sdk::profile_pack! {
    id: "ing",
    name: "ING Bank Śląski",
    reads: "MT940 MT942 CSV",
    writes: [ELIXIR0, PLA, PAIN001_V03],
}
kantor_plugin_sdk::corpus_tests!("corpus");
