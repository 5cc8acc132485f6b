//! The one way to a mail server (SMTP, RFC 5321): alerts and letters to people go through it.

use std::time::Duration;

use anyhow::{Context as _, Result, bail};
use lettre::message::Mailbox;
use lettre::{AsyncSmtpTransport, AsyncTransport as _, Message, Tokio1Executor};
use url::{Host, Url};

use crate::watch::Secret;

/// How long a mail server may take.
const PATIENCE: Duration = Duration::from_secs(20);
/// What to write instead.
pub(crate) const MAIL_HINT: &str = "--smtp smtps://user:password@mail.example";
/// Answers that mean this mailbox and no other: there is none, it is not here, its name is none (RFC 5321, section 4.2.3).
const NO_SUCH_MAILBOX: [u16; 3] = [550, 551, 553];

/// A mail server.
pub(crate) struct Smtp {
    server: AsyncSmtpTransport<Tokio1Executor>,
    /// Servers that ask for a name take letters from that name only.
    user: Option<Mailbox>,
    host: String,
}

/// Why a letter was not taken.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct NotTaken {
    /// In words, without the address and without what the server said: it may repeat the name that was signed in with.
    pub(crate) words: String,
    /// It never will be.
    pub(crate) for_good: bool,
}

impl Smtp {
    /// The server of an address.
    ///
    /// # Errors
    /// What is wrong with it, without showing it.
    pub(crate) fn of(address: &Secret) -> Result<Self> {
        let url =
            Url::parse(address.reveal()).ok().with_context(|| format!("--smtp: is no address\n\nhint: {MAIL_HINT}"))?;
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
            bail!(
                "--smtp: the password would go over the network in clear\n\nhint: {MAIL_HINT}, or smtp://…?tls=required"
            );
        }
        // The library's error would show the address.
        let builder = AsyncSmtpTransport::<Tokio1Executor>::from_url(address.reveal()).ok();
        let builder =
            builder.with_context(|| format!("--smtp: is no address of a mail server\n\nhint: {MAIL_HINT}"))?;
        Ok(Self {
            server: builder.timeout(Some(PATIENCE)).build(),
            user: percent_decoded(url.username()).parse().ok(),
            host: url.host_str().unwrap_or_default().to_owned(),
        })
    }

    /// The mailbox that the server knows us by, where its name is one.
    pub(crate) const fn user(&self) -> Option<&Mailbox> {
        self.user.as_ref()
    }

    /// Its name, which is no secret.
    pub(crate) fn host(&self) -> &str {
        &self.host
    }

    /// Hands a letter over.
    ///
    /// # Errors
    /// Why it was not taken.
    pub(crate) async fn send(&self, letter: Message) -> Result<(), NotTaken> {
        self.server.send(letter).await.map(drop).map_err(|error| {
            let words = match error.status() {
                Some(code) => format!("the mail server answered {code}"),
                None if error.is_timeout() => "the mail server took too long".to_owned(),
                None if error.is_tls() => "no encryption could be agreed on with the mail server".to_owned(),
                None => "the mail server cannot be reached".to_owned(),
            };
            let code = error.status().and_then(|code| code.to_string().parse().ok());
            NotTaken { words, for_good: code.is_some_and(|code| NO_SUCH_MAILBOX.contains(&code)) }
        })
    }
}

fn percent_decoded(text: &str) -> String {
    let pair = format!("x={}", text.replace('+', "%2B"));
    url::form_urlencoded::parse(pair.as_bytes()).map(|(_, value)| value.into_owned()).next().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn secret(address: &str) -> Secret {
        address.parse().unwrap_or_else(|never| match never {})
    }

    #[tokio::test]
    async fn what_is_wrong_with_an_address_does_not_show_its_secret() {
        for wrong in ["smtp://tom:canary@mail.example", "canary", "ftp://tom:canary@mail.example?tls=required"] {
            let error = Smtp::of(&secret(wrong)).err().unwrap();
            let text = format!("{error:#} {error:?}");
            assert!(text.contains("hint: ") && !text.contains("canary"), "{text}");
        }
        for smtp in [
            "smtp://tom:x@127.0.0.1:2525",
            "smtps://tom:x@mail.example",
            "smtp://mail.example",
            "smtp://tom:x@mail.example?tls=required",
        ] {
            assert!(Smtp::of(&secret(smtp)).is_ok(), "{smtp}");
        }
    }

    #[tokio::test]
    async fn the_server_knows_us_by_a_mailbox_or_not_at_all() {
        let user = |address| Smtp::of(&secret(address)).unwrap().user().map(ToString::to_string);
        assert_eq!(user("smtps://portal%40example.com:x@mail.example").as_deref(), Some("portal@example.com"));
        assert_eq!(user("smtps://apikey:x@mail.example"), None);
    }

    #[test]
    fn a_user_is_read_as_it_was_meant() {
        assert_eq!(percent_decoded("portal%40example.com"), "portal@example.com");
        assert_eq!(percent_decoded("tom+ops"), "tom+ops");
    }

    proptest! {
        #[test]
        fn any_address_is_one_or_is_refused(text in "(smtps?|http|)(://)?[ -~]{0,30}") {
            let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
            runtime.block_on(async { let _ = Smtp::of(&secret(&text)); });
        }
    }
}
