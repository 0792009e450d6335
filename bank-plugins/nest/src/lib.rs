//! The pack of Nest Bank: its facts are those of `profile.toml`, and how each is known stands in
//! `NOTES.md`.

kantor_plugin_sdk::profile_pack! {
    id: "nest",
    name: "Nest Bank",
    reads: "MT940 MT942",
    writes: [],
}
kantor_plugin_sdk::corpus_tests!("corpus");
