#!/bin/sh
# Writes a program that compiles as emcc does with some options, but without
# emcc: emcc takes longer to find clang's arguments than clang takes for a file.
#
#   emcc-compiler.sh PROGRAM EMCC OPTION...
#
# PROGRAM calls emcc itself where that does not tell what it runs.
set -eu

program=${1:?usage: emcc-compiler.sh PROGRAM EMCC OPTION...}
emcc=${2:?usage: emcc-compiler.sh PROGRAM EMCC OPTION...}
shift 2

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
echo 'int one;' >"$work/one.c"

# emcc's own arguments precede those that it is given, of which -v is the first.
clang=$("$emcc" -v "$@" -c "$work/one.c" -o "$work/emcc.o" 2>&1 | sed -n 's/^ \("*\/.*\) -v .*one\.c.*/\1/p;' | head -n 1)
printf '#!/bin/sh\nexec %s "$@"\n' "${clang:-$emcc}" >"$program.new"
chmod +x "$program.new"
if ! "$program.new" "$@" -c "$work/one.c" -o "$work/own.o" 2>/dev/null || ! cmp -s "$work/emcc.o" "$work/own.o"; then
  printf '#!/bin/sh\nexec %s "$@"\n' "$emcc" >"$program.new"
fi
mv "$program.new" "$program"
