#!/bin/sh
# Makes sure that a program is installed: installs Debian's package if it is
# missing, and on other systems prints what to install.
#
#   ensure-tool.sh PROGRAM PACKAGE
set -eu

program=${1:?usage: ensure-tool.sh PROGRAM PACKAGE}
package=${2:?usage: ensure-tool.sh PROGRAM PACKAGE}

if command -v "$program" >/dev/null; then
  exit 0
fi

fail() {
  echo "ensure-tool: $program is not on the PATH: $1" >&2
  exit 1
}

command -v apt-get >/dev/null || fail "install $package from your system's packages"

as_root=
if [ "$(id -u)" -ne 0 ]; then
  command -v sudo >/dev/null || fail "as root, run: apt-get install $package"
  as_root=sudo
fi

# Another make target may be installing a package at the same time, and apt-get does not wait for its lock.
if command -v flock >/dev/null && [ -z "${ENSURE_TOOL_LOCKED:-}" ]; then
  ENSURE_TOOL_LOCKED=1 exec flock "$0" "$0" "$@"
fi

echo "ensure-tool: $program is missing, installing Debian's package $package" >&2
$as_root apt-get update -qq >&2
# sudo drops the environment, so env sets the variable inside of it.
$as_root env DEBIAN_FRONTEND=noninteractive \
  apt-get install -qq -y --no-install-recommends "$package" >&2
