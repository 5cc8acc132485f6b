//! Pages of an organisation's provider: whom it believes, the way there, and who one is here.

use askama::Template;
use url::Url;

use super::{Domains, Handle, Issuer, ProviderShown, ProviderState, SubjectOffered, SubjectShown};
use crate::fields::{Identifier, Password};
use crate::organisations::Role;
use crate::pages::{Choice, Field, Form, Page};

/// Whom the organisation believes, and who came that way.
#[derive(Debug, Template)]
#[template(path = "providers/provider.html")]
pub struct ProviderPage {
    /// The frame.
    pub page: Page,
    /// Whom, if anybody.
    pub state: ProviderState,
}

impl ProviderPage {
    fn set(&self) -> Form {
        let texts = self.page.texts;
        let now = self.state.provider.as_ref();
        let text = |of: fn(&ProviderShown) -> &str| now.map(of).unwrap_or_default();
        let secret =
            Field::secret("client_secret", texts.provider_secret()).complete("off").limit(Password::CHARACTERS_MAX);
        let secret = match now {
            Some(_) => secret.help(texts.provider_secret_stays()).optional(texts.optional()),
            None => secret,
        };
        let roles = [Role::Staff, Role::Admin].map(|role| Choice::new(role.word(), role.label(&texts)));
        let nobody = Choice::new("", texts.provider_newcomers_none());
        let roles = std::iter::once(nobody).chain(roles).collect();
        self.page
            .form("/provider/set", texts.provider_set())
            .field(
                Field::text("handle", texts.provider_handle())
                    .help(texts.provider_handle_help())
                    .complete("off")
                    .limit(Handle::CHARACTERS_MAX)
                    .value(text(|now| &now.handle)),
            )
            .field(
                Field::url("issuer", texts.provider_issuer())
                    .help(texts.provider_issuer_help())
                    .complete("off")
                    .limit(Issuer::CHARACTERS_MAX)
                    .value(text(|now| &now.issuer)),
            )
            .field(
                Field::text("client_id", texts.provider_client_id())
                    .complete("off")
                    .limit(Identifier::CHARACTERS_MAX)
                    .value(text(|now| &now.client_id)),
            )
            .field(secret)
            .field(
                Field::text("domains", texts.provider_domains())
                    .help(texts.provider_domains_help())
                    .complete("off")
                    .limit(Domains::CHARACTERS_MAX)
                    .optional(texts.optional())
                    .value(text(|now| now.domains.as_deref().unwrap_or_default())),
            )
            .field(
                Field::select("newcomers", texts.provider_newcomers(), roles)
                    .help(texts.provider_newcomers_help())
                    .unasked()
                    .value(text(|now| now.newcomers.map(Role::word).unwrap_or_default())),
            )
    }

    /// Asks for its word alone, or no more.
    fn set_requirement(&self, provider: &ProviderShown) -> Form {
        let (texts, required) = (self.page.texts, provider.required_since.is_some());
        let button = if required { texts.requirement_unset() } else { texts.requirement_set() };
        self.page.form("/provider/requirement/set", button).field(Field::hidden("required", (!required).to_string()))
    }

    fn remove(&self) -> Form {
        self.page.form("/provider/remove", self.page.texts.provider_remove()).danger()
    }

    fn forget(&self, subject: &SubjectShown) -> Form {
        let path = format!("/provider/subjects/{}/remove", subject.id);
        self.page.form(path, self.page.texts.subject_remove()).about(&subject.name).danger()
    }
}

/// On the way to the provider: says where one goes. A page of its own, because a form leads nowhere but to ourselves.
#[derive(Debug, Template)]
#[template(path = "providers/away.html")]
pub struct AwayPage {
    /// The frame.
    pub page: Page,
    /// Where to.
    pub address: String,
}

impl AwayPage {
    fn host(&self) -> String {
        let url: Option<Url> = self.address.parse().ok();
        url.and_then(|url| url.host_str().map(str::to_owned)).unwrap_or_default()
    }
}

/// Who one is by the provider's word, and who one is here.
#[derive(Debug, Template)]
#[template(path = "providers/connect.html")]
pub struct ConnectPage {
    /// The frame.
    pub page: Page,
    /// By the provider's word.
    pub offered: SubjectOffered,
    /// The mail address of the account that is signed in.
    pub mine: Option<String>,
}

impl ConnectPage {
    fn connect(&self) -> Form {
        self.page.form("/account/providers/connect", self.page.texts.connect())
    }
}
