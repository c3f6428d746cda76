.PHONY: run test check check-web bench screenshots names schema format lock backup restore verify backup-key add-key retire-key
.NOTPARALLEL:

# The application with a demo office, at http://127.0.0.1:8080.
run: export DEMO := $(or $(DEMO),1)
run:
	@.setup/prepare run
	@exec .venv/bin/python -m ui

# The whole office in one file, while it works; deploy/README.md says more. BACKUP_KEY encrypts it; `make backup-key`
# makes one.
backup restore verify:
	@.venv/bin/python -m domain.operations $@ $(if $(FILE),"$(FILE)")
retire-key:
	@.venv/bin/python -m domain.operations retire-key $(KEY)
add-key:
	@.venv/bin/python -m domain.operations add-key
backup-key:
	@.venv/bin/python -m domain.operations key

# Everything there is to check, with its own set-up.
test:
	@.setup/prepare test
	@$(MAKE) --no-print-directory check

# The gate alone: types beside tests, those first that take long. One process more than processors, up to four: tests
# with a browser wait a third of their time.
PROCESSES = $(shell n=$$(getconf _NPROCESSORS_ONLN); echo $$((n < 3 ? n + 1 : 4)))
check: check-web
	.venv/bin/ruff format --check --quiet .
	.venv/bin/ruff check --quiet .
	@.venv/bin/mypy --no-error-summary & types=$$!; \
	.venv/bin/python -m pytest --numprocesses $(PROCESSES) --no-loadscope-reorder; tests=$$?; \
	wait $$types && exit $$tests

# Scripts and styles, where `.setup/prepare test` has installed what checks them.
WEB = .cache/node_modules/.bin
SCRIPTS = 'ui/**/*.js' 'tests/**/*.mjs' '.setup/*.mjs'
STYLES = 'ui/**/*.css'
ESLINT = $(WEB)/eslint --config .setup/eslint.config.mjs ui tests .setup
STYLELINT = $(WEB)/stylelint --config-basedir .cache $(STYLES)

check-web:
ifneq ($(wildcard $(WEB)/eslint),)
	$(WEB)/prettier --check --log-level warn $(SCRIPTS) $(STYLES)
	$(ESLINT)
	$(STYLELINT)
else
	@echo 'Scripts and styles are not checked: run .setup/prepare test first.'
endif

# With the peers it measures beside ours, which nothing else needs.
bench:
	@.setup/prepare bench
	@.venv/bin/python -m tests.bench

screenshots:
	@.setup/prepare test
	@.venv/bin/python -m tests.screenshots

# Names that are hard to draw, in every print, to be looked at.
names:
	@.setup/prepare test
	@.venv/bin/python -m tests.hard_names

# After a new migration: the script that a new database takes instead of all of them.
schema:
	.venv/bin/python -m db.migrate

format:
	.venv/bin/ruff check --fix --quiet . || true
	.venv/bin/ruff format .
	$(WEB)/prettier --write --log-level warn $(SCRIPTS) $(STYLES)
	$(ESLINT) --fix

# The hashed requirements; `make lock UPGRADE=--upgrade` takes newer versions of the Python ones. Needs uv and npm.
LOCK = uv pip compile pyproject.toml --quiet --universal --python-version 3.11 --generate-hashes --no-header --no-annotate
lock:
	$(LOCK) $(UPGRADE) --output-file .lock/run.txt
	$(LOCK) $(UPGRADE) --group dev --constraint .lock/run.txt --output-file .lock/test.txt
	$(LOCK) $(UPGRADE) --group bench --constraint .lock/test.txt --output-file .lock/bench.txt
	npm install --prefix .lock --package-lock-only --omit-lockfile-registry-resolved --ignore-scripts --no-audit --no-fund
