//! People: customers' data, their accounts, logins, sessions, and the office's tokens. All of it
//! lives in side rows outside the log and can be erased; the log keeps salted commitments.

use kantor_engine::{Actor, Answer, Command, CustomerAccountId, CustomerId, Digest};
use kantor_model::{Currency, Iban, Moment, Party};
use kantor_store::{Side, SideChange, SideError, SideFilter, SideRefusal, View};
use serde::{Deserialize, Serialize, de::DeserializeOwned};

use crate::error::{ExecuteError, PeopleError};
use crate::request::{Once, Request};
use crate::runtime::Office;

/// Kind of row: a customer's data, by his number.
pub(crate) const PERSON: &str = "person";
/// Kind of row: a login, by e-mail address.
pub(crate) const LOGIN: &str = "login";
/// Kind of row: a customer's own account, by its number with us.
pub(crate) const ACCOUNT: &str = "customer-account";
/// Kind of row: which customers have an account, by `IBAN/customer`.
pub(crate) const PAYER: &str = "payer";
/// Kind of row: a session, by the hash of its token.
pub(crate) const SESSION: &str = "session";
/// Kind of row: a token of the office API, by its hash.
pub(crate) const TOKEN: &str = "token";
/// Kind of row: a customer's way in, by his number; see [`WayIn`].
const WAY_IN: &str = "way-in";

/// Kind of row: a secret of the office's own, by its name.
const SECRET: &str = "secret";

/// A person who wants to become a customer; every field is checked before.
#[derive(Clone, PartialEq, Eq)]
pub struct NewPerson {
    /// First names.
    pub first_name: String,
    /// Last name.
    pub last_name: String,
    /// Eleven digits.
    pub pesel: String,
    /// The login, in lower case.
    pub email: String,
    /// With the country's code.
    pub phone: String,
    /// Street and number.
    pub street: String,
    /// `00-950`.
    pub postal_code: String,
    /// Town.
    pub city: String,
    /// Argon2id in PHC form.
    pub password_hash: String,
}

/// A customer's data as it is kept.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[allow(missing_docs)] // as in `NewPerson`
pub struct PersonRecord {
    /// His number.
    pub customer: u64,
    pub first_name: String,
    pub last_name: String,
    pub pesel: String,
    pub email: String,
    pub phone: String,
    pub street: String,
    pub postal_code: String,
    pub city: String,
    /// Random; makes the commitment in the log say nothing once this row is erased.
    salt: String,
}

impl PersonRecord {
    /// First and last name.
    pub fn name(&self) -> String {
        format!("{} {}", self.first_name, self.last_name)
    }

    /// Name and address as a transfer carries them.
    pub fn party(&self) -> Party {
        Party {
            name: self.name(),
            street: self.street.clone(),
            city: format!("{} {}", self.postal_code, self.city),
        }
    }

    /// What the log knows of this row.
    pub(crate) fn commitment(&self) -> Digest {
        let fields = [
            &self.salt,
            &self.first_name,
            &self.last_name,
            &self.pesel,
            &self.email,
            &self.phone,
            &self.street,
            &self.postal_code,
            &self.city,
        ];
        commitment(fields.map(String::as_str))
    }
}

/// A customer's own account as it is kept.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct CustomerAccountRecord {
    /// Its number with us.
    pub account: CustomerAccountId,
    /// Whose it is.
    pub customer: CustomerId,
    /// Its number at the bank.
    pub iban: Iban,
    /// Its currency.
    pub currency: Currency,
    /// What he calls it.
    pub name: String,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct StoredAccount {
    customer: u64,
    iban: String,
    currency: String,
    name: String,
    salt: String,
    /// Taken out of the profile; orders that use it keep it.
    #[serde(default)]
    removed: bool,
}

impl StoredAccount {
    fn commitment(&self) -> Digest {
        commitment([&self.salt, &self.iban, &self.currency].map(String::as_str))
    }
}

/// By which state of his way in a customer came: it is another one when his password is, when he was
/// locked and when a lost second factor was taken away. What began with an older one opens nothing,
/// also where it was on its way at that moment.
#[derive(Clone, Copy, Default, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(transparent)]
pub struct WayIn(i64);

/// What a login is checked against.
#[derive(Clone, PartialEq, Eq)]
pub struct Login {
    /// Whose it is.
    pub customer: CustomerId,
    /// Argon2id in PHC form.
    pub password_hash: String,
    /// What a session that begins by this password came by.
    pub way_in: WayIn,
}

/// A session at rest: its token is known to the browser only.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct SessionRecord {
    /// SHA-256 of the token, hexadecimal.
    pub token_hash: String,
    /// Whose session it is.
    pub customer: CustomerId,
    /// It ends then.
    pub until: Moment,
    /// By what it began.
    pub way_in: WayIn,
}

/// What a token of the office API allows.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Role {
    /// A panel in a process of its own, which brings customers' calls.
    Front,
    /// Daily work.
    Cashier,
    /// And approve batches.
    Approver,
    /// And set the office up.
    Administrator,
}

/// A token of the office API at rest.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct TokenRecord {
    /// Who holds it; stands in the history as the one who acted.
    pub name: String,
    /// What it allows.
    pub role: Role,
    /// SHA-256 of the token, hexadecimal.
    pub token_hash: String,
}

#[derive(Serialize, Deserialize)]
struct StoredToken {
    name: String,
    role: Role,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct StoredLogin {
    pub(crate) customer: u64,
    pub(crate) password_hash: String,
}

#[derive(Serialize, Deserialize)]
struct StoredSession {
    customer: u64,
    #[serde(default)]
    way_in: WayIn,
}

/// A salted commitment: SHA-256 of the fields, each with its length before it.
fn commitment<const N: usize>(fields: [&str; N]) -> Digest {
    let mut bytes = Vec::new();
    for field in fields {
        bytes.extend_from_slice(&(field.len() as u64).to_be_bytes());
        bytes.extend_from_slice(field.as_bytes());
    }
    Digest::of(&bytes)
}

pub(crate) fn side(kind: &str, key: String, owner: Option<u64>, body: &impl Serialize) -> Side {
    Side {
        kind: kind.to_owned(),
        key,
        owner,
        // Plain structs of strings and numbers always have a JSON form.
        body: serde_json::to_vec(body).unwrap_or_default(),
        expires: None,
    }
}

pub(crate) fn read<T: DeserializeOwned>(kind: &'static str, side: &Side) -> Result<T, PeopleError> {
    serde_json::from_slice(&side.body).map_err(|_| PeopleError::Damaged {
        kind,
        key: side.key.clone(),
    })
}

/// What a customer comes by in a picture of the store.
pub(crate) fn way_in(
    view: &dyn View,
    customer: CustomerId,
    now: Moment,
) -> Result<WayIn, PeopleError> {
    let row = view.side(WAY_IN, &number_key(customer.0), now)?;
    row.map_or(Ok(WayIn::default()), |row| read(WAY_IN, &row))
}

/// What began before opens nothing any more.
pub(crate) fn other_way_in(customer: CustomerId, now: Moment) -> SideChange {
    let way_in = WayIn(now.as_micros());
    let key = number_key(customer.0);
    SideChange::Put(side(WAY_IN, key, Some(customer.0), &way_in))
}

/// The key of a row of kind [`PAYER`].
pub(crate) fn payer_key(iban: &str, customer: u64) -> String {
    format!("{iban}/{customer}")
}

/// Whose row of kind [`PAYER`] it is.
pub(crate) fn owner_of_payer_key(key: &str) -> Option<CustomerId> {
    key.rsplit_once('/')?.1.parse().ok().map(CustomerId)
}

/// Numbers as keys that sort like the numbers.
pub(crate) fn number_key(number: u64) -> String {
    format!("{number:020}")
}

impl Office {
    /// Takes a person in. `salt` is random text of the caller's making.
    pub fn register(
        &self,
        person: &NewPerson,
        salt: &str,
        once: Option<Once>,
    ) -> Result<CustomerId, PeopleError> {
        let record = PersonRecord {
            customer: 0,
            first_name: person.first_name.clone(),
            last_name: person.last_name.clone(),
            pesel: person.pesel.clone(),
            email: person.email.clone(),
            phone: person.phone.clone(),
            street: person.street.clone(),
            postal_code: person.postal_code.clone(),
            city: person.city.clone(),
            salt: salt.to_owned(),
        };
        let profile = record.commitment();
        let password_hash = person.password_hash.clone();
        let request = Request::new(Actor::System, Command::RegisterCustomer { profile })
            .with_sides(move |answer| {
                let Answer::Customer(id) = answer else {
                    return Vec::new();
                };
                let record = PersonRecord {
                    customer: id.0,
                    ..record.clone()
                };
                let login = StoredLogin {
                    customer: id.0,
                    password_hash: password_hash.clone(),
                };
                let email = record.email.clone();
                vec![
                    SideChange::PutNew(side(LOGIN, email, Some(id.0), &login)),
                    SideChange::Put(side(PERSON, number_key(id.0), Some(id.0), &record)),
                ]
            })
            .once(once);
        match self.execute(request) {
            Ok(Answer::Customer(id)) => Ok(id),
            Ok(other) => Err(ExecuteError::Damaged(format!("registered as {other:?}")).into()),
            Err(ExecuteError::Side(SideRefusal::Exists { .. })) => Err(PeopleError::LoginTaken),
            Err(error) => Err(error.into()),
        }
    }

    /// A customer's data; `None` when it was erased or never was.
    pub fn person(&self, customer: CustomerId) -> Result<Option<PersonRecord>, PeopleError> {
        self.view()?
            .side(PERSON, &number_key(customer.0), self.now())?
            .map(|row| read(PERSON, &row))
            .transpose()
    }

    /// What a login under a name is checked against.
    pub fn login(&self, email: &str) -> Result<Option<Login>, PeopleError> {
        let (view, now) = (self.view()?, self.now());
        let row = view.side(LOGIN, email, now)?;
        let stored: Option<StoredLogin> = row.map(|row| read(LOGIN, &row)).transpose()?;
        // Of the same picture as the password. Asked for nobody as well, who has number 0: what is
        // asked must not tell who is a customer.
        let customer = CustomerId(stored.as_ref().map_or(0, |stored| stored.customer));
        let way_in = way_in(&*view, customer, now)?;
        Ok(stored.map(|stored| Login {
            customer,
            password_hash: stored.password_hash,
            way_in,
        }))
    }

    /// Adds an account of a customer's own. `salt` is random text of the caller's making.
    pub fn add_customer_account(
        &self,
        customer: CustomerId,
        iban: Iban,
        currency: Currency,
        name: &str,
        salt: &str,
        once: Option<Once>,
    ) -> Result<CustomerAccountId, PeopleError> {
        let known = self.customer_accounts(customer)?;
        if once.is_none()
            && known
                .iter()
                .any(|own| own.iban == iban && own.currency == currency)
        {
            return Err(PeopleError::AccountTaken);
        }
        let stored = StoredAccount {
            customer: customer.0,
            iban: iban.to_string(),
            currency: currency.code().to_owned(),
            name: name.trim().to_owned(),
            salt: salt.to_owned(),
            removed: false,
        };
        let command = Command::AddCustomerAccount {
            customer,
            currency,
            bank: iban.bank().map(|bank| bank.id.to_owned()),
            number: stored.commitment(),
        };
        let request = Request::new(Actor::Customer(customer), command)
            .with_sides(move |answer| {
                let Answer::CustomerAccount(id) = answer else {
                    return Vec::new();
                };
                let payer_key = payer_key(&stored.iban, stored.customer);
                let owner = Some(stored.customer);
                vec![
                    SideChange::Put(side(ACCOUNT, number_key(id.0), owner, &stored)),
                    SideChange::Put(side(PAYER, payer_key, owner, &())),
                ]
            })
            .once(once);
        match self.execute(request)? {
            Answer::CustomerAccount(id) => Ok(id),
            other => Err(ExecuteError::Damaged(format!("account added as {other:?}")).into()),
        }
    }

    /// One customer's account, also one that was taken out of the profile.
    pub fn customer_account(
        &self,
        account: CustomerAccountId,
    ) -> Result<Option<CustomerAccountRecord>, PeopleError> {
        let row = self
            .view()?
            .side(ACCOUNT, &number_key(account.0), self.now())?;
        Ok(row
            .map(|row| account_of(&row))
            .transpose()?
            .map(|(record, _)| record))
    }

    /// A customer's accounts that are in his profile.
    pub fn customer_accounts(
        &self,
        customer: CustomerId,
    ) -> Result<Vec<CustomerAccountRecord>, PeopleError> {
        let filter = SideFilter::first(200).owned_by(customer.0);
        let mut accounts = Vec::new();
        for row in self.view()?.sides(ACCOUNT, &filter, self.now())? {
            let (record, removed) = account_of(&row)?;
            if !removed {
                accounts.push(record);
            }
        }
        Ok(accounts)
    }

    /// Takes an account out of a customer's profile. Money from it is a third party's from now on.
    pub fn remove_customer_account(
        &self,
        customer: CustomerId,
        account: CustomerAccountId,
    ) -> Result<(), PeopleError> {
        let Some(row) = self
            .view()?
            .side(ACCOUNT, &number_key(account.0), self.now())?
        else {
            return Ok(());
        };
        let mut stored: StoredAccount = read(ACCOUNT, &row)?;
        if stored.customer != customer.0 {
            return Ok(());
        }
        stored.removed = true;
        let payer_key = payer_key(&stored.iban, stored.customer);
        let still_used = self
            .customer_accounts(customer)?
            .iter()
            .any(|own| own.account != account && own.iban.as_str() == stored.iban);
        let mut changes = vec![SideChange::Put(side(
            ACCOUNT,
            row.key.clone(),
            Some(customer.0),
            &stored,
        ))];
        if !still_used {
            changes.push(SideChange::Delete {
                kind: PAYER.to_owned(),
                key: payer_key,
            });
        }
        self.change_sides(&changes)
    }

    /// Begins a session, or moves its end.
    pub fn save_session(&self, session: &SessionRecord) -> Result<(), PeopleError> {
        let stored = StoredSession {
            customer: session.customer.0,
            way_in: session.way_in,
        };
        let row = side(
            SESSION,
            session.token_hash.clone(),
            Some(session.customer.0),
            &stored,
        );
        self.change_sides(&[SideChange::Put(Side {
            expires: Some(session.until),
            ..row
        })])
    }

    /// The session of a token, unless it has ended. Asked with every request: afterwards this process
    /// knows what its customer has just done at another one.
    pub fn session(&self, token_hash: &str) -> Result<Option<SessionRecord>, PeopleError> {
        let (view, now) = (self.view_up_to_date()?, self.now());
        let Some(row) = view.side(SESSION, token_hash, now)? else {
            return Ok(None);
        };
        let stored: StoredSession = read(SESSION, &row)?;
        let session = SessionRecord {
            token_hash: token_hash.to_owned(),
            customer: CustomerId(stored.customer),
            until: row.expires.unwrap_or(now),
            way_in: stored.way_in,
        };
        let is_open = session.way_in == way_in(&*view, session.customer, now)?;
        Ok(Some(session).filter(|_| is_open))
    }

    /// Ends a session; one that does not exist has ended already.
    pub fn end_session(&self, token_hash: &str) -> Result<(), PeopleError> {
        let (kind, key) = (SESSION.to_owned(), token_hash.to_owned());
        self.change_sides(&[SideChange::Delete { kind, key }])
    }

    /// The tokens that open the office API. Asked with every request: afterwards this process knows
    /// what their holders have just done at another one.
    pub fn tokens(&self) -> Result<Vec<TokenRecord>, PeopleError> {
        let view = self.view_up_to_date()?;
        let rows = view.sides(TOKEN, &SideFilter::first(10_000), self.now())?;
        rows.iter().map(token_row).collect()
    }

    /// Adds a token of the office API without a trace in the log: an office that has only just
    /// opened has nobody yet who could have made it.
    pub fn add_token(&self, token: &TokenRecord) -> Result<(), PeopleError> {
        self.change_sides(&[SideChange::PutNew(token.row())])
    }

    /// A secret of the office that all its processes share. The first one who asks for it brings it.
    pub fn secret(&self, name: &str, fresh: &str) -> Result<String, PeopleError> {
        let kept = || -> Result<Option<String>, PeopleError> {
            let row = self.view()?.side(SECRET, name, self.now())?;
            row.map(|row| read(SECRET, &row)).transpose()
        };
        if let Some(secret) = kept()? {
            return Ok(secret);
        }
        let row = side(SECRET, name.to_owned(), None, &fresh);
        match self.try_sides(&[SideChange::PutNew(row)]) {
            Ok(()) => Ok(fresh.to_owned()),
            // Another process was first.
            Err(SideError::Refused(SideRefusal::Exists { .. })) => kept()?
                .ok_or_else(|| PeopleError::Store("the office's secret came and went".to_owned())),
            Err(error) => Err(error.into()),
        }
    }

    fn change_sides(&self, changes: &[SideChange]) -> Result<(), PeopleError> {
        Ok(self.try_sides(changes)?)
    }

    pub(crate) fn try_sides(&self, changes: &[SideChange]) -> Result<(), SideError> {
        let shared = self.shared();
        shared
            .store
            .change_side(shared.settings.office, self.now(), changes)
    }
}

impl TokenRecord {
    /// The token as it is kept.
    pub(crate) fn row(&self) -> Side {
        let stored = StoredToken {
            name: self.name.clone(),
            role: self.role,
        };
        side(TOKEN, self.token_hash.clone(), None, &stored)
    }
}

pub(crate) fn token_row(row: &Side) -> Result<TokenRecord, PeopleError> {
    let stored: StoredToken = read(TOKEN, row)?;
    Ok(TokenRecord {
        name: stored.name,
        role: stored.role,
        token_hash: row.key.clone(),
    })
}

fn account_of(row: &Side) -> Result<(CustomerAccountRecord, bool), PeopleError> {
    let damaged = || PeopleError::Damaged {
        kind: ACCOUNT,
        key: row.key.clone(),
    };
    let stored: StoredAccount = read(ACCOUNT, row)?;
    let record = CustomerAccountRecord {
        account: CustomerAccountId(row.key.parse().map_err(|_| damaged())?),
        customer: CustomerId(stored.customer),
        iban: Iban::parse(&stored.iban).map_err(|_| damaged())?,
        currency: Currency::from_code(&stored.currency).map_err(|_| damaged())?,
        name: stored.name,
    };
    Ok((record, stored.removed))
}
