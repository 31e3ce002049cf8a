# The few commands a person types. Each installs what it needs; `make demo` and `make test` work on a fresh machine.
SHELL := /bin/bash
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
DATA ?= data
export HOPNHAT_DATA := $(DATA)
# Three parts of about equal length: end-to-end tests, those of them in a browser with these folders, and the others
# (reports among them: they open a browser of their own).
BROWSER := tests/end_to_end/browser/
ALONG := tests/citizens/ tests/parcels/ tests/synthetic/ tests/warehouse/
OTHERS := $(filter-out tests/end_to_end/ tests/__pycache__/ $(ALONG),$(wildcard tests/*/)) $(wildcard tests/test_*.py)
.PHONY: demo test test-long ui ui-readonly bench lint reference pictures audit lock sample clean

demo: $(VENV)/.run ## Unify the shipped sample of Thượng Phúc
	@$(BIN)/hopnhat run --new-commune 10231 --data $(DATA)

test: $(VENV)/.dev
	@bash tests/chromium.sh
# Side by side, three on two cores: each waits now and then, for a browser, a disk or another process. On frames of some
# rows a pool of threads costs a fifth of the processor's time and gains none; end-to-end tests run as a user does.
	@POLARS_MAX_THREADS=1 $(BIN)/python -m pytest -m "not long" $(OTHERS) & others=$$!; \
	POLARS_MAX_THREADS=1 $(BIN)/python -m pytest -m "not long" $(BROWSER) $(ALONG) & browser=$$!; \
	$(BIN)/python -m pytest -m "not long" tests/end_to_end --ignore $(BROWSER); ends=$$?; \
	wait $$others || ends=$$?; wait $$browser || ends=$$?; exit $$ends

test-long: $(VENV)/.spark
	@bash tests/chromium.sh
	@bash tests/java.sh
	@$(BIN)/python -m pytest

ui: $(VENV)/.run ## Open Dagster on http://127.0.0.1:3000
	@$(BIN)/python -m assets.ui

reference: $(VENV)/.run ## Write the pages of docs/reference from the code
	@$(BIN)/python -m assets.reference

ui-readonly: $(VENV)/.run ## The same for auditors, on http://127.0.0.1:3001: nothing can be started or changed
	@$(BIN)/python -m assets.ui --read-only

pictures: $(VENV)/.dev ## Take the pictures of docs/pictures: the browser tests do
	@bash tests/chromium.sh
	@$(BIN)/python -m pytest tests/end_to_end/browser --pictures

bench: $(VENV)/.dev $(VENV)/.peers ## About half an hour: beside the peers, one commune growing, communes in a row
	@$(BIN)/hopnhat bench peers
	@$(BIN)/hopnhat bench growth
	@$(BIN)/hopnhat bench country --communes 8 --city-communes 0

lint: $(VENV)/.dev
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .
	@$(BIN)/mypy

audit: $(VENV)/.audit ## Ask PyPI's advisories about every locked library; needs a network, which nothing else does
	@$(VENV)/audit/bin/python .ci/audit requirements-dev.lock requirements-spark.lock requirements-audit.lock

# Hash-locked, for every platform, without the address of any index.
lock:
	@$(BIN)/uv pip compile -q --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-header \
		--no-strip-extras --extra install pyproject.toml -o requirements.lock
	@$(BIN)/uv pip compile -q --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-header \
		--no-strip-extras --extra install --extra dev -c requirements.lock pyproject.toml -o requirements-dev.lock
	@$(BIN)/uv pip compile -q --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-header \
		--no-strip-extras --extra install --extra spark -c requirements.lock pyproject.toml -o requirements-spark.lock
	@$(BIN)/uv pip compile -q --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-header \
		--no-strip-extras --group audit -o requirements-audit.lock
	@$(BIN)/uv pip compile -q --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-header \
		--no-strip-extras --group peers -o requirements-peers.lock

$(VENV)/.run: requirements.lock pyproject.toml
	@bash install.sh $(PYTHON) $(VENV) requirements.lock
	@touch $@

$(VENV)/.dev: requirements-dev.lock pyproject.toml
	@bash install.sh $(PYTHON) $(VENV) requirements-dev.lock
	@touch $@ $(VENV)/.run

# What pandas 3 would break, in an environment of its own. Some of it is compiled when it is installed.
$(VENV)/.peers: requirements-peers.lock
	@command -v cc >/dev/null || { echo "Cần trình biên dịch C. / A C compiler is needed (package build-essential)." >&2; exit 2; }
	@$(PYTHON) -m venv $(VENV)/peers
	@$(VENV)/peers/bin/python -m pip install -q --disable-pip-version-check --no-deps --require-hashes -r $<
	@touch $@

# 434 MB, which only the Spark engine needs: beside what the tests need, of the same versions.
$(VENV)/.spark: requirements-spark.lock $(VENV)/.dev
	@$(BIN)/python -m pip install -q --disable-pip-version-check --no-deps --require-hashes -r $<
	@touch $@

$(VENV)/.audit: requirements-audit.lock
	@$(PYTHON) -m venv $(VENV)/audit
	@$(VENV)/audit/bin/python -m pip install -q --disable-pip-version-check --no-deps --require-hashes -r $<
	@touch $@

clean:
	@rm -rf $(DATA)/published $(DATA)/reports $(DATA)/scratch $(DATA)/dagster
