//! Message ids: the day and a hash of what is paid.

use kantor_model::{Abroad, Batch, Bic, Charges, Country, Date, Party, Transfer};
use sha2::{Digest, Sha256};

/// Bytes of the hash that are written, as twice as many digits. Ten are enough that two batches of
/// a sender never get the same id by chance; it keeps room for the number of a block.
const HASHED: usize = 10;

/// Stands behind each text that is hashed, so that borders count; no UTF-8 holds it.
const END: u8 = 0xFF;

/// The id of a message while its transfers are added.
pub(super) struct MessageId {
    date: Date,
    hash: Sha256,
    /// The facts of one transfer, so that they are hashed at once.
    facts: Vec<u8>,
}

impl MessageId {
    /// That of a batch, before its transfers.
    pub(super) fn of(batch: &Batch) -> MessageId {
        let mut id = MessageId {
            date: batch.date,
            hash: Sha256::new(),
            facts: Vec::with_capacity(256),
        };
        id.text(batch.debit_account.as_str());
        id.party(&batch.owner);
        id.text(&digits(batch.date));
        id.hash.update(&id.facts);
        id
    }

    /// One transfer more.
    pub(super) fn add(&mut self, transfer: &Transfer) {
        self.facts.clear();
        self.text(&transfer.reference);
        let minor = transfer.amount.minor().to_le_bytes();
        self.facts.extend_from_slice(&minor);
        self.text(transfer.amount.currency().code());
        self.party(&transfer.payee);
        self.text(transfer.payee_account.as_str());
        self.text(&transfer.title);
        let Abroad {
            country,
            bank,
            charges,
        } = &transfer.abroad;
        self.text(country.as_ref().map_or("", Country::as_str));
        self.text(bank.as_ref().map_or("", Bic::as_str));
        self.text(match charges {
            Some(Charges::Shared) => "SHAR",
            Some(Charges::Payer) => "DEBT",
            Some(Charges::Payee) => "CRED",
            None => "",
        });
        self.hash.update(&self.facts);
    }

    fn party(&mut self, party: &Party) {
        self.text(&party.name);
        self.text(&party.street);
        self.text(&party.city);
    }

    fn text(&mut self, text: &str) {
        self.facts.extend_from_slice(text.as_bytes());
        self.facts.push(END);
    }

    /// `20261123-` and twenty hexadecimal digits: the same for the same payments, another one as
    /// soon as anything of them is different. The version and the bank's way of writing do not
    /// enter, so that the bank knows a payment again that it got in another form.
    pub(super) fn finish(self) -> String {
        let mut id = digits(self.date);
        id.push('-');
        for byte in self.hash.finalize().iter().take(HASHED) {
            id.push_str(&format!("{byte:02X}"));
        }
        id
    }
}

fn digits(date: Date) -> String {
    format!("{:04}{:02}{:02}", date.year(), date.month(), date.day())
}

#[cfg(test)]
mod tests {
    use kantor_model::{Currency, Iban, Money};

    use super::*;
    use crate::pain001::ID_LENGTH;

    fn batch() -> Batch {
        let party = Party {
            name: "Jan".to_owned(),
            street: String::new(),
            city: String::new(),
        };
        let account = Iban::parse("61109010140000071219812874").unwrap();
        Batch {
            debit_account: account,
            owner: party.clone(),
            date: Date::constant(2026, 11, 23),
            transfers: vec![Transfer {
                reference: "EX1".to_owned(),
                amount: Money::new(1_00, Currency::PLN),
                payee: party,
                payee_account: account,
                title: "EX1".to_owned(),
                abroad: Abroad::default(),
            }],
        }
    }

    fn message_id(batch: &Batch) -> String {
        let mut id = MessageId::of(batch);
        batch.transfers.iter().for_each(|transfer| id.add(transfer));
        id.finish()
    }

    #[test]
    fn an_id_depends_on_everything_that_is_paid() {
        let id = message_id(&batch());
        assert!(id.starts_with("20261123-"), "{id}");
        // Room for a dash and the number of a block.
        assert!(id.len() + 6 <= ID_LENGTH, "{id}");
        assert_eq!(message_id(&batch()), id);
        type Change = fn(&mut Transfer);
        let changes: [Change; 7] = [
            |transfer| transfer.reference = "EX2".to_owned(),
            |transfer| transfer.amount = Money::new(1_01, Currency::PLN),
            |transfer| transfer.amount = Money::new(1_00, Currency::EUR),
            |transfer| transfer.payee.city = "Jan".to_owned(),
            |transfer| transfer.title = "EX2".to_owned(),
            |transfer| transfer.abroad.charges = Some(Charges::Payer),
            |transfer| {
                transfer.payee.name = "Ja".to_owned();
                transfer.payee.street = "n".to_owned();
            },
        ];
        for change in changes {
            let mut other = batch();
            other.transfers.iter_mut().for_each(change);
            assert_ne!(message_id(&other), id);
        }
        let mut twice = batch();
        twice.transfers.extend(batch().transfers);
        assert_ne!(message_id(&twice), id);
    }
}
