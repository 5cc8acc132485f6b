//! The page of the organisation's programs.

use askama::Template;

use super::{ServiceList, ServiceShown};
use crate::identity::TokenShown;
use crate::organisations::Role;
use crate::organisations::membership::MembershipState;
use crate::pages::{Choice, Field, Form, Page};

/// The organisation's programs, and the tokens by which they act.
#[derive(Debug, Template)]
#[template(path = "organisations/service/services.html")]
pub struct ServicesPage {
    /// The frame.
    pub page: Page,
    /// The services.
    pub list: ServiceList,
    /// Scopes that a token may be given: `project:look`.
    pub scopes: Vec<String>,
}

impl ServicesPage {
    fn create(&self) -> Form {
        let texts = self.page.texts;
        let roles = [Role::Staff, Role::Admin];
        let roles = roles.map(|role| Choice::new(role.word(), role.label(&texts)).help(role.help(&texts))).to_vec();
        self.page
            .form("/services/create", texts.service_create())
            .field(Field::text("name", texts.service_name()).help(texts.service_name_help()).complete("off").limit(120))
            .field(Field::radio("role", texts.role(), roles).value(Role::Staff.word()))
    }

    fn create_token(&self, service: &ServiceShown) -> Form {
        let texts = self.page.texts;
        let scopes = self.scopes.iter().map(|scope| Choice::new(scope, scope)).collect();
        let days = [30, 90, 365].map(|days: u32| Choice::new(days.to_string(), texts.token_days(days))).to_vec();
        self.page
            .form(format!("/services/{}/tokens/create", service.id), texts.service_token_create())
            .about(&service.name)
            .quiet()
            .field(Field::text("name", texts.token_name()).help(texts.token_name_help()).complete("off").limit(120))
            .field(Field::checks("scopes", texts.token_scopes(), scopes))
            .field(Field::select("days", texts.token_expires(), days).value("90"))
    }

    fn revoke(&self, service: &ServiceShown, token: &TokenShown) -> Form {
        self.page
            .form(format!("/services/{}/tokens/{}/revoke", service.id, token.id), self.page.texts.token_revoke())
            .about(&token.name)
            .danger()
    }

    const fn is_suspended(service: &ServiceShown) -> bool {
        matches!(service.state, MembershipState::Suspended)
    }
}
