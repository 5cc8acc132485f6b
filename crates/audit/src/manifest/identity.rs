//! What the manifest says of second factors, sessions, ranks and links: the lines that no inference can know for certain.

use std::time::Duration;

use super::{RequestLine, Step};

/// `[second_factor]`: how somebody who is signed in sets one up, and takes it away.
#[derive(Debug, Clone, Default)]
pub struct SecondFactor {
    /// Sent one after another. The first arrow says where the secret stands in the answer, a later one where the recovery
    /// codes do.
    pub set_up: Vec<RequestLine>,
    /// Takes it away.
    pub remove: Option<RequestLine>,
}

/// `[sessions]`: how one ends, where the walk does not see it by itself.
#[derive(Debug, Clone, Default)]
pub struct Sessions {
    /// How long a token may live on after its end, where it carries its own.
    pub max_after_end: Option<Duration>,
    /// Ends the session that sends it.
    pub sign_out: Option<RequestLine>,
    /// Opens another session with the token that the sign-in handed out: `{answer.refresh_token}`.
    pub refresh: Option<RequestLine>,
    /// Changes one's password: `{password}` is the old one, `{new_password}` the new one.
    pub password: Option<RequestLine>,
}

/// `[ranks]`: how somebody gives a rank, where the document does not show it.
#[derive(Debug, Clone, Default)]
pub struct Ranks {
    /// Gives `{actor.id}` the rank `{rank}`.
    pub give: Option<RequestLine>,
    /// The ranks that there are, the highest first; the actors' roles where nothing is said.
    pub named: Vec<String>,
    /// Shows whoever sends it the people with their ranks: `GET /people`.
    pub list: Option<RequestLine>,
}

/// `[links.NAME]`: a link that is sent to somebody, as for a forgotten password or as an invitation.
#[derive(Debug, Clone)]
pub struct LinkKind {
    /// Asks for one about somebody. The arrow says where it stands in the answer, where it does; else it comes by mail.
    pub ask: RequestLine,
    /// Uses it: `{link}` is its key, `{new_password}` what is set where there is an account, `{password}` where there is none.
    pub used: RequestLine,
    /// Prints the letter, where neither the answer nor the audit's mailbox has it.
    pub letter: Option<String>,
    /// Lets its time pass.
    pub later: Option<Step>,
}
