//! Idempotency keys: one per act, kept until the act's outcome is known.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};

use sha2::{Digest, Sha256};

use crate::ApiError;

/// The key of one act, as the header `Idempotency-Key` carries it.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub(crate) struct ActKey(String);

impl ActKey {
    /// A key that no act ever had.
    pub(crate) fn fresh() -> Result<ActKey, ApiError> {
        let mut bytes = [0_u8; 16];
        getrandom::fill(&mut bytes).map_err(|error| ApiError::NoRandomness {
            why: error.to_string(),
        })?;
        Ok(ActKey(
            bytes.iter().map(|byte| format!("{byte:02x}")).collect(),
        ))
    }

    /// The text of the header.
    pub(crate) fn as_str(&self) -> &str {
        &self.0
    }
}

/// A short name of some bytes: sixteen hexadecimal digits of their SHA-256.
pub(crate) fn fingerprint(bytes: &[u8]) -> String {
    let hash = Sha256::digest(bytes);
    let first = hash.iter().take(8);
    first.map(|byte| format!("{byte:02x}")).collect()
}

/// What an act is, so that the same act can be recognised: address and content, hashed.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub(crate) struct ActIdentity([u8; 32]);

impl ActIdentity {
    /// The identity of a request.
    pub(crate) fn of(address: &str, body: &[u8]) -> ActIdentity {
        let mut hasher = Sha256::new();
        hasher.update(address.as_bytes());
        hasher.update([0]);
        hasher.update(body);
        ActIdentity(hasher.finalize().into())
    }
}

/// The keys of acts whose outcome is not known yet. An act that is tried again after a lost answer
/// gets its old key; an act that was answered (done or refused) is forgotten, so that doing the
/// same thing again on purpose is a new act.
#[derive(Default, Debug)]
pub(crate) struct OpenActs(Mutex<HashMap<ActIdentity, ActKey>>);

impl OpenActs {
    /// The key to send this act with.
    pub(crate) fn key(&self, act: ActIdentity) -> Result<ActKey, ApiError> {
        let mut open = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(key) = open.get(&act) {
            return Ok(key.clone());
        }
        let key = ActKey::fresh()?;
        open.insert(act, key.clone());
        Ok(key)
    }

    /// The outcome of the act is known.
    pub(crate) fn answered(&self, act: ActIdentity) {
        self.0
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .remove(&act);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_act_keeps_its_key_until_it_is_answered() {
        let acts = OpenActs::default();
        let cancel = ActIdentity::of("/orders/1/cancel", b"{}");
        let first = acts.key(cancel).expect("a key");
        assert_eq!(acts.key(cancel).expect("a key"), first);
        assert_ne!(
            acts.key(ActIdentity::of("/orders/2/cancel", b"{}"))
                .expect("a key"),
            first
        );
        acts.answered(cancel);
        assert_ne!(acts.key(cancel).expect("a key"), first);
        assert_eq!(first.as_str().len(), 32);
    }

    #[test]
    fn address_and_content_are_kept_apart() {
        assert_ne!(ActIdentity::of("/a", b"b"), ActIdentity::of("/ab", b""));
    }
}
