#!/bin/sh
# LNbits 1.6.2 on loopback with an empty SQLite database and no lightning node, installed from the package index
# outside the checkout when it is not there yet: start.sh PORT
set -eu
place=${PRODUCTION:-$HOME/.cache/plimsoll/production}/lnbits
# Its own dependency bolt11 does not go with the newest bitstring.
[ -x "$place/bin/lnbits" ] || { python3 -m venv "$place" && "$place/bin/pip" install --quiet lnbits==1.6.2 'bitstring<4.4'; }
data=$(mktemp -d "${TMPDIR:-/tmp}/lnbits-XXXXXX")
# It looks for its own pages below where it is started.
cd "$("$place/bin/python" -c 'import sysconfig; print(sysconfig.get_path("purelib"))')"
# Its own limit of requests from one address would stop any walk, and without a node only its make-believe one makes invoices;
# everything else is as it ships.
export LNBITS_DATA_FOLDER="$data/data" LNBITS_EXTENSIONS_PATH="$data" LNBITS_RATE_LIMIT_NO=100000 LNBITS_BACKEND_WALLET_CLASS=FakeWallet
exec "$place/bin/lnbits" --host 127.0.0.1 --port "$1"
