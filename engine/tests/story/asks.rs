//! What customers and staff ask for, in the words of a story.

use kantor_engine::access::{Help, KeyChange};
use kantor_engine::rates::Fixed;
use kantor_engine::{
    Actor, BatchId, Command, CoverDealId, CustomerAccountId, CustomerClass, LineId, OrderId,
    RateVersion,
};

use kantor_model::Money;

use super::Story;
use super::acts::{currency, date, money, seconds_of};

impl Story {
    /// `cashier confirms 1: he rang us`, as a command.
    pub(super) fn asked(&self, by: &Actor, words: &[&str], act: &str) -> Command {
        let reason = act
            .split_once(": ")
            .map_or("", |(_, reason)| reason)
            .to_owned();
        match words {
            ["orders", rest @ ..] => self.order(by, rest),
            ["cancels", order, ..] => Command::CancelOrder {
                order: order_id(order),
                reason,
            },
            ["confirms", order, ..] => Command::ConfirmOrder {
                order: order_id(order),
                reason,
            },
            ["scales", order, ..] => Command::ScaleOrder {
                order: order_id(order),
                reason,
            },
            ["returns", order, rest @ ..] if rest.first() != Some(&"as") => {
                Command::ReturnDifference {
                    order: order_id(order),
                    reason,
                }
            }
            ["classes", customer, class, ..] => Command::ClassifyCustomer {
                customer: self.names.customer(customer),
                class: CustomerClass::new(plain(class)).filter(|_| plain(class) != "none"),
                reason,
            },
            ["helps", customer, "with", help, ..] => Command::HelpCustomer {
                customer: self.names.customer(customer),
                help: match plain(help) {
                    "new-password" => Help::NewPassword,
                    "lock" => Help::Locked,
                    "unlock" => Help::Unlocked,
                    "second-factor" => Help::SecondFactorRemoved,
                    other => panic!("nobody is helped with `{other}`"),
                },
                reason,
            },
            ["key", name, change, ..] => Command::ChangeKey {
                name: plain(name).to_owned(),
                change: match plain(change) {
                    "issued" => KeyChange::Issued,
                    "rotated" => KeyChange::Rotated,
                    "revoked" => KeyChange::Revoked,
                    other => panic!("no key is `{other}`"),
                },
                reason,
            },
            ["values", day] => Command::RevaluePosition { day: date(day) },
            // `covers meur/3 with mpln/4 for 1 2: reason`: bought, sold, orders.
            ["covers", bought, "with", sold, orders @ ..] => Command::BookCoverDeal {
                bought: self.with_amount(bought),
                sold: self.with_amount(sold),
                covers: orders
                    .iter()
                    .filter_map(|word| plain(word).parse().ok().map(OrderId))
                    .collect(),
                reason,
            },
            ["uncovers", deal, ..] => Command::ReverseCoverDeal {
                deal: CoverDealId(plain(deal).parse().expect("the number of a deal")),
                reason,
            },
            ["refunds", order, ..] => Command::RefundOrder {
                order: order_id(order),
                reason,
            },
            ["reprices", order, "to", rate, ..] => Command::RepriceOrder {
                order: order_id(order),
                rate: plain(rate).parse().expect("a rate"),
                reason,
            },
            ["accepts", order] => Command::AcceptRate {
                order: order_id(order),
            },
            ["expires", order] => Command::ExpireOrder {
                order: order_id(order),
            },
            ["declines" | "withdraws", order] => Command::DeclineRate {
                order: order_id(order),
            },
            ["extends", order, "by", count, unit, ..] => Command::ExtendDeadline {
                order: order_id(order),
                seconds: count.parse::<i64>().expect("a number") * seconds_of(plain(unit)),
                reason,
            },
            ["allocates", line, "to", order, ..] => {
                let line = self.names.line(line);
                let kept = self.office.line(line).expect("the story has that line");
                Command::AllocateLine {
                    line,
                    facts: kept.facts.clone(),
                    order: order_id(order),
                    reason,
                }
            }
            ["splits", line, "into", shares @ ..] => self.split(line, shares, reason),
            ["sends", line, "back" | "back:", ..] => {
                let line = self.line(line);
                let kept = self.office.line(line).expect("the story has that line");
                Command::RefundLine {
                    line,
                    amount: kept.facts.amount,
                    reason,
                }
            }
            ["gives", line, "to", owner] => Command::AssignLine {
                line: self.line(line),
                owner: (*owner != "nobody").then(|| (*owner).to_owned()),
            },
            ["pairs", debit, "with", credit, ..] => {
                let credit = self.line(credit);
                let kept = self.office.line(credit).expect("the story has that line");
                Command::PairOwnTransfer {
                    debit: self.line(debit),
                    credit,
                    amount: kept.facts.amount,
                    reason,
                }
            }
            // `undoes 2: the wrong file`: the second statement that the story has loaded.
            ["undoes", paper, ..] => {
                let at: usize = plain(paper).parse().expect("the number of a statement");
                let file = self.papers[at - 1].file;
                Command::UndoImport { file, reason }
            }
            ["releases", line, ..] => Command::ReleaseReceipt {
                line: self.line(line),
                reason,
            },
            ["books", line, "to", account, ..] => self.book(line, plain(account), reason),
            ["reverses", line, ..] => Command::ReverseLineBooking {
                line: self.line(line),
                reason,
            },
            _ => self
                .asked_about_payouts(words, &reason)
                .unwrap_or_else(|| panic!("no such act: `{act}`")),
        }
    }

    /// `gives 430.00 PLN gets EUR [from anna.pln] [to anna.eur] [at rates 1]`, or `gets 100.00 EUR
    /// gives PLN`.
    fn order(&self, by: &Actor, words: &[&str]) -> Command {
        let Actor::Customer(customer) = *by else {
            panic!("only a customer orders");
        };
        let [side, amount, code, _, other, rest @ ..] = words else {
            panic!("gives 430.00 PLN gets EUR");
        };
        let (code, other) = (currency(code), currency(other));
        let (fixed, gives, gets) = match *side {
            "gives" => (Fixed::Gives(money(amount, code)), code, other),
            "gets" => (Fixed::Gets(money(amount, code)), other, code),
            _ => panic!("gives or gets"),
        };
        let after = |word: &str| {
            let at = rest.iter().position(|known| *known == word)?;
            rest.get(at + 1).copied()
        };
        let own = |named: Option<&str>, code: kantor_model::Currency| -> CustomerAccountId {
            let usual = || {
                let name = self.names.of_customer(customer);
                format!("{name}.{}", code.code().to_lowercase())
            };
            self.names
                .customer_account(&named.map_or_else(usual, str::to_owned))
        };
        let current = self.office.state.current_rates();
        let rates = match after("rates") {
            Some(version) => RateVersion(version.parse().expect("a number")),
            None => current.map_or(RateVersion(0), |table| table.version),
        };
        Command::PlaceOrder {
            customer,
            fixed,
            other,
            rates,
            pays_from: own(after("from"), gives),
            paid_to: own(after("to"), gets),
        }
    }

    /// `1 440.00 and 2 880.00: he rang us`.
    fn split(&self, line: &str, shares: &[&str], reason: String) -> Command {
        let line = self.line(line);
        let kept = self.office.line(line).expect("the story has that line");
        let currency = kept.facts.amount.currency();
        let end = shares.iter().position(|word| word.ends_with(':'));
        let shares = &shares[..end.map_or(shares.len(), |end| end + 1)];
        let share = |words: &[&str]| (order_id(words[0]), money(plain(words[1]), currency));
        Command::SplitLine {
            line,
            facts: kept.facts.clone(),
            shares: shares
                .split(|word| *word == "and")
                .filter(|words| words.len() == 2)
                .map(share)
                .collect(),
            reason,
        }
    }

    fn book(&self, line: &str, ledger_account: &str, reason: String) -> Command {
        let line = self.line(line);
        let kept = self.office.line(line).expect("the story has that line");
        Command::BookLine {
            line,
            amount: kept.facts.amount,
            ledger_account: ledger_account.to_owned(),
            reason,
        }
    }

    fn with_amount(&self, text: &str) -> (LineId, Money) {
        let line = self.line(text);
        let kept = self.office.line(line).expect("the story has that line");
        (line, kept.facts.amount)
    }

    pub(super) fn line(&self, text: &str) -> LineId {
        self.names.line(plain(text))
    }
}

pub(super) fn plain(word: &str) -> &str {
    word.trim_end_matches(':')
}

fn order_id(word: &str) -> OrderId {
    OrderId(plain(word).parse().expect("the number of an order"))
}

pub(super) fn batch_id(word: &str) -> BatchId {
    BatchId(plain(word).parse().expect("the number of a batch"))
}
