//! The bytes of what was handed in: one way in, one way out, for a form and the interface, for a whole file and a part of
//! one, for a preview, a download and an archive alike.

mod intake;
mod key_rotate;
mod put_back;
mod rows;
mod sweep;

pub(super) use intake::{Coming, Examined, examine, room_for, take_in};
pub use key_rotate::RotateKey;
pub use put_back::{LostFile, LostPart, put_file_back};
pub use rows::{Kept, kept_in};
pub(super) use rows::{hash_of, keep_file, keep_part, kept};
pub use sweep::Sweep;
