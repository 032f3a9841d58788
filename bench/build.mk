# Builds the C programs of `make bench`. Included by the Makefile after
# sdk/build.mk.

BENCH = build/bench-programs
BENCH_NAMES = server-uv client-uv timers-uv block
BENCH_PROGRAMS = $(BENCH)/load $(BENCH_NAMES:%=$(BENCH)/%) \
  $(BENCH_NAMES:%=$(BENCH)/%.wasm)

$(BENCH)/load: bench/native/load.c bench/native/samples.h
	@mkdir -p $(@D)
	@$(CC) -O2 -Wall -Wextra $< -o $@

$(BENCH)/%: bench/native/%.c bench/native/report.h build/native/libuv.a
	@mkdir -p $(@D)
	@$(CC) -O2 -I$(LIBUV_DIR)/include -idirafter libuv-port/include \
	  $< build/native/libuv.a -lpthread -ldl -lrt -o $@

$(BENCH)/%.wasm: bench/native/%.c bench/native/report.h $(SDK_MADE)
	@mkdir -p $(@D)
	@$(UVCC) -O2 $< -o $@
