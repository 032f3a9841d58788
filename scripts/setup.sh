#!/bin/sh
# Installs the npm packages that the build needs, from package-lock.json.
set -eu

# The oldest Node that can build the package. For using it an older Node is enough: "engines" in package.json.
oldest=$(cat .nvmrc)

if ! command -v node >/dev/null || ! command -v npm >/dev/null; then
  echo "Cannot set up: node and npm are not on the PATH; install Node $oldest or later" >&2
  exit 1
fi

version=$(node -p process.versions.node)
if [ "$(printf '%s\n' "$oldest" "$version" | sort -V | head -n 1)" != "$oldest" ]; then
  echo "Cannot set up: this is Node $version; install Node $oldest or later" >&2
  exit 1
fi

echo "setup: npm ci, with Node $version"
npm ci --no-progress --loglevel=error
# npm does not update the time if nothing has changed, but make compares it.
touch node_modules/.package-lock.json
