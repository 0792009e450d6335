//! The customers' side of the port.

use kantor_engine::rates::{RateTable, Terms};
use kantor_engine::{
    Actor, Answer, Command, CustomerAccountId, CustomerId, OrderId, RateVersion, Refusal,
};
use kantor_office::{CustomerAccountRecord, ExecuteError, NewPerson, Request};
use kantor_wire::{
    CustomerAccount, CustomerOrder, CustomerView, NewCustomerAccount, NewOrder, Page, Problem,
    PublicRate, PublicRates, QuoteAsk, QuoteView,
};

use super::promises::Promise;
use super::refused::{missing, people, refuse, refused, sentence};
use super::{LocalOffice, number, once as act_once, read, salt, views};
use crate::port::{
    Credentials, CustomerPort, NewCustomer, Once, PortError, PortResult, SessionRecord,
};
use crate::secrets::sha256_hex;

fn customer_id(id: &str) -> PortResult<CustomerId> {
    number(id)
        .map(CustomerId)
        .ok_or_else(|| missing("no_customer", "There is no such customer; register first."))
}

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

fn quote_view(id: Option<String>, terms: &Terms, until: kantor_model::Moment) -> QuoteView {
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

    fn own_order(&self, customer: &str, order: &str) -> PortResult<OrderId> {
        let customer = customer_id(customer)?;
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
            Answer::Order(id) => self.customer_order(*id, true)?.ok_or_else(no_order),
            other => Err(PortError::Down(format!("an order was answered {other:?}"))),
        }
    }

    fn act_on_own(
        &self,
        customer: &str,
        order: &str,
        once: &Once,
        command: impl FnOnce(OrderId) -> Command,
    ) -> PortResult<CustomerOrder> {
        let id = self.own_order(customer, order)?;
        let by = Actor::Customer(customer_id(customer)?);
        let request = Request::new(by, command(id)).once(act_once(once));
        let answer = self.office.execute(request).map_err(refuse)?;
        self.order_after(&answer)
    }
}

impl CustomerPort for LocalOffice {
    fn office_name(&self) -> PortResult<String> {
        Ok(self.office.settings().owner.name.clone())
    }

    fn register(&self, customer: NewCustomer, once: &Once) -> PortResult<CustomerView> {
        let person = NewPerson {
            first_name: customer.first_name,
            last_name: customer.last_name,
            pesel: customer.pesel,
            email: customer.email,
            phone: customer.phone,
            street: customer.street,
            postal_code: customer.postal_code,
            city: customer.city,
            password_hash: customer.password_hash,
        };
        let id = self
            .office
            .register(&person, &salt()?, act_once(once))
            .map_err(people)?;
        self.customer(&id.to_string())
    }

    fn credentials(&self, email: &str) -> PortResult<Option<Credentials>> {
        let login = self.office.login(email).map_err(people)?;
        Ok(login.map(|(customer, password_hash)| Credentials {
            customer: customer.to_string(),
            password_hash,
        }))
    }

    fn customer(&self, customer: &str) -> PortResult<CustomerView> {
        let person = self
            .office
            .person(customer_id(customer)?)
            .map_err(people)?
            .ok_or_else(|| missing("no_customer", "This customer's data was erased."))?;
        Ok(CustomerView {
            id: customer.to_owned(),
            name: person.name(),
            city: format!("{} {}", person.postal_code, person.city),
            email: person.email,
            phone: person.phone,
            street: person.street,
        })
    }

    fn save_session(&self, session: SessionRecord) -> PortResult<()> {
        let session = kantor_office::SessionRecord {
            token_hash: session.token_hash,
            customer: customer_id(&session.customer)?,
            until: session.until,
        };
        self.office.save_session(&session).map_err(people)
    }

    fn session(&self, token_hash: &str) -> PortResult<Option<SessionRecord>> {
        let session = self.office.session(token_hash).map_err(people)?;
        Ok(session.map(|session| SessionRecord {
            token_hash: session.token_hash,
            customer: session.customer.to_string(),
            until: session.until,
        }))
    }

    fn end_session(&self, token_hash: &str) -> PortResult<()> {
        self.office.end_session(token_hash).map_err(people)
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

    fn price(&self, ask: QuoteAsk) -> PortResult<QuoteView> {
        let (table, seconds) = self.current_rates()?;
        let (fixed, other) = read::fixed(&ask)?;
        let terms = table.terms(fixed, other).map_err(refuse_quote)?;
        let until = self.office.now().plus_seconds(seconds);
        Ok(quote_view(None, &terms, until))
    }

    fn quote(&self, customer: &str, ask: QuoteAsk, once: &Once) -> PortResult<QuoteView> {
        let customer = customer_id(customer)?;
        let named = format!("{}\0{}\0{}", once.principal, once.key, once.body);
        let id: String = sha256_hex(named.as_bytes()).chars().take(24).collect();
        if let Some(kept) = self.promises.find(&id, customer) {
            return Ok(kept.view);
        }
        let (table, seconds) = self.current_rates()?;
        let (fixed, other) = read::fixed(&ask)?;
        let terms = table.terms(fixed, other).map_err(refuse_quote)?;
        let now = self.office.now();
        let until = now.plus_seconds(seconds);
        let view = quote_view(Some(id.clone()), &terms, until);
        let promise = Promise::new(customer, fixed, other, table.version, until, view.clone());
        if self.promises.keep(&id, promise, now) {
            Ok(view)
        } else {
            Err(PortError::Down("too many quotes are open".to_owned()))
        }
    }

    fn quote_by_id(&self, customer: &str, quote: &str) -> PortResult<QuoteView> {
        self.promises
            .find(quote, customer_id(customer)?)
            .map(|promise| promise.view)
            .ok_or_else(no_quote)
    }

    fn accounts(&self, customer: &str) -> PortResult<Vec<CustomerAccount>> {
        let accounts = self
            .office
            .customer_accounts(customer_id(customer)?)
            .map_err(people)?;
        Ok(accounts.iter().map(account).collect())
    }

    fn add_account(
        &self,
        customer: &str,
        new: NewCustomerAccount,
        once: &Once,
    ) -> PortResult<CustomerAccount> {
        let customer = customer_id(customer)?;
        let (iban, currency) = (read::iban(&new.iban)?, read::currency(&new.currency)?);
        // Adding what is there already is done already, whatever the key.
        let known = self.office.customer_accounts(customer).map_err(people)?;
        if let Some(known) = known
            .iter()
            .find(|known| known.iban == iban && known.currency == currency)
        {
            return Ok(account(known));
        }
        let id = self
            .office
            .add_customer_account(
                customer,
                iban,
                currency,
                &new.name,
                &salt()?,
                act_once(once),
            )
            .map_err(people)?;
        let record = self.office.customer_account(id).map_err(people)?;
        record
            .as_ref()
            .map(account)
            .ok_or_else(|| missing("account-not-found", "The account was erased."))
    }

    fn remove_account(&self, customer: &str, account: &str, _once: &Once) -> PortResult<()> {
        // Taking out what is out already changes nothing, so the act needs no key.
        let customer = customer_id(customer)?;
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
        customer: &str,
        order: NewOrder,
        once: &Once,
    ) -> PortResult<CustomerOrder> {
        let customer = customer_id(customer)?;
        // The quote of an order whose answer got lost may be forgotten, by a restart; the order is not.
        if let Some(once) = act_once(once)
            && let Some(answer) = self.office.answered(&once).map_err(refuse)?
        {
            return self.order_after(&answer);
        }
        let promise = self
            .promises
            .find(&order.quote, customer)
            .ok_or_else(no_quote)?;
        let ended = self.office.now() > promise.until;
        if !self.promises.accept(&order.quote, &once.key) {
            return Err(Problem::new(
                409,
                "quote-accepted",
                "Accepted before",
                "An order was placed from this quote already. Look at the list of orders, or ask \
                 for a new quote.",
            )
            .into());
        }
        let own = |id: &str| {
            number(id)
                .map(CustomerAccountId)
                .unwrap_or(CustomerAccountId(0))
        };
        let command = Command::PlaceOrder {
            customer,
            fixed: promise.fixed,
            other: promise.other,
            // A quote that has ended is asked for with no table at all: the act itself is refused,
            // and a repeated request is still answered as the first time.
            rates: if ended { RateVersion(0) } else { promise.rates },
            pays_from: own(&order.pay_from),
            paid_to: own(&order.pay_to),
        };
        let request = Request::new(Actor::Customer(customer), command).once(act_once(once));
        match self.office.execute(request) {
            Ok(answer) => self.order_after(&answer),
            Err(error) => {
                if let ExecuteError::Refused(_) = error {
                    self.promises.release(&order.quote);
                }
                match error {
                    ExecuteError::Refused(Refusal::RatesOutdated) if ended => Err(quote_ended()),
                    error => Err(refuse(error)),
                }
            }
        }
    }

    fn orders(
        &self,
        customer: &str,
        after: Option<&str>,
        limit: u32,
    ) -> PortResult<Page<CustomerOrder>> {
        let customer = customer_id(customer)?;
        let before = after.and_then(number).map_or(u64::MAX, |id| id);
        let wanted = limit as usize;
        let mut ids: Vec<OrderId> = self.office.read(|seen| {
            seen.orders
                .range(..OrderId(before))
                .rev()
                .filter(|(_, order)| order.facts.customer == customer)
                .map(|(id, _)| *id)
                .take(wanted + 1)
                .collect()
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

    fn order(&self, customer: &str, order: &str) -> PortResult<CustomerOrder> {
        let id = self.own_order(customer, order)?;
        self.customer_order(id, true)?.ok_or_else(no_order)
    }

    fn cancel_order(&self, customer: &str, order: &str, once: &Once) -> PortResult<CustomerOrder> {
        self.act_on_own(customer, order, once, |order| Command::CancelOrder {
            order,
            reason: sentence("the customer cancelled"),
        })
    }

    fn consent(
        &self,
        customer: &str,
        order: &str,
        accept: bool,
        once: &Once,
    ) -> PortResult<CustomerOrder> {
        self.act_on_own(customer, order, once, |order| {
            if accept {
                Command::AcceptRate { order }
            } else {
                Command::DeclineRate { order }
            }
        })
    }
}
