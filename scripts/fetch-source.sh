#!/bin/sh
# Fetches the source of a Debian package, as upstream released it, and unpacks
# it.
#
#   fetch-source.sh PACKAGE VERSION SHA256 FOLDER [SUITE]
#
# SUITE is trixie by default. VERSION is upstream's version, SHA256 the checksum of its archive.
#
# Uses a private apt configuration, which takes only the mirror and the keyring
# from this machine's apt. It does not read or write the system's other lists,
# sources or caches, and does not need root.
set -eu

usage='usage: fetch-source.sh PACKAGE VERSION SHA256 FOLDER [SUITE]'
PACKAGE=${1:?$usage}
VERSION=${2:?$usage}
SHA256=${3:?$usage}
dest=${4:?$usage}
SUITE=${5:-trixie}

fail() {
  echo "fetch-source: $1" >&2
  exit 1
}

# Prints "URI FILE:NUMBER" for each archive from which this machine installs main
# packages, except those of updates. apt itself parses both file formats.
mirrors() {
  # shellcheck disable=SC2016 # apt expands these
  apt-get indextargets --no-release-info 'Created-By: Packages' 'Component: main' \
    --format '$(RELEASE) $(REPO_URI) $(SOURCESENTRY)' |
    awk '$1 ~ /-(security|updates|backports)$/ { next } !seen[$2]++ { print $2, $3 }'
}

# Prints the keyring that the entry FILE:NUMBER names, or Debian's own. NUMBER
# counts paragraphs in a .sources file, and lines in a .list file.
keyring_of() {
  file=${1%:*}
  entry_number=${1##*:}
  case $file in
  *.sources)
    key=$(awk -v wanted="$entry_number" '
      BEGIN { RS = ""; FS = "\n" }
      tolower($0) !~ /(^|\n)types:/ || ++number != wanted { next }
      { for (i = 1; i <= NF; i++) if (tolower($i) ~ /^signed-by:/) { sub(/^[^:]*:[ \t]*/, "", $i); print $i } }
    ' "$file")
    ;;
  *) key=$(sed -n "${entry_number}s/.*signed-by=\([^] ]*\).*/\1/p" "$file") ;;
  esac
  case $key in
  /*) echo "$key" ;;
  *) echo /usr/share/keyrings/debian-archive-keyring.gpg ;;
  esac
}

# Runs apt-get in the private directory $apt.
private_apt() {
  apt-get -qq \
    -o Dir::Etc::SourceList=/dev/null \
    -o Dir::Etc::SourceParts="$apt/sources/" \
    -o Dir::State::Lists="$apt/lists" \
    -o Dir::Cache="$apt/cache" \
    -o APT::Sandbox::User=root \
    "$@"
}

# The archive, whose compression is upstream's choice; empty before it is fetched.
archive() {
  for compression in gz bz2 xz; do
    file=$downloads/${PACKAGE}_$VERSION.orig.tar.$compression
    [ ! -f "$file" ] || echo "$file"
  done
}

# Tries one mirror, whose signature is checked. A package has more files than the
# tarball; they are not needed, and may be missing.
fetch_from() {
  rm -rf "$apt"
  mkdir -p "$apt/sources" "$apt/lists/partial" "$apt/cache/archives/partial"
  cat >"$apt/sources/source.sources" <<END
Types: deb-src
URIs: $1
Suites: $SUITE
Components: main
Signed-By: $(keyring_of "$2")
END
  private_apt update || return
  (cd "$downloads" && private_apt source --download-only "$PACKAGE") || true
  [ -n "$(archive)" ]
}

fetch() {
  command -v apt-get >/dev/null || fail "cannot fetch $PACKAGE: this machine has no apt-get"
  list=$(mirrors)
  while read -r uri entry; do
    [ -n "$uri" ] || continue
    echo "fetch-source: $PACKAGE from suite $SUITE of $uri"
    ! fetch_from "$uri" "$entry" || return 0
  done <<END
$list
END
  fail "no mirror of this machine's apt configuration has $PACKAGE $VERSION in suite $SUITE"
}

downloads=$PWD/build/download
apt=$downloads/apt-$PACKAGE
mkdir -p "$downloads" "$(dirname "$dest")"

[ -n "$(archive)" ] || fetch
tarball=$(archive)

sum=$(sha256sum "$tarball" | cut -d ' ' -f 1)
if [ "$sum" != "$SHA256" ]; then
  mv "$tarball" "$tarball.rejected"
  fail "$(basename "$tarball") has sha256 $sum, expected $SHA256"
fi

rm -rf "$dest" "$dest.part"
mkdir "$dest.part"
tar -xf "$tarball" -C "$dest.part" --strip-components=1
mv "$dest.part" "$dest"
rm -rf "$apt"
echo "fetch-source: $PACKAGE $VERSION is in $dest"
