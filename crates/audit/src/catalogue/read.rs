//! From any number of inputs of any kind to one catalogue.

use super::recognise::{Input, recognise};
use super::{Catalogue, access_log, har, merge, openapi, postman, routes};
use crate::error::{Result, Trouble};

/// Longest input, in bytes.
pub const DOCUMENT_BYTES_MAX: usize = 256 * 1024 * 1024;
/// Most actions that are walked: more come from an input that was not understood, not from a service.
const ACTIONS_MAX: usize = 5_000;
/// Most actions that one note names.
const NAMED_MAX: usize = 12;

/// An input as it was fetched.
#[derive(Debug, Clone)]
pub struct Document {
    /// What it is called in errors and reports: a file, a path of the service's, a command.
    pub place: String,
    /// What is in it.
    pub bytes: Vec<u8>,
}

/// All inputs as one catalogue. What describes actions is read before what only names them, so that the paths of a
/// recording or a log fall into the templates that are known. `target` is the service's address.
///
/// # Errors
/// When one of them is of no known kind or cannot be read, or all of them together name no action, or too many.
pub fn read(documents: &[Document], target: &str) -> Result<Catalogue> {
    let mut inputs = Vec::new();
    for document in documents {
        inputs.push((document.place.as_str(), recognise(&document.bytes, &document.place)?));
    }
    inputs.sort_by_key(|(_, input)| input.source());
    let mut whole = Catalogue::default();
    for (place, input) in inputs {
        let read = match input {
            Input::OpenApi(document) => openapi::of_value(document, place)?,
            Input::Postman(collection) => postman::read(&collection, place, &whole.actions)?,
            Input::Har(recording) => har::read(&recording, place, target, &whole.actions)?,
            Input::Routes(text) => routes::read(&text, place)?,
            Input::AccessLog(text) => access_log::read(&text, place, &whole.actions),
        };
        merge::into(&mut whole, read);
    }
    let places = || documents.iter().map(|document| document.place.as_str()).collect::<Vec<_>>().join(", ");
    if whole.actions.is_empty() {
        return Err(Trouble::new(places(), "names no action of the service's")
            .hint("name a document, a recording, a collection, a list of routes or a log that has some"));
    }
    if ACTIONS_MAX < whole.actions.len() {
        let wrong = format!("names {} actions; {ACTIONS_MAX} are walked at most", whole.actions.len());
        return Err(Trouble::new(places(), wrong)
            .hint("does a log or a recording hold names in its paths that look like words? Leave it out"));
    }
    whole.actions.sort_by(|a, b| (&a.path, &a.verb).cmp(&(&b.path, &b.verb)));
    note_undocumented(&mut whole);
    Ok(whole)
}

/// Where some actions are documented, each of the others is worth a word: hidden routes are where authorization is
/// forgotten.
fn note_undocumented(whole: &mut Catalogue) {
    if !whole.actions.iter().any(super::Action::is_documented) {
        return;
    }
    let mut inputs: Vec<(String, Vec<String>)> = Vec::new();
    for action in whole.actions.iter().filter(|action| !action.is_documented()) {
        let Some(origin) = action.origins.first() else { continue };
        let input = format!("{} {}", origin.source, origin.document);
        match inputs.iter_mut().find(|(known, _)| *known == input) {
            Some((_, names)) => names.push(action.name()),
            None => inputs.push((input, vec![action.name()])),
        }
    }
    for (input, names) in inputs {
        let stand =
            if names.len() == 1 { "1 action stands".to_owned() } else { format!("{} actions stand", names.len()) };
        let more = names.len().saturating_sub(NAMED_MAX);
        let more = if more == 0 { String::new() } else { format!(" and {more} more") };
        let shown = names.into_iter().take(NAMED_MAX).collect::<Vec<_>>().join(", ");
        whole.notes.push(format!("{stand} in no document, seen in {input}: {shown}{more}"));
    }
}
