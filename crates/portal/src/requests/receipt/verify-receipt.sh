#!/usr/bin/env bash
# Checks the receipt of an approval with nothing but bash, coreutils, sed, grep and openssl (1.1.1 or newer):
#
#   verify-receipt.sh KEY RECEIPT [DOCUMENT]
#
# KEY is the log's public key as you were given it (NAME+ID+KEY), not as the receipt says. Exit 0: whoever the receipt names
# approved exactly the file with this SHA-256, and that stands in the log that this key signed; with DOCUMENT, that it is that
# file. Anything else: it is not shown.
set -euo pipefail
[ $# -ge 2 ] || { echo "usage: $0 KEY RECEIPT [DOCUMENT]" >&2; exit 2; }
key=$1 receipt=$2 document=${3:-}
work=$(mktemp -d); trap 'rm -rf "$work"' EXIT
die() { echo "INVALID: $1" >&2; exit 1; }

tr -d '\r' <"$receipt" | sed '/^---- proof ----$/,$d' >"$work/words"
tr -d '\r' <"$receipt" | sed '1,/^---- proof ----$/d' >"$work/proof"
word() { sed -n "s/^  $(printf '%-11s' "$1")//p" "$work/words"; }
[ "$(word log)" = "$key" ] || die "the receipt is of another log than your key's"

# The event is in the log.
sed -n 's/^leaf //p' "$work/proof" | base64 -d >"$work/leaf" || die "the leaf cannot be read"
sed '1,/^$/d' "$work/proof" >"$work/tlog-proof"
sed '1,/^# ---- proof\.sh ----$/d' "$0" >"$work/proof.sh"   # what follows the end of this script
bash "$work/proof.sh" "$work/leaf" "$work/tlog-proof" "$key" >/dev/null || die "the approval is not in the log"

# The event says what the receipt says. It is one line of JSON behind the leaf's header.
sed '1,/^$/d' "$work/leaf" >"$work/event"
says() { grep -qF "$1" "$work/event" || die "the event does not say $2"; }
[[ $(word sha256) =~ ^[0-9a-f]{64}$ ]] || die "the receipt names no SHA-256"
hash=$(printf '%b' "$(word sha256 | sed 's/../\\x&/g')" | base64)
says '"act":"request.approve"' "that it is an approval"
says '"out":"done"' "that it happened"
says "\"at\":\"$(word at)\"" "when it was"
says "\"bytes\":$(word bytes),\"number\":$(word version),\"sha256\":\"$hash\"" "which file it was"

# What it only commits to: HMAC-SHA256 under a salt, of the event's id, the field and the value.
event=$(sed -n 's/.*[,{]"id":"\([0-9a-f-]*\)","obs":.*/\1/p' "$work/event")
for field in document file name; do
  salt=$(sed -n "s/^salt $field //p" "$work/proof" | base64 -d | od -An -v -tx1 | tr -d ' \n')
  commitment=$(printf 'audit-pii/v1\n%s\n%s\n%s' "$event" "$field" "$(word $field)" |
    openssl dgst -sha256 -mac HMAC -macopt "hexkey:$salt" -binary | base64)
  says "\"$field\":\"$commitment\"" "this $field"
done

if [ -n "$document" ]; then
  [ "$(sha256sum <"$document" | cut -c1-64)" = "$(word sha256)" ] || die "$document is not the file that was approved"
fi
echo "OK: $(word name) approved version $(word version) of $(word document) at $(word at)"
exit 0
# ---- proof.sh ----
