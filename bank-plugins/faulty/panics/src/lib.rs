//! A pack whose every function panics, for the tests of the host. It recognises files that begin
//! with `panic`; what stands behind that word says where and how it panics.

use kantor_plugin_sdk::prelude::*;

struct Panics;

/// A payload that panics once more when it is dropped.
struct Twice;

impl Drop for Twice {
    fn drop(&mut self) {
        panic!("and again, on the way out");
    }
}

impl BankPack for Panics {
    const ID: &'static str = "panics";
    const NAME: &'static str = "A pack that panics";
    const VERSION: &'static str = env!("CARGO_PKG_VERSION");
    const BANKS: &'static str = "none";
    const STATEMENTS: Option<Statements> = Some(Statements {
        formats: "MT940",
        recognise,
        read,
    });
    const TRANSFERS: Option<Transfers> = Some(Transfers {
        formats: &[TransferFormat::new("elixir0", "PLN", "pli")],
        write: |_, _, _| panic!("on purpose, while writing"),
    });
}

fn recognise(head: &[u8]) -> Recognition {
    assert!(
        !head.starts_with(b"panic at once"),
        "on purpose, while recognising"
    );
    if !head.starts_with(b"panic") {
        return Recognition::none("the file does not begin with `panic`");
    }
    Recognition {
        confidence: Confidence::Certain,
        format: Some("MT940".to_owned()),
        dialect: None,
        why: "the file begins with `panic`".to_owned(),
    }
}

fn read(source: &mut Source<'_>, _: &mut dyn StatementSink) -> Result<(), ReadFault> {
    if source.piece()?.starts_with(b"panic twice") {
        std::panic::panic_any(Twice);
    }
    panic!("on purpose, while reading");
}

export_bank_pack!(Panics);
