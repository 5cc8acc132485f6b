//! Signing in, the same for pages and programs: whoever belongs to one organisation is in its rooms at once.

use std::sync::Arc;

use door::{Credential, Door, Ids, Refusal, Reply, Request};
use zeroize::Zeroizing;

use crate::identity::SessionOpened;

/// Passes `session.open`, and `organisation.enter` where there is only one to enter. Both are on the record.
///
/// # Errors
/// As the door says.
pub async fn sign_in(door: &Arc<Door>, request: Request) -> Result<(Reply, SessionOpened), Refusal> {
    let (origin, id) = (request.origin.clone(), request.id);
    let reply = door.pass("session.open", request).await?;
    let opened: SessionOpened = serde_json::from_value(reply.output.clone()).map_err(|_| Refusal::Broken)?;
    if let [only] = opened.organisations.as_slice() {
        let enter = Request {
            // A bearer, whatever wire it came by: it was made a moment ago and no page has led here.
            credential: Credential::Bearer(Zeroizing::new(opened.token.clone())),
            origin,
            ids: Ids(vec![("organisation", only.0)]),
            id,
            ..Request::default()
        };
        door.pass("organisation.enter", enter).await?;
    }
    Ok((reply, opened))
}
