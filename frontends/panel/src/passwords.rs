//! Passwords: argon2id on threads of its own, so that logins never starve pages. The calls block.

use std::sync::mpsc::{Receiver, SyncSender, TrySendError, sync_channel};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread;

use argon2::password_hash::{PasswordHash, PasswordHasher, PasswordVerifier, SaltString};
use argon2::{Algorithm, Argon2, Params, Version};

/// How much memory (KiB), how many passes and lanes: the second recommended set of the OWASP
/// password storage cheat sheet for argon2id.
const MEMORY_KIB: u32 = 19_456;
const PASSES: u32 = 2;
const LANES: u32 = 1;

/// Logins that may wait for a thread; more are told to come back.
const QUEUE: usize = 64;

/// Why a password could not be hashed or checked.
#[derive(Debug, thiserror::Error)]
pub(crate) enum PasswordError {
    /// Too many logins at once.
    #[error("too many people log in at this moment; try again in a few seconds")]
    Busy,
    /// The hasher failed, or the system gave no randomness for a salt.
    #[error("the password could not be hashed; try again, and tell the office if it stays so")]
    Failed,
}

enum Job {
    Hash {
        password: String,
        answer: SyncSender<Option<String>>,
    },
    Verify {
        password: String,
        hash: Option<String>,
        answer: SyncSender<bool>,
    },
}

/// The threads that hash. Dropping the last handle ends them.
#[derive(Clone)]
pub(crate) struct Passwords {
    jobs: SyncSender<Job>,
}

impl Passwords {
    /// Starts so many threads.
    pub(crate) fn start(threads: usize) -> std::io::Result<Passwords> {
        let (jobs, queue) = sync_channel(QUEUE);
        let queue = Arc::new(Mutex::new(queue));
        for _ in 0..threads.max(1) {
            let queue = Arc::clone(&queue);
            thread::Builder::new()
                .name("passwords".to_owned())
                .spawn(move || work(&queue))?;
        }
        Ok(Passwords { jobs })
    }

    /// The hash of a password in PHC form, with a fresh salt.
    pub(crate) fn hash(&self, password: String) -> Result<String, PasswordError> {
        let (answer, wait) = sync_channel(1);
        self.send(Job::Hash { password, answer })?;
        wait.recv().ok().flatten().ok_or(PasswordError::Failed)
    }

    /// Whether a password belongs to a hash. Without a hash (nobody has this login) it works just
    /// as long and says no.
    pub(crate) fn verify(
        &self,
        password: String,
        hash: Option<String>,
    ) -> Result<bool, PasswordError> {
        let (answer, wait) = sync_channel(1);
        self.send(Job::Verify {
            password,
            hash,
            answer,
        })?;
        wait.recv().map_err(|_| PasswordError::Failed)
    }

    fn send(&self, job: Job) -> Result<(), PasswordError> {
        self.jobs.try_send(job).map_err(|error| match error {
            TrySendError::Full(_) => PasswordError::Busy,
            TrySendError::Disconnected(_) => PasswordError::Failed,
        })
    }
}

fn work(queue: &Mutex<Receiver<Job>>) {
    let Ok(params) = Params::new(MEMORY_KIB, PASSES, LANES, None) else {
        return;
    };
    let argon = Argon2::new(Algorithm::Argon2id, Version::V0x13, params);
    let nobody = hash(&argon, "nobody has this password");
    loop {
        let job = queue.lock().unwrap_or_else(PoisonError::into_inner).recv();
        // An answer that nobody waits for any more is not an error: the browser went away.
        match job {
            Ok(Job::Hash { password, answer }) => {
                let _ = answer.send(hash(&argon, &password));
            }
            Ok(Job::Verify {
                password,
                hash,
                answer,
            }) => {
                let known = hash.is_some();
                let against = hash.or_else(|| nobody.clone());
                let _ = answer.send(verify(&argon, &password, against.as_deref()) && known);
            }
            Err(_) => return,
        }
    }
}

fn hash(argon: &Argon2<'_>, password: &str) -> Option<String> {
    let mut salt = [0_u8; 16];
    getrandom::fill(&mut salt).ok()?;
    let salt = SaltString::encode_b64(&salt).ok()?;
    argon
        .hash_password(password.as_bytes(), &salt)
        .ok()
        .map(|hash| hash.to_string())
}

fn verify(argon: &Argon2<'_>, password: &str, hash: Option<&str>) -> bool {
    hash.and_then(|hash| PasswordHash::new(hash).ok())
        .is_some_and(|hash| argon.verify_password(password.as_bytes(), &hash).is_ok())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_password_opens_its_own_hash_only() {
        let passwords = Passwords::start(1).expect("threads");
        let hash = passwords.hash("zażółć gęślą".into()).expect("hash");
        assert!(
            hash.starts_with("$argon2id$v=19$m=19456,t=2,p=1$"),
            "{hash}"
        );
        let verify =
            |password: &str, hash: Option<String>| passwords.verify(password.to_owned(), hash);
        assert!(verify("zażółć gęślą", Some(hash.clone())).expect("verify"));
        assert!(!verify("zazolc gesla", Some(hash)).expect("verify"));
        assert!(!verify("nobody has this password", None).expect("verify"));
        assert!(!verify("x", Some("not a hash".into())).expect("verify"));
    }
}
