# Thin on purpose: each target is a line or two, the work is in the packages. `make help` lists them.
.DEFAULT_GOAL := help
.PHONY: help up down web build-all test test-web test-rust test-browser bench fmt lint generate clean

TARGET := $(or $(CARGO_TARGET_DIR),target)
BIDD := $(TARGET)/debug/bidd
PORT ?= 8080

help: ## List the targets
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 16

up: web ## Build everything and run the platform on this machine (Ctrl-C stops it)
	@e2e/setup/packages redis-server
	cargo build --locked --workspace --bins
	@exec $(BIDD) up --port $(PORT)

down: ## Stop the deals' processes that a killed platform left behind
	$(BIDD) down

web: web/node_modules ## Build the three web apps that the binaries embed
	npm --prefix web run build --silent

web/node_modules: web/package-lock.json
	npm --prefix web ci --no-audit --no-fund
	@touch $@

test: test-web test-rust test-browser ## Run every test there is

test-web: web/node_modules
	npm --prefix web run check --silent

# Programs and tests in one build: what is selected decides which features dependencies get.
build-all: web
	cargo build --locked --workspace --all-targets

test-rust: build-all
	@e2e/setup/packages redis-server
	cargo test --locked --workspace

test-browser: build-all e2e/browser/node_modules
	@e2e/setup/packages redis-server chromium fonts-noto-cjk
	BIDD=$(abspath $(BIDD)) npm --prefix e2e/browser test --silent

e2e/browser/node_modules: e2e/browser/package-lock.json
	npm --prefix e2e/browser ci --no-audit --no-fund
	@touch $@

bench: ## Measure against references in the same run; writes target/bench.json
	@e2e/setup/packages redis-server
	cargo build --locked --release -p e2e-bench -p tenant-runtime
	$(TARGET)/release/bench --json target/bench.json

fmt: web/node_modules ## Format everything
	cargo fmt --all
	npm --prefix web run format --silent

lint: web ## Formatting, clippy, web lints, dependency policy
	cargo fmt --all --check
	cargo clippy --locked --workspace --all-targets -- -D warnings
	RUSTDOCFLAGS="-D warnings" cargo doc --locked --workspace --no-deps --quiet
	npm --prefix web run lint --silent
	@e2e/setup/cargo-deny
	cargo deny --locked check bans licenses sources

generate: ## Write the CRD, the OpenAPI document and the web client anew
	BIDD_UPDATE_GENERATED=1 cargo test --locked -p crds -p control-plane generated
	npm --prefix web run api --silent

clean: ## Remove the local platform's state and the web build
	rm -rf .bidd web/dist
