//! A person at the window: looks until something is there, presses keys, clicks where words stand.

use std::path::PathBuf;
use std::process::Command;
use std::time::{Duration, Instant};

use fltk::app;
use fltk::prelude::{GroupExt, WidgetExt, WindowExt};
use fltk::widget::Widget;
use kantor_cashier::Cashier;

/// How long a person looks before he says that it is not there.
const PATIENCE: Duration = Duration::from_secs(30);

pub(crate) struct Hand {
    cashier: Cashier,
}

impl Hand {
    pub(crate) fn on(cashier: Cashier) -> Hand {
        Hand { cashier }
    }

    /// Waits until the text stands in the window.
    pub(crate) fn sees(&mut self, text: &str) {
        self.waits(text, |window| window.contains(text));
    }

    /// The rows of the pane whose heading begins so.
    pub(crate) fn pane(&self, heading: &str) -> Vec<String> {
        self.cashier
            .transcript()
            .lines()
            .skip_while(|line| !line.starts_with(heading))
            .skip(1)
            .take_while(|line| line.starts_with("  "))
            .map(str::to_owned)
            .collect()
    }

    /// Waits until the text stands in the window no more.
    pub(crate) fn sees_no_more(&mut self, text: &str) {
        self.waits(&format!("not: {text}"), |window| !window.contains(text));
    }

    fn waits(&mut self, what: &str, there: impl Fn(&str) -> bool) {
        let begun = Instant::now();
        loop {
            self.turn();
            // Spaces that do not break look like spaces.
            let window = self.cashier.transcript().replace('\u{a0}', " ");
            if there(&window) {
                // The picture follows the words.
                self.turn();
                return;
            }
            assert!(
                begun.elapsed() < PATIENCE,
                "after {PATIENCE:?} the window does not show\n  {what}\nbut\n{window}"
            );
        }
    }

    /// Lets the window live for a moment.
    fn turn(&mut self) {
        // An error is a signal that came while waiting, such as that of a child's end.
        let _ = app::wait_for(0.02);
        self.cashier.catch_up();
    }

    /// Presses keys, one after the other: `ctrl+o`, `Tab Return`.
    pub(crate) fn presses(&mut self, keys: &str) {
        for key in keys.split(' ') {
            self.does(&["key", key]);
        }
    }

    /// Types text.
    pub(crate) fn types(&mut self, text: &str) {
        self.does(&["type", "--delay", "5", text]);
    }

    /// Clicks the button with this label.
    pub(crate) fn clicks(&mut self, label: &str) {
        let (x, y) = button(label).unwrap_or_else(|| panic!("no button says {label}"));
        self.does(&["mousemove", &x.to_string(), &y.to_string(), "click", "1"]);
    }

    /// Clicks the row in which this text stands.
    pub(crate) fn points_at(&mut self, text: &str) {
        let (x, y) = self
            .cashier
            .row_of(text)
            .unwrap_or_else(|| panic!("no row says {text}"));
        self.does(&["mousemove", &x.to_string(), &y.to_string(), "click", "1"]);
    }

    /// Lets xdotool act, while the window lives on to receive it.
    fn does(&mut self, arguments: &[&str]) {
        let mut child = Command::new("xdotool")
            .args(arguments)
            .spawn()
            .expect("xdotool starts");
        let status = loop {
            self.turn();
            if let Some(status) = child.try_wait().expect("xdotool ends") {
                break status;
            }
        };
        assert!(status.success(), "xdotool {arguments:?}: {status}");
        for _ in 0..5 {
            self.turn();
        }
    }

    /// Takes a picture for people, in the folder that KANTOR_PICTURES names.
    pub(crate) fn photograph(&mut self, name: &str) {
        let Some(folder) = std::env::var_os("KANTOR_PICTURES") else {
            return;
        };
        for _ in 0..10 {
            self.turn();
        }
        let file = PathBuf::from(folder).join(format!("{name}.png"));
        let status = Command::new("import")
            .args(["-window", "root"])
            .arg(&file)
            .status()
            .expect("ImageMagick's import takes the picture");
        assert!(status.success());
    }
}

/// Where the button with this label stands on the screen, the topmost window first.
fn button(label: &str) -> Option<(i32, i32)> {
    // FLTK lists the window that was shown last first: a dialog before the window under it.
    let windows = app::windows().unwrap_or_default();
    windows.iter().find_map(|window| {
        let found = find(window, label)?;
        Some((
            window.x_root() + found.x() + found.w() / 2,
            window.y_root() + found.y() + found.h() / 2,
        ))
    })
}

fn find(group: &impl GroupExt, label: &str) -> Option<Widget> {
    (0..group.children())
        .filter_map(|number| group.child(number))
        .filter(WidgetExt::visible)
        .find_map(|child| {
            if child.label() == label && child.active_r() {
                return Some(child);
            }
            let inner = child.as_group()?;
            find(&inner, label)
        })
}
