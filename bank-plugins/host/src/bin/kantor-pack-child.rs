//! Runs one bank pack behind walls, for one call. See `kantor_plugin_host`.

fn main() -> std::process::ExitCode {
    kantor_plugin_host::child_main()
}
