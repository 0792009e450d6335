//! What somebody mistypes before his first start: told with file, key and remedy, and nothing made.

use std::fs;
use std::net::TcpListener;

use tempfile::TempDir;

use crate::fleet::{kantor, run, text};

/// A new office of which one line of kantor.toml was changed.
struct Mistake {
    folder: TempDir,
}

impl Mistake {
    fn new(right: &str, wrong: &str) -> Mistake {
        let folder = tempfile::tempdir().unwrap();
        run(&["init", folder.path().to_str().unwrap()]);
        let path = folder.path().join("kantor.toml");
        let config = text(&path);
        assert!(config.contains(right), "{config}");
        fs::write(&path, config.replace(right, wrong)).unwrap();
        Mistake { folder }
    }

    /// What a server says that does not start.
    #[track_caller]
    fn told(&self) -> String {
        let path = self.folder.path().join("kantor.toml");
        let ended = kantor()
            .args(["serve", "--config", path.to_str().unwrap()])
            .output()
            .unwrap();
        let said = String::from_utf8_lossy(&ended.stderr).into_owned();
        assert_eq!(ended.status.code(), Some(1), "{said}");
        said
    }

    #[track_caller]
    fn check(right: &str, wrong: &str, words: &[&str]) -> Mistake {
        let mistake = Mistake::new(right, wrong);
        let said = mistake.told();
        for word in words {
            assert!(said.contains(word), "no `{word}` in: {said}");
        }
        mistake
    }
}

#[test]
fn a_database_that_is_not_there_is_named_and_not_made() {
    let mistake = Mistake::check(
        "\"kantor.db\"",
        "\"kantro.db\"",
        &[
            "kantor.toml: office.database: there is no database",
            "kantro.db",
        ],
    );
    assert!(!mistake.folder.path().join("kantro.db").exists());
}

#[test]
fn an_office_that_is_not_in_the_database_is_named_by_its_key() {
    let words = ["kantor.toml: office.number: there is no office 2"];
    Mistake::check("number = 1", "number = 2", &words);
}

#[test]
fn an_address_that_is_taken_or_elsewhere_has_each_its_remedy() {
    let taken = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = taken.local_addr().unwrap().to_string();
    let words = [
        "panel.listen in kantor.toml",
        "stop the program that uses it",
    ];
    Mistake::check("127.0.0.1:8080", &address, &words);
    // An address for documents, which no machine has.
    let mistake = Mistake::new("behind_tls_proxy = false", "behind_tls_proxy = true");
    let path = mistake.folder.path().join("kantor.toml");
    let config = text(&path).replace("127.0.0.1:8080", "192.0.2.1:8080");
    fs::write(&path, config).unwrap();
    let said = mistake.told();
    assert!(said.contains("name an address of this machine"), "{said}");
}
