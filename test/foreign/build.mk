# Unmodified programs of other projects, from Debian's source packages, compiled
# with uvcc by their own build systems. Each has a recipe in test/foreign/programs.
# Included by the Makefile after sdk/build.mk.

FOREIGN = build/foreign
RECIPES = $(notdir $(basename $(wildcard test/foreign/programs/*.sh)))

# What `make test` builds too: it has to stay quick.
QUICK_RECIPES = book hddemux lua
QUICK_FOREIGN = $(QUICK_RECIPES:%=$(FOREIGN)/%.built)

.PHONY: foreign foreign-built

foreign: build sdk | $(LIBUV_DIR)/include/uv.h ## builds and uses programs of others as guests, and runs libevent's and libuv's own tests (ARGS='foreign/curl')
	@scripts/ensure-foreign-tools.sh
	@$(MAKE) --no-print-directory foreign-built
	@scripts/fetch-runtime.sh node 26 build/download >/dev/null
	@FOREIGN=all $(JEST) $(or $(ARGS),test/foreign)
	@$(if $(ARGS),true,$(MAKE) --no-print-directory conformance)

foreign-built: $(RECIPES:%=$(FOREIGN)/%.built)

$(FOREIGN)/%.built: test/foreign/programs/%.sh scripts/build-foreign.sh $(SDK_MADE)
	@scripts/build-foreign.sh $* $(FOREIGN) $(SDK)
	@touch $@

$(FOREIGN)/book.built: | $(LIBUV_DIR)/include/uv.h
$(FOREIGN)/hddemux.built: $(wildcard test/foreign/systemd/*)
$(FOREIGN)/redis.built: $(wildcard test/foreign/redis/*)
