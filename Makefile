# Ostraka: `make` alone lists what there is.
SHELL := /bin/bash
.SHELLFLAGS := -euo pipefail -c
.DEFAULT_GOAL := help

export CARGO_TARGET_DIR ?= $(CURDIR)/target
export OSTRAKA_NODE ?= $(CARGO_TARGET_DIR)/release/ostraka-node
OSTRAKA := $(CARGO_TARGET_DIR)/release/ostraka
ARGS ?=

.PHONY: help
help: ## Show this list
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-14s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)
	@echo '  ARGS="…" passes flags on, as in: make demo ARGS="--data FILE --split-by COLUMN --statistic mean --columns a"'

.PHONY: setup
setup: ## Install system packages, the Rust toolchain and its wasm target (ARGS=--check only says what)
	@scripts/setup.sh $(ARGS)

.PHONY: tool
tool: ## Build the command line tool alone: needs rustup and a C compiler, takes minutes
	@scripts/setup.sh --tool
	@echo '[build] the first build takes up to ten minutes on two cores'
	cargo build --release --locked --package ostraka-client

.PHONY: build
build: ## Build the node, the command line tool and the programs of the tests
	@scripts/setup.sh
	@scripts/shims.sh
	@echo '[build] the first build takes some 35 minutes on two cores; after a change of the code, some minutes'
	cargo build --release --locked

# A demo and a dev chain need these two only, with the features that the whole build gives them.
.PHONY: node
node: ## Build the node and the command line tool
	@scripts/setup.sh
	@scripts/shims.sh
	@echo '[build] the first build takes some 26 minutes on two cores; after a change of the code, some minutes'
	cargo build --release --locked --bin ostraka-node --bin ostraka

.PHONY: demo
demo: node ## Start a dev chain and let 50 institutions compute joint statistics of real loan books
	$(OSTRAKA) demo $(ARGS)

.PHONY: dev
dev: node ## Run a dev chain until Ctrl-C (1 s blocks, seven compute nodes and three verifiers, ws://127.0.0.1:9944)
	$(OSTRAKA_NODE) --dev

.PHONY: test
test: ## Run everything that CI runs
	@scripts/setup.sh --test
	@scripts/test.sh

.PHONY: check-apart
check-apart: build ## Check the workspaces that CI does not build: fuzz, zombienet and its runtimes
	@scripts/setup.sh --zombienet
	@scripts/check_apart.sh

.PHONY: soak
soak: ## A dev chain under cheats and garbage for 20 minutes (ARGS="MINUTES …")
	@scripts/setup.sh --test
	@scripts/shims.sh
	cargo build --release --locked --bins --examples
	@scripts/soak.sh $(ARGS)

.PHONY: monitoring-test
monitoring-test: ## Rules and every panel of the dashboard against a real Prometheus on a dev chain (ARGS="MINUTES PICTURES")
	@scripts/setup.sh --monitoring
	@scripts/shims.sh
	cargo build --release --locked --bins
	@scripts/monitoring_test.sh $(ARGS)

.PHONY: walk
walk: node ## Walk a new operator's and a new requester's path, from their pages' commands, on dev chains
	@scripts/setup.sh --monitoring
	@scripts/walk_operator.sh --bin $(CARGO_TARGET_DIR)/release
	@scripts/walk_requester.sh --bin $(CARGO_TARGET_DIR)/release

.PHONY: zombienet
zombienet: ## Run one task over a relay chain, two collators, five compute nodes and two verifiers, each a process
	@scripts/setup.sh --zombienet
	@scripts/zombienet_test.sh smoke

.PHONY: zombienet-test
zombienet-test: ## Attack or break that network (SCENARIO=crash, or all; zombienet/README.md)
	@scripts/setup.sh --zombienet
	@scripts/zombienet_test.sh $(SCENARIO)

.PHONY: apps-test
apps-test: node ## Follow a task with polkadot.js in Node and in a browser (docs/APPS.md)
	@scripts/setup.sh --apps
	cd polkadot-js && npm ci && npm test

.PHONY: bench
bench: setup ## Measure the parts of a dealing and of its checks (docs/RESULTS.md)
	RAYON_NUM_THREADS=1 CARGO_TARGET_DIR=$(CARGO_TARGET_DIR)/experiments cargo bench --locked --manifest-path experiments/Cargo.toml -p ostraka-benches $(ARGS)

.PHONY: fuzz
fuzz: ## Fuzz what reads untrusted bytes, guided by coverage (ARGS=SECONDS for each)
	@scripts/setup.sh
	@scripts/fuzz.sh $(ARGS)

# The chain is measured too, unless ARGS names other parts with --only: then the node need not be built.
.PHONY: experiments
experiments: $(if $(and $(findstring --only,$(ARGS)),$(if $(findstring chain,$(ARGS)),,no chain)),,build) ## Compare with Paillier, ElGamal and Prio3, measure the chain (docs/RESULTS.md; ARGS=--quick in minutes)
	@scripts/setup.sh --experiments
	RAYON_NUM_THREADS=1 OSTRAKA_CHAIN_EXPERIMENT=$(CARGO_TARGET_DIR)/release/ostraka-chain-experiment CARGO_TARGET_DIR=$(CARGO_TARGET_DIR)/experiments cargo run --release --locked --manifest-path experiments/Cargo.toml -- $(ARGS)

.PHONY: release
release: ## Build what a release consists of: packages, tarball, checksums (docs/PACKAGES.md; ARGS=--check only says what)
	@scripts/setup.sh --packages
	@scripts/release.sh $(ARGS)

.PHONY: packages-test
packages-test: ## Install the packages of `make release` into a Debian of their own, use and remove them (root)
	@scripts/setup.sh --packages
	@scripts/packages_test.sh $(ARGS)

# zstd, which compresses the blob, comes with what the multi-node tests need.
.PHONY: compare-builds
compare-builds: ## Build the runtime's blob twice, in two folders, and compare byte by byte (some ten minutes; ARGS=INTO)
	@scripts/setup.sh --zombienet
	@scripts/compare_builds.sh $(or $(ARGS),$(CARGO_TARGET_DIR)/ostraka.wasm)

.PHONY: weights
weights: ## Measure every call and write runtime/src/weights (slow)
	@scripts/setup.sh
	@scripts/weights.sh

.PHONY: format
format: ## Format the code
	cargo fmt --all

.PHONY: docs
docs: ## Build the API documentation
	@scripts/setup.sh
	SKIP_WASM_BUILD=1 cargo doc --release --locked --workspace --no-deps

.PHONY: site
site: ## Build the documents as a site, into target/site (needs mdbook)
	@scripts/docs_site.sh
