# Thin on purpose: each target is a line or two, the work is in the packages. `make help` lists them.
.DEFAULT_GOAL := help
.PHONY: help up down web build-all test test-web test-rust test-databases test-browser test-cluster cluster cluster-down images bench fmt lint generate clean

TARGET := $(or $(CARGO_TARGET_DIR),target)
BIDD := $(TARGET)/debug/bidd
CLUSTER := $(TARGET)/debug/cluster
PORT ?= 8080
# Of the images: release, or dev for what the tests have built anyhow.
PROFILE ?= release
# A cluster of our own needs root on Linux; elsewhere KUBECONFIG must name one.
HAS_CLUSTER := $(if $(KUBECONFIG),yes,$(filter 0Linux,$(shell id -u)$(shell uname -s)))
# Their servers are programs of Debian packages, there or to be had.
HAS_DATABASES := $(or $(and $(shell command -v apt-get),$(filter 0,$(shell id -u))),$(and \
	$(wildcard /usr/lib/postgresql/*/bin/initdb),$(wildcard /usr/sbin/mariadbd)))

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

test: test-web test-rust test-databases test-browser test-cluster ## Run every test there is

test-web: web/node_modules
	npm --prefix web run check --silent

# Programs and tests in one build: what is selected decides which features dependencies get.
build-all: web
	cargo build --locked --workspace --all-targets

test-rust: build-all
	@e2e/setup/packages redis-server
	cargo test --locked --workspace

# Of the control plane: what reads and writes its books, whole.
test-databases: build-all ## Run the tests of the books on PostgreSQL and on MariaDB, too
ifeq ($(HAS_DATABASES),)
	@echo "SKIPPED: the tests on PostgreSQL and MariaDB. Install both, or run them as root on Debian."
else
	@for database in postgres mariadb; do e2e/setup/with-database $$database \
		cargo test --locked --workspace --test api --test deals || exit; done
endif

test-browser: build-all e2e/browser/node_modules
	@e2e/setup/packages redis-server chromium fonts-noto-cjk
	BIDD=$(abspath $(BIDD)) npm --prefix e2e/browser test --silent

e2e/browser/node_modules: e2e/browser/package-lock.json
	npm --prefix e2e/browser ci --no-audit --no-fund
	@touch $@

# The build with all targets is the one of the other tests, so that nothing is compiled twice.
test-cluster: build-all ## Run the tests on a cluster of their own, or on the one of KUBECONFIG
ifeq ($(HAS_CLUSTER),)
	@echo "SKIPPED: the tests on a cluster. Run them as root on Linux, or set KUBECONFIG."
else
	@e2e/setup/packages redis-server
	@RUST_LIB_BACKTRACE=0 e2e/setup/with-cluster $(CLUSTER) cargo test --locked --workspace --test cluster -- --nocapture --test-threads=1
endif

cluster: web ## Bring up a Kubernetes on this machine, from package registries (as root)
	cargo build --locked --workspace --bin cluster
	@$(CLUSTER) up

cluster-down: ## Remove that Kubernetes without a trace
	@[ -x $(CLUSTER) ] || cargo build --locked --workspace --bin cluster
	@$(CLUSTER) down

images: web ## Build the images and load them into the cluster (PROFILE=dev for quick ones)
	cargo build --locked --workspace --bins --profile $(PROFILE)
	@$(TARGET)/$(subst dev,debug,$(PROFILE))/cluster images

bench: ## Measure against references in the same run; writes target/bench.json
	@e2e/setup/packages redis-server
	cargo build --locked --release -p e2e-bench -p tenant-runtime
ifeq ($(HAS_DATABASES),)
	@echo "SKIPPED: what is compared with PostgreSQL. Install it, or run this as root on Debian."
	$(TARGET)/release/bench --json target/bench.json
else
	@DATABASE_SYNC=on e2e/setup/with-database postgres $(TARGET)/release/bench --json target/bench.json
endif

fmt: web/node_modules ## Format everything
	cargo fmt --all
	npm --prefix web run format --silent

lint: web ## Formatting, clippy, web lints, dependency policy
	cargo fmt --all --check
	cargo clippy --locked --workspace --all-targets -- -D warnings
	cargo clippy --locked --workspace --test cluster -- -D warnings
	RUSTDOCFLAGS="-D warnings" cargo doc --locked --workspace --no-deps --quiet
	npm --prefix web run lint --silent
	@e2e/setup/cargo-deny
	cargo deny --locked check bans licenses sources

generate: ## Write the CRD, the OpenAPI document and the web client anew
	BIDD_UPDATE_GENERATED=1 cargo test --locked -p crds -p control-plane generated
	npm --prefix web run api --silent

clean: ## Remove the local platform's state and the web build
	rm -rf .bidd web/dist
