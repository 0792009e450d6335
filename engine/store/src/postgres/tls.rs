//! The protected way to a database on another machine: TLS, to the server that its own authority
//! vouches for and to nobody else.

use std::future::Future;
use std::io;
use std::path::{Path, PathBuf};
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};

use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, ServerName};
use rustls::{ClientConfig, RootCertStore};
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio_postgres::Socket;
use tokio_postgres::tls::{ChannelBinding, MakeTlsConnect, TlsConnect, TlsStream};
use tokio_rustls::TlsConnector;

use crate::error::Fault;

/// How the bytes go.
#[derive(Clone)]
pub(super) enum Way {
    /// As they are: on this machine, or where somebody said that the network is trusted.
    Plain,
    /// Under TLS.
    Protected(TlsConnector),
}

impl Way {
    /// Under TLS, to a server whose certificate one of these authorities has signed.
    pub(super) fn protected(authority: &Path) -> Result<Way, Fault> {
        let bad = |reason: String| Fault {
            operation: "read the authority of the database's certificate",
            reason: format!("{}: {reason}", authority.display()),
            advice: "name a file with its certificate, PEM, as sslrootcert in the address",
        };
        let certificates =
            CertificateDer::pem_file_iter(authority).map_err(|error| bad(error.to_string()))?;
        let mut roots = RootCertStore::empty();
        for certificate in certificates {
            let certificate = certificate.map_err(|error| bad(error.to_string()))?;
            roots
                .add(certificate)
                .map_err(|error| bad(error.to_string()))?;
        }
        if roots.is_empty() {
            return Err(bad("it holds no certificate".to_owned()));
        }
        let provider = Arc::new(rustls::crypto::ring::default_provider());
        let config = ClientConfig::builder_with_provider(provider)
            .with_safe_default_protocol_versions()
            .map_err(|error| bad(error.to_string()))?
            .with_root_certificates(roots)
            .with_no_client_auth();
        Ok(Way::Protected(TlsConnector::from(Arc::new(config))))
    }
}

/// The way to one server; `None` where nothing protects it.
pub(super) struct Greeting(Option<(TlsConnector, ServerName<'static>)>);

impl MakeTlsConnect<Socket> for Way {
    type Stream = Stream;
    type TlsConnect = Greeting;
    type Error = io::Error;

    fn make_tls_connect(&mut self, domain: &str) -> io::Result<Greeting> {
        Ok(Greeting(match self {
            Way::Plain => None,
            Way::Protected(connector) => {
                let server = ServerName::try_from(domain.to_owned()).map_err(io::Error::other)?;
                Some((connector.clone(), server))
            }
        }))
    }
}

impl TlsConnect<Socket> for Greeting {
    type Stream = Stream;
    type Error = io::Error;
    type Future = Pin<Box<dyn Future<Output = io::Result<Stream>> + Send>>;

    fn connect(self, socket: Socket) -> Self::Future {
        Box::pin(async move {
            // Without TLS the driver does not come here.
            let (connector, server) = self.0.ok_or(io::ErrorKind::Unsupported)?;
            connector.connect(server, socket).await.map(Stream)
        })
    }
}

/// A connection under TLS.
pub(super) struct Stream(tokio_rustls::client::TlsStream<Socket>);

impl TlsStream for Stream {
    /// The server proves itself by its certificate; the password need not be bound to it again.
    fn channel_binding(&self) -> ChannelBinding {
        ChannelBinding::none()
    }
}

impl AsyncRead for Stream {
    fn poll_read(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        Pin::new(&mut self.0).poll_read(context, buffer)
    }
}

impl AsyncWrite for Stream {
    fn poll_write(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.0).poll_write(context, bytes)
    }

    fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.0).poll_flush(context)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.0).poll_shutdown(context)
    }
}

/// What an address says of the way and of patience: the settings of it that are ours to read, and
/// the address without them.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub(super) struct Wish {
    pub(super) mode: Option<String>,
    pub(super) authority: Option<PathBuf>,
    pub(super) patience: Option<String>,
}

impl Wish {
    /// Takes `sslmode`, `sslrootcert` and `patience` out of an address.
    pub(super) fn taken_from(url: &str) -> (String, Wish) {
        let mut wish = Wish::default();
        let Some((address, settings)) = url.split_once('?') else {
            return (url.to_owned(), wish);
        };
        let mut others = Vec::new();
        for setting in settings.split('&') {
            match setting.split_once('=') {
                Some(("sslmode", mode)) => wish.mode = Some(mode.to_owned()),
                Some(("sslrootcert", path)) => wish.authority = Some(unescaped(path).into()),
                Some(("patience", seconds)) => wish.patience = Some(seconds.to_owned()),
                _ => others.push(setting),
            }
        }
        if others.is_empty() {
            return (address.to_owned(), wish);
        }
        (format!("{address}?{}", others.join("&")), wish)
    }
}

/// `%2F` and the like as what they stand for.
fn unescaped(text: &str) -> String {
    let mut bytes = Vec::new();
    let mut rest = text;
    while let Some((before, after)) = rest.split_once('%') {
        bytes.extend(before.as_bytes());
        let byte = after
            .get(..2)
            .and_then(|hex| u8::from_str_radix(hex, 16).ok());
        rest = match byte {
            Some(byte) => {
                bytes.push(byte);
                after.get(2..).unwrap_or_default()
            }
            None => {
                bytes.push(b'%');
                after
            }
        };
    }
    bytes.extend(rest.as_bytes());
    String::from_utf8_lossy(&bytes).into_owned()
}
