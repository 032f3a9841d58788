#!/bin/sh
# Compiles programs with newer versions of emscripten, those of Debian's suites,
# and runs them: the SDK works with what its authors have, not only with the
# version that this project is built with.
#
#   emcc-versions.sh [SUITE=VERSION]...
set -eu

[ $# -gt 0 ] || set -- trixie=3.1.69 sid=6.0.5
failed=

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
  echo 'one two' | node dist/cli.js run --driver worker "$root/work/$1.wasm" >"$root/work/$1.out"
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
  try test/sdk/programs/print.c -O0
  try test/sdk/programs/print.c -O2
  try test/sdk/programs/thrown.cc -O1
  try examples/guests/hello.c -O2
  try examples/guests/hello.c -g
  try examples/guests/timers.c -O2
  for program in printing events select devices maps; do
    try "test/guest/programs/posix/$program.c" -O2
  done
done

[ -z "$failed" ] || exit 1
