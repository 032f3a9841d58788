# Makes the SDK in build/sdk, which compiles C programs for libuv on WebAssembly.
# Included by the Makefile after libuv-port/build.mk.

SDK = build/sdk
# The file that is made last.
SDK_MADE = $(SDK)/LICENSES.txt
UVCC = $(SDK)/bin/uvcc
EMXX ?= em++

.PHONY: sdk

sdk: $(SDK_MADE) ## builds uvcc, headers and libuv.a for C programs, in build/sdk

build/sdk-revision.o: sdk/revision.c libuv-port/include/uv_host.h package.json \
    build/wasm/guest/flags
	@$(EMCC) -Ilibuv-port/include -DUVP_VERSION='"$(shell node -p \
	  'require("./package.json").version')"' -c $< -o $@

# Programs in C++ start here, and end here with an exception that they do not catch.
build/sdk-cxx/%.o: sdk/cxx/%.cc sdk/cxx/catching.h libuv-port/include/uvp.h build/wasm/guest/flags
	@mkdir -p $(@D)
	@$(EMXX) $(LIBUV_CPPFLAGS) -std=c++17 -O2 -fwasm-exceptions -c $< -o $@

build/sdk-cxx/cxx.a: build/sdk-cxx/throw.o build/sdk-cxx/turn.o
	@rm -f $@
	@$(EMAR) rcs $@ $^

$(SDK_MADE): build/sdk-cxx/start.o build/sdk-cxx/cxx.a build/sdk-revision.o build/wasm/guest/libuv-program.a \
    build/wasm/debug/libuv-program.a \
    $(wildcard sdk/* sdk/uvcc.d/* libuv-port/include/sys/*) libuv-port/include/unistd.h libuv-port/include/uv.h libuv-port/include/uv/wasm.h \
    libuv-port/include/uv/pump.h libuv-port/include/uv_host.h \
    libuv-port/include/uv_pump.h \
    LICENSE scripts/package/make-sdk.sh scripts/package/licences.sh
	@scripts/package/make-sdk.sh $(LIBUV_DIR) $(SDK)

# uvcc asks emcc once for each set of options. Each file of tests has a copy of
# the SDK, and would ask again for these.
LEARNED = build/sdk-learned/.made
LEARNED_OPTIONS = 'uvcc -O0' 'uvcc -O1' 'uvcc -O2' 'uvcc -O0 -g' 'uvcc -O1 -g' 'uvcc -O2 -g -flto' \
  'uvcc++ -O0' 'uvcc++ -O2' 'uvcc++ -O0 -g' 'uvcc++ -O0 -fno-exceptions'

$(LEARNED): $(SDK_MADE)
	@mkdir -p $(@D)
	@echo 'int main(void) { return 0; }' | tee $(@D)/in.c >$(@D)/in.cc
	@printf '%s\n' $(LEARNED_OPTIONS) | xargs -P 2 -I '{}' sh -c ' \
	  case "{}" in *++*) source=in.cc ;; *) source=in.c ;; esac; \
	  $(SDK)/bin/{} $(@D)/$$source -o "$(@D)/{}.wasm"'
	@touch $@
