# Builds the programs that `make bench` measures with. Included by the Makefile
# after sdk/build.mk.

BENCH = build/bench
BENCH_PROGRAMS = $(BENCH)/native/load $(BENCH)/native/echo-uv $(BENCH)/guest/echo.wasm

$(BENCH)/native/load: bench/native/load.c
	@mkdir -p $(@D)
	@$(CC) -O2 -Wall -Wextra $< -o $@

$(BENCH)/native/echo-uv: bench/native/echo-uv.c build/native/libuv.a
	@mkdir -p $(@D)
	@$(CC) -O2 -I$(LIBUV_DIR)/include $^ -lpthread -ldl -lrt -o $@

$(BENCH)/guest/echo.wasm: bench/native/echo-uv.c $(SDK_MADE)
	@mkdir -p $(@D)
	@$(UVCC) -O2 $< -o $@
