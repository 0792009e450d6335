//! Message ids: the day and a hash of what is paid.

use kantor_model::{Batch, Date, Party};
use sha2::{Digest, Sha256};

/// Bytes of the hash that are written, as twice as many digits. Ten are enough that two batches of
/// a sender never get the same id by chance; it keeps room for the number of a block.
const HASHED: usize = 10;

/// `20261123-` and twenty hexadecimal digits: the same for the same payments, another one as soon
/// as anything of them is different. The version and the bank's way of writing do not enter, so
/// that the bank knows a payment again that it got in another form.
pub(super) fn message_id(batch: &Batch) -> String {
    let mut hash = Sha256::new();
    let mut add = |field: &[u8]| {
        // The length before each field keeps their borders.
        hash.update((field.len() as u64).to_le_bytes());
        hash.update(field);
    };
    let mut facts = String::new();
    add(batch.debit_account.as_str().as_bytes());
    add_party(&batch.owner, &mut add);
    add(digits(batch.date).as_bytes());
    for transfer in &batch.transfers {
        add(transfer.reference.as_bytes());
        add(&transfer.amount.minor().to_le_bytes());
        add(transfer.amount.currency().code().as_bytes());
        add_party(&transfer.payee, &mut add);
        add(transfer.payee_account.as_str().as_bytes());
        add(transfer.title.as_bytes());
        facts.clear();
        let abroad = transfer.abroad;
        for fact in [
            abroad.country.as_ref().map(|country| country.as_str()),
            abroad.bank.as_ref().map(|bank| bank.as_str()),
            abroad.charges.map(|charges| match charges {
                kantor_model::Charges::Shared => "SHAR",
                kantor_model::Charges::Payer => "DEBT",
                kantor_model::Charges::Payee => "CRED",
            }),
        ] {
            facts.push_str(fact.unwrap_or_default());
            facts.push('|');
        }
        add(facts.as_bytes());
    }
    let hashed = hash.finalize();
    let mut id = digits(batch.date);
    id.push('-');
    for byte in hashed.iter().take(HASHED) {
        id.push_str(&format!("{byte:02X}"));
    }
    id
}

fn add_party(party: &Party, add: &mut impl FnMut(&[u8])) {
    add(party.name.as_bytes());
    add(party.street.as_bytes());
    add(party.city.as_bytes());
}

fn digits(date: Date) -> String {
    format!("{:04}{:02}{:02}", date.year(), date.month(), date.day())
}

#[cfg(test)]
mod tests {
    use kantor_model::{Abroad, Charges, Currency, Iban, Money, Transfer};

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
