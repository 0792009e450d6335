//! TLS of all listeners, and of those who call them.

use std::net::SocketAddr;

use kantor_panel::port::{CustomerPort, PortError};
use kantor_panel::{FrontError, RemoteOffice, Tls, TlsFiles};
use tokio::net::TcpListener;
use ureq::tls::{PemItem, RootCerts, TlsConfig, parse_pem};

use crate::certificates::Authority;
use crate::far::{Far, asked};
use crate::house::House;

/// What a client that trusts this authority is answered.
async fn status(authority: &Authority, url: String) -> Result<u16, String> {
    let pem = std::fs::read(authority.file()).unwrap();
    let certificates: Vec<_> = parse_pem(&pem)
        .map(|item| match item.unwrap() {
            PemItem::Certificate(certificate) => certificate,
            _ => panic!("no certificate"),
        })
        .collect();
    let provider = rustls::crypto::ring::default_provider().into();
    let tls = TlsConfig::builder()
        .root_certs(RootCerts::from(certificates))
        .unversioned_rustls_crypto_provider(provider)
        .build();
    let agent = ureq::Agent::config_builder()
        .http_status_as_error(false)
        .proxy(None)
        .tls_config(tls)
        .build()
        .new_agent();
    asked(move || {
        let answer = agent.get(&url).call().map_err(|error| error.to_string())?;
        Ok(answer.status().as_u16())
    })
    .await
}

async fn listener() -> (TcpListener, SocketAddr) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    (listener, address)
}

#[tokio::test(flavor = "multi_thread")]
async fn panel_and_office_api_answer_under_tls() {
    let house = House::open().await;
    let authority = Authority::new();
    let tls = || Some(Tls::open(authority.sign("listener")).unwrap());
    let (panel, panel_at) = listener().await;
    let (desk, desk_at) = listener().await;
    tokio::spawn(
        house
            .customers
            .clone()
            .run(panel, tls(), std::future::pending()),
    );
    tokio::spawn(house.desks.clone().run(desk, tls(), std::future::pending()));
    assert_eq!(
        status(&authority, format!("https://{panel_at}/")).await,
        Ok(200)
    );
    let office = format!("https://{desk_at}/office/v1/office");
    assert_eq!(status(&authority, office).await, Ok(401));
    let stranger = Authority::new();
    let untrusted = status(&stranger, format!("https://{panel_at}/")).await;
    assert!(untrusted.is_err(), "{untrusted:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_panel_speaks_to_no_office_but_its_own() {
    let far = Far::open().await;
    let right = far.with_key("front-token");
    assert!(asked(move || right.rates()).await.is_ok());
    let key = far.authority.folder().join("front-token.key");
    let other = Authority::new();
    let wrong =
        RemoteOffice::new(std::slice::from_ref(&far.url), &key, Some(&other.file())).unwrap();
    let refused = asked(move || wrong.rates()).await;
    assert!(matches!(refused, Err(PortError::Down(_))), "{refused:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_office_process_that_is_gone_is_passed_over() {
    let far = Far::open().await;
    let key = far.authority.folder().join("front-token.key");
    std::fs::write(&key, "front-token\n").unwrap();
    let gone = listener().await.1;
    let processes = [format!("https://{gone}"), far.url.clone()];
    let office = RemoteOffice::new(&processes, &key, Some(&far.authority.file())).unwrap();
    let answers = asked(move || (office.ready(), office.rates(), office.rates())).await;
    assert!(matches!(answers, (Ok(()), Ok(_), Ok(_))), "{answers:?}");
}

#[test]
fn a_key_never_crosses_a_network_unprotected() {
    let authority = Authority::new();
    let key = authority.folder().join("front.key");
    std::fs::write(&key, "secret\n").unwrap();
    let check = |url: &str, trusts: bool, says: &str| {
        let trusted = trusts.then(|| authority.file());
        let made = RemoteOffice::new(&[url.to_owned()], &key, trusted.as_deref());
        match made {
            Ok(_) => assert_eq!(says, "", "{url}"),
            Err(error) => {
                assert!(matches!(error, FrontError::Address { .. }));
                assert!(
                    !says.is_empty() && error.to_string().contains(says),
                    "{url}: {error}"
                );
            }
        }
    };
    check("http://127.0.0.1:8082", false, "");
    check("http://localhost:8082/", false, "");
    check("http://[::1]:8082", false, "");
    check("https://office.example:8082", true, "");
    check("http://office.example:8082", true, "unprotected");
    check("http://192.0.2.1:8082", false, "unprotected");
    check("http://localhost.example.test:8082", false, "unprotected");
    check("https://office.example:8082", false, "front.authority");
    check("office.example:8082", true, "https://");
    check("https://office.example/front", true, "names no machine");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_renewed_certificate_is_shown_without_a_restart() {
    let house = House::open().await;
    let (old, new) = (Authority::new(), Authority::new());
    let files = old.sign("panel");
    let tls = Tls::open(files.clone()).unwrap();
    let (panel, at) = listener().await;
    tokio::spawn(
        house
            .customers
            .clone()
            .run(panel, Some(tls.clone()), std::future::pending()),
    );
    let url = format!("https://{at}/health");
    assert_eq!(status(&old, url.clone()).await, Ok(200));
    assert!(!tls.refresh().unwrap(), "nothing has changed");
    let renewed = new.sign("panel");
    // A half-written pair is told, and the old one is shown until it is whole.
    std::fs::copy(&renewed.certificate, &files.certificate).unwrap();
    let error = tls.refresh().unwrap_err().to_string();
    assert!(error.contains("fronts.key in kantor.toml"), "{error}");
    assert_eq!(status(&old, url.clone()).await, Ok(200));
    std::fs::copy(&renewed.key, &files.key).unwrap();
    assert!(tls.refresh().unwrap());
    assert_eq!(status(&new, url.clone()).await, Ok(200));
    assert!(status(&old, url).await.is_err());
}

#[test]
fn what_is_wrong_with_a_certificate_names_file_key_and_remedy() {
    let authority = Authority::new();
    let good = authority.sign("good");
    let other = authority.sign("other");
    let check = |files: TlsFiles, says: [&str; 3]| {
        let Err(error) = Tls::open(files) else {
            panic!("opened in spite of {says:?}");
        };
        let text = error.to_string();
        for part in says {
            assert!(text.contains(part), "no `{part}` in {text}");
        }
    };
    let missing = TlsFiles {
        certificate: "/nowhere/panel.pem".into(),
        ..good.clone()
    };
    check(
        missing,
        [
            "/nowhere/panel.pem",
            "fronts.certificate",
            "name a PEM file",
        ],
    );
    let swapped = TlsFiles {
        key: other.key,
        ..good.clone()
    };
    check(
        swapped,
        ["other.key", "fronts.key", "exactly this certificate"],
    );
    let no_certificate = TlsFiles {
        certificate: good.key.clone(),
        ..good
    };
    check(
        no_certificate,
        ["good.key", "fronts.certificate", "no certificate"],
    );
}
