# The gateway of examples/plugin-host, and the programs of its plugins in build/gateway.

GATEWAY := build/gateway
GATEWAY_PROGRAMS := $(addprefix $(GATEWAY)/,redact.wasm number.wasm bad.wasm)

.PHONY: gateway

gateway: build sdk $(GATEWAY_PROGRAMS) ## starts a TCP gateway whose filters are plugins, with a live page (ARGS='--help')
	@node build/examples/plugin-host/gateway.js $(ARGS)

$(GATEWAY)/redact.wasm: examples/guests/proxy.c $(SDK_MADE)
	@mkdir -p $(@D)
	@$(UVCC) -O2 $< -o $@

$(GATEWAY)/bad.wasm: examples/plugin-host/bad.c $(SDK_MADE)
	@mkdir -p $(@D)
	@$(UVCC) -O2 $< -o $@

$(GATEWAY)/number.wasm: examples/assembly/number.ts $(wildcard assembly/*.ts assembly/*/*.ts assembly/*.json) $(INSTALLED)
	@mkdir -p $(@D)
	@node scripts/assembly.mjs $@ $<
