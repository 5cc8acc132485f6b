//! Links in letters: what a mail carries, and which part of an address is the key.

use crate::checks::detection::links_in;

/// Shorter parts of an address are names.
const KEY_LENGTH_MIN: usize = 12;

/// The keys of the links in a mail, likeliest first: dense parts of a path, or values of a query.
pub(super) fn keys(mail: &str) -> Vec<String> {
    let mut keys: Vec<String> = Vec::new();
    for link in links_in(&unfolded(mail)) {
        let Ok(url) = url::Url::parse(link.trim_end_matches(['.', ',', ';'])) else { continue };
        let named = url.query_pairs().map(|(_, value)| value.into_owned());
        let parts = url.path_segments().into_iter().flatten().map(str::to_owned);
        let behind = url.fragment().map(|part| part.rsplit(['=', '/']).next().unwrap_or(part).to_owned());
        for part in named.chain(parts).chain(behind) {
            if KEY_LENGTH_MIN <= part.len() && !part.contains('@') && !keys.contains(&part) {
                keys.push(part);
            }
        }
    }
    keys.sort_by_key(|key| std::cmp::Reverse(key.len()));
    keys
}

/// A mail without the line breaks that only its encoding makes (RFC 2045 section 6.7).
fn unfolded(mail: &str) -> String {
    let joined = mail.replace("=\r\n", "").replace("=\n", "");
    if joined.to_lowercase().contains("quoted-printable") {
        joined.replace("=3D", "=").replace("=26", "&")
    } else {
        mail.to_owned()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn the_key_of_a_link_is_its_densest_part() {
        let mail =
            "Hello,\r\nhttps://x.example/app/reset/0123456789abcdef0123 or https://x.example/?mail=a@b.example\r\n";
        assert_eq!(keys(mail), ["0123456789abcdef0123"]);
        let folded =
            "Content-Transfer-Encoding: quoted-printable\r\n\r\nhttp://x.example/r?token=3Dabcdefgh=\r\nijklmnop end";
        assert_eq!(keys(folded), ["abcdefghijklmnop"]);
        assert_eq!(keys("http://x.example/#/join/abcdefghijklmnop"), ["abcdefghijklmnop"]);
        assert!(keys("no link").is_empty());
    }

    proptest! {
        #[test]
        fn any_mail_is_read(mail in ".*") {
            let _ = keys(&format!("http://x.example/{mail}"));
        }
    }
}
