//! Path templates: their segments, and their places with the names of the parameters removed.

/// One segment of a path template.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Segment {
    /// `projects`.
    Literal(String),
    /// `{project}`, or `{id}.json` with what stands around it.
    Parameter {
        /// What stands before it in its segment.
        before: String,
        /// `project`.
        name: String,
        /// What stands behind it: `.json`.
        after: String,
    },
}

/// The segments of a path template.
pub fn segments(path: &str) -> Vec<Segment> {
    let plain = path.split(['?', '#']).next().unwrap_or_default();
    plain.split('/').filter(|part| !part.is_empty()).map(segment).collect()
}

fn segment(part: &str) -> Segment {
    let inside = part.split_once('{').and_then(|(before, rest)| {
        let (name, after) = rest.split_once('}')?;
        Some(Segment::Parameter { before: before.into(), name: name.into(), after: after.into() })
    });
    inside.unwrap_or_else(|| Segment::Literal(part.into()))
}

/// The path with the names of its parameters removed.
pub fn place(path: &str) -> String {
    let mut place = String::new();
    for segment in segments(path) {
        place.push('/');
        match segment {
            Segment::Literal(text) => place.push_str(&text),
            Segment::Parameter { before, after, .. } => place.push_str(&format!("{before}{{}}{after}")),
        }
    }
    place
}

/// The place without its last segment.
pub fn parent_place(place: &str) -> String {
    place.rsplit_once('/').map_or_else(String::new, |(above, _)| above.to_owned())
}

/// The last segment that is no parameter.
pub(crate) fn last_literal(place: &str) -> Option<&str> {
    place.rsplit('/').find(|part| !part.is_empty() && !part.contains('{'))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn any_path_has_segments(path in ".*") {
            place(&path);
            prop_assert!(!parent_place(&place(&path)).ends_with("//"));
        }
    }
}
