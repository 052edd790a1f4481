# Everything a person or a machine runs, by name. `make app` and `make test` work in a fresh clone.

.DEFAULT_GOAL := help
.PHONY: help setup app test check coverage soak models certificates pictures lock clean

# The first Python on this machine that is new enough; `make PYTHON=...` takes another.
PYTHON ?= $(shell .ci/find-python)
PORT ?= 8080
BIN := .venv/bin

help:  ## Show this list
	@awk -F ':.*## ' '/^[a-z]+:.*## / { printf "  make %-12s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

setup: .venv/.ready  ## Install everything into .venv

# The stamp is written last, so that an interrupted set-up begins anew.
.venv/.ready: requirements.lock pyproject.toml voxnca/version.py
	@PYTHON=$(PYTHON) .ci/system-packages venv
	$(PYTHON) -m venv .venv
	$(BIN)/pip install --quiet --requirement requirements.lock
	$(BIN)/pip install --quiet --no-build-isolation --no-deps --editable .
	@touch $@

app: .venv/.ready  ## Watch a creature grow and carve it: make app [ITEM=duck] [PORT=8081]
	@.ci/system-packages gl
	$(BIN)/voxnca app --port $(PORT) $(ITEM)

test: .venv/.ready  ## Run the tests: make test [ARGS="-k wounds"]
	@.ci/system-packages gl browser golly
	$(BIN)/pytest --numprocesses auto $(ARGS)

check: .venv/.ready  ## Run all that a change must pass: style, types, layers, tests
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports --no-logo
	@$(MAKE) --no-print-directory test

coverage: .venv/.ready  ## Run the tests and show the lines and branches they miss
	@$(MAKE) --no-print-directory test ARGS="--cov --cov-report=term-missing"

soak: .venv/.ready  ## Try long what the tests try once: kill training, check certificates
	VOXNCA_KILLS=20 $(BIN)/pytest -m soak $(ARGS)

models: .venv/.ready  ## Train the shipped models anew
	$(BIN)/python -m apps.workshop.models
	$(BIN)/python -m apps.workshop.driven
	$(BIN)/python -m apps.workshop.learned_rules
	$(BIN)/python -m apps.workshop.rollout_learning

certificates: .venv/.ready  ## Train the models whose healing is proven, and certify them
	$(BIN)/python -m apps.workshop.provable

pictures: .venv/.ready  ## Make the pictures of the README anew
	@.ci/system-packages gl browser
	$(BIN)/python -m apps.workshop.rule_pictures
	$(BIN)/python -m apps.workshop.pictures

lock:  ## Pin the newest versions of everything in requirements.lock
	@PYTHON=$(PYTHON) .ci/system-packages venv
	.ci/lock $(PYTHON)

clean:  ## Remove everything that make has made
	rm -rf .venv build dist htmlcov .coverage .coverage.* .hypothesis .import_linter_cache
	rm -rf .mypy_cache .pytest_cache .ruff_cache
	find voxnca analysis apps tests -name __pycache__ -type d -prune -exec rm -rf {} +
