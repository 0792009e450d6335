//! The pack for any table of a bank that nobody described yet; what its columns may be called is
//! data in `profile.toml`. See `NOTES.md`.

kantor_plugin_sdk::profile_pack! {
    named: "generic-csv",
    name: "Any table",
    reads: "CSV",
    writes: [],
}
