//! Pages of invitations: who is invited, a link to be copied, and what a link offers.

use askama::Template;

use super::{InvitationMade, InvitationOffered, InvitationShown, may_give};
use crate::organisations::Role;
use crate::pages::{Choice, Field, Form, Page};

/// Who was invited and has not come yet, and a form to invite somebody.
#[derive(Debug, Template)]
#[template(path = "invitations/invitations.html")]
pub struct InvitationsPage {
    /// The frame.
    pub page: Page,
    /// The newest first.
    pub invitations: Vec<InvitationShown>,
    /// The organisation's clients, where the reader may invite to all of them: id and name.
    pub clients: Vec<(String, String)>,
}

impl InvitationsPage {
    /// Roles that the reader may give, the lowest first: nobody becomes an owner by a slip.
    fn roles(&self) -> Vec<Choice> {
        let texts = &self.page.texts;
        let Some(viewer) = &self.page.viewer else { return Vec::new() };
        let gives = |role: &&Role| match viewer.role {
            Role::ClientAdmin => role.of_client(),
            // Whom a client's role is for is asked beside it.
            giver => may_give(giver, None, **role, None) && !(role.of_client() && self.clients.is_empty()),
        };
        let roles = Role::ALL.iter().rev().filter(gives);
        roles.map(|role| Choice::new(role.word(), role.label(texts)).help(role.help(texts))).collect()
    }

    fn create(&self) -> Form {
        let texts = self.page.texts;
        let (roles, first) = (self.roles(), Role::ClientMember.word());
        let first = if roles.iter().any(|role| role.value == first) { first } else { Role::Staff.word() };
        let mut form = self
            .page
            .form("/invitations/create", texts.invite())
            .field(Field::mail("mail", texts.mail()).complete("off"))
            .field(Field::radio("role", texts.invite_role(), roles).value(first));
        if !self.clients.is_empty() {
            let clients = self.clients.iter().map(|(id, name)| Choice::new(id, name));
            let none = Choice::new("", texts.invite_no_client());
            let clients =
                Field::select("client", texts.invite_client(), std::iter::once(none).chain(clients).collect());
            form = form.field(clients.help(texts.invite_client_help()).unasked());
        }
        form
    }

    fn is_over(&self, invitation: &InvitationShown) -> bool {
        invitation.expires_at <= self.page.now
    }

    fn renew(&self, invitation: &InvitationShown) -> Form {
        let path = format!("/invitations/{}/renew", invitation.id);
        self.page.form(path, self.page.texts.invitation_renew()).about(&invitation.mail).quiet()
    }

    fn withdraw(&self, invitation: &InvitationShown) -> Form {
        let path = format!("/invitations/{}/withdraw", invitation.id);
        self.page.form(path, self.page.texts.invitation_withdraw()).about(&invitation.mail).danger()
    }
}

/// Somebody was invited: by mail, or by a link that is shown this once.
#[derive(Debug, Template)]
#[template(path = "invitations/made.html")]
pub struct MadePage {
    /// The frame.
    pub page: Page,
    /// The invitation.
    pub made: InvitationMade,
}

/// What a link offers.
#[derive(Debug, Template)]
#[template(path = "invitations/join.html")]
pub struct JoinPage {
    /// The frame.
    pub page: Page,
    /// The secret of the link.
    pub token: String,
    /// What it offers.
    pub offered: InvitationOffered,
    /// Whether somebody is signed in.
    pub signed_in: bool,
}

impl JoinPage {
    fn join(&self) -> Form {
        let texts = self.page.texts;
        let form =
            self.page.form("/invitations/accept", texts.join()).field(Field::hidden("token", self.token.as_str()));
        if self.offered.is_you {
            return form;
        }
        let password = Field::secret("password", texts.password()).limit(128);
        if self.offered.has_account {
            return form.field(password.help(texts.join_back()).complete("current-password").focused());
        }
        form.field(Field::text("name", texts.setup_your_name()).complete("name").limit(120).focused())
            .field(password.help(texts.setup_password_help()).complete("new-password"))
    }

    /// Whose people one becomes one of.
    fn place(&self) -> String {
        match &self.offered.client {
            Some(client) => self.page.texts.join_client(client, &self.offered.organisation),
            None => self.offered.organisation.clone(),
        }
    }
}
