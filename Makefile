# Everything a developer and CI need. Only relative paths: the repository may stand in a folder with blanks.
# `exec` lets a signal to make's child reach the program itself instead of a shell in between.
PYTHON = .venv/bin/python

.DEFAULT_GOAL = help
.PHONY: help setup run test check audit spec pictures bench chaos demo clean

help: ## List the commands
	@awk -F ':.*## ' '/^[a-z]+:.*## / { printf "  make %-8s %s\n", $$1, $$2 }' Makefile

setup: ## Make .venv and install into it; the others do this first
	@sh dev/bootstrap.sh

run: setup ## Start PostgreSQL, Redis, the Kakao sandbox, web, worker and scheduler; Ctrl-C stops them
	@exec $(PYTHON) -m dev.run

test: setup ## Run the tests; make test ARGS="-k foo" passes arguments to pytest
	@exec $(PYTHON) -m pytest $(ARGS)

check: setup ## Run what CI runs: lint, format, types, openapi.json against the routes, tests
	$(PYTHON) -m ruff check .
	$(PYTHON) -m ruff format --check .
	$(PYTHON) -m mypy
	$(PYTHON) -m dev.check
	@$(MAKE) --no-print-directory test

audit: setup ## Ask for known vulnerabilities of the pinned packages; "Error 3" is: nobody could be asked
	@exec $(PYTHON) -m dev.audit $(ARGS)

spec: setup ## Write openapi.json from the routes
	@exec $(PYTHON) -m dev.check --write

pictures: setup ## Draw the pictures of docs/ that come from the code
	@exec $(PYTHON) -m dev.pictures

bench: setup ## Measure against the floors
	@exec $(PYTHON) -m bench $(ARGS)

chaos: setup ## Kill and break everything at random and count; ARGS="--quick" is short
	@exec $(PYTHON) -m dev.chaos $(ARGS)

demo: setup ## Walk through one training day against a running `make run`
	@exec $(PYTHON) -m dev.demo $(ARGS)

clean: ## Remove .venv, .dev with its databases, and the tools' caches
	@if [ -e .dev ] && $(PYTHON) -c "import psutil" 2>/dev/null; then $(PYTHON) -m dev.clean; fi
	@rm -rf .venv .dev .pytest_cache .mypy_cache .ruff_cache .hypothesis
	@find . -name __pycache__ -type d -prune -exec rm -rf {} +
