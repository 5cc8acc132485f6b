//! What a caller is to an object: a set of relations, and nothing else decides.

use std::fmt;

/// One way of standing to an object. The portal names its own from bit 8 upwards.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Relation {
    bit: u8,
    /// `project_admin`: a word, as the record keeps it.
    pub name: &'static str,
}

impl Relation {
    /// Everybody, signed in or not.
    pub const ANYONE: Self = Self { bit: 0, name: "anyone" };
    /// Somebody whose sign-in is valid, and the owner of the account at an account's place.
    pub const SELF: Self = Self { bit: 1, name: "oneself" };
    /// The operator at the machine's own command line.
    pub const CONSOLE: Self = Self { bit: 2, name: "console" };
    /// The portal itself, on a schedule.
    pub const JOB: Self = Self { bit: 3, name: "job" };
    /// Would be something at the place, and comes from a network that it lets nobody in from. It is nothing else there.
    pub const OUTSIDE: Self = Self { bit: 4, name: "outside" };
    /// Would be something at the place with a younger sign-in than this one. It is nothing else there.
    pub const OVERDUE: Self = Self { bit: 5, name: "overdue" };
    /// Is something at a place that is about to end: whatever else it is there, it looks and takes copies, and changes nothing.
    pub const CLOSING: Self = Self { bit: 6, name: "closing" };

    /// Would be something at the place by a sign-in through the organisation's own provider. It is nothing else there.
    pub const UNPROVIDED: Self = Self { bit: 6, name: "unprovided" };

    /// A relation of the portal's.
    ///
    /// # Panics
    /// At compile time, when the bit is one of the door's own or above 31.
    #[must_use]
    pub const fn new(bit: u8, name: &'static str) -> Self {
        assert!(bit >= 8 && bit < 32, "the portal's relations have bits 8 to 31");
        Self { bit, name }
    }
}

/// A set of relations.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Relations(u32);

impl Relations {
    /// Nobody.
    pub const NONE: Self = Self(0);

    /// The set of these.
    #[must_use]
    pub const fn of(list: &[Relation]) -> Self {
        let (mut bits, mut index) = (0, 0);
        while index < list.len() {
            bits |= 1 << list[index].bit;
            index += 1;
        }
        Self(bits)
    }

    /// These without those.
    #[must_use]
    pub const fn without(self, those: Self) -> Self {
        Self(self.0 & !those.0)
    }

    /// Whether any relation is in both.
    #[must_use]
    pub const fn meet(self, other: Self) -> bool {
        self.0 & other.0 != 0
    }

    /// Both together.
    #[must_use]
    pub const fn and(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }

    /// Whether there is nothing beyond [`Relation::ANYONE`].
    #[must_use]
    pub const fn only_anyone(self) -> bool {
        self.0 & !Self::of(&[Relation::ANYONE]).0 == 0
    }

    /// The set as bits, for the record.
    #[must_use]
    pub const fn bits(self) -> u32 {
        self.0
    }

    /// Back from [`Self::bits`].
    #[must_use]
    pub const fn from_bits(bits: u32) -> Self {
        Self(bits)
    }

    /// Which of `all` are in the set, in the order of `all`.
    pub fn names<'a>(self, all: &'a [Relation]) -> impl Iterator<Item = &'static str> + 'a {
        all.iter().filter(move |relation| self.meet(Self::of(&[**relation]))).map(|relation| relation.name)
    }
}

impl fmt::Display for Relations {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:#x}", self.0)
    }
}
