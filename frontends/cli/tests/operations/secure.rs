//! The office API under TLS, and the desk that speaks with it.

use std::fs;
use std::path::Path;

use rcgen::{BasicConstraints, CertificateParams, IsCa, Issuer, KeyPair};

use crate::fleet::{Fleet, kantor};

/// An authority's certificate, and one of this machine that it signed, with its key.
fn certificates(folder: &Path, name: &str) {
    let key = KeyPair::generate().unwrap();
    let mut about = CertificateParams::new(Vec::new()).unwrap();
    about.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    let authority = about.self_signed(&key).unwrap();
    let issuer = Issuer::new(about, key);
    let own_key = KeyPair::generate().unwrap();
    let own = CertificateParams::new(vec!["127.0.0.1".to_owned()])
        .unwrap()
        .signed_by(&own_key, &issuer)
        .unwrap();
    let write = |what: &str, pem: String| {
        fs::write(folder.join(format!("{name}{what}")), pem).unwrap();
    };
    write("-authority.pem", authority.pem());
    write(".pem", own.pem());
    write(".key", own_key.serialize_pem());
}

fn set(path: &Path, section: &str, key: &str, value: &str) {
    let mut config: toml::Table = fs::read_to_string(path).unwrap().parse().unwrap();
    config[section]
        .as_table_mut()
        .unwrap()
        .insert(key.to_owned(), value.into());
    fs::write(path, config.to_string()).unwrap();
}

#[test]
fn the_desk_trusts_the_certificates_it_is_given_and_no_others() {
    let fleet = Fleet::new();
    certificates(&fleet.office, "office");
    certificates(&fleet.office, "stranger");
    let config = fleet.office.join("kantor.toml");
    set(&config, "office_api", "certificate", "office.pem");
    set(&config, "office_api", "key", "office.key");
    let office = fleet.start_office();
    assert!(office.words[0].contains("https://"), "{:?}", office.words);
    let list = || {
        let ended = kantor()
            .args(["tokens", "list", "--config", config.to_str().unwrap()])
            .output()
            .unwrap();
        let said = [ended.stdout, ended.stderr].concat();
        (
            ended.status.success(),
            String::from_utf8_lossy(&said).into_owned(),
        )
    };
    let (listed, said) = list();
    assert!(!listed && said.contains("desk.authority"), "{said}");
    set(&config, "desk", "authority", "stranger-authority.pem");
    let (listed, said) = list();
    assert!(!listed && said.contains("certificate"), "{said}");
    set(&config, "desk", "authority", "office-authority.pem");
    let (listed, said) = list();
    assert!(listed && said.contains("administrator"), "{said}");
}

#[test]
fn a_certificate_that_is_not_there_ends_the_program_with_file_key_and_remedy() {
    let fleet = Fleet::new();
    certificates(&fleet.office, "office");
    let config = fleet.office.join("kantor.toml");
    set(&config, "fronts", "certificate", "nowhere.pem");
    set(&config, "fronts", "key", "office.key");
    let ended = kantor()
        .args(["serve", "--config", config.to_str().unwrap()])
        .output()
        .unwrap();
    let said = String::from_utf8_lossy(&ended.stderr).into_owned();
    assert_eq!(ended.status.code(), Some(1), "{said}");
    for part in [
        "nowhere.pem",
        "fronts.certificate in kantor.toml",
        "name a PEM file",
    ] {
        assert!(said.contains(part), "no `{part}` in {said}");
    }
}
