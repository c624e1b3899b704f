#!/usr/bin/env bash
# Fails when src/db says something that the migrations in drizzle/ do not: generating into a copy must add nothing.
set -euo pipefail
cd "$(dirname "$0")/.."
# Inside the project: the generator takes only relative folders.
copy=.drizzle-check
trap 'rm -rf "$copy"' EXIT
rm -rf "$copy"
cp -r drizzle "$copy"
DRIZZLE_OUT="./$copy" npx drizzle-kit generate --name drift >/dev/null
diff -r drizzle "$copy" || { echo '表定义与迁移不一致，请运行 npx drizzle-kit generate' >&2; exit 1; }
echo '迁移与表定义一致' >&2
