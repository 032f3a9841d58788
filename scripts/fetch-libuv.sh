#!/bin/sh
# Fetches libuv's source.
#
#   fetch-libuv.sh FOLDER    puts the source into the directory FOLDER
set -eu

VERSION=1.50.0

scripts/fetch-source.sh libuv1 "$VERSION" \
  ec9de6ecf2a780fd2afb3b007947d2cd57c3bb17f3b9e721a66774980d35cd4d \
  "${1:?usage: fetch-libuv.sh FOLDER}" || {
  echo "fetch-libuv: or set LIBUV_DIR to a checkout of libuv $VERSION or later" >&2
  exit 1
}
