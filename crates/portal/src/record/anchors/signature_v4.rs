//! Signing requests to S3 (AWS Signature Version 4). One header, three chained digests; written out here because the one
//! request that we make needs a hundred lines, and a client library would bring thirty packages more.

use hmac::{Hmac, KeyInit as _, Mac as _};
use jiff::Timestamp;
use sha2::{Digest as _, Sha256};

/// Whose request it is.
pub(super) struct Signer {
    pub(super) access_key_id: String,
    pub(super) secret_access_key: String,
    pub(super) region: String,
}

/// What is signed of a request.
pub(super) struct Signed<'a> {
    pub(super) method: &'a str,
    /// With its leading slash, and every segment encoded once.
    pub(super) path: &'a str,
    /// Sorted, and encoded.
    pub(super) query: &'a str,
    /// Lower-case names, sorted; `host`, `x-amz-content-sha256` and `x-amz-date` among them.
    pub(super) headers: &'a [(&'a str, String)],
    /// SHA-256 of the body.
    pub(super) payload: &'a str,
}

impl Signer {
    /// The value of the header `authorization`.
    pub(super) fn authorization(&self, request: &Signed<'_>, at: Timestamp) -> String {
        let names: Vec<&str> = request.headers.iter().map(|(name, _)| *name).collect();
        let names = names.join(";");
        let headers: String =
            request.headers.iter().map(|(name, value)| format!("{name}:{}\n", value.trim())).collect();
        let Signed { method, path, query, payload, .. } = request;
        let canonical = format!("{method}\n{path}\n{query}\n{headers}\n{names}\n{payload}");
        let (day, second) = (at.strftime("%Y%m%d").to_string(), instant(at));
        let scope = format!("{day}/{}/s3/aws4_request", self.region);
        let text = format!("AWS4-HMAC-SHA256\n{second}\n{scope}\n{}", digest(canonical.as_bytes()));
        let secret = format!("AWS4{}", self.secret_access_key);
        let key = [day.as_str(), &self.region, "s3", "aws4_request"]
            .iter()
            .fold(secret.into_bytes(), |key, part| mac(&key, part.as_bytes()));
        let signature = hex::encode(mac(&key, text.as_bytes()));
        format!(
            "AWS4-HMAC-SHA256 Credential={}/{scope},SignedHeaders={names},Signature={signature}",
            self.access_key_id
        )
    }
}

/// As `x-amz-date` wants it.
pub(super) fn instant(at: Timestamp) -> String {
    at.strftime("%Y%m%dT%H%M%SZ").to_string()
}

/// SHA-256 in hexadecimal.
pub(super) fn digest(bytes: &[u8]) -> String {
    hex::encode(Sha256::digest(bytes))
}

/// A path or a value of a query, encoded once; `/` stays only in paths.
pub(super) fn encoded(text: &str, slash_stays: bool) -> String {
    let keep = |byte: u8| byte.is_ascii_alphanumeric() || b"-._~".contains(&byte) || (slash_stays && byte == b'/');
    text.bytes().map(|byte| if keep(byte) { char::from(byte).to_string() } else { format!("%{byte:02X}") }).collect()
}

fn mac(key: &[u8], text: &[u8]) -> Vec<u8> {
    // HMAC takes a key of any length; the type says so by an error that cannot happen.
    match Hmac::<Sha256>::new_from_slice(key) {
        Ok(mac) => mac.chain_update(text).finalize().into_bytes().to_vec(),
        Err(_) => Vec::new(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The two examples of the S3 documentation, "Signature calculations for the authorization header".
    #[test]
    fn signs_as_the_published_examples_do() {
        let signer = Signer {
            access_key_id: "AKIAIOSFODNN7EXAMPLE".to_owned(),
            secret_access_key: "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY".to_owned(),
            region: "us-east-1".to_owned(),
        };
        let at: Timestamp = "2013-05-24T00:00:00Z".parse().unwrap();
        let empty = digest(b"");
        let get = [
            ("host", "examplebucket.s3.amazonaws.com".to_owned()),
            ("range", "bytes=0-9".to_owned()),
            ("x-amz-content-sha256", empty.clone()),
            ("x-amz-date", instant(at)),
        ];
        let get = Signed { method: "GET", path: "/test.txt", query: "", headers: &get, payload: &empty };
        let signed = signer.authorization(&get, at);
        assert!(signed.ends_with("f0e8bdb87c964420e857bd35b5d6ed310bd44f0170aba48dd91039c6036bdb41"), "{signed}");
        let payload = digest(b"Welcome to Amazon S3.");
        let put = [
            ("date", "Fri, 24 May 2013 00:00:00 GMT".to_owned()),
            ("host", "examplebucket.s3.amazonaws.com".to_owned()),
            ("x-amz-content-sha256", payload.clone()),
            ("x-amz-date", instant(at)),
            ("x-amz-storage-class", "REDUCED_REDUNDANCY".to_owned()),
        ];
        let path = encoded("/test$file.text", true);
        let put = Signed { method: "PUT", path: &path, query: "", headers: &put, payload: &payload };
        let signed = signer.authorization(&put, at);
        assert!(signed.ends_with("98ad721746da40c64f1a55b78f14c238d841ea1380cd77a1b5971af0ece108bd"), "{signed}");
    }
}
