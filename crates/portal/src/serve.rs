//! Runs the portal: listener, wires, jobs, and an end that finishes what it began.

use std::sync::Arc;
use std::time::Duration;

use anyhow::{Context as _, Result, bail};
use axum::Router;
use axum::http::header::{ACCEPT_RANGES, HeaderName, HeaderValue};
use axum::http::{Extensions, HeaderMap, StatusCode, Version};
use axum::middleware::Next;
use axum::response::{IntoResponse as _, Response};
use axum::routing::get;
use door::{Door, HandClock};
use jiff::tz::TimeZone;
use sd_notify::NotifyState;
use tokio::net::TcpListener;
use tokio::sync::watch as channel;
use tokio::task::JoinSet;
use tower_http::catch_panic::CatchPanicLayer;
use tower_http::compression::CompressionLayer;
use tower_http::compression::predicate::{DefaultPredicate, Predicate as _};
use tower_http::set_header::SetResponseHeaderLayer;

use crate::backup;
use crate::connections::{self, Limits};
use crate::data::Data;
use crate::demo;
use crate::directory;
use crate::parts::Parts;
use crate::settings::Serve;
use crate::tls;
use crate::watch::{self, Answered, Watch};
use crate::wires::html::{self, Site};
use crate::wires::{Proxies, jobs, json, scim, takes_a_file};
use crate::world::World;

/// How long a request may take.
const REQUEST_TIME: Duration = Duration::from_secs(30);
/// How long open requests may go on once the portal is asked to stop.
const STOP_TIME: Duration = Duration::from_secs(10);

/// Runs until it is asked to stop.
///
/// # Errors
/// When it cannot start, with the next step.
pub async fn serve(serve: &Serve, parts: &Parts) -> Result<()> {
    if serve.demo && !serve.listen.ip().is_loopback() {
        bail!(
            "--listen {}: the demo's password is known to everybody, so it listens on loopback only\n\nhint: --listen 127.0.0.1:{}",
            serve.listen,
            serve.listen.port()
        );
    }
    let how = serve.tls.how()?;
    let data = Data::open(&serve.place)?;
    if serve.demo {
        data.become_demo()?;
    } else if data.is_demo() {
        bail!(
            "{}: this directory is a demo; its password is known to everybody\n\nhint: add --demo, or choose another directory with --data DIR",
            serve.place.data.display()
        );
    }
    let listener = TcpListener::bind(serve.listen).await.with_context(|| {
        format!("--listen {}: cannot be listened on\n\nhint: choose another with --listen", serve.listen)
    })?;
    let mut serve = serve.clone();
    serve.listen = listener.local_addr()?;
    let public_origin = serve.public_origin();
    if serve.demo {
        fill_demo(&serve, parts, &data, &public_origin).await?;
    }
    backup::clear_left(data.directory());
    let parts = parts.as_set(&serve)?;
    let door = parts.door(&data, &serve.place, &public_origin, serve.demo).await?;
    greet(&door, &serve, &public_origin).await?;

    let (stop, stopping) = channel::channel(false);
    let mut jobs = JoinSet::new();
    if !serve.rehearsal {
        jobs = jobs::start(&door, &stopping);
        backup::schedule::start(&door, &serve.backup, &stopping, &mut jobs);
        let watch = watch_of(&door)?;
        watch::report_panics(&watch);
        watch::listen_for_metrics(&watch, &stopping, &mut jobs).await?;
        watch::start(&watch, &door, &stopping, &mut jobs);
    }
    let app = parts.layers.iter().fold(router(&door, &serve)?, |app, layer| layer(app));
    let proxies = Proxies(serve.behind_proxy.clone());
    let until = {
        let mut stopping = stopping.clone();
        async move {
            let _ = stopping.wait_for(|stopping| *stopping).await;
        }
    };
    tokio::spawn(async move {
        asked_to_stop().await;
        stop.send_replace(true);
    });
    let ended = match how {
        None => tokio::spawn(connections::serve(listener, app, proxies, Limits::default(), until)),
        Some(how) => {
            let keeper =
                tls::Keeper { data: &data, clock: &parts.clock, public_origin: &public_origin, stopping: &stopping };
            let listener = tls::listen(listener, how, keeper, &parts.certificate, &mut jobs)?;
            if let Some(from) = serve.tls.redirect_from {
                tls::redirect(from, &public_origin, &stopping, &mut jobs).await?;
            }
            tokio::spawn(connections::serve(listener, app, proxies, Limits::default(), until))
        }
    };
    tell_manager(&[NotifyState::Ready]);
    let mut waiting = stopping.clone();
    let _ = waiting.wait_for(|stopping| *stopping).await;
    tell_manager(&[NotifyState::Stopping]);
    if tokio::time::timeout(STOP_TIME, ended).await.is_err() {
        tracing::warn!("some requests did not end in time");
    }
    jobs.join_all().await;
    door.close().await;
    Ok(())
}

/// What watches a portal.
fn watch_of(door: &Door) -> Result<Arc<Watch>> {
    let world = door.world::<World>().map_err(|_| anyhow::anyhow!("this door was made of other parts"))?;
    Ok(Arc::clone(&world.watch))
}

/// Tells whoever started it how far it is (sd_notify(3)). Without a service manager there is nobody to tell.
fn tell_manager(state: &[NotifyState<'_>]) {
    if let Err(error) = sd_notify::notify(state) {
        tracing::warn!(%error, "the service manager cannot be told");
    }
}

/// Everything that the portal answers.
///
/// # Errors
/// When the door is not a portal's.
pub fn router(door: &Arc<Door>, serve: &Serve) -> Result<Router> {
    let proxies = Proxies(serve.behind_proxy.clone());
    let ready = Arc::clone(door);
    let watch = watch_of(door)?;
    let answered = Answered { watch: Arc::clone(&watch), proxies: proxies.clone() };
    let largest = serve.files.file_limit.0;
    let site = Site {
        public_origin: serve.public_origin(),
        demo: serve.demo.then(demo::faces),
        security_contact: serve.security_contact.clone(),
        zone: TimeZone::system(),
    };
    let router = Router::new()
        .route("/healthz", get(|| async { "ok\n" }))
        .route("/readyz", get(move || async move { watch::readiness(&ready, &watch).await }))
        .merge(json::router(Arc::clone(door), proxies.clone(), largest))
        .merge(scim::router(Arc::clone(door), proxies.clone(), directory::base(&site.public_origin)))
        .merge(html::router(Arc::clone(door), proxies, site, largest))
        .layer(axum::middleware::from_fn(in_time))
        .layer(CatchPanicLayer::new())
        .layer(axum::middleware::from_fn_with_state(answered, watch::answered))
        .layer(SetResponseHeaderLayer::if_not_present(
            HeaderName::from_static("x-content-type-options"),
            HeaderValue::from_static("nosniff"),
        ))
        .layer(CompressionLayer::new().compress_when(DefaultPredicate::new().and(whole)));
    Ok(router)
}

/// No answer takes longer than it should. A file on its way in may: whoever sends it has their own time for each piece
/// (`wires::arriving`).
async fn in_time(request: axum::extract::Request, next: Next) -> Response {
    if takes_a_file(request.headers()) {
        return next.run(request).await;
    }
    let answered = tokio::time::timeout(REQUEST_TIME, next.run(request)).await;
    answered.unwrap_or_else(|_| StatusCode::SERVICE_UNAVAILABLE.into_response())
}

/// What is compressed: no file of which ranges may be asked for, since they count its bytes as they are.
fn whole(_: StatusCode, _: Version, headers: &HeaderMap, _: &Extensions) -> bool {
    !headers.contains_key(ACCEPT_RANGES)
}

/// Fills a new demo: three months pass in some seconds.
#[expect(clippy::print_stdout, reason = "somebody waits for it and wants to know for what")]
async fn fill_demo(serve: &Serve, parts: &Parts, data: &Data, public_origin: &str) -> Result<()> {
    if data.is_filled_demo()? {
        return Ok(());
    }
    println!("filling the demo: three months of an invented world, some seconds …");
    let now = parts.clock.now();
    let clock = Arc::new(HandClock::at(now));
    let parts = Parts { clock: clock.clone(), ..parts.clone() };
    let door = parts.door(data, &serve.place, public_origin, true).await?;
    demo::fill(&door, &clock, now).await?;
    door.close().await;
    data.demo_is_filled()
}

/// Says where it is, and gives the one-time link while there is no organisation.
#[expect(clippy::print_stdout, reason = "this is what somebody who starts it wants to read")]
async fn greet(door: &Arc<Door>, serve: &Serve, public_origin: &str) -> Result<()> {
    println!("plimsoll-portal {} at {public_origin}/", env!("CARGO_PKG_VERSION"));
    if serve.demo {
        println!("demo: invented people, one click each; data in {}", serve.place.data.display());
        return Ok(());
    }
    if let Some(secret) = crate::installation::make_link(door.store(), door.now()).await? {
        println!("recovery kit: plimsoll-portal recovery-kit print --data {}", serve.place.data.display());
        println!("no organisation yet. Set it up here, within 30 minutes: {public_origin}/setup/{}", secret.as_str());
    }
    Ok(())
}

/// Waits for Ctrl-C or a polite `kill`.
async fn asked_to_stop() {
    let interrupted = tokio::signal::ctrl_c();
    #[cfg(unix)]
    {
        use tokio::signal::unix::{SignalKind, signal};
        match signal(SignalKind::terminate()) {
            Ok(mut terminated) => {
                tokio::select! {
                    _ = interrupted => {}
                    _ = terminated.recv() => {}
                }
            }
            Err(_) => drop(interrupted.await),
        }
    }
    #[cfg(not(unix))]
    drop(interrupted.await);
}
