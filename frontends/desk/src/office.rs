//! The office API as the desk calls it: one method a call.

use std::path::Path;

use kantor_wire::{
    AccountView, AllocateAsk, BatchDetail, BatchView, BookAsk, BooksView, Changes, CurrencyView,
    FileStored, ImportAsk, ImportOutcome, KeyView, LineRulesDocument, LineView, NewAccount,
    NewBatch, NewCurrency, NewKey, NewRates, OfficeView, OrderAsk, OrderState, OrderView, Page,
    PasswordCode, PayoutState, PayoutView, PersonView, RateTableView, ReasonAsk, RepriceAsk, Role,
    RulesDocument, UndoAsk, VoidAsk, WhatIfView,
};
use serde::de::{DeserializeOwned, IgnoredAny};

use crate::keys::fingerprint;
use crate::transport::{Transport, read_token, segment};
use crate::{ApiError, DeskConfig};

/// How many orders one page of the list holds.
const PAGE: usize = 200;

/// One desk's way to its office. Every act carries an idempotency key, which an act that is tried
/// again after a lost answer keeps: whatever breaks, nothing is done twice.
#[derive(Debug)]
pub struct Office {
    transport: Transport,
}

impl Office {
    /// The office at an address, as the holder of a token. Connects with the first question.
    pub fn new(url: &str, token: &str) -> Result<Office, ApiError> {
        Ok(Office {
            transport: Transport::new(url, token, None)?,
        })
    }

    /// The office of a configuration.
    pub fn of(config: &DeskConfig) -> Result<Office, ApiError> {
        let token = read_token(&config.token_file)?;
        Ok(Office {
            transport: Transport::new(&config.url, &token, config.authority.as_deref())?,
        })
    }

    /// The office at an address, with the token of a file.
    pub fn with_token_file(url: &str, token_file: &Path) -> Result<Office, ApiError> {
        Office::new(url, &read_token(token_file)?)
    }

    /// A short name of the token that this desk has.
    pub(crate) fn holder(&self) -> &str {
        self.transport.holder()
    }

    /// Does an act whose path, document and key were kept.
    pub(crate) fn do_kept<T: DeserializeOwned>(
        &self,
        path: &str,
        body: &[u8],
        key: &str,
    ) -> Result<T, ApiError> {
        self.transport.post_kept(path, body, key)
    }

    /// Name, clock and the position of the last event; also shows whether the token is good.
    pub fn office(&self) -> Result<OfficeView, ApiError> {
        self.transport.get("/office")
    }

    /// A customer by his id or e-mail.
    pub fn person(&self, who: &str) -> Result<PersonView, ApiError> {
        self.transport.get(&format!("/people/{}", segment(who)))
    }

    /// Lets a customer choose a new password with a code that is told once.
    pub fn allow_new_password(&self, who: &str, reason: &str) -> Result<PasswordCode, ApiError> {
        self.with_reason(&format!("/people/{}/new-password", segment(who)), reason)
    }

    /// Takes a customer's lost second factor away.
    pub fn remove_second_factor(&self, who: &str, reason: &str) -> Result<PersonView, ApiError> {
        let path = format!("/people/{}/remove-second-factor", segment(who));
        self.with_reason(&path, reason)
    }

    /// Lets nobody in as a customer; his sessions end.
    pub fn lock_person(&self, who: &str, reason: &str) -> Result<PersonView, ApiError> {
        self.with_reason(&format!("/people/{}/lock", segment(who)), reason)
    }

    /// Lets a customer in again.
    pub fn unlock_person(&self, who: &str, reason: &str) -> Result<PersonView, ApiError> {
        self.with_reason(&format!("/people/{}/unlock", segment(who)), reason)
    }

    /// The office's keys.
    pub fn keys(&self) -> Result<Vec<KeyView>, ApiError> {
        self.transport.get("/tokens")
    }

    /// Makes a key; its secret is told once.
    pub fn issue_key(&self, name: &str, role: Role, reason: &str) -> Result<KeyView, ApiError> {
        let key = NewKey {
            name: name.to_owned(),
            role,
            reason: reason.to_owned(),
        };
        self.transport.post("/tokens", &key)
    }

    /// Puts another secret under a key's name; it is told once.
    pub fn rotate_key(&self, name: &str, reason: &str) -> Result<KeyView, ApiError> {
        self.with_reason(&format!("/tokens/{}/rotate", segment(name)), reason)
    }

    /// Takes a key away, at once and everywhere.
    pub fn revoke_key(&self, name: &str, reason: &str) -> Result<(), ApiError> {
        let IgnoredAny = self.with_reason(&format!("/tokens/{}/revoke", segment(name)), reason)?;
        Ok(())
    }

    fn with_reason<T: DeserializeOwned>(&self, path: &str, reason: &str) -> Result<T, ApiError> {
        let ask = ReasonAsk {
            reason: reason.to_owned(),
        };
        self.transport.post(path, &ask)
    }

    /// What happened after a position. With `wait_seconds` (30 at most) the office keeps the
    /// question until something happens or the time is over.
    pub fn changes(&self, after: u64, wait_seconds: u32) -> Result<Changes, ApiError> {
        self.transport
            .get(&format!("/changes?after={after}&wait={wait_seconds}"))
    }

    /// The currencies that the office trades.
    pub fn currencies(&self) -> Result<Vec<CurrencyView>, ApiError> {
        self.transport.get("/currencies")
    }

    /// Trades one more currency.
    pub fn add_currency(&self, code: &str) -> Result<CurrencyView, ApiError> {
        let ask = NewCurrency {
            code: code.to_owned(),
        };
        self.transport.post("/currencies", &ask)
    }

    /// The office's accounts with their balances.
    pub fn accounts(&self) -> Result<Vec<AccountView>, ApiError> {
        self.transport.get("/accounts")
    }

    /// The office's money at a glance.
    pub fn books(&self) -> Result<BooksView, ApiError> {
        self.transport.get("/books")
    }

    /// The rules in force.
    pub fn rules(&self) -> Result<RulesDocument, ApiError> {
        self.transport.get("/rules")
    }

    /// Puts rules in force.
    pub fn set_rules(&self, rules: &RulesDocument) -> Result<RulesDocument, ApiError> {
        self.transport.post("/rules", rules)
    }

    /// What rules would do with the orders that are held; changes nothing.
    pub fn try_rules(&self, rules: &RulesDocument) -> Result<Vec<WhatIfView>, ApiError> {
        self.transport.post("/rules/try", rules)
    }

    /// Takes one more bank account into the books.
    pub fn add_account(&self, account: &NewAccount) -> Result<AccountView, ApiError> {
        self.transport.post("/accounts", account)
    }

    /// The rate table in force.
    pub fn rates(&self) -> Result<RateTableView, ApiError> {
        self.transport.get("/rates")
    }

    /// Publishes a rate table.
    pub fn publish_rates(&self, rates: &NewRates) -> Result<RateTableView, ApiError> {
        self.transport.post("/rates", rates)
    }

    /// Orders of one state, or of all, newest first; `limit` at most.
    pub fn orders(
        &self,
        state: Option<OrderState>,
        limit: usize,
    ) -> Result<Vec<OrderView>, ApiError> {
        let mut orders = Vec::new();
        let mut after = None;
        while orders.len() < limit {
            let page = self.orders_page(state, after.as_deref(), PAGE.min(limit - orders.len()))?;
            orders.extend(page.items);
            after = page.next;
            if after.is_none() {
                break;
            }
        }
        Ok(orders)
    }

    fn orders_page(
        &self,
        state: Option<OrderState>,
        after: Option<&str>,
        limit: usize,
    ) -> Result<Page<OrderView>, ApiError> {
        let mut path = format!("/orders?limit={limit}");
        if let Some(state) = state {
            path.push_str(&format!("&state={state}"));
        }
        if let Some(after) = after {
            path.push_str(&format!("&after={}", segment(after)));
        }
        self.transport.get(&path)
    }

    /// One order.
    pub fn order(&self, id: &str) -> Result<OrderView, ApiError> {
        self.transport.get(&format!("/orders/{}", segment(id)))
    }

    /// Cancels an order; money that came goes back.
    pub fn cancel(&self, id: &str, reason: &str) -> Result<OrderView, ApiError> {
        self.order_act(id, "cancel", reason)
    }

    /// Accepts a held order as it is.
    pub fn confirm(&self, id: &str, reason: &str) -> Result<OrderView, ApiError> {
        self.order_act(id, "confirm", reason)
    }

    /// Sends the money of an order back to the account that paid.
    pub fn refund(&self, id: &str, reason: &str) -> Result<OrderView, ApiError> {
        self.order_act(id, "refund", reason)
    }

    /// Offers another rate for an order.
    pub fn reprice(&self, id: &str, rate: &str, reason: &str) -> Result<OrderView, ApiError> {
        let ask = RepriceAsk {
            rate: rate.to_owned(),
            reason: reason.to_owned(),
            seen: None,
        };
        self.transport
            .post(&format!("/orders/{}/reprice", segment(id)), &ask)
    }

    fn order_act(&self, id: &str, act: &str, reason: &str) -> Result<OrderView, ApiError> {
        let ask = OrderAsk {
            reason: reason.to_owned(),
            seen: None,
        };
        self.transport
            .post(&format!("/orders/{}/{act}", segment(id)), &ask)
    }

    /// Keeps the raw bytes of a file; a statement is imported by naming them.
    pub fn store_file(&self, bytes: &[u8]) -> Result<FileStored, ApiError> {
        self.transport.post_bytes("/files", bytes)
    }

    /// Hands over the statements that a pack read from a stored file.
    pub fn import(&self, ask: &ImportAsk) -> Result<ImportOutcome, ApiError> {
        self.transport.post("/statements", ask)
    }

    /// Hands statements over under a key that was kept with their file.
    pub(crate) fn import_kept(
        &self,
        ask: &ImportAsk,
        key: &str,
    ) -> Result<ImportOutcome, ApiError> {
        let body = self.transport.written("/statements", ask)?;
        let key = format!("{key}-{}", fingerprint(&body));
        self.transport.post_kept("/statements", &body, &key)
    }

    /// Takes back everything that a file brought, named by its SHA-256, with a reason.
    pub fn undo_import(&self, file: &str, reason: &str) -> Result<(), ApiError> {
        let ask = UndoAsk {
            reason: reason.to_owned(),
            seen: None,
        };
        self.transport
            .post(&format!("/statements/{}/undo", segment(file)), &ask)
            .map(|_: IgnoredAny| ())
    }

    /// The rules in force for lines that are nobody's order.
    pub fn line_rules(&self) -> Result<LineRulesDocument, ApiError> {
        self.transport.get("/rules/lines")
    }

    /// Puts other rules for such lines in force.
    pub fn set_line_rules(&self, rules: &LineRulesDocument) -> Result<LineRulesDocument, ApiError> {
        self.transport.post("/rules/lines", rules)
    }

    /// Money whose owner is not known.
    pub fn suspense(&self) -> Result<Vec<LineView>, ApiError> {
        self.transport.get("/suspense")
    }

    /// A line that is nobody's order: books it to a ledger account, with a reason.
    pub fn book(
        &self,
        account: &str,
        ordinal: u64,
        ledger_account: &str,
        reason: &str,
    ) -> Result<(), ApiError> {
        let ask = BookAsk {
            ledger_account: ledger_account.to_owned(),
            reason: reason.to_owned(),
            seen: None,
        };
        self.transport
            .post(
                &format!("/suspense/{}/{ordinal}/book", segment(account)),
                &ask,
            )
            .map(|_: IgnoredAny| ())
    }

    /// Says that a line pays an order, with a reason.
    pub fn allocate(
        &self,
        account: &str,
        ordinal: u64,
        order: &str,
        reason: &str,
    ) -> Result<OrderView, ApiError> {
        let ask = AllocateAsk {
            order: order.to_owned(),
            reason: reason.to_owned(),
            seen: None,
            seen_order: None,
        };
        self.transport.post(
            &format!("/suspense/{}/{ordinal}/allocate", segment(account)),
            &ask,
        )
    }

    /// Payouts of one state, or of all.
    pub fn payouts(&self, state: Option<PayoutState>) -> Result<Vec<PayoutView>, ApiError> {
        self.transport.get(&match state {
            Some(state) => format!("/payouts?state={state}"),
            None => "/payouts".to_owned(),
        })
    }

    /// Every batch of payouts.
    pub fn batches(&self) -> Result<Vec<BatchView>, ApiError> {
        self.transport.get("/batches")
    }

    /// One batch with its transfers.
    pub fn batch(&self, id: &str) -> Result<BatchDetail, ApiError> {
        self.transport.get(&format!("/batches/{}", segment(id)))
    }

    /// Puts every due payout of an account into a batch and fixes it.
    pub fn create_batch(&self, account: &str, date: &str) -> Result<BatchView, ApiError> {
        let ask = NewBatch {
            account: account.to_owned(),
            date: date.to_owned(),
        };
        self.transport.post("/batches", &ask)
    }

    /// Approves a batch; needs the role of an approver.
    pub fn approve_batch(&self, id: &str) -> Result<BatchView, ApiError> {
        let nothing = serde_json::Map::new();
        self.transport
            .post(&format!("/batches/{}/approve", segment(id)), &nothing)
    }

    /// Archives the transfer file of a batch. The same bytes are answered the same; other bytes
    /// are refused for ever.
    pub fn archive_batch_file(
        &self,
        id: &str,
        format: &str,
        pack: &str,
        bytes: &[u8],
    ) -> Result<BatchView, ApiError> {
        let path = format!(
            "/batches/{}/file?format={}&pack={}",
            segment(id),
            segment(format),
            segment(pack)
        );
        self.transport.post_bytes(&path, bytes)
    }

    /// The archived transfer file of a batch, the same bytes ever after.
    pub fn batch_file(&self, id: &str) -> Result<Vec<u8>, ApiError> {
        self.transport
            .get_bytes(&format!("/batches/{}/file", segment(id)))
    }

    /// Declares a batch never sent: two people answer for it.
    pub fn void_batch(
        &self,
        id: &str,
        reason: &str,
        attested_by: &str,
    ) -> Result<BatchView, ApiError> {
        let ask = VoidAsk {
            reason: reason.to_owned(),
            attested_by: attested_by.to_owned(),
        };
        self.transport
            .post(&format!("/batches/{}/void", segment(id)), &ask)
    }
}
