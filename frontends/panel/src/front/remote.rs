//! The panel's side: an office across a network as a [`CustomerPort`].

use std::io;
use std::net::IpAddr;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use kantor_wire::{
    CustomerAccount, CustomerOrder, Language, LoginAsk, NewCustomerAccount, NewOrder, Page,
    Problem, PublicRates, QuoteAsk, QuoteView, Registration,
};
use serde::Serialize;
use serde::de::DeserializeOwned;
use ureq::Agent;
use ureq::tls::{PemItem, RootCerts, TlsConfig, parse_pem};

use super::hearing::Hearing;
use super::{DOWN, KEY_UNKNOWN, PATH};
use crate::port::{
    CustomerPort, Followed, Greeting, Key, NewFactor, NewSession, News, PortError, PortResult,
    SessionToken, Watched,
};

/// How long a connection may take.
const CONNECT_LIMIT: Duration = Duration::from_secs(3);
/// How long a call may take, besides the time that it is asked to wait.
const CALL_LIMIT: Duration = Duration::from_secs(20);
/// How long an office may take to say that it is there.
const READY_LIMIT: Duration = Duration::from_secs(2);
/// The pauses before a call is sent again: together longer than an office takes to start anew. Each
/// call may be sent twice: acts carry their key.
const PAUSES: [u64; 8] = [0, 50, 100, 200, 400, 800, 1_600, 3_200];
/// The largest answer.
const LARGEST_ANSWER: u64 = 16 * 1024 * 1024;

/// Why a panel cannot speak to its office.
#[derive(Debug, thiserror::Error)]
pub enum FrontError {
    /// The address of the office.
    #[error(
        "`{url}` is no address of an office: {why}; name it as https://HOST:PORT, or as http:// when it is on this machine"
    )]
    Address {
        /// The address.
        url: String,
        /// Why not.
        why: &'static str,
    },
    /// A file that is needed to speak to it.
    #[error("{}: {why}; {remedy}", path.display())]
    File {
        /// Which file.
        path: PathBuf,
        /// What is wrong with it.
        why: String,
        /// What to do.
        remedy: &'static str,
    },
}

/// An office in other processes, one or several. Cheap to clone.
#[derive(Clone)]
pub struct RemoteOffice {
    agent: Agent,
    /// `https://HOST:PORT/front/v1`, each a process of the same office.
    addresses: Arc<[String]>,
    /// Which of them answered last.
    last: Arc<AtomicUsize>,
    authorization: Arc<str>,
    hearing: Arc<Hearing>,
}

impl RemoteOffice {
    /// Speaks to the processes at these addresses with the front's key. `authority` is the file
    /// with the certificates that the office's own must be signed by. Opens nothing yet.
    pub fn new(
        addresses: &[String],
        key: &Path,
        authority: Option<&Path>,
    ) -> Result<RemoteOffice, FrontError> {
        let key_text = read_key(key)?;
        let tls = authority.map(trusting).transpose()?;
        let addresses: Vec<String> = addresses
            .iter()
            .map(|url| checked(url, tls.is_some()))
            .collect::<Result<_, _>>()?;
        let agent = Agent::config_builder()
            .http_status_as_error(false)
            // The proxy of the environment is for the Internet; a key must not pass through it.
            .proxy(None)
            .max_redirects(0)
            .max_idle_connections_per_host(64)
            .timeout_connect(Some(CONNECT_LIMIT))
            .user_agent(concat!("kantor-panel/", env!("CARGO_PKG_VERSION")))
            .tls_config(tls.unwrap_or_default())
            .build()
            .new_agent();
        Ok(RemoteOffice {
            agent,
            addresses: addresses.into(),
            last: Arc::default(),
            authorization: format!("Bearer {key_text}").into(),
            hearing: Arc::default(),
        })
    }

    fn ask<T: DeserializeOwned>(&self, what: &str, arguments: &impl Serialize) -> PortResult<T> {
        self.ask_for(what, arguments, Duration::ZERO)
    }

    /// One call, of which the journal is told when the office is away or back again.
    fn ask_for<T: DeserializeOwned>(
        &self,
        what: &str,
        arguments: &impl Serialize,
        waits: Duration,
    ) -> PortResult<T> {
        self.hearing.judge(self.call(what, arguments, waits))
    }

    /// An address that does not answer is followed by the next one, and all of them by a pause: a
    /// restart of the office is waited for.
    fn call<T: DeserializeOwned>(
        &self,
        what: &str,
        arguments: &impl Serialize,
        waits: Duration,
    ) -> PortResult<T> {
        let body = serde_json::to_vec(arguments).map_err(|_| not_understood())?;
        let mut lost = String::new();
        for pause in PAUSES {
            std::thread::sleep(Duration::from_millis(pause));
            let first = self.last.load(Ordering::Relaxed);
            for turn in 0..self.addresses.len() {
                let at = (first + turn) % self.addresses.len();
                let Some(address) = self.addresses.get(at) else {
                    continue;
                };
                match self.send(&format!("{address}/{what}"), &body, CALL_LIMIT + waits) {
                    Ok(answer) => {
                        self.last.store(at, Ordering::Relaxed);
                        return read(answer);
                    }
                    Err(error) if comes_back(&error) => lost = lost_at(address, &error),
                    Err(error) => return Err(PortError::Down(lost_at(address, &error))),
                }
            }
        }
        Err(PortError::Down(lost))
    }

    fn send(
        &self,
        address: &str,
        body: &[u8],
        limit: Duration,
    ) -> Result<(u16, Vec<u8>), ureq::Error> {
        let mut answer = self
            .agent
            .post(address)
            .config()
            .timeout_global(Some(limit))
            .build()
            .header("Authorization", &*self.authorization)
            .header("Content-Type", "application/json")
            .send(body)?;
        let status = answer.status().as_u16();
        let bytes = answer
            .body_mut()
            .with_config()
            .limit(LARGEST_ANSWER)
            .read_to_vec()?;
        Ok((status, bytes))
    }
}

/// Whether a connection broke, or never was, so that another try may succeed.
fn comes_back(error: &ureq::Error) -> bool {
    match error {
        ureq::Error::Io(error) => error.kind() != io::ErrorKind::InvalidData,
        ureq::Error::ConnectionFailed | ureq::Error::Protocol(_) => true,
        // The library's own list, open for more: a time that is over, a certificate that is not
        // trusted, an answer that is too large.
        _ => false,
    }
}

fn lost_at(address: &str, error: &ureq::Error) -> String {
    format!("{}: {error}", address.trim_end_matches(PATH))
}

/// What the reader says of an answer may hold a piece of it, and of the customer.
fn not_understood() -> PortError {
    PortError::Down(
        "its answer is not understood; run the same version of Kantor on both sides".to_owned(),
    )
}

fn read<T: DeserializeOwned>((status, bytes): (u16, Vec<u8>)) -> PortResult<T> {
    if status == 200 {
        return serde_json::from_slice(&bytes).map_err(|_| not_understood());
    }
    let problem: Problem = serde_json::from_slice(&bytes)
        .map_err(|_| PortError::Down(format!("the office answered with the status {status}")))?;
    // These two are between panel and office, and say nothing to a customer.
    match problem.code.as_str() {
        KEY_UNKNOWN | DOWN => Err(PortError::Down(problem.detail)),
        _ => Err(problem.into()),
    }
}

/// What an error says, without the words around it.
fn why(error: &PortError) -> String {
    match error {
        PortError::Down(why) => why.clone(),
        PortError::Refused(problem) => problem.detail.clone(),
    }
}

fn read_key(path: &Path) -> Result<String, FrontError> {
    let failed = |why: String| FrontError::File {
        path: path.to_owned(),
        why,
        remedy: "make a key at the office with `kantor tokens add NAME --role front --file FILE` and name its file as front.key_file in kantor.toml",
    };
    let text = std::fs::read_to_string(path).map_err(|error| failed(error.to_string()))?;
    let key = text.trim();
    if key.is_empty() || !key.bytes().all(|byte| byte.is_ascii_graphic()) {
        return Err(failed("it does not hold one key".to_owned()));
    }
    Ok(key.to_owned())
}

/// TLS that trusts the certificates of a file and nothing else.
fn trusting(path: &Path) -> Result<TlsConfig, FrontError> {
    let failed = |why: String| FrontError::File {
        path: path.to_owned(),
        why,
        remedy: "name a PEM file with the authority's certificate as front.authority in kantor.toml",
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
        .unversioned_rustls_crypto_provider(crate::tls::provider())
        .build())
}

/// An address that a key may be sent to: over TLS, or on this machine.
fn checked(url: &str, has_authority: bool) -> Result<String, FrontError> {
    let wrong = |why| FrontError::Address {
        url: url.to_owned(),
        why,
    };
    let trimmed = url.trim().trim_end_matches('/');
    let host = match (
        trimmed.strip_prefix("https://"),
        trimmed.strip_prefix("http://"),
    ) {
        (Some(_), _) if !has_authority => {
            return Err(wrong(
                "it speaks TLS, and front.authority in kantor.toml does not say whose certificate to trust",
            ));
        }
        (Some(host), _) => host,
        (None, Some(host)) if is_loopback(host) => host,
        (None, Some(_)) => {
            return Err(wrong(
                "passwords and sessions would cross the network unprotected",
            ));
        }
        (None, None) => return Err(wrong("it does not begin with https://")),
    };
    if host.is_empty() || host.contains(|c: char| c.is_whitespace() || c == '/') {
        return Err(wrong("it names no machine"));
    }
    Ok(format!("{trimmed}{PATH}"))
}

fn is_loopback(host: &str) -> bool {
    let name = host.rsplit_once(':').map_or(host, |(name, _)| name);
    let name = name.trim_start_matches('[').trim_end_matches(']');
    name == "localhost" || name.parse().is_ok_and(|ip: IpAddr| ip.is_loopback())
}

impl CustomerPort for RemoteOffice {
    fn ready(&self) -> PortResult<()> {
        let mut lost = String::new();
        for address in self.addresses.iter() {
            let asked = self.send(&format!("{address}/ready"), b"[]", READY_LIMIT);
            match asked {
                Ok(answer) => match read(answer) {
                    Ok(()) => return self.hearing.judge(Ok(())),
                    Err(error) => lost = why(&error),
                },
                Err(error) => lost = lost_at(address, &error),
            }
        }
        self.hearing.judge(Err(PortError::Down(lost)))
    }

    fn greet(&self, session: Option<&SessionToken>) -> PortResult<Greeting> {
        self.ask("greet", &(session,))
    }

    fn register(&self, form: &Registration, from: Option<IpAddr>, once: &Key) -> PortResult<()> {
        self.ask("register", &(form, from, once))
    }

    fn log_in(
        &self,
        ask: &LoginAsk,
        from: Option<IpAddr>,
        older: Option<&SessionToken>,
    ) -> PortResult<NewSession> {
        self.ask("log_in", &(ask, from, older))
    }

    fn log_in_with_code(
        &self,
        pass: &str,
        code: &str,
        from: Option<IpAddr>,
        older: Option<&SessionToken>,
    ) -> PortResult<NewSession> {
        self.ask("log_in_with_code", &(pass, code, from, older))
    }

    fn forgot_password(
        &self,
        email: &str,
        language: Language,
        from: Option<IpAddr>,
    ) -> PortResult<()> {
        self.ask("forgot_password", &(email, language.code(), from))
    }

    fn choose_password(&self, code: &str, password: &str, from: Option<IpAddr>) -> PortResult<()> {
        self.ask("choose_password", &(code, password, from))
    }

    fn has_factor(&self, session: &SessionToken) -> PortResult<bool> {
        self.ask("has_factor", &(session,))
    }

    fn new_factor(&self, session: &SessionToken) -> PortResult<Option<NewFactor>> {
        self.ask("new_factor", &(session,))
    }

    fn set_factor(&self, session: &SessionToken, on: bool, code: &str) -> PortResult<()> {
        self.ask("set_factor", &(session, on, code))
    }

    fn log_out(&self, session: &SessionToken) -> PortResult<()> {
        self.ask("log_out", &(session,))
    }

    fn speaks(&self, session: &SessionToken, language: Language) -> PortResult<()> {
        self.ask("speaks", &(session, language.code()))
    }

    fn rates(&self) -> PortResult<PublicRates> {
        self.ask("rates", &())
    }

    fn price(&self, ask: &QuoteAsk) -> PortResult<QuoteView> {
        self.ask("price", &(ask,))
    }

    fn quote(&self, session: &SessionToken, ask: &QuoteAsk, once: &Key) -> PortResult<QuoteView> {
        self.ask("quote", &(session, ask, once))
    }

    fn quote_by_id(&self, session: &SessionToken, quote: &str) -> PortResult<QuoteView> {
        self.ask("quote_by_id", &(session, quote))
    }

    fn accounts(&self, session: &SessionToken) -> PortResult<Vec<CustomerAccount>> {
        self.ask("accounts", &(session,))
    }

    fn add_account(
        &self,
        session: &SessionToken,
        account: &NewCustomerAccount,
        once: &Key,
    ) -> PortResult<CustomerAccount> {
        self.ask("add_account", &(session, account, once))
    }

    fn remove_account(&self, session: &SessionToken, account: &str) -> PortResult<()> {
        self.ask("remove_account", &(session, account))
    }

    fn place_order(
        &self,
        session: &SessionToken,
        order: &NewOrder,
        once: &Key,
    ) -> PortResult<CustomerOrder> {
        self.ask("place_order", &(session, order, once))
    }

    fn orders(
        &self,
        session: &SessionToken,
        after: Option<&str>,
        limit: u32,
    ) -> PortResult<Page<CustomerOrder>> {
        self.ask("orders", &(session, after, limit))
    }

    fn order(&self, session: &SessionToken, order: &str) -> PortResult<CustomerOrder> {
        self.ask("order", &(session, order))
    }

    fn cancel_order(
        &self,
        session: &SessionToken,
        order: &str,
        once: &Key,
    ) -> PortResult<CustomerOrder> {
        self.ask("cancel_order", &(session, order, once))
    }

    fn consent(
        &self,
        session: &SessionToken,
        order: &str,
        accept: bool,
        once: &Key,
    ) -> PortResult<CustomerOrder> {
        self.ask("consent", &(session, order, accept, once))
    }

    fn follow(&self, session: &SessionToken, order: &str) -> PortResult<Followed> {
        self.ask("follow", &(session, order))
    }

    fn news(&self, watched: &Watched, at_most: Duration) -> PortResult<News> {
        let millis = u64::try_from(at_most.as_millis()).unwrap_or(u64::MAX);
        self.ask_for("news", &(watched, millis), at_most)
    }
}
