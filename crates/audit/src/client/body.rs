//! What a request carries, and how it is written: JSON, a form, a form in parts with files, or anything else.

use serde_json::Value;
use std::collections::BTreeMap;

use super::sample;

/// What a request carries.
#[derive(Debug, Clone, PartialEq, Default)]
pub enum Body {
    /// Nothing.
    #[default]
    None,
    /// `application/json`.
    Json(Value),
    /// `application/x-www-form-urlencoded`.
    Form(Vec<(String, String)>),
    /// `multipart/form-data` (RFC 7578).
    Multipart(Vec<Part>),
    /// Anything else, with its content type.
    Raw(String, Vec<u8>),
}

/// One field of a form in parts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Part {
    /// The field.
    pub name: String,
    /// It is a file, and so has a name of its own and a media type.
    pub file: bool,
    /// What is in it. A file that ends in `.pdf` or `.png` is sent as a small one of these with the text inside.
    pub text: String,
}

impl Body {
    /// Adds fields, where it has fields.
    pub(crate) fn add(&mut self, extra: &BTreeMap<String, Value>) {
        match self {
            Self::Json(Value::Object(fields)) => fields.extend(extra.clone()),
            Self::Form(pairs) => {
                let text = |value: &Value| value.as_str().map_or_else(|| value.to_string(), str::to_owned);
                pairs.extend(extra.iter().map(|(name, value)| (name.clone(), text(value))));
            }
            _ => {}
        }
    }

    /// The content type and the bytes; nothing where nothing is sent.
    pub(super) fn encoded(&self) -> Option<(String, Vec<u8>)> {
        Some(match self {
            Self::None => return None,
            Self::Json(value) => ("application/json".to_owned(), value.to_string().into_bytes()),
            Self::Form(pairs) => ("application/x-www-form-urlencoded".to_owned(), encode_form(pairs).into_bytes()),
            Self::Multipart(parts) => (format!("multipart/form-data; boundary={BOUNDARY}"), encode_parts(parts)),
            Self::Raw(kind, bytes) => (kind.clone(), bytes.clone()),
        })
    }
}

/// What parts a form in parts: nothing that is made up here holds it.
const BOUNDARY: &str = "plimsoll-boundary-7f3a";

/// RFC 7578 section 4; quotes and line breaks in names are written as browsers write them.
fn encode_parts(parts: &[Part]) -> Vec<u8> {
    let mut body = Vec::new();
    for part in parts {
        let name = part.name.replace('"', "%22").replace('\r', "%0D").replace('\n', "%0A");
        let file = part.file.then(|| sample::File::of(&part.text));
        let described = file.as_ref().map(|file| format!("; filename=\"{}\"", file.name)).unwrap_or_default();
        let kind = file.as_ref().map(|file| format!("content-type: {}\r\n", file.media_type)).unwrap_or_default();
        let head = format!("--{BOUNDARY}\r\ncontent-disposition: form-data; name=\"{name}\"{described}\r\n{kind}\r\n");
        body.extend(head.into_bytes());
        body.extend(file.map_or_else(|| part.text.clone().into_bytes(), |file| file.bytes));
        body.extend(b"\r\n");
    }
    body.extend(format!("--{BOUNDARY}--\r\n").into_bytes());
    body
}

fn encode_form(pairs: &[(String, String)]) -> String {
    url::form_urlencoded::Serializer::new(String::new()).extend_pairs(pairs).finish()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parts_are_parted() {
        let part = |name: &str, file, text: &str| Part { name: name.into(), file, text: text.into() };
        let body = encode_parts(&[part("a\"b", false, "x"), part("scan", true, "x"), part("paper", true, "x.pdf")]);
        let body = String::from_utf8_lossy(&body);
        assert!(body.contains("name=\"a%22b\"\r\n\r\nx\r\n"), "{body}");
        assert!(body.contains("name=\"scan\"; filename=\"x.txt\"\r\ncontent-type: text/plain\r\n\r\nx"), "{body}");
        assert!(body.contains("filename=\"x.pdf\"\r\ncontent-type: application/pdf\r\n\r\n%PDF-"), "{body}");
        assert!(body.ends_with(&format!("--{BOUNDARY}--\r\n")));
    }
}
