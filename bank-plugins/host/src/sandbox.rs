//! The walls around a pack's code, and the one fallback where the system has none.
//!
//! What a hostile or broken pack meets in the child:
//!
//! 1. before its library is loaded, because constructors run at load:
//!    nothing inherited but the three pipes; little memory, processor time and files, no file may
//!    grow, no core dump; landlock: of all files only those of the pack's folder and of the
//!    system's library folders can be opened, and only to be read or mapped; seccomp: only the
//!    system calls of a dynamic loader;
//! 2. after it is loaded, before its functions are called: seccomp again, without opening files.
//!
//! The lists are of what is allowed, so a call that a new kernel brings is refused. A refused
//! call answers EPERM and does not kill, so that a runtime that merely asks goes on. There are no
//! threads, no processes, no sockets, no signals to others in either list; whoever tries one of
//! those is ended with a name for it (`traps`).

use std::path::Path;

use serde::{Deserialize, Serialize};

/// Whether the walls stood while a pack ran. Every answer of a pack carries it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum Sandbox {
    /// All of them.
    Enforced,
    /// Not all, or none; with the reason. An import says so.
    Unsandboxed(String),
}

impl Sandbox {
    /// Inside this process there are no walls.
    pub(crate) fn in_process() -> Sandbox {
        Sandbox::Unsandboxed("the pack runs inside the program".to_owned())
    }
}

impl std::fmt::Display for Sandbox {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Sandbox::Enforced => f.write_str("sandboxed"),
            Sandbox::Unsandboxed(reason) => write!(f, "not sandboxed: {reason}"),
        }
    }
}

/// What the child may take.
#[derive(Debug, Clone, Copy)]
#[cfg_attr(not(target_os = "linux"), allow(dead_code))] // only Linux limits it
pub(crate) struct Room {
    /// Bytes of address space.
    pub(crate) memory: u64,
    /// Seconds of the processor.
    pub(crate) processor_seconds: u64,
}

/// Raises the first walls. To be called in the child, with one thread, before the library is
/// loaded. A wall that cannot be raised does not keep the others from being raised.
///
/// `between` runs behind the wall around files and before the one around system calls: the only
/// moment at which another thread can be started, which then calls [`around_thread`].
pub(crate) fn before_load(library: &Path, room: Room, between: impl FnOnce()) -> Sandbox {
    system::before_load(library, room, between)
}

/// Raises the wall around system calls for a thread that stands behind the other walls already,
/// as it is after the library was loaded: it opens nothing.
pub(crate) fn around_thread() -> Result<(), String> {
    system::around_thread()
}

/// Raises the second wall, before the first function of the pack is called.
pub(crate) fn after_load(sandbox: Sandbox) -> Sandbox {
    system::after_load(sandbox)
}

#[cfg(not(target_os = "linux"))]
mod system {
    use super::{Path, Room, Sandbox};

    pub(super) fn before_load(_: &Path, _: Room, between: impl FnOnce()) -> Sandbox {
        between();
        Sandbox::Unsandboxed("this system offers neither landlock nor seccomp".to_owned())
    }

    pub(super) fn around_thread() -> Result<(), String> {
        Ok(())
    }

    pub(super) fn after_load(sandbox: Sandbox) -> Sandbox {
        sandbox
    }
}

#[cfg(target_os = "linux")]
#[allow(unsafe_code)] // limits are set by the C library
mod system {
    use landlock::{
        ABI, Access, AccessFs, AccessNet, CompatLevel, Compatible, Ruleset, RulesetAttr,
        RulesetCreatedAttr, RulesetError, RulesetStatus, Scope, path_beneath_rules,
    };
    use libc::c_long;
    use seccompiler::{
        BpfProgram, SeccompAction, SeccompCmpArgLen, SeccompCmpOp, SeccompCondition, SeccompFilter,
        SeccompRule,
    };

    use super::{Path, Room, Sandbox};
    use crate::traps;

    pub(super) fn before_load(library: &Path, room: Room, between: impl FnOnce()) -> Sandbox {
        let mut missing = Vec::new();
        close_inherited();
        if let Err(error) = limit(room) {
            missing.push(format!("no limits: {error}"));
        }
        if let Err(reason) = confine_files(library) {
            missing.push(format!("no landlock: {reason}"));
        }
        if let Err(error) = traps::install() {
            missing.push(format!("no traps: {error}"));
        }
        between();
        let walled = traps::set(true).and_then(|()| filter(LOADING));
        if let Err(reason) = walled {
            missing.push(format!("no seccomp: {reason}"));
        }
        verdict(missing)
    }

    pub(super) fn around_thread() -> Result<(), String> {
        traps::set(false).and_then(|()| filter(&[]))
    }

    pub(super) fn after_load(sandbox: Sandbox) -> Sandbox {
        match (around_thread(), sandbox) {
            (Ok(()), sandbox) => sandbox,
            (Err(reason), Sandbox::Enforced) => verdict(vec![format!("no seccomp: {reason}")]),
            (Err(_), Sandbox::Unsandboxed(reason)) => Sandbox::Unsandboxed(reason),
        }
    }

    fn verdict(missing: Vec<String>) -> Sandbox {
        if missing.is_empty() {
            Sandbox::Enforced
        } else {
            Sandbox::Unsandboxed(missing.join("; "))
        }
    }

    /// Whatever whoever started the program left open, the pack does not get.
    fn close_inherited() {
        // SAFETY: this process has opened nothing but its three pipes. A kernel without the call
        // answers an error, and then the descriptors stay, as they do everywhere by default.
        unsafe { libc::syscall(libc::SYS_close_range, 3_u32, u32::MAX, 0_u32) };
    }

    fn limit(room: Room) -> std::io::Result<()> {
        let limits = [
            (libc::RLIMIT_AS, room.memory),
            (libc::RLIMIT_CPU, room.processor_seconds),
            (libc::RLIMIT_FSIZE, 0),
            (libc::RLIMIT_NOFILE, 16),
            (libc::RLIMIT_CORE, 0),
        ];
        for (resource, most) in limits {
            let mut now = libc::rlimit {
                rlim_cur: 0,
                rlim_max: 0,
            };
            // SAFETY: the structures live on the stack for the time of the calls.
            let failed = unsafe {
                libc::getrlimit(resource, &raw mut now) != 0 || {
                    let most = most.min(now.rlim_max);
                    let new = libc::rlimit {
                        rlim_cur: most,
                        rlim_max: most,
                    };
                    libc::setrlimit(resource, &raw const new) != 0
                }
            };
            if failed {
                return Err(std::io::Error::last_os_error());
            }
        }
        Ok(())
    }

    /// Where Linux systems keep shared libraries, and the loader's index of them.
    const LIBRARIES: &[&str] = &[
        "/lib",
        "/lib64",
        "/usr/lib",
        "/usr/lib64",
        "/usr/local/lib",
        "/etc/ld.so.cache",
    ];

    fn confine_files(library: &Path) -> Result<(), String> {
        let folder = library.parent().ok_or("the pack lies in no folder")?;
        let restrict = || -> Result<RulesetStatus, RulesetError> {
            // The first version of landlock is asked for, the later ones are taken where they are.
            let newest = ABI::V6;
            let ruleset = Ruleset::default()
                .set_compatibility(CompatLevel::HardRequirement)
                .handle_access(AccessFs::from_all(ABI::V1))?
                .set_compatibility(CompatLevel::BestEffort)
                .handle_access(AccessFs::from_all(newest))?
                .handle_access(AccessNet::from_all(newest))?
                .scope(Scope::from_all(newest))?;
            let read = AccessFs::Execute | AccessFs::ReadFile | AccessFs::ReadDir;
            let folders = std::iter::once(folder).chain(LIBRARIES.iter().map(Path::new));
            let status = ruleset
                .create()?
                .add_rules(path_beneath_rules(folders, read))?
                .restrict_self()?;
            Ok(status.ruleset)
        };
        match restrict() {
            Ok(RulesetStatus::FullyEnforced | RulesetStatus::PartiallyEnforced) => Ok(()),
            Ok(RulesetStatus::NotEnforced) => Err("the kernel does not offer it".to_owned()),
            Err(error) => Err(error.to_string()),
        }
    }

    /// What a pack needs to compute, to be given bytes on the pipe and to end.
    const CALLING: &[c_long] = &[
        // the two pipes
        libc::SYS_read,
        libc::SYS_readv,
        libc::SYS_write,
        libc::SYS_writev,
        libc::SYS_close,
        libc::SYS_fstat,
        libc::SYS_lseek,
        // memory
        libc::SYS_mmap,
        libc::SYS_munmap,
        libc::SYS_mremap,
        libc::SYS_mprotect,
        libc::SYS_madvise,
        libc::SYS_brk,
        // locks, own signals, panics
        libc::SYS_futex,
        libc::SYS_rt_sigaction,
        libc::SYS_rt_sigprocmask,
        libc::SYS_rt_sigreturn,
        libc::SYS_sigaltstack,
        libc::SYS_getpid,
        libc::SYS_gettid,
        libc::SYS_sched_yield,
        libc::SYS_restart_syscall,
        // what runtimes ask for without being able to do harm with it
        libc::SYS_clock_gettime,
        libc::SYS_getrandom,
        // the end
        libc::SYS_exit,
        libc::SYS_exit_group,
    ];

    /// What the dynamic loader needs besides; landlock says which files it reaches. The last two
    /// raise the second wall.
    const LOADING: &[c_long] = &[
        libc::SYS_openat,
        libc::SYS_pread64,
        libc::SYS_newfstatat,
        libc::SYS_statx,
        libc::SYS_faccessat,
        libc::SYS_readlinkat,
        libc::SYS_getcwd,
        #[cfg(target_arch = "x86_64")]
        libc::SYS_open,
        #[cfg(target_arch = "x86_64")]
        libc::SYS_stat,
        #[cfg(target_arch = "x86_64")]
        libc::SYS_access,
        #[cfg(target_arch = "x86_64")]
        libc::SYS_readlink,
        libc::SYS_prctl,
        libc::SYS_seccomp,
    ];

    /// Allows [`CALLING`] and `more`, and a signal to this very process (abort); all else is EPERM.
    fn filter(more: &[c_long]) -> Result<(), String> {
        let build = || -> Result<BpfProgram, seccompiler::BackendError> {
            let own = u64::from(std::process::id());
            let to_itself = SeccompRule::new(vec![SeccompCondition::new(
                0,
                SeccompCmpArgLen::Dword,
                SeccompCmpOp::Eq,
                own,
            )?])?;
            let mut rules = std::collections::BTreeMap::new();
            for call in CALLING.iter().chain(more) {
                rules.insert(*call, Vec::new());
            }
            rules.insert(libc::SYS_tgkill, vec![to_itself]);
            SeccompFilter::new(
                rules,
                SeccompAction::Errno(libc::EPERM as u32),
                SeccompAction::Allow,
                std::env::consts::ARCH.try_into()?,
            )?
            .try_into()
        };
        let program = build().map_err(|error| error.to_string())?;
        seccompiler::apply_filter(&program).map_err(|error| error.to_string())
    }
}
