//! Wires: each turns its world into a request for the door, and the door's answer back. None has a database handle.

mod arriving;
pub mod console;
mod download;
pub mod html;
pub mod jobs;
pub mod json;
mod openapi;
mod problem;
mod request;
pub mod scim;
mod sign_in;
mod tus;

pub(crate) use arriving::is_file as takes_a_file;
pub use openapi::document;
pub(crate) use problem::Meant;
pub use problem::Problem;
pub use request::{Peer, Proxies, credential_of_header, ids_of, origin_of, params_of};
pub use sign_in::sign_in;

/// The largest document or form, in bytes. A file beside it has its own limit.
pub(crate) const BODY_BYTES_MAX: usize = 64 * 1024;
