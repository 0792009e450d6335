//! A small office that has lived through nearly everything: what the forgeries are made from.

mod after;
mod taken_back;

use std::sync::Arc;

use kantor_engine::payout::PayoutState;
use kantor_engine::rates::Fixed;
use kantor_engine::{
    AccountId, Actor, Answer, BatchId, Command, CustomerAccountId, CustomerId, LineId, OrderId,
    PayoutId, Policy, RateVersion, Reference,
};
use kantor_model::{Currency, Iban, Money, SortCode};
use kantor_office::{Office, Request, SetClock};
use kantor_parsers::transfers::{TransferFormat, write_batch};
use kantor_store::{SqliteStore, Store};

use crate::founding::{
    self, EUR_ACCOUNT, PAYER, PLN_ACCOUNT, closing, found, opening, person, rates, thursday_at_ten,
    uploaded,
};

/// Who pays and is nobody's customer.
const STRANGER: &str = PAYER;

/// The office, its clock and where it is kept.
pub(crate) struct Town {
    office: Office,
    clock: Arc<SetClock>,
    pub(crate) store: Arc<dyn Store>,
    _folder: tempfile::TempDir,
}

/// A line of a statement: amount, who pays, title.
struct Line {
    amount: &'static str,
    account: String,
    title: String,
}

fn line(amount: &'static str, account: String, title: String) -> Line {
    Line {
        amount,
        account,
        title,
    }
}

fn staff(name: &str) -> Actor {
    Actor::Staff(name.to_owned())
}

/// The account of a customer at a bank of which the office has an account as well.
fn own(customer: u64, currency: Currency) -> Iban {
    let sort_code = SortCode::parse("11401010").unwrap();
    let kind = u64::from(currency == Currency::EUR);
    Iban::polish(sort_code, &format!("{:016}", customer * 10 + kind)).unwrap()
}

fn paying(customer: u64, currency: Currency) -> String {
    own(customer, currency).to_string()
}

fn title(order: u64) -> String {
    founding::title(OrderId(order))
}

fn payout_title(payout: u64) -> String {
    Reference::of_payout(PayoutId(payout)).unwrap().to_string()
}

/// A statement of a day.
fn statement(iban: &str, number: &str, from: &str, lines: &[&Line], to: &str) -> String {
    let currency = if iban == EUR_ACCOUNT { "EUR" } else { "PLN" };
    let mut text = opening(iban, number, &format!("261118{currency}{from}"));
    for (at, one) in lines.iter().enumerate() {
        text += &founding::line(at, one.amount, &one.account, &one.title);
    }
    if !to.is_empty() {
        text += &closing(&format!("261119{currency}{to}"));
    }
    text
}

impl Town {
    /// Lives through everything.
    pub(crate) fn lived() -> Town {
        let town = Town::founded();
        town.orders_are_placed();
        town.euros_come();
        town.people_decide();
        town.zlotys_leave();
        town.euros_leave();
        town.clock.advance(2 * 60 * 60);
        town.money_without_a_title_comes();
        town.the_bank_answers();
        town.a_payout_leaves_twice();
        town.a_large_batch_is_shown();
        town.a_file_is_taken_back();
        town.sums_come();
        town.clock.advance(24 * 60 * 60);
        town.office.tick().unwrap();
        town
    }

    fn founded() -> Town {
        let folder = tempfile::tempdir().unwrap();
        let store: Arc<dyn Store> =
            Arc::new(SqliteStore::open(&folder.path().join("kantor.db")).unwrap());
        let clock = Arc::new(SetClock::at(thursday_at_ten()));
        let office = found(Arc::clone(&store), clock.clone(), 5_000_000);
        let town = Town {
            office,
            clock,
            store,
            _folder: folder,
        };
        let policy = Policy {
            four_eyes: true,
            ..Policy::initial()
        };
        town.does(Command::SetPolicy { policy });
        town
    }

    fn does(&self, command: Command) -> Answer {
        self.says("anna", command)
    }

    fn says(&self, name: &str, command: Command) -> Answer {
        self.office
            .execute(Request::new(staff(name), command))
            .unwrap()
    }

    fn customer(&self, name: &str) -> (CustomerId, CustomerAccountId, CustomerAccountId) {
        let id = self.office.register(&person(name), "salt", None).unwrap();
        let account = |currency| {
            self.office
                .add_customer_account(id, own(id.0, currency), currency, "mine", "salt", None)
                .unwrap()
        };
        (id, account(Currency::EUR), account(Currency::PLN))
    }

    fn places(&self, who: &(CustomerId, CustomerAccountId, CustomerAccountId), euros: i64) {
        let rates = self.office.read(|seen| seen.last.rates);
        let order = Command::PlaceOrder {
            customer: who.0,
            fixed: Fixed::Gives(Money::new(euros, Currency::EUR)),
            other: Currency::PLN,
            rates: RateVersion(rates),
            pays_from: who.1,
            paid_to: who.2,
        };
        let by = Actor::Customer(who.0);
        self.office.execute(Request::new(by, order)).unwrap();
    }

    fn orders_are_placed(&self) {
        let place = |who: &_, euros| self.places(who, euros);
        let people = ["anna", "bolek", "celina", "darek", "ewa"].map(|name| self.customer(name));
        for (who, euros) in people.iter().zip([10_003, 20_000, 30_000, 5_000, 6_000]) {
            place(who, euros);
        }
        let (sixth, eur, pln) = self.customer("filip");
        self.does(Command::PlaceOrder {
            customer: sixth,
            fixed: Fixed::Gets(Money::new(10_000, Currency::EUR)),
            other: Currency::PLN,
            rates: RateVersion(1),
            pays_from: pln,
            paid_to: eur,
        });
        place(&people[0], 7_000);
        self.does(Command::CancelOrder {
            order: OrderId(5),
            reason: "asked by telephone".to_owned(),
        });
        self.does(rates(["4.1900", "4.2900", "4.2400"]));
        self.does(Command::RepriceOrder {
            order: OrderId(7),
            rate: "4.1950".parse().unwrap(),
            reason: "the market moved".to_owned(),
        });
        let accept = Command::AcceptRate { order: OrderId(7) };
        let by = Actor::Customer(CustomerId(1));
        self.office.execute(Request::new(by, accept)).unwrap();
    }

    fn imports(&self, file: &str) {
        let import = uploaded(&self.office, file);
        let imported = self.office.import(&staff("anna"), &import).unwrap();
        for one in imported {
            one.outcome.unwrap();
        }
    }

    /// Paid exactly; too little; by a stranger; after a new rate; a fee; by nobody; a cover deal.
    fn euros_come(&self) {
        let euro = |customer| paying(customer, Currency::EUR);
        let lines = [
            line("100,03", euro(1), format!("za {}", title(1))),
            line("150,00", euro(2), title(2)),
            line("300,00", STRANGER.to_owned(), title(3)),
            line("70,00", euro(1), title(7).to_lowercase()),
            line("-3,00", STRANGER.to_owned(), "OPLATA ZA PRZELEW".to_owned()),
            line("5,00", STRANGER.to_owned(), "WPLATA".to_owned()),
            line("50,00", STRANGER.to_owned(), "ZASILENIE".to_owned()),
            line("10,00", euro(1), title(7)),
        ];
        let all: Vec<&Line> = lines.iter().collect();
        self.imports(&statement(EUR_ACCOUNT, "212/1", "1000,00", &all[..2], ""));
        self.imports(&statement(EUR_ACCOUNT, "212/1", "1000,00", &all, "1682,03"));
        self.gives_again(7, 4);
        // One that does not add up is kept and not booked.
        self.imports(&statement(
            EUR_ACCOUNT,
            "213/1",
            "1682,03",
            &all[..1],
            "1,00",
        ));
        let zloty = [
            line("430,00", paying(6, Currency::PLN), title(6)),
            line("-212,00", STRANGER.to_owned(), "ZAKUP EUR".to_owned()),
        ];
        let zloty: Vec<&Line> = zloty.iter().collect();
        self.imports(&statement(
            PLN_ACCOUNT,
            "212/1",
            "50000,00",
            &zloty,
            "50218,00",
        ));
        self.clock.advance(15 * 60 + 1);
        self.office.tick().unwrap();
    }

    /// A receipt is taken back as soon as it came, and given to its order again by hand.
    fn gives_again(&self, order: u64, ordinal: u64) {
        let line = LineId {
            account: AccountId(2),
            ordinal,
        };
        let reason = || "looked at twice".to_owned();
        self.does(Command::ReleaseReceipt {
            line,
            reason: reason(),
        });
        let again = Request::allocate(staff("anna"), line, OrderId(order), reason());
        self.office.execute(again).unwrap();
    }

    fn people_decide(&self) {
        self.does(Command::ScaleOrder {
            order: OrderId(2),
            reason: "he wants what he paid for".to_owned(),
        });
        self.does(Command::RefundOrder {
            order: OrderId(3),
            reason: "money of a stranger".to_owned(),
        });
        let at = |account, ordinal| LineId {
            account: AccountId(account),
            ordinal,
        };
        let fee = || {
            let fees = "bank-fees".to_owned();
            let request = Request::book_line(staff("anna"), at(2, 5), fees, "monthly".to_owned());
            self.office.execute(request).unwrap();
        };
        fee();
        self.does(Command::ReverseLineBooking {
            line: at(2, 5),
            reason: "a mistake".to_owned(),
        });
        fee();
        self.does(Command::BookCoverDeal {
            bought: (at(2, 7), Money::new(5_000, Currency::EUR)),
            sold: (at(1, 2), Money::new(-21_200, Currency::PLN)),
            covers: vec![OrderId(6)],
            reason: "closes the day".to_owned(),
        });
    }

    fn batch(&self, account: u64, day: &str, format: TransferFormat) -> BatchId {
        let date = day.parse().unwrap();
        let make = self.office.batch_of_all_due(AccountId(account), date);
        let Answer::Batch(batch) = self.does(make.unwrap()) else {
            panic!("no batch");
        };
        self.says("bolek", Command::ApproveBatch { batch, seen: None });
        let transfers = self.office.transfers(batch).unwrap();
        let written = write_batch(format, &transfers, None).unwrap();
        let by = staff("anna");
        self.office
            .archive_transfer_file(
                &by,
                batch,
                format.name(),
                "mbank 0.1.0",
                &written.bytes,
                None,
            )
            .unwrap();
        batch
    }

    /// A file that was not sent, another that was, and the bank's lines of it.
    fn zlotys_leave(&self) {
        let batch = self.batch(1, "2026-11-19", TransferFormat::Elixir0);
        self.says(
            "bolek",
            Command::VoidBatch {
                batch,
                reason: "the bank was closed".to_owned(),
                attested_by: vec!["anna".to_owned(), "bolek".to_owned()],
            },
        );
        self.batch(1, "2026-11-20", TransferFormat::Elixir0);
        let paid = |payout: u64| {
            self.office.read(|seen| {
                let payout = seen.payouts.get(&PayoutId(payout))?;
                let is_sent = payout.state == PayoutState::Exported;
                is_sent.then_some(payout.facts.amount)
            })
        };
        let mut lines = Vec::new();
        let mut balance = 5_021_800;
        for payout in 1..=9 {
            if let Some(amount) = paid(payout) {
                balance -= amount.minor();
                let text = amount.to_decimal_string().replace('.', ",");
                let text: &'static str = Box::leak(format!("-{text}").into_boxed_str());
                lines.push(line(text, STRANGER.to_owned(), payout_title(payout)));
            }
        }
        let lines: Vec<&Line> = lines.iter().collect();
        let closing = Money::new(balance, Currency::PLN)
            .to_decimal_string()
            .replace('.', ",");
        self.imports(&statement(
            PLN_ACCOUNT,
            "213/1",
            "50218,00",
            &lines,
            &closing,
        ));
    }

    fn euros_leave(&self) {
        self.batch(2, "2026-11-20", TransferFormat::Pain001V09);
    }

    /// Money that finds its order by who paid how much, money for two orders, money of nobody.
    fn money_without_a_title_comes(&self) {
        let customer = |number: u64| {
            let account = |at: u64| CustomerAccountId(number * 2 - at);
            (CustomerId(number), account(1), account(0))
        };
        self.places(&customer(1), 8_000);
        self.places(&customer(2), 9_000);
        self.places(&customer(2), 9_000);
        let lines = [
            line("80,00", paying(1, Currency::EUR), "WYMIANA".to_owned()),
            line("90,00", paying(2, Currency::EUR), "WYMIANA".to_owned()),
            line("44,00", STRANGER.to_owned(), "POMYLKA".to_owned()),
        ];
        let lines: Vec<&Line> = lines.iter().collect();
        self.imports(&statement(
            EUR_ACCOUNT,
            "213/1",
            "1682,03",
            &lines,
            "1896,03",
        ));
        let at = |ordinal| LineId {
            account: AccountId(2),
            ordinal,
        };
        let shares = [(9, 5_000), (10, 4_000)];
        let shares =
            shares.map(|(order, minor)| (OrderId(order), Money::new(minor, Currency::EUR)));
        let reason = "he said so by telephone".to_owned();
        let split = Request::split(staff("anna"), at(10), shares.to_vec(), reason);
        self.office.execute(split).unwrap();
        let back = Request::refund_line(staff("anna"), at(11), "nobody knows him".to_owned());
        self.office.execute(back).unwrap();
    }
}
