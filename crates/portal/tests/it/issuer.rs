//! A provider of sign-ins that does as it is told: it may lie in every way that a real one, or somebody in its place, could.

use std::collections::BTreeMap;
use std::sync::{Arc, LazyLock, Mutex};

use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::rsa::KeySize;
use aws_lc_rs::signature::{
    ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair, Ed25519KeyPair, KeyPair as _, RSA_PKCS1_SHA256, RsaKeyPair,
};
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse as _, Response};
use axum::routing::{get, post};
use axum::{Json, Router};
use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use hmac::{KeyInit as _, Mac as _};
use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};
use url::Url;

/// What the provider and the portal share. Letters that a form changes are among them.
pub(crate) const SECRET: &str = "a b+c%d:e/f=g";
/// What it calls the portal.
pub(crate) const CLIENT: &str = "portal";

/// How a token is signed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Signs {
    Rs256,
    Es256,
    EdDsa,
    /// Not at all.
    None,
    /// With the public key, as if it were a secret.
    Hs256,
    /// With the client's secret, which is a way of OpenID Connect that is not taken here.
    Hs256Secret,
    /// By a key that is not among its own.
    Strange,
}

static RSA: LazyLock<RsaKeyPair> = LazyLock::new(|| RsaKeyPair::generate(KeySize::Rsa2048).unwrap());

struct Pair {
    ec: EcdsaKeyPair,
    ed: Ed25519KeyPair,
    kid: String,
}

impl Pair {
    fn fresh(kid: &str) -> Self {
        let ec = EcdsaKeyPair::generate(&ECDSA_P256_SHA256_FIXED_SIGNING).unwrap();
        Self { ec, ed: Ed25519KeyPair::generate().unwrap(), kid: kid.to_owned() }
    }
}

/// Somebody who was signed in there, and has not been asked about yet.
struct Grant {
    client: String,
    nonce: String,
    challenge: String,
    redirect_uri: String,
    claims: Value,
    now: i64,
}

struct Book {
    document: Value,
    pair: Pair,
    signs: Signs,
    /// What is changed in each token, and in its header.
    claims: Value,
    header: Value,
    grants: BTreeMap<String, Grant>,
    /// Bytes that are answered beside what is asked for.
    noise: usize,
    /// Codes that were given out.
    given: usize,
    asked: usize,
}

/// The provider.
pub(crate) struct Issuer {
    pub(crate) origin: String,
    book: Arc<Mutex<Book>>,
}

/// What a browser brings back.
pub(crate) struct Back {
    pub(crate) code: String,
    pub(crate) state: String,
}

impl Issuer {
    pub(crate) async fn up() -> Self {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let origin = format!("http://{}", listener.local_addr().unwrap());
        let document = json!({
            "issuer": origin,
            "authorization_endpoint": format!("{origin}/authorize?tenant=1"),
            "token_endpoint": format!("{origin}/token"),
            "jwks_uri": format!("{origin}/jwks"),
            "code_challenge_methods_supported": ["S256"],
        });
        let book = Arc::new(Mutex::new(Book {
            document,
            pair: Pair::fresh("one"),
            signs: Signs::EdDsa,
            claims: json!({}),
            header: json!({}),
            grants: BTreeMap::new(),
            noise: 0,
            given: 0,
            asked: 0,
        }));
        let app = Router::new()
            .route("/.well-known/openid-configuration", get(document_of))
            .route("/jwks", get(keys_of))
            .route("/token", post(token_of))
            .with_state(Arc::clone(&book));
        tokio::spawn(async move { axum::serve(listener, app).await.unwrap() });
        Self { origin, book }
    }

    fn tell(&self, change: impl FnOnce(&mut Book)) {
        change(&mut self.book.lock().unwrap());
    }

    /// From now on it signs like this.
    pub(crate) fn signs(&self, signs: Signs) {
        self.tell(|book| book.signs = signs);
    }

    /// From now on its tokens say this, too; `null` leaves something out.
    pub(crate) fn says(&self, header: Value, claims: Value) {
        self.tell(|book| (book.header, book.claims) = (header, claims));
    }

    /// From now on its document says this, too.
    pub(crate) fn documents(&self, change: &Value) {
        self.tell(|book| merge(&mut book.document, change));
    }

    /// It has other keys from now on.
    pub(crate) fn turns_its_keys(&self, kid: &str) {
        self.tell(|book| book.pair = Pair::fresh(kid));
    }

    /// Its answers are this much longer.
    pub(crate) fn makes_noise(&self, bytes: usize) {
        self.tell(|book| book.noise = bytes);
    }

    /// How often a code was shown to it.
    pub(crate) fn asked(&self) -> usize {
        self.book.lock().unwrap().asked
    }

    /// Somebody signs in there, as a browser does that was led to this address.
    pub(crate) fn sign_in(&self, address: &str, subject: &str, claims: &Value, now: i64) -> Back {
        let url: Url = address.parse().unwrap();
        assert!(address.starts_with(&format!("{}/authorize?tenant=1&", self.origin)), "{address}");
        let asked: BTreeMap<String, String> = url.query_pairs().into_owned().collect();
        assert_eq!((asked["response_type"].as_str(), asked["code_challenge_method"].as_str()), ("code", "S256"));
        assert!(asked["scope"].split(' ').any(|scope| scope == "openid"), "{asked:?}");
        let mut claims = claims.clone();
        claims["sub"] = json!(subject);
        let grant = Grant {
            client: asked["client_id"].clone(),
            nonce: asked["nonce"].clone(),
            challenge: asked["code_challenge"].clone(),
            redirect_uri: asked["redirect_uri"].clone(),
            claims,
            now,
        };
        let mut book = self.book.lock().unwrap();
        book.given += 1;
        let code = format!("code {}/+", book.given);
        book.grants.insert(code.clone(), grant);
        Back { code, state: asked["state"].clone() }
    }
}

fn merge(into: &mut Value, change: &Value) {
    for (name, value) in change.as_object().unwrap() {
        if value.is_null() {
            into.as_object_mut().unwrap().remove(name);
        } else {
            into[name] = value.clone();
        }
    }
}

type Shared = State<Arc<Mutex<Book>>>;

async fn document_of(State(book): Shared) -> Json<Value> {
    Json(book.lock().unwrap().document.clone())
}

async fn keys_of(State(book): Shared) -> Json<Value> {
    let book = book.lock().unwrap();
    let (ec, ed) = (book.pair.ec.public_key().as_ref(), book.pair.ed.public_key().as_ref());
    let (n, e) = rsa_parts();
    let encode = |bytes: &[u8]| URL_SAFE_NO_PAD.encode(bytes);
    Json(json!({
        "noise": "x".repeat(book.noise),
        "keys": [
            {"kty": "oct", "k": "AAAA", "kid": book.pair.kid},
            {"kty": "RSA", "n": encode(&n), "e": encode(&e), "kid": book.pair.kid, "use": "sig"},
            {"kty": "EC", "crv": "P-256", "x": encode(&ec[1..33]), "y": encode(&ec[33..]), "kid": book.pair.kid},
            {"kty": "OKP", "crv": "Ed25519", "x": encode(ed), "kid": book.pair.kid, "alg": "EdDSA"},
        ],
    }))
}

/// Modulus and exponent of `RSAPublicKey` (RFC 8017 appendix A.1.1), whose lengths are those of a key of 2048 bits.
fn rsa_parts() -> (Vec<u8>, Vec<u8>) {
    let der = RSA.public_key().as_ref();
    assert_eq!(der[..9], [0x30, 0x82, 0x01, 0x0a, 0x02, 0x82, 0x01, 0x01, 0x00]);
    let (n, rest) = der[9..].split_at(256);
    (n.to_vec(), rest[2..].to_vec())
}

async fn token_of(State(book): Shared, headers: HeaderMap, body: String) -> Response {
    let mut book = book.lock().unwrap();
    book.asked += 1;
    let form: BTreeMap<String, String> = url::form_urlencoded::parse(body.as_bytes()).into_owned().collect();
    // A code is good once, whoever brings it.
    let grant = form.get("code").and_then(|code| book.grants.remove(code));
    let sound = |grant: &Grant| {
        client_of(&headers, &form).is_some_and(|client| client == grant.client)
            && form["grant_type"] == "authorization_code"
            && form["redirect_uri"] == grant.redirect_uri
            && URL_SAFE_NO_PAD.encode(Sha256::digest(&form["code_verifier"])) == grant.challenge
    };
    let Some(grant) = grant.filter(sound) else {
        return (StatusCode::BAD_REQUEST, Json(json!({"error": "invalid_grant"}))).into_response();
    };
    let token = book.token(&grant);
    Json(json!({"access_token": "of no use", "token_type": "Bearer", "expires_in": 300, "id_token": token}))
        .into_response()
}

/// The client whose secret is shown, by header or form (RFC 6749 section 2.3.1).
fn client_of(headers: &HeaderMap, form: &BTreeMap<String, String>) -> Option<String> {
    let (client, secret) = match headers.get("authorization") {
        Some(header) => {
            let pair = STANDARD.decode(header.to_str().ok()?.strip_prefix("Basic ")?).ok()?;
            let (client, secret) =
                String::from_utf8(pair).ok()?.split_once(':').map(|(a, b)| (a.to_owned(), b.to_owned()))?;
            let plain =
                |text: &str| url::form_urlencoded::parse(format!("v={text}").as_bytes()).next().unwrap().1.into_owned();
            (plain(&client), plain(&secret))
        }
        None => (form.get("client_id")?.clone(), form.get("client_secret")?.clone()),
    };
    (secret == SECRET).then_some(client)
}

impl Book {
    fn token(&self, grant: &Grant) -> String {
        let mut claims = json!({"iss": self.document["issuer"], "aud": grant.client, "nonce": grant.nonce,
                                "exp": grant.now + 300, "iat": grant.now});
        merge(&mut claims, &grant.claims);
        merge(&mut claims, &self.claims);
        let alg = match self.signs {
            Signs::Rs256 => "RS256",
            Signs::Es256 => "ES256",
            Signs::EdDsa | Signs::Strange => "EdDSA",
            Signs::None => "none",
            Signs::Hs256 | Signs::Hs256Secret => "HS256",
        };
        let mut header = json!({"alg": alg, "typ": "JWT", "kid": self.pair.kid});
        merge(&mut header, &self.header);
        let encode = |value: &Value| URL_SAFE_NO_PAD.encode(value.to_string());
        let signed = format!("{}.{}", encode(&header), encode(&claims));
        format!("{signed}.{}", URL_SAFE_NO_PAD.encode(self.signature(signed.as_bytes())))
    }

    fn signature(&self, message: &[u8]) -> Vec<u8> {
        let mac = |key: &[u8]| {
            let mut mac = hmac::Hmac::<Sha256>::new_from_slice(key).unwrap();
            mac.update(message);
            mac.finalize().into_bytes().to_vec()
        };
        match self.signs {
            Signs::Rs256 => {
                let mut signature = vec![0; RSA.public_modulus_len()];
                RSA.sign(&RSA_PKCS1_SHA256, &SystemRandom::new(), message, &mut signature).unwrap();
                signature
            }
            Signs::Es256 => self.pair.ec.sign(&SystemRandom::new(), message).unwrap().as_ref().to_vec(),
            Signs::EdDsa => self.pair.ed.sign(message).as_ref().to_vec(),
            Signs::None => Vec::new(),
            Signs::Hs256 => mac(self.pair.ed.public_key().as_ref()),
            Signs::Hs256Secret => mac(SECRET.as_bytes()),
            Signs::Strange => Pair::fresh("one").ed.sign(message).as_ref().to_vec(),
        }
    }
}
