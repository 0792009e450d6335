//! How the demo ended, and whether that is how it should have.

use kantor_wire::OrderState;

use super::DemoError;
use super::cast::ACCOUNTS;
use super::script::{Orders, Play, failed, iban};
use crate::verify;

/// Checks the end and prints it; the last lines of the demo.
pub(super) fn check(play: &Play<'_>, orders: &Orders) -> Result<(), DemoError> {
    println!();
    let mut wrong = Vec::new();
    let wanted = [
        (&orders.exact, "paid exactly", OrderState::Completed),
        (&orders.late, "paid late", OrderState::Held),
        (&orders.mangled, "mangled title", OrderState::Completed),
    ];
    for (order, story, state) in wanted {
        let now = play.desk.order(&order.id).map_err(failed("order"))?;
        println!("order {}  {story:14} {}", now.reference, now.state.as_str());
        if now.state != state {
            wrong.push(format!(
                "order {} should be {}",
                now.reference,
                state.as_str()
            ));
        }
    }
    let open = play.desk.suspense().map_err(failed("suspense"))?;
    println!(
        "nobody's line     {}",
        if open.is_empty() {
            "booked to bank-fees"
        } else {
            "still open"
        }
    );
    if !open.is_empty() {
        wrong.push(format!("{} lines are still questions", open.len()));
    }
    wrong.extend(balances(play)?);
    let office = play.stage.config.settings().office;
    let verified = verify::office(&play.stage.config.office.database, office, true);
    match verified {
        Ok((verified, differences)) => {
            println!(
                "verified: {} events, {} bank lines, {} files",
                verified.head.seq, verified.lines, verified.files
            );
            wrong.extend(differences.iter().map(ToString::to_string));
        }
        Err(error) => wrong.push(error.to_string()),
    }
    if wrong.is_empty() {
        Ok(())
    } else {
        Err(DemoError::Ended(wrong.join("; ")))
    }
}

/// Every balance, next to the bank's own.
fn balances(play: &Play<'_>) -> Result<Vec<String>, DemoError> {
    let mut wrong = Vec::new();
    let known = play.desk.accounts().map_err(failed("accounts"))?;
    for account in &ACCOUNTS {
        let iban = iban(account)?;
        let bank = if account.is_at_mbank() {
            &play.mbank
        } else {
            &play.pko
        };
        let theirs = bank
            .borrow()
            .balance(iban)
            .map(|balance| balance.to_decimal_string());
        let ours = known
            .iter()
            .find(|known| known.iban == iban.as_str())
            .map(|known| known.booked.clone());
        let same = ours.is_some() && ours == theirs;
        println!(
            "{:11} {:>12} {}  {}",
            account.name,
            ours.as_deref().unwrap_or("?"),
            account.currency,
            if same {
                "equals the bank's"
            } else {
                "differs from the bank's"
            }
        );
        if !same {
            let bank = theirs.unwrap_or_default();
            wrong.push(format!("the bank has {bank} on {}", account.name));
        }
    }
    Ok(wrong)
}
