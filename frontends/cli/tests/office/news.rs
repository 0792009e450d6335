//! A browser is connected to one server, and things happen at another.

use std::io::{BufRead, BufReader, Write};
use std::net::TcpStream;
use std::time::{Duration, Instant};

use kantor_wire::{NewRates, RateRow};

use crate::customer::Customer;
use crate::processes::{House, place};

/// A page that hears of news, as a browser keeps it open.
struct Stream(BufReader<TcpStream>);

impl Stream {
    /// Opens an address of a panel for the holder of a session; gives the first word as well.
    fn open(panel: &str, path: &str, session: &str) -> (Stream, u64) {
        let address = panel.strip_prefix("http://").unwrap();
        let mut stream = TcpStream::connect(address).unwrap();
        let head = format!(
            "GET {path} HTTP/1.1\r\nHost: {address}\r\nCookie: kantor_session={session}\r\n\r\n"
        );
        stream.write_all(head.as_bytes()).unwrap();
        let mut stream = Stream(BufReader::new(stream));
        let first = stream.next();
        (stream, first)
    }

    /// Waits for the next version of what the page shows.
    fn next(&mut self) -> u64 {
        let mut said = String::new();
        loop {
            let mut line = String::new();
            let length = self.0.read_line(&mut line).unwrap();
            assert!(length > 0, "the stream ended: {said}");
            said += &line;
            if let Some(version) = line.trim().strip_prefix("data:") {
                return version.trim().parse().unwrap();
            }
        }
    }
}

/// A table of rates that is like no other.
fn table_of(time: u32) -> NewRates {
    let euro = RateRow {
        base: "EUR".to_owned(),
        quote: "PLN".to_owned(),
        buy: format!("4.23{time:02}"),
        sell: format!("4.31{time:02}"),
        mid: "4.2700".to_owned(),
    };
    NewRates {
        source: "by hand".to_owned(),
        rates: vec![euro],
    }
}

#[test]
fn rates_and_orders_of_one_server_reach_a_browser_of_another() {
    const TIMES: u32 = 5;
    let house = House::open(2);
    let desk = house.servers[0].desk();
    let panels = [&house.servers[0].panel, &house.servers[1].panel];
    let anna = Customer::log_in(panels[0], "anna@example.test");
    let (mut rates, mut table) = Stream::open(panels[1], "/rates/events", &anna.token());
    let (mut opened, mut open) = (Duration::ZERO, Duration::ZERO);
    for time in 0..TIMES {
        let order = place(&anna, &format!("news-{time}"), 100);
        let id = order["id"].as_str().unwrap();
        let events = format!("/orders/{id}/events");
        let (mut news, seen) = Stream::open(panels[1], &events, &anna.token());
        let begun = Instant::now();
        desk.cancel(id, "asked by telephone").unwrap();
        assert!(news.next() > seen);
        opened = opened.max(begun.elapsed());

        let begun = Instant::now();
        desk.publish_rates(&table_of(time)).unwrap();
        let newer = rates.next();
        assert!(newer > table);
        table = newer;
        open = open.max(begun.elapsed());
    }
    println!(
        "counted: {TIMES} orders and {TIMES} tables of rates of one server shown by the browser of \
         another, within {opened:?} on a page that was just opened, {open:?} on one that was open"
    );
}
