#!/bin/sh
# Makes sure that the foreign clients are there which the example servers are
# tested with. Where one cannot be installed, its tests are not run, and say so.
set -u

cd "$(dirname "$0")"

./ensure-tool.sh curl curl || missing=curl
./ensure-tool.sh ab apache2-utils || missing="${missing-} ab"
./ensure-tool.sh wrk wrk || missing="${missing-} wrk"

if [ -n "${missing-}" ]; then
  echo "ensure-test-tools: the tests that need these are left out: $missing" >&2
fi
