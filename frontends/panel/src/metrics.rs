//! A few counters in the text form that Prometheus reads.

use std::fmt::Write;
use std::sync::atomic::{AtomicU64, Ordering};

/// Answers by the first digit of their status, and streams that are open.
#[derive(Default)]
pub(crate) struct Metrics {
    answers: [AtomicU64; 5],
    streams: AtomicU64,
}

impl Metrics {
    /// Counts an answer.
    pub(crate) fn answered(&self, status: u16) {
        let class = usize::from(status / 100).saturating_sub(1);
        if let Some(counter) = self.answers.get(class) {
            counter.fetch_add(1, Ordering::Relaxed);
        }
    }

    /// Counts a stream that opens.
    pub(crate) fn stream_opened(&self) {
        self.streams.fetch_add(1, Ordering::Relaxed);
    }

    /// The counters as text.
    pub(crate) fn text(&self) -> String {
        let mut text = String::from(
            "# HELP kantor_http_answers_total Answers by class of status.\n\
             # TYPE kantor_http_answers_total counter\n",
        );
        for (counter, class) in self.answers.iter().zip(1..) {
            // Writing to a string cannot fail.
            let _ = writeln!(
                text,
                "kantor_http_answers_total{{class=\"{class}xx\"}} {}",
                counter.load(Ordering::Relaxed)
            );
        }
        let _ = write!(
            text,
            "# HELP kantor_streams_total Event streams opened.\n\
             # TYPE kantor_streams_total counter\n\
             kantor_streams_total {}\n",
            self.streams.load(Ordering::Relaxed)
        );
        text
    }
}
