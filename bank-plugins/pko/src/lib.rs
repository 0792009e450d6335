//! The pack of PKO BP (iPKO, iPKO biznes): statements in MT940, transfers in Elixir-0.
//! What PKO does differently, and how it is known, is in `NOTES.md`.

use kantor_parsers::Profile;
use kantor_plugin_sdk::formats::{mt940, transfers};
use kantor_plugin_sdk::prelude::*;

/// PKO BP.
#[derive(Debug)]
pub struct Pko;

impl BankPack for Pko {
    const ID: &'static str = "pko";
    const NAME: &'static str = "PKO BP";
    const VERSION: &'static str = env!("CARGO_PKG_VERSION");
    const BANKS: &'static str = "pko";
    const STATEMENTS: Option<Statements> = Some(Statements {
        formats: "MT940",
        recognise: |head| mt940::recognise(head, Self::ID),
        read: |source, sink| mt940::read(source, sink, Self::ID),
    });
    const TRANSFERS: Option<Transfers> = Some(Transfers {
        formats: &[transfers::ELIXIR0, transfers::PAIN001_V03],
        write: |format, batch, out| transfers::write(format, batch, Profile::of_id(Self::ID), out),
    });
}

export_bank_pack!(Pko);
corpus_tests!("corpus");
