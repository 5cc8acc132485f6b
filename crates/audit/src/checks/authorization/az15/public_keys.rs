//! Keys that a service publishes so that others can verify its tokens (RFC 7517). A library that lets the token choose its
//! algorithm takes such a key for a shared secret, and then everybody can sign (RFC 8725 section 2.1).

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use serde_json::Value;

use crate::client::Purpose;
use crate::compare::leaves;
use crate::walk::{Call, World};

/// Where services publish their keys.
const PLACES: &[&str] = &[
    "/.well-known/jwks.json",
    "/jwks.json",
    "/jwks",
    "/.well-known/jwks",
    "/oauth/jwks",
    "/oauth2/jwks",
    "/api/.well-known/jwks.json",
    "/api/jwks",
    "/.well-known/public.pem",
    "/public.pem",
    "/public-key",
];
/// Where they say where.
const METADATA: &[&str] = &["/.well-known/openid-configuration", "/.well-known/oauth-authorization-server"];
/// Words in the paths of actions that answer with keys.
const WORDS: &[&str] = &["jwks", "public-key", "public_key", "publickey", ".pem"];
/// Most keys that are tried.
const KEYS_MAX: usize = 4;
const BEGIN: &str = "-----BEGIN PUBLIC KEY-----";
const END: &str = "-----END PUBLIC KEY-----";

/// Every published key as the texts by which libraries know it: PEM, with and without its last line end.
pub(super) async fn published(world: &mut World<'_>) -> Vec<String> {
    let mut places: Vec<String> = Vec::new();
    for place in METADATA {
        let told = world.ask(None, &Call::get(*place), Purpose::Other).await.answer.json();
        let address = told.as_ref().and_then(|told| told.get("jwks_uri")).and_then(Value::as_str);
        places.extend(address.and_then(|address| address.strip_prefix(world.client.base())).map(str::to_owned));
    }
    let actions = world.catalogue.actions.iter().filter(|action| action.is_safe() && !action.path.contains('{'));
    let named = actions.map(|action| action.address_path());
    places.extend(named.filter(|path| WORDS.iter().any(|word| path.to_lowercase().contains(word))));
    places.extend(PLACES.iter().map(|place| (*place).to_owned()));
    let mut keys: Vec<String> = Vec::new();
    for place in places {
        let answer = world.ask(None, &Call::get(place), Purpose::Other).await.answer;
        if answer.status != 200 {
            continue;
        }
        for key in keys_in(&answer.text()) {
            if !keys.contains(&key) && keys.len() < KEYS_MAX {
                keys.push(key);
            }
        }
    }
    keys.iter().flat_map(|key| [format!("{key}\n"), key.clone()]).collect()
}

/// Keys in a text, as PEM: a key set, a single key, or PEM wherever it stands.
fn keys_in(text: &str) -> Vec<String> {
    let value: Option<Value> = serde_json::from_str(text).ok();
    let Some(value) = value else { return pem_in(text) };
    let set = value.get("keys").and_then(Value::as_array).cloned().unwrap_or_else(|| vec![value.clone()]);
    let written = set.iter().filter_map(key_info).map(|info| pem(&info));
    written.chain(leaves(&value).iter().flat_map(|(_, text)| pem_in(text))).collect()
}

fn pem_in(text: &str) -> Vec<String> {
    let starts = text.match_indices(BEGIN).map(|(at, _)| &text[at..]);
    starts.filter_map(|rest| rest.find(END).map(|end| rest[..end + END.len()].to_owned())).collect()
}

/// PEM of a key (RFC 7468 section 13), without the last line end.
fn pem(info: &[u8]) -> String {
    let text = STANDARD.encode(info);
    let mut lines = vec![BEGIN.to_owned()];
    lines.extend(text.as_bytes().chunks(64).map(|line| String::from_utf8_lossy(line).into_owned()));
    lines.push(END.to_owned());
    lines.join("\n")
}

/// `SubjectPublicKeyInfo` of a JSON Web Key (RFC 5280 section 4.1; RFC 8017 A.1.1, RFC 5480 section 2, RFC 8410
/// section 4); nothing for what has no public key.
fn key_info(key: &Value) -> Option<Vec<u8>> {
    let bytes = |name: &str| URL_SAFE_NO_PAD.decode(key.get(name)?.as_str()?.trim_end_matches('=')).ok();
    let curve = key.get("crv").and_then(Value::as_str).unwrap_or_default();
    let (algorithm, public) = match key.get("kty")?.as_str()? {
        "RSA" => {
            let numbers = [integer(&bytes("n")?), integer(&bytes("e")?)].concat();
            let algorithm = [object(&[42, 134, 72, 134, 247, 13, 1, 1, 1]), vec![5, 0]].concat();
            (algorithm, tagged(0x30, &numbers))
        }
        "EC" => {
            let named: &[u8] = match curve {
                "P-256" => &[42, 134, 72, 206, 61, 3, 1, 7],
                "P-384" => &[43, 129, 4, 0, 34],
                "P-521" => &[43, 129, 4, 0, 35],
                _ => return None,
            };
            let algorithm = [object(&[42, 134, 72, 206, 61, 2, 1]), object(named)].concat();
            (algorithm, [vec![4], bytes("x")?, bytes("y")?].concat())
        }
        "OKP" if curve == "Ed25519" => (object(&[43, 101, 112]), bytes("x")?),
        _ => return None,
    };
    let bits = [vec![0], public].concat();
    Some(tagged(0x30, &[tagged(0x30, &algorithm), tagged(0x03, &bits)].concat()))
}

/// A value in the distinguished encoding (ITU-T X.690 section 8.1): its tag, its length, itself.
fn tagged(tag: u8, content: &[u8]) -> Vec<u8> {
    let length = content.len();
    let mut encoded = vec![tag];
    if let Ok(short @ ..0x80) = u8::try_from(length) {
        encoded.push(short);
    } else {
        let bytes: Vec<u8> = length.to_be_bytes().into_iter().skip_while(|byte| *byte == 0).collect();
        encoded.push(0x80 | u8::try_from(bytes.len()).unwrap_or(0x7f));
        encoded.extend(bytes);
    }
    encoded.extend(content);
    encoded
}

fn object(identifier: &[u8]) -> Vec<u8> {
    tagged(0x06, identifier)
}

/// A positive number: its first bit is no sign.
fn integer(bytes: &[u8]) -> Vec<u8> {
    let digits: Vec<u8> = bytes.iter().copied().skip_while(|byte| *byte == 0).collect();
    let sign = if digits.first().is_none_or(|first| 0x80 <= *first) { vec![0] } else { Vec::new() };
    tagged(0x02, &[sign, digits].concat())
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use serde_json::json;

    /// Keys made by `openssl genpkey`, written as PEM by `openssl pkey -pubout`.
    #[test]
    fn keys_as_openssl_writes_them() {
        for (key, expected) in [
            (json!({"kty": "RSA", "n": RSA_N, "e": "AQAB"}), RSA_PEM),
            (json!({"kty": "EC", "crv": "P-256", "x": EC_X, "y": EC_Y}), EC_PEM),
            (json!({"kty": "OKP", "crv": "Ed25519", "x": ED_X}), ED_PEM),
        ] {
            assert_eq!(keys_in(&json!({"keys": [key]}).to_string()), [expected.trim_end()], "{key}");
            assert_eq!(keys_in(&key.to_string()), [expected.trim_end()]);
        }
        assert_eq!(keys_in(RSA_PEM), [RSA_PEM.trim_end()]);
        assert_eq!(keys_in(&json!({"publicKey": EC_PEM}).to_string()), [EC_PEM.trim_end()]);
        assert_eq!(keys_in(&json!({"keys": [{"kty": "oct", "k": "AAAA"}]}).to_string()), [""; 0]);
    }

    const RSA_N: &str = "yfrjhQL7R7A38tKzSgogwFz6fGmAp2QL5gmKGQc8-TR7KaIxLU_E4wYcAAAQM-8VhQFlbBvCOWdI51N3dXUv0oOKYoOWbOm3nlNp3xaFNz6-mkqt_fZjU5Fp1h2gE53Xfz9oZkI8imZOPN4nKoFM8uM8etAPrWOwF7WbGEOjZgZgu7y4LPakX_ULZlJfRx58oXqWo4jDbBZfPhDz7CBkjT7vtFTro3M_bmJ9XtZ5pBnYRWgD0YjRIO8e4f60QBvvJ_oF1r1So90HLXzm1fNuv443K22x-2PUDznJpmUGm8OKOH3yrPlgf1EX-MjWzEitr_zKi0BH4IaUe4nqHfM4uw";
    const RSA_PEM: &str = "\
-----BEGIN PUBLIC KEY-----\n\
MIIBIjANBgkqhkiG9w0BAQEFAAOCAQ8AMIIBCgKCAQEAyfrjhQL7R7A38tKzSgog\n\
wFz6fGmAp2QL5gmKGQc8+TR7KaIxLU/E4wYcAAAQM+8VhQFlbBvCOWdI51N3dXUv\n\
0oOKYoOWbOm3nlNp3xaFNz6+mkqt/fZjU5Fp1h2gE53Xfz9oZkI8imZOPN4nKoFM\n\
8uM8etAPrWOwF7WbGEOjZgZgu7y4LPakX/ULZlJfRx58oXqWo4jDbBZfPhDz7CBk\n\
jT7vtFTro3M/bmJ9XtZ5pBnYRWgD0YjRIO8e4f60QBvvJ/oF1r1So90HLXzm1fNu\n\
v443K22x+2PUDznJpmUGm8OKOH3yrPlgf1EX+MjWzEitr/zKi0BH4IaUe4nqHfM4\n\
uwIDAQAB\n\
-----END PUBLIC KEY-----\n";
    const EC_X: &str = "QiZshhxwg8ibH1rJMThWyL1G16Y_ItwsJc0Vfmey0ug";
    const EC_Y: &str = "DljGo5ASwcnLlzR8gdcSKhbnB3AJCKuI_GlRnHaafRU";
    const EC_PEM: &str = "\
-----BEGIN PUBLIC KEY-----\n\
MFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAEQiZshhxwg8ibH1rJMThWyL1G16Y/\n\
ItwsJc0Vfmey0ugOWMajkBLBycuXNHyB1xIqFucHcAkIq4j8aVGcdpp9FQ==\n\
-----END PUBLIC KEY-----\n";
    const ED_X: &str = "FfCHHGr9gkYodQ6XeEa3M1Uu7TDy_5B67DvPnXbSBXQ";
    const ED_PEM: &str = "\
-----BEGIN PUBLIC KEY-----\n\
MCowBQYDK2VwAyEAFfCHHGr9gkYodQ6XeEa3M1Uu7TDy/5B67DvPnXbSBXQ=\n\
-----END PUBLIC KEY-----\n";

    proptest! {
        #[test]
        fn any_answer_holds_keys_or_not(text in ".*", n in "[A-Za-z0-9_-]{0,400}", kind in "(RSA|EC|OKP)") {
            let _ = keys_in(&text);
            let _ = keys_in(&json!({"kty": kind, "crv": "P-256", "n": n, "e": "AQAB", "x": n, "y": n}).to_string());
            let _ = keys_in(&format!("{BEGIN}{text}"));
        }
    }
}
