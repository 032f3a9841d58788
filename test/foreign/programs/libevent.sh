# libevent's own tests, also natively: only those that pass there count. For Linux, it sends files with sendfile().
fetch trixie zlib 1.3.dfsg+really1.3.1 60dd315c07f616887caa029408308a018ace66e3d142726a97db164b3b8f69fb
./configure --static
make libz.a
fetch trixie libevent 2.1.13-stable f7e9383b8c0baa81b687e5b5eecc01beefaf1b19b64151d95ed61647fe7a315c
mkdir native guest
(cd native && ../configure CC=cc AR=ar RANLIB=ranlib --disable-shared --disable-openssl && make include/event2/event-config.h test/regress)
cd guest
../configure --host=wasm32 --disable-shared --disable-openssl CPPFLAGS='-D__linux__ -I../../zlib' LDFLAGS=-L../../zlib
make include/event2/event-config.h test/regress
take test/regress
