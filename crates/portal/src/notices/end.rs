//! `account.notice.end`: no more letters of this kind, by the link in one of them. It asks for no sign-in: a mail program sends it
//! by itself when its reader presses “unsubscribe” (RFC 8058, section 3.2).

use door::{
    Action, Change, Limit, Per, Permitted, Place, Record, Refusal, Relation, Relations, Result, Spec, Verb, Way, Write,
};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::choice::{choose, hold};
use super::{Pace, Topic, token};
use crate::identity::Anywhere;
use crate::identity::factor::Proof;
use crate::world::World;

/// Ends letters.
pub struct EndNotices;

/// The link.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NoticesToEnd {
    /// What the link in the letter shows.
    pub token: String,
}

/// Which have ended.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
pub struct NoticesEnded {
    /// What no letters are written about any more.
    pub topics: Vec<Topic>,
}

impl Action for EndNotices {
    type Target = Anywhere;
    type Input = NoticesToEnd;
    type Output = NoticesEnded;
    const SPEC: Spec = Spec::new(
        "account.notice.end",
        "Ends letters about the work by the link in one of them, without a sign-in. To do it again changes nothing.",
        Way::Http(Verb::Post, "/account/notices/end"),
        Relations::of(&[Relation::ANYONE]),
    )
    .limits(&[Limit { times: 60, seconds: 60, per: Per::Address }]);
}

impl Change for EndNotices {
    async fn change(
        input: &NoticesToEnd,
        _: &Permitted<Anywhere>,
        write: &mut Write<'_>,
    ) -> Result<(NoticesEnded, Record)> {
        let safe = &write.world::<World>()?.safe;
        let (person, topics) = token::read(safe, &input.token)?.ok_or(Refusal::NoMatch)?;
        if !hold(write, person).await? {
            return Err(Refusal::NoMatch);
        }
        let mut record =
            Record::on("person", person.0).at(Place::account(person.0)).by(person.0).authenticated(Proof::Mail.word());
        for &topic in &topics {
            if choose(write, person, topic, Pace::Never).await? {
                record = record.fact(topic.word(), Pace::Never);
            }
        }
        Ok((NoticesEnded { topics }, record))
    }
}
