//! The pack of Bank Millennium: its facts are those of `profile.toml`, and how each is known
//! stands in `NOTES.md`.

kantor_plugin_sdk::profile_pack! {
    id: "millennium",
    name: "Bank Millennium",
    reads: "MT940 MT942 CSV",
    writes: [ELIXIR0, PLA],
}
kantor_plugin_sdk::corpus_tests!("corpus");
