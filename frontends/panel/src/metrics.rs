//! Counters in the text form that Prometheus reads.

use std::fmt::{Display, Write};
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

/// What a family of numbers is.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Kind {
    /// Only grows.
    Counter,
    /// Goes up and down.
    Gauge,
    /// Counted by classes.
    Histogram,
}

/// Begins a family of numbers.
pub(crate) fn family(text: &mut String, name: &str, kind: Kind, about: &str) {
    let kind = match kind {
        Kind::Counter => "counter",
        Kind::Gauge => "gauge",
        Kind::Histogram => "histogram",
    };
    // Writing to a string cannot fail, here and below.
    let _ = writeln!(text, "# HELP {name} {about}\n# TYPE {name} {kind}");
}

/// One number of a family; labels are words of the program's own.
pub(crate) fn sample(text: &mut String, name: &str, labels: &[(&str, &str)], value: impl Display) {
    text.push_str(name);
    for (at, (label, word)) in labels.iter().enumerate() {
        let open = if at == 0 { '{' } else { ',' };
        let _ = write!(text, "{open}{label}=\"{word}\"");
    }
    let close = if labels.is_empty() { "" } else { "}" };
    let _ = writeln!(text, "{close} {value}");
}

/// Microseconds as seconds, exactly.
pub(crate) fn seconds(micros: u64) -> String {
    let text = format!("{}.{:06}", micros / 1_000_000, micros % 1_000_000);
    text.trim_end_matches('0').trim_end_matches('.').to_owned()
}

/// What a listener counts.
#[derive(Default)]
pub(crate) struct Metrics {
    answers: [AtomicU64; 5],
    streams: AtomicU64,
    /// How long the last news took from the commit to here, in microseconds; 0 until it is known,
    /// which a panel never does: it follows no log.
    lag: AtomicU64,
    silent: AtomicU64,
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

    /// How long news took from the commit to this process.
    pub(crate) fn news_took(&self, took: Duration) {
        let micros = u64::try_from(took.as_micros()).unwrap_or(u64::MAX);
        self.lag.store(micros.max(1), Ordering::Relaxed);
    }

    /// Counts a time that the office did not answer.
    pub(crate) fn office_silent(&self) {
        self.silent.fetch_add(1, Ordering::Relaxed);
    }

    /// The counters as text.
    pub(crate) fn text(&self) -> String {
        let mut text = String::new();
        let answers = "kantor_http_answers_total";
        family(
            &mut text,
            answers,
            Kind::Counter,
            "Answers by class of status.",
        );
        for (counter, class) in self.answers.iter().zip(["1xx", "2xx", "3xx", "4xx", "5xx"]) {
            let count = counter.load(Ordering::Relaxed);
            sample(&mut text, answers, &[("class", class)], count);
        }
        for (name, about, counter) in [
            (
                "kantor_streams_total",
                "Event streams opened.",
                &self.streams,
            ),
            (
                "kantor_office_silent_total",
                "Times that the office was asked and did not answer.",
                &self.silent,
            ),
        ] {
            family(&mut text, name, Kind::Counter, about);
            sample(&mut text, name, &[], counter.load(Ordering::Relaxed));
        }
        let lag = "kantor_feed_lag_seconds";
        let about = "How long the last news took from its commit to this process.";
        family(&mut text, lag, Kind::Gauge, about);
        match self.lag.load(Ordering::Relaxed) {
            0 => {}
            micros => sample(&mut text, lag, &[], seconds(micros)),
        }
        text
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn seconds_are_exact_and_short() {
        let check = |micros, text: &str| assert_eq!(seconds(micros), text);
        check(0, "0");
        check(500, "0.0005");
        check(1_000_000, "1");
        check(12_340_000, "12.34");
        check(10_000_000, "10");
    }

    #[test]
    fn a_delay_that_nobody_has_measured_is_not_told_as_none() {
        let metrics = Metrics::default();
        let told = |metrics: &Metrics| metrics.text().contains("\nkantor_feed_lag_seconds ");
        assert!(!told(&metrics));
        metrics.news_took(Duration::ZERO);
        assert!(told(&metrics));
    }

    #[test]
    fn a_sample_is_a_line_with_its_labels() {
        let mut text = String::new();
        sample(&mut text, "a", &[], 1);
        sample(&mut text, "b", &[("x", "y"), ("z", "w")], "2.5");
        assert_eq!(text, "a 1\nb{x=\"y\",z=\"w\"} 2.5\n");
    }
}
