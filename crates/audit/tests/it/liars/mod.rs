//! Services whose answers are not what they seem, and what the audit must say of each. Beside each liar stands its
//! sound twin, of which nothing may be said at all.

mod answers;
mod keys;
mod lists;
mod noise;
mod record;
mod robustness;
mod sessions;
mod sharing;
mod worlds;
