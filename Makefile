# Each target does its own set-up; a fresh machine needs python3 (3.11 or newer) and make, nothing else.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
READY := $(VENV)/.ready
SAM := .venv-build/bin/sam
CODE := shared functions local
FUNCTIONS = $(wildcard functions/*)

export PIP_DISABLE_PIP_VERSION_CHECK = 1
export SAM_CLI_TELEMETRY = 0

.PHONY: help demo run test browser pictures check build bench simulate hunt deploy lock clean
.DEFAULT_GOAL := help

help: ## this list
	@grep -hE '^[a-z]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/^([a-z]+):.*## /  make \1|/' | column -t -s '|'

demo: $(READY) ## the product at work on this machine, checked; make demo ARGS=--real-limits keeps to Xero's limits
	@$(BIN)/python -m local.demo $(ARGS)

run: $(READY) ## the whole system on this machine until Ctrl-C
	@$(BIN)/python -m local

test: $(READY) ## every test outside the browser, on all cores; make test ARGS="-k name" for some of them
	$(BIN)/python -m pytest -n auto --dist loadfile --no-loadscope-reorder --ignore tests/console $(ARGS) || [ $$? -eq 5 ]

browser: $(READY) ## the console's tests, in Chromium (which must be installed)
	$(BIN)/python -m pytest -n auto --dist loadfile --no-loadscope-reorder tests/console -p no:randomly $(ARGS) || [ $$? -eq 5 ]

pictures: $(READY) ## the screenshots of docs/images, taken anew by the browser tests
	LEDGERLINK_PICTURES=docs/images $(BIN)/python -m pytest -n 0 tests/console/test_pictures.py

check: $(READY) ## format, lint, types, arrows between modules, the template
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy shared local $(if $(FUNCTIONS),functions)
	PYTHONPATH=shared:functions:. $(BIN)/lint-imports --no-cache
	$(BIN)/cfn-lint template.yaml
	@if [ -x $(SAM) ]; then AWS_DEFAULT_REGION=eu-west-1 $(SAM) validate --lint; fi

build: $(READY) ## pack for Lambda, then check sizes, imports and one deployment (needs Python 3.13)
	@$(BIN)/python -m local.build

bench: $(READY) ## calls, time, memory and write units against their goals
	@$(BIN)/python -m bench $(ARGS)

simulate: $(READY) ## seeded faults over the real handlers: make simulate SEEDS=500
	@$(BIN)/python -m pytest tests/simulation --seeds $(or $(SEEDS),200) $(ARGS)

hunt: $(READY) ## a world in which a mutant is noticed: make hunt ARGS='1-20 "no fence"'
	@PYTHONPATH=shared:functions:. $(BIN)/python -m tests.simulation.hunt $(ARGS)

deploy: build ## to your AWS account (asks what it needs to know)
	PATH="$(CURDIR)/.venv-build/bin:$$PATH" $(SAM) build --cached --parallel
	$(SAM) deploy --guided

lock: ## choose anew what requirements-dev.in allows, and write requirements-dev.txt
	$(PYTHON) -m venv --clear .venv-lock
	.venv-lock/bin/python -m pip install --quiet -r requirements-dev.in
	@{ echo "# Written by make lock from requirements-dev.in."; \
	   .venv-lock/bin/python -m pip freeze --exclude-editable \
	   | sed -E 's/^(awslambdaric|snapshot-restore-py)==.*/& ; sys_platform == "linux"/'; } > requirements-dev.txt
	rm -rf .venv-lock

clean: ## forget environments, builds and the local stack's state
	rm -rf $(VENV) .venv-build .aws-sam .build .local .mypy_cache .pytest_cache .ruff_cache *.egg-info

$(READY): requirements-dev.txt pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' \
	  || { echo "Ledgerlink needs Python 3.11 or newer; choose one with make PYTHON=python3.13 $(MAKECMDGOALS)"; exit 1; }
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet -r requirements-dev.txt
	$(BIN)/python -m pip install -qq --no-deps -e .
	@touch $@
