//! Paths of the matrix: literal segments, `{name}`, `*` (one segment), `**` (any rest, also none).

use std::fmt;

/// A path of a row.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct PathPattern {
    segments: Vec<Segment>,
}

#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
enum Segment {
    /// Every letter as it is.
    Literal(String),
    /// With at least one `{name}` in it; names are not compared, what is around them is.
    Parameter(String),
    /// `*`.
    One,
    /// `**`.
    Rest,
}

/// How literal a pattern is; the greatest wins.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Literalness {
    whole: bool,
    literals: usize,
    parameters: usize,
    ones: usize,
}

impl PathPattern {
    /// Reads a path. Says in a few words what is wrong with it.
    pub fn parse(text: &str) -> Result<Self, String> {
        let Some(rest) = text.strip_prefix('/') else { return Err(format!("`{text}` does not begin with a slash")) };
        let mut segments = Vec::new();
        for segment in rest.split('/') {
            if segments.last() == Some(&Segment::Rest) {
                return Err(format!("`**` must be the last segment of `{text}`"));
            }
            segments.push(match segment {
                "*" => Segment::One,
                "**" => Segment::Rest,
                with_name if with_name.contains('{') => Segment::Parameter(with_name.to_owned()),
                literal if literal.contains('*') => {
                    return Err(format!("`{literal}`: a star stands alone between slashes"));
                }
                literal => Segment::Literal(literal.to_owned()),
            });
        }
        Ok(Self { segments })
    }

    /// Whether an action's path, as its document spells it, is meant. A slash at the end makes no difference.
    pub fn matches(&self, path: &str) -> bool {
        let path = path.strip_prefix('/').unwrap_or(path);
        let mut given: Vec<&str> = path.split('/').collect();
        if given.len() > 1 && given.last() == Some(&"") {
            given.pop();
        }
        let mut own = self.segments.as_slice();
        if let ([before @ .., Segment::Literal(last)], true) = (own, own.len() > 1)
            && last.is_empty()
        {
            own = before;
        }
        let mut given = given.into_iter();
        for segment in own {
            if *segment == Segment::Rest {
                return true;
            }
            let Some(given) = given.next() else { return false };
            let same = match segment {
                Segment::Literal(literal) => literal == given || both_versions(literal, given),
                Segment::Parameter(own) => given.contains('{') && without_names(own) == without_names(given),
                Segment::One | Segment::Rest => true,
            };
            if !same {
                return false;
            }
        }
        given.next().is_none()
    }

    /// Whether a path is spelt exactly so, versions of the interface included.
    pub fn spells(&self, path: &str) -> bool {
        self.to_string().trim_end_matches('/') == path.trim_end_matches('/')
    }

    /// The path with the names of its parameters removed: `/a/{}`.
    pub(super) fn without_names(&self) -> String {
        without_names(&self.to_string())
    }

    /// How literal it is.
    pub fn literalness(&self) -> Literalness {
        let count = |wanted: fn(&Segment) -> bool| self.segments.iter().filter(|segment| wanted(segment)).count();
        Literalness {
            whole: self.segments.last() != Some(&Segment::Rest),
            literals: count(|segment| matches!(segment, Segment::Literal(_))),
            parameters: count(|segment| matches!(segment, Segment::Parameter(_))),
            ones: count(|segment| *segment == Segment::One),
        }
    }
}

impl fmt::Display for PathPattern {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for segment in &self.segments {
            match segment {
                Segment::Literal(text) | Segment::Parameter(text) => write!(f, "/{text}")?,
                Segment::One => f.write_str("/*")?,
                Segment::Rest => f.write_str("/**")?,
            }
        }
        Ok(())
    }
}

/// Older versions of an action share its row: `v1` is spelt otherwise than `v2` and means the same.
fn both_versions(left: &str, right: &str) -> bool {
    let is_version = |text: &str| {
        text.strip_prefix('v').is_some_and(|number| {
            number.starts_with(|first: char| first.is_ascii_digit())
                && number.chars().all(|letter| letter.is_ascii_digit() || letter == '.')
        })
    };
    is_version(left) && is_version(right)
}

/// `{id}.json` and `{slug}.json` are one: `{}.json`.
fn without_names(segment: &str) -> String {
    let mut plain = String::new();
    let mut inside = false;
    for letter in segment.chars() {
        match letter {
            '{' => {
                inside = true;
                plain.push_str("{}");
            }
            '}' => inside = false,
            letter if !inside => plain.push(letter),
            _ => {}
        }
    }
    plain
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn matches(pattern: &str, path: &str) -> bool {
        PathPattern::parse(pattern).unwrap().matches(path)
    }

    #[test]
    fn literals_names_stars_and_rests() {
        assert!(matches("/a/{id}", "/a/{other}"));
        assert!(!matches("/a/{id}", "/a/me"), "a name stands for a name, not for a literal");
        assert!(matches("/a/*", "/a/me") && matches("/a/*", "/a/{id}"));
        assert!(matches("/a/{id}/**", "/a/{id}") && matches("/a/{id}/**", "/a/{id}/b/{c}"));
        assert!(!matches("/a/*", "/a/b/c") && !matches("/a/b", "/a"));
        assert!(matches("/a/{id}.json", "/a/{slug}.json") && !matches("/a/{id}.json", "/a/{slug}.xml"));
        assert!(matches("/a/", "/a") && matches("/a", "/a/") && matches("/", "/"));
        assert!(matches("/api/v2/users", "/api/v1/users") && !matches("/api/v2", "/api/users"));
    }

    #[test]
    fn the_most_literal_wins() {
        let literalness = |text| PathPattern::parse(text).unwrap().literalness();
        assert!(literalness("/a/b") > literalness("/a/{x}"));
        assert!(literalness("/a/{x}") > literalness("/a/*"));
        assert!(literalness("/a/*") > literalness("/a/**"));
        assert!(literalness("/a/b/**") > literalness("/a/**"));
    }

    proptest! {
        #[test]
        fn any_path_is_read_or_refused(text in ".*") {
            if let Ok(pattern) = PathPattern::parse(&text) {
                prop_assert_eq!(pattern.to_string(), text);
            }
        }
    }
}
