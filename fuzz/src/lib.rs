//! What must hold for any bytes. Each function is one fuzz target, and one plain test over its
//! corpus; it panics when the law it stands for is broken.

use kantor_parsers::transfers::TransferFormat;

pub mod document;
pub mod payment;
pub mod statement;

/// A law, and what it is tried with first.
pub struct Target {
    /// Of the fuzz target and the folder of its corpus.
    pub name: &'static str,
    /// Panics where it is broken.
    pub law: fn(&[u8]),
    /// Which of our own files in `parsers/corpus` are of its kind, by the ends of their names.
    pub ours: &'static [&'static str],
}

/// All of them. The readers of statements are one law with one target each, so that each has a
/// corpus and a time of its own.
pub const TARGETS: &[Target] = &[
    target("mt940", statement::any, &[".sta", ".fin", ".txt"]),
    target("notices", statement::any, &[".sta", ".fin"]),
    target("camt", statement::any, &[".xml", ".zip"]),
    target("csv", statement::any, &[".csv"]),
    target("bank_xml", statement::any, &[".xml"]),
    target("elixir0", statement::any, &[".pli"]),
    target("recognition", statement::recognition, &[""]),
    target("transfers", payment::any, &[".pli", ".pla", ".fin", ".xml"]),
    target(
        "elixir0_pair",
        |bytes| payment::pair(TransferFormat::Elixir0, bytes),
        &[],
    ),
    target(
        "pla_pair",
        |bytes| payment::pair(TransferFormat::Pla, bytes),
        &[],
    ),
    target(
        "mt101_pair",
        |bytes| payment::pair(TransferFormat::Mt101, bytes),
        &[],
    ),
    target(
        "pain001_v03_pair",
        |bytes| payment::pair(TransferFormat::Pain001V03, bytes),
        &[],
    ),
    target(
        "pain001_v09_pair",
        |bytes| payment::pair(TransferFormat::Pain001V09, bytes),
        &[],
    ),
    target("status", document::status, &[".xml"]),
    target("rates", document::rates, &[".xml", ".json"]),
    target("profile", document::profile, &[".toml"]),
];

const fn target(name: &'static str, law: fn(&[u8]), ours: &'static [&'static str]) -> Target {
    Target { name, law, ours }
}

/// Runs one law; the fuzz targets call it by name.
pub fn run(name: &str, bytes: &[u8]) {
    let target = TARGETS.iter().find(|known| known.name == name);
    (target.expect("a target of the list").law)(bytes);
}
