//! Whose statement it is, and which way each line goes.
//!
//! A line knows two accounts and not which one is ours. A person may say it; else the account that
//! stands on the same side of every line is ours (the paying one first, because such a file is as a
//! rule the office's own order file).

use kantor_model::{AccountNumber, Iban};

/// Which way the money goes on a line, seen from the statement's account.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Side {
    /// Field 6 is ours: money leaves.
    Outgoing,
    /// Field 7 is ours: money comes.
    Incoming,
}

/// The two accounts of a line, as written.
#[derive(Clone, Copy, Debug)]
pub(super) struct Pair<'a> {
    pub(super) payer: &'a str,
    pub(super) payee: &'a str,
}

impl<'a> Pair<'a> {
    pub(super) fn ours(self, side: Side) -> &'a str {
        match side {
            Side::Outgoing => self.payer,
            Side::Incoming => self.payee,
        }
    }

    pub(super) fn theirs(self, side: Side) -> &'a str {
        match side {
            Side::Outgoing => self.payee,
            Side::Incoming => self.payer,
        }
    }
}

/// Whether two texts name one account: without the country, and without spaces.
pub(super) fn same_account(left: &str, right: &str) -> bool {
    digits(left).eq(digits(right))
}

fn digits(text: &str) -> impl Iterator<Item = u8> {
    let text = text.trim();
    let text = text.strip_prefix("PL").unwrap_or(text);
    text.bytes().filter(|byte| *byte != b' ')
}

/// Whether a line pays to a virtual account of `account`, as banks give them to whoever collects
/// from many payers: its receiver is kept by the same branch, and its payer is not.
pub(super) fn pays_to_virtual(pair: Pair<'_>, account: &str) -> bool {
    let branch = |text: &str| -> Vec<u8> { digits(text).skip(2).take(8).collect() };
    let ours = branch(account);
    ours.len() == 8 && branch(pair.payee) == ours && branch(pair.payer) != ours
}

/// The number as people know it: an IBAN where it is one, as written where not.
pub(super) fn shown(text: &str) -> String {
    Iban::parse(text).map_or_else(|_| text.to_owned(), |iban| iban.to_string())
}

/// Which account is on the same side of every line so far.
#[derive(Clone, Debug)]
pub(super) struct Shared {
    payer: Option<String>,
    payee: Option<String>,
}

/// What the lines so far say.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) enum Decision {
    /// Both sides are still the same on every line.
    Open,
    /// Only one is.
    Decided(AccountNumber, Side),
    /// None is, or the one that is has no number.
    Impossible,
}

impl Shared {
    pub(super) fn of(first: Pair<'_>) -> Shared {
        let kept = |text: &str| Some(text.to_owned()).filter(|text| !text.is_empty());
        Shared {
            payer: kept(first.payer),
            payee: kept(first.payee),
        }
    }

    /// What is left of it after one more line.
    pub(super) fn narrow(&mut self, next: Pair<'_>) -> Decision {
        let keeps = |kept: &Option<String>, now: &str| {
            kept.as_ref().is_some_and(|kept| same_account(kept, now))
        };
        if !keeps(&self.payer, next.payer) {
            self.payer = None;
        }
        if !keeps(&self.payee, next.payee) {
            self.payee = None;
        }
        match (&self.payer, &self.payee) {
            (Some(_), Some(_)) => Decision::Open,
            (None, None) => Decision::Impossible,
            (Some(_), None) | (None, Some(_)) => self.settle(),
        }
    }

    /// The decision when no more lines come.
    pub(super) fn settle(&self) -> Decision {
        let account = |text: &Option<String>| AccountNumber::from_file(text.as_ref()?);
        if let Some(account) = account(&self.payer) {
            return Decision::Decided(account, Side::Outgoing);
        }
        match account(&self.payee) {
            Some(account) => Decision::Decided(account, Side::Incoming),
            None => Decision::Impossible,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Pairs of accounts, `payer>payee`, and what is known after the last one.
    #[track_caller]
    fn check(lines: &str, after_all: &str, at_the_end: &str) {
        let pairs: Vec<Pair<'_>> = lines
            .split_whitespace()
            .map(|line| {
                let (payer, payee) = line.split_once('>').unwrap();
                Pair { payer, payee }
            })
            .collect();
        let mut shared = Shared::of(pairs[0]);
        let mut last = shared.narrow(pairs[0]);
        for pair in &pairs {
            last = shared.narrow(*pair);
        }
        let told = |decision: &Decision| match decision {
            Decision::Open => "open".to_owned(),
            Decision::Impossible => "impossible".to_owned(),
            Decision::Decided(account, Side::Outgoing) => format!("out of {account}"),
            Decision::Decided(account, Side::Incoming) => format!("in to {account}"),
        };
        assert_eq!(
            (told(&last), told(&shared.settle())),
            (after_all.into(), at_the_end.into())
        );
    }

    #[test]
    fn the_shared_account_is_ours() {
        check("1>2", "open", "out of 1");
        check("1>2 1>2", "open", "out of 1");
        check("1>2 1>3", "out of 1", "out of 1");
        check("1>2 3>2", "in to 2", "in to 2");
        check("1>2 3>4", "impossible", "impossible");
        check("1>2 1>3 4>2", "impossible", "impossible");
        check(">2", "in to 2", "in to 2");
        check("1> 1>", "out of 1", "out of 1");
        check(">", "impossible", "impossible");
        check("PL1>2 1>3", "out of PL1", "out of PL1");
    }
}
