//! The pages of the service, as a visitor and as somebody signed in sees them.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};
use url::Url;

use super::{hosts, links};
use crate::client::Purpose;
use crate::error::Result;
use crate::evidence::Document;
use crate::manifest::Told;
use crate::walk::{Call, Who, World};

/// Most pages of one view, and most style sheets.
const PAGES_MAX: usize = 20;
/// A page with less text than this, in bytes, and with a script is one that a script may write.
const TEXT_MIN: usize = 200;
/// Where policies usually stand.
pub(crate) const POLICIES: [&str; 7] =
    ["/privacy", "/privacy-policy", "/legal/privacy", "/privacy.html", "/datenschutz", "/policies/privacy", "/policy"];

/// All pages that were looked at.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Pages {
    /// The pages.
    pub pages: Vec<Page>,
    /// Where the policy is published.
    pub policy: Told,
    /// The place in the manifest, where it is told.
    pub place: String,
    /// The policy's text, without tags.
    pub policy_text: String,
    /// The status with which the told policy answered last.
    pub policy_status: u16,
    /// What the links, buttons and forms of the pages say, and where they lead.
    pub doors: BTreeSet<String>,
    /// Some page holds hardly any text, and a script that may write it.
    pub scripted: bool,
}

/// One page.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Page {
    /// Its path.
    pub path: String,
    /// Who looked: empty for a visitor.
    pub actor: String,
    /// The status code.
    pub status: u16,
    /// Hosts that it makes a browser contact, with how.
    pub contacts: BTreeMap<String, String>,
    /// Hosts that a script's text names: likely contacted.
    pub likely: BTreeSet<String>,
    /// It runs scripts, and no policy of the page says whom they may contact.
    pub free_scripts: bool,
    /// Names of the cookies that came with it, and whether scripts may read them.
    pub cookies: BTreeMap<String, bool>,
}

impl Document for Pages {
    const KIND: &'static str = "pages";
}

/// Looks at the public pages, and as one actor at those that his first pages link to.
pub(super) async fn probe(world: &mut World<'_>) -> Result<Pages> {
    let told = world.manifest.promises.policy.clone();
    let mut seen = Pages { place: world.manifest.place("promises.policy"), ..Pages::default() };
    let mut public: Vec<String> = vec!["/".into()];
    public.extend(world.manifest.promises.pages.clone());
    public.extend(
        world.manifest.sign_in.iter().filter_map(|way| way.form.as_ref()).map(|form| form.path.as_str().to_owned()),
    );
    if let Told::At(path) = &told {
        public.push(path.clone());
    }
    let mut looked = Look { world, seen: &mut seen, policy: None, styles: BTreeSet::new() };
    looked.from(public, None).await;
    let found = looked.policy.clone();
    if let Some(at) = (0..looked.world.actors.len()).find(|at| looked.world.actors[*at].alive) {
        let mut first = vec!["/".to_owned()];
        first.extend(looked.world.proof_call(at).filter(|call| call.method == "GET").map(|call| call.path));
        looked.from(first, Some(at)).await;
    }
    let candidates: Vec<String> = match &told {
        Told::At(path) => vec![path.clone()],
        Told::None => Vec::new(),
        Told::Silent => found.into_iter().chain(POLICIES.map(str::to_owned)).collect(),
    };
    seen.policy = told;
    for path in candidates {
        let asked = world.ask(None, &Call::get(&path), Purpose::Other).await;
        let text = visible_text(&asked.answer.text());
        let is_policy = is_policy(&text);
        seen.policy_status = asked.answer.status;
        if asked.answer.status == 200 && (is_policy || seen.policy != Told::Silent) {
            seen.policy = Told::At(path);
            seen.policy_text = text.chars().take(60_000).collect();
            break;
        }
    }
    world.store.add(&seen)?;
    Ok(seen)
}

/// Whether a text speaks of what a policy is about.
fn is_policy(text: &str) -> bool {
    const WORDS: [&str; 7] =
        ["privacy", "personal data", "datenschutz", "cookie", "data protection", "third part", "process"];
    let lower = text.to_lowercase();
    WORDS.iter().any(|word| lower.contains(word))
}

/// The promises that a page makes, each with its sentence; nothing where the page is no policy.
pub(crate) fn promised(html: &str) -> Option<Vec<(&'static str, String)>> {
    let text = visible_text(html);
    let found = || super::phrases::find(&text).into_iter().map(|(promise, sentence)| (promise.subject(), sentence));
    is_policy(&text).then(|| found().collect())
}

struct Look<'w, 'a> {
    world: &'w mut World<'a>,
    seen: &'w mut Pages,
    policy: Option<String>,
    styles: BTreeSet<String>,
}

impl Look<'_, '_> {
    /// Goes from the first pages along their links.
    async fn from(&mut self, first: Vec<String>, who: Who) {
        let mut open = first;
        let mut done: BTreeSet<String> = BTreeSet::new();
        while let Some(path) = (!open.is_empty()).then(|| open.remove(0)) {
            if done.len() >= PAGES_MAX {
                break;
            }
            if done.insert(path.clone()) {
                open.extend(self.at(&path, who).await);
            }
        }
    }

    /// Looks at one page and returns its links.
    async fn at(&mut self, path: &str, who: Who) -> Vec<String> {
        let mut asked = self.world.ask(who, &Call::get(path), Purpose::Other).await;
        let mut path = path.to_owned();
        let Ok(mut address) = Url::parse(&format!("{}{path}", self.world.client.base())) else { return Vec::new() };
        // A browser follows where it is sent; the pages in between set cookies too.
        for _ in 0..3 {
            let Some(location) = asked.answer.header("location").filter(|_| (300..400).contains(&asked.answer.status))
            else {
                break;
            };
            let Some(next) = address.join(location).ok().filter(|next| next.origin() == address.origin()) else {
                break;
            };
            path = hosts::path_of(&next);
            address = next;
            asked = self.world.ask(who, &Call::get(&path), Purpose::Other).await;
        }
        let cookies: BTreeMap<String, bool> = asked
            .answer
            .headers
            .iter()
            .filter(|(name, _)| name == "set-cookie")
            .filter_map(|(_, value)| {
                let name = value.split('=').next()?.trim().to_owned();
                Some((name, !value.to_ascii_lowercase().contains("httponly")))
            })
            .collect();
        let is_html = asked.answer.header("content-type").is_some_and(|kind| kind.contains("html"));
        if !is_html && cookies.is_empty() {
            return Vec::new();
        }
        let html = if is_html { asked.answer.text().into_owned() } else { String::new() };
        let headers = &asked.answer.headers;
        let mut contacts = BTreeMap::new();
        let mut likely = BTreeSet::new();
        for contact in hosts::of_page(&html, &address, headers) {
            if contact.likely {
                likely.insert(contact.host);
            } else {
                contacts.insert(contact.host, contact.by);
            }
        }
        self.seen.doors.extend(links::doors(&html));
        self.seen.scripted |= html.contains("<script") && visible_text(&html).len() < TEXT_MIN;
        let free_scripts = hosts::scripts_are_free(&html, headers);
        for style in hosts::own_styles(&html, &address) {
            if self.styles.len() < PAGES_MAX && self.styles.insert(style.clone()) {
                let css = self.world.ask(who, &Call::get(&style), Purpose::Other).await;
                if let (200, Ok(at)) = (css.answer.status, address.join(&style)) {
                    contacts.extend(hosts::of_style(&css.answer.text(), &at).into_iter().map(|one| (one.host, one.by)));
                }
            }
        }
        self.policy = self.policy.take().or_else(|| links::policy(&html, &address));
        let actor = who.map(|_| self.world.fact(who).name).unwrap_or_default();
        let status = asked.answer.status;
        self.seen.pages.push(Page { path, actor, status, contacts, likely, free_scripts, cookies });
        links::followable(&html, &address)
    }
}

/// Elements that stand inside a line of text. Whatever else begins or ends, ends a sentence.
const INLINE: [&str; 26] = [
    "a", "abbr", "b", "bdi", "bdo", "br", "cite", "code", "data", "dfn", "em", "font", "i", "kbd", "label", "mark",
    "q", "s", "samp", "small", "span", "strong", "sub", "sup", "time", "u",
];

/// What a person reads of a page: its blocks, with an empty line between two of them.
fn visible_text(html: &str) -> String {
    if !html.contains('<') {
        return html.to_owned();
    }
    let page = scraper::Html::parse_document(html);
    let body = hosts::select(&page, "body");
    let (mut blocks, mut last) = (vec![String::new()], None);
    for node in body.iter().flat_map(|body| body.descendants()) {
        let words: &str = match node.value() {
            scraper::Node::Text(words) => words,
            scraper::Node::Element(element) if element.name() == "br" => " ",
            _ => continue,
        };
        let around = || node.ancestors().filter_map(scraper::ElementRef::wrap);
        let inside = around().next().map_or("", |element| element.value().name());
        if matches!(inside, "script" | "style" | "noscript" | "template") {
            continue;
        }
        let block = around().find(|element| !INLINE.contains(&element.value().name())).map(|element| element.id());
        if last != block {
            blocks.push(String::new());
            last = block;
        }
        blocks.last_mut().into_iter().for_each(|block| block.push_str(words));
    }
    let squeezed = blocks.iter().map(|block| block.split_whitespace().collect::<Vec<_>>().join(" "));
    squeezed.filter(|block| !block.is_empty()).collect::<Vec<_>>().join("\n\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn scripts_are_no_text() {
        assert_eq!(
            visible_text("<title>t</title><p>We use <b>Stripe</b>.</p><script>var x = 'Google'</script>"),
            "We use Stripe."
        );
    }

    /// A cell of a table or an entry of a list is a sentence of its own, with a full stop or without.
    #[test]
    fn a_block_ends_a_sentence() {
        let list = "<dl><dt>Kept</dt><dd>until you leave</dd><dd><i>Copy:</i> yes<br>always</dd></dl>after";
        assert_eq!(visible_text(list), "Kept\n\nuntil you leave\n\nCopy: yes always\n\nafter");
    }
}
