//! The audit looks at the portal with a gap open, and at the clean one. It gets nothing but a manifest.

#![expect(clippy::unwrap_used, reason = "a test that unwraps says enough by failing")]

#[expect(dead_code, reason = "nobody lies here, and keys are of one kind")]
#[path = "../../../portal/tests/it/authenticator.rs"]
mod authenticator;
mod harbour;
mod launched;
mod opened;
mod sweep;
