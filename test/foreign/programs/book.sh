# Programs of the book in libuv's documentation.
for program in queue-work tcp-echo-server uvcat uvstop uvtee; do
  uvcc -O2 -w "$root/build/libuv/docs/code/$program/main.c" -o $program.wasm
done
