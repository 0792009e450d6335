//! PostgreSQL servers for tests: started in a folder of their own, on a unix socket, gone with the
//! test however it ends.
//!
//! ```no_run
//! use kantor_postgres_kit::{Disk, Server};
//!
//! // One server for all tests of a binary, without fsync; a database for each test.
//! let url = kantor_postgres_kit::shared().database();
//!
//! // A server of its own that may be killed, and keeps what it acknowledged.
//! let mut server = Server::start(Disk::Kept);
//! let url = server.database();
//! server.kill();
//! server.start_again();
//! ```
//!
//! `initdb` and `postgres` refuse to run as root; then they run as the system's user `postgres`,
//! or else `nobody`. Nothing is said to any other server of the machine.
#![forbid(unsafe_code)]

mod proxy;

use std::fs;
use std::io::Write;
use std::net::TcpListener;
use std::os::unix::fs::{MetadataExt, PermissionsExt, chown};
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdin, Command, Output, Stdio};
use std::sync::OnceLock;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::{Duration, Instant};

use tempfile::TempDir;

pub use self::proxy::{Proxy, Way, Weather};

/// The oldest version that an office runs on.
const OLDEST: u32 = 15;

/// How long a server may take to start or to stop.
const PATIENCE: Duration = Duration::from_secs(60);

/// The name of a socket holds a port, also where nobody listens on it.
const PORT: u16 = 5432;

/// The role that owns everything in a test's server.
pub const OWNER: &str = "kantor";

/// What the server does about the disk.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Disk {
    /// It never waits for it: fast, and worth nothing after a crash.
    Ignored,
    /// It waits for it at every commit, as an office's server does.
    Kept,
}

/// A server of a test's own.
pub struct Server {
    programs: PathBuf,
    user: Option<User>,
    folder: PathBuf,
    disk: Disk,
    /// What else it is told.
    settings: Vec<String>,
    /// Part of its socket's name, and where it listens if it listens to a network.
    port: u16,
    running: Option<Child>,
    /// Closed when this process ends, however it ends: then a shell stops the server and removes
    /// its folder.
    _guard: Option<ChildStdin>,
    guardian: Option<Child>,
}

/// Whom the server runs as, where we are root.
#[derive(Clone, Copy)]
struct User {
    uid: u32,
    gid: u32,
}

static DATABASES: AtomicU32 = AtomicU32::new(0);

/// The one server that all tests of this binary share. It ignores the disk.
pub fn shared() -> &'static Server {
    static SHARED: OnceLock<Server> = OnceLock::new();
    SHARED.get_or_init(|| Server::start(Disk::Ignored))
}

impl Server {
    /// Starts a new server without any database of ours.
    ///
    /// # Panics
    /// When PostgreSQL is not installed, or does not start: a test that needs it must not pass
    /// without it.
    pub fn start(disk: Disk) -> Server {
        let user = user_of_server();
        // A short name: the path of a socket has room for about a hundred letters.
        let folder = TempDir::with_prefix("kpg").expect("a folder").keep();
        fs::set_permissions(&folder, fs::Permissions::from_mode(0o755)).expect("rights");
        if let Some(user) = user {
            chown(&folder, Some(user.uid), Some(user.gid)).expect("the folder given away");
        }
        let mut server = Server {
            programs: programs(),
            user,
            folder,
            disk,
            settings: Vec::new(),
            port: PORT,
            running: None,
            _guard: None,
            guardian: None,
        };
        server.watch();
        server.run_program(
            "initdb",
            &[
                "--pgdata=data",
                "--auth=trust",
                &format!("--username={OWNER}"),
                "--encoding=UTF8",
                "--locale=C",
                "--no-sync",
            ],
        );
        server.start_again();
        server
    }

    /// Starts the server again with more settings, as in `postgresql.conf`, and so that it listens
    /// on `localhost` too. Gives the port.
    pub fn listen(&mut self, settings: &[String]) -> u16 {
        self.stop();
        let free = TcpListener::bind("127.0.0.1:0").expect("a free port");
        self.port = free.local_addr().expect("its number").port();
        drop(free);
        self.settings = vec!["listen_addresses=localhost".to_owned()];
        self.settings.extend_from_slice(settings);
        self.start_again();
        self.port
    }

    /// Puts a file into the server's folder, which only the server may read; gives its path.
    pub fn put(&self, name: &str, text: &str) -> PathBuf {
        let path = self.folder.join(name);
        fs::write(&path, text).expect("a file");
        fs::set_permissions(&path, fs::Permissions::from_mode(0o600)).expect("rights");
        if let Some(user) = self.user {
            chown(&path, Some(user.uid), Some(user.gid)).expect("the file given away");
        }
        path
    }

    /// The address of a new, empty database.
    pub fn database(&self) -> String {
        let number = DATABASES.fetch_add(1, Ordering::SeqCst);
        let name = format!("office_{}_{number}", std::process::id());
        self.sql("postgres", &format!("CREATE DATABASE {name}"));
        self.url(OWNER, &name)
    }

    /// The address of a database for a role.
    pub fn url(&self, role: &str, database: &str) -> String {
        let socket = self.folder.display().to_string().replace('/', "%2F");
        format!("postgres://{role}@{socket}:{}/{database}", self.port)
    }

    /// The unix socket that it listens on: for a test that stands between a client and the server.
    pub fn socket(&self) -> PathBuf {
        self.folder.join(format!(".s.PGSQL.{}", self.port))
    }

    /// Runs statements as the owner and gives what `psql` prints of them, without ornament.
    pub fn sql(&self, database: &str, sql: &str) -> String {
        let output = self.try_sql(OWNER, database, sql);
        assert!(
            output.status.success(),
            "{sql}: {}",
            String::from_utf8_lossy(&output.stderr)
        );
        String::from_utf8_lossy(&output.stdout).trim().to_owned()
    }

    /// Runs statements as any role, whatever comes of it.
    pub fn try_sql(&self, role: &str, database: &str, sql: &str) -> Output {
        let mut psql = Command::new(self.programs.join("psql"));
        psql.args(["--no-psqlrc", "--quiet", "--tuples-only", "--no-align"])
            .args([
                "--set=ON_ERROR_STOP=1",
                "--port",
                &self.port.to_string(),
                "--host",
            ])
            .arg(&self.folder)
            .args(["--username", role, "--dbname", database, "--command", sql])
            .stdin(Stdio::null())
            .output()
            .expect("psql runs")
    }

    /// The server's process.
    pub fn pid(&self) -> Option<u32> {
        self.running.as_ref().map(Child::id)
    }

    /// Kills the server as a crash does, in the middle of everything; its sessions die with it.
    pub fn kill(&mut self) {
        if let Some(mut running) = self.running.take() {
            let sessions = children_of(running.id());
            running.kill().expect("the server can be killed");
            running.wait().expect("the server is gone");
            // They notice by themselves that their server is gone; one that is asked first answers.
            let _ = Command::new("kill")
                .arg("-KILL")
                .args(sessions)
                .stderr(Stdio::null())
                .status();
        }
    }

    /// Stops the server as an administrator does, who does not wait for clients.
    pub fn stop(&mut self) {
        if let Some(mut running) = self.running.take() {
            signal("INT", running.id());
            running.wait().expect("the server is gone");
        }
    }

    /// What it wrote into its log since it was started.
    pub fn log(&self) -> String {
        fs::read_to_string(self.folder.join("log")).unwrap_or_default()
    }

    /// Starts the server again if it has given up by itself. Answers whether it had.
    pub fn revive(&mut self) -> bool {
        let Some(running) = &mut self.running else {
            return false;
        };
        if running.try_wait().expect("a process of ours").is_none() {
            return false;
        }
        self.running = None;
        self.start_again();
        true
    }

    /// Starts the server over the data that are there.
    pub fn start_again(&mut self) {
        let deadline = Instant::now() + PATIENCE;
        loop {
            let mut started = self.spawn();
            if self.answers(&mut started, deadline) {
                self.running = Some(started);
                return;
            }
            // After a kill the sessions of the old server need a moment to notice and to go.
            started.wait().expect("the server is gone");
            let log = self.log();
            assert!(
                Instant::now() < deadline,
                "the server does not start: {log}"
            );
            std::thread::yield_now();
        }
    }

    fn spawn(&self) -> Child {
        let log = fs::File::create(self.folder.join("log")).expect("a log");
        let mut settings = vec![
            "listen_addresses=".to_owned(),
            format!("unix_socket_directories={}", self.folder.display()),
            format!("port={}", self.port),
            "shared_buffers=32MB".to_owned(),
            "max_connections=200".to_owned(),
            // A test's server is small, and its machine is busy.
            "max_wal_size=256MB".to_owned(),
            "autovacuum_naptime=10s".to_owned(),
        ];
        settings.extend_from_slice(&self.settings);
        if self.disk == Disk::Ignored {
            settings.extend(["fsync=off", "full_page_writes=off"].map(str::to_owned));
        }
        let mut postgres = self.command("postgres");
        postgres.args(["-D", "data"]);
        for setting in &settings {
            postgres.args(["-c", setting]);
        }
        postgres
            .stdin(Stdio::null())
            .stdout(log.try_clone().expect("a log"))
            .stderr(log)
            .spawn()
            .expect("postgres runs")
    }

    /// Waits until the server takes connections; `false` when it ended instead.
    fn answers(&self, started: &mut Child, deadline: Instant) -> bool {
        while Instant::now() < deadline {
            if started.try_wait().expect("a process of ours").is_some() {
                return false;
            }
            let ready = Command::new(self.programs.join("pg_isready"))
                .args(["--quiet", "--port", &self.port.to_string(), "--host"])
                .arg(&self.folder)
                .status()
                .expect("pg_isready runs");
            if ready.success() {
                return true;
            }
            std::thread::yield_now();
        }
        let _ = started.kill();
        false
    }

    /// A program of the server's, in its folder and as its user.
    fn command(&self, program: &str) -> Command {
        let mut command = Command::new(self.programs.join(program));
        command.current_dir(&self.folder).env_remove("PGDATA");
        if let Some(user) = self.user {
            command.uid(user.uid).gid(user.gid);
        }
        command
    }

    fn run_program(&self, program: &str, arguments: &[&str]) {
        let output = self
            .command(program)
            .args(arguments)
            .stdin(Stdio::null())
            .output()
            .expect("it runs");
        assert!(
            output.status.success(),
            "{program}: {}",
            String::from_utf8_lossy(&output.stderr)
        );
    }

    /// A shell that waits for the end of this process. The folder's name is ours: no blanks.
    fn watch(&mut self) {
        let script = "read -r _
            if [ -f \"$1/data/postmaster.pid\" ]; then
                read -r pid < \"$1/data/postmaster.pid\"
                kill -QUIT \"$pid\" && while kill -0 \"$pid\"; do sleep 0.1; done
            fi
            rm -rf \"$1\"";
        let mut guardian = Command::new("sh")
            .args(["-c", script, "guardian"])
            .arg(&self.folder)
            .stdin(Stdio::piped())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            // Ctrl-C at the terminal is for the tests; the shell has still to tidy up.
            .process_group(0)
            .spawn()
            .expect("a shell runs");
        self._guard = guardian.stdin.take();
        self.guardian = Some(guardian);
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.stop();
        if let Some(mut guard) = self._guard.take() {
            let _ = guard.write_all(b"\n");
        }
        if let Some(mut guardian) = self.guardian.take() {
            let _ = guardian.wait();
        }
    }
}

/// The processes that a process has made; none where the system does not tell.
fn children_of(pid: u32) -> Vec<String> {
    let told = fs::read_to_string(format!("/proc/{pid}/task/{pid}/children"));
    let told = told.unwrap_or_default();
    told.split_whitespace().map(str::to_owned).collect()
}

/// Sends a signal to a process.
pub fn signal(name: &str, pid: u32) {
    let sent = Command::new("kill")
        .args([&format!("-{name}"), &pid.to_string()])
        .status()
        .expect("kill runs");
    assert!(sent.success(), "no signal {name} for process {pid}");
}

/// The programs of the newest version that is installed.
fn programs() -> PathBuf {
    let root = Path::new("/usr/lib/postgresql");
    let versions = fs::read_dir(root).into_iter().flatten().flatten();
    let newest = versions
        .filter_map(|entry| entry.file_name().to_str()?.parse::<u32>().ok())
        .filter(|version| *version >= OLDEST)
        .max();
    if let Some(version) = newest {
        return root.join(version.to_string()).join("bin");
    }
    // Elsewhere than on Debian.
    let asked = Command::new("pg_config").arg("--bindir").output();
    let bindir = asked.ok().filter(|output| output.status.success());
    let bindir = bindir.map(|output| String::from_utf8_lossy(&output.stdout).trim().to_owned());
    bindir.map(PathBuf::from).unwrap_or_else(|| {
        panic!("PostgreSQL {OLDEST} or newer is not installed; `.ci/test` installs it")
    })
}

/// The user whose the server is to be; `None` when it may be ours.
fn user_of_server() -> Option<User> {
    let ours = fs::metadata("/proc/self")
        .expect("a process has itself")
        .uid();
    if ours != 0 {
        return None;
    }
    let users = fs::read_to_string("/etc/passwd").expect("the system's users");
    let named = |name: &str| {
        users.lines().find_map(|line| {
            let mut fields = line.split(':');
            let is_it = fields.next() == Some(name);
            let uid = fields.nth(1)?.parse().ok()?;
            let gid = fields.next()?.parse().ok()?;
            is_it.then_some(User { uid, gid })
        })
    };
    let user = named("postgres").or_else(|| named("nobody"));
    Some(user.expect("root needs another user to run PostgreSQL as"))
}
