//! Requests to the office and their answers: HTTP, or HTTPS, with a bearer token, time limits, and one
//! idempotency key per act.

use std::io;
use std::path::Path;
use std::time::Duration;

use kantor_wire::Problem;
use serde::Serialize;
use serde::de::DeserializeOwned;
use ureq::http::Response;
use ureq::tls::{PemItem, RootCerts, TlsConfig, parse_pem};
use ureq::{Agent, Body};

use crate::ApiError;
use crate::keys::{ActIdentity, OpenActs, fingerprint};

/// How long the desk waits for a connection.
const CONNECT_LIMIT: Duration = Duration::from_secs(5);
/// How long one exchange may take; a big statement takes its time to be booked.
const CALL_LIMIT: Duration = Duration::from_secs(120);
/// How often a lost request is sent before the person is asked to try again.
const ATTEMPTS: u32 = 3;
/// The largest answer that is read.
const ANSWER_LIMIT: u64 = 512 * 1024 * 1024;

/// The connection of one desk to its office.
#[derive(Debug)]
pub(crate) struct Transport {
    agent: Agent,
    url: String,
    authorization: String,
    holder: String,
    acts: OpenActs,
}

impl Transport {
    /// Opens nothing yet: the first question connects. `authority` is the file with the certificates
    /// that the office's own must be signed by, when the address begins with https://.
    pub(crate) fn new(
        url: &str,
        token: &str,
        authority: Option<&Path>,
    ) -> Result<Transport, ApiError> {
        let address = |why| ApiError::Address {
            url: url.to_owned(),
            why,
        };
        let trimmed = url.trim().trim_end_matches('/');
        let rest = match trimmed.strip_prefix("https://") {
            Some(_) if authority.is_none() => {
                return Err(address(
                    "it speaks TLS, and desk.authority in kantor.toml does not say whose certificate to trust",
                ));
            }
            Some(rest) => rest,
            None => trimmed
                .strip_prefix("http://")
                .ok_or_else(|| address("it does not begin with http:// or https://"))?,
        };
        if rest.is_empty() || rest.contains(char::is_whitespace) {
            return Err(address("it names no machine"));
        }
        // The proxy of the environment is for the Internet; a token must not pass through it.
        let agent = Agent::config_builder()
            .http_status_as_error(false)
            .proxy(None)
            .max_redirects(0)
            .timeout_connect(Some(CONNECT_LIMIT))
            .timeout_global(Some(CALL_LIMIT))
            .user_agent(concat!("kantor-desk/", env!("CARGO_PKG_VERSION")))
            .tls_config(authority.map(trusting).transpose()?.unwrap_or_default())
            .build()
            .new_agent();
        Ok(Transport {
            agent,
            url: format!("{trimmed}/office/v1"),
            authorization: format!("Bearer {token}"),
            holder: fingerprint(token.as_bytes()),
            acts: OpenActs::default(),
        })
    }

    /// Asks a question and reads its answer.
    pub(crate) fn get<T: DeserializeOwned>(&self, path: &str) -> Result<T, ApiError> {
        self.json(path, self.get_bytes(path)?)
    }

    /// Asks for bytes.
    pub(crate) fn get_bytes(&self, path: &str) -> Result<Vec<u8>, ApiError> {
        let address = format!("{}{path}", self.url);
        self.patiently(|| {
            self.agent
                .get(&address)
                .header("Authorization", &self.authorization)
                .call()
        })
        .and_then(|answer| self.accepted(path, answer))
    }

    /// Does an act whose content is a JSON value.
    pub(crate) fn post<T: DeserializeOwned>(
        &self,
        path: &str,
        content: &impl Serialize,
    ) -> Result<T, ApiError> {
        let body = self.written(path, content)?;
        self.act(path, "application/json", &body)
    }

    /// A content as the JSON text that is sent.
    pub(crate) fn written(
        &self,
        path: &str,
        content: &impl Serialize,
    ) -> Result<Vec<u8>, ApiError> {
        serde_json::to_vec(content).map_err(|error| ApiError::NotAnOffice {
            url: self.url.clone(),
            what: path.to_owned(),
            why: error.to_string(),
        })
    }

    /// Does an act whose content is a file.
    pub(crate) fn post_bytes<T: DeserializeOwned>(
        &self,
        path: &str,
        bytes: &[u8],
    ) -> Result<T, ApiError> {
        self.act(path, "application/octet-stream", bytes)
    }

    fn act<T: DeserializeOwned>(&self, path: &str, kind: &str, body: &[u8]) -> Result<T, ApiError> {
        let identity = ActIdentity::of(path, body);
        let key = self.acts.key(identity)?;
        let sent = self.send(path, kind, body, key.as_str());
        let outcome = sent.and_then(|answer| self.json(path, answer));
        // Otherwise the office may have done it, now or when it was asked before: the key stays.
        if outcome.as_ref().err().is_none_or(ApiError::is_judgement) {
            self.acts.answered(identity);
        }
        outcome
    }

    /// Does an act whose content is a JSON text, under a key that somebody else keeps.
    pub(crate) fn post_kept<T: DeserializeOwned>(
        &self,
        path: &str,
        body: &[u8],
        key: &str,
    ) -> Result<T, ApiError> {
        self.json(path, self.send(path, "application/json", body, key)?)
    }

    /// A short name of the token, from which it cannot be told.
    pub(crate) fn holder(&self) -> &str {
        &self.holder
    }

    fn send(&self, path: &str, kind: &str, body: &[u8], key: &str) -> Result<Vec<u8>, ApiError> {
        let address = format!("{}{path}", self.url);
        self.patiently(|| {
            self.agent
                .post(&address)
                .header("Authorization", &self.authorization)
                .header("Idempotency-Key", key)
                .header("Content-Type", kind)
                .send(body)
        })
        .and_then(|answer| self.accepted(path, answer))
    }

    /// Sends, and sends again when the connection broke on the way: an office that was restarted
    /// leaves dead connections behind. What may have arrived once stays lost, also where nobody
    /// listens at the next attempt.
    fn patiently(
        &self,
        send: impl Fn() -> Result<Response<Body>, ureq::Error>,
    ) -> Result<(u16, Vec<u8>), ApiError> {
        let mut attempt = 1;
        let mut arrived = None;
        loop {
            let failed = match send().and_then(read) {
                Ok(answer) => return Ok(answer),
                Err(error) => self.connection_error(&error),
            };
            let is_lost = matches!(failed, ApiError::Lost { .. });
            if attempt == ATTEMPTS || !is_lost {
                return Err(arrived.unwrap_or(failed));
            }
            arrived.get_or_insert(failed);
            attempt += 1;
        }
    }

    fn connection_error(&self, error: &ureq::Error) -> ApiError {
        let url = self.url.clone();
        let why = error.to_string();
        let never_sent = match error {
            ureq::Error::Io(error) => matches!(
                error.kind(),
                io::ErrorKind::ConnectionRefused
                    | io::ErrorKind::AddrNotAvailable
                    | io::ErrorKind::HostUnreachable
                    | io::ErrorKind::NetworkUnreachable
            ),
            ureq::Error::Timeout(limit) => {
                matches!(limit, ureq::Timeout::Resolve | ureq::Timeout::Connect)
            }
            ureq::Error::HostNotFound
            | ureq::Error::ConnectionFailed
            | ureq::Error::BadUri(_)
            | ureq::Error::Http(_)
            | ureq::Error::Tls(_) => true,
            // The library's own list, open for more: what is not known to be unsent may have arrived.
            _ => false,
        };
        if never_sent {
            ApiError::Unreachable { url, why }
        } else {
            ApiError::Lost { url, why }
        }
    }

    /// The bytes of a good answer, or the refusal that the office wrote.
    fn accepted(&self, path: &str, answer: (u16, Vec<u8>)) -> Result<Vec<u8>, ApiError> {
        let (status, bytes) = answer;
        if (200..300).contains(&status) {
            return Ok(bytes);
        }
        Err(match serde_json::from_slice::<Problem>(&bytes) {
            Ok(problem) => ApiError::Refused {
                problem: Box::new(problem),
            },
            Err(_) => ApiError::NotAnOffice {
                url: self.url.clone(),
                what: path.to_owned(),
                why: format!("status {status} without a reason"),
            },
        })
    }

    fn json<T: DeserializeOwned>(&self, path: &str, bytes: Vec<u8>) -> Result<T, ApiError> {
        // Acts without an answer of their own come back empty.
        let bytes = if bytes.is_empty() {
            b"null"
        } else {
            bytes.as_slice()
        };
        serde_json::from_slice(bytes).map_err(|error| ApiError::NotAnOffice {
            url: self.url.clone(),
            what: path.to_owned(),
            why: error.to_string(),
        })
    }
}

fn read(mut answer: Response<Body>) -> Result<(u16, Vec<u8>), ureq::Error> {
    let status = answer.status().as_u16();
    let bytes = answer
        .body_mut()
        .with_config()
        .limit(ANSWER_LIMIT)
        .read_to_vec()?;
    Ok((status, bytes))
}

/// TLS that trusts the certificates of a file and nothing else.
fn trusting(path: &Path) -> Result<TlsConfig, ApiError> {
    let failed = |why: String| ApiError::Authority {
        path: path.to_owned(),
        why,
    };
    let pem = std::fs::read(path).map_err(|error| failed(error.to_string()))?;
    let mut certificates = Vec::new();
    for item in parse_pem(&pem) {
        if let PemItem::Certificate(certificate) =
            item.map_err(|error| failed(error.to_string()))?
        {
            certificates.push(certificate);
        }
    }
    if certificates.is_empty() {
        return Err(failed("it holds no certificate".to_owned()));
    }
    Ok(TlsConfig::builder()
        .root_certs(RootCerts::from(certificates))
        .unversioned_rustls_crypto_provider(rustls::crypto::ring::default_provider().into())
        .build())
}

/// Reads a token from its file: one line, spaces around it taken away.
pub(crate) fn read_token(path: &Path) -> Result<String, ApiError> {
    let no_token = |why: String| ApiError::Token {
        path: path.to_owned(),
        why,
    };
    let text = std::fs::read_to_string(path).map_err(|error| no_token(error.to_string()))?;
    let token = text.trim();
    if token.is_empty() {
        return Err(no_token("the file is empty".to_owned()));
    }
    if !token.bytes().all(|byte| byte.is_ascii_graphic()) {
        return Err(no_token(
            "it holds more than one word or a character that no token has".to_owned(),
        ));
    }
    Ok(token.to_owned())
}

/// Makes a piece of an address out of any text.
pub(crate) fn segment(text: &str) -> String {
    text.bytes()
        .map(|byte| match byte {
            b'0'..=b'9' | b'A'..=b'Z' | b'a'..=b'z' | b'-' | b'_' | b'.' | b'~' => {
                char::from(byte).to_string()
            }
            other => format!("%{other:02X}"),
        })
        .collect()
}
