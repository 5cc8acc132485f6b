//! A typed id for each kind of thing.

use door::typed_id;

typed_id!(
    /// A person: one account, many memberships.
    PersonId
);
typed_id!(
    /// A sign-in that is still good.
    SessionId
);
typed_id!(
    /// A key that proves whose account it is.
    PasskeyId
);
typed_id!(
    /// An API token.
    TokenId
);
typed_id!(
    /// The service business: the tenant.
    OrganisationId
);
typed_id!(
    /// A person in an organisation, with a role.
    MembershipId
);
typed_id!(
    /// Somebody who is invited and has not come yet.
    InvitationId
);
typed_id!(
    /// Whom an organisation lets say who signs in.
    ProviderId
);
typed_id!(
    /// Somebody, as an organisation's provider knows them.
    ProviderSubjectId
);
typed_id!(
    /// A domain that an organisation says is its own.
    DomainId
);
typed_id!(
    /// What keeps who belongs to an organisation, and says so.
    DirectoryId
);
typed_id!(
    /// Somebody, as an organisation's directory has them.
    DirectoryUserId
);
typed_id!(
    /// Several of them, as an organisation's directory has them.
    DirectoryGroupId
);
typed_id!(
    /// A company that an organisation serves.
    ClientId
);
typed_id!(
    /// Work for one client.
    ProjectId
);
typed_id!(
    /// A post on a project.
    MessageId
);
typed_id!(
    /// A secret that is handed over.
    CredentialId
);
typed_id!(
    /// What somebody owes somebody.
    RequestId
);
typed_id!(
    /// A version of what was handed in.
    VersionId
);
typed_id!(
    /// A word beside a request.
    CommentId
);
