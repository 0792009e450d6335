//! The pack for camt of any bank: read when no bank's own pack is surer. What is behind it
//! stands in `NOTES.md`.

kantor_plugin_sdk::profile_pack! {
    any: "generic-camt",
    name: "camt of any bank",
    reads: "camt.052 camt.053 camt.054",
    writes: [PAIN001_V03, PAIN001_V09],
}
kantor_plugin_sdk::corpus_tests!("corpus");
