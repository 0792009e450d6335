//! `kantor serve`: customer panel and office, in one process or in several.

use std::path::PathBuf;
use std::sync::Arc;

use kantor_office::SystemClock;
use kantor_panel::port::CustomerPort;
use kantor_panel::{FrontError, RemoteOffice, journal};

use crate::config::{Config, ConfigError, PanelConfig};
use crate::listeners::{Door, Listeners, Part};
use crate::manager::HandedOver;
use crate::server::{self, ServeError};

/// What to serve.
#[derive(clap::Args, Debug)]
pub(crate) struct ServeArgs {
    /// The office's configuration.
    #[arg(long, default_value = "kantor.toml")]
    config: PathBuf,
    /// Serve one part only: the panel needs no database, the office no panel.
    #[arg(long, value_name = "panel|office")]
    only: Option<Only>,
    /// With `--only panel`: where the office answers fronts, instead of what the configuration
    /// says; repeat it for each process of the office.
    #[arg(long, value_name = "URL")]
    office: Vec<String>,
}

/// Which part.
#[derive(Clone, Copy, PartialEq, Eq, Debug, clap::ValueEnum)]
enum Only {
    /// The customer panel of an office in other processes.
    Panel,
    /// The office: its API, and the listener for panels in other processes.
    Office,
}

/// Why nothing is served.
#[derive(Debug, thiserror::Error)]
pub(crate) enum ServeCommandError {
    /// The configuration.
    #[error(transparent)]
    Config(#[from] ConfigError),
    /// The office or its listeners.
    #[error(transparent)]
    Serve(#[from] ServeError),
    /// The way to the office.
    #[error(transparent)]
    Front(#[from] FrontError),
    /// Nobody said where the office is.
    #[error("{}: front.office names no office; name its address there or with --office", .0.display())]
    NoOffice(PathBuf),
    /// An office was named for a process that is one.
    #[error("--office is for `--only panel`; this process serves the office itself, leave it out")]
    OfficeOfOffice,
    /// Threads.
    #[error("the server cannot start its threads: {0}; free some memory or processes")]
    Threads(std::io::Error),
}

/// Serves until the process is asked to end.
pub(crate) fn run(args: &ServeArgs) -> Result<(), ServeCommandError> {
    match args.only {
        Some(Only::Panel) => run_panel(args),
        Some(Only::Office) => run_office(args, Part::Office),
        None => run_office(args, Part::All),
    }
}

fn run_office(args: &ServeArgs, part: Part) -> Result<(), ServeCommandError> {
    if !args.office.is_empty() {
        return Err(ServeCommandError::OfficeOfOffice);
    }
    let config = Config::read(&args.config)?;
    let mut handed = HandedOver::from_environment();
    journal::open(Box::new(std::io::stderr()));
    let runtime = tokio::runtime::Runtime::new().map_err(ServeCommandError::Threads)?;
    let listeners = runtime.block_on(Listeners::bind(&config, part, &mut handed))?;
    let opened = server::open(&config, Arc::new(SystemClock))?;
    let office = opened.office.clone();
    let served: Result<(), ServeError> = runtime.block_on(async {
        listeners.announce(&config);
        let living = server::live(office.clone(), &config, part);
        let end = async {
            tokio::select! {
                () = asked_to_end() => {}
                _ = living => {}
            }
        };
        listeners.run(office, &config, end).await
    });
    served?;
    Ok(opened.close()?)
}

fn run_panel(args: &ServeArgs) -> Result<(), ServeCommandError> {
    let config = PanelConfig::read(&args.config)?;
    let mut handed = HandedOver::from_environment();
    journal::open(Box::new(std::io::stderr()));
    let addresses = if args.office.is_empty() {
        &config.front.office
    } else {
        &args.office
    };
    if addresses.is_empty() {
        return Err(ServeCommandError::NoOffice(args.config.clone()));
    }
    let authority = config.front.authority.as_deref();
    let office = RemoteOffice::new(addresses, &config.front.key_file, authority)?;
    let first = office.clone();
    let runtime = tokio::runtime::Runtime::new().map_err(ServeCommandError::Threads)?;
    let served: Result<(), ServeError> = runtime.block_on(async {
        let door = Door::bind(&config.panel, &mut handed).await?;
        door.announce(&config.panel.front_page());
        // An office that cannot be heard is in the journal before the first customer comes.
        tokio::task::spawn_blocking(move || first.ready());
        door.run(Arc::new(office), &config.panel, asked_to_end())
            .await
    });
    Ok(served?)
}

/// Comes back when the process is asked to end: Ctrl-C, or a service manager's signal.
pub(crate) async fn asked_to_end() {
    let interrupt = async {
        // Without a signal handler the process ends the hard way, which it survives as well.
        let _ = tokio::signal::ctrl_c().await;
    };
    #[cfg(unix)]
    {
        use tokio::signal::unix::{SignalKind, signal};
        if let Ok(mut terminate) = signal(SignalKind::terminate()) {
            tokio::select! {
                () = interrupt => {}
                _ = terminate.recv() => {}
            }
            return;
        }
    }
    interrupt.await;
}
