# Two commands matter: `make run` and `make test`. Both work in a clean clone, without a terminal.
AXE = 4.11.1
PY = .venv/bin/python

.PHONY: run test check format bench screenshots lock setup-run setup-test

run: setup-run
	DEMO=$${DEMO:-1} exec $(PY) -m ui

test: setup-test check

check:
	.venv/bin/ruff format --check --quiet .
	.venv/bin/ruff check --quiet .
	.venv/bin/mypy
	$(PY) -m pytest

format:
	.venv/bin/ruff format .
	.venv/bin/ruff check --fix .

bench: setup-test
	$(PY) -m tests.bench

screenshots: setup-test
	$(PY) -m tests.screenshots

setup-run:
	@.setup/system.sh run
	@.setup/python.sh run

setup-test: .cache/axe-$(AXE)
	@.setup/system.sh test
	@.setup/python.sh test

.cache/axe-$(AXE):
	@.setup/system.sh test
	@mkdir -p .cache
	@npm install --silent --no-save --no-audit --no-fund --prefix .cache axe-core@$(AXE)
	@touch $@

# uv resolves for every platform and Python at once; plain pip installs what it wrote.
COMPILE = uv pip compile --quiet --universal --generate-hashes --no-header --no-annotate
lock:
	$(COMPILE) pyproject.toml -o .lock/run.txt
	$(COMPILE) pyproject.toml --group dev -c .lock/run.txt -o .lock/test.txt
