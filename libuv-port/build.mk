# Builds libuv for WebAssembly, and the modules. Included by the Makefile.
#
#   make wasm      wasm/build/{debug,release}/libuv.wasm
#   make native    build/native/libuv.a, from the same source, for comparison
#
# LIBUV_DIR=path builds another checkout of libuv, 1.50 or later.

include libuv-port/sources.mk

EMCC ?= emcc
EMAR ?= emar
LIBUV_FETCHED = build/libuv
LIBUV_DIR ?= $(LIBUV_FETCHED)

WASM_SOURCES = $(wildcard wasm/*.c)
debug_WASM_SOURCES =
release_WASM_SOURCES = $(wildcard wasm/release/*.c)
WASM_MODULES = wasm/build/debug/libuv.wasm wasm/build/release/libuv.wasm

.PHONY: wasm native emcc FORCE
.DELETE_ON_ERROR:

wasm: $(WASM_MODULES)

emcc:
	@scripts/ensure-emcc.sh

$(LIBUV_FETCHED)/include/uv.h:
	scripts/fetch-libuv.sh $(LIBUV_FETCHED)

# Only so that make waits for the source; the files are as old as their archive.
$(addprefix $(LIBUV_DIR)/, $(LIBUV_SOURCES)): | $(LIBUV_DIR)/include/uv.h


# --- How things are compiled -------------------------------------------------

# Whoever is linked with this libuv needs these two lines.
LIBUV_CPPFLAGS = -D_GNU_SOURCE -include uv/wasm.h \
  -Ilibuv-port/include -I$(LIBUV_DIR)/include

UPSTREAM_CFLAGS = -std=gnu11 $(LIBUV_CPPFLAGS) -I$(LIBUV_DIR)/src
PORT_CFLAGS = $(UPSTREAM_CFLAGS) -I$(LIBUV_DIR)/src/unix \
  -Wall -Wextra -Wno-unused-parameter -Wstrict-prototypes
WASM_CFLAGS = -std=gnu11 $(LIBUV_CPPFLAGS) \
  -Wall -Wextra -Wno-unused-parameter -Wstrict-prototypes

debug_CFLAGS = -O1 -g
release_CFLAGS = -O2 -flto -DUVW_RELEASE -Iwasm/release

# - That nothing else is undefined than what the headers import, `make check`
#   knows better than emcc, which would complain of those imports too.
# - Addresses stay below UVH_PAYLOAD (uv_host.h): the memory ends there.
# - The release module optimizes libuv and our files as one, but not emscripten's
#   libraries with them, or their start-up code would come along.
LINK_FLAGS = -sSTANDALONE_WASM --no-entry -sWARN_ON_UNDEFINED_SYMBOLS=0 \
  -sREVERSE_DEPS=none -Wl,--wrap=abort \
  -sALLOW_MEMORY_GROWTH -sMAXIMUM_MEMORY=2147483648

debug_LINK_FLAGS = -O1 -g -sTOTAL_STACK=262144 -sINITIAL_MEMORY=1048576
release_LINK_FLAGS = -O2 -sTOTAL_STACK=65536 -sINITIAL_MEMORY=131072


# --- The rules, for each flavour ---------------------------------------------

# $(call objects,FLAVOUR)
upstream_objects = $(LIBUV_SOURCES:%.c=build/wasm/$(1)/upstream/%.o)
port_objects = $(PORT_SOURCES:%.c=build/wasm/$(1)/%.o)
wasm_objects = \
  $(patsubst %.c,build/wasm/$(1)/%.o,$(WASM_SOURCES) $($(1)_WASM_SOURCES))
objects = $(upstream_objects) $(port_objects) $(wasm_objects)

# A file that changes when the compiler or its flags do.
define flags_rule
build/wasm/$(1)/flags: FORCE
	@mkdir -p $$(@D)
	@{ stat -L -c '%n %Y' "$$$$(command -v $(EMCC))"; \
	  echo '$(UPSTREAM_CFLAGS) $(PORT_CFLAGS) $(WASM_CFLAGS)'; \
	  echo '$($(1)_CFLAGS) $(LINK_FLAGS) $($(1)_LINK_FLAGS)'; } > $$@.new
	@cmp -s $$@.new $$@ || cp $$@.new $$@
	@rm $$@.new
endef

define flavour_rules
$(call flags_rule,$(1))

build/wasm/$(1)/flags: | emcc

build/wasm/$(1)/upstream/%.o: $(LIBUV_DIR)/%.c build/wasm/$(1)/flags
	@mkdir -p $$(@D)
	$(EMCC) $(UPSTREAM_CFLAGS) $($(1)_CFLAGS) -MMD -MP -c $$< -o $$@

build/wasm/$(1)/libuv-port/%.o: libuv-port/%.c build/wasm/$(1)/flags \
    | $(LIBUV_DIR)/include/uv.h
	@mkdir -p $$(@D)
	$(EMCC) $(PORT_CFLAGS) $($(1)_CFLAGS) -MMD -MP -c $$< -o $$@

build/wasm/$(1)/wasm/%.o: wasm/%.c build/wasm/$(1)/flags \
    | $(LIBUV_DIR)/include/uv.h
	@mkdir -p $$(@D)
	$(EMCC) $(WASM_CFLAGS) $($(1)_CFLAGS) -MMD -MP -c $$< -o $$@

build/wasm/$(1)/libuv.a: $(call upstream_objects,$(1)) $(call port_objects,$(1))
	@rm -f $$@
	$(EMAR) rcs $$@ $$^

wasm/build/$(1)/libuv.wasm: $(call wasm_objects,$(1)) \
    build/wasm/$(1)/libuv.a scripts/keep-exports.mjs
	@mkdir -p $$(@D)
	$(EMCC) $(LINK_FLAGS) $($(1)_LINK_FLAGS) $$(filter %.o %.a,$$^) -o $$@
	@node scripts/keep-exports.mjs $$@ wasm/uvw.h

-include $(patsubst %.o,%.d,$(call objects,$(1)))
endef

$(eval $(call flavour_rules,debug))
$(eval $(call flavour_rules,release))
