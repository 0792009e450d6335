//! The texts of an entry: who, why, which reference.

use kantor_model::{CounterpartyView, EntryView, Iban, IbanError, Place};

use super::accounts::same_number;
use super::held::Cells;
use super::layout::{Layout, folded};
use super::profile::{CsvProfile, Keyed};
use super::row::Row;
use super::value;
use crate::charset::Charset;

/// The buffers of one entry, used again for the next.
#[derive(Default, Debug)]
pub(super) struct Texts {
    name: String,
    account: String,
    bank: String,
    title: String,
    code: String,
    bank_reference: String,
    customer_reference: String,
    scratch: String,
}

/// Which text a key means.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Meaning {
    Title,
    Name,
    Account,
    CustomerReference,
    BankReference,
    /// None of the profile's keys: it stays in the title, with its key.
    Unknown,
}

impl Texts {
    /// Reads the texts of a row.
    pub(super) fn read(
        &mut self,
        row: &Row,
        cells: Cells<'_>,
        profile: &CsvProfile,
        layout: &Layout,
        own: Option<&str>,
        charset: Charset,
    ) {
        for text in [
            &mut self.name,
            &mut self.account,
            &mut self.bank,
            &mut self.title,
            &mut self.code,
            &mut self.bank_reference,
            &mut self.customer_reference,
        ] {
            text.clear();
        }
        let cell = |index: Option<usize>| index.map_or(&[][..], |index| cells.cell(index));
        let outgoing = self.is_outgoing(row, cells, layout, own);
        let (other_name, other_account) = if outgoing {
            (layout.receiver_name, layout.receiver_account)
        } else {
            (layout.sender_name, layout.sender_account)
        };
        for index in layout.name.iter().copied().chain(other_name) {
            add(&mut self.name, &charset.decode(cells.cell(index)), " ");
        }
        for index in layout.account.into_iter().chain(other_account) {
            self.take_account(cells.cell(index), charset);
        }
        add(&mut self.bank, &charset.decode(cell(layout.bank)), " ");
        add(
            &mut self.code,
            &charset.decode(cell(layout.transaction_code)),
            " ",
        );
        let reference = |index| charset.decode(value::unquoted(cell(index)));
        add(
            &mut self.bank_reference,
            &reference(layout.bank_reference),
            " ",
        );
        let own = reference(layout.customer_reference);
        add(&mut self.customer_reference, &own, " ");
        self.take_title(cells, profile, layout, charset);
        if let (Some(keyed), Some(first)) = (&profile.keyed, layout.keyed) {
            self.take_keyed(keyed, first, cells, profile, charset);
        }
        if profile.account_ends_text && self.account.is_empty() {
            self.take_account_from_title();
        }
    }

    /// Whether the other side is the receiver: of a debit, unless the own account is the receiver.
    fn is_outgoing(
        &mut self,
        row: &Row,
        cells: Cells<'_>,
        layout: &Layout,
        own: Option<&str>,
    ) -> bool {
        let mut is_own = |index: Option<usize>| {
            let Some((index, own)) = index.zip(own) else {
                return false;
            };
            let found = value::account(cells.cell(index), &mut self.scratch);
            found && same_number(&self.scratch, own)
        };
        let (sender, receiver) = (
            is_own(layout.sender_account),
            is_own(layout.receiver_account),
        );
        if sender == receiver {
            row.amount.is_negative()
        } else {
            sender
        }
    }

    fn take_account(&mut self, cell: &[u8], charset: Charset) {
        if value::is_blank(cell) || !self.account.is_empty() {
            return;
        }
        if !value::account(cell, &mut self.account) {
            // A masked number or a phone number: as the bank writes it.
            self.account.clear();
            let text = charset.decode(value::unquoted(cell));
            add(&mut self.account, &text, " ");
        }
    }

    fn take_title(
        &mut self,
        cells: Cells<'_>,
        profile: &CsvProfile,
        layout: &Layout,
        charset: Charset,
    ) {
        if profile.title_is_cut {
            self.scratch.clear();
            for index in &layout.title {
                self.scratch.push_str(&charset.decode(cells.cell(*index)));
            }
            let whole = std::mem::take(&mut self.scratch);
            add(&mut self.title, &whole, " ");
            self.scratch = whole;
            return;
        }
        for index in &layout.title {
            add(&mut self.title, &charset.decode(cells.cell(*index)), " ");
        }
    }

    fn take_keyed(
        &mut self,
        keyed: &Keyed,
        first: usize,
        cells: Cells<'_>,
        profile: &CsvProfile,
        charset: Charset,
    ) {
        let last = if keyed.rest { cells.len() } else { first + 1 };
        for index in first..last {
            let text = charset.decode(cells.cell(index));
            let text = without_injected(&text, &profile.injected_spaces);
            let mut rest = text.as_str();
            while !rest.trim().is_empty() {
                let (piece, after) = split_at_key(rest, keyed);
                self.take_piece(keyed, piece);
                rest = after;
            }
        }
    }

    /// One `Key: value`, or a text without a key.
    fn take_piece(&mut self, keyed: &Keyed, piece: &str) {
        let (meaning, content) = match piece.split_once(':') {
            Some((key, content)) => match meaning_of(key, keyed) {
                Meaning::Unknown => (Meaning::Unknown, piece),
                known => (known, content),
            },
            None => (Meaning::Unknown, piece),
        };
        match meaning {
            Meaning::Title => {
                // The payer's own words come first, whatever stands before them in the row.
                let others = std::mem::take(&mut self.title);
                add(&mut self.title, content, " ");
                add(&mut self.title, &others, "; ");
            }
            Meaning::Name => add(&mut self.name, content, " "),
            Meaning::Account => {
                if !value::account(content.as_bytes(), &mut self.account) {
                    self.account.clear();
                    add(&mut self.account, content, " ");
                }
            }
            Meaning::CustomerReference => add(&mut self.customer_reference, content, " "),
            Meaning::BankReference => add(&mut self.bank_reference, content, " "),
            Meaning::Unknown => add(&mut self.title, content, "; "),
        }
    }

    fn take_account_from_title(&mut self) {
        let (before, last) = match self.title.rsplit_once(' ') {
            Some((before, last)) => (before, last),
            None => ("", self.title.as_str()),
        };
        let digits = last.strip_prefix("PL").unwrap_or(last);
        if digits.len() == 26 && digits.bytes().all(|byte| byte.is_ascii_digit()) {
            self.account.push_str(last);
            let kept = before.trim_end().len();
            self.title.truncate(kept);
        }
    }

    /// The entry, lent.
    pub(super) fn entry(&self, row: &Row) -> EntryView<'_> {
        EntryView {
            value_date: row.value_date,
            booking_date: row.booking_date,
            transaction_code: some(&self.code),
            bank_reference: some(&self.bank_reference),
            customer_reference: some(&self.customer_reference),
            counterparty: CounterpartyView {
                name: some(&self.name),
                account: some(&self.account),
                bank: some(&self.bank),
            },
            remittance: some(&self.title),
            original: row.original,
            status: row.status,
            place: Place {
                line: row.line,
                column: 1,
            },
            ..EntryView::of_amount(row.amount)
        }
    }

    /// The other side's number, when its check digits do not fit.
    pub(super) fn wrong_account(&self) -> Option<&str> {
        let refused = matches!(
            Iban::parse(&self.account),
            Err(IbanError::CheckDigits { .. })
        );
        refused.then_some(self.account.as_str())
    }

    /// Some character could not be read.
    pub(super) fn is_undecodable(&self) -> bool {
        [&self.name, &self.account, &self.title, &self.code]
            .into_iter()
            .any(|text| text.contains(char::REPLACEMENT_CHARACTER))
    }
}

fn some(text: &str) -> Option<&str> {
    (!text.is_empty()).then_some(text)
}

/// Adds the words of a text, with that between it and what is there already. Runs of spaces of
/// whatever kind become one.
fn add(to: &mut String, text: &str, between: &str) {
    let mut first = true;
    for word in text.split_whitespace() {
        if !to.is_empty() {
            to.push_str(if first { between } else { " " });
        }
        to.push_str(word);
        first = false;
    }
}

/// Up to the next key of the profile, and the rest. Only where several keys share a column: where
/// each has its own, a payer may write `Tytuł:` into his title.
fn split_at_key<'t>(text: &'t str, keyed: &Keyed) -> (&'t str, &'t str) {
    if keyed.rest {
        return (text, "");
    }
    let colons = text.match_indices(':').map(|(at, _)| at);
    for colon in colons {
        let before = text.get(..colon).unwrap_or_default();
        let key = before.rfind(char::is_whitespace).map(|at| at + 1);
        let start = key.unwrap_or(0);
        let word = before.get(start..).unwrap_or_default();
        if !before.get(..start).unwrap_or_default().trim().is_empty()
            && meaning_of(word, keyed) != Meaning::Unknown
        {
            return text.split_at(start);
        }
    }
    (text, "")
}

fn meaning_of(key: &str, keyed: &Keyed) -> Meaning {
    let key = folded(key);
    let is = |keys: &[String]| keys.iter().any(|known| folded(known) == key);
    if is(&keyed.title) {
        Meaning::Title
    } else if is(&keyed.name) {
        Meaning::Name
    } else if is(&keyed.account) {
        Meaning::Account
    } else if is(&keyed.customer_reference) {
        Meaning::CustomerReference
    } else if is(&keyed.bank_reference) {
        Meaning::BankReference
    } else {
        Meaning::Unknown
    }
}

/// Without the spaces that the bank puts at fixed positions.
fn without_injected(text: &str, positions: &[usize]) -> String {
    text.chars()
        .enumerate()
        .filter(|(at, letter)| *letter != ' ' || !positions.contains(at))
        .map(|(_, letter)| letter)
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::csv::profile::Column;

    fn keyed(rest: bool) -> Keyed {
        let keys = |text: &str| text.split('|').map(str::to_owned).collect();
        Keyed {
            column: Column::Numbered(1),
            rest,
            title: keys("Tytuł|Treść"),
            name: keys("Nazwa nadawcy|Adresat|Nadawca"),
            account: keys("Rachunek nadawcy"),
            customer_reference: Vec::new(),
            bank_reference: Vec::new(),
        }
    }

    fn told(pieces: &[&str], rest: bool) -> String {
        let keyed = keyed(rest);
        let mut texts = Texts::default();
        for piece in pieces {
            let mut left = *piece;
            while !left.is_empty() {
                let (one, after) = split_at_key(left, &keyed);
                texts.take_piece(&keyed, one);
                left = after;
            }
        }
        format!("{} | {} | {}", texts.title, texts.name, texts.account)
    }

    #[test]
    fn texts_with_keys_are_told_apart() {
        let check = |pieces: &[&str], rest: bool, expected: &str| {
            assert_eq!(told(pieces, rest), expected);
        };
        check(
            &[
                "Rachunek nadawcy: 61 1090 1014 0000 0712 1981 2874",
                "Nazwa nadawcy: FIRMA  SP Z O O",
                "Tytuł: EX123 Tytuł: tak",
            ],
            true,
            "EX123 Tytuł: tak | FIRMA SP Z O O | 61109010140000071219812874",
        );
        check(
            &["Lokalizacja: Adres: SKLEP", "Tytuł: 0001"],
            true,
            "0001; Lokalizacja: Adres: SKLEP |  | ",
        );
        check(
            &["PRZELEW;KRAJOWY Adresat: JAN ŻÓŁĆ Treść: za czynsz: maj"],
            false,
            "za czynsz: maj; PRZELEW;KRAJOWY | JAN ŻÓŁĆ | ",
        );
        check(&["bez klucza"], true, "bez klucza |  | ");
    }

    #[test]
    fn injected_spaces_go_and_others_stay() {
        assert_eq!(without_injected("ab cd ef", &[2]), "abcd ef");
        assert_eq!(without_injected("abc d", &[2]), "abc d");
    }
}
