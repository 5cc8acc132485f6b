//! A letter, as text and as HTML: what it says, one link to go on with at the most, and nothing that is fetched from anywhere.

use std::time::SystemTime;

use askama::Template;
use door::Time;
use lettre::message::header::{ContentType, Header, HeaderName, HeaderValue};
use lettre::message::{Mailbox, MultiPart, SinglePart};
use lettre::{Address, Message};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::post::host_of;
use crate::notices::About;
use crate::texts::Texts;

/// A letter to somebody, before it has an envelope.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Letter {
    /// To which address; nobody's is written like any other and thrown away, so that nobody can tell from outside.
    pub to: Option<String>,
    /// In whose name: an organisation's; where there is none in particular, the portal's own.
    pub place: Option<String>,
    /// The name that it comes from, where it is another than the place's.
    #[serde(default)]
    pub sender: Option<String>,
    /// Where an answer goes.
    #[serde(default)]
    pub reply_to: Option<String>,
    /// The colours of its button on light and on dark ground, where they are the organisation's own.
    #[serde(default)]
    pub colours: Option<(String, String)>,
    /// The subject.
    pub subject: String,
    /// What it says above the link, in paragraphs.
    pub words: Vec<String>,
    /// What it says in lines, below those.
    #[serde(default)]
    pub sections: Vec<Section>,
    /// Where to go on.
    pub link: Option<Link>,
    /// What it says below it, smaller.
    pub below: Vec<String>,
    /// Where letters of this kind are switched off, where they can be.
    #[serde(default)]
    pub off: Option<Off>,
    /// What it is about, where it is sent only while its reader may see that.
    #[serde(default)]
    pub about: Option<About>,
}

/// Lines about one thing.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Section {
    /// What that is called; empty where the letter's name says it.
    pub title: String,
    /// What is said of it.
    pub lines: Vec<String>,
}

/// Where letters of a kind are switched off: by one press in the mail program (RFC 8058), or on a page.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Off {
    /// What the link says.
    pub label: String,
    /// The path, which says whose letters and which.
    pub path: String,
}

/// Where a letter leads.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Link {
    /// What the button says.
    pub label: String,
    /// The path. What stands before it is where the portal says that it is when the letter is sent, whatever a request said.
    pub path: String,
}

#[derive(Template)]
#[template(path = "mail/letter.html")]
struct AsHtml<'a> {
    texts: Texts,
    letter: &'a Letter,
    place: &'a str,
    origin: &'a str,
}

/// “A program wrote this”, so that no other program answers (RFC 3834, section 5).
#[derive(Debug, Clone, Copy)]
struct AutoSubmitted;

impl Header for AutoSubmitted {
    fn name() -> HeaderName {
        HeaderName::new_from_ascii_str("Auto-Submitted")
    }

    fn parse(_: &str) -> Result<Self, Box<dyn std::error::Error + Send + Sync>> {
        Ok(Self)
    }

    fn display(&self) -> HeaderValue {
        HeaderValue::new(Self::name(), "auto-generated".to_owned())
    }
}

/// Where letters of this kind are switched off (RFC 2369, section 3.2).
#[derive(Debug, Clone)]
struct ListUnsubscribe(String);

impl Header for ListUnsubscribe {
    fn name() -> HeaderName {
        HeaderName::new_from_ascii_str("List-Unsubscribe")
    }

    fn parse(text: &str) -> Result<Self, Box<dyn std::error::Error + Send + Sync>> {
        Ok(Self(text.to_owned()))
    }

    fn display(&self) -> HeaderValue {
        // An address of ours is ASCII, and must not be folded: programs read it as it stands.
        HeaderValue::dangerous_new_pre_encoded(Self::name(), self.0.clone(), self.0.clone())
    }
}

/// That a program may switch them off by itself when its reader presses a button (RFC 8058, section 3.1).
#[derive(Debug, Clone, Copy)]
struct ListUnsubscribePost;

impl Header for ListUnsubscribePost {
    fn name() -> HeaderName {
        HeaderName::new_from_ascii_str("List-Unsubscribe-Post")
    }

    fn parse(_: &str) -> Result<Self, Box<dyn std::error::Error + Send + Sync>> {
        Ok(Self)
    }

    fn display(&self) -> HeaderValue {
        HeaderValue::new(Self::name(), "List-Unsubscribe=One-Click".to_owned())
    }
}

impl Letter {
    /// As plain text. `origin` is where the portal is: `https://portal.example`.
    #[must_use]
    pub fn text(&self, origin: &str) -> String {
        let mut parts = self.words.clone();
        parts.extend(self.sections.iter().map(|section| {
            let title = Some(section.title.clone()).filter(|title| !title.is_empty());
            let lines = section.lines.iter().map(|line| format!("- {line}"));
            title.into_iter().chain(lines).collect::<Vec<_>>().join("\n")
        }));
        parts.extend(self.link.as_ref().map(|link| format!("{}:\n{origin}{}", link.label, link.path)));
        parts.extend_from_slice(&self.below);
        parts.extend(self.off.as_ref().map(|off| format!("{}:\n{origin}{}", off.label, off.path)));
        // Two dashes and a space begin what programs leave out of an answer (RFC 3676, section 4.3).
        parts.push(format!("-- \n{}\n{}\n", self.place(origin), Texts::default().letter_by()));
        parts.join("\n\n")
    }

    /// As a page of its own.
    ///
    /// # Errors
    /// When it cannot be rendered.
    pub fn html(&self, origin: &str) -> Result<String, String> {
        let place = &self.place(origin);
        AsHtml { texts: Texts::default(), letter: self, place, origin }.render().map_err(unwritten)
    }

    fn place(&self, origin: &str) -> String {
        self.place.clone().unwrap_or_else(|| host_of(origin))
    }

    /// The whole message (RFC 5322): the text first, the HTML as the alternative that programs prefer (RFC 2046, section
    /// 5.1.4). Its number makes it the same message however often it is sent.
    ///
    /// # Errors
    /// Why it can never be sent: the address is none.
    pub(super) fn message(
        &self,
        to: &str,
        from: &Address,
        origin: &str,
        id: Uuid,
        at: Time,
    ) -> Result<Message, String> {
        let to: Address = to.parse().map_err(|_| "the address is none".to_owned())?;
        let text = SinglePart::builder().header(ContentType::TEXT_PLAIN).body(self.text(origin));
        let html = SinglePart::builder().header(ContentType::TEXT_HTML).body(self.html(origin)?);
        let sender = self.sender.clone().unwrap_or_else(|| self.place(origin));
        let mut head = Message::builder().from(Mailbox::new(Some(sender), from.clone()));
        if let Some(reply_to) = &self.reply_to {
            let reply_to: Address = reply_to.parse().map_err(|_| "the address for answers is none".to_owned())?;
            head = head.reply_to(Mailbox::new(None, reply_to));
        }
        if let Some(off) = &self.off {
            head = head.header(ListUnsubscribe(format!("<{origin}{}>", off.path)));
            // By one press over an encrypted connection only.
            if origin.starts_with("https://") {
                head = head.header(ListUnsubscribePost);
            }
        }
        head.to(Mailbox::new(None, to))
            .subject(&self.subject)
            .date(SystemTime::from(at.timestamp()))
            .message_id(Some(format!("<{id}@{}>", from.domain())))
            .header(AutoSubmitted)
            .multipart(MultiPart::alternative().boundary(id.simple().to_string()).singlepart(text).singlepart(html))
            .map_err(unwritten)
    }
}

fn unwritten(error: impl std::fmt::Display) -> String {
    tracing::error!(%error, "a letter could not be written");
    "the letter could not be written".to_owned()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::mail::post::own_address;

    const HERE: &str = "https://portal.example";

    fn letter(place: &str, subject: &str, words: &str) -> Letter {
        Letter {
            place: Some(place.to_owned()),
            subject: subject.to_owned(),
            words: vec![words.to_owned()],
            link: Some(Link { label: "Go on".to_owned(), path: "/x".to_owned() }),
            ..Letter::default()
        }
    }

    fn written(letter: &Letter) -> String {
        let from = "portal@example.com".parse().unwrap();
        let message = letter.message("petra@example.com", &from, HERE, Uuid::from_u128(7), Time(0)).unwrap();
        String::from_utf8(message.formatted()).unwrap()
    }

    #[test]
    fn what_somebody_is_called_is_no_markup() {
        let html = letter("Halden", "x", "<img src=x> & you").html(HERE).unwrap();
        assert!(!html.contains("<img"), "{html}");
        assert!(letter("Halden", "x", "<b> & you").text(HERE).contains("<b> & you"));
    }

    #[test]
    fn a_letter_fetches_nothing() {
        let html = letter("Halden", "x", "y").html(HERE).unwrap();
        for forbidden in ["src=", "url(", "@import", "<script", "<link"] {
            assert!(!html.contains(forbidden), "{forbidden}");
        }
    }

    #[test]
    fn a_portal_without_a_name_of_its_own_writes_too() {
        let here = "http://127.0.0.1:8080";
        let from = own_address(here).unwrap();
        let message = letter("Halden & Rook", "x", "y").message("petra@example.com", &from, here, Uuid::nil(), Time(0));
        let head = String::from_utf8(message.unwrap().formatted()).unwrap();
        assert!(head.lines().next().is_some_and(|from| from.ends_with("<portal@localhost>")), "{head}");
    }

    #[test]
    fn an_organisation_writes_as_whom_it_says_and_reads_the_answers() {
        let letter = Letter {
            sender: Some("The Halden studio".to_owned()),
            reply_to: Some("hello@halden.example".to_owned()),
            colours: Some(("#7a1f5c".to_owned(), "#e2a3cb".to_owned())),
            ..letter("Halden", "x", "y")
        };
        let whole = written(&letter);
        assert!(
            whole.starts_with("From: \"The Halden studio\" <portal@example.com>\r\nReply-To: hello@halden.example\r\n"),
            "{whole}"
        );
        let html = letter.html(HERE).unwrap();
        assert!(html.contains("background: #7a1f5c") && html.contains("background: #e2a3cb"), "{html}");
        let wrong = Letter { reply_to: Some("no\r\nBcc: all@example.com".to_owned()), ..letter };
        let from = "portal@example.com".parse().unwrap();
        assert!(wrong.message("petra@example.com", &from, HERE, Uuid::nil(), Time(0)).is_err());
    }

    #[test]
    fn a_letter_that_can_be_switched_off_says_where() {
        let path = format!("/notices/{}", "x".repeat(66));
        let off = Some(Off { label: "No more".to_owned(), path: path.clone() });
        let letter = Letter { off, ..letter("Halden", "x", "y") };
        let whole = written(&letter);
        let line = format!("\r\nList-Unsubscribe: <{HERE}{path}>\r\n");
        assert!(whole.contains(&line), "in one line: {whole}");
        assert!(whole.contains("\r\nList-Unsubscribe-Post: List-Unsubscribe=One-Click\r\n"), "{whole}");
        assert!(letter.text(HERE).contains(&path) && letter.html(HERE).unwrap().contains(&path));
        let from = "portal@example.com".parse().unwrap();
        let clear = letter.message("petra@example.com", &from, "http://127.0.0.1:8080", Uuid::nil(), Time(0)).unwrap();
        let clear = String::from_utf8(clear.formatted()).unwrap();
        assert!(clear.contains("List-Unsubscribe: <http://127.0.0.1") && !clear.contains("One-Click"), "{clear}");
    }

    #[test]
    fn an_address_that_is_none_is_said_and_not_sent() {
        let from = "portal@example.com".parse().unwrap();
        let message = letter("a", "b", "c").message("no\r\nBcc: all@example.com", &from, HERE, Uuid::nil(), Time(0));
        assert!(message.is_err());
    }

    proptest! {
        /// Whatever somebody is called, the head has the lines that we wrote and no other.
        #[test]
        fn no_name_becomes_a_header(place in any::<String>(), subject in any::<String>(), words in any::<String>()) {
            let whole = written(&letter(&place, &subject, &words));
            let (head, _) = whole.split_once("\r\n\r\n").unwrap();
            let names: Vec<&str> = head.split("\r\n").filter(|line| !line.starts_with([' ', '\t']))
                .map(|line| line.split(':').next().unwrap()).collect();
            prop_assert_eq!(names, ["From", "To", "Subject", "Date", "Message-ID", "Auto-Submitted", "MIME-Version", "Content-Type"]);
            prop_assert!(!head.replace("\r\n", "").contains(['\r', '\n']));
        }
    }
}
