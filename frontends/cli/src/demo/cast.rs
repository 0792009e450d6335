//! Who plays: the office, its accounts, its customers. All numbers are invented and check.

use kantor_model::{Currency, Iban, Money, Party, SortCode};

/// Everybody's password in the demo.
pub(super) const PASSWORD: &str = "demo-kantor-2026";

/// The office as the ordering party of its transfers.
pub(super) fn owner() -> Party {
    Party {
        name: "Kantor Pod Żurawiem sp. z o.o.".to_owned(),
        street: "ul. Żurawia 32".to_owned(),
        city: "00-515 Warszawa".to_owned(),
    }
}

/// An account of the office with what was on it when it was taken into the books in mid-year.
pub(super) struct OfficeAccount {
    pub(super) name: &'static str,
    pub(super) sort_code: &'static str,
    pub(super) number: &'static str,
    pub(super) currency: Currency,
    pub(super) opening: i64,
    pub(super) last_statement: u32,
    pub(super) default: bool,
}

/// mBank's and PKO BP's, in zlotys and euros.
pub(super) const ACCOUNTS: [OfficeAccount; 4] = [
    OfficeAccount {
        name: "mBank PLN",
        sort_code: "11401010",
        number: "0000579009004001",
        currency: Currency::PLN,
        opening: 184_250_37,
        last_statement: 214,
        default: true,
    },
    OfficeAccount {
        name: "mBank EUR",
        sort_code: "11401010",
        number: "0000579009004003",
        currency: Currency::EUR,
        opening: 41_870_12,
        last_statement: 214,
        default: true,
    },
    OfficeAccount {
        name: "PKO BP PLN",
        sort_code: "10205561",
        number: "0000380209739045",
        currency: Currency::PLN,
        opening: 96_004_80,
        last_statement: 131,
        default: false,
    },
    OfficeAccount {
        name: "PKO BP EUR",
        sort_code: "10205561",
        number: "0000380209739078",
        currency: Currency::EUR,
        opening: 12_300_00,
        last_statement: 131,
        default: false,
    },
];

impl OfficeAccount {
    pub(super) fn iban(&self) -> Option<Iban> {
        Iban::polish(SortCode::parse(self.sort_code)?, self.number)
    }

    pub(super) fn opening(&self) -> Money {
        Money::new(self.opening, self.currency)
    }

    pub(super) fn is_at_mbank(&self) -> bool {
        self.sort_code.starts_with("1140")
    }
}

/// A customer and what he orders.
pub(super) struct Customer {
    pub(super) first_name: &'static str,
    pub(super) last_name: &'static str,
    pub(super) pesel: &'static str,
    pub(super) email: &'static str,
    pub(super) street: &'static str,
    pub(super) postal_code: &'static str,
    pub(super) city: &'static str,
    pub(super) sort_code: &'static str,
    pub(super) zlotys: &'static str,
    pub(super) euros: &'static str,
    /// How many euro cents he gives.
    pub(super) gives: i64,
}

/// Pays exactly, from mBank.
pub(super) const EXACT: Customer = Customer {
    first_name: "Anna",
    last_name: "Kowalska-Żółć",
    pesel: "44051401359",
    email: "anna@example.test",
    street: "ul. Świętokrzyska 14/3",
    postal_code: "00-050",
    city: "Warszawa",
    sort_code: "11402004",
    zlotys: "0000300201355387",
    euros: "0000300201355395",
    gives: 1_000_00,
};

/// Pays with a mangled title, from PKO BP.
pub(super) const MANGLED: Customer = Customer {
    first_name: "Łukasz",
    last_name: "Gęś",
    pesel: "80010112340",
    email: "lukasz@example.test",
    street: "al. Róż 7",
    postal_code: "31-949",
    city: "Kraków",
    sort_code: "10202964",
    zlotys: "0000750200123456",
    euros: "0000750200123464",
    gives: 500_00,
};

/// Pays a day late, from a bank where the office has no account.
pub(super) const LATE: Customer = Customer {
    first_name: "Zofia",
    last_name: "Wiśniewska",
    pesel: "92071300002",
    email: "zofia@example.test",
    street: "ul. Piotrkowska 104",
    postal_code: "90-926",
    city: "Łódź",
    sort_code: "10501025",
    zlotys: "0000002276543210",
    euros: "0000002276543228",
    gives: 750_00,
};

impl Customer {
    pub(super) fn account(&self, currency: Currency) -> Option<Iban> {
        let number = if currency == Currency::PLN {
            self.zlotys
        } else {
            self.euros
        };
        Iban::polish(SortCode::parse(self.sort_code)?, number)
    }

    pub(super) fn party(&self) -> Party {
        Party {
            name: format!("{} {}", self.first_name, self.last_name),
            street: self.street.to_owned(),
            city: format!("{} {}", self.postal_code, self.city),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use kantor_model::Pesel;

    #[test]
    fn every_invented_number_checks() {
        for account in &ACCOUNTS {
            assert!(
                SortCode::parse(account.sort_code).unwrap().is_valid(),
                "{}",
                account.name
            );
            assert!(account.iban().unwrap().bank().is_some(), "{}", account.name);
        }
        for customer in [&EXACT, &MANGLED, &LATE] {
            Pesel::parse(customer.pesel).unwrap();
            let code = SortCode::parse(customer.sort_code).unwrap();
            assert!(code.is_valid(), "{}", customer.sort_code);
            assert!(customer.account(Currency::EUR).unwrap().bank().is_some());
        }
    }
}
