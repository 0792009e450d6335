//! The customers' side of the port.

use std::net::IpAddr;
use std::time::{Duration, Instant};

use kantor_engine::rates::{RateTable, Terms};
use kantor_engine::{
    Actor, Answer, Command, CustomerAccountId, CustomerId, OrderId, RateVersion, Refusal,
};
use kantor_model::Moment;
use kantor_office::{CustomerAccountRecord, ExecuteError, Request};
use kantor_wire::{
    CustomerAccount, CustomerOrder, CustomerView, Language, LoginAsk, NewCustomerAccount, NewOrder,
    Page, Problem, PublicRate, PublicRates, QuoteAsk, QuoteView, Registration,
};
use serde::{Deserialize, Serialize};

use super::access::fields_refused;
use super::refused::{after_the_act, missing, people, refuse, refused, sentence};
use super::{LocalOffice, number, once_of, read, salt, views};
use crate::checks;
use crate::port::{
    CustomerPort, Followed, Greeting, Key, NewFactor, NewSession, News, PortError, PortResult,
    SessionToken, Watched,
};
use crate::secrets::sha256_hex;

fn no_order() -> PortError {
    missing(
        "no_order",
        "There is no such order. Look at the list of orders.",
    )
}

fn no_quote() -> PortError {
    missing(
        "quote-not-found",
        "This quote is not known any more. Ask for a new one.",
    )
}

fn quote_accepted() -> PortError {
    Problem::new(
        409,
        "quote-accepted",
        "Accepted before",
        "An order was placed from this quote already. Look at the list of orders, or ask for a new \
         quote.",
    )
    .into()
}

fn quote_ended() -> PortError {
    Problem::new(
        409,
        "quote-ended",
        "The quote has ended",
        "This rate is no longer valid, so no order was placed. Ask for a new quote and order again.",
    )
    .into()
}

fn account(record: &CustomerAccountRecord) -> CustomerAccount {
    CustomerAccount {
        id: record.account.to_string(),
        iban: record.iban.as_str().to_owned(),
        currency: record.currency.code().to_owned(),
        bank: views::bank_name(&record.iban),
        name: Some(record.name.clone()).filter(|name| !name.is_empty()),
    }
}

fn quote_view(id: Option<String>, terms: &Terms, until: Moment) -> QuoteView {
    QuoteView {
        id,
        gives: views::amount(terms.gives),
        gets: views::amount(terms.gets),
        rate: views::rate(terms),
        valid_until: until.to_string(),
    }
}

fn refuse_quote(error: kantor_engine::rates::QuoteError) -> PortError {
    refused(&Refusal::Quote(error)).into()
}

/// A quote as it is kept.
#[derive(Serialize, Deserialize)]
struct Promise {
    ask: QuoteAsk,
    rates: u64,
    view: QuoteView,
}

fn promise(body: &[u8]) -> PortResult<Promise> {
    serde_json::from_slice(body).map_err(|_| no_quote())
}

fn moment(text: &str) -> Option<Moment> {
    text.parse().ok()
}

fn principal(customer: CustomerId) -> String {
    format!("customer:{customer}")
}

impl LocalOffice {
    fn current_rates(&self) -> PortResult<(RateTable, i64)> {
        self.office
            .read(|seen| {
                let policy = seen.policy.as_ref();
                let seconds = policy.map_or(0, |policy| policy.quote_seconds);
                Some((seen.current_rates()?.clone(), seconds))
            })
            .ok_or_else(|| refused(&Refusal::NoRates).into())
    }

    /// What an exchange would cost now: the quote, and the version of the rates it stands on.
    fn priced(&self, id: Option<String>, ask: &QuoteAsk) -> PortResult<(QuoteView, u64)> {
        let (table, seconds) = self.current_rates()?;
        let (fixed, other) = read::fixed(ask)?;
        let terms = table.terms(fixed, other).map_err(refuse_quote)?;
        let until = self.office.now().plus_seconds(seconds);
        Ok((quote_view(id, &terms, until), table.version.0))
    }

    fn own_order(&self, customer: CustomerId, order: &str) -> PortResult<OrderId> {
        let order = number(order).map(OrderId).ok_or_else(no_order)?;
        let owner = self
            .office
            .read(|seen| seen.orders.get(&order).map(|order| order.facts.customer));
        match owner {
            Some(owner) if owner == customer => Ok(order),
            Some(_) | None => Err(no_order()),
        }
    }

    fn order_after(&self, answer: &Answer) -> PortResult<CustomerOrder> {
        match answer {
            Answer::Order(id) => {
                let shown = after_the_act(self.customer_order(*id, true));
                shown?.ok_or_else(no_order)
            }
            other => Err(PortError::Down(format!("an order was answered {other:?}"))),
        }
    }

    fn act_on_own(
        &self,
        session: &SessionToken,
        order: &str,
        once: &Key,
        command: impl FnOnce(OrderId) -> Command,
    ) -> PortResult<CustomerOrder> {
        let customer = self.holder(session)?;
        let id = self.own_order(customer, order)?;
        let request = Request::new(Actor::Customer(customer), command(id))
            .once(Some(once_of(&principal(customer), once)));
        let answer = self.office.execute(request).map_err(refuse)?;
        self.order_after(&answer)
    }

    /// A customer as he sees himself.
    fn customer(&self, customer: CustomerId) -> PortResult<CustomerView> {
        let person = self
            .office
            .person(customer)
            .map_err(people)?
            .ok_or_else(|| missing("no_customer", "This customer's data was erased."))?;
        Ok(CustomerView {
            id: customer.to_string(),
            name: person.name(),
            city: format!("{} {}", person.postal_code, person.city),
            email: person.email,
            phone: person.phone,
            street: person.street,
        })
    }

    /// The order that a tag was given for; a tag of nobody's making belongs to nothing.
    fn tagged(&self, tag: &str) -> Option<OrderId> {
        let (id, _) = tag.split_once('.')?;
        let order = OrderId(number(id)?);
        let right = self.tag(order).ok()?;
        crate::secrets::same(&right, tag).then_some(order)
    }

    fn tag(&self, order: OrderId) -> PortResult<String> {
        let secret = self.follow_secret()?;
        // Two rounds, so that a known tag of one order says nothing about another's.
        let inner = sha256_hex(format!("{secret}\0{order}").as_bytes());
        let proof = sha256_hex(format!("{secret}\0{inner}").as_bytes());
        Ok(format!("{order}.{proof}"))
    }

    /// What tags are made with; every process of the office has the same.
    fn follow_secret(&self) -> PortResult<&str> {
        if let Some(known) = self.access.follow_secret.get() {
            return Ok(known);
        }
        let secret = self.office.secret("follow", &salt()?).map_err(people)?;
        Ok(self.access.follow_secret.get_or_init(|| secret))
    }

    fn version_of(&self, order: OrderId) -> u64 {
        self.office.version_of(order)
    }

    /// What is newer than it was seen.
    fn newer(&self, watched: &Watched, orders: &[(&String, OrderId, u64)]) -> News {
        let version = self
            .office
            .read(|seen| seen.current_rates().map_or(0, |table| table.version.0));
        News {
            rates: watched
                .rates
                .filter(|seen| version > *seen)
                .map(|_| version),
            orders: orders
                .iter()
                .map(|(tag, order, seen)| (*tag, self.version_of(*order), *seen))
                .filter(|(_, version, seen)| version > seen)
                .map(|(tag, version, _)| (tag.clone(), version))
                .collect(),
        }
    }
}

impl CustomerPort for LocalOffice {
    fn ready(&self) -> PortResult<()> {
        self.office.ready().map_err(refuse)
    }

    fn greet(&self, session: Option<&SessionToken>) -> PortResult<Greeting> {
        let holder = session.map(|session| self.holder(session));
        let customer = match holder {
            Some(Ok(customer)) => Some(self.customer(customer)?),
            // A session that ended is no session; one that cannot be looked up may be one.
            Some(Err(PortError::Refused(problem))) if problem.status == 401 => None,
            Some(Err(error)) => return Err(error),
            None => None,
        };
        Ok(Greeting {
            now: self.office.now(),
            office: self.office.settings().owner.name.clone(),
            customer,
        })
    }

    fn register(&self, form: &Registration, from: Option<IpAddr>, once: &Key) -> PortResult<()> {
        self.enrol(form, from, once)
    }

    fn log_in(
        &self,
        ask: &LoginAsk,
        from: Option<IpAddr>,
        older: Option<&SessionToken>,
    ) -> PortResult<NewSession> {
        self.begin(ask, from, older)
    }

    fn log_in_with_code(
        &self,
        pass: &str,
        code: &str,
        from: Option<IpAddr>,
        older: Option<&SessionToken>,
    ) -> PortResult<NewSession> {
        self.finish(pass, code, from, older)
    }

    fn forgot_password(
        &self,
        email: &str,
        language: Language,
        from: Option<IpAddr>,
    ) -> PortResult<()> {
        self.forgotten(email, language, from)
    }

    fn choose_password(&self, code: &str, password: &str, from: Option<IpAddr>) -> PortResult<()> {
        self.new_password(code, password, from)
    }

    fn has_factor(&self, session: &SessionToken) -> PortResult<bool> {
        self.is_factor_on(self.holder(session)?)
    }

    fn new_factor(&self, session: &SessionToken) -> PortResult<Option<NewFactor>> {
        self.begun_factor(self.holder(session)?)
    }

    fn set_factor(&self, session: &SessionToken, on: bool, code: &str) -> PortResult<()> {
        self.judged_factor(self.holder(session)?, on, code)
    }

    fn log_out(&self, session: &SessionToken) -> PortResult<()> {
        self.office.end_session(&session.hash()).map_err(people)
    }

    fn speaks(&self, session: &SessionToken, language: Language) -> PortResult<()> {
        let customer = self.holder(session)?;
        self.office
            .set_language(customer, language.code())
            .map_err(people)
    }

    fn rates(&self) -> PortResult<PublicRates> {
        let Some(table) = self.office.read(|seen| seen.current_rates().cloned()) else {
            return Ok(PublicRates {
                version: 0,
                at: None,
                rates: Vec::new(),
            });
        };
        Ok(PublicRates {
            version: table.version.0,
            at: Some(table.published.to_string()),
            rates: table
                .lines
                .iter()
                .map(|line| PublicRate {
                    base: line.base().code().to_owned(),
                    quote: line.quote().code().to_owned(),
                    buy: line.buy.value().to_string(),
                    sell: line.sell.value().to_string(),
                })
                .collect(),
        })
    }

    fn price(&self, ask: &QuoteAsk) -> PortResult<QuoteView> {
        Ok(self.priced(None, ask)?.0)
    }

    fn quote(&self, session: &SessionToken, ask: &QuoteAsk, once: &Key) -> PortResult<QuoteView> {
        let customer = self.holder(session)?;
        let named = format!("{}\0{}\0{}", principal(customer), once.key, once.body);
        let id: String = sha256_hex(named.as_bytes()).chars().take(24).collect();
        let kept = || self.office.quote(&id, customer).map_err(people);
        if let Some(kept) = kept()? {
            return Ok(promise(&kept)?.view);
        }
        let (view, rates) = self.priced(Some(id.clone()), ask)?;
        let until = moment(&view.valid_until).unwrap_or_else(|| self.office.now());
        let made = Promise {
            ask: ask.clone(),
            rates,
            view,
        };
        // Plain structs of strings and numbers always have a JSON form.
        let body = serde_json::to_vec(&made).unwrap_or_default();
        self.office
            .keep_quote(&id, customer, until, body)
            .map_err(people)?;
        // The same question may have been asked twice at once: the first answer is the promise.
        Ok(promise(&kept()?.ok_or_else(no_quote)?)?.view)
    }

    fn quote_by_id(&self, session: &SessionToken, quote: &str) -> PortResult<QuoteView> {
        let customer = self.holder(session)?;
        let kept = self.office.quote(quote, customer).map_err(people)?;
        Ok(promise(&kept.ok_or_else(no_quote)?)?.view)
    }

    fn accounts(&self, session: &SessionToken) -> PortResult<Vec<CustomerAccount>> {
        let customer = self.holder(session)?;
        let accounts = self.office.customer_accounts(customer).map_err(people)?;
        Ok(accounts.iter().map(account).collect())
    }

    fn add_account(
        &self,
        session: &SessionToken,
        new: &NewCustomerAccount,
        once: &Key,
    ) -> PortResult<CustomerAccount> {
        let customer = self.holder(session)?;
        let new = checks::account(new).map_err(fields_refused)?;
        let (iban, currency) = (read::iban(&new.iban)?, read::currency(&new.currency)?);
        // Adding what is there already is done already, whatever the key.
        let known = self.office.customer_accounts(customer).map_err(people)?;
        if let Some(known) = known
            .iter()
            .find(|known| known.iban == iban && known.currency == currency)
        {
            return Ok(account(known));
        }
        let once = Some(once_of(&principal(customer), once));
        let id = self
            .office
            .add_customer_account(customer, iban, currency, &new.name, &salt()?, once)
            .map_err(people)?;
        let record = self.office.customer_account(id).map_err(people);
        after_the_act(record)?
            .as_ref()
            .map(account)
            .ok_or_else(|| missing("account-not-found", "The account was erased."))
    }

    fn remove_account(&self, session: &SessionToken, account: &str) -> PortResult<()> {
        let customer = self.holder(session)?;
        let account = number(account).map(CustomerAccountId).ok_or_else(|| {
            missing(
                "account-not-found",
                "This account is not in your profile. Look at the list of accounts.",
            )
        })?;
        self.office
            .remove_customer_account(customer, account)
            .map_err(people)
    }

    fn place_order(
        &self,
        session: &SessionToken,
        order: &NewOrder,
        once: &Key,
    ) -> PortResult<CustomerOrder> {
        let customer = self.holder(session)?;
        let once = once_of(&principal(customer), once);
        // The quote of an order whose answer got lost may be forgotten; the order is not.
        if let Some(answer) = self.office.answered(&once).map_err(refuse)? {
            return self.order_after(&answer);
        }
        let kept = self.office.quote(&order.quote, customer).map_err(people)?;
        let promise = promise(&kept.ok_or_else(no_quote)?)?;
        let (fixed, other) = read::fixed(&promise.ask)?;
        let until = moment(&promise.view.valid_until);
        let ended = until.is_none_or(|until| self.office.now() > until);
        let own = |id: &str| {
            number(id)
                .map(CustomerAccountId)
                .unwrap_or(CustomerAccountId(0))
        };
        let command = Command::PlaceOrder {
            customer,
            fixed,
            other,
            // A quote that has ended is asked for with no table at all: the act itself is refused,
            // and a repeated request is still answered as the first time.
            rates: RateVersion(if ended { 0 } else { promise.rates }),
            pays_from: own(&order.pay_from),
            paid_to: own(&order.pay_to),
        };
        let request = Request::new(Actor::Customer(customer), command)
            .accepting(&order.quote)
            .once(Some(once));
        match self.office.execute(request) {
            Ok(answer) => self.order_after(&answer),
            Err(ExecuteError::Refused(Refusal::RatesOutdated)) if ended => Err(quote_ended()),
            Err(ExecuteError::Side(_)) => Err(quote_accepted()),
            Err(error) => Err(refuse(error)),
        }
    }

    fn orders(
        &self,
        session: &SessionToken,
        after: Option<&str>,
        limit: u32,
    ) -> PortResult<Page<CustomerOrder>> {
        let customer = self.holder(session)?;
        let before = after.and_then(number).map_or(u64::MAX, |id| id);
        let wanted = limit as usize;
        let mut ids: Vec<OrderId> = self.office.read(|seen| {
            let own = seen.lists.of_customer(customer, OrderId(before));
            own.rev().take(wanted + 1).collect()
        });
        let more = ids.len() > wanted;
        ids.truncate(wanted);
        let mut items = Vec::with_capacity(ids.len());
        for id in &ids {
            items.extend(self.customer_order(*id, false)?);
        }
        Ok(Page {
            items,
            next: ids.last().filter(|_| more).map(ToString::to_string),
        })
    }

    fn order(&self, session: &SessionToken, order: &str) -> PortResult<CustomerOrder> {
        let id = self.own_order(self.holder(session)?, order)?;
        self.customer_order(id, true)?.ok_or_else(no_order)
    }

    fn cancel_order(
        &self,
        session: &SessionToken,
        order: &str,
        once: &Key,
    ) -> PortResult<CustomerOrder> {
        self.act_on_own(session, order, once, |order| Command::CancelOrder {
            order,
            reason: sentence("the customer cancelled"),
        })
    }

    fn consent(
        &self,
        session: &SessionToken,
        order: &str,
        accept: bool,
        once: &Key,
    ) -> PortResult<CustomerOrder> {
        self.act_on_own(session, order, once, |order| {
            if accept {
                Command::AcceptRate { order }
            } else {
                Command::DeclineRate { order }
            }
        })
    }

    fn follow(&self, session: &SessionToken, order: &str) -> PortResult<Followed> {
        let order = self.own_order(self.holder(session)?, order)?;
        Ok(Followed {
            tag: self.tag(order)?,
            version: self.version_of(order),
        })
    }

    fn news(&self, watched: &Watched, at_most: Duration) -> PortResult<News> {
        let orders: Vec<(&String, OrderId, u64)> = watched
            .orders
            .iter()
            .filter_map(|(tag, seen)| Some((tag, self.tagged(tag)?, *seen)))
            .collect();
        let end = Instant::now() + at_most;
        loop {
            let head = self.office.head();
            let news = self.newer(watched, &orders);
            let left = end.saturating_duration_since(Instant::now());
            if news != News::default() || left.is_zero() {
                return Ok(news);
            }
            self.office.wait(head, left);
        }
    }
}
