# socat, without TLS and line editing.
fetch trixie socat 1.8.0.3 01eb017361d95bb3a6941e840b59e4463a3fabf92df4154ed02b16a2ed6a0095
./configure --host=wasm32 --disable-openssl --disable-readline --disable-posixmq
make socat
take socat
