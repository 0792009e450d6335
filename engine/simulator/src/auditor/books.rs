//! The auditor's own books: what every ledger account must hold, and how everything must end.

use std::collections::BTreeMap;

use kantor_engine::batch::BatchState;
use kantor_engine::ledger::LedgerAccount;
use kantor_engine::order::OrderState;
use kantor_engine::payout::PayoutState;
use kantor_engine::{AccountId, LineId, Snapshot};
use kantor_model::{Currency, Money};

use super::{Auditor, Life, What};

/// Balances by the stable word of the ledger account.
pub(super) type Balances = BTreeMap<(String, Currency), i128>;

impl Auditor {
    /// Compares every balance of the office's ledger with the auditor's own.
    pub(crate) fn audit(&mut self, state: &Snapshot) {
        let mut wanted = Balances::new();
        self.add_banks(state, &mut wanted);
        self.add_orders(&mut wanted);
        for owed in self.owed.values().filter(|owed| owed.live && !owed.paid) {
            let amount = owed.amount;
            add(
                &mut wanted,
                "payouts-due",
                amount.currency(),
                -i128::from(amount.minor()),
            );
        }
        wanted.retain(|_, minor| *minor != 0);
        let found: Balances = state
            .ledger
            .balances()
            .map(|(account, money)| {
                let key = (account.to_string(), money.currency());
                (key, i128::from(money.minor()))
            })
            .collect();
        let keys = wanted.keys().chain(found.keys());
        let other = keys
            .map(|key| {
                let balance = |of: &Balances| of.get(key).copied().unwrap_or(0);
                (key, balance(&wanted), balance(&found))
            })
            .find(|(_, wanted, found)| wanted != found);
        if let Some(((account, currency), wanted, found)) = other {
            let told =
                format!("the ledger has {found} {currency} in {account}, the auditor {wanted}");
            self.object(told);
        }
        self.checks += 1;
        let (orders, placed) = (state.orders.len(), self.placed.len());
        self.check(orders == placed, || {
            format!("the office has {orders} orders, and customers placed {placed}")
        });
    }

    /// What is at the banks, and of it what is nobody's yet.
    fn add_banks(&self, state: &Snapshot, wanted: &mut Balances) {
        for (id, truth) in &self.accounts {
            let currency = truth.currency;
            let Some(account) = state.accounts.get(id) else {
                continue;
            };
            let proved = usize::try_from(account.proved_through).unwrap_or(usize::MAX);
            let at_proof = truth.balance_at(proved);
            let at = |account: LedgerAccount| account.to_string();
            add(
                wanted,
                &at(LedgerAccount::Bank(*id)),
                currency,
                at_proof.into(),
            );
            let unproved = truth.placed().skip(proved);
            let rest = unproved.map(|line| i128::from(line.minor)).sum();
            add(
                wanted,
                &at(LedgerAccount::BankProvisional(*id)),
                currency,
                rest,
            );
            add(
                wanted,
                "opening-equity",
                currency,
                -i128::from(truth.opening),
            );
            for at in &truth.places {
                let Some(line) = truth.lines.get(*at) else {
                    continue;
                };
                let ordinal = *at as u64 + 1;
                let line_id = LineId {
                    account: *id,
                    ordinal,
                };
                let minor = i128::from(line.minor);
                let given: i128 = self
                    .given
                    .get(&line_id)
                    .into_iter()
                    .flat_map(|shares| shares.values())
                    .map(|minor| i128::from(*minor))
                    .sum();
                if let Some(name) = self.named.get(&line_id) {
                    // A cover deal is in the position, not on an account of its own.
                    if !name.starts_with("cover ") {
                        add(wanted, name, currency, -minor);
                    }
                } else if let Some(twice) = self.twice.get(&line_id) {
                    add(wanted, "named:paid-twice", currency, i128::from(*twice));
                } else if !self.payers.contains_key(&line_id) {
                    let back = self.sent_back.get(&line_id);
                    let gone = given + back.map_or(0, |(_, minor)| i128::from(*minor));
                    add(wanted, "suspense", currency, gone - minor);
                }
            }
        }
    }

    /// Customers' money, and what exchanges made of it.
    fn add_orders(&self, wanted: &mut Balances) {
        let gained = i128::from(self.gained);
        add(wanted, "position", Currency::PLN, gained);
        add(wanted, "revaluation", Currency::PLN, -gained);
        self.add_covers(wanted);
        for deal in self.deals.values() {
            let (gives, gets) = (deal.agreed.gives, deal.agreed.gets);
            match deal.life {
                Life::Open | Life::Over => {
                    for (line, (minor, _)) in &deal.money {
                        if let Some(account) = self.accounts.get(&line.account) {
                            add(
                                wanted,
                                "customer-funds",
                                account.currency,
                                -i128::from(*minor),
                            );
                        }
                    }
                }
                Life::Exchanged => {
                    let value = i128::from(deal.agreed.value_at_mid());
                    let (given, got) = (i128::from(gives.minor()), i128::from(gets.minor()));
                    let (given_at_mid, got_at_mid, spread) = if deal.agreed.gives_base {
                        (given, value, value - got)
                    } else {
                        (value, got, given - value)
                    };
                    if let Some((account, bore)) = &deal.absorbed {
                        add(wanted, account, gives.currency(), i128::from(*bore));
                    }
                    add(wanted, "position", gives.currency(), -given_at_mid);
                    add(wanted, "position", gets.currency(), got_at_mid);
                    let (_, quote) = deal.agreed.pair();
                    add(wanted, "spread-income", quote, -spread);
                }
                Life::GoingBack => {}
            }
        }
    }

    /// The position is worth what is open at the reference rates of the last table, and what it
    /// gained since the last time is the day's result.
    pub(super) fn revalued(&mut self, result: Money) {
        self.gained += result.minor();
        let mut books = Balances::new();
        self.add_orders(&mut books);
        let mids = self.tables.last_key_value().map(|(_, pairs)| pairs.clone());
        let mut worth = 0;
        let mut carried = 0;
        for ((account, currency), minor) in books {
            if account != "position" {
                continue;
            }
            let pair = mids.iter().flatten().find(|pair| pair.base == currency);
            match pair {
                Some(pair) => worth += pair.value(-minor),
                None => carried += minor,
            }
        }
        self.check(worth == carried, || {
            format!("the position is worth {worth} PLN, and is carried at {carried}")
        });
    }

    /// After everything healed: nothing is on its way any more, every payment is accounted for,
    /// and the office has what the banks have.
    pub(crate) fn judge_end(&mut self, state: &Snapshot) {
        self.audit(state);
        let banks: Vec<(AccountId, usize, i64)> = self
            .accounts
            .iter()
            .map(|(id, account)| {
                (
                    *id,
                    account.lines.len(),
                    account.balance_at(account.lines.len()),
                )
            })
            .collect();
        for (id, lines, balance) in banks {
            let found = state.accounts.get(&id);
            let all = found.is_some_and(|account| {
                account.lines == lines as u64
                    && account.balance == balance
                    && account.proved_through == account.lines
            });
            self.check(all, || {
                let (had, proved) = found.map_or((0, 0), |it| (it.lines, it.proved_through));
                format!("account {id} has {lines} lines at its bank; the office has {had}, {proved} proved")
            });
        }
        self.judge_orders(state);
        self.judge_payouts(state);
        self.judge_batches(state);
        self.judge_payments();
        let open = state.questions.iter().next();
        let told = open.map(|(line, question)| format!("{line}: {}", question.word()));
        self.check(open.is_none(), || {
            format!(
                "a line is a question for ever: {}",
                told.unwrap_or_default()
            )
        });
    }

    fn judge_orders(&mut self, state: &Snapshot) {
        for (id, order) in &state.orders {
            self.check(order.state.is_over(), || {
                format!("order {id} never ends: it is {}", order.state.name())
            });
            let Some(deal) = self.deals.get(id).cloned() else {
                continue;
            };
            if order.state == OrderState::Completed {
                let paid: Vec<i64> = self
                    .owed_for(*id)
                    .filter(|owed| owed.of.is_none() && owed.live)
                    .map(|owed| owed.amount.minor())
                    .collect();
                self.check(paid == [deal.agreed.gets.minor()], || {
                    format!("order {id} gets {} and was paid {paid:?}", deal.agreed.gets)
                });
            }
        }
    }

    /// A batch ends when its payouts have, and not before.
    fn judge_batches(&mut self, state: &Snapshot) {
        for (id, batch) in &state.batches {
            let members = batch.payouts.iter().filter_map(|it| state.payouts.get(it));
            let members = members.filter(|payout| payout.batch == Some(*id));
            let awaited = members.filter(|payout| payout.is_awaited()).count();
            let is_out = batch.state == BatchState::Written;
            self.check(is_out == (awaited > 0), || {
                format!(
                    "batch {id} is {}, and {awaited} of it are awaited",
                    batch.state.name()
                )
            });
        }
    }

    /// Each payout left exactly once (but for what people did, of which an alarm tells), and what
    /// came back was paid anew.
    fn judge_payouts(&mut self, state: &Snapshot) {
        let mut by_hand: BTreeMap<_, u32> = BTreeMap::new();
        for line in self.accounts.values().flat_map(|account| &account.lines) {
            if let What::HandPayout(payout) = line.what {
                *by_hand.entry(payout).or_default() += 1;
            }
        }
        for (id, owed) in self.owed.clone() {
            let state = state.payouts.get(&id).map(|payout| payout.state);
            if !owed.live {
                let out = owed.left > owed.came_back;
                self.check(!out || owed.alarmed, || {
                    format!("payout {id} left and was withdrawn")
                });
                continue;
            }
            self.check(state == Some(PayoutState::Paid), || {
                format!("payout {id} {} never ends: {state:?}", owed.of_what())
            });
            let out = owed.left + by_hand.get(&id).copied().unwrap_or(0);
            let wanted = 1 + owed.came_back;
            self.check(out >= wanted, || {
                format!("payout {id} {} never reached its payee", owed.of_what())
            });
            self.check(out == wanted || owed.alarmed, || {
                format!(
                    "payout {id} {} was paid {out} times, and no alarm tells",
                    owed.of_what()
                )
            });
        }
    }

    /// Every payment of a customer was exchanged, or went back to where it came from, to the grosz.
    fn judge_payments(&mut self) {
        let mut back: BTreeMap<LineId, i64> = BTreeMap::new();
        let mut excess: BTreeMap<LineId, i64> = BTreeMap::new();
        for owed in self.owed.values().filter(|owed| owed.live && owed.paid) {
            let Some(line) = owed.of else { continue };
            *back.entry(line).or_default() += owed.amount.minor();
            let deal = owed.order.and_then(|order| self.deals.get(&order));
            if deal.is_some_and(|deal| deal.life == Life::Exchanged) {
                *excess.entry(line).or_default() += owed.amount.minor();
            }
        }
        for line in self.accounts.values().flat_map(|account| &account.lines) {
            if let What::HandRefund(of) = line.what {
                *back.entry(of).or_default() -= line.minor;
            }
        }
        let exchanged = |line: LineId| -> i64 {
            let shares = self.given.get(&line).into_iter().flatten();
            shares
                .filter(|(order, _)| {
                    let deal = self.deals.get(order);
                    deal.is_some_and(|deal| deal.life == Life::Exchanged)
                })
                .map(|(_, minor)| *minor)
                .sum()
        };
        let mut wrong = None;
        let mut seen = 0;
        for (id, account) in &self.accounts {
            for (line, ordinal) in account.lines.iter().zip(1..) {
                let line_id = LineId {
                    account: *id,
                    ordinal,
                };
                if !matches!(line.what, What::Payment { .. }) {
                    continue;
                }
                seen += 1;
                let of = |sums: &BTreeMap<LineId, i64>| sums.get(&line_id).copied().unwrap_or(0);
                let (used, sent) = (exchanged(line_id) - of(&excess), of(&back));
                if used + sent != line.minor {
                    wrong.get_or_insert(format!(
                        "of {} paid with line {line_id}, {used} was exchanged and {sent} went back",
                        line.minor
                    ));
                }
            }
        }
        self.checks += seen;
        if let Some(wrong) = wrong {
            self.object(wrong);
        }
    }
}

pub(super) fn add(to: &mut Balances, account: &str, currency: Currency, minor: i128) {
    *to.entry((account.to_owned(), currency)).or_default() += minor;
}
