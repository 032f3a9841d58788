#!/bin/sh
# Fetches the source of a Debian package, as upstream released it, and unpacks
# it.
#
#   fetch-source.sh PACKAGE VERSION SHA256 FOLDER
#
# The version is upstream's, the checksum that of its archive.
#
# It works with a private apt configuration: nothing of the system's lists,
# sources or caches is read or written, except that the mirror and the keyring
# are the ones this machine's own apt uses. Root is not needed.
set -eu

SUITE=trixie

usage='usage: fetch-source.sh PACKAGE VERSION SHA256 FOLDER'
PACKAGE=${1:?$usage}
VERSION=${2:?$usage}
SHA256=${3:?$usage}
dest=${4:?$usage}
tarball=${PACKAGE}_$VERSION.orig.tar.gz

fail() {
  echo "fetch-source: $1" >&2
  exit 1
}

# "URI file:line" of each archive this machine takes main packages from, the
# plain release before its updates. apt itself reads both of its file formats.
mirrors() {
  # shellcheck disable=SC2016 # apt expands these
  apt-get indextargets --no-release-info 'Created-By: Packages' 'Component: main' \
    --format '$(RELEASE) $(REPO_URI) $(SOURCESENTRY)' |
    awk '$1 ~ /-(security|updates|backports)$/ { next } !seen[$2]++ { print $2, $3 }'
}

# The keyring that the entry FILE:NUMBER names, else Debian's own. The number is
# that of a paragraph in a .sources file, of a line in the older kind.
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

# Runs apt-get in the private folder $apt.
private_apt() {
  apt-get -qq \
    -o Dir::Etc::SourceList=/dev/null \
    -o Dir::Etc::SourceParts="$apt/sources/" \
    -o Dir::State::Lists="$apt/lists" \
    -o Dir::Cache="$apt/cache" \
    -o APT::Sandbox::User=root \
    "$@"
}

# Tries one mirror; its signature decides whether it is Debian's. Beside the
# tarball a package has files that are not needed, and not always there.
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
  [ -f "$downloads/$tarball" ]
}

fetch() {
  command -v apt-get >/dev/null || fail "there is no apt-get on this machine"
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

[ -f "$downloads/$tarball" ] || fetch

sum=$(sha256sum "$downloads/$tarball" | cut -d ' ' -f 1)
if [ "$sum" != "$SHA256" ]; then
  mv "$downloads/$tarball" "$downloads/$tarball.rejected"
  fail "$tarball has sha256 $sum, expected $SHA256"
fi

rm -rf "$dest" "$dest.part"
mkdir "$dest.part"
tar -xzf "$downloads/$tarball" -C "$dest.part" --strip-components=1
mv "$dest.part" "$dest"
rm -rf "$apt"
echo "fetch-source: $PACKAGE $VERSION is in $dest"
