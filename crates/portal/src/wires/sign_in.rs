//! Signing in, the same for pages and programs: whoever belongs to one organisation is in its rooms at once, after the
//! second step where there is one.

use std::sync::Arc;

use door::{Credential, Door, Ids, Refusal, Reply, Request};
use zeroize::Zeroizing;

use crate::identity::SessionOpened;

/// The actions that give a session's secret out: the beginning of a sign-in, and every proof after it.
pub(super) const GIVES_A_SESSION: [&str; 4] =
    ["session.open", "session.link.open", "session.passkey.open", "session.confirm"];

/// Passes one of them, and `organisation.enter` where there is only one to enter. Both are on the record.
///
/// # Errors
/// As the door says.
pub async fn sign_in(door: &Arc<Door>, action: &str, request: Request) -> Result<(Reply, SessionOpened), Refusal> {
    let (origin, id) = (request.origin.clone(), request.id);
    let reply = door.pass(action, request).await?;
    let mut opened: SessionOpened = serde_json::from_value(reply.output.clone()).map_err(|_| Refusal::Broken)?;
    if let ([only], None, false) = (opened.organisations.as_slice(), opened.organisation, opened.second_step) {
        let enter = Request {
            // A bearer, whatever wire it came by: it was made a moment ago and no page has led here.
            credential: Credential::Bearer(Zeroizing::new(opened.token.clone())),
            origin,
            ids: Ids(vec![("organisation", only.0)]),
            id,
            ..Request::default()
        };
        let only = *only;
        match door.pass("organisation.enter", enter).await {
            Ok(_) => opened.organisation = Some(only),
            // Signed in, and outside the rooms until there is a second factor, another network, or the provider.
            Err(Refusal::NoFactor | Refusal::Network | Refusal::Overdue | Refusal::Provider) => {}
            Err(refusal) => return Err(refusal),
        }
    }
    Ok((reply, opened))
}
