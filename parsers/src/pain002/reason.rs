//! Why: the reason codes (ISO 20022 external code set `ExternalStatusReason1Code`).

/// A reason that the bank gives.
#[derive(Clone, PartialEq, Eq, Hash, Debug, Default)]
pub struct Reason {
    /// The code, of ISO (`AC01`) or the bank's own.
    pub code: Option<String>,
    /// What the bank writes with it, line by line.
    pub texts: Vec<String>,
}

impl Reason {
    /// The reason in plain words, with what the bank adds; `None` when it says nothing at all.
    pub fn words(&self) -> Option<String> {
        let told = match &self.code {
            Some(code) => match sentence(code) {
                Some(sentence) => format!("{code}: {sentence}"),
                None => code.clone(),
            },
            None => String::new(),
        };
        let added = self.texts.join(" ");
        match (told.is_empty(), added.is_empty()) {
            (true, true) => None,
            (true, false) => Some(added),
            (false, true) => Some(told),
            (false, false) => Some(format!("{told} ({added})")),
        }
    }
}

/// What a reason code of ISO 20022 means; the ones that credit transfers meet.
pub fn sentence(code: &str) -> Option<&'static str> {
    SENTENCES
        .binary_search_by(|(known, _)| known.cmp(&code))
        .ok()
        .and_then(|index| SENTENCES.get(index))
        .map(|(_, sentence)| *sentence)
}

/// Sorted by code.
const SENTENCES: [(&str, &str); 52] = [
    ("AB05", "the payee's bank did not answer in time"),
    ("AB08", "the payee's bank cannot be reached"),
    ("AC01", "the account number is wrong"),
    ("AC02", "the number of the paying account is wrong"),
    ("AC03", "the number of the payee's account is wrong"),
    ("AC04", "the account is closed"),
    ("AC05", "the paying account is closed"),
    ("AC06", "the account is blocked"),
    ("AC07", "the payee's account is closed"),
    ("AC09", "the currency of the account is wrong"),
    (
        "AC12",
        "the account is of a kind that cannot take this payment",
    ),
    (
        "AC13",
        "the paying account is of a kind that cannot make this payment",
    ),
    (
        "AC14",
        "the payee's account is of a kind that cannot take this payment",
    ),
    ("AG01", "this account may not make such a payment"),
    ("AG02", "the code of the operation is wrong"),
    ("AG03", "this kind of payment is not possible here"),
    ("AG10", "the bank takes no part in payments now"),
    ("AM01", "the amount is zero"),
    ("AM02", "the amount is above the limit"),
    ("AM03", "this currency cannot be paid"),
    ("AM04", "there is not enough money on the account"),
    ("AM05", "the payment is there twice"),
    ("AM06", "the amount is below the least that is paid"),
    ("AM07", "the amount is blocked"),
    ("AM09", "the amount is wrong"),
    ("AM10", "the check sum of the file is wrong"),
    ("AM12", "the amount is missing or cannot be read"),
    ("AM14", "the amount is above what was agreed with the bank"),
    ("AM18", "the number of transfers in the file is wrong"),
    ("BE01", "name and account do not fit"),
    ("BE04", "the payee's address is missing or wrong"),
    ("BE05", "the ordering party is not known"),
    ("BE06", "the payee is not known"),
    ("BE07", "the payer's address is missing or wrong"),
    ("CNOR", "the payee's bank is not registered"),
    ("CUST", "the customer asked for it"),
    ("DNOR", "the payer's bank is not registered"),
    ("DS02", "somebody who may do so cancelled the order"),
    ("DT01", "the date is wrong"),
    ("DT06", "the bank changed the date"),
    ("DU01", "the message id was used before"),
    ("DU02", "the id of the payment block was used before"),
    ("DU03", "the id of the transfer was used before"),
    ("DUPL", "the payment is there twice"),
    ("ED05", "the settlement failed"),
    ("FF01", "the format of the file is wrong"),
    ("MD07", "the customer has died"),
    ("MS02", "the customer gave no reason"),
    ("MS03", "the bank gives no reason"),
    ("NARR", "the bank explains it in words"),
    ("RC01", "the bank's identifier is wrong"),
    ("TM01", "it came after the bank's closing time"),
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_are_sorted_so_that_each_is_found() {
        for (code, meaning) in SENTENCES {
            assert_eq!(sentence(code), Some(meaning), "{code}");
        }
        assert_eq!(sentence("XX99"), None);
    }

    #[test]
    fn a_reason_is_told_in_words() {
        let check = |code: Option<&str>, texts: &[&str], words: Option<&str>| {
            let reason = Reason {
                code: code.map(str::to_owned),
                texts: texts.iter().map(|text| (*text).to_owned()).collect(),
            };
            assert_eq!(reason.words().as_deref(), words);
        };
        check(Some("AC04"), &[], Some("AC04: the account is closed"));
        check(
            Some("NARR"),
            &["Rachunek", "zamknięty"],
            Some("NARR: the bank explains it in words (Rachunek zamknięty)"),
        );
        check(Some("B7"), &[], Some("B7"));
        check(None, &["zamknięty"], Some("zamknięty"));
        check(None, &[], None);
    }
}
