# hddemux, with a stand-in for libsystemd.
fetch trixie hddemux 0.5 3f71a876944f1c8f5517acfd66d3c824fd4cbec108c0d24ebf3fbdbca10b29a9
uvcc -O2 -w -I"$root/test/foreign" hddemux.c "$root/test/foreign/systemd/sd-daemon.c" -o hddemux.wasm
take hddemux.wasm
