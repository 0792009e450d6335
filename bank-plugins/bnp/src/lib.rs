//! The pack of BNP Paribas Bank Polska: its facts are those of `profile.toml`, and how each is
//! known stands in `NOTES.md`.

kantor_plugin_sdk::profile_pack! {
    id: "bnp",
    name: "BNP Paribas Bank Polska",
    reads: "MT940 MT942",
    writes: [ELIXIR0, PAIN001_V03],
}
kantor_plugin_sdk::corpus_tests!("corpus");
