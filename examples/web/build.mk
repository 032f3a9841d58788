# The network in a page: examples/web, bundled into build/web.

WEB := build/web

.PHONY: web

web: build sdk $(WEB)/pinger.wasm ## serves a page with a network of libuv programs in it (ARGS='--port 8000')
	@node scripts/page.mjs examples/web $(ARGS)

$(WEB)/pinger.wasm: examples/web/pinger.c $(SDK_MADE)
	@mkdir -p $(@D)
	@$(UVCC) -Oz $< -o $@
