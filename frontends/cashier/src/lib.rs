//! The cashier's window: orders, balances, statements in, transfers out.
//!
//! ```text
//! person ──press──▶ Message ──update──▶ Model ──show──▶ window
//!                      ▲        └─────▶ Effect ──▶ desk's thread ─┐
//!                      └──────────────────────────────────────────┘
//! ```
//!
//! One message type, one pure `update`, one thread that waits for the office, for packs and for the
//! disk, so that the window never stands still. The window decides nothing about money: the office
//! says what may be done, and what was done.
#![forbid(unsafe_code)]

pub mod chooser;
pub mod detail;
mod explain;
pub mod message;
pub mod model;
pub mod options;
mod report;
pub mod rows;
mod text;
mod update;
mod view;
pub mod worker;

use std::process::ExitCode;
use std::sync::mpsc;
use std::thread::JoinHandle;

use clap::Parser;
use fltk::app;
use kantor_desk::{DeskConfig, InstalledPacks, Office};
use kantor_wire::Language;

use crate::chooser::{Chooser, SystemChooser};
use crate::message::{Effect, Message};
use crate::model::Model;
use crate::options::Options;
pub use crate::update::update;
use crate::view::View;
use crate::worker::{Desk, wall_clock, work};

/// A running window with its desk.
pub struct Cashier {
    model: Model,
    view: View,
    chooser: Box<dyn Chooser>,
    messages: app::Receiver<Message>,
    tasks: Option<mpsc::Sender<Effect>>,
    thread: Option<JoinHandle<()>>,
}

impl Cashier {
    /// Opens the window and begins to ask the office.
    pub fn open(
        desk: Desk,
        language: Language,
        transfers: std::path::PathBuf,
        chooser: Box<dyn Chooser>,
    ) -> Cashier {
        let model = Model::new(language, transfers);
        let (sender, messages) = app::channel::<Message>();
        let view = View::open(&model, sender);
        let (tasks, waiting) = mpsc::channel();
        let thread = std::thread::spawn(move || {
            work(&desk, &waiting, |message| sender.send(message));
        });
        Cashier {
            model,
            view,
            chooser,
            messages,
            tasks: Some(tasks),
            thread: Some(thread),
        }
    }

    /// Lets every waiting message happen, then shows the model once.
    pub fn catch_up(&mut self) {
        let mut changed = false;
        while let Some(message) = self.messages.recv() {
            changed = true;
            self.model.clock = wall_clock();
            for effect in update(&mut self.model, message) {
                self.take(effect);
            }
        }
        if changed {
            self.view.show(&self.model);
        }
    }

    fn take(&mut self, effect: Effect) {
        match effect {
            Effect::ChooseStatements => {
                let files = self.chooser.statements(self.model.words());
                let effects = update(&mut self.model, Message::StatementsChosen(files));
                for effect in effects {
                    self.hand_over(effect);
                }
            }
            Effect::ChooseFolder(from) => {
                if let Some(folder) = self.chooser.folder(self.model.words(), &from) {
                    // Remembering a folder asks for nothing.
                    let _ = update(&mut self.model, Message::FolderChosen(folder));
                }
            }
            Effect::Load
            | Effect::LoadOrder(_)
            | Effect::Import(_)
            | Effect::Export(..)
            | Effect::Fetch(..)
            | Effect::OrderAct { .. }
            | Effect::Book { .. }
            | Effect::Allocate { .. } => self.hand_over(effect),
        }
    }

    fn hand_over(&self, effect: Effect) {
        if let Some(tasks) = &self.tasks {
            // The thread ends only after the window; a task that it cannot take is for nobody.
            let _ = tasks.send(effect);
        }
    }

    /// What the window shows, as values.
    pub fn model(&self) -> &Model {
        &self.model
    }

    /// What the window says, as text.
    pub fn transcript(&self) -> String {
        self.view.transcript()
    }

    /// Where on the screen the middle of the first row stands that says this text.
    pub fn row_of(&self, text: &str) -> Option<(i32, i32)> {
        self.view.row_of(text)
    }

    /// Stays until the window is closed.
    pub fn run(mut self) {
        while app::wait() {
            self.catch_up();
        }
    }
}

impl Drop for Cashier {
    /// Waits for the desk's thread: an act that has begun is finished and archived.
    fn drop(&mut self) {
        self.tasks = None;
        if let Some(thread) = self.thread.take() {
            // A thread that panicked has said so already.
            let _ = thread.join();
        }
    }
}

/// The whole program: reads the command line, opens the window, stays until it is closed.
pub fn run() -> ExitCode {
    let options = Options::parse();
    let opened = options
        .desk()
        .map_err(|error| error.to_string())
        .and_then(|config| desk(&config).map(|desk| (desk, config)))
        .and_then(|opened| screen().map(|()| opened));
    match opened {
        Ok((desk, config)) => {
            let _app = app::App::default();
            Cashier::open(
                desk,
                options.lang.into(),
                config.transfers,
                Box::new(SystemChooser::starting_at(config.watch)),
            )
            .run();
            ExitCode::SUCCESS
        }
        Err(error) => {
            eprintln!("kantor-cashier: {error}");
            ExitCode::FAILURE
        }
    }
}

/// Whether there is a screen. The toolkit would end the program without a word of advice.
fn screen() -> Result<(), String> {
    let needs_display = cfg!(all(unix, not(target_os = "macos")));
    if needs_display && std::env::var_os("DISPLAY").is_none_or(|display| display.is_empty()) {
        return Err(
            "there is no screen to open the window on (DISPLAY is not set); start it from a \
             desktop session, or use `kantor orders` and its sisters on the command line"
                .to_owned(),
        );
    }
    Ok(())
}

fn desk(config: &DeskConfig) -> Result<Desk, String> {
    Ok(Desk {
        office: Office::of(config).map_err(|error| error.to_string())?,
        packs: Box::new(InstalledPacks::find(config.packs.as_deref())),
    })
}
