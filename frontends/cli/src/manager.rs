//! The service manager: listeners that it hands over, and what it is told (systemd's protocols).

use std::net::{SocketAddr, TcpListener};

/// Listeners that were open before this process began and stay open after it: whoever connects
/// between two processes waits, and is not refused.
#[derive(Default)]
pub(crate) struct HandedOver(Vec<TcpListener>);

impl HandedOver {
    /// What the environment says was handed over. To be asked before any thread begins.
    #[cfg(unix)]
    pub(crate) fn from_environment() -> HandedOver {
        let mut handed = listenfd::ListenFd::from_env();
        let mut listeners = Vec::new();
        for at in 0..handed.len() {
            // What is no listener of TCP is not ours.
            if let Ok(Some(listener)) = handed.take_tcp_listener(at) {
                listeners.push(listener);
            }
        }
        HandedOver(listeners)
    }

    /// Elsewhere nothing is handed over.
    #[cfg(not(unix))]
    pub(crate) fn from_environment() -> HandedOver {
        HandedOver::default()
    }

    /// The listener of a configured address, if it was handed over.
    pub(crate) fn take(&mut self, address: SocketAddr) -> Option<TcpListener> {
        let at = self
            .0
            .iter()
            .position(|listener| listener.local_addr().is_ok_and(|known| known == address))?;
        Some(self.0.swap_remove(at))
    }
}

/// Tells the service manager that the listeners answer.
pub(crate) fn ready() {
    tell("READY=1");
}

/// Tells the service manager that this process lets open requests end.
pub(crate) fn stopping() {
    tell("STOPPING=1");
}

#[cfg(target_os = "linux")]
fn tell(state: &str) {
    use std::os::linux::net::SocketAddrExt;
    use std::os::unix::net::{SocketAddr, UnixDatagram};
    let Some(path) = std::env::var_os("NOTIFY_SOCKET") else {
        return;
    };
    let path = path.to_string_lossy().into_owned();
    let address = match path.strip_prefix('@') {
        Some(name) => SocketAddr::from_abstract_name(name),
        None => SocketAddr::from_pathname(&path),
    };
    // A manager that cannot be told notices by itself.
    if let (Ok(address), Ok(socket)) = (address, UnixDatagram::unbound()) {
        let _ = socket.send_to_addr(state.as_bytes(), &address);
    }
}

#[cfg(not(target_os = "linux"))]
fn tell(_: &str) {}
