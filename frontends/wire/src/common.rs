//! Small things that many answers hold.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

/// An amount of money: signed decimal text with the currency's places, and the currency's code.
#[derive(Clone, PartialEq, Eq, Hash, Debug, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Amount {
    /// `1234.56`; credit is positive.
    pub amount: String,
    /// ISO 4217, `EUR`.
    pub currency: String,
}

impl Amount {
    /// So much of a currency.
    pub fn new(amount: impl Into<String>, currency: impl Into<String>) -> Amount {
        Amount {
            amount: amount.into(),
            currency: currency.into(),
        }
    }
}

/// A rate: one unit of `base` costs `value` units of `quote`.
#[derive(Clone, PartialEq, Eq, Hash, Debug, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct RateView {
    /// The currency that is priced.
    pub base: String,
    /// The currency it is priced in.
    pub quote: String,
    /// Exact decimal text, `4.2815`.
    pub value: String,
}

/// A name with an address, as transfer orders carry it.
#[derive(Clone, PartialEq, Eq, Hash, Debug, Default, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct PartyView {
    /// Full name of the person or company.
    pub name: String,
    /// Street and number; `null` when not known.
    pub street: Option<String>,
    /// Postal code and town; `null` when not known.
    pub city: Option<String>,
}

/// Something that is told to people in their own language: a code and the facts that fill it.
/// [`crate::Words::say`] makes the sentence; a code that the reader's word file does not know yet
/// is read out as `text`.
#[derive(Clone, PartialEq, Eq, Hash, Debug, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Sentence {
    /// A stable word for programs, such as `order-placed`.
    pub code: String,
    /// The facts that the sentence names, by placeholder.
    #[serde(default)]
    pub facts: BTreeMap<String, String>,
    /// The sentence in English.
    pub text: String,
}

impl Sentence {
    /// A sentence of the word files, with English as its text.
    pub fn new(code: &str, facts: &[(&str, &str)]) -> Sentence {
        let facts: BTreeMap<String, String> = facts
            .iter()
            .map(|(name, value)| ((*name).to_owned(), (*value).to_owned()))
            .collect();
        let english = crate::Words::of(crate::Language::En);
        let text = english
            .said(code, &facts)
            .unwrap_or_else(|| code.to_owned());
        Sentence {
            code: code.to_owned(),
            facts,
            text,
        }
    }

    /// A sentence that exists in one language only, such as what a bank wrote.
    pub fn plain(text: impl Into<String>) -> Sentence {
        Sentence {
            code: "plain".to_owned(),
            facts: BTreeMap::new(),
            text: text.into(),
        }
    }
}

/// A part of a long list. `next` is what to pass as `after` to read on; `null` at the end.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Page<T> {
    /// The rows.
    pub items: Vec<T>,
    /// Where the next part begins.
    pub next: Option<String>,
}
