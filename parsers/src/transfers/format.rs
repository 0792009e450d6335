//! The formats of transfer files, by name.

use std::fmt;

use kantor_model::Currency;

/// A format of transfer files. The names are those of the command line and of packs.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum TransferFormat {
    /// Elixir-0, which MultiCash calls PLI: domestic, PLN only.
    Elixir0,
    /// ISO 20022 pain.001.001.03: domestic, SEPA and foreign.
    Pain001V03,
    /// ISO 20022 pain.001.001.09: the same with structured addresses.
    Pain001V09,
    /// MultiCash PLA: foreign, any currency.
    Pla,
    /// SWIFT MT101: foreign and, where a bank takes it so, domestic.
    Mt101,
}

/// Every currency that can be traded, with single spaces between; a test holds it against the
/// dictionary.
const ALL_CURRENCIES: &str = "\
    AED AFN ALL AMD AOA ARS AUD AWG AZN BAM BBD BDT BHD BIF BMD BND BOB BRL BSD BTN BWP \
    BYN BZD CAD CDF CHF CLP CNY COP CRC CUP CVE CZK DJF DKK DOP DZD EGP ERN ETB EUR FJD \
    FKP GBP GEL GHS GIP GMD GNF GTQ GYD HKD HNL HTG HUF IDR ILS INR IQD IRR ISK JMD JOD \
    JPY KES KGS KHR KMF KPW KRW KWD KYD KZT LAK LBP LKR LRD LSL LYD MAD MDL MGA MKD MMK \
    MNT MOP MRU MUR MVR MWK MXN MYR MZN NAD NGN NIO NOK NPR NZD OMR PAB PEN PGK PHP PKR \
    PLN PYG QAR RON RSD RUB RWF SAR SBD SCR SDG SEK SGD SHP SLE SOS SRD SSP STN SVC SYP \
    SZL THB TJS TMT TND TOP TRY TTD TWD TZS UAH UGX USD UYU UZS VED VES VND VUV WST XAF \
    XCD XCG XOF XPF YER ZAR ZMW ZWG";

impl TransferFormat {
    /// All of them, in the order in which one is chosen for a batch that does not say.
    pub const ALL: [TransferFormat; 5] = [
        TransferFormat::Elixir0,
        TransferFormat::Pain001V03,
        TransferFormat::Pain001V09,
        TransferFormat::Pla,
        TransferFormat::Mt101,
    ];

    /// The name on the command line, in packs and in the office API: `elixir0`.
    pub const fn name(self) -> &'static str {
        match self {
            TransferFormat::Elixir0 => "elixir0",
            TransferFormat::Pain001V03 => "pain.001.001.03",
            TransferFormat::Pain001V09 => "pain.001.001.09",
            TransferFormat::Pla => "pla",
            TransferFormat::Mt101 => "mt101",
        }
    }

    /// The format of that name.
    pub fn from_name(name: &str) -> Option<TransferFormat> {
        TransferFormat::ALL
            .into_iter()
            .find(|format| format.name() == name)
    }

    /// The extension of a file's name where the bank asks for no other, without the dot.
    pub const fn extension(self) -> &'static str {
        match self {
            TransferFormat::Elixir0 => "pli",
            TransferFormat::Pain001V03 | TransferFormat::Pain001V09 => "xml",
            TransferFormat::Pla => "pla",
            TransferFormat::Mt101 => "mt101",
        }
    }

    /// The currencies that it carries, with single spaces between.
    pub const fn currencies(self) -> &'static str {
        match self {
            TransferFormat::Elixir0 => "PLN",
            TransferFormat::Pain001V03
            | TransferFormat::Pain001V09
            | TransferFormat::Pla
            | TransferFormat::Mt101 => ALL_CURRENCIES,
        }
    }

    /// Whether it carries the currency.
    pub fn carries(self, currency: Currency) -> bool {
        match self {
            TransferFormat::Elixir0 => currency == Currency::PLN,
            TransferFormat::Pain001V03
            | TransferFormat::Pain001V09
            | TransferFormat::Pla
            | TransferFormat::Mt101 => currency.is_tradable(),
        }
    }

    /// What it carries, in words of a refusal.
    pub(crate) const fn carried(self) -> &'static str {
        match self {
            TransferFormat::Elixir0 => "PLN only",
            TransferFormat::Pain001V03
            | TransferFormat::Pain001V09
            | TransferFormat::Pla
            | TransferFormat::Mt101 => "only currencies that are in use",
        }
    }
}

impl fmt::Display for TransferFormat {
    /// As banks write it: `Elixir-0`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            TransferFormat::Elixir0 => "Elixir-0",
            TransferFormat::Pain001V03 => "pain.001.001.03",
            TransferFormat::Pain001V09 => "pain.001.001.09",
            TransferFormat::Pla => "PLA",
            TransferFormat::Mt101 => "MT101",
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_found_again() {
        for format in TransferFormat::ALL {
            assert_eq!(TransferFormat::from_name(format.name()), Some(format));
        }
        assert_eq!(TransferFormat::from_name("Elixir-0"), None);
    }

    #[test]
    fn the_list_of_currencies_is_what_is_carried() {
        for format in TransferFormat::ALL {
            let carried: Vec<&str> = Currency::all()
                .filter(|currency| format.carries(*currency))
                .map(Currency::code)
                .collect();
            assert_eq!(carried.join(" "), format.currencies(), "{format}");
        }
    }
}
