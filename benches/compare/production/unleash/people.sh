#!/bin/sh
# What stands beside the administrator as it ships, where it is not there yet: two people of each lesser role, a flag, an application that
# asks for flags, and the two tokens by which software asks, and a link
# for who is invited, which are printed: people.sh URL
set -eu
session=$(mktemp) && trap 'rm -f "$session"' EXIT
ask() { curl --silent --show-error --cookie-jar "$session" --cookie "$session" --header 'content-type: application/json' "$@"; }

ask --fail-with-body --output /dev/null --data '{"username":"admin","password":"unleash4all"}' "$1/auth/simple/login"
for person in edda:Editor emil:Editor vera:Viewer vito:Viewer; do
  name=${person%:*}
  ask --output /dev/null --data "{\"username\":\"$name\",\"email\":\"$name@example.com\",\"name\":\"$name\",\"rootRole\":\"${person#*:}\",\"sendEmail\":false,\"password\":\"Nine otters in the rain, $name\"}" \
    "$1/api/admin/user-admin"
done
ask --output /dev/null --data '{"name":"lamp","type":"release"}' "$1/api/admin/projects/default/features"
ask --output /dev/null --data '{"url":"http://127.0.0.1:9/","strategies":["default"]}' "$1/api/admin/metrics/applications/shop"
for kind in client frontend; do
  ask --data "{\"type\":\"$kind\",\"environment\":\"development\",\"projects\":[\"*\"],\"tokenName\":\"shop-$kind\"}" "$1/api/admin/api-tokens" |
    sed "s/.*\"secret\":\"\([^\"]*\)\".*/$kind=\1/"
  echo
done
ask --data '{"name":"newcomers","expiresAt":"2099-01-01T00:00:00Z"}' "$1/api/admin/invite-link/tokens" | sed 's/.*"secret":"\([^"]*\)".*/invite=\1/'
