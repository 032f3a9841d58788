# iperf3 3.12: the newest that has no threads.
fetch bookworm iperf3 3.12 e38e0a97b30a97b4355da93467160a20dea10932f6c17473774802e03d61d4a7
./configure --host=wasm32 --without-openssl --disable-shared
make -C src iperf3
take src/iperf3
