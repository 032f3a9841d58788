# Redis, its command-line client and its benchmark. A guest has no threads, so redis' background jobs have a stand-in.
fetch trixie redis 8.0.2 caf3c0069f06fc84c5153bd2a348b204c578de80490c73857bee01d9b5d7401f
cp "$root/test/foreign/redis/bio.c" src/bio.c
make -C src MALLOC=libc OPTIMIZATION=-O2 SKIP_VEC_SETS=yes redis-server redis-cli redis-benchmark
take src/redis-server src/redis-cli src/redis-benchmark
