# libevent's own tests, also natively: only those that pass there count. For Linux, it sends files with sendfile().
fetch trixie libevent 2.1.13-stable f7e9383b8c0baa81b687e5b5eecc01beefaf1b19b64151d95ed61647fe7a315c
mkdir native guest
(cd native && ../configure CC=cc AR=ar RANLIB=ranlib --disable-shared --disable-openssl && make include/event2/event-config.h test/regress)
cd guest
../configure --host=wasm32 --disable-shared --disable-openssl CPPFLAGS=-D__linux__
make include/event2/event-config.h test/regress
take test/regress
