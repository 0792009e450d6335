//! The acts of a story: one line, one command (or the passing of time).

use kantor_engine::rates::RateLine;
use kantor_engine::{Actor, Answer, Command, DateOnly, Digest, Policy, Provisional, Refusal};
use kantor_model::{Bank, Buy, Currency, Date, Iban, Mid, Money, Rate, Sell, SortCode};

use super::Story;

const USUAL_OFFICE: &str = include_str!("../stories/the-usual-office.given");

impl Story {
    pub(super) fn perform(&mut self, act: &str, rows: &[&str]) {
        let words: Vec<&str> = act.split_whitespace().collect();
        match words.as_slice() {
            ["the", "usual", "office"] => {
                let lines: Vec<&str> = USUAL_OFFICE
                    .lines()
                    .filter(|line| !line.is_empty() && !line.starts_with('#'))
                    .collect();
                self.given(&lines);
            }
            ["at", date, time] => self.office.now = moment(date, time),
            ["wait", count, unit] => {
                let seconds = count.parse::<i64>().expect("a number") * seconds_of(unit);
                self.office.now = self.office.now.plus_seconds(seconds);
                self.office.run_due();
            }
            ["office", name] => {
                let name = (*name).to_owned();
                let policy = Policy::initial();
                self.ask(&Actor::System, &Command::OpenOffice { name, policy });
            }
            ["policy", settings @ ..] => self.set_policy(settings),
            ["rules", words @ ..] => self.set_rules(words),
            ["line", "rule", words @ ..] => self.line_rule(words),
            ["what", "if", "rules", words @ ..] => self.what_if(words),
            ["limit", words @ ..] => self.set_limit(words),
            ["home", code] => self.set_home(code),
            ["currency", codes @ ..] => {
                for code in codes {
                    let currency = currency(code);
                    self.ask(&Actor::System, &Command::DefineCurrency { currency });
                }
            }
            ["account", name, bank, code, opening, rest @ ..] => {
                self.open_account(name, bank, currency(code), opening, rest);
            }
            ["rates", pairs @ ..] => self.publish_rates(pairs),
            ["customer", name, accounts @ ..] => self.register(name, accounts),
            ["another", "account", name, account] => self.another_account(name, account),
            ["statement", account, number, rest @ ..] => {
                let paper = self.paper(account, number, rest, rows);
                self.papers.push(paper.clone());
                self.import(&paper);
            }
            ["every", "statement", "again"] => {
                for paper in self.papers.clone() {
                    self.import(&paper);
                }
            }
            ["shows", what @ ..] => {
                self.told
                    .extend(super::views::shown(&self.office, &self.names, what))
            }
            [actor, rest @ ..] => {
                let by = self.actor(actor);
                let command = self.asked(&by, rest, act);
                self.ask(&by, &command);
            }
            [] => {}
        }
    }

    /// Gives a command; a refusal is told.
    pub(super) fn ask(&mut self, by: &Actor, command: &Command) -> Option<Answer> {
        let answer = self.office.act(by, command);
        self.tell_refusal(answer)
    }

    fn tell_refusal(&mut self, answer: Result<Answer, Refusal>) -> Option<Answer> {
        match answer {
            Ok(answer) => Some(answer),
            Err(refusal) => {
                let sentence = format!("{}: {refusal}", refusal.code());
                self.told.push(("refused".to_owned(), sentence));
                None
            }
        }
    }

    fn import(&mut self, paper: &crate::fixture::Paper) {
        let answer = self
            .office
            .import(&Actor::Staff("cashier".to_owned()), paper);
        if let Some(answer) = self.tell_refusal(answer) {
            let currency = self
                .office
                .state
                .accounts
                .get(&paper.account)
                .unwrap()
                .currency();
            let rows = super::show::statement(&self.names, paper, currency, &answer);
            self.told.extend(rows);
        }
    }

    fn actor(&self, name: &str) -> Actor {
        if self.names.customers.iter().any(|known| known == name) {
            Actor::Customer(self.names.customer(name))
        } else {
            Actor::Staff(name.to_owned())
        }
    }

    fn set_policy(&mut self, settings: &[&str]) {
        let mut policy = self
            .office
            .state
            .policy
            .clone()
            .unwrap_or(Policy::initial());
        for setting in settings {
            let (name, value) = setting.split_once('=').expect("name=value");
            match (name, value) {
                ("date_only", "in_time") => policy.date_only = DateOnly::InTime,
                ("date_only", "ask") => policy.date_only = DateOnly::Ask,
                ("provisional", "fund") => policy.provisional = Provisional::Fund,
                ("provisional", "wait") => policy.provisional = Provisional::Wait,
                ("four_eyes", value) => policy.four_eyes = value == "yes",
                (_, _) => panic!("no policy `{setting}`"),
            }
        }
        self.ask(
            &Actor::Staff("boss".to_owned()),
            &Command::SetPolicy { policy },
        );
    }

    fn open_account(
        &mut self,
        name: &str,
        bank: &str,
        currency: Currency,
        opening: &str,
        rest: &[&str],
    ) {
        let command = Command::OpenAccount {
            iban: iban(
                bank,
                self.names.accounts.len() + usize::from(!rest.contains(&"again")),
            ),
            name: name.to_owned(),
            fallback: rest.contains(&"fallback"),
            opening: money(opening, currency),
            opened_on: self.office.now.warsaw_date(),
            last_statement: None,
        };
        if self
            .ask(&Actor::Staff("boss".to_owned()), &command)
            .is_some()
        {
            self.names.accounts.push(name.to_owned());
        }
    }

    /// `EUR/PLN 4.3000 4.3500 4.4000`: buy, mid, sell; more pairs may follow.
    fn publish_rates(&mut self, pairs: &[&str]) {
        let lines = pairs
            .chunks(4)
            .map(|words| {
                let [pair, buy, mid, sell] = words else {
                    panic!("a pair, buy, mid, sell");
                };
                let (base, quote) = pair.split_once('/').expect("EUR/PLN");
                let (base, quote) = (currency(base), currency(quote));
                let buy = Rate::<Buy>::parse(buy, base, quote).expect("a rate");
                let sell = Rate::<Sell>::parse(sell, base, quote).expect("a rate");
                let mid = Rate::<Mid>::parse(mid, base, quote).expect("a rate");
                RateLine::new(buy, sell, mid).expect("buy ≤ mid ≤ sell")
            })
            .collect();
        let source = "the office".to_owned();
        self.ask(&Actor::System, &Command::PublishRates { source, lines });
    }

    /// `another account anna EUR@pko`: it is called anna.eur2.
    fn another_account(&mut self, name: &str, account: &str) {
        let customer = self.names.customer(name);
        let (code, bank) = account.split_once('@').expect("EUR@pko");
        let command = Command::AddCustomerAccount {
            customer,
            currency: currency(code),
            bank: Some(bank.to_owned()),
            number: Digest::of(format!("another {account}").as_bytes()),
        };
        self.ask(&Actor::Customer(customer), &command);
        let called = format!("{name}.{}2", code.to_lowercase());
        self.names.customer_accounts.push((called, customer));
    }

    /// `customer anna PLN@mbank EUR@mbank`: her accounts are called anna.pln and anna.eur.
    fn register(&mut self, name: &str, accounts: &[&str]) {
        let profile = Digest::of(name.as_bytes());
        self.ask(&Actor::System, &Command::RegisterCustomer { profile });
        self.names.customers.push(name.to_owned());
        let customer = self.names.customer(name);
        for account in accounts {
            let (code, bank) = account.split_once('@').expect("PLN@mbank");
            let command = Command::AddCustomerAccount {
                customer,
                currency: currency(code),
                bank: Some(bank.to_owned()),
                number: Digest::of(account.as_bytes()),
            };
            self.ask(&Actor::Customer(customer), &command);
            let called = format!("{name}.{}", code.to_lowercase());
            self.names.customer_accounts.push((called, customer));
        }
    }
}

pub(super) fn currency(code: &str) -> Currency {
    Currency::from_code(code).expect("a currency")
}

pub(super) fn money(text: &str, currency: Currency) -> Money {
    Money::parse(text, currency).unwrap_or_else(|error| panic!("{text}: {error}"))
}

pub(super) fn date(text: &str) -> Date {
    text.parse()
        .unwrap_or_else(|error| panic!("{text}: {error}"))
}

/// A day and a wall clock in Warsaw.
pub(super) fn moment(day: &str, time: &str) -> kantor_model::Moment {
    let (hour, minute) = time.split_once(':').expect("09:00");
    let (hour, minute) = (
        hour.parse().expect("an hour"),
        minute.parse().expect("a minute"),
    );
    kantor_model::Moment::from_warsaw(date(day), hour, minute).expect("a time of day")
}

pub(super) fn seconds_of(unit: &str) -> i64 {
    match unit {
        "s" => 1,
        "min" => 60,
        "h" => 3600,
        "days" | "day" => 86_400,
        _ => panic!("no unit `{unit}`"),
    }
}

/// An account number of a bank, made up.
fn iban(bank: &str, number: usize) -> Iban {
    let prefix = Bank::of_id(bank).expect("a bank").prefixes[0];
    let sort_code = (0..10)
        .filter_map(|digit| SortCode::parse(&format!("{prefix}000{digit}")))
        .find(|code| code.is_valid())
        .expect("one digit of ten fits");
    Iban::polish(sort_code, &format!("{number:016}")).expect("sixteen digits")
}
