//! Banks: they book, write files and carry transfers out, each in its own time.

use kantor_engine::PayoutId;
use kantor_model::{Iban, Money};

use super::{Deed, Drawer, File, Sent, World};
use crate::auditor::{TrueLine, What};
use crate::bank::{Accepted, Form, Line, Rejected};

impl World {
    /// The auditor looks into the bank's own books, with the reason of what was booked last.
    pub(super) fn look_at_bank(&mut self, drawer: Drawer, what: What) {
        let Some(bank) = self.banks.get(drawer.bank) else {
            return;
        };
        let known = self.auditor.lines_at_bank(drawer.account);
        let new: Vec<Line> = bank
            .lines(drawer.iban)
            .iter()
            .skip(known)
            .cloned()
            .collect();
        for line in new {
            self.is_booked(drawer, &line, what.clone());
        }
    }

    fn is_booked(&mut self, drawer: Drawer, line: &Line, what: What) {
        self.counts.lines += 1;
        if let Some(story) = &mut self.story {
            let at = self.auditor.lines_at_bank(drawer.account) + 1;
            story.push(format!(
                "{} at the bank: line {}/{at} of {} ({}) {what:?}",
                self.now.warsaw_text(),
                drawer.account,
                line.amount,
                line.title
            ));
        }
        self.auditor.bank_booked(
            drawer.account,
            TrueLine {
                minor: line.amount.minor(),
                date: line.date,
                balance_after: line.balance_after.minor(),
                other: line.account,
                bank_reference: line.bank_reference.clone(),
                title: line.title.clone(),
                what,
            },
        );
    }

    /// The desk fetches exports of the running day from some of the accounts.
    pub(super) fn banks_export(&mut self) {
        let next = if self.now.warsaw_date() > self.closed {
            3_600
        } else {
            20_000
        };
        self.after(900, next, Deed::Export);
        let Some(day) = self.banking_day() else {
            return;
        };
        if self.chance.hits(self.faults.fee) && !self.healing {
            self.fee(day);
        }
        if self.chance.hits(self.faults.own_transfer) && !self.healing {
            self.counts.fault("own transfer");
            self.own_transfer();
        }
        if self.chance.hits(self.faults.cover) && !self.healing {
            self.counts.fault("cover deal");
            self.cover(day);
        }
        for drawer in self.drawers.clone() {
            if self.chance.hits(300) {
                continue;
            }
            let skip = if self.chance.hits(self.faults.window) {
                self.chance.below(6)
            } else {
                0
            };
            let form = self.form_of(drawer);
            // What states a balance at its end tells the day from its beginning.
            let skip = match form {
                Form::Mt940 | Form::Notice => usize::try_from(skip).unwrap_or(0),
                Form::Camt | Form::Table => 0,
            };
            let Some(bank) = self.banks.get(drawer.bank) else {
                continue;
            };
            match bank.export(drawer.iban, day, skip, form) {
                Ok(bytes) => {
                    let account = (form == Form::Table).then_some(drawer.iban);
                    self.deliver(File { bytes, account });
                }
                Err(error) => self.auditor.object(format!("the simulated bank: {error}")),
            }
        }
    }

    /// In which form the desk asks for the lines of a day.
    fn form_of(&mut self, drawer: Drawer) -> Form {
        if !self.chance.hits(self.faults.other_form) {
            return Form::Mt940;
        }
        let pko = drawer.bank == 1;
        match self.chance.below(3) {
            0 if pko => Form::Table,
            1 => Form::Notice,
            _ => Form::Camt,
        }
    }

    /// The office exchanges at another office: what it sells leaves, what it buys comes.
    fn cover(&mut self, day: kantor_model::Date) {
        let board = self.rates.last().map(|(_, pairs)| pairs.clone());
        let pair = self.chance.any(&board.unwrap_or_default());
        let Some(pair) = pair else { return };
        let buys = self.chance.hits(500);
        let foreign = self.chance.between(100_00, 20_000_00);
        let rate = pair.mid + self.chance.between(-50, 50);
        let home = foreign.saturating_mul(rate) / 10_000;
        let (bought, sold) = if buys {
            ((pair.base, foreign), (pair.quote, home))
        } else {
            ((pair.quote, home), (pair.base, foreign))
        };
        let (Some(into), Some(from)) = (self.any_drawer(bought.0), self.any_drawer(sold.0)) else {
            return;
        };
        let Some((party, dealer)) = self.strangers.last().cloned() else {
            return;
        };
        self.keys += 1;
        let what = What::Cover(self.keys);
        let title = format!("transakcja walutowa {}", self.keys);
        let amount = Money::new(sold.1, sold.0);
        self.pay_by_hand(
            from,
            party.clone(),
            dealer,
            amount,
            &title,
            Some(what.clone()),
        );
        let Some(drawer) = self.drawer(into) else {
            return;
        };
        let amount = Money::new(bought.1, bought.0);
        if let Some(bank) = self.banks.get_mut(drawer.bank)
            && bank
                .receive(drawer.iban, day, amount, &party, dealer, &title)
                .is_ok()
        {
            self.look_at_bank(drawer, what);
        }
    }

    fn fee(&mut self, day: kantor_model::Date) {
        let Some(drawer) = self.chance.any(&self.drawers) else {
            return;
        };
        let minor = self.chance.between(1, 50_00);
        let amount = Money::new(minor, drawer.currency);
        if let Some(bank) = self.banks.get_mut(drawer.bank)
            && bank
                .fee(drawer.iban, day, amount, "OPŁATA ZA PRZELEWY")
                .is_ok()
        {
            self.counts.fault("fee");
            self.look_at_bank(drawer, What::Own);
        }
    }

    /// A file on its way to the desk: at once, later, and at times a second time.
    fn deliver(&mut self, file: File) {
        self.counts.files += 1;
        if self.chance.hits(self.faults.file_again) {
            self.counts.fault("file again");
            self.after(0, 100_000, Deed::Deliver(file.clone()));
        }
        if self.chance.hits(self.faults.file_waits) {
            self.counts.fault("file waits");
            self.after(600, 50_000, Deed::Deliver(file));
        } else {
            self.desk.inbox.push(file);
        }
    }

    /// The banks close the day and send its statements.
    pub(super) fn day_ends(&mut self) {
        self.at(self.now.plus_seconds(86_400), Deed::DayEnd);
        let Some(day) = self.banking_day() else {
            return;
        };
        self.closed = day;
        for at in 0..self.banks.len() {
            let ibans: Vec<Iban> = self
                .drawers
                .iter()
                .filter(|drawer| drawer.bank == at)
                .map(|drawer| drawer.iban)
                .collect();
            let together = self.chance.hits(500);
            let groups: Vec<Vec<Iban>> = if together {
                vec![ibans]
            } else {
                ibans.into_iter().map(|iban| vec![iban]).collect()
            };
            for group in groups {
                let camt = self.chance.hits(self.faults.other_form);
                let Some(bank) = self.banks.get_mut(at) else {
                    continue;
                };
                let statements = if camt {
                    bank.statements_as_camt(&group, day)
                } else {
                    bank.statements(&group, day)
                };
                match statements {
                    Ok(bytes) => self.send_statement(File {
                        bytes,
                        account: None,
                    }),
                    Err(error) => self.auditor.object(format!("the simulated bank: {error}")),
                }
            }
        }
        self.auditor.audit(&self.office.state);
        self.day_ends += 1;
        // What is checked is all that ever was: twice as much each time costs twice the last one.
        if self.day_ends.is_power_of_two() {
            self.verify();
        }
    }

    fn send_statement(&mut self, file: File) {
        if self.chance.hits(self.faults.statement_waits) {
            self.counts.fault("statement waits");
            self.after(40_000, 4 * 86_400, Deed::Deliver(file.clone()));
            self.counts.files += 1;
        } else {
            self.deliver(file);
        }
    }

    /// A transfer file reaches its bank.
    pub(super) fn bank_takes(&mut self, sent: Sent) {
        let Some(day) = self.banking_day() else {
            let morning = self.next_morning();
            self.at(morning, Deed::TakeFile(sent));
            return;
        };
        if let Some(batch) = sent.batch
            && self.chance.hits(self.faults.bank_refuses)
        {
            self.counts.fault("bank refuses");
            self.refuses(batch, "FF01");
            return;
        }
        let refused = sent.batch.and_then(|batch| self.refuses_one(batch));
        let bytes = refused.as_ref().map_or(&sent.bytes, |(_, bytes)| bytes);
        let title = sent
            .batch
            .map(|id| format!("PRZELEWY ZBIORCZE {}", super::sent::name_of(id)));
        let title = title.filter(|_| refused.is_none() && self.chance.hits(self.faults.in_one));
        let Some(bank) = self.banks.get_mut(sent.bank) else {
            return;
        };
        let taken = match title {
            Some(title) => bank.take_transfers_in_one(bytes, day, &title),
            None => bank
                .take_transfers(bytes, day)
                .map(|accepted| (accepted, None)),
        };
        match taken {
            Ok((accepted, in_one)) => {
                self.counts.transfers += accepted.len() as u64;
                match in_one {
                    Some(debit) => self.transferred_in_one(&accepted, &debit),
                    None => {
                        for transfer in accepted {
                            self.transferred(&sent, transfer.account, &transfer.line);
                        }
                    }
                }
                if let Some(batch) = sent.batch {
                    self.answers(batch, refused.map(|(payout, _)| payout));
                }
            }
            Err(Rejected::Funds { .. }) => {
                self.counts.fault("no funds");
                if let Some(batch) = sent.batch {
                    self.refuses(batch, "AM04");
                }
                self.pay_capital_in(sent.bank, day);
                if sent.batch.is_none() {
                    self.after(600, 3_600, Deed::TakeFile(sent));
                }
            }
            Err(Rejected::AlreadyTaken) => {}
            Err(why) => self
                .auditor
                .object(format!("the simulated bank refused a file: {why}")),
        }
    }

    /// A file that is one debit in the bank's books.
    fn transferred_in_one(&mut self, accepted: &[Accepted], debit: &Line) {
        let from = accepted.first().map(|it| it.account);
        let Some(drawer) = from.and_then(|from| self.drawer(self.drawer_of(from)?)) else {
            return;
        };
        self.counts.fault("one debit for a file");
        let mut payouts = Vec::new();
        for Accepted { line, .. } in accepted {
            let minor = -line.amount.minor();
            let account = drawer.account;
            let left = self
                .auditor
                .transfer_left(account, line.account, minor, &line.title);
            payouts.extend(left);
            if let Some(payout) = left
                && self.chance.hits(self.faults.comes_back)
            {
                self.counts.fault("comes back");
                self.after(7_200, 3 * 86_400, Deed::ComesBack(payout));
            }
        }
        self.is_booked(drawer, debit, What::Payouts(payouts));
    }

    fn transferred(&mut self, sent: &Sent, from: Iban, line: &Line) {
        let Some(account) = self.drawer_of(from) else {
            return;
        };
        let Some(drawer) = self.drawer(account) else {
            return;
        };
        let minor = -line.amount.minor();
        let what = match &sent.what {
            Some(what) => what.clone(),
            None => {
                let paid = self
                    .auditor
                    .transfer_left(account, line.account, minor, &line.title);
                let Some(payout) = paid else { return };
                if self.chance.hits(self.faults.comes_back) {
                    self.counts.fault("comes back");
                    self.after(7_200, 3 * 86_400, Deed::ComesBack(payout));
                }
                What::Payout(payout)
            }
        };
        self.is_booked(drawer, line, what);
        // Money that the office sends to itself arrives.
        if let Some(to) = line.account.and_then(|iban| self.drawer_of(iban))
            && let Some(to) = self.drawer(to)
        {
            if to.bank != drawer.bank {
                let amount = Money::new(minor, to.currency);
                let party = super::payouts::owner();
                let day = line.date;
                if let Some(bank) = self.banks.get_mut(to.bank) {
                    let _ = bank.receive(to.iban, day, amount, &party, from, &line.title);
                }
            }
            self.look_at_bank(to, What::Own);
        }
    }

    fn pay_capital_in(&mut self, bank: usize, day: kantor_model::Date) {
        let party = super::opening::person("Wspólnik");
        let Some((_, from)) = self.strangers.first().cloned() else {
            return;
        };
        for drawer in self.drawers.clone() {
            if drawer.bank != bank {
                continue;
            }
            let amount = Money::new(5_000_000_00, drawer.currency);
            if let Some(bank) = self.banks.get_mut(bank)
                && bank
                    .receive(drawer.iban, day, amount, &party, from, "dopłata wspólnika")
                    .is_ok()
            {
                self.look_at_bank(drawer, What::Own);
            }
        }
    }

    /// A transfer comes back: a credit with the title of the debit.
    pub(super) fn comes_back(&mut self, id: PayoutId) {
        let Some(day) = self.banking_day() else {
            let morning = self.next_morning();
            self.at(morning, Deed::ComesBack(id));
            return;
        };
        let Some(payout) = self.office.state.payouts.get(&id).copied() else {
            return;
        };
        let Some(drawer) = self.drawer(payout.facts.account) else {
            return;
        };
        let Some((party, iban)) = self.payee(&payout) else {
            return;
        };
        let reference = payout
            .reference()
            .map(|it| it.to_string())
            .unwrap_or_default();
        let title = format!("ZWROT: RACHUNEK ZAMKNIĘTY {reference}");
        let amount = payout.facts.amount;
        let Some(bank) = self.banks.get_mut(drawer.bank) else {
            return;
        };
        if bank
            .receive(drawer.iban, day, amount, &party, iban, &title)
            .is_ok()
        {
            self.auditor.transfer_came_back(id);
            self.look_at_bank(drawer, What::Back(id));
        }
    }
}
