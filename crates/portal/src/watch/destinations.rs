//! Where alerts go: Slack, any webhook, mail.

use anyhow::{Context as _, Result};
use lettre::Message;
use lettre::message::{Mailbox, header};
use url::Url;

use super::receiver::Receiver;
use super::{Notice, Settings, http};
use crate::mail::{MAIL_HINT, Smtp};

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
    server: Smtp,
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
    let address = settings.smtp.as_ref();
    let server = Smtp::of(address.with_context(|| format!("--alert-mail: no mail server\n\nhint: {MAIL_HINT}"))?)?;
    let to: Mailbox = to.parse().with_context(|| format!("--alert-mail {to}: is no mail address"))?;
    let from = server.user().cloned().unwrap_or_else(|| to.clone());
    Ok(LetterBox { from, to, server })
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
        self.server.send(letter).await.map_err(|not| not.words)
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
            Settings { alert_slack: "canary".parse().ok(), ..Settings::default() },
            Settings { alert_webhook: "ftp://x/canary".parse().ok(), ..Settings::default() },
        ];
        for settings in wrong {
            let error = of(&settings).err().unwrap();
            let text = format!("{error:#} {error:?} {settings:?}");
            assert!(text.contains("hint: ") && !text.contains("canary"), "{text}");
        }
        assert!(of(&settings("smtp://mail.example", "nobody")).is_err());
    }

    proptest! {
        #[test]
        fn any_address_is_one_or_is_refused(text in "(smtps?|http|)(://)?[ -~]{0,30}") {
            let _ = of(&settings(&text, "ops@example.com"));
            let _ = of(&Settings { alert_slack: text.parse().ok(), ..Settings::default() });
        }
    }
}
