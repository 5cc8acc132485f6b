//! What of a session a browser sends along with a request that another site makes.

use crate::client::Purpose;
use crate::page::is_form_token;
use crate::walk::World;
use crate::walk::actors::{Carried, Session};

/// Words of names of anti-forgery values, beside those of forms.
const FORGERY: &[&str] = &["authenticity", "antiforgery", "requestverification"];

/// The parts of somebody's session.
pub(super) struct Ambient {
    /// What a browser sends to its own site without being asked: cookies and Basic.
    pub(super) own: Session,
    /// What it sends along with another site's request.
    pub(super) foreign: Session,
    /// What it keeps back, and why: `the cookie sid is SameSite=lax`.
    pub(super) kept: Vec<String>,
    /// Cookies of which nobody knows how they were set.
    pub(super) unknown: Vec<String>,
}

/// Whether anything of a session is sent by a browser without being asked.
pub(super) fn goes_by_itself(session: &Session) -> bool {
    !session.cookies.is_empty() || session.credentials.iter().any(|one| is_basic(one) || is_cookie(one))
}

fn is_basic(one: &Carried) -> bool {
    !one.in_query && one.name.eq_ignore_ascii_case("authorization") && begins_basic(&one.value)
}

fn is_cookie(one: &Carried) -> bool {
    !one.in_query && one.name.eq_ignore_ascii_case("cookie")
}

/// What a browser would send of somebody's session.
pub(super) async fn ambient(world: &mut World<'_>, at: usize) -> Ambient {
    let session = world.actors[at].session.clone();
    let (mut own, mut foreign) = (Vec::new(), Vec::new());
    let (mut kept, mut unknown) = (Vec::new(), Vec::new());
    for one in session.credentials.iter().filter(|one| is_basic(one)) {
        own.push(one.clone());
        if asks_for_a_password(world, at).await {
            foreign.push(one.clone());
        } else {
            kept.push("no answer asks a browser for a name and a password".to_owned());
        }
    }
    // Told in the manifest, so nobody has seen it being set.
    for one in session.credentials.iter().filter(|one| is_cookie(one)) {
        own.push(one.clone());
        unknown.extend(one.value.split(';').filter_map(|pair| Some(pair.split_once('=')?.0.trim().to_owned())));
    }
    let mut sent = Vec::new();
    for name in session.cookies.keys() {
        match session.attributes.get(name) {
            None => unknown.push(name.clone()),
            Some(set) => match set.iter().find_map(|one| one.strip_prefix("samesite=")) {
                Some(same @ ("lax" | "strict")) => kept.push(format!("the cookie {name} is SameSite={same}")),
                _ => sent.push(name.clone()),
            },
        }
    }
    own.extend(as_header(&session, |_| true));
    foreign.extend(as_header(&session, |name| sent.contains(name)));
    let with = |credentials| Session { credentials, ..Session::default() };
    Ambient { own: with(own), foreign: with(foreign), kept, unknown }
}

/// Cookies as a header of its own: the value that a page of the service would repeat is not repeated.
fn as_header(session: &Session, goes: impl Fn(&String) -> bool) -> Option<Carried> {
    let sent = session.cookies.iter().filter(|(name, _)| goes(name));
    let pairs: Vec<String> = sent.map(|(name, value)| format!("{name}={value}")).collect();
    let header =
        Carried { name: "cookie".into(), value: pairs.join("; "), in_query: false, only: Vec::new(), is_place: false };
    (!pairs.is_empty()).then_some(header)
}

/// Whether a browser is asked for name and password, and so keeps and sends them (RFC 7617 2.2): else only programs sign
/// in this way.
async fn asks_for_a_password(world: &mut World<'_>, at: usize) -> bool {
    let Some(call) = world.proof_call(at) else { return false };
    let answer = world.ask(None, &call, Purpose::Other).await.answer;
    answer.headers.iter().any(|(name, value)| name == "www-authenticate" && begins_basic(value))
}

fn begins_basic(value: &str) -> bool {
    value.split_ascii_whitespace().next().is_some_and(|scheme| scheme.eq_ignore_ascii_case("basic"))
}

/// Whether a name is one of an anti-forgery value.
pub(super) fn is_forgery(name: &str) -> bool {
    let plain: String = name.to_lowercase().chars().filter(char::is_ascii_alphanumeric).collect();
    is_form_token(name) || FORGERY.iter().any(|word| plain.contains(word))
}
