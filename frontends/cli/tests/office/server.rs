//! `kantor serve` as a process of its own, and the desk that speaks with it.

use std::fs;
use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, Stdio};

use kantor_desk::{Hints, ImportError, Imported, InstalledPacks, Office, import_statement};
use kantor_wire::{AccountView, NewAccount, Opening};

use crate::kit::{Ended, kantor, program, text};

/// A running server. Dropped, it is killed.
pub(crate) struct Server {
    child: Child,
    folder: PathBuf,
    /// Where the panel listens, without a slash at the end.
    pub(crate) panel: String,
    /// Where the office API listens.
    office: String,
}

impl Server {
    /// Serves the office of a folder on ports that nobody uses, and writes its address into the
    /// desk's part of kantor.toml.
    pub(crate) fn start(folder: &Path) -> Server {
        let path = folder.join("kantor.toml");
        configure(&path, "panel", "listen", "127.0.0.1:0");
        configure(&path, "office_api", "listen", "127.0.0.1:0");
        let mut child = program()
            .args(["serve", "--config", text(&path)])
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
        let mut address = |what: &str| {
            let line = lines.next().expect("the server's own words").unwrap();
            assert!(line.starts_with(what), "{line}");
            let (_, rest) = line.split_once("http://").expect("an address");
            format!("http://{}", rest.split('/').next().unwrap())
        };
        let panel = address("customer panel");
        let office = address("office API");
        configure(&path, "desk", "url", &office);
        Server {
            child,
            folder: folder.to_owned(),
            panel,
            office,
        }
    }

    /// The desk of the office's administrator.
    pub(crate) fn desk(&self) -> Office {
        let token = self.folder.join("administrator.token");
        Office::with_token_file(&self.office, &token).unwrap()
    }

    /// Where the office API listens.
    pub(crate) fn office(&self) -> &str {
        &self.office
    }

    /// Whether the process has ended by itself.
    pub(crate) fn has_ended(&mut self) -> bool {
        self.child.try_wait().unwrap().is_some()
    }

    /// Kills the process: no signal that it could hear, no last words.
    pub(crate) fn kill(mut self) {
        self.child.kill().unwrap();
        self.child.wait().unwrap();
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        // It may be dead already.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// Changes one key of kantor.toml.
pub(crate) fn configure(path: &Path, section: &str, key: &str, value: &str) {
    let mut config: toml::Table = fs::read_to_string(path).unwrap().parse().unwrap();
    config[section][key] = value.into();
    fs::write(path, config.to_string()).unwrap();
}

/// A new office in a folder, with these currencies.
pub(crate) fn new_office(folder: &Path) {
    kantor(&["init", text(folder)]).succeeded();
}

/// The bank packs beside the program, each in its child.
pub(crate) fn packs() -> InstalledPacks {
    let packs = InstalledPacks::find(None);
    assert!(packs.rejected().is_empty(), "{:?}", packs.rejected());
    packs
}

/// Imports a file as the cashier does.
pub(crate) fn import(desk: &Office, path: &Path) -> Result<Imported, ImportError> {
    import_statement(desk, &packs(), path, Hints::default())
}

/// Opens a bank account of the office as it stood at the end of a day.
pub(crate) fn open_account(desk: &Office, iban: &str, currency: &str, amount: &str, date: &str) {
    if !desk
        .currencies()
        .unwrap()
        .iter()
        .any(|known| known.code == currency)
    {
        desk.add_currency(currency).unwrap();
    }
    let account = NewAccount {
        iban: iban.to_owned(),
        currency: currency.to_owned(),
        name: format!("{iban} {currency}"),
        default: false,
        opening: Opening {
            amount: amount.to_owned(),
            date: date.to_owned(),
        },
        last_statement: None,
    };
    desk.add_account(&account).unwrap();
}

/// An account of the office by its number.
pub(crate) fn account(desk: &Office, iban: &str) -> AccountView {
    let accounts = desk.accounts().unwrap();
    let found = accounts.into_iter().find(|account| account.iban == iban);
    found.unwrap_or_else(|| panic!("no account {iban}"))
}

/// The position of the log and every balance: what must not move when nothing happens.
pub(crate) fn standing(desk: &Office) -> (u64, Vec<AccountView>) {
    (desk.office().unwrap().head, desk.accounts().unwrap())
}

/// Verifies an office and says what it found.
pub(crate) fn verified(folder: &Path) -> serde_json::Value {
    let ended: Ended = kantor(&["verify", text(folder), "--json"]);
    ended.succeeded();
    serde_json::from_str(&ended.out).unwrap()
}
