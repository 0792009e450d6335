//! Pipes between program and child that hold more than the system gives at first, so that neither
//! side waits for the other at every few hundred entries.

#[cfg(target_os = "linux")]
#[allow(unsafe_code)] // a call of the system
pub(crate) fn widen(pipe: &impl std::os::fd::AsRawFd) {
    const WIDE: libc::c_int = 1 << 20;
    // SAFETY: the descriptor is open for as long as `pipe` is lent. A system that refuses leaves
    // the pipe as it is, which is slower and nothing else.
    let _ = unsafe { libc::fcntl(pipe.as_raw_fd(), libc::F_SETPIPE_SZ, WIDE) };
}

#[cfg(not(target_os = "linux"))]
pub(crate) fn widen<P>(_: &P) {}
