//! Which transfers stand together in one payment block (PmtInf).

use kantor_model::{Charges, Currency, Iban, Transfer};
use serde::Deserialize;

use super::area::{is_eea, is_eea_currency, is_sepa};
use super::sum::Sum;

/// The kinds of payment that the recommendation of the Polish banks keeps apart (ZBP,
/// pain.001 in Poland, version 2.0).
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Kind {
    /// In PLN between two Polish accounts.
    Domestic,
    /// In euro between accounts of two SEPA countries, which may be one.
    Sepa,
    /// Any other, sent through correspondent banks.
    Foreign,
}

impl Kind {
    /// The kind follows the currency and the countries of the two accounts.
    pub fn of(payer: &Iban, transfer: &Transfer) -> Kind {
        let currency = transfer.amount.currency();
        let (from, to) = (payer.country(), transfer.payee_account.country());
        if currency == Currency::PLN && from == "PL" && to == "PL" {
            Kind::Domestic
        } else if currency == Currency::EUR && is_sepa(from) && is_sepa(to) {
            Kind::Sepa
        } else {
            Kind::Foreign
        }
    }
}

/// What all transfers of a block have in common.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) struct Key {
    pub(super) kind: Kind,
    pub(super) currency: Currency,
    pub(super) charges: Charges,
}

impl Key {
    pub(super) fn of(payer: &Iban, transfer: &Transfer) -> Key {
        Key {
            kind: Kind::of(payer, transfer),
            currency: transfer.amount.currency(),
            charges: transfer.abroad.charges.unwrap_or(Charges::Shared),
        }
    }
}

/// A block as its head tells it.
#[derive(Clone, Copy, Debug)]
pub(super) struct Block {
    pub(super) key: Key,
    pub(super) count: usize,
    pub(super) sum: Sum,
}

/// The blocks of a batch, and which block each transfer stands in.
pub(super) struct Plan {
    /// In the order in which their first transfers stand in the batch.
    pub(super) blocks: Vec<Block>,
    /// One number a transfer. There are fewer kinds, currencies and ways of charges than numbers.
    places: Vec<u16>,
}

impl Plan {
    /// An empty one, with room for so many transfers.
    pub(super) fn for_transfers(count: usize) -> Plan {
        Plan {
            blocks: Vec::new(),
            places: Vec::with_capacity(count),
        }
    }

    /// Adds the next transfer.
    pub(super) fn add(&mut self, key: Key, transfer: &Transfer) {
        let known = self.blocks.iter().position(|block| block.key == key);
        let place = known.unwrap_or(self.blocks.len());
        if known.is_none() {
            self.blocks.push(Block {
                key,
                count: 0,
                sum: Sum::default(),
            });
        }
        if let Some(block) = self.blocks.get_mut(place) {
            block.count += 1;
            block.sum.add(transfer.amount);
        }
        self.places.push(u16::try_from(place).unwrap_or(u16::MAX));
    }

    /// Whether the transfer stands in that block.
    pub(super) fn stands_in(&self, transfer: usize, block: usize) -> bool {
        self.places.get(transfer).map(|place| usize::from(*place)) == Some(block)
    }

    /// Whether there is a domestic block, or any other.
    pub(super) fn has(&self, domestic: bool) -> bool {
        let mut kinds = self.blocks.iter().map(|block| block.key.kind);
        kinds.any(|kind| (kind == Kind::Domestic) == domestic)
    }

    /// The sum of everything.
    pub(super) fn sum(&self) -> Sum {
        let mut sum = Sum::default();
        self.blocks.iter().for_each(|block| sum.add_sum(block.sum));
        sum
    }
}

/// Why a kind of payment does not know such charges; `None` where it does.
pub(super) fn charges_refused(
    key: Key,
    payer: &Iban,
    payee: &Iban,
    shared_in_eea: bool,
) -> Option<&'static str> {
    match (key.kind, key.charges) {
        (_, Charges::Shared) => None,
        (Kind::Domestic, Charges::Payer | Charges::Payee) => Some("a transfer inside of Poland"),
        (Kind::Sepa, Charges::Payer | Charges::Payee) => Some("a SEPA transfer"),
        (Kind::Foreign, Charges::Payer | Charges::Payee) => {
            let inside = is_eea(payer.country()) && is_eea(payee.country());
            let bound = inside && shared_in_eea && is_eea_currency(key.currency.code());
            bound.then_some(
                "a transfer inside of the European Economic Area in one of its currencies",
            )
        }
    }
}

#[cfg(test)]
mod tests {
    use kantor_model::{Abroad, Batch, Date, Money, Party};

    use super::*;

    const POLISH: &str = "PL61109010140000071219812874";
    const GERMAN: &str = "DE89370400440532013000";
    const BRITISH: &str = "GB82WEST12345698765432";
    const ARABIAN: &str = "AE070331234567890123456";

    fn transfer(code: &str, to: &str, charges: Option<Charges>) -> Transfer {
        let party = Party {
            name: "Jan".to_owned(),
            street: String::new(),
            city: String::new(),
        };
        Transfer {
            reference: "EX1".to_owned(),
            amount: Money::new(1_00, Currency::from_code(code).unwrap()),
            payee: party,
            payee_account: Iban::parse(to).unwrap(),
            title: "EX1".to_owned(),
            abroad: Abroad {
                charges,
                ..Abroad::default()
            },
        }
    }

    #[test]
    fn the_kind_follows_currency_and_countries() {
        let check = |code: &str, from: &str, to: &str, kind: Kind| {
            let found = Kind::of(&Iban::parse(from).unwrap(), &transfer(code, to, None));
            assert_eq!(found, kind, "{code} {from} {to}");
        };
        check("PLN", POLISH, POLISH, Kind::Domestic);
        check("PLN", POLISH, GERMAN, Kind::Foreign);
        check("PLN", GERMAN, POLISH, Kind::Foreign);
        check("EUR", POLISH, POLISH, Kind::Sepa);
        check("EUR", POLISH, GERMAN, Kind::Sepa);
        check("EUR", POLISH, BRITISH, Kind::Sepa);
        check("EUR", POLISH, ARABIAN, Kind::Foreign);
        check("USD", POLISH, POLISH, Kind::Foreign);
    }

    #[test]
    fn other_charges_than_shared_are_for_the_wide_world() {
        let payer = Iban::parse(POLISH).unwrap();
        let check = |code: &str, to: &str, law: bool, refused: bool| {
            let transfer = transfer(code, to, Some(Charges::Payer));
            let key = Key::of(&payer, &transfer);
            let found = charges_refused(key, &payer, &transfer.payee_account, law);
            assert_eq!(found.is_some(), refused, "{code} {to}");
        };
        check("PLN", POLISH, false, true);
        check("EUR", GERMAN, false, true);
        check("USD", GERMAN, true, false);
        check("SEK", GERMAN, true, true);
        check("SEK", GERMAN, false, false);
        check("GBP", BRITISH, true, false);
        check("EUR", ARABIAN, true, false);
    }

    #[test]
    fn a_block_holds_one_kind_one_currency_and_one_way_of_charges() {
        let own = Charges::Payer;
        let batch = Batch {
            debit_account: Iban::parse(POLISH).unwrap(),
            owner: transfer("PLN", POLISH, None).payee,
            date: Date::constant(2026, 11, 23),
            transfers: vec![
                transfer("USD", ARABIAN, None),
                transfer("PLN", POLISH, None),
                transfer("USD", ARABIAN, Some(own)),
                transfer("USD", POLISH, Some(Charges::Shared)),
            ],
        };
        let mut plan = Plan::for_transfers(batch.transfers.len());
        for transfer in &batch.transfers {
            plan.add(Key::of(&batch.debit_account, transfer), transfer);
        }
        let found: Vec<(Kind, usize)> = plan
            .blocks
            .iter()
            .map(|block| (block.key.kind, block.count))
            .collect();
        let expected = [(Kind::Foreign, 2), (Kind::Domestic, 1), (Kind::Foreign, 1)];
        assert_eq!(found, expected);
        let in_first: Vec<bool> = (0..5).map(|at| plan.stands_in(at, 0)).collect();
        assert_eq!(in_first, [true, false, false, true, false]);
        assert!(plan.has(true) && plan.has(false));
        assert_eq!(plan.sum().text(), "4.00");
    }
}
