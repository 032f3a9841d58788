#!/bin/sh
# Fetches another Node from npm, whose packages named after systems carry
# nothing but the program, and prints where it is.
#
#   fetch-node.sh MAJOR FOLDER
set -eu

major=${1:?usage: fetch-node.sh MAJOR FOLDER}
dest=${2:?usage: fetch-node.sh MAJOR FOLDER}/node-$major
package=node-$(node -p 'process.platform + "-" + process.arch')
program=$dest/node_modules/$package/bin/node

if [ ! -x "$program" ]; then
  echo "fetch-node: npm install $package@$major" >&2
  mkdir -p "$dest"
  npm install --prefix "$dest" --no-save --no-package-lock --no-progress \
    --no-audit --no-fund --loglevel=error "$package@$major" >&2
fi

echo "$program"
