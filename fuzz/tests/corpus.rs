//! Every law over its own corpus and over our own files, without a fuzzer: what was found once is
//! never found again.

use std::path::{Path, PathBuf};

fn files(folder: &Path) -> Vec<PathBuf> {
    let Ok(entries) = std::fs::read_dir(folder) else {
        return Vec::new();
    };
    let mut files: Vec<PathBuf> = entries
        .map(|entry| entry.expect("a folder that can be listed").path())
        .filter(|path| path.is_file())
        .collect();
    files.sort();
    files
}

#[test]
fn every_law_holds_for_every_file() {
    let here = Path::new(env!("CARGO_MANIFEST_DIR"));
    let ours = ["../parsers/corpus", "../parsers/corpus/broken"]
        .into_iter()
        .flat_map(|folder| files(&here.join(folder)));
    let ours: Vec<PathBuf> = ours.collect();
    assert!(ours.len() > 70, "our own files are not where they should be");
    for (name, law) in kantor_fuzz::TARGETS {
        let own = files(&here.join("corpus").join(name));
        println!("{name}: {} files of its corpus, {} of ours", own.len(), ours.len());
        for path in own.iter().chain(&ours) {
            let bytes = std::fs::read(path).expect("a file that can be read");
            let held = std::panic::catch_unwind(|| law(&bytes));
            assert!(held.is_ok(), "{name} does not hold for {}", path.display());
        }
    }
}

#[test]
fn every_target_is_in_the_list() {
    let here = Path::new(env!("CARGO_MANIFEST_DIR"));
    let targets: Vec<String> = files(&here.join("fuzz_targets"))
        .iter()
        .filter_map(|path| Some(path.file_stem()?.to_str()?.to_owned()))
        .collect();
    let mut known: Vec<&str> = kantor_fuzz::TARGETS.iter().map(|(name, _)| *name).collect();
    known.sort_unstable();
    assert_eq!(targets, known);
}
