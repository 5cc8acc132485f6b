#!/bin/sh
# Unleash 8.2.0 on loopback, in a database of its own, installed from the package index outside the checkout when it is not there
# yet: start.sh PORT; the same port goes on with the same database. $TEST_POSTGRES_URL says where PostgreSQL is, as for the tests.
set -eu
: "${TEST_POSTGRES_URL:?export TEST_POSTGRES_URL=\$(.ci/postgres) starts one}"
place=${PRODUCTION:-$HOME/.cache/plimsoll/production}/unleash
[ -f "$place/node_modules/unleash-server/package.json" ] || {
  mkdir -p "$place" && (cd "$place" && npm init --yes >/dev/null && npm install --silent --no-audit --no-fund unleash-server@8.2.0 node@22.23.3)
}
cd "$place"
DATABASE_URL=$(DATABASE=unleash_$1 node_modules/.bin/node --input-type=module --eval '
  import pg from "pg";
  const { TEST_POSTGRES_URL: server, DATABASE: name } = process.env;
  const client = new pg.Client({ connectionString: server });
  await client.connect();
  await client.query(`create database "${name}"`).catch((error) => { if (error.code !== "42P04") throw error; }); // it is there
  await client.end();
  console.log(Object.assign(new URL(server), { pathname: name }).href);')
export DATABASE_URL DATABASE_SSL=false
# The document is off as it ships; and nothing is to be sent home.
export ENABLE_OAS=true CHECK_VERSION=false SEND_TELEMETRY=false
# Integrations may call this machine, so that none has to call another.
export UNLEASH_ALLOW_PRIVATE_URL_IN_INTEGRATION=true
export HTTP_HOST=127.0.0.1 HTTP_PORT="$1" UNLEASH_URL="http://127.0.0.1:$1" NODE_ENV=production TZ=UTC
exec node_modules/.bin/node node_modules/unleash-server/dist/server.js
