.PHONY: run test check bench screenshots schema format lock
.NOTPARALLEL:

# The application with a demo office, at http://127.0.0.1:8080.
run: export DEMO := $(or $(DEMO),1)
run:
	@.setup/prepare run
	@exec .venv/bin/python -m ui

# Everything there is to check, with its own set-up.
test:
	@.setup/prepare test
	@$(MAKE) --no-print-directory check

# The gate alone: types beside tests, tests on every processor, those first that take long.
check:
	.venv/bin/ruff format --check --quiet .
	.venv/bin/ruff check --quiet .
	@.venv/bin/mypy --no-error-summary & types=$$!; \
	.venv/bin/python -m pytest --numprocesses logical --maxprocesses 4 --no-loadscope-reorder; tests=$$?; \
	wait $$types && exit $$tests

bench:
	@.setup/prepare test
	@.venv/bin/python -m tests.bench

screenshots:
	@.setup/prepare test
	@.venv/bin/python -m tests.screenshots

# After a new migration: the script that a new database takes instead of all of them.
schema:
	.venv/bin/python -m db.migrate

format:
	.venv/bin/ruff check --fix --quiet . || true
	.venv/bin/ruff format .

# The hashed requirements; `make lock UPGRADE=--upgrade` takes newer versions. Needs uv.
LOCK = uv pip compile pyproject.toml --quiet --universal --python-version 3.11 --generate-hashes --no-header --no-annotate
lock:
	$(LOCK) $(UPGRADE) --output-file .lock/run.txt
	$(LOCK) $(UPGRADE) --group dev --constraint .lock/run.txt --output-file .lock/test.txt
