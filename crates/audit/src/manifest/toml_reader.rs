//! Reads TOML with the place of each key.
