//! `account.event.list`: what happened with one's account.

use door::ledger::Chain;
use door::trail::{Filter, page};
use door::{Action, Look, Permitted, Read, Relation, Relations, Result, Spec, Time, Verb, Way};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::Own;
use crate::nothing::Nothing;

/// The newest that are shown.
const SHOWN: usize = 50;

/// Lists what happened with one's account.
pub struct ListEvents;

/// What happened, newest first.
#[derive(Debug, Clone, Default, Serialize, Deserialize, ToSchema)]
pub struct AccountEvents {
    /// The newest fifty.
    pub events: Vec<AccountEvent>,
}

/// Something that happened.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct AccountEvent {
    /// When.
    pub at: Time,
    /// The action.
    pub action: String,
    /// `done`, `denied` or `failed`.
    pub result: String,
    /// The address that it came from.
    pub address: Option<String>,
    /// Whether somebody else did it: the operator, or the portal by itself.
    pub by_other: bool,
}

impl Action for ListEvents {
    type Target = Own;
    type Input = Nothing;
    type Output = AccountEvents;
    const SPEC: Spec = Spec::new(
        "account.event.list",
        "Lists what happened with one's account: sign-ins, proofs, changes of password and factor.",
        Way::Http(Verb::Get, "/account/events"),
        Relations::of(&[Relation::SELF]),
    );
}

impl Look for ListEvents {
    async fn look(_: &Nothing, own: &Permitted<Own>, read: &mut Read<'_>) -> Result<AccountEvents> {
        let found = page(read, &[Chain::Account(own.0.0)], &Filter::default(), None, SHOWN).await?;
        let events = found.events.into_iter().map(|recorded| {
            let body = recorded.event.body();
            AccountEvent {
                at: Time(body.at.as_microsecond()),
                action: body.act.to_string(),
                result: body.out.word().to_owned(),
                address: recorded.private.iter().find(|(name, _)| name == "actor.ip").map(|(_, value)| value.clone()),
                by_other: body.actor.id != Some(own.0.0),
            }
        });
        Ok(AccountEvents { events: events.collect() })
    }
}
