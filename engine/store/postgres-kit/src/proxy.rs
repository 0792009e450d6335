//! A network between a client and a test's server, that a test can break.

use std::io::{Read, Write};
use std::net::{Shutdown, TcpListener, TcpStream};
use std::os::unix::net::UnixStream;
use std::path::PathBuf;
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};

use crate::{OWNER, Server};

/// Which way bytes go.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Way {
    /// From the client to the server.
    Questions,
    /// From the server to the client.
    Answers,
}

/// What happens to the bytes that are under way.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Weather {
    /// They arrive.
    Fair,
    /// Those of one way stay where they are, and nobody is told; they arrive when it is fair again,
    /// whatever became of who sent them.
    Held(Way),
    /// None arrives.
    Silent,
}

/// A listener on this machine that passes everything on to a server, in the weather of the moment.
pub struct Proxy {
    port: u16,
    network: Arc<Network>,
}

#[derive(Default)]
struct Network {
    state: Mutex<State>,
    changed: Condvar,
}

struct State {
    weather: Weather,
    /// How many bytes may still pass before everything is cut off.
    left: Option<u64>,
    /// Connections with smaller numbers are cut off.
    alive_from: u64,
    next: u64,
    ends: Vec<Ends>,
}

impl Default for State {
    fn default() -> State {
        State {
            weather: Weather::Fair,
            left: None,
            alive_from: 0,
            next: 0,
            ends: Vec::new(),
        }
    }
}

/// Both ends of a connection.
struct Ends {
    client: TcpStream,
    server: UnixStream,
}

impl Proxy {
    /// Stands before a server. The server may go and come again.
    ///
    /// # Panics
    /// When the machine gives no port.
    pub fn before(server: &Server) -> Proxy {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a free port");
        let port = listener.local_addr().expect("its number").port();
        let network = Arc::new(Network::default());
        let (socket, taken) = (server.socket(), Arc::clone(&network));
        std::thread::spawn(move || {
            for client in listener.incoming().flatten() {
                taken.connect(client, &socket);
            }
        });
        Proxy { port, network }
    }

    /// The address of a database of the server, through here; its client loses patience after so
    /// many seconds.
    pub fn url(&self, database: &str, patience: u16) -> String {
        format!(
            "postgres://{OWNER}@127.0.0.1:{}/{database}?patience={patience}",
            self.port
        )
    }

    /// Changes the weather.
    pub fn set(&self, weather: Weather) {
        self.network.held().weather = weather;
        self.network.changed.notify_all();
    }

    /// Cuts every connection off, at once; what was under way is lost. Answers how many there were.
    pub fn cut(&self) -> usize {
        let cut = self.network.held().cut();
        self.network.changed.notify_all();
        cut
    }

    /// Cuts every connection off once so many more bytes have passed, in the middle of whatever
    /// they say.
    pub fn cut_after(&self, bytes: u64) {
        self.network.held().left = Some(bytes);
    }

    /// Whether what [`Proxy::cut_after`] announced is still to come.
    pub fn is_cut_to_come(&self) -> bool {
        self.network.held().left.is_some()
    }
}

impl State {
    fn cut(&mut self) -> usize {
        self.alive_from = self.next;
        self.left = None;
        let ends = std::mem::take(&mut self.ends);
        for ends in &ends {
            // It may have ended by itself.
            let _ = ends.client.shutdown(Shutdown::Both);
            let _ = ends.server.shutdown(Shutdown::Both);
        }
        ends.len()
    }

    /// How many of so many bytes may pass; `None` while they have to wait.
    fn lets_pass(&mut self, way: Way, bytes: usize) -> Option<usize> {
        match self.weather {
            Weather::Fair => {}
            Weather::Held(held) if held != way => {}
            Weather::Held(_) | Weather::Silent => return None,
        }
        let Some(left) = &mut self.left else {
            return Some(bytes);
        };
        let passing = bytes.min(usize::try_from(*left).unwrap_or(usize::MAX));
        *left -= passing as u64;
        Some(passing)
    }
}

impl Network {
    fn held(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn connect(self: &Arc<Self>, client: TcpStream, socket: &PathBuf) {
        // While the server is away, its place refuses the client as the system would.
        let Ok(server) = UnixStream::connect(socket) else {
            return;
        };
        let copies = (|| {
            Ok::<_, std::io::Error>((
                Ends {
                    client: client.try_clone()?,
                    server: server.try_clone()?,
                },
                client.try_clone()?,
                server.try_clone()?,
            ))
        })();
        let Ok((ends, to_client, to_server)) = copies else {
            return;
        };
        let number = {
            let mut state = self.held();
            state.ends.push(ends);
            state.next += 1;
            state.next - 1
        };
        let (there, back) = (Arc::clone(self), Arc::clone(self));
        std::thread::spawn(move || {
            there.carry(number, Way::Questions, client, &to_server);
            let _ = to_server.shutdown(Shutdown::Write);
        });
        std::thread::spawn(move || {
            back.carry(number, Way::Answers, server, &to_client);
            let _ = to_client.shutdown(Shutdown::Write);
        });
    }

    /// Carries bytes one way until one end is gone or the connection is cut off.
    fn carry(&self, number: u64, way: Way, mut from: impl Read, mut to: impl Write) {
        let mut bytes = [0; 16 * 1024];
        loop {
            let Ok(length @ 1..) = from.read(&mut bytes) else {
                return;
            };
            let Some(passing) = self.wait(number, way, length) else {
                return;
            };
            let passed = bytes
                .get(..passing)
                .is_some_and(|bytes| to.write_all(bytes).is_ok());
            if passing < length {
                self.held().cut();
                self.changed.notify_all();
            }
            if !passed || passing < length {
                return;
            }
        }
    }

    /// Waits for the weather; `None` when the connection was cut off meanwhile.
    fn wait(&self, number: u64, way: Way, length: usize) -> Option<usize> {
        let mut state = self.held();
        loop {
            if number < state.alive_from {
                return None;
            }
            if let Some(passing) = state.lets_pass(way, length) {
                return Some(passing);
            }
            state = self
                .changed
                .wait(state)
                .unwrap_or_else(PoisonError::into_inner);
        }
    }
}
