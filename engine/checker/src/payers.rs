//! Whose the other side's account is, as far as what is kept of people still tells.

use kantor_model::{AccountNumber, Moment};

use crate::log::At;
use crate::office::Office;
use crate::rows::Said;

/// An account that was added so short before may not have been seen by an import that began
/// earlier, in seconds.
const IMPORT_SECONDS: i64 = 3_600;

/// The customers who have the payer's account in their profiles.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) enum Payers {
    /// The bank names no account, which is no proof against anybody.
    NotGiven,
    Known {
        /// They had it when the line was judged.
        sure: Vec<u64>,
        /// They may have had it: it was taken out since, or was being added.
        maybe: Vec<u64>,
        /// Whether it is a full account number, of a bank and not of the office.
        is_told: bool,
    },
}

impl Payers {
    /// The customers who are known to have sent it.
    pub(crate) fn sure(&self) -> &[u64] {
        match self {
            Payers::NotGiven => &[],
            Payers::Known { sure, .. } => sure,
        }
    }

    /// Those, and the ones who may have.
    pub(crate) fn all(&self) -> impl Iterator<Item = u64> + '_ {
        let maybe = match self {
            Payers::NotGiven => &[][..],
            Payers::Known { maybe, .. } => maybe,
        };
        self.sure().iter().chain(maybe).copied()
    }
}

/// What the payer is to one customer.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Payer {
    /// The bank names none, which is no proof against anybody.
    NotGiven,
    Own,
    Foreign,
    /// The rows that would tell are erased, or were being written.
    Untold,
}

impl Office<'_> {
    /// Whose the payer's account was when the line was judged.
    pub(crate) fn payers(&self, now: Moment, said: &Said) -> Payers {
        let written = said.counterparty_account.as_deref();
        let Some(account) = written.and_then(AccountNumber::from_file) else {
            return Payers::NotGiven;
        };
        let (mut sure, mut maybe) = (Vec::new(), Vec::new());
        let iban = account.iban();
        let is_ours = |iban| self.accounts.values().any(|own| own.iban == iban);
        let Some(iban) = iban.filter(|iban| !is_ours(*iban)) else {
            return Payers::Known {
                sure,
                maybe,
                is_told: false,
            };
        };
        for number in self.people.accounts_of_number(&iban) {
            let Some(known) = self.customer_account(number) else {
                continue;
            };
            let fresh = now.seconds_since(known.added) < IMPORT_SECONDS;
            let removed = self.people.account(number).is_none_or(|row| row.removed);
            if fresh || removed {
                maybe.push(known.customer);
            } else {
                sure.push(known.customer);
            }
        }
        maybe.retain(|customer| !sure.contains(customer));
        Payers::Known {
            sure,
            maybe,
            is_told: true,
        }
    }

    /// What the payer was to a customer when the line was judged.
    pub(crate) fn payer(&self, at: &At<'_>, customer: u64, said: &Said) -> Payer {
        self.payer_among(customer, &self.payers(at.moment, said))
    }

    pub(crate) fn payer_among(&self, customer: u64, payers: &Payers) -> Payer {
        match payers {
            Payers::NotGiven => Payer::NotGiven,
            Payers::Known { sure, .. } if sure.contains(&customer) => Payer::Own,
            Payers::Known { maybe, .. } if maybe.contains(&customer) => Payer::Untold,
            Payers::Known { is_told: true, .. } if self.is_erased(customer) => Payer::Untold,
            Payers::Known { .. } => Payer::Foreign,
        }
    }

    /// Whether the number of one of a customer's accounts is not kept any more.
    fn is_erased(&self, customer: u64) -> bool {
        let own = self.accounts_of.get(&customer).into_iter().flatten();
        own.copied()
            .any(|account| self.people.account(account).is_none())
    }
}
