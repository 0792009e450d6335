//! An office and panels as processes of their own, with listeners that outlive them.

use std::fs;
use std::io::{BufRead, BufReader, Read};
use std::net::{SocketAddr, TcpListener};
use std::os::fd::OwnedFd;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::thread::JoinHandle;

use tempfile::TempDir;

pub(crate) fn kantor() -> Command {
    Command::new(env!("CARGO_BIN_EXE_kantor"))
}

/// Runs the program to its end; its words.
#[track_caller]
pub(crate) fn run(arguments: &[&str]) -> String {
    let ended = kantor().args(arguments).output().unwrap();
    let said = String::from_utf8_lossy(&ended.stdout).into_owned();
    let complained = String::from_utf8_lossy(&ended.stderr).into_owned();
    assert!(
        ended.status.success(),
        "{arguments:?}: {said}\n{complained}"
    );
    said
}

/// A server process. Dropped, it is killed.
pub(crate) struct Server {
    child: Child,
    journal: Option<JoinHandle<String>>,
    /// What it said when it began.
    pub(crate) words: Vec<String>,
}

impl Server {
    /// Starts `kantor serve` with a listener that is handed over as a service manager does, and
    /// waits until it says that it listens: so many lines.
    pub(crate) fn start(listener: &TcpListener, lines: usize, arguments: &[&str]) -> Server {
        let handed = OwnedFd::from(listener.try_clone().unwrap());
        let mut child = Command::new("sh")
            .args([
                "-c",
                "LISTEN_FDS=1 LISTEN_PID=$$ exec \"$0\" \"$@\" 3<&0 </dev/null",
            ])
            .arg(env!("CARGO_BIN_EXE_kantor"))
            .arg("serve")
            .args(arguments)
            .stdin(Stdio::from(handed))
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        let mut errors = child.stderr.take().unwrap();
        let journal = std::thread::spawn(move || {
            let mut text = String::new();
            errors.read_to_string(&mut text).unwrap();
            text
        });
        let said = BufReader::new(child.stdout.take().unwrap()).lines();
        let words: Vec<String> = said.take(lines).map(Result::unwrap).collect();
        let mut server = Server {
            child,
            journal: Some(journal),
            words,
        };
        if server.words.len() < lines {
            let said = server.words.clone();
            panic!("it did not begin: {said:?}\n{}", server.end());
        }
        server
    }

    /// Asks it to end, as a service manager does, and waits. What it wrote into its journal.
    pub(crate) fn end(&mut self) -> String {
        let id = self.child.id().to_string();
        // It may have ended by itself.
        let _ = Command::new("kill").args(["-TERM", &id]).status();
        let status = self.child.wait().unwrap();
        let journal = self.journal.take().unwrap().join().unwrap();
        assert!(status.success(), "{status}: {journal}");
        journal
    }

    /// Sends it a signal by name.
    pub(crate) fn signal(&self, name: &str) {
        let id = self.child.id().to_string();
        let sent = Command::new("kill").args([name, &id]).status().unwrap();
        assert!(sent.success());
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        // It may be dead already.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// A new office with a listener for fronts, and a panel's folder with its key.
pub(crate) struct Fleet {
    _folder: TempDir,
    pub(crate) office: PathBuf,
    pub(crate) panel: PathBuf,
    /// Where fronts come in.
    pub(crate) fronts: TcpListener,
    /// Where customers come in.
    pub(crate) customers: TcpListener,
}

impl Fleet {
    /// Makes both folders; the key of the panel is made by the running office ([`Fleet::key`]).
    pub(crate) fn new() -> Fleet {
        let folder = tempfile::tempdir().unwrap();
        let (office, panel) = (folder.path().join("office"), folder.path().join("panel"));
        run(&[
            "init",
            office.to_str().unwrap(),
            "--name",
            "Kantor Pod Zegarem",
        ]);
        fs::create_dir(&panel).unwrap();
        let (fronts, customers) = (listener(), listener());
        let path = office.join("kantor.toml");
        let mut config: toml::Table = fs::read_to_string(&path).unwrap().parse().unwrap();
        config["office_api"]["listen"] = "127.0.0.1:0".into();
        let mut section = toml::Table::new();
        section.insert("listen".to_owned(), at(&fronts).to_string().into());
        config.insert("fronts".to_owned(), section.into());
        fs::write(&path, config.to_string()).unwrap();
        let text = format!(
            "[panel]\nlisten = \"{}\"\n[front]\noffice = [\"http://{}\"]\nkey_file = \"front.key\"\n",
            at(&customers),
            at(&fronts)
        );
        fs::write(panel.join("kantor.toml"), text).unwrap();
        Fleet {
            _folder: folder,
            office,
            panel,
            fronts,
            customers,
        }
    }

    /// Starts the office; its API's address is written into its desk's configuration.
    pub(crate) fn start_office(&self) -> Server {
        let path = self.office.join("kantor.toml");
        let server = Server::start(
            &self.fronts,
            2,
            &["--only", "office", "--config", path.to_str().unwrap()],
        );
        let (said, rest) = server.words[0].split_once("://").unwrap();
        let scheme = said.rsplit(' ').next().unwrap();
        let address = rest.split('/').next().unwrap();
        let mut config: toml::Table = fs::read_to_string(&path).unwrap().parse().unwrap();
        config["desk"]["url"] = format!("{scheme}://{address}").into();
        fs::write(&path, config.to_string()).unwrap();
        server
    }

    /// Has the running office make the panel's key.
    pub(crate) fn key(&self) {
        self.desk(&[
            "tokens",
            "add",
            "panel-1",
            "--role",
            "front",
            "--reason",
            "a panel",
            "--file",
            self.panel.join("front.key").to_str().unwrap(),
        ]);
    }

    /// A command of the desk.
    #[track_caller]
    pub(crate) fn desk(&self, arguments: &[&str]) -> String {
        let config = self.office.join("kantor.toml");
        let mut all = arguments.to_vec();
        all.extend(["--config", config.to_str().unwrap()]);
        run(&all)
    }

    /// Starts a panel; several may run at once.
    pub(crate) fn start_panel(&self) -> Server {
        let path = self.panel.join("kantor.toml");
        Server::start(
            &self.customers,
            1,
            &["--only", "panel", "--config", path.to_str().unwrap()],
        )
    }

    /// An address of the panel.
    pub(crate) fn url(&self, path: &str) -> String {
        format!("http://{}{path}", at(&self.customers))
    }
}

fn listener() -> TcpListener {
    TcpListener::bind("127.0.0.1:0").unwrap()
}

fn at(listener: &TcpListener) -> SocketAddr {
    listener.local_addr().unwrap()
}

/// A client that keeps its connections.
pub(crate) fn agent() -> ureq::Agent {
    ureq::Agent::config_builder()
        .http_status_as_error(false)
        .proxy(None)
        .build()
        .new_agent()
}

/// What stands in a file that has to be there.
pub(crate) fn text(path: &Path) -> String {
    fs::read_to_string(path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}
