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

/// Registry of July 2026. Data, to be refreshed with the registry.
static BANKS: &[Bank] = &[
    Bank {
        id: "pko",
        name: "PKO BP",
        bic: "BPKOPLPW",
        prefixes: &["1020", "1440"],
    },
    Bank {
        id: "mbank",
        name: "mBank",
        bic: "BREXPLPW",
        prefixes: &["1140", "1142"],
    },
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
