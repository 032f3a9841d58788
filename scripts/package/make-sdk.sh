#!/bin/sh
# Assembles the SDK: everything that is needed, besides emscripten, to compile C
# programs for libuv. The directory can be moved and packed.
#
#   make-sdk.sh LIBUV_DIR FOLDER
set -eu

libuv=${1:?usage: make-sdk.sh LIBUV_DIR FOLDER}
dest=${2:?usage: make-sdk.sh LIBUV_DIR FOLDER}

version=$(awk '
  $2 ~ /^UV_VERSION_(MAJOR|MINOR|PATCH)$/ { text = text sep $3; sep = "." }
  END { print text }
' "$libuv/include/uv/version.h")

# Prints the functions that the host provides, for emcc's check of undefined
# symbols. emcc does not know all of WASI's functions.
imports() {
  echo 'mergeInto(LibraryManager.library, {'
  sed -n 's/^UV[HP]_IMPORT(\(.*\))$/  \1: function() {},/p' libuv-port/include/uv_host.h libuv-port/include/uv_pump.h
  sed -n 's/.*__wasi_\(\(fd\|path\|random\)_[a-z_]*\)(.*/  \1: function() {},/p' libuv-port/src/*.c libuv-port/src/*/*.c | sort -u
  echo '});'
}

rm -rf "$dest"
mkdir -p "$dest/bin" "$dest/include/uv" "$dest/share/cmake" "$dest/lib/uvcc/none" \
  "$dest/lib/pkgconfig" "$dest/lib/cmake/libuv"

# Two copies, since some archive formats do not keep links.
cp sdk/uvcc "$dest/bin/uvcc"
cp sdk/uvcc "$dest/bin/uvcc++"
cp sdk/uvcc.d/* "$dest/lib/uvcc"

# Libraries of other systems whose functions the C library has, or which do not
# exist. They are searched last, so that a program's own come first.
for name in pthread rt dl m util resolv nsl crypt atomic gcc gcc_s gcc_eh ssp ssp_nonshared stdc++ stdc++fs supc++ uv; do
  printf '!<arch>\n' >"$dest/lib/uvcc/none/lib$name.a"
done

# All headers are in one directory: libuv's own uv.h is moved below it.
sed 's/#include_next <uv.h>/#include "uv\/libuv.h"/' libuv-port/include/uv.h >"$dest/include/uv.h"
cp "$libuv/include/uv.h" "$dest/include/uv/libuv.h"
cp -r libuv-port/include/sys libuv-port/include/unistd.h "$dest/include"
cp "$libuv"/include/uv/*.h libuv-port/include/uv/wasm.h libuv-port/include/uv/pump.h "$dest/include/uv"

cp sdk/setjmp.h "$dest/include"

cp build/wasm/guest/libuv-program.a "$dest/lib/libuv.a"
cp build/wasm/debug/libuv-program.a "$dest/lib/libuv-debug.a"
# The size of time_t, which newer versions of emscripten have made larger.
size=8
echo '#include <time.h>
_Static_assert(sizeof(time_t) == 4, "");' >build/time-size.c
! "${EMCC:-emcc}" -c build/time-size.c -o build/time-size.o 2>/dev/null || size=4
echo "$size" >"$dest/lib/uvcc/time-size"
rm -f build/time-size.c build/time-size.o

cp build/sdk-revision.o "$dest/lib/revision.o"
cp build/sdk-cxx/start.o build/sdk-cxx/cxx.a "$dest/lib/uvcc"
{ cat sdk/library.js; imports; } >"$dest/lib/uv_host.js"

cp sdk/toolchain.cmake "$dest/share/cmake/uvcc.cmake"
cp sdk/libuvConfig.cmake "$dest/lib/cmake/libuv"
sed "s/@VERSION@/$version/" sdk/libuvConfigVersion.cmake.in >"$dest/lib/cmake/libuv/libuvConfigVersion.cmake"
sed "s/@VERSION@/$version/" sdk/libuv.pc.in >"$dest/lib/pkgconfig/libuv.pc"

cp LICENSE sdk/README.md "$dest"
scripts/package/licences.sh "$libuv" >"$dest/LICENSES.txt"
