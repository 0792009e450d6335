//! What the tests of the host share: a folder with packs, and a host over it.
#![allow(dead_code)] // each test file uses its part

use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

use kantor_model::{
    Abroad, Batch, Collected, Collector, Currency, Date, Iban, Money, Party, Transfer,
};
use kantor_plugin_host::{Hints, Host, ImportError, Limits, ReadReport, Settings};

/// A folder of packs that is thrown away with the test.
pub(crate) struct Packs {
    folder: tempfile::TempDir,
}

fn bank_plugins() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..")
}

impl Packs {
    pub(crate) fn none() -> Packs {
        let folder = tempfile::tempdir().unwrap();
        Packs { folder }
    }

    pub(crate) fn folder(&self) -> &Path {
        self.folder.path()
    }

    /// The path that a development pack of this name has here.
    pub(crate) fn library(&self, name: &str) -> PathBuf {
        use std::env::consts::{DLL_PREFIX, DLL_SUFFIX};
        self.folder()
            .join(format!("{DLL_PREFIX}kantor_pack_{name}{DLL_SUFFIX}"))
    }

    /// Builds a pack from a file in C.
    fn compile(self, name: &str, source: &Path, options: &[&str]) -> Packs {
        let built = Command::new("cc")
            .args([
                "-std=gnu11",
                "-Wall",
                "-Wextra",
                "-Wno-unused",
                "-Werror",
                "-shared",
                "-fPIC",
            ])
            .arg("-I")
            .arg(bank_plugins().join("sdk/include"))
            .args(options)
            .arg(source)
            .arg("-o")
            .arg(self.library(name))
            .output()
            .expect("a C compiler called `cc` is needed for this test");
        assert!(
            built.status.success(),
            "{}",
            String::from_utf8_lossy(&built.stderr)
        );
        self
    }

    /// The example pack of the SDK.
    pub(crate) fn with_example(self) -> Packs {
        self.compile("example", &bank_plugins().join("sdk/example-c/pack.c"), &[])
    }

    /// A pack that was built against the header of version 1.0.
    pub(crate) fn with_first(self) -> Packs {
        self.compile("first", &bank_plugins().join("host/tests/first.c"), &[])
    }

    /// One of the packs of `faulty/c`.
    pub(crate) fn with_sin(self, name: &str) -> Packs {
        self.compile(
            name,
            &bank_plugins().join(format!("faulty/c/{name}.c")),
            &[],
        )
    }

    /// The pack that tries to get out, and does so when its library is loaded.
    pub(crate) fn with_escape_at_load(self, way: &str) -> Packs {
        let define = format!("-DAT_LOAD=\"{way}\"");
        self.compile(
            "escapes",
            &bank_plugins().join("faulty/c/escapes.c"),
            &[&define],
        )
    }

    /// A pack that Cargo built: the tests depend on its crate, so it lies beside them.
    pub(crate) fn with_built(self, library: &str, name: &str) -> Packs {
        use std::env::consts::{DLL_PREFIX, DLL_SUFFIX};
        let file = format!("{DLL_PREFIX}{library}{DLL_SUFFIX}");
        let beside = std::env::current_exe().unwrap().with_file_name(&file);
        assert!(
            beside.is_file(),
            "{} is missing; build first: cargo build --workspace",
            beside.display()
        );
        std::fs::copy(&beside, self.library(name)).unwrap();
        self
    }

    pub(crate) fn settings(&self) -> Settings {
        Settings {
            development: vec![self.folder().to_path_buf()],
            installed: None,
            child: Some(PathBuf::from(env!("CARGO_BIN_EXE_kantor-pack-child"))),
            // Far above what any of these packs needs on the slowest machine.
            limits: Limits {
                time: Duration::from_secs(60),
                memory: 512 << 20,
                ..Limits::default()
            },
            in_process: false,
        }
    }

    /// Each pack in a child.
    pub(crate) fn host(&self) -> Host {
        Host::discover(&self.settings())
    }

    /// Each pack in this process.
    pub(crate) fn host_in_process(&self) -> Host {
        Host::discover(&Settings {
            in_process: true,
            ..self.settings()
        })
    }
}

/// Reads a file and keeps what came.
pub(crate) fn read(
    host: &Host,
    pack: Option<&str>,
    file: &str,
) -> (Result<ReadReport, ImportError>, Collected) {
    let mut sink = Collector::new();
    let report = host.read_statement(&mut file.as_bytes(), pack, Hints::default(), &mut sink);
    (report, sink.finish())
}

/// A statement as the example pack reads it.
pub(crate) const EXAMPLE: &str = "\
EXAMPLE PL61109010140000071219812874 PLN 12/2026 10000
2026-11-02 -1234 Za zakupy EX000000018
2026-11-03 5000 Wplata
END 13766
";

/// A transfer of so many grosze with a title.
pub(crate) fn transfer(grosze: i64, title: &str) -> Transfer {
    Transfer {
        reference: "EX1".to_owned(),
        amount: Money::new(grosze, Currency::PLN),
        payee: Party {
            name: "Jan Żółć".to_owned(),
            street: String::new(),
            city: "00-001 Warszawa".to_owned(),
        },
        payee_account: Iban::parse("PL27114020040000300201355387").unwrap(),
        title: title.to_owned(),
        abroad: Abroad::default(),
    }
}

/// Transfers from one account on one day.
pub(crate) fn batch(transfers: Vec<Transfer>) -> Batch {
    Batch {
        debit_account: Iban::parse("PL61109010140000071219812874").unwrap(),
        owner: Party {
            name: "Kantor".to_owned(),
            street: "Prosta 1".to_owned(),
            city: "00-002 Warszawa".to_owned(),
        },
        date: Date::new(2026, 11, 2).unwrap(),
        transfers,
    }
}
