//! What each letter says. The words stand in `texts/letters.rs`.

use door::{Result, Time, Write, values};

use super::{Kind, Letter, Link, Queued, place_name, queue};
use crate::ids::PersonId;
use crate::links::{MAIL_SECONDS, PASSWORD_SECONDS, SIGN_IN_SECONDS};
use crate::organisations::Role;
use crate::organisations::look::Look;
use crate::texts::Texts;
use crate::watch::rules::shown;

/// News of one's account are worth sending for a day.
const NEWS_SECONDS: i64 = 24 * 3600;

/// Somebody whom a letter goes to.
pub(crate) struct Reader<'a> {
    /// Who; nobody, where somebody asked for an address that is nobody's.
    pub(crate) person: Option<PersonId>,
    /// The address.
    pub(crate) mail: &'a str,
}

impl Reader<'_> {
    async fn letter(&self, write: &mut Write<'_>, subject: &str) -> Result<Letter> {
        Ok(Letter {
            to: self.person.map(|_| self.mail.to_owned()),
            place: place_name(write).await?,
            subject: subject.to_owned(),
            ..Letter::default()
        })
    }
}

/// A link to set a new password.
///
/// # Errors
/// As [`queue`] says.
pub(crate) async fn password_link(write: &mut Write<'_>, reader: &Reader<'_>, token: &str) -> Result<()> {
    let texts = Texts::default();
    let letter = Letter {
        words: vec![texts.letter_password_link().to_owned()],
        link: Some(Link { label: texts.password_choose().to_owned(), path: format!("/password/reset/{token}") }),
        below: vec![texts.letter_password_link_below().to_owned()],
        ..reader.letter(write, texts.password_choose()).await?
    };
    let until = write.now().plus_seconds(PASSWORD_SECONDS);
    queue(write, Queued { kind: Kind::PasswordLink, person: reader.person, letter, until }).await
}

/// A link to sign in with.
///
/// # Errors
/// As [`queue`] says.
pub(crate) async fn sign_in_link(write: &mut Write<'_>, reader: &Reader<'_>, token: &str) -> Result<()> {
    let texts = Texts::default();
    let letter = Letter {
        words: vec![texts.letter_sign_in_link().to_owned()],
        link: Some(Link { label: texts.sign_in().to_owned(), path: format!("/sign-in/link/{token}") }),
        below: vec![texts.letter_sign_in_link_below().to_owned()],
        ..reader.letter(write, texts.letter_sign_in_link_subject()).await?
    };
    let until = write.now().plus_seconds(SIGN_IN_SECONDS);
    queue(write, Queued { kind: Kind::SignInLink, person: reader.person, letter, until }).await
}

/// A link to confirm a mail address, sent there.
///
/// # Errors
/// As [`queue`] says.
pub(crate) async fn mail_link(write: &mut Write<'_>, reader: &Reader<'_>, token: &str) -> Result<()> {
    let texts = Texts::default();
    let letter = Letter {
        words: vec![texts.letter_mail_link().to_owned()],
        link: Some(Link { label: texts.mail_confirm().to_owned(), path: format!("/account/mail/{token}") }),
        below: vec![texts.letter_mail_link_below().to_owned()],
        ..reader.letter(write, texts.mail_confirm()).await?
    };
    let until = write.now().plus_seconds(MAIL_SECONDS);
    queue(write, Queued { kind: Kind::MailLink, person: reader.person, letter, until }).await
}

/// Somebody who is invited.
pub(crate) struct Invited<'a> {
    /// The address.
    pub(crate) mail: &'a str,
    /// Who invites.
    pub(crate) inviter: &'a str,
    /// Into which organisation.
    pub(crate) organisation: &'a str,
    /// How that one writes.
    pub(crate) look: &'a Look,
    /// As what.
    pub(crate) role: Role,
}

/// An invitation, in the organisation's name.
///
/// # Errors
/// As [`queue`] says.
pub(crate) async fn invitation(write: &mut Write<'_>, invited: Invited<'_>, token: &str, until: Time) -> Result<()> {
    let texts = Texts::default();
    let Invited { mail, inviter, organisation, look, role } = invited;
    let letter = Letter {
        to: Some(mail.to_owned()),
        place: Some(organisation.to_owned()),
        sender: look.sender.clone(),
        reply_to: look.reply_to.clone(),
        colours: look.accent.map(|accent| (accent.on_light().to_string(), accent.on_dark().to_string())),
        subject: texts.letter_invitation(organisation),
        words: vec![
            texts.letter_invitation_by(inviter, organisation, role.label(&texts)),
            texts.letter_invitation_until(&shown(until)),
        ],
        link: Some(Link { label: texts.letter_invitation_look().to_owned(), path: format!("/join/{token}") }),
        below: vec![texts.letter_invitation_below().to_owned()],
        ..Letter::default()
    };
    queue(write, Queued { kind: Kind::Invitation, person: None, letter, until }).await
}

/// That a client or an organisation is to be deleted.
pub(crate) struct EndingTold<'a> {
    /// In which organisation.
    pub(crate) organisation: &'a str,
    /// What ends: a client's name, or the organisation's own.
    pub(crate) what: &'a str,
    /// Who asked for it, where that is the news.
    pub(crate) by: Option<&'a str>,
    /// When it is done.
    pub(crate) due_at: Time,
    /// Where it is taken back.
    pub(crate) path: String,
}

/// Tells somebody who could take it back.
///
/// # Errors
/// As [`queue`] says.
pub(crate) async fn ending(write: &mut Write<'_>, reader: &Reader<'_>, told: EndingTold<'_>) -> Result<()> {
    let (texts, EndingTold { organisation, what, by, due_at, path }) = (Texts::default(), told);
    let due = shown(due_at);
    let (subject, words) = match by {
        Some(by) => (texts.letter_ending(what), texts.letter_ending_by(by, what, &due)),
        None => (texts.letter_ending_soon(what), texts.letter_ending_last(what, &due)),
    };
    let letter = Letter {
        place: Some(organisation.to_owned()),
        words: vec![words, texts.letter_ending_until().to_owned()],
        link: Some(Link { label: texts.letter_ending_look().to_owned(), path }),
        below: vec![texts.letter_ending_below().to_owned()],
        ..reader.letter(write, &subject).await?
    };
    let until = write.now().plus_seconds(NEWS_SECONDS);
    queue(write, Queued { kind: Kind::Ending, person: reader.person, letter, until }).await
}

/// What happened with somebody's account.
pub(crate) enum News<'a> {
    /// There is another mail address.
    MailChanged {
        /// Which.
        to: &'a str,
    },
    /// There is another password.
    PasswordChanged,
    /// An authenticator app is asked for from now on.
    FactorSet,
    /// It is asked for no more.
    FactorRemoved {
        /// Whether the password is alone from now on.
        alone: bool,
    },
    /// The operator took every second factor away.
    FactorsForgotten,
    /// A passkey signs in from now on.
    PasskeyAdded {
        /// What its owner calls it.
        name: &'a str,
    },
    /// It does no more.
    PasskeyRemoved {
        /// What its owner called it.
        name: &'a str,
        /// Whether the password is alone from now on.
        alone: bool,
    },
    /// There are other recovery codes.
    RecoveryCodes,
    /// An organisation's provider can sign in to that organisation from now on.
    Connected {
        /// Which organisation.
        organisation: &'a str,
    },
    /// Somebody signed in with a browser or program that was not known.
    SignedIn {
        /// What it calls itself.
        agent: &'a str,
        /// From which address.
        address: Option<&'a str>,
    },
}

/// Tells somebody what happened with the account, and what to do if it was somebody else.
///
/// # Errors
/// As [`queue`] says.
pub(crate) async fn tell(write: &mut Write<'_>, person: PersonId, news: News<'_>) -> Result<()> {
    let (texts, when) = (Texts::default(), shown(write.now()));
    let (kind, subject, words) = match news {
        News::MailChanged { to } => {
            (Kind::MailChanged, texts.letter_mail_changed(), texts.letter_mail_changed_when(to, &when))
        }
        News::PasswordChanged => {
            (Kind::PasswordChanged, texts.letter_password_changed(), texts.letter_password_changed_when(&when))
        }
        News::FactorSet => (Kind::FactorChanged, texts.letter_factor_set(), texts.letter_factor_set_when(&when)),
        News::FactorRemoved { alone: false } => {
            (Kind::FactorChanged, texts.letter_factor_removed(), texts.letter_factor_removed_when(&when))
        }
        News::FactorRemoved { alone: true } => {
            (Kind::FactorChanged, texts.letter_factor_removed(), texts.letter_factor_removed_alone_when(&when))
        }
        News::FactorsForgotten => {
            (Kind::FactorChanged, texts.letter_factors_forgotten(), texts.letter_factors_forgotten_when(&when))
        }
        News::PasskeyAdded { name } => {
            (Kind::FactorChanged, texts.letter_passkey_added(), texts.letter_passkey_added_when(name, &when))
        }
        News::PasskeyRemoved { name, alone: false } => {
            (Kind::FactorChanged, texts.letter_passkey_removed(), texts.letter_passkey_removed_when(name, &when))
        }
        News::PasskeyRemoved { name, alone: true } => {
            (Kind::FactorChanged, texts.letter_passkey_removed(), texts.letter_passkey_removed_alone_when(name, &when))
        }
        News::RecoveryCodes => {
            (Kind::FactorChanged, texts.letter_recovery_codes(), texts.letter_recovery_codes_when(&when))
        }
        News::Connected { organisation } => {
            (Kind::FactorChanged, texts.letter_connected(), texts.letter_connected_when(organisation, &when))
        }
        News::SignedIn { agent, address } => {
            let (browser, address) = (texts.browser(agent), address.unwrap_or_else(|| texts.letter_no_address()));
            (Kind::SignedIn, texts.letter_signed_in(), texts.letter_signed_in_when(&browser, address, &when))
        }
    };
    let mail: String = write.one("SELECT mail FROM person WHERE id = $1", values![person]).await?.get("mail")?;
    let letter = Letter {
        words: vec![words],
        below: vec![texts.letter_not_you().to_owned()],
        link: Some(Link { label: texts.account_look().to_owned(), path: "/account#log".to_owned() }),
        ..Reader { person: Some(person), mail: &mail }.letter(write, subject).await?
    };
    let until = write.now().plus_seconds(NEWS_SECONDS);
    queue(write, Queued { kind, person: Some(person), letter, until }).await
}
