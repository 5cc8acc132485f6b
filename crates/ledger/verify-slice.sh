#!/usr/bin/env bash
# Checks a client's slice of the record with nothing but bash, coreutils and openssl (1.1.1 or newer):
#
#   verify.sh LOG_KEY [DIRECTORY]
#
# LOG_KEY is the log's key as text (NAME+ID+KEY), as you were given it. Exit 0: every leaf is in the log that this key
# signed, each follows the one before, and the last is the one that the signed statement names. Exit 20: leaves are
# missing. Anything else: it is not shown to be. A beginning that was dropped by policy is none: a later leaf of the chain
# says so, and names the hash of the last leaf dropped. Witnesses are not checked here.
set -euo pipefail
[ $# -ge 1 ] || { echo "usage: $0 LOG_KEY [DIRECTORY]" >&2; exit 2; }
log_key=$1 name=${1%%+*} key=${1#*+} key=${key#*+} directory=${2:-$(dirname "$0")}
here=$(cd "$(dirname "$0")" && pwd)
cd "$directory"
work=$(mktemp -d); trap 'rm -rf "$work"' EXIT
die() { echo "INVALID: $1" >&2; exit 1; }
gap() { echo "INCOMPLETE: $1" >&2; exit 20; }

# The statement: the log's signature over its text.
sed '/^$/,$d' statement >"$work/statement"
sed -n "s|^— $name ||p" statement | head -n1 | base64 -d | tail -c +5 >"$work/signature"
{ printf '\x30\x2a\x30\x05\x06\x03\x2b\x65\x70\x03\x21\x00'; base64 -d <<<"$key" | tail -c +2; } >"$work/key"
openssl pkeyutl -verify -pubin -keyform DER -inkey "$work/key" -rawin -in "$work/statement" \
  -sigfile "$work/signature" >/dev/null 2>&1 || die "the statement's signature does not hold"
[ "$(sed -n 1p "$work/statement")" = "$name" ] || die "the statement is another log's"
word() { sed -n "s/^$1 //p" "$work/statement"; }
chain=$(word chain) count=$(word count) last=$(word last)
[ "$(word size)" = "$(sed -n 2p checkpoint)" ] && [ "$(word root)" = "$(sed -n 3p checkpoint)" ] ||
  die "the statement and the checkpoint are of different sizes"

expected=1 previous=$(head -c 32 /dev/zero | base64) first=yes dropped=0 cut= said=
for leaf in leaves/*; do
  [ -e "$leaf" ] || break
  bash "$here/proof.sh" "$leaf" "proofs/${leaf#leaves/}" "$log_key" >/dev/null || die "$leaf is not in the log"
  cmp -s <(sed '1,/^$/d' "proofs/${leaf#leaves/}" | sed '/^$/,$d') <(sed '/^$/,$d' checkpoint) ||
    die "$leaf is proved against another checkpoint"
  [ "$(sed -n 2p "$leaf")" = "chain $chain" ] || die "$leaf is of another chain"
  number=$(sed -n '3s/^cseq //p' "$leaf")
  [[ $number =~ ^[1-9][0-9]*$ ]] || die "$leaf has no number"
  if [ $first = yes ] && [ "$number" -gt 1 ]; then
    dropped=$((number - 1)) cut=$(sed -n '4s/^cprev //p' "$leaf") expected=$number previous=$cut
  fi
  first=no
  [ "$number" = "$expected" ] || gap "leaf $expected of the chain is not there"
  [ "$(sed -n '4s/^cprev //p' "$leaf")" = "$previous" ] || die "$leaf does not name the hash of the one before"
  # The newest word counts: how far the chain was dropped, and the hash of the last leaf that went.
  told=$(sed -n '6,$s/^{"act":"trail\.prune",.*"facts":{[^}]*"last":"\([^"]*\)"[^}]*"until":\([0-9]*\)}.*/\2 \1/p' "$leaf")
  said=${told:-$said}
  previous=$({ printf '\000'; cat "$leaf"; } | openssl dgst -sha256 -binary | base64)
  expected=$((expected + 1))
done
[ $((expected - 1)) -ge "$count" ] || gap "the chain has $count leaves, these end at $((expected - 1))"
[ "$dropped" = 0 ] || [ "$said" = "$dropped $cut" ] ||
  gap "the first $dropped leaves are not there, and no leaf says that they were dropped"
[ "$previous" = "$last" ] || die "the last leaf is not the one that the statement names"
[ "$dropped" = 0 ] || echo "the first $dropped leaves were dropped by policy"
echo "OK: $((count - dropped)) leaves of $chain in $name"
