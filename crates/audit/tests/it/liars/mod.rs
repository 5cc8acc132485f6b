//! Services whose answers are not what they seem, and what the audit must say of each. Beside each liar stands its
//! sound twin, of which nothing may be said at all.

mod answers;
mod assignments;
mod careless;
mod crossing;
mod endings;
mod enumerations;
mod factors;
mod keys;
mod links;
mod lists;
mod noise;
mod parties;
mod passes;
mod races;
mod ranks;
mod record;
mod references;
mod refresh;
mod robustness;
mod sessions;
mod sharing;
mod spellings;
mod states;
mod tokens;
mod worlds;
