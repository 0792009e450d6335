//! Restarts under load: no request fails.

use std::io::{Read, Write};
use std::net::TcpStream;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::thread::JoinHandle;
use std::time::Duration;

use crate::fleet::{Fleet, agent};

/// How often whoever waits for the clients looks.
const LOOK: Duration = Duration::from_millis(1);

/// Clients that ask until they are told to stop, and count.
struct Load {
    stop: Arc<AtomicBool>,
    asked: Arc<AtomicU64>,
    clients: Vec<JoinHandle<Vec<String>>>,
}

/// One request on a connection of its own: what failed, if something did.
fn once(address: &str, path: &str) -> Result<(), String> {
    let failed = |error: std::io::Error| error.to_string();
    let mut stream = TcpStream::connect(address).map_err(failed)?;
    write!(
        stream,
        "GET {path} HTTP/1.1\r\nHost: panel\r\nConnection: close\r\n\r\n"
    )
    .map_err(failed)?;
    let mut answer = String::new();
    stream.read_to_string(&mut answer).map_err(failed)?;
    match answer.starts_with("HTTP/1.1 200 ") {
        true => Ok(()),
        false => Err(answer.lines().next().unwrap_or("nothing").to_owned()),
    }
}

impl Load {
    fn start(fleet: &Fleet) -> Load {
        let (stop, asked) = (
            Arc::new(AtomicBool::new(false)),
            Arc::new(AtomicU64::new(0)),
        );
        let clients = (0..4)
            .map(|number| {
                let (stop, asked) = (Arc::clone(&stop), Arc::clone(&asked));
                let url = fleet.url("/rates");
                std::thread::spawn(move || {
                    let address = url["http://".len()..].split('/').next().unwrap().to_owned();
                    let kept = agent();
                    let mut failures = Vec::new();
                    while !stop.load(Ordering::Relaxed) {
                        // Half of them connect anew each time, half keep their connection.
                        let answer = match number % 2 {
                            0 => once(&address, "/rates"),
                            _ => match kept.get(&url).call() {
                                Ok(mut answer) if answer.status() == 200 => answer
                                    .body_mut()
                                    .read_to_vec()
                                    .map(drop)
                                    .map_err(|error| error.to_string()),
                                Ok(answer) => Err(answer.status().to_string()),
                                Err(error) => Err(error.to_string()),
                            },
                        };
                        failures.extend(answer.err());
                        asked.fetch_add(1, Ordering::Relaxed);
                    }
                    failures
                })
            })
            .collect();
        Load {
            stop,
            asked,
            clients,
        }
    }

    /// Waits until so many more requests were answered.
    fn answer(&self, more: u64) {
        let wanted = self.asked.load(Ordering::Relaxed) + more;
        while self.asked.load(Ordering::Relaxed) < wanted {
            std::thread::park_timeout(LOOK);
        }
    }

    /// How many requests there were; each that failed is named.
    fn end(self) -> u64 {
        self.stop.store(true, Ordering::Relaxed);
        let failures: Vec<String> = self
            .clients
            .into_iter()
            .flat_map(|client| client.join().unwrap())
            .collect();
        let asked = self.asked.load(Ordering::Relaxed);
        assert!(
            failures.is_empty(),
            "{} of {asked}: {failures:?}",
            failures.len()
        );
        asked
    }
}

#[test]
fn panels_and_the_office_are_restarted_under_load_without_a_failed_request() {
    let fleet = Fleet::new();
    let mut office = fleet.start_office();
    fleet.key();
    let mut panel = fleet.start_panel();
    let load = Load::start(&fleet);
    load.answer(500);
    for _ in 0..3 {
        // Two panels for a while: the new one answers before the old one ends.
        let newer = fleet.start_panel();
        load.answer(300);
        panel.end();
        panel = newer;
        load.answer(300);
    }
    // The office keeps its store for itself: the new process begins when the old one has ended, and
    // whoever asks meanwhile waits.
    for _ in 0..2 {
        office.end();
        office = fleet.start_office();
        load.answer(300);
    }
    let asked = load.end();
    println!("counted: 5 restarts (3 of a panel, 2 of the office), {asked} requests, 0 failed");
    panel.end();
    let journal = office.end();
    assert!(journal.contains("\"what\":\"stopped\""), "{journal}");
}
