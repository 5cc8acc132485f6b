#!/bin/sh
# Until somebody has said who the first person is, LNbits answers every request with the way there: people.sh URL
set -eu
curl --silent --show-error --fail-with-body --output /dev/null --request PUT --header 'content-type: application/json' \
  --data '{"username":"olga","password":"nine otters in the rain","password_repeat":"nine otters in the rain"}' "$1/api/v1/auth/first_install"
