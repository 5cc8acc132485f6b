//! Fetching what names the service's actions: from the service, from files, from commands. A document of the service's may
//! be closed to who is not signed in, and may tell an administrator of more than it tells others: each role is asked.

use std::collections::BTreeSet;
use std::io::Read as _;
use std::path::Path;

use crate::catalogue::{Action, Catalogue, DOCUMENT_BYTES_MAX, Document, read as catalogue_of};
use crate::client::{Answer, BODY_BYTES_MAX, Client, Purpose, Request};
use crate::error::{Result, Trouble};
use crate::load_line::count;
use crate::manifest::{Manifest, Routes};
use crate::plan::Slots;
use crate::process::first_line;
use crate::target::Target;

use super::world::World;

/// Answers that close a document to nobody in particular.
const CLOSED: [u16; 2] = [401, 403];
/// Most roles whose documents are asked for.
const ROLES_MAX: usize = 6;

/// What names the service's actions, as it was had.
#[derive(Debug, Default)]
pub(crate) struct Documents {
    had: Vec<Document>,
    /// Paths of the service's.
    asked: Vec<String>,
    /// Those of them that answer only who is signed in.
    closed: Vec<String>,
}

impl Documents {
    /// Whether anything has to be asked for by somebody who is signed in.
    pub(crate) fn are_closed(&self) -> bool {
        !self.closed.is_empty()
    }

    /// All of it as one catalogue; an empty one where nothing could be had yet.
    ///
    /// # Errors
    /// When something cannot be read, or none of it names an action.
    pub(super) fn catalogue(&self, target: &str) -> Result<Catalogue> {
        if self.had.is_empty() && self.are_closed() {
            return Ok(Catalogue::default());
        }
        let mut catalogue = catalogue_of(&self.had, target)?;
        let path = url::Url::parse(target).map(|url| url.path().trim_end_matches('/').to_owned()).unwrap_or_default();
        for action in &mut catalogue.actions {
            action.base = beyond(&action.base, &path).to_owned();
        }
        Ok(catalogue)
    }
}

/// What a document's base adds to the target's own path: both may say `/v1`, and mean the same.
fn beyond<'a>(base: &'a str, target: &str) -> &'a str {
    base.strip_prefix(target).filter(|rest| rest.is_empty() || rest.starts_with('/')).unwrap_or(base)
}

/// Everything that the manifest names and that nobody has to sign in for.
///
/// # Errors
/// When one of them cannot be had.
pub(super) async fn fetch(manifest: &Manifest, target: &Target, client: &Client) -> Result<Documents> {
    let named = &manifest.target;
    if named.document.is_empty() && named.routes.is_empty() {
        return Err(Trouble::new(manifest.place("target"), "names no document of the service's actions")
            .hint("document = \"/openapi.json\", a path of the service's or a file"));
    }
    let mut documents = Documents::default();
    let key = manifest.place(&manifest.target_key("document"));
    for place in &named.document {
        let is_asked = place.starts_with('/') && !manifest.directory().join(place).is_file();
        let bytes = if is_asked || place.starts_with("http://") || place.starts_with("https://") {
            documents.asked.push(place.clone());
            let answer = client.send(&request(place), Purpose::Other).await;
            if CLOSED.contains(&answer.status) && !manifest.sign_in.is_empty() {
                documents.closed.push(place.clone());
                continue;
            }
            taken(place, &key, answer)?
        } else {
            of_file(&manifest.directory().join(place), &key)?
        };
        documents.had.push(Document { place: place.clone(), bytes });
    }
    let key = manifest.place(&manifest.target_key("routes"));
    for routes in &named.routes {
        documents.had.push(match routes {
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
    Ok(documents)
}

impl World<'_> {
    /// Signs everybody in where a document is closed otherwise: without it there is nothing to plan with.
    ///
    /// # Errors
    /// When somebody cannot sign in, or it is closed to everybody.
    pub(crate) async fn open_documents(&mut self) -> Result<()> {
        if !self.documents.are_closed() {
            return Ok(());
        }
        self.sign_all_in().await?;
        self.read_as_callers().await
    }

    /// Asks one of each role for the documents that the service has for him, and takes up what they tell beyond what is
    /// known.
    ///
    /// # Errors
    /// When a document that is closed is closed to everybody, or cannot be read.
    pub(crate) async fn read_as_callers(&mut self) -> Result<()> {
        let mut roles = BTreeSet::new();
        let callers: Vec<usize> = (0..self.actors.len())
            .filter(|at| roles.insert(self.actors[*at].fact.role.clone()))
            .take(ROLES_MAX)
            .collect();
        let key = self.manifest.place(&self.manifest.target_key("document"));
        let mut news = false;
        for place in self.documents.asked.clone() {
            let mut last = None;
            for at in &callers {
                let mut request = request(&place);
                self.actors[*at].sign(&mut request);
                let answer = self.client.send(&request, Purpose::Other).await;
                match taken(&place, &key, answer) {
                    Ok(bytes) if self.documents.had.iter().any(|known| known.bytes == bytes) => {}
                    Ok(bytes) => {
                        let told = format!("{place} as {}", self.actors[*at].fact.role);
                        self.documents.had.push(Document { place: told, bytes });
                        self.documents.closed.retain(|closed| *closed != place);
                        news = true;
                    }
                    Err(trouble) => last = Some(trouble),
                }
            }
            if let Some(trouble) = last.filter(|_| self.documents.closed.contains(&place)) {
                return Err(trouble);
            }
        }
        if !news {
            return Ok(());
        }
        let whole = self.documents.catalogue(self.client.base())?;
        // A document that is put together for each answer is another one each time, and names nothing new.
        let names =
            |catalogue: &Catalogue| -> BTreeSet<String> { catalogue.actions.iter().map(Action::name).collect() };
        if names(&whole) != names(&self.catalogue) {
            self.slots = Slots::new(&whole);
            self.catalogue = whole;
            self.ways.clear();
            self.bodies.clear();
            self.own.clear();
            self.avoided.clear();
            self.memory = self.memory.anew();
            self.avoid_never();
            self.recall();
        }
        Ok(())
    }
}

fn request(place: &str) -> Request {
    Request { method: "GET".into(), path: place.to_owned(), ..Request::default() }
}

fn taken(place: &str, key: &str, answer: Answer) -> Result<Vec<u8>> {
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

#[cfg(test)]
mod tests {
    use super::beyond;

    #[test]
    fn what_target_and_document_both_say_is_said_once() {
        for (base, target, expected) in [
            ("/v1", "/v1", ""),
            ("/v1/api", "/v1", "/api"),
            ("/v1", "", "/v1"),
            ("/v10", "/v1", "/v10"),
            ("", "/v1", ""),
            ("/api", "/v1", "/api"),
        ] {
            assert_eq!(beyond(base, target), expected, "{base} below {target}");
        }
    }
}
