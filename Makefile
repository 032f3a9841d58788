# libuv-wasm. `make` alone says what can be made. The logic is in scripts/, the build of the module in libuv-port/build.mk.

SHELL := /bin/bash
.SHELLFLAGS := -eu -o pipefail -c
.DELETE_ON_ERROR:
.DEFAULT_GOAL := help

# What `make test` hands to jest, as ARGS='kernel -t EAGAIN'.
ARGS ?=
# Which checks `make check` runs, all by default.
ONLY ?=
export ONLY
# PUMP=1 judges the pump in `make conformance`.
PUMP ?=
# The seed of `make test` and `make fuzz`; one is chosen and printed by default.
SEED ?=

BIN := node_modules/.bin
INSTALLED := node_modules/.package-lock.json
COMPILED := build/.compiled
BUNDLED := build/.bundled
# What is shipped beside the compiled TypeScript.
SHIPPED := dist/libuv.wasm dist/LICENSES.txt
# What is put into dist and not installed beside it; of rolldown, a few lines that bundles begin with.
INLINED := node_modules/ipaddr.js node_modules/rolldown
# Folders too, so that a file that went away is noticed.
SOURCES := $(shell find $(wildcard src/ types/ examples/ bench/ test/fuzz/) tsconfig*.json -type d -o -name '*.ts' -o -name 'tsconfig*.json')
JEST := node --experimental-vm-modules --disable-warning=ExperimentalWarning node_modules/jest/bin/jest.js

include libuv-port/build.mk
include sdk/build.mk
include conformance/build.mk
include bench/build.mk
include test/oracle/build.mk
include test/foreign/build.mk

.PHONY: help setup build demo test stress fuzz check format lock size-update docs pack release-check smoke hosts bench clean

help: ## says what can be made
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-12s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

setup: $(INSTALLED) ## installs what the build needs from npm

$(INSTALLED): package.json package-lock.json
	@scripts/setup.sh

build: wasm $(BUNDLED) $(SHIPPED) ## builds all: the module, the library, the programs

$(COMPILED): $(INSTALLED) $(SOURCES)
	@echo 'tsc: src -> build/lib, examples, bench and test/fuzz -> build'
	@rm -rf dist build/lib build/examples build/bench build/test/fuzz build/*.tsbuildinfo
	@$(BIN)/tsc --build tsconfig.programs.json
	@echo '{ "type": "module", "imports": { "#platform": "./host/platform/node.js" } }' >build/lib/package.json
	@touch $@

$(BUNDLED): $(COMPILED) build/lib/runtime/libuv.wasm scripts/bundle.mjs scripts/prune-types.mjs scripts/lib/entries.mjs
	@echo 'rolldown: build/lib -> dist'
	@rm -f dist/*.js
	@node scripts/bundle.mjs
	@node scripts/prune-types.mjs
	@touch $@

dist/libuv.wasm build/lib/runtime/libuv.wasm: wasm/build/release/libuv.wasm $(COMPILED)
	@install -m 644 $< $@

dist/LICENSES.txt: wasm/build/release/libuv.wasm scripts/licences.sh $(COMPILED)
	@scripts/licences.sh $(LIBUV_DIR) $(INLINED) $$(npm ls --omit=dev --all --parseable 2>/dev/null | tail -n +2) >$@

demo: build ## plays ping-pong over real sockets
	@node build/examples/demo.js

test: build native sdk $(FOREIGN_PROGRAMS) ## runs the tests (ARGS='kernel -t EAGAIN' for some, SEED=... for a run again)
	@scripts/ensure-test-tools.sh
	@$(JEST) $(ARGS)

# How long `make stress` plays random lives.
MINUTES ?= 60

stress: build ## sends a GiB through the echo server, a thousand clients at once, an hour of random lives (MINUTES=5)
	@STRESS=1 $(JEST) test/stress
	@node scripts/stress.mjs $(MINUTES) $(JEST)

# How many calls `make fuzz` makes; SEED=... makes those of another run again.
COUNT ?= 100000

fuzz: build ## calls the imports of guests at random (SEED=... COUNT=... ARGS='--help')
	@node build/test/fuzz/main.js $(if $(SEED),--seed $(SEED)) --count $(COUNT) $(ARGS)

check: build ## checks types, style, rooms, ABI, size, papers and package (ONLY='types rooms' for some)
	@node scripts/check.mjs

format: setup ## formats TypeScript and C
	@$(BIN)/biome check --write
	@node scripts/format-c.mjs

lock: ## writes package-lock.json anew, after package.json was changed
	@npm install --package-lock-only
	@node scripts/complete-lock.mjs
	@npm install --prefix test/package --package-lock-only --omit-lockfile-registry-resolved
	@node scripts/complete-lock.mjs test/package/package-lock.json

size-update: wasm ## accepts the module's size of now
	@node scripts/check-size.mjs --update

docs: setup ## writes the API reference into build/docs
	@node scripts/docs.mjs

pack: build ## packs what is published into build/pack
	@node scripts/pack.mjs

release-check: ## does everything that a release needs but publish (RELEASING.md)
	@node scripts/release-check.mjs

smoke: build sdk ## installs the tarball in an empty folder, tries it on all runtimes, bundlers, in Chromium (ARGS='node-20 bun')
	@scripts/ensure-test-tools.sh
	@node scripts/smoke.mjs $(ARGS)

hosts: $(INSTALLED) ## runs the host contract on every runtime and writes docs/hosts.md (ARGS='deno bun')
	@node scripts/hosts.mjs $(ARGS)

bench: build native $(BENCH_PROGRAMS) ## measures against node:net (ARGS='--quick')
	@node build/bench/index.js $(ARGS)

clean: ## removes what was built; what was fetched stays
	rm -rf dist wasm/build $(COMPILED) $(filter-out build/libuv build/download,$(wildcard build/*))
