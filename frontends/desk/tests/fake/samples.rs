//! Small true-looking facts: an office with two accounts and a few orders.

use kantor_wire::{
    AccountView, Act, Amount, Candidate, CounterpartyWire, CustomerRef, HeldReason, HistoryLine,
    LineView, OfficeView, OrderState, OrderView, PartyView, PayIn, PayeeView, PayoutKind,
    PayoutState, PayoutView, RateView, Role, Sentence, StatementImport, StatementOutcome,
    StatementWire, TransferView,
};

use super::State;

pub const NOW: &str = "2026-11-23T13:05:00Z";
pub const PLN_ACCOUNT: &str = "PL27114020040000300201355387";
pub const EUR_ACCOUNT: &str = "PL09102010130000000201000001";

pub fn owner() -> PartyView {
    PartyView {
        name: "Kantor Próbny sp. z o.o.".to_owned(),
        street: Some("ul. Długa 5".to_owned()),
        city: Some("00-238 Warszawa".to_owned()),
    }
}

pub fn office(head: u64, only_cashier: bool) -> OfficeView {
    OfficeView {
        name: "Kantor Próbny".to_owned(),
        owner: owner(),
        head,
        now: NOW.to_owned(),
        principal: "Zofia".to_owned(),
        role: if only_cashier {
            Role::Cashier
        } else {
            Role::Administrator
        },
        quote_seconds: 60,
        order_minutes: 15,
    }
}

pub fn account(
    id: &str,
    iban: &str,
    currency: &str,
    bank: (&str, &str),
    booked: &str,
) -> AccountView {
    AccountView {
        id: id.to_owned(),
        iban: iban.to_owned(),
        bank_id: Some(bank.0.to_owned()),
        bank_name: Some(bank.1.to_owned()),
        currency: currency.to_owned(),
        name: format!("{} {currency}", bank.1),
        default: true,
        booked: booked.to_owned(),
        available: booked.to_owned(),
        waiting_payouts: "0.00".to_owned(),
        last_statement: Some("11/1".to_owned()),
        proved_through: Some("2026-11-20".to_owned()),
    }
}

pub fn order(id: &str, reference: &str, customer: &str, state: OrderState) -> OrderView {
    let gives = Amount::new("4281.50", "PLN");
    OrderView {
        id: id.to_owned(),
        reference: reference.to_owned(),
        state,
        held_reason: (state == OrderState::Held).then_some(HeldReason::Late),
        customer: CustomerRef {
            id: format!("c{id}"),
            name: customer.to_owned(),
        },
        gives: gives.clone(),
        gets: Amount::new("1000.00", "EUR"),
        rate: RateView {
            base: "EUR".to_owned(),
            quote: "PLN".to_owned(),
            value: "4.2815".to_owned(),
        },
        pay_in: PayIn {
            iban: PLN_ACCOUNT.to_owned(),
            bank: Some("mBank".to_owned()),
            owner: owner().name,
            title: reference.to_owned(),
            amount: gives,
            deadline: "2026-11-23T13:20:00Z".to_owned(),
        },
        payer: PayeeView {
            iban: "PL61109010140000071219812874".to_owned(),
            bank: None,
        },
        payee: PayeeView {
            iban: "PL79102010130000000201000002".to_owned(),
            bank: Some("PKO BP".to_owned()),
        },
        placed_at: NOW.to_owned(),
        received: Amount::new("0.00", "PLN"),
        payouts: Vec::new(),
        allowed_acts: match state {
            OrderState::AwaitingFunds => vec![Act::Cancel, Act::Reprice],
            OrderState::Held => vec![Act::Confirm, Act::Refund, Act::Reprice],
            OrderState::AwaitingConsent
            | OrderState::Funded
            | OrderState::PayingOut
            | OrderState::Completed
            | OrderState::Refunding
            | OrderState::Refunded
            | OrderState::Expired
            | OrderState::Cancelled => Vec::new(),
        },
        history: vec![HistoryLine {
            at: NOW.to_owned(),
            what: Sentence::plain(format!("{customer}: 4281.50 PLN → 1000.00 EUR")),
        }],
        fingerprint: format!("{id}-{state}"),
    }
}

pub fn payout(order: &OrderView, account: &str) -> PayoutView {
    PayoutView {
        id: format!("p{}", order.id),
        reference: order.reference.replacen("KZ", "KW", 1),
        order: order.id.clone(),
        kind: PayoutKind::Exchange,
        amount: order.gets.clone(),
        account: account.to_owned(),
        payee_name: order.customer.name.clone(),
        payee_iban: order.payee.iban.clone(),
        state: PayoutState::Due,
        batch: None,
    }
}

pub fn transfer(payout: &PayoutView) -> TransferView {
    TransferView {
        reference: payout.reference.clone(),
        amount: payout.amount.clone(),
        payee: PartyView {
            name: payout.payee_name.clone(),
            street: None,
            city: None,
        },
        payee_iban: payout.payee_iban.clone(),
        title: format!("{} wymiana walut", payout.reference),
    }
}

pub fn line(account: &str, ordinal: u64, amount: &str, currency: &str, title: &str) -> LineView {
    LineView {
        account: account.to_owned(),
        ordinal,
        amount: Amount::new(amount, currency),
        booking_date: Some("2026-11-23".to_owned()),
        value_date: Some("2026-11-23".to_owned()),
        counterparty: CounterpartyWire {
            name: Some("Łucja Żółć".to_owned()),
            account: Some("PL61109010140000071219812874".to_owned()),
            bank: None,
        },
        remittance: Some(title.to_owned()),
        question: Sentence::plain("Nothing in the title names an order. Whose money is this?"),
        reasons: Vec::new(),
        learned: Vec::new(),
        fingerprint: format!("{account}/{ordinal} {amount} {title}"),
        candidates: vec![Candidate {
            order: "2".to_owned(),
            reference: "KZ22222B".to_owned(),
            customer: "Bogdan Święty".to_owned(),
            why: Sentence::plain("the same currency, another amount"),
            failed: Vec::new(),
        }],
    }
}

pub fn refused_statement(statement: &StatementWire) -> StatementImport {
    StatementImport {
        account: statement.account.clone().unwrap_or_default(),
        number: statement.number.clone(),
        outcome: StatementOutcome::Refused,
        new: 0,
        known: 0,
        difference: None,
        message: Sentence::plain(format!(
            "The office has no account {}; nothing was booked. Add the account first.",
            statement.account.as_deref().unwrap_or_default()
        )),
        notes: Vec::new(),
        matches: Vec::new(),
    }
}

/// Two accounts, four orders in different states, nothing due.
pub fn small_office() -> State {
    let mut state = State {
        accounts: vec![
            account("a1", PLN_ACCOUNT, "PLN", ("mbank", "mBank"), "125000.00"),
            account("a2", EUR_ACCOUNT, "EUR", ("pko", "PKO BP"), "40210.55"),
        ],
        orders: vec![
            order(
                "1",
                "KZ11111A7",
                "Anna Wiśniewska",
                OrderState::AwaitingFunds,
            ),
            order("2", "KZ22222B4", "Bogdan Święty", OrderState::Held),
            order("3", "KZ33333C1", "Celina Gżegżółka", OrderState::Completed),
            order("4", "KZ44444D9", "Damian Źrebak", OrderState::Expired),
        ],
        ..State::default()
    };
    for _ in 0..4 {
        state.happened("OrderPlaced");
    }
    state
}
