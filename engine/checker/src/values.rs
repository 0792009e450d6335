//! The values that stand in events, as the checker reads them.

use std::collections::BTreeMap;
use std::fmt;
use std::str::FromStr;

use kantor_model::{Currency, Date, Decimal, Iban, Moment, Money};
use serde_json::Value;

use crate::Digest;
use crate::form::{Fields, Form, Misread, whole};

/// Who acted.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) enum Actor {
    Customer(u64),
    Staff(String),
    System,
}

impl Form for Actor {
    fn read(value: &Value) -> Result<Actor, Misread> {
        let text = String::read(value)?;
        let actor = match text.split_once(':') {
            None if text == "system" => Some(Actor::System),
            Some(("staff", name)) => Some(Actor::Staff(name.to_owned())),
            Some(("customer", number)) => number.parse().ok().map(Actor::Customer),
            _ => None,
        };
        actor.ok_or_else(|| Misread::expected("who acted", value))
    }
}

/// A bank line by its place: account and ordinal.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub(crate) struct Line {
    pub(crate) account: u64,
    pub(crate) ordinal: u64,
}

impl fmt::Display for Line {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.account, self.ordinal)
    }
}

impl FromStr for Line {
    type Err = ();

    fn from_str(text: &str) -> Result<Line, ()> {
        let (account, ordinal) = text.split_once('/').ok_or(())?;
        Ok(Line {
            account: account.parse().map_err(|_| ())?,
            ordinal: ordinal.parse().map_err(|_| ())?,
        })
    }
}

/// A text that reads well and would be written so again.
fn exact<T: fmt::Display>(
    value: &Value,
    what: &str,
    read: impl FnOnce(&str) -> Option<T>,
) -> Result<T, Misread> {
    value
        .as_str()
        .and_then(|text| read(text).filter(|read| read.to_string() == text))
        .ok_or_else(|| Misread::expected(what, value))
}

macro_rules! texts {
    ($($name:ty: $what:literal, $read:expr;)*) => {$(
        impl Form for $name {
            fn read(value: &Value) -> Result<$name, Misread> {
                exact(value, $what, $read)
            }
        }
    )*};
}

texts! {
    Currency: "a currency code", |code| Currency::from_code(code).ok();
    Decimal: "a decimal number", |number| Decimal::from_str_exact(number).ok();
    Date: "a day", |day| day.parse().ok();
    Moment: "a moment", |moment| moment.parse().ok();
    Iban: "an account number", |iban| Iban::parse(iban).ok();
    Digest: "a SHA-256", Digest::from_hex;
    Line: "a line such as 2/17", |line| line.parse().ok();
}

impl Form for Money {
    fn read(value: &Value) -> Result<Money, Misread> {
        whole(value, |fields| {
            Ok(Money::new(fields.get("minor")?, fields.get("currency")?))
        })
    }
}

/// Why an order waits for a person, by precedence.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub(crate) enum Held {
    WrongCurrency,
    ThirdPartyPayer,
    AfterEnd,
    Late,
    TimeUnknown,
    Under,
    Over,
    Compliance,
}

impl Held {
    pub(crate) const ALL: [(Held, &'static str); 8] = [
        (Held::WrongCurrency, "wrong_currency"),
        (Held::ThirdPartyPayer, "third_party_payer"),
        (Held::AfterEnd, "after_end"),
        (Held::Late, "late"),
        (Held::TimeUnknown, "time_unknown"),
        (Held::Under, "under"),
        (Held::Over, "over"),
        (Held::Compliance, "compliance"),
    ];

    pub(crate) fn word(self) -> &'static str {
        let found = Held::ALL.into_iter().find(|(held, _)| *held == self);
        found.map_or("", |(_, word)| word)
    }

    /// More money, or less, heals it.
    pub(crate) fn is_of_the_sum(self) -> bool {
        matches!(self, Held::WrongCurrency | Held::Under | Held::Over)
    }

    /// Consent to a new rate heals it.
    pub(crate) fn is_of_time(self) -> bool {
        matches!(self, Held::AfterEnd | Held::Late | Held::TimeUnknown)
    }
}

impl Form for Held {
    fn read(value: &Value) -> Result<Held, Misread> {
        let word = value.as_str();
        let found = Held::ALL
            .into_iter()
            .find(|(_, known)| Some(*known) == word);
        found
            .map(|(held, _)| held)
            .ok_or_else(|| Misread::expected("a reason to hold an order", value))
    }
}

/// Which rate an exchange uses, from the office's view.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Side {
    Buy,
    Sell,
}

impl Form for Side {
    fn read(value: &Value) -> Result<Side, Misread> {
        match value.as_str() {
            Some("buy") => Ok(Side::Buy),
            Some("sell") => Ok(Side::Sell),
            _ => Err(Misread::expected("buy or sell", value)),
        }
    }
}

/// What a customer gives and gets, and why so much.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) struct Terms {
    pub(crate) gives: Money,
    pub(crate) gets: Money,
    pub(crate) side: Side,
    pub(crate) rate: Decimal,
    pub(crate) mid: Decimal,
    pub(crate) remainder: Decimal,
}

impl Form for Terms {
    fn read(value: &Value) -> Result<Terms, Misread> {
        whole(value, |fields| {
            Ok(Terms {
                gives: fields.get("gives")?,
                gets: fields.get("gets")?,
                side: fields.get("side")?,
                rate: fields.get("rate")?,
                mid: fields.get("mid")?,
                remainder: fields.get("remainder")?,
            })
        })
    }
}

/// Who is paid.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Payee {
    CustomerAccount(u64),
    PayerOf(Line),
}

impl Form for Payee {
    fn read(value: &Value) -> Result<Payee, Misread> {
        whole(value, |fields| match fields.only() {
            Some("customer_account") => Ok(Payee::CustomerAccount(fields.get("customer_account")?)),
            Some("payer_of") => Ok(Payee::PayerOf(fields.get("payer_of")?)),
            _ => Err(Misread::expected("a payee", value)),
        })
    }
}

/// Why a line is a question: the word, and what it names.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) struct Question {
    pub(crate) word: String,
    pub(crate) orders: Vec<u64>,
    /// How much each of the orders would get.
    pub(crate) shares: Vec<Money>,
    pub(crate) payout: Option<u64>,
    pub(crate) batch: Option<u64>,
    /// The account of the office on the other side.
    pub(crate) account: Option<u64>,
    /// The ledger account that a rule names.
    pub(crate) ledger: Option<String>,
}

impl Question {
    pub(crate) fn plain(word: &str) -> Question {
        Question {
            word: word.to_owned(),
            orders: Vec::new(),
            shares: Vec::new(),
            payout: None,
            batch: None,
            account: None,
            ledger: None,
        }
    }
}

impl Form for Question {
    fn read(value: &Value) -> Result<Question, Misread> {
        if let Value::String(word) = value {
            let known = [
                "no_reference",
                "unknown_reference",
                "wrong_direction",
                "reversal",
                "not_proved_yet",
                "taken_back",
            ];
            return if known.contains(&word.as_str()) {
                Ok(Question::plain(word))
            } else {
                Err(Misread::expected("a question", value))
            };
        }
        whole(value, |fields| {
            let word = fields.only().unwrap_or_default();
            let mut question = Question::plain(word);
            match word {
                "several_orders" => question.orders = fields.get(word)?,
                "several_lines" | "order_has_its_money" | "part_of" => {
                    question.orders = vec![fields.get(word)?]
                }
                "covers_orders" => {
                    let shares: Vec<(u64, Money)> = fields.get(word)?;
                    question.orders = shares.iter().map(|(order, _)| *order).collect();
                    question.shares = shares.into_iter().map(|(_, share)| share).collect();
                }
                "payout_differs" | "paid_twice" | "return_unsure" => {
                    question.payout = Some(fields.get(word)?);
                }
                "batch_differs" => question.batch = Some(fields.get(word)?),
                "own_transfer" => question.account = Some(fields.get(word)?),
                "proposed" => question.ledger = Some(fields.get(word)?),
                _ => return Err(Misread::expected("a question", value)),
            }
            Ok(question)
        })
    }
}

/// Movements of money: what each ledger account has more afterwards, per currency.
pub(crate) type Moves = BTreeMap<(String, Currency), i128>;

/// The movements of an event as it states them.
pub(crate) fn postings(event: &Fields<'_>) -> Result<Moves, Misread> {
    let mut moves = Moves::new();
    let list = event.value("postings")?;
    let list = list
        .as_array()
        .ok_or_else(|| Misread::expected("a list", list))?;
    for posting in list {
        let (account, amount) = whole(posting, |fields| {
            let account: String = fields.get("account")?;
            let amount: Money = fields.get("amount")?;
            Ok((account, amount))
        })?;
        add(&mut moves, &account, amount.currency(), amount.minor());
    }
    Ok(moves)
}

pub(crate) fn add(moves: &mut Moves, account: &str, currency: Currency, minor: i64) {
    let key = (account.to_owned(), currency);
    let sum = moves.entry(key).or_default();
    *sum = sum.saturating_add(i128::from(minor));
}

/// `amount` leaves one ledger account and arrives in another.
pub(crate) fn moved(moves: &mut Moves, from: &str, to: &str, amount: Money) {
    add(moves, to, amount.currency(), amount.minor());
    let key = (from.to_owned(), amount.currency());
    let sum = moves.entry(key).or_default();
    *sum = sum.saturating_sub(i128::from(amount.minor()));
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check<T: Form + fmt::Debug>(json: &str, is_read: bool) {
        let value: Value = serde_json::from_str(json).expect("JSON");
        let read = T::read(&value);
        assert_eq!(read.is_ok(), is_read, "{json}: {read:?}");
    }

    #[test]
    fn a_value_has_one_form() {
        check::<Actor>(r#""system""#, true);
        check::<Actor>(r#""customer:7""#, true);
        check::<Actor>(r#""customer:x""#, false);
        check::<Actor>(r#""nobody""#, false);
        check::<Line>(r#""2/17""#, true);
        check::<Line>(r#""2/017""#, false);
        check::<Decimal>(r#""4.20""#, true);
        check::<Decimal>(r#""04.2""#, false);
        check::<Payee>(r#"{"payer_of":"2/1"}"#, true);
        check::<Payee>(r#"{"payer_of":"2/1","customer_account":1}"#, false);
        check::<Question>(r#""no_reference""#, true);
        check::<Question>(r#""who_knows""#, false);
        check::<Question>(r#"{"several_orders":[1,2]}"#, true);
    }
}
