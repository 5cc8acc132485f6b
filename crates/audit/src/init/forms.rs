//! Forms on pages by which people sign in or sign up.

use scraper::{ElementRef, Html, Selector};

use super::fields::{self, Is};

/// A form that sends something.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Form {
    /// The page that it stands on.
    pub(super) page: String,
    /// Where it is sent to, as the page writes it; the page itself where it does not say.
    pub(super) action: String,
    /// Its fields with a name, without buttons.
    pub(super) fields: Vec<Field>,
}

/// One field of a form.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Field {
    /// Its name.
    pub(super) name: String,
    /// `text`, `password`, `hidden` …
    pub(super) kind: String,
    /// What stands in it.
    pub(super) value: String,
    /// Whether a browser asks for it.
    pub(super) required: bool,
    /// What it is.
    pub(super) is: Is,
}

impl Form {
    /// The fields of a kind.
    pub(super) fn of(&self, is: Is) -> impl Iterator<Item = &Field> {
        self.fields.iter().filter(move |field| field.is == is && field.kind != "hidden")
    }

    /// The field by which it knows a person: a mail address before a name, and before anything else that one types.
    pub(super) fn person(&self) -> Option<&Field> {
        let typed = || self.of(Is::Other).find(|field| field.kind == "text" || field.kind == "tel");
        self.of(Is::Mail).next().or_else(|| self.of(Is::Name).next()).or_else(typed)
    }

    /// Whether it has fields that nobody types: an anti-forgery token, mostly.
    pub(super) fn has_hidden(&self) -> bool {
        self.fields.iter().any(|field| field.kind == "hidden")
    }

    /// Whether it makes an account: it asks for a password twice, for consent, for more than it takes to sign in, or says
    /// so where it leads.
    pub(super) fn signs_up(&self) -> bool {
        let leads = format!("{} {}", self.page, self.action).to_lowercase();
        let says = ["signup", "sign-up", "sign_up", "register", "registration", "join", "accounts/new", "users/new"];
        let typed = self.fields.iter().filter(|field| !["hidden", "checkbox"].contains(&field.kind.as_str())).count();
        says.iter().any(|word| leads.contains(word))
            || self.of(Is::Password).count() == 2 && 2 < typed
            || self.of(Is::Agreement).next().is_some()
    }
}

/// The forms of a page that take a password.
pub(super) fn with_password(html: &str, page: &str) -> Vec<Form> {
    let (Ok(forms), Ok(inputs)) = (Selector::parse("form"), Selector::parse("input, textarea, select")) else {
        return Vec::new();
    };
    let document = Html::parse_document(html);
    let sends =
        |form: &ElementRef<'_>| form.value().attr("method").is_some_and(|method| method.eq_ignore_ascii_case("post"));
    let read = document.select(&forms).filter(sends).map(|form| {
        let action = form.value().attr("action").filter(|action| !action.is_empty()).unwrap_or(page);
        Form {
            page: page.to_owned(),
            action: action.to_owned(),
            fields: form.select(&inputs).filter_map(field).collect(),
        }
    });
    read.filter(|form| form.of(Is::Password).next().is_some()).collect()
}

fn field(input: ElementRef<'_>) -> Option<Field> {
    let attribute = |name: &str| input.value().attr(name).unwrap_or_default();
    let kind = match input.value().name() {
        "input" => input.value().attr("type").unwrap_or("text").to_ascii_lowercase(),
        other => other.to_owned(),
    };
    let name = attribute("name").to_owned();
    if name.is_empty() || ["submit", "button", "image", "reset", "file"].contains(&kind.as_str()) {
        return None;
    }
    let is = match kind.as_str() {
        "checkbox" if fields::is(&name, "") != Is::Agreement => Is::Other,
        // A box of this kind is a password whatever it is called, and a box of another kind is none.
        "password" => Is::Password,
        kind => match fields::is(&name, kind) {
            Is::Password => Is::Other,
            is => is,
        },
    };
    let required = input.value().attr("required").is_some();
    Some(Field { is, kind, value: attribute("value").to_owned(), required, name })
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn a_sign_in_is_told_from_a_sign_up_and_a_search() {
        let page = r#"<form action=/search><input name=q></form>
            <form method=post action=/session><input type=hidden name=_csrf value=x><input type=email name=login>
              <input type=password name=pass><input type=checkbox name=remember><button>Sign in</button></form>
            <form method=POST><input name=email><input type=password name=password><input type=password name=again>
              <input type=checkbox name=terms required></form>"#;
        let forms = with_password(page, "/start");
        assert_eq!(forms.len(), 2);
        assert!(!forms[0].signs_up() && forms[0].has_hidden());
        assert_eq!(forms[0].person().unwrap().name, "login");
        assert_eq!(forms[0].of(Is::Password).next().unwrap().name, "pass");
        assert!(forms[1].signs_up() && !forms[1].has_hidden());
        assert_eq!((forms[1].action.as_str(), forms[1].of(Is::Password).count()), ("/start", 2));
    }

    proptest! {
        #[test]
        fn any_page_is_read(html in ".{0,300}") {
            with_password(&html, "/");
            with_password(&format!("<form method=post>{html}<input type=password name=a>"), "/");
        }
    }
}
