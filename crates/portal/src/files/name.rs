//! What a file is called: taken from whoever sends it, checked once, and given back in a header that nobody can break.

use door::store::Value;
use serde::{Deserialize, Deserializer, Serialize};
use utoipa::openapi::schema::{ObjectBuilder, Type};
use utoipa::openapi::{RefOr, Schema};
use utoipa::{PartialSchema, ToSchema};

/// Names that Windows keeps for devices, with any ending (Microsoft: Naming Files, Paths, and Namespaces).
const DEVICES: [&str; 4] = ["con", "prn", "aux", "nul"];
/// The same with one digit behind them.
const NUMBERED_DEVICES: [&str; 2] = ["com", "lpt"];

/// The name of a file: one that can be saved on any system, and that does not pretend to be another.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(transparent)]
pub struct FileName(String);

impl FileName {
    /// The most characters that it may have.
    pub const CHARACTERS_MAX: usize = 200;

    /// The name.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// What stands behind the last dot, in lower case; empty if there is no dot.
    #[must_use]
    pub fn ending(&self) -> String {
        self.0.rsplit_once('.').map(|(_, ending)| ending.to_lowercase()).unwrap_or_default()
    }
}

impl TryFrom<String> for FileName {
    type Error = String;

    fn try_from(text: String) -> Result<Self, String> {
        let name = text.trim();
        let refuse = |why: &str| Err(why.to_owned());
        let count = name.chars().count();
        match name {
            "" => return refuse("must not be empty"),
            _ if count > Self::CHARACTERS_MAX => {
                return Err(format!("has {count} characters, {} are possible", Self::CHARACTERS_MAX));
            }
            _ if name.contains(['/', '\\']) => return refuse("must be a name without folders before it"),
            _ if name.chars().any(char::is_control) => return refuse("must not hold control characters"),
            _ if name.chars().any(disguises) => return refuse("must not hold characters that turn or hide text"),
            _ if name.contains(['<', '>', ':', '"', '|', '?', '*']) => {
                return refuse("must not hold any of < > : \" | ? *, which not every system can save");
            }
            _ if name.starts_with('.') => return refuse("must not begin with a dot"),
            _ if name.ends_with('.') => return refuse("must not end with a dot"),
            _ if is_device(name) => return refuse("is kept for a device on Windows"),
            _ => {}
        }
        Ok(Self(name.to_owned()))
    }
}

/// Whether a character lets a name look like another one: it turns the direction of what follows (Unicode Standard Annex
/// #9, section 2), ends a line, or cannot be seen. The joiners that some scripts need are not among them.
fn disguises(character: char) -> bool {
    matches!(character,
        '\u{61c}' | '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}'
        | '\u{2028}' | '\u{2029}' | '\u{200b}' | '\u{2060}' | '\u{feff}' | '\u{fff9}'..='\u{fffb}')
}

fn is_device(name: &str) -> bool {
    let stem = name.split('.').next().unwrap_or_default().trim_end().to_lowercase();
    let numbered = |device: &str| {
        let mut rest = stem.strip_prefix(device).unwrap_or_default().chars();
        rest.next().is_some_and(|digit| "123456789¹²³".contains(digit)) && rest.next().is_none()
    };
    DEVICES.contains(&stem.as_str()) || NUMBERED_DEVICES.into_iter().any(numbered)
}

impl<'de> Deserialize<'de> for FileName {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Self::try_from(String::deserialize(deserializer)?).map_err(serde::de::Error::custom)
    }
}

impl From<&FileName> for Value {
    fn from(name: &FileName) -> Self {
        Self::from(name.as_str())
    }
}

impl PartialSchema for FileName {
    fn schema() -> RefOr<Schema> {
        ObjectBuilder::new().schema_type(Type::String).min_length(Some(1)).max_length(Some(Self::CHARACTERS_MAX)).into()
    }
}

impl ToSchema for FileName {}

/// The value of `Content-Disposition` with which a file is saved and never shown (RFC 6266): the name in ASCII for old
/// programs, and as it is (RFC 8187).
#[must_use]
pub fn content_disposition(name: &FileName) -> String {
    // Appendix D of RFC 6266: some programs decode `%` in the plain form.
    let plain = |character: char| match character {
        ' '..='~' if !"\"\\%".contains(character) => character,
        _ => '_',
    };
    let ascii: String = name.as_str().chars().map(plain).collect();
    let mut encoded = String::new();
    for byte in name.as_str().bytes() {
        // `attr-char` of RFC 8187, section 3.2.1.
        match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' => encoded.push(char::from(byte)),
            _ if b"!#$&+-.^_`|~".contains(&byte) => encoded.push(char::from(byte)),
            _ => encoded.push_str(&format!("%{byte:02X}")),
        }
    }
    format!("attachment; filename=\"{ascii}\"; filename*=UTF-8''{encoded}")
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn name(text: &str) -> Result<FileName, String> {
        FileName::try_from(text.to_owned())
    }

    #[test]
    fn names_of_the_world_are_kept() {
        for kept in [
            "Angebot für Møller & Söhne (v2).pdf",
            "請求書.pdf",
            "رسید.pdf",
            "a",
            "no ending",
            "tar.gz.sig",
            "console.txt",
            "com10.txt",
            "company.pdf",
            "100% done.pdf",
            "nullable.csv",
            "Ο΄Νηλ's.docx",
            "👩‍🚀.png",
            "com.pdf",
        ] {
            assert_eq!(name(kept).unwrap().as_str(), kept);
        }
        assert_eq!(name("  a.pdf ").unwrap().as_str(), "a.pdf");
        assert_eq!(name("Plan.PDF").unwrap().ending(), "pdf");
        assert_eq!(name("Plan").unwrap().ending(), "");
    }

    #[test]
    fn names_that_would_do_harm_are_refused() {
        for refused in [
            "",
            " ",
            ".",
            "..",
            "../a",
            "a/b.pdf",
            "C:\\fakepath\\a.pdf",
            "..\\a",
            "a\0.pdf",
            "a\r\nSet-Cookie: b",
            "a\u{85}b",
            "\u{202e}fdp.exe",
            "a\u{2066}b",
            "a\u{2028}b",
            "a\u{200b}b",
            ".htaccess",
            "a.",
            "a.pdf. .",
            "CON",
            "con.pdf",
            "Aux.tar.gz",
            "com1",
            "LPT9.txt",
            "com¹.txt",
            "nul .txt",
            "a:b",
            "a\"b",
            "what?.pdf",
            "a|b",
            "<b>.pdf",
        ] {
            assert!(name(refused).is_err(), "{refused:?}");
        }
        assert_eq!(name(&"ü".repeat(201)).unwrap_err(), "has 201 characters, 200 are possible");
        assert!(name(&"ü".repeat(200)).is_ok());
    }

    #[test]
    fn the_header_says_it_twice() {
        let header = content_disposition(&name("Angebot für 100%.pdf").unwrap());
        assert_eq!(
            header,
            "attachment; filename=\"Angebot f_r 100_.pdf\"; filename*=UTF-8''Angebot%20f%C3%BCr%20100%25.pdf"
        );
    }

    /// Reads the header as a browser does (RFC 6266, section 4; RFC 8187, section 3.2).
    fn read(header: &str) -> Option<(String, String)> {
        let rest = header.strip_prefix("attachment; filename=\"")?;
        let (ascii, rest) = rest.split_once('"')?;
        let mut encoded = rest.strip_prefix("; filename*=UTF-8''")?.bytes();
        let mut bytes = Vec::new();
        while let Some(byte) = encoded.next() {
            bytes.push(match byte {
                b'%' => {
                    let digits = [encoded.next()?, encoded.next()?];
                    u8::from_str_radix(std::str::from_utf8(&digits).ok()?, 16).ok()?
                }
                byte if byte.is_ascii_alphanumeric() || b"!#$&+-.^_`|~".contains(&byte) => byte,
                _ => return None,
            });
        }
        Some((ascii.to_owned(), String::from_utf8(bytes).ok()?))
    }

    proptest! {
        #[test]
        fn any_text_is_taken_or_refused(text in "\\PC{0,40}|.{0,240}|[a-z./\\\\%\"' ]{0,12}") {
            if let Ok(name) = name(&text) {
                prop_assert_eq!(FileName::try_from(name.as_str().to_owned()).unwrap(), name.clone());
                let header = content_disposition(&name);
                prop_assert!(header.bytes().all(|byte| (b' '..=b'~').contains(&byte)), "{}", header);
                let (ascii, whole) = read(&header).unwrap();
                prop_assert_eq!(whole.as_str(), name.as_str());
                prop_assert!(!ascii.contains(['/', '\\', '"']));
            }
        }
    }
}
