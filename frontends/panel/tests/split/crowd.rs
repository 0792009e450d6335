//! Too many connections, and clients that take too long: a listener bears them and says so.

use std::io::{ErrorKind, Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::time::{Duration, Instant};

use kantor_panel::{CustomerServer, FrontServer, Limits, OfficeServer, Settings, Tls};
use tokio::net::TcpListener;

use crate::certificates::Authority;
use crate::far::asked;
use crate::house::House;

/// Longer than any answer takes on a busy machine, and than any patience of these tests.
const LONG: Duration = Duration::from_secs(120);
/// Longer than a client that is quick takes for its next word on a busy machine.
const SHORT: Duration = Duration::from_millis(250);
const ASK: &str = "GET /health HTTP/1.1\r\nhost: kantor\r\n\r\n";

fn limits(connections: usize, patience: Duration) -> Limits {
    Limits {
        connections,
        patience,
    }
}

/// A panel that bears so much.
async fn panel(house: &House, limits: Limits, tls: Option<Tls>) -> SocketAddr {
    let settings = Settings {
        limits,
        ..Settings::default()
    };
    let panel = CustomerServer::open(house.port.clone(), settings).unwrap();
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let at = listener.local_addr().unwrap();
    tokio::spawn(panel.run(listener, tls, std::future::pending()));
    at
}

fn connected(at: SocketAddr) -> TcpStream {
    let stream = TcpStream::connect(at).unwrap();
    stream.set_read_timeout(Some(LONG)).unwrap();
    stream.set_write_timeout(Some(LONG)).unwrap();
    stream
}

/// Sends this, and reads what comes until the other side ends the connection.
fn said(at: SocketAddr, sent: &str) -> String {
    let mut stream = connected(at);
    // Whoever is turned away, or was too slow, may be gone already.
    let _ = stream.write_all(sent.as_bytes());
    rest(&mut stream)
}

fn rest(stream: &mut TcpStream) -> String {
    let mut all = Vec::new();
    match stream.read_to_end(&mut all) {
        Ok(_) => {}
        Err(error) if error.kind() == ErrorKind::ConnectionReset => {}
        Err(error) => panic!("the connection was not ended: {error}"),
    }
    String::from_utf8_lossy(&all).into_owned()
}

/// Asks on a connection that stays open, and reads the head of the answer.
fn status(stream: &mut TcpStream) -> String {
    stream.write_all(ASK.as_bytes()).unwrap();
    let mut head = Vec::new();
    let mut byte = [0];
    while !head.ends_with(b"ok\n") && stream.read(&mut byte).unwrap() == 1 {
        head.push(byte[0]);
    }
    String::from_utf8_lossy(&head[..12.min(head.len())]).into_owned()
}

const ASK_COUNTS: &str = "GET /metrics HTTP/1.1\r\nhost: kantor\r\nconnection: close\r\n\r\n";

/// A number among those that a listener counts.
fn number(text: &str, name: &str) -> Option<u64> {
    let mut lines = text.lines().filter_map(|line| line.strip_prefix(name));
    Some(lines.next()?.trim().parse().unwrap())
}

/// What the listener counts. One that has no patience may let us go too when the machine is busy.
fn counted(at: SocketAddr, name: &str) -> u64 {
    let begun = Instant::now();
    loop {
        let text = said(at, ASK_COUNTS);
        if let Some(number) = number(&text, name) {
            return number;
        }
        assert!(begun.elapsed() < LONG, "no {name} in {text}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn whoever_is_one_too_many_is_told_so_at_once() {
    let house = House::open().await;
    let at = panel(&house, limits(2, LONG), None).await;
    asked(move || {
        let mut first = connected(at);
        let mut second = connected(at);
        assert_eq!(status(&mut first), "HTTP/1.1 200");
        assert_eq!(status(&mut second), "HTTP/1.1 200");
        let begun = Instant::now();
        for sent in [ASK, "", "GET / HTTP/1.1\r\nx-slow: "] {
            let answer = said(at, sent);
            assert!(answer.starts_with("HTTP/1.1 503"), "{answer}");
            assert!(answer.contains("retry-after: 5"), "{answer}");
            assert!(answer.contains("zbyt wiele osób"), "{answer}");
            assert!(answer.contains("Too many people"), "{answer}");
        }
        assert!(begun.elapsed() < LONG / 4, "{:?}", begun.elapsed());
        drop(first);
        // The place of whoever left is somebody else's.
        let begun = Instant::now();
        while !said(
            at,
            &ASK.replace("\r\n\r\n", "\r\nconnection: close\r\n\r\n"),
        )
        .starts_with("HTTP/1.1 200")
        {
            assert!(begun.elapsed() < LONG, "nobody is let in any more");
        }
        let turned = "kantor_connections_turned_away_total{listener=\"panel\"}";
        second.write_all(ASK_COUNTS.as_bytes()).unwrap();
        assert!(number(&rest(&mut second), turned).unwrap() >= 3);
        println!("a listener of 2 connections turned 3 away at once, and let the next one in");
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn who_is_slow_or_silent_is_let_go() {
    let house = House::open().await;
    let authority = Authority::new();
    let tls = Tls::open(authority.sign("panel")).unwrap();
    let secure = panel(&house, limits(100, SHORT), Some(tls)).await;
    let plain = panel(&house, limits(100, SHORT), None).await;
    asked(move || {
        let begun = Instant::now();
        // A TLS greeting that never comes, or never ends.
        assert_eq!(said(secure, ""), "");
        assert_eq!(said(secure, "\x16\x03\x01\x02"), "");
        // No request, half a head, nothing after an answer.
        assert_eq!(said(plain, ""), "");
        assert_eq!(said(plain, "GET / HTTP/1.1\r\nx-slow: yes"), "");
        let idle = said(plain, ASK);
        assert!(idle.starts_with("HTTP/1.1 200"), "{idle}");
        // A body that does not end.
        let half = "POST /login HTTP/1.1\r\nhost: kantor\r\ncontent-length: 100\r\n\r\nemail=";
        let answer = said(plain, half);
        assert!(answer.starts_with("HTTP/1.1 408"), "{answer}");
        assert!(begun.elapsed() < LONG / 2, "{:?}", begun.elapsed());
        let given_up = "kantor_connections_given_up_total{listener=\"panel\"}";
        assert!(counted(plain, given_up) >= 3);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn who_asks_and_never_reads_is_let_go() {
    let house = House::open().await;
    let at = panel(&house, limits(100, SHORT), None).await;
    asked(move || {
        let mut stream = connected(at);
        let asks = "GET /static/app.css HTTP/1.1\r\nhost: kantor\r\n\r\n".repeat(100);
        let begun = Instant::now();
        // Until the listener has enough of it.
        while stream.write_all(asks.as_bytes()).is_ok() {
            assert!(begun.elapsed() < LONG, "the listener waits for ever");
        }
        assert!(begun.elapsed() < LONG, "the listener waits for ever");
        let given_up = "kantor_connections_given_up_total{listener=\"panel\"}";
        assert!(counted(at, given_up) >= 1);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn customers_come_in_while_slow_clients_take_every_place() {
    const SLOW: usize = 40;
    let house = House::open().await;
    let at = panel(&house, limits(8, SHORT), None).await;
    asked(move || {
        let slow: Vec<TcpStream> = (0..SLOW)
            .map(|_| {
                let mut stream = connected(at);
                // Whoever is turned away may be gone already.
                let _ = stream.write_all(b"GET / HTTP/1.1\r\nx-slow: ");
                stream
            })
            .collect();
        let begun = Instant::now();
        let ask = ASK.replace("\r\n\r\n", "\r\nconnection: close\r\n\r\n");
        let mut turned = 0;
        while !said(at, &ask).starts_with("HTTP/1.1 200") {
            turned += 1;
            assert!(begun.elapsed() < LONG, "nobody comes in");
        }
        println!(
            "{SLOW} slow clients at 8 places: a customer came in after {:?}, turned away {turned} times",
            begun.elapsed()
        );
        drop(slow);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_office_counts_the_connections_of_its_two_listeners() {
    let house = House::open().await;
    let fronts = FrontServer::new(house.port.clone(), house.port.clone(), limits(7, SHORT));
    let desk = OfficeServer::open(house.port.clone(), Settings::default()).unwrap();
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let at = listener.local_addr().unwrap();
    let desk = desk.counting(&fronts);
    tokio::spawn(desk.run(listener, None, std::future::pending()));
    asked(move || {
        let count = |name: &str| counted(at, name);
        assert_eq!(count("kantor_connections_limit{listener=\"fronts\"}"), 7);
        assert_eq!(count("kantor_connections_open{listener=\"fronts\"}"), 0);
        // The one before may not be quite gone.
        assert!(count("kantor_connections_open{listener=\"office_api\"}") >= 1);
    })
    .await;
}

/// A page that is open follows the rates for as long as it is: so many places are left to those who
/// ask and go.
#[tokio::test(flavor = "multi_thread")]
async fn open_pages_do_not_take_every_place() {
    let house = House::open().await;
    let at = panel(&house, limits(4, LONG), None).await;
    asked(move || {
        let follow = "GET /rates/events HTTP/1.1\r\nhost: kantor\r\nconnection: close\r\n\r\n";
        let following: Vec<TcpStream> = (0..2)
            .map(|_| {
                let mut stream = connected(at);
                stream.write_all(follow.as_bytes()).unwrap();
                let mut begun = [0; 12];
                stream.read_exact(&mut begun).unwrap();
                assert_eq!(&begun, b"HTTP/1.1 200");
                stream
            })
            .collect();
        for _ in 0..2 {
            let mut stream = connected(at);
            stream.write_all(follow.as_bytes()).unwrap();
            let mut begun = [0; 12];
            stream.read_exact(&mut begun).unwrap();
            assert_eq!(&begun, b"HTTP/1.1 503");
        }
        assert_eq!(status(&mut connected(at)), "HTTP/1.1 200");
        // The place of whoever closed his page is somebody else's.
        drop(following);
        let begun = Instant::now();
        let mut next = [0; 12];
        while &next != b"HTTP/1.1 200" {
            assert!(begun.elapsed() < LONG, "nobody follows any more");
            let mut stream = connected(at);
            stream.write_all(follow.as_bytes()).unwrap();
            stream.read_exact(&mut next).unwrap();
        }
    })
    .await;
}

/// Some proxies write the address into a line of its own, behind what the customer sent himself.
#[tokio::test(flavor = "multi_thread")]
async fn a_customer_behind_a_proxy_does_not_choose_his_address() {
    let house = House::open().await;
    let settings = Settings {
        behind_proxy: true,
        ..Settings::default()
    };
    let panel = CustomerServer::open(house.port.clone(), settings).unwrap();
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let at = listener.local_addr().unwrap();
    tokio::spawn(panel.run(listener, None, std::future::pending()));
    asked(move || {
        let log_in = |claimed: usize| {
            let body = "{\"email\":\"x@y.pl\",\"password\":\"x\"}";
            let ask = format!(
                "POST /api/v1/sessions HTTP/1.1\r\nhost: kantor\r\nconnection: close\r\n\
                 idempotency-key: k\r\ncontent-length: {}\r\nx-forwarded-for: 203.0.113.{claimed}\r\n\
                 x-forwarded-for: 198.51.100.1\r\n\r\n{body}",
                body.len()
            );
            said(at, &ask)
        };
        let answers: Vec<String> = (0..21).map(log_in).collect();
        assert!(answers[20].contains("too-many-requests"), "{}", answers[20]);
    })
    .await;
}

/// A desk's listener, or one for fronts, that bears so much.
async fn listening(house: &House, limits: Limits, is_desk: bool) -> SocketAddr {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let at = listener.local_addr().unwrap();
    let forever = std::future::pending();
    if is_desk {
        let settings = Settings {
            limits,
            ..Settings::default()
        };
        let desk = OfficeServer::open(house.port.clone(), settings).unwrap();
        tokio::spawn(desk.run(listener, None, forever));
    } else {
        let fronts = FrontServer::new(house.port.clone(), house.port.clone(), limits);
        tokio::spawn(fronts.run(listener, None, forever));
    }
    at
}

/// Files of many megabytes are taken from those who may send them, and from nobody else.
#[tokio::test(flavor = "multi_thread")]
async fn a_stranger_is_refused_before_what_he_brings_is_read() {
    let house = House::open().await;
    let desk = listening(&house, limits(10, LONG), true).await;
    let fronts = listening(&house, limits(10, LONG), false).await;
    asked(move || {
        let begun = Instant::now();
        for (at, path) in [(desk, "/office/v1/files"), (fronts, "/front/v1/news")] {
            for key in ["", "authorization: Bearer nobody\r\n"] {
                // The body never comes.
                let head = format!(
                    "POST {path} HTTP/1.1\r\nhost: kantor\r\nidempotency-key: k\r\n{key}\
                     content-length: 4000000\r\n\r\n"
                );
                let answer = said(at, &head);
                assert!(answer.starts_with("HTTP/1.1 401"), "{path}: {answer}");
            }
        }
        assert!(begun.elapsed() < LONG / 2, "{:?}", begun.elapsed());
    })
    .await;
}

/// Much that came fast gives nobody the right to keep it here.
#[tokio::test(flavor = "multi_thread")]
async fn who_stops_in_the_middle_of_a_big_body_is_let_go() {
    let house = House::open().await;
    // Half of it takes a busy machine longer than a word.
    let at = listening(&house, limits(10, 8 * SHORT), true).await;
    asked(move || {
        let mut stream = connected(at);
        let head = "POST /office/v1/files HTTP/1.1\r\nhost: kantor\r\nidempotency-key: k\r\n\
                    authorization: Bearer cashier-token\r\ncontent-length: 4000000\r\n\r\n";
        stream.write_all(head.as_bytes()).unwrap();
        stream.write_all(&vec![b' '; 2_000_000]).unwrap();
        let begun = Instant::now();
        let answer = rest(&mut stream);
        assert!(answer.starts_with("HTTP/1.1 408"), "{answer}");
        assert!(begun.elapsed() < LONG / 2, "{:?}", begun.elapsed());
    })
    .await;
}
