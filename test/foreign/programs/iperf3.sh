# iperf3: the newest in the mirrors that has no threads. Its config.sub is older than wasm32.
fetch bullseye iperf3 3.9 24b63a26382325f759f11d421779a937b63ca1bc17c44587d2fcfedab60ac038
./configure --host=i386-linux --without-openssl --disable-shared
make -C src iperf3
take src/iperf3
