#!/bin/sh
# Builds the SDK's library and programs with newer versions of emscripten, those
# of Debian's suites, and runs them: authors use what they have, not only the
# version that this project is built with.
#
#   emcc-versions.sh [SUITE=VERSION]...
set -eu

[ $# -gt 0 ] || set -- trixie=3.1.69 sid=6.0.5
failed=

# Builds the library in the system, with the commands of the Makefile, and puts it
# into the SDK there.
build_library() {
  objects='build/wasm/guest/libuv-program.a build/sdk-cxx/start.o build/sdk-cxx/cxx.a build/sdk-revision.o'
  rm -rf "$root/src"
  mkdir -p "$root/src/build"
  cp -r libuv-port sdk wasm "$root/src"
  cp -rL build/libuv "$root/src/build/libuv"
  # shellcheck disable=SC2086 # several targets
  make -nB $objects | sed -n 's|^build/wasm/guest/compiler|emcc|; /^\(emcc\|em++\|emar\) /p' >"$root/src/commands"
  chroot "$root" sh -eu -c '
    cd /src
    sed -n "s/.* -o \([^ ]*\)\/[^ ]*$/\1/p" commands | sort -u | xargs mkdir -p
    grep -v "^emar" commands | xargs -P 2 -d "\n" -I "{}" sh -c "{}"
    grep "^emar" commands | sh'
  cp "$root/src/build/wasm/guest/libuv-program.a" "$root/work/sdk/lib/libuv.a"
  cp "$root/src/build/wasm/guest/libuv-program.a" "$root/work/sdk/lib/libuv-debug.a"
  cp "$root/src/build/sdk-revision.o" "$root/work/sdk/lib/revision.o"
  cp "$root/src/build/sdk-cxx/start.o" "$root/src/build/sdk-cxx/cxx.a" "$root/work/sdk/lib/uvcc"
  # Both have made time_t larger.
  echo 8 >"$root/work/sdk/lib/uvcc/time-size"
}

# Compiles FILE in the system, with options, and runs it; its output has to be
# that of the program that this machine's emcc makes.
try() {
  file=$1
  shift
  name=$(basename "$file")
  compiler=uvcc
  case $name in *.cc) compiler=uvcc++ ;; esac
  cp "$file" "$root/work/$name"
  if "build/sdk/bin/$compiler" "$@" "$file" -o "$root/work/ours.wasm" &&
    chroot "$root" "/work/sdk/bin/$compiler" "$@" "/work/$name" -o /work/made.wasm &&
    run ours && run made && cmp "$root/work/ours.out" "$root/work/made.out"; then
    echo "  $name $*: $(wc -c <"$root/work/made.wasm") bytes ($(wc -c <"$root/work/ours.wasm") here)"
  else
    echo "  $name $*: FAILED"
    failed=yes
  fi
}

# Files in memory, and no network: what a program prints is the same in every run.
run() {
  echo 'one two' | timeout 60 node dist/cli.js run --driver worker "$root/work/$1.wasm" >"$root/work/$1.out"
}

for pin; do
  suite=${pin%=*}
  root=build/download/emcc-$suite
  scripts/fetch-emcc.sh "$suite" "${pin#*=}" "$root" >/dev/null
  echo "emcc ${pin#*=}, of Debian $suite"
  rm -rf "$root/work"
  mkdir "$root/work"
  cp -r build/sdk "$root/work/sdk"
  rm -rf "$root/work/sdk/cache"
  build_library
  try test/sdk/programs/print.c -O0
  try test/sdk/programs/print.c -O2
  try test/sdk/programs/thrown.cc -O1
  try examples/guests/hello.c -O2
  try examples/guests/hello.c -g
  try examples/guests/timers.c -O2
  for program in printing events select devices; do
    try "test/guest/programs/posix/$program.c" -O2
  done
done

[ -z "$failed" ] || exit 1
