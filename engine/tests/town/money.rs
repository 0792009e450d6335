//! What the town's office decides about money: its rules, its rates, its own exchanges.

use kantor_engine::matching::LineFacts;
use kantor_engine::policy::{
    Amounts, CustomerClass, LateRule, MoneyRules, OverRule, PositionLimit, Rest, Scope, Shortage,
    Stopped, UnderRule, Unhonoured,
};
use kantor_engine::rates::RateLine;
use kantor_engine::{Command, CoverDealId, CustomerId, LineId, OrderId, Policy, Settled};
use kantor_model::{Buy, Currency, Decimal, Mid, Money, Rate, Sell};
use proptest::prelude::*;

use super::{Town, staff};

#[derive(Clone, Debug)]
pub(crate) enum MoneyDeed {
    /// One set of rules for everybody and one for a class, drawn from a number.
    Rules { number: u64 },
    /// The reference rate, in ten-thousandths.
    Rates { mid: i64 },
    /// A customer is put into the class, or out of it.
    Class { customer: u64, is_in: bool },
    /// Of the open lines some two become a cover deal.
    Cover { number: usize },
    /// A cover deal is taken back.
    Uncover { number: u64 },
    /// The last line that was booked to a ledger account is a question again.
    Reverse,
    /// What an order has too much goes back.
    Return { order: u64 },
}

pub(crate) fn money_deed() -> impl Strategy<Value = MoneyDeed> {
    prop_oneof![
        3 => any::<u64>().prop_map(|number| MoneyDeed::Rules { number }),
        2 => (40_000..47_000_i64).prop_map(|mid| MoneyDeed::Rates { mid }),
        1 => (1..4_u64, any::<bool>())
            .prop_map(|(customer, is_in)| MoneyDeed::Class { customer, is_in }),
        4 => any::<usize>().prop_map(|number| MoneyDeed::Cover { number }),
        3 => (1..3_u64).prop_map(|number| MoneyDeed::Uncover { number }),
        1 => Just(MoneyDeed::Reverse),
        1 => (1..9_u64).prop_map(|order| MoneyDeed::Return { order }),
    ]
}

fn regular() -> CustomerClass {
    CustomerClass::new("regular").expect("a name")
}

/// A set of rules: each digit of the number chooses one.
fn rules(mut number: u64) -> MoneyRules {
    let mut digit = |of: u64| {
        let chosen = number % of;
        number /= of;
        chosen
    };
    let amounts = |minor| -> Amounts {
        let both = [Currency::PLN, Currency::EUR];
        both.map(|currency| Money::new(minor, currency))
            .into_iter()
            .collect()
    };
    let stopped = |digit: &mut dyn FnMut(u64) -> u64| match digit(2) {
        0 => Stopped::Hold,
        _ => Stopped::Refund,
    };
    let rest = |chosen| match chosen {
        0 => Rest::Hold,
        1 => Rest::Scale,
        _ => Rest::Refund,
    };
    MoneyRules {
        late: LateRule {
            grace_seconds: [0, 60][usize::from(digit(2) == 1)],
            honour_within: [None, Some(50)][usize::from(digit(2) == 1)],
            otherwise: match digit(4) {
                0 => Unhonoured::Hold,
                1 => Unhonoured::Refund,
                2 => Unhonoured::Ask(Stopped::Hold),
                _ => Unhonoured::Ask(Stopped::Refund),
            },
        },
        under: UnderRule {
            tolerance: amounts([0, 500][usize::from(digit(2) == 1)]),
            fees: amounts([0, 2_000][usize::from(digit(2) == 1)]),
            shortage: match digit(2) {
                0 => Shortage::Wait(rest(digit(3))),
                _ => Shortage::AtOnce(rest(digit(3))),
            },
            minimum: amounts([0, 5_000][usize::from(digit(2) == 1)]),
        },
        over: OverRule {
            tolerance: amounts([0, 500][usize::from(digit(2) == 1)]),
            scale_up: [0, 1_000][usize::from(digit(2) == 1)],
            excess: stopped(&mut digit),
        },
        third_party: stopped(&mut digit),
        wrong_currency: stopped(&mut digit),
        after_end: stopped(&mut digit),
    }
}

impl Town {
    pub(crate) fn live_with_money(&mut self, deed: &MoneyDeed) {
        let reason = "because".to_owned();
        let command = match deed {
            MoneyDeed::Rules { number } => self.new_rules(*number),
            MoneyDeed::Rates { mid } => rates(*mid),
            MoneyDeed::Class { customer, is_in } => Command::ClassifyCustomer {
                customer: CustomerId(*customer),
                class: is_in.then(regular),
                reason,
            },
            MoneyDeed::Cover { number } => match self.cover(*number) {
                Some(command) => command,
                None => return,
            },
            MoneyDeed::Uncover { number } => Command::ReverseCoverDeal {
                deal: CoverDealId(*number),
                reason,
            },
            MoneyDeed::Reverse => {
                let mut settled = self.office.state.settled.iter().rev();
                let booked = settled.find(|(_, what)| matches!(what, Settled::Booked { .. }));
                let Some((line, _)) = booked else { return };
                Command::ReverseLineBooking {
                    line: *line,
                    reason,
                }
            }
            MoneyDeed::Return { order } => Command::ReturnDifference {
                order: OrderId(*order),
                reason,
            },
        };
        let _ = self.office.act(&staff(), &command);
    }

    fn new_rules(&self, number: u64) -> Command {
        let now = self.office.state.policy.clone();
        let of_class = Scope {
            class: Some(regular()),
            ..Scope::default()
        };
        Command::SetPolicy {
            policy: Policy {
                money: vec![
                    (Scope::default(), rules(number)),
                    (of_class, rules(number.rotate_left(32))),
                ],
                limits: vec![PositionLimit {
                    limit: Money::new(20_000, Currency::EUR),
                    calm: Money::new(10_000, Currency::EUR),
                }],
                ..now.unwrap_or(Policy::initial())
            },
        }
    }

    /// An open credit and an open debit; most often in two currencies.
    fn cover(&self, number: usize) -> Option<Command> {
        let open = |wanted: fn(&LineFacts) -> bool| -> Vec<(LineId, Money)> {
            let questions = self.office.state.questions.keys();
            let kept = questions.filter_map(|line| Some((*line, self.office.line(*line)?)));
            kept.filter(|(_, kept)| wanted(&kept.facts))
                .map(|(line, kept)| (line, kept.facts.amount))
                .collect()
        };
        let credits = open(|facts| facts.amount.is_positive());
        let debits = open(|facts| facts.amount.is_negative());
        let bought = *credits.get(number % credits.len().max(1))?;
        let other = debits
            .iter()
            .find(|(_, amount)| amount.currency() != bought.1.currency());
        Some(Command::BookCoverDeal {
            bought,
            sold: *other.or(debits.first())?,
            covers: Vec::new(),
            reason: "closes the day".to_owned(),
        })
    }
}

/// Rates about a reference rate.
pub(crate) fn rates(mid: i64) -> Command {
    let (base, quote) = (Currency::EUR, Currency::PLN);
    let at = |value: i64| Decimal::new(value, 4);
    let line = RateLine::new(
        Rate::<Buy>::new(at(mid - 500), base, quote).expect("a rate"),
        Rate::<Sell>::new(at(mid + 500), base, quote).expect("a rate"),
        Rate::<Mid>::new(at(mid), base, quote).expect("a rate"),
    );
    Command::PublishRates {
        source: "the office".to_owned(),
        lines: vec![line.expect("buy ≤ mid ≤ sell")],
    }
}
