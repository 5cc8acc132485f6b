//! Passwords: hashed aside, chosen well, changed by their person.

mod chosen;
mod hashing;
mod set;

pub use chosen::weakness;
pub use hashing::Hasher;
pub use set::SetPassword;
