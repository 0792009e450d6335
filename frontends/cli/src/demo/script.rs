//! The script: what happens on the two days, step by step.

use std::cell::RefCell;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use kantor_desk::{Hints, InstalledPacks, export_batch, import_statement};
use kantor_model::{Balance, Currency, Date, Iban, Money};
use kantor_office::{Office, SetClock};
use kantor_panel::port::{CustomerPort, Key};
use kantor_panel::{AccessSettings, LocalOffice};
use kantor_simulator::{BankKind, SimBank};
use kantor_wire::{
    CustomerOrder, FixedSide, LoginAsk, NewAccount, NewCustomerAccount, NewOrder, NewRates,
    Opening, QuoteAsk, RateRow, Registration,
};

use super::DemoError;
use super::cast::{ACCOUNTS, Customer, EXACT, LATE, MANGLED, OfficeAccount, PASSWORD};
use super::day::Days;
use super::report;
use crate::config::Config;
use crate::mail::MailFolder;

/// Everything that the script plays on.
pub(super) struct Stage {
    pub(super) office: Office,
    pub(super) clock: Arc<SetClock>,
    pub(super) days: Days,
    pub(super) config: Config,
    pub(super) folder: PathBuf,
}

/// The script's own helpers: the desk, the packs, the banks.
pub(super) struct Play<'a> {
    pub(super) stage: &'a Stage,
    pub(super) desk: kantor_desk::Office,
    pub(super) packs: InstalledPacks,
    pub(super) customers: LocalOffice,
    pub(super) mbank: RefCell<SimBank>,
    pub(super) pko: RefCell<SimBank>,
    pub(super) files: RefCell<Vec<PathBuf>>,
}

/// Turns any error into the failure of a step.
pub(super) fn failed<E: ToString>(step: &'static str) -> impl Fn(E) -> DemoError {
    move |error| DemoError::Step {
        step,
        why: error.to_string(),
    }
}

fn missing(step: &'static str, what: &str) -> DemoError {
    DemoError::Step {
        step,
        why: format!("{what} is missing"),
    }
}

/// Plays the script and checks how it ended.
pub(super) fn play(stage: &Stage) -> Result<(), DemoError> {
    let desk =
        kantor_desk::Office::with_token_file(&stage.config.desk.url, &stage.config.desk.token_file)
            .map_err(failed("desk"))?;
    let play = Play {
        stage,
        desk,
        packs: InstalledPacks::find(None),
        customers: LocalOffice::open(stage.office.clone(), &AccessSettings::default())
            .map_err(failed("customers"))?,
        mbank: RefCell::new(SimBank::new(BankKind::MBank)),
        pko: RefCell::new(SimBank::new(BankKind::Pko)),
        files: RefCell::new(Vec::new()),
    };
    println!("An exchange office in {}", stage.folder.display());
    play.open()?;
    let orders = play.orders()?;
    play.first_day(&orders)?;
    play.second_day(&orders)?;
    play.again()?;
    stage.clock.release();
    report::check(&play, &orders)
}

/// The three orders of the demo.
pub(super) struct Orders {
    pub(super) exact: CustomerOrder,
    pub(super) mangled: CustomerOrder,
    pub(super) late: CustomerOrder,
}

impl Play<'_> {
    fn at(&self, day: Date, hour: i8, minute: i8, what: &str) {
        self.stage.clock.set(self.stage.days.at(day, hour, minute));
        println!("{day} {hour:02}:{minute:02}  {what}");
    }

    fn say(what: &str) {
        println!("                  {what}");
    }

    /// Currencies, accounts opened in mid-year, rates.
    fn open(&self) -> Result<(), DemoError> {
        let day = self.stage.days.first;
        self.at(
            day,
            9,
            0,
            "the office opens: currencies, bank accounts, rates",
        );
        for code in ["PLN", "EUR"] {
            self.desk.add_currency(code).map_err(failed("currency"))?;
        }
        let eve = day.yesterday().map_err(failed("date"))?;
        for account in &ACCOUNTS {
            self.open_account(account, eve)?;
        }
        let row = RateRow {
            base: "EUR".to_owned(),
            quote: "PLN".to_owned(),
            buy: "4.2310".to_owned(),
            sell: "4.3090".to_owned(),
            mid: "4.2700".to_owned(),
        };
        let rates = NewRates {
            source: "demo".to_owned(),
            rates: vec![row],
        };
        self.desk.publish_rates(&rates).map_err(failed("rates"))?;
        Self::say("EUR: the office buys at 4.2310 and sells at 4.3090 PLN");
        Ok(())
    }

    fn open_account(&self, account: &OfficeAccount, eve: Date) -> Result<(), DemoError> {
        let iban = account
            .iban()
            .ok_or_else(|| missing("account", account.name))?;
        let opening = account.opening();
        let new = NewAccount {
            iban: iban.to_string(),
            currency: account.currency.to_string(),
            name: account.name.to_owned(),
            default: account.default,
            opening: Opening {
                amount: opening.to_decimal_string(),
                date: eve.to_string(),
            },
            last_statement: Some(account.last_statement.to_string()),
        };
        self.desk.add_account(&new).map_err(failed("account"))?;
        let last = Balance {
            amount: opening,
            date: eve,
        };
        let bank = if account.is_at_mbank() {
            &self.mbank
        } else {
            &self.pko
        };
        bank.borrow_mut()
            .open_account(iban, last, account.last_statement)
            .map_err(failed("bank account"))?;
        Self::say(&format!(
            "{:11} {}  opened with {opening} after statement {}",
            account.name,
            iban.grouped(),
            account.last_statement
        ));
        Ok(())
    }

    fn orders(&self) -> Result<Orders, DemoError> {
        self.at(
            self.stage.days.first,
            10,
            0,
            "three customers register and accept a rate",
        );
        Ok(Orders {
            exact: self.order(&EXACT)?,
            mangled: self.order(&MANGLED)?,
            late: self.order(&LATE)?,
        })
    }

    fn order(&self, customer: &Customer) -> Result<CustomerOrder, DemoError> {
        let once = |act: &str| Key {
            key: format!("{}:{act}", customer.email),
            body: act.to_owned(),
        };
        let form = Registration {
            first_name: customer.first_name.to_owned(),
            last_name: customer.last_name.to_owned(),
            pesel: customer.pesel.to_owned(),
            email: customer.email.to_owned(),
            phone: "+48600100200".to_owned(),
            street: customer.street.to_owned(),
            postal_code: customer.postal_code.to_owned(),
            city: customer.city.to_owned(),
            password: PASSWORD.to_owned(),
        };
        self.customers
            .register(&form, None, &once("register"))
            .map_err(failed("register"))?;
        let login = LoginAsk {
            email: form.email,
            password: form.password,
            code: None,
        };
        let session = self
            .customers
            .log_in(&login, None, None)
            .map_err(failed("login"))?
            .token;
        let account = |currency: Currency| {
            let iban = customer
                .account(currency)
                .ok_or_else(|| missing("account", "an IBAN"))?;
            let new = NewCustomerAccount {
                iban: iban.to_string(),
                currency: currency.to_string(),
                name: String::new(),
            };
            self.customers
                .add_account(&session, &new, &once(currency.code()))
                .map_err(failed("customer account"))
        };
        let (pay_from, pay_to) = (account(Currency::EUR)?.id, account(Currency::PLN)?.id);
        let ask = QuoteAsk {
            gives: "EUR".to_owned(),
            gets: "PLN".to_owned(),
            fix: FixedSide::Gives,
            amount: Money::new(customer.gives, Currency::EUR).to_decimal_string(),
        };
        let quote = self
            .customers
            .quote(&session, &ask, &once("quote"))
            .map_err(failed("quote"))?;
        let quote = quote.id.ok_or_else(|| missing("quote", "its id"))?;
        let new = NewOrder {
            quote,
            pay_from,
            pay_to,
        };
        let order = self
            .customers
            .place_order(&session, &new, &once("order"))
            .map_err(failed("order"))?;
        Self::say(&format!(
            "{} {}: gives {} {}, gets {} {}; pays to {} with the title {}",
            customer.first_name,
            customer.last_name,
            order.gives.amount,
            order.gives.currency,
            order.gets.amount,
            order.gets.currency,
            order
                .pay_in
                .bank
                .as_deref()
                .unwrap_or("the office's account"),
            order.pay_in.title
        ));
        Ok(order)
    }

    fn first_day(&self, orders: &Orders) -> Result<(), DemoError> {
        let day = self.stage.days.first;
        let title = &orders.exact.pay_in.title;
        self.at(day, 10, 6, &format!("Anna pays exactly, title `{title}`"));
        self.pays(&EXACT, &orders.exact, day, title)?;
        let mangled = mangle(&orders.mangled.pay_in.title);
        self.at(
            day,
            10,
            9,
            &format!("Łukasz pays with a mangled title: `{mangled}`"),
        );
        self.pays(&MANGLED, &orders.mangled, day, &mangled)?;

        let (mbank_eur, pko_eur) = (iban(&ACCOUNTS[1])?, iban(&ACCOUNTS[3])?);
        self.at(
            day,
            10,
            20,
            "the cashier loads the first exports of the running day",
        );
        self.import(
            "mbank-1020.sta",
            &self
                .mbank
                .borrow()
                .partial_export(mbank_eur, day)
                .map_err(failed("export"))?,
        )?;
        self.import(
            "pko-1020.sta",
            &self
                .pko
                .borrow()
                .partial_export(pko_eur, day)
                .map_err(failed("export"))?,
        )?;

        self.at(
            day,
            10,
            25,
            "the bank takes its monthly fee: a line that is nobody's order",
        );
        let fee = Money::new(15_00, Currency::EUR);
        self.mbank
            .borrow_mut()
            .fee(mbank_eur, day, fee, "OPŁATA ZA PROWADZENIE RACHUNKU")
            .map_err(failed("fee"))?;
        self.at(day, 10, 45, "a second export overlaps the first");
        self.import(
            "mbank-1045.sta",
            &self
                .mbank
                .borrow()
                .partial_export(mbank_eur, day)
                .map_err(failed("export"))?,
        )?;

        self.at(
            day,
            11,
            0,
            "the cashier writes the transfer files, each from the payee's own bank",
        );
        self.pay_out(&ACCOUNTS[0], &self.mbank, day)?;
        self.pay_out(&ACCOUNTS[2], &self.pko, day)?;

        self.at(day, 12, 0, "Zofia's time to pay is over");
        self.stage.office.tick().map_err(failed("expiry"))?;

        self.at(
            day,
            19,
            0,
            "the end-of-day statements prove the day and confirm the payouts",
        );
        let mbank_pln = iban(&ACCOUNTS[0])?;
        let pko_pln = iban(&ACCOUNTS[2])?;
        let file = self
            .mbank
            .borrow_mut()
            .statements(&[mbank_pln, mbank_eur], day);
        self.import("mbank-day-1.sta", &file.map_err(failed("statement"))?)?;
        for (name, account) in [
            ("pko-eur-day-1.sta", pko_eur),
            ("pko-pln-day-1.sta", pko_pln),
        ] {
            let file = self.pko.borrow_mut().statement(account, day);
            self.import(name, &file.map_err(failed("statement"))?)?;
        }
        self.book_fee()?;
        self.notices()
    }

    fn pays(
        &self,
        customer: &Customer,
        order: &CustomerOrder,
        day: Date,
        title: &str,
    ) -> Result<(), DemoError> {
        let account = Iban::parse(&order.pay_in.iban).map_err(failed("payment"))?;
        let amount = Money::parse(&order.gives.amount, Currency::EUR).map_err(failed("payment"))?;
        let own = customer
            .account(Currency::EUR)
            .ok_or_else(|| missing("payment", "the account"))?;
        let at_mbank = account.bank().is_some_and(|bank| bank.id == "mbank");
        let bank = if at_mbank { &self.mbank } else { &self.pko };
        bank.borrow_mut()
            .receive(account, day, amount, &customer.party(), own, title)
            .map_err(failed("payment"))
    }

    /// A file as the bank gives it, loaded as the cashier loads it.
    fn import(&self, name: &str, bytes: &[u8]) -> Result<(), DemoError> {
        let folder = self.stage.folder.join("statements");
        std::fs::create_dir_all(&folder).map_err(failed("statement file"))?;
        let path = folder.join(name);
        std::fs::write(&path, bytes).map_err(failed("statement file"))?;
        self.load(&path)?;
        self.files.borrow_mut().push(path);
        Ok(())
    }

    fn load(&self, path: &Path) -> Result<(), DemoError> {
        let imported = import_statement(&self.desk, &self.packs, path, Hints::default())
            .map_err(failed("import"))?;
        let words = kantor_wire::Words::of(kantor_wire::Language::En);
        let name = path.file_name().unwrap_or_default().to_string_lossy();
        for statement in &imported.outcome.statements {
            Self::say(&format!(
                "{name}: {} {} new, {} known, {}",
                statement.account,
                statement.new,
                statement.known,
                statement.outcome.as_str()
            ));
            for line in &statement.matches {
                Self::say(&format!(
                    "    line {}: {} {}, {}: {}",
                    line.ordinal,
                    line.amount.amount,
                    line.amount.currency,
                    line.verdict.as_str(),
                    words.say(&line.reason)
                ));
            }
        }
        Ok(())
    }

    fn pay_out(
        &self,
        account: &OfficeAccount,
        bank: &RefCell<SimBank>,
        day: Date,
    ) -> Result<(), DemoError> {
        let wanted = iban(account)?.to_string();
        let accounts = self.desk.accounts().map_err(failed("accounts"))?;
        let id = accounts
            .iter()
            .find(|known| known.iban == wanted)
            .map(|known| known.id.clone())
            .ok_or_else(|| missing("payout", account.name))?;
        let folder = &self.stage.config.desk.transfers;
        let exported = export_batch(&self.desk, &self.packs, &id, &day.to_string(), folder)
            .map_err(failed("transfer file"))?;
        let bytes = std::fs::read(&exported.path).map_err(failed("transfer file"))?;
        let taken = bank
            .borrow_mut()
            .take_transfers(&bytes, day)
            .map_err(failed("bank"))?;
        Self::say(&format!(
            "{}: {} transfer(s) from {}, taken by the bank",
            exported.path.display(),
            taken.len(),
            account.name
        ));
        Ok(())
    }

    /// The fee is nobody's order: one act books it to a ledger account, with a reason.
    fn book_fee(&self) -> Result<(), DemoError> {
        let open = self.desk.suspense().map_err(failed("suspense"))?;
        let [line] = open.as_slice() else {
            return Err(DemoError::Ended(format!(
                "{} lines wait instead of the fee",
                open.len()
            )));
        };
        self.desk
            .book(
                &line.account,
                line.ordinal,
                "bank-fees",
                "monthly fee of the account",
            )
            .map_err(failed("booking"))?;
        Self::say(&format!(
            "the line of {} {} is booked to bank-fees, with a reason",
            line.amount.amount, line.amount.currency
        ));
        Ok(())
    }

    fn second_day(&self, orders: &Orders) -> Result<(), DemoError> {
        let day = self.stage.days.second;
        let title = &orders.late.pay_in.title;
        self.at(day, 9, 30, "Zofia pays a day late");
        self.pays(&LATE, &orders.late, day, title)?;
        self.at(day, 19, 0, "the end-of-day statement brings it");
        let account = Iban::parse(&orders.late.pay_in.iban).map_err(failed("statement"))?;
        let file = self.mbank.borrow_mut().statement(account, day);
        self.import("mbank-day-2.sta", &file.map_err(failed("statement"))?)?;
        self.notices()
    }

    /// What customers are told goes out after the commit.
    fn notices(&self) -> Result<(), DemoError> {
        let mail = MailFolder::new(&self.stage.config.panel);
        let sent = self
            .stage
            .office
            .send_notices(&mail)
            .map_err(failed("notices"))?;
        let folder = self.stage.config.panel.outbox.display();
        Self::say(&format!("{sent} notices to customers lie in {folder}"));
        Ok(())
    }

    /// Importing everything again changes nothing.
    fn again(&self) -> Result<(), DemoError> {
        let before = self.stage.office.head();
        self.at(
            self.stage.days.second,
            19,
            30,
            "every file is loaded a second time",
        );
        let files = self.files.borrow().clone();
        for path in &files {
            import_statement(&self.desk, &self.packs, path, Hints::default())
                .map_err(failed("second import"))?;
        }
        let after = self.stage.office.head();
        if before != after {
            let what = format!("a second import moved the log from {before} to {after}");
            return Err(DemoError::Ended(what));
        }
        Self::say(&format!(
            "{} files, nothing changed: the log stands at {after}",
            files.len()
        ));
        Ok(())
    }
}

pub(super) fn iban(account: &OfficeAccount) -> Result<Iban, DemoError> {
    account
        .iban()
        .ok_or_else(|| missing("account", account.name))
}

/// What hurried fingers make of a title: lower case, spaces inside, letters for digits, words
/// around.
fn mangle(title: &str) -> String {
    let small = title.to_lowercase().replace('0', "o").replace('1', "l");
    let (head, tail) = small.split_at(4);
    format!("wymiana nr {head} {tail} pozdrawiam Łukasz")
}
