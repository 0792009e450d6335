//! The facts of an entry's texts.

use kantor_model::AccountNumber;

use super::money_in::Found;

/// What the texts of one entry tell. Empty texts are facts that are not told. The buffers are used
/// again for every entry.
#[derive(PartialEq, Eq, Debug, Default)]
pub(super) struct Details {
    pub(super) name: String,
    pub(super) account: Option<AccountNumber>,
    /// The counterparty's bank: a BIC or a sort code, as written.
    pub(super) bank: String,
    pub(super) remittance: String,
    pub(super) customer_reference: String,
    pub(super) bank_reference: String,
    pub(super) return_reason: String,
    /// The amount before exchange.
    pub(super) original: Found,
    pub(super) charges: Found,
    /// Whether what always stands last in this shape is there; `None` where nothing does.
    pub(super) whole: Option<bool>,
}

impl Details {
    /// Forgets the entry before.
    pub(super) fn clear(&mut self) {
        for text in [
            &mut self.name,
            &mut self.bank,
            &mut self.remittance,
            &mut self.customer_reference,
            &mut self.bank_reference,
            &mut self.return_reason,
        ] {
            text.clear();
        }
        self.account = None;
        self.original = Found::Nothing;
        self.charges = Found::Nothing;
        self.whole = None;
    }

    /// Whether some text holds a character that its code page does not have.
    pub(super) fn is_damaged(&self) -> bool {
        [&self.name, &self.remittance]
            .into_iter()
            .any(|text| !text.is_ascii() && text.contains(char::REPLACEMENT_CHARACTER))
    }

    /// Whether an amount is labelled and cannot be read.
    pub(super) fn has_unreadable_amount(&self) -> bool {
        self.original == Found::Unreadable || self.charges == Found::Unreadable
    }
}

/// Puts the trimmed text there, where nothing is yet.
pub(super) fn put(into: &mut String, text: &str) {
    if into.is_empty() {
        into.push_str(text.trim());
    }
}

/// The text, unless it is empty.
pub(super) fn told(text: &str) -> Option<&str> {
    (!text.is_empty()).then_some(text)
}
