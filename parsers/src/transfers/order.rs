//! What a transfer file says, read back.

use std::collections::BTreeMap;

use kantor_model::{
    Abroad, AccountNumber, Batch, Charges, Complaint, Date, Iban, Money, Party, Place, Severity,
    Transfer,
};

use super::payee_bank::{country_of, told_by};

/// One transfer of a file, as it is written there.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Order {
    /// Where it begins.
    pub place: Place,
    /// The day on which the bank is to act.
    pub date: Date,
    /// More than zero.
    pub amount: Money,
    /// The account that pays, as written.
    pub debit_account: AccountNumber,
    /// The ordering party.
    pub owner: Party,
    /// The account it goes to, as written.
    pub payee_account: AccountNumber,
    /// Who gets it.
    pub payee: Party,
    /// The title, its lines put together.
    pub title: String,
    /// The payer's own name for it beside the title: field 16 of Elixir-0, `:20:` of PLA, `:21:`
    /// of MT101, EndToEndId of pain.001; `None` where none is written.
    pub reference: Option<String>,
    /// Field 15 of Elixir-0: 51 ordinary, 53 split payment, 71 taxes; `None` when it is empty and
    /// in other formats.
    pub classification: Option<String>,
    /// What the file says of the payee's country and bank and of the charges, whether it is what
    /// would be taken without it or not.
    pub abroad: Abroad,
}

/// What was read from a transfer file.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Read {
    /// The transfers that could be read, in order.
    pub orders: Vec<Order>,
    /// What was wrong.
    pub complaints: Vec<Complaint>,
}

impl Read {
    /// Whether nothing is fatally wrong.
    pub fn is_whole(&self) -> bool {
        self.complaints
            .iter()
            .all(|complaint| match complaint.severity {
                Severity::Notice => true,
                Severity::Fatal => false,
            })
    }
}

/// What of it is not taken anyway: another country than that of the account, a bank that the
/// account does not tell, charges other than shared.
fn needed(abroad: Abroad, account: &Iban) -> Abroad {
    let told = told_by(account);
    let country = country_of(account);
    Abroad {
        country: abroad.country.filter(|it| Some(*it) != country),
        bank: abroad.bank.filter(|it| Some(*it) != told),
        charges: abroad.charges.filter(|it| *it != Charges::Shared),
    }
}

/// Why orders are no batch.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum NotABatch {
    /// An account number with wrong check digits cannot be paid to.
    #[error(
        "line {line}: {account} is not a valid account number; correct it before the file goes to the bank"
    )]
    Account {
        /// The line of the file.
        line: u32,
        /// What stands there.
        account: String,
    },
}

/// The orders as batches, one for each paying account, owner and day, in the order in which these
/// first appear. Where no reference is written the whole title stands for it.
///
/// # Errors
/// [`NotABatch`] for the first account number that cannot be paid to or from.
pub fn batches(orders: &[Order]) -> Result<Vec<Batch>, NotABatch> {
    let mut batches: Vec<Batch> = Vec::new();
    let mut places: BTreeMap<(Iban, Date, &Party), usize> = BTreeMap::new();
    for order in orders {
        let iban = |account: &AccountNumber| {
            account.iban().ok_or_else(|| NotABatch::Account {
                line: order.place.line,
                account: account.to_string(),
            })
        };
        let debit_account = iban(&order.debit_account)?;
        let payee_account = iban(&order.payee_account)?;
        let transfer = Transfer {
            reference: order
                .reference
                .clone()
                .unwrap_or_else(|| order.title.clone()),
            amount: order.amount,
            payee: order.payee.clone(),
            payee_account,
            title: order.title.clone(),
            abroad: needed(order.abroad, &payee_account),
        };
        let place = *places
            .entry((debit_account, order.date, &order.owner))
            .or_insert(batches.len());
        match batches.get_mut(place) {
            Some(batch) => batch.transfers.push(transfer),
            None => batches.push(Batch {
                debit_account,
                owner: order.owner.clone(),
                date: order.date,
                transfers: vec![transfer],
            }),
        }
    }
    Ok(batches)
}
