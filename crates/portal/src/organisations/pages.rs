//! The pages of organisations and clients.

use askama::Template;

use super::access::Closure;
use super::{ClientList, ClientShown, Role, SettingsShown};
use crate::domains::{Joinable, JoinableList};
use crate::identity::{Account, MembershipShown};
use crate::pages::{Field, Form, Page, sign_in_again};
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
    /// What the reader may join.
    pub joinable: JoinableList,
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

    /// Why one cannot go in.
    fn closed(&self, membership: &MembershipShown) -> String {
        let (texts, name) = (self.page.texts, membership.organisation_name.as_str());
        match membership.closed {
            Some(Closure::Network) => texts.network_closed_here(name),
            Some(Closure::Overdue) => texts.overdue_here(name),
            Some(Closure::Provider) => texts.provider_closed_here(name),
            None => String::new(),
        }
    }

    fn sign_in_again(&self, membership: &MembershipShown) -> Option<String> {
        (membership.closed == Some(Closure::Overdue)).then(|| sign_in_again("/organisations"))
    }

    /// The way in through its provider, where that is the only one.
    fn through_provider(&self, membership: &MembershipShown) -> Option<Form> {
        let form = self.page.form("/session/provider/begin", self.page.texts.provider_closed());
        let handle = membership.provider.as_deref()?;
        Some(form.about(&membership.organisation_name).field(Field::hidden("handle", handle)))
    }

    fn join(&self, joinable: &Joinable) -> Form {
        let path = "/account/joinable/join";
        let form = self.page.form(path, self.page.texts.joinable_join(&joinable.name));
        form.field(Field::hidden("organisation", joinable.organisation.to_string()))
    }

    fn leave(&self, membership: &MembershipShown) -> Form {
        let name = self.page.texts.organisation_leave_name(&membership.organisation_name);
        self.page.form(format!("/organisations/{}/leave", membership.organisation), name).danger()
    }
}

/// The way into the rooms in which something is that a link in a letter leads to.
#[derive(Debug, Template)]
#[template(path = "organisations/go_in.html")]
pub struct GoInPage {
    /// The frame.
    pub page: Page,
    /// Whose rooms they are.
    pub there: MembershipShown,
    /// Where to go on.
    pub next: String,
}

impl GoInPage {
    fn form(&self) -> Form {
        let path = format!("/organisations/{}/enter", self.there.organisation);
        self.page.form(path, self.page.texts.enter()).field(Field::hidden("next", &self.next))
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
    fn archive(&self, client: &ClientShown) -> Form {
        let name = self.page.texts.client_archive_name(&client.name);
        self.page.form(format!("/clients/{}/archive", client.id), name).danger()
    }

    fn reopen(&self, client: &ClientShown) -> Form {
        let name = self.page.texts.client_reopen_name(&client.name);
        self.page.form(format!("/clients/{}/reopen", client.id), name)
    }

    fn create(&self) -> Form {
        let texts = self.page.texts;
        self.page
            .form("/clients/create", texts.client_create())
            .field(Field::text("name", texts.client_name()).help(texts.client_name_help()).complete("off").limit(120))
    }
}

/// What the organisation has set for itself.
#[derive(Debug, Template)]
#[template(path = "organisations/settings.html")]
pub struct SettingsPage {
    /// The frame.
    pub page: Page,
    /// What is set.
    pub shown: SettingsShown,
}

impl SettingsPage {
    /// Says who may come in. An empty field asks nothing.
    fn set_access(&self) -> Form {
        let (texts, access) = (self.page.texts, &self.shown.access);
        let number = |number: Option<i64>| number.map(|number| number.to_string()).unwrap_or_default();
        let networks = Field::lines("networks", texts.access_networks())
            .help(texts.access_networks_help())
            .value(access.networks.to_string().replace(' ', "\n"))
            .limit(5000)
            .optional(texts.optional());
        let unused = Field::text("unused_minutes", texts.access_unused())
            .help(texts.access_unused_help())
            .value(number(access.unused_minutes))
            .limit(5)
            .optional(texts.optional());
        let session = Field::text("session_hours", texts.access_session())
            .help(texts.access_session_help())
            .value(number(access.session_hours))
            .limit(3)
            .optional(texts.optional());
        self.page
            .form("/organisation/access/set", texts.save())
            .about(texts.access())
            .field(networks)
            .field(unused)
            .field(session)
    }

    /// Says what the organisation looks like.
    fn set_look(&self) -> Form {
        let (texts, look) = (self.page.texts, &self.shown.look);
        let accent = Field::text("accent", texts.look_accent())
            .help(texts.look_accent_help())
            .value(look.accent.map(|accent| accent.to_string()).unwrap_or_default())
            .limit(7)
            .optional(texts.optional());
        let sender = Field::text("sender", texts.look_sender())
            .help(texts.look_sender_help())
            .value(look.sender.clone().unwrap_or_default())
            .limit(120)
            .optional(texts.optional());
        let reply_to = Field::mail("reply_to", texts.look_reply_to())
            .help(texts.look_reply_to_help())
            .value(look.reply_to.clone().unwrap_or_default())
            .complete("off")
            .optional(texts.optional());
        self.page
            .form("/organisation/look/set", texts.save())
            .about(texts.look())
            .field(Field::text("name", texts.look_name()).value(self.shown.name.as_str()).limit(120).complete("off"))
            .field(accent)
            .field(sender)
            .field(reply_to)
    }

    /// Takes a picture.
    fn set_logo(&self) -> Form {
        let texts = self.page.texts;
        let file = Field::file("file", texts.look_logo()).help(texts.look_logo_help());
        self.page.form("/organisation/logo/set", texts.look_logo_set()).field(file)
    }

    fn remove_logo(&self) -> Form {
        self.page.form("/organisation/logo/remove", self.page.texts.look_logo_remove()).danger()
    }

    /// Says under which mail domains people come in. An empty field allows every one.
    fn set_mail(&self) -> Form {
        let texts = self.page.texts;
        let domains = Field::lines("domains", texts.mail_domains())
            .help(texts.mail_domains_help())
            .value(self.shown.mail_domains.to_string().replace(' ', "\n"))
            .limit(5000)
            .optional(texts.optional());
        self.page.form("/organisation/mail-domains/set", texts.save()).about(texts.mail_domains()).field(domains)
    }

    /// The domains, or that there is none.
    fn domains(&self) -> String {
        let domains = &self.shown.mail_domains;
        if domains.is_empty() { self.page.texts.mail_domains_all().to_owned() } else { domains.to_string() }
    }

    /// The networks, or that there is none.
    fn networks(&self) -> String {
        let networks = &self.shown.access.networks;
        if networks.is_empty() { self.page.texts.access_everywhere().to_owned() } else { networks.to_string() }
    }

    fn unused(&self) -> String {
        let minutes = self.shown.access.unused_minutes;
        minutes
            .map_or_else(|| self.page.texts.access_unused_days().to_owned(), |minutes| self.page.texts.minutes(minutes))
    }

    fn session(&self) -> String {
        let hours = self.shown.access.session_hours;
        hours.map_or_else(|| self.page.texts.access_session_days().to_owned(), |hours| self.page.texts.hours(hours))
    }
}
