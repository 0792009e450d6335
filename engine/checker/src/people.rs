//! Rows about people, against the commitments in the log. A row that is gone was erased.

use std::collections::{BTreeMap, BTreeSet};

use kantor_model::{Currency, Iban};
use serde_json::Value;

use crate::form::{Fields, Misread, whole};
use crate::log::PAGE;
use crate::{Archive, Checks, Digest, Side, must, wrong};

const PERSON: &str = "person";
const LOGIN: &str = "login";
const ACCOUNT: &str = "customer-account";
const PAYER: &str = "payer";

/// A customer's own account as its row has it.
pub(crate) struct OwnAccount {
    customer: u64,
    pub(crate) iban: Iban,
    /// Taken out of the profile since.
    pub(crate) removed: bool,
    commitment: Digest,
    committed: bool,
}

/// What is known of people, in the log and beside it.
#[derive(Default)]
pub(crate) struct People {
    accounts: BTreeMap<u64, OwnAccount>,
    by_number: BTreeMap<Iban, Vec<u64>>,
    profiles: BTreeMap<u64, Digest>,
}

impl People {
    /// Loads the accounts, by which lines are judged.
    pub(crate) fn load(archive: &dyn Archive) -> Checks<People> {
        let mut accounts = BTreeMap::new();
        each(archive, ACCOUNT, &mut |row| {
            let account = account_of(row).ok_or("it cannot be read, or is another's")?;
            accounts.insert(row.key.parse().unwrap_or(0), account);
            Ok(())
        })?;
        let mut by_number: BTreeMap<Iban, Vec<u64>> = BTreeMap::new();
        for (number, account) in &accounts {
            by_number.entry(account.iban).or_default().push(*number);
        }
        Ok(People {
            accounts,
            by_number,
            profiles: BTreeMap::new(),
        })
    }

    pub(crate) fn registered(&mut self, customer: u64, profile: Digest) {
        self.profiles.insert(customer, profile);
    }

    /// An account was added: its row, where it is still kept, is what the log committed to.
    pub(crate) fn added(
        &mut self,
        account: u64,
        customer: u64,
        number: Digest,
        bank: Option<&str>,
    ) -> Checks {
        let Some(row) = self.accounts.get_mut(&account) else {
            return Ok(());
        };
        let fact = || format!("{ACCOUNT} {account}");
        let same = row.customer == customer && row.commitment == number;
        must(same, fact, || "it is not what was added".to_owned())?;
        let of_number = row.iban.bank().map(|bank| bank.id);
        must(of_number == bank, fact, || {
            "it is of another bank than the log says".to_owned()
        })?;
        row.committed = true;
        Ok(())
    }

    /// The row of a customer's account, while it is kept.
    pub(crate) fn account(&self, account: u64) -> Option<&OwnAccount> {
        self.accounts.get(&account)
    }

    /// The customers' accounts with a number at the bank.
    pub(crate) fn accounts_of_number(&self, iban: &Iban) -> impl Iterator<Item = u64> + '_ {
        self.by_number.get(iban).into_iter().flatten().copied()
    }

    /// People's data that is still kept is what the log committed to, and the rows that lead to it
    /// (logins, payers' accounts) lead to the right person.
    pub(crate) fn check(&self, archive: &dyn Archive) -> Checks {
        let mut addresses = BTreeMap::new();
        each(archive, PERSON, &mut |row| {
            let person = person_of(row).ok_or("it cannot be read, or is another's")?;
            if self.profiles.get(&person.customer) != Some(&person.commitment) {
                return Err("it is not what was registered");
            }
            addresses.insert(person.customer, person.email);
            Ok(())
        })?;
        each(archive, LOGIN, &mut |row| {
            let customer = login_of(row).ok_or("it cannot be read, or is another's")?;
            match addresses.get(&customer) {
                Some(address) if *address != row.key => Err("it is not the customer's address"),
                // Where the person was erased, nothing tells any more.
                Some(_) | None => Ok(()),
            }
        })?;
        if let Some((account, _)) = self.accounts.iter().find(|(_, row)| !row.committed) {
            return Err(wrong(
                format!("{ACCOUNT} {account}"),
                "it is not what was added",
            ));
        }
        self.payers(archive)
    }

    /// The payers' accounts by which lines are matched are those of the profiles.
    fn payers(&self, archive: &dyn Archive) -> Checks {
        let in_profiles = self.accounts.values().filter(|row| !row.removed);
        let mut wanted: BTreeSet<String> = in_profiles
            .map(|row| format!("{}/{}", row.iban, row.customer))
            .collect();
        each(archive, PAYER, &mut |row| {
            let owner = row
                .key
                .rsplit_once('/')
                .and_then(|(_, own)| own.parse().ok());
            if owner != row.owner || !wanted.remove(&row.key) {
                return Err("it is in no profile");
            }
            Ok(())
        })?;
        match wanted.first().and_then(|key| key.rsplit_once('/')) {
            Some((_, customer)) => Err(wrong(
                format!("{PAYER} row of customer {customer}"),
                "an account of the profile has none",
            )),
            None => Ok(()),
        }
    }
}

/// Looks at every row of a kind. Rows are named by their number or owner: a key may be an address
/// or an account, and personal data has no place in a message.
fn each(
    archive: &dyn Archive,
    kind: &str,
    look: &mut dyn FnMut(&Side) -> Result<(), &'static str>,
) -> Checks {
    let mut after: Option<String> = None;
    loop {
        let page = archive
            .sides(kind, after.as_deref(), PAGE)
            .map_err(|fault| wrong(format!("rows of kind {kind}"), fault))?;
        let Some(last) = page.last() else {
            return Ok(());
        };
        after = Some(last.key.clone());
        for row in &page {
            look(row).map_err(|what| wrong(named(row), what))?;
        }
    }
}

fn named(row: &Side) -> String {
    let number = row.key.parse::<u64>().ok();
    match (number, row.owner) {
        (Some(number), _) => format!("{} {number}", row.kind),
        (None, Some(owner)) => format!("{} row of customer {owner}", row.kind),
        (None, None) => format!("a {} row", row.kind),
    }
}

/// Reads a row's body, all of it.
fn read<T>(row: &Side, read: impl FnOnce(&Fields<'_>) -> Result<T, Misread>) -> Option<T> {
    let value: Value = serde_json::from_slice(&row.body).ok()?;
    whole(&value, read).ok()
}

/// A row that is kept under the number of what it holds.
fn is_numbered(row: &Side, number: u64) -> bool {
    row.key == format!("{number:020}")
}

fn account_of(row: &Side) -> Option<OwnAccount> {
    let account = read(row, |fields| {
        let (iban, currency): (String, String) = (fields.get("iban")?, fields.get("currency")?);
        let salt: String = fields.get("salt")?;
        fields.get::<String>("name")?;
        let known = Currency::from_code(&currency).is_ok();
        let account = OwnAccount {
            customer: fields.get("customer")?,
            iban: Iban::parse(&iban).map_err(|_| Misread("no account".to_owned()))?,
            removed: fields.optional("removed")?.unwrap_or(false),
            commitment: Digest::commitment([&salt, &iban, &currency].map(String::as_str)),
            committed: false,
        };
        Ok(known.then_some(account))
    })??;
    let number = row.key.parse().ok()?;
    (is_numbered(row, number) && row.owner == Some(account.customer)).then_some(account)
}

struct Person {
    customer: u64,
    commitment: Digest,
    email: String,
}

fn person_of(row: &Side) -> Option<Person> {
    const COMMITTED: [&str; 9] = [
        "salt",
        "first_name",
        "last_name",
        "pesel",
        "email",
        "phone",
        "street",
        "postal_code",
        "city",
    ];
    let person = read(row, |fields| {
        let texts: Vec<String> = COMMITTED
            .iter()
            .map(|name| fields.get(name))
            .collect::<Result<_, _>>()?;
        Ok(Person {
            customer: fields.get("customer")?,
            commitment: Digest::commitment(texts.iter().map(String::as_str)),
            email: fields.get("email")?,
        })
    })?;
    let is_his = is_numbered(row, person.customer) && row.owner == Some(person.customer);
    is_his.then_some(person)
}

fn login_of(row: &Side) -> Option<u64> {
    let customer = read(row, |fields| {
        fields.get::<String>("password_hash")?;
        fields.get("customer")
    })?;
    (row.owner == Some(customer)).then_some(customer)
}
