# Builds the programs that `make bench` measures with. Included by the Makefile
# after sdk/build.mk.

BENCH = build/bench-programs
BENCH_PROGRAMS = $(BENCH)/load $(BENCH)/echo-uv $(BENCH)/echo.wasm

$(BENCH)/load: bench/native/load.c
	@mkdir -p $(@D)
	@$(CC) -O2 -Wall -Wextra $< -o $@

$(BENCH)/echo-uv: bench/native/echo-uv.c build/native/libuv.a
	@mkdir -p $(@D)
	@$(CC) -O2 -I$(LIBUV_DIR)/include -idirafter libuv-port/include $^ -lpthread -ldl -lrt -o $@

$(BENCH)/echo.wasm: bench/native/echo-uv.c $(SDK_MADE)
	@mkdir -p $(@D)
	@$(UVCC) -O2 $< -o $@
