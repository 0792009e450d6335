//! What every route of a listener shares.

use std::net::IpAddr;
use std::sync::Arc;
use std::time::Duration;

use kantor_model::Moment;
use kantor_wire::Problem;

use crate::assets::Assets;
use crate::feed::{Closer, Feeder, Follower};
use crate::limits::Limit;
use crate::metrics::Metrics;
use crate::passwords::Passwords;
use crate::port::{CustomerPort, OfficePort, PortError};
use crate::route::Call;

/// How the panel is set up.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Settings {
    /// The path under which the pages live: empty, or `/kantor` without a slash at the end.
    pub prefix: String,
    /// Customers come over TLS (a proxy ends it): cookies are sent over TLS only, and browsers are
    /// told to stay with it.
    pub tls: bool,
    /// A proxy of ours stands in front: the customer's address is the last one of
    /// `X-Forwarded-For`.
    pub behind_proxy: bool,
    /// A session without use ends after so many minutes.
    pub session_minutes: u32,
    /// Threads that check passwords.
    pub password_threads: usize,
    /// The largest file that the office API takes, in bytes.
    pub largest_file: usize,
}

impl Default for Settings {
    fn default() -> Settings {
        Settings {
            prefix: String::new(),
            tls: false,
            behind_proxy: false,
            session_minutes: 60,
            password_threads: 2,
            largest_file: 64 * 1024 * 1024,
        }
    }
}

impl Settings {
    /// The same settings with the prefix as links need it: `kantor/` becomes `/kantor`.
    pub fn with_prefix(self, prefix: &str) -> Settings {
        let segments: Vec<&str> = prefix.split('/').filter(|part| !part.is_empty()).collect();
        let prefix = if segments.is_empty() {
            String::new()
        } else {
            format!("/{}", segments.join("/"))
        };
        Settings { prefix, ..self }
    }

    /// Whose request it is, for limits.
    pub(crate) fn address(&self, call: &Call) -> Option<IpAddr> {
        let forwarded = || {
            let header = call.header("x-forwarded-for")?;
            header.rsplit(',').next()?.trim().parse().ok()
        };
        match self.behind_proxy {
            true => forwarded().or(call.remote.map(|remote| remote.ip())),
            false => call.remote.map(|remote| remote.ip()),
        }
    }
}

/// The customers' listener.
pub(crate) struct Site {
    pub(crate) port: Arc<dyn CustomerPort>,
    pub(crate) settings: Settings,
    pub(crate) passwords: Passwords,
    pub(crate) assets: Assets,
    pub(crate) feed: Follower,
    pub(crate) metrics: Metrics,
    pub(crate) limits: Limits,
    closer: Closer,
}

/// What strangers may try.
pub(crate) struct Limits {
    /// Logins from one address.
    pub(crate) logins: Limit,
    /// Failed logins with one name, whether somebody has it or not.
    pub(crate) failures: Limit,
    /// Registrations from one address.
    pub(crate) registrations: Limit,
    /// Quotes from one address.
    pub(crate) quotes: Limit,
}

impl Limits {
    fn new() -> Limits {
        Limits {
            logins: Limit::new(20, 6),
            failures: Limit::new(5, 180),
            registrations: Limit::new(10, 60),
            quotes: Limit::new(120, 1),
        }
    }
}

impl Site {
    /// A site over an office; follows the office's feed from now on.
    pub(crate) fn open(port: Arc<dyn CustomerPort>, settings: Settings) -> std::io::Result<Site> {
        let (feed, closer, feeder) = Follower::new();
        Feeder::start(feeder, port.clone())?;
        Ok(Site {
            passwords: Passwords::start(settings.password_threads)?,
            assets: Assets::load(),
            port,
            settings,
            feed,
            metrics: Metrics::default(),
            limits: Limits::new(),
            closer,
        })
    }

    /// Asks the office from a thread that may block.
    pub(crate) async fn ask<T: Send + 'static>(
        &self,
        question: impl FnOnce(&dyn CustomerPort) -> Result<T, PortError> + Send + 'static,
    ) -> Result<T, PortError> {
        let port = Arc::clone(&self.port);
        blocking(move || question(port.as_ref())).await
    }

    /// The office's clock.
    pub(crate) async fn now(&self) -> Result<Moment, PortError> {
        self.ask(|port| port.now()).await
    }

    /// Tells every stream to end.
    pub(crate) fn close(&self) {
        self.closer.close();
    }
}

/// The desk's listener.
pub(crate) struct DeskSite {
    pub(crate) port: Arc<dyn OfficePort>,
    pub(crate) settings: Settings,
    pub(crate) feed: Follower,
    pub(crate) metrics: Metrics,
    closer: Closer,
}

impl DeskSite {
    /// A site over an office; follows the office's feed from now on.
    pub(crate) fn open(port: Arc<dyn OfficePort>, settings: Settings) -> std::io::Result<DeskSite> {
        let (feed, closer, feeder) = Follower::new();
        Feeder::start(feeder, port.clone())?;
        Ok(DeskSite {
            port,
            settings,
            feed,
            metrics: Metrics::default(),
            closer,
        })
    }

    /// Asks the office from a thread that may block.
    pub(crate) async fn ask<T: Send + 'static>(
        &self,
        question: impl FnOnce(&dyn OfficePort) -> Result<T, PortError> + Send + 'static,
    ) -> Result<T, PortError> {
        let port = Arc::clone(&self.port);
        blocking(move || question(port.as_ref())).await
    }

    /// Tells every stream to end.
    pub(crate) fn close(&self) {
        self.closer.close();
    }
}

async fn blocking<T: Send + 'static>(
    work: impl FnOnce() -> Result<T, PortError> + Send + 'static,
) -> Result<T, PortError> {
    tokio::task::spawn_blocking(work)
        .await
        .unwrap_or_else(|_| Err(PortError::Down("the question broke off".to_owned())))
}

/// The longest that a request may wait for news.
pub(crate) const LONGEST_WAIT: Duration = Duration::from_secs(30);

/// The problem of a port's error.
pub(crate) fn problem_of(error: PortError) -> Problem {
    match error {
        PortError::Refused(problem) => *problem,
        PortError::Down(_) => Problem::new(
            503,
            "office-down",
            "The office does not answer",
            "The office did not answer in time. Whether your request was done is not known; send \
             the same request with the same Idempotency-Key again.",
        ),
    }
}
