//! Polish banks by the first four digits of their sort codes.

/// A Polish bank as the registry of the National Bank of Poland has it.
#[derive(Debug, PartialEq, Eq)]
pub struct Bank {
    /// Our short name, which packs and configuration use: `mbank`.
    pub id: &'static str,
    /// The name that customers know.
    pub name: &'static str,
    /// The SWIFT code of the bank, eight characters.
    pub bic: &'static str,
    /// The first four digits of its sort codes; several after mergers.
    pub prefixes: &'static [&'static str],
}

const fn bank(
    id: &'static str,
    name: &'static str,
    bic: &'static str,
    prefixes: &'static [&'static str],
) -> Bank {
    Bank {
        id,
        name,
        bic,
        prefixes,
    }
}

/// The NBP's registry of sort codes (`plewibnra`) as of July 2026, in the order of the first
/// prefix. Data, to be refreshed with the registry. Merged banks stand under the one that took them
/// over: 1440 Nordea, 1060 BPH, 1300 Meritum, 1500 Kredyt Bank, 1470 Euro Bank, 1950 Idea Bank,
/// 1560 Getin Noble, 1750 Raiffeisen Polbank, 2030 BGŻ. Credit unions (7xxx) and cooperative banks
/// (8xxx, 9xxx) are not told by four digits and are not here.
static BANKS: &[Bank] = &[
    bank("nbp", "NBP", "NBPLPLPW", &["1010"]),
    bank("pko", "PKO BP", "BPKOPLPW", &["1020", "1440"]),
    bank("citi", "Citi Handlowy", "CITIPLPX", &["1030"]),
    bank("ing", "ING Bank Śląski", "INGBPLPW", &["1050"]),
    bank(
        "alior",
        "Alior Bank",
        "ALBPPLPW",
        &["1060", "1300", "1710", "2490"],
    ),
    bank(
        "santander",
        "Erste Bank Polska",
        "WBKPPLPP",
        &["1090", "1500", "1910"],
    ),
    bank("bgk", "BGK", "GOSKPLPW", &["1130"]),
    bank("mbank", "mBank", "BREXPLPW", &["1140", "1142"]),
    bank(
        "millennium",
        "Bank Millennium",
        "BIGBPLPW",
        &["1160", "1470"],
    ),
    bank("pekao", "Bank Pekao", "PKOPPLPW", &["1240", "1950"]),
    bank("hsbc", "HSBC Continental Europe", "HSBCPLPW", &["1280"]),
    bank("pocztowy", "Bank Pocztowy", "POCZPLP4", &["1320"]),
    bank("dnb", "DNB Bank Polska", "MHBFPLPW", &["1370", "2190"]),
    bank(
        "velo",
        "VeloBank",
        "GBGCPLPK",
        &["1460", "1560", "2480", "2930"],
    ),
    bank("bos", "Bank Ochrony Środowiska", "EBOSPLPW", &["1540"]),
    bank(
        "bnp",
        "BNP Paribas Bank Polska",
        "PPABPLPK",
        &["1600", "1750", "2000", "2030", "2340"],
    ),
    bank("sgb", "SGB-Bank", "GBWCPLPP", &["1610"]),
    bank("plus", "Plus Bank", "IVSEPLPP", &["1680"]),
    bank("socgen", "Société Générale", "SOGEPLPW", &["1840"]),
    bank("nest", "Nest Bank", "NESBPLPW", &["1870", "2530"]),
    bank("deutsche", "Deutsche Bank Polska", "DEUTPLPX", &["1880"]),
    bank(
        "bps",
        "Bank Polskiej Spółdzielczości",
        "POLUPLPR",
        &["1930"],
    ),
    bank(
        "credit-agricole",
        "Credit Agricole Bank Polska",
        "AGRIPLPR",
        &["1940"],
    ),
    bank(
        "santander-consumer",
        "Santander Consumer Bank",
        "SCFBPLPW",
        &["2120"],
    ),
    bank("toyota", "Toyota Bank Polska", "TOBAPLPW", &["2160"]),
    bank(
        "raiffeisen",
        "Raiffeisen Bank International",
        "RCBWPLPW",
        &["2790"],
    ),
    bank("unicredit", "UniCredit", "BMPBPLPP", &["2910"]),
    bank("currency-one", "Currency One", "CNENPLP1", &["6070"]),
    bank("igoria", "Igoria Trade", "IGTRPLPW", &["6300"]),
];

impl Bank {
    /// Every bank that is known.
    pub fn all() -> &'static [Bank] {
        BANKS
    }

    /// The bank with our short name.
    pub fn of_id(id: &str) -> Option<&'static Bank> {
        BANKS.iter().find(|bank| bank.id == id)
    }

    /// The bank whose sort codes begin with these four digits.
    pub fn of_prefix(prefix: &str) -> Option<&'static Bank> {
        BANKS.iter().find(|bank| bank.prefixes.contains(&prefix))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_prefix_names_one_bank_and_each_id_too() {
        let mut prefixes: Vec<_> = Bank::all().iter().flat_map(|bank| bank.prefixes).collect();
        let mut ids: Vec<_> = Bank::all().iter().map(|bank| bank.id).collect();
        let (all_prefixes, all_ids) = (prefixes.len(), ids.len());
        prefixes.sort_unstable();
        prefixes.dedup();
        ids.sort_unstable();
        ids.dedup();
        assert_eq!((prefixes.len(), ids.len()), (all_prefixes, all_ids));
    }

    #[test]
    fn every_row_has_the_shape_of_the_registry() {
        for bank in Bank::all() {
            let id_ok = |c: char| c.is_ascii_lowercase() || c == '-';
            assert!(
                !bank.id.is_empty() && bank.id.chars().all(id_ok),
                "{bank:?}"
            );
            assert!(
                !bank.name.is_empty() && !bank.prefixes.is_empty(),
                "{bank:?}"
            );
            assert!(
                bank.bic.len() == 8 && bank.bic[4..].starts_with("PL"),
                "{bank:?}"
            );
            for prefix in bank.prefixes {
                assert!(
                    prefix.len() == 4 && prefix.bytes().all(|b| b.is_ascii_digit()),
                    "{bank:?}"
                );
            }
            assert_eq!(Bank::of_id(bank.id), Some(bank));
        }
    }

    #[test]
    fn a_bank_is_found_by_each_prefix_it_took_over() {
        for (prefix, id) in [
            ("1020", "pko"),
            ("1440", "pko"),
            ("1140", "mbank"),
            ("1142", "mbank"),
            ("1090", "santander"),
            ("1910", "santander"),
            ("1950", "pekao"),
            ("2030", "bnp"),
            ("2530", "nest"),
            ("6070", "currency-one"),
        ] {
            assert_eq!(
                Bank::of_prefix(prefix).map(|bank| bank.id),
                Some(id),
                "{prefix}"
            );
        }
    }

    #[test]
    fn credit_unions_and_cooperative_banks_are_not_guessed() {
        for prefix in ["7000", "8000", "9999", "102", "", "10200"] {
            assert_eq!(Bank::of_prefix(prefix), None, "{prefix}");
        }
    }
}
