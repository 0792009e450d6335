//! JPK_WB(1): the statement part of the Polish tax audit file (Jednolity Plik Kontrolny), which any
//! bank can make. One account a file; names and words of each line, no account numbers.
//!
//! ```text
//! JPK / Naglowek / DomyslnyKodWaluty
//!     / NumerRachunku
//!     / Salda / {SaldoPoczatkowe, SaldoKoncowe}
//!     / WyciagWiersz* / {NumerWiersza, DataOperacji, NazwaPodmiotu, OpisOperacji, KwotaOperacji, SaldoOperacji}
//!     / WyciagCtrl / {LiczbaWierszy, SumaObciazen, SumaUznan}
//! ```
//!
//! The last part is checked: a number of lines that does not agree is fatal, because lines are
//! missing or there twice; sums that do not agree are said.

mod reader;

use kantor_model::{Format, StatementSink};

use crate::charset::Charset;
use crate::ledger;
use crate::recognise::Probe;
use crate::source::ByteSource;
use crate::statement::{Counted, Halt, Options};
use crate::xml::{Xml, outline};

/// Elements that only a statement among these files has.
const OWN: [&str; 4] = ["NumerRachunku", "Salda", "WyciagWiersz", "WyciagCtrl"];

/// Whether a file is a JPK with a statement in it.
pub(crate) fn probe(head: &[u8]) -> Option<Probe> {
    let found = outline(head, 64);
    let ((root, _), rest) = found.split_first()?;
    let code = |attributes: &str| attributes.contains("JPK_WB");
    let own = |(name, attributes): &(String, String)| {
        OWN.contains(&name.as_str()) || name == "KodFormularza" && code(attributes)
    };
    (root == "JPK" && rest.iter().any(own)).then(|| Probe {
        format: Format::JpkWb,
        bank: None,
        why: "JPK_WB: the statement of an account in the form of the tax audit file".to_owned(),
    })
}

/// Reads a file, and says which code page it is in.
pub(crate) fn read<S: ByteSource, K: StatementSink + ?Sized>(
    source: &mut S,
    options: Options<'_>,
    sink: &mut Counted<'_, K>,
) -> Result<Charset, Halt> {
    let mut xml = Xml::new(source, options.charset);
    ledger::document(&mut xml, sink, |xml, sink| {
        reader::document(xml, options, sink)
    })
}
