//! Variants of a credential that nobody was given.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use ed25519_dalek::{Signer as _, SigningKey};
use hmac::Hmac;
use hmac::digest::KeyInit;
use serde_json::{Value, json};
use sha2::{Digest as _, Sha256, Sha384, Sha512};
use std::collections::BTreeSet;

use super::claims_of;
use super::known::{SECRETS, SIGNS};
use super::names::{counted, of_names};
use super::places::Place;
use super::public_keys::published;
use crate::checks::authorization::jwt::{Jwt, carried};
use crate::walk::World;

/// A variant.
pub(super) struct Mutant {
    /// `without an algorithm (none)`.
    pub(super) how: String,
    /// What stands where the credential stood.
    pub(super) value: String,
}

/// All variants of a credential.
pub(super) async fn of(world: &mut World<'_>, at: usize, place: &Place) -> Vec<Mutant> {
    let whole = place.value(world, at);
    let value = whole.rsplit(' ').next().unwrap_or(&whole).to_owned();
    // Whose name is put in: somebody else's, so that the answer shows it.
    let swap = swaps(world, at);
    let mut mutants = match claims_of(&value) {
        Some(token) => {
            // A key that is published belongs to an algorithm with two.
            let symmetric = token.header["alg"].as_str().is_none_or(|alg| alg.starts_with("HS"));
            let keys = if symmetric { Vec::new() } else { published(world).await };
            of_claims(&token, &swap, &keys)
        }
        None => of_names(&value, &swap),
    };
    mutants.extend(counted(world, at, place, &value).await);
    mutants.extend(plain(&value));
    if whole.to_lowercase().starts_with("basic ") {
        // What a lenient reader takes for the true name and password was made by nobody who does not have them.
        mutants.retain(|mutant| read_leniently(&mutant.value) != read_leniently(&value));
    }
    mutants
}

/// What a reader makes of base64 that stops at the padding and skips what does not belong there, as many do (RFC 4648
/// section 3.3 leaves it open).
fn read_leniently(text: &str) -> Option<Vec<u8>> {
    let until = text.split('=').next().unwrap_or_default();
    let letters: String = until.chars().filter(|c| c.is_ascii_alphanumeric() || "+/-_".contains(*c)).collect();
    let url_safe = letters.replace('+', "-").replace('/', "_");
    URL_SAFE_NO_PAD.decode(url_safe).ok().filter(|bytes| !bytes.is_empty())
}

pub(super) fn mutant(how: impl Into<String>, value: impl Into<String>) -> Mutant {
    Mutant { how: how.into(), value: value.into() }
}

fn plain(value: &str) -> Vec<Mutant> {
    let letters: Vec<char> = value.chars().collect();
    let cut = |to: usize| letters[..to].iter().collect::<String>();
    let mut mutants = vec![
        mutant("that is empty", ""),
        mutant("that is doubled", format!("{value}{value}")),
        mutant("that was made up", hex::encode(Sha256::digest(value))),
    ];
    if 8 <= letters.len() {
        mutants.push(mutant("without its last four letters", cut(letters.len() - 4)));
        mutants.push(mutant("of which half is left", cut(letters.len() / 2)));
        // In the last part, where a signature stands; not at its end, where bits may mean nothing.
        let from = value.rfind('.').map_or(0, |dot| value[..dot].chars().count() + 1);
        let middle = from + (letters.len() - from) / 2;
        let mut altered = letters.clone();
        if let Some(letter) = altered.get_mut(middle) {
            *letter = if *letter == 'A' { 'B' } else { 'A' };
            mutants.push(mutant("with one letter changed", altered.into_iter().collect::<String>()));
        }
    }
    mutants.extend(SIGNS.iter().map(|sign| mutant(format!("that says `{sign}`"), *sign)));
    mutants
}

/// What stands for the owner of the credential, and what stands for somebody else in the same place.
fn swaps(world: &World<'_>, at: usize) -> Vec<(String, String)> {
    let own = &world.actors[at];
    let other =
        world.actors.iter().find(|other| !other.fact.throw_away && other.values.get("name") != own.values.get("name"));
    let Some(other) = other else { return Vec::new() };
    // A token that stands in the answer to a sign-in is nobody's name.
    let given: BTreeSet<String> = (0..world.actors.len()).flat_map(|at| carried(world, at)).collect();
    let mut swaps: Vec<(String, String)> = (own.identity.iter().filter(|(_, value)| !given.contains(value)))
        .filter_map(|(path, value)| {
            let (_, theirs) = other.identity.iter().find(|(known, _)| known == path)?;
            (theirs != value).then(|| (value.clone(), theirs.clone()))
        })
        .collect();
    if let (Some(mine), Some(theirs)) = (own.values.get("name"), other.values.get("name")) {
        swaps.push((mine.clone(), theirs.clone()));
    }
    swaps.sort_by_key(|(mine, _)| std::cmp::Reverse(mine.len()));
    swaps.dedup();
    swaps
}

/// Claims for somebody else, unsigned or signed with what anybody has: `published` are keys of the service's.
fn of_claims(token: &Jwt, swap: &[(String, String)], published: &[String]) -> Vec<Mutant> {
    let mut claims = token.claims.clone();
    exchange(&mut claims, swap);
    let changed = claims != token.claims;
    let mut mutants = vec![mutant("without its signature", format!("{}.", token.signed))];
    let header = |algorithm: &str| {
        let mut header = token.header.clone();
        header["alg"] = algorithm.into();
        header
    };
    for algorithm in ["none", "None", "NONE", "nOnE"] {
        for (claims, whose) in
            [(&token.claims, ""), (&claims, " for somebody else")].iter().take(1 + usize::from(changed))
        {
            let text = format!("{}.", Jwt::unsigned(&header(algorithm), claims));
            mutants.push(mutant(format!("without an algorithm ({algorithm}){whose}"), text));
        }
    }
    if changed {
        let text = format!("{}.{}", Jwt::unsigned(&token.header, &claims), token.signature);
        mutants.push(mutant("for somebody else under the old signature", text));
    }
    let guessed = SECRETS
        .iter()
        .find(|secret| signature(&token.header, secret.as_bytes(), &token.signed).as_ref() == Some(&token.signature));
    let mut keys = vec![("signed with another key".to_owned(), token.header.clone(), b"plimsoll forged this".to_vec())];
    if let Some(secret) = guessed {
        keys.push((
            format!("signed with its secret, which is `{secret}`"),
            token.header.clone(),
            secret.as_bytes().to_vec(),
        ));
    }
    for algorithm in ["HS256", "HS384", "HS512"] {
        let mut header = header(algorithm);
        keys.push((format!("signed with an empty key ({algorithm})"), header.clone(), Vec::new()));
        header["kid"] = "../../../../../../dev/null".into();
        keys.push((format!("whose key is an empty file ({algorithm})"), header, Vec::new()));
    }
    for key in published {
        let how = "signed with the key that it publishes, as if that were a secret (HS256)".to_owned();
        keys.push((how, header("HS256"), key.clone().into_bytes()));
    }
    for (how, header, key) in keys {
        mutants.extend(signed(&how, &header, &claims, &key));
    }
    if let Some(secret) = guessed {
        let mut late = token.claims.clone();
        late["exp"] = 1_000_000_000.into();
        mutants.extend(signed("past its time, signed with its secret", &token.header, &late, secret.as_bytes()));
    }
    mutants.push(own_key(&claims));
    mutants
}

fn signed(how: &str, header: &Value, claims: &Value, key: &[u8]) -> Option<Mutant> {
    let text = Jwt::unsigned(header, claims);
    let signature = signature(header, key, &text)?;
    Some(mutant(how, format!("{text}.{signature}")))
}

/// The signature of a symmetric algorithm (RFC 7518 section 3.2); nothing for others.
fn signature(header: &Value, key: &[u8], text: &str) -> Option<String> {
    fn mac<M: hmac::Mac + KeyInit>(key: &[u8], text: &str) -> Option<String> {
        let mut mac = <M as KeyInit>::new_from_slice(key).ok()?;
        mac.update(text.as_bytes());
        Some(URL_SAFE_NO_PAD.encode(mac.finalize().into_bytes()))
    }
    match header["alg"].as_str()? {
        "HS256" => mac::<Hmac<Sha256>>(key, text),
        "HS384" => mac::<Hmac<Sha384>>(key, text),
        "HS512" => mac::<Hmac<Sha512>>(key, text),
        _ => None,
    }
}

/// A token that brings the key along that it is to be verified with (RFC 8037, RFC 7515 section 4.1.3).
fn own_key(claims: &Value) -> Mutant {
    let key = SigningKey::from_bytes(&[7; 32]);
    let public = URL_SAFE_NO_PAD.encode(key.verifying_key().as_bytes());
    let header = json!({"alg": "EdDSA", "typ": "JWT", "jwk": {"kty": "OKP", "crv": "Ed25519", "x": public}});
    let text = Jwt::unsigned(&header, claims);
    let signature = URL_SAFE_NO_PAD.encode(key.sign(text.as_bytes()).to_bytes());
    mutant("that brings its own key", format!("{text}.{signature}"))
}

/// Puts somebody else's values in the place of one's own.
fn exchange(claims: &mut Value, swap: &[(String, String)]) {
    match claims {
        Value::Array(items) => items.iter_mut().for_each(|item| exchange(item, swap)),
        Value::Object(fields) => fields.values_mut().for_each(|field| exchange(field, swap)),
        scalar => {
            let Some(text) = crate::compare::scalar(scalar) else { return };
            let Some((_, theirs)) = swap.iter().find(|(mine, _)| *mine == text) else { return };
            *scalar = match (scalar.is_number(), theirs.parse::<i64>()) {
                (true, Ok(number)) => number.into(),
                _ => theirs.as_str().into(),
            };
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::names::number_at_the_end;
    use super::*;

    #[test]
    fn the_same_name_and_password_spelt_otherwise_is_no_variant() {
        let (whole, other) = ("YW5uOnNlY3JldA==", "YW5uOnNlY3JldB==");
        assert_eq!(read_leniently(&format!("{whole}{whole}")), read_leniently(whole));
        assert_eq!(read_leniently(whole), Some(b"ann:secret".to_vec()));
        assert_ne!(read_leniently("YW5uOnNlY3Jl"), read_leniently(whole));
        assert_ne!(read_leniently(""), read_leniently(whole));
        assert_eq!(read_leniently(other), None, "bits that mean nothing are refused");
    }
    use base64::engine::general_purpose::STANDARD;
    use proptest::prelude::*;

    /// RFC 7515 appendix A.1.
    #[test]
    fn a_signature_of_the_standard() {
        let key = URL_SAFE_NO_PAD
            .decode("AyM1SysPpbyDfgZld3umj1qzKObwVMkoqQ-EstJQLr_T-1qS0gZH75aKtMN3Yj0iPS4hcgUuTwjAzZr1Z9CAow")
            .unwrap();
        let text = "eyJ0eXAiOiJKV1QiLA0KICJhbGciOiJIUzI1NiJ9.eyJpc3MiOiJqb2UiLA0KICJleHAiOjEzMDA4MTkzODAsDQogImh0dHA6Ly9leGFtcGxlLmNvbS9pc19yb290Ijp0cnVlfQ";
        let expected = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk";
        assert_eq!(signature(&json!({"alg": "HS256"}), &key, text).as_deref(), Some(expected));
        assert_eq!(signature(&json!({"alg": "RS256"}), &key, text), None);
    }

    #[test]
    fn names_are_exchanged_wherever_they_stand() {
        let swap = [("ann1".to_owned(), "bob2".to_owned()), ("17".to_owned(), "18".to_owned())];
        let mut claims = json!({"sub": 17, "user": {"name": "ann1"}, "note": "ann1 x"});
        exchange(&mut claims, &swap);
        assert_eq!(claims, json!({"sub": 18, "user": {"name": "bob2"}, "note": "ann1 x"}));
        let values = |value: &str| of_names(value, &swap).into_iter().map(|one| one.value).collect::<Vec<_>>();
        assert_eq!(values("user-ann1"), ["user-bob2"]);
        assert_eq!(values(&STANDARD.encode("ann1:x")), [STANDARD.encode("bob2:x")]);
        // What needs no padding does not tell whether another would have one.
        let longer = [("ann".to_owned(), "bobby".to_owned())];
        let both: Vec<_> =
            of_names(&STANDARD.encode("user:x:ann:."), &longer).into_iter().map(|one| one.value).collect();
        assert_eq!(both, [STANDARD.encode("user:x:bobby:."), URL_SAFE_NO_PAD.encode("user:x:bobby:.")]);
        assert_eq!(values(&hex::encode(md5::Md5::digest("ann1"))), [hex::encode(md5::Md5::digest("bob2"))]);
        assert_eq!(number_at_the_end("tok-0041"), Some(("tok-".into(), 41, 4)));
        assert_eq!(number_at_the_end("tok"), None);
    }

    proptest! {
        #[test]
        fn any_credential_has_variants(value in ".*", mine in ".{0,6}", theirs in ".{0,6}") {
            let swap = [(mine, theirs)];
            prop_assert!(3 < plain(&value).len());
            let _ = of_names(&value, &swap);
            if let Some(token) = claims_of(&value) {
                let _ = of_claims(&token, &swap, &[]);
            }
            let _ = number_at_the_end(&value);
        }
    }
}
