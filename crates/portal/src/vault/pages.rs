//! The pages of the vault.

use askama::Template;

use super::{CredentialList, CredentialShown};
use crate::pages::{Field, Form, Icon, May, Page};
use crate::projects::ProjectShown;

/// How long a revealed secret stays in sight, in seconds.
pub const SHOWN_SECONDS: u32 = 30;

/// The secrets of a project.
#[derive(Debug, Template)]
#[template(path = "vault/credentials.html")]
pub struct CredentialsPage {
    /// The frame.
    pub page: Page,
    /// The project.
    pub project: ProjectShown,
    /// What is in its vault.
    pub list: CredentialList,
    /// What the reader may do to the project.
    pub may: May,
}

impl CredentialsPage {
    fn was_seen_by_somebody_who_left(&self, credential: &CredentialShown) -> bool {
        credential.seen.iter().any(|seen| seen.has_left)
    }

    fn store(&self) -> Form {
        let texts = self.page.texts;
        self.page
            .form(format!("/projects/{}/credentials/store", self.project.id), texts.credential_store())
            .field(
                Field::text("title", texts.credential_title())
                    .help(texts.credential_title_help())
                    .complete("off")
                    .limit(120),
            )
            .field(
                Field::text("username", texts.credential_user()).optional(texts.optional()).complete("off").limit(120),
            )
            .field(
                Field::secret("secret", texts.credential_secret())
                    .help(texts.credential_secret_help())
                    .complete("off")
                    .limit(4_000),
            )
    }
}

/// One secret: what it is, who has seen it, and, right after a reveal, the secret itself.
///
/// With `secret` set the answer must carry `Cache-Control: no-store`, and the page leaves by itself
/// after [`SHOWN_SECONDS`], also without JavaScript.
#[derive(Debug, Template)]
#[template(path = "vault/credential.html")]
pub struct CredentialPage {
    /// The frame.
    pub page: Page,
    /// The project.
    pub project: ProjectShown,
    /// The secret's entry in the vault.
    pub credential: CredentialShown,
    /// What the reader may do to it.
    pub may: May,
    /// The secret, on the one answer that shows it.
    pub secret: Option<String>,
}

impl CredentialPage {
    fn path(&self) -> String {
        format!("/projects/{}/credentials/{}", self.project.id, self.credential.id)
    }

    fn reveal(&self) -> Form {
        let texts = self.page.texts;
        let help = if self.page.is_staff() {
            texts.reveal_reason_help(&self.project.client_name)
        } else {
            texts.reveal_reason_help_client().to_owned()
        };
        self.page
            .form(format!("{}/reveal", self.path()), texts.reveal())
            .field(Field::text("reason", texts.reveal_reason()).help(help).complete("off").limit(300))
    }

    fn seconds(&self) -> u32 {
        SHOWN_SECONDS
    }
}
