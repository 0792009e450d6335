//! Commands in, events out. A decision reads a snapshot, writes nothing, and knows no clock.

mod answers;
mod batches;
mod desk;
mod draft;
mod exchange;
mod lines;
mod money;
mod orders;
mod payouts;
mod placing;
mod position;
mod returns;
mod setup;
mod statements;
mod terms;
mod undo;
mod whatif;
mod withdraw;

use kantor_model::Moment;

use crate::CustomerId;
use crate::command::{Answer, Command};
use crate::event::{Actor, Recorded};
use crate::refusal::Refusal;
use crate::snapshot::Snapshot;
use draft::Draft;
pub use whatif::{WhatIf, what_if};

/// What a command leads to.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Outcome {
    /// What happened, with the movements of money; empty when nothing had to change.
    pub events: Vec<Recorded>,
    /// What the one who asked is told.
    pub answer: Answer,
}

/// Decides a command: events and postings, or the state of the world that stops it.
pub fn decide(
    command: &Command,
    by: &Actor,
    seen: &Snapshot,
    now: Moment,
) -> Result<Outcome, Refusal> {
    if matches!(by, Actor::Customer(_)) && !is_a_customers(command) {
        return Err(Refusal::StaffOnly);
    }
    let mut draft = Draft::new(seen, by, now);
    let answer = answer(command, &mut draft)?;
    money::judge_unsettled(&mut draft)?;
    position::watch(&mut draft)?;
    let outcome = draft.into_outcome(answer);
    let postings = outcome.events.iter().flat_map(|event| &event.postings);
    seen.ledger.would_hold(postings)?;
    Ok(outcome)
}

/// What a customer may ask for himself; whoever takes the panel over has no more than this.
fn is_a_customers(command: &Command) -> bool {
    match command {
        Command::AddCustomerAccount { .. }
        | Command::PlaceOrder { .. }
        | Command::CancelOrder { .. }
        | Command::AcceptRate { .. }
        | Command::CorrectPayee { .. }
        | Command::DeclineRate { .. } => true,
        Command::OpenOffice { .. }
        | Command::SetPolicy { .. }
        | Command::DefineCurrency { .. }
        | Command::OpenAccount { .. }
        | Command::PublishRates { .. }
        | Command::RegisterCustomer { .. }
        | Command::ClassifyCustomer { .. }
        | Command::HelpCustomer { .. }
        | Command::ChangeKey { .. }
        | Command::ReturnDifference { .. }
        | Command::RevaluePosition { .. }
        | Command::BookCoverDeal { .. }
        | Command::ReverseCoverDeal { .. }
        | Command::ConfirmOrder { .. }
        | Command::ScaleOrder { .. }
        | Command::RefundOrder { .. }
        | Command::RepriceOrder { .. }
        | Command::ExtendDeadline { .. }
        | Command::ExpireOrder { .. }
        | Command::BookStatement(_)
        | Command::UndoImport { .. }
        | Command::AllocateLine { .. }
        | Command::SplitLine { .. }
        | Command::RefundLine { .. }
        | Command::AssignLine { .. }
        | Command::PairOwnTransfer { .. }
        | Command::SetLineRules { .. }
        | Command::ReleaseReceipt { .. }
        | Command::BookLine { .. }
        | Command::ReverseLineBooking { .. }
        | Command::MakeBatch { .. }
        | Command::MakeBatches { .. }
        | Command::ProposeFile { .. }
        | Command::RecordBankAnswer { .. }
        | Command::AskAboutBatch { .. }
        | Command::PayAgain { .. }
        | Command::ReturnPayout { .. }
        | Command::ReverseReceipt { .. }
        | Command::CloseAlarm { .. }
        | Command::SetPayoutRules { .. }
        | Command::ApproveBatch { .. }
        | Command::WriteBatch { .. }
        | Command::VoidBatch { .. }
        | Command::RecordNotices { .. } => false,
    }
}

/// A customer acts for himself only; the office acts for any.
fn for_himself(draft: &Draft<'_>, customer: CustomerId) -> Result<(), Refusal> {
    match draft.by {
        Actor::Customer(own) if *own != customer => Err(Refusal::NoCustomer { customer }),
        Actor::Customer(_) | Actor::Staff(_) | Actor::System => Ok(()),
    }
}

fn answer(command: &Command, draft: &mut Draft<'_>) -> Result<Answer, Refusal> {
    if let Command::OpenOffice { name, policy } = command {
        return setup::open_office(draft, name, policy);
    }
    if draft.seen.name.is_none() {
        return Err(Refusal::NoOffice);
    }
    match command {
        Command::OpenOffice { .. } => Err(Refusal::OfficeExists),
        Command::SetPolicy { policy } => setup::set_policy(draft, policy),
        Command::DefineCurrency { currency } => setup::define_currency(draft, *currency),
        Command::OpenAccount { .. } => setup::open_account(draft, command),
        Command::PublishRates { source, lines } => setup::publish_rates(draft, source, lines),
        Command::RegisterCustomer { profile } => setup::register_customer(draft, *profile),
        Command::AddCustomerAccount {
            customer,
            currency,
            bank,
            number,
        } => setup::add_customer_account(draft, *customer, *currency, bank.as_deref(), *number),
        Command::ClassifyCustomer {
            customer,
            class,
            reason,
        } => setup::classify_customer(draft, *customer, class.as_ref(), reason),
        Command::HelpCustomer {
            customer,
            help,
            reason,
        } => setup::help_customer(draft, *customer, *help, reason),
        Command::ChangeKey {
            name,
            change,
            reason,
        } => setup::change_key(draft, name, *change, reason),
        Command::PlaceOrder {
            customer,
            fixed,
            other,
            rates,
            pays_from,
            paid_to,
        } => {
            let asked = orders::Asked {
                customer: *customer,
                fixed: *fixed,
                other: *other,
                rates: *rates,
                pays_from: *pays_from,
                paid_to: *paid_to,
            };
            orders::place(draft, &asked)
        }
        Command::CancelOrder { order, reason } => orders::cancel(draft, *order, reason),
        Command::ConfirmOrder { order, reason } => terms::confirm(draft, *order, reason),
        Command::ScaleOrder { order, reason } => terms::scale(draft, *order, reason),
        Command::ReturnDifference { order, reason } => {
            terms::return_difference(draft, *order, reason)
        }
        Command::RefundOrder { order, reason } => exchange::refund(draft, *order, reason),
        Command::RepriceOrder {
            order,
            rate,
            reason,
        } => terms::reprice(draft, *order, *rate, reason),
        Command::AcceptRate { order } => terms::accept_rate(draft, *order),
        Command::DeclineRate { order } => terms::decline_rate(draft, *order),
        Command::ExtendDeadline {
            order,
            seconds,
            reason,
        } => orders::extend(draft, *order, *seconds, reason),
        Command::ExpireOrder { order } => orders::expire(draft, *order),
        Command::BookStatement(statement) => statements::book(draft, statement),
        Command::UndoImport { file, reason } => undo::undo_import(draft, *file, reason),
        Command::AllocateLine {
            line,
            facts,
            order,
            reason,
        } => desk::allocate(draft, *line, facts, *order, reason),
        Command::SplitLine {
            line,
            facts,
            shares,
            reason,
        } => desk::split(draft, *line, facts, shares, reason),
        Command::ReleaseReceipt { line, reason } => desk::release(draft, *line, reason),
        Command::BookLine {
            line,
            amount,
            ledger_account,
            reason,
        } => desk::book(draft, *line, *amount, ledger_account, reason),
        Command::ReverseLineBooking { line, reason } => desk::reverse_booking(draft, *line, reason),
        Command::RefundLine {
            line,
            amount,
            reason,
        } => desk::refund(draft, *line, *amount, reason),
        Command::AssignLine { line, owner } => desk::assign(draft, *line, owner.as_deref()),
        Command::PairOwnTransfer {
            debit,
            credit,
            amount,
            reason,
        } => desk::pair(draft, *debit, *credit, *amount, reason),
        Command::SetLineRules { rules } => desk::set_rules(draft, rules),
        Command::MakeBatch {
            account,
            date,
            without,
        } => batches::make(draft, *account, *date, without),
        Command::MakeBatches { wanted } => batches::make_all(draft, wanted),
        Command::ProposeFile { batch, file } => batches::propose(draft, *batch, file),
        Command::ApproveBatch { batch, seen } => batches::approve(draft, *batch, seen.as_ref()),
        Command::WriteBatch { batch, file, names } => batches::write(draft, *batch, file, names),
        Command::RecordBankAnswer { batch, answer } => answers::record(draft, *batch, answer),
        Command::AskAboutBatch { batch } => answers::ask_about(draft, *batch),
        Command::CorrectPayee {
            payout,
            account,
            reason,
            second_factor,
        } => payouts::correct_payee(draft, *payout, *account, reason, *second_factor),
        Command::PayAgain {
            payout,
            reason,
            attested_by,
        } => payouts::pay_again(draft, *payout, reason, attested_by),
        Command::ReturnPayout {
            line,
            amount,
            payout,
            reason,
        } => returns::return_by_hand(draft, *line, *amount, *payout, reason),
        Command::ReverseReceipt {
            line,
            amount,
            receipt,
            reason,
        } => returns::reverse_by_hand(draft, *line, *amount, *receipt, reason),
        Command::CloseAlarm { alarm, reason } => payouts::close_alarm(draft, *alarm, reason),
        Command::SetPayoutRules { rules } => payouts::set_rules(draft, rules),
        Command::VoidBatch {
            batch,
            reason,
            attested_by,
        } => batches::void(draft, *batch, reason, attested_by),
        Command::RevaluePosition { day } => position::revalue(draft, *day),
        Command::BookCoverDeal {
            bought,
            sold,
            covers,
            reason,
        } => position::book_cover(draft, *bought, *sold, covers, reason),
        Command::ReverseCoverDeal { deal, reason } => position::reverse_cover(draft, *deal, reason),
        Command::RecordNotices { through } => setup::record_notices(draft, *through),
    }
}

/// What time alone asks for: orders whose deadline has passed, batches of which the bank's lines
/// have not come, and the result of a day that is over.
pub fn due(seen: &Snapshot, now: Moment) -> Vec<Command> {
    let expired = seen
        .deadlines
        .iter()
        .take_while(|(deadline, _)| *deadline < now)
        .map(|(_, order)| Command::ExpireOrder { order: *order });
    let unanswered = seen
        .awaited
        .iter()
        .take_while(|(until, _)| *until < now)
        .map(|(_, batch)| Command::AskAboutBatch { batch: *batch });
    expired
        .chain(unanswered)
        .chain(position::due(seen, now))
        .collect()
}

/// A reason that a person gave, trimmed; it stays in the history.
fn reason_of(text: &str) -> Result<String, Refusal> {
    let reason = text.trim();
    if reason.is_empty() {
        Err(Refusal::NoReason)
    } else {
        Ok(reason.to_owned())
    }
}
