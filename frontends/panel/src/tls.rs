//! TLS of the listeners: a certificate and its key from two files, read again when they change.

use std::fmt;
use std::path::{Path, PathBuf};
use std::sync::{Arc, PoisonError, RwLock};
use std::time::SystemTime;

use rustls::ServerConfig;
use rustls::crypto::CryptoProvider;
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use rustls::server::{ClientHello, ResolvesServerCert};
use rustls::sign::CertifiedKey;
use tokio_rustls::TlsAcceptor;

/// The cryptography of every connection.
pub(crate) fn provider() -> Arc<CryptoProvider> {
    Arc::new(rustls::crypto::ring::default_provider())
}

/// Where a listener's certificate and key stand.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct TlsFiles {
    /// The section of kantor.toml that names them, such as `panel`.
    pub section: &'static str,
    /// The certificate and those that sign it, PEM.
    pub certificate: PathBuf,
    /// Its private key, PEM.
    pub key: PathBuf,
}

/// Why a listener cannot speak TLS.
#[derive(Debug, thiserror::Error)]
#[error("{} ({section}.{setting} in kantor.toml): {why}; {remedy}", path.display())]
pub struct TlsError {
    path: PathBuf,
    section: &'static str,
    setting: &'static str,
    why: String,
    remedy: &'static str,
}

/// TLS of one listener. Cheap to clone.
#[derive(Clone)]
pub struct Tls {
    acceptor: TlsAcceptor,
    shown: Arc<Shown>,
}

/// The certificate that is shown now.
struct Shown {
    files: TlsFiles,
    provider: Arc<CryptoProvider>,
    current: RwLock<(Arc<CertifiedKey>, Stamp)>,
}

/// When the two files were changed last.
type Stamp = [Option<SystemTime>; 2];

impl fmt::Debug for Shown {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Shown")
            .field("files", &self.files)
            .finish_non_exhaustive()
    }
}

impl ResolvesServerCert for Shown {
    fn resolve(&self, _: ClientHello<'_>) -> Option<Arc<CertifiedKey>> {
        let current = self.current.read().unwrap_or_else(PoisonError::into_inner);
        Some(Arc::clone(&current.0))
    }
}

impl TlsFiles {
    fn stamp(&self) -> Stamp {
        let changed = |path: &Path| path.metadata().and_then(|about| about.modified()).ok();
        [changed(&self.certificate), changed(&self.key)]
    }

    fn read(&self, provider: &CryptoProvider) -> Result<CertifiedKey, TlsError> {
        let about_certificate = |why: String| TlsError {
            path: self.certificate.clone(),
            section: self.section,
            setting: "certificate",
            why,
            remedy: "name a PEM file with the certificate first and those that sign it after it",
        };
        let about_key = |why: String| TlsError {
            path: self.key.clone(),
            section: self.section,
            setting: "key",
            why,
            remedy: "name the PEM file with the private key of exactly this certificate, readable to this process",
        };
        let chain: Vec<CertificateDer<'static>> = CertificateDer::pem_file_iter(&self.certificate)
            .and_then(Iterator::collect)
            .map_err(|error| about_certificate(error.to_string()))?;
        if chain.is_empty() {
            return Err(about_certificate("it holds no certificate".to_owned()));
        }
        let key = PrivateKeyDer::from_pem_file(&self.key)
            .map_err(|error| about_key(error.to_string()))?;
        CertifiedKey::from_der(chain, key, provider).map_err(|error| about_key(error.to_string()))
    }
}

impl Tls {
    /// Reads the files.
    pub fn open(files: TlsFiles) -> Result<Tls, TlsError> {
        let provider = provider();
        let stamp = files.stamp();
        let certified = files.read(&provider)?;
        let shown = Arc::new(Shown {
            current: RwLock::new((Arc::new(certified), stamp)),
            provider: Arc::clone(&provider),
            files,
        });
        let mut config = ServerConfig::builder_with_provider(provider)
            .with_safe_default_protocol_versions()
            .map_err(|error| TlsError {
                path: shown.files.key.clone(),
                section: shown.files.section,
                setting: "key",
                why: error.to_string(),
                remedy: "this build of Kantor cannot speak TLS; take another",
            })?
            .with_no_client_auth()
            .with_cert_resolver(Arc::<Shown>::clone(&shown));
        config.alpn_protocols = vec![b"http/1.1".to_vec()];
        Ok(Tls {
            acceptor: TlsAcceptor::from(Arc::new(config)),
            shown,
        })
    }

    /// Reads the files again if they changed since. New connections are shown the new certificate;
    /// when it cannot be used they are still shown the old one. Answers whether it was changed.
    pub fn refresh(&self) -> Result<bool, TlsError> {
        let stamp = self.shown.files.stamp();
        {
            let current = self
                .shown
                .current
                .read()
                .unwrap_or_else(PoisonError::into_inner);
            if current.1 == stamp {
                return Ok(false);
            }
        }
        let certified = self.shown.files.read(&self.shown.provider)?;
        let mut current = self
            .shown
            .current
            .write()
            .unwrap_or_else(PoisonError::into_inner);
        *current = (Arc::new(certified), stamp);
        Ok(true)
    }

    pub(crate) fn acceptor(&self) -> &TlsAcceptor {
        &self.acceptor
    }
}
