//! People and keys at the desk: who may come in.

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::Role;

/// A key of the office: of a desk, or of a panel in a process of its own (`GET /tokens`).
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct KeyView {
    /// Its name; stands in the history of whoever acts with it.
    pub name: String,
    /// What it allows.
    pub role: Role,
    /// The secret itself; told once, to whoever made it or put it under the name.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub token: Option<String>,
}

impl fmt::Debug for KeyView {
    /// A key does not reach logs by accident.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "KeyView({}, {})", self.name, self.role)
    }
}

/// `POST /tokens`: a new key.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct NewKey {
    /// Its name, which no other key has.
    pub name: String,
    /// What it allows.
    pub role: Role,
    /// Why it is made; stays in the history.
    pub reason: String,
}

/// A customer as the staff sees him who helps him to come in (`GET /people/{id}`).
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct PersonView {
    /// His id.
    pub id: String,
    /// First and last name.
    pub name: String,
    /// E-mail: the login.
    pub email: String,
    /// Telephone.
    pub phone: String,
    /// The staff lets nobody in as him.
    pub locked: bool,
    /// He has a second factor, which is asked for when he logs in.
    pub second_factor: bool,
    /// Sessions that are open.
    pub sessions: u32,
    /// So many seconds nobody can log in as him, after too many wrong passwords; else 0.
    #[serde(default)]
    pub wait_seconds: u32,
}

impl fmt::Debug for PersonView {
    /// Personal data does not reach logs by accident.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "PersonView({}, …)", self.id)
    }
}

/// A code with which a customer chooses a new password, once (`POST /people/{id}/new-password`).
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct PasswordCode {
    /// The code, in groups, for reading out. Told once.
    pub code: String,
    /// It is worth nothing after that.
    pub until: String,
}

impl fmt::Debug for PasswordCode {
    /// A code does not reach logs by accident.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "PasswordCode(until {})", self.until)
    }
}
