//! A customer's program: the customer API, one act once.

use serde_json::{Value, json};
use ureq::Agent;

/// Something that a customer asks for, with the key that makes it one act however often it is sent.
#[derive(Clone, Debug)]
pub(crate) struct Act {
    path: &'static str,
    key: String,
    body: Value,
}

impl Act {
    pub(crate) fn new(path: &'static str, key: String, body: Value) -> Act {
        Act { path, key, body }
    }

    /// The same wish as another act.
    pub(crate) fn with_key(&self, key: &str) -> Act {
        Act {
            key: key.to_owned(),
            ..self.clone()
        }
    }

    /// Whether it asks for an order, not just for a price.
    pub(crate) fn is_order(&self) -> bool {
        self.path == "/orders"
    }
}

/// Why an act has no answer.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum NoAnswer {
    /// The connection broke: nobody knows whether the office acted.
    Lost,
    /// An order was placed from this quote by another act.
    QuoteAccepted,
}

/// Logged in at one panel.
pub(crate) struct Customer {
    agent: Agent,
    api: String,
    token: String,
}

impl Customer {
    /// Logs in with the demo's password.
    pub(crate) fn log_in(panel: &str, email: &str) -> Customer {
        let nobody = Customer::with_token(panel, String::new());
        let body = json!({ "email": email, "password": "demo-kantor-2026" });
        let session = Act::new("/sessions", "log-in".to_owned(), body);
        let answer = nobody.act(&session).expect("a session");
        let token = answer["token"].as_str().unwrap().to_owned();
        Customer { token, ..nobody }
    }

    /// The holder of a session, at a panel that may have been restarted meanwhile.
    pub(crate) fn with_token(panel: &str, token: String) -> Customer {
        let agent = Agent::config_builder()
            .http_status_as_error(false)
            .proxy(None)
            .build()
            .new_agent();
        let api = format!("{panel}/api/v1");
        Customer { agent, api, token }
    }

    pub(crate) fn token(&self) -> String {
        self.token.clone()
    }

    /// Does an act, or learns why there is no answer. Any other refusal fails the story.
    pub(crate) fn act(&self, act: &Act) -> Result<Value, NoAnswer> {
        let answer = self
            .agent
            .post(format!("{}{}", self.api, act.path))
            .header("Authorization", format!("Bearer {}", self.token))
            .header("Idempotency-Key", &act.key)
            .send_json(&act.body);
        read(answer, act.path)
    }

    pub(crate) fn get(&self, path: &str) -> Value {
        let answer = self
            .agent
            .get(format!("{}{path}", self.api))
            .header("Authorization", format!("Bearer {}", self.token))
            .call();
        read(answer, path).expect("an answer")
    }

    /// All of his orders.
    pub(crate) fn orders(&self) -> Vec<Value> {
        let mut orders = Vec::new();
        let mut after = String::new();
        loop {
            let page = self.get(&format!("/orders?limit=100{after}"));
            orders.extend(page["items"].as_array().unwrap().iter().cloned());
            match page["next"].as_str() {
                Some(next) => after = format!("&after={next}"),
                None => return orders,
            }
        }
    }
}

fn read(
    answer: Result<ureq::http::Response<ureq::Body>, ureq::Error>,
    path: &str,
) -> Result<Value, NoAnswer> {
    let mut answer = answer.map_err(|_| NoAnswer::Lost)?;
    let text = answer
        .body_mut()
        .read_to_string()
        .map_err(|_| NoAnswer::Lost)?;
    if answer.status() == 409 && text.contains("quote-accepted") {
        return Err(NoAnswer::QuoteAccepted);
    }
    assert!(answer.status().is_success(), "{path}: {text}");
    Ok(serde_json::from_str(&text).unwrap())
}
