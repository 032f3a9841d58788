# Makes the SDK in build/sdk, which compiles C programs for libuv on WebAssembly.
# Included by the Makefile after libuv-port/build.mk.

SDK = build/sdk
# The file that is made last.
SDK_MADE = $(SDK)/LICENSES.txt
UVCC = $(SDK)/bin/uvcc

.PHONY: sdk

sdk: $(SDK_MADE) ## builds uvcc, headers and libuv.a for C programs, in build/sdk

build/sdk-revision.o: sdk/revision.c libuv-port/include/uv_host.h package.json \
    build/wasm/guest/flags
	@$(EMCC) -Ilibuv-port/include -DUVP_VERSION='"$(shell node -p \
	  'require("./package.json").version')"' -c $< -o $@

$(SDK_MADE): build/sdk-revision.o build/wasm/guest/libuv-program.a \
    build/wasm/debug/libuv-program.a \
    $(wildcard sdk/*) libuv-port/include/uv.h libuv-port/include/uv/wasm.h \
    libuv-port/include/uv/pump.h libuv-port/include/uv_host.h \
    libuv-port/include/uv_pump.h \
    LICENSE scripts/make-sdk.sh scripts/licences.sh
	@scripts/make-sdk.sh $(LIBUV_DIR) $(SDK)
