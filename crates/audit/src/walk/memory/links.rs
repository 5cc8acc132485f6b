//! Links as the lock spells them: who makes the object that a parameter names, and where its key stands.

use super::super::objects::{KeyPlace, Way};
use super::super::world::World;

/// Whose account it is that a path names.
const ACTOR: (&str, &str) = ("the actor", "his account");
/// The place that the actor belongs to.
const HOME: (&str, &str) = ("the actor", "his home");
/// Another answer to the owner.
const MENTIONED: (&str, &str) = ("an answer", "that names it");

impl World<'_> {
    /// The slot that a parameter of an action asks for.
    pub(super) fn slot_of(&self, action: &str, parameter: &str) -> Option<usize> {
        let at = self.action_named(action)?;
        let in_path = self.slots.of(at).iter().find(|(_, name)| name == parameter).map(|(slot, _)| *slot);
        in_path.or_else(|| self.slots.named(at).iter().find(|named| named.name == parameter).map(|named| named.slot))
    }

    pub(super) fn action_named(&self, name: &str) -> Option<usize> {
        self.catalogue.actions.iter().position(|action| action.name() == name)
    }

    /// The way that a link spells. One that the manifest forbids by now is none.
    pub(super) fn way(&self, producer: &str, from: &str) -> Option<Way> {
        match (producer, from) {
            ACTOR => return Some(Way::Account),
            HOME => return Some(Way::Home),
            MENTIONED => return Some(Way::Mentioned),
            _ => {}
        }
        let at = self.action_named(producer).filter(|at| !self.avoided.contains_key(at))?;
        let place = match from.split_once(['.', ' ']) {
            Some(("answer", path)) => KeyPlace::Answer(path.to_owned()),
            Some(("request", path)) => KeyPlace::Sent(path.to_owned()),
            Some(("new", path)) => {
                let (path, list) = path.split_once(" of ")?;
                KeyPlace::New(self.action_named(list)?, path.to_owned())
            }
            Some(("row", path)) => match path.split_once(" of ") {
                Some((path, list)) => KeyPlace::Row(self.action_named(list)?, path.to_owned()),
                None => return Some(Way::Listed(at, path.to_owned())),
            },
            _ if from == "location" => KeyPlace::Location,
            _ if from == "path" => KeyPlace::Path,
            _ => return None,
        };
        Some(Way::Action(at, place))
    }

    /// How a link spells a way: the producer, and where the key stands.
    pub(super) fn spelt(&self, way: &Way) -> Option<(String, String)> {
        let own = |(producer, from): (&str, &str)| Some((producer.to_owned(), from.to_owned()));
        match way {
            Way::Account => own(ACTOR),
            Way::Home => own(HOME),
            Way::Mentioned => own(MENTIONED),
            Way::Listed(list, path) => Some((self.action(*list).name(), format!("row {path}"))),
            // What the manifest says is not inferred.
            Way::Recipe | Way::Fixture => None,
            Way::Action(producer, place) => {
                let from = match place {
                    KeyPlace::Answer(path) => format!("answer.{path}"),
                    KeyPlace::Sent(path) => format!("request.{path}"),
                    KeyPlace::Row(list, path) => format!("row {path} of {}", self.action(*list).name()),
                    KeyPlace::New(list, path) => format!("new {path} of {}", self.action(*list).name()),
                    KeyPlace::Location => "location".to_owned(),
                    KeyPlace::Path => "path".to_owned(),
                };
                Some((self.action(*producer).name(), from))
            }
        }
    }
}
