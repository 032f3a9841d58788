# libuv-wasm. `make` alone lists the targets. The logic is in scripts/, and libuv-port/build.mk builds the module.

SHELL := /bin/bash
.SHELLFLAGS := -eu -o pipefail -c
.DELETE_ON_ERROR:
.DEFAULT_GOAL := help

# Arguments that `make test` passes to jest, for example ARGS='kernel -t EAGAIN'.
ARGS ?=
# The checks that `make check` runs; all by default.
ONLY ?=
export ONLY
# With PUMP=1, `make conformance` tests the pump.
PUMP ?=
# The seed of `make test` and `make fuzz`; by default a random seed is chosen and printed.
SEED ?=

BIN := node_modules/.bin
INSTALLED := node_modules/.package-lock.json
COMPILED := build/.compiled
BUNDLED := build/.bundled
# The files that are shipped in addition to the compiled TypeScript.
SHIPPED := dist/libuv.wasm dist/LICENSES.txt dist/policy.schema.json dist/policies.schema.json
# Packages whose code is bundled into dist instead of installed; of rolldown, a few lines at the start of bundles.
INLINED := node_modules/ipaddr.js node_modules/pure-rand node_modules/rolldown node_modules/tinypool
# Includes directories, so that a removed file triggers a build.
SOURCES := $(shell find $(wildcard src/ types/ examples/ bench/ test/fuzz/) tsconfig*.json -type d -o -name '*.ts' -o -name 'tsconfig*.json')
JEST := node --experimental-vm-modules --disable-warning=ExperimentalWarning node_modules/jest/bin/jest.js

include libuv-port/build.mk
include sdk/build.mk
include conformance/build.mk
include bench/build.mk
include test/oracle/build.mk
include test/foreign/build.mk
include test/probe/build.mk
include examples/plugin-host/build.mk
include examples/web/build.mk

.PHONY: help setup build demo test test-tools test-programs stress fuzz check format reproducible emcc-versions lock size-update docs pack release-check smoke hosts bench clean

help: ## lists the targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-12s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

setup: $(INSTALLED) ## installs the npm packages that the build needs

$(INSTALLED): package.json package-lock.json
	@scripts/setup.sh

build: wasm $(BUNDLED) $(SHIPPED) ## builds everything: the module, the library, the programs

$(COMPILED): $(INSTALLED) $(SOURCES)
	@echo 'tsc: src -> build/lib, examples, bench and test/fuzz -> build'
	@rm -rf dist build/lib build/examples build/bench build/test/fuzz build/*.tsbuildinfo
	@$(BIN)/tsc --build tsconfig.programs.json
	@echo '{ "type": "module", "imports": { "#platform": "./host/platform/node.js" } }' >build/lib/package.json
	@touch $@

$(BUNDLED): $(COMPILED) build/lib/runtime/libuv.wasm scripts/package/bundle.mjs scripts/package/prune-types.mjs scripts/lib/entries.mjs
	@echo 'rolldown: build/lib -> dist'
	@rm -f dist/*.js dist/*.cjs
	@node scripts/package/bundle.mjs
	@node scripts/package/prune-types.mjs
	@touch $@

dist/libuv.wasm build/lib/runtime/libuv.wasm: wasm/build/release/libuv.wasm $(COMPILED)
	@install -m 644 $< $@

dist/LICENSES.txt: wasm/build/release/libuv.wasm scripts/package/licences.sh $(COMPILED)
	@scripts/package/licences.sh $(LIBUV_DIR) $(INLINED) $$(npm ls --omit=dev --all --parseable 2>/dev/null | tail -n +2) >$@

dist/policies.schema.json: src/plugin/host/policies.schema.json $(COMPILED)
	@install -m 644 $< $@

dist/policy.schema.json: src/guard/policy.schema.json $(COMPILED)
	@install -m 644 $< $@

demo: build ## runs a ping-pong demo over real sockets
	@node build/examples/demo.js

test: build native sdk $(QUICK_FOREIGN) $(PROBE_NATIVE) $(PROBE_GUEST) $(LEARNED) ## runs the tests (ARGS='kernel -t EAGAIN' for some, SEED=... to repeat a run)
	@scripts/ensure-test-tools.sh
	@FOREIGN='$(QUICK_RECIPES)' $(JEST) $(ARGS)

# What tests download or install, and the programs that they need besides the builds: they are made when they are needed,
# but .ci/run makes them together. libuv's own tests are known when its source is there.
RUNTIMES := $(addprefix build/download/,node-26 deno-2 bun-1)

test-tools: $(RUNTIMES)
	@scripts/ensure-test-tools.sh

$(RUNTIMES):
	@scripts/fetch-runtime.sh $(subst -, ,$(@F)) $(@D) >/dev/null

test-programs: conformance-built $(PUMPED_MODULE) $(QUICK_FOREIGN) $(PROBE_NATIVE) $(PROBE_GUEST) $(LEARNED)

# How long `make stress` runs the randomized tests, in minutes.
MINUTES ?= 60

stress: build sdk ## tests with 1 GiB, with 1,000 clients at once, and with random calls for an hour (MINUTES=5)
	@STRESS=1 $(JEST) test/stress
	@node test/stress/programs/neighbours.mjs 60
	@node scripts/stress.mjs $(MINUTES) $(JEST)

# How many calls `make fuzz` makes; SEED=... repeats the calls of a run.
COUNT ?= 100000

fuzz: build ## calls the guest imports with random arguments (SEED=... COUNT=... ARGS='--help')
	@node build/test/fuzz/main.js $(if $(SEED),--seed $(SEED)) --count $(COUNT) $(ARGS)

check: build ## checks types, style, layers, ABI, size, docs and package (ONLY='types rooms' for some)
	@node scripts/check.mjs

format: setup ## formats TypeScript and C
	@$(BIN)/biome check --write
	@node scripts/format-c.mjs

reproducible: $(LIBUV_DIR)/include/uv.h ## builds the modules and the SDK in two folders, and compares them
	@scripts/reproducible.sh

emcc-versions: build sdk ## compiles with the emcc of newer Debian suites (ARGS='trixie=3.1.69'); needs root and 5 GB
	@scripts/emcc-versions.sh $(ARGS)

lock: ## updates package-lock.json after a change of package.json
	@npm install --package-lock-only
	@node scripts/package/complete-lock.mjs
	@npm install --prefix test/package --package-lock-only --omit-lockfile-registry-resolved
	@node scripts/package/complete-lock.mjs test/package/package-lock.json

size-update: wasm ## accepts the current size of the module
	@node scripts/checks/size.mjs --update

docs: setup ## writes the API reference into build/docs
	@node scripts/docs.mjs

pack: build sdk ## packs the package and the SDK's into build/pack, as for publishing
	@node scripts/package/pack.mjs

release-check: ## does everything that a release needs except publishing (RELEASING.md)
	@node scripts/package/release-check.mjs

smoke: build sdk ## tests the packed tarball on all runtimes, with all bundlers, and in Chromium (ARGS='node-20 bun')
	@scripts/ensure-test-tools.sh
	@node scripts/smoke.mjs $(ARGS)

hosts: $(INSTALLED) ## tests the host contract on every runtime, and writes docs/hosts.md (ARGS='deno bun')
	@node scripts/hosts.mjs $(ARGS)

bench: build native $(BENCH_PROGRAMS) ## measures against node:net (ARGS='--quick')
	@node build/bench/index.js $(ARGS)

clean: ## removes build outputs, but keeps downloads
	rm -rf dist wasm/build $(COMPILED) $(filter-out build/libuv build/download,$(wildcard build/*))
