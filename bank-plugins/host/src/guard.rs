//! Holds a pack to the order and the limits of the contract, whichever process it runs in.

use kantor_model::{
    Complaint, Currency, EntryView, Flow, PartView, Severity, StatementFoot, StatementHead,
    StatementSink,
};

use crate::Limits;
use crate::call::Answer;

/// What ended a reading before its end.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Fault {
    /// The pack broke the contract.
    Breach(String),
    /// The pack gave more than a limit.
    TooMuch { what: &'static str, limit: u64 },
}

/// What came through.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) struct Counts {
    pub(crate) statements: u64,
    pub(crate) entries: u64,
    pub(crate) notices: u64,
    pub(crate) fatal: u64,
}

/// A sink before the caller's sink: passes on what keeps the contract.
pub(crate) struct Guard<'a> {
    sink: &'a mut dyn StatementSink,
    limits: Limits,
    /// The currency of the statement that is open.
    open: Option<Currency>,
    /// Parts that wait for their entry, and all that ever came.
    waiting: u64,
    parts: u64,
    stopped: bool,
    pub(crate) counts: Counts,
    pub(crate) fault: Option<Fault>,
    /// The message of the last fatal complaint.
    pub(crate) last_fatal: Option<String>,
}

impl<'a> Guard<'a> {
    pub(crate) fn new(sink: &'a mut dyn StatementSink, limits: Limits) -> Guard<'a> {
        Guard {
            sink,
            limits,
            open: None,
            waiting: 0,
            parts: 0,
            stopped: false,
            counts: Counts::default(),
            fault: None,
            last_fatal: None,
        }
    }

    /// The caller's own sink wanted no more, and nothing else was wrong.
    pub(crate) fn stopped_by_caller(&self) -> bool {
        self.stopped && self.fault.is_none()
    }

    /// What must hold once the pack has said that it is done.
    pub(crate) fn finish(&mut self, answer: &Answer) {
        if self.stopped || self.fault.is_some() {
            return;
        }
        let what = if *answer == Answer::Unreadable && self.counts.fatal == 0 {
            "it called the file unreadable without a fatal complaint"
        } else if *answer == Answer::Ok && self.open.is_some() && !self.excused() {
            "it ended with a statement open"
        } else {
            return;
        };
        self.fault = Some(Fault::Breach(what.to_owned()));
    }

    /// A statement that a fatal complaint is about may stay without an end.
    fn excused(&self) -> bool {
        self.counts.fatal > 0
    }

    fn fail(&mut self, fault: Fault) -> Flow {
        self.fault.get_or_insert(fault);
        self.stopped = true;
        Flow::Stop
    }

    fn breach(&mut self, what: impl Into<String>) -> Flow {
        self.fail(Fault::Breach(what.into()))
    }

    fn pass(&mut self, flow: Flow) -> Flow {
        self.stopped = flow == Flow::Stop;
        flow
    }

    fn balance_fits(&mut self, foreign: bool) -> Result<(), Flow> {
        if foreign {
            return Err(self.breach("a balance is in another currency than its statement"));
        }
        Ok(())
    }
}

impl StatementSink for Guard<'_> {
    fn begin(&mut self, head: StatementHead) -> Flow {
        if self.stopped {
            return self.breach("it went on after it was told to stop");
        }
        if self.open.is_some() && !self.excused() {
            return self.breach("it began a statement inside another");
        }
        let foreign = head
            .opening
            .is_some_and(|balance| balance.amount.currency() != head.currency);
        if let Err(stop) = self.balance_fits(foreign) {
            return stop;
        }
        self.open = Some(head.currency);
        self.waiting = 0;
        self.counts.statements += 1;
        let flow = self.sink.begin(head);
        self.pass(flow)
    }

    fn part(&mut self, part: &PartView<'_>) -> Flow {
        if self.stopped {
            return self.breach("it went on after it was told to stop");
        }
        let Some(currency) = self.open else {
            return self.breach("it gave a part of an entry outside of a statement");
        };
        if part
            .amount
            .is_some_and(|amount| amount.currency() != currency)
        {
            return self.breach("a part of an entry is in another currency than its statement");
        }
        if self.parts == self.limits.entries {
            let limit = self.limits.entries;
            return self.fail(Fault::TooMuch {
                what: "parts of entries",
                limit,
            });
        }
        self.parts += 1;
        self.waiting += 1;
        let flow = self.sink.part(part);
        self.pass(flow)
    }

    fn entry(&mut self, entry: &EntryView<'_>) -> Flow {
        if self.stopped {
            return self.breach("it went on after it was told to stop");
        }
        let Some(currency) = self.open else {
            return self.breach("it gave an entry outside of a statement");
        };
        if entry.amount.currency() != currency {
            return self.breach("an entry is in another currency than its statement");
        }
        if self.counts.entries == self.limits.entries {
            let limit = self.limits.entries;
            return self.fail(Fault::TooMuch {
                what: "entries",
                limit,
            });
        }
        self.counts.entries += 1;
        self.waiting = 0;
        let flow = self.sink.entry(entry);
        self.pass(flow)
    }

    fn end(&mut self, foot: StatementFoot) -> Flow {
        if self.stopped {
            return self.breach("it went on after it was told to stop");
        }
        let Some(currency) = self.open.take() else {
            return self.breach("it ended a statement that it had not begun");
        };
        if std::mem::take(&mut self.waiting) > 0 {
            return self.breach("it ended a statement after parts of an entry that never came");
        }
        let foreign = [foot.closing, foot.available]
            .into_iter()
            .flatten()
            .any(|balance| balance.amount.currency() != currency);
        if let Err(stop) = self.balance_fits(foreign) {
            return stop;
        }
        let flow = self.sink.end(foot);
        self.pass(flow)
    }

    fn complaint(&mut self, complaint: Complaint) -> Flow {
        if self.stopped {
            return self.breach("it went on after it was told to stop");
        }
        if self.counts.fatal + self.counts.notices == self.limits.complaints {
            let limit = self.limits.complaints;
            return self.fail(Fault::TooMuch {
                what: "complaints",
                limit,
            });
        }
        match complaint.severity {
            Severity::Notice => self.counts.notices += 1,
            Severity::Fatal => {
                self.counts.fatal += 1;
                self.last_fatal = Some(complaint.message.clone());
            }
        }
        let flow = self.sink.complaint(complaint);
        self.pass(flow)
    }
}
