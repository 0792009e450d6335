//! What every route of a listener shares.

use std::net::IpAddr;
use std::sync::Arc;
use std::time::Duration;

use kantor_model::Moment;
use kantor_wire::Problem;

use crate::assets::Assets;
use crate::board::Board;
use crate::connections::{Connections, Limits};
use crate::feed::{Closer, Follower};
use crate::limits::{Limit, address_key, slow_down};
use crate::metrics::Metrics;
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
    /// The largest file that the office API takes, in bytes.
    pub largest_file: usize,
    /// How many connections the listener holds, and how long it waits for one.
    pub limits: Limits,
}

impl Default for Settings {
    fn default() -> Settings {
        Settings {
            prefix: String::new(),
            tls: false,
            behind_proxy: false,
            largest_file: 64 * 1024 * 1024,
            limits: Limits::default(),
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
            // A proxy may append to the customer's line, or write a line of its own behind it.
            let lines = call.headers.get_all("x-forwarded-for");
            let last = lines.iter().next_back()?.to_str().ok()?;
            last.rsplit(',').next()?.trim().parse().ok()
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
    pub(crate) assets: Assets,
    pub(crate) board: Board,
    pub(crate) metrics: Arc<Metrics>,
    pub(crate) connections: Arc<Connections>,
    /// Quotes from one address. What strangers may try else is limited at the office.
    pub(crate) quotes: Limit,
}

impl Site {
    /// A site over an office; asks the office from now on for news of what browsers look at.
    pub(crate) fn open(port: Arc<dyn CustomerPort>, settings: Settings) -> std::io::Result<Site> {
        let metrics = Arc::new(Metrics::default());
        Ok(Site {
            assets: Assets::load(),
            // The other half of the places is for those who ask and go.
            board: Board::open(
                port.clone(),
                Arc::clone(&metrics),
                settings.limits.connections / 2,
            )?,
            connections: Arc::new(Connections::new(settings.limits.clone())),
            port,
            settings,
            metrics,
            quotes: Limit::new(120, 1),
        })
    }

    /// Asks the office from a thread that may block.
    pub(crate) async fn ask<T: Send + 'static>(
        &self,
        question: impl FnOnce(&dyn CustomerPort) -> Result<T, PortError> + Send + 'static,
    ) -> Result<T, PortError> {
        let port = Arc::clone(&self.port);
        let answer = blocking(move || question(port.as_ref())).await;
        if matches!(answer, Err(PortError::Down(_))) {
            self.metrics.office_silent();
        }
        answer
    }

    /// Takes one try of asking for a quote.
    pub(crate) fn may_ask(&self, call: &Call, now: Moment) -> Result<(), PortError> {
        let address = address_key(self.settings.address(call));
        Ok(self.quotes.take(&address, now).map_err(slow_down)?)
    }

    /// Tells every stream to end.
    pub(crate) fn close(&self) {
        self.board.close();
    }
}

/// The desk's listener.
pub(crate) struct DeskSite {
    pub(crate) port: Arc<dyn OfficePort>,
    pub(crate) settings: Settings,
    pub(crate) feed: Follower,
    pub(crate) metrics: Arc<Metrics>,
    pub(crate) connections: Arc<Connections>,
    closer: Closer,
}

impl DeskSite {
    /// A site over an office; follows the office's feed from now on.
    pub(crate) fn open(port: Arc<dyn OfficePort>, settings: Settings) -> std::io::Result<DeskSite> {
        let (feed, closer, feeder) = Follower::new();
        let metrics = Arc::new(Metrics::default());
        feeder.start(port.clone(), Arc::clone(&metrics))?;
        Ok(DeskSite {
            connections: Arc::new(Connections::new(settings.limits.clone())),
            port,
            settings,
            feed,
            metrics,
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

pub(crate) async fn blocking<T: Send + 'static>(
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
