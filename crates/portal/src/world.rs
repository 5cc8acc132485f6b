//! What the verbs need besides the database.

use std::path::PathBuf;
use std::sync::Arc;

use door::store::Engine;
use door::{Refusal, Result};

use crate::backup::Backups;
use crate::demo;
use crate::dns::Dns;
use crate::fields::NewPassword;
use crate::files::Cabinet;
use crate::identity::passkey::webauthn::RelyingParty;
use crate::identity::{Hasher, weakness};
use crate::mail::Post;
use crate::outside::Outside;
use crate::privacy::processing::Recipient;
use crate::tls;
use crate::trail::push::{Sender, Syslog};
use crate::vault::Safe;
use crate::watch::Watch;

/// Keys and workers.
#[derive(Clone)]
pub struct World {
    /// Hashes passwords.
    pub hasher: Hasher,
    /// Seals credentials.
    pub safe: Safe,
    /// Keeps files.
    pub cabinet: Cabinet,
    /// Whether this is the demo: invented people, loopback only.
    pub demo: bool,
    /// `https://portal.example`: where browsers reach it.
    pub public_origin: String,
    /// The way to addresses that people of an organisation have set.
    pub outside: Arc<Outside>,
    /// Asks name servers.
    pub dns: Dns,
    /// Sends to webhooks.
    pub sender: Arc<Sender>,
    /// Where the whole record goes, if anywhere.
    pub syslog: Option<Syslog>,
    /// For how many days the record is kept; for ever where nothing is said.
    pub keep_record_days: Option<u32>,
    /// Its backups.
    pub backups: Backups,
    /// The certificate that is shown, where HTTPS is spoken here.
    pub certificate: Arc<tls::Shown>,
    /// How letters to people leave.
    pub post: Arc<Post>,
    /// What watches it.
    pub watch: Arc<Watch>,
    /// Through whose hands data passes.
    pub recipients: Arc<[Recipient]>,
    /// The report of the last audit, where there is one.
    pub load_line: Option<PathBuf>,
    /// Which database it runs on.
    pub engine: Engine,
}

impl World {
    /// Whom passkeys are made for; nobody where the portal is reached by a number.
    #[must_use]
    pub fn relying_party(&self) -> Option<RelyingParty> {
        RelyingParty::of(&self.public_origin)
    }

    /// The hash of a password that somebody chose in this field, as a PHC string. `known` is what others know of them.
    ///
    /// # Errors
    /// [`Refusal::Invalid`] when it is too easily guessed, or the demo's outside a demo: everybody knows it.
    pub async fn hash_chosen(&self, field: &str, password: NewPassword, known: &[&str]) -> Result<String> {
        if !self.demo && password.0.bytes() == demo::PASSWORD.as_bytes() {
            return Err(Refusal::field(field, "is the demo's, which everybody knows"));
        }
        if let Some(why) = weakness(password.0.as_str(), known) {
            return Err(Refusal::field(field, why));
        }
        self.hasher.hash(password.0).await
    }
}
