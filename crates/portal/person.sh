#!/bin/sh
# Makes one person more in a portal, for the audit: an account that may be harmed. No interface does it yet.
#
#   crates/portal/person.sh DIR NAME PASSWORD ROLE TENANT  (TENANT ORGANISATION CLIENT)...
#
# What each tenant's organisation and first client are stands behind, as people.sh printed it. Prints key=value lines.
set -eu
data=$1 name=$2 password=$3 role=$4 tenant=$5
shift 5
while [ "$1" != "$tenant" ]; do shift 3; done
organisation=$2 client=$3
case $role in client_*) of=",\"client\":\"$client\"" ;; *) of= ;; esac
"$(dirname "$0")/built.sh" do --data "$data" person.create \
  "{\"mail\":\"$name@example.com\",\"name\":\"$name\",\"password\":\"$password\",\"organisation\":\"$organisation\",\"role\":\"$role\"$of}"
printf 'organisation=%s\nclient=%s\n' "$organisation" "$client"
