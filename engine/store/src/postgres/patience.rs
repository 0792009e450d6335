//! How long a database may take to answer, and how long it lets a process hold an office.

use std::time::Duration;

/// A network that swallows everything, a server that hangs: nobody waits for ever. Seconds, said in
/// the address as `?patience=30`.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) struct Patience(u16);

impl Default for Patience {
    fn default() -> Patience {
        Patience(30)
    }
}

/// What begins a transaction.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum How {
    /// A frozen picture.
    Read,
    /// Each statement sees what was committed before it; the office's row, once held, keeps every
    /// other writer of the office out.
    Write,
    /// An upload does not wait for the disk: it counts for nothing until a commit names it, and
    /// that commit waits for everything that was logged before it.
    Upload,
}

/// The statements that begin each kind of transaction on one server.
pub(super) struct Beginnings {
    read: String,
    write: String,
    upload: String,
}

impl Patience {
    /// From its text in an address: whole seconds, 2 to 600.
    pub(super) fn read(text: &str) -> Option<Patience> {
        let seconds = text.parse().ok()?;
        (2..=600).contains(&seconds).then_some(Patience(seconds))
    }

    /// How long the server may take to answer a statement.
    pub(super) fn answer(self) -> Duration {
        Duration::from_secs(self.0.into())
    }

    /// How long a connection may take to come up.
    pub(super) fn connect(self) -> Duration {
        self.answer().min(Duration::from_secs(10))
    }

    /// The beginnings of transactions. A process that hangs, or whose machine is gone, is put out
    /// by the server after half the time that others wait for it, so that it does not hold the
    /// office for ever and who waits for it gets his turn.
    pub(super) fn beginnings(self) -> Beginnings {
        let held = u32::from(self.0) * 500;
        // Every statement here knows its rows by a key. A plan that was made while a table was
        // small reads all of it, and is kept by the connection however big the table has become.
        let keyed = "SET LOCAL enable_seqscan = off";
        let write = format!(
            "BEGIN ISOLATION LEVEL READ COMMITTED; {keyed}; \
             SET LOCAL idle_in_transaction_session_timeout = {held}"
        );
        Beginnings {
            read: format!("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY; {keyed}"),
            upload: format!("{write}; SET LOCAL synchronous_commit = off"),
            write,
        }
    }
}

impl Beginnings {
    pub(super) fn sql(&self, how: How) -> &str {
        match how {
            How::Read => &self.read,
            How::Write => &self.write,
            How::Upload => &self.upload,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_hanging_process_is_put_out_before_others_give_up() {
        let patience = Patience::read("7").unwrap();
        assert_eq!(patience.answer(), Duration::from_secs(7));
        assert_eq!(patience.connect(), Duration::from_secs(7));
        let beginnings = patience.beginnings();
        assert!(beginnings.sql(How::Write).ends_with("timeout = 3500"));
        assert_eq!(Patience::default().connect(), Duration::from_secs(10));
        for bad in ["", "1", "601", "-3", "2.5", "soon"] {
            assert_eq!(Patience::read(bad), None, "{bad}");
        }
    }
}
