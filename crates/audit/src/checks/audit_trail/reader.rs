//! Reading the record: over HTTP with a cursor or in pages, from a file, or from a command. Each read gives the rows that
//! were not there before.

use std::collections::{BTreeMap, BTreeSet};
use std::io::{Read as _, Seek as _, SeekFrom};
use std::path::PathBuf;

use serde_json::{Value, json};

use crate::client::Purpose;
use crate::json_path::{leaves, scalar_text};
use crate::manifest::{RecordSource, RequestLine};
use crate::walk::{Asked, Call, World};

/// Most pages that are read at once.
const PAGES_MAX: usize = 100;
/// Pages without anything new after which a second reading stops.
const OLD_PAGES_MAX: usize = 2;
/// So many rows that share none with those before may be all that a record shows of its newest.
const ROWS_OF_A_PAGE: usize = 20;
/// Most bytes that are read of a file at once.
const FILE_BYTES_MAX: u64 = 16 * 1024 * 1024;

/// Names of the cursor in an answer, and of the objects around it.
const CURSORS: &[&str] = &[
    "next_cursor",
    "nextCursor",
    "next_page_token",
    "nextPageToken",
    "end_cursor",
    "endCursor",
    "cursor",
    "next",
    "after",
];
const ENVELOPES: &[&str] = &["meta", "pagination", "paging", "page", "page_info", "pageInfo", "links", "_links"];
/// Names of a row's own position.
const POSITIONS: &[&str] = &["cursor", "seq", "sequence", "position", "id", "event_id", "eventId", "number", "uuid"];

/// Names of a row's own key.
const KEYS: &[&str] = &["id", "event_id", "eventId", "uuid", "guid"];

/// The places where the record is read: the rows of all of them together are the record.
pub(super) struct Reader {
    places: Vec<Place>,
    known: Known,
    /// Between the last two readings more may have come than was shown.
    missed: bool,
}

/// The rows that were seen.
#[derive(Debug, Default)]
struct Known {
    rows: BTreeSet<String>,
    /// What rows said in words, by their own keys.
    words: BTreeMap<String, Vec<BTreeSet<(String, String)>>>,
}

impl Known {
    /// Whether a row was not seen before. One that is told again with more in it, a seal or a number that it had not
    /// yet, is the same: it has the same key of its own, and says everything in words that it said before.
    fn is_new(&mut self, row: &Value) -> bool {
        if !self.rows.insert(row.to_string()) {
            return false;
        }
        let Some(key) = KEYS.iter().find_map(|name| row.get(name).and_then(scalar_text)) else { return true };
        let in_words = leaves(row).into_iter().filter(|(_, leaf)| leaf.is_string());
        let words: BTreeSet<(String, String)> =
            in_words.filter_map(|(path, leaf)| Some((path.to_string(), scalar_text(leaf)?))).collect();
        let told = self.words.entry(key).or_default();
        let again = told.iter().any(|before| before.is_subset(&words));
        told.push(words);
        !again
    }
}

enum Place {
    Http { line: Box<RequestLine>, who: Option<usize>, resume: Option<String> },
    File { path: PathBuf, offset: u64 },
    Command(String),
}

impl Reader {
    /// Reads everything that is there, so that only what comes later is new, and gives it back.
    pub(super) async fn open(world: &mut World<'_>) -> Result<(Self, Vec<Value>), String> {
        let places = match &world.manifest.record.source {
            RecordSource::Http(lines) => lines.iter().map(|line| Place::of(world, line)).collect(),
            RecordSource::File(path) => {
                let path = world.manifest.directory().join(path);
                // What is in the file already is old; a file that is not there yet will come with the first row.
                let offset = std::fs::metadata(&path).map_or(0, |file| file.len());
                vec![Place::File { path, offset }]
            }
            RecordSource::Command(command) => vec![Place::Command(command.clone())],
            RecordSource::Silent | RecordSource::None | RecordSource::Unused(_) => {
                return Err("there is no record to read".into());
            }
        };
        let mut places: Vec<Place> = places;
        places.extend(world.manifest.record.also.clone().map(Place::Command));
        let mut reader = Self { places, known: Known::default(), missed: false };
        let standing = reader.read(world).await?;
        Ok((reader, standing))
    }

    /// The tenants of those who read; none where all is read.
    pub(super) fn tenants(&self, world: &World<'_>) -> BTreeSet<String> {
        let tenant = |place: &Place| match place {
            Place::Http { who, .. } => who.and_then(|who| world.actors.get(who)).map(|actor| actor.fact.tenant.clone()),
            Place::File { .. } | Place::Command(_) => None,
        };
        // A command beside requests shows what is nobody's of them.
        let asked = |place: &&Place| matches!(place, Place::Http { .. });
        let by_request = self.places.iter().any(|place| asked(&place));
        let places = self.places.iter().filter(|place| !by_request || asked(place));
        let tenants: Option<BTreeSet<String>> = places.map(tenant).collect();
        tenants.filter(|tenants| !tenants.contains("*")).unwrap_or_default()
    }

    /// Whether the last reading shared no row with those before it, although it showed many: then some were never shown.
    pub(super) fn missed_some(&self) -> bool {
        self.missed
    }

    /// The rows that were not seen before.
    pub(super) async fn read(&mut self, world: &mut World<'_>) -> Result<Vec<Value>, String> {
        let mut new = Vec::new();
        self.missed = false;
        for at in 0..self.places.len() {
            let rows = match &mut self.places[at] {
                Place::Http { .. } => {
                    self.read_pages(at, world, &mut new).await?;
                    continue;
                }
                Place::File { path, offset } => read_file(path, offset)?,
                Place::Command(command) => {
                    rows_of_text(&world.target.run(command).await.map_err(|trouble| trouble.to_string())?)
                }
            };
            let appended = matches!(self.places[at], Place::File { .. });
            new.extend(rows.into_iter().filter(|row| self.known.is_new(row) || appended));
        }
        Ok(new)
    }

    async fn read_pages(&mut self, at: usize, world: &mut World<'_>, new: &mut Vec<Value>) -> Result<(), String> {
        let Place::Http { line, who, resume } = &self.places[at] else { return Ok(()) };
        let (line, who, resume) = (line.clone(), *who, resume.clone());
        let end = self.read_from(world, &line, who, String::new(), resume.is_none(), new).await?;
        if let Some(resume) = resume.as_ref().filter(|resume| !resume.is_empty() && line.names().contains("cursor")) {
            self.read_from(world, &line, who, resume.clone(), true, new).await?;
        }
        if let Place::Http { resume: kept, .. } = &mut self.places[at]
            && resume.is_none_or(|resume| resume.is_empty())
        {
            *kept = Some(end);
        }
        Ok(())
    }

    /// Reads from a cursor to the end, or until nothing new comes. Returns the last cursor.
    async fn read_from(
        &mut self,
        world: &mut World<'_>,
        line: &RequestLine,
        who: Option<usize>,
        mut cursor: String,
        to_the_end: bool,
        new: &mut Vec<Value>,
    ) -> Result<String, String> {
        let names = line.names();
        let mut link: Option<String> = None;
        let mut old_pages = 0;
        let mut seen = 0;
        let (was_known, mut overlaps) = (!self.known.rows.is_empty(), false);
        for page in 0..PAGES_MAX {
            let call = match link.take() {
                Some(path) => Call::get(path),
                None => fill(world, line, who, &cursor, page, seen)?,
            };
            let mut asked = world.ask(who, &call, Purpose::Other).await;
            let refused = asked.exchange.status == 401 || (page == 0 && !asked.succeeded());
            if refused && !world.is_alive(who).await && world.revive(who).await {
                // A walk takes longer than some sessions live, and ends one or another itself; whoever has no session may
                // be told 401, or be sent to the sign-in page.
                asked = world.ask(who, &call, Purpose::Other).await;
            }
            if !asked.succeeded() && page == 0 && cursor.is_empty() && names.contains("cursor") {
                // Some ask for a cursor from the first page on.
                let call = fill(world, line, who, "0", page, seen)?;
                asked = world.ask(who, &call, Purpose::Other).await;
            }
            if !asked.succeeded() && page > 0 {
                // A cursor that was guessed from the last row is none to this service: this was the only page.
                return Ok(String::new());
            }
            if !asked.succeeded() {
                let status = asked.answer.broken.clone().unwrap_or_else(|| asked.exchange.status.to_string());
                return Err(format!("{} {} answered {status}", call.method, call.path));
            }
            let (rows, envelope) = rows_of_answer(&asked, line);
            let fresh: Vec<Value> = rows.iter().filter(|row| self.known.is_new(row)).cloned().collect();
            overlaps |= fresh.len() < rows.len();
            old_pages = if fresh.is_empty() { old_pages + 1 } else { 0 };
            new.extend(fresh);
            seen += rows.len();
            let guessed = || rows.last().and_then(position).filter(|_| !says_cursor(&envelope));
            let next = next_cursor(&envelope).or_else(guessed);
            if let Some(next) = next.clone().filter(|_| names.contains("cursor")) {
                if next == cursor {
                    break;
                }
                cursor = next;
            } else if !names.contains("page") && !names.contains("offset") {
                link = next_link(&asked, &envelope, world.client.base());
                if link.is_none() {
                    break;
                }
            }
            if rows.is_empty() || (!to_the_end && old_pages >= OLD_PAGES_MAX) {
                break;
            }
        }
        // One page that is full of what nobody saw before, and nothing leads on from it.
        self.missed |= was_known && !overlaps && ROWS_OF_A_PAGE <= seen;
        Ok(cursor)
    }
}

impl Place {
    /// A request as the actor that it names, or as the first.
    fn of(world: &World<'_>, line: &RequestLine) -> Self {
        let told = line.actor.as_ref().and_then(|id| world.actors.iter().position(|actor| actor.fact.name == *id));
        let who = told.or((!world.actors.is_empty()).then_some(0));
        Self::Http { line: Box::new(line.clone()), who, resume: None }
    }
}

fn fill(
    world: &World<'_>,
    line: &RequestLine,
    who: Option<usize>,
    cursor: &str,
    page: usize,
    seen: usize,
) -> Result<Call, String> {
    let known = world.known(who);
    let lookup = |name: &str| match name {
        "cursor" => Some(cursor.to_owned()),
        "page" => Some((page + 1).to_string()),
        "offset" => Some(seen.to_string()),
        other => known.get(other).cloned(),
    };
    let filled = line.fill(&lookup).map(Call::from).map(without_empty);
    filled.map_err(|unfilled| match unfilled.to_string() {
        text if text.contains('.') => format!("{text}: a record for each object is not read by this version"),
        text => text,
    })
}

/// The first page has no cursor yet, and an empty one is a wrong one to many.
fn without_empty(mut call: Call) -> Call {
    if let Some((path, query)) = call.path.split_once('?') {
        let kept: Vec<&str> = query.split('&').filter(|pair| !pair.ends_with('=')).collect();
        call.path = if kept.is_empty() { path.to_owned() } else { format!("{path}?{}", kept.join("&")) };
    }
    call
}

/// The rows of an answer, and what stands around them.
fn rows_of_answer(asked: &Asked, line: &RequestLine) -> (Vec<Value>, Value) {
    let Some(value) = asked.answer.value() else { return (rows_of_text(&asked.answer.text()), Value::Null) };
    let told = line.produces.as_ref().map(|path| path.all(&value)).filter(|found| !found.is_empty());
    let rows: Vec<Value> = match told {
        // `items` means the same as `items[]`.
        Some(found) => {
            found.into_iter().flat_map(|one| one.as_array().cloned().unwrap_or_else(|| vec![one.clone()])).collect()
        }
        None if line.produces.is_some() => Vec::new(),
        None => first_list(&value, 0).cloned().unwrap_or_default(),
    };
    (rows, value)
}

fn first_list(value: &Value, depth: usize) -> Option<&Vec<Value>> {
    match value {
        Value::Array(rows) => Some(rows),
        Value::Object(members) if depth < 3 => members.values().find_map(|inner| first_list(inner, depth + 1)),
        _ => None,
    }
}

/// One JSON document a line, or one whole; a line that is none becomes a row with its text.
fn rows_of_text(text: &str) -> Vec<Value> {
    if let Ok(value) = serde_json::from_str::<Value>(text) {
        return first_list(&value, 0).cloned().unwrap_or_else(|| vec![value]);
    }
    let lines = text.lines().map(str::trim).filter(|line| !line.is_empty());
    lines
        .map(|line| serde_json::from_str(line).ok().filter(Value::is_object).unwrap_or_else(|| json!({"line": line})))
        .collect()
}

fn read_file(path: &std::path::Path, offset: &mut u64) -> Result<Vec<Value>, String> {
    let mut file = match std::fs::File::open(path) {
        Ok(file) => file,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(Vec::new()),
        Err(error) => return Err(format!("{} cannot be read: {error}", path.display())),
    };
    let failed = |error: std::io::Error| format!("{} cannot be read: {error}", path.display());
    let length = file.metadata().map_err(failed)?.len();
    if length < *offset {
        // It was begun anew.
        *offset = 0;
    }
    file.seek(SeekFrom::Start(*offset)).map_err(failed)?;
    let mut bytes = Vec::new();
    file.take(FILE_BYTES_MAX).read_to_end(&mut bytes).map_err(failed)?;
    // The last line may still be in the writing.
    let whole = bytes.iter().rposition(|byte| *byte == b'\n').map_or(0, |end| end + 1);
    *offset += whole as u64;
    let text = String::from_utf8_lossy(&bytes[..whole]);
    Ok(text.lines().flat_map(rows_of_text).collect())
}

fn next_cursor(envelope: &Value) -> Option<String> {
    let around = std::iter::once(envelope).chain(ENVELOPES.iter().filter_map(|name| envelope.get(name)));
    let mut found = around.flat_map(|object| CURSORS.iter().filter_map(|name| object.get(name)));
    found
        .find_map(scalar_text)
        .filter(|text| !text.is_empty() && !text.starts_with('/') && !text.contains("://") && text != "true")
}

/// Whether the answer has a place for a cursor, even an empty one; then nothing is guessed.
fn says_cursor(envelope: &Value) -> bool {
    let mut around = std::iter::once(envelope).chain(ENVELOPES.iter().filter_map(|name| envelope.get(name)));
    around.any(|object| CURSORS.iter().any(|name| object.get(name).is_some()))
}

fn position(row: &Value) -> Option<String> {
    POSITIONS.iter().find_map(|name| row.get(name).and_then(scalar_text))
}

/// `Link: <…>; rel="next"` (RFC 8288), or an address in the envelope.
fn next_link(asked: &Asked, envelope: &Value, base: &str) -> Option<String> {
    let header = asked.answer.header("link").unwrap_or_default();
    let linked = header.split(',').find(|link| link.contains("rel=\"next\"") || link.contains("rel=next"));
    let linked = linked.and_then(|link| link.split_once('<')?.1.split_once('>')).map(|(address, _)| address.to_owned());
    let around = std::iter::once(envelope).chain(ENVELOPES.iter().filter_map(|name| envelope.get(name)));
    let inside = || {
        let mut found =
            around.flat_map(|object| ["next", "next_url", "nextUrl", "nextLink"].map(|name| object.get(name)));
        found.find_map(|value| value.and_then(|value| scalar_text(value.get("href").unwrap_or(value))))
    };
    let address = linked.or_else(inside)?;
    if address.starts_with('/') && !address.starts_with("//") {
        return Some(address);
    }
    address.strip_prefix(base).filter(|rest| rest.starts_with('/')).map(str::to_owned)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::io::Write as _;

    #[test]
    fn lines_and_documents_become_rows() {
        assert_eq!(rows_of_text("{\"a\":1}\n\nplain words\n"), [json!({"a": 1}), json!({"line": "plain words"})]);
        assert_eq!(rows_of_text("{\"items\":[{\"a\":1},{\"a\":2}]}").len(), 2);
        assert_eq!(rows_of_text("[1,2,3]").len(), 3);
    }

    #[test]
    fn a_file_is_read_where_it_grew_and_never_in_mid_line() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("audit.log");
        let mut offset = 0;
        assert!(read_file(&path, &mut offset).unwrap().is_empty());
        let mut file = std::fs::File::create(&path).unwrap();
        write!(file, "{{\"a\":1}}\n{{\"a\":").unwrap();
        assert_eq!(read_file(&path, &mut offset).unwrap(), [json!({"a": 1})]);
        writeln!(file, "2}}").unwrap();
        assert_eq!(read_file(&path, &mut offset).unwrap(), [json!({"a": 2})]);
        std::fs::write(&path, "{\"a\":3}\n").unwrap();
        assert_eq!(read_file(&path, &mut offset).unwrap(), [json!({"a": 3})], "begun anew");
    }

    #[test]
    fn a_row_that_is_sealed_later_is_the_same_row() {
        let mut known = Known::default();
        let row = |action: &str, sealed: bool| json!({"id": 7, "action": action, "at": "12:00", "sealed": sealed});
        assert!(known.is_new(&row("made", false)));
        let sealed = json!({"id": 7, "action": "made", "at": "12:00", "sealed": true, "seal": {"leaf": "x"}});
        assert!(!known.is_new(&sealed));
        assert!(known.is_new(&row("changed", false)), "the key may be the object's");
        assert!(known.is_new(&json!({"action": "made"})) && known.is_new(&json!({"action": "made", "by": "ann"})));
    }

    #[test]
    fn the_first_page_has_no_cursor() {
        assert_eq!(without_empty(Call::get("/trail?cursor=&limit=200")).path, "/trail?limit=200");
        assert_eq!(without_empty(Call::get("/trail?after=")).path, "/trail");
    }

    #[test]
    fn cursors_stand_in_many_places() {
        assert_eq!(next_cursor(&json!({"meta": {"next_cursor": 7}})).as_deref(), Some("7"));
        assert_eq!(next_cursor(&json!({"next": "/events?page=2"})), None);
        assert_eq!(next_cursor(&json!({"next": null})), None);
        assert_eq!(position(&json!({"seq": 4, "id": "x"})).as_deref(), Some("4"));
    }
}
