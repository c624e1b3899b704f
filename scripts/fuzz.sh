#!/bin/sh
# A template database as for the tests, the fuzzer on a clone of it, and away with both. DATABASE_URL or an embedded server.
cd "$(dirname "$0")/.." || exit 1
node --import tsx test/before.ts || exit 1
node --expose-gc --import tsx scripts/fuzz.ts "$@"
status=$?
node --import tsx test/after.ts
exit $status
