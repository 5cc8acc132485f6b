//! Fetching what names the service's actions: from the service, from files, from commands.

use std::io::Read as _;
use std::path::Path;

use crate::catalogue::{Catalogue, DOCUMENT_BYTES_MAX, Document, read as catalogue_of};
use crate::client::{BODY_BYTES_MAX, Client, Purpose, Request};
use crate::error::{Result, Trouble};
use crate::load_line::count;
use crate::manifest::{Manifest, Routes};
use crate::process::first_line;
use crate::target::Target;

/// Everything that the manifest names, as one catalogue.
///
/// # Errors
/// When one of them cannot be had or read, or none of them names an action.
pub(super) async fn read(manifest: &Manifest, target: &Target, client: &Client) -> Result<Catalogue> {
    let named = &manifest.target;
    if named.document.is_empty() && named.routes.is_empty() {
        return Err(Trouble::new(manifest.place("target"), "names no document of the service's actions")
            .hint("document = \"/openapi.json\", a path of the service's or a file"));
    }
    let mut documents = Vec::new();
    let key = manifest.place(&manifest.target_key("document"));
    for place in &named.document {
        let is_asked = place.starts_with('/') && !manifest.directory().join(place).is_file();
        let bytes = match is_asked || place.starts_with("http://") || place.starts_with("https://") {
            true => asked(place, &key, client).await?,
            false => of_file(&manifest.directory().join(place), &key)?,
        };
        documents.push(Document { place: place.clone(), bytes });
    }
    let key = manifest.place(&manifest.target_key("routes"));
    for routes in &named.routes {
        documents.push(match routes {
            Routes::File(file) => {
                Document { place: file.clone(), bytes: of_file(&manifest.directory().join(file), &key)? }
            }
            Routes::Command { command, within } => {
                let place = format!("`{}`", first_line(command));
                // Whoever stops waiting for a command ends its process group.
                let printed = tokio::time::timeout(*within, target.run(command)).await.map_err(|_| {
                    let seconds = usize::try_from(within.as_secs()).unwrap_or(usize::MAX);
                    let wrong = format!("{place}: printed no list in {}", count(seconds, "second"));
                    Trouble::new(&key, wrong).hint(format!("routes = {{ command = {command:?}, within = \"5m\" }}"))
                })??;
                Document { place, bytes: printed.into_bytes() }
            }
        });
    }
    catalogue_of(&documents, client.base())
}

async fn asked(place: &str, key: &str, client: &Client) -> Result<Vec<u8>> {
    let request = Request { method: "GET".into(), path: place.to_owned(), ..Request::default() };
    let answer = client.send(&request, Purpose::Other).await;
    if answer.status != 200 {
        let wrong = answer.broken.unwrap_or_else(|| format!("answered {}", answer.status));
        return Err(Trouble::new(key, format!("{place}: {wrong}"))
            .hint("a path that answers with the OpenAPI document, or a file beside the manifest"));
    }
    if BODY_BYTES_MAX as u64 <= answer.bytes {
        return Err(Trouble::new(key, format!("{place}: is longer than {} MiB", BODY_BYTES_MAX >> 20))
            .hint("save it as a file, and name the file"));
    }
    Ok(answer.body)
}

fn of_file(file: &Path, key: &str) -> Result<Vec<u8>> {
    let fail = |e: std::io::Error| {
        Trouble::new(key, format!("{}: cannot be read: {e}", file.display()))
            .hint("a path of the service begins with a slash")
    };
    let mut bytes = Vec::new();
    let opened = std::fs::File::open(file).map_err(fail)?;
    opened.take(DOCUMENT_BYTES_MAX as u64 + 1).read_to_end(&mut bytes).map_err(fail)?;
    if DOCUMENT_BYTES_MAX < bytes.len() {
        return Err(Trouble::new(key, format!("{}: is longer than {} MiB", file.display(), DOCUMENT_BYTES_MAX >> 20))
            .hint("of a log the newest lines are enough: tail -n 100000 access.log > newest.log"));
    }
    Ok(bytes)
}
