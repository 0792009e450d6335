//! Why a line is whose it is, or nobody's: `shows reasons mpln/1`.

use kantor_engine::matching::{Evidence, Nearest};
use kantor_engine::{Event, LineId};

use super::{Names, Row};
use crate::fixture::TestOffice;

/// Everything that was ever kept of a line, the oldest first.
pub(super) fn reasons(office: &TestOffice, names: &Names, line: LineId) -> Vec<Row> {
    let about = || format!("reasons {}", names.of_line(line));
    let mut rows = Vec::new();
    for recorded in &office.log {
        match &recorded.event {
            Event::ReceiptAllocated {
                line: own,
                order,
                rule,
                rule_version,
                evidence,
                ..
            } if *own == line => {
                let rule = format!("order {order} by {}, version {rule_version}", rule.word());
                rows.push((about(), format!("{rule}: {}", facts(evidence))));
            }
            Event::LinesExplained { account, lines } if *account == line.account => {
                let explained = lines.iter().filter(|it| it.ordinal == line.ordinal);
                for why in explained.map(|explained| &explained.why) {
                    rows.push((about(), format!("question: {}", facts(&why.evidence))));
                    rows.extend(why.nearest.iter().map(|it| (about(), near(it))));
                }
            }
            _ => {}
        }
    }
    rows
}

fn near(nearest: &Nearest) -> String {
    format!("near order {}: {}", nearest.order, facts(&nearest.failed))
}

fn facts(evidence: &[Evidence]) -> String {
    let facts: Vec<String> = evidence.iter().map(fact).collect();
    facts.join(", ")
}

fn fact(evidence: &Evidence) -> String {
    match evidence {
        Evidence::Reference(order) => format!("reference of order {order}"),
        Evidence::PayoutReference(payout) => format!("reference of payout {payout}"),
        Evidence::VirtualAccount => "virtual account".to_owned(),
        Evidence::PayerAccount(customer) => format!("account of customer {customer}"),
        Evidence::AmountExact => "amount exact".to_owned(),
        Evidence::InTime => "in time".to_owned(),
        Evidence::OnlyCandidate => "only candidate".to_owned(),
        Evidence::ExactSum(count) => format!("exact sum of {count}"),
        Evidence::Mirror => "mirror".to_owned(),
        Evidence::NoReference => "no reference".to_owned(),
        Evidence::UnknownReference => "unknown reference".to_owned(),
        Evidence::AlmostReference(order) => format!("almost the reference of order {order}"),
        Evidence::PayerHidden => "payer hidden".to_owned(),
        Evidence::PayerUnknown => "payer unknown".to_owned(),
        Evidence::PayerIsAnother(customer) => format!("account of customer {customer} instead"),
        Evidence::AmountBelow(by) => format!("{by} too little"),
        Evidence::AmountAbove(by) => format!("{by} too much"),
        Evidence::OtherCurrency(currency) => format!("is to be paid in {currency}"),
        Evidence::LateBySeconds(by) => format!("{by} s late"),
        Evidence::LateByDays(by) => format!("{by} d late"),
        Evidence::EarlyBySeconds(by) => format!("{by} s before the order"),
        Evidence::EarlyByDays(by) => format!("{by} d before the order"),
        Evidence::TimeUnknown => "time unknown".to_owned(),
        Evidence::AfterEnd => "after its end".to_owned(),
        Evidence::HasItsMoney => "has its money".to_owned(),
        Evidence::AlsoAnotherLine => "another line fits as well".to_owned(),
        Evidence::TooMany(count) => format!("{count} fit each other"),
    }
}
