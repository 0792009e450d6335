//! What PostgreSQL says, in words for people.

use deadpool_postgres::PoolError;
use tokio_postgres::Error;
use tokio_postgres::error::{Severity, SqlState};

use crate::error::Fault;

const UNREACHABLE: &str = "see that PostgreSQL runs and can be reached, and try again";

const ADDRESS: &str = "check the user and the password in the database's address";

/// Turns PostgreSQL's error into the store's, with the operation and what to do now.
pub(super) fn fault(operation: &'static str) -> impl Fn(Error) -> Fault {
    move |error| fault_of(operation, &error)
}

/// The same for an error that somebody else keeps.
pub(super) fn fault_of(operation: &'static str, error: &Error) -> Fault {
    Fault {
        operation,
        reason: reason(error),
        advice: advice(error),
    }
}

/// No connection could be had.
pub(super) fn unconnected(operation: &'static str) -> impl Fn(PoolError) -> Fault {
    move |error| match error {
        PoolError::Backend(error) => fault(operation)(error),
        PoolError::Timeout(_) => Fault {
            operation,
            reason: "no connection to the database became free in time".to_owned(),
            advice: UNREACHABLE,
        },
        other => Fault {
            operation,
            reason: other.to_string(),
            advice: UNREACHABLE,
        },
    }
}

/// The server did not answer.
pub(super) fn silent(operation: &'static str) -> Fault {
    Fault {
        operation,
        reason: "the database did not answer in time".to_owned(),
        advice: UNREACHABLE,
    }
}

/// A value in a row that this program cannot have written.
pub(super) fn damaged(operation: &'static str, reason: String) -> Fault {
    Fault {
        operation,
        reason,
        advice: "stop the servers and run `kantor verify`; restore the database from a backup",
    }
}

/// Whether the connection is gone, and not only the statement.
pub(super) fn is_lost(error: &Error) -> bool {
    error.is_closed() || error.as_db_error().is_none() || ends_connection(error)
}

/// The server ends this connection: it is being stopped, or an administrator ended it. Or somebody
/// between us and the server says that its own connection broke (class 08): a pooler, which does not
/// know what had come through.
fn ends_connection(error: &Error) -> bool {
    error.as_db_error().is_some_and(|said| {
        let is_fatal = matches!(
            said.parsed_severity(),
            Some(Severity::Fatal | Severity::Panic)
        );
        is_fatal
            || ["08", "57P"]
                .iter()
                .any(|class| said.code().code().starts_with(class))
    })
}

/// The driver's own text names the kind of error only; what the server says stands behind it.
fn reason(error: &Error) -> String {
    match error.as_db_error() {
        Some(said) => format!("{} ({})", said.message(), said.code().code()),
        None => {
            let source = std::error::Error::source(error);
            source.map_or_else(|| error.to_string(), |source| format!("{error}: {source}"))
        }
    }
}

/// Whether the driver misses something in the address that the server asks for: the password.
fn is_of_address(error: &Error) -> bool {
    error.to_string().starts_with("invalid configuration")
}

fn advice(error: &Error) -> &'static str {
    match error.code() {
        None if is_of_address(error) => ADDRESS,
        None => UNREACHABLE,
        Some(code) if *code == SqlState::DISK_FULL => {
            "free some space on the database server's disk and try again"
        }
        Some(code) if *code == SqlState::TOO_MANY_CONNECTIONS => {
            "raise max_connections on the database server, or run fewer servers"
        }
        Some(code) if *code == SqlState::INSUFFICIENT_PRIVILEGE => {
            "give this role its rights with `kantor database roles`, or use the role that has them"
        }
        Some(code) if *code == SqlState::READ_ONLY_SQL_TRANSACTION => {
            "this server or role may only read; name the one that is written to"
        }
        Some(code)
            if *code == SqlState::INVALID_PASSWORD
                || *code == SqlState::INVALID_AUTHORIZATION_SPECIFICATION =>
        {
            ADDRESS
        }
        Some(code) if *code == SqlState::INVALID_CATALOG_NAME => {
            "create the database first: `createdb NAME`, or CREATE DATABASE"
        }
        Some(code) if *code == SqlState::UNDEFINED_OBJECT => {
            "make the role first: CREATE ROLE name LOGIN PASSWORD '...'"
        }
        Some(code) if *code == SqlState::LOCK_NOT_AVAILABLE => {
            "another server holds the office; see whether it hangs, and try again"
        }
        Some(_) if ends_connection(error) => UNREACHABLE,
        Some(_) => "try again; if it happens again, run `kantor verify`",
    }
}
