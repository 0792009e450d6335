//! Why the office said no, as problem details.

use kantor_engine::Refusal;
use kantor_office::{ExecuteError, ImportError, PeopleError, TransferError};
use kantor_wire::Problem;

use crate::port::{NOTHING_RECORDED, PortError, PortResult};

/// A sentence as people write one: a capital at its beginning, a full stop at its end.
pub(super) fn sentence(text: &str) -> String {
    let mut letters = text.chars();
    let mut sentence: String = letters
        .next()
        .map(|first| first.to_uppercase().chain(letters).collect())
        .unwrap_or_default();
    if !sentence.ends_with(['.', '!', '?', '…']) {
        sentence.push('.');
    }
    sentence
}

/// The problem of something that is not there.
pub(super) fn missing(code: &str, detail: &str) -> PortError {
    Problem::new(404, code, "Not found", detail).into()
}

/// The problem of a request that cannot be read as what it should be.
pub(super) fn unreadable(code: &str, detail: &str) -> PortError {
    Problem::new(422, code, "Not readable", sentence(detail)).into()
}

/// The status that a refusal answers with.
fn status(refusal: &Refusal) -> u16 {
    match refusal {
        Refusal::NoOrder { .. }
        | Refusal::NoBatch { .. }
        | Refusal::NoPayout { .. }
        | Refusal::NoAlarm { .. }
        | Refusal::NoLine { .. }
        | Refusal::NoImport { .. }
        | Refusal::NoAccount { .. }
        | Refusal::NoCoverDeal { .. }
        | Refusal::NoCustomer { .. } => 404,
        Refusal::StaffOnly
        | Refusal::FourEyes { .. }
        | Refusal::SecondFactor { .. }
        | Refusal::ConsentIsTheCustomers { .. } => 403,
        Refusal::NoOffice
        | Refusal::OfficeExists
        | Refusal::CurrencyExists { .. }
        | Refusal::AccountExists { .. }
        | Refusal::RatesOutdated
        | Refusal::NoRates
        | Refusal::OrderState { .. }
        | Refusal::NotFulfilled { .. }
        | Refusal::OtherCurrency { .. }
        | Refusal::NothingReceived { .. }
        | Refusal::NotDue { .. }
        | Refusal::LineSettled { .. }
        | Refusal::NotAReceipt { .. }
        | Refusal::MoneyIsOut { .. }
        | Refusal::BookedSince { .. }
        | Refusal::NotBookedToLedger { .. }
        | Refusal::LineDiffers { .. }
        | Refusal::SharesExceed { .. }
        | Refusal::LineNotProved { .. }
        | Refusal::NotAPair { .. }
        | Refusal::NothingDue { .. }
        | Refusal::NoPayees { .. }
        | Refusal::AlarmOpen { .. }
        | Refusal::BatchState { .. }
        | Refusal::SecondExport { .. }
        | Refusal::FileOfAnother { .. }
        | Refusal::PaidMeanwhile { .. }
        | Refusal::FileWasSent { .. }
        | Refusal::PayoutState { .. }
        | Refusal::HomeCurrency { .. }
        | Refusal::DayIsOver { .. }
        | Refusal::PayoutStep { .. }
        | Refusal::SeenOtherwise { .. }
        | Refusal::NoFileToApprove { .. }
        | Refusal::OtherFile { .. }
        | Refusal::BankHasIt { .. }
        | Refusal::FundsTakenBack { .. }
        | Refusal::VoidFileAccepted { .. }
        | Refusal::NotAwaited { .. }
        | Refusal::NotItsReversal { .. }
        | Refusal::ChainMoved
        | Refusal::ChainTooShort { .. } => 409,
        // Whatever else stops a request is in the request.
        _ => 422,
    }
}

/// The problem of a refusal.
pub(super) fn refused(refusal: &Refusal) -> Problem {
    Problem::new(
        status(refusal),
        refusal.code(),
        "Refused",
        sentence(&refusal.to_string()),
    )
}

/// What an act made, which is looked up when it is done. A database that has gone by then does not
/// undo it: who asked is not told that nothing was recorded.
pub(super) fn after_the_act<T>(shown: PortResult<T>) -> PortResult<T> {
    shown.map_err(|error| match error {
        PortError::Refused(problem) if problem.code == NOTHING_RECORDED => {
            PortError::Down("what was done cannot be shown now".to_owned())
        }
        other => other,
    })
}

/// Why a request was not carried out.
pub(super) fn refuse(error: ExecuteError) -> PortError {
    let text = error.to_string();
    match error {
        ExecuteError::Refused(refusal) => refused(&refusal).into(),
        ExecuteError::Changed(changed) => {
            Problem::new(409, changed.code(), "Changed meanwhile", sentence(&text)).into()
        }
        ExecuteError::KeyReused => {
            Problem::new(409, "key-reused", "Key used before", sentence(&text)).into()
        }
        ExecuteError::Side(_) => Problem::new(409, "taken", "Taken", sentence(&text)).into(),
        ExecuteError::ClockBehind { .. } => {
            Problem::new(503, "clock-behind", "The clock is wrong", sentence(&text)).into()
        }
        ExecuteError::Damaged(_) => {
            Problem::new(500, "damaged", "A stored fact is damaged", sentence(&text)).into()
        }
        // What the store said is for the office's journal; a customer can only wait.
        ExecuteError::Store(_) | ExecuteError::OtherLog { .. } => Problem::new(
            503,
            NOTHING_RECORDED,
            "The office cannot do this now",
            "The office's database does not answer or takes nothing, so nothing was recorded. Send \
             the same request again in a minute.",
        )
        .into(),
        ExecuteError::Unknown(_) | ExecuteError::Closing => PortError::Down(text),
    }
}

/// Why people's data could not be read or changed.
pub(super) fn people(error: PeopleError) -> PortError {
    let text = error.to_string();
    match error {
        PeopleError::LoginTaken => {
            let mut problem = Problem::new(409, "email-taken", "Taken", sentence(&text));
            problem.errors.push(kantor_wire::FieldProblem {
                field: "email".to_owned(),
                code: "email-taken".to_owned(),
                detail: sentence(&text),
            });
            problem.into()
        }
        PeopleError::AccountTaken => {
            Problem::new(409, "account-known", "Known", sentence(&text)).into()
        }
        PeopleError::NoKey { .. } => {
            Problem::new(404, "key-not-found", "No such key", sentence(&text)).into()
        }
        PeopleError::KeyTaken { .. } => {
            Problem::new(409, "key-taken", "Taken", sentence(&text)).into()
        }
        PeopleError::LastAdministrator => {
            Problem::new(409, "last-administrator", "The last one", sentence(&text)).into()
        }
        PeopleError::Damaged { .. } => {
            Problem::new(500, "damaged", "A stored fact is damaged", sentence(&text)).into()
        }
        PeopleError::Execute(error) => refuse(error),
        PeopleError::Store(text) => PortError::Down(text),
    }
}

/// Why a whole file was not taken in.
pub(super) fn import(error: ImportError) -> PortError {
    let text = sentence(&error.to_string());
    match error {
        ImportError::NoFile { .. } => {
            Problem::new(404, "file-not-found", "No such file", text).into()
        }
        ImportError::Differs { .. } => {
            Problem::new(422, "file-differs", "Not what the file says", text).into()
        }
        ImportError::Unreadable { .. } => {
            Problem::new(422, "file-unreadable", "Not to be trusted", text).into()
        }
        ImportError::UnknownAccount { .. } => {
            Problem::new(422, "account-unknown", "Not our account", text).into()
        }
        ImportError::OtherCurrency { .. } => {
            Problem::new(422, "currency-differs", "Another currency", text).into()
        }
        ImportError::Money(_) => Problem::new(422, "money", "Too large", text).into(),
        ImportError::Execute(error) => refuse(error),
    }
}

/// Why a transfer file was not made or archived.
pub(super) fn transfers(error: TransferError) -> PortError {
    let text = sentence(&error.to_string());
    match error {
        TransferError::NoBatch(_) => Problem::new(404, "no_batch", "No such batch", text).into(),
        TransferError::NoAccount(_) => {
            Problem::new(404, "no_account", "No such account", text).into()
        }
        TransferError::NoFile(_) => {
            Problem::new(404, "batch-not-written", "No file yet", text).into()
        }
        TransferError::NoPayee { .. } => {
            Problem::new(409, "payee-unknown", "Payee not known", text).into()
        }
        TransferError::NoLine(_) | TransferError::File(_) => {
            Problem::new(500, "damaged", "A stored fact is damaged", text).into()
        }
        TransferError::Differs { .. } => {
            Problem::new(422, "file-differs", "Not what the batch says", text).into()
        }
        TransferError::People(error) => people(error),
        TransferError::Execute(error) => refuse(error),
    }
}

#[cfg(test)]
mod tests {
    #[test]
    fn sentences_begin_and_end_as_sentences_do() {
        assert_eq!(super::sentence("état of things"), "État of things.");
        assert_eq!(super::sentence("What now?"), "What now?");
    }
}
