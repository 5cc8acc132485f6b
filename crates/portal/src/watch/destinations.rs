//! Where alerts go: Slack, any webhook, mail.

use std::time::Duration;

use anyhow::{Context as _, Result, bail};
use lettre::message::{Mailbox, header};
use lettre::{AsyncSmtpTransport, AsyncTransport as _, Message, Tokio1Executor};
use url::{Host, Url};

use super::receiver::Receiver;
use super::{Notice, Settings, http};

/// How long a mail server may take.
const MAIL_PATIENCE: Duration = Duration::from_secs(20);

/// Somewhere that alerts go.
pub(super) struct Destination {
    /// Who is there.
    pub(super) receiver: Receiver,
    way: Way,
}

enum Way {
    Slack(Url),
    Webhook(Url),
    Mail(Box<LetterBox>),
}

struct LetterBox {
    from: Mailbox,
    to: Mailbox,
    server: AsyncSmtpTransport<Tokio1Executor>,
}

/// Every destination that the settings name.
pub(super) fn of(settings: &Settings) -> Result<Vec<Destination>> {
    let mut all = Vec::new();
    let mut add = |name, address: &str, way| all.push(Destination { receiver: Receiver::new(name, address), way });
    if let Some(secret) = &settings.alert_slack {
        let url = http::address(secret, "--alert-slack")?;
        add("slack", &http::without_password(&url), Way::Slack(url));
    }
    if let Some(secret) = &settings.alert_webhook {
        let url = http::address(secret, "--alert-webhook")?;
        add("webhook", &http::without_password(&url), Way::Webhook(url));
    }
    if let Some(to) = &settings.alert_mail {
        let letter_box = letter_box(to, settings)?;
        add("mail", to, Way::Mail(Box::new(letter_box)));
    }
    Ok(all)
}

fn letter_box(to: &str, settings: &Settings) -> Result<LetterBox> {
    let hint = "--smtp smtps://user:password@mail.example";
    let server = settings.smtp.as_ref().with_context(|| format!("--alert-mail: no mail server\n\nhint: {hint}"))?;
    let url = Url::parse(server.reveal()).ok().with_context(|| format!("--smtp: is no address\n\nhint: {hint}"))?;
    let encrypted =
        url.scheme() == "smtps" || url.query_pairs().any(|(name, value)| name == "tls" && value == "required");
    let here = match url.host() {
        Some(Host::Ipv4(address)) => address.is_loopback(),
        Some(Host::Ipv6(address)) => address.is_loopback(),
        // Of a scheme that the standard does not know, an address is a name like any other.
        Some(Host::Domain(name)) => {
            name == "localhost" || name.parse().is_ok_and(|address: std::net::IpAddr| address.is_loopback())
        }
        None => false,
    };
    if url.password().is_some() && !encrypted && !here {
        bail!("--smtp: the password would go over the network in clear\n\nhint: {hint}, or smtp://…?tls=required");
    }
    let to: Mailbox = to.parse().with_context(|| format!("--alert-mail {to}: is no mail address"))?;
    // Servers that ask for a name take letters from that name only.
    let user = percent_decoded(url.username());
    let from = user.parse().unwrap_or_else(|_| to.clone());
    // The library's error would show the address.
    let builder = AsyncSmtpTransport::<Tokio1Executor>::from_url(server.reveal()).ok();
    let builder = builder.with_context(|| format!("--smtp: is no address of a mail server\n\nhint: {hint}"))?;
    Ok(LetterBox { from, to, server: builder.timeout(Some(MAIL_PATIENCE)).build() })
}

fn percent_decoded(text: &str) -> String {
    let pair = format!("x={}", text.replace('+', "%2B"));
    url::form_urlencoded::parse(pair.as_bytes()).map(|(_, value)| value.into_owned()).next().unwrap_or_default()
}

impl Destination {
    /// Sends a notice.
    ///
    /// # Errors
    /// Why it was not received, in words without the address.
    pub(super) async fn send(&self, notice: &Notice) -> Result<(), String> {
        let sent = match &self.way {
            Way::Slack(url) => http::send(json(url, &notice.slack())?).await,
            Way::Webhook(url) => http::send(json(url, &notice.json())?).await,
            Way::Mail(letter_box) => letter_box.send(notice).await,
        };
        self.receiver.tried(&sent, notice.at);
        sent
    }
}

fn json(url: &Url, document: &serde_json::Value) -> Result<reqwest::RequestBuilder, String> {
    let request = http::client()?.post(url.clone()).header("content-type", "application/json");
    Ok(request.body(document.to_string()))
}

impl LetterBox {
    async fn send(&self, notice: &Notice) -> Result<(), String> {
        let letter = Message::builder()
            .from(self.from.clone())
            .to(self.to.clone())
            .subject(format!("{} ({})", notice.subject(), notice.origin))
            .header(header::ContentType::TEXT_PLAIN)
            .body(notice.text())
            .map_err(|_| "the letter could not be written".to_owned())?;
        self.server.send(letter).await.map(drop).map_err(|error| {
            // What the server said may repeat the name that was signed in with.
            match error.status() {
                Some(code) => format!("the mail server answered {code}"),
                None if error.is_timeout() => "the mail server took too long".to_owned(),
                None if error.is_tls() => "no encryption could be agreed on with the mail server".to_owned(),
                None => "the mail server cannot be reached".to_owned(),
            }
        })
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn settings(smtp: &str, mail: &str) -> Settings {
        Settings { alert_mail: Some(mail.to_owned()), smtp: smtp.parse().ok(), ..Settings::default() }
    }

    #[tokio::test]
    async fn what_is_wrong_with_an_address_does_not_show_its_secret() {
        let wrong = [
            settings("smtp://tom:canary@mail.example", "ops@example.com"),
            settings("canary", "ops@example.com"),
            settings("ftp://tom:canary@mail.example?tls=required", "ops@example.com"),
            Settings { alert_slack: "canary".parse().ok(), ..Settings::default() },
            Settings { alert_webhook: "ftp://x/canary".parse().ok(), ..Settings::default() },
        ];
        for settings in wrong {
            let error = of(&settings).err().unwrap();
            let text = format!("{error:#} {error:?} {settings:?}");
            assert!(text.contains("hint: ") && !text.contains("canary"), "{text}");
        }
        for smtp in ["smtp://tom:x@127.0.0.1:2525", "smtps://tom:x@mail.example", "smtp://mail.example"] {
            assert!(of(&settings(smtp, "ops@example.com")).is_ok(), "{smtp}");
        }
        assert!(of(&settings("smtp://tom:x@mail.example?tls=required", "ops@example.com")).is_ok());
        assert!(of(&settings("smtp://mail.example", "nobody")).is_err());
    }

    #[test]
    fn a_user_is_read_as_it_was_meant() {
        assert_eq!(percent_decoded("portal%40example.com"), "portal@example.com");
        assert_eq!(percent_decoded("tom+ops"), "tom+ops");
    }

    proptest! {
        #[test]
        fn any_address_is_one_or_is_refused(text in "(smtps?|http|)(://)?[ -~]{0,30}") {
            let _ = of(&settings(&text, "ops@example.com"));
            let _ = of(&Settings { alert_slack: text.parse().ok(), ..Settings::default() });
        }
    }
}
