//! Where an object is: the whole of tenancy hangs on it.

use ledger::Chain;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

/// The walls around an object, from the outside in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Place {
    /// The account that it belongs to, for what is a person's own.
    pub account: Option<Uuid>,
    /// The organisation.
    pub organisation: Option<Uuid>,
    /// The client company, where it concerns one.
    pub client: Option<Uuid>,
    /// The project, where it lies in one.
    pub project: Option<Uuid>,
    /// Whether only the organisation's own people may see it.
    pub internal: bool,
}

impl Place {
    /// Nowhere in particular: the installation.
    pub const INSTALLATION: Self =
        Self { account: None, organisation: None, client: None, project: None, internal: false };

    /// A person's own account.
    #[must_use]
    pub const fn account(person: Uuid) -> Self {
        Self { account: Some(person), ..Self::INSTALLATION }
    }

    /// An organisation.
    #[must_use]
    pub const fn organisation(organisation: Uuid) -> Self {
        Self { organisation: Some(organisation), ..Self::INSTALLATION }
    }

    /// The chain that an event here belongs to: the client's where the client may see it, else the organisation's,
    /// else the account's, else the installation's. An internal event leaves no countable gap in a client's chain.
    #[must_use]
    pub const fn chain(&self, installation: Uuid) -> Chain {
        match (self.internal, self.client, self.organisation, self.account) {
            (false, Some(client), _, _) => Chain::Client(client),
            (_, _, Some(organisation), _) => Chain::Organisation(organisation),
            (_, _, None, Some(account)) => Chain::Account(account),
            (_, _, None, None) => Chain::Installation(installation),
        }
    }
}
