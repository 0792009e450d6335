//! Opening an office, its currencies, accounts, rates and customers.

use std::collections::BTreeSet;

use kantor_model::Currency;

use super::draft::Draft;
use super::reason_of;
use crate::access::{Help, KeyChange};
use crate::command::{Answer, Command};
use crate::event::Event;
use crate::ledger::{LedgerAccount, movement};
use crate::policy::{CustomerClass, Policy};
use crate::rates::{RateLine, RateTable};
use crate::refusal::Refusal;
use crate::{AccountId, CustomerAccountId, CustomerId, Digest, RateVersion};

pub(super) fn open_office(
    draft: &mut Draft<'_>,
    name: &str,
    policy: &Policy,
) -> Result<Answer, Refusal> {
    if draft.seen.name.is_some() {
        return Err(Refusal::OfficeExists);
    }
    let name = name.trim();
    if name.is_empty() {
        return Err(Refusal::Empty { field: "name" });
    }
    fits(draft, policy)?;
    draft.record(Event::OfficeOpened {
        name: name.to_owned(),
    });
    draft.record(Event::PolicySet {
        policy: policy.clone(),
    });
    Ok(Answer::Done)
}

pub(super) fn set_policy(draft: &mut Draft<'_>, policy: &Policy) -> Result<Answer, Refusal> {
    fits(draft, policy)?;
    let version = draft.policy().version.saturating_add(1);
    draft.record(Event::PolicySet {
        policy: Policy {
            version,
            ..policy.clone()
        },
    });
    Ok(Answer::Done)
}

pub(super) fn define_currency(
    draft: &mut Draft<'_>,
    currency: Currency,
) -> Result<Answer, Refusal> {
    if currency.is_withdrawn() {
        return Err(Refusal::CurrencyWithdrawn { currency });
    }
    if draft.seen.currencies.contains(&currency) {
        return Err(Refusal::CurrencyExists { currency });
    }
    draft.record(Event::CurrencyDefined { currency });
    Ok(Answer::Done)
}

/// Nobody can pay in no time, and what was reckoned in one currency is not in another.
fn fits(draft: &Draft<'_>, policy: &Policy) -> Result<(), Refusal> {
    policy.check()?;
    if policy.home != draft.policy().home && !draft.seen.carried.is_empty() {
        return Err(Refusal::HomeCurrency {
            home: draft.policy().home,
        });
    }
    if policy.order_seconds <= 0 {
        return Err(Refusal::Empty {
            field: "order_seconds",
        });
    }
    if policy.quote_seconds <= 0 {
        return Err(Refusal::Empty {
            field: "quote_seconds",
        });
    }
    Ok(())
}

fn traded(draft: &Draft<'_>, currency: Currency) -> Result<(), Refusal> {
    if draft.seen.currencies.contains(&currency) {
        Ok(())
    } else {
        Err(Refusal::CurrencyNotDefined { currency })
    }
}

pub(super) fn open_account(draft: &mut Draft<'_>, command: &Command) -> Result<Answer, Refusal> {
    let Command::OpenAccount {
        iban,
        name,
        fallback,
        opening,
        opened_on,
        last_statement,
    } = command
    else {
        return Ok(Answer::Done);
    };
    traded(draft, opening.currency())?;
    if draft.seen.account_of(iban).is_some() {
        return Err(Refusal::AccountExists {
            iban: iban.grouped(),
        });
    }
    let account = AccountId(draft.last().account + 1);
    let postings = if opening.is_zero() {
        Vec::new()
    } else {
        movement(
            LedgerAccount::OpeningEquity,
            LedgerAccount::Bank(account),
            *opening,
        )?
        .into()
    };
    draft.record_with(
        Event::AccountOpened {
            account,
            iban: *iban,
            name: name.trim().to_owned(),
            fallback: *fallback,
            opening: *opening,
            opened_on: *opened_on,
            last_statement: last_statement.clone(),
        },
        postings,
    );
    Ok(Answer::Account(account))
}

pub(super) fn publish_rates(
    draft: &mut Draft<'_>,
    source: &str,
    lines: &[RateLine],
) -> Result<Answer, Refusal> {
    if lines.is_empty() {
        return Err(Refusal::EmptyRates);
    }
    let mut pairs = BTreeSet::new();
    for line in lines {
        let (base, quote) = (line.base(), line.quote());
        traded(draft, base)?;
        traded(draft, quote)?;
        if !pairs.insert((base.min(quote), base.max(quote))) {
            return Err(Refusal::PairTwice { base, quote });
        }
    }
    let version = RateVersion(draft.last().rates + 1);
    let table = RateTable {
        version,
        published: draft.now,
        source: source.trim().to_owned(),
        lines: lines.to_vec(),
    };
    draft.record(Event::RatesPublished { table });
    Ok(Answer::Rates(version))
}

pub(super) fn register_customer(draft: &mut Draft<'_>, profile: Digest) -> Result<Answer, Refusal> {
    let customer = CustomerId(draft.customers() + 1);
    draft.record(Event::CustomerRegistered { customer, profile });
    Ok(Answer::Customer(customer))
}

pub(super) fn add_customer_account(
    draft: &mut Draft<'_>,
    customer: CustomerId,
    currency: Currency,
    bank: Option<&str>,
    number: Digest,
) -> Result<Answer, Refusal> {
    super::for_himself(draft, customer)?;
    if customer.0 == 0 || customer.0 > draft.customers() {
        return Err(Refusal::NoCustomer { customer });
    }
    traded(draft, currency)?;
    let account = CustomerAccountId(draft.last().customer_account + 1);
    draft.record(Event::CustomerAccountAdded {
        customer,
        account,
        currency,
        bank: bank.map(str::to_owned),
        number,
    });
    Ok(Answer::CustomerAccount(account))
}

pub(super) fn classify_customer(
    draft: &mut Draft<'_>,
    customer: CustomerId,
    class: Option<&CustomerClass>,
    reason: &str,
) -> Result<Answer, Refusal> {
    let reason = reason_of(reason)?;
    if customer.0 == 0 || customer.0 > draft.customers() {
        return Err(Refusal::NoCustomer { customer });
    }
    if draft.seen.customer_classes.get(&customer) != class {
        draft.record(Event::CustomerClassified {
            customer,
            class: class.cloned(),
            reason,
        });
    }
    Ok(Answer::Customer(customer))
}

pub(super) fn help_customer(
    draft: &mut Draft<'_>,
    customer: CustomerId,
    help: Help,
    reason: &str,
) -> Result<Answer, Refusal> {
    let reason = reason_of(reason)?;
    if customer.0 == 0 || customer.0 > draft.customers() {
        return Err(Refusal::NoCustomer { customer });
    }
    draft.record(Event::CustomerHelped {
        customer,
        help,
        reason,
    });
    Ok(Answer::Customer(customer))
}

pub(super) fn change_key(
    draft: &mut Draft<'_>,
    name: &str,
    change: KeyChange,
    reason: &str,
) -> Result<Answer, Refusal> {
    let reason = reason_of(reason)?;
    if name.trim().is_empty() {
        return Err(Refusal::Empty { field: "name" });
    }
    draft.record(Event::KeyChanged {
        name: name.to_owned(),
        change,
        reason,
    });
    Ok(Answer::Done)
}

pub(super) fn record_notices(draft: &mut Draft<'_>, through: u64) -> Result<Answer, Refusal> {
    if through > draft.seen.notices_sent {
        draft.record(Event::NoticesSent { through });
    }
    Ok(Answer::Done)
}
