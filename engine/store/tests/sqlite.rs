//! The embedded store keeps the contract, and what only a file can go through.

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Mutex;

use kantor_model::Moment;
use kantor_store::{
    AccessError, CreateError, NewRecord, OfficeId, OpenError, Side, SideChange, SideFilter,
    SqliteStore, Store, UnitOfWork, check_log, contract,
};
use rusqlite::Connection;
use tempfile::TempDir;

const OFFICE: OfficeId = OfficeId(1);
const NOW: Moment = Moment::from_micros(1_793_606_400_000_000);

/// A folder with a database in it.
struct Place {
    folder: TempDir,
}

impl Place {
    fn new() -> Place {
        Place {
            folder: TempDir::new().unwrap(),
        }
    }

    fn file(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    fn database(&self) -> PathBuf {
        self.file("kantor.db")
    }

    fn open(&self) -> SqliteStore {
        SqliteStore::open(&self.database()).unwrap()
    }

    /// A store with an office and so many records.
    fn with_records(count: u64) -> (Place, SqliteStore) {
        let place = Place::new();
        let store = place.open();
        store.create_office(OFFICE, NOW).unwrap();
        (0..count).for_each(|_| note(&store));
        (place, store)
    }
}

fn unit_with(store: &dyn Store, body: &[u8]) -> UnitOfWork {
    let head = store.view(OFFICE).unwrap().head();
    UnitOfWork {
        records: vec![NewRecord {
            kind: "noted".to_owned(),
            version: 1,
            body: body.to_vec(),
        }],
        ..UnitOfWork::new(head.seq, NOW)
    }
}

fn note(store: &dyn Store) {
    let unit = unit_with(store, b"note");
    let mut locked = store.lock(OFFICE).unwrap();
    locked.append(&unit).unwrap();
    locked.commit().unwrap();
}

/// How many records the store has, after their chain was checked.
fn checked(store: &dyn Store) -> u64 {
    let view = store.view(OFFICE).unwrap();
    check_log(view.as_ref()).unwrap().seq
}

#[test]
fn the_embedded_store_keeps_the_contract() {
    // The folders live until the end: a store in a removed folder would fail for another reason.
    let places = Mutex::new(Vec::new());
    let cases = contract::run(&|| {
        let place = Place::new();
        let store = place.open();
        places.lock().unwrap().push(place);
        Box::new(store) as Box<dyn Store>
    });
    println!("counted: {cases} cases of the contract kept by SQLite");
}

/// One file is one office, by whatever name it is called.
#[cfg(unix)]
#[test]
fn a_second_server_is_refused_also_where_it_comes_by_a_link() {
    let (place, _store) = Place::with_records(1);
    let link = place.database().with_file_name("link.db");
    std::os::unix::fs::symlink(place.database(), &link).unwrap();
    let second = SqliteStore::open(&link).err().unwrap();
    assert!(matches!(second, OpenError::InUse { .. }), "{second}");
}

#[test]
fn a_second_server_is_refused_with_a_sentence() {
    let (place, store) = Place::with_records(1);
    let second = SqliteStore::open(&place.database()).err().unwrap();
    let pid = std::process::id();
    let sentence = second.to_string();
    assert!(matches!(second, OpenError::InUse { owner: Some(owner), .. } if owner == pid));
    assert!(
        sentence.contains("in use by another Kantor server (process"),
        "{sentence}"
    );
    assert!(sentence.contains("stop it and start again"), "{sentence}");
    note(&store);
    drop(store);
    assert_eq!(checked(&place.open()), 2);
}

#[test]
fn somebody_elses_file_is_left_alone() {
    let place = Place::new();
    let text = place.file("letter.txt");
    fs::write(&text, "Dear office, ".repeat(100)).unwrap();
    let other = place.file("other.db");
    let made = Connection::open(&other).unwrap();
    made.execute_batch("CREATE TABLE mine (x)").unwrap();
    drop(made);
    for file in [text, other] {
        let before = fs::read(&file).unwrap();
        let open = SqliteStore::open(&file);
        assert!(matches!(open, Err(OpenError::NotKantor(_))));
        let read = SqliteStore::open_read_only(&file);
        assert!(matches!(read, Err(OpenError::NotKantor(_))));
        assert_eq!(fs::read(&file).unwrap(), before);
    }
}

#[test]
fn a_database_of_a_newer_program_is_refused() {
    let (place, store) = Place::with_records(1);
    drop(store);
    let newer = Connection::open(place.database()).unwrap();
    newer
        .execute_batch(
            "INSERT INTO refinery_schema_history
             SELECT version + 98, name, applied_on, checksum FROM refinery_schema_history",
        )
        .unwrap();
    drop(newer);
    let open = SqliteStore::open(&place.database()).err().unwrap();
    assert!(matches!(open, OpenError::OtherSchema { .. }), "{open}");
    let read = SqliteStore::open_read_only(&place.database())
        .err()
        .unwrap();
    assert!(read.to_string().contains("it has version 99"), "{read}");
}

/// People's data is in it, wherever somebody restores a backup to.
#[cfg(unix)]
#[test]
fn a_new_database_is_nobody_elses_to_read() {
    use std::os::unix::fs::PermissionsExt;
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("kantor.db");
    let store = SqliteStore::open(&path).unwrap();
    store.create_office(OFFICE, NOW).unwrap();
    for file in ["kantor.db", "kantor.db-wal", "kantor.db-shm"] {
        let rights = std::fs::metadata(folder.path().join(file)).unwrap();
        assert_eq!(rights.permissions().mode() & 0o777, 0o600, "{file}");
    }
}

#[test]
fn others_read_while_the_server_writes() {
    let (place, store) = Place::with_records(1);
    let reader = SqliteStore::open_read_only(&place.database()).unwrap();
    let earlier = reader.view(OFFICE).unwrap();
    note(&store);
    assert_eq!(earlier.head().seq, 1);
    assert_eq!(check_log(earlier.as_ref()).unwrap().seq, 1);
    assert_eq!(checked(&reader), 2);
    drop(earlier);
    drop(store);
    assert_eq!(checked(&reader), 2);
    drop(reader);
    // With no server running, nor its files beside the database.
    let reader = SqliteStore::open_read_only(&place.database()).unwrap();
    assert_eq!(checked(&reader), 2);
    assert_eq!(reader.lock(OFFICE).err(), Some(AccessError::ReadOnly));
    assert_eq!(
        reader.create_office(OfficeId(2), NOW),
        Err(CreateError::ReadOnly)
    );
    let missing = SqliteStore::open_read_only(&place.file("none.db"));
    assert!(matches!(missing, Err(OpenError::Missing(_))));
}

#[test]
fn a_backup_is_the_whole_office_while_it_works() {
    let (place, store) = Place::with_records(3);
    let to = place.file("backup.db");
    let unfinished = unit_with(&store, b"not yet committed");
    let mut locked = store.lock(OFFICE).unwrap();
    locked.append(&unfinished).unwrap();
    store.backup(&to).unwrap();
    locked.commit().unwrap();
    let again = store.backup(&to).unwrap_err();
    assert!(again.to_string().contains("choose a new file"), "{again}");
    assert!(!place.file("backup.db.part").exists());
    assert_eq!(checked(&SqliteStore::open_read_only(&to).unwrap()), 3);
    // A restored backup is a database like any other.
    let restored = SqliteStore::open(&to).unwrap();
    note(&restored);
    assert_eq!(checked(&restored), 4);
    assert_eq!(checked(&store), 4);
}

/// The law asks that it is gone, not that it is no longer shown.
#[test]
fn nothing_of_an_erased_person_is_left_in_the_file() {
    const NAME: &str = "Brzęczyszczykiewicz-Grzegorz";
    let (place, store) = Place::with_records(1);
    let person = |key: &str, body: String| {
        SideChange::Put(Side {
            kind: "person".to_owned(),
            key: key.to_owned(),
            owner: Some(7),
            body: body.into_bytes(),
            expires: None,
        })
    };
    // A short row inside a page, a key, and a row that fills pages of its own.
    let people = [
        person("7", NAME.to_owned()),
        person(NAME, "x".to_owned()),
        person("long", NAME.repeat(1000)),
    ];
    store.change_side(OFFICE, NOW, &people).unwrap();
    store
        .change_side(OFFICE, NOW, &[person("7", "changed".to_owned())])
        .unwrap();
    let erase = SideChange::DeleteOwned {
        kind: "person".to_owned(),
        owner: 7,
    };
    store.change_side(OFFICE, NOW, &[erase]).unwrap();
    let view = store.view(OFFICE).unwrap();
    assert_eq!(
        view.sides("person", &SideFilter::first(9), NOW),
        Ok(Vec::new())
    );
    drop(view);
    drop(store);
    for file in fs::read_dir(place.folder.path()).unwrap() {
        let path = file.unwrap().path();
        assert!(!holds(&path, NAME.as_bytes()), "{}", path.display());
    }
    assert_eq!(checked(&place.open()), 1);
}

fn holds(file: &Path, needle: &[u8]) -> bool {
    let bytes = fs::read(file).unwrap();
    bytes.windows(needle.len()).any(|window| window == needle)
}
