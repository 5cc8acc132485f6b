//! `domain.remove`: a domain is the organisation's no more, and what it allowed is allowed no more.

use door::{Action, Change, Permitted, Record, Result, Spec, Verb, Way, Write};

use super::{DOMAIN, Domain, KEEPERS};
use crate::nothing::Nothing;

/// Removes a domain.
pub struct RemoveDomain;

impl Action for RemoveDomain {
    type Target = Domain;
    type Input = Nothing;
    type Output = Nothing;
    const SPEC: Spec = Spec::new(
        "domain.remove",
        "Takes a domain from the organisation's own. Who belongs to the organisation stays.",
        Way::Http(Verb::Delete, "/organisation/domains/{domain}"),
        KEEPERS,
    )
    .fresh();
}

impl Change for RemoveDomain {
    async fn change(_: &Nothing, domain: &Permitted<Domain>, write: &mut Write<'_>) -> Result<(Nothing, Record)> {
        write.delete(DOMAIN, domain.id.0, domain.revision, "DELETE FROM domain WHERE id = $1 AND rev = $2")?;
        let record = Record::on("domain", domain.id.0).fact("verified", domain.verified_at.is_some());
        Ok((Nothing {}, record))
    }
}
