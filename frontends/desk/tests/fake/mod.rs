//! A small office in memory behind a real socket: enough of `/office/v1` to try the desk and the
//! window without a server. Its answers can be made to get lost.
#![allow(
    dead_code,
    unreachable_pub,
    reason = "each test takes what it needs of it"
)]
#![allow(clippy::result_large_err, reason = "a test office need not be quick")]

pub mod acts;
pub mod packs;
pub mod samples;

use std::collections::HashMap;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::{Arc, Mutex, MutexGuard};

use kantor_wire::{
    AccountView, BatchDetail, Change, LineView, OrderView, PayoutView, Problem, RateTableView,
};
use serde_json::{Value, json};

/// The token that the fake office knows.
pub const TOKEN: &str = "secret-token";

/// One request as it arrived.
#[derive(Clone, Debug)]
pub struct Request {
    pub method: String,
    pub path: String,
    pub key: Option<String>,
    pub authorized: bool,
    pub body: Vec<u8>,
}

/// Everything the office knows.
#[derive(Default)]
pub struct State {
    pub changes: Vec<Change>,
    pub orders: Vec<OrderView>,
    pub accounts: Vec<AccountView>,
    pub suspense: Vec<LineView>,
    pub payouts: Vec<PayoutView>,
    pub batches: Vec<BatchDetail>,
    pub rates: Option<RateTableView>,
    pub files: HashMap<String, Vec<u8>>,
    pub batch_files: HashMap<String, Vec<u8>>,
    pub requests: Vec<Request>,
    /// So many next answers to POST are done and then lost on the way.
    pub lose_answers: u32,
    /// So many next answers to POST are made unreadable on the way.
    pub garble_answers: u32,
    /// So many next acts, after those whose answers get lost, are turned away: they came too slowly.
    pub turn_away: u32,
    /// The next act is done, its answer lost, and then nobody listens any more.
    pub die_after_act: bool,
    /// The token is a cashier's: approving is somebody else's.
    pub only_cashier: bool,
    answered: HashMap<String, (u16, Value)>,
}

impl State {
    pub fn head(&self) -> u64 {
        self.changes.len() as u64
    }

    pub fn happened(&mut self, kind: &str) {
        let seq = self.head() + 1;
        self.changes.push(Change {
            seq,
            at: samples::NOW.to_owned(),
            kind: kind.to_owned(),
            order: None,
            payout: None,
            batch: None,
            account: None,
        });
    }
}

/// A running office; it stops with the test process.
pub struct FakeOffice {
    pub url: String,
    state: Arc<Mutex<State>>,
}

impl FakeOffice {
    pub fn start(state: State) -> FakeOffice {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a free port");
        let url = format!("http://{}", listener.local_addr().expect("an address"));
        let state = Arc::new(Mutex::new(state));
        listen(listener, &state);
        FakeOffice { url, state }
    }

    /// An office that died is there again, at the same address.
    pub fn comes_back(&self) {
        self.state().die_after_act = false;
        let address = self.url.trim_start_matches("http://");
        listen(
            TcpListener::bind(address).expect("the same port"),
            &self.state,
        );
    }

    pub fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().expect("the office's state")
    }
}

fn listen(listener: TcpListener, state: &Arc<Mutex<State>>) {
    let state = Arc::clone(state);
    std::thread::spawn(move || {
        while let Ok((stream, _)) = listener.accept() {
            if state.lock().expect("the office's state").die_after_act {
                return last_act(listener, BufReader::new(stream), &state);
            }
            let state = Arc::clone(&state);
            std::thread::spawn(move || serve(stream, &state));
        }
        None
    });
}

/// Does what is asked, and is gone before it can answer: the port is closed first.
fn last_act(
    listener: TcpListener,
    mut reader: BufReader<TcpStream>,
    state: &Mutex<State>,
) -> Option<()> {
    let request = read_request(&mut reader)?;
    let mut state = state.lock().expect("the office's state");
    state.requests.push(request.clone());
    answer(&mut state, &request);
    drop(listener);
    drop(reader);
    None
}

fn serve(stream: TcpStream, state: &Mutex<State>) -> Option<()> {
    let mut reader = BufReader::new(stream);
    let request = read_request(&mut reader)?;
    let mut state = state.lock().expect("the office's state");
    state.requests.push(request.clone());
    let is_lost = request.method == "POST" && state.lose_answers > 0;
    let is_late = request.method == "POST" && !is_lost && state.turn_away > 0;
    let (status, mut body) = match is_late {
        true => refused(408, "too-slow", "The document did not come in time."),
        false => answer(&mut state, &request),
    };
    if is_lost {
        state.lose_answers -= 1;
        return None;
    }
    state.turn_away -= u32::from(is_late);
    if request.method == "POST" && state.garble_answers > 0 {
        state.garble_answers -= 1;
        body = b"<html>".to_vec();
    }
    drop(state);
    let mut stream = reader.into_inner();
    write!(
        stream,
        "HTTP/1.1 {status} X\r\nContent-Length: {}\r\nConnection: close\r\n\r\n",
        body.len()
    )
    .ok()?;
    stream.write_all(&body).ok()
}

fn read_request(reader: &mut BufReader<TcpStream>) -> Option<Request> {
    let mut line = String::new();
    reader.read_line(&mut line).ok()?;
    let mut words = line.split_whitespace();
    let mut request = Request {
        method: words.next()?.to_owned(),
        path: words.next()?.strip_prefix("/office/v1")?.to_owned(),
        key: None,
        authorized: false,
        body: Vec::new(),
    };
    let mut length = 0;
    loop {
        let mut header = String::new();
        reader.read_line(&mut header).ok()?;
        let Some((name, value)) = header.trim_end().split_once(':') else {
            break;
        };
        match (name.to_ascii_lowercase().as_str(), value.trim()) {
            ("content-length", value) => length = value.parse().ok()?,
            ("idempotency-key", value) => request.key = Some(value.to_owned()),
            ("authorization", value) => request.authorized = value == format!("Bearer {TOKEN}"),
            (_, _) => {}
        }
    }
    request.body = vec![0; length];
    reader.read_exact(&mut request.body).ok()?;
    Some(request)
}

/// The answer of a call, replayed when the key was seen before.
fn answer(state: &mut State, request: &Request) -> (u16, Vec<u8>) {
    if !request.authorized {
        return refused(
            401,
            "token-unknown",
            "The token is not known here; ask an administrator for one.",
        );
    }
    if request.method == "GET" {
        return get(state, &request.path);
    }
    let Some(key) = request.key.clone() else {
        return refused(400, "key-missing", "An act needs an Idempotency-Key.");
    };
    let (status, value) = match state.answered.get(&key) {
        Some(known) => known.clone(),
        None => {
            let (path, _) = request.path.split_once('?').unwrap_or((&request.path, ""));
            let done = match acts::act(state, path, &request.body) {
                Ok(value) => (200, value),
                Err(problem) => (problem.status, json!(problem)),
            };
            state.answered.insert(key, done.clone());
            done
        }
    };
    (status, value.to_string().into_bytes())
}

fn refused(status: u16, code: &str, detail: &str) -> (u16, Vec<u8>) {
    let problem = Problem::new(status, code, "Refused", detail);
    (status, json!(problem).to_string().into_bytes())
}

fn get(state: &State, address: &str) -> (u16, Vec<u8>) {
    let (path, query) = address.split_once('?').unwrap_or((address, ""));
    let parts: Vec<&str> = path.split('/').skip(1).collect();
    let value = match parts.as_slice() {
        ["office"] => json!(samples::office(state.head(), state.only_cashier)),
        ["changes"] => changes(state, query),
        ["orders"] => {
            // As in the real office, the list leaves histories out.
            let mut orders = state.orders.clone();
            orders.iter_mut().for_each(|order| order.history.clear());
            json!({"items": orders, "next": null})
        }
        ["accounts"] => json!(state.accounts),
        ["currencies"] => json!([]),
        ["rates"] => json!(state.rates),
        ["suspense"] => json!(state.suspense),
        ["payouts"] => json!(state.payouts),
        ["batches"] => {
            let batches: Vec<_> = state
                .batches
                .iter()
                .rev()
                .map(|detail| &detail.batch)
                .collect();
            json!(batches)
        }
        ["orders", id] => json!(state.orders.iter().find(|order| order.id == *id)),
        ["batches", id] => json!(state.batches.iter().find(|detail| detail.batch.id == *id)),
        ["batches", id, "file"] => {
            return match state.batch_files.get(*id) {
                Some(bytes) => (200, bytes.clone()),
                None => refused(404, "file-not-found", "That batch has no file yet."),
            };
        }
        _ => Value::Null,
    };
    if value.is_null() {
        return refused(404, "not-found", "There is no such thing in this office.");
    }
    (200, value.to_string().into_bytes())
}

fn changes(state: &State, query: &str) -> Value {
    let after: u64 = query
        .split('&')
        .find_map(|pair| pair.strip_prefix("after="))
        .and_then(|after| after.parse().ok())
        .unwrap_or(0);
    let news: Vec<_> = state
        .changes
        .iter()
        .filter(|change| change.seq > after)
        .collect();
    json!({"head": state.head(), "changes": news})
}
