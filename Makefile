# Ascolto. `make help` lists the targets; each sets up what it needs by itself.

# The newest Python that can run it; on an older one the bootstrap says what to install.
# Each is tried, not only looked for: a version manager leaves commands that start nothing.
PYTHON ?= $(shell for p in python3.13 python3.12 python3.11 python3; do $$p -c '' >/dev/null 2>&1 && command -v $$p && break; done)
BIN := .venv/bin
TESTS ?= 
WORKERS ?= 2

.DEFAULT_GOAL := help
.PHONY: help ready setup learning setup-browser run stop status reset demo test test-fast check bench chaos fmt new-channel lock
MAKEFLAGS += --no-print-directory
# Where this is set (images of containers do), each of the many processes would compile every module anew: two seconds
# of the processor for a service that is up in one.
unexport PYTHONDONTWRITEBYTECODE

help: ## list the targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "  make %-14s %s\n", $$1, $$2}' Makefile

# What every target stands on; instant when nothing changed.
ready:
	@$(PYTHON) deploy/local/bootstrap.py

setup: ready ## install what is locked: Python packages and Kafka's jars (the other targets do it by themselves)
	@$(BIN)/python -m deploy.local fetch

learning: ready ## install what `ascolto classifier` learns with, about 120 MB (it asks for this when it is needed)
	@$(PYTHON) deploy/local/bootstrap.py learning

setup-browser: ready ## install a Chromium for the browser tests, when there is none
	@$(BIN)/python -m deploy.local.browser

run: ready ## start everything on this machine, send sample complaints, stay up until Ctrl-C
	@exec $(BIN)/python -m deploy.local run

demo: ready ## send the sample complaints again to the house that runs
	@$(BIN)/python -m deploy.local demo

stop: ready ## stop what `make run` started
	@$(BIN)/python -m deploy.local stop

status: ready ## what runs, where, and how much memory it takes
	@$(BIN)/python -m deploy.local status

reset: ready ## take the local data away, after asking
	@$(BIN)/python -m deploy.local reset

# In the order of their files, the tests of a folder share one house; the largest modules first, they would start it anew
# for each module.
SHARED := -n $(WORKERS) --dist loadscope --no-loadscope-reorder

test: setup learning setup-browser ## every test but benchmarks and long chaos, on a private PostgreSQL and Kafka
	@$(BIN)/python -m deploy.checks.second_look $(SHARED) -m "not bench and not chaos" $(TESTS)

test-fast: learning ## the tests that need neither PostgreSQL nor Kafka
	@$(BIN)/python -m pytest -q -m "not bench and not chaos" tests/unit tests/contract shared $(TESTS)

check: ready ## formatting, lint, types, layers, lengths and names
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .
	@$(BIN)/mypy
	@$(BIN)/lint-imports
	@$(BIN)/python -m deploy.checks.house

bench: learning ## measure, beside what it is measured against
	@$(BIN)/python -m pytest -m bench -s --timeout 1800 tests/bench tests/unit/router $(TESTS)

chaos: ready ## the long fault tests
	@$(BIN)/python -m pytest -m chaos --timeout 900 tests/chaos tests/integration $(TESTS)

fmt: ready ## format and mend what can be mended
	@$(BIN)/ruff format .
	@$(BIN)/ruff check --fix .

new-channel: ready ## lay out a channel: make new-channel NAME=line
	@$(BIN)/python -m deploy.new_channel "$(NAME)"

lock: ready ## resolve all dependencies anew: requirements.lock, learning.lock and jgo.lock.toml
	@$(PYTHON) deploy/local/bootstrap.py lock
	@$(BIN)/python -m deploy.local lock
