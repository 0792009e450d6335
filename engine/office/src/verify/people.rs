//! Rows about people, against the commitments in the log. A row that is gone was erased.

use std::collections::{BTreeMap, BTreeSet};

use kantor_engine::CustomerId;
use kantor_model::Moment;
use kantor_store::{Side, SideFilter, View};

use super::{Checker, Disagreement, PAGE, wrong};
use crate::people::{ACCOUNT, LOGIN, PAYER, PERSON, committed_account, committed_person};
use crate::people::{login_owner, payer_key};

impl Checker {
    /// People's data that is still kept is what the log committed to, and the rows that lead to
    /// it (logins, payers' accounts) lead to the right person.
    pub(super) fn people(&self, view: &dyn View, now: Moment) -> Result<(), Disagreement> {
        let mut addresses = BTreeMap::new();
        each(view, PERSON, now, &mut |row| {
            let person = committed_person(row).ok_or("it cannot be read, or is another's")?;
            if self.profiles.get(&person.customer) != Some(&person.commitment) {
                return Err("it is not what was registered");
            }
            addresses.insert(person.customer, person.email);
            Ok(())
        })?;
        each(view, LOGIN, now, &mut |row| {
            let customer = login_owner(row).ok_or("it cannot be read, or is another's")?;
            match addresses.get(&customer) {
                Some(address) if *address != row.key => Err("it is not the customer's address"),
                // Where the person was erased, nothing tells any more.
                Some(_) | None => Ok(()),
            }
        })?;
        let mut payers = BTreeSet::new();
        each(view, ACCOUNT, now, &mut |row| {
            let account = committed_account(row).ok_or("it cannot be read, or is another's")?;
            let recorded = self.accounts.get(&account.account);
            if recorded != Some(&(account.customer, account.commitment)) {
                return Err("it is not what was added");
            }
            if let Some(iban) = account.in_profile {
                payers.insert(payer_key(&iban, account.customer.0));
            }
            Ok(())
        })?;
        self.payers(view, now, payers)
    }

    /// The payers' accounts by which lines are matched are those of the profiles.
    fn payers(
        &self,
        view: &dyn View,
        now: Moment,
        mut wanted: BTreeSet<String>,
    ) -> Result<(), Disagreement> {
        each(view, PAYER, now, &mut |row| {
            let owner = crate::people::owner_of_payer_key(&row.key);
            if owner.map(|CustomerId(id)| id) != row.owner || !wanted.remove(&row.key) {
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

/// Looks at every row of a kind. Rows are named by their owner or number: a key may be an address
/// or an account, and personal data has no place in a message.
fn each(
    view: &dyn View,
    kind: &str,
    now: Moment,
    look: &mut dyn FnMut(&Side) -> Result<(), &'static str>,
) -> Result<(), Disagreement> {
    let mut after: Option<String> = None;
    loop {
        let filter = SideFilter {
            after,
            ..SideFilter::first(PAGE)
        };
        let page = view
            .sides(kind, &filter, now)
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
