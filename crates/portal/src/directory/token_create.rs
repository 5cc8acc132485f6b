//! `directory.token.create`: something by which the directory acts.

use door::{Action, Permitted, Read, Receive, Record, Refusal, Result, Spec, Verb, Way, Write};
use serde::Deserialize;
use utoipa::ToSchema;

use super::{Directory, KEEPERS, place};
use crate::fields::{Name, TokenDays};
use crate::identity::{TOKEN_LIMITS, TokenCreated, TokenToMake, TokenWanted};
use crate::organisations::Room;

/// All that a token of the directory can do, and what no other's can.
const SCOPES: [&str; 2] = ["directory:look", "directory:change"];

/// Makes a token of the directory.
pub struct CreateDirectoryToken;

/// What it is for.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct DirectoryTokenWanted {
    /// What it is called.
    pub name: Name,
    /// How long it lives, in days.
    pub days: TokenDays,
}

impl Action for CreateDirectoryToken {
    type Target = Room;
    type Input = DirectoryTokenWanted;
    type Output = TokenCreated;
    const SPEC: Spec = Spec::new(
        "directory.token.create",
        "Makes a token for the organisation's directory: for SCIM, and nothing else. Shown once.",
        Way::Http(Verb::Post, "/directory/tokens"),
        KEEPERS,
    )
    .limits(TOKEN_LIMITS)
    .fresh()
    .by_factor()
    .secret();
}

impl Receive for CreateDirectoryToken {
    type Ready = TokenToMake;

    async fn ready(input: DirectoryTokenWanted, _: &Permitted<Room>, read: &mut Read<'_>) -> Result<TokenToMake> {
        let scopes = SCOPES.map(str::to_owned).to_vec();
        TokenToMake::of(TokenWanted { name: input.name, scopes, days: input.days }, read)
    }

    async fn receive(
        wanted: &TokenToMake,
        room: &Permitted<Room>,
        write: &mut Write<'_>,
    ) -> Result<(TokenCreated, Record)> {
        let directory = Directory::hold(write, room.organisation).await?.ok_or(Refusal::Conflict("no_directory"))?;
        let made = wanted.make(write, directory.service, directory.organisation).await?;
        let record = Record::on("token", made.id.0).and("directory", directory.id.0).at(place(room.organisation));
        Ok((made, record))
    }
}
