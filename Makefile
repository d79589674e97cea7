# What one does with this repository. Each target sets up what it needs; the second time is quick.
#
#   make run      set up and serve (pass settings as AEROGRAM_… variables or in ARGS)
#   make test     set up and run all tests
#   make check    lint, types, layers, dependencies, fresh documents, and all tests
#   make docs     write the generated reference pages
#   make bench    measure; make crash: kill the server under load, many times
#   make fuzz     try hostile input on one part
#   make wheel    build wheels, compiled and pure; make test-compiled: test the compiled one
#   make lock     renew the lock files; make clean: remove what the others made

SHELL := bash
.SHELLFLAGS := -euo pipefail -c
.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
MAKEFLAGS += --no-builtin-rules

# The first Python that is new enough; set PYTHON to choose another.
PYTHON ?= $(shell for each in python3.13 python3.12 python3.11 python3.14 python3; do \
	if "$$each" -c 'import sys, venv, ensurepip; sys.exit(sys.version_info < (3, 11))' >/dev/null 2>&1; \
	then echo "$$each"; break; fi; done)

VENV := .venv
BIN := $(VENV)/bin
NODE_CLIENTS := tests/clients/node
PIP := $(BIN)/python -m pip --disable-pip-version-check install --quiet --require-hashes
ARGS ?=
# One worker of the tests for each core; ARGS="-n0" runs them in one process, as a debugger wants it.
WORKERS := -n logical --maxprocesses 4 --dist worksteal

# A first mail needs a valid sender; unless the operator names some, those of the example domain are.
FIRST_SENDER := $(if $(wildcard aerogram.toml),,AEROGRAM_TRUSTED_SENDERS="$${AEROGRAM_TRUSTED_SENDERS-@example.org}")

.PHONY: help
help: ## list the targets
	@sed -n 's/^\([a-z-]*\):.*## /\1\t/p' $(MAKEFILE_LIST) | while IFS=$$'\t' read -r name text; do \
	printf '  make %-13s %s\n' "$$name" "$$text"; done

.PHONY: run
run: $(VENV)/run.stamp ## set up and serve: REST and inbox on 127.0.0.1:8025, SMTP on 127.0.0.1:1025
	$(FIRST_SENDER) exec $(BIN)/aerogram serve $(ARGS)

.PHONY: test
test: $(VENV)/dev.stamp $(VENV)/node.stamp ## set up and run all tests, on every core
	$(BIN)/python -m pytest $(WORKERS) $(ARGS)

.PHONY: check
check: lint test ## everything that must hold before a change is merged

.PHONY: lint
lint: $(VENV)/dev.stamp ## lint, format, types, layers, dependencies, fresh documents; no tests
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	PYTHONPATH=src $(BIN)/lint-imports
	$(BIN)/deptry src
	$(BIN)/python -m aerogram.app.reference --check

.PHONY: docs
docs: $(VENV)/dev.stamp ## write the generated pages of docs/reference
	$(BIN)/python -m aerogram.app.reference

# A compiled wheel and a pure one. Only this and the next target need a C compiler and the headers of Python.
.PHONY: wheel
wheel: $(VENV)/build.stamp ## build dist/: a wheel compiled by mypyc for this Python, and one of pure Python
	rm -rf dist build/mypyc
	$(BIN)/hatchling build --target wheel
	HATCH_BUILD_HOOK_ENABLE_CUSTOM=true $(BIN)/hatchling build --target wheel

# The wheel stands in an environment of its own, which finds other packages in the one for development; src is not
# on its path.
.PHONY: test-compiled
test-compiled: $(VENV)/node.stamp wheel ## build the compiled wheel, install it under build/ and run all tests against it
	rm -rf build/compiled
	$(BIN)/python -m venv --without-pip build/compiled
	$(BIN)/python -m pip --disable-pip-version-check --python build/compiled/bin/python install --quiet --no-deps \
	  --no-index dist/*-cp*.whl
	$(BIN)/python -c 'import sysconfig; print(sysconfig.get_path("purelib"))' \
	  > "$$(build/compiled/bin/python -c 'import sysconfig; print(sysconfig.get_path("purelib"))')/development.pth"
	build/compiled/bin/aerogram --version | grep compiled
	build/compiled/bin/python -m pytest -o pythonpath=tests $(WORKERS) $(ARGS)

.PHONY: bench
bench: $(VENV)/dev.stamp ## measure; compares with Postfix where it is installed
	PYTHONPATH=src:tests $(BIN)/python -m bench $(ARGS)

.PHONY: crash
crash: $(VENV)/dev.stamp ## kill the server under load on both engines; fails when accepted mail is lost
	PYTHONPATH=src:tests $(BIN)/python -m crash $(ARGS)

.PHONY: fuzz
fuzz: $(VENV)/dev.stamp ## try hostile input: ARGS="csv --seconds 600"; others are http-head, json, mime, segment, smtp, template
	PYTHONPATH=src:tests $(BIN)/python -m fuzz $(ARGS)

# The locks hold hashes for every platform and no registry's address: any mirror serves them.
.PHONY: lock
lock: ## renew the lock files from pyproject.toml and package.json (needs uv and npm)
	UV_PYTHON_DOWNLOADS=never uv pip compile --quiet --universal --generate-hashes --no-header --no-emit-index-url \
	  --no-emit-find-links --python-version 3.11 --upgrade pyproject.toml --output-file requirements/run.lock
	UV_PYTHON_DOWNLOADS=never uv pip compile --quiet --universal --generate-hashes --no-header --no-emit-index-url \
	  --no-emit-find-links --python-version 3.11 --constraints requirements/run.lock --group dev pyproject.toml \
	  --output-file requirements/dev.lock
	UV_PYTHON_DOWNLOADS=never uv pip compile --quiet --universal --generate-hashes --no-header --no-emit-index-url \
	  --no-emit-find-links --python-version 3.11 --constraints requirements/dev.lock --group build pyproject.toml \
	  --output-file requirements/build.lock
	cd $(NODE_CLIENTS) && rm -f package-lock.json && npm install --package-lock-only --omit-lockfile-registry-resolved \
	  --no-audit --no-fund

.PHONY: python
python:
	@echo "$(PYTHON)"

.PHONY: clean
clean: ## remove the environment and all caches; the data folder stays
	rm -rf $(VENV) build dist $(NODE_CLIENTS)/node_modules .pytest_cache .mypy_cache .ruff_cache .hypothesis \
	  .import_linter_cache
	find src tests bench -type d -name __pycache__ -prune -exec rm -rf {} +

$(VENV)/made.stamp:
	@if [ -z "$(PYTHON)" ]; then echo "Aerogram needs Python 3.11 or newer with venv (on Debian: apt install" \
	  "python3 python3-venv). Set PYTHON=/path/to/python3 to name one." >&2; exit 1; fi
	rm -rf $(VENV)
	"$(PYTHON)" -m venv $(VENV)
	@touch $@

# The package is used where it stands: a .pth file and a two-line command, so nothing is built.
$(BIN)/aerogram: $(VENV)/made.stamp
	@site="$$($(BIN)/python -c 'import sysconfig; print(sysconfig.get_path("purelib"))')"; \
	echo "$(CURDIR)/src" > "$$site/aerogram.pth"
	@printf '#!/bin/sh\nexec "%s/python" -m aerogram "$$@"\n' "$(CURDIR)/$(BIN)" > $@
	@chmod +x $@

$(VENV)/run.stamp: requirements/run.lock $(VENV)/made.stamp $(BIN)/aerogram
	$(PIP) --requirement requirements/run.lock
	@touch $@

# The development lock holds everything of the other at the same versions.
$(VENV)/dev.stamp: requirements/dev.lock $(VENV)/made.stamp $(BIN)/aerogram
	$(PIP) --requirement requirements/dev.lock
	@touch $@ $(VENV)/run.stamp

# What builds wheels, beside the development lock at the same versions.
$(VENV)/build.stamp: requirements/build.lock $(VENV)/dev.stamp
	$(PIP) --requirement requirements/build.lock
	@touch $@

$(VENV)/node.stamp: $(NODE_CLIENTS)/package-lock.json $(VENV)/made.stamp
	@if command -v npm >/dev/null; then cd $(NODE_CLIENTS) && npm ci --no-audit --no-fund --loglevel=error; \
	else echo "npm is not installed: the tests with Node clients will be skipped." >&2; fi
	@touch $@
