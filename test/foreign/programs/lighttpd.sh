# lighttpd, a web server, with its own CMake files. INSTALL says how to list the modules of a static build.
fetch trixie lighttpd 1.4.79 3b29a625b3ad88702d1fea4f5f42bb7d87488f2e4efc977d7f185329ca6084bd
printf 'PLUGIN_INIT(mod_%s)\n' access accesslog alias auth deflate dirlisting expire indexfile proxy redirect rewrite setenv staticfile status >src/plugin-static.h
cmake -B out -DCMAKE_TOOLCHAIN_FILE="$toolchain" -DWITH_PCRE2=OFF -DBUILD_STATIC=ON -DHAVE_MALLOC_TRIM=OFF
cmake --build out --target lighttpd
take out/build/lighttpd.wasm
