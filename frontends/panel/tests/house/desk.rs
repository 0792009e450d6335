//! A desk of a few lines: a token and the office API.

use std::sync::atomic::{AtomicU64, Ordering};

use kantor_panel::Routes;
use serde_json::{Value, json};

use super::Answer;

/// Keys are new for each act.
static KEYS: AtomicU64 = AtomicU64::new(1);

/// A desk.
pub(crate) struct Desk {
    routes: Routes,
    token: String,
}

impl Desk {
    pub(crate) fn new(routes: Routes, token: &str) -> Desk {
        Desk {
            routes,
            token: token.to_owned(),
        }
    }

    fn request(&self, method: &str, path: &str) -> warp::test::RequestBuilder {
        warp::test::request()
            .method(method)
            .path(&format!("/office/v1{path}"))
            .header("authorization", format!("Bearer {}", self.token))
    }

    async fn sent(&self, request: warp::test::RequestBuilder) -> Answer {
        let response = request.reply(&self.routes).await;
        Answer {
            status: response.status().as_u16(),
            headers: response.headers().clone(),
            bytes: response.body().to_vec(),
            body: String::from_utf8_lossy(response.body()).into_owned(),
        }
    }

    pub(crate) async fn get(&self, path: &str) -> Answer {
        self.sent(self.request("GET", path)).await
    }

    pub(crate) async fn post(&self, path: &str, document: &Value) -> Answer {
        let key = KEYS.fetch_add(1, Ordering::Relaxed).to_string();
        self.post_with_key(path, document, &key).await
    }

    pub(crate) async fn post_with_key(&self, path: &str, document: &Value, key: &str) -> Answer {
        self.post_bytes(path, document.to_string().as_bytes(), key)
            .await
    }

    pub(crate) async fn post_bytes(&self, path: &str, bytes: &[u8], key: &str) -> Answer {
        let request = self
            .request("POST", path)
            .header("idempotency-key", key)
            .body(bytes);
        self.sent(request).await
    }

    /// A table of rates with this selling rate of the euro.
    pub(crate) async fn publish_rates(&self, euro_sell: &str) -> Answer {
        let row = |base: &str, buy: &str, sell: &str, mid: &str| json!({ "base": base, "quote": "PLN", "buy": buy, "sell": sell, "mid": mid });
        self.post(
            "/rates",
            &json!({
                "source": "test",
                "rates": [
                    row("EUR", "4.1870", euro_sell, "4.2090"),
                    row("USD", "3.6120", "3.6580", "3.6350"),
                    row("CHF", "4.4910", "4.5490", "4.5200"),
                    row("GBP", "4.8010", "4.8690", "4.8350"),
                ],
            }),
        )
        .await
    }
}

/// A statement in mBank's shape: lines are sign and amount, title, and the other side's account.
pub(crate) fn statement(
    account: &str,
    currency: &str,
    opening: &str,
    lines: &[(&str, &str, &str)],
    closing: Option<&str>,
) -> String {
    let mut text =
        format!(":20:ST261123CYC/1\n:25:{account}\n:28C:212/1\n:60F:C261120{currency}{opening}\n");
    for (at, (amount, title, other)) in lines.iter().enumerate() {
        let (sign, digits) = match amount.strip_prefix('-') {
            Some(digits) => ("D", digits),
            None => ("C", *amount),
        };
        let letter = &currency[2..];
        text += &format!(
            ":61:2611231123{sign}{letter}{digits}NTRFNONREF//EL{at:06}-000970\n770-PRZELEW\n\
             :86:770 PRZELEW; Z RACH.: {}; OD: ANNA ZOLC; TYT.: {title}; TNR: 1452710161{at:05}.040001\n",
            &other[2..]
        );
    }
    if let Some(closing) = closing {
        text += &format!(":62F:C261123{currency}{closing}\n");
    }
    text
}

/// The object that `POST /statements` takes for what `statement` wrote.
pub(crate) fn parsed(bytes: &[u8]) -> Value {
    let collected = kantor_parsers::parse_all(bytes);
    let balance = |balance: Option<kantor_model::Balance>| {
        balance.map(|balance| {
            json!({ "amount": balance.amount.to_decimal_string(), "date": balance.date.to_string() })
        })
    };
    let statements: Vec<Value> = collected
        .statements
        .iter()
        .map(|statement| {
            let entries: Vec<Value> = statement
                .entries
                .iter()
                .map(|entry| {
                    json!({
                        "value_date": entry.value_date.map(|date| date.to_string()),
                        "booking_date": entry.booking_date.map(|date| date.to_string()),
                        "amount": entry.amount.to_decimal_string(),
                        "currency": entry.amount.currency().code(),
                        "transaction_code": entry.transaction_code,
                        "bank_reference": entry.bank_reference,
                        "customer_reference": entry.customer_reference,
                        "counterparty": {
                            "name": entry.counterparty.name,
                            "account": entry.counterparty.account.as_ref().map(|a| a.as_str().to_owned()),
                        },
                        "remittance": entry.remittance,
                        "reversal": entry.reversal,
                        "status": "booked",
                    })
                })
                .collect();
            json!({
                "format": statement.head.format.name(),
                "bank": statement.head.bank,
                "account": statement.head.account.as_ref().map(|account| account.as_str()),
                "currency": statement.head.currency.code(),
                "number": statement.head.number,
                "opening": balance(statement.head.opening),
                "closing": balance(statement.foot.closing),
                "entries": entries,
                "complaints": [],
            })
        })
        .collect();
    json!(statements)
}

impl Desk {
    /// Stores a file and imports what stands in it.
    pub(crate) async fn import(&self, file: &str) -> Answer {
        let ask = self.import_ask(file).await;
        self.post("/statements", &ask).await
    }

    /// Stores a file, and says how to ask for its import.
    pub(crate) async fn import_ask(&self, file: &str) -> Value {
        let key = KEYS.fetch_add(1, Ordering::Relaxed).to_string();
        let stored = self
            .post_bytes("/files", file.as_bytes(), &key)
            .await
            .is(200)
            .json();
        json!({
            "file": stored["sha256"],
            "pack": { "id": "mbank", "version": "0.1.0", "sandbox": true },
            "statements": parsed(file.as_bytes()),
        })
    }

    /// Batches, approves and writes every due payout of an account; answers the batch.
    pub(crate) async fn pay_out(&self, account: &str, date: &str) -> Value {
        let ask = json!({ "account": account, "date": date });
        let batch = self.post("/batches", &ask).await.is(200).json();
        let id = batch["id"].as_str().unwrap().to_owned();
        self.post(&format!("/batches/{id}/approve"), &json!(null))
            .await
            .is(200);
        let detail = self.get(&format!("/batches/{id}")).await.is(200).json();
        let bytes = elixir0(&detail);
        let path = format!("/batches/{id}/file?format=elixir0&pack=test");
        let key = KEYS.fetch_add(1, Ordering::Relaxed).to_string();
        self.post_bytes(&path, &bytes, &key).await.is(200);
        detail
    }
}

impl Desk {
    /// Puts every due payout of an account into a batch and leaves it there.
    pub(crate) async fn batch_only(&self, account: &str, date: &str) -> Value {
        let ask = json!({ "account": account, "date": date });
        self.post("/batches", &ask).await.is(200).json()
    }
}

/// The transfer file of a batch, as a pack would write it.
pub(crate) fn elixir0(detail: &Value) -> Vec<u8> {
    use kantor_model::{Abroad, Batch, Currency, Iban, Money, Party, Transfer};
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    let party = |value: &Value| Party {
        name: text(&value["name"]),
        street: text(&value["street"]),
        city: text(&value["city"]),
    };
    let money = |value: &Value| {
        let currency = Currency::from_code(value["currency"].as_str().unwrap()).unwrap();
        Money::parse(value["amount"].as_str().unwrap(), currency).unwrap()
    };
    let debit = Iban::parse(detail["debit_iban"].as_str().unwrap()).unwrap();
    let batch = Batch {
        debit_account: debit,
        owner: party(&detail["owner"]),
        date: detail["date"].as_str().unwrap().parse().unwrap(),
        transfers: detail["transfers"]
            .as_array()
            .unwrap()
            .iter()
            .map(|transfer| Transfer {
                reference: text(&transfer["reference"]),
                amount: money(&transfer["amount"]),
                payee: party(&transfer["payee"]),
                payee_account: Iban::parse(transfer["payee_iban"].as_str().unwrap()).unwrap(),
                title: text(&transfer["title"]),
                abroad: Abroad::default(),
            })
            .collect(),
    };
    let profile = kantor_parsers::elixir0::Profile::of_account(&debit);
    kantor_parsers::elixir0::write(&batch, profile)
        .unwrap()
        .bytes
}
