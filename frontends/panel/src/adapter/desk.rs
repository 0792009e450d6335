//! The desk's side of the port.

use std::collections::BTreeMap;

use kantor_engine::{AccountId, Actor, Answer, BatchId, Command, OrderId, Policy, what_if};
use kantor_model::{Currency, Money};
use kantor_office::{Request, Seen};
use kantor_wire::{
    AccountView, AllocateAsk, BatchDetail, BatchView, BookAsk, BooksView, CurrencyView, FileStored,
    ImportAsk, ImportOutcome, KeyView, LineRulesDocument, LineView, NewAccount, NewBatch, NewKey,
    NewRates, OfficeView, OrderState, OrderView, Page, PasswordCode, PayoutState, PayoutView,
    PersonView, RateRow, RateTableView, RulesDocument, UndoAsk, VoidAsk, WhatIfView,
};

use super::batches::{file_name, party};
use super::refused::{after_the_act, missing, people, refuse, transfers};
use super::suspense::line_id;
use super::{LocalOffice, number, once as act_once, read, rules, staff, views};
use crate::port::{OfficePort, Once, OrderAct, PortError, PortResult, TokenRecord};

fn currency_view(currency: Currency) -> CurrencyView {
    CurrencyView {
        code: currency.code().to_owned(),
        name_pl: currency.polish_name().to_owned(),
        name_en: currency.english_name().to_owned(),
        minor_digits: currency.minor_digits(),
    }
}

fn order_id(id: &str) -> PortResult<OrderId> {
    number(id).map(OrderId).ok_or_else(|| {
        missing(
            "no_order",
            "There is no such order. Look at the list of orders.",
        )
    })
}

fn batch_id(id: &str) -> PortResult<BatchId> {
    number(id).map(BatchId).ok_or_else(|| {
        missing(
            "no_batch",
            "There is no such batch. Look at the list of batches.",
        )
    })
}

pub(super) fn account_id(id: &str) -> PortResult<AccountId> {
    number(id).map(AccountId).ok_or_else(|| {
        missing(
            "no_account",
            "There is no such account. Look at the list of accounts.",
        )
    })
}

impl LocalOffice {
    /// Carries out an act of the desk, once.
    fn desk_act(&self, command: Command, once: &Once) -> PortResult<Answer> {
        self.done_once(Request::new(staff(once), command), once)
    }

    fn done_once(&self, request: Request, once: &Once) -> PortResult<Answer> {
        let request = request.once(act_once(once));
        self.office.execute(request).map_err(refuse)
    }

    fn view_of_order(&self, id: OrderId) -> PortResult<OrderView> {
        self.order_view(id, true)?
            .ok_or_else(|| missing("no_order", "There is no such order."))
    }
}

impl OfficePort for LocalOffice {
    fn ready(&self) -> PortResult<()> {
        self.office.ready().map_err(refuse)
    }

    fn counted(&self) -> PortResult<String> {
        super::counts::text(&self.office).map_err(refuse)
    }

    fn tokens(&self) -> PortResult<Vec<TokenRecord>> {
        let tokens = self.office.tokens().map_err(people)?;
        Ok(tokens
            .into_iter()
            .map(|token| TokenRecord {
                name: token.name,
                role: super::staff::role(token.role),
                token_hash: token.token_hash,
            })
            .collect())
    }

    fn person(&self, who: &str) -> PortResult<PersonView> {
        self.seen_person(who)
    }

    fn allow_new_password(
        &self,
        customer: &str,
        reason: &str,
        once: &Once,
    ) -> PortResult<PasswordCode> {
        self.told_code(customer, reason, once)
    }

    fn remove_factor(&self, customer: &str, reason: &str, once: &Once) -> PortResult<PersonView> {
        self.without_factor(customer, reason, once)
    }

    fn lock_person(
        &self,
        customer: &str,
        locked: bool,
        reason: &str,
        once: &Once,
    ) -> PortResult<PersonView> {
        self.locked_person(customer, locked, reason, once)
    }

    fn issue_key(&self, key: NewKey, once: &Once) -> PortResult<KeyView> {
        self.issued_key(&key, once)
    }

    fn rotate_key(&self, name: &str, reason: &str, once: &Once) -> PortResult<KeyView> {
        self.rotated_key(name, reason, once)
    }

    fn revoke_key(&self, name: &str, reason: &str, once: &Once) -> PortResult<()> {
        self.revoked_key(name, reason, once)
    }

    fn office(&self, by: &TokenRecord) -> PortResult<OfficeView> {
        let owner = &self.office.settings().owner;
        let policy = self.office.read(|seen| seen.policy.clone());
        let seconds = |pick: fn(&kantor_engine::Policy) -> i64| {
            policy
                .as_ref()
                .map_or(0, |policy| u32::try_from(pick(policy)).unwrap_or(0))
        };
        Ok(OfficeView {
            name: owner.name.clone(),
            owner: party(owner),
            head: self.office.head(),
            now: self.office.now().to_string(),
            principal: by.name.clone(),
            role: by.role,
            quote_seconds: seconds(|policy| policy.quote_seconds),
            order_minutes: seconds(|policy| policy.order_seconds) / 60,
        })
    }

    fn currencies(&self) -> PortResult<Vec<CurrencyView>> {
        Ok(self
            .office
            .read(|seen| seen.currencies.iter().copied().map(currency_view).collect()))
    }

    fn add_currency(&self, code: &str, once: &Once) -> PortResult<CurrencyView> {
        let currency = read::currency(code)?;
        self.desk_act(Command::DefineCurrency { currency }, once)?;
        Ok(currency_view(currency))
    }

    fn office_accounts(&self) -> PortResult<Vec<AccountView>> {
        let (accounts, waiting) = self.office.read(|seen| {
            let accounts: Vec<_> = seen.accounts.values().cloned().collect();
            let mut waiting: BTreeMap<AccountId, Money> = BTreeMap::new();
            for payout in seen.payouts.values() {
                if views::still_owed(payout.state) {
                    let money = payout.facts.amount;
                    let sum = waiting
                        .entry(payout.facts.account)
                        .or_insert(Money::zero(money.currency()));
                    // The ledger holds the same sum, so it cannot be too large.
                    *sum = sum.plus(money).unwrap_or(*sum);
                }
            }
            (accounts, waiting)
        });
        accounts
            .iter()
            .map(|account| {
                let waiting = waiting
                    .get(&account.account)
                    .copied()
                    .unwrap_or(Money::zero(account.currency()));
                self.account_view(account, waiting)
            })
            .collect()
    }

    fn books(&self) -> PortResult<BooksView> {
        let books = self.office.read(super::books::books);
        books.map_err(|error| PortError::Down(error.to_string()))
    }

    fn rules(&self) -> PortResult<RulesDocument> {
        let policy = self.office.read(|seen| seen.policy.clone());
        Ok(rules::document(&policy.unwrap_or(Policy::initial())))
    }

    fn set_rules(&self, document: RulesDocument, once: &Once) -> PortResult<RulesDocument> {
        let policy = rules::policy(&document)?;
        self.desk_act(Command::SetPolicy { policy }, once)?;
        self.rules()
    }

    fn try_rules(&self, document: RulesDocument) -> PortResult<Vec<WhatIfView>> {
        let policy = rules::policy(&document)?;
        // A copy, so that nobody waits until every held order is looked at.
        let seen = self.office.read(Clone::clone);
        let would = what_if(&seen, &policy, self.office.now());
        let would = would.map_err(|refusal| refuse(refusal.into()))?;
        Ok(would
            .iter()
            .map(|what| rules::what_if_view(&seen, what))
            .collect())
    }

    fn line_rules(&self) -> PortResult<LineRulesDocument> {
        Ok(self
            .office
            .read(|seen| rules::line_document(&seen.line_rules)))
    }

    fn set_line_rules(
        &self,
        document: LineRulesDocument,
        once: &Once,
    ) -> PortResult<LineRulesDocument> {
        let rules = rules::line_rules(&document)?;
        self.desk_act(Command::SetLineRules { rules }, once)?;
        self.line_rules()
    }

    fn add_office_account(&self, new: NewAccount, once: &Once) -> PortResult<AccountView> {
        let currency = read::currency(&new.currency)?;
        let command = Command::OpenAccount {
            iban: read::iban(&new.iban)?,
            name: new.name,
            fallback: new.default,
            opening: read::money(&new.opening.amount, currency)?,
            opened_on: read::date(&new.opening.date)?,
            last_statement: new.last_statement,
        };
        let answer = self.desk_act(command, once)?;
        let Answer::Account(id) = answer else {
            return Err(PortError::Down(format!(
                "an account was answered {answer:?}"
            )));
        };
        after_the_act(self.office_accounts())?
            .into_iter()
            .find(|account| account.id == id.to_string())
            .ok_or_else(|| missing("no_account", "There is no such account."))
    }

    fn rate_table(&self) -> PortResult<RateTableView> {
        let table = self.office.read(|seen| seen.current_rates().cloned());
        let Some(table) = table else {
            return Ok(RateTableView {
                version: 0,
                at: None,
                source: String::new(),
                rates: Vec::new(),
            });
        };
        Ok(RateTableView {
            version: table.version.0,
            at: Some(table.published.to_string()),
            source: table.source.clone(),
            rates: table
                .lines
                .iter()
                .map(|line| RateRow {
                    base: line.base().code().to_owned(),
                    quote: line.quote().code().to_owned(),
                    buy: line.buy.value().to_string(),
                    sell: line.sell.value().to_string(),
                    mid: line.mid.value().to_string(),
                })
                .collect(),
        })
    }

    fn publish_rates(&self, rates: NewRates, once: &Once) -> PortResult<RateTableView> {
        let lines = rates
            .rates
            .iter()
            .map(read::rate_line)
            .collect::<Result<_, _>>()?;
        let source = rates.source;
        self.desk_act(Command::PublishRates { source, lines }, once)?;
        self.rate_table()
    }

    fn office_orders(
        &self,
        state: Option<OrderState>,
        after: Option<&str>,
        limit: u32,
    ) -> PortResult<Page<OrderView>> {
        let before = after.and_then(number).unwrap_or(u64::MAX);
        let wanted = limit as usize;
        let state = state.and_then(views::engine_state);
        let mut ids: Vec<OrderId> = self.office.read(|seen| match state {
            Some(state) => {
                let listed = seen.lists.in_state(state, OrderId(before));
                listed.rev().take(wanted + 1).collect()
            }
            None => {
                let all = seen.orders.range(..OrderId(before)).rev();
                all.map(|(id, _)| *id).take(wanted + 1).collect()
            }
        });
        let more = ids.len() > wanted;
        ids.truncate(wanted);
        let mut items = Vec::with_capacity(ids.len());
        for id in &ids {
            items.extend(self.order_view(*id, false)?);
        }
        Ok(Page {
            items,
            next: ids.last().filter(|_| more).map(ToString::to_string),
        })
    }

    fn office_order(&self, order: &str) -> PortResult<OrderView> {
        self.view_of_order(order_id(order)?)
    }

    fn act(
        &self,
        order: &str,
        act: OrderAct,
        seen: Option<String>,
        once: &Once,
    ) -> PortResult<OrderView> {
        let order = order_id(order)?;
        let command = match act {
            OrderAct::Cancel { reason } => Command::CancelOrder { order, reason },
            OrderAct::Confirm { reason } => Command::ConfirmOrder { order, reason },
            OrderAct::Refund { reason } => Command::RefundOrder { order, reason },
            OrderAct::Reprice { rate, reason } => Command::RepriceOrder {
                order,
                rate: rate.parse().map_err(|_| {
                    super::refused::unreadable(
                        "rate-unreadable",
                        "the rate is no decimal number; write it like 4.2815",
                    )
                })?,
                reason,
            },
        };
        let seen = seen.map(|seen| Seen::Order(order, seen));
        self.done_once(Request::new(staff(once), command).as_seen(seen), once)?;
        after_the_act(self.view_of_order(order))
    }

    fn store_file(&self, bytes: Vec<u8>) -> PortResult<FileStored> {
        let stored = self
            .office
            .store_file(&mut bytes.as_slice())
            .map_err(refuse)?;
        Ok(FileStored {
            sha256: stored.hash.to_string(),
            length: stored.length,
        })
    }

    fn import(&self, ask: ImportAsk, once: &Once) -> PortResult<ImportOutcome> {
        self.take_in(&ask, once)
    }

    fn undo_import(&self, file: &str, ask: UndoAsk, once: &Once) -> PortResult<()> {
        let file = read::digest(file)?;
        let reason = ask.reason;
        let request = Request::new(staff(once), Command::UndoImport { file, reason })
            .as_seen(ask.seen.map(|booked| Seen::Import(file, booked)));
        self.done_once(request, once)?;
        Ok(())
    }

    fn suspense(&self) -> PortResult<Vec<LineView>> {
        self.questions()
    }

    fn book_line(&self, account: &str, ordinal: u64, ask: BookAsk, once: &Once) -> PortResult<()> {
        let line = line_id(account, ordinal)?;
        let request = Request::book_line(staff(once), line, ask.ledger_account, ask.reason)
            .as_seen(ask.seen.map(|seen| Seen::Line(line, seen)));
        self.done_once(request, once)?;
        Ok(())
    }

    fn allocate_line(
        &self,
        account: &str,
        ordinal: u64,
        ask: AllocateAsk,
        once: &Once,
    ) -> PortResult<OrderView> {
        let line = line_id(account, ordinal)?;
        let order = order_id(&ask.order)?;
        let seen_line = ask.seen.map(|seen| Seen::Line(line, seen));
        let seen_order = ask.seen_order.map(|seen| Seen::Order(order, seen));
        let request = Request::allocate(staff(once), line, order, ask.reason)
            .as_seen(seen_line.into_iter().chain(seen_order));
        self.done_once(request, once)?;
        after_the_act(self.view_of_order(order))
    }

    fn payouts(&self, state: Option<PayoutState>) -> PortResult<Vec<PayoutView>> {
        let payouts: Vec<_> = self.office.read(|seen| {
            seen.payouts
                .values()
                .filter(|payout| {
                    let shown = views::payout_state(payout.state);
                    shown.is_some() && (state.is_none() || state == shown)
                })
                .copied()
                .collect()
        });
        let mut shown = Vec::with_capacity(payouts.len());
        for payout in &payouts {
            shown.extend(self.payout_view(payout)?);
        }
        Ok(shown)
    }

    fn new_batch(&self, ask: NewBatch, once: &Once) -> PortResult<BatchView> {
        let (account, date) = (account_id(&ask.account)?, read::date(&ask.date)?);
        let command = self
            .office
            .batch_of_all_due(account, date)
            .map_err(transfers)?;
        match self.desk_act(command, once)? {
            Answer::Batch(id) => self.batch_view(id),
            other => Err(PortError::Down(format!("a batch was answered {other:?}"))),
        }
    }

    fn batches(&self) -> PortResult<Vec<BatchView>> {
        let ids: Vec<BatchId> = self
            .office
            .read(|seen| seen.batches.keys().rev().copied().collect());
        ids.into_iter().map(|id| self.batch_view(id)).collect()
    }

    fn batch(&self, batch: &str) -> PortResult<BatchDetail> {
        self.batch_detail(batch_id(batch)?)
    }

    fn approve_batch(&self, batch: &str, once: &Once) -> PortResult<BatchView> {
        let batch = batch_id(batch)?;
        self.desk_act(Command::ApproveBatch { batch, seen: None }, once)?;
        self.batch_view(batch)
    }

    fn store_batch_file(
        &self,
        batch: &str,
        format: &str,
        pack: &str,
        bytes: Vec<u8>,
        once: &Once,
    ) -> PortResult<BatchView> {
        let id = batch_id(batch)?;
        self.office
            .archive_transfer_file(&staff(once), id, format, pack, &bytes, act_once(once))
            .map_err(transfers)?;
        self.batch_view(id)
    }

    fn batch_file(&self, batch: &str) -> PortResult<(String, Vec<u8>)> {
        let id = batch_id(batch)?;
        let (_, bytes) = self.office.transfer_file(id).map_err(transfers)?;
        let name = self
            .office
            .read(|seen| seen.batches.get(&id).map(file_name))
            .unwrap_or_default();
        Ok((name, bytes))
    }

    fn void_batch(&self, batch: &str, ask: VoidAsk, once: &Once) -> PortResult<BatchView> {
        let batch = batch_id(batch)?;
        let Actor::Staff(by) = staff(once) else {
            return Err(PortError::Down("nobody asks".to_owned()));
        };
        let command = Command::VoidBatch {
            batch,
            reason: ask.reason,
            attested_by: vec![by, ask.attested_by],
        };
        self.desk_act(command, once)?;
        self.batch_view(batch)
    }
}
