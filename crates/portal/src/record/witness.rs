//! `witness`: a server that a client runs, so that nobody can show them one record and others another.
//!
//! It speaks C2SP tlog-witness, keeps one row for each log, and cosigns a checkpoint only if it extends the last one.
//! `GET /latest?origin=…` shows that last one, which the protocol leaves open.

use std::fs;
use std::path::Path;
use std::sync::Arc;

use anyhow::{Context as _, Result};
use axum::Router;
use axum::body::Bytes;
use axum::extract::{DefaultBodyLimit, Query, State};
use axum::http::StatusCode;
use axum::http::header::CONTENT_TYPE;
use axum::response::{IntoResponse as _, Response};
use axum::routing::{get, post};
use door::store::{Migration, Settings, Step, Store};
use door::{Clock, values};
use ledger::Hash;
use ledger::key::{SignerKey, VerifierKey};
use ledger::witness::{AddCheckpoint, MAX_REQUEST_BYTES, Refused, SIZE_CONTENT_TYPE, Seen};
use serde::Deserialize;
use tokio::net::TcpListener;

use super::Witness;
use crate::data;
use crate::parts::Parts;

const MIGRATIONS: &[Migration] = &[Migration {
    version: 1,
    name: "what was seen",
    steps: &[Step::Sql(
        "CREATE TABLE seen (origin {text} PRIMARY KEY, size {int} NOT NULL, root {bytes} NOT NULL, note {text} NOT NULL, \
         at {int} NOT NULL) {strict}",
    )],
}];

/// What the server is made of.
struct Server {
    store: Store,
    key: SignerKey,
    logs: Vec<VerifierKey>,
    clock: Arc<dyn Clock>,
}

/// Runs until it is stopped.
///
/// # Errors
/// When it cannot start, with the next step.
pub async fn witness(asked: &Witness, parts: &Parts, print: &mut (dyn FnMut(&str) + Send)) -> Result<()> {
    let (key, app) = server(&asked.data, &asked.name, &asked.log, Arc::clone(&parts.clock)).await?;
    let listener = TcpListener::bind(asked.listen)
        .await
        .with_context(|| format!("--listen {}: cannot be listened on", asked.listen))?;
    print(&format!("witness at http://{}/add-checkpoint\nkey: {key}", listener.local_addr()?));
    let stopped = async {
        let _ = tokio::signal::ctrl_c().await;
    };
    Ok(axum::serve(listener, app).with_graceful_shutdown(stopped).await?)
}

/// The witness's public key, and everything that it answers.
///
/// # Errors
/// When its directory cannot be used, or a log's key cannot be read.
pub async fn server(
    directory: &Path,
    name: &str,
    logs: &[String],
    clock: Arc<dyn Clock>,
) -> Result<(VerifierKey, Router)> {
    fs::create_dir_all(directory).with_context(|| format!("{}: cannot be made", directory.display()))?;
    let key = SignerKey::witness_from_seed(name, &data::key(&directory.join("witness.key"))?)
        .with_context(|| format!("--name {name}"))?;
    let logs = logs.iter().map(|log| log.parse().with_context(|| format!("--log {log}"))).collect::<Result<_>>()?;
    let store = Store::open(&Settings::Sqlite(directory.join("witness.db"))).await?;
    store.migrate(MIGRATIONS, clock.now()).await?;
    let verifier = key.verifier().clone();
    let app = Router::new()
        .route("/add-checkpoint", post(add_checkpoint))
        .route("/latest", get(latest))
        .layer(DefaultBodyLimit::max(MAX_REQUEST_BYTES))
        .with_state(Arc::new(Server { store, key, logs, clock }));
    Ok((verifier, app))
}

async fn add_checkpoint(State(server): State<Arc<Server>>, body: Bytes) -> Response {
    match cosign(&server, &body).await {
        Ok(Ok(line)) => line.into_response(),
        Ok(Err(Refused::Conflict { size })) => {
            (StatusCode::CONFLICT, [(CONTENT_TYPE, SIZE_CONTENT_TYPE)], format!("{size}\n")).into_response()
        }
        Ok(Err(refused)) => {
            let status = StatusCode::from_u16(refused.status()).unwrap_or(StatusCode::BAD_REQUEST);
            (status, format!("{refused}\n")).into_response()
        }
        Err(error) => {
            tracing::error!(%error, "a checkpoint could not be kept, so it is not cosigned");
            StatusCode::SERVICE_UNAVAILABLE.into_response()
        }
    }
}

/// Looks, keeps and commits in one transaction; signs only what is on disk.
async fn cosign(server: &Server, body: &[u8]) -> door::store::Result<Result<String, Refused>> {
    let request = std::str::from_utf8(body).map_err(|_| Refused::Malformed("not UTF-8"));
    let request = match request.and_then(str::parse::<AddCheckpoint>) {
        Ok(request) => request,
        Err(refused) => return Ok(Err(refused)),
    };
    let origin = match request.origin() {
        Ok(origin) => origin,
        Err(refused) => return Ok(Err(refused)),
    };
    let mut tx = server.store.write(true).await?;
    let row = tx.maybe("SELECT size, root FROM seen WHERE origin = $1", values![origin.as_str()]).await?;
    let seen = match row {
        Some(row) => Seen { size: row.get::<i64>("size")?.unsigned_abs(), root: Hash(row.get("root")?) },
        None => Seen::NOTHING,
    };
    let checkpoint = match request.consider(&server.logs, seen) {
        Ok(checkpoint) => checkpoint,
        Err(refused) => return Ok(Err(refused)),
    };
    let Ok(size) = i64::try_from(checkpoint.size) else { return Ok(Err(Refused::Malformed("the size is too large"))) };
    let now = server.clock.now();
    let second = u64::try_from(now.timestamp().as_second()).unwrap_or(0);
    let note = request.checkpoint.cosign(&server.key, second);
    tx.run(
        "INSERT INTO seen (origin, size, root, note, at) VALUES ($1, $2, $3, $4, $5) \
         ON CONFLICT (origin) DO UPDATE SET size = excluded.size, root = excluded.root, note = excluded.note, \
         at = excluded.at",
        values![origin, size, checkpoint.root.0, note.to_string(), now],
    )
    .await?;
    tx.commit().await?;
    let line = note.signatures().last().map(|signature| format!("{signature}\n"));
    Ok(line.ok_or(Refused::Malformed("the note has no signature")))
}

#[derive(Deserialize)]
struct Latest {
    origin: String,
}

async fn latest(State(server): State<Arc<Server>>, Query(asked): Query<Latest>) -> Response {
    let read = async {
        let mut tx = server.store.read().await?;
        let row = tx.maybe("SELECT note FROM seen WHERE origin = $1", values![asked.origin]).await?;
        row.map(|row| row.get::<String>("note")).transpose()
    };
    match read.await {
        Ok(Some(note)) => note.into_response(),
        Ok(None) => StatusCode::NOT_FOUND.into_response(),
        Err(error) => {
            tracing::error!(%error, "what was seen cannot be read");
            StatusCode::SERVICE_UNAVAILABLE.into_response()
        }
    }
}
