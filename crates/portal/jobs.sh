#!/bin/sh
# Lets each job of a portal run once, for the audit. Jobs have no command: a portal runs them when it starts, and any number
# of portals share one database. So one more is started beside the one that is walked, and stopped again.
#
#   crates/portal/jobs.sh DIR
set -eu
here=$(dirname "$0")
# Twice: what one job leaves behind is the next one's business.
for round in 1 2; do
  said=$(mktemp)
  "$here/built.sh" serve --data "$1" --listen 127.0.0.1:0 >"$said" 2>&1 &
  portal=$!
  until grep -q ' at http' "$said"; do
    kill -0 $portal 2>/dev/null || { cat "$said" >&2; rm -f "$said"; exit 1; }
    sleep 0.1
  done
  sleep 1
  kill $portal
  # It ends what it began.
  wait $portal
  rm -f "$said"
done
