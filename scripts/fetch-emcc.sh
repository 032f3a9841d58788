#!/bin/sh
# Fetches the emscripten of a Debian suite, with all that it needs, and unpacks
# it into a folder of its own: a system to which chroot can go. Nothing is
# installed on this machine. Prints emcc's version.
#
#   fetch-emcc.sh SUITE VERSION FOLDER
#
# VERSION is the one that the suite has to have. Debian's signatures are checked,
# and the compilers have to be those of emcc.sha256.
set -eu

pins=$(dirname "$0")/emcc.sha256
usage='usage: fetch-emcc.sh SUITE VERSION FOLDER'
suite=${1:?$usage}
version=${2:?$usage}
root=${3:?$usage}

fail() {
  echo "fetch-emcc: $1" >&2
  exit 1
}

[ "$(id -u)" -eq 0 ] || fail 'Cannot unpack a system: only root can use chroot; run this as root'
if [ -f "$root/$version" ]; then
  echo "$version"
  exit
fi

rm -rf "$root"
mkdir -p "$root"
root=$(realpath "$root")
apt=$root/apt
mkdir -p "$apt/sources" "$apt/lists/partial" "$apt/cache/archives/partial"
: >"$apt/status"
uri=$(apt-get indextargets --no-release-info 'Created-By: Packages' 'Component: main' --format '$(RELEASE) $(REPO_URI)' |
  awk '$1 !~ /-(security|updates|backports)$/ { print $2; exit }')
cat >"$apt/sources/suite.sources" <<END
Types: deb
URIs: $uri
Suites: $suite
Components: main
Signed-By: /usr/share/keyrings/debian-archive-keyring.gpg
END

private_apt() {
  apt-get -qq -o Dir::Etc::SourceList=/dev/null -o Dir::Etc::SourceParts="$apt/sources/" \
    -o Dir::State::Lists="$apt/lists" -o Dir::State::status="$apt/status" -o Dir::Cache="$apt/cache" \
    -o APT::Sandbox::User=root -o APT::Install-Recommends=false "$@"
}

private_apt update
# A system without packages needs every package that is missing, those of the base included.
private_apt install --download-only --yes emscripten base-files bash coreutils dash diffutils sed grep gawk findutils python3 ||
  fail "Cannot fetch emscripten: suite $suite of $uri lacks a package; see above"
for package in "$apt"/cache/archives/*.deb; do
  case ${package##*/} in
  emscripten_* | binaryen_* | clang-[0-9]*_* | lld-[0-9]*_* | llvm-[0-9][0-9]_* | libclang-cpp* | libllvm*) ;;
  *) continue ;;
  esac
  pin="$(sha256sum "$package" | cut -d ' ' -f 1)  ${package##*/}"
  grep -qxF "$pin" "$pins" ||
    fail "Cannot use suite $suite: $pin is not in $pins; add that line if this is the package that you mean"
done
# /bin and the like are links in newer systems.
for folder in bin sbin lib lib64; do
  mkdir -p "$root/usr/$folder"
  ln -s "usr/$folder" "$root/$folder"
done
for package in "$apt"/cache/archives/*.deb; do
  dpkg-deb --fsys-tarfile "$package" | tar -x --keep-directory-symlink -C "$root"
done
rm -rf "$apt"
mkdir -p "$root/tmp" "$root/dev" "$root/proc"
[ -e "$root/dev/null" ] || mknod -m 666 "$root/dev/null" c 1 3
[ -e "$root/usr/bin/awk" ] || ln -s gawk "$root/usr/bin/awk"

has=$(chroot "$root" emcc --version | sed -n '1s/.* \([0-9][0-9.]*\).*/\1/p')
[ "$has" = "$version" ] || fail "Cannot use suite $suite: it has emcc $has, not $version; name the version that is wanted"
: >"$root/$version"
echo "$version"
