# Every target uses the release profile and one set of features, so that nothing is built twice.
#
# DuckDB is linked as a prebuilt library (scripts/duckdb-lib.sh); where that cannot be had it is compiled from
# source, by cargo's default feature `bundled`. To choose: PLANALIGN_DUCKDB=bundled, or DUCKDB_LIB_DIR=<folder>.

CARGO ?= cargo
# Each may be given on the command line, e.g. make test ARGS="-- fingerprint"
#                                          or make benchmark-quick BENCH_ARGS="--save-baseline before"
ARGS ?=
BENCH_ARGS ?=
# Engines of engines/, and the modes that planbench.toml makes of them.
ENGINES ?= polars_python dbt_duckdb pyspark
MODES_polars_python := polars-python
MODES_dbt_duckdb := dbt-duckdb dbt-duckdb-in-process
MODES_pyspark := pyspark

BUILD_GOALS := benchmark-quick benchmark-dev benchmark-release bench-smoke test lint build engines-test

.DEFAULT_GOAL := help
.PHONY: help engines lint-workflows $(BUILD_GOALS)

# Looked up once, and not at all for `make help`.
ifneq ($(filter $(BUILD_GOALS),$(MAKECMDGOALS)),)
# Handed over by hand: make 4.3 and older do not give $(shell) what was set on make's command line.
quote = '$(subst ','\'',$(1))'
settings := DUCKDB_LIB_DIR=$(call quote,$(DUCKDB_LIB_DIR)) PLANALIGN_DUCKDB=$(call quote,$(PLANALIGN_DUCKDB)) \
  PLANALIGN_CACHE_DIR=$(call quote,$(PLANALIGN_CACHE_DIR))
fallback := ; DuckDB is compiled from source instead, which takes about half an hour the first time
override DUCKDB_LIB_DIR := $(shell $(settings) sh scripts/duckdb-lib.sh $(call quote,$(fallback)))
ifneq ($(DUCKDB_LIB_DIR),)
export DUCKDB_LIB_DIR
FEATURES := --no-default-features
$(info DuckDB: prebuilt library in $(DUCKDB_LIB_DIR))
else
unexport DUCKDB_LIB_DIR
FEATURES :=
endif
endif

help: ## List the targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "%-18s %s\n", $$1, $$2 }' Makefile

benchmark-quick: ## Run the quick scenarios: the main job
	$(CARGO) bench $(FEATURES) $(ARGS) -- quick $(BENCH_ARGS)

benchmark-dev: ## Run the 1kx3 scenarios
	$(CARGO) bench $(FEATURES) $(ARGS) -- '1kx3' $(BENCH_ARGS)

benchmark-release: ## Run the 5kx5 scenarios
	$(CARGO) bench $(FEATURES) $(ARGS) -- 5kx5 $(BENCH_ARGS)

bench-smoke: ## Run each quick benchmark once, without measuring
	$(CARGO) bench $(FEATURES) $(ARGS) -- quick --test $(BENCH_ARGS)

test: ## Run the tests
	PLANBENCH_PYTHON="$$(sh scripts/python.sh)" && export PLANBENCH_PYTHON && \
	  $(CARGO) test --release $(FEATURES) $(ARGS)

lint: ## Check the formatting and run clippy
	$(CARGO) fmt --all --check
	$(CARGO) clippy --release --all-targets $(FEATURES) $(ARGS) -- -D warnings

lint-workflows: ## Check the GitHub workflows (needs node, npm and python3)
	sh scripts/lint-workflows.sh

engines: ## Make the environments of the engines in Python (needs python3, and java for pyspark)
	sh engines/install.sh $(ENGINES)

engines-test: engines ## Prove that the engines in Python give the reference's rows on quick
	$(CARGO) run --release $(FEATURES) $(ARGS) --bin planbench -- parity --scenarios quick \
	  --modes reference $(foreach engine,$(ENGINES),$(MODES_$(engine)))

build: ## Build the planbench binary
	$(CARGO) build --release $(FEATURES) $(ARGS)
