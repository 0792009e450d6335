//! What stands on the wire, byte for byte where other programs rely on it.

use kantor_wire::{OrderState, Problem, StatementWire, Verdict};

/// The object of the command-line contract (`kantor statement parse --json`).
const STATEMENT: &str = r#"{"format":"MT940","bank":"mbank","account":"PL61109010140000071219812874","currency":"PLN","number":"12/1","opening":{"amount":"100.00","date":"2026-11-02"},"closing":{"amount":"87.66","date":"2026-11-02"},"entries":[{"value_date":"2026-11-02","booking_date":"2026-11-02","amount":"-12.34","currency":"PLN","transaction_code":"S034","bank_reference":null,"customer_reference":null,"counterparty":{"name":null,"account":null},"remittance":null,"reversal":false,"status":"booked"}],"complaints":[]}"#;

#[test]
fn a_statement_is_one_object_with_null_for_what_is_absent() {
    let statement: StatementWire = serde_json::from_str(STATEMENT).expect("reads");
    assert_eq!(
        serde_json::to_string(&statement).expect("writes"),
        STATEMENT
    );
}

#[test]
fn names_are_the_contracts_names() {
    let check = |json: String, wanted: &str| assert_eq!(json, format!("\"{wanted}\""));
    check(
        serde_json::to_string(&OrderState::AwaitingFunds).expect("writes"),
        "AwaitingFunds",
    );
    check(
        serde_json::to_string(&Verdict::None).expect("writes"),
        "none",
    );
    assert_eq!(OrderState::from_name("Held"), Some(OrderState::Held));
    assert_eq!(OrderState::from_name("held"), None);
}

#[test]
fn a_problem_has_the_members_of_rfc_9457_and_a_code() {
    let problem = Problem::new(404, "order-not-found", "No such order", "Look at the list.");
    assert_eq!(
        serde_json::to_string(&problem).expect("writes"),
        r#"{"type":"/problems/order-not-found","title":"No such order","status":404,"detail":"Look at the list.","code":"order-not-found"}"#
    );
}
