//! How one bank wants its pain.001.

use serde::Deserialize;

use super::block::Kind;
use crate::transfers::TransferFormat;

/// One bank's bend of pain.001, the section `[pain001]` of its profile. A key that is left out is
/// as the standard and most banks have it.
#[derive(Clone, PartialEq, Eq, Debug, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Profile {
    /// The versions that the bank takes, best first.
    #[serde(deserialize_with = "versions")]
    pub versions: Vec<TransferFormat>,
    /// The kinds of payment that it takes in this format.
    pub kinds: Vec<Kind>,
    /// Whether domestic transfers keep their Polish letters. SEPA and foreign ones never do.
    pub polish_letters: bool,
    /// Signs that texts of domestic transfers may hold besides letters, digits and spaces. In SEPA
    /// and foreign ones it is always [`SEPA_SIGNS`].
    pub signs: String,
    /// The longest name; a longer one is cut visibly.
    pub name_length: usize,
    /// How many lines of 35 characters the title has; a longer one is refused.
    pub title_lines: usize,
    /// The form of addresses; left out, lines in version .03 and structured from .09 on.
    pub address: Option<AddressForm>,
    /// Whether a foreign transfer needs street and town of the payee, and not his country alone.
    pub foreign_address: bool,
    /// How the bank itself, which keeps the paying account, is named.
    pub debtor_agent: Agent,
    /// Whether the payee's bank stands in domestic transfers, too, by its sort code.
    pub domestic_agent: bool,
    /// Whether the paying account says its currency, which some banks need for accounts of
    /// several.
    pub account_currency: bool,
    /// Whether domestic transfers say that charges are shared.
    pub domestic_charges: bool,
    /// Whether inside of the European Economic Area charges can only be shared, as the law has it.
    pub shared_charges_in_eea: bool,
    /// The number of the contract with the bank, where it wants one as the sender's id.
    pub contract: Option<String>,
    /// The most transfers in one file.
    pub max_transfers: Option<usize>,
    /// How domestic transfers are sent: Elixir, Sorbnet, express.
    pub domestic: Service,
    /// How SEPA transfers are sent; the service level is SEPA anyway.
    pub sepa: Service,
    /// How foreign transfers are sent.
    pub foreign: Service,
}

/// What SEPA takes besides letters, digits and spaces (EPC217-08), and SWIFT, too.
pub const SEPA_SIGNS: &str = "/-?:().,'+";

/// The form in which an address is written.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum AddressForm {
    /// Country and at most two free lines, street and town.
    Lines,
    /// Everything in elements of its own: street, number, postcode, town, country.
    Structured,
    /// Postcode, town and country in elements of their own, the street as a free line.
    Hybrid,
}

/// How a bank is named.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Agent {
    /// By its BIC, where it is known.
    Bic,
    /// By its Polish sort code (clearing system PLKNR).
    Clearing,
    /// Not at all.
    None,
}

/// By what service of the bank a kind of payment is sent (PmtTpInf). Banks use it in ways of their
/// own.
#[derive(Clone, PartialEq, Eq, Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Service {
    /// `HIGH` or `NORM` (InstrPrty).
    pub priority: Option<Priority>,
    /// `{ code = "URGP" }` or `{ proprietary = "SORBNET" }` (SvcLvl).
    pub service_level: Option<Choice>,
    /// As for instant transfers (LclInstrm).
    pub local_instrument: Option<Choice>,
    /// (CtgyPurp).
    pub category_purpose: Option<Choice>,
}

/// How urgent an instruction is.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Deserialize)]
#[serde(rename_all = "UPPERCASE")]
pub enum Priority {
    /// Urgent.
    High,
    /// Ordinary.
    Norm,
}

/// A word of a public list, or of the bank's own.
#[derive(Clone, PartialEq, Eq, Debug, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Choice {
    /// Of the external code lists of ISO 20022.
    Code(String),
    /// The bank's own.
    Proprietary(String),
}

impl Default for Profile {
    /// For a bank that is not known.
    fn default() -> Profile {
        Profile {
            versions: vec![TransferFormat::Pain001V03, TransferFormat::Pain001V09],
            kinds: vec![Kind::Domestic, Kind::Sepa, Kind::Foreign],
            polish_letters: true,
            signs: SEPA_SIGNS.to_owned(),
            name_length: 70,
            title_lines: 4,
            address: None,
            foreign_address: false,
            debtor_agent: Agent::Bic,
            domestic_agent: false,
            account_currency: true,
            domestic_charges: true,
            shared_charges_in_eea: true,
            contract: None,
            max_transfers: None,
            domestic: Service::default(),
            sepa: Service::default(),
            foreign: Service::default(),
        }
    }
}

impl Profile {
    /// The form of addresses in that version.
    pub(super) fn address_form(&self, version: TransferFormat) -> AddressForm {
        self.address.unwrap_or(match version {
            TransferFormat::Pain001V09 => AddressForm::Structured,
            TransferFormat::Pain001V03
            | TransferFormat::Elixir0
            | TransferFormat::Pla
            | TransferFormat::Mt101 => AddressForm::Lines,
        })
    }

    /// How that kind of payment is sent.
    pub(super) fn service(&self, kind: Kind) -> &Service {
        match kind {
            Kind::Domestic => &self.domestic,
            Kind::Sepa => &self.sepa,
            Kind::Foreign => &self.foreign,
        }
    }
}

fn versions<'de, D: serde::Deserializer<'de>>(from: D) -> Result<Vec<TransferFormat>, D::Error> {
    let names: Vec<String> = Vec::deserialize(from)?;
    let written = [TransferFormat::Pain001V03, TransferFormat::Pain001V09];
    let version = |name: &String| {
        let found = written.into_iter().find(|version| version.name() == name);
        found.ok_or_else(|| {
            serde::de::Error::custom(format!(
                "versions: `{name}` cannot be written; take pain.001.001.03 or pain.001.001.09"
            ))
        })
    };
    names.iter().map(version).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_section_says_only_what_is_different() {
        let check = |text: &str, expected: Profile| {
            assert_eq!(toml::from_str::<Profile>(text), Ok(expected));
        };
        check("", Profile::default());
        check(
            "versions = ['pain.001.001.09']\nkinds = ['domestic', 'sepa']\naddress = 'hybrid'\n\
             debtor_agent = 'clearing'\ncontract = '123'\n\
             [domestic]\npriority = 'HIGH'\nservice_level = { proprietary = 'SORBNET' }\n",
            Profile {
                versions: vec![TransferFormat::Pain001V09],
                kinds: vec![Kind::Domestic, Kind::Sepa],
                address: Some(AddressForm::Hybrid),
                debtor_agent: Agent::Clearing,
                contract: Some("123".to_owned()),
                domestic: Service {
                    priority: Some(Priority::High),
                    service_level: Some(Choice::Proprietary("SORBNET".to_owned())),
                    ..Service::default()
                },
                ..Profile::default()
            },
        );
    }

    #[test]
    fn a_mistyped_key_is_named() {
        let check = |text: &str, named: &str| {
            let error = toml::from_str::<Profile>(text).unwrap_err().to_string();
            assert!(error.contains(named), "{error}");
        };
        check("colour = 1", "colour");
        check("versions = ['pain.001.001.12']", "pain.001.001.12");
        check("address = 'free'", "free");
        check("[domestic]\nspeed = 1", "speed");
    }
}
