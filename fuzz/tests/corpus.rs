//! Every law over its own corpus and over our own files, without a fuzzer: what was found once is
//! never found again.

use std::path::{Path, PathBuf};

use kantor_fuzz::TARGETS;

/// The files of a folder and of the folders in it.
fn files(folder: &Path) -> Vec<PathBuf> {
    let Ok(entries) = std::fs::read_dir(folder) else {
        return Vec::new();
    };
    let mut found = Vec::new();
    for entry in entries {
        let path = entry.expect("a folder that can be listed").path();
        if path.is_dir() {
            found.extend(files(&path));
        } else {
            found.push(path);
        }
    }
    found.sort();
    found
}

#[test]
fn every_law_holds_for_every_file() {
    let here = Path::new(env!("CARGO_MANIFEST_DIR"));
    let ours = files(&here.join("../parsers/corpus"));
    assert!(
        ours.len() > 200,
        "our own files are not where they should be"
    );
    let mut broken = Vec::new();
    for target in TARGETS {
        let own = files(&here.join("corpus").join(target.name));
        let of_its_kind = ours.iter().filter(|path| {
            let name = path.to_string_lossy();
            target.ours.iter().any(|end| name.ends_with(end))
        });
        let mut count = 0;
        for path in own.iter().chain(of_its_kind) {
            let bytes = std::fs::read(path).expect("a file that can be read");
            count += 1;
            if std::panic::catch_unwind(|| (target.law)(&bytes)).is_err() {
                broken.push(format!(
                    "{} does not hold for {}",
                    target.name,
                    path.display()
                ));
            }
        }
        println!("{}: {count} files", target.name);
    }
    assert!(broken.is_empty(), "{broken:#?}");
}

#[test]
fn every_target_is_in_the_list() {
    let here = Path::new(env!("CARGO_MANIFEST_DIR"));
    let targets: Vec<String> = files(&here.join("fuzz_targets"))
        .iter()
        .filter_map(|path| Some(path.file_stem()?.to_str()?.to_owned()))
        .collect();
    let mut known: Vec<&str> = TARGETS.iter().map(|target| target.name).collect();
    known.sort_unstable();
    assert_eq!(targets, known);
}
