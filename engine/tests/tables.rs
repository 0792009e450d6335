//! ARCHITECTURE.md shows the four tables of life as the code has them.
//! `UPDATE_EXPECT=1 cargo test -p kantor-engine --test tables` writes them anew.

use std::fs;
use std::path::PathBuf;

const BEGIN: &str = "<!-- life tables: begin -->\n";
const END: &str = "<!-- life tables: end -->";

#[test]
fn the_tables_in_the_document_are_those_of_the_code() {
    let path = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../ARCHITECTURE.md");
    let document = fs::read_to_string(&path).expect("ARCHITECTURE.md");
    let (before, rest) = document
        .split_once(BEGIN)
        .expect("the marker before the tables");
    let (shown, after) = rest.split_once(END).expect("the marker after the tables");
    let tables = format!("\n{}", kantor_engine::life_tables());
    if std::env::var_os("UPDATE_EXPECT").is_some() {
        let written = format!("{before}{BEGIN}{tables}{END}{after}");
        fs::write(&path, written).expect("ARCHITECTURE.md can be written");
        return;
    }
    assert!(
        shown == tables,
        "ARCHITECTURE.md shows other tables than the code has; run with UPDATE_EXPECT=1 and read \
         the difference"
    );
}
