# Builds libuv for WebAssembly, and the modules. Included by the Makefile.
#
#   make wasm      wasm/build/{debug,release}/libuv.wasm
#                  build/wasm/{guest,debug}/libuv-program.a: see sdk/build.mk
#   make native    build/native/libuv.a, from the same source, for comparison
#
# LIBUV_DIR=path builds another checkout of libuv, 1.50 or later.

EMCC ?= emcc
EMAR ?= emar
CC ?= cc

LIBUV_FETCHED = build/libuv
LIBUV_DIR ?= $(LIBUV_FETCHED)

include libuv-port/sources.mk

WASM_SOURCES = $(wildcard wasm/*.c)
debug_WASM_SOURCES =
release_WASM_SOURCES = $(wildcard wasm/release/*.c)

.PHONY: wasm native emcc cc FORCE

wasm: wasm/build/debug/libuv.wasm wasm/build/release/libuv.wasm ## builds libuv for WebAssembly, and prints its hash (LIBUV_DIR=path selects another libuv)
	@sha256sum wasm/build/release/libuv.wasm

native: build/native/libuv.a ## builds the same libuv natively, for comparison

emcc:
	@scripts/ensure-tool.sh $(EMCC) emscripten

cc:
	@scripts/ensure-tool.sh $(CC) build-essential

$(LIBUV_FETCHED)/include/uv.h:
	@scripts/fetch-libuv.sh $(LIBUV_FETCHED)

ifneq ($(LIBUV_DIR),$(LIBUV_FETCHED))
$(LIBUV_DIR)/include/uv.h:
	@echo 'Cannot use LIBUV_DIR=$(LIBUV_DIR): it has no include/uv.h; set it to a checkout of libuv' >&2
	@exit 1
endif

# Only makes make wait for the source; the files have the archive's time stamps.
$(addprefix $(LIBUV_DIR)/, $(sort $(LIBUV_SOURCES) $(NATIVE_SOURCES))): \
  | $(LIBUV_DIR)/include/uv.h


# --- Compiler and linker flags -----------------------------------------------

# The port's uv.h precedes libuv's own, for all code that is linked with it.
LIBUV_CPPFLAGS = -D_GNU_SOURCE -Ilibuv-port/include -I$(LIBUV_DIR)/include

UPSTREAM_CFLAGS = -std=gnu11 $(LIBUV_CPPFLAGS) -I$(LIBUV_DIR)/src
OUR_CFLAGS = -Wall -Wextra -Wno-unused-parameter -Wstrict-prototypes
PORT_CFLAGS = $(UPSTREAM_CFLAGS) -I$(LIBUV_DIR)/src/unix $(OUR_CFLAGS)
WASM_CFLAGS = -std=gnu11 $(LIBUV_CPPFLAGS) -Ilibuv-port/src $(OUR_CFLAGS)

# The flags of a single file.
OWN_CFLAGS =

# Debug information names files as they are in this folder, wherever it is.
debug_CFLAGS = -O1 -g -ffile-prefix-map=$(CURDIR)=.
guest_CFLAGS = -O2
release_CFLAGS = -O2 -flto -DUVW_RELEASE -Iwasm/release

# - `make check` verifies that only the headers' imports are undefined. emcc's
#   own check would complain about those imports, too.
# - Addresses stay below UVH_PAYLOAD (uv_host.h): the memory ends there.
# - The stack comes first, so that an overflow traps.
# - libuv and the port are optimized together (-flto), but not emscripten's
#   libraries, or their start-up code would be included.
LINK_FLAGS = -sSTANDALONE_WASM --no-entry -sWARN_ON_UNDEFINED_SYMBOLS=0 \
  -sREVERSE_DEPS=none -Wl,--wrap=abort \
  -Wl,--wrap=emscripten_resize_heap -Wl,--stack-first \
  -sALLOW_MEMORY_GROWTH -sMAXIMUM_MEMORY=2147483648

debug_LINK_FLAGS = -O1 -g -sTOTAL_STACK=262144 -sINITIAL_MEMORY=1048576
guest_LINK_FLAGS =
release_LINK_FLAGS = -O2 -sTOTAL_STACK=65536 -sINITIAL_MEMORY=131072

NATIVE_CFLAGS = -std=gnu11 -O2 -g -D_GNU_SOURCE \
  -I$(LIBUV_DIR)/include -I$(LIBUV_DIR)/src


# --- The rules, for each flavor ----------------------------------------------

# $(call ..._objects,FLAVOUR)
upstream_objects = $(LIBUV_SOURCES:%.c=build/wasm/$(1)/upstream/%.o)
port_objects = $(PORT_SOURCES:%.c=build/wasm/$(1)/%.o)
program_objects = $(PROGRAM_SOURCES:%.c=build/wasm/$(1)/%.o) \
  $(PROGRAM_LIBUV_SOURCES:%.c=build/wasm/$(1)/upstream/%.o)
no_program_objects = $(NO_PROGRAM_SOURCES:%.c=build/wasm/$(1)/%.o) \
  $(NO_PROGRAM_LIBUV_SOURCES:%.c=build/wasm/$(1)/upstream/%.o)
wasm_objects = \
  $(patsubst %.c,build/wasm/$(1)/%.o,$(WASM_SOURCES) $($(1)_WASM_SOURCES))
native_objects = $(NATIVE_SOURCES:%.c=build/native/%.o)

# $(call flags_rule,FOLDER,COMPILER,FLAGS): a file that changes with the
# compiler or its flags. Several makes may run at once.
define flags_rule
$(1)/flags: FORCE | $(2)
	@mkdir -p $(1)
	@{ stat -L -c '%n %Y' "$$$$(command -v $(2))"; echo '$(3)'; } > $$@.$$$$$$$$; \
	  cmp -s $$@.$$$$$$$$ $$@ || cp $$@.$$$$$$$$ $$@; rm $$@.$$$$$$$$
endef

define archive_rules
$(call flags_rule,build/wasm/$(1),emcc,$(PORT_CFLAGS) $($(1)_CFLAGS) \
  $(LINK_FLAGS) $($(1)_LINK_FLAGS))

# Compiles as emcc does with the flavor's flags; with others it may do more.
$(1)_CC = $$(if $$(OWN_CFLAGS),$(EMCC),build/wasm/$(1)/compiler)

build/wasm/$(1)/compiler: build/wasm/$(1)/flags scripts/emcc-compiler.sh
	@scripts/emcc-compiler.sh $$@ $(EMCC) $($(1)_CFLAGS)

build/wasm/$(1)/upstream/%.o: $(LIBUV_DIR)/%.c build/wasm/$(1)/compiler
	@mkdir -p $$(@D)
	$$($(1)_CC) $(UPSTREAM_CFLAGS) $($(1)_CFLAGS) $$(OWN_CFLAGS) -MMD -MP -c $$< -o $$@

build/wasm/$(1)/libuv-port/%.o: libuv-port/%.c build/wasm/$(1)/compiler \
    | $(LIBUV_DIR)/include/uv.h
	@mkdir -p $$(@D)
	$$($(1)_CC) $(PORT_CFLAGS) $($(1)_CFLAGS) $$(OWN_CFLAGS) -MMD -MP -c $$< -o $$@

build/wasm/$(1)/libuv.a: $(call upstream_objects,$(1)) $(call port_objects,$(1))
	@rm -f $$@
	$(EMAR) rcs $$@ $$^

# These are what others call: the compiler must not make them call themselves.
build/wasm/$(1)/libuv-port/src/byte-strings.o: OWN_CFLAGS = -mbulk-memory -fno-builtin -fno-lto
build/wasm/$(1)/libuv-port/src/byte-strings.o: libuv-port/build.mk

# libuv's uv_stop() is not sufficient for a loop that is left and entered again;
# park.c has the port's own.
build/wasm/$(1)/upstream/src/uv-common.o: OWN_CFLAGS = -Duv_stop=uvp__stop
build/wasm/$(1)/upstream/src/uv-common.o: libuv-port/build.mk

# It removes only the names of sockets; see unix-names.c.
build/wasm/$(1)/upstream/src/unix/pipe.o: OWN_CFLAGS = -Dunlink=uvp__unlink_socket
build/wasm/$(1)/upstream/src/unix/pipe.o: libuv-port/build.mk

-include $(patsubst %.o,%.d,\
  $(call upstream_objects,$(1)) $(call port_objects,$(1)))
endef

# The library for programs: the same, with files and signals. libuv's fs.c sets
# times of files only on systems that it knows by name; for it, _AIX71 is one
# with utimensat() and futimens(), and has no other effect.
define program_rules
build/wasm/$(1)/upstream/src/unix/fs.o: OWN_CFLAGS = -D_AIX71
build/wasm/$(1)/upstream/src/unix/fs.o: libuv-port/build.mk

# What the loop calls of it goes through signal-handles.c.
build/wasm/$(1)/upstream/src/unix/signal.o: OWN_CFLAGS = $(foreach name,cleanup close event \
  global_once_init loop_cleanup loop_fork,-Duv__signal_$(name)=uvp__signal_$(name))
build/wasm/$(1)/upstream/src/unix/signal.o: libuv-port/build.mk

build/wasm/$(1)/libuv-program.a: \
    $(filter-out $(call no_program_objects,$(1)), \
      $(call upstream_objects,$(1)) $(call port_objects,$(1))) \
    $(call program_objects,$(1))
	@rm -f $$@
	$(EMAR) rcs $$@ $$^

-include $(patsubst %.o,%.d,$(call program_objects,$(1)))
endef

define module_rules
build/wasm/$(1)/wasm/%.o: wasm/%.c build/wasm/$(1)/compiler \
    | $(LIBUV_DIR)/include/uv.h
	@mkdir -p $$(@D)
	$$($(1)_CC) $(WASM_CFLAGS) $($(1)_CFLAGS) $$(OWN_CFLAGS) -MMD -MP -c $$< -o $$@

wasm/build/$(1)/libuv.wasm: $(call wasm_objects,$(1)) build/wasm/$(1)/libuv.a
	@mkdir -p $$(@D)
	$(EMCC) $(LINK_FLAGS) $($(1)_LINK_FLAGS) $$^ -o $$@

-include $(patsubst %.o,%.d,$(call wasm_objects,$(1)))
endef

# The library for TypeScript has to be small: code that streams do not need
# often is optimized for size.
SMALL = $(addprefix wasm/, address.o describe.o handle.o pipe.o tcp.o udp.o) \
  $(addprefix libuv-port/src/, loop/detach.o loop/threadpool.o sockets/unix-names.o sockets/udp.o) \
  $(addprefix upstream/src/, inet.o $(addprefix unix/, loop.o pipe.o tcp.o))
$(SMALL:%=build/wasm/release/%): OWN_CFLAGS = -Oz
$(SMALL:%=build/wasm/release/%): libuv-port/build.mk

$(eval $(call archive_rules,debug))
$(eval $(call module_rules,debug))
$(eval $(call archive_rules,release))
$(eval $(call module_rules,release))
$(eval $(call archive_rules,guest))
$(eval $(call program_rules,debug))
$(eval $(call program_rules,guest))

$(eval $(call flags_rule,build/native,cc,$(NATIVE_CFLAGS)))

build/native/%.o: $(LIBUV_DIR)/%.c build/native/flags
	@mkdir -p $(@D)
	$(CC) $(NATIVE_CFLAGS) -MMD -MP -c $< -o $@

build/native/libuv.a: $(native_objects)
	@rm -f $@
	$(AR) rcs $@ $^

-include $(native_objects:.o=.d)
