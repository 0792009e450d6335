//! The pack of Santander Bank Polska (Erste): its facts are those of `profile.toml`, and how
//! each is known stands in `NOTES.md`.

kantor_plugin_sdk::profile_pack! {
    id: "santander",
    name: "Santander Bank Polska (Erste)",
    reads: "MT940 MT942 CSV",
    writes: [ELIXIR0],
}
kantor_plugin_sdk::corpus_tests!("corpus");
