//! `alert.see`: somebody says that they saw an alert, by the link that came with it.

use door::ledger::event::PublicValue;
use door::{
    Action, Change, Limit, Per, Permitted, Record, Refusal, Relation, Relations, Result, Spec, Verb, Way, Write, values,
};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::rules::rule;
use crate::identity::Anywhere;
use crate::secret;

/// Says that somebody saw an alert.
pub struct See;

/// The link.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Link {
    /// The secret of the link.
    pub token: String,
}

/// It is noted.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
pub struct AlertSeen {
    /// The rule's name; `test` for a try.
    pub rule: String,
}

impl Action for See {
    type Target = Anywhere;
    type Input = Link;
    type Output = AlertSeen;
    const SPEC: Spec = Spec::new(
        "alert.see",
        "Says that somebody saw an alert, behind a link that works once.",
        Way::Page(Verb::Post, "/alerts"),
        Relations::of(&[Relation::ANYONE]),
    )
    .limits(&[Limit { times: 30, seconds: 60, per: Per::Address }]);
}

impl Change for See {
    async fn change(input: &Link, _: &Permitted<Anywhere>, write: &mut Write<'_>) -> Result<(AlertSeen, Record)> {
        let hash = secret::hash(&input.token);
        let known = "SELECT key FROM alert WHERE link_hash = $1 AND seen_at IS NULL";
        let row = write.maybe(known, values![hash.as_slice()]).await?.ok_or(Refusal::NoMatch)?;
        let key: String = row.get("key")?;
        // Taking it decides between two who use the link at once.
        let seen = "UPDATE alert SET seen_at = $2 WHERE link_hash = $1 AND seen_at IS NULL";
        if write.keep(seen, values![hash.as_slice(), write.now()]).await? != 1 {
            return Err(Refusal::NoMatch);
        }
        let id = key.split(['@', ' ']).next().unwrap_or_default();
        let id = rule(id).map_or("test", |rule| rule.id);
        Ok((AlertSeen { rule: id.to_owned() }, Record::of_nothing().fact("rule", PublicValue::word(id))))
    }
}
