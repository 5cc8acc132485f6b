//! A published provider, against the portal: `.ci/run packages` installs it.

use std::collections::BTreeMap;
use std::process::Stdio;

use door::{Clock as _, SystemClock};
use serde_json::{Value, json};
use tokio::io::{AsyncBufReadExt as _, BufReader};
use tokio::process::{Child, Command};
use url::Url;

use crate::browser::{Browser, ORIGIN};
use crate::house::{House, on_both, skipped};
use crate::issuer::{CLIENT, SECRET};
use crate::providers::{at_home, set};
use crate::tus::package;

/// The provider's process.
struct Published {
    origin: String,
    _child: Child,
}

impl Published {
    async fn up(redirect_uri: &str, algorithm: &str) -> Option<Self> {
        let Some(packages) = package("oidc-provider") else {
            skipped("oidc-provider is not installed: .ci/run packages");
            return None;
        };
        let mut command = Command::new("node");
        command.arg(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/it/provider.mjs"));
        command.args([redirect_uri, CLIENT, SECRET, algorithm]).env("NODE_PATH", packages);
        command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::null()).kill_on_drop(true);
        let mut child = command.spawn().unwrap();
        let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
        let origin = lines.next_line().await.unwrap().expect("it says where it listens");
        Some(Self { origin, _child: child })
    }
}

/// Somebody's browser at the provider's own pages.
struct Elsewhere {
    client: reqwest::Client,
    cookies: BTreeMap<String, String>,
}

impl Elsewhere {
    fn new() -> Self {
        let _ = rustls::crypto::aws_lc_rs::default_provider().install_default();
        let client = reqwest::Client::builder().redirect(reqwest::redirect::Policy::none()).no_proxy().build().unwrap();
        Self { client, cookies: BTreeMap::new() }
    }

    /// Sends one request, keeps what it is given, and says where it leads and what it shows.
    async fn ask(&mut self, url: &Url, form: Option<&[(&str, &str)]>) -> (Option<Url>, String) {
        let mut request = match form {
            None => self.client.get(url.clone()),
            Some(form) => {
                let body = url::form_urlencoded::Serializer::new(String::new()).extend_pairs(form).finish();
                self.client.post(url.clone()).header("content-type", "application/x-www-form-urlencoded").body(body)
            }
        };
        let cookies: Vec<String> = self.cookies.iter().map(|(name, value)| format!("{name}={value}")).collect();
        request = request.header("cookie", cookies.join("; "));
        let answer = request.send().await.unwrap();
        for set in answer.headers().get_all("set-cookie").iter().filter_map(|set| set.to_str().ok()) {
            let (name, value) = set.split(';').next().unwrap().split_once('=').unwrap();
            self.cookies.insert(name.to_owned(), value.to_owned());
        }
        let location = answer.headers().get("location").map(|to| url.join(to.to_str().unwrap()).unwrap());
        (location, answer.text().await.unwrap())
    }

    /// Signs in as somebody, says yes, and gives the address that the provider leads back to.
    async fn sign_in(&mut self, address: &str, as_whom: &str) -> Url {
        let mut at: Url = address.parse().unwrap();
        for _ in 0..20 {
            let (to, page) = self.ask(&at, None).await;
            let next = match to {
                Some(to) => to,
                None => {
                    let login = [("prompt", "login"), ("login", as_whom), ("password", "any")];
                    let form: &[(&str, &str)] =
                        if page.contains("value=\"login\"") { &login } else { &[("prompt", "consent")] };
                    self.ask(&at, Some(form)).await.0.unwrap_or_else(|| panic!("{at}: {page}"))
                }
            };
            if next.as_str().starts_with(ORIGIN) {
                return next;
            }
            at = next;
        }
        panic!("it leads in a circle: {at}");
    }
}

async fn somebody_signs_in_through_a_published_provider(house: House) {
    // Its time is the machine's.
    house.clock.set(SystemClock.now());
    let (house, people) = at_home(house).await;
    let back = format!("{ORIGIN}/sign-in/{}/back", people.organisation);
    for (algorithm, subject, name) in [("RS256", "248289", "works"), ("ES256", "248290", "reads")] {
        let Some(provider) = Published::up(&back, algorithm).await else { return };
        house.clock.set(SystemClock.now());
        let owner = house.sign_in("owner").await;
        let wanted = json!({"handle": "halden", "issuer": provider.origin, "client_id": CLIENT, "client_secret": SECRET,
                            "domains": "example.com"});
        set(&house, &owner, wanted).await;

        // Who is not known says once who it is.
        let mut elsewhere = Elsewhere::new();
        let mut browser = Browser::of(&house, name).await;
        let led = led_back(&mut browser, &mut elsewhere, subject).await;
        assert_eq!(led.as_deref(), Some("/sign-in/connect"), "{algorithm}");
        let page = browser.get("/sign-in/connect").await;
        assert!(
            page.says(&format!("{subject}@example.com")),
            "what the provider says stands in the ID token: {page:?}"
        );
        assert_eq!(browser.send(&page, "/account/providers/connect", &[]).await.header("location"), "/");

        // And is known from then on.
        let mut browser = Browser::new(&house);
        assert_eq!(led_back(&mut browser, &mut elsewhere, subject).await.as_deref(), Some("/"), "{algorithm}");
        assert_eq!(browser.get("/projects").await.status, 200);
        let shown = house.ask(&owner, "GET", "/provider", Value::Null).await;
        assert_eq!(shown.body["provider"]["subjects"][0]["name"], name);
        // Somebody else there is somebody else here.
        let mut browser = Browser::new(&house);
        let led = led_back(&mut browser, &mut Elsewhere::new(), "mallory").await;
        assert_eq!(led.as_deref(), Some("/sign-in/connect"));
        assert!(browser.cookie.is_none());
    }
}

/// Off from the portal's page, through the provider's, and back: where the portal leads then.
async fn led_back(browser: &mut Browser<'_>, elsewhere: &mut Elsewhere, as_whom: &str) -> Option<String> {
    let mut fresh = browser.get("/sign-in").await;
    fresh = browser.send(&fresh, "/session/provider/begin", &[("handle", "halden")]).await;
    assert_eq!(fresh.status, 200, "{fresh:?}");
    let address = crate::providers::address_on(&fresh.body);
    let back = elsewhere.sign_in(&address, as_whom).await;
    let led = browser.led_to(&back[url::Position::BeforePath..]).await;
    assert_eq!(led.status, 303, "{led:?}");
    Some(led.header("location").to_owned())
}

on_both!(somebody_signs_in_through_a_published_provider);
