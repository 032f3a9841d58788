#!/bin/sh
# Prints the licences of the code that is compiled into the module, and of the
# packages that are bundled or installed with the library, for shipping with it.
#
#   licences.sh LIBUV_DIR [PACKAGE_FOLDER...]
set -eu

libuv=${1:?usage: licences.sh LIBUV_DIR [PACKAGE_FOLDER...]}
shift
lib=$(em-config EMSCRIPTEN_ROOT)/system/lib

part() {
  printf '\n==== %s ====\n\n' "$1"
}

echo 'libuv.wasm is libuv and the parts of a C library that it needs, compiled.'
part 'libuv'
cat "$libuv/LICENSE"
part 'libuv, older parts'
cat "$libuv/LICENSE-extra"
part 'libuv, src/inet.c'
sed '/\*\//q' "$libuv/src/inet.c"
part 'musl, by way of emscripten'
cat "$lib/libc/musl/COPYRIGHT"
part 'emscripten, also under the MIT license, whose text is above'
# Newer versions of emscripten have it in another folder.
sed -n '/Copyright/,/^ \*$/s/^ \*[ ]*//p' "$(find "$lib" -name sbrk.c | head -n 1)"

for folder; do
  part "${folder##*node_modules/}, which is part of the package or installed with it"
  cat "$folder"/*LICENSE*
done
