//! CBOR (RFC 8949) as authenticators write it: definite lengths, no tags, no floating point (CTAP 2.1, section 8, “message
//! encoding”). Nothing is copied, and what is nested too deeply is refused.

/// Authenticators nest four levels at the most (CTAP 2.1, section 8); statements that are ignored may have a few more.
const DEPTH_MAX: usize = 8;

/// An item.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Item<'a> {
    /// A whole number that fits.
    Integer(i64),
    /// Bytes.
    Bytes(&'a [u8]),
    /// A text.
    Text(&'a str),
    /// Several, in order.
    Array(Vec<Self>),
    /// Pairs, in order.
    Map(Vec<(Self, Self)>),
    /// `false`, `true`, `null` and the like, by their number.
    Simple(u8),
}

impl<'a> Item<'a> {
    /// The first item, and the bytes after it. `None` when there is none.
    pub(super) fn read(bytes: &'a [u8]) -> Option<(Self, &'a [u8])> {
        read(bytes, DEPTH_MAX)
    }

    /// The value at a key of a map. `None` when it is not there, or there twice: which one would count?
    pub(super) fn get(&self, key: &Self) -> Option<&Self> {
        let Self::Map(pairs) = self else { return None };
        let mut found = pairs.iter().filter(|(known, _)| known == key).map(|(_, value)| value);
        match (found.next(), found.next()) {
            (Some(value), None) => Some(value),
            _ => None,
        }
    }

    pub(super) const fn as_bytes(&self) -> Option<&'a [u8]> {
        if let Self::Bytes(bytes) = self { Some(bytes) } else { None }
    }

    pub(super) const fn as_integer(&self) -> Option<i64> {
        if let Self::Integer(number) = self { Some(*number) } else { None }
    }
}

fn read(bytes: &[u8], depth: usize) -> Option<(Item<'_>, &[u8])> {
    let (major, argument, rest) = head(bytes)?;
    let length = || usize::try_from(argument).ok();
    match major {
        0 => Some((Item::Integer(i64::try_from(argument).ok()?), rest)),
        1 => Some((Item::Integer(-1 - i64::try_from(argument).ok()?), rest)),
        2 => {
            let (content, rest) = rest.split_at_checked(length()?)?;
            Some((Item::Bytes(content), rest))
        }
        3 => {
            let (content, rest) = rest.split_at_checked(length()?)?;
            Some((Item::Text(std::str::from_utf8(content).ok()?), rest))
        }
        4 => {
            let (mut items, mut rest) = (Vec::new(), rest);
            for _ in 0..bounded(argument, rest)? {
                let (item, after) = read(rest, depth.checked_sub(1)?)?;
                items.push(item);
                rest = after;
            }
            Some((Item::Array(items), rest))
        }
        5 => {
            let (mut pairs, mut rest) = (Vec::new(), rest);
            for _ in 0..bounded(argument, rest)? {
                let (key, after) = read(rest, depth.checked_sub(1)?)?;
                let (value, after) = read(after, depth.checked_sub(1)?)?;
                pairs.push((key, value));
                rest = after;
            }
            Some((Item::Map(pairs), rest))
        }
        7 => Some((Item::Simple(u8::try_from(argument).ok()?), rest)),
        _ => None,
    }
}

/// Major type and argument (RFC 8949 section 3).
fn head(bytes: &[u8]) -> Option<(u8, u64, &[u8])> {
    let (first, rest) = bytes.split_first()?;
    let (major, short) = (first >> 5, first & 31);
    let wide = |bytes: usize| {
        let (argument, rest) = rest.split_at_checked(bytes)?;
        Some((argument.iter().fold(0_u64, |number, byte| number << 8 | u64::from(*byte)), rest))
    };
    let (argument, rest) = match (major, short) {
        (_, 0..24) => (u64::from(short), rest),
        // Wider simple values are floating point, or nothing that is in use.
        (7, _) => return None,
        (_, 24) => wide(1)?,
        (_, 25) => wide(2)?,
        (_, 26) => wide(4)?,
        (_, 27) => wide(8)?,
        _ => return None,
    };
    Some((major, argument, rest))
}

/// As many items as are claimed, if there are as many bytes: each has one at least.
fn bounded(claimed: u64, rest: &[u8]) -> Option<usize> {
    usize::try_from(claimed).ok().filter(|count| *count <= rest.len())
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn whole(text: &str) -> Option<Item<'static>> {
        let bytes = hex::decode(text).unwrap().leak();
        Item::read(bytes).filter(|(_, rest)| rest.is_empty()).map(|(item, _)| item)
    }

    /// RFC 8949 appendix A, as far as authenticators go.
    #[test]
    fn the_standards_own_examples() {
        for (text, number) in [
            ("00", 0),
            ("17", 23),
            ("1818", 24),
            ("1903e8", 1000),
            ("1a000f4240", 1_000_000),
            ("1b000000e8d4a51000", 1_000_000_000_000),
            ("20", -1),
            ("3863", -100),
            ("3903e7", -1000),
        ] {
            assert_eq!(whole(text), Some(Item::Integer(number)), "{text}");
        }
        assert_eq!(whole("4401020304"), Some(Item::Bytes(&[1, 2, 3, 4])));
        assert_eq!(whole("62c3bc"), Some(Item::Text("ü")));
        assert_eq!((whole("63c3bc"), whole("62c3bc00")), (None, None), "cut off, and with something behind it");
        assert_eq!(whole("6449455446"), Some(Item::Text("IETF")));
        assert_eq!(whole("f4"), Some(Item::Simple(20)));
        let one = |number| Item::Integer(number);
        assert_eq!(
            whole("8301820203820405"),
            Some(Item::Array(vec![one(1), Item::Array(vec![one(2), one(3)]), Item::Array(vec![one(4), one(5)])]))
        );
        let map = whole("a201020304").unwrap();
        assert_eq!((map.get(&one(1)), map.get(&one(3)), map.get(&one(5))), (Some(&one(2)), Some(&one(4)), None));
    }

    #[test]
    fn what_authenticators_do_not_write_is_refused() {
        for (text, why) in [
            ("", "nothing"),
            ("5f42010243030405ff", "bytes without a length"),
            ("9fff", "a list without a length"),
            ("bfff", "a map without a length"),
            ("c074323031332d30332d32315432303a30343a30305a", "a tag"),
            ("f93c00", "floating point"),
            ("fb3ff199999999999a", "floating point"),
            ("f8ff", "a wide simple value"),
            ("1bffffffffffffffff", "more than fits"),
            ("3bffffffffffffffff", "less than fits"),
            ("9bffffffffffffffff", "more items than bytes"),
            ("62ff00", "a text that is none"),
            ("818181818181818181818100", "too deep"),
        ] {
            assert_eq!(whole(text), None, "{why}");
        }
        assert_eq!(whole("a201020103").unwrap().get(&Item::Integer(1)), None, "a key that is there twice");
    }

    proptest! {
        #[test]
        fn any_bytes_are_an_item_or_none(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
            if let Some((_, rest)) = Item::read(&bytes) {
                prop_assert!(rest.len() < bytes.len());
            }
        }
    }
}
