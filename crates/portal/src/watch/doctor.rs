//! `plimsoll-portal doctor`: what is wired and what is not, with minutes; with `--send` it also tries it: a test error, a
//! test alert with its link, a heartbeat, a letter.

use std::process::ExitCode;

use anyhow::Result;
use clap::Args;
use door::id::uuid_at;
use zeroize::Zeroizing;

use super::{Kind, Notice, Report, Severity, Watch, receiver, shared, wired};
use crate::data::Data;
use crate::installation::ReadinessItem;
use crate::parts::Parts;
use crate::secret;
use crate::settings::Serve;
use crate::world::World;

/// Something is not wired.
const NOT_WIRED: u8 = 3;
/// Something is broken.
const BROKEN: u8 = 1;

/// What to look at.
#[derive(Debug, Clone, Args)]
pub struct Doctor {
    /// How the portal runs.
    #[command(flatten)]
    pub serve: Serve,
    /// Send a test error, a test alert, a heartbeat and a letter (to --alert-mail, else to --security-contact), and see whether they are received.
    #[arg(long)]
    pub send: bool,
}

/// Looks, and says what it sees: exit code 0 when everything is wired, 3 when something is not, 1 when something is broken.
///
/// # Errors
/// When the data cannot be opened, or a setting is wrong.
pub async fn doctor(asked: &Doctor, parts: &Parts, print: &mut impl FnMut(&str)) -> Result<ExitCode> {
    let Doctor { serve, send } = asked;
    let data = Data::existing(&serve.place)?;
    let door = parts.as_set(serve)?.door(&data, &serve.place, &serve.public_origin(), data.is_demo()).await?;
    let world = door.world::<World>().map_err(|_| anyhow::anyhow!("this portal is made of other parts"))?;
    let (watch, store) = (&world.watch, door.store());
    let mut broken = Vec::new();
    match store.takes_writes().await {
        Err(error) => broken.push(format!("the database takes no writes: {error}")),
        Ok(()) => {
            if *send {
                let operator = serve.watch.alert_mail.as_ref().unwrap_or(&serve.security_contact);
                broken.extend(send_all(world, operator, store, print).await?);
            }
            receiver::share(store, watch).await?;
        }
    }
    let items = wired::items(world, &mut store.read().await?, door.sealing_trouble(), door.now()).await?;
    show(&items, print);
    door.close().await;
    broken.iter().for_each(|broken| print(&format!("broken    {broken}")));
    let wired = items.iter().all(|item| item.wired);
    Ok(match (broken.is_empty(), wired) {
        (false, _) => ExitCode::from(BROKEN),
        (true, false) => ExitCode::from(NOT_WIRED),
        (true, true) => ExitCode::SUCCESS,
    })
}

fn show(items: &[ReadinessItem], print: &mut impl FnMut(&str)) {
    for item in items {
        let mark = if item.wired { "wired    " } else { "not wired" };
        let minutes = item.minutes.map(|minutes| format!(" ({minutes} min)")).unwrap_or_default();
        print(&format!("{mark} {:<14} {}{minutes}", item.name, item.words));
    }
    let (wired, all) = (items.iter().filter(|item| item.wired).count(), items.len());
    let minutes: i64 = items.iter().filter_map(|item| item.minutes).sum();
    print(&format!("{wired} of {all} are wired; about {minutes} minutes are left."));
}

/// Tries everything that is configured; a letter goes to the operator. Gives what did not arrive.
async fn send_all(
    world: &World,
    operator: &str,
    store: &door::store::Store,
    print: &mut impl FnMut(&str),
) -> Result<Vec<String>> {
    let watch = &world.watch;
    let (now, mut broken) = (watch.now(), Vec::new());
    let mut say = |what: &str, sent: Result<(), String>| match sent {
        Ok(()) => print(&format!("sent      {what}")),
        Err(problem) => broken.push(format!("{what}: {problem}")),
    };
    if watch.errors.receiver().is_some() {
        let message = "This is a test. Nothing is wrong.".to_owned();
        let report = Report { message, ..Report::default() };
        say("a test error", watch.errors.report_now(&report, uuid_at(now), now).await);
    }
    if !watch.destinations.is_empty() {
        let notice = test(watch, secret::fresh(false).0);
        let link = notice.link.clone().unwrap_or_default();
        shared::keep_try(store, &notice.words, &link, now).await?;
        for destination in &watch.destinations {
            say(&format!("a test alert to {}", destination.receiver.name), destination.send(&notice).await);
        }
    }
    if watch.heart.receiver().is_some() {
        say("a heartbeat", watch.heart.say(true, now).await);
    }
    if world.post.is_wired() {
        say(&format!("a test letter to {operator}"), world.post.test(operator, now).await);
    }
    Ok(broken)
}

/// A notice that says that nothing is wrong.
fn test(watch: &Watch, link: Zeroizing<String>) -> Notice {
    let now = watch.now();
    Notice {
        kind: Kind::Test,
        key: "test".to_owned(),
        rule: "test",
        severity: Severity::Warning,
        title: "A test of the alerts".to_owned(),
        words: "Nothing is wrong. Use the link, so that it is known that somebody sees alerts.".to_owned(),
        since: now,
        at: now,
        origin: watch.origin.clone(),
        instance: watch.instance.clone(),
        link: Some(link),
    }
}
