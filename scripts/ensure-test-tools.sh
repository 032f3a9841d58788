#!/bin/sh
# Makes sure that the foreign programs are there which ours are tested with:
# clients of the example servers, and databases whose clients run over
# libuv-wasm/net (the tests start them, on folders and ports of their own).
# Where one cannot be installed, its tests are not run, and say so.
set -u

cd "$(dirname "$0")"

./ensure-tool.sh curl curl || missing=curl
./ensure-tool.sh ab apache2-utils || missing="${missing-} ab"
./ensure-tool.sh wrk wrk || missing="${missing-} wrk"

# Debian keeps servers where not everybody looks.
PATH=$PATH:/usr/sbin
for folder in /usr/lib/postgresql/*/bin; do
  PATH=$PATH:$folder
done
./ensure-tool.sh openssl openssl || missing="${missing-} openssl"
./ensure-tool.sh postgres postgresql || missing="${missing-} postgres"
./ensure-tool.sh redis-server redis-server || missing="${missing-} redis-server"
./ensure-tool.sh mariadbd mariadb-server-core || missing="${missing-} mariadbd"

if [ -n "${missing-}" ]; then
  echo "ensure-test-tools: the tests that need these are left out: $missing" >&2
fi
