//! The outbox: what customers are told follows from the log, goes out after the commit, and is
//! recorded as sent by an event. A crash between sending and recording sends a notice twice with
//! the same identity; none is ever lost.

use std::sync::atomic::Ordering;

use kantor_engine::access::Help;
use kantor_engine::{Actor, Command, CustomerId, Event, OrderId, Snapshot};
use kantor_store::{Side, SideChange, SideError};

use crate::error::ExecuteError;
use crate::follow;
use crate::request::Request;
use crate::runtime::Office;

/// How many positions of the log are looked at in one turn.
const PAGE: usize = 500;

/// What a customer is told about.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum NoticeKind {
    /// His order is placed; here is how to pay.
    OrderPlaced,
    /// His money is here.
    OrderFunded,
    /// His money is here, and somebody has to look at it.
    OrderHeld,
    /// He is asked for his consent to another rate.
    RateOffered,
    /// The time to pay is over.
    OrderExpired,
    /// His order was cancelled.
    OrderCancelled,
    /// His money goes back.
    OrderRefunding,
    /// He has been paid.
    OrderCompleted,
    /// His money has gone back.
    OrderRefunded,
    /// An account was added to his profile.
    AccountAdded,
    /// The office lets him choose a new password.
    NewPassword,
    /// He says that he has forgotten his password: the letter holds a code for a new one, which
    /// whoever writes it makes ([`Office::send_password_code`]).
    ForgottenPassword,
    /// His password is another one now.
    PasswordChanged,
}

/// Something to tell a customer (powiadomienie).
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Notice {
    /// Its identity: the position of the log that it is about, or what a letter is called that is
    /// about none.
    pub name: String,
    /// Whom.
    pub customer: CustomerId,
    /// About which order.
    pub order: Option<OrderId>,
    /// What.
    pub kind: NoticeKind,
    /// The code of the language in which he asked for it; otherwise [`Office::language`] knows his.
    pub language: Option<String>,
}

/// Kind of row: what one process of an office does at a time, by its name.
const TURN: &str = "turn";
/// Sending notices.
const SENDING: &str = "notices";
/// How long a process that has the turn may be silent before another one may send, in seconds.
const TURN_SECONDS: i64 = 60;

/// Why a notice did not go out; it is tried again.
#[derive(Debug, thiserror::Error)]
#[error("the notice was not sent: {0}; it will be tried again")]
pub struct NotifyError(
    /// Why.
    pub String,
);

/// Sends notices: by e-mail, by text message, into a folder. It finds the words, and makes the
/// secrets that stand in them, so that nobody else ever knows one.
pub trait Notifier: Send + Sync {
    /// Sends one. The same notice may come twice after a crash.
    fn notify(&self, office: &Office, notice: &Notice) -> Result<(), NotifyError>;
}

impl Office {
    /// Sends what has not been sent, in order, and records it; then the letters that are about
    /// nothing in the log. Answers how many went out; stops at
    /// the first that cannot be sent, which is tried again at the next call. Of several processes
    /// one sends at a time; the others have nothing to send then.
    pub fn send_notices(&self, notifier: &dyn Notifier) -> Result<usize, ExecuteError> {
        let waits = self.is_anything_unsent()? || self.has_letters()?;
        if !waits || !self.take_turn()? {
            return Ok(0);
        }
        let sent = self
            .send_unsent(notifier)
            .and_then(|sent| Ok(sent + self.send_letters(notifier)?));
        self.change_turn(SideChange::Delete {
            kind: TURN.to_owned(),
            key: SENDING.to_owned(),
        })?;
        sent
    }

    /// From where on something may be unsent: what was looked through once is not read again each
    /// time.
    fn looked_through(&self) -> u64 {
        let looked = self.shared().looked_through.load(Ordering::Relaxed);
        self.read(|seen| seen.notices_sent).max(looked)
    }

    fn is_anything_unsent(&self) -> Result<bool, ExecuteError> {
        let mut after = self.looked_through();
        loop {
            let changes = self.known_changes(after, PAGE)?;
            let Some(last) = changes.last() else {
                self.shared().looked_through.store(after, Ordering::Relaxed);
                return Ok(false);
            };
            after = last.seq;
            let mut events = changes
                .iter()
                .map(|change| (change.seq, &change.recorded.event));
            if self.read(|seen| events.any(|(seq, event)| notice(seen, seq, event).is_some())) {
                return Ok(true);
            }
        }
    }

    fn send_unsent(&self, notifier: &dyn Notifier) -> Result<usize, ExecuteError> {
        // Who had the turn before may have recorded what he sent a moment ago.
        follow::catch_up(self.shared())?;
        let mut after = self.looked_through();
        let (mut sent, mut through) = (0, after);
        loop {
            let changes = self.known_changes(after, PAGE)?;
            let Some(last) = changes.last() else { break };
            after = last.seq;
            for change in &changes {
                let notice = self.read(|seen| notice(seen, change.seq, &change.recorded.event));
                if let Some(notice) = notice {
                    if notifier.notify(self, &notice).is_err() {
                        return self.record_sent(sent, through);
                    }
                    (sent, through) = (sent + 1, change.seq);
                }
            }
            self.change_turn(SideChange::Put(self.turn()))?;
        }
        self.record_sent(sent, through)
    }

    /// Whether this process may send now.
    fn take_turn(&self) -> Result<bool, ExecuteError> {
        let shared = self.shared();
        let taken = SideChange::PutNew(self.turn());
        let office = shared.settings.office;
        match shared.store.change_side(office, self.now(), &[taken]) {
            Ok(()) => Ok(true),
            Err(SideError::Refused(_)) => Ok(false),
            Err(error) => Err(ExecuteError::Store(error.to_string())),
        }
    }

    fn change_turn(&self, change: SideChange) -> Result<(), ExecuteError> {
        let shared = self.shared();
        let office = shared.settings.office;
        let changed = shared.store.change_side(office, self.now(), &[change]);
        changed.map_err(|error| ExecuteError::Store(error.to_string()))
    }

    /// The turn to send. It ends by itself when the process that has it is gone.
    fn turn(&self) -> Side {
        Side {
            kind: TURN.to_owned(),
            key: SENDING.to_owned(),
            owner: None,
            body: Vec::new(),
            expires: Some(self.now().plus_seconds(TURN_SECONDS)),
        }
    }

    fn record_sent(&self, sent: usize, through: u64) -> Result<usize, ExecuteError> {
        if sent > 0 {
            let record = Command::RecordNotices { through };
            self.execute(Request::new(Actor::System, record))?;
        }
        Ok(sent)
    }
}

fn notice(seen: &Snapshot, seq: u64, event: &Event) -> Option<Notice> {
    let told = |customer, order, kind| Notice {
        name: format!("{seq:08}"),
        customer,
        order,
        kind,
        language: None,
    };
    let about = |order: &OrderId, kind| {
        let customer = seen.orders.get(order)?.facts.customer;
        Some(told(customer, Some(*order), kind))
    };
    match event {
        Event::OrderPlaced { facts } => about(&facts.order, NoticeKind::OrderPlaced),
        Event::OrderFunded { order, .. } => about(order, NoticeKind::OrderFunded),
        Event::OrderHeld { order, .. } => about(order, NoticeKind::OrderHeld),
        Event::RateOffered { order, .. } => about(order, NoticeKind::RateOffered),
        Event::OrderExpired { order } => about(order, NoticeKind::OrderExpired),
        Event::OrderCancelled { order, .. } => about(order, NoticeKind::OrderCancelled),
        Event::OrderRefunding { order, .. } => about(order, NoticeKind::OrderRefunding),
        Event::OrderCompleted { order } => about(order, NoticeKind::OrderCompleted),
        Event::OrderRefunded { order } => about(order, NoticeKind::OrderRefunded),
        Event::CustomerAccountAdded { customer, .. } => {
            Some(told(*customer, None, NoticeKind::AccountAdded))
        }
        Event::CustomerHelped {
            customer,
            help: Help::NewPassword,
            ..
        } => Some(told(*customer, None, NoticeKind::NewPassword)),
        _ => None,
    }
}
