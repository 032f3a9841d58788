#!/usr/bin/env bash
# Builds the modules and the SDK twice, in folders with different names, and
# compares every file that is shipped.
set -euo pipefail
cd "$(dirname "$0")/.."

top=$(mktemp -d)
trap 'rm -rf "$top"' EXIT
folders=("$top/a" "$top/another-folder-with-a-longer-name")

build() {
  mkdir -p "$1/build"
  git ls-files -z | xargs -0 cp --parents -a -t "$1"
  # Fetched once: what is compiled is the same.
  cp -a build/libuv "$1/build/"
  make -s -C "$1" --jobs="$(nproc)" wasm sdk >"$1.log" 2>&1 || {
    cat "$1.log"
    exit 1
  }
}

# What a build makes, with its hash.
made() {
  (cd "$1" && find wasm/build build/sdk -type f -print0 | sort -z | xargs -0 sha256sum)
}

for folder in "${folders[@]}"; do build "$folder"; done
made "${folders[0]}" >"$top/first"
made "${folders[1]}" >"$top/second"
if ! diff "$top/first" "$top/second"; then
  echo 'Cannot reproduce the build: these files differ between two folders; look for paths and times in them' >&2
  exit 1
fi
grep release/libuv.wasm "$top/first"
echo "the same in both folders: $(wc -l <"$top/first") files"
