//! Parts of a message while they are being read: parties, transfers, blocks.

use kantor_model::{AccountNumber, Bic, Charges, Country, Party, Place};

use super::address::begins_with_postcode;

/// A name with an address, element by element.
#[derive(Default)]
pub(super) struct PartyParts {
    name: String,
    street: String,
    number: String,
    postcode: String,
    town: String,
    pub(super) country: Option<Country>,
    lines: Vec<String>,
}

impl PartyParts {
    /// Takes an element below the party; others than name and address are passed over.
    pub(super) fn take(&mut self, path: &str, text: &str) {
        let part = match path {
            "Nm" => &mut self.name,
            "PstlAdr/StrtNm" => &mut self.street,
            "PstlAdr/BldgNb" => &mut self.number,
            "PstlAdr/PstCd" => &mut self.postcode,
            "PstlAdr/TwnNm" => &mut self.town,
            "PstlAdr/Ctry" => {
                self.country = Country::parse(text);
                return;
            }
            "PstlAdr/AdrLine" => return self.lines.push(text.to_owned()),
            _ => return,
        };
        text.clone_into(part);
    }

    /// Name, street and town. What stands in elements of its own is told by them. Of free lines
    /// the last of several is the town, and one alone is it when it begins with a postcode.
    pub(super) fn finish(&self) -> Party {
        let mut street = joined([self.street.as_str(), self.number.as_str()]);
        let mut city = joined([self.postcode.as_str(), self.town.as_str()]);
        let mut lines: &[String] = &self.lines;
        if city.is_empty() {
            let country = self.country.as_ref().map(Country::as_str);
            let is_town = |line: &str| begins_with_postcode(country, line);
            if let [rest @ .., last] = lines
                && (!rest.is_empty() || !street.is_empty() || is_town(last))
            {
                city.clone_from(last);
                lines = rest;
            }
        }
        let free = joined(lines.iter().map(String::as_str));
        street = joined([street.as_str(), free.as_str()]);
        Party {
            name: self.name.clone(),
            street,
            city,
        }
    }
}

/// The texts that are there, with spaces between.
fn joined<'t>(texts: impl IntoIterator<Item = &'t str>) -> String {
    let mut out = String::new();
    for text in texts {
        if !out.is_empty() && !text.is_empty() {
            out.push(' ');
        }
        out.push_str(text);
    }
    out
}

/// An amount as written.
pub(super) struct Written {
    pub(super) place: Place,
    pub(super) text: String,
    pub(super) currency: String,
}

/// A transfer, element by element.
#[derive(Default)]
pub(super) struct TransferParts {
    pub(super) place: Place,
    pub(super) reference: Option<String>,
    pub(super) amount: Option<Written>,
    pub(super) charges: Option<Charges>,
    pub(super) bank: Option<Bic>,
    /// What stands for the payee's bank and is no BIC.
    pub(super) bank_unreadable: Option<String>,
    pub(super) payee: PartyParts,
    pub(super) account: Option<AccountNumber>,
    free: String,
    structured: String,
}

impl TransferParts {
    /// A transfer that begins there.
    pub(super) fn at(place: Place) -> TransferParts {
        TransferParts {
            place,
            ..TransferParts::default()
        }
    }

    /// Takes an element below the transfer that is a text only.
    pub(super) fn take(&mut self, path: &str, text: &str) {
        match path {
            "PmtId/EndToEndId" => {
                self.reference = Some(text.to_owned()).filter(|id| id != super::NOT_PROVIDED);
            }
            "ChrgBr" => self.charges = charges(text),
            "CdtrAgt/FinInstnId/BIC" | "CdtrAgt/FinInstnId/BICFI" => {
                self.bank = Bic::parse(text).ok();
                self.bank_unreadable = self.bank.is_none().then(|| text.to_owned());
            }
            "RmtInf/Ustrd" => self.free = joined([self.free.as_str(), text]),
            "RmtInf/Strd/CdtrRefInf/Ref" => {
                self.structured = joined([self.structured.as_str(), text]);
            }
            _ => {
                if let Some(path) = path.strip_prefix("Cdtr/") {
                    self.payee.take(path, text);
                }
            }
        }
    }

    /// The title: free text, and a creditor's reference where there is none.
    pub(super) fn title(&self) -> String {
        if self.free.is_empty() {
            self.structured.clone()
        } else {
            self.free.clone()
        }
    }
}

/// Who bears the charges, by the word of ISO 20022.
pub(super) fn charges(word: &str) -> Option<Charges> {
    match word {
        "SHAR" | "SLEV" => Some(Charges::Shared),
        "DEBT" => Some(Charges::Payer),
        "CRED" => Some(Charges::Payee),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_are_told_from_their_elements_or_lines() {
        let check = |elements: &[(&str, &str)], street: &str, city: &str| {
            let mut parts = PartyParts::default();
            for (name, text) in elements {
                parts.take(&format!("PstlAdr/{name}"), text);
            }
            let party = parts.finish();
            assert_eq!((party.street.as_str(), party.city.as_str()), (street, city));
        };
        check(
            &[
                ("StrtNm", "ul. Prosta"),
                ("BldgNb", "1"),
                ("PstCd", "00-001"),
                ("TwnNm", "Warszawa"),
            ],
            "ul. Prosta 1",
            "00-001 Warszawa",
        );
        check(
            &[
                ("TwnNm", "Warszawa"),
                ("Ctry", "PL"),
                ("AdrLine", "ul. Prosta 1"),
            ],
            "ul. Prosta 1",
            "Warszawa",
        );
        check(
            &[("AdrLine", "Rosenauweg 4"), ("AdrLine", "DE-80036 München")],
            "Rosenauweg 4",
            "DE-80036 München",
        );
        check(&[("Ctry", "CH"), ("AdrLine", "SELDWYLA")], "SELDWYLA", "");
        check(
            &[("Ctry", "PL"), ("AdrLine", "00-001 Warszawa")],
            "",
            "00-001 Warszawa",
        );
        check(&[("Ctry", "PL")], "", "");
    }
}
