//! One act of the queue, and its file: a line of JSON, and a line with the SHA-256 of the first.

use std::path::Path;
use std::time::SystemTime;

use kantor_model::Moment;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use crate::Hints;

/// An act that waits for the office. It never changes once it is queued.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct QueuedAct {
    /// Its number, the place in the order in which acts were queued.
    pub number: u64,
    /// The idempotency key that makes it one act however often it is sent.
    pub key: String,
    /// When it was queued, by the desk's clock.
    pub queued_at: String,
    /// The office that it is for.
    pub office: String,
    /// Under whose name it was queued; nobody else can send it.
    pub by: String,
    /// What it is, for people.
    pub what: String,
    /// The things that it acts on: `order 17`, `line 1/5`, `file 9f…`.
    pub about: Vec<String>,
    /// What the office is asked.
    pub ask: QueuedAsk,
}

/// What the office is asked.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum QueuedAsk {
    /// A request of the office API.
    Post {
        /// Its path below `/office/v1`.
        path: String,
        /// Its document, to the letter: the office knows a repeated request by its bytes.
        body: String,
    },
    /// A statement file, which is read by a pack when it is sent.
    Import {
        /// SHA-256 of its bytes, which lie in `files/`.
        file: String,
        /// What it was called.
        name: String,
        /// Whose statement it is, for a file that does not say.
        account: Option<String>,
        /// The code page, where a person knows it.
        charset: Option<String>,
        /// Whether what leaves every amount certain is forgiven.
        lenient: bool,
    },
}

impl QueuedAct {
    /// The bytes of its file.
    pub(super) fn to_bytes(&self) -> Vec<u8> {
        // Numbers, texts and flags always have a JSON form.
        let mut bytes = serde_json::to_vec(self).unwrap_or_default();
        let sum = sha256(&bytes);
        bytes.extend_from_slice(format!("\nsha256 {sum}\n").as_bytes());
        bytes
    }

    /// Reads a file back, or says what is wrong with it.
    pub(super) fn from_bytes(bytes: &[u8], number: u64) -> Result<QueuedAct, String> {
        let text = std::str::from_utf8(bytes).map_err(|_| "it is not text".to_owned())?;
        let (json, sum) = text
            .strip_suffix('\n')
            .and_then(|text| text.rsplit_once("\nsha256 "))
            .ok_or_else(|| "it breaks off before its sum".to_owned())?;
        if sha256(json.as_bytes()) != sum {
            return Err("its sum does not fit, so it was changed or torn".to_owned());
        }
        let act: QueuedAct =
            serde_json::from_str(json).map_err(|error| format!("it is no act ({error})"))?;
        if act.number != number {
            return Err(format!(
                "its name says act {number}, and it is act {}",
                act.number
            ));
        }
        Ok(act)
    }
}

/// An act before it has a number and a key.
pub(super) struct Draft {
    pub(super) what: String,
    pub(super) about: Vec<String>,
    pub(super) ask: QueuedAsk,
}

impl Draft {
    /// A statement file that is to be imported.
    pub(super) fn of_file(file: String, path: &Path, hints: Hints<'_>) -> Draft {
        let name = path.file_name().unwrap_or(path.as_os_str());
        let name = name.to_string_lossy().into_owned();
        Draft {
            what: format!("import {name}"),
            about: vec![about_file(&file)],
            ask: QueuedAsk::Import {
                file,
                name,
                account: hints.account.map(str::to_owned),
                charset: hints.charset.map(str::to_owned),
                lenient: hints.lenient,
            },
        }
    }
}

/// How acts on a file know each other.
pub(super) fn about_file(file: &str) -> String {
    format!("file {file}")
}

/// Lower-case hex, as the office names files.
pub(super) fn sha256(bytes: &[u8]) -> String {
    Sha256::digest(bytes)
        .iter()
        .map(|byte| format!("{byte:02x}"))
        .collect()
}

/// Now, by the desk's clock. It is told to people and decides nothing.
pub(super) fn now() -> String {
    let since = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH);
    let micros = since.map_or(0, |since| {
        i64::try_from(since.as_micros()).unwrap_or(i64::MAX)
    });
    Moment::from_micros(micros).to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn act() -> QueuedAct {
        QueuedAct {
            number: 3,
            key: "k".to_owned(),
            queued_at: "2026-11-23T13:05:00Z".to_owned(),
            office: "Kantor\nŻuraw".to_owned(),
            by: "anna".to_owned(),
            what: "sha256 of nothing".to_owned(),
            about: vec!["order 17".to_owned()],
            ask: QueuedAsk::Post {
                path: "/orders/17/cancel".to_owned(),
                body: "{\"reason\":\"x\"}".to_owned(),
            },
        }
    }

    #[test]
    fn an_act_is_read_as_it_was_written() {
        let bytes = act().to_bytes();
        assert_eq!(QueuedAct::from_bytes(&bytes, 3), Ok(act()));
        assert!(QueuedAct::from_bytes(&bytes, 4).is_err());
    }

    /// Any byte that is missing or another one is noticed.
    #[test]
    fn nothing_of_it_can_be_changed_unnoticed() {
        let bytes = act().to_bytes();
        for at in 0..bytes.len() {
            assert!(QueuedAct::from_bytes(&bytes[..at], 3).is_err(), "{at}");
            let mut changed = bytes.clone();
            changed[at] ^= 1;
            assert!(QueuedAct::from_bytes(&changed, 3).is_err(), "{at}");
        }
    }
}
