//! Who may do what in the database itself. The owner makes and changes the tables and is used for
//! nothing else; the application writes facts and cannot change one; the auditor reads.

use super::PostgresStore;
use super::address::DatabaseUrl;
use super::fault::fault;
use super::schema;
use super::server::Server;
use crate::error::{Fault, OpenError};

/// The roles of a database besides its owner. They exist already: to make a role, and to give it a
/// password, is the database administrator's.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Roles {
    /// As whom servers connect.
    pub application: String,
    /// As whom `kantor verify` connects.
    pub auditor: String,
}

/// What the application may do with each table. The log, and the rows and files of statements, can
/// be added to and never changed; what was uploaded and is of no commit can be swept.
const RIGHTS: [(&str, &str); 11] = [
    ("offices", "SELECT, INSERT, UPDATE"),
    ("records", "SELECT, INSERT"),
    ("answers", "SELECT, INSERT, DELETE"),
    ("documents", "SELECT, INSERT, UPDATE, DELETE"),
    ("side", "SELECT, INSERT, UPDATE, DELETE"),
    ("uploads", "SELECT, INSERT, UPDATE, DELETE"),
    ("upload_numbers", "SELECT, INSERT, UPDATE"),
    ("file_chunks", "SELECT, INSERT, DELETE"),
    ("entries", "SELECT, INSERT, DELETE"),
    ("bookings", "SELECT, INSERT, UPDATE, DELETE"),
    ("refinery_schema_history", "SELECT"),
];

impl Roles {
    /// The statements that give each role its rights, and take away all others.
    pub fn statements(&self) -> String {
        let (application, auditor) = (quoted(&self.application), quoted(&self.auditor));
        let mut sql = String::new();
        for (table, rights) in RIGHTS {
            sql += &format!("REVOKE ALL ON {table} FROM PUBLIC, {application}, {auditor};\n");
            sql += &format!("GRANT {rights} ON {table} TO {application};\n");
            sql += &format!("GRANT SELECT ON {table} TO {auditor};\n");
        }
        sql
    }
}

/// A name as SQL takes it, whatever stands in it.
fn quoted(name: &str) -> String {
    format!("\"{}\"", name.replace('"', "\"\""))
}

impl PostgresStore {
    /// Gives the roles their rights over the tables, all or none. The address is the owner's; its
    /// schema is brought up to date first.
    ///
    /// # Errors
    /// The database cannot be reached or is not ours, or there is no such role.
    pub fn grant(owner: &DatabaseUrl, roles: &Roles) -> Result<(), OpenError> {
        let operation = "give the database's roles their rights";
        if roles.application == roles.auditor {
            return Err(OpenError::Fault(Fault {
                operation,
                reason: "the application and the auditor are the same role".to_owned(),
                advice: "name two roles",
            }));
        }
        let server = Server::new(owner)?;
        let name = owner.to_string();
        let mut client = server.first_connection(&name)?;
        let sql = format!("BEGIN;\n{}COMMIT", roles.statements());
        server.wait(async {
            schema::migrate(&mut client, &name).await?;
            let granted = client.batch_execute(&sql).await;
            granted.map_err(|error| OpenError::Fault(fault(operation)(error)))
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_cannot_leave_its_quotes() {
        let roles = Roles {
            application: "app\"; DROP TABLE records; --".to_owned(),
            auditor: "auditor".to_owned(),
        };
        let sql = roles.statements();
        assert!(
            sql.contains("TO \"app\"\"; DROP TABLE records; --\";"),
            "{sql}"
        );
    }
}
