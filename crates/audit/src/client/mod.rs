//! One HTTP client for the whole walk: every request is counted by its purpose, every body is bounded, redirects and
//! cookies are the caller's business, and nothing that a server does ends the walk.

mod body;
mod sample;

pub use body::{Body, Part};
pub(crate) use sample::is_only_a_name;

use crate::error::{Result, Trouble};
use crate::page;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

/// Longest body that is read of one answer, in bytes.
pub const BODY_BYTES_MAX: usize = 4 * 1024 * 1024;
/// Longest wait for one answer.
pub const ANSWER_WAIT_MAX: Duration = Duration::from_secs(20);
/// Longest single pause for a `Retry-After` or a 429 without one.
const PAUSE_MAX: Duration = Duration::from_secs(30);
/// Longest wait for what is not ready yet.
const READY_WAIT_MAX: Duration = Duration::from_secs(5);
/// How often one request is repeated after a 429.
const LIMITED_RETRIES_MAX: u32 = 3;
/// Codes that may mean "not yet": 409, 423, 425 (RFC 8470) and 503. They do where the answer says when to come again.
const NOT_YET: [u16; 4] = [409, 423, 425, 503];

/// What a request is for: the denominator counts the first apart from the rest.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Purpose {
    /// Attempts, controls, read-backs, liveness: what a cell costs.
    Cell,
    /// Making objects, and finding out how they are made.
    SetUp,
    /// Removing them.
    CleanUp,
    /// Signing up and in, and being signed in still.
    SignIn,
    /// Attempts that a check makes beside the cells, and whose answers nobody else judges.
    Check,
    /// Health, documents, and everything else.
    Other,
}

/// A request as it is about to be sent. The path is relative to the target and holds the query.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Request {
    /// `GET`, in capitals.
    pub method: String,
    /// `/projects/7?full=1`, or an absolute address.
    pub path: String,
    /// Headers, credentials included.
    pub headers: Vec<(String, String)>,
    /// What is sent.
    pub body: Body,
}

/// What came back, or why nothing did.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Answer {
    /// The status code; 0 where no answer came.
    pub status: u16,
    /// Headers with lowercase names, in order; repeated ones stand repeatedly.
    pub headers: Vec<(String, String)>,
    /// The body, at most [`BODY_BYTES_MAX`].
    pub body: Vec<u8>,
    /// Bytes of the body that came; more than `body` holds when it was cut.
    pub bytes: u64,
    /// Milliseconds until the body was read.
    pub millis: u64,
    /// Why no (whole) answer came: refused, reset, timed out.
    pub broken: Option<String>,
}

/// How many requests were sent, by purpose.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Counts {
    /// [`Purpose::Cell`].
    pub cell: u32,
    /// [`Purpose::SetUp`].
    pub set_up: u32,
    /// [`Purpose::CleanUp`].
    pub clean_up: u32,
    /// [`Purpose::SignIn`].
    pub sign_in: u32,
    /// [`Purpose::Check`] and [`Purpose::Other`].
    pub other: u32,
    /// Answers that said 429.
    pub limited: u32,
    /// Looks whether the target is up yet: of no walk, so of no sum.
    #[serde(default)]
    pub waiting: u32,
}

/// The client. Cheap to share; requests through it may run side by side.
#[derive(Debug)]
pub struct Client {
    base: url::Url,
    http: reqwest::Client,
    rate: Option<u32>,
    state: Mutex<State>,
}

#[derive(Debug)]
struct State {
    counts: Counts,
    next_at: Instant,
    pause_left: Duration,
}

impl Client {
    /// A client for a target's address. `rate` is in requests a second; `pause_budget` is how long the walk may wait
    /// for 429s in all.
    ///
    /// # Errors
    /// When the address is none, or the TLS library does not start.
    pub fn new(base: &str, rate: Option<u32>, pause_budget: Duration) -> Result<Self> {
        // A second installation is refused, which is fine: the first one stands.
        let _ = rustls::crypto::aws_lc_rs::default_provider().install_default();
        let address = base.trim_end_matches('/');
        let base = url::Url::parse(address)
            .map_err(|e| Trouble::new("target.url", format!("{base:?} is not an address: {e}")))?;
        let http = reqwest::Client::builder()
            .redirect(reqwest::redirect::Policy::none())
            .no_proxy()
            .timeout(ANSWER_WAIT_MAX)
            .connect_timeout(Duration::from_secs(5))
            .build()
            .map_err(|e| Trouble::new("the HTTP client", format!("does not start: {e}")))?;
        let state = Mutex::new(State { counts: Counts::default(), next_at: Instant::now(), pause_left: pause_budget });
        Ok(Self { base, http, rate: rate.filter(|rate| *rate > 0), state })
    }

    /// The target's address, without a slash at the end.
    pub fn base(&self) -> &str {
        self.base.as_str().trim_end_matches('/')
    }

    /// How many requests were sent so far.
    pub fn counts(&self) -> Counts {
        self.state.lock().unwrap_or_else(PoisonError::into_inner).counts
    }

    /// Counts what was asked while the target was waited for, before this client was there.
    pub fn count_waiting(&self, waiting: u32) {
        self.state.lock().unwrap_or_else(PoisonError::into_inner).counts.waiting += waiting;
    }

    /// Sends a request and reads its answer. A 429, and whatever says that it is not ready yet and when it will be, is
    /// waited for and repeated while the pause budget lasts; everything else that goes wrong stands in the answer.
    pub async fn send(&self, request: &Request, purpose: Purpose) -> Answer {
        let mut answer = self.send_unpaused(request, purpose).await;
        for attempt in 0..LIMITED_RETRIES_MAX {
            let Some(wait) = answer.wait(attempt) else { break };
            if !self.take_pause(wait) {
                break;
            }
            tokio::time::sleep(wait).await;
            answer = self.send_unpaused(request, purpose).await;
        }
        answer
    }

    /// The same without waiting for a 429: what a check of limits needs.
    pub async fn send_unpaused(&self, request: &Request, purpose: Purpose) -> Answer {
        let url = match self.address(&request.path) {
            Ok(url) => url,
            // What is not sent is not counted.
            Err(reason) => return Answer { broken: Some(reason), ..Answer::default() },
        };
        self.keep_rate().await;
        let started = Instant::now();
        let mut answer = match self.exchange(request, url).await {
            Ok(answer) => answer,
            Err(reason) => Answer { broken: Some(reason), ..Answer::default() },
        };
        answer.millis = u64::try_from(started.elapsed().as_millis()).unwrap_or(u64::MAX);
        self.count(purpose, answer.status);
        answer
    }

    async fn exchange(&self, request: &Request, url: url::Url) -> Result<Answer, String> {
        let method = reqwest::Method::from_bytes(request.method.as_bytes())
            .map_err(|_| format!("{:?} is not a method", request.method))?;
        let mut builder = self.http.request(method, url);
        for (name, value) in &request.headers {
            builder = builder.header(name, value);
        }
        if let Some((kind, bytes)) = request.body.encoded() {
            builder = builder.header("content-type", kind).body(bytes);
        }
        let mut response = builder.send().await.map_err(|e| plain_reason(&e))?;
        let mut answer = Answer { status: response.status().as_u16(), ..Answer::default() };
        answer.headers = (response.headers().iter())
            .map(|(n, v)| (n.as_str().to_owned(), String::from_utf8_lossy(v.as_bytes()).into()))
            .collect();
        loop {
            match response.chunk().await {
                Ok(Some(chunk)) => {
                    answer.bytes += chunk.len() as u64;
                    let room = BODY_BYTES_MAX - answer.body.len();
                    answer.body.extend_from_slice(&chunk[..chunk.len().min(room)]);
                    if room < chunk.len() {
                        break;
                    }
                }
                Ok(None) => break,
                Err(e) => {
                    answer.broken = Some(plain_reason(&e));
                    break;
                }
            }
        }
        Ok(answer)
    }

    /// The address of a path below the target; an absolute one only if it is the target's own.
    fn address(&self, path: &str) -> Result<url::Url, String> {
        if let Ok(url) = url::Url::parse(path) {
            let own = url.origin() == self.base.origin();
            return if own { Ok(url) } else { Err(format!("{path} is not the target's")) };
        }
        let slash = if path.starts_with('/') { "" } else { "/" };
        url::Url::parse(&format!("{}{slash}{path}", self.base())).map_err(|e| format!("{path:?} is not a path: {e}"))
    }

    fn count(&self, purpose: Purpose, status: u16) {
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        let counts = &mut state.counts;
        *match purpose {
            Purpose::Cell => &mut counts.cell,
            Purpose::SetUp => &mut counts.set_up,
            Purpose::CleanUp => &mut counts.clean_up,
            Purpose::SignIn => &mut counts.sign_in,
            Purpose::Check | Purpose::Other => &mut counts.other,
        } += 1;
        counts.limited += u32::from(status == 429);
    }

    /// From here on a 429 is an answer and not a reason to wait.
    pub fn stop_pausing(&self) {
        self.state.lock().unwrap_or_else(PoisonError::into_inner).pause_left = Duration::ZERO;
    }

    /// Whether the budget still has this pause.
    fn take_pause(&self, wait: Duration) -> bool {
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        let enough = wait <= PAUSE_MAX && wait <= state.pause_left;
        if enough {
            state.pause_left -= wait;
        }
        enough
    }

    async fn keep_rate(&self) {
        let Some(rate) = self.rate else { return };
        let wait = {
            let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
            let now = Instant::now();
            let at = state.next_at.max(now);
            state.next_at = at + Duration::from_secs(1) / rate;
            at - now
        };
        tokio::time::sleep(wait).await;
    }
}

impl Counts {
    /// All of them that are of the walk.
    pub fn total(&self) -> u32 {
        self.cell + self.set_up + self.clean_up + self.sign_in + self.other
    }
}

impl std::ops::AddAssign for Counts {
    fn add_assign(&mut self, more: Self) {
        let Self { cell, set_up, clean_up, sign_in, other, limited, waiting } = more;
        self.cell += cell;
        self.set_up += set_up;
        self.clean_up += clean_up;
        self.sign_in += sign_in;
        self.other += other;
        self.limited += limited;
        self.waiting += waiting;
    }
}

impl Answer {
    /// How long to wait before the same is asked again; nothing where that would change nothing.
    fn wait(&self, attempt: u32) -> Option<Duration> {
        let told =
            self.header("retry-after").and_then(|value| value.trim().parse::<u64>().ok()).map(Duration::from_secs);
        match self.status {
            429 => Some(told.unwrap_or(Duration::from_millis(500 << attempt))),
            status if NOT_YET.contains(&status) => told.filter(|wait| *wait <= READY_WAIT_MAX),
            _ => None,
        }
    }

    /// The first header of this (lowercase) name.
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(n, _)| n == name).map(|(_, value)| value.as_str())
    }

    /// The body as text; what is not UTF-8 is replaced.
    pub fn text(&self) -> std::borrow::Cow<'_, str> {
        String::from_utf8_lossy(&self.body)
    }

    /// The body as JSON, where it is an object or an array. A bare word or number is text.
    pub fn json(&self) -> Option<Value> {
        let value: Value = serde_json::from_slice(&self.body).ok()?;
        (value.is_object() || value.is_array()).then_some(value)
    }

    /// What the answer shows: its JSON, or what a page holds in the same shape.
    pub fn value(&self) -> Option<Value> {
        let page = || self.header("content-type").is_some_and(page::is_page).then(|| page::value(&self.text()));
        self.json().or_else(page)
    }

    /// Cookies that the answer sets: name and value.
    pub fn cookies(&self) -> impl Iterator<Item = (String, String)> {
        self.headers.iter().filter(|(name, _)| name == "set-cookie").filter_map(|(_, value)| {
            let (name, value) = value.split(';').next()?.split_once('=')?;
            Some((name.trim().to_owned(), value.trim().to_owned()))
        })
    }
}

/// Percent-encodes what is not unreserved (RFC 3986 section 2.3).
pub fn percent_encode(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for byte in text.bytes() {
        match byte {
            b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' => out.push(byte.into()),
            _ => out.push_str(&format!("%{byte:02X}")),
        }
    }
    out
}

/// A reason that is the same on each run: no addresses, no numbers of the operating system.
fn plain_reason(error: &reqwest::Error) -> String {
    let word = if error.is_timeout() {
        "no answer in time"
    } else if error.is_connect() {
        "connection refused"
    } else if error.is_builder() {
        "not a request that can be sent"
    } else {
        "connection broken"
    };
    word.to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn addresses_of_others_are_refused() {
        let client = Client::new("http://127.0.0.1:9/base/", None, Duration::ZERO).unwrap();
        assert_eq!(client.address("/a?b=c").unwrap().as_str(), "http://127.0.0.1:9/base/a?b=c");
        assert!(client.address("http://example.com/").is_err());
        assert!(client.address("http://127.0.0.1:9/x").is_ok());
    }

    #[tokio::test]
    async fn a_dead_target_is_an_answer_too() {
        let client = Client::new("http://127.0.0.1:1", None, Duration::ZERO).unwrap();
        let request = Request { method: "GET".into(), path: "/".into(), ..Request::default() };
        let answer = client.send(&request, Purpose::Other).await;
        assert_eq!((answer.status, answer.broken.as_deref()), (0, Some("connection refused")));
        assert_eq!(client.counts().other, 1);
    }

    #[test]
    fn what_is_not_ready_yet_is_waited_for_where_it_says_how_long() {
        let answer = |status, wait: &str| Answer {
            status,
            headers: vec![("retry-after".into(), wait.into())],
            ..Answer::default()
        };
        assert_eq!(answer(425, "1").wait(0), Some(Duration::from_secs(1)));
        assert_eq!(answer(503, "3600").wait(0), None, "nobody waits for an hour");
        assert_eq!(answer(409, "soon").wait(0), None);
        assert_eq!(answer(404, "1").wait(0), None);
        assert_eq!(answer(429, "").wait(1), Some(Duration::from_secs(1)));
    }

    proptest! {
        #[test]
        fn encoding_leaves_nothing_that_ends_a_segment(text in ".*") {
            let encoded = percent_encode(&text);
            prop_assert!(!encoded.contains(['/', '?', '#', ' ']));
        }
    }
}
