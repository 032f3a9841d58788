#!/bin/sh
# Makes sure that emscripten's compiler is there: installs Debian's package if
# it is missing, and elsewhere says what to install.
set -eu

if command -v emcc >/dev/null; then
  exit 0
fi

fail() {
  echo "ensure-emcc: emcc is not on the PATH: $1" >&2
  exit 1
}

command -v apt-get >/dev/null ||
  fail "install emscripten 3.1.6 or later from your system's packages or its SDK"

as_root=
if [ "$(id -u)" -ne 0 ]; then
  command -v sudo >/dev/null || fail "as root, run: apt-get install emscripten"
  as_root=sudo
fi

echo "ensure-emcc: emcc is missing, installing Debian's package emscripten"
# sudo drops the environment, so the setting goes inside of it.
$as_root apt-get update -qq
$as_root env DEBIAN_FRONTEND=noninteractive \
  apt-get install -y --no-install-recommends emscripten
