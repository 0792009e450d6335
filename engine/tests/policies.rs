//! The decision tables of the policy, row by row: `policies/*.txt`, a table in and a table out.
//!
//! ```text
//! rules ; facts                                              -> rows used => what is done
//! under.short=scale ; wanted=440.00PLN came=300.00PLN        -> under_short: scale 300.00 PLN => scale
//! ```
//!
//! `UPDATE_EXPECT=1 cargo test -p kantor-engine --test policies` writes the right side anew; read
//! the difference before you keep it.

#[path = "fixture/rules.rs"]
mod rules;

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use kantor_engine::order::HeldReason;
use kantor_engine::policy::{
    CustomerClass, Decision, Judgement, Market, MoneyAct, MoneyFacts, MoneyRule, MoneyRules, Scope,
    judge,
};
use kantor_engine::rates::Side;
use kantor_engine::{Policy, policy};
use kantor_model::{Currency, Decimal, Money};

use rules::{amount, set};

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/policies")
}

/// Answers every row of a table, and compares with what it says.
fn check(name: &str, answer: impl Fn(&str) -> String) {
    let path = folder().join(name);
    let text = fs::read_to_string(&path).expect("a table");
    let width = text
        .lines()
        .filter_map(|line| line.split_once("->"))
        .map(|(row, _)| row.trim_end().len())
        .max()
        .expect("a table has rows");
    let answered: String = text
        .lines()
        .map(|line| match line.split_once("->") {
            Some((row, _)) => {
                let row = row.trim_end();
                format!("{row:width$} -> {}\n", answer(row))
            }
            None => format!("{line}\n"),
        })
        .collect();
    if answered == text {
        return;
    }
    if std::env::var_os("UPDATE_EXPECT").is_some() {
        fs::write(&path, answered).expect("written");
        return;
    }
    let other = text
        .lines()
        .zip(answered.lines())
        .find(|(told, came)| told != came);
    panic!("{}: {other:#?}", path.display());
}

fn money_rules(words: &str) -> MoneyRules {
    let mut rules = MoneyRules::cautious();
    for word in words.split_whitespace() {
        let (name, value) = word.split_once('=').expect("name=value");
        set(&mut rules, name, value);
    }
    rules
}

/// `wanted=440.00PLN came=439.00PLN late market=buy:4.35:4.36:worse wait unanswered`.
fn facts(words: &str) -> MoneyFacts {
    let mut facts = MoneyFacts {
        problems: BTreeSet::new(),
        wanted: Money::new(44_000, Currency::PLN),
        received: Some(Money::new(44_000, Currency::PLN)),
        market: Market {
            side: Side::Sell,
            agreed: Decimal::ONE,
            today: None,
        },
        may_wait: false,
        unanswered: false,
    };
    for word in words.split_whitespace() {
        match word.split_once('=') {
            Some(("wanted", value)) => facts.wanted = amount(value),
            Some(("came", "mixed")) => facts.received = None,
            Some(("came", value)) => facts.received = Some(amount(value)),
            Some(("market", value)) => facts.market = market(value),
            None if word == "wait" => facts.may_wait = true,
            None if word == "unanswered" => facts.unanswered = true,
            _ => {
                let mut known = HeldReason::ALL.into_iter();
                let problem = known.find(|reason| reason.word() == word);
                facts
                    .problems
                    .insert(problem.unwrap_or_else(|| panic!("no fact `{word}`")));
            }
        }
    }
    match facts.received {
        Some(sum) if sum.minor() < facts.wanted.minor() => facts.problems.insert(HeldReason::Under),
        Some(sum) if sum.minor() > facts.wanted.minor() => facts.problems.insert(HeldReason::Over),
        Some(_) => false,
        None => facts.problems.insert(HeldReason::WrongCurrency),
    };
    facts
}

/// `buy:4.35:4.36:worse`, or `sell:4.35` where no rate of today is known.
fn market(text: &str) -> Market {
    let parts: Vec<&str> = text.split(':').collect();
    let rate = |text: &str| Decimal::from_str_exact(text).expect("a rate");
    Market {
        side: if parts[0] == "buy" {
            Side::Buy
        } else {
            Side::Sell
        },
        agreed: rate(parts[1]),
        today: parts
            .get(2)
            .map(|today| (rate(today), parts.contains(&"worse"))),
    }
}

fn told(judgement: &Judgement) -> String {
    let rows: Vec<String> = judgement.rows.iter().map(row).collect();
    let act = match judgement.act {
        MoneyAct::Fund => "fund".to_owned(),
        MoneyAct::Absorb(_, difference) => format!("fund, difference {difference}"),
        MoneyAct::Scale(sum) => format!("scale to {sum}"),
        MoneyAct::Return(difference) => format!("fund, send {difference} back"),
        MoneyAct::Hold(reason) => format!("hold ({})", reason.word()),
        MoneyAct::Wait => "wait".to_owned(),
        MoneyAct::AskConsent => "ask for consent".to_owned(),
        MoneyAct::Refund => "refund".to_owned(),
    };
    format!("{} => {act}", rows.join(", "))
}

fn row((rule, decision): &(MoneyRule, Decision)) -> String {
    format!("{}: {}", rule.word(), decision.word())
}

fn judged(row: &str) -> String {
    let (rules, known) = row.split_once(';').expect("rules ; facts");
    told(&judge(&money_rules(rules), &facts(known)))
}

/// C5: late money.
#[test]
fn late_money() {
    check("late.txt", judged);
}

/// C5, F3: too little money, and fees taken on the way.
#[test]
fn too_little_money() {
    check("under.txt", judged);
}

/// C5: too much money.
#[test]
fn too_much_money() {
    check("over.txt", judged);
}

/// C7: money from somebody else, in another currency, or for an order that was over.
#[test]
fn money_from_elsewhere() {
    check("elsewhere.txt", judged);
}

/// C5: several things wrong at once.
#[test]
fn several_problems_at_once() {
    check("together.txt", judged);
}

/// C5: which set of rules is for whom.
#[test]
fn whose_rules() {
    check("scopes.txt", |row| {
        let (sets, asked) = row.split_once(';').expect("sets ; who");
        let policy = Policy {
            money: sets
                .split_whitespace()
                .filter(|word| *word != "none")
                .map(|word| (scope(word), MoneyRules::cautious()))
                .collect(),
            ..Policy::initial()
        };
        let asked = scope(asked.trim());
        let (found, _) = policy.money_rules(asked.pair.expect("a pair"), asked.class.as_ref());
        let pair = found.pair.map(|(one, other)| format!("{one}/{other}"));
        let class = found.class.map(|class| class.to_string());
        match (pair, class) {
            (None, None) => "everybody".to_owned(),
            (pair, class) => [pair, class]
                .into_iter()
                .flatten()
                .collect::<Vec<_>>()
                .join("+"),
        }
    });
}

/// `EUR/PLN`, `regular`, `EUR/PLN+regular` or `everybody`.
fn scope(word: &str) -> Scope {
    let mut scope = Scope::default();
    for part in word.split('+').filter(|part| *part != "everybody") {
        let code = |code| Currency::from_code(code).expect("a currency");
        match part.split_once('/') {
            Some((one, other)) => scope.pair = Some((code(one), code(other))),
            None => scope.class = CustomerClass::new(part),
        }
    }
    scope
}

/// Every row of the tables stands in a table; a rule that nothing tests is no rule.
#[test]
fn every_rule_is_met_in_a_table() {
    let tables: String = fs::read_dir(folder())
        .expect("the tables")
        .map(|entry| fs::read_to_string(entry.expect("a table").path()).expect("text"))
        .collect();
    for rule in policy::MoneyRule::ALL {
        assert!(
            tables.contains(&format!("{}: ", rule.word())),
            "{}",
            rule.word()
        );
    }
}

/// A name of a class is short and plain, so that it can stand in a column and in a file.
#[test]
fn names_of_classes() {
    for (name, good) in [
        ("regular", true),
        ("vip-2", true),
        ("", false),
        ("Regular", false),
        ("stały", false),
        ("a b", false),
        (&"a".repeat(41), false),
    ] {
        assert_eq!(CustomerClass::new(name).is_some(), good, "{name}");
    }
}
