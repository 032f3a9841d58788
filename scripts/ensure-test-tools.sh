#!/bin/sh
# Installs the third-party programs that tests use: clients of the example
# servers, and databases whose clients run over libuv-wasm/net (the tests start
# them with their own directories and ports). If one cannot be installed, its
# tests are skipped with a message.
set -u

cd "$(dirname "$0")"

./ensure-tool.sh curl curl || missing=curl
./ensure-tool.sh ab apache2-utils || missing="${missing-} ab"
./ensure-tool.sh wrk wrk || missing="${missing-} wrk"

# Debian installs servers in directories that may not be on the PATH.
PATH=$PATH:/usr/sbin
for folder in /usr/lib/postgresql/*/bin; do
  PATH=$PATH:$folder
done
./ensure-tool.sh openssl openssl || missing="${missing-} openssl"
./ensure-tool.sh postgres postgresql || missing="${missing-} postgres"
./ensure-tool.sh redis-server redis-server || missing="${missing-} redis-server"
./ensure-tool.sh mariadbd mariadb-server-core || missing="${missing-} mariadbd"

if [ -n "${missing-}" ]; then
  echo "ensure-test-tools: cannot install $missing; the tests that need it are skipped" >&2
fi
