//! What is set, from where, and whether a portal could start with it. Nothing is made or changed.

use std::collections::BTreeMap;
use std::path::Path;
use std::process::ExitCode;

use anyhow::{Result, bail};
use clap::parser::ValueSource;
use clap::{ArgMatches, Command};
use door::Clock;
use door::store::{Settings as Database, Store};
use tokio::net::TcpListener;

use super::{names, settings_of};
use crate::backup::BackupKey;
use crate::files::Location;
use crate::settings::Serve;
use crate::tls::How;

/// One setting, and what was said of it.
#[derive(Debug)]
pub struct Said {
    name: String,
    value: String,
    origin: String,
}

/// Prints both. Exit code 1 when it could not start.
///
/// # Errors
/// Never by what it looks at: that is what it tells.
pub async fn check(serve: &Serve, said: &[Said], clock: &dyn Clock, print: &mut dyn FnMut(&str)) -> Result<ExitCode> {
    let width = |column: fn(&Said) -> &str| said.iter().map(|row| column(row).chars().count()).max().unwrap_or(0);
    let (name, value) = (width(|said| &said.name), width(|said| &said.value));
    for row in said {
        print(&format!("{:name$}  {:value$}  {}", row.name, row.value, row.origin));
    }
    if said.is_empty() {
        print("nothing is set: everything is as docs/configuration.md says under \"without it\"");
    }
    print("");
    let tried = [
        ("data", data(&serve.place.data)),
        ("database", database(serve).await),
        ("address", address(serve).await),
        ("https", https(serve, clock)),
        (
            "record",
            serve.push().map(|push| match push.syslog {
                Some(_) => "is sent to a syslog server, too".to_owned(),
                None => "stays here".to_owned(),
            }),
        ),
        ("files", files(serve).await),
        ("backups", backups(serve).await),
        ("watching", crate::watch::check(&serve.watch)),
    ];
    let mut broken = false;
    for (what, found) in tried {
        match found {
            Ok(words) => print(&format!("✔ {what:9} {words}")),
            Err(error) => {
                broken = true;
                print(&format!("✘ {what:9} {}", format!("{error:#}").replace('\n', "\n            ").trim_end()));
            }
        }
    }
    print(if broken {
        "\nA portal would not start so."
    } else {
        "\nA portal would start so. What nobody would notice: plimsoll-portal doctor"
    });
    Ok(ExitCode::from(u8::from(broken)))
}

/// What was said to `config check` about each setting, and where.
#[must_use]
pub fn said_to_check(command: &Command, matches: &ArgMatches, origins: &BTreeMap<String, String>) -> Vec<Said> {
    let command = command.find_subcommand("config").and_then(|config| config.find_subcommand("check"));
    let (Some(command), Some(("check", matches))) = (command, matches.subcommand()) else { return Vec::new() };
    let mut said = Vec::new();
    for argument in settings_of(command) {
        let name = names(argument).swap_remove(0);
        let id = argument.get_id().as_str();
        let origin = match (origins.get(&name), matches.value_source(id)) {
            (_, None | Some(ValueSource::DefaultValue)) => continue,
            (Some(origin), _) => origin.clone(),
            (None, Some(ValueSource::EnvVariable)) => {
                argument.get_env().unwrap_or_default().to_string_lossy().into_owned()
            }
            (None, _) => "argument".to_owned(),
        };
        let raw: Vec<_> = matches.get_raw(id).into_iter().flatten().map(|value| value.to_string_lossy()).collect();
        let value = match (argument.is_hide_env_values_set(), raw.is_empty()) {
            (true, _) => "(not shown)".to_owned(),
            (false, true) => "on".to_owned(),
            (false, false) => raw.join(", "),
        };
        said.push(Said { name, value, origin });
    }
    said
}

/// Whether the directory can be written, or made.
fn data(directory: &Path) -> Result<String> {
    let shown = directory.display();
    let existing = directory.ancestors().find(|path| path.exists());
    let existing = existing.filter(|path| !path.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let probe = existing.join(".plimsoll-writable");
    if let Err(error) = std::fs::write(&probe, b"").and_then(|()| std::fs::remove_file(&probe)) {
        bail!("{}: cannot be written: {error}\n\nhint: choose another with --data DIR", existing.display());
    }
    Ok(if directory.join("keys/record.key").exists() {
        format!("{shown} holds a portal")
    } else {
        format!("{shown} holds none yet; it is made at the first start")
    })
}

async fn database(serve: &Serve) -> Result<String> {
    let Some(url) = &serve.place.database else { return Ok("embedded (SQLite)".to_owned()) };
    let store = Store::open(&Database::Postgres(url.clone())).await?;
    store.close().await;
    Ok("PostgreSQL answers".to_owned())
}

async fn address(serve: &Serve) -> Result<String> {
    for (flag, address) in [("--listen", Some(serve.listen)), ("--redirect-from", serve.tls.redirect_from)] {
        let Some(address) = address else { continue };
        if let Err(error) = TcpListener::bind(address).await {
            bail!(
                "{flag} {address}: {error}\n\nhint: a portal that runs holds it, or ports below 1024 want a right: setcap 'cap_net_bind_service=+ep'"
            );
        }
    }
    Ok(format!("{} is free; browsers reach it at {}/", serve.listen, serve.public_origin()))
}

fn https(serve: &Serve, clock: &dyn Clock) -> Result<String> {
    match serve.tls.how()? {
        Some(How::SelfSigned) => Ok("a certificate is made at the start; browsers warn".to_owned()),
        Some(How::Acme(asked)) => {
            Ok(format!("a certificate for {} is got from {}", asked.names.join(", "), asked.directory))
        }
        Some(How::Files(files)) => {
            let certificate = files.read()?;
            if certificate.until <= clock.now() {
                bail!("--tls-cert {}: was valid until {}", files.chain.display(), certificate.until);
            }
            Ok(format!("for {}, until {}", certificate.names.join(", "), certificate.until))
        }
        None if serve.public_origin().starts_with("https://") => Ok("a proxy before it speaks HTTPS".to_owned()),
        None if serve.listen.ip().is_loopback() => Ok("none: for this machine only".to_owned()),
        None => bail!(
            "none, and the portal is reached from outside: passwords would travel in clear\n\nhint: --domain NAME, --tls-cert and --tls-key, or --behind-proxy and --public-url https://…"
        ),
    }
}

async fn files(serve: &Serve) -> Result<String> {
    match &serve.files.files {
        None => Ok("in the data directory".to_owned()),
        Some(Location::Directory(directory)) if directory.is_dir() => Ok(format!("in {}", directory.display())),
        Some(Location::Directory(directory)) => bail!("--files {}: is no directory", directory.display()),
        Some(Location::Bucket { .. }) => {
            serve.files.open(&serve.place.data)?.0.probe().await?;
            Ok("in a bucket, which answers".to_owned())
        }
    }
}

async fn backups(serve: &Serve) -> Result<String> {
    if serve.backup.place.backup_to.is_none() {
        return Ok("none are taken".to_owned());
    }
    if !serve.place.data.join("keys/backup.key").exists() {
        return Ok("are begun at the first start".to_owned());
    }
    match serve.backup.place.open(&BackupKey::of(&serve.place.data)?).await {
        Ok(_) => Ok("the place answers, and is ours".to_owned()),
        Err(crate::backup::Error::NoRepository { place }) => Ok(format!("are begun in {place}")),
        Err(error) => Err(error.into()),
    }
}
