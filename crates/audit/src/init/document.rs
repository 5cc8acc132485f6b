//! Finding what names the service's actions: a document at one of its usual places or behind a page that shows it, and
//! files in the directory.

use std::collections::{BTreeSet, VecDeque};
use std::path::Path;
use std::sync::LazyLock;

use regex::Regex;

use super::visitor::{Seen, Visitor};
use crate::catalogue::openapi::{Scheme, schemes};
use crate::catalogue::{Catalogue, Document, Source, read};

/// Where documents usually stand, and the pages that show them; what frameworks do by themselves comes first.
const PLACES: &[&str] = &[
    "/openapi.json",
    "/openapi.yaml",
    "/swagger.json",
    "/api/openapi.json",
    "/v3/api-docs",
    "/swagger/v1/swagger.json",
    "/openapi/v1.json",
    "/swagger/doc.json",
    "/api-docs",
    "/api-json",
    "/docs-json",
    "/api/schema/",
    "/api/schema",
    "/api/v1/openapi.json",
    "/api/swagger.json",
    "/v1/openapi.json",
    "/api/v2/openapi.json",
    "/v2/api-docs",
    "/openapi.yml",
    "/swagger.yaml",
    "/docs/openapi.json",
    "/docs",
    "/redoc",
    "/swagger",
    "/api/docs",
    "/swagger-ui/swagger-initializer.js",
];
/// Files and their places in a project.
const FOLDERS: &[&str] = &["", "docs", "doc", "api", "spec", "recordings", ".plimsoll"];
/// Most entries of one folder that are looked at, and most files that are named.
const ENTRIES_MAX: usize = 2_000;
const FILES_MAX: usize = 6;
/// Longest file that is read, in bytes.
const FILE_BYTES_MAX: u64 = 64 * 1024 * 1024;

/// What names the actions.
#[derive(Debug, Default)]
pub(super) struct Inputs {
    /// As the manifest names each: a path of the service's, or a file.
    pub(super) named: Vec<String>,
    /// All of them read together.
    pub(super) catalogue: Catalogue,
    /// What the document says of credentials.
    pub(super) schemes: Vec<Scheme>,
    /// A document that only the signed-in may read, and how it answered.
    pub(super) guarded: Option<(String, u16)>,
    /// Files that say the same as the service's own document.
    pub(super) beside: Vec<String>,
}

/// Looks for all of them.
pub(super) async fn find(visitor: &mut Visitor, under: &str, directory: &Path) -> Inputs {
    let mut inputs = Inputs::default();
    let mut documents: Vec<Document> = asked(visitor, under, &mut inputs).await.into_iter().collect();
    for (file, bytes) in files(directory) {
        let document = Document { place: file.clone(), bytes };
        let Some(source) = source(&document) else { continue };
        match source {
            Source::Document if !documents.is_empty() => inputs.beside.push(file),
            Source::Document | Source::Collection | Source::Recording => documents.push(document),
            Source::Routes | Source::Log => {}
        }
    }
    inputs.schemes = documents.iter().filter_map(|one| schemes(&one.bytes, &one.place).ok()).flatten().collect();
    if let Ok(catalogue) = read(&documents, visitor.address_of("/").as_ref().map_or("", url::Url::as_str)) {
        inputs.catalogue = catalogue;
        inputs.named = documents.into_iter().map(|document| document.place).collect();
    }
    inputs
}

/// The service's own document.
async fn asked(visitor: &mut Visitor, under: &str, inputs: &mut Inputs) -> Option<Document> {
    let mut open: VecDeque<String> = linked(visitor, if under.is_empty() { "/" } else { under }).await.into();
    if !under.is_empty() {
        open.extend(PLACES.iter().map(|place| format!("{under}{place}")));
    }
    open.extend(PLACES.iter().map(|place| (*place).to_owned()));
    let mut done = BTreeSet::new();
    while let Some(path) = open.pop_front() {
        if !done.insert(path.clone()) {
            continue;
        }
        let seen = visitor.get(&path).await?;
        if matches!(seen.answer.status, 401 | 403) && inputs.guarded.is_none() {
            inputs.guarded = Some((path, seen.answer.status));
            continue;
        }
        if seen.answer.status != 200 {
            continue;
        }
        let document = Document { place: seen.path.clone(), bytes: seen.answer.body.clone() };
        if source(&document) == Some(Source::Document) {
            inputs.guarded = None;
            return Some(document);
        }
        for address in addresses(visitor, &seen).into_iter().rev() {
            open.push_front(address);
        }
    }
    None
}

/// What the first page links to: by the header of RFC 8288 with the relation `service-desc` of RFC 8631, or in its text.
async fn linked(visitor: &mut Visitor, path: &str) -> Vec<String> {
    let Some(seen) = visitor.get(path).await else { return Vec::new() };
    let header = seen.answer.header("link").unwrap_or_default();
    let described = header.split(',').filter(|link| link.contains("service-desc"));
    let targets = described.filter_map(|link| link.split_once('<')?.1.split_once('>')).map(|(target, _)| target);
    let mut found: Vec<String> = targets.filter_map(|target| visitor.path_of(&seen.path, target)).collect();
    found.extend(addresses(visitor, &seen));
    found
}

/// Addresses of this service in a page or a script that look like a document's, or like the script that names it.
fn addresses(visitor: &Visitor, seen: &Seen) -> Vec<String> {
    let kind = seen.answer.header("content-type").unwrap_or_default();
    if !kind.contains("html") && !kind.contains("javascript") {
        return Vec::new();
    }
    named(&seen.answer.text()).iter().filter_map(|one| visitor.path_of(&seen.path, one)).collect()
}

/// What a text names in quotes or attributes and looks like a document's address.
fn named(text: &str) -> Vec<String> {
    static QUOTED: LazyLock<Option<Regex>> = LazyLock::new(|| {
        Regex::new(r#"["'`]([^"'`\s<>]{1,200})["'`]|\b(?:href|src|spec-url)=([^"'\s<>]{1,200})"#).ok()
    });
    let Some(quoted) = QUOTED.as_ref() else { return Vec::new() };
    let text = text.replace("\\/", "/");
    let mut found: Vec<String> = Vec::new();
    for one in quoted.captures_iter(&text).filter_map(|one| one.get(1).or(one.get(2))) {
        let address = one.as_str().to_owned();
        if is_documents(&address) && !found.contains(&address) {
            found.push(address);
        }
    }
    found.truncate(8);
    found
}

/// Whether an address looks like a document's, or like the script by which a page names it.
fn is_documents(address: &str) -> bool {
    let path = address.split(['?', '#']).next().unwrap_or_default().to_ascii_lowercase();
    let last = path.trim_end_matches('/').rsplit('/').next().unwrap_or_default();
    let speaks = ["openapi", "swagger", "api-docs", "apidocs", "schema", "spec"].iter().any(|word| path.contains(word));
    let ends = [".json", ".yaml", ".yml"].iter().any(|end| last.ends_with(end));
    ends && speaks
        || ["api-docs", "api-json", "docs-json", "doc.json", "swagger-initializer.js", "swagger-ui-init.js"]
            .contains(&last)
}

/// Files of the directory that may name actions, with what is in them.
fn files(directory: &Path) -> Vec<(String, Vec<u8>)> {
    let mut names: Vec<String> = Vec::new();
    for folder in FOLDERS {
        let Ok(entries) = std::fs::read_dir(directory.join(folder)) else { continue };
        for entry in entries.take(ENTRIES_MAX).filter_map(Result::ok) {
            let name = entry.file_name().to_string_lossy().into_owned();
            let short = entry.metadata().is_ok_and(|about| about.is_file() && about.len() <= FILE_BYTES_MAX);
            if short && is_input(&name) {
                names.push(if folder.is_empty() { name } else { format!("{folder}/{name}") });
            }
        }
    }
    names.sort();
    names.truncate(FILES_MAX);
    names.into_iter().filter_map(|name| Some((name.clone(), std::fs::read(directory.join(name)).ok()?))).collect()
}

fn is_input(name: &str) -> bool {
    let name = name.to_ascii_lowercase();
    let ends = |ends: &[&str]| ends.iter().any(|end| name.ends_with(end));
    let document = name.starts_with("openapi") || name.starts_with("swagger") || name.contains(".openapi.");
    document && ends(&[".json", ".yaml", ".yml"]) || ends(&[".har", "postman_collection.json"])
}

/// What kind of input it is, where it can be read.
fn source(document: &Document) -> Option<Source> {
    let catalogue = read(std::slice::from_ref(document), "http://127.0.0.1").ok()?;
    catalogue.actions.first()?.origins.first().map(|origin| origin.source)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn pages_that_show_a_document_name_it() {
        let swagger = r#"<script>const ui = SwaggerUIBundle({ url: '/openapi.json', dom_id: '#swagger-ui' })</script>"#;
        assert_eq!(named(swagger), ["/openapi.json"]);
        assert_eq!(named(r#"<redoc spec-url="/api/v2/swagger.yaml?x=1"></redoc>"#), ["/api/v2/swagger.yaml?x=1"]);
        assert_eq!(named(r#"window.ui = {"url":"\/v3\/api-docs","configUrl":"/x"}"#), ["/v3/api-docs"]);
        assert_eq!(named("<script src=./swagger-initializer.js></script>"), ["./swagger-initializer.js"]);
        assert_eq!(named(r#"<link rel="manifest" href="/site.json"><script src="/app.js"></script>"#), [""; 0]);
    }

    #[test]
    fn files_are_known_by_their_names_and_taken_by_their_content() {
        let directory = tempfile::tempdir().unwrap();
        let write = |name: &str, text: &str| {
            let path = directory.path().join(name);
            std::fs::create_dir_all(path.parent().unwrap()).unwrap();
            std::fs::write(path, text).unwrap();
        };
        write("openapi.yaml", "openapi: 3.1.0\npaths:\n  /a:\n    get: {}\n");
        write("docs/swagger.json", "{}");
        write("recordings/afternoon.har", "{}");
        write("package.json", "{}");
        let names: Vec<_> = files(directory.path()).into_iter().map(|(name, _)| name).collect();
        assert_eq!(names, ["docs/swagger.json", "openapi.yaml", "recordings/afternoon.har"]);
        let kind = |name: &str| {
            let bytes = std::fs::read(directory.path().join(name)).unwrap();
            source(&Document { place: name.into(), bytes })
        };
        assert_eq!(kind("openapi.yaml"), Some(Source::Document));
        assert_eq!(kind("docs/swagger.json"), None);
    }

    proptest! {
        #[test]
        fn any_text_is_searched(text in ".{0,200}") {
            prop_assert!(named(&text).len() <= 8);
        }
    }
}
