# gridsys: `make demo` and `make test` do all the set-up on a machine with Python >= 3.11.
PYTHON ?= python3
VENV   := .venv
BIN    := $(VENV)/bin
PIP    := $(BIN)/python -m pip install --quiet --disable-pip-version-check

LOCK   := uv pip compile -q --universal --python-version 3.11 --generate-hashes --no-header --no-emit-index-url pyproject.toml constraints/build.in

.DEFAULT_GOAL := help
.PHONY: help demo test check docs lock bench services-up services-down clean

help: ## list the targets
	@grep -E '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/^([a-z-]+):.*## /\1\t/' | expand -t 16

$(VENV)/pyvenv.cfg:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "gridsys needs Python >= 3.11; name one with make PYTHON=..."; exit 1; }
	@echo "Creating $(VENV) ..."
	@$(PYTHON) -m venv $(VENV)

$(VENV)/run.stamp: constraints/run.txt pyproject.toml | $(VENV)/pyvenv.cfg
	@echo "Installing gridsys and its libraries into $(VENV) (about a minute) ..."
	@$(PIP) --require-hashes -r constraints/run.txt
	@$(PIP) --no-deps --no-build-isolation -e .
	@touch $@

$(VENV)/test.stamp: constraints/test.txt $(VENV)/run.stamp
	@echo "Installing the test tools ..."
	@$(PIP) --require-hashes -r constraints/test.txt
	@touch $@

demo: $(VENV)/run.stamp ## a synthetic street from nothing to maps and shapefiles, in demo-out/
	@$(BIN)/gridsys demo --out demo-out

test: $(VENV)/test.stamp ## every check: lint, types, architecture, both databases, browser, notebooks
	@tests/run.sh

check: $(VENV)/test.stamp ## lint, types and architecture only
	@tests/run.sh check

docs: $(VENV)/test.stamp ## write the generated pages (docs/errors.md, docs/procedures.md)
	@$(BIN)/python -m tests.pages

lock: ## lock the libraries again (needs uv): the larger set first, so that both agree
	$(LOCK) --extra test -o constraints/test.txt
	$(LOCK) -c constraints/test.txt -o constraints/run.txt

bench: $(VENV)/test.stamp ## the benchmarks with their peers, measured in the same run
	@$(PIP) -e '.[bench]'
	@for b in benchmarks/*.py; do echo "== $$b"; $(BIN)/python $$b || exit 1; done

clean: ## remove what was built
	rm -rf $(VENV) demo-out dist build .mypy_cache .ruff_cache .pytest_cache .hypothesis .services
