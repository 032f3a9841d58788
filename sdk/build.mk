# Puts the SDK into build/sdk: what C programs for libuv on WebAssembly are
# compiled with. Included by the Makefile after libuv-port/build.mk.

SDK = build/sdk
# The last file that is made.
SDK_MADE = $(SDK)/LICENSES.txt
UVCC = $(SDK)/bin/uvcc

.PHONY: sdk

sdk: $(SDK_MADE) ## makes uvcc, headers and libuv.a for C programs, in build/sdk

$(SDK_MADE): build/wasm/guest/libuv-program.a \
    build/wasm/debug/libuv-program.a \
    $(wildcard sdk/*) libuv-port/include/uv.h libuv-port/include/uv/wasm.h \
    libuv-port/include/uv/pump.h libuv-port/include/uv_host.h \
    libuv-port/include/uv_pump.h \
    LICENSE scripts/make-sdk.sh scripts/licences.sh
	@scripts/make-sdk.sh $(LIBUV_DIR) $(SDK)
