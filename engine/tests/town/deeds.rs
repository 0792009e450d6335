//! What may happen in the town, drawn at random. A number stands for any of the things there are.

use std::collections::BTreeSet;

use kantor_engine::matching::Payer;
use kantor_engine::rates::Fixed;
use kantor_engine::{
    AccountId, Actor, BatchId, Command, CustomerAccountId, CustomerId, DateOnly, LineId, OrderId,
    PayoutId, Policy, Provisional, RateVersion, Reference,
};
use kantor_model::{Currency, Decimal, Money};
use proptest::prelude::*;

use super::money::{MoneyDeed, money_deed};
use super::payouts::{VERBS, file};
use super::{Town, staff};

#[derive(Clone, Debug)]
pub(crate) enum Deed {
    Order {
        customer: u64,
        minor: i64,
        sells: bool,
        fixes_gets: bool,
    },
    /// Percent of what an order is to be paid, by whom, with which titles, to which account.
    Pay {
        order: u64,
        percent: i64,
        payer: u64,
        account: u64,
        also: Option<u64>,
    },
    /// The bank carries out a payout.
    PayOut {
        payout: u64,
        less: i64,
    },
    Fee {
        account: u64,
        minor: i64,
    },
    /// From so many lines before the end of what the office knows, up to so many before the end.
    Print {
        account: u64,
        before: usize,
        short: usize,
        closing: bool,
    },
    PrintAgain {
        paper: usize,
    },
    Staff {
        verb: u8,
        order: u64,
        line: u64,
    },
    Answer {
        order: u64,
        yes: bool,
    },
    Batch {
        verb: u8,
        batch: u64,
    },
    After {
        verb: u8,
        number: u64,
    },
    Policy {
        waits: bool,
        asks: bool,
        four_eyes: bool,
    },
    Wait {
        seconds: i64,
    },
    Money(MoneyDeed),
}

pub(crate) fn deed() -> impl Strategy<Value = Deed> {
    let percent =
        prop_oneof![6 => Just(100_i64), 1 => Just(50_i64), 1 => Just(200_i64), 1 => 1..150_i64];
    // The last one is the customer, and says nothing.
    let payer = prop_oneof![6 => Just(0_u64), 2 => 1..4_u64];
    let also = prop_oneof![9 => Just(None), 1 => any::<u64>().prop_map(Some)];
    let before = prop_oneof![4 => 0..3_usize, 1 => any::<usize>().prop_map(|n| n % 30)];
    let short = prop_oneof![4 => Just(0_usize), 1 => 1..3_usize];
    prop_oneof![
        4 => (1..4_u64, 100..100_000_i64, any::<bool>(), any::<bool>()).prop_map(
            |(customer, minor, sells, fixes_gets)| Deed::Order { customer, minor, sells, fixes_gets }
        ),
        6 => (any::<u64>(), percent, payer, 0..4_u64, also).prop_map(
            |(order, percent, payer, account, also)| Deed::Pay { order, percent, payer, account, also }
        ),
        3 => (any::<u64>(), prop_oneof![5 => Just(0_i64), 1 => 1..9_i64])
            .prop_map(|(payout, less)| Deed::PayOut { payout, less }),
        1 => (1..4_u64, -500..500_i64).prop_map(|(account, minor)| Deed::Fee { account, minor }),
        8 => (1..4_u64, before, short, any::<bool>()).prop_map(
            |(account, before, short, closing)| Deed::Print { account, before, short, closing }
        ),
        1 => any::<usize>().prop_map(|paper| Deed::PrintAgain { paper }),
        6 => (0..14_u8, any::<u64>(), any::<u64>())
            .prop_map(|(verb, order, line)| Deed::Staff { verb, order, line }),
        1 => (any::<u64>(), any::<bool>()).prop_map(|(order, yes)| Deed::Answer { order, yes }),
        8 => (prop_oneof![2 => Just(0_u8), 3 => Just(1), 3 => Just(2), 1 => Just(3)], any::<u64>()).prop_map(|(verb, batch)| Deed::Batch { verb, batch }),
        6 => (0..VERBS, any::<u64>()).prop_map(|(verb, number)| Deed::After { verb, number }),
        1 => (any::<bool>(), any::<bool>(), any::<bool>())
            .prop_map(|(waits, asks, four_eyes)| Deed::Policy { waits, asks, four_eyes }),
        1 => prop_oneof![3 => 1..200_i64, 1 => 1..200_000_i64].prop_map(|seconds| Deed::Wait { seconds }),
        4 => money_deed().prop_map(Deed::Money),
    ]
}

/// Two orders, paid, on the statement, and their payouts in a written file.
pub(crate) fn money_on_its_way() -> Vec<Deed> {
    let mut deeds = Vec::new();
    for customer in 1..=3 {
        deeds.push(Deed::Order {
            customer,
            minor: 40_000 + 1_000 * i64::try_from(customer).unwrap_or(0),
            sells: false,
            fixes_gets: false,
        });
        // The newest order is number 1 in `one_of`.
        deeds.push(Deed::Pay {
            order: 1,
            percent: 100,
            payer: 0,
            account: 0,
            also: None,
        });
    }
    deeds.extend([1, 3].map(|account| Deed::Print {
        account,
        before: 0,
        short: 0,
        closing: true,
    }));
    // Account 2 is asked by number 1.
    deeds.extend((0..3).map(|verb| Deed::Batch { verb, batch: 1 }));
    deeds
}

/// What becomes of money on its way, more often than of anything else.
pub(crate) fn deed_of_payouts() -> impl Strategy<Value = Deed> {
    prop_oneof![
        6 => (0..VERBS, any::<u64>()).prop_map(|(verb, number)| Deed::After { verb, number }),
        2 => any::<u64>().prop_map(|payout| Deed::PayOut { payout, less: 0 }),
        3 => (1..4_u64).prop_map(|account| Deed::Print {
            account, before: 0, short: 0, closing: true,
        }),
        4 => (0..3_u8, any::<u64>()).prop_map(|(verb, batch)| Deed::Batch { verb, batch }),
        1 => (1..300_000_i64).prop_map(|seconds| Deed::Wait { seconds }),
        1 => deed(),
    ]
}

/// One of the numbers that have been given out, most often a late one, at times one that has not.
pub(super) fn one_of(count: usize, number: u64) -> u64 {
    let count = count as u64;
    match number % 8 {
        0 => number / 8 % (count + 1) + 1,
        _ => count.saturating_sub(number / 8 % 3).max(1),
    }
}

impl Town {
    pub(crate) fn live(&mut self, deed: &Deed) {
        match deed {
            Deed::Order {
                customer,
                minor,
                sells,
                fixes_gets,
            } => {
                self.order(*customer, *minor, *sells, *fixes_gets);
            }
            Deed::Pay {
                order,
                percent,
                payer,
                account,
                also,
            } => {
                self.pay(*order, *percent, *payer, *account, *also);
            }
            Deed::PayOut { payout, less } => self.pay_out(*payout, *less),
            Deed::Fee { account, minor } if *minor != 0 => {
                self.bank_line(AccountId(*account), *minor, Payer::NotGiven, "a fee");
            }
            Deed::Fee { .. } => {}
            Deed::Print {
                account,
                before,
                short,
                closing,
            } => {
                let account = AccountId(*account);
                let known = self.office.lines.get(&account).map_or(0, Vec::len);
                let all = self.banks[&account].lines.len();
                let (from, to) = (known.saturating_sub(*before), all.saturating_sub(*short));
                let paper = self.print(account, from, to, *closing);
                self.load(&paper);
            }
            Deed::PrintAgain { paper } => {
                if !self.papers.is_empty() {
                    let paper = self.papers[paper % self.papers.len()].clone();
                    self.load(&paper);
                }
            }
            Deed::Staff { verb, order, line } => self.staff(*verb, *order, *line),
            Deed::Answer { order, yes } => {
                let order = OrderId(one_of(self.office.state.orders.len(), *order));
                let customer = self
                    .office
                    .state
                    .orders
                    .get(&order)
                    .map(|o| o.facts.customer);
                let by = Actor::Customer(customer.unwrap_or(CustomerId(1)));
                self.ask(
                    &by,
                    if *yes {
                        Command::AcceptRate { order }
                    } else {
                        Command::DeclineRate { order }
                    },
                );
            }
            Deed::Batch { verb, batch } => self.batch(*verb, *batch),
            Deed::After { verb, number } => self.after_the_file(*verb, *number),
            Deed::Policy {
                waits,
                asks,
                four_eyes,
            } => {
                let policy = Policy {
                    provisional: if *waits {
                        Provisional::Wait
                    } else {
                        Provisional::Fund
                    },
                    date_only: if *asks {
                        DateOnly::Ask
                    } else {
                        DateOnly::InTime
                    },
                    four_eyes: *four_eyes,
                    ..Policy::initial()
                };
                self.ask(&staff(), Command::SetPolicy { policy });
            }
            Deed::Money(deed) => self.live_with_money(deed),
            Deed::Wait { seconds } => {
                self.office.now = self.office.now.plus_seconds(*seconds);
                self.check();
                self.office.run_due();
            }
        }
        self.check();
    }

    /// Asks, and takes no for an answer.
    pub(super) fn ask(&mut self, by: &Actor, command: Command) {
        let _ = self.office.act(by, &command);
    }

    fn current_rates(&self) -> RateVersion {
        let table = self.office.state.current_rates();
        table.map_or(RateVersion(1), |table| table.version)
    }

    fn order(&mut self, customer: u64, minor: i64, sells: bool, fixes_gets: bool) {
        let (gives, gets) = if sells {
            (Currency::EUR, Currency::PLN)
        } else {
            (Currency::PLN, Currency::EUR)
        };
        let (fixed, other) = if fixes_gets {
            (Fixed::Gets(Money::new(minor, gets)), gives)
        } else {
            (Fixed::Gives(Money::new(minor, gives)), gets)
        };
        let account =
            |currency| CustomerAccountId(customer * 2 - u64::from(currency == Currency::PLN));
        let command = Command::PlaceOrder {
            customer: CustomerId(customer),
            fixed,
            other,
            rates: self.current_rates(),
            pays_from: account(gives),
            paid_to: account(gets),
        };
        self.ask(&Actor::Customer(CustomerId(customer)), command);
    }

    fn pay(&mut self, order: u64, percent: i64, payer: u64, account: u64, also: Option<u64>) {
        let orders = &self.office.state.orders;
        let id = OrderId(one_of(orders.len(), order));
        let (minor, told, customer) = match orders.get(&id) {
            Some(order) => (
                order.gives().minor(),
                order.facts.pay_in.0,
                order.facts.customer,
            ),
            None => (1_000, AccountId(1), CustomerId(1)),
        };
        let mut text = format!("{:?}", Reference::of_order(id));
        if let Some(also) = also {
            let other = OrderId(one_of(orders.len(), also));
            text += &format!(" {:?}", Reference::of_order(other));
        }
        if payer == 3 {
            text = String::new();
        }
        let payer = match payer {
            0 | 3 => Payer::Customers(vec![customer]),
            1 => Payer::NotGiven,
            _ => Payer::Customers(Vec::new()),
        };
        let account = if account == 0 {
            told
        } else {
            AccountId(account)
        };
        self.bank_line(account, (minor * percent / 100).max(1), payer, &text);
    }

    fn pay_out(&mut self, payout: u64, less: i64) {
        let payouts = &self.office.state.payouts;
        let id = PayoutId(one_of(payouts.len(), payout));
        let Some(payout) = payouts.get(&id) else {
            return;
        };
        let minor = (payout.facts.amount.minor() - less).max(1);
        let account = payout.facts.account;
        let text = format!("{:?}", Reference::of_payout(id));
        self.bank_line(account, -minor, Payer::NotGiven, &text);
    }

    fn staff(&mut self, verb: u8, order: u64, line: u64) {
        let state = &self.office.state;
        let order = OrderId(one_of(state.orders.len(), order));
        let account = AccountId(line % 3 + 1);
        let kept = self.office.lines.get(&account).map_or(0, Vec::len);
        let line = LineId {
            account,
            ordinal: one_of(kept, line / 3),
        };
        let facts = self.office.line(line).map(|kept| kept.facts.clone());
        let reason = "because".to_owned();
        let command = match (verb, facts) {
            (0, _) => Command::CancelOrder { order, reason },
            (1, _) => Command::ConfirmOrder { order, reason },
            (2, _) => Command::ScaleOrder { order, reason },
            (3, _) => Command::RefundOrder { order, reason },
            (4, _) => Command::RepriceOrder {
                order,
                rate: Decimal::new(5, 0),
                reason,
            },
            (5, _) => Command::RepriceOrder {
                order,
                rate: Decimal::new(35, 1),
                reason,
            },
            (6, _) => Command::ExtendDeadline {
                order,
                seconds: 600,
                reason,
            },
            (7, Some(facts)) => Command::AllocateLine {
                line,
                facts,
                order,
                reason,
            },
            (11, Some(facts)) => {
                let other = OrderId(order.0.saturating_sub(1).max(1));
                let minor = facts.amount.minor();
                let part = |minor| Money::new(minor, facts.amount.currency());
                Command::SplitLine {
                    line,
                    shares: vec![(order, part(minor / 2)), (other, part(minor / 3))],
                    facts,
                    reason,
                }
            }
            (12, Some(facts)) => Command::RefundLine {
                line,
                amount: facts.amount,
                reason,
            },
            (13, _) => Command::AssignLine {
                line,
                owner: order.0.is_multiple_of(2).then(|| "anna".to_owned()),
            },
            (8, Some(facts)) => Command::BookLine {
                line,
                amount: facts.amount,
                ledger_account: "fees".to_owned(),
                reason,
            },
            (9, _) => Command::ReverseLineBooking { line, reason },
            (_, _) => Command::ReleaseReceipt { line, reason },
        };
        self.ask(&staff(), command);
    }

    fn batch(&mut self, verb: u8, number: u64) {
        let batch = BatchId(one_of(self.office.state.batches.len(), number));
        let command = match verb {
            0 => Command::MakeBatch {
                account: AccountId(number % 3 + 1),
                date: self.office.now.warsaw_date(),
                without: BTreeSet::new(),
            },
            1 => Command::ApproveBatch { batch, seen: None },
            2 => Command::WriteBatch {
                batch,
                file: file(batch),
                names: self.names_of(batch),
            },
            _ => Command::VoidBatch {
                batch,
                reason: "not sent".to_owned(),
                attested_by: vec!["Ewa".to_owned(), "Jan".to_owned()],
            },
        };
        let by = Actor::Staff(if verb == 1 { "boss" } else { "cashier" }.to_owned());
        self.ask(&by, command);
    }
}
