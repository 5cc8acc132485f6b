//! Passwords are hashed off the async threads, and never on more than half the cores at once.

use std::sync::Arc;

use argon2::password_hash::phc::PasswordHash;
use argon2::{Argon2, Params, PasswordHasher as _, PasswordVerifier as _};
use door::{Refusal, Result};
use tokio::sync::Semaphore;

use crate::fields::Password;

/// Argon2id with 19 MiB, two passes, one lane (OWASP Password Storage Cheat Sheet; RFC 9106 for the function).
const MEMORY_KIB: u32 = 19 * 1024;
const PASSES: u32 = 2;
const LANES: u32 = 1;

/// Hashes and verifies.
#[derive(Clone)]
pub struct Hasher {
    places: Arc<Semaphore>,
    /// What is verified for an account that does not exist, so that it takes as long as for one that does.
    nobody: Arc<str>,
}

impl Hasher {
    /// A hasher that uses at most half the cores.
    ///
    /// # Errors
    /// [`Refusal::Broken`] when hashing itself fails.
    pub async fn new() -> Result<Self> {
        let cores = std::thread::available_parallelism().map_or(1, usize::from);
        let places = Arc::new(Semaphore::new((cores / 2).max(1)));
        let mut hasher = Self { places, nobody: "".into() };
        hasher.nobody = hasher.hash(Password::new("nobody has this password")).await?.into();
        Ok(hasher)
    }

    /// The hash of a password, as a PHC string.
    ///
    /// # Errors
    /// [`Refusal::Broken`] when hashing itself fails.
    pub async fn hash(&self, password: Password) -> Result<String> {
        self.aside(move || {
            let hash = argon2()?.hash_password(password.bytes()).map_err(broken)?;
            Ok(hash.to_string())
        })
        .await
    }

    /// Whether the password is the one of this hash. `None` is an account that does not exist: the same work is
    /// done, and the answer is no.
    ///
    /// # Errors
    /// [`Refusal::Broken`] when the stored hash is none.
    pub async fn verify(&self, password: Password, stored: Option<String>) -> Result<bool> {
        let known = stored.is_some();
        let stored = stored.unwrap_or_else(|| self.nobody.to_string());
        let same = self
            .aside(move || {
                let stored = PasswordHash::new(&stored).map_err(broken)?;
                Ok(argon2()?.verify_password(password.bytes(), &stored).is_ok())
            })
            .await?;
        Ok(known && same)
    }

    async fn aside<T: Send + 'static>(&self, work: impl FnOnce() -> Result<T> + Send + 'static) -> Result<T> {
        let place = Arc::clone(&self.places).acquire_owned().await.map_err(broken)?;
        let done = tokio::task::spawn_blocking(move || {
            let _place = place;
            work()
        });
        done.await.map_err(broken)?
    }
}

fn argon2() -> Result<Argon2<'static>> {
    let params = Params::new(MEMORY_KIB, PASSES, LANES, None).map_err(broken)?;
    Ok(Argon2::new(argon2::Algorithm::Argon2id, argon2::Version::V0x13, params))
}

fn broken(error: impl std::fmt::Display) -> Refusal {
    tracing::error!(%error, "a password could not be hashed");
    Refusal::Broken
}
