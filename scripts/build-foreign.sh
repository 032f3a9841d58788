#!/bin/bash
# Builds programs by others as guests: fetches their sources, unmodified, and
# follows their recipe.
#
#   build-foreign.sh RECIPE FOLDER SDK
#
# Recipes are in test/foreign/programs. bash runs them in FOLDER, with these
# commands:
#
#   fetch SUITE PACKAGE VERSION SHA256   unpacks Debian's source, and enters it
#   take FILE...                         its results: FOLDER/FILE.wasm each
#
# For configure, make and CMake, uvcc is the compiler. All output is in
# FOLDER/RECIPE.log.
set -euo pipefail

usage='usage: build-foreign.sh RECIPE FOLDER SDK'
recipe=${1:?$usage}
mkdir -p "${2:?$usage}"
folder=$(realpath "$2")
sdk=$(realpath "${3:?$usage}")
root=$PWD
log=$folder/$recipe.log

export PATH=$sdk/bin:$PATH
export CC=${FOREIGN_CC:-uvcc} CXX=uvcc++ AR=emar RANLIB=emranlib
export PKG_CONFIG_LIBDIR=$sdk/lib/pkgconfig
# shellcheck disable=SC2034 # recipes use it
toolchain=$sdk/share/cmake/uvcc.cmake

fetch() {
  (cd "$root" && scripts/fetch-source.sh "$2" "$3" "$4" "$folder/$2" "$1")
  cd "$folder/$2"
}

take() {
  for file; do
    install -m 644 "$file" "$folder/$(basename "$file" .wasm).wasm"
  done
}

# A condition would make bash go on after a command of the recipe has failed.
set +e
(
  set -e
  cd "$folder"
  # shellcheck source=/dev/null
  . "$root/test/foreign/programs/$recipe.sh"
) >"$log" 2>&1
status=$?
set -e

if [ $status -ne 0 ]; then
  tail -n 30 "$log" >&2
  echo "build-foreign: cannot build $recipe; $log has all that was printed" >&2
  exit 1
fi
echo "$recipe: built in $SECONDS s"
