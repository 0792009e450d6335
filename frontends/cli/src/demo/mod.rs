//! `kantor demo`: a whole office, on the embedded store or on PostgreSQL, with simulated customers and banks, real
//! statement and transfer files, and the same desk, packs and server as any day at the office.

mod cast;
mod day;
mod report;
mod script;

use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use kantor_engine::Policy;
use kantor_office::SetClock;
use tokio::sync::oneshot;

use crate::config::{Config, ConfigError};
use crate::database::DatabaseError;
use crate::init::{InitError, fresh_folder};
use crate::listeners::{Listeners, Part};
use crate::manager::HandedOver;
use crate::serve::asked_to_end;
use crate::server::{self, ServeError};
use day::Days;
use script::Stage;

/// Where the demo's panel listens when nothing else is asked for.
const PANEL_PORT: u16 = 8080;

/// How the demo is to run.
#[derive(clap::Args, Debug)]
pub(crate) struct DemoArgs {
    /// The folder of the demo's office; an existing empty one is fine. A new one by default.
    #[arg(long)]
    dir: Option<PathBuf>,
    /// The panel's port.
    #[arg(long, value_name = "N")]
    port: Option<u16>,
    /// End when everything has happened; exit 0 only if all ended as it should.
    #[arg(long)]
    once: bool,
    /// Keep the office in a PostgreSQL database, postgres://user:password@host/name.
    #[arg(long, value_name = "URL")]
    database: Option<String>,
}

/// Why the demo did not run, or did not end as it should.
#[derive(Debug, thiserror::Error)]
pub(crate) enum DemoError {
    /// The database.
    #[error(transparent)]
    Database(#[from] DatabaseError),
    /// The folder.
    #[error(transparent)]
    Folder(#[from] InitError),
    /// A fresh folder cannot be made.
    #[error("no folder can be made for the demo: {0}; name one with --dir")]
    NoFolder(std::io::Error),
    /// The configuration.
    #[error(transparent)]
    Config(#[from] ConfigError),
    /// The office or its listeners.
    #[error(transparent)]
    Serve(#[from] ServeError),
    /// Threads.
    #[error("the demo cannot start its threads: {0}; free some memory or processes")]
    Threads(std::io::Error),
    /// A step of the script failed.
    #[error("{step}: {why}")]
    Step {
        /// Which step.
        step: &'static str,
        /// The error's own sentence.
        why: String,
    },
    /// Not everything ended as it should.
    #[error("the demo did not end as it should: {0}")]
    Ended(String),
    /// The server's task broke.
    #[error("the server ended unexpectedly: {0}; mend that and run the demo again")]
    Server(String),
}

/// Runs the demo.
pub(crate) fn run(args: &DemoArgs) -> Result<(), DemoError> {
    let folder = match &args.dir {
        Some(dir) => dir.clone(),
        None => fresh_temporary_folder()?,
    };
    fresh_folder(&folder)?;
    let runtime = tokio::runtime::Runtime::new().map_err(DemoError::Threads)?;
    runtime.block_on(play(args, &folder))
}

fn fresh_temporary_folder() -> Result<PathBuf, DemoError> {
    let process = std::process::id();
    let folder = std::env::temp_dir().join(format!("kantor-demo-{process}"));
    std::fs::create_dir_all(&folder).map_err(DemoError::NoFolder)?;
    Ok(folder)
}

async fn play(args: &DemoArgs, folder: &Path) -> Result<(), DemoError> {
    let loopback = |port| SocketAddr::from(([127, 0, 0, 1], port));
    let port = args.port.unwrap_or(if args.once { 0 } else { PANEL_PORT });
    let draft = Config::new(&cast::owner(), loopback(port), loopback(0));
    let bound = Listeners::bind(&draft, Part::All, &mut HandedOver::default()).await?;
    // The ports are known only now; whoever reads the file later must find this office.
    let mut settled = draft;
    settled.keep_in(args.database.as_deref())?;
    if let (Some(panel), Some(api)) = (bound.panel_address(), bound.office_address()) {
        settled.panel.listen = panel;
        settled.office_api.listen = api;
        settled.desk.url = format!("http://{api}");
    }
    let written = settled.write(folder)?;
    let config = Config::read(&written)?;
    let days = Days::before_now();
    let clock = Arc::new(SetClock::at(days.at(days.first, 9, 0)));
    let opened = server::create(&config, clock.clone(), Policy::initial())?;
    let office = opened.office.clone();
    let (stop, stopped) = oneshot::channel::<()>();
    let serving = {
        let (office, config) = (office.clone(), config.clone());
        tokio::spawn(async move {
            let stop = async {
                // The sender gone means the same.
                let _ = stopped.await;
            };
            bound.run(office, &config, stop).await
        })
    };
    let live = office.clone();
    let stage = Stage {
        office,
        clock,
        days,
        config: config.clone(),
        folder: folder.to_owned(),
    };
    let played = tokio::task::spawn_blocking(move || script::play(&stage))
        .await
        .map_err(|error| DemoError::Server(error.to_string()));
    let result = match played {
        Ok(result) => result,
        Err(error) => Err(error),
    };
    if result.is_ok() && !args.once {
        server::live(live, &config, Part::All);
        println!();
        println!(
            "The panel is open: http://{}/   (log in as {}, password `{}`)",
            config.panel.listen,
            cast::EXACT.email,
            cast::PASSWORD
        );
        println!(
            "The cashier:       kantor-cashier --config {}",
            written.display()
        );
        println!(
            "The command line:  kantor orders list --config {}",
            written.display()
        );
        println!("Ctrl-C ends it.");
        asked_to_end().await;
    }
    // An error means that the server has ended already.
    let _ = stop.send(());
    match serving.await {
        Ok(served) => served?,
        Err(error) => return Err(DemoError::Server(error.to_string())),
    }
    opened.close()?;
    result
}
