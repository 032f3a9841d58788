# libevent's own tests.
fetch trixie libevent 2.1.13-stable f7e9383b8c0baa81b687e5b5eecc01beefaf1b19b64151d95ed61647fe7a315c
./configure --host=wasm32 --disable-shared --disable-openssl --disable-thread-support
make test/regress
take test/regress
