# Everything sets up what it needs by itself: a bare machine needs make, Python ≥ 3.11 and Python 3.10.
.DEFAULT_GOAL := help
.PHONY: help setup run test test-fast check check-content format bench bench-answers status clean

PYTEST = .venv/bin/python -m pytest

help:  ## Show these commands
	@sed -n 's/^\([a-z-]*\):.*## /\1\t/p' $(MAKEFILE_LIST) | expand -t 16

setup:  ## Install both Python environments from their lock files
	@ops/setup.sh

run:  ## Set up, train if needed, start everything; Ctrl-C stops it
	@exec ops/run.sh

test: setup  ## Run every test
	@ops/train.sh
	@$(PYTEST) $(ARGS)

test-fast: setup  ## Run the tests that start neither Rasa, PostgreSQL, Redis nor a browser
	@$(PYTEST) -m "not rasa and not postgres and not redis and not browser and not e2e" $(ARGS)

check: setup  ## Format, lint, types, import directions
	@.venv/bin/ruff format --check .
	@.venv/bin/ruff check .
	@.venv/bin/mypy
	@.venv/bin/lint-imports --no-cache
	@$(MAKE) --no-print-directory check-content

check-content: setup  ## Check the knowledge base: form, references, dates, stolen questions
	@.venv/bin/passerelle-kb check

format: setup  ## Format and mend what the linter can mend
	@.venv/bin/ruff format .
	@.venv/bin/ruff check --fix .

bench: setup  ## Measure the time to an answer, where it goes, and the memory, on a system of its own
	@ops/train.sh
	@.venv/bin/python -m tests.load.latency

bench-answers: setup  ## Measure our search beside BM25, TF-IDF, e5 alone and Rasa's own (ARGS="--skip rasa": without 2.5 GB)
	@.venv/bin/python -m tests.answers $(ARGS)

status:  ## Show the state of the running processes
	@ops/status.sh

clean:  ## Remove the environments (the data in var/ stays)
	rm -rf .venv nlu/.venv .tools
