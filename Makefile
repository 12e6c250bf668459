# A fresh machine needs Python 3.11 (with venv), make and git; the rest comes as wheels.
.DEFAULT_GOAL := help
.PHONY: help setup run test check bench flows messages docs

PY ?= python3
UV := $(shell command -v uv 2>/dev/null)
CHROMIUM := $(shell command -v chromium-headless-shell || command -v chromium)
CATALOGUES := $(wildcard src/guestlist/locale/*/LC_MESSAGES/django.po)
PROVIDERS := tests/flows/providers
PYTEST := .venv/bin/python -m pytest -n 3 $(if $(GUESTLIST_CI),-p tests.architecture.nothing_skipped)

# Each of the hundred processes of a run would compile everything again that it imports.
unexport PYTHONDONTWRITEBYTECODE

help:  ## this list
	@grep -E '^[a-z]+:.*##' Makefile | sed 's/:.*##/\t/' | expand -t 12

setup: .venv/.stamp $(CATALOGUES:.po=.mo)  ## .venv with everything in uv.lock, and the translations compiled

.venv/.stamp: pyproject.toml uv.lock
ifdef UV
	uv sync --frozen --inexact --python $(PY)
else
	test -x .venv/bin/pip || $(PY) -m venv .venv
	test -x .venv/bin/uv || .venv/bin/pip install -q --disable-pip-version-check "uv>=0.13"
	.venv/bin/uv sync --frozen --inexact --no-python-downloads
endif
	@touch $@

%.mo: %.po .venv/.stamp
	@.venv/bin/pybabel -q compile -D django -d src/guestlist/locale

run: setup  ## the demo: prints its URL and who may sign in
	.venv/bin/guestlist demo

check: setup  ## format, lint, types, import contracts, migrations, translations
	.venv/bin/ruff format --check .
	.venv/bin/ruff check .
	.venv/bin/mypy
	.venv/bin/lint-imports
	GUESTLIST_TEST_DB=sqlite DJANGO_SETTINGS_MODULE=tests.settings .venv/bin/python -m django makemigrations --check --dry-run
	.venv/bin/python tools/messages.py check

# Tests of processes with a database of their own, which is SQLite's, run once.
# The browser tests apart: pytest groups them by browser, and so before others that need the rows they flush.
# One that fails is tried once more, and told as rerun: Chromium on two busy cores now and then is late.
test: check  ## check, then every test on SQLite (no browser) and on PostgreSQL
	GUESTLIST_TEST_DB=sqlite $(PYTEST) --ignore tests/browser -m "not own_database"
	$(PYTEST) --ignore tests/browser
ifdef CHROMIUM
	$(PYTEST) tests/browser -m "not flows" --reruns 1
else
	@echo "Left out: the browser tests. They need chromium-headless-shell or chromium on the PATH."$(if $(GUESTLIST_CI), && exit 1)
endif

flows: setup $(PROVIDERS)/node_modules  ## sign-in through real identity providers, in a browser; needs node, npm and chromium
	$(PYTEST) -m flows

$(PROVIDERS)/node_modules: $(PROVIDERS)/package-lock.json
	cd $(PROVIDERS) && npm ci --no-audit --no-fund --ignore-scripts
	@touch $@

bench: setup  ## performance side by side with peers; needs node and npm
	.venv/bin/python -m bench

messages: setup  ## bring the .po files up to date with the code
	.venv/bin/python tools/messages.py update

docs: setup  ## write the pages of docs/reference that are made from the code
	.venv/bin/python tools/reference.py
