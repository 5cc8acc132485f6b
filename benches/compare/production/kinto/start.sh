#!/bin/sh
# Kinto 26.5.0 on loopback, installed from the package index outside the checkout when it is not there yet: start.sh PORT
set -eu
here=$(cd "$(dirname "$0")" && pwd)
place=${PRODUCTION:-$HOME/.cache/plimsoll/production}/kinto
[ -x "$place/bin/kinto" ] || { python3 -m venv "$place" && "$place/bin/pip" install --quiet kinto==26.5.0; }
exec "$place/bin/kinto" start --ini "$here/kinto.ini" --port "$1"
