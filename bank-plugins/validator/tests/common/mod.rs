//! What the tests of the kit share: packs to be examined.
#![allow(dead_code)] // each test file uses its part

use std::path::{Path, PathBuf};
use std::process::Command;

use kantor_plugin_validator::{Check, Report, Settings, Subject, examine};
use tempfile::TempDir;

/// A pack in a folder that is thrown away with the test.
pub(crate) struct Examined {
    _folder: TempDir,
    pub(crate) subject: Subject,
}

pub(crate) fn bank_plugins() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..")
}

fn compile(source: &Path, options: &[&str], corpus: Option<&Path>) -> Examined {
    use std::env::consts::{DLL_PREFIX, DLL_SUFFIX};
    let folder = tempfile::tempdir().unwrap();
    let library = folder
        .path()
        .join(format!("{DLL_PREFIX}kantor_pack_examined{DLL_SUFFIX}"));
    let built = Command::new("cc")
        .args([
            "-std=gnu11",
            "-Wall",
            "-Wextra",
            "-Werror",
            "-shared",
            "-fPIC",
            "-O1",
        ])
        .arg("-I")
        .arg(bank_plugins().join("sdk/include"))
        .args(options)
        .arg(source)
        .arg("-o")
        .arg(&library)
        .output()
        .expect("a C compiler called `cc` is needed for this test");
    assert!(
        built.status.success(),
        "{}",
        String::from_utf8_lossy(&built.stderr)
    );
    let subject = Subject::at(&library, corpus).unwrap();
    Examined {
        _folder: folder,
        subject,
    }
}

/// The example pack of the SDK, with a sin.
pub(crate) fn example(options: &[&str]) -> Examined {
    compile(
        &bank_plugins().join("faulty/c/bends.c"),
        options,
        Some(&bank_plugins().join("sdk/example-c/corpus")),
    )
}

/// One of the packs of `faulty/c`, without a corpus.
pub(crate) fn sinner(name: &str) -> Examined {
    compile(
        &bank_plugins().join(format!("faulty/c/{name}.c")),
        &[],
        None,
    )
}

/// A pack of this workspace, with the corpus of its folder.
pub(crate) fn ours(library: &str, folder: &str) -> Subject {
    use std::env::consts::{DLL_PREFIX, DLL_SUFFIX};
    let file = format!("{DLL_PREFIX}{library}{DLL_SUFFIX}");
    let library = std::env::current_exe().unwrap().with_file_name(&file);
    let corpus = bank_plugins().join(folder).join("corpus");
    Subject::at(&library, corpus.is_dir().then_some(&*corpus)).unwrap()
}

pub(crate) fn examine_only(subject: &Subject, only: &[Check]) -> Report {
    let settings = Settings {
        only: only.iter().copied().collect(),
        ..Settings::default()
    };
    examine(subject, &settings).unwrap_or_else(|error| {
        panic!("{error}; the tests need the child: cargo build -p kantor-plugin-host")
    })
}

/// With `UPDATE_EXPECT=1`, writes down what the files of the corpus say.
pub(crate) fn accept_where_asked(subject: &Subject) {
    if std::env::var_os("UPDATE_EXPECT").is_none() {
        return;
    }
    let settings = Settings {
        only: [Check::Corpus].into(),
        accept: true,
        ..Settings::default()
    };
    examine(subject, &settings).unwrap();
}

pub(crate) fn show(report: &Report) -> String {
    format!("\n{}", report.text())
}
