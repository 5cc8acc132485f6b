//! `service.token.create`: something that acts in a service's name.

use door::{Action, Permitted, Read, Receive, Record, Relations, Result, Spec, Verb, Way, Write};

use super::Service;
use crate::identity::{TOKEN_LIMITS, TokenCreated, TokenToMake, TokenWanted};
use crate::standing::{ADMIN, OWNER};

/// Makes an API token of a service.
pub struct CreateServiceToken;

impl Action for CreateServiceToken {
    type Target = Service;
    type Input = TokenWanted;
    type Output = TokenCreated;
    const SPEC: Spec = Spec::new(
        "service.token.create",
        "Makes an API token that acts in a service's name, within the scopes named. Shown once.",
        Way::Http(Verb::Post, "/services/{service}/tokens"),
        Relations::of(&[OWNER, ADMIN]),
    )
    .limits(TOKEN_LIMITS)
    .fresh()
    .secret();
}

impl Receive for CreateServiceToken {
    type Ready = TokenToMake;

    async fn ready(input: TokenWanted, _: &Permitted<Service>, read: &mut Read<'_>) -> Result<TokenToMake> {
        TokenToMake::of(input, read)
    }

    async fn receive(
        wanted: &TokenToMake,
        service: &Permitted<Service>,
        write: &mut Write<'_>,
    ) -> Result<(TokenCreated, Record)> {
        let made = wanted.make(write, service.person, service.organisation).await?;
        let record = Record::on("token", made.id.0).and("person", service.person.0);
        Ok((made, record))
    }
}
