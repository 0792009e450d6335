//! Files and statements coming in, and money whose owner is not known.

use std::sync::Arc;

use kantor_wire::{
    AllocateAsk, BookAsk, FileStored, ImportAsk, ImportOutcome, LineView, OrderView, Problem, Role,
    UndoAsk,
};
use warp::reply::Response;

use super::{Asked, get, post};
use crate::api::{carried, document, done};
use crate::openapi::{Carries, Gives, Operation, shape};
use crate::port::{PortError, PortResult};
use crate::site::DeskSite;

pub(super) fn operations(site: &Arc<DeskSite>) -> Vec<Operation> {
    let gives = Gives::Document;
    let carries = Carries::Document;
    vec![
        post(
            "/files",
            "storeFile",
            "Keeps the bytes of a file; the same bytes are kept once.",
            Carries::Bytes,
            gives(shape::<FileStored>),
        )
        .acts(site, store_file),
        post(
            "/statements",
            "importStatements",
            "Takes in what a pack read from a stored file. Done twice, it changes nothing.",
            carries(shape::<ImportAsk>),
            gives(shape::<ImportOutcome>),
        )
        .acts(site, import),
        post(
            "/statements/{file}/undo",
            "undoImport",
            "Takes back everything that a file brought, named by its SHA-256, with a reason; refused \
             once money went out because of it.",
            carries(shape::<UndoAsk>),
            Gives::Done,
        )
        .needing(Role::Approver)
        .acts(site, undo_import),
        get(
            "/suspense",
            "suspense",
            "Money whose owner is not known: questions to the cashier.",
            gives(shape::<Vec<LineView>>),
        )
        .reads(site, suspense),
        post(
            "/suspense/{account}/{ordinal}/book",
            "bookLine",
            "Nobody's order: books the line to a named ledger account.",
            carries(shape::<BookAsk>),
            Gives::Done,
        )
        .acts(site, book),
        post(
            "/suspense/{account}/{ordinal}/allocate",
            "allocateLine",
            "This line pays that order.",
            carries(shape::<AllocateAsk>),
            gives(shape::<OrderView>),
        )
        .acts(site, allocate),
    ]
}

async fn store_file(mut asked: Asked) -> PortResult<Response> {
    asked.once()?;
    let bytes = std::mem::take(&mut asked.call.body);
    document(&asked.site.ask(move |port| port.store_file(bytes)).await?)
}

async fn import(asked: Asked) -> PortResult<Response> {
    let once = asked.once()?;
    let ask: ImportAsk = carried(&asked.call)?;
    document(&asked.site.ask(move |port| port.import(ask, &once)).await?)
}

async fn undo_import(asked: Asked) -> PortResult<Response> {
    let (once, file) = (asked.once()?, asked.param(0));
    let ask: UndoAsk = carried(&asked.call)?;
    asked
        .site
        .ask(move |port| port.undo_import(&file, ask, &once))
        .await?;
    done()
}

async fn suspense(asked: Asked) -> PortResult<Response> {
    document(&asked.site.ask(|port| port.suspense()).await?)
}

fn ordinal(asked: &Asked) -> PortResult<u64> {
    asked.call.param(1).parse().map_err(|_| -> PortError {
        Problem::new(
            404,
            "line-not-found",
            "No such line",
            "The last part of the path before the act is the line's ordinal, a whole number. See \
             the list of suspense.",
        )
        .into()
    })
}

async fn book(asked: Asked) -> PortResult<Response> {
    let (once, account, ordinal) = (asked.once()?, asked.param(0), ordinal(&asked)?);
    let ask: BookAsk = carried(&asked.call)?;
    asked
        .site
        .ask(move |port| port.book_line(&account, ordinal, ask, &once))
        .await?;
    done()
}

async fn allocate(asked: Asked) -> PortResult<Response> {
    let (once, account, ordinal) = (asked.once()?, asked.param(0), ordinal(&asked)?);
    let ask: AllocateAsk = carried(&asked.call)?;
    document(
        &asked
            .site
            .ask(move |port| port.allocate_line(&account, ordinal, ask, &once))
            .await?,
    )
}
