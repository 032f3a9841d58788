# Builds libuv's own tests: for WebAssembly with uvcc, and natively for
# comparison. Included by the Makefile after sdk/build.mk. The list of tests is
# only known once libuv's source exists, so `make conformance` fetches it before
# it runs make for the targets here.

CONFORMANCE = build/conformance
CONFORMANCE_MODULE = $(CONFORMANCE)/tests.wasm
CONFORMANCE_NATIVE = $(CONFORMANCE)/native/uv_run_tests

# Upstream's tests, without the test runner.
TEST_SOURCES = $(patsubst $(LIBUV_DIR)/%,%,$(wildcard \
  $(addprefix $(LIBUV_DIR)/test/, test-*.c echo-server.c blackhole-server.c)))
TEST_RUNNERS = conformance/runner.c
NATIVE_TEST_RUNNERS = $(addprefix test/, run-tests.c runner.c runner-unix.c)

# Upstream's tests cause warnings, which are disabled.
TEST_CFLAGS = -std=gnu11 -w -D_GNU_SOURCE \
  -I$(LIBUV_DIR)/src -I$(LIBUV_DIR)/test
WASM_TEST_CFLAGS = $(TEST_CFLAGS) -O1
# uv_run() of the tests is conformance/direct.c or, where the pump is tested, pump.c.
RENAMED = -Duv_run=tests_run
NATIVE_TEST_CFLAGS = $(TEST_CFLAGS) -I$(LIBUV_DIR)/include

WASM_TEST_OBJECTS = \
  $(TEST_SOURCES:%.c=$(CONFORMANCE)/guest/%.o) \
  $(TEST_RUNNERS:%.c=$(CONFORMANCE)/guest/%.o)
NATIVE_TEST_OBJECTS = $(patsubst %.c,$(CONFORMANCE)/native/%.o, \
  $(TEST_SOURCES) $(NATIVE_TEST_RUNNERS))

DIRECT_OBJECT = $(CONFORMANCE)/guest/conformance/direct.o

# The same tests, in which uv_run() in default mode uses the pump of TypeScript
# loops.
PUMPED_MODULE = $(CONFORMANCE)/tests-pumped.wasm
PUMP_OBJECT = $(CONFORMANCE)/guest/conformance/pump.o

.PHONY: conformance conformance-built

# Takes arguments, for example ARGS='--class A --driver jspi'; ARGS=--help lists
# them. PUMP=1 tests the pump, with the tests that are built for it.
conformance: build sdk | $(LIBUV_DIR)/include/uv.h ## runs libuv's own tests as guests (ARGS='--class A')
	@$(MAKE) --no-print-directory conformance-built
	@node scripts/conformance.mjs $(if $(PUMP),--pump) $(ARGS)

conformance-built: $(if $(PUMP),$(PUMPED_MODULE),$(CONFORMANCE_MODULE)) \
  $(CONFORMANCE_NATIVE)

$(CONFORMANCE_MODULE): $(WASM_TEST_OBJECTS) $(DIRECT_OBJECT) $(SDK_MADE)
	@$(UVCC) -O1 --profiling-funcs $(WASM_TEST_OBJECTS) $(DIRECT_OBJECT) -o $@
	@echo '$@: $(words $(TEST_SOURCES)) files of libuv'"'"'s tests'

# No test refers to uvp_turn, which the host calls, so the linker needs its name.
$(PUMPED_MODULE): $(WASM_TEST_OBJECTS) $(PUMP_OBJECT) $(SDK_MADE)
	@$(UVCC) -O1 --profiling-funcs -Wl,--undefined=uvp_turn $(WASM_TEST_OBJECTS) $(PUMP_OBJECT) -o $@
	@echo '$@: the same, pumped'

$(CONFORMANCE_NATIVE): $(NATIVE_TEST_OBJECTS) build/native/libuv.a
	@$(CC) $^ -lpthread -ldl -lrt -o $@

$(CONFORMANCE)/guest/test/%.o: $(LIBUV_DIR)/test/%.c $(CONFORMANCE)/guest/flags
	@mkdir -p $(@D)
	@$(UVCC) $(WASM_TEST_CFLAGS) $(RENAMED) -MMD -MP -c $< -o $@

$(CONFORMANCE)/guest/conformance/%.o: conformance/%.c $(CONFORMANCE)/guest/flags
	@mkdir -p $(@D)
	@$(UVCC) $(WASM_TEST_CFLAGS) -Ilibuv-port/include -I$(LIBUV_DIR)/include -MMD -MP -c $< -o $@

$(CONFORMANCE)/native/test/%.o: $(LIBUV_DIR)/test/%.c $(CONFORMANCE)/native/flags
	@mkdir -p $(@D)
	@$(CC) $(NATIVE_TEST_CFLAGS) -MMD -MP -c $< -o $@

$(eval $(call flags_rule,$(CONFORMANCE)/guest,emcc,$(WASM_TEST_CFLAGS) $(RENAMED)))
$(eval $(call flags_rule,$(CONFORMANCE)/native,cc,$(NATIVE_TEST_CFLAGS)))

-include $(WASM_TEST_OBJECTS:.o=.d) $(DIRECT_OBJECT:.o=.d) \
  $(PUMP_OBJECT:.o=.d) $(NATIVE_TEST_OBJECTS:.o=.d)
