//! Forms of pages: the one by which people sign in, and those that alerts lead to.

use super::second_factor::{asks, look_up};
use super::sign_in::said;
use super::world::{Asked, Call, World};
use crate::client::{Body, Purpose};
use crate::evidence::Reading;
use crate::manifest::{RequestLine, SignIn};
use scraper::{Html, Selector};

impl World<'_> {
    /// The form of a sign-in, fetched anew, hidden fields kept, filled with what the actor knows.
    ///
    /// # Errors
    /// When the page has no such form.
    pub(crate) async fn filled_form(&mut self, at: usize, form: &RequestLine, way: &SignIn) -> Result<Call, String> {
        self.actors[at].session.cookies.clear();
        let call = self.fill_line(form, Some(at))?;
        let page = self.ask(Some(at), &call, Purpose::SignIn).await;
        let known = self.known(Some(at));
        let mut filled = Vec::new();
        // Of two pages the second one asks for a code.
        for (name, template) in way.fill.iter().filter(|(_, one)| way.second.is_none() || !asks(one.as_str())) {
            let value = template.fill(&|hole| look_up(&known, hole)).map_err(|unfilled| unfilled.to_string())?;
            filled.push((name.clone(), value));
        }
        read_form(&page.answer.text(), &call.path, &filled)
            .ok_or_else(|| format!("{} answered {} and has no form with these fields", call.path, page.exchange.status))
    }

    pub(super) async fn sign_in_by_form(
        &mut self,
        at: usize,
        form: &RequestLine,
        way: &SignIn,
    ) -> Result<Asked, String> {
        let found = self.filled_form(at, form, way).await?;
        let call = self.fill_line(form, Some(at))?;
        let mut asked = self.ask(Some(at), &found, Purpose::SignIn).await;
        if asked.exchange.reading == Reading::Refusal || !asked.succeeded() {
            return Err(said(&format!("the form of {}", call.path), &asked));
        }
        // The session may be set by the page that one is led to.
        if let Some(location) = asked.answer.header("location").map(str::to_owned)
            && let Some(path) = below(self.client.base(), &location)
        {
            asked = self.ask(Some(at), &Call::get(path), Purpose::SignIn).await;
        }
        Ok(asked)
    }
}

/// The first form of a page that has a field for each value, with its hidden fields, filled.
pub(super) fn read_form(page: &str, at: &str, filled: &[(String, String)]) -> Option<Call> {
    let (forms, inputs) = (Selector::parse("form").ok()?, Selector::parse("input, textarea, select").ok()?);
    let page = Html::parse_document(page);
    for form in page.select(&forms) {
        let mut fields: Vec<(String, String)> = Vec::new();
        for input in form.select(&inputs) {
            let Some(name) = input.value().attr("name") else { continue };
            let kind = input.value().attr("type").unwrap_or("text");
            let given = filled.iter().find(|(wanted, _)| wanted == name).map(|(_, value)| value.clone());
            let hidden = (kind == "hidden").then(|| input.value().attr("value").unwrap_or_default().to_owned());
            fields.extend(given.or(hidden).map(|value| (name.to_owned(), value)));
        }
        if !filled.iter().all(|(wanted, _)| fields.iter().any(|(name, _)| name == wanted)) {
            continue;
        }
        let action = form.value().attr("action").filter(|action| !action.is_empty()).unwrap_or(at);
        let base = url::Url::parse("http://form.invalid").ok()?.join(at).ok()?;
        let action = base.join(action).ok()?;
        let path = match action.query() {
            Some(query) => format!("{}?{query}", action.path()),
            None => action.path().to_owned(),
        };
        return Some(Call { method: "POST".into(), path, headers: Vec::new(), body: Body::Form(fields) });
    }
    None
}

/// The form of a page that sends something, filled with nothing but its hidden fields: one that speaks of `words`, else the
/// first.
pub(crate) fn form_about(page: &str, at: &str, about: &[&str]) -> Option<Call> {
    let forms = Selector::parse("form").ok()?;
    let page = Html::parse_document(page);
    let sends = |form: &scraper::ElementRef<'_>| {
        form.value().attr("method").is_some_and(|method| method.eq_ignore_ascii_case("post"))
    };
    let sending: Vec<String> = page.select(&forms).filter(sends).map(|form| form.html()).collect();
    let speaks = |form: &&String| about.iter().any(|word| form.to_lowercase().contains(word));
    let form = sending.iter().find(speaks).or(sending.first())?;
    read_form(form, at, &[])
}

/// A location as a path below the target's address, if it is the target's.
fn below(base: &str, location: &str) -> Option<String> {
    if location.starts_with('/') && !location.starts_with("//") {
        return Some(location.to_owned());
    }
    location.strip_prefix(base).map(|rest| if rest.is_empty() { "/".to_owned() } else { rest.to_owned() })
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn hidden_fields_are_kept_and_the_right_form_is_found() {
        let page = r#"<form action="/search"><input name=q></form>
            <form method=post action="enter?x=1"><input type=hidden name=csrf value=c1>
            <input name=mail><input type=password name=pw></form>"#;
        let filled = [("mail".to_owned(), "a@b".to_owned()), ("pw".to_owned(), "s".to_owned())];
        let call = read_form(page, "/app/login", &filled).unwrap();
        assert_eq!(call.path, "/app/enter?x=1");
        let pairs = [("csrf", "c1"), ("mail", "a@b"), ("pw", "s")];
        assert_eq!(call.body, Body::Form(pairs.map(|(n, v)| (n.into(), v.into())).into()));
    }

    proptest! {
        #[test]
        fn any_page_is_read(page in ".*", at in "/[a-z/]{0,9}") {
            read_form(&page, &at, &[]);
        }
    }
}
