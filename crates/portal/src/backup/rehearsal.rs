//! The portal on a restored copy: its own program, in a process of its own, on a loopback port. Somebody is put in who was
//! never there, and signs in.

use std::path::Path;
use std::process::Stdio;
use std::time::Duration;

use serde_json::{Value, json};
use tokio::io::{AsyncBufReadExt as _, AsyncWriteExt as _, BufReader};
use tokio::process::{Child, Command};
use uuid::Uuid;

use super::{Error, Result};
use crate::settings::Place;

/// How long the portal may take to come up, and to answer.
const PATIENCE: Duration = Duration::from_secs(60);
/// The end of its log that is told when it does not come up.
const LINES_TOLD: usize = 3;

/// Puts somebody in, starts the portal, signs in, and looks at one's own account.
///
/// # Errors
/// [`Error::NotUp`] with what it said.
pub(super) async fn sign_in(program: &Path, copy: &Place, demo: bool, organisation: Option<Uuid>) -> Result<()> {
    let (mail, password) = (format!("drill-{}@drill.invalid", random()), random());
    let person = match organisation {
        Some(organisation) => json!({"mail": mail, "name": "Restore drill", "password": password,
                                     "organisation": organisation, "role": "staff"}),
        None => json!({"mail": mail, "name": "Restore drill", "owner": "Restore drill", "password": password}),
    };
    let action = if organisation.is_some() { "person.create" } else { "organisation.create" };
    perform(program, copy, action, &person).await?;
    let (mut portal, origin) = start(program, copy, demo).await?;
    let signed_in = ask(&origin, &json!({"mail": mail, "password": password})).await;
    let _ = portal.kill().await;
    signed_in
}

fn random() -> String {
    hex::encode(crate::files::keys::random::<16>())
}

fn not_up(why: impl ToString) -> Error {
    Error::NotUp(why.to_string())
}

/// The program on the copy. Nothing of this process's surroundings is handed on: neither buckets nor databases.
fn command(program: &Path, copy: &Place) -> Command {
    let mut command = Command::new(program);
    command.env_clear().env("RUST_LOG", "warn").kill_on_drop(true).stdin(Stdio::null());
    if let Some(url) = &copy.database {
        command.env("DATABASE_URL", url);
    }
    command
}

/// Does an action of the console. Its input goes by a pipe: arguments are seen by everybody on the machine.
async fn perform(program: &Path, copy: &Place, action: &str, input: &Value) -> Result<()> {
    let mut command = command(program, copy);
    command.args(["do", action, "-", "--data"]).arg(&copy.data);
    command.stdin(Stdio::piped()).stdout(Stdio::null()).stderr(Stdio::piped());
    let mut child = command.spawn().map_err(not_up)?;
    if let Some(mut stdin) = child.stdin.take() {
        stdin.write_all(input.to_string().as_bytes()).await?;
    }
    let ended = tokio::time::timeout(PATIENCE, child.wait_with_output()).await;
    let ended = ended.map_err(|_| not_up(format!("{action} does not end")))??;
    if ended.status.success() { Ok(()) } else { Err(not_up(last_lines(&String::from_utf8_lossy(&ended.stderr)))) }
}

fn last_lines(text: &str) -> String {
    let lines: Vec<&str> = text.lines().filter(|line| !line.trim().is_empty()).collect();
    lines[lines.len().saturating_sub(LINES_TOLD)..].join("\n")
}

/// Starts the portal. Gives where it is.
async fn start(program: &Path, copy: &Place, demo: bool) -> Result<(Child, String)> {
    let mut command = command(program, copy);
    command.args(["serve", "--rehearsal", "--listen", "127.0.0.1:0", "--data"]).arg(&copy.data);
    if demo {
        command.arg("--demo");
    }
    let mut child = command.stdout(Stdio::piped()).spawn().map_err(not_up)?;
    let said = child.stdout.take().ok_or_else(|| not_up("it says nothing"))?;
    let mut said = BufReader::new(said).lines();
    let first = tokio::time::timeout(PATIENCE, said.next_line()).await;
    let first = first.map_err(|_| not_up("it does not say where it is"))??;
    let origin = first.as_deref().and_then(|line| line.rsplit_once(" at ")).map(|(_, origin)| origin);
    let origin = origin.ok_or_else(|| not_up("it ended at once; the log says why"))?.trim_end_matches('/').to_owned();
    // Whoever prints into a closed pipe ends, so that the rest is read, too.
    tokio::spawn(async move { while let Ok(Some(_)) = said.next_line().await {} });
    Ok((child, origin))
}

/// Signs in over HTTP, and shows the sign-in.
async fn ask(origin: &str, input: &Value) -> Result<()> {
    let client = reqwest::Client::builder().no_proxy().timeout(PATIENCE).build().map_err(not_up)?;
    let post = client.post(format!("{origin}/api/v1/session")).header("content-type", "application/json");
    let answer = post.body(input.to_string()).send().await.map_err(not_up)?;
    let status = answer.status();
    let body = answer.text().await.map_err(not_up)?;
    let token = serde_json::from_str::<Value>(&body).ok().and_then(|body| Some(body["token"].as_str()?.to_owned()));
    let token = token.ok_or_else(|| not_up(format!("signing in is answered with {status}")))?;
    let get = client.get(format!("{origin}/api/v1/account")).bearer_auth(token);
    let status = get.send().await.map_err(not_up)?.status();
    if status.is_success() { Ok(()) } else { Err(not_up(format!("the account is answered with {status}"))) }
}
