//! The embedded store keeps the contract, and what only a file can suffer.

use std::path::PathBuf;
use std::sync::Mutex;

use kantor_store::{SqliteStore, Store, contract};
use tempfile::TempDir;

#[test]
fn the_embedded_store_keeps_the_contract() {
    // The folders live until the end: a store in a removed folder would fail for another reason.
    let folders = Mutex::new(Vec::new());
    contract::run(&|| {
        let folder = TempDir::new().unwrap();
        let store = SqliteStore::open(&database(&folder)).unwrap();
        folders.lock().unwrap().push(folder);
        Box::new(store) as Box<dyn Store>
    });
}

fn database(folder: &TempDir) -> PathBuf {
    folder.path().join("kantor.db")
}
