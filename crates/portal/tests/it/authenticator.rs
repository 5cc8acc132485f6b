//! A software authenticator and the browser before it (Web Authentication Level 2, sections 5.8.1 and 6): it makes one key, proves
//! with it, counts, and lies as it is told to.

use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::rsa::{KeyPair as RsaKeyPair, KeySize};
use aws_lc_rs::signature::{
    ECDSA_P256_SHA256_ASN1_SIGNING, EcdsaKeyPair, Ed25519KeyPair, KeyPair as _, RSA_PKCS1_SHA256,
};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};

/// Somebody is there, is known, and the key is backed up, as a phone's is.
pub(crate) const FLAGS: u8 = 0b0001_1101;
const ATTESTED: u8 = 0b0100_0000;

/// How a key signs.
pub(crate) enum Key {
    /// ECDSA on P-256 with SHA-256.
    Es256(EcdsaKeyPair),
    /// Ed25519.
    EdDsa(Ed25519KeyPair),
    /// RSA of 2048 bits, PKCS #1 v1.5, with SHA-256.
    Rs256(RsaKeyPair),
}

/// What it says otherwise than it is; nothing where it tells the truth.
#[derive(Default, Clone)]
pub(crate) struct Lies {
    /// The kind of question that was answered.
    pub(crate) kind: Option<&'static str>,
    /// The question.
    pub(crate) challenge: Option<Vec<u8>>,
    /// Where the browser was.
    pub(crate) origin: Option<&'static str>,
    /// In whose page, besides.
    pub(crate) top_origin: Option<&'static str>,
    /// For whom the key was made.
    pub(crate) party: Option<&'static str>,
    /// Who was there.
    pub(crate) flags: Option<u8>,
    /// Whose the key is: `Some(None)` says nothing of it.
    pub(crate) user_handle: Option<Option<Vec<u8>>>,
    /// The name of the key.
    pub(crate) id: Option<Vec<u8>>,
    /// What stands behind what is signed.
    pub(crate) behind: Vec<u8>,
}

/// A key and where it is.
pub(crate) struct Authenticator {
    key: Key,
    origin: String,
    id: Vec<u8>,
    user_handle: Vec<u8>,
    /// How often it has signed; at zero it keeps no count.
    pub(crate) counter: u32,
    /// What it lies about.
    pub(crate) lies: Lies,
}

impl Key {
    /// On P-256, as most are.
    pub(crate) fn es256() -> Self {
        Self::Es256(EcdsaKeyPair::generate(&ECDSA_P256_SHA256_ASN1_SIGNING).unwrap())
    }

    /// Of Ed25519.
    pub(crate) fn ed_dsa() -> Self {
        Self::EdDsa(Ed25519KeyPair::generate().unwrap())
    }

    /// Of RSA, as older Windows makes them.
    pub(crate) fn rs256() -> Self {
        Self::Rs256(RsaKeyPair::generate(KeySize::Rsa2048).unwrap())
    }

    /// As `COSE_Key`: the map's keys in the order of CTAP.
    fn cose(&self) -> Vec<u8> {
        match self {
            Self::Es256(pair) => {
                let point = pair.public_key().as_ref();
                [hex(b"a5010203262001215820").as_slice(), &point[1..33], &hex(b"225820"), &point[33..]].concat()
            }
            Self::EdDsa(pair) => [hex(b"a4010103272006215820").as_slice(), pair.public_key().as_ref()].concat(),
            Self::Rs256(pair) => {
                // RSAPublicKey (RFC 8017 appendix A.1.1): nine bytes, the modulus, and the exponent 65537.
                let modulus = &pair.public_key().as_ref()[9..265];
                [hex(b"a401030339010020590100").as_slice(), modulus, &hex(b"2143010001")].concat()
            }
        }
    }

    fn sign(&self, message: &[u8]) -> Vec<u8> {
        let random = SystemRandom::new();
        match self {
            Self::Es256(pair) => pair.sign(&random, message).unwrap().as_ref().to_vec(),
            Self::EdDsa(pair) => pair.sign(message).as_ref().to_vec(),
            Self::Rs256(pair) => {
                let mut signature = vec![0; pair.public_modulus_len()];
                pair.sign(&RSA_PKCS1_SHA256, &random, message, &mut signature).unwrap();
                signature
            }
        }
    }
}

impl Authenticator {
    /// With a key, in a browser that is at this origin.
    pub(crate) fn new(key: Key, origin: &str) -> Self {
        let id = Sha256::digest(key.cose()).to_vec();
        Self { key, origin: origin.to_owned(), id, user_handle: Vec::new(), counter: 0, lies: Lies::default() }
    }

    /// `navigator.credentials.create({publicKey: options})`, as `toJSON()` writes it.
    pub(crate) fn create(&mut self, options: &Value) -> Value {
        self.user_handle = bytes(&options["user"]["id"]);
        let party = options["rp"]["id"].as_str().unwrap_or_default();
        let length = u16::try_from(self.id.len()).unwrap().to_be_bytes();
        let attested = [&[0; 16], length.as_slice(), &self.id, &self.key.cose()].concat();
        let data = self.data(party, ATTESTED, &attested);
        let length = u16::try_from(data.len()).unwrap().to_be_bytes();
        // {"fmt": "none", "attStmt": {}, "authData": …}
        let head = [hex(b"a3"), text("fmt"), text("none"), text("attStmt"), hex(b"a0"), text("authData"), hex(b"59")];
        let object = [head.concat(), length.to_vec(), data].concat();
        let client_data = self.client_data("webauthn.create", options);
        self.given(&json!({
            "clientDataJSON": URL_SAFE_NO_PAD.encode(client_data),
            "attestationObject": URL_SAFE_NO_PAD.encode(object),
            "transports": ["internal", "hybrid", "telepathy"],
        }))
    }

    /// `navigator.credentials.get({publicKey: options})`, as `toJSON()` writes it.
    pub(crate) fn get(&mut self, options: &Value) -> Value {
        if self.counter != 0 {
            self.counter += 1;
        }
        let data = self.data(options["rpId"].as_str().unwrap_or_default(), 0, &[]);
        let client_data = self.client_data("webauthn.get", options);
        let signature = self.key.sign(&[data.as_slice(), &Sha256::digest(&client_data)[..]].concat());
        let handle = self.lies.user_handle.clone().unwrap_or_else(|| Some(self.user_handle.clone()));
        self.given(&json!({
            "clientDataJSON": URL_SAFE_NO_PAD.encode(client_data),
            "authenticatorData": URL_SAFE_NO_PAD.encode(data),
            "signature": URL_SAFE_NO_PAD.encode(signature),
            "userHandle": handle.map(|handle| URL_SAFE_NO_PAD.encode(handle)),
        }))
    }

    fn data(&self, party: &str, more_flags: u8, attested: &[u8]) -> Vec<u8> {
        let party = Sha256::digest(self.lies.party.unwrap_or(party).as_bytes());
        let flags = [self.lies.flags.unwrap_or(FLAGS) | more_flags];
        [&party[..], &flags, &self.counter.to_be_bytes(), attested, &self.lies.behind].concat()
    }

    fn client_data(&self, kind: &str, options: &Value) -> Vec<u8> {
        let challenge = self.lies.challenge.clone().unwrap_or_else(|| bytes(&options["challenge"]));
        let mut said = json!({
            "type": self.lies.kind.unwrap_or(kind),
            "challenge": URL_SAFE_NO_PAD.encode(challenge),
            "origin": self.lies.origin.unwrap_or(&self.origin),
            "crossOrigin": false,
        });
        if let Some(top) = self.lies.top_origin {
            (said["crossOrigin"], said["topOrigin"]) = (json!(true), json!(top));
        }
        said.to_string().into_bytes()
    }

    fn given(&self, response: &Value) -> Value {
        let id = URL_SAFE_NO_PAD.encode(self.lies.id.as_ref().unwrap_or(&self.id));
        json!({"id": id, "rawId": id, "type": "public-key", "authenticatorAttachment": "platform",
               "clientExtensionResults": {}, "response": response})
    }
}

fn bytes(text: &Value) -> Vec<u8> {
    URL_SAFE_NO_PAD.decode(text.as_str().unwrap_or_default()).unwrap()
}

/// A short text of CBOR.
fn text(text: &str) -> Vec<u8> {
    [&[0x60 | u8::try_from(text.len()).unwrap()], text.as_bytes()].concat()
}

fn hex(digits: &[u8]) -> Vec<u8> {
    let digit = |letter: u8| char::from(letter).to_digit(16).and_then(|digit| u8::try_from(digit).ok()).unwrap();
    digits.chunks(2).map(|pair| digit(pair[0]) << 4 | digit(pair[1])).collect()
}
