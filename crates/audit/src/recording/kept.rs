//! What is kept of what goes through: heads whole, bodies within bounds.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use hyper::header::HeaderMap;
use jiff::Timestamp;
use url::Url;

/// Most of one body that is kept, in bytes. All of it is passed on.
pub(super) const BODY_BYTES_MAX: usize = 64 * 1024;
/// Most of all bodies together, in bytes.
const BODIES_BYTES_MAX: usize = 128 * 1024 * 1024;
/// Most requests that are kept; the catalogue reads as many.
const ENTRIES_MAX: usize = 50_000;

/// The requests that went through, in the order of their answers.
#[derive(Debug, Default)]
pub(super) struct Log {
    seen: Mutex<Seen>,
    /// Bytes of bodies that are kept by now.
    bytes: Arc<AtomicUsize>,
}

/// All that was seen.
#[derive(Debug, Default)]
pub(super) struct Seen {
    pub(super) entries: Vec<Entry>,

    /// Requests that went through after as many as are kept.
    pub(super) beyond: usize,
}

/// One request and its answer.
#[derive(Debug, Clone)]
pub(super) struct Entry {
    pub(super) at: Timestamp,
    /// Until the answer began.
    pub(super) millis: u64,
    pub(super) method: String,
    /// The target's address, not the proxy's.
    pub(super) url: Url,
    pub(super) headers: Vec<(String, String)>,
    pub(super) sent: Kept,
    /// 0 where none came.
    pub(super) status: u16,
    pub(super) answer_headers: Vec<(String, String)>,
    pub(super) answered: Kept,
    /// It became a WebSocket.
    pub(super) is_socket: bool,
}

/// The beginning of a body that goes by. Clones share it.
#[derive(Debug, Clone, Default)]
pub(super) struct Kept {
    body: Arc<Mutex<Body>>,
    bytes: Arc<AtomicUsize>,
}

#[derive(Debug, Default)]
struct Body {
    kept: Vec<u8>,
    total: u64,
}

impl Log {
    /// A place for a body.
    pub(super) fn body(&self) -> Kept {
        Kept { body: Arc::default(), bytes: Arc::clone(&self.bytes) }
    }

    pub(super) fn add(&self, entry: Entry) {
        let mut seen = lock(&self.seen);
        if seen.entries.len() < ENTRIES_MAX {
            seen.entries.push(entry);
        } else {
            seen.beyond += 1;
        }
    }

    pub(super) fn requests(&self) -> usize {
        let seen = lock(&self.seen);
        seen.entries.len() + seen.beyond
    }

    /// Everything, in the order in which it was asked.
    pub(super) fn take(&self) -> Seen {
        let mut seen = std::mem::take(&mut *lock(&self.seen));
        seen.entries.sort_by_key(|entry| entry.at);
        seen
    }
}

impl Entry {
    /// The first header of a (small) name.
    pub(super) fn header(&self, name: &str) -> Option<&str> {
        value_of(&self.headers, name)
    }

    pub(super) fn answer_header(&self, name: &str) -> Option<&str> {
        value_of(&self.answer_headers, name)
    }

    /// `text/html`, without parameters and in small letters.
    pub(super) fn answer_type(&self) -> String {
        let kind = self.answer_header("content-type").unwrap_or_default();
        kind.split(';').next().unwrap_or_default().trim().to_lowercase()
    }
}

impl Kept {
    /// Takes what goes by, as far as there is room.
    pub(super) fn take(&self, chunk: &[u8]) {
        let mut body = lock(&self.body);
        body.total += chunk.len() as u64;
        let room = BODY_BYTES_MAX.saturating_sub(body.kept.len()).min(chunk.len());
        let is_free = |used: usize| used.checked_add(room).filter(|used| *used <= BODIES_BYTES_MAX);
        if self.bytes.fetch_update(Ordering::Relaxed, Ordering::Relaxed, is_free).is_ok() {
            body.kept.extend_from_slice(&chunk[..room]);
        }
    }

    /// Bytes that went by.
    pub(super) fn total(&self) -> u64 {
        lock(&self.body).total
    }

    /// What is kept of it.
    pub(super) fn beginning(&self) -> Vec<u8> {
        lock(&self.body).kept.clone()
    }

    /// All of it; nothing where only the beginning is kept.
    pub(super) fn whole(&self) -> Option<Vec<u8>> {
        let body = lock(&self.body);
        (body.kept.len() as u64 == body.total).then(|| body.kept.clone())
    }
}

/// Names in small letters, and values as text.
pub(super) fn texts(headers: &HeaderMap) -> Vec<(String, String)> {
    headers.iter().map(|(name, value)| (name.to_string(), String::from_utf8_lossy(value.as_bytes()).into())).collect()
}

fn value_of<'a>(headers: &'a [(String, String)], name: &str) -> Option<&'a str> {
    headers.iter().find(|(known, _)| known == name).map(|(_, value)| value.as_str())
}

fn lock<T>(of: &Mutex<T>) -> MutexGuard<'_, T> {
    of.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn a_body_is_kept_up_to_its_bound(chunks in proptest::collection::vec(0..40_000_usize, 0..6)) {
            let kept = Log::default().body();
            chunks.iter().for_each(|length| kept.take(&vec![7; *length]));
            let total: usize = chunks.iter().sum();
            prop_assert_eq!(kept.total(), total as u64);
            prop_assert_eq!(kept.beginning().len(), total.min(BODY_BYTES_MAX));
            prop_assert_eq!(kept.whole().is_some(), total <= BODY_BYTES_MAX);
        }
    }

    #[test]
    fn all_bodies_together_have_a_bound() {
        let log = Log::default();
        let full = BODIES_BYTES_MAX / BODY_BYTES_MAX;
        for _ in 0..full {
            log.body().take(&[0; BODY_BYTES_MAX]);
        }
        let late = log.body();
        late.take(b"late");
        assert_eq!((late.total(), late.beginning().len(), late.whole()), (4, 0, None));
    }
}
