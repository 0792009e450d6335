//! Installed packs: only what a manifest lists, and only as it was listed.

mod common;

use std::path::PathBuf;

use common::{EXAMPLE, Packs, read};
use kantor_plugin_host::{
    Host, ImportError, MANIFEST, ManifestError, Origin, PackError, Rejection, Settings, sha256,
};

struct Installed {
    packs: Packs,
}

impl Installed {
    /// Installs the example pack with a manifest that `change` may bend.
    fn new(change: impl Fn(String) -> String) -> Installed {
        let packs = Packs::none().with_example();
        let installed = Installed { packs };
        let library = installed.library();
        std::fs::create_dir_all(library.parent().unwrap()).unwrap();
        std::fs::rename(installed.packs.library("example"), &library).unwrap();
        let manifest = format!(
            "id = \"example\"\nversion = \"1.0.0\"\nlibrary = \"libexample.so\"\nsha256 = \"{}\"\n\
             banks = [\"example\"]\nformats = [\"MT940\", \"example-lines\"]\n",
            sha256(&library).unwrap()
        );
        std::fs::write(library.with_file_name(MANIFEST), change(manifest)).unwrap();
        installed
    }

    fn library(&self) -> PathBuf {
        self.packs.folder().join("installed/example/libexample.so")
    }

    fn host(&self) -> Host {
        Host::discover(&Settings {
            development: Vec::new(),
            installed: Some(self.packs.folder().join("installed")),
            ..self.packs.settings()
        })
    }
}

fn check_rejected(change: impl Fn(String) -> String, part: &str) {
    let host = Installed::new(change).host();
    assert_eq!(host.packs().count(), 0);
    let reason = host.rejected().first().unwrap().reason.to_string();
    assert!(reason.contains(part), "{reason}");
}

#[test]
fn listed_pack_is_used() {
    let installed = Installed::new(|manifest| manifest);
    let host = installed.host();
    let pack = host
        .packs()
        .next()
        .unwrap_or_else(|| panic!("{:?}", host.rejected()));
    assert_eq!(pack.origin, Origin::Installed);
    assert!(read(&host, None, EXAMPLE).0.unwrap().trustworthy());
}

#[test]
fn pack_that_is_not_as_listed_is_never_loaded() {
    check_rejected(
        |text| text.replace("sha256 = \"", "sha256 = \"00"),
        "was changed",
    );
    check_rejected(
        |text| text.replace("1.0.0", "1.0.1"),
        "lists the version `1.0.1`",
    );
    check_rejected(
        |text| text.replace("id = \"example", "id = \"other"),
        "lists the id `other`",
    );
    check_rejected(
        |text| text.replace("[\"MT940\", ", "["),
        "lists the formats",
    );
    check_rejected(
        |text| text.replace("libexample", "../libexample"),
        "not a plain file name",
    );
    check_rejected(|text| text.replace("version", "varsion"), "is no manifest");
    check_rejected(
        |text| text + "abi = 2\n",
        "version 2 of the plugin contract and this program speaks version 1",
    );
    check_rejected(
        |text| text + "profiles = [\"profile.toml\"]\n",
        "the profile `profile.toml`, which is not there",
    );
    check_rejected(
        |text| text + "corpus = \"../corpus\"\n",
        "the corpus `../corpus`, which is not a plain file name",
    );
    check_rejected(
        |text| text + "signature = \"pack.sig\"\n",
        "the signature `pack.sig`, which is not there",
    );
}

/// There is room for a detached signature. Nothing checks one yet, and nobody is told otherwise.
#[test]
fn pack_without_a_signature_is_shown_as_unsigned_and_one_with_it_as_not_checked() {
    let label = |installed: &Installed| {
        let host = installed.host();
        let pack = host.packs().next();
        let pack = pack.unwrap_or_else(|| panic!("{:?}", host.rejected()));
        pack.origin.label()
    };
    let installed = Installed::new(|manifest| manifest + "abi = 1\n");
    assert_eq!(label(&installed), "installed pack, unsigned");
    let installed = Installed::new(|manifest| manifest + "signature = \"pack.sig\"\n");
    std::fs::write(installed.library().with_file_name("pack.sig"), "x").unwrap();
    assert_eq!(label(&installed), "installed pack, signature not checked");
}

#[test]
fn library_that_changes_while_the_program_runs_is_not_called_again() {
    let installed = Installed::new(|manifest| manifest);
    let host = installed.host();
    assert!(read(&host, None, EXAMPLE).0.is_ok());
    let library = installed.library();
    let mut bytes = std::fs::read(&library).unwrap();
    bytes.push(0);
    std::fs::write(&library, bytes).unwrap();
    let (report, _) = read(&host, Some("example"), EXAMPLE);
    assert!(
        matches!(
            report,
            Err(ImportError::Pack(PackError::Manifest(
                ManifestError::HashDiffers { .. }
            )))
        ),
        "{report:?}"
    );
}

#[test]
fn installed_pack_comes_before_a_development_pack_of_its_id() {
    let installed = Installed::new(|manifest| manifest);
    std::fs::copy(installed.library(), installed.packs.library("example")).unwrap();
    let host = Host::discover(&Settings {
        installed: Some(installed.packs.folder().join("installed")),
        ..installed.packs.settings()
    });
    let origins: Vec<Origin> = host.packs().map(|pack| pack.origin).collect();
    assert_eq!(origins, [Origin::Installed]);
    let rejected = host.rejected().first().unwrap();
    assert!(matches!(rejected.reason, Rejection::SameId { .. }));
}
