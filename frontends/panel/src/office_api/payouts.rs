//! Money owed out: payouts, batches, transfer files.

use std::sync::Arc;

use kantor_wire::{BatchDetail, BatchView, NewBatch, PayoutState, PayoutView, Role, VoidAsk};
use serde::Deserialize;
use warp::http::header::CONTENT_DISPOSITION;
use warp::reply::Response;

use super::{Asked, get, post};
use crate::api::{carried, document, query};
use crate::openapi::{Carries, Gives, Operation, shape};
use crate::port::PortResult;
use crate::reply;
use crate::site::DeskSite;

pub(super) fn operations(site: &Arc<DeskSite>) -> Vec<Operation> {
    let gives = Gives::Document;
    let batch = gives(shape::<BatchView>);
    vec![
        get(
            "/payouts",
            "payouts",
            "Money owed out.",
            gives(shape::<Vec<PayoutView>>),
        )
        .with_query(&[("state", "only payouts in this state")])
        .reads(site, payouts),
        post(
            "/batches",
            "newBatch",
            "Puts every due payout of an account into a batch and fixes it.",
            Carries::Document(shape::<NewBatch>),
            batch,
        )
        .acts(site, new_batch),
        get(
            "/batches",
            "batches",
            "Batches, newest first.",
            gives(shape::<Vec<BatchView>>),
        )
        .reads(site, batches),
        get(
            "/batches/{id}",
            "batch",
            "One batch with its transfers, in writing order.",
            gives(shape::<BatchDetail>),
        )
        .reads(site, one_batch),
        post(
            "/batches/{id}/approve",
            "approveBatch",
            "Approves a batch; after that its file may be written.",
            Carries::Nothing,
            batch,
        )
        .needing(Role::Approver)
        .acts(site, approve),
        post(
            "/batches/{id}/file",
            "storeBatchFile",
            "Archives the file that the desk wrote. The same bytes again: the same answer; others \
             are refused.",
            Carries::Bytes,
            batch,
        )
        .with_query(&[
            ("format", "the format of the file, such as elixir0"),
            ("pack", "id and version of the pack that wrote it"),
        ])
        .acts(site, store_file),
        get(
            "/batches/{id}/file",
            "batchFile",
            "The archived file, the same bytes ever after.",
            Gives::Bytes,
        )
        .reads(site, file),
        post(
            "/batches/{id}/void",
            "voidBatch",
            "Voids a batch that was not sent; its payouts are due again.",
            Carries::Document(shape::<VoidAsk>),
            batch,
        )
        .needing(Role::Approver)
        .acts(site, void),
    ]
}

async fn payouts(asked: Asked) -> PortResult<Response> {
    #[derive(Deserialize)]
    struct Only {
        state: Option<PayoutState>,
    }
    let Only { state } = query(&asked.call)?;
    document(&asked.site.ask(move |port| port.payouts(state)).await?)
}

async fn new_batch(asked: Asked) -> PortResult<Response> {
    let once = asked.once()?;
    let ask: NewBatch = carried(&asked.call)?;
    document(
        &asked
            .site
            .ask(move |port| port.new_batch(ask, &once))
            .await?,
    )
}

async fn batches(asked: Asked) -> PortResult<Response> {
    document(&asked.site.ask(|port| port.batches()).await?)
}

async fn one_batch(asked: Asked) -> PortResult<Response> {
    let id = asked.param(0);
    document(&asked.site.ask(move |port| port.batch(&id)).await?)
}

async fn approve(asked: Asked) -> PortResult<Response> {
    let (once, id) = (asked.once()?, asked.param(0));
    document(
        &asked
            .site
            .ask(move |port| port.approve_batch(&id, &once))
            .await?,
    )
}

async fn store_file(mut asked: Asked) -> PortResult<Response> {
    #[derive(Deserialize)]
    struct Written {
        format: String,
        pack: String,
    }
    let (once, id) = (asked.once()?, asked.param(0));
    let Written { format, pack } = query(&asked.call)?;
    let bytes = std::mem::take(&mut asked.call.body);
    document(
        &asked
            .site
            .ask(move |port| port.store_batch_file(&id, &format, &pack, bytes, &once))
            .await?,
    )
}

async fn file(asked: Asked) -> PortResult<Response> {
    let id = asked.param(0);
    let (name, bytes) = asked.site.ask(move |port| port.batch_file(&id)).await?;
    let mut response = reply::body(200, "application/octet-stream", bytes);
    let plain: String = name
        .chars()
        .filter(|c| c.is_ascii_alphanumeric() || "-_.".contains(*c))
        .collect();
    reply::set(
        response.headers_mut(),
        CONTENT_DISPOSITION,
        &format!("attachment; filename=\"{plain}\""),
    );
    Ok(response)
}

async fn void(asked: Asked) -> PortResult<Response> {
    let (once, id) = (asked.once()?, asked.param(0));
    let ask: VoidAsk = carried(&asked.call)?;
    document(
        &asked
            .site
            .ask(move |port| port.void_batch(&id, ask, &once))
            .await?,
    )
}
