#!/bin/sh
# Fills an empty portal with two organisations and people in each role: what no interface can do, for the audit.
#
#   crates/portal/people.sh DIR        DIR is the portal's data directory
#
# Prints what was made as key=value lines.
set -eu
data=$1
password='a fine long password'
target=${CARGO_TARGET_DIR:-target}
portal=${PORTAL:-$target/release/plimsoll-portal}

make() { "$portal" do --data "$data" "$@"; }
value() { printf '%s\n' "$2" | sed -n "s/^$1=//p"; }

organisation() { # name owner clients
  make organisation.create "{\"name\":\"$1\",\"owner\":\"$2\",\"mail\":\"$2@example.com\",\"password\":\"$password\",\"clients\":$3}"
}
person() { # name organisation role [client]
  make --prefix "$1" person.create "{\"mail\":\"$1@example.com\",\"name\":\"$1\",\"password\":\"$password\",\"organisation\":\"$2\",\"role\":\"$3\"${4:+,\"client\":\"$4\"}}"
}

halden=$(organisation 'Halden & Rook' maya '["Brightwater Hotels","Kestrel Cycles"]')
pallas=$(organisation 'Studio Pallas' otto '["Mill & Oat Bakery"]')
here=$(value organisation "$halden")
brightwater=$(value clients.0 "$halden")
there=$(value organisation "$pallas")

printf 'client.halden=%s\nclient.pallas=%s\n' "$brightwater" "$(value clients.0 "$pallas")"
printf 'organisation.halden=%s\norganisation.pallas=%s\n' "$here" "$there"
person ana "$here" admin
person tom "$here" staff
person nils "$here" staff
person petra "$here" client_admin "$brightwater"
person sam "$here" client_member "$brightwater"
person jo "$there" staff
