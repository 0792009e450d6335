//! The listeners of a process: bound first, answering once the office is open.

use std::future::Future;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use kantor_office::Office;
use kantor_panel::journal::{self, Fact};
use kantor_panel::port::CustomerPort;
use kantor_panel::{
    AccessSettings, CustomerServer, FrontServer, LocalOffice, OfficeServer, Settings, Tls,
};
use tokio::net::TcpListener;
use tokio::sync::watch;
use tokio::task::JoinHandle;

use crate::config::{ApiSection, Config, PanelSection};
use crate::manager::{self, HandedOver};
use crate::server::ServeError;

/// How often a certificate's files are looked at; a hangup signal does it at once.
const LOOK: Duration = Duration::from_secs(60);

/// Which listeners this process opens.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Part {
    /// All that the configuration names.
    All,
    /// The office's, without the customer panel.
    Office,
}

/// One listener, bound but not yet answering.
pub(crate) struct Door {
    listener: TcpListener,
    tls: Option<Tls>,
    /// Of kantor.toml.
    section: &'static str,
}

/// The listeners of an office.
pub(crate) struct Listeners {
    panel: Option<Door>,
    office_api: Door,
    fronts: Option<Door>,
}

impl Door {
    /// The customers' door.
    pub(crate) async fn bind(
        panel: &PanelSection,
        handed: &mut HandedOver,
    ) -> Result<Door, ServeError> {
        let tls = panel.tls().map(Tls::open).transpose()?;
        Door::open(panel.listen, tls, "panel", handed).await
    }

    async fn api(
        api: &ApiSection,
        section: &'static str,
        handed: &mut HandedOver,
    ) -> Result<Door, ServeError> {
        let tls = api.tls(section).map(Tls::open).transpose()?;
        Door::open(api.listen, tls, section, handed).await
    }

    async fn open(
        address: SocketAddr,
        tls: Option<Tls>,
        section: &'static str,
        handed: &mut HandedOver,
    ) -> Result<Door, ServeError> {
        let bound = match handed.take(address) {
            Some(listener) => listener
                .set_nonblocking(true)
                .and_then(|()| TcpListener::from_std(listener)),
            None => TcpListener::bind(address).await,
        };
        let listener = bound.map_err(|source| ServeError::Listen {
            address,
            section,
            source,
        })?;
        Ok(Door {
            listener,
            tls,
            section,
        })
    }

    /// Says where it listens.
    pub(crate) fn announce(&self, path: &str) {
        let scheme = if self.tls.is_some() { "https" } else { "http" };
        let what = match self.section {
            "panel" => "customer panel",
            "office_api" => "office API",
            section => section,
        };
        if let Ok(address) = self.listener.local_addr() {
            println!("{what:<15} {scheme}://{address}{path}");
        }
    }

    fn address(&self) -> Option<SocketAddr> {
        self.listener.local_addr().ok()
    }

    /// Serves customers over an office until `stop` comes back; then lets open requests end.
    pub(crate) async fn run(
        self,
        office: Arc<dyn CustomerPort>,
        panel: &PanelSection,
        stop: impl Future<Output = ()>,
    ) -> Result<(), ServeError> {
        let mut running = Running::new();
        running.customers(self, office, panel)?;
        running.until(stop).await;
        Ok(())
    }
}

impl Listeners {
    /// Binds what the configuration names; port 0 takes any free port.
    pub(crate) async fn bind(
        config: &Config,
        part: Part,
        handed: &mut HandedOver,
    ) -> Result<Listeners, ServeError> {
        Ok(Listeners {
            panel: match part {
                Part::All => Some(Door::bind(&config.panel, handed).await?),
                Part::Office => None,
            },
            office_api: Door::api(&config.office_api, "office_api", handed).await?,
            fronts: match &config.fronts {
                Some(fronts) => Some(Door::api(fronts, "fronts", handed).await?),
                None => None,
            },
        })
    }

    /// Says where each listens.
    pub(crate) fn announce(&self, config: &Config) {
        if let Some(panel) = &self.panel {
            panel.announce(&config.panel.front_page());
        }
        self.office_api.announce("/office/v1");
        if let Some(fronts) = &self.fronts {
            fronts.announce("");
        }
    }

    /// Where the panel listens.
    pub(crate) fn panel_address(&self) -> Option<SocketAddr> {
        self.panel.as_ref().and_then(Door::address)
    }

    /// Where the office API listens.
    pub(crate) fn office_address(&self) -> Option<SocketAddr> {
        self.office_api.address()
    }

    /// Answers until `stop` comes back; then lets open requests end.
    pub(crate) async fn run(
        self,
        office: Office,
        config: &Config,
        stop: impl Future<Output = ()>,
    ) -> Result<(), ServeError> {
        let local = Arc::new(LocalOffice::open(office, &AccessSettings::default())?);
        let mut running = Running::new();
        if let Some(panel) = self.panel {
            running.customers(panel, local.clone(), &config.panel)?;
        }
        let Door { listener, tls, .. } = self.office_api;
        let settings = Settings {
            limits: config.office_api.limits(),
            ..Settings::default()
        };
        let mut desk = OfficeServer::open(local.clone(), settings)?;
        let limits = config.fronts.as_ref().map(ApiSection::limits);
        let fronts = FrontServer::new(local.clone(), local, limits.unwrap_or_default());
        if self.fronts.is_some() {
            desk = desk.counting(&fronts);
        }
        running.add(&tls, desk.run(listener, tls.clone(), running.stopped()));
        if let Some(Door { listener, tls, .. }) = self.fronts {
            running.add(&tls, fronts.run(listener, tls.clone(), running.stopped()));
        }
        running.until(stop).await;
        Ok(())
    }
}

/// Listeners that answer.
struct Running {
    told: watch::Sender<bool>,
    tasks: Vec<JoinHandle<()>>,
}

impl Running {
    fn new() -> Running {
        Running {
            told: watch::channel(false).0,
            tasks: Vec::new(),
        }
    }

    /// Comes back when the listeners are to end.
    fn stopped(&self) -> impl Future<Output = ()> + Send + 'static {
        let mut told = self.told.subscribe();
        async move {
            // An error means that nobody can say stop any more.
            let _ = told.wait_for(|told| *told).await;
        }
    }

    fn customers(
        &mut self,
        door: Door,
        office: Arc<dyn CustomerPort>,
        panel: &PanelSection,
    ) -> Result<(), ServeError> {
        let settings = Settings {
            tls: panel.behind_tls_proxy || door.tls.is_some(),
            behind_proxy: panel.behind_tls_proxy,
            limits: panel.limits(),
            ..Settings::default()
        }
        .with_prefix(&panel.prefix);
        let customers = CustomerServer::open(office, settings)?;
        let Door { listener, tls, .. } = door;
        self.add(&tls, customers.run(listener, tls.clone(), self.stopped()));
        Ok(())
    }

    fn add(&mut self, tls: &Option<Tls>, listener: impl Future<Output = ()> + Send + 'static) {
        self.tasks.push(tokio::spawn(listener));
        tokio::spawn(keep_fresh(tls.clone()));
    }

    /// Answers until `stop` comes back; then lets open requests end.
    async fn until(self, stop: impl Future<Output = ()>) {
        manager::ready();
        journal::note("started", &[]);
        stop.await;
        manager::stopping();
        journal::note("stopping", &[]);
        // The receivers live as long as the tasks.
        let _ = self.told.send(true);
        for task in self.tasks {
            // A task that panicked has its message on standard error already.
            let _ = task.await;
        }
        journal::note("stopped", &[]);
    }
}

/// Shows a certificate that was renewed to whoever comes next. A hangup signal is heard in any case:
/// unheard, it would end the process.
async fn keep_fresh(tls: Option<Tls>) {
    loop {
        look_again().await;
        match tls.as_ref().map_or(Ok(false), Tls::refresh) {
            Ok(true) => journal::note("certificate_renewed", &[]),
            Ok(false) => {}
            // The old certificate is shown until then.
            Err(error) => journal::note(
                "certificate_refused",
                &[("fault", Fact::Fault(error.to_string()))],
            ),
        }
    }
}

async fn look_again() {
    #[cfg(unix)]
    {
        use tokio::signal::unix::{SignalKind, signal};
        if let Ok(mut hangup) = signal(SignalKind::hangup()) {
            tokio::select! {
                _ = hangup.recv() => {}
                () = tokio::time::sleep(LOOK) => {}
            }
            return;
        }
    }
    tokio::time::sleep(LOOK).await;
}
