//! Pages as documents: what a page of HTML shows, in the shape that JSON would have, so that whoever looks for keys, rows
//! and changes need not know which of the two a service answers with.
//!
//! Rows of tables and lists, articles and forms are objects in the list `rows` of what stands around them. Their fields are
//! what inputs hold under their names, cells under the headings of their columns, definitions under their terms, other
//! texts as `text`, `text_2` …; and the keys in the paths of links, under the word before them: `/orders/17` is `order: 17`.

use std::collections::{BTreeMap, BTreeSet};

use scraper::{ElementRef, Html, Node, Selector};
use serde_json::{Map, Value, json};

use crate::catalogue::fold::{Names, is_plain, is_static, template};

/// How deep elements lie in each other; what lies deeper is not looked at.
const DEPTH_MAX: usize = 200;
/// Most fields of one row.
const FIELDS_MAX: usize = 400;
/// Longest text of one field, in bytes.
const TEXT_BYTES_MAX: usize = 4_000;

/// Elements that show nothing, or nothing but names.
const HIDDEN: &[&str] = &["script", "style", "template", "svg", "noscript", "iframe", "object", "thead"];
/// Elements that hold one thing of many.
const ROWS: &[&str] = &["tr", "li", "article", "form"];
/// Kinds of inputs that hold no value of the thing's.
const WITHOUT_VALUE: &[&str] = &["password", "submit", "button", "image", "reset", "file"];

/// What a page shows.
pub(crate) fn value(page: &str) -> Value {
    let page = Html::parse_document(page);
    let mut row = Row::default();
    row.read(page.root_element(), 0, &mut Around::default());
    row.into_value()
}

/// The fields of a page that have names of their own, without running text: what a page about somebody says of him.
pub(crate) fn named(page: &str) -> Value {
    let mut value = value(page);
    keep_named(&mut value);
    value
}

/// Whether an answer of this `Content-Type` is a page.
pub(crate) fn is_page(content_type: &str) -> bool {
    content_type.to_ascii_lowercase().contains("html")
}

/// Whether a page that came back for a form marks a field as wrong, as the usual frameworks do.
pub(crate) fn objects(page: &str) -> bool {
    const SIGNS: &[&str] = &["aria-invalid=\"true\"", "class=\"errorlist", "field_with_errors", "is-invalid"];
    SIGNS.iter().any(|sign| page.contains(sign))
}

/// Whether a page asks to sign in: one password with at most one name beside it, and no way out, which whoever is signed in
/// is shown.
pub(crate) fn asks_to_sign_in(page: &str) -> bool {
    const OUT: &[&str] = &["logout", "log-out", "log_out", "signout", "sign-out", "sign_out"];
    let small = page.to_lowercase();
    if !small.contains("password") || OUT.iter().any(|word| small.contains(&format!("/{word}"))) {
        return false;
    }
    let Ok(inputs) = Selector::parse("input") else { return false };
    let page = Html::parse_document(page);
    let kind = |input: &ElementRef<'_>| input.value().attr("type").unwrap_or("text").to_lowercase();
    let is_password = |input: &ElementRef<'_>| kind(input) == "password";
    page.select(&inputs).filter(is_password).any(|input| {
        let form = input.ancestors().filter_map(ElementRef::wrap).find(|around| around.value().name() == "form");
        let within = form.unwrap_or(page.root_element());
        let kinds: Vec<String> = within.select(&inputs).map(|one| kind(&one)).collect();
        let count = |wanted: &[&str]| kinds.iter().filter(|kind| wanted.contains(&kind.as_str())).count();
        count(&["password"]) == 1 && count(&["text", "email", "tel", "number"]) <= 1
    })
}

/// Where a page leads: links with GET, forms with the verb that they are sent with. As they are written.
pub(crate) fn links(page: &str) -> Vec<(String, String)> {
    let (Ok(links), Ok(forms)) = (Selector::parse("a[href]"), Selector::parse("form")) else { return Vec::new() };
    let page = Html::parse_document(page);
    let link = |link: ElementRef<'_>| Some(("GET".to_owned(), link.value().attr("href")?.to_owned()));
    let form = |form: ElementRef<'_>| Some((verb(form), form.value().attr("action").unwrap_or_default().to_owned()));
    page.select(&links).filter_map(link).chain(page.select(&forms).filter_map(form)).collect()
}

/// Names of the fields of a page that hide what is typed into them.
pub(crate) fn password_fields(page: &str) -> BTreeSet<String> {
    let Ok(inputs) = Selector::parse("input[type=password i][name]") else { return BTreeSet::new() };
    let page = Html::parse_document(page);
    page.select(&inputs).filter_map(|input| input.value().attr("name")).map(str::to_owned).collect()
}

/// The address of the next page of a list, where the page says so.
pub(crate) fn next(page: &str) -> Option<String> {
    let next = Selector::parse("a[rel~=next], link[rel~=next]").ok()?;
    let page = Html::parse_document(page);
    page.select(&next).find_map(|link| link.value().attr("href")).map(str::to_owned)
}

/// The token that a page gives against forged requests: that of the form that leads to `path`, else of any form, else that
/// of the whole page.
pub(crate) fn form_token(page: &str, path: &str) -> Option<String> {
    let inputs = Selector::parse("form input[name]").ok()?;
    let metas = Selector::parse("meta[name]").ok()?;
    let page = Html::parse_document(page);
    let own = |input: &ElementRef<'_>| {
        let form = input.ancestors().filter_map(ElementRef::wrap).find(|around| around.value().name() == "form");
        let action = form.and_then(|form| form.value().attr("action")).unwrap_or_default();
        action.split('?').next() == Some(path)
    };
    let held = |input: ElementRef<'_>| input.value().attr("value").filter(|value| !value.is_empty()).map(str::to_owned);
    let is_token = |input: &ElementRef<'_>| input.value().attr("name").is_some_and(is_form_token);
    let of_form = page.select(&inputs).filter(is_token).find(own).and_then(held);
    let of_page = || {
        let meta = page.select(&metas).find(is_token)?;
        meta.value().attr("content").filter(|value| !value.is_empty()).map(str::to_owned)
    };
    of_form.or_else(of_page).or_else(|| page.select(&inputs).filter(is_token).find_map(held))
}

/// Whether a field of this name holds a token against forged requests (OWASP's synchronizer token), as the usual frameworks
/// call it.
pub(crate) fn is_form_token(name: &str) -> bool {
    let name: String = name.to_lowercase().chars().filter(char::is_ascii_alphanumeric).collect();
    const WHOLE: &[&str] = &["token", "formtoken", "authenticitytoken", "requestverificationtoken", "antiforgerytoken"];
    WHOLE.contains(&name.as_str()) || name.contains("csrf") || name.contains("xsrf")
}

/// One object in the making.
#[derive(Default)]
struct Row {
    /// From the paths of links and forms: these have their names before anything else has.
    keys: Vec<(String, String)>,
    fields: Vec<(String, String)>,
    rows: Vec<Value>,
}

/// What a text stands in.
#[derive(Default, Clone)]
struct Around {
    /// Headings of the columns of a table.
    columns: Vec<String>,
    /// The column.
    column: usize,
    /// What names the texts here: the heading of the column, the term of a definition.
    name: Option<String>,
}

impl Row {
    fn read(&mut self, element: ElementRef<'_>, depth: usize, around: &mut Around) {
        let name = element.value().name();
        match name {
            name if HIDDEN.contains(&name) || DEPTH_MAX < depth => {}
            "input" => self.add_input(element),
            "select" => self.add_select(element),
            "textarea" => self.add_named(element, &element.text().collect::<String>()),
            "head" => {
                let title = element.children().filter_map(ElementRef::wrap).find(|one| one.value().name() == "title");
                title.iter().for_each(|title| self.add("title", &title.text().collect::<String>()));
            }
            "table" => self.read_inside(element, depth, &mut Around { columns: columns(element), ..Around::default() }),
            "th" | "td" => {
                let name = around.columns.get(around.column).cloned();
                around.column += 1;
                self.read_inside(element, depth, &mut Around { name, ..around.clone() });
            }
            "dt" => around.name = spelt(&element.text().collect::<String>()),
            name if ROWS.contains(&name) => {
                let mut row = Self::default();
                row.read_inside(element, depth, &mut Around { column: 0, name: None, ..around.clone() });
                row.add_keys(element.value().attr("action"));
                self.rows.extend(Some(row.into_value()).filter(|row| *row != json!({})));
            }
            "dl" => self.read_inside(element, depth, &mut around.clone()),
            _ => {
                self.add_keys(element.value().attr("href").filter(|_| name == "a"));
                self.read_inside(element, depth, around);
            }
        }
    }

    fn read_inside(&mut self, element: ElementRef<'_>, depth: usize, around: &mut Around) {
        for child in element.children() {
            match (child.value(), ElementRef::wrap(child)) {
                (Node::Text(text), _) => self.add(around.name.as_deref().unwrap_or("text"), text),
                (_, Some(inner)) => self.read(inner, depth + 1, around),
                _ => {}
            }
        }
    }

    fn add(&mut self, name: &str, text: &str) {
        let text = text.split_whitespace().collect::<Vec<_>>().join(" ");
        if !text.is_empty() && text.len() <= TEXT_BYTES_MAX && self.fields.len() < FIELDS_MAX {
            self.fields.push((name.to_owned(), text));
        }
    }

    fn add_named(&mut self, element: ElementRef<'_>, text: &str) {
        if let Some(name) = element.value().attr("name").filter(|name| !is_form_token(name)) {
            self.add(name, text);
        }
    }

    fn add_input(&mut self, input: ElementRef<'_>) {
        let kind = input.value().attr("type").unwrap_or("text").to_lowercase();
        let is_off = matches!(kind.as_str(), "checkbox" | "radio") && input.value().attr("checked").is_none();
        if !is_off && !WITHOUT_VALUE.contains(&kind.as_str()) {
            self.add_named(input, input.value().attr("value").unwrap_or_default());
        }
    }

    fn add_select(&mut self, select: ElementRef<'_>) {
        let Ok(options) = Selector::parse("option") else { return };
        let is_chosen = |option: &ElementRef<'_>| option.value().attr("selected").is_some();
        if let Some(option) = select.select(&options).find(is_chosen) {
            let text = option.text().collect::<String>();
            self.add_named(select, option.value().attr("value").unwrap_or(&text));
        }
    }

    /// The keys in a path that stands in the page.
    fn add_keys(&mut self, link: Option<&str>) {
        let path = link.unwrap_or_default().split(['?', '#']).next().unwrap_or_default();
        if !is_plain(path) || is_static(path) {
            return;
        }
        let parts = |path: &str| path.split('/').filter(|part| !part.is_empty()).map(str::to_owned).collect::<Vec<_>>();
        for (part, value) in parts(&template(path, &Names::new()).path).into_iter().zip(parts(path)) {
            let name = part.strip_prefix('{').and_then(|part| part.strip_suffix('}'));
            if let Some(name) = name.filter(|_| self.keys.len() < FIELDS_MAX) {
                self.keys.push((name.to_owned(), value));
            }
        }
    }

    fn into_value(mut self) -> Value {
        let mut seen = BTreeSet::new();
        self.keys.retain(|key| seen.insert(key.clone()));
        let mut object = Map::new();
        let mut numbers: BTreeMap<String, usize> = BTreeMap::new();
        for (name, text) in self.keys.into_iter().chain(self.fields) {
            let number = numbers.entry(name.clone()).or_default();
            *number += 1;
            let free = if *number == 1 { name } else { format!("{name}_{number}") };
            object.insert(free, text.into());
        }
        if !self.rows.is_empty() {
            object.insert("rows".to_owned(), Value::Array(self.rows));
        }
        Value::Object(object)
    }
}

/// The headings of a table's columns; none where it has no heading.
fn columns(table: ElementRef<'_>) -> Vec<String> {
    let (Ok(rows), Ok(heads)) = (Selector::parse("tr"), Selector::parse("th")) else { return Vec::new() };
    let Some(first) = table.select(&rows).next() else { return Vec::new() };
    let heads =
        first.select(&heads).map(|head| spelt(&head.text().collect::<String>()).unwrap_or_else(|| "text".into()));
    heads.collect()
}

/// A heading as the name of a field: `Due date:` is `due_date`.
fn spelt(text: &str) -> Option<String> {
    let words: Vec<String> =
        text.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty()).map(str::to_lowercase).collect();
    (!words.is_empty() && words.len() < 6).then(|| words.join("_"))
}

/// What a form is sent with; frameworks say the true verb in a field.
fn verb(form: ElementRef<'_>) -> String {
    let told = Selector::parse("input[name=_method]").ok().and_then(|told| form.select(&told).next());
    let told = told.and_then(|told| told.value().attr("value"));
    told.or(form.value().attr("method")).unwrap_or("get").to_ascii_uppercase()
}

fn keep_named(value: &mut Value) {
    let Value::Object(fields) = value else { return };
    fields.retain(|name, _| name != "title" && name != "text" && !name.starts_with("text_"));
    if let Some(Value::Array(rows)) = fields.get_mut("rows") {
        rows.iter_mut().for_each(keep_named);
        rows.retain(|row| *row != json!({}));
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const ORDER: &str = r#"<!doctype html><html><head><title>Order 17</title><meta name="csrf-token" content="page"></head><body>
        <nav><a href="/orders">Orders</a> <a href="/people/5">olga</a></nav>
        <dl><dt>Due date:</dt><dd>2026-12-01</dd></dl>
        <form method="post" action="/orders/17"><input type="hidden" name="_csrf" value="form">
          <input name="note" value="by the &quot;quay&quot;"><input type="password" name="pin" value="x">
          <select name="state"><option>draft</option><option selected>sent</option></select></form>
        <table><thead><tr><th>Item</th><th>Count</th><th></th></tr></thead>
          <tr><td>rope</td><td>2</td><td><form method="post" action="/orders/17/lines/3/remove"><button>x</button></form></td></tr>
          <tr><td><a href="/items/9">tar</a></td><td>1</td><td></td></tr></table>
        <script>var secret = 1</script></body></html>"#;

    #[test]
    fn a_page_is_a_document() {
        let expected = json!({
            "title": "Order 17", "text": "Orders", "text_2": "olga", "person": "5", "due_date": "2026-12-01",
            "rows": [
                {"note": "by the \"quay\"", "state": "sent", "order": "17"},
                {"item": "rope", "count": "2", "rows": [{"text": "x", "order": "17", "line": "3"}]},
                {"item": "9", "item_2": "tar", "count": "1"},
            ],
        });
        assert_eq!(value(ORDER), expected);
        assert_eq!(named(ORDER)["person"], "5");
        assert_eq!(named(ORDER).get("text"), None);
    }

    #[test]
    fn tokens_are_found_and_told_from_other_fields() {
        assert_eq!(form_token(ORDER, "/orders/17").as_deref(), Some("form"));
        assert_eq!(form_token(ORDER, "/orders").as_deref(), Some("page"));
        assert_eq!(form_token("<form><input name=q value=1></form>", "/x"), None);
        for name in ["_csrf", "csrfmiddlewaretoken", "authenticity_token", "__RequestVerificationToken", "_token"] {
            assert!(is_form_token(name), "{name}");
        }
        assert!(!is_form_token("invitation_token") && !is_form_token("title"));
    }

    #[test]
    fn a_page_to_sign_in_on_is_told_from_one_that_has_a_password_field() {
        let inputs = |fields: &str| format!("<form method=post action=/x>{fields}</form>");
        let password = "<input type='password' name=p>";
        assert!(asks_to_sign_in(&inputs(&format!(
            "<input name=mail type=email>{password}<input type=hidden name=_csrf>"
        ))));
        assert!(asks_to_sign_in("<input type=\"password\">"));
        assert!(!asks_to_sign_in(&inputs(&format!("<input name=mail><input name=name>{password}"))), "a sign-up");
        assert!(!asks_to_sign_in(&inputs(&[password, password].concat())), "a new password");
        assert_eq!(password_fields("<input type=Password name=old><input name=q>"), ["old".to_owned()].into());
        let signed_in = format!("{}<a href=\"/sign-out\">leave</a>", inputs(password));
        assert!(!asks_to_sign_in(&signed_in));
    }

    #[test]
    fn links_and_forms_lead_on() {
        let found = links(
            r#"<a href="/a?x=1">a</a><form action="b"></form>
            <form method=post action="/c"><input type=hidden name=_method value=delete></form>"#,
        );
        let pairs = [("GET", "/a?x=1"), ("GET", "b"), ("DELETE", "/c")];
        assert_eq!(found, pairs.map(|(verb, link)| (verb.to_owned(), link.to_owned())));
        assert_eq!(next("<a href='/n?page=2' rel='next'>").as_deref(), Some("/n?page=2"));
    }

    proptest! {
        #[test]
        fn any_page_is_read(page in "([<>/a-z=\" ]|<td>|<tr>|<li>|<dl><dt>|<form action=/a/7>|<input name=){0,60}") {
            let shown = value(&page);
            prop_assert!(shown.is_object());
            named(&page);
            links(&page);
            form_token(&page, "/x");
        }
    }

    #[test]
    fn depth_is_bounded() {
        assert!(value(&"<div><ul><li>".repeat(500)).is_object());
    }
}
