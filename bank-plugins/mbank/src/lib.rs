//! The pack of mBank (CompanyNet, BRESOK): statements in MT940, transfers in Elixir-0.
//! What mBank does differently, and how it is known, is in `NOTES.md`.

use kantor_parsers::Profile;
use kantor_plugin_sdk::formats::{mt940, transfers};
use kantor_plugin_sdk::prelude::*;

/// mBank.
#[derive(Debug)]
pub struct MBank;

impl BankPack for MBank {
    const ID: &'static str = "mbank";
    const NAME: &'static str = "mBank";
    const VERSION: &'static str = env!("CARGO_PKG_VERSION");
    const BANKS: &'static str = "mbank";
    const STATEMENTS: Option<Statements> = Some(Statements {
        formats: "MT940",
        recognise: |head| mt940::recognise(head, Self::ID),
        read: |source, sink| mt940::read(source, sink, Self::ID),
    });
    const TRANSFERS: Option<Transfers> = Some(Transfers {
        formats: &[transfers::ELIXIR0, transfers::MT101],
        write: |format, batch, out| transfers::write(format, batch, Profile::of_id(Self::ID), out),
    });
}

export_bank_pack!(MBank);
corpus_tests!("corpus");
