//! The audit looks at the portal with a gap open, and at the clean one. It gets nothing but a manifest.

#![expect(clippy::unwrap_used, reason = "a test that unwraps says enough by failing")]

mod harbour;
mod launched;
mod opened;
mod sweep;
