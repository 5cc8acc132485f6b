//! Jobs that do not do what they are there for, and say nothing.

use door::{Action, Catalogue, Change, Desk, Keep, Permitted, Record, Spec, Write};
use portal::Parts;
use portal::identity::Anywhere;
use portal::nothing::Nothing;
use portal::trail::push::{Push, Pushed};

use crate::instead;

/// Opens it: the job that pushes the record takes every failure of its own for a success.
pub(crate) fn failures_are_swallowed(parts: Parts) -> Parts {
    instead(parts, &Catalogue::default().keep::<PushOrNot>())
}

/// Opens it: what an organisation keeps no longer stays.
pub(crate) fn periods_are_not_kept(parts: Parts) -> Parts {
    instead(parts, &Catalogue::default().change::<KeepWhatIsDue>())
}

/// Opens it: sessions and tokens that are over stay.
pub(crate) fn nothing_is_cleared_away(parts: Parts) -> Parts {
    instead(parts, &Catalogue::default().change::<KeepSessions>())
}

struct PushOrNot;

impl Action for PushOrNot {
    type Target = Anywhere;
    type Input = Nothing;
    type Output = Pushed;
    const SPEC: Spec = Push::SPEC;
}

impl Keep for PushOrNot {
    async fn keep(input: &Nothing, target: &Permitted<Anywhere>, desk: &Desk) -> door::Result<Pushed> {
        Ok(Push::keep(input, target, desk).await.unwrap_or(Pushed { received: 0 }))
    }
}

/// A job of a name that does nothing, and is content.
macro_rules! idle {
    ($name:ident, $of:ty) => {
        struct $name;

        impl Action for $name {
            type Target = Anywhere;
            type Input = Nothing;
            type Output = Nothing;
            const SPEC: Spec = <$of>::SPEC;
        }

        impl Change for $name {
            async fn change(
                _: &Nothing,
                _: &Permitted<Anywhere>,
                _: &mut Write<'_>,
            ) -> door::Result<(Nothing, Record)> {
                Ok((Nothing {}, Record::of_nothing()))
            }
        }
    };
}

idle!(KeepWhatIsDue, portal::privacy::keeping::Sweep);
idle!(KeepSessions, portal::identity::Sweep);
