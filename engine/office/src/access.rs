//! Who may come in: wrong passwords, locks, one-time codes for a new password, and the office's
//! keys. The secrets are side rows and are kept as hashes; each act of the staff is an event with
//! its reason, committed together with the rows that it changes.

use kantor_engine::access::{Help, KeyChange};
use kantor_engine::{Actor, Command, CustomerId, Digest};
use kantor_model::Moment;
use kantor_store::{Side, SideChange, SideError, SideFilter, SideRefusal};

use crate::error::{ExecuteError, PeopleError};
use crate::letters::{LETTER, password_changed};
use crate::people::{
    LOGIN, Role, SESSION, StoredLogin, TOKEN, TokenRecord, number_key, other_way_in, side,
    token_row,
};
use crate::request::{Once, Request};
use crate::runtime::Office;
use crate::second_factor::HALF;

/// Kind of row: a customer whom nobody comes in as, by his number.
const LOCK: &str = "lock";
/// Kind of row: a try, by the hash of what was tried and when the tries before it are back.
const TRIES: &str = "tries";
/// Kind of row: a code for a new password, by its hash.
const CODE: &str = "password-code";

/// More tries than may be taken at once.
const PAGE: usize = 100;

/// What strangers may try so often and no oftener.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Tried<'a> {
    /// Logging in under a name, whether somebody has it or not.
    Login(&'a str),
    /// Asking for a letter to a name, whether somebody has it or not.
    Letter(&'a str),
    /// Codes of the second factor of a customer, in a session of his.
    Code(CustomerId),
}

impl Tried<'_> {
    fn hash(self) -> Digest {
        let name = match self {
            Tried::Login(name) => format!("login {name}"),
            Tried::Letter(name) => format!("letter {name}"),
            Tried::Code(customer) => format!("code {customer}"),
        };
        Digest::of(name.as_bytes())
    }

    /// Whose the rows are: a number made of the hash.
    fn owner(self) -> u64 {
        let hash = self.hash().0;
        u64::from_be_bytes(*hash.first_chunk().unwrap_or(&[0; 8])) >> 1
    }

    fn forgotten(self) -> SideChange {
        SideChange::DeleteOwned {
            kind: TRIES.to_owned(),
            owner: self.owner(),
        }
    }
}

impl Office {
    /// The key of this hash, if it opens anything. Asked with every request: afterwards this process
    /// knows what its holder has just done at another one.
    pub fn token(&self, token_hash: &str) -> Result<Option<TokenRecord>, PeopleError> {
        let view = self.view_up_to_date()?;
        let row = view.side(TOKEN, token_hash, self.now())?;
        row.map(|row| token_row(&row)).transpose()
    }

    /// Makes a key under a name that no other has.
    pub fn issue_key(
        &self,
        by: Actor,
        token: &TokenRecord,
        reason: &str,
        once: Option<Once>,
    ) -> Result<(), PeopleError> {
        let taken = self.tokens()?.iter().any(|known| known.name == token.name);
        if taken && !self.is_done(once.as_ref())? {
            return Err(PeopleError::KeyTaken {
                name: token.name.clone(),
            });
        }
        let put = SideChange::PutNew(token.row());
        self.change_key(by, &token.name, KeyChange::Issued, reason, vec![put], once)
    }

    /// Puts another secret under a key's name; the old one opens nothing from then on, in any
    /// process. Answers what the key allows.
    pub fn rotate_key(
        &self,
        by: Actor,
        name: &str,
        token_hash: &str,
        reason: &str,
        once: Option<Once>,
    ) -> Result<Role, PeopleError> {
        let (role, mut changes) = self.key_named(name)?;
        if self.is_done(once.as_ref())? {
            return Ok(role);
        }
        let new = TokenRecord {
            name: name.to_owned(),
            role,
            token_hash: token_hash.to_owned(),
        };
        changes.push(SideChange::PutNew(new.row()));
        self.change_key(by, name, KeyChange::Rotated, reason, changes, once)?;
        Ok(role)
    }

    /// Takes a key away: it opens nothing from then on, in any process. Answers what it allowed.
    pub fn revoke_key(
        &self,
        by: Actor,
        name: &str,
        reason: &str,
        once: Option<Once>,
    ) -> Result<Option<Role>, PeopleError> {
        if self.is_done(once.as_ref())? {
            return Ok(None);
        }
        let (role, changes) = self.key_named(name)?;
        let mut administrators = self.tokens()?;
        administrators.retain(|token| token.role == Role::Administrator);
        if !administrators.is_empty() && administrators.iter().all(|token| token.name == name) {
            return Err(PeopleError::LastAdministrator);
        }
        self.change_key(by, name, KeyChange::Revoked, reason, changes, once)?;
        Ok(Some(role))
    }

    /// What a key allows, and how it is taken away. Two that were made at the same moment under one
    /// name go together, and neither is thought to allow more than the other.
    fn key_named(&self, name: &str) -> Result<(Role, Vec<SideChange>), PeopleError> {
        let mut tokens = self.tokens()?;
        tokens.retain(|token| token.name == name);
        let role = tokens.iter().map(|token| token.role).min();
        let role = role.ok_or_else(|| PeopleError::NoKey {
            name: name.to_owned(),
        })?;
        let gone = tokens.iter().map(|token| taken(TOKEN, &token.token_hash));
        Ok((role, gone.collect()))
    }

    fn is_done(&self, once: Option<&Once>) -> Result<bool, PeopleError> {
        Ok(match once {
            Some(once) => self.answered(once)?.is_some(),
            None => false,
        })
    }

    fn change_key(
        &self,
        by: Actor,
        name: &str,
        change: KeyChange,
        reason: &str,
        changes: Vec<SideChange>,
        once: Option<Once>,
    ) -> Result<(), PeopleError> {
        let command = Command::ChangeKey {
            name: name.to_owned(),
            change,
            reason: reason.to_owned(),
        };
        let request = Request::new(by, command)
            .with_sides(move |_| changes.clone())
            .once(once);
        match self.execute(request) {
            Ok(_) => Ok(()),
            // Somebody else changed it between the question and the act.
            Err(ExecuteError::Side(SideRefusal::Missing { .. })) => Err(PeopleError::NoKey {
                name: name.to_owned(),
            }),
            Err(error) => Err(error.into()),
        }
    }

    /// The customer with this e-mail.
    pub fn customer_of(&self, email: &str) -> Result<Option<CustomerId>, PeopleError> {
        let email = email.trim().to_lowercase();
        Ok(self.login(&email)?.map(|login| login.customer))
    }

    /// Lets a customer choose a new password, once, with a code that the staff tells him. Codes that
    /// he was told before are worth nothing any more.
    pub fn allow_new_password(
        &self,
        by: Actor,
        customer: CustomerId,
        code: (&str, Moment),
        reason: &str,
        once: Option<Once>,
    ) -> Result<(), PeopleError> {
        let changes = vec![
            forget(CODE, customer),
            SideChange::PutNew(code_row(customer, code)),
        ];
        self.help(by, customer, Help::NewPassword, reason, changes, once)
    }

    /// Keeps a code that a letter tells a customer who has forgotten his password. Codes that he was
    /// told before stay good: whoever asks in his name takes nothing away from him.
    pub fn send_password_code(
        &self,
        customer: CustomerId,
        code: (&str, Moment),
    ) -> Result<(), PeopleError> {
        Ok(self.try_sides(&[SideChange::PutNew(code_row(customer, code))])?)
    }

    /// Whose code it is, unless it was used or its time is over.
    pub fn password_code(&self, code_hash: &str) -> Result<Option<CustomerId>, PeopleError> {
        let row = self.view()?.side(CODE, code_hash, self.now())?;
        Ok(row.and_then(|row| row.owner).map(CustomerId))
    }

    /// Puts a new password in force with a code, which is used up by it together with all others of
    /// this customer. Sessions that were begun with the old one end, wrong passwords are forgotten,
    /// and he is told. `false` when the code is worth nothing.
    pub fn set_password(&self, code_hash: &str, password_hash: &str) -> Result<bool, PeopleError> {
        let Some(customer) = self.password_code(code_hash)? else {
            return Ok(false);
        };
        let Some(person) = self.person(customer)? else {
            return Ok(false);
        };
        let login = StoredLogin {
            customer: customer.0,
            password_hash: password_hash.to_owned(),
        };
        let tried = Tried::Login(&person.email).forgotten();
        let now = self.now();
        let changes = [
            taken(CODE, code_hash),
            forget(CODE, customer),
            SideChange::Put(side(LOGIN, person.email, Some(customer.0), &login)),
            other_way_in(customer, now),
            forget(SESSION, customer),
            forget(HALF, customer),
            tried,
            password_changed(customer, now),
        ];
        match self.try_sides(&changes) {
            Ok(()) => Ok(true),
            // The same code was used at the same time.
            Err(SideError::Refused(SideRefusal::Missing { .. })) => Ok(false),
            Err(error) => Err(error.into()),
        }
    }

    /// Lets nobody in as this customer until he is unlocked; his sessions end.
    pub fn lock_customer(
        &self,
        by: Actor,
        customer: CustomerId,
        reason: &str,
        once: Option<Once>,
    ) -> Result<(), PeopleError> {
        let row = side(LOCK, number_key(customer.0), Some(customer.0), &());
        let changes = vec![
            SideChange::Put(row),
            other_way_in(customer, self.now()),
            forget(SESSION, customer),
            forget(CODE, customer),
            forget(LETTER, customer),
            forget(HALF, customer),
        ];
        self.help(by, customer, Help::Locked, reason, changes, once)
    }

    /// Lets a customer in again, after a lock or too many wrong passwords.
    pub fn unlock_customer(
        &self,
        by: Actor,
        customer: CustomerId,
        reason: &str,
        once: Option<Once>,
    ) -> Result<(), PeopleError> {
        let codes = Tried::Code(customer).forgotten();
        let mut changes = vec![gone(LOCK, &number_key(customer.0)), codes];
        if let Some(person) = self.person(customer)? {
            changes.push(Tried::Login(&person.email).forgotten());
        }
        self.help(by, customer, Help::Unlocked, reason, changes, once)
    }

    /// Whether the staff lets nobody in as this customer.
    pub fn is_locked(&self, customer: CustomerId) -> Result<bool, PeopleError> {
        let row = self
            .view()?
            .side(LOCK, &number_key(customer.0), self.now())?;
        Ok(row.is_some())
    }

    /// How many sessions of a customer are open.
    pub fn open_sessions(&self, customer: CustomerId) -> Result<usize, PeopleError> {
        let filter = SideFilter::first(100).owned_by(customer.0);
        Ok(self.view()?.sides(SESSION, &filter, self.now())?.len())
    }

    pub(crate) fn help(
        &self,
        by: Actor,
        customer: CustomerId,
        help: Help,
        reason: &str,
        changes: Vec<SideChange>,
        once: Option<Once>,
    ) -> Result<(), PeopleError> {
        let command = Command::HelpCustomer {
            customer,
            help,
            reason: reason.to_owned(),
        };
        let request = Request::new(by, command)
            .with_sides(move |_| changes.clone())
            .once(once);
        self.execute(request)?;
        Ok(())
    }

    /// Takes one try: so many at once, and one more after each so many seconds. Counted in the store,
    /// so for all processes together. When none is left: after how many seconds there is one.
    pub fn take_try(
        &self,
        what: Tried<'_>,
        burst: i64,
        seconds: i64,
    ) -> Result<Option<i64>, PeopleError> {
        // Each round but the last means that somebody else has had a try.
        for _ in 0..=burst {
            let (wait, last, full) = self.tries(what, burst, seconds)?;
            if wait > 0 {
                return Ok(Some(wait));
            }
            // Named by the one before it: of two at the same time one comes too late.
            let key = format!("{}/{}", what.hash(), last.map_or(0, Moment::as_micros));
            let row = Side {
                expires: Some(full.plus_seconds(seconds)),
                ..side(TRIES, key, Some(what.owner()), &())
            };
            match self.try_sides(&[SideChange::PutNew(row)]) {
                Ok(()) => return Ok(None),
                Err(SideError::Refused(SideRefusal::Exists { .. })) => {}
                Err(error) => return Err(error.into()),
            }
        }
        Ok(Some(seconds))
    }

    /// After how many seconds there is a try again, as [`Office::take_try`] would say, and none is
    /// taken.
    pub fn wait_for_try(
        &self,
        what: Tried<'_>,
        burst: i64,
        seconds: i64,
    ) -> Result<Option<i64>, PeopleError> {
        let (wait, ..) = self.tries(what, burst, seconds)?;
        Ok((wait > 0).then_some(wait))
    }

    /// How many seconds there is no try; when the last one that was taken is back; when all are.
    fn tries(
        &self,
        what: Tried<'_>,
        burst: i64,
        seconds: i64,
    ) -> Result<(i64, Option<Moment>, Moment), PeopleError> {
        let (now, filter) = (self.now(), SideFilter::first(PAGE).owned_by(what.owner()));
        let tries = self.view()?.sides(TRIES, &filter, now)?;
        // A row lives until its try is back, so the last one's end is when all are.
        let last = tries.iter().filter_map(|row| row.expires).max();
        let full = last.unwrap_or(now);
        Ok((
            full.seconds_since(now) + seconds - burst * seconds,
            last,
            full,
        ))
    }

    /// Gives all tries back.
    pub fn forget_tries(&self, what: Tried<'_>) -> Result<(), PeopleError> {
        Ok(self.try_sides(&[what.forgotten()])?)
    }
}

/// A code for a new password, by its hash, until it ends.
fn code_row(customer: CustomerId, (hash, until): (&str, Moment)) -> Side {
    Side {
        expires: Some(until),
        ..side(CODE, hash.to_owned(), Some(customer.0), &customer.0)
    }
}

fn taken(kind: &str, key: &str) -> SideChange {
    SideChange::Take {
        kind: kind.to_owned(),
        key: key.to_owned(),
    }
}

pub(crate) fn gone(kind: &str, key: &str) -> SideChange {
    SideChange::Delete {
        kind: kind.to_owned(),
        key: key.to_owned(),
    }
}

pub(crate) fn forget(kind: &str, customer: CustomerId) -> SideChange {
    SideChange::DeleteOwned {
        kind: kind.to_owned(),
        owner: customer.0,
    }
}
