//! Changing side rows, alone or as a part of a unit of work.

use kantor_model::Moment;

use super::statement::{Value, Write, number};
use crate::error::{SideRefusal, Unfit};
use crate::log::OfficeId;
use crate::side::{Side, SideChange};
use crate::unit::{fit_body, fit_text};

/// What it means that a statement touched no row.
pub(super) enum Wanted {
    /// Nothing: it need not.
    Any,
    /// The change cannot be made.
    OneRow(SideRefusal),
}

/// Whether the state of the rows can forbid the change.
pub(super) fn is_refusable(change: &SideChange) -> bool {
    match change {
        SideChange::PutNew(_) | SideChange::Take { .. } => true,
        SideChange::Put(_) | SideChange::Delete { .. } | SideChange::DeleteOwned { .. } => false,
    }
}

/// The statements of a change, in their order.
pub(super) fn writes(
    office: OfficeId,
    now: Moment,
    change: &SideChange,
) -> Result<Vec<(Write, Wanted)>, Unfit> {
    Ok(match change {
        SideChange::Put(side) => vec![(put(office, side, OR_REPLACE)?, Wanted::Any)],
        SideChange::PutNew(side) => {
            let refusal = SideRefusal::Exists {
                kind: side.kind.clone(),
            };
            vec![
                (
                    remove_expired(office, now, &side.kind, &side.key),
                    Wanted::Any,
                ),
                (put(office, side, OR_NOTHING)?, Wanted::OneRow(refusal)),
            ]
        }
        SideChange::Delete { kind, key } => vec![(delete(office, kind, key), Wanted::Any)],
        SideChange::Take { kind, key } => {
            let refusal = SideRefusal::Missing { kind: kind.clone() };
            vec![
                (remove_expired(office, now, kind, key), Wanted::Any),
                (delete(office, kind, key), Wanted::OneRow(refusal)),
            ]
        }
        SideChange::DeleteOwned { kind, owner } => {
            let sql = "DELETE FROM side WHERE office_id = $1 AND kind = $2 AND owner = $3";
            let values: Vec<Value> = vec![
                Box::new(office.0),
                Box::new(kind.clone()),
                Box::new(number(*owner)),
            ];
            vec![(Write::new(sql, values), Wanted::Any)]
        }
    })
}

const OR_REPLACE: &str = "INSERT INTO side (office_id, kind, key, owner, body, expires)
    VALUES ($1, $2, $3, $4, $5, $6)
    ON CONFLICT (office_id, kind, key) DO UPDATE SET
        owner = excluded.owner, body = excluded.body, expires = excluded.expires";

const OR_NOTHING: &str = "INSERT INTO side (office_id, kind, key, owner, body, expires)
    VALUES ($1, $2, $3, $4, $5, $6)
    ON CONFLICT (office_id, kind, key) DO NOTHING";

fn put(office: OfficeId, side: &Side, sql: &'static str) -> Result<Write, Unfit> {
    fit_text("kind of a side row", &side.kind)?;
    fit_text("key of a side row", &side.key)?;
    fit_body("body of a side row", &side.body)?;
    let values: Vec<Value> = vec![
        Box::new(office.0),
        Box::new(side.kind.clone()),
        Box::new(side.key.clone()),
        Box::new(side.owner.map(number)),
        Box::new(side.body.clone()),
        Box::new(side.expires.map(Moment::as_micros)),
    ];
    Ok(Write::new(sql, values))
}

fn delete(office: OfficeId, kind: &str, key: &str) -> Write {
    let sql = "DELETE FROM side WHERE office_id = $1 AND kind = $2 AND key = $3";
    let values: Vec<Value> = vec![
        Box::new(office.0),
        Box::new(kind.to_owned()),
        Box::new(key.to_owned()),
    ];
    Write::new(sql, values)
}

/// An expired row that no sweep has removed yet must neither block its key nor be taken.
fn remove_expired(office: OfficeId, now: Moment, kind: &str, key: &str) -> Write {
    let sql = "DELETE FROM side
               WHERE office_id = $1 AND kind = $2 AND key = $3 AND expires <= $4";
    let values: Vec<Value> = vec![
        Box::new(office.0),
        Box::new(kind.to_owned()),
        Box::new(key.to_owned()),
        Box::new(now.as_micros()),
    ];
    Write::new(sql, values)
}
