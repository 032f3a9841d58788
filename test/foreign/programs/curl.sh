# curl, with its own CMake files.
fetch trixie curl 8.14.1 6766ada7101d292b42b8b15681120acd68effa4a9660935853cf6d61f0d984d4
cmake -B out -DCMAKE_TOOLCHAIN_FILE="$toolchain" -DBUILD_SHARED_LIBS=OFF -DCURL_ENABLE_SSL=OFF -DCURL_USE_LIBPSL=OFF -DCURL_ZLIB=OFF -DENABLE_THREADED_RESOLVER=OFF
cmake --build out --target curl
take out/src/curl.wasm
