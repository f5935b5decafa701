# `make help` lists the targets. Settings: VENV=, STATE=, PORT=, PYTHON=, JOBS=.
SHELL := /bin/bash
.SHELLFLAGS := -euo pipefail -c
.DEFAULT_GOAL := help
.DELETE_ON_ERROR:

VENV ?= .venv
STATE ?= var
PORT ?= 8190
BIN := $(VENV)/bin
PYTEST := $(BIN)/python -m pytest
WITH_SERVERS := $(BIN)/python tools/with_test_servers.py

# Stories of leases and silences wait most of the time, and must not wait for others: they run apart
# from what keeps the processors busy.
APART := tests/service/cluster tests/service/coordination tests/service/traps
# One more than the processors of a small machine, since stories wait a third of the time.
JOBS ?= 3
AT_ONCE := $(PYTEST) -n $(JOBS) --dist loadgroup

# The back end that is not the default runs those stories that say most in a minute.
ON_EVENTLET := DELFIN_TEST_BACKEND=eventlet $(WITH_SERVERS)
EVENTLET_STORIES := tests/service/standalone/test_stopping.py \
	tests/service/standalone/test_traps.py::test_what_was_acknowledged_outlives_the_process \
	"tests/service/cluster/test_killed.py::test_in_the_middle_of_a_synchronisation_another_finishes_it[worker]" \
	tests/service/cluster/test_stopping.py::test_during_a_synchronisation_the_job_is_handed_back \
	tests/service/cluster/test_stopping.py::test_a_reload_takes_up_what_has_changed_and_loses_no_job \
	tests/service/cluster/test_hanging.py::test_a_worker_with_too_many_hung_threads_is_replaced_and_its_jobs_go_on

# What an installation depends on; a change of any of these installs again.
RUN_INPUTS := setup.py setup.cfg pyproject.toml requirements.txt constraints.txt
RUN_READY := $(VENV)/.delfin-run
TEST_READY := $(VENV)/.delfin-test

$(RUN_READY): $(RUN_INPUTS)
	@tools/make-venv.sh $(VENV) postgresql,mariadb
	@touch $@

$(TEST_READY): $(RUN_INPUTS) test-requirements.txt
	@tools/make-venv.sh $(VENV) postgresql,mariadb,test
	@touch $(RUN_READY) $@

# Options are given as environment variables, so a configuration file stays untouched.
ENVIRONMENT = OS_DEFAULT__STATE_PATH="$(abspath $(STATE))" OS_DEFAULT__DELFIN_LISTEN_PORT="$(PORT)"

##@ First steps

.PHONY: help
help: ## Show this list
	@awk 'BEGIN { FS = ":.*## " } \
		/^##@ / { printf "\n%s\n", substr($$0, 5) } \
		/^[a-z-]+:.*## / { printf "  make %-15s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

.PHONY: run
run: $(RUN_READY) ## Start delfin with SQLite on PORT=8190; its state is kept in STATE=var
	@mkdir -p "$(STATE)"
	@$(ENVIRONMENT) $(BIN)/delfin-standalone

.PHONY: demo
demo: $(RUN_READY) ## Start delfin, register a simulated array and show its inventory
	@mkdir -p "$(STATE)"
	@$(ENVIRONMENT) $(BIN)/delfin-demo

.PHONY: setup
setup: $(TEST_READY) ## Make the virtual environment with all that development needs
	@echo "$(VENV) is ready"

##@ Tests

.PHONY: test
test: packages $(TEST_READY) lint types ## Lint, types and every test; installs what is missing
	@$(WITH_SERVERS) $(AT_ONCE) -m "not long" $(APART:%=--ignore=%)
	@$(WITH_SERVERS) $(AT_ONCE) -m "not long" $(APART)
	@$(ON_EVENTLET) $(AT_ONCE) $(EVENTLET_STORIES)

.PHONY: test-eventlet
test-eventlet: packages $(TEST_READY) ## Run all stories of delfin processes on eventlet
	@$(ON_EVENTLET) $(PYTEST) -m "not long" tests/service/standalone tests/service/cluster

.PHONY: test-one
test-one: $(TEST_READY) ## Run the tests whose name contains T=, verbosely
	@test -n "$(T)" || { echo "say which: make test-one T=empty_report" >&2; exit 2; }
	@$(WITH_SERVERS) $(PYTEST) -vv -k "$(T)"

.PHONY: test-unit
test-unit: $(TEST_READY) ## Run the quick tests: no server is needed, databases are SQLite
	@$(PYTEST) tests/unit tests/api tests/meta -m "not service and not uml and not long" \
		-k "not postgresql and not mariadb"

.PHONY: test-service
test-service: packages $(TEST_READY) ## Run the tests against real servers and hosts
	@$(WITH_SERVERS) $(PYTEST) -m "(service or uml) and not long"

.PHONY: test-long
test-long: packages $(TEST_READY) ## Run the tests that wait for full-length time-outs
	@$(WITH_SERVERS) $(PYTEST) -m long

BENCHMARKS := sync memory listing processes mapping claims starting alerts traps drivers collection large exporting \
	topology reports history

.PHONY: benchmark
benchmark: packages $(TEST_READY) ## Measure, and put the figures into docs/performance.md
	@for part in $(BENCHMARKS); do \
		$(WITH_SERVERS) $(BIN)/python -m tests.benchmark.$$part --write docs/performance.md; \
	done
	@$(BIN)/python -m tests.benchmark.conformance --write docs/performance.md
	@$(BIN)/python -m tests.benchmark.eviction --write docs/performance.md
	@$(BIN)/python -m tests.benchmark.exporting --write docs/performance.md

.PHONY: check
check: ## Everything continuous integration runs
	@.ci/run

.PHONY: packages
packages: ## Install the Debian packages that the tests need
	@tools/apt-packages.sh

##@ Code

SOURCES := delfin installer tests tools

.PHONY: lint
lint: $(TEST_READY) ## Check style, spelling and shell scripts
	@$(BIN)/ruff check $(SOURCES)
	@$(BIN)/ruff format --check $(SOURCES)
	@$(BIN)/codespell delfin docs etc installer tests tools README.md CONTRIBUTING.md ARCHITECTURE.md
	@for script in tools/*.sh installer/install installer/uninstall installer/lib.sh .ci/run; do bash -n "$$script"; done

.PHONY: fix
fix: $(TEST_READY) ## Mend what the style checks can mend themselves
	@$(BIN)/ruff check --fix $(SOURCES)
	@$(BIN)/ruff format $(SOURCES)

.PHONY: types
types: $(TEST_READY) ## Check types, strictly
	@$(BIN)/mypy

##@ Generated files

.PHONY: sample-config
sample-config: $(TEST_READY) ## Write etc/delfin/delfin.conf.sample
	@$(BIN)/python tools/generate.py $@

.PHONY: openapi
openapi: $(TEST_READY) ## Write docs/reference/openapi.json
	@$(BIN)/python tools/generate.py $@

.PHONY: matrix
matrix: $(TEST_READY) ## Write docs/reference/support-matrix.md, from a conformance run of each driver
	@PYTHONPATH=. $(BIN)/python tools/generate.py $@

.PHONY: accept
accept: sample-config openapi ## Write all generated files anew; review the diff before committing
	@DELFIN_ACCEPT=1 $(PYTEST) -q tests/api/test_guide.py tests/unit/drivers \
		-k "guide or conforms or accepted"
	@$(MAKE) --no-print-directory matrix
	@git --no-pager diff --stat -- etc docs tests

.PHONY: docs
docs: $(TEST_READY) ## Check the pages: links, error codes, public surface, generated files
	@$(PYTEST) -q tests/meta/test_doc_links.py tests/meta/test_errors_documented.py \
		tests/meta/test_public_surface.py tests/meta/test_generated_files.py

.PHONY: migration
migration: $(TEST_READY) ## Write a migration for changed tables, described by M=
	@test -n "$(M)" || { echo 'say what changes: make migration M="add volumes.pool"' >&2; exit 2; }
	@$(BIN)/python tools/make_migration.py "$(M)"
	@$(BIN)/ruff check --quiet --fix delfin/db/migrations/versions
	@$(BIN)/ruff format --quiet delfin/db/migrations/versions

.PHONY: clean
clean: ## Remove the virtual environment, caches and builds; STATE stays
	@rm -rf $(VENV) build dist *.egg-info .mypy_cache .pytest_cache .ruff_cache .tox
	@find . -name __pycache__ -type d -prune -exec rm -rf {} +
