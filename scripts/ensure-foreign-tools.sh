#!/bin/sh
# Installs what `make foreign` needs: native peers of the programs by others, and
# tools that their build systems call.
set -u

cd "$(dirname "$0")"
PATH=$PATH:/usr/sbin

status=0
while read -r program package; do
  ./ensure-tool.sh "$program" "$package" </dev/null || status=1
done <<END
cmake cmake
tclsh tcl
curl curl
iperf3 iperf3
mosquitto mosquitto
mosquitto_pub mosquitto-clients
redis-cli redis-tools
redis-server redis-server
socat socat
sqlite3 sqlite3
END
exit $status
