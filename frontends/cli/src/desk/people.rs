//! `kantor people`: customers who cannot come in, and who must not.

use clap::Subcommand;
use kantor_wire::PersonView;

use super::output::{print, print_json};
use super::{Desk, Failure};

/// What can be done for a customer.
#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Who he is, and whether he can come in
    Show {
        #[command(flatten)]
        who: Who,
        #[command(flatten)]
        desk: Desk,
    },
    /// Let him choose a new password: prints a code to tell him, once, after you made sure who he is
    NewPassword {
        #[command(flatten)]
        act: Act,
        #[command(flatten)]
        desk: Desk,
    },
    /// Take his second factor away, which he has lost; he can come in with the password alone
    SecondFactor {
        #[command(flatten)]
        act: Act,
        #[command(flatten)]
        desk: Desk,
    },
    /// Let nobody in under his name; his sessions end at once
    Lock {
        #[command(flatten)]
        act: Act,
        #[command(flatten)]
        desk: Desk,
    },
    /// Let him in again, after a lock or too many wrong passwords
    Unlock {
        #[command(flatten)]
        act: Act,
        #[command(flatten)]
        desk: Desk,
    },
}

/// Whom.
#[derive(Debug, clap::Args)]
pub(crate) struct Who {
    /// His number, or the e-mail he logs in with
    #[arg(value_name = "CUSTOMER")]
    who: String,
}

/// Whom and why.
#[derive(Debug, clap::Args)]
pub(crate) struct Act {
    #[command(flatten)]
    who: Who,
    /// Why, and how you made sure who he is; stays in the history
    #[arg(long)]
    reason: String,
}

pub(crate) fn run(command: &Command) -> Result<(), Failure> {
    match command {
        Command::Show { who, desk } => show(&desk.office()?.person(&who.who)?, desk),
        Command::NewPassword { act, desk } => {
            let code = desk
                .office()?
                .allow_new_password(&act.who.who, &act.reason)?;
            match desk.json {
                true => print_json(&code),
                false => print(&format!(
                    "{}\nTell it to nobody else. It is good once, until {}, on the panel's page /password.",
                    code.code, code.until
                )),
            }
        }
        Command::SecondFactor { act, desk } => show(
            &desk
                .office()?
                .remove_second_factor(&act.who.who, &act.reason)?,
            desk,
        ),
        Command::Lock { act, desk } => show(
            &desk.office()?.lock_person(&act.who.who, &act.reason)?,
            desk,
        ),
        Command::Unlock { act, desk } => show(
            &desk.office()?.unlock_person(&act.who.who, &act.reason)?,
            desk,
        ),
    }
}

fn show(person: &PersonView, desk: &Desk) -> Result<(), Failure> {
    if desk.json {
        return print_json(person);
    }
    let minutes = person.wait_seconds.div_ceil(60);
    let state = match person.locked {
        true => "locked".to_owned(),
        false if minutes > 0 => format!(
            "too many wrong passwords: may log in after {minutes} min, or at once after `kantor people unlock`"
        ),
        false => "may log in".to_owned(),
    };
    let factor = if person.second_factor {
        ", with a second factor"
    } else {
        ""
    };
    print(&format!(
        "customer {}: {}, {}, {}\n{state}{factor}, {} session(s) open",
        person.id, person.name, person.email, person.phone, person.sessions
    ))
}
