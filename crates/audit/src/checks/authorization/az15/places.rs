//! Where credentials stand in what somebody's requests carry.

use crate::walk::World;
use crate::walk::actors::Session;

/// Where a credential stands.
pub(super) enum Place {
    /// A header or a parameter, by its number.
    Credential(usize, String),
    /// A cookie, by its name.
    Cookie(String),
}

impl Place {
    pub(super) fn subject(&self) -> String {
        match self {
            Self::Credential(_, name) => format!("the header {name}"),
            Self::Cookie(name) => format!("the cookie {name}"),
        }
    }

    /// What stands there.
    pub(super) fn value(&self, world: &World<'_>, at: usize) -> String {
        let session = &world.actors[at].session;
        let whole = match self {
            Self::Credential(number, _) => session.credentials.get(*number).map(|one| one.value.clone()),
            Self::Cookie(name) => session.cookies.get(name).cloned(),
        };
        whole.unwrap_or_default()
    }

    /// The session without it.
    pub(super) fn without(&self, world: &World<'_>, at: usize) -> Session {
        let mut session = world.actors[at].session.clone();
        match self {
            Self::Credential(number, _) => drop(session.credentials.remove(*number)),
            Self::Cookie(name) => drop(session.cookies.remove(name)),
        }
        session
    }

    /// The session with another value in its place; a scheme such as `Bearer` stays.
    pub(super) fn with(&self, world: &World<'_>, at: usize, value: &str) -> Session {
        let mut session = world.actors[at].session.clone();
        match self {
            Self::Credential(number, _) => {
                let known = &mut session.credentials[*number].value;
                let scheme = known.rsplit_once(' ').map(|(scheme, _)| format!("{scheme} ")).unwrap_or_default();
                *known = format!("{scheme}{value}");
            }
            Self::Cookie(name) => drop(session.cookies.insert(name.clone(), value.to_owned())),
        }
        session
    }
}

/// Where somebody's credentials stand.
pub(super) fn places(world: &World<'_>, at: usize) -> Vec<Place> {
    let session = &world.actors[at].session;
    let credentials =
        session.credentials.iter().enumerate().map(|(number, one)| Place::Credential(number, one.name.clone()));
    credentials.chain(session.cookies.keys().cloned().map(Place::Cookie)).collect()
}
