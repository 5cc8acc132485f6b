//! A browser without JavaScript: it follows links, fills in the forms that stand on a page, and keeps its cookie.

use axum::body::Body;
use axum::http::{HeaderMap, Request};
use scraper::{ElementRef, Html, Selector};

use crate::house::{House, PASSWORD};

/// Where the house is.
pub(crate) const ORIGIN: &str = "http://house.example";

/// Somebody's browser.
pub(crate) struct Browser<'h> {
    house: &'h House,
    pub(crate) cookie: Option<String>,
    /// What its device shows.
    device: Option<String>,
    /// What it shows that has gone to a provider.
    pub(crate) flow: Option<String>,
    /// What it shows that signs in with a passkey.
    pub(crate) challenge: Option<String>,
    /// What it shows that has asked for a link to sign in with.
    pub(crate) link: Option<String>,
}

/// An answer.
#[derive(Debug)]
pub(crate) struct Page {
    pub(crate) path: String,
    pub(crate) status: u16,
    pub(crate) headers: HeaderMap,
    pub(crate) body: String,
}

impl Page {
    /// A header's text; empty when it is not there.
    pub(crate) fn header(&self, name: &str) -> &str {
        self.headers.get(name).and_then(|value| value.to_str().ok()).unwrap_or_default()
    }

    /// Whether it says this, as people read it.
    pub(crate) fn says(&self, text: &str) -> bool {
        let words: Vec<String> = Html::parse_document(&self.body).root_element().text().map(str::to_owned).collect();
        let whole: Vec<&str> = words.iter().flat_map(|words| words.split_whitespace()).collect();
        whole.join(" ").contains(text)
    }

    /// The addresses of the forms that act on something.
    pub(crate) fn forms(&self) -> Vec<String> {
        let document = Html::parse_document(&self.body);
        let form = selector("form[method=post]");
        document.select(&form).map(|form| form.value().attr("action").unwrap_or_default().to_owned()).collect()
    }

    /// The fields of a form with what stands in them: hidden ones, texts, the chosen ones.
    fn fields(&self, action: &str) -> Vec<(String, String, bool)> {
        let document = Html::parse_document(&self.body);
        let form = selector("form[method=post]");
        let form = document
            .select(&form)
            .find(|form| form.value().attr("action") == Some(action))
            .unwrap_or_else(|| panic!("{}: no form {action}, only {:?}", self.path, self.forms()));
        form.select(&selector("input, textarea, select")).map(field).collect()
    }

    /// Under which fields something is said to be wrong, and what.
    pub(crate) fn marked(&self) -> Vec<String> {
        let document = Html::parse_document(&self.body);
        document.select(&selector(".error, .form-error")).map(|error| error.text().collect::<String>()).collect()
    }

    /// What stands in a field.
    pub(crate) fn value(&self, action: &str, name: &str) -> String {
        self.fields(action).into_iter().find(|(known, ..)| known == name).map(|(_, value, _)| value).unwrap_or_default()
    }

    /// What the page asks an authenticator.
    pub(crate) fn asked(&self) -> serde_json::Value {
        let document = Html::parse_document(&self.body);
        let place = document.select(&selector("[data-passkey]")).next().unwrap_or_else(|| panic!("{self:?}"));
        serde_json::from_str(place.attr("data-options").unwrap()).unwrap()
    }

    /// The session that it sets, with its flags.
    pub(crate) fn set_cookie(&self) -> &str {
        self.header("set-cookie")
    }
}

fn selector(text: &str) -> Selector {
    Selector::parse(text).unwrap()
}

/// Name, value, and whether it is sent as it stands.
fn field(element: ElementRef<'_>) -> (String, String, bool) {
    let attribute = |name: &str| element.value().attr(name).unwrap_or_default().to_owned();
    let name = attribute("name");
    match (element.value().name(), attribute("type").as_str()) {
        ("textarea", _) => (name, element.text().collect::<String>().trim_start_matches('\n').to_owned(), true),
        ("select", _) => {
            let options: Vec<ElementRef<'_>> = element.select(&selector("option")).collect();
            let chosen = options.iter().find(|option| option.value().attr("selected").is_some()).or(options.first());
            let value = chosen.and_then(|option| option.value().attr("value")).unwrap_or_default();
            (name, value.to_owned(), true)
        }
        (_, "radio" | "checkbox") => (name, attribute("value"), element.value().attr("checked").is_some()),
        _ => (name, attribute("value"), true),
    }
}

impl<'h> Browser<'h> {
    /// A new one.
    pub(crate) fn new(house: &'h House) -> Self {
        Self { house, cookie: None, device: None, flow: None, challenge: None, link: None }
    }

    /// One whose owner has signed in.
    pub(crate) async fn of(house: &'h House, name: &str) -> Self {
        let mut browser = Self::new(house);
        let page = browser.get("/sign-in").await;
        let mail = format!("{name}@example.com");
        let signed_in = browser.send(&page, "/session/open", &[("mail", &mail), ("password", PASSWORD)]).await;
        assert_eq!(signed_in.status, 303, "{name}: {signed_in:?}");
        browser
    }

    /// Opens a page.
    pub(crate) async fn get(&self, path: &str) -> Page {
        self.request(Request::builder().uri(path).header("sec-fetch-site", "none"), path, Body::empty()).await
    }

    /// Fills in the form of a page and sends it, as it stands but for `values`.
    pub(crate) async fn send(&mut self, page: &Page, action: &str, values: &[(&str, &str)]) -> Page {
        let fields = page.fields(action);
        for (name, _) in values {
            assert!(fields.iter().any(|(known, ..)| known == name), "{action} has no field {name}: {fields:?}");
        }
        let kept = fields.iter().filter(|(name, _, sent)| *sent && values.iter().all(|(other, _)| other != name));
        let mut pairs: Vec<(&str, &str)> = kept.map(|(name, value, _)| (name.as_str(), value.as_str())).collect();
        pairs.extend(values);
        self.post(action, &pairs, "same-origin").await
    }

    /// Sends pairs, led here by a page of this kind.
    pub(crate) async fn post(&mut self, path: &str, pairs: &[(&str, &str)], fetch_site: &str) -> Page {
        let body = url::form_urlencoded::Serializer::new(String::new()).extend_pairs(pairs).finish();
        self.post_bytes(path, "application/x-www-form-urlencoded", body.into_bytes(), fetch_site).await
    }

    /// Sends bytes.
    pub(crate) async fn post_bytes(&mut self, path: &str, kind: &str, body: Vec<u8>, fetch_site: &str) -> Page {
        let request = Request::builder()
            .method("POST")
            .uri(path)
            .header("origin", ORIGIN)
            .header("sec-fetch-site", fetch_site)
            .header("content-type", kind);
        let page = self.request(request, path, Body::from(body)).await;
        self.keep(&page);
        page
    }

    /// Is led to a page by another site, and keeps what it is given.
    pub(crate) async fn led_to(&mut self, path: &str) -> Page {
        let request = Request::builder().uri(path).header("sec-fetch-site", "cross-site");
        let page = self.request(request, path, Body::empty()).await;
        self.keep(&page);
        page
    }

    fn keep(&mut self, page: &Page) {
        for set in page.headers.get_all("set-cookie").iter().filter_map(|value| value.to_str().ok()) {
            let cookie = set.split(';').next().unwrap_or_default().to_owned();
            let kept = match cookie.split('=').next() {
                Some("device") => &mut self.device,
                Some("provider") => &mut self.flow,
                Some("passkey") => &mut self.challenge,
                Some("link") => &mut self.link,
                _ => &mut self.cookie,
            };
            *kept = (!cookie.ends_with('=')).then_some(cookie);
        }
    }

    /// Goes where an answer leads.
    pub(crate) async fn follow(&self, page: Page) -> Page {
        assert_eq!(page.status, 303, "{page:?}");
        let location = page.header("location").to_owned();
        self.get(location.split('#').next().unwrap()).await
    }

    async fn request(&self, mut request: axum::http::request::Builder, path: &str, body: Body) -> Page {
        let cookies: Vec<&str> = [&self.cookie, &self.device, &self.flow, &self.challenge, &self.link]
            .into_iter()
            .flatten()
            .map(String::as_str)
            .collect();
        if !cookies.is_empty() {
            request = request.header("cookie", cookies.join("; "));
        }
        let (status, headers, body) = self.house.send(request.body(body).unwrap()).await;
        let body = String::from_utf8(body).unwrap();
        Page { path: path.to_owned(), status: status.as_u16(), headers, body }
    }
}
