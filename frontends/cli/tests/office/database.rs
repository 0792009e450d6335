//! The database as somebody with a hex editor sees it.

use std::path::Path;

use rusqlite::Connection;
use rusqlite::types::Value;

/// Opens the database of an office's folder for tampering.
pub(crate) fn open(folder: &Path) -> Connection {
    let connection = Connection::open(folder.join("kantor.db")).unwrap();
    // Whoever tampers does not ask the schema first.
    connection
        .execute_batch("PRAGMA ignore_check_constraints = ON; PRAGMA wal_checkpoint(TRUNCATE);")
        .unwrap();
    connection
}

/// One column of one row.
#[derive(Clone, Debug)]
pub(crate) struct Cell {
    pub(crate) table: &'static str,
    pub(crate) column: &'static str,
    /// Which row, as an SQL condition.
    pub(crate) row: String,
}

impl Cell {
    pub(crate) fn new(table: &'static str, column: &'static str, row: &str) -> Cell {
        let row = row.to_owned();
        Cell { table, column, row }
    }

    fn read(&self, connection: &Connection) -> Value {
        let Cell { table, column, row } = self;
        let text = format!("typeof({column}) = 'text'");
        let sql = format!(
            "SELECT iif({text}, CAST({column} AS BLOB), {column}) FROM {table} WHERE {row}"
        );
        let mut found = connection.prepare(&sql).unwrap();
        let mut found: Vec<Value> = found
            .query_map([], |row| row.get(0))
            .unwrap()
            .collect::<Result<_, _>>()
            .unwrap();
        assert_eq!(found.len(), 1, "{self:?}");
        found.remove(0)
    }

    /// `false` when the schema itself does not let it in.
    fn write(&self, connection: &Connection, value: &Value) -> bool {
        let Cell { table, column, row } = self;
        let sql = format!("SELECT typeof({column}) = 'text' FROM {table} WHERE {row}");
        let is_text: bool = connection.query_row(&sql, [], |row| row.get(0)).unwrap();
        let value_in = if is_text { "CAST(?1 AS TEXT)" } else { "?1" };
        let sql = format!("UPDATE {table} SET {column} = {value_in} WHERE {row}");
        match connection.execute(&sql, [value]) {
            Ok(changed) => changed == 1,
            Err(rusqlite::Error::SqliteFailure(error, _))
                if error.code == rusqlite::ErrorCode::ConstraintViolation =>
            {
                false
            }
            Err(other) => panic!("{self:?}: {other}"),
        }
    }

    /// Flips one bit of one byte; `at` chooses which. `false` when it cannot be done: an empty
    /// cell, a key that is taken.
    pub(crate) fn flip(&self, connection: &Connection, at: u64) -> bool {
        let mut value = self.read(connection);
        match &mut value {
            Value::Null | Value::Real(_) => return false,
            Value::Integer(number) => *number ^= 1 << (at % 64),
            Value::Text(_) => unreachable!("texts are read as bytes"),
            Value::Blob(bytes) => {
                if bytes.is_empty() {
                    return false;
                }
                let length = bytes.len() as u64;
                bytes[usize::try_from(at / 8 % length).unwrap()] ^= 1 << (at % 8);
            }
        }
        self.write(connection, &value)
    }
}

/// The text of one value.
pub(crate) fn text(connection: &Connection, sql: &str) -> String {
    let value: Value = connection.query_row(sql, [], |row| row.get(0)).unwrap();
    match value {
        Value::Text(text) => text,
        Value::Integer(number) => number.to_string(),
        Value::Blob(bytes) => bytes.iter().map(|byte| format!("{byte:02x}")).collect(),
        Value::Null | Value::Real(_) => panic!("no text: {sql}"),
    }
}

/// The facts of an office: which rows and columns of which table must not change unnoticed.
pub(crate) struct Facts {
    pub(crate) table: &'static str,
    /// Columns that name one row.
    pub(crate) key: &'static str,
    pub(crate) columns: &'static [&'static str],
    /// Which rows are facts, as an SQL condition.
    rows: &'static str,
}

/// Not among them: answers to idempotency keys, logins, sessions and tokens, which no event
/// speaks of; uploads that no commit refers to, which a sweep removes; when an upload came.
pub(crate) const FACTS: [Facts; 8] = [
    Facts {
        table: "offices",
        key: "rowid",
        columns: &["office_id", "seq", "hash", "moment"],
        rows: "true",
    },
    Facts {
        table: "records",
        key: "rowid",
        columns: &[
            "office_id",
            "seq",
            "moment",
            "kind",
            "version",
            "body",
            "hash",
        ],
        rows: "true",
    },
    Facts {
        table: "documents",
        key: "rowid",
        columns: &["office_id", "kind", "id", "owner", "state", "body"],
        rows: "true",
    },
    Facts {
        table: "side",
        key: "rowid",
        columns: &["key", "owner", "body"],
        rows: "kind IN ('person', 'customer-account')",
    },
    Facts {
        table: "uploads",
        key: "rowid",
        columns: &["office_id", "upload", "kind", "state", "hash", "size"],
        rows: "state = 'kept'",
    },
    Facts {
        table: "file_chunks",
        key: "rowid",
        columns: &["office_id", "upload", "position", "bytes"],
        rows: "upload IN (SELECT upload FROM uploads WHERE state = 'kept')",
    },
    Facts {
        table: "entries",
        key: "rowid",
        columns: &[
            "office_id",
            "upload",
            "position",
            "amount",
            "balance_after",
            "booked_on",
            "body",
        ],
        rows: "upload IN (SELECT upload FROM uploads WHERE state = 'kept')",
    },
    Facts {
        table: "bookings",
        key: "account, first",
        columns: &[
            "office_id",
            "account",
            "first",
            "count",
            "upload",
            "position",
            "statement",
        ],
        rows: "true",
    },
];

impl Facts {
    /// Each row, as an SQL condition.
    pub(crate) fn rows(&self, connection: &Connection) -> Vec<String> {
        let Facts {
            table, key, rows, ..
        } = self;
        let sql = format!("SELECT {key} FROM {table} WHERE {rows} ORDER BY {key}");
        let mut found = connection.prepare(&sql).unwrap();
        let columns: Vec<String> = key.split(", ").map(str::to_owned).collect();
        let condition = |row: &rusqlite::Row<'_>| {
            let parts: Vec<String> = columns
                .iter()
                .enumerate()
                .map(|(at, column)| Ok(format!("{column} = {}", row.get::<_, i64>(at)?)))
                .collect::<rusqlite::Result<_>>()?;
            Ok(parts.join(" AND "))
        };
        found
            .query_map([], condition)
            .unwrap()
            .collect::<Result<_, _>>()
            .unwrap()
    }
}

/// Every fact of an office as one text; an error where the database cannot be read.
pub(crate) fn dump(connection: &Connection) -> rusqlite::Result<String> {
    let mut dump = String::new();
    for Facts {
        table,
        key,
        columns,
        rows,
    } in FACTS
    {
        let columns = columns.join(", ");
        // Scanned, so that the table is what is read and no index.
        let sql = format!("SELECT {columns} FROM {table} NOT INDEXED WHERE {rows} ORDER BY {key}");
        let mut found = connection.prepare(&sql)?;
        let count = found.column_count();
        let mut found = found.query([])?;
        while let Some(row) = found.next()? {
            for column in 0..count {
                dump.push_str(&format!("{:?} ", row.get_ref(column)?));
            }
            dump.push('\n');
        }
    }
    Ok(dump)
}
