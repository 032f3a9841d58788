# Redis, its command-line client and its benchmark.
fetch trixie redis 8.0.2 caf3c0069f06fc84c5153bd2a348b204c578de80490c73857bee01d9b5d7401f
make -C src MALLOC=libc redis-server redis-cli redis-benchmark
take src/redis-server src/redis-cli src/redis-benchmark
