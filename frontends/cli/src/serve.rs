//! `kantor serve`: customer panel and office API.

use std::path::PathBuf;
use std::sync::Arc;

use kantor_office::SystemClock;

use crate::config::{Config, ConfigError};
use crate::server::{self, Listeners, Part, ServeError};

/// What to serve.
#[derive(clap::Args, Debug)]
pub(crate) struct ServeArgs {
    /// The office's configuration.
    #[arg(long, default_value = "kantor.toml")]
    config: PathBuf,
    /// Serve one of the two listeners only.
    #[arg(long, value_name = "office")]
    only: Option<Only>,
}

/// Which listener.
#[derive(Clone, Copy, PartialEq, Eq, Debug, clap::ValueEnum)]
enum Only {
    /// The office API, without the customer panel.
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
    /// Threads.
    #[error("the server cannot start its threads: {0}; free some memory or processes")]
    Threads(std::io::Error),
}

/// Serves until the process is asked to end.
pub(crate) fn run(args: &ServeArgs) -> Result<(), ServeCommandError> {
    let config = Config::read(&args.config)?;
    let opened = server::open(&config, Arc::new(SystemClock))?;
    let part = match args.only {
        Some(Only::Office) => Part::Office,
        None => Part::All,
    };
    let runtime = tokio::runtime::Runtime::new().map_err(ServeCommandError::Threads)?;
    let office = opened.office.clone();
    let served: Result<(), ServeError> = runtime.block_on(async {
        let listeners = Listeners::bind(&config, part).await?;
        if let Some(address) = listeners.panel_address() {
            println!("customer panel  http://{address}{}/", config.panel.prefix);
        }
        if let Some(address) = listeners.office_address() {
            println!("office API      http://{address}/office/v1");
        }
        server::live(office.clone(), &config);
        listeners.run(office, &config, asked_to_end()).await
    });
    served?;
    Ok(opened.close()?)
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
