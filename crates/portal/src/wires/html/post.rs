//! Forms: each action that does something has one, and what follows is a page.

use axum::body::Body;
use axum::http::{HeaderMap, StatusCode};
use door::{Catalogue, Credential, Effect, FieldErrors, Ids, Refusal, Reply, Request, Verb, Way};
use serde::de::DeserializeOwned;
use serde_json::Value;
use zeroize::Zeroizing;

use super::answer::{Answer, NoPage, local};
use super::forms::{self, Pairs};
use super::frame;
use super::looks::{LOOKS, Look, account, links, passkeys, project, providers, public, requests, rooms, trail};
use super::visit::{Visit, next_of};
use crate::identity::factor::RecoveryCodes;
use crate::identity::pages::TokenMadePage;
use crate::identity::{SessionOpened, TokenCreated, device};
use crate::invitations::InvitationAccepted;
use crate::messages::MessagePosted;
use crate::pages::Refused;
use crate::projects::ProjectCreated;
use crate::providers::SubjectConnected;
use crate::requests::pages::Newer;
use crate::requests::{CommentPosted, RequestCreated};
use crate::vault::Revealed;
use crate::watch::AlertSeen;
use crate::wires::arriving::{self, Unread};
use crate::wires::download::Download;
use crate::wires::json::MULTIPART;
use crate::wires::{sign_in, tus};
use crate::world::World;

/// Where an action's page is not the one above its form.
const PAGES: &[(&str, &str)] = &[
    ("session.open", "/sign-in"),
    ("session.link.send", "/sign-in/link"),
    ("session.link.open", "/sign-in/link/{token}"),
    ("session.confirm", "/sign-in/second"),
    ("session.confirm.begin", "/sign-in/second"),
    ("session.passkey.begin", "/sign-in"),
    ("session.passkey.open", "/sign-in"),
    ("password.reset", "/password/reset/{token}"),
    ("account.mail.confirm", "/account/mail/{token}"),
    ("session.provider.begin", "/sign-in"),
    ("session.provider.open", "/sign-in"),
    (END_NOTICES, "/notices/{token}"),
    ("provider.subject.connect", providers::CONNECT),
    ("invitation.accept", "/join/{token}"),
    ("organisation.join", "/organisations"),
    ("provider.requirement.set", "/provider"),
    ("organisation.factor.set", "/people"),
    ("organisation.access.set", "/organisation/settings"),
    ("organisation.look.set", "/organisation/settings"),
    ("organisation.logo.set", "/organisation/settings"),
    ("organisation.logo.remove", "/organisation/settings"),
    ("organisation.mail.set", "/organisation/settings"),
    ("installation.set_up", "/setup/{token}"),
    ("alert.see", "/alerts/{token}"),
];

/// The form behind the link in a letter. It is sent to the link itself, because mail programs send it there by themselves (RFC 8058,
/// section 3.1); whatever they send along, the address says all.
const END_NOTICES: &str = "account.notice.end";

/// Forms that take a secret that may be wrong, or be guessed at.
const PROOFS: [&str; 3] = ["session.open", "session.confirm", "password.set"];

/// The form of an action.
#[derive(Clone, Copy)]
pub(super) struct Form {
    /// The action.
    pub(super) name: &'static str,
    /// Where it is sent.
    pub(super) path: &'static str,
    /// The page that it stands on.
    look: &'static Look,
}

/// The form of every action that does something and has a path.
pub(super) fn forms(catalogue: &Catalogue) -> Vec<Form> {
    let entries = catalogue.entries().filter(|entry| entry.effect != Effect::Look && !tus::speaks(entry.spec.name));
    entries
        .filter_map(|entry| {
            let path = match entry.spec.way {
                _ if entry.spec.name == END_NOTICES => "/notices/{token}".to_owned(),
                // A file that is fetched has a link, and no form.
                Way::Http(Verb::Get, _) => return None,
                Way::Http(_, path) => twin(path, entry.spec.verb()),
                Way::Page(Verb::Post, path) => path.to_owned(),
                Way::Page(..) | Way::Scim(..) | Way::Job { .. } | Way::Console(_) => return None,
            };
            let elsewhere = PAGES.iter().find(|(name, _)| *name == entry.spec.name);
            let page = elsewhere.map_or_else(|| above(&path), |(_, page)| (*page).to_owned());
            let look = LOOKS.iter().find(|look| look.path == page)?;
            // A route's path lives as long as the program; there is one router in it.
            Some(Form { name: entry.spec.name, path: path.leak(), look })
        })
        .collect()
}

/// The path of a form: that of its action and the last word of its name, unless it ends with that already.
fn twin(path: &str, verb: &str) -> String {
    if path.ends_with(&format!("/{verb}")) { path.to_owned() } else { format!("{path}/{verb}") }
}

/// The nearest page above a path.
fn above(path: &str) -> String {
    let mut path = path;
    while let Some((parent, _)) = path.rsplit_once('/') {
        if LOOKS.iter().any(|look| look.path == parent) {
            return parent.to_owned();
        }
        path = parent;
    }
    "/".to_owned()
}

/// Takes a form to the door, and the visitor to what follows.
pub(super) async fn take(visit: &mut Visit, form: &Form, headers: &HeaderMap, body: Body) -> Result<Answer, NoPage> {
    let (pairs, file) = read(visit, form, headers, body).await?;
    let sent_to = visit.path.clone();
    let page = fill(form.look.path, &visit.ids, &pairs);
    // From here on the visit is one to the page: that is where a sign-in leads back to, and what is shown again.
    visit.path.clone_from(&page);
    let next = forms::own(&pairs, "next").and_then(local).unwrap_or_default().to_owned();
    visit.here = if next.is_empty() { page.clone() } else { format!("{page}{}", next_of(&next)) };
    if !next.is_empty() {
        visit.query.push(("next".to_owned(), next));
    }
    let refusal = match pass(visit, form, &pairs, file).await {
        Ok(done) => return follow(visit, form, &page, &pairs, done).await,
        Err(refusal) => refusal,
    };
    if let Some(failed) = passkeys::failed(visit, form.name, &pairs, &refusal) {
        return whole_form(visit, form, failed.form.to_owned(), &pairs, failed.why.to_owned(), failed.status).await;
    }
    match refusal {
        Refusal::Invalid(errors) => {
            let errors = said(visit, form, &pairs, &errors);
            visit.refused = Some(Refused { action: sent_to, values: forms::typed(&pairs), errors });
            again(visit, form.look, StatusCode::UNPROCESSABLE_ENTITY).await
        }
        Refusal::NoMatch if PROOFS.contains(&form.name) => {
            let texts = frame::guest(visit).texts;
            let why = match form.name {
                "session.open" => texts.sign_in_failed(),
                "session.confirm" => texts.confirm_failed(),
                _ => texts.password_old_failed(),
            };
            whole_form(visit, form, sent_to, &pairs, why.to_owned(), StatusCode::UNAUTHORIZED).await
        }
        Refusal::TooMany { retry_seconds } if PROOFS.contains(&form.name) => {
            let minutes = u64::from(retry_seconds).div_ceil(60);
            let why = frame::guest(visit).texts.sign_in_locked(minutes);
            whole_form(visit, form, sent_to, &pairs, why, StatusCode::TOO_MANY_REQUESTS).await
        }
        Refusal::TooMany { retry_seconds } if ["password.link.send", "session.link.send"].contains(&form.name) => {
            let why = frame::guest(visit).texts.link_send_later(u64::from(retry_seconds).div_ceil(60));
            whole_form(visit, form, sent_to, &pairs, why, StatusCode::TOO_MANY_REQUESTS).await
        }
        Refusal::Maintenance { .. } => {
            let why = frame::guest(visit).texts.typed_is_kept().to_owned();
            whole_form(visit, form, sent_to, &pairs, why, StatusCode::SERVICE_UNAVAILABLE).await
        }
        Refusal::Conflict("newer_version") => {
            let typed = forms::own(&pairs, "name").or_else(|| forms::own(&pairs, "words")).unwrap_or_default();
            let read = visit.id("version")?.to_string();
            let newer = Newer { read, wanted: form.name, typed: typed.to_owned() };
            match requests::newer(visit, newer).await? {
                Answer::Page(_, html) => Ok(Answer::Page(StatusCode::CONFLICT, html)),
                elsewhere => Ok(elsewhere),
            }
        }
        Refusal::NoMatch if form.name == "installation.set_up" => public::setup_over(visit),
        Refusal::NoMatch if form.name == "session.link.open" => links::sign_in_over(visit),
        Refusal::NoMatch if form.name == "password.reset" => links::over(visit),
        Refusal::NoMatch if form.name == END_NOTICES => links::notices_over(visit),
        Refusal::NoMatch if form.name == "account.mail.confirm" => links::mail_over(visit).await,
        Refusal::NoMatch if form.name == "invitation.accept" => links::invitation_over(visit),
        Refusal::NoMatch if form.name == "session.provider.begin" => {
            let why = frame::guest(visit).texts.provider_unknown().to_owned();
            whole_form(visit, form, sent_to, &pairs, why, StatusCode::UNAUTHORIZED).await
        }
        Refusal::NoMatch if form.name == "provider.subject.connect" => providers::over(visit),
        refusal if form.name == "alert.see" => {
            let token = forms::own(&pairs, "token").unwrap_or_default();
            match visit.wire.door.world::<World>()?.watch.saw(token, false) {
                Some(rule) => public::alert_noted(visit, rule),
                None if refusal == Refusal::NoMatch => public::alert_over(visit),
                None => Err(refusal.into()),
            }
        }
        refusal => Err(refusal.into()),
    }
}

/// What a form says, and the file that comes with it where the action takes one.
async fn read(visit: &Visit, form: &Form, headers: &HeaderMap, body: Body) -> Result<(Pairs, door::Body), NoPage> {
    let kind = arriving::media_type(headers);
    let entry = visit.wire.door.catalogue().find(form.name);
    if kind == MULTIPART && entry.is_some_and(|entry| entry.spec.takes.contains(&MULTIPART)) {
        let parts = arriving::multipart(headers, body).await.map_err(|unread| match unread {
            Unread::TooLarge => NoPage::TooLarge,
            Unread::Malformed(why) => NoPage::Refused(Refusal::Malformed(why)),
        })?;
        let mut pairs = parts.fields;
        let Some((name, file)) = parts.file else { return Ok((pairs, door::Body::default())) };
        pairs.push(("name".to_owned(), name));
        return Ok((pairs, door::Body::of(file)));
    }
    let body = arriving::whole(body).await?.ok_or(NoPage::TooLarge)?;
    if form.name == END_NOTICES {
        return Ok((vec![("token".to_owned(), links::token_of(visit))], door::Body::default()));
    }
    forms::is_form(headers, &body)?;
    Ok((forms::decode(&body)?, door::Body::default()))
}

/// What an action did.
enum Done {
    /// Any.
    Reply(Reply),
    /// A sign-in.
    SignedIn(SessionOpened, bool),
}

async fn pass(visit: &Visit, form: &Form, pairs: &Pairs, file: door::Body) -> Result<Done, Refusal> {
    let entry = visit.wire.door.catalogue().find(form.name).ok_or(Refusal::NotFound)?;
    let mut input = forms::input(entry, pairs, &["next"]);
    if form.name == "provider.subject.connect" {
        // The browser keeps it where no page can read it.
        input["secret"] = Value::from(visit.flow.clone().unwrap_or_default());
    }
    if form.name == "session.open" || form.name == "session.link.send" {
        // Whoever signs in is nobody yet, whatever an old cookie says.
        let mut request = visit.request(Credential::None, Ids::default(), input);
        let safe = &visit.wire.door.world::<World>()?.safe;
        let (mail, now) = (forms::own(pairs, "mail").unwrap_or_default(), visit.wire.door.now());
        request.origin.device = visit.device.as_ref().and_then(|shown| device::known(safe, mail, shown, now));
        if form.name == "session.link.send" {
            return Ok(Done::Reply(visit.wire.door.pass(form.name, request).await?));
        }
        let (opened, entered) = begin(visit, form.name, request).await?;
        return Ok(Done::SignedIn(opened, entered));
    }
    if ["session.link.open", "session.passkey.open"].contains(&form.name) {
        // The browser keeps its half where no page can read it.
        let half = if form.name == "session.link.open" { &visit.link } else { &visit.challenge };
        input["secret"] = Value::from(half.clone().unwrap_or_default());
        let request = visit.request(Credential::None, Ids::default(), input);
        let (opened, entered) = begin(visit, form.name, request).await?;
        return Ok(Done::SignedIn(opened, entered));
    }
    if form.name == "session.confirm" {
        let request = visit.request(visit.credential.clone(), Ids::default(), input);
        let (_, opened) = sign_in(&visit.wire.door, form.name, request).await?;
        let entered = opened.organisation.is_some();
        return Ok(Done::SignedIn(opened, entered));
    }
    if ["session.provider.begin", "session.passkey.begin", END_NOTICES].contains(&form.name) {
        // Whoever sets off is nobody yet, whatever an old cookie says; and sets off anew each time.
        let mut request = visit.request(Credential::None, Ids::default(), input);
        if form.name == END_NOTICES {
            // The link says whose it is, wherever it is pressed.
            (request.origin.fetch_site, request.origin.origin) = (None, None);
        }
        return Ok(Done::Reply(visit.wire.door.pass(form.name, request).await?));
    }
    let mut request = visit.request(visit.credential.clone(), visit.ids.clone(), input);
    request.key = forms::own(pairs, "_key").map(str::to_owned);
    request.body = file;
    let reply = visit.wire.door.pass(form.name, request).await?;
    if form.name == "installation.set_up" {
        // Whoever has just typed mail address and password need not type them again.
        let typed = |name| forms::own(pairs, name).unwrap_or_default();
        let input = serde_json::json!({ "mail": typed("mail"), "password": typed("password") });
        let request = visit.request(Credential::None, Ids::default(), input);
        let (opened, entered) = begin(visit, "session.open", request).await?;
        return Ok(Done::SignedIn(opened, entered));
    }
    if form.name == "invitation.accept" {
        return joined(visit, pairs, reply).await;
    }
    Ok(Done::Reply(reply))
}

/// Somebody has joined: with a new account, whose password was typed a moment ago, or with the one that he is signed in with.
async fn joined(visit: &Visit, pairs: &Pairs, reply: Reply) -> Result<Done, Refusal> {
    let accepted: InvitationAccepted = answered(reply.output.clone())?;
    if let Some(password) = forms::own(pairs, "password").filter(|_| !visit.shows_a_session()) {
        let input = serde_json::json!({ "mail": accepted.mail, "password": password });
        let request = visit.request(Credential::None, Ids::default(), input);
        let (opened, entered) = begin(visit, "session.open", request).await?;
        return Ok(Done::SignedIn(opened, entered));
    }
    let ids = Ids(vec![("organisation", accepted.organisation.0)]);
    visit.pass("organisation.enter", ids, Value::Object(serde_json::Map::new())).await?;
    Ok(Done::Reply(reply))
}

/// Signs in, ends the session that this browser had before, and goes on in the rooms that it was in.
async fn begin(visit: &Visit, action: &str, request: Request) -> Result<(SessionOpened, bool), Refusal> {
    let (_, opened) = sign_in(&visit.wire.door, action, request).await?;
    let mut entered = opened.organisation.is_some();
    if visit.shows_a_session()
        && let Ok(before) = visit.account().await
    {
        if !entered
            && !opened.second_step
            && before.id == opened.person
            && let Some(organisation) = before.organisation.filter(|here| opened.organisations.contains(here))
        {
            let bearer = Credential::Bearer(Zeroizing::new(opened.token.clone()));
            let ids = Ids(vec![("organisation", organisation.0)]);
            let enter = visit.request(bearer, ids, Value::Object(serde_json::Map::new()));
            entered = visit.wire.door.pass("organisation.enter", enter).await.is_ok();
        }
        // It may have ended by itself in the meantime.
        let _ = visit.pass("session.close", Ids::default(), Value::Object(serde_json::Map::new())).await;
    }
    Ok((opened, entered))
}

/// What follows.
async fn follow(visit: &mut Visit, form: &Form, page: &str, pairs: &Pairs, done: Done) -> Result<Answer, NoPage> {
    let next = forms::own(pairs, "next").and_then(local).unwrap_or_default().to_owned();
    let reply = match done {
        Done::Reply(reply) => reply,
        Done::SignedIn(opened, entered) => {
            let seconds = opened.expires_at.seconds_since(visit.wire.door.now());
            let mut cookies: Vec<_> = visit.cookies.set_session(&opened.token, seconds).into_iter().collect();
            if form.name == "session.passkey.open" {
                cookies.extend(visit.cookies.clear_challenge());
            }
            // The password was right: from here it may be tried again, whoever guesses elsewhere.
            if let Some(mail) = forms::own(pairs, "mail") {
                let safe = &visit.wire.door.world::<World>()?.safe;
                cookies.extend(visit.cookies.set_device(&device::mark(safe, mail, visit.wire.door.now())?));
            }
            if form.name == "session.link.open" {
                cookies.extend(visit.cookies.clear_link());
            }
            let next = Some(next.as_str()).filter(|next| !next.is_empty());
            let there = match next {
                next if opened.second_step => format!("/sign-in/second{}", next.map(next_of).unwrap_or_default()),
                // One's account is open outside of every room, too; and a link in a letter says into which it leads.
                Some(next)
                    if entered
                        || next == providers::CONNECT
                        || next.starts_with("/account")
                        || next.contains("?in=") =>
                {
                    next.to_owned()
                }
                None if entered => "/".to_owned(),
                _ => "/organisations".to_owned(),
            };
            return Ok(Answer::SeeWithCookies(there, cookies));
        }
    };
    let output = reply.output;
    if let Some(pieces) = reply.pieces {
        return Ok(Answer::File(Download::new(&output, pieces).await?));
    }
    Ok(match form.name {
        "alert.see" => {
            visit.wire.door.world::<World>()?.watch.saw(forms::own(pairs, "token").unwrap_or_default(), true);
            public::alert_noted(visit, &answered::<AlertSeen>(output)?.rule)?
        }
        "session.close" => {
            Answer::SeeWithCookies("/sign-in".to_owned(), visit.cookies.clear_session().into_iter().collect())
        }
        "organisation.enter" if !next.is_empty() => Answer::See(next),
        "organisation.enter" | "session.view.begin" => Answer::See("/".to_owned()),
        "session.view.end" => Answer::See("/people".to_owned()),
        "session.provider.begin" => providers::away(visit, answered(output)?)?,
        "provider.subject.connect" => {
            let organisation = answered::<SubjectConnected>(output)?.organisation;
            let ids = Ids(vec![("organisation", organisation.0)]);
            visit.pass("organisation.enter", ids, Value::Object(serde_json::Map::new())).await?;
            Answer::SeeWithCookies("/".to_owned(), visit.cookies.clear_flow().into_iter().collect())
        }
        "provider.subject.remove" => Answer::See(forms::own(pairs, "next").and_then(local).unwrap_or(page).to_owned()),
        "project.create" => Answer::See(format!("/projects/{}", answered::<ProjectCreated>(output)?.id)),
        "request.create" => Answer::See(format!("{page}/{}", answered::<RequestCreated>(output)?.id)),
        "request.comment.post" => Answer::See(format!("{page}#comment-{}", answered::<CommentPosted>(output)?.id)),
        "message.post" => Answer::See(format!("{page}#message-{}", answered::<MessagePosted>(output)?.id)),
        "session.link.send" => {
            let mail = forms::own(pairs, "mail").unwrap_or_default().trim();
            links::sign_in_sent(visit, mail, &answered(output)?)?
        }
        "password.link.send" => links::sent(visit, forms::own(pairs, "mail").unwrap_or_default().trim())?,
        "password.reset" => links::password_set(visit)?,
        "account.mail.ask" => links::mail_sent(visit, forms::own(pairs, "mail").unwrap_or_default().trim()).await?,
        END_NOTICES => links::notices_ended(visit)?,
        "account.notice.set" => Answer::See("/account#notices".to_owned()),
        "account.mail.confirm" => Answer::See("/account".to_owned()),
        "invitation.create" | "invitation.renew" => rooms::invited(visit, answered(output)?).await?,
        "invitation.accept" => Answer::See("/".to_owned()),
        "token.create" | "service.token.create" | "directory.token.create" => {
            let token = answered::<TokenCreated>(output)?.token;
            Answer::page(&TokenMadePage { page: visit.frame_if_known().await, token, back: page.to_owned() })?
        }
        "factor.begin" => account::factor_begun(visit, answered(output)?, next).await?,
        "passkey.begin" => passkeys::ask_for_new(visit, answered(output)?, next).await?,
        "session.confirm.begin" => passkeys::ask_for_proof(visit, answered(output)?, next).await?,
        "session.passkey.begin" => passkeys::ask_for_sign_in(visit, answered(output)?, next)?,
        "factor.confirm" | "passkey.confirm" | "recovery_code.create" => {
            let made: RecoveryCodes = answered(output)?;
            match made.codes.is_empty() {
                // There are some already.
                true if next.is_empty() => Answer::See(page.to_owned()),
                true => Answer::See(next),
                false => account::recovery_codes(visit, made, next).await?,
            }
        }
        "factor.remove" => Answer::See("/account#security".to_owned()),
        "webhook.create" | "webhook.rotate" => trail::webhook_secret(visit, answered(output)?).await?,
        "webhook.test" => trail::webhook_tested(visit, answered(output)?).await?,
        "credential.reveal" => project::revealed(visit, answered::<Revealed>(output)?).await?,
        _ => Answer::See(page.to_owned()),
    })
}

fn answered<T: DeserializeOwned>(output: Value) -> Result<T, Refusal> {
    serde_json::from_value(output).map_err(|error| {
        tracing::error!(%error, "an answer is not what the page expects");
        Refusal::Broken
    })
}

/// The page again, with the whole form marked.
async fn whole_form(
    visit: &mut Visit,
    form: &Form,
    action: String,
    pairs: &Pairs,
    why: String,
    status: StatusCode,
) -> Result<Answer, NoPage> {
    let errors = FieldErrors::from([(String::new(), why)]);
    visit.refused = Some(Refused { action, values: forms::typed(pairs), errors });
    visit.query.clone_from(pairs);
    again(visit, form.look, status).await
}

/// The page that a form stands on, once more.
async fn again(visit: &Visit, look: &'static Look, status: StatusCode) -> Result<Answer, NoPage> {
    match super::looks::show(visit, look).await? {
        Answer::Page(_, html) => Ok(Answer::Page(status, html)),
        elsewhere => Ok(elsewhere),
    }
}

/// What is wrong, in sentences under the fields. What no field of the form holds is said above it.
fn said(visit: &Visit, form: &Form, pairs: &Pairs, errors: &FieldErrors) -> FieldErrors {
    let texts = frame::guest(visit).texts;
    let typed = forms::typed(pairs);
    let entry = visit.wire.door.catalogue().find(form.name);
    let mut said = FieldErrors::new();
    for (path, why) in errors {
        let field = path.split(['.', '[']).next().unwrap_or_default();
        let is_empty = typed.get(field).is_none_or(|value| value.trim().is_empty());
        let known = entry.is_some_and(|entry| forms::knows(entry, field));
        let (field, sentence) = match (known, is_empty) {
            (true, true) => (field, texts.please_fill_in().to_owned()),
            (true, false) => (field, sentence(why)),
            (false, _) => ("", format!("{path}: {why}")),
        };
        said.insert(field.to_owned(), sentence);
    }
    said
}

/// A fragment as a sentence.
pub(super) fn sentence(fragment: &str) -> String {
    let mut letters = fragment.chars();
    let first = letters.next().map(|first| first.to_uppercase().to_string()).unwrap_or_default();
    format!("{first}{}.", letters.as_str().trim_end_matches('.'))
}

/// A page's path with its ids in it. The one word in a path that is no id is the secret of the one-time link.
fn fill(path: &str, ids: &Ids, pairs: &Pairs) -> String {
    let parts = path.split('/').map(|part| match part.strip_prefix('{').and_then(|part| part.strip_suffix('}')) {
        None => part.to_owned(),
        Some(name) => match ids.get(name) {
            Ok(id) => id.to_string(),
            Err(_) => {
                let word = forms::own(pairs, name).unwrap_or("-");
                word.chars().filter(|c| c.is_ascii_alphanumeric() || matches!(c, '-' | '_')).collect()
            }
        },
    });
    parts.collect::<Vec<_>>().join("/")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::catalogue::catalogue;

    #[test]
    fn every_action_of_people_has_a_form_on_a_page() {
        let catalogue = catalogue();
        let forms = forms(&catalogue);
        let done: Vec<&str> = catalogue
            .entries()
            .filter(|entry| entry.effect != Effect::Look && !tus::speaks(entry.spec.name))
            .filter(|entry| {
                !matches!(entry.spec.way, Way::Http(Verb::Get, _) | Way::Scim(..) | Way::Job { .. } | Way::Console(_))
            })
            .map(|entry| entry.spec.name)
            .collect();
        assert_eq!(forms.iter().map(|form| form.name).collect::<Vec<_>>(), done);
    }

    #[test]
    fn a_form_stands_on_the_page_above_it() {
        let forms = forms(&catalogue());
        let stands = |name: &str| {
            let form = forms.iter().find(|form| form.name == name).unwrap();
            (form.path, form.look.path)
        };
        assert_eq!(stands("project.status.set"), ("/projects/{project}/status/set", "/projects/{project}"));
        assert_eq!(
            stands("project.member.remove"),
            ("/projects/{project}/members/{member}/remove", "/projects/{project}/members")
        );
        assert_eq!(
            stands("credential.reveal"),
            ("/projects/{project}/credentials/{credential}/reveal", "/projects/{project}/credentials/{credential}")
        );
        assert_eq!(stands("token.create"), ("/account/tokens/create", "/account"));
        assert_eq!(stands("session.open"), ("/session/open", "/sign-in"));
        assert_eq!(stands("session.link.send"), ("/session/link/send", "/sign-in/link"));
        assert_eq!(stands("session.link.open"), ("/session/link/open", "/sign-in/link/{token}"));
        assert_eq!(stands("session.provider.begin"), ("/session/provider/begin", "/sign-in"));
        assert_eq!(stands("provider.subject.connect"), ("/account/providers/connect", "/sign-in/connect"));
        assert_eq!(stands("provider.set"), ("/provider/set", "/provider"));
        assert_eq!(stands("session.view.begin"), ("/people/{person}/view/begin", "/people"));
        assert_eq!(stands("session.view.end"), ("/session/view/end", "/"));
        assert_eq!(stands("installation.set_up"), ("/setup", "/setup/{token}"));
    }

    #[test]
    fn a_fragment_becomes_a_sentence() {
        assert_eq!(sentence("must not be empty"), "Must not be empty.");
    }
}
