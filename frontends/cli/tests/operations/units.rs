//! The units for systemd name what the program really has.

use std::path::Path;

use crate::fleet::{kantor, text};

const UNITS: [&str; 3] = ["kantor", "kantor-office", "kantor-panel"];

fn unit(name: &str) -> String {
    text(
        &Path::new(env!("CARGO_MANIFEST_DIR"))
            .join("systemd")
            .join(name),
    )
}

#[test]
fn each_service_begins_with_arguments_that_are_known_and_has_its_listeners() {
    for name in UNITS {
        let service = unit(&format!("{name}.service"));
        let start = service
            .lines()
            .find_map(|line| line.strip_prefix("ExecStart=/usr/local/bin/kantor "))
            .unwrap();
        // A configuration that is not there is said to be so: the arguments before it were right.
        let ended = kantor().args(start.split(' ')).output().unwrap();
        let said = String::from_utf8_lossy(&ended.stderr).into_owned();
        assert_eq!(ended.status.code(), Some(1), "{said}");
        assert!(said.contains("there is no /var/lib/kantor"), "{said}");
        assert!(service.contains("Type=notify\n"));
        assert!(service.contains(&format!("Requires={name}.socket\n")));
        for wall in [
            "NoNewPrivileges=yes",
            "ProtectSystem=strict",
            "CapabilityBoundingSet=\n",
            "SystemCallFilter=@system-service",
            "UMask=0077",
        ] {
            assert!(service.contains(wall), "{name} has no {wall}");
        }
        assert!(unit(&format!("{name}.socket")).contains("ListenStream="));
    }
}
