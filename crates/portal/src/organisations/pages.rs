//! The pages of organisations and clients.

use askama::Template;

use super::{ClientList, Role};
use crate::identity::{Account, MembershipShown};
use crate::pages::{Field, Form, Page};
use crate::texts::Texts;

impl Role {
    /// The word that is read.
    pub fn label(self, texts: &Texts) -> &'static str {
        match self {
            Self::Owner => texts.role_owner(),
            Self::Admin => texts.role_admin(),
            Self::Staff => texts.role_staff(),
            Self::ClientAdmin => texts.role_client_admin(),
            Self::ClientMember => texts.role_client_member(),
        }
    }

    /// What it may see or do, in half a sentence.
    pub fn help(self, texts: &Texts) -> &'static str {
        match self {
            Self::Owner => texts.role_owner_help(),
            Self::Admin => texts.role_admin_help(),
            Self::Staff => texts.role_staff_help(),
            Self::ClientAdmin => texts.role_client_admin_help(),
            Self::ClientMember => texts.role_client_member_help(),
        }
    }
}

/// The organisations that the reader belongs to, and the way from one to the other.
#[derive(Debug, Template)]
#[template(path = "organisations/organisations.html")]
pub struct OrganisationsPage {
    /// The frame.
    pub page: Page,
    /// The reader's account, whose memberships these are.
    pub account: Account,
}

impl OrganisationsPage {
    fn is_here(&self, membership: &MembershipShown) -> bool {
        self.account.organisation == Some(membership.organisation)
    }

    fn enter(&self, membership: &MembershipShown) -> Form {
        self.page
            .form(format!("/organisations/{}/enter", membership.organisation), self.page.texts.enter())
            .about(&membership.organisation_name)
            .quiet()
    }

    fn leave(&self, membership: &MembershipShown) -> Form {
        let name = self.page.texts.organisation_leave_name(&membership.organisation_name);
        self.page.form(format!("/organisations/{}/leave", membership.organisation), name).danger()
    }
}

/// The clients of the organisation that the reader sees.
#[derive(Debug, Template)]
#[template(path = "organisations/clients.html")]
pub struct ClientsPage {
    /// The frame.
    pub page: Page,
    /// The clients.
    pub list: ClientList,
}

impl ClientsPage {
    fn create(&self) -> Form {
        let texts = self.page.texts;
        self.page
            .form("/clients/create", texts.client_create())
            .field(Field::text("name", texts.client_name()).help(texts.client_name_help()).complete("off").limit(120))
    }
}
