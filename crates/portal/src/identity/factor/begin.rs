//! `factor.begin`: a secret for an authenticator app. It counts once a code of it was typed.

use door::{
    Action, Change, Limit, Per, Permitted, Record, Refusal, Relation, Relations, Result, Spec, Verb, Way, Write, values,
};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::{FACTOR, Factor, Secret};
use crate::identity::Own;
use crate::nothing::Nothing;
use crate::world::World;

/// Begins to set up an authenticator app.
pub struct BeginFactor;

/// The secret, shown this once.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
pub struct FactorBegun {
    /// For typing it in: RFC 4648 section 6.
    pub secret: String,
    /// For scanning it, as a QR code: `otpauth://totp/…`.
    pub address: String,
}

impl Action for BeginFactor {
    type Target = Own;
    type Input = Nothing;
    type Output = FactorBegun;
    const SPEC: Spec = Spec::new(
        "factor.begin",
        "Makes a secret for an authenticator app. It counts once a code of it was confirmed. Shown once.",
        Way::Http(Verb::Post, "/account/factor"),
        Relations::of(&[Relation::SELF]),
    )
    .limits(&[
        Limit { times: 3_000, seconds: 60, per: Per::Address },
        Limit { times: 60, seconds: 3600, per: Per::CallerShared },
    ])
    .fresh()
    .secret();
}

impl Change for BeginFactor {
    async fn change(_: &Nothing, own: &Permitted<Own>, write: &mut Write<'_>) -> Result<(FactorBegun, Record)> {
        let secret = Secret::fresh();
        let (safe, now) = (&write.world::<World>()?.safe, write.now());
        let id = match Factor::load(write, own.0).await? {
            Some(factor) if factor.is_in_use() => return Err(Refusal::Conflict("factor_exists")),
            // The one before was never tried.
            Some(factor) => {
                let sealed = safe.seal_factor(own.0, factor.id, secret.bytes())?;
                let again = "UPDATE factor SET rev = $2, sealed = $3, made_at = $4, last_step = 0 \
                             WHERE id = $1 AND rev = $2 - 1 RETURNING *";
                write.update(FACTOR, factor.id, factor.revision, again, values![sealed, now]).await?;
                factor.id
            }
            None => {
                let id = write.id();
                let sealed = safe.seal_factor(own.0, id, secret.bytes())?;
                let insert = "INSERT INTO factor (id, rev, salt, person, sealed, made_at, last_step) \
                              VALUES ($1, $2, $3, $4, $5, $6, 0) RETURNING *";
                write.insert(FACTOR, id, insert, values![own.0, sealed, now]).await?;
                id
            }
        };
        let mail: String = write.one("SELECT mail FROM person WHERE id = $1", values![own.0]).await?.get("mail")?;
        let address = address(&write.world::<World>()?.public_origin, &mail, &secret);
        let begun = FactorBegun { secret: secret.base32().to_string(), address };
        Ok((begun, Record::on("factor", id).and("person", own.0.0)))
    }
}

/// The address that apps read from a QR code (Key Uri Format of Google Authenticator). Its issuer is where the portal is
/// reached, so that two portals are told apart.
fn address(public_origin: &str, mail: &str, secret: &Secret) -> String {
    let origin = url::Url::parse(public_origin).ok();
    let issuer = origin.as_ref().and_then(url::Url::host_str).unwrap_or("portal");
    let encode =
        |text: &str| url::form_urlencoded::byte_serialize(text.as_bytes()).collect::<String>().replace('+', "%20");
    let (issuer, mail, secret) = (encode(issuer), encode(mail), secret.base32());
    format!("otpauth://totp/{issuer}:{mail}?secret={}&issuer={issuer}", secret.as_str())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_app_is_told_whose_code_it_is_and_where() {
        let secret = Secret::parse("GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ").unwrap();
        assert_eq!(
            address("https://portal.example:8443", "petra+work@example.com", &secret),
            "otpauth://totp/portal.example:petra%2Bwork%40example.com?secret=GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ&issuer=portal.example"
        );
    }
}
