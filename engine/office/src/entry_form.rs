//! The stored form of a bank line: everything that the bank says about it, as JSON.

use kantor_engine::Digest;
use kantor_engine::chain::{Marks, Says, evidence};
use kantor_engine::matching::{LineFacts, LinePart, Payer};
use kantor_model::{AccountNumber, Counterparty, Currency, Date, Entry, Money, Part};
use kantor_store::StagedEntry;
use serde::{Deserialize, Serialize};

use crate::state::short;

/// A bank line as it is kept (pozycja wyciągu): what the bank said, and nothing that we think.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct BankLine {
    /// Signed; credit positive.
    pub amount: Money,
    /// The booked balance after it, minor units.
    pub balance_after: i64,
    /// The day on which the bank booked it.
    pub booked_on: Option<Date>,
    /// Everything else.
    pub said: Said,
}

/// What the bank says of a line besides amount and day.
#[derive(Clone, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
pub struct Said {
    /// The day from which interest counts, ISO 8601.
    pub value_date: Option<String>,
    /// The bank's code of the operation.
    pub transaction_code: Option<String>,
    /// The bank's own reference.
    pub bank_reference: Option<String>,
    /// The reference that the customer gave.
    pub customer_reference: Option<String>,
    /// Name of the other side.
    pub counterparty_name: Option<String>,
    /// Account of the other side: an IBAN in electronic form, or the text as written.
    pub counterparty_account: Option<String>,
    /// The title.
    pub remittance: Option<String>,
    /// Undoes an earlier line.
    pub reversal: bool,
    // What follows is left out where the bank does not say it, so that a row without it has the
    // bytes, and the hash, that it always had.
    /// The other side's bank.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub counterparty_bank: Option<String>,
    /// What was ordered before the bank exchanged it: `5.00 EUR`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub original: Option<String>,
    /// What the bank took for it: `5.00 EUR`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub charges: Option<String>,
    /// Why a payment came back.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub return_reason: Option<String>,
    /// The transactions that the bank booked together in this line.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub parts: Vec<SaidPart>,
}

/// What the bank says of one transaction of a line. Left out is what it does not say.
#[derive(Clone, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct SaidPart {
    /// Signed decimal text in the line's currency.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub amount: Option<String>,
    /// The bank's own reference.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub bank_reference: Option<String>,
    /// The reference that the customer gave.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub customer_reference: Option<String>,
    /// Name of the other side.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub counterparty_name: Option<String>,
    /// Account of the other side.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub counterparty_account: Option<String>,
    /// The other side's bank.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub counterparty_bank: Option<String>,
    /// The title.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub remittance: Option<String>,
    /// Why it came back.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub return_reason: Option<String>,
}

impl SaidPart {
    fn of(part: &Part) -> SaidPart {
        let Counterparty {
            name,
            account,
            bank,
        } = &part.counterparty;
        SaidPart {
            amount: part.amount.map(Money::to_decimal_string),
            bank_reference: part.bank_reference.clone(),
            customer_reference: part.customer_reference.clone(),
            counterparty_name: name.clone(),
            counterparty_account: account.as_ref().map(|account| account.as_str().to_owned()),
            counterparty_bank: bank.clone(),
            remittance: part.remittance.clone(),
            return_reason: part.return_reason.clone(),
        }
    }
}

impl BankLine {
    /// The line that an entry becomes, with the balance after it.
    pub fn of(entry: &Entry, balance_after: i64) -> BankLine {
        BankLine {
            amount: entry.amount,
            balance_after,
            booked_on: entry.booking_date.or(entry.value_date),
            said: Said {
                value_date: entry.value_date.map(|date| date.to_string()),
                transaction_code: entry.transaction_code.clone(),
                bank_reference: entry.bank_reference.clone(),
                customer_reference: entry.customer_reference.clone(),
                counterparty_name: entry.counterparty.name.clone(),
                counterparty_account: entry
                    .counterparty
                    .account
                    .as_ref()
                    .map(|account| account.as_str().to_owned()),
                remittance: entry.remittance.clone(),
                reversal: entry.reversal,
                counterparty_bank: entry.counterparty.bank.clone(),
                original: entry.original.map(|money| money.to_string()),
                charges: entry.charges.map(|money| money.to_string()),
                return_reason: entry.return_reason.clone(),
                parts: entry.parts.iter().map(SaidPart::of).collect(),
            },
        }
    }

    /// The row that the store keeps.
    pub fn to_row(&self) -> StagedEntry {
        StagedEntry {
            amount: self.amount.minor(),
            balance_after: self.balance_after,
            booked_on: self.booked_on,
            // Plain strings and flags always have a JSON form.
            body: serde_json::to_vec(&self.said).unwrap_or_default(),
        }
    }

    /// A short name of everything that the bank says of the line, its place in the account aside: two
    /// lines have the same one only when nothing tells them apart.
    pub fn fingerprint(&self) -> String {
        let row = self.to_row();
        let day = row.booked_on.map(|day| day.to_string());
        let mut said = format!("{} {}\n", self.amount, day.unwrap_or_default()).into_bytes();
        said.extend_from_slice(&row.body);
        short(&Digest::of(&said))
    }

    /// Reads a kept row; `None` when its body is damaged.
    pub(crate) fn from_row(row: &StagedEntry, currency: Currency) -> Option<BankLine> {
        Some(BankLine {
            amount: Money::new(row.amount, currency),
            balance_after: row.balance_after,
            booked_on: row.booked_on,
            said: serde_json::from_slice(&row.body).ok()?,
        })
    }

    /// The other side's account number.
    pub fn counterparty_account(&self) -> Option<AccountNumber> {
        AccountNumber::from_file(self.said.counterparty_account.as_deref()?)
    }

    /// A fingerprint of text and references, for choosing between places that fit equally.
    pub(crate) fn evidence(&self) -> u64 {
        let said = &self.said;
        evidence(
            [
                &said.bank_reference,
                &said.customer_reference,
                &said.remittance,
            ]
            .into_iter()
            .map(|text| text.as_deref().unwrap_or_default()),
        )
    }

    /// What it says of itself, mark by mark.
    pub(crate) fn marks(&self, source: &str) -> Marks {
        // Only an account number that is one compares across formats.
        let account = self.counterparty_account().and_then(|it| it.iban());
        let says = Says {
            source,
            reference: self.said.bank_reference.as_deref(),
            title: self.said.remittance.as_deref(),
            account: account.as_ref().map(|account| account.as_str()),
        };
        says.marks()
    }

    /// The transactions that the bank booked together in the line.
    fn parts(&self) -> Vec<LinePart> {
        let currency = self.amount.currency();
        self.said
            .parts
            .iter()
            .map(|part| LinePart {
                amount: part
                    .amount
                    .as_deref()
                    .and_then(|amount| Money::parse(amount, currency).ok()),
                text: [&part.remittance, &part.customer_reference]
                    .into_iter()
                    .flatten()
                    .cloned()
                    .collect::<Vec<_>>()
                    .join("\n"),
            })
            .collect()
    }

    /// The line as decisions see it.
    pub(crate) fn facts(&self, payer: Payer) -> LineFacts {
        let texts = [&self.said.remittance, &self.said.customer_reference];
        let text = texts
            .into_iter()
            .flatten()
            .cloned()
            .collect::<Vec<_>>()
            .join("\n");
        LineFacts {
            amount: self.amount,
            booked_on: self.booked_on,
            booked_at: None,
            text,
            code: self.said.transaction_code.clone(),
            payer,
            virtual_account: None,
            reversal: self.said.reversal,
            returned: self.said.return_reason.clone(),
            parts: self.parts(),
            evidence: self.evidence(),
        }
    }
}

#[cfg(test)]
mod tests {
    use kantor_model::{CounterpartyView, EntryView, PartView};

    use super::*;

    fn body(entry: &Entry) -> String {
        String::from_utf8(BankLine::of(entry, 0).to_row().body).unwrap()
    }

    /// A row's bytes are hashed into the log: what the bank does not say may not change them.
    #[test]
    fn a_line_that_says_nothing_new_has_the_bytes_it_always_had() {
        let entry = EntryView {
            remittance: Some("KZ1"),
            ..EntryView::of_amount(Money::new(5, Currency::PLN))
        };
        assert_eq!(
            body(&entry.to_entry()),
            r#"{"value_date":null,"transaction_code":null,"bank_reference":null,"customer_reference":null,"counterparty_name":null,"counterparty_account":null,"remittance":"KZ1","reversal":false}"#
        );
    }

    /// A line is known again wherever it stands, and by nothing else than what the bank says of it.
    #[test]
    fn a_line_has_the_same_fingerprint_wherever_it_stands() {
        let entry = |title, minor| {
            let view = EntryView {
                remittance: Some(title),
                ..EntryView::of_amount(Money::new(minor, Currency::PLN))
            };
            view.to_entry()
        };
        let check = |entry: &Entry, balance, same: bool| {
            let fingerprint = BankLine::of(entry, balance).fingerprint();
            assert_eq!(fingerprint == FINGERPRINT, same, "{fingerprint}");
        };
        // Desks keep it for hours: what it is made of does not change with a release.
        const FINGERPRINT: &str = "ce7f7a293dd66c9c";
        check(&entry("KZ1", 5), 0, true);
        check(&entry("KZ1", 5), 77, true);
        check(&entry("KZ1", 6), 0, false);
        check(&entry("KZ2", 5), 0, false);
    }

    #[test]
    fn everything_that_the_bank_says_is_kept() {
        let part = PartView {
            amount: Some(Money::new(5, Currency::PLN)),
            remittance: Some("KZ1"),
            ..PartView::default()
        };
        let entry = Entry {
            parts: vec![part.to_part()],
            ..EntryView {
                counterparty: CounterpartyView {
                    bank: Some("WBKPPLPP"),
                    ..CounterpartyView::default()
                },
                original: Some(Money::new(100, Currency::EUR)),
                charges: Some(Money::new(1, Currency::PLN)),
                return_reason: Some("AC04"),
                ..EntryView::of_amount(Money::new(5, Currency::PLN))
            }
            .to_entry()
        };
        let body = body(&entry);
        let (_, new) = body.split_once("\"reversal\":false,").unwrap();
        assert_eq!(
            new,
            r#""counterparty_bank":"WBKPPLPP","original":"1.00 EUR","charges":"0.01 PLN","return_reason":"AC04","parts":[{"amount":"0.05","remittance":"KZ1"}]}"#
        );
        let row = BankLine::of(&entry, 0).to_row();
        let kept = BankLine::from_row(&row, Currency::PLN).unwrap();
        assert_eq!(kept, BankLine::of(&entry, 0));
    }
}
