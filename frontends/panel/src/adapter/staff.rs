//! The desk's side of people and keys.

use kantor_engine::CustomerId;
use kantor_office::TokenRecord;
use kantor_wire::{KeyView, NewKey, PasswordCode, PersonView, Problem, Role};

use super::refused::{after_the_act, missing, people};
use super::{LocalOffice, number, once as act_once, salt, staff};
use crate::port::{Once, PortError, PortResult};
use crate::secrets::{code_hash, new_code, sha256_hex};

/// How long a code for a new password is good, in seconds: long enough to go home.
const CODE_SECONDS: i64 = 4 * 3_600;
/// The longest name of a key.
const LONGEST_NAME: usize = 40;

fn told_once() -> Problem {
    Problem::new(
        409,
        "told-once",
        "Told once",
        "This was done, and its secret was told then; it is kept nowhere. Ask for another one with a \
         new Idempotency-Key.",
    )
}

/// A key's name stands in histories and in addresses.
fn named(name: &str) -> PortResult<String> {
    let name = name.trim();
    let fits = |c: char| c.is_alphanumeric() || "-_.@ ".contains(c);
    if name.is_empty() || name.chars().count() > LONGEST_NAME || !name.chars().all(fits) {
        return Err(Problem::new(
            422,
            "key-name",
            "No name of a key",
            "The name of a key has 1 to 40 letters, digits, blanks, dots, dashes or underscores. \
             Choose such a name.",
        )
        .into());
    }
    Ok(name.to_owned())
}

pub(super) fn role(role: kantor_office::Role) -> Role {
    match role {
        kantor_office::Role::Front => Role::Front,
        kantor_office::Role::Cashier => Role::Cashier,
        kantor_office::Role::Approver => Role::Approver,
        kantor_office::Role::Administrator => Role::Administrator,
    }
}

fn role_of(role: Role) -> kantor_office::Role {
    match role {
        Role::Front => kantor_office::Role::Front,
        Role::Cashier => kantor_office::Role::Cashier,
        Role::Approver => kantor_office::Role::Approver,
        Role::Administrator => kantor_office::Role::Administrator,
    }
}

impl LocalOffice {
    fn customer_named(&self, who: &str) -> PortResult<CustomerId> {
        let by_email = || self.office.customer_of(who).map_err(people);
        match number(who) {
            Some(id) => Some(CustomerId(id)),
            None => by_email()?,
        }
        .ok_or_else(no_customer)
    }

    pub(super) fn seen_person(&self, who: &str) -> PortResult<PersonView> {
        let customer = self.customer_named(who)?;
        let person = self.office.person(customer).map_err(people)?;
        let person = person.ok_or_else(no_customer)?;
        let factor = self.office.second_factor(customer).map_err(people)?;
        let sessions = self.office.open_sessions(customer).map_err(people)?;
        Ok(PersonView {
            id: customer.to_string(),
            name: person.name(),
            locked: self.office.is_locked(customer).map_err(people)?,
            second_factor: factor.is_some_and(|factor| factor.confirmed),
            sessions: u32::try_from(sessions).unwrap_or(u32::MAX),
            wait_seconds: self.wait_for_login(&person.email)?,
            email: person.email,
            phone: person.phone,
        })
    }

    pub(super) fn told_code(
        &self,
        customer: &str,
        reason: &str,
        once: &Once,
    ) -> PortResult<PasswordCode> {
        let customer = self.customer_named(customer)?;
        let code = new_code().map_err(|error| PortError::Down(error.to_string()))?;
        let until = self.office.now().plus_seconds(CODE_SECONDS);
        let hash = code_hash(&code);
        let kept = (hash.as_str(), until);
        self.office
            .allow_new_password(staff(once), customer, kept, reason, act_once(once))
            .map_err(people)?;
        // A repeated act has happened before, with a code that nobody knows any more.
        let known = self.office.password_code(&hash).map_err(people);
        after_the_act(known)?.ok_or_else(told_once)?;
        Ok(PasswordCode {
            code,
            until: until.to_string(),
        })
    }

    pub(super) fn locked_person(
        &self,
        customer: &str,
        locked: bool,
        reason: &str,
        once: &Once,
    ) -> PortResult<PersonView> {
        let id = self.customer_named(customer)?;
        let (by, once) = (staff(once), act_once(once));
        match locked {
            true => self.office.lock_customer(by, id, reason, once),
            false => self.office.unlock_customer(by, id, reason, once),
        }
        .map_err(people)?;
        after_the_act(self.seen_person(customer))
    }

    pub(super) fn without_factor(
        &self,
        customer: &str,
        reason: &str,
        once: &Once,
    ) -> PortResult<PersonView> {
        let id = self.customer_named(customer)?;
        self.office
            .remove_second_factor(staff(once), id, reason, act_once(once))
            .map_err(people)?;
        after_the_act(self.seen_person(customer))
    }

    /// What a key that was just made or changed is told as.
    fn told_key(&self, name: &str, role: Role, token: String) -> PortResult<KeyView> {
        let hash = sha256_hex(token.as_bytes());
        let known = self.office.token(&hash).map_err(people);
        after_the_act(known)?.ok_or_else(told_once)?;
        Ok(KeyView {
            name: name.to_owned(),
            role,
            token: Some(token),
        })
    }

    pub(super) fn issued_key(&self, key: &NewKey, once: &Once) -> PortResult<KeyView> {
        let (name, token) = (named(&key.name)?, salt()?);
        let record = TokenRecord {
            name: name.clone(),
            role: role_of(key.role),
            token_hash: sha256_hex(token.as_bytes()),
        };
        self.office
            .issue_key(staff(once), &record, &key.reason, act_once(once))
            .map_err(people)?;
        self.told_key(&name, key.role, token)
    }

    pub(super) fn rotated_key(&self, name: &str, reason: &str, once: &Once) -> PortResult<KeyView> {
        let token = salt()?;
        let hash = sha256_hex(token.as_bytes());
        let allowed = self
            .office
            .rotate_key(staff(once), name, &hash, reason, act_once(once))
            .map_err(people)?;
        self.told_key(name, role(allowed), token)
    }

    pub(super) fn revoked_key(&self, name: &str, reason: &str, once: &Once) -> PortResult<()> {
        self.office
            .revoke_key(staff(once), name, reason, act_once(once))
            .map(drop)
            .map_err(people)
    }
}

fn no_customer() -> PortError {
    missing(
        "no_customer",
        "There is no such customer. Name him by his number or by the e-mail he logs in with.",
    )
}
