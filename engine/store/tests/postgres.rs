//! The server store keeps the contract, and what only a server can go through.

use std::fs;
use std::path::Path;
use std::thread;
use std::time::{Duration, Instant};

use kantor_model::Moment;
use kantor_postgres_kit::{Disk, OWNER, Server, shared};
use kantor_store::{
    AccessError, CommitError, CreateError, NewAnswer, NewRecord, OfficeId, OpenError,
    PostgresStore, Roles, Store, UnitOfWork, check_log, contract, fingerprint,
};
use rcgen::{BasicConstraints, CertificateParams, IsCa, Issuer, KeyPair};

const OFFICE: OfficeId = OfficeId(1);
const NOW: Moment = Moment::from_micros(1_793_606_400_000_000);

fn open(url: &str) -> PostgresStore {
    PostgresStore::open(&url.parse().unwrap()).unwrap()
}

/// A store of its own with one empty office, and its address.
fn new_office() -> (String, PostgresStore) {
    let url = shared().database();
    let store = open(&url);
    store.create_office(OFFICE, NOW).unwrap();
    (url, store)
}

fn database_of(url: &str) -> &str {
    url.rsplit('/').next().unwrap()
}

fn unit(after: u64, body: &str) -> UnitOfWork {
    UnitOfWork {
        records: vec![NewRecord {
            kind: "noted".to_owned(),
            version: 1,
            body: body.as_bytes().to_vec(),
        }],
        ..UnitOfWork::new(after, NOW)
    }
}

fn note(store: &dyn Store) -> u64 {
    let mut locked = store.lock(OFFICE).unwrap();
    let after = locked.view().head().seq;
    locked.append(&unit(after, "note")).unwrap();
    locked.commit().unwrap().seq
}

fn checked(store: &dyn Store) -> u64 {
    let view = store.view(OFFICE).unwrap();
    check_log(view.as_ref()).unwrap().seq
}

#[test]
fn the_server_store_keeps_the_contract() {
    let url = shared().database();
    // Each case comes through a door of its own to one database, as processes do.
    let cases = contract::run(&|| Box::new(open(&url)) as Box<dyn Store>);
    println!("counted: {cases} cases of the contract kept by PostgreSQL");
}

#[test]
fn somebody_elses_database_is_left_alone() {
    let url = shared().database();
    shared().sql(database_of(&url), "CREATE TABLE mine (x int)");
    let refused = PostgresStore::open(&url.parse().unwrap()).err().unwrap();
    assert!(matches!(refused, OpenError::NotKantor(_)), "{refused}");
    let refused = PostgresStore::open_read_only(&url.parse().unwrap()).err();
    assert!(matches!(refused, Some(OpenError::NotKantor(_))));
    // Also by a role that may make tables there, and may not see that one.
    let stranger = format!("{}_stranger", database_of(&url));
    let role = format!("CREATE ROLE {stranger} LOGIN; GRANT CREATE ON SCHEMA public TO {stranger}");
    shared().sql(database_of(&url), &role);
    let blind = shared().url(&stranger, database_of(&url));
    let refused = PostgresStore::open(&blind.parse().unwrap()).err().unwrap();
    assert!(matches!(refused, OpenError::NotKantor(_)), "{refused}");
    let tables = "SELECT count(*) FROM information_schema.tables WHERE table_schema = 'public'";
    assert_eq!(shared().sql(database_of(&url), tables), "1");
}

/// The first thing that goes wrong when roles are kept apart: nobody has run the migrations yet.
#[test]
fn tables_that_are_not_made_yet_are_the_owners_to_make() {
    let url = shared().database();
    let database = database_of(&url);
    let role = format!("{database}_early");
    shared().sql(database, &format!("CREATE ROLE {role} LOGIN"));
    let application = shared().url(&role, database);
    let refused = || {
        let refused = PostgresStore::open(&application.parse().unwrap());
        refused.err().unwrap().to_string()
    };
    let early = refused();
    assert!(
        early.contains("has no tables yet") && early.contains("`kantor database migrate`"),
        "{early}"
    );
    drop(open(&url));
    let rights = refused();
    assert!(rights.contains("`kantor database roles`"), "{rights}");
    // A program with one step more than there was.
    let older = format!(
        "UPDATE refinery_schema_history SET version = version - 1;
         GRANT SELECT ON refinery_schema_history TO {role}"
    );
    shared().sql(database, &older);
    let older = refused();
    assert!(older.contains("`kantor database migrate`"), "{older}");
}

#[test]
fn a_database_of_a_newer_program_is_refused() {
    let (url, store) = new_office();
    drop(store);
    let newer = "INSERT INTO refinery_schema_history
                 SELECT version + 98, name, applied_on, checksum FROM refinery_schema_history";
    shared().sql(database_of(&url), newer);
    for opened in [PostgresStore::open, PostgresStore::open_read_only] {
        let refused = opened(&url.parse().unwrap()).err().unwrap();
        assert!(
            matches!(refused, OpenError::OtherSchema { .. }),
            "{refused}"
        );
        assert!(
            refused.to_string().contains("it has version 99"),
            "{refused}"
        );
    }
}

/// All servers of an office are started at once on an empty database.
#[test]
fn servers_that_start_at_once_make_one_schema() {
    let url = shared().database();
    thread::scope(|scope| {
        for _ in 0..4 {
            scope.spawn(|| open(&url));
        }
    });
    let store = open(&url);
    store.create_office(OFFICE, NOW).unwrap();
    assert_eq!(note(&store), 1);
    let steps = "SELECT count(*) = count(DISTINCT version) FROM refinery_schema_history";
    assert_eq!(shared().sql(database_of(&url), steps), "t");
}

#[test]
fn others_read_while_servers_write() {
    let (url, store) = new_office();
    note(&store);
    let reader = PostgresStore::open_read_only(&url.parse().unwrap()).unwrap();
    let earlier = reader.view(OFFICE).unwrap();
    note(&store);
    assert_eq!(earlier.head().seq, 1);
    assert_eq!(check_log(earlier.as_ref()).unwrap().seq, 1);
    assert_eq!(checked(&reader), 2);
    assert_eq!(reader.lock(OFFICE).err(), Some(AccessError::ReadOnly));
    let refused = reader.create_office(OfficeId(2), NOW);
    assert_eq!(refused, Err(CreateError::ReadOnly));
}

/// A batch whose keys were asked for together still finds the click that comes twice in it.
#[test]
fn a_key_twice_in_one_batch_is_answered_once() {
    let (_, store) = new_office();
    let answered = |after, body: &[u8]| UnitOfWork {
        answer: Some(NewAnswer {
            key: "click".to_owned(),
            fingerprint: fingerprint("anna", body),
            body: b"order 1".to_vec(),
        }),
        ..unit(after, "ordered")
    };
    for (body, refusal) in [
        (&b"order"[..], "answered before"),
        (b"other", "another request"),
    ] {
        let mut locked = store.lock_for(OFFICE, &["click".to_owned()]).unwrap();
        assert_eq!(locked.view().answer("click"), Ok(None));
        locked.append(&answered(0, b"order")).unwrap();
        // What waits for the commit is seen by whoever asks.
        assert!(locked.view().answer("click").unwrap().is_some());
        assert_eq!(locked.view().records(0, 9).unwrap().len(), 1);
        let refused = locked.append(&answered(1, body)).unwrap_err();
        assert!(refused.to_string().contains(refusal), "{refused}");
    }
    let mut locked = store.lock(OFFICE).unwrap();
    locked.append(&answered(0, b"order")).unwrap();
    locked.commit().unwrap();
    let locked = store.lock_for(OFFICE, &["click".to_owned()]).unwrap();
    assert!(locked.view().answer("click").unwrap().is_some());
    drop(locked);
    assert_eq!(checked(&store), 1);
}

/// A batch far bigger than one message goes out in parts and stays one batch.
#[test]
fn a_batch_of_big_bodies_is_one_commit() {
    let (_, store) = new_office();
    let big = "x".repeat(3_000_000);
    let mut locked = store.lock(OFFICE).unwrap();
    for after in 0..8 {
        locked.append(&unit(after, &big)).unwrap();
    }
    assert_eq!(store.view(OFFICE).unwrap().head().seq, 0);
    assert_eq!(locked.commit().unwrap().seq, 8);
    assert_eq!(checked(&store), 8);
}

/// The session of a writer is ended under him, as an administrator or a broken network does.
#[test]
fn a_lost_connection_loses_what_was_not_acknowledged_and_nothing_else() {
    let (url, store) = new_office();
    note(&store);
    let ours = format!(
        "SELECT count(pg_terminate_backend(pid)) > 0 FROM pg_stat_activity
         WHERE datname = '{}' AND pid <> pg_backend_pid()",
        database_of(&url)
    );
    let mut locked = store.lock(OFFICE).unwrap();
    locked.append(&unit(1, "gone")).unwrap();
    assert_eq!(shared().sql("postgres", &ours), "t");
    let lost = locked.commit().unwrap_err();
    println!("told: {lost}");
    // The pool's other connections are gone as well, and nobody notices.
    assert_eq!(checked(&store), 1);
    assert_eq!(note(&store), 2);
}

/// A pooler lost the server, a distributed database did not hear of every shard: words of theirs, not
/// a connection that breaks. Only a plain refusal of a statement means that nothing was written.
#[test]
fn a_commit_is_unknown_where_somebody_on_the_way_does_not_know() {
    for (when, code, is_known) in [
        ("", "08P01", false),
        ("", "57P01", false),
        ("DEFERRABLE INITIALLY DEFERRED", "40003", false),
        ("DEFERRABLE INITIALLY DEFERRED", "XX000", false),
        ("", "23514", true),
    ] {
        let (url, store) = new_office();
        let trigger = format!(
            "CREATE FUNCTION fails() RETURNS trigger LANGUAGE plpgsql AS
                 $$ BEGIN RAISE 'not known' USING ERRCODE = '{code}'; END $$;
             CREATE CONSTRAINT TRIGGER fails AFTER INSERT ON records {when}
                 FOR EACH ROW EXECUTE FUNCTION fails()"
        );
        shared().sql(database_of(&url), &trigger);
        let mut locked = store.lock(OFFICE).unwrap();
        locked.append(&unit(0, "note")).unwrap();
        match locked.commit().unwrap_err() {
            CommitError::Failed(fault) => assert!(is_known, "{code}: {fault}"),
            CommitError::Unknown(fault) => assert!(!is_known, "{code}: {fault}"),
            CommitError::Spoiled => panic!("{code}"),
        }
        assert_eq!(checked(&store), 0);
        shared().sql(database_of(&url), "DROP TRIGGER fails ON records");
        assert_eq!(note(&store), 1);
    }
}

/// Whoever holds an office and hangs is put out, and the office goes on.
#[test]
fn a_writer_that_hangs_does_not_hold_the_office_for_ever() {
    let (url, _) = new_office();
    let [hangs, other] = [(); 2].map(|()| open(&format!("{url}?patience=8")));
    let held = hangs.lock(OFFICE).unwrap();
    let begun = Instant::now();
    assert_eq!(note(&other), 1);
    println!(
        "counted: a writer that hangs put out, the office free again after {:?}",
        begun.elapsed()
    );
    assert!(begun.elapsed() > Duration::from_secs(1));
    assert!(held.commit().is_err());
    assert_eq!(checked(&other), 1);
}

#[test]
fn the_clock_under_the_lock_is_the_databases() {
    let (url, store) = new_office();
    let before: i64 = micros(&url);
    let locked = store.lock(OFFICE).unwrap();
    let shown = locked.clock().unwrap().unwrap().as_micros();
    let after = micros(&url);
    assert!(
        (before..=after).contains(&shown),
        "{before} {shown} {after}"
    );
}

fn micros(url: &str) -> i64 {
    let sql = "SELECT (extract(epoch FROM clock_timestamp()) * 1000000)::bigint";
    shared().sql(database_of(url), sql).parse().unwrap()
}

/// Two servers: what one commits, the other hears of, in order and without a gap.
#[test]
fn another_server_hears_of_every_commit() {
    const COMMITS: u64 = 100;
    let (url, store) = new_office();
    let other = open(&url);
    let (mut heard, mut waits, mut slowest) = (0, 0, Duration::ZERO);
    thread::scope(|scope| {
        scope.spawn(|| {
            for _ in 0..COMMITS {
                note(&store);
            }
        });
        while heard < COMMITS {
            let begun = Instant::now();
            let at = other.follow(OFFICE, heard, Duration::from_secs(5));
            let at = at.unwrap().unwrap();
            slowest = slowest.max(begun.elapsed());
            assert!(at >= heard, "the log does not go back");
            let view = other.view(OFFICE).unwrap();
            for record in view.records(heard, 1000).unwrap() {
                assert_eq!(record.seq, heard + 1);
                heard += 1;
            }
            waits += 1;
        }
    });
    println!("counted: {COMMITS} commits heard of in {waits} waits, the slowest {slowest:?}");
}

#[test]
fn what_is_wrong_with_an_address_is_said() {
    let server = shared();
    let database = server.database();
    let (name, role) = (database_of(&database), "nobody_here");
    for (url, what) in [
        (
            server.url(OWNER, "no_such_database"),
            "create the database first",
        ),
        (server.url(role, name), "check the user and the password"),
        (
            "postgres://x:hush@127.0.0.1:1/y".to_owned(),
            "postgres://x@127.0.0.1:1/y: error connecting to server",
        ),
    ] {
        let refused = PostgresStore::open(&url.parse().unwrap()).err().unwrap();
        let sentence = refused.to_string();
        assert!(sentence.contains(what), "{sentence}");
        assert!(!sentence.contains("hush"), "{sentence}");
    }
}

/// What the distribution of offices over machines rests on: no statement is of two offices.
#[test]
fn the_statements_name_their_office() {
    const TABLES: [&str; 10] = [
        "offices",
        "records",
        "answers",
        "documents",
        "side",
        "uploads",
        "upload_numbers",
        "file_chunks",
        "entries",
        "bookings",
    ];
    const OF_ALL: &str = "SELECT office_id FROM offices ORDER BY office_id";
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("src/postgres");
    let mut statements = 0;
    for file in fs::read_dir(folder).unwrap() {
        let text = fs::read_to_string(file.unwrap().path()).unwrap();
        let code = text.split("#[cfg(test)]").next().unwrap();
        for literal in code.split('"').skip(1).step_by(2) {
            let words: Vec<&str> = literal.split_whitespace().collect();
            let names_table = words.windows(2).any(|pair| {
                let [verb, table] = pair else { return false };
                ["FROM", "INTO", "UPDATE", "JOIN"].contains(verb) && TABLES.contains(table)
            });
            if !names_table || literal == OF_ALL {
                continue;
            }
            let names_office =
                literal.contains("office_id = $1") || literal.contains("(office_id,");
            // The parts of a question that is put together say it in its last part.
            let is_part = literal.starts_with("SELECT e.amount");
            assert!(names_office || is_part, "{literal}");
            statements += 1;
        }
    }
    println!("counted: {statements} statements name their office");
    assert!(statements > 30);
}

/// The application writes facts and cannot change one; the auditor reads; the owner's rights are
/// needed for neither.
#[test]
fn the_roles_of_a_database_do_their_own_and_no_more() {
    let server = shared();
    let owner = server.database();
    let database = database_of(&owner);
    let roles = Roles {
        application: format!("{database}_application"),
        auditor: format!("{database}_auditor"),
    };
    let grant = || PostgresStore::grant(&owner.parse().unwrap(), &roles);
    let refused = grant().unwrap_err().to_string();
    assert!(refused.contains("make the role first"), "{refused}");
    for role in [&roles.application, &roles.auditor] {
        server.sql(database, &format!("CREATE ROLE {role} LOGIN"));
    }
    grant().unwrap();
    grant().unwrap();

    let application = server.url(&roles.application, database);
    let cases = contract::run(&|| Box::new(open(&application)) as Box<dyn Store>);
    println!("counted: {cases} cases of the contract kept with the application's rights only");
    let store = open(&application);
    let office = *store.offices().unwrap().last().unwrap();
    let auditor = server.url(&roles.auditor, database);
    let looking = PostgresStore::open_read_only(&auditor.parse().unwrap()).unwrap();
    let view = looking.view(office).unwrap();
    assert_eq!(check_log(view.as_ref()).unwrap(), view.head());
    drop(view);

    let mut tried = 0;
    let mut is_forbidden = |role: &str, sql: &str| {
        let output = server.try_sql(role, database, sql);
        let said = String::from_utf8_lossy(&output.stderr);
        let told = said.contains("permission denied") || said.contains("must be owner");
        assert!(told && !output.status.success(), "{role}: {sql}: {said}");
        tried += 1;
    };
    for fact in ["records", "entries", "file_chunks"] {
        let change = format!("UPDATE {fact} SET office_id = office_id");
        is_forbidden(&roles.application, &change);
    }
    for sql in [
        "DELETE FROM records",
        "DELETE FROM offices",
        "TRUNCATE records",
        "ALTER TABLE records ADD COLUMN x int",
        "DROP TABLE records",
        "CREATE INDEX mine ON records (kind)",
        "ALTER TABLE records DISABLE TRIGGER ALL",
        "UPDATE refinery_schema_history SET version = 2",
    ] {
        is_forbidden(&roles.application, sql);
    }
    let tables = "SELECT string_agg(table_name, ' ') FROM information_schema.tables
                  WHERE table_schema = 'public'";
    for table in server.sql(database, tables).split(' ') {
        for sql in [
            format!("INSERT INTO {table} SELECT * FROM {table}"),
            format!("DELETE FROM {table}"),
            format!("TRUNCATE {table}"),
            format!("SELECT * FROM {table} FOR UPDATE"),
            format!("DROP TABLE {table}"),
        ] {
            is_forbidden(&roles.auditor, &sql);
        }
    }
    println!("counted: {tried} acts are forbidden to the application and the auditor");
    assert!(tried > 60);
    // A server with the auditor's role would fail at everything it does, so it does not start.
    let refused = PostgresStore::open(&auditor.parse().unwrap()).err();
    let refused = refused.unwrap().to_string();
    assert!(
        refused.contains("may only read") && refused.contains("`kantor database roles`"),
        "{refused}"
    );
}

/// A certificate for a name, signed by an authority that is made for it: authority, certificate, key.
fn certificate(name: &str) -> [String; 3] {
    let mut authority = CertificateParams::new(Vec::new()).unwrap();
    authority.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    let signing = KeyPair::generate().unwrap();
    let own = authority.self_signed(&signing).unwrap();
    let issuer = Issuer::new(authority, signing);
    let key = KeyPair::generate().unwrap();
    let params = CertificateParams::new(vec![name.to_owned()]).unwrap();
    let signed = params.signed_by(&key, &issuer).unwrap();
    [own.pem(), signed.pem(), key.serialize_pem()]
}

/// The way to the database goes under TLS, to the right server and to no other.
#[test]
fn a_database_on_another_machine_is_reached_under_tls() {
    let mut server = Server::start(Disk::Ignored);
    let url = server.database();
    let [authority, certificate, key] = certificate("localhost");
    let files = [("tls.pem", certificate), ("tls.key", key)];
    let [shown, kept] = files.map(|(name, text)| server.put(name, &text));
    let port = server.listen(&[
        "ssl=on".to_owned(),
        format!("ssl_cert_file={}", shown.display()),
        format!("ssl_key_file={}", kept.display()),
    ]);
    let folder = tempfile::tempdir().unwrap();
    let trusted = folder.path().join("authority.pem");
    fs::write(&trusted, authority).unwrap();
    let stranger = folder.path().join("stranger.pem");
    fs::write(&stranger, &self::certificate("localhost")[0]).unwrap();
    let at = |host: &str, authority: &Path| {
        let name = database_of(&url);
        let way = format!("sslmode=verify-full&sslrootcert={}", authority.display());
        let url = format!("postgres://{OWNER}@{host}:{port}/{name}?{way}");
        PostgresStore::open(&url.parse().unwrap())
    };
    let store = at("localhost", &trusted).unwrap();
    store.create_office(OFFICE, NOW).unwrap();
    assert_eq!(note(&store), 1);
    let ours = "SELECT bool_and(ssl) FROM pg_stat_ssl JOIN pg_stat_activity USING (pid)
                WHERE application_name = 'kantor'";
    assert_eq!(server.sql(database_of(&url), ours), "t");
    for (host, authority) in [
        // Somebody else's certificate, another name, and no certificate at all.
        ("localhost", stranger.as_path()),
        ("127.0.0.1", trusted.as_path()),
        ("localhost", Path::new("/dev/null")),
    ] {
        let refused = at(host, authority).err().unwrap().to_string();
        println!("{refused}");
        assert!(refused.contains("ertificate"), "{refused}");
    }
}

/// The auditor's role may send notices as well: one that is not true wakes who follows once.
#[test]
fn a_notice_that_is_not_true_keeps_nobody_awake() {
    const LOOKS: u32 = 20;
    let (url, store) = new_office();
    let head = note(&store);
    let (short, long) = (Duration::from_millis(50), Duration::from_secs(2));
    let lie = format!("NOTIFY \"kantor_moved_1\", '1 {}'", u64::MAX);
    let is_heard = (0..50).any(|_| {
        shared().sql(database_of(&url), &lie);
        let begun = Instant::now();
        assert_eq!(store.follow(OFFICE, head, long).unwrap(), Some(head));
        begun.elapsed() < long / 4
    });
    assert!(is_heard, "no notice was heard");
    let begun = Instant::now();
    for _ in 0..LOOKS {
        assert_eq!(store.follow(OFFICE, head, short).unwrap(), Some(head));
    }
    let waited = begun.elapsed();
    assert!(waited > short * LOOKS / 2, "{LOOKS} looks in {waited:?}");
    // And what is true is heard.
    let begun = Instant::now();
    let other = open(&url);
    let head = note(&other);
    while store.follow(OFFICE, head - 1, long).unwrap() != Some(head) {
        assert!(begun.elapsed() < long * 30);
    }
}
