#!/bin/sh
# Makes sure that a program is there: installs Debian's package if it is
# missing, and elsewhere says what to install.
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

# Another target may be installing something at the same time, and apt-get does not wait for itself.
if command -v flock >/dev/null && [ -z "${ENSURE_TOOL_LOCKED:-}" ]; then
  ENSURE_TOOL_LOCKED=1 exec flock "$0" "$0" "$@"
fi

echo "ensure-tool: $program is missing, installing Debian's package $package" >&2
$as_root apt-get update -qq >&2
# sudo drops the environment, so the setting goes inside of it.
$as_root env DEBIAN_FRONTEND=noninteractive \
  apt-get install -qq -y --no-install-recommends "$package" >&2
