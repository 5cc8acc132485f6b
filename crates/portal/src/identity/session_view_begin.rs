//! `session.view.begin`: an owner or admin looks at the portal as one of a client's people sees it.

use door::{Action, Change, Permitted, Record, Refusal, Relations, Result, Spec, Time, Verb, Way, Write, values};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::SESSION;
use crate::nothing::Nothing;
use crate::organisations::membership::Membership;
use crate::standing::{ADMIN, OWNER};

/// It ends by itself after this long.
pub const VIEW_SECONDS: i64 = 30 * 60;

/// Begins to look as somebody else.
pub struct BeginView;

/// Looking has begun.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
pub struct ViewBegun {
    /// When it ends by itself.
    pub until: Time,
}

impl Action for BeginView {
    type Target = Membership;
    type Input = Nothing;
    type Output = ViewBegun;
    const SPEC: Spec = Spec::new(
        "session.view.begin",
        "Lets this sign-in look at the portal as one of a client's people sees it, for half an hour: it looks and does nothing \
         else, and never sees more than its own person may. On the client's record.",
        Way::Http(Verb::Post, "/people/{person}/view"),
        Relations::of(&[OWNER, ADMIN]),
    )
    .not_when(&["suspended"])
    .fresh();
}

impl Change for BeginView {
    async fn change(
        _: &Nothing,
        membership: &Permitted<Membership>,
        write: &mut Write<'_>,
    ) -> Result<(ViewBegun, Record)> {
        if !membership.role().of_client() {
            return Err(Refusal::Conflict("not_of_a_client"));
        }
        let session = write.caller().session.ok_or(Refusal::Conflict("no_session"))?;
        let until = write.now().plus_seconds(VIEW_SECONDS);
        let row = write.one("SELECT rev FROM session WHERE id = $1", values![session]).await?;
        let sql =
            "UPDATE session SET rev = $2, viewed = $3, viewed_until = $4 WHERE id = $1 AND rev = $2 - 1 RETURNING *";
        write.update(SESSION, session, row.get("rev")?, sql, values![membership.id(), until]).await?;
        let record = Record::on("session", session)
            .and("person", membership.person().0)
            .fact("minutes", VIEW_SECONDS / 60)
            .fact("role", membership.role());
        Ok((ViewBegun { until }, record))
    }
}
