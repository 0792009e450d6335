//! Real files of mBank and PKO BP: each is recognised by its bank's pack alone, and gives in the
//! child what the parsers give directly. Whether those are the right facts, the parsers' tests say.

mod common;

use std::path::{Path, PathBuf};

use common::Packs;
use kantor_model::Collector;
use kantor_parsers::{Options, parse_all_with};
use kantor_plugin_host::Hints;

fn corpus() -> Option<PathBuf> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared/corpus");
    folder.join("manifest.tsv").is_file().then_some(folder)
}

/// The files that the manifest calls MT940 of one of the two banks, with the bank.
fn files(folder: &Path) -> Vec<(PathBuf, &'static str)> {
    let manifest = std::fs::read_to_string(folder.join("manifest.tsv")).unwrap();
    let row = |line: &str| {
        let columns: Vec<&str> = line.split('\t').collect();
        let [path, "MT940", dialect, ..] = columns.as_slice() else {
            return None;
        };
        let bank = if dialect.starts_with("mBank") {
            "mbank"
        } else if dialect.starts_with("PKO BP") {
            "pko"
        } else {
            return None;
        };
        Some((folder.join(path), bank))
    };
    manifest.lines().filter_map(row).collect()
}

#[test]
fn real_files_come_through_the_child_as_the_parsers_read_them() {
    let Some(folder) = corpus() else {
        eprintln!("skipped: no corpus folder");
        return;
    };
    let packs = Packs::none()
        .with_built("kantor_pack_mbank", "mbank")
        .with_built("kantor_pack_pko", "pko");
    let host = packs.host();
    let files = files(&folder);
    assert!(files.len() >= 4, "{files:?}");
    for (path, bank) in files {
        let bytes = std::fs::read(&path).unwrap();
        let mut sink = Collector::new();
        let report = host
            .read_statement(&mut bytes.as_slice(), None, Hints::default(), &mut sink)
            .unwrap_or_else(|error| panic!("{}: {error}", path.display()));
        assert_eq!(report.pack.as_str(), bank, "{}", path.display());
        let options = Options {
            profile: kantor_parsers::Profile::of_id(bank),
            ..Options::default()
        };
        assert_eq!(
            sink.finish(),
            parse_all_with(&bytes, options),
            "{}",
            path.display()
        );
    }
}
