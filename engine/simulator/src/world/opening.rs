//! How a town begins: an office with its accounts, banks, customers, rates.

use std::collections::BTreeMap;

use kantor_engine::matching::{LineRule, LineRules, Payer, RuleDoes, Way};
use kantor_engine::policy::{
    Amounts, LateRule, MoneyRules, OverRule, Rest, Scope, Shortage, Stopped, UnderRule, Unhonoured,
};
use kantor_engine::rates::RateLine;
use kantor_engine::{
    AccountId, Actor, Answer, Command, CustomerAccountId, CustomerId, DateOnly, Digest, Policy,
    Provisional,
};
use kantor_model::{
    Balance, Buy, Currency, Date, Iban, Mid, Moment, Money, Party, Rate, Sell, SortCode,
};

use super::{Customer, Deed, Desk, Drawer, OwnAccount, World};
use crate::auditor::{Auditor, Lenient, Pair, Rules};
use crate::bank::{BankKind, SimBank};
use crate::chance::Chance;
use crate::faults::Faults;
use crate::office::Office;
use crate::run::{Counts, Town};
use crate::shelves::commitment;

/// Days before which a run may begin: an ordinary month, the turn of the year, both changes of the
/// clock.
const BEGINNINGS: [(i16, i8, i8); 4] =
    [(2026, 11, 9), (2026, 12, 14), (2026, 3, 23), (2026, 10, 19)];

/// Sort codes of banks where customers have accounts; the office has some at the first two.
const CUSTOMERS_BANKS: [&str; 5] = ["11402004", "10205561", "10501025", "10901014", "12401037"];

/// Where the banks' fees are booked.
const FEES: &str = "bank-fees";

impl World {
    /// A town drawn from the seed.
    pub(crate) fn new(town: &Town) -> Option<World> {
        let mut chance = Chance::of_seed(town.seed);
        let faults = Faults::drawn(&mut chance);
        let (year, month, day) = chance.any(&BEGINNINGS)?;
        let mut first = Date::new(year, month, day).ok()?;
        for _ in 0..chance.below(7) {
            first = first.tomorrow().ok()?;
        }
        let lenient = lenient(&mut chance);
        let policy = policy(&mut chance, &lenient);
        let rules = Rules {
            order_seconds: policy.order_seconds,
            four_eyes: policy.four_eyes,
            asks_about_days: policy.date_only == DateOnly::Ask,
            lenient,
        };
        let stored = chance.hits(150);
        let orders_a_day = chance.any(&[4, 10, 25, 60])?;
        let mut world = World {
            chance,
            faults,
            healing: false,
            now: Moment::from_warsaw(first, 7, 0)?,
            seq: 0,
            queue: BTreeMap::new(),
            banks: vec![SimBank::new(BankKind::MBank), SimBank::new(BankKind::Pko)],
            drawers: Vec::new(),
            customers: Vec::new(),
            strangers: Vec::new(),
            owners: BTreeMap::new(),
            rates: Vec::new(),
            closed: first.yesterday().ok()?,
            day_ends: 0,
            orders_a_day,
            desk: Desk::default(),
            keys: 0,
            office: Office::new(stored, town.checked, town.plant),
            auditor: Auditor::new(rules),
            counts: Counts::default(),
            story: None,
        };
        world.open_office(policy)?;
        world.take_customers_in()?;
        world.first_deeds();
        Some(world)
    }

    fn set_up(&mut self, command: &Command) -> Option<Answer> {
        self.keys += 1;
        let key = self.keys;
        self.ask_once(key, &Actor::System, command, &[], None).ok()
    }

    fn open_office(&mut self, policy: Policy) -> Option<()> {
        let name = "Kantor".to_owned();
        self.set_up(&Command::OpenOffice { name, policy })?;
        let (pln, eur, usd) = (Currency::PLN, Currency::EUR, Currency::USD);
        for currency in [pln, eur, usd] {
            self.set_up(&Command::DefineCurrency { currency })?;
        }
        for (number, bank, sort_code, currency, fallback) in [
            (1, 0, "11401010", pln, false),
            (2, 0, "11401010", eur, true),
            (3, 1, "10205561", pln, true),
            (4, 1, "10205561", eur, false),
            (5, 0, "11401010", usd, true),
        ] {
            let iban = account(sort_code, number)?;
            let minor = self.chance.between(2_000_000_00, 9_000_000_00);
            let opening = Money::new(minor, currency);
            let date = self.closed;
            let last = Balance {
                amount: opening,
                date,
            };
            let number = u32::try_from(self.chance.between(1, 300)).ok()?;
            self.banks
                .get_mut(bank)?
                .open_account(iban, last, number)
                .ok()?;
            let command = Command::OpenAccount {
                iban,
                name: format!("{currency} {sort_code}"),
                fallback,
                opening,
                opened_on: date.tomorrow().ok()?,
                last_statement: Some(number.to_string()),
            };
            let Some(Answer::Account(account)) = self.set_up(&command) else {
                return None;
            };
            self.auditor.account_opened(account, opening);
            self.owners.insert(iban, Payer::Office(account));
            self.drawers.push(Drawer {
                account,
                iban,
                currency,
                bank,
            });
        }
        self.know_fees()?;
        let pair = |base, mid| Pair {
            base,
            quote: pln,
            buy: mid - 100,
            sell: mid + 100,
            mid,
        };
        self.publish(vec![pair(eur, 42_713), pair(usd, 36_207)]);
        Some(())
    }

    /// Some offices leave the banks' fees to a rule, some of these not the big ones, and some only let
    /// the rule say where they belong.
    fn know_fees(&mut self) -> Option<()> {
        let does = match self.chance.below(3) {
            0 => return Some(()),
            1 => RuleDoes::Propose,
            _ => RuleDoes::Book,
        };
        let most = self.chance.hits(500);
        let rules = LineRules {
            version: 0,
            rules: vec![LineRule {
                name: "fees".to_owned(),
                account: None,
                way: Way::Out,
                code: None,
                words: vec!["opłata za przelewy".to_owned()],
                most: most.then_some(Money::new(30_00, Currency::PLN)),
                ledger_account: FEES.to_owned(),
                does,
            }],
        };
        self.set_up(&Command::SetLineRules { rules }).map(drop)
    }

    /// Puts rates up; the auditor reads them from the board.
    pub(super) fn publish(&mut self, pairs: Vec<Pair>) {
        let lines: Option<Vec<RateLine>> = pairs.iter().map(rate_line).collect();
        let command = Command::PublishRates {
            source: "the office".to_owned(),
            lines: lines.unwrap_or_default(),
        };
        let staff = Actor::Staff("boss".to_owned());
        if let Ok(Answer::Rates(version)) = self.ask(&staff, &command, &[]) {
            self.auditor.published(version, pairs.clone());
            self.rates.push((version, pairs));
        }
    }

    fn take_customers_in(&mut self) -> Option<()> {
        let many = self.chance.between(3, 14).unsigned_abs();
        let mut number = 1_000;
        for at in 1..=many {
            let profile = Digest::of(&at.to_le_bytes());
            let Some(Answer::Customer(id)) = self.set_up(&Command::RegisterCustomer { profile })
            else {
                return None;
            };
            let party = person(&format!("Klient Numer {at}"));
            let mut accounts = Vec::new();
            for currency in [Currency::PLN, Currency::EUR, Currency::USD] {
                number += 1;
                let sort_code = self.chance.any(&CUSTOMERS_BANKS)?;
                let iban = account(sort_code, number)?;
                accounts.push(self.add_account(id, currency, iban)?);
            }
            // Some share an account with the customer before.
            let before = self
                .customers
                .last()
                .and_then(|it| it.accounts.first().cloned());
            if let Some(shared) = before.filter(|_| self.chance.hits(150)) {
                accounts.insert(0, self.add_account(id, shared.currency, shared.iban)?);
            }
            self.customers.push(Customer {
                id,
                party,
                accounts,
            });
        }
        for at in 0..3 {
            let iban = account("10501025", 900_000 + at)?;
            self.strangers.push((person(&format!("Obcy {at}")), iban));
        }
        Some(())
    }

    fn add_account(
        &mut self,
        customer: CustomerId,
        currency: Currency,
        iban: Iban,
    ) -> Option<OwnAccount> {
        let command = Command::AddCustomerAccount {
            customer,
            currency,
            bank: iban.bank().map(|bank| bank.id.to_owned()),
            number: commitment(iban, currency),
        };
        let Some(Answer::CustomerAccount(id)) = self.set_up(&command) else {
            return None;
        };
        self.auditor.owns(customer, id, iban);
        let known = self.owners.entry(iban);
        if let Payer::Customers(all) = known.or_insert(Payer::Customers(Vec::new())) {
            all.push(customer);
        }
        if let Some(shelves) = &mut self.office.shelves {
            shelves.put_account(id, customer, currency, iban);
        }
        Some(OwnAccount { id, iban, currency })
    }

    fn first_deeds(&mut self) {
        self.after(600, 3_600, Deed::Rates);
        self.after(0, 600, Deed::Due);
        self.after(600, 3_600, Deed::Customer);
        self.after(600, 3_600, Deed::Export);
        self.after(1_200, 5_400, Deed::Cashier);
        self.at(self.now.plus_seconds(14 * 3_600 + 1_800), Deed::DayEnd);
    }

    /// The office account with this number, as everybody in town knows it.
    pub(super) fn drawer_of(&self, iban: Iban) -> Option<AccountId> {
        let mut drawers = self.drawers.iter();
        drawers
            .find(|drawer| drawer.iban == iban)
            .map(|drawer| drawer.account)
    }

    pub(super) fn iban_of(&self, account: CustomerAccountId) -> Option<(Party, Iban)> {
        self.customers.iter().find_map(|customer| {
            let own = customer.accounts.iter().find(|own| own.id == account)?;
            Some((customer.party.clone(), own.iban))
        })
    }
}

/// The office's rules, drawn: half of the offices decide everything about money themselves.
fn policy(chance: &mut Chance, lenient: &Lenient) -> Policy {
    let initial = Policy::initial();
    Policy {
        order_seconds: chance.any(&[900, 1_800, 7_200]).unwrap_or(900),
        provisional: if chance.hits(300) {
            Provisional::Wait
        } else {
            Provisional::Fund
        },
        date_only: if chance.hits(100) {
            DateOnly::Ask
        } else {
            DateOnly::InTime
        },
        four_eyes: chance.hits(500),
        money: vec![(Scope::default(), money_rules(lenient))],
        ..initial
    }
}

fn lenient(chance: &mut Chance) -> Lenient {
    if chance.hits(500) {
        return Lenient::default();
    }
    Lenient {
        honours_within: chance.any(&[None, Some(0), Some(30)]).flatten(),
        asks_the_late: chance.hits(300),
        bears: chance.any(&[0, 5, 1_000]).unwrap_or(0),
        keeps: chance.any(&[0, 5, 1_000]).unwrap_or(0),
        scales_down: chance.hits(400),
        scales_up: chance.any(&[0, 200]).unwrap_or(0),
        returns_excess: chance.hits(500),
        refunds_strangers: chance.hits(300),
        refunds_other_currencies: chance.hits(300),
    }
}

/// The auditor's words in the engine's.
fn money_rules(lenient: &Lenient) -> MoneyRules {
    let amounts = |minor: i64| -> Amounts {
        let currencies = [Currency::PLN, Currency::EUR, Currency::USD];
        let money = currencies.map(|currency| Money::new(minor, currency));
        money.into_iter().collect()
    };
    let stopped = |refunds| {
        if refunds {
            Stopped::Refund
        } else {
            Stopped::Hold
        }
    };
    MoneyRules {
        late: LateRule {
            grace_seconds: 0,
            honour_within: lenient
                .honours_within
                .and_then(|within| u32::try_from(within).ok()),
            otherwise: if lenient.asks_the_late {
                Unhonoured::Ask(Stopped::Hold)
            } else {
                Unhonoured::Hold
            },
        },
        under: UnderRule {
            tolerance: amounts(lenient.bears),
            fees: Amounts::NONE,
            shortage: if lenient.scales_down {
                Shortage::Wait(Rest::Scale)
            } else {
                Shortage::AtOnce(Rest::Hold)
            },
            minimum: Amounts::NONE,
        },
        over: OverRule {
            tolerance: amounts(lenient.keeps),
            scale_up: u32::try_from(lenient.scales_up).unwrap_or(0),
            excess: stopped(lenient.returns_excess),
        },
        third_party: stopped(lenient.refunds_strangers),
        wrong_currency: stopped(lenient.refunds_other_currencies),
        after_end: Stopped::Hold,
    }
}

fn rate_line(pair: &Pair) -> Option<RateLine> {
    let text = |rate: i64| format!("{}.{:04}", rate / 10_000, rate % 10_000);
    RateLine::new(
        Rate::<Buy>::parse(&text(pair.buy), pair.base, pair.quote).ok()?,
        Rate::<Sell>::parse(&text(pair.sell), pair.base, pair.quote).ok()?,
        Rate::<Mid>::parse(&text(pair.mid), pair.base, pair.quote).ok()?,
    )
}

fn account(sort_code: &str, number: u64) -> Option<Iban> {
    Iban::polish(SortCode::parse(sort_code)?, &format!("{number:016}"))
}

pub(super) fn person(name: &str) -> Party {
    Party {
        name: name.to_owned(),
        street: "ul. Polna 1".to_owned(),
        city: "00-001 Warszawa".to_owned(),
    }
}
