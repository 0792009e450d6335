//! An office that is across a network, and panels that speak to it.

use std::sync::Arc;

use kantor_panel::{CustomerServer, FrontServer, Limits, RemoteOffice, Settings, Tls};
use tokio::net::TcpListener;
use tokio::sync::oneshot;

use crate::certificates::Authority;
use crate::house::{Browser, House};

/// An office whose listener for fronts speaks TLS.
pub(crate) struct Far {
    pub(crate) house: House,
    pub(crate) authority: Authority,
    pub(crate) url: String,
    _stop: oneshot::Sender<()>,
}

impl Far {
    pub(crate) async fn open() -> Far {
        let house = House::open().await;
        let authority = Authority::new();
        let tls = Tls::open(authority.sign("office")).unwrap();
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("https://{}", listener.local_addr().unwrap());
        let (stop, stopped) = oneshot::channel();
        let door = FrontServer::new(house.port.clone(), house.port.clone(), Limits::default());
        tokio::spawn(door.run(listener, Some(tls), async {
            let _ = stopped.await;
        }));
        Far {
            house,
            authority,
            url,
            _stop: stop,
        }
    }

    /// The office as a panel with this key sees it.
    pub(crate) fn with_key(&self, key: &str) -> RemoteOffice {
        let file = self.authority.folder().join(format!("{key}.key"));
        std::fs::write(&file, format!("{key}\n")).unwrap();
        RemoteOffice::new(
            std::slice::from_ref(&self.url),
            &file,
            Some(&self.authority.file()),
        )
        .unwrap()
    }

    /// A panel in another process, as far as the office can tell.
    pub(crate) fn panel(&self) -> CustomerServer {
        let office = Arc::new(self.with_key("front-token"));
        CustomerServer::open(office, Settings::default()).unwrap()
    }
}

/// A browser before a panel.
pub(crate) fn browser(panel: &CustomerServer) -> Browser {
    Browser::new(panel.routes())
}

/// Asks from a thread that may block.
pub(crate) async fn asked<T: Send + 'static>(question: impl FnOnce() -> T + Send + 'static) -> T {
    tokio::task::spawn_blocking(question).await.unwrap()
}
