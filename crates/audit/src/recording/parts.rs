//! Forms in parts (RFC 7578): the names of their fields and the values that are no files.

/// One field.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Part {
    pub(super) name: String,
    /// Of a file: its name. Its bytes are not kept.
    pub(super) file_name: Option<String>,
    pub(super) content_type: Option<String>,
    /// Empty for a file.
    pub(super) value: String,
}

/// The fields of a body of this `Content-Type`; of one that was cut, those that are there.
pub(super) fn read(content_type: &str, body: &[u8]) -> Vec<Part> {
    let Some(boundary) = parameter(content_type, "boundary") else { return Vec::new() };
    let text = String::from_utf8_lossy(body);
    // The first delimiter has no line before it.
    let text = format!("\r\n{text}");
    let delimiter = format!("\r\n--{boundary}");
    text.split(&delimiter).skip(1).filter_map(part).collect()
}

fn part(text: &str) -> Option<Part> {
    let (head, value) = text.strip_prefix("\r\n")?.split_once("\r\n\r\n")?;
    let header = |wanted: &str| {
        let mut lines = head.split("\r\n").filter_map(|line| line.split_once(':'));
        lines.find(|(name, _)| name.trim().eq_ignore_ascii_case(wanted)).map(|(_, value)| value.trim())
    };
    let disposition = header("content-disposition")?;
    let file_name = parameter(disposition, "filename");
    let value = if file_name.is_some() { String::new() } else { value.to_owned() };
    let content_type = header("content-type").map(str::to_owned);
    Some(Part { name: parameter(disposition, "name")?, file_name, content_type, value })
}

/// A parameter of a header, quoted or not: `boundary` of `multipart/form-data; boundary=x`.
fn parameter(header: &str, wanted: &str) -> Option<String> {
    let mut rest = header.split_once(';')?.1;
    loop {
        let (name, after) = rest.split_once('=')?;
        let (value, after) = match after.strip_prefix('"') {
            Some(quoted) => {
                let (value, after) = quoted.split_once('"')?;
                (value, after.split_once(';').map_or("", |(_, after)| after))
            }
            None => after.split_once(';').unwrap_or((after, "")),
        };
        if name.trim().eq_ignore_ascii_case(wanted) {
            return Some(value.trim().to_owned());
        }
        rest = after;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const KIND: &str = "multipart/form-data; charset=utf-8; boundary=\"xYz\"";

    #[test]
    fn fields_are_kept_and_files_are_named() {
        let body = "--xYz\r\nContent-Disposition: form-data; name=\"note\"\r\n\r\nline\r\n\r\nline\r\n\
            --xYz\r\ncontent-disposition: form-data; name=\"scan\"; filename=\"a; b.pdf\"\r\nContent-Type: application/pdf\r\n\r\n%PDF\r\n--xYz--\r\n";
        let parts = read(KIND, body.as_bytes());
        let plain = |name: &str, value: &str| Part {
            name: name.into(),
            file_name: None,
            content_type: None,
            value: value.into(),
        };
        let file = Part {
            file_name: Some("a; b.pdf".into()),
            content_type: Some("application/pdf".into()),
            ..plain("scan", "")
        };
        assert_eq!(parts, [plain("note", "line\r\n\r\nline"), file]);
    }

    proptest! {
        #[test]
        fn any_body_is_read(kind in ".{0,40}", body in proptest::collection::vec(any::<u8>(), 0..200), text in ".{0,80}") {
            read(&kind, &body);
            read(KIND, format!("--xYz\r\n{text}\r\n\r\n{text}\r\n--xYz").as_bytes());
        }

        #[test]
        fn what_is_written_is_read(value in "[ -~]{0,40}", name in "[a-z_]{1,9}") {
            let body = format!("--xYz\r\nContent-Disposition: form-data; name=\"{name}\"\r\n\r\n{value}\r\n--xYz--");
            let parts = read(KIND, body.as_bytes());
            prop_assert_eq!(parts.iter().map(|part| (&part.name, &part.value)).collect::<Vec<_>>(), [(&name, &value)]);
        }
    }
}
