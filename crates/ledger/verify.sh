#!/usr/bin/env bash
# Checks a leaf against a tlog proof with nothing but bash, coreutils and openssl (1.1.1 or newer):
#
#   verify.sh LEAF PROOF LOG_KEY
#
# LEAF is the file that was logged, PROOF a c2sp.org/tlog-proof@v1 file, LOG_KEY the log's key as text (NAME+ID+KEY).
# Exit 0: the leaf is in the log that this key signed. Anything else: it is not shown to be.
# Witnesses are not checked here: this shows what the log says, not that it says the same to everybody.
set -euo pipefail
[ $# -eq 3 ] || { echo "usage: $0 LEAF PROOF LOG_KEY" >&2; exit 2; }
leaf=$1 proof=$2 name=${3%%+*} key=${3#*+} key=${key#*+}                # base64 may hold plus signs itself
work=$(mktemp -d); trap 'rm -rf "$work"' EXIT
die() { echo "INVALID: $1" >&2; exit 1; }
bytes() { printf '%b' "$(sed 's/../\\x&/g' <<<"$1")"; }                 # hexadecimal to bytes
hex() { od -An -v -tx1 | tr -d ' \n'; }                                 # bytes to hexadecimal
hash() { sha256sum | cut -c1-64; }
pair() { { printf '\001'; bytes "$1"; bytes "$2"; } | hash; }           # RFC 9162: a node is hashed with 1 before it

# The proof: a header up to the first empty line, then the checkpoint with its signatures after the next.
sed '/^$/,$d' "$proof" >"$work/header"
sed '1,/^$/d' "$proof" | sed '/^$/,$d' >"$work/checkpoint"
[ "$(sed -n 1p "$work/header")" = c2sp.org/tlog-proof@v1 ] || die "not a proof"
index=$(sed -n 's/^index \([0-9][0-9]*\)$/\1/p' "$work/header")
size=$(sed -n 2p "$work/checkpoint")
root=$(sed -n 3p "$work/checkpoint" | base64 -d | hex)
[ "$(sed -n 1p "$work/checkpoint")" = "$name" ] || die "the checkpoint is another log's"
[[ $index =~ ^[0-9]+$ && $size =~ ^[0-9]+$ ]] && [ "$index" -lt "$size" ] || die "no such leaf"

# The signature: the log's line, without the four bytes of the key's id; the key as X.509 wants it.
sed -n "s|^— $name ||p" "$proof" | head -n1 | base64 -d | tail -c +5 >"$work/signature"
{ bytes 302a300506032b6570032100; base64 -d <<<"$key" | tail -c +2; } >"$work/key"
openssl pkeyutl -verify -pubin -keyform DER -inkey "$work/key" -rawin -in "$work/checkpoint" \
  -sigfile "$work/signature" >/dev/null 2>&1 || die "the log's signature does not hold"

# The path from the leaf to the root (RFC 9162, section 2.1.3.2).
node=$({ printf '\000'; cat "$leaf"; } | hash)
place=$index last=$((size - 1))
while read -r line; do
  [ "$last" -gt 0 ] || die "the proof is too long"
  sibling=$(base64 -d <<<"$line" | hex)
  if ((place % 2 == 1 || place == last)); then
    node=$(pair "$sibling" "$node")
    while ((place % 2 == 0 && place != 0)); do place=$((place / 2)) last=$((last / 2)); done
  else
    node=$(pair "$node" "$sibling")
  fi
  place=$((place / 2)) last=$((last / 2))
done < <(sed '1,/^index /d' "$work/header")
[ "$last" -eq 0 ] || die "the proof is too short"
[ "$node" = "$root" ] || die "the leaf is not in the log"
echo "OK: leaf $index of $size in $name"
