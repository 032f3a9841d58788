#!/bin/sh
# Installs what the build needs from npm, as package-lock.json has it.
set -eu

if ! command -v node >/dev/null || ! command -v npm >/dev/null; then
  echo 'setup: node and npm are not on the PATH: install Node 20.12 or later' >&2
  exit 1
fi

version=$(node -p process.versions.node)
major=${version%%.*}
if [ "$major" -lt 20 ]; then
  echo "setup: this is Node $version: install Node 20.12 or later" >&2
  exit 1
fi

echo "setup: npm ci, with Node $version"
npm ci --no-progress --loglevel=error
# npm leaves the time alone where nothing changed, and make goes by it.
touch node_modules/.package-lock.json
