//! Why a line was found to be what it is, in sentences of the word files.

use std::borrow::Cow;
use std::collections::BTreeMap;

use kantor_engine::OrderId;
use kantor_engine::matching::{Evidence, Finding, What};
use kantor_wire::Words;

use super::orders::Orders;

/// Makes sentences, and looks each text up once.
pub(super) struct Reasons<'a> {
    words: &'static Words,
    orders: &'a Orders,
    texts: BTreeMap<&'static str, &'static str>,
}

impl<'a> Reasons<'a> {
    pub(super) fn new(words: &'static Words, orders: &'a Orders) -> Reasons<'a> {
        Reasons {
            words,
            orders,
            texts: BTreeMap::new(),
        }
    }

    /// Puts what there is to say of a finding at the end of a text.
    pub(super) fn tell(&mut self, finding: &Finding, said: &mut String) {
        for evidence in &finding.why.evidence {
            self.fact(evidence, said);
        }
        if let What::Open(question) = &finding.what
            && finding.why.rivals.is_empty()
        {
            let orders = question.orders();
            self.about("reason-about", &orders, said);
        }
        self.about("reason-rivals", &finding.why.rivals, said);
        for nearest in &finding.why.nearest {
            self.about("reason-near", &[nearest.order], said);
            for evidence in nearest.failed.iter().filter(|fact| is_of_its_own(fact)) {
                self.fact(evidence, said);
            }
        }
    }

    /// The one thing that there is to say of a line that is not matched at all.
    pub(super) fn not_booked(&mut self, said: &mut String) {
        self.sentence("reason-not_booked", None, said);
    }

    fn about(&mut self, code: &'static str, orders: &[OrderId], said: &mut String) {
        if orders.is_empty() {
            return;
        }
        let ids: Vec<&str> = orders.iter().map(|order| self.orders.id(*order)).collect();
        self.sentence(code, Some(("orders", &ids.join(", "))), said);
    }

    fn fact(&mut self, evidence: &Evidence, said: &mut String) {
        let orders = self.orders;
        let named = evidence.named(|order| Cow::Borrowed(orders.reference(order)));
        let fact = named.as_ref().map(|(name, value)| (*name, value.as_ref()));
        self.sentence(evidence.word(), fact, said);
    }

    /// One sentence after the others, with its one place filled.
    fn sentence(&mut self, code: &'static str, fact: Option<(&str, &str)>, said: &mut String) {
        let words = self.words;
        let text = *self.texts.entry(code).or_insert_with(|| {
            let of_evidence = || words.find(&format!("said.reason-{code}"));
            words
                .find(&format!("said.{code}"))
                .or_else(of_evidence)
                .unwrap_or(code)
        });
        if !said.is_empty() {
            said.push(' ');
        }
        let place = fact.and_then(|(name, value)| {
            let (before, rest) = text.split_once('{')?;
            let (known, after) = rest.split_once('}')?;
            (known == name).then_some((before, value, after))
        });
        match place {
            Some((before, value, after)) => {
                said.push_str(before);
                said.push_str(value);
                said.push_str(after);
            }
            None => said.push_str(text),
        }
    }
}

/// That no reference is there was said of the line; it need not be said of each order as well.
fn is_of_its_own(fact: &Evidence) -> bool {
    !matches!(fact, Evidence::NoReference | Evidence::UnknownReference)
}
