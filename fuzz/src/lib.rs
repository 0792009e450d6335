//! What must hold for any bytes. Each function is one fuzz target, and one plain test over its
//! corpus; it panics when the law it stands for is broken.

use kantor_parsers::transfers::TransferFormat;

pub mod document;
pub mod payment;
pub mod statement;

/// A law, by the name of its fuzz target.
pub type Target = (&'static str, fn(&[u8]));

/// All of them. The readers of statements are one law with one target each, so that each has a
/// corpus and a time of its own.
pub const TARGETS: &[Target] = &[
    ("mt940", statement::any),
    ("notices", statement::any),
    ("camt", statement::any),
    ("csv", statement::any),
    ("bank_xml", statement::any),
    ("elixir0", statement::any),
    ("recognition", statement::recognition),
    ("transfers", payment::any),
    ("elixir0_pair", |bytes| payment::pair(TransferFormat::Elixir0, bytes)),
    ("pla_pair", |bytes| payment::pair(TransferFormat::Pla, bytes)),
    ("mt101_pair", |bytes| payment::pair(TransferFormat::Mt101, bytes)),
    ("pain001_v03_pair", |bytes| payment::pair(TransferFormat::Pain001V03, bytes)),
    ("pain001_v09_pair", |bytes| payment::pair(TransferFormat::Pain001V09, bytes)),
    ("status", document::status),
    ("rates", document::rates),
    ("profile", document::profile),
];

/// Runs one law; the fuzz targets call it by name.
pub fn run(name: &str, bytes: &[u8]) {
    let law = TARGETS.iter().find(|(known, _)| *known == name);
    let (_, law) = law.expect("a target of the list");
    law(bytes);
}
