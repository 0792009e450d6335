//! What SQLite says, in words for people.

use rusqlite::{Error, ErrorCode};

use crate::error::Fault;

const ADVICE: &str = "try again; if it happens again, stop the server and run `kantor verify`";

/// Turns SQLite's error into the store's, with the operation and what to do now.
pub(super) fn fault(operation: &'static str) -> impl Fn(Error) -> Fault {
    move |error| fault_of(operation, &error)
}

/// The same for an error that somebody else keeps.
pub(super) fn fault_of(operation: &'static str, error: &Error) -> Fault {
    Fault {
        operation,
        reason: error.to_string(),
        advice: advice(error),
    }
}

/// Something in the database that this program cannot have written.
pub(super) fn corrupt(operation: &'static str, reason: String) -> Fault {
    Fault {
        operation,
        reason,
        advice: "stop the server and run `kantor verify`; restore the database from a backup",
    }
}

fn advice(error: &Error) -> &'static str {
    match error.sqlite_error_code() {
        Some(ErrorCode::DiskFull) => "free some space on the disk and try again",
        Some(ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked) => {
            "another program holds the database; close it and try again"
        }
        Some(ErrorCode::SystemIoFailure | ErrorCode::CannotOpen) => {
            "check the disk and the rights of the folder, then try again"
        }
        Some(ErrorCode::DatabaseCorrupt | ErrorCode::NotADatabase) => {
            "stop the server, keep a copy of the file, and restore it from a backup"
        }
        Some(ErrorCode::ReadOnly | ErrorCode::PermissionDenied) => {
            "give the program the right to write the file and its folder"
        }
        _ => ADVICE,
    }
}
