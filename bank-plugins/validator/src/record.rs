//! What a pack gave, record by record, so that two readings can be compared.

use kantor_model::{
    Collected, Collector, Complaint, Entry, EntryView, Flow, Part, PartView, Severity,
    StatementFoot, StatementHead, StatementSink,
};

/// One record.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Record {
    Begin(StatementHead),
    Part(Part),
    Entry(Box<Entry>),
    End(StatementFoot),
    Complaint(Complaint),
}

/// Keeps every record, in order.
#[derive(Debug, Default)]
pub(crate) struct Records {
    pub(crate) all: Vec<Record>,
}

impl Records {
    fn keep(&mut self, record: Record) -> Flow {
        self.all.push(record);
        Flow::Continue
    }

    /// As an office collects them.
    pub(crate) fn collected(&self) -> Collected {
        let mut sink = Collector::new();
        for record in &self.all {
            // A collector takes everything.
            let _ = match record {
                Record::Begin(head) => sink.begin(head.clone()),
                Record::Part(part) => sink.part(&part.view()),
                Record::Entry(entry) => sink.entry(&entry.view()),
                Record::End(foot) => sink.end(foot.clone()),
                Record::Complaint(complaint) => sink.complaint(complaint.clone()),
            };
        }
        sink.finish()
    }

    pub(crate) fn complaints(&self) -> impl Iterator<Item = &Complaint> {
        self.all.iter().filter_map(|record| match record {
            Record::Complaint(complaint) => Some(complaint),
            Record::Begin(_) | Record::Part(_) | Record::Entry(_) | Record::End(_) => None,
        })
    }

    pub(crate) fn has_fatal(&self) -> bool {
        self.complaints()
            .any(|complaint| complaint.severity == Severity::Fatal)
    }

    /// The first record in which two readings differ, in words.
    pub(crate) fn difference(&self, other: &Records) -> Option<String> {
        if self.all == other.all {
            return None;
        }
        let at = self
            .all
            .iter()
            .zip(&other.all)
            .position(|(one, other)| one != other)
            .unwrap_or_else(|| self.all.len().min(other.all.len()));
        let show = |records: &Records| {
            records.all.get(at).map_or_else(
                || "nothing more".to_owned(),
                |record| {
                    let text: String = format!("{record:?}").chars().take(160).collect();
                    text
                },
            )
        };
        Some(format!(
            "record {} is {} and was {}",
            at + 1,
            show(self),
            show(other)
        ))
    }
}

impl StatementSink for Records {
    fn begin(&mut self, head: StatementHead) -> Flow {
        self.keep(Record::Begin(head))
    }

    fn part(&mut self, part: &PartView<'_>) -> Flow {
        self.keep(Record::Part(part.to_part()))
    }

    fn entry(&mut self, entry: &EntryView<'_>) -> Flow {
        self.keep(Record::Entry(Box::new(entry.to_entry())))
    }

    fn end(&mut self, foot: StatementFoot) -> Flow {
        self.keep(Record::End(foot))
    }

    fn complaint(&mut self, complaint: Complaint) -> Flow {
        self.keep(Record::Complaint(complaint))
    }
}
