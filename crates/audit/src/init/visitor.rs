//! Looking at a service as a browser would: GETs only, each path once, a bounded number of them and a bounded time.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::{Duration, Instant};

use url::Url;

use super::Address;
use crate::client::{Answer, Client, Purpose, Request};
use crate::error::{Result, Trouble};

/// Most requests of one look.
pub(super) const ASKED_MAX: u32 = 90;
/// How long a look may take: what was found until then is what is written.
const LOOK_MAX: Duration = Duration::from_secs(45);
/// Most redirects that are followed in a row.
const REDIRECTS_MAX: usize = 3;
/// A path that nobody made shows how this service says that there is nothing.
const NOWHERE: &str = "/plimsoll-looks-for-what-is-not-here";
/// What a browser says that it takes: some services answer a page or JSON by it.
const ACCEPT: &str = "text/html,application/json;q=0.9,*/*;q=0.8";

/// Who looks.
pub(super) struct Visitor {
    client: Client,
    origin: Url,
    seen: BTreeMap<String, Arc<Seen>>,
    nowhere: Option<Arc<Seen>>,
    until: Instant,
}

/// What was seen at a path, after its redirects.
#[derive(Debug, Default)]
pub(super) struct Seen {
    /// Path and query of the last answer.
    pub(super) path: String,
    /// The last answer.
    pub(super) answer: Answer,
}

impl Visitor {
    /// Asks for the first page.
    ///
    /// # Errors
    /// When nothing answers at the address.
    pub(super) async fn open(address: &Address) -> Result<Self> {
        let client = Client::new(&address.origin, None, Duration::ZERO)?;
        let cannot = |error| Trouble::new(&address.origin, format!("is not an address: {error}"));
        let origin = Url::parse(&address.origin).map_err(cannot)?;
        let until = Instant::now() + LOOK_MAX;
        let mut visitor = Self { client, origin, seen: BTreeMap::new(), nowhere: None, until };
        let first = visitor.get(if address.under.is_empty() { "/" } else { &address.under }).await;
        match first.map(|seen| (seen.answer.status, seen.answer.broken.clone())) {
            Some((0, Some(why))) if why == "connection refused" => {
                return Err(Trouble::new(&address.origin, "nothing listens there")
                    .hint("start the service, then type this again; init looks at it while it runs"));
            }
            Some((0, Some(why))) => {
                return Err(Trouble::new(&address.origin, format!("does not answer: {why}"))
                    .hint("is it http or https, and is its certificate one that this machine trusts?"));
            }
            _ => {}
        }
        visitor.nowhere = visitor.nowhere().await;
        Ok(visitor)
    }

    /// What is at a path; nothing where the bound of requests or of time is reached.
    pub(super) async fn get(&mut self, path: &str) -> Option<Arc<Seen>> {
        if let Some(known) = self.seen.get(path) {
            return Some(Arc::clone(known));
        }
        let mut at = path.to_owned();
        let mut answer = self.ask(&at).await?;
        for _ in 0..REDIRECTS_MAX {
            let Some(next) = self.led_to(&at, &answer) else { break };
            let Some(further) = self.ask(&next).await else { break };
            (at, answer) = (next, further);
        }
        let seen = Arc::new(Seen { path: at, answer });
        self.seen.insert(path.to_owned(), Arc::clone(&seen));
        Some(seen)
    }

    async fn ask(&self, path: &str) -> Option<Answer> {
        if ASKED_MAX <= self.asked() || self.until <= Instant::now() {
            return None;
        }
        let headers = vec![("accept".to_owned(), ACCEPT.to_owned())];
        let request = Request { method: "GET".into(), path: path.to_owned(), headers, ..Request::default() };
        Some(self.client.send_unpaused(&request, Purpose::Other).await)
    }

    /// Where an answer leads on this service.
    fn led_to(&self, from: &str, answer: &Answer) -> Option<String> {
        let location = answer.header("location").filter(|_| (300..400).contains(&answer.status))?;
        self.path_of(from, location)
    }

    /// A link on a page as a path of this service; nothing where it leads elsewhere.
    pub(super) fn path_of(&self, page: &str, link: &str) -> Option<String> {
        let url = self.address_of(page)?.join(link.trim()).ok()?;
        let query = url.query().map(|query| format!("?{query}")).unwrap_or_default();
        (url.origin() == self.origin.origin()).then(|| format!("{}{query}", url.path()))
    }

    /// The address of a path.
    pub(super) fn address_of(&self, path: &str) -> Option<Url> {
        self.origin.join(path).ok()
    }

    /// Whether something is there: a success that is not what this service answers to everything.
    pub(super) fn is_there(&self, seen: &Seen) -> bool {
        let like_nothing = self.nowhere.as_ref().is_some_and(|nowhere| {
            nowhere.answer.status == seen.answer.status
                && (seen.is_page() && nowhere.is_page() || nowhere.answer.body == seen.answer.body)
        });
        (200..300).contains(&seen.answer.status) && !like_nothing
    }

    /// What this service answers to a path that nobody made.
    pub(super) async fn nowhere(&mut self) -> Option<Arc<Seen>> {
        self.get(NOWHERE).await
    }

    /// How many requests were sent.
    pub(super) fn asked(&self) -> u32 {
        self.client.counts().total()
    }
}

impl Seen {
    /// Whether it is HTML.
    pub(super) fn is_page(&self) -> bool {
        self.answer.header("content-type").is_some_and(|kind| kind.contains("html"))
    }

    /// The page's text, where it is one that a visitor may see.
    pub(super) fn page(&self) -> Option<String> {
        (self.answer.status == 200 && self.is_page()).then(|| self.answer.text().into_owned())
    }
}
