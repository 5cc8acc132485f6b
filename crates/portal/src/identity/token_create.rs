//! `token.create`: something that acts in one's name.

use door::{
    Action, Limit, Per, Permitted, Place, Read, Receive, Record, Refusal, Relation, Relations, Result, Spec, Verb, Way,
    Write,
};

use super::Own;
use super::token::{TokenCreated, TokenToMake, TokenWanted};
use crate::ids::OrganisationId;

/// Makes an API token.
pub struct CreateToken;

/// How often a token may be made.
pub const TOKEN_LIMITS: &[Limit] = &[
    Limit { times: 3_000, seconds: 60, per: Per::Address },
    Limit { times: 60, seconds: 3600, per: Per::CallerShared },
];

impl Action for CreateToken {
    type Target = Own;
    type Input = TokenWanted;
    type Output = TokenCreated;
    const SPEC: Spec = Spec::new(
        "token.create",
        "Makes an API token that acts in one's name, within the scopes named. Shown once.",
        Way::Http(Verb::Post, "/account/tokens"),
        Relations::of(&[Relation::SELF]),
    )
    .limits(TOKEN_LIMITS)
    .fresh()
    .secret();
}

impl Receive for CreateToken {
    type Ready = TokenToMake;

    async fn ready(input: TokenWanted, _: &Permitted<Own>, read: &mut Read<'_>) -> Result<TokenToMake> {
        TokenToMake::of(input, read)
    }

    async fn receive(
        wanted: &TokenToMake,
        own: &Permitted<Own>,
        write: &mut Write<'_>,
    ) -> Result<(TokenCreated, Record)> {
        let organisation = write.caller().organisation.ok_or(Refusal::Conflict("no_organisation"))?;
        let made = wanted.make(write, own.0, OrganisationId(organisation)).await?;
        let record = Record::on("token", made.id.0).and("person", own.0.0).at(Place::organisation(organisation));
        Ok((made, record))
    }
}
