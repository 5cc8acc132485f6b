//! The sound service of plain users: private notes with comments, a search, a record. Each user is his own tenant.

use std::sync::Arc;

use super::document::{field, maybe, text};
use super::people;
use super::rows::{self, own};
use super::{Action, Answer, Call, Credential, Field, Service, Shape, World};

/// What a note is made of.
pub(crate) fn note_fields() -> Vec<Field> {
    vec![text("title"), text("body")]
}

/// Sign-up, sign-in by JSON, bearer tokens.
pub(crate) fn service() -> Service {
    let actions = vec![
        public("POST /accounts", people::sign_up)
            .takes(vec![
                text("name"),
                field("password", "password"),
                Field { is_required: false, ..field("mail", "email") },
            ])
            .gives(Shape::Object(vec!["name"])),
        public("POST /session", people::sign_in).takes(vec![text("name"), field("password", "password")]),
        action("DELETE /session", people::sign_out),
        action("GET /whoami", people::who_am_i).gives(Shape::Object(vec!["name", "role", "motto"])),
        action("PUT /whoami", people::describe_myself).takes(vec![text("motto")]),
        action("POST /notes", rows::create("note", note_fields()))
            .takes(note_fields())
            .gives(Shape::Object(vec!["title", "body"])),
        action("GET /notes", rows::list("note", own)).gives(Shape::List(vec!["title", "body"])),
        action("GET /search", rows::list("note", own)).asks(vec![maybe("q")]).gives(Shape::List(vec!["title", "body"])),
        action("GET /notes/{note}", rows::show("note", own)).gives(Shape::Object(vec!["title", "body"])),
        action("PUT /notes/{note}", rows::update("note", note_fields(), own)).takes(note_fields()),
        action("DELETE /notes/{note}", rows::delete("note", own)),
        action("POST /notes/{note}/comments", rows::create_below("note", "comment", vec![text("text")], own))
            .takes(vec![text("text")])
            .gives(Shape::Object(vec!["text"])),
        action("GET /notes/{note}/comments", rows::list_below("note", "comment", own)).gives(Shape::List(vec!["text"])),
        action("GET /notes/{note}/comments/{comment}", rows::show_below("note", "comment", own))
            .gives(Shape::Object(vec!["text"])),
        action("DELETE /notes/{note}/comments/{comment}", rows::delete_below("note", "comment", own)),
        action("GET /events", people::all_events),
        public("GET /health", people::health),
        page("GET /", people::home),
        page("GET /privacy", people::privacy),
        page("GET /.well-known/security.txt", people::security_txt),
    ];
    Service {
        actions,
        credential: Credential::Bearer,
        is_enveloped: false,
        seeds: vec![Arc::new(|world| drop(world.add_person("root", ROOT_PASSWORD, "", "admin")))],
        unknown: Answer::missing,
        guard: None,
    }
}

/// The same, signed in by an HTML form, with a session cookie. Accounts exist already.
pub(crate) fn web() -> Service {
    let mut service = service()
        .without("POST /accounts")
        .without("POST /session")
        .with(page("GET /login", people::login_form))
        .with(page("POST /login", people::login));
    service.credential = Credential::Cookie;
    service.seed(|world| {
        for name in ["ann", "bob"] {
            world.add_person(name, &format!("{name}-password"), "", "user");
        }
    })
}

/// The administrator of [`service`].
pub(crate) const ROOT_PASSWORD: &str = "correct horse battery";

/// The manifest of [`service`]; tests append sections.
pub(crate) const MANIFEST: &str = r#"
[sign_up]
send  = 'POST /accounts {"name":"{name}","password":"{password}","mail":"{name}@example.com"}'
[sign_in]
send  = 'POST /session {"name":"{name}","password":"{password}"}'
token = "session.key"
use   = "Authorization: Bearer {token}"
proof = "GET /whoami"

[actors]
ann = { role = "user", tenant = "ann" }
bob = { role = "user", tenant = "bob" }
"#;

/// The manifest of [`web`].
pub(crate) const WEB_MANIFEST: &str = r#"
[sign_in]
form  = "GET /login"
fill  = { name = "{name}", password = "{password}" }
proof = "GET /whoami"

[actors]
ann = { role = "user", tenant = "ann", password = "file:ann.password" }
bob = { role = "user", tenant = "bob", password = "file:bob.password" }
"#;

/// Reading the record, for the administrator who is seeded.
pub(crate) const RECORD: &str = r#"
root = { role = "admin", tenant = "*", password = "file:root.password" }

[record]
read = 'root: GET /events -> items[]'
"#;

/// An action for the signed-in.
pub(crate) fn action(
    name: &'static str,
    handler: impl Fn(&mut World, &Call) -> Answer + Send + Sync + 'static,
) -> Action {
    Action {
        name,
        is_public: false,
        is_documented: true,
        input: Vec::new(),
        query: Vec::new(),
        headers: Vec::new(),
        media: None,
        file_types: None,
        answer: Shape::Unsaid,
        handler: Arc::new(handler),
    }
}

/// An action for everybody.
pub(crate) fn public(
    name: &'static str,
    handler: impl Fn(&mut World, &Call) -> Answer + Send + Sync + 'static,
) -> Action {
    Action { is_public: true, ..action(name, handler) }
}

/// A page for everybody that the document does not have.
pub(crate) fn page(
    name: &'static str,
    handler: impl Fn(&mut World, &Call) -> Answer + Send + Sync + 'static,
) -> Action {
    Action { is_documented: false, ..public(name, handler) }
}

impl Action {
    pub(crate) fn takes(mut self, input: Vec<Field>) -> Self {
        self.input = input;
        self
    }

    pub(crate) fn asks(mut self, query: Vec<Field>) -> Self {
        self.query = query;
        self
    }

    /// Takes bytes of a media type and not a document.
    pub(crate) fn takes_bytes(mut self, media: &'static str) -> Self {
        self.media = Some(media);
        self
    }

    /// Takes a file in a form, of these media types where the document names any.
    pub(crate) fn takes_file(mut self, types: Option<&'static str>) -> Self {
        (self.media, self.file_types) = (Some("multipart/form-data"), types);
        self
    }

    pub(crate) fn with_header(mut self, field: Field) -> Self {
        self.headers.push(field);
        self
    }

    pub(crate) fn gives(mut self, answer: Shape) -> Self {
        self.answer = answer;
        self
    }
}
