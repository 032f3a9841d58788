# Builds the probe, natively and as a guest. Included by the Makefile after
# sdk/build.mk.

PROBE_NATIVE = build/probe/native/probe
PROBE_GUEST = build/probe/guest/probe.wasm
PROBE_SOURCES = $(wildcard test/probe/calls/*) test/probe/calls.tsv \
  scripts/probe/build.mjs

.PHONY: probe

# Takes names of calls: ARGS='--check fork' writes nothing.
probe: build $(PROBE_NATIVE) $(PROBE_GUEST) ## compares POSIX calls of guests with native ones, and writes docs/posix.md
	@node scripts/probe.mjs $(ARGS)

$(PROBE_NATIVE): $(PROBE_SOURCES) build/native/libuv.a
	@node scripts/probe/build.mjs native $(LIBUV_DIR)

$(PROBE_GUEST): $(PROBE_SOURCES) $(SDK_MADE)
	@node scripts/probe/build.mjs guest
