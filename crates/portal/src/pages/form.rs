//! The one form: plain data, one template, every field labelled and, when it was refused, marked.

use std::collections::BTreeMap;

use askama::Template;
use sha2::{Digest, Sha256};

use super::{
    Page,
    field::{Field, Kind},
};

/// What is wrong with each field: its name, and a sentence for the person who filled it in.
/// The empty name stands for the form as a whole.
pub type FieldErrors = BTreeMap<String, String>;

/// A form that was sent and refused, to be shown again with what was typed.
#[derive(Clone, Debug, Default)]
pub struct Refused {
    /// The path that the form was posted to; it says which form of the page is meant.
    pub action: String,
    /// What was typed. Fields that hold secrets are never shown again.
    pub values: BTreeMap<String, String>,
    /// What was wrong.
    pub errors: FieldErrors,
}

/// A form: it posts, it carries a key against being sent twice, and it works without JavaScript.
#[derive(Clone, Debug, Template)]
#[template(path = "pages/form.html")]
pub struct Form {
    id: String,
    action: String,
    key: String,
    fields: Vec<Field>,
    button: String,
    /// Words for screen readers that say what a short button word is about.
    about: String,
    look: &'static str,
    /// A question goes into the address and changes nothing; everything else is posted.
    asks: bool,
    /// Where its file can be sent in parts before the form is sent, so that it shows how far it is and goes on after a break.
    uploads: String,
    /// What to say while the connection is broken.
    broken: &'static str,
    /// A link beside the button: where, and what it says.
    beside: Option<(String, String)>,
    error: String,
    refused: Option<Refused>,
}

impl askama::filters::HtmlSafe for Form {}

impl Page {
    /// Begins a form that posts to `action` with a button that says `button`. When this very form
    /// was refused a moment ago, its values and errors come back by themselves.
    pub fn form(&self, action: impl Into<String>, button: impl Into<String>) -> Form {
        let action = action.into();
        let refused = self.refused.clone().filter(|refused| refused.action == action);
        let error = refused.as_ref().and_then(|refused| refused.errors.get("")).cloned().unwrap_or_default();
        Form {
            id: slug(action.trim_matches('/')),
            key: key_of(&self.key, &action),
            action,
            fields: Vec::new(),
            button: button.into(),
            about: String::new(),
            look: "",
            asks: false,
            uploads: String::new(),
            broken: self.texts.upload_broken(),
            beside: None,
            error,
            refused,
        }
    }

    /// Begins a form that asks for a page: what is filled in becomes a part of the address, which can be shared.
    pub fn question(&self, page: impl Into<String>, button: impl Into<String>) -> Form {
        Form { asks: true, look: "filters quiet", ..self.form(page, button) }
    }
}

/// What may stand in an id.
fn slug(text: &str) -> String {
    text.replace(|letter: char| !letter.is_ascii_alphanumeric(), "-")
}

/// Each form of a page has a key of its own, so that a person who goes back and uses the form
/// beside the first one is not taken for somebody who sends the first one twice.
fn key_of(page_key: &str, action: &str) -> String {
    let mut hash = Sha256::new();
    hash.update(page_key);
    hash.update(b"\n");
    hash.update(action);
    hex::encode(&hash.finalize()[..16])
}

impl Form {
    /// Adds a field.
    pub fn field(mut self, field: Field) -> Self {
        let is_first_wrong = self.fields.iter().all(|field| !field.is_wrong());
        self.fields.push(field.placed(&self.id, self.refused.as_ref(), is_first_wrong));
        self
    }

    /// Says where the form's file can be sent in parts by a page with script.
    pub fn uploads_to(mut self, path: impl Into<String>) -> Self {
        self.uploads = path.into();
        self
    }

    /// Whether a file goes with the form.
    fn takes_a_file(&self) -> bool {
        self.fields.iter().any(|field| matches!(field.kind, Kind::File))
    }

    /// Says to screen readers what a short button word is about: “Remove” of “Ana Castro”.
    pub fn about(mut self, about: impl Into<String>) -> Self {
        self.about = about.into();
        self
    }

    /// Tells several forms of a page apart that post to the same address. A refusal cannot say which
    /// of them was meant, so none of them is marked.
    pub fn named(mut self, name: &str) -> Self {
        self.id = format!("{}-{}", self.id, slug(name));
        self.key = key_of(&self.key, name);
        self.error.clear();
        self.refused = None;
        self
    }

    /// A link beside the button.
    pub fn beside(mut self, href: impl Into<String>, label: impl Into<String>) -> Self {
        self.beside = Some((href.into(), label.into()));
        self
    }

    /// The same form with another word on its button.
    pub fn saying(mut self, button: impl Into<String>) -> Self {
        self.button = button.into();
        self
    }

    /// A form whose button does not call for attention.
    pub fn quiet(mut self) -> Self {
        self.look = "quiet";
        self
    }

    /// A form whose button takes something away.
    pub fn danger(mut self) -> Self {
        self.look = "danger";
        self
    }

    /// Whether this form was sent and refused a moment ago.
    pub fn is_refused(&self) -> bool {
        self.refused.is_some()
    }

    fn has_fields(&self) -> bool {
        self.fields.iter().any(|field| !matches!(field.kind, Kind::Hidden))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refused(name: &str) -> Page {
        let refused = Refused {
            action: "/session/open".into(),
            values: [("mail", "tom@example.org"), ("password", "typed secret")]
                .map(|(name, value)| (name.to_owned(), value.to_owned()))
                .into(),
            errors: [(name.to_owned(), "This is wrong.".to_owned())].into(),
        };
        Page { refused: Some(refused), ..Page::default() }
    }

    fn sign_in(page: &Page, action: &str) -> String {
        page.form(action, "Sign in")
            .field(Field::mail("mail", "Mail address"))
            .field(Field::secret("password", "Password"))
            .to_string()
    }

    #[test]
    fn a_refused_form_keeps_what_was_typed_but_no_secret() {
        let html = sign_in(&refused("mail"), "/session/open");
        assert!(html.contains("value=\"tom@example.org\""), "{html}");
        assert!(!html.contains("typed secret"), "{html}");
    }

    #[test]
    fn the_error_stands_under_its_field_and_is_named_by_it() {
        let html = sign_in(&refused("mail"), "/session/open");
        assert!(html.contains("id=\"session-open-mail-error\""), "{html}");
        assert!(html.contains("aria-describedby=\"session-open-mail-error\""), "{html}");
        assert_eq!(html.matches("aria-invalid=\"true\"").count(), 1, "{html}");
    }

    #[test]
    fn an_error_of_the_whole_form_is_said_aloud() {
        let html = sign_in(&refused(""), "/session/open");
        assert!(html.contains("role=\"alert\""), "{html}");
        assert!(!html.contains("aria-invalid"), "{html}");
    }

    #[test]
    fn another_form_of_the_page_is_left_alone() {
        let html = sign_in(&refused("mail"), "/somewhere/else");
        assert!(!html.contains("aria-invalid") && !html.contains("tom@"), "{html}");
    }

    #[test]
    fn what_was_typed_cannot_become_markup() {
        let mut page = refused("mail");
        if let Some(refused) = &mut page.refused {
            refused.values.insert("mail".into(), "\"><script>alert(1)</script>".into());
        }
        let html = sign_in(&page, "/session/open");
        assert!(!html.contains("<script>"), "{html}");
    }

    #[test]
    fn each_form_of_a_page_has_its_own_key_and_keeps_it() {
        let page = Page { key: "one".into(), ..Page::default() };
        let key = |page: &Page, action: &str| page.form(action, "Go").key;
        assert_eq!(key(&page, "/a"), key(&page, "/a"));
        assert_ne!(key(&page, "/a"), key(&page, "/b"));
        assert_ne!(key(&page, "/a"), key(&Page { key: "two".into(), ..Page::default() }, "/a"));
    }
}
