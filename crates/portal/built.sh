#!/bin/sh
# Runs the portal that was built, for the commands of the audit's manifest: `crates/portal/built.sh backup --to DIR`.
exec "${PORTAL:-${CARGO_TARGET_DIR:-target}/release/plimsoll-portal}" "$@"
