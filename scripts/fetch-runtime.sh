#!/bin/sh
# Fetches a JavaScript runtime from npm and prints the path of its executable.
# The packages for each system contain only the executable, so no script runs at
# installation, and nothing is fetched from elsewhere.
#
#   fetch-runtime.sh node|deno|bun MAJOR FOLDER
set -eu

usage='usage: fetch-runtime.sh node|deno|bun MAJOR FOLDER'
name=${1:?$usage}
major=${2:?$usage}
dest=${3:?$usage}/$name-$major
system=$(node -p 'process.platform + "-" + process.arch')

case $name in
  node)
    package=node-$system program=bin/node ;;
  deno)
    case $system in linux-*) system=$system-glibc ;; esac
    package=@deno/$system program=deno ;;
  bun)
    package=@oven/bun-$(echo "$system" | sed 's/arm64/aarch64/') program=bin/bun ;;
  *)
    echo "fetch-runtime: $name is not one of node, deno, bun" >&2
    exit 2 ;;
esac
program=$dest/node_modules/$package/$program

if [ ! -x "$program" ]; then
  echo "fetch-runtime: npm install $package@$major" >&2
  mkdir -p "$dest"
  npm install --prefix "$dest" --no-save --no-package-lock --no-progress \
    --no-audit --no-fund --loglevel=error "$package@$major" >&2
  # Some packages do not mark the file as executable.
  chmod +x "$program"
fi

echo "$program"
