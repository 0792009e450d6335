//! One transfer of a file as an order.

use kantor_model::{Abroad, Complaint, Currency, Money, Place, Severity};

use super::parts::TransferParts;
use super::reader::Reader;
use crate::transfers::Order;

impl Reader {
    /// The amount, more than zero, in a currency that is known.
    pub(super) fn amount(&mut self, transfer: &TransferParts) -> Option<Money> {
        let Some(written) = &transfer.amount else {
            let why = "the transfer has no amount (InstdAmt); have the file made anew";
            self.fatal(transfer.place, "amount-missing", why.to_owned());
            return None;
        };
        let (text, code) = (written.text.as_str(), written.currency.as_str());
        let currency = match Currency::from_code(code) {
            Ok(currency) => currency,
            Err(error) => {
                self.fatal_at(written.place, "currency-unknown", error.to_string(), text);
                return None;
            }
        };
        // A dot is the only sign of decimals, and zeros behind them say nothing.
        let plain = match text.split_once('.') {
            Some(_) => text.trim_end_matches('0').trim_end_matches('.'),
            None => text,
        };
        let numeric = plain
            .bytes()
            .all(|byte| byte.is_ascii_digit() || byte == b'.');
        let amount = Money::parse(plain, currency)
            .ok()
            .filter(|amount| numeric && amount.is_positive());
        if amount.is_none() {
            let why = format!(
                "`{text}` is not an amount above zero in {code}; write 1234.56 for 1234.56"
            );
            self.fatal_at(written.place, "amount-unreadable", why, text);
        }
        amount
    }

    /// Adds the order, where everything is there that it needs.
    pub(super) fn order(&mut self, transfer: &TransferParts, amount: Option<Money>) {
        let payee = transfer.payee.finish();
        if payee.name.is_empty() {
            let why = "the transfer names no payee; see that the bank takes it so".to_owned();
            self.notice(transfer.place, "payee-missing", why, "");
        }
        if let Some(text) = &transfer.bank_unreadable {
            let why = format!("`{text}` is not the BIC of a bank; it is passed over");
            self.notice(transfer.place, "bank-unreadable", why, text);
        }
        let Some(payee_account) = transfer.account.clone() else {
            let why = "the transfer has no account to pay to (CdtrAcct); complete it".to_owned();
            self.fatal(transfer.place, "account-missing", why);
            return;
        };
        let Some((date, debit_account)) = self.head() else {
            return;
        };
        let (Some(amount), Some(block)) = (amount, &self.block) else {
            return;
        };
        let order = Order {
            place: transfer.place,
            date,
            amount,
            debit_account,
            owner: block.owner.finish(),
            payee_account,
            payee,
            title: transfer.title(),
            reference: transfer.reference.clone(),
            classification: None,
            abroad: Abroad {
                country: transfer.payee.country,
                bank: transfer.bank,
                charges: transfer.charges.or(block.charges),
            },
        };
        self.message.read.orders.push(order);
    }

    /// Day and account of the block; what is missing is told once.
    fn head(&mut self) -> Option<(kantor_model::Date, kantor_model::AccountNumber)> {
        let block = self.block.as_mut()?;
        let head = block.date.zip(block.account.clone());
        if head.is_none() && !block.lack_told {
            block.lack_told = true;
            let place = block.place;
            let why = "the payment block lacks its day (ReqdExctnDt) or the account that pays (DbtrAcct), so none of its transfers can be read; have the file made anew";
            self.fatal(place, "block-incomplete", why.to_owned());
        }
        head
    }

    pub(super) fn fatal(&mut self, place: Place, code: &'static str, message: String) {
        self.complaints.fatal(place, code, message, String::new());
    }

    fn fatal_at(&mut self, place: Place, code: &'static str, message: String, text: &str) {
        let excerpt = text.chars().take(80).collect();
        self.complaints.fatal(place, code, message, excerpt);
    }

    pub(super) fn notice(&mut self, place: Place, code: &'static str, message: String, text: &str) {
        self.complaints.push(Complaint {
            place,
            code: code.into(),
            severity: Severity::Notice,
            message,
            excerpt: text.chars().take(80).collect(),
        });
    }
}
