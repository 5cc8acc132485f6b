//! What the verbs need besides the database.

use door::store::Engine;

use crate::identity::Hasher;
use crate::vault::Safe;

/// Keys and workers.
#[derive(Clone)]
pub struct World {
    /// Hashes passwords.
    pub hasher: Hasher,
    /// Seals credentials.
    pub safe: Safe,
    /// Whether this is the demo: invented people, loopback only.
    pub demo: bool,
    /// `https://portal.example`: where browsers reach it.
    pub public_origin: String,
    /// Which database it runs on.
    pub engine: Engine,
}
