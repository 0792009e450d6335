//! What an office sees of its money: `shows balances`, `position`, `cover`, `results`, `bank mpln`,
//! `reasons mpln/1`.

use kantor_engine::books::{self, Became};
use kantor_model::Money;

use super::{Names, Row};
use crate::fixture::TestOffice;

pub(super) fn shown(office: &TestOffice, names: &Names, what: &[&str]) -> Vec<Row> {
    match what {
        ["balances"] => balances(office, names),
        ["position"] => positions(office),
        ["cover"] => cover(office, names),
        ["results"] => results(office),
        ["bank", account] => against_bank(office, names, account),
        ["reasons", line] => super::reasons::reasons(office, names, names.line(line)),
        _ => panic!("nothing to show: {what:?}"),
    }
}

fn balances(office: &TestOffice, names: &Names) -> Vec<Row> {
    let rows = books::balances(&office.state).expect("sums fit");
    rows.iter()
        .map(|row| {
            let currency = row.booked.currency();
            let part = |minor| Money::new(minor, currency).to_decimal_string();
            let what = format!(
                "booked {}, running {}, reserved {} (due {}, in batch {}, exported {}), available {}, difference {}",
                row.booked,
                row.running,
                row.reserved,
                part(row.owed.due),
                part(row.owed.in_batch),
                part(row.owed.exported),
                row.available,
                row.difference().expect("fits"),
            );
            (format!("balance {}", names.of_account(row.account)), what)
        })
        .collect()
}

fn positions(office: &TestOffice) -> Vec<Row> {
    let rows = books::positions(&office.state).expect("sums fit");
    rows.iter()
        .map(|row| {
            let mut what = format!(
                "open {} (orders {}, covered {}), cost {}",
                row.open, row.orders, row.covered, row.cost
            );
            match (row.valued, row.unrealised) {
                (Some(valued), Some(gain)) => {
                    what += &format!(
                        ", worth {} at {}, unrealised {gain}",
                        valued.value, valued.mid
                    );
                }
                _ => what += ", no rate",
            }
            if let Some(limit) = row.limit {
                what += &format!(", limit {}", limit.limit);
            }
            if row.alarm {
                what += ", ALARM";
            }
            (format!("position {}", row.open.currency()), what)
        })
        .collect()
}

fn cover(office: &TestOffice, names: &Names) -> Vec<Row> {
    let rows = books::cover(&office.state).expect("sums fit");
    rows.iter()
        .map(|row| {
            let lies: Vec<String> = row
                .lies
                .iter()
                .map(|(account, money)| {
                    format!(
                        "{} {}",
                        names.of_account(*account),
                        money.to_decimal_string()
                    )
                })
                .collect();
            let what = format!(
                "owed {} (for orders {}, payouts {}, unknown {}), lies {} ({}), own {}",
                row.owed,
                row.funds.to_decimal_string(),
                row.payouts.to_decimal_string(),
                row.unknown.to_decimal_string(),
                row.covered,
                lies.join(", "),
                row.own
            );
            (format!("cover {}", row.owed.currency()), what)
        })
        .collect()
}

fn results(office: &TestOffice) -> Vec<Row> {
    let rows = books::results(&office.state).expect("sums fit");
    let mut shown: Vec<Row> = rows
        .iter()
        .map(|(account, money)| (format!("result {account}"), money.to_string()))
        .collect();
    for (currency, remainder) in &office.state.remainders {
        let what = format!("{} of {currency}'s minor unit", remainder.normalize());
        shown.push(("rounding took".to_owned(), what));
    }
    shown
}

fn against_bank(office: &TestOffice, names: &Names, account: &str) -> Vec<Row> {
    let id = names.account(account);
    let kept = office.lines.get(&id).map_or(&[][..], Vec::as_slice);
    let lines = kept.iter().map(|line| line.facts.amount);
    let found = books::against_bank(&office.state, id, lines);
    let found = found.expect("sums fit").expect("the account");
    let mut rows = vec![("opening".to_owned(), found.opening.to_string())];
    for (became, (count, sum)) in &found.lines {
        let about = match became {
            Became::Receipt => "orders' money".to_owned(),
            Became::Payout => "payouts".to_owned(),
            Became::CoverDeal => "cover deals".to_owned(),
            Became::Booked(account) => account.to_string(),
            Became::OwnTransfer => "own transfers".to_owned(),
            Became::Refunded => "sent back".to_owned(),
            Became::Open => "nobody's yet".to_owned(),
        };
        rows.push((about, format!("{sum} in {count}")));
    }
    let what = format!(
        "by lines {}, by books {}, by the bank {}",
        found.by_lines, found.by_books, found.by_bank
    );
    rows.push((format!("bank {account}"), what));
    rows
}
