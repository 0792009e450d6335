//! The pack of Citi Handlowy: its facts are those of `profile.toml`, and how each is known
//! stands in `NOTES.md`.

kantor_plugin_sdk::profile_pack! {
    id: "citi",
    name: "Citi Handlowy",
    reads: "MT940 MT942",
    writes: [PAIN001_V03],
}
