# The virtual environment is made once and again whenever a lock file changes.
PYTHON ?= $(shell command -v python3.12 || command -v python3)
VENV := .venv
BIN := $(VENV)/bin
PORT ?= 8000
export PORT
# What is done, and when it began.
SAY := date "+%H:%M:%S" | tr "\n" " "; echo
SCHEMA := docs/reference/openapi.yaml

.DEFAULT_GOAL := help
.PHONY: help install run test test-api test-browser test-lowest test-mariadb test-newest test-postgresql test-services test-slow lint schema format bench docs locks clean \
	extract_translations compile_translations detect_changed_source_translations validate_translations

help:  ## Show the targets
	@grep -E '^[a-z_-]+:.*##' $(MAKEFILE_LIST) | awk -F ':.*## ' '{printf "%-35s %s\n", $$1, $$2}'

$(BIN)/python:
	@$(SAY) "Making the virtual environment $(VENV) …"
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info[:2] != (3, 12) and "Python 3.12 is needed; set PYTHON=…")'
	@$(PYTHON) -m venv $(VENV)

$(VENV)/.studio: $(BIN)/python requirements/studio.txt setup.py
	@$(SAY) "Installing the packages of the site, about 600 MB: some minutes …"
	@$(BIN)/pip install --quiet --disable-pip-version-check -r requirements/studio.txt
	@$(BIN)/pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation --editable .
	@touch $@

$(VENV)/.dev: $(VENV)/.studio requirements/dev.txt
	@$(SAY) "Installing the packages for development …"
	@$(BIN)/pip install --quiet --disable-pip-version-check -r requirements/dev.txt
	@touch $@

$(VENV)/.services: $(VENV)/.dev requirements/services.txt
	@$(SAY) "Installing the packages for tests with services …"
	@$(BIN)/pip install --quiet --disable-pip-version-check -r requirements/services.txt
	@touch $@

$(VENV)/.browser: $(VENV)/.dev requirements/browser.txt
	@$(SAY) "Installing the packages for tests in a browser …"
	@$(BIN)/pip install --quiet --disable-pip-version-check -r requirements/browser.txt
	@touch $@

$(VENV)/.docs: $(VENV)/.studio requirements/docs.txt
	@$(SAY) "Installing the packages for the documentation …"
	@$(BIN)/pip install --quiet --disable-pip-version-check -r requirements/docs.txt
	@touch $@

install: $(VENV)/.studio  ## Make the virtual environment

# Plain HTTP on this machine only; a real site keeps the default, cookies over TLS.
run: export SECURE_COOKIES ?= false
run: export DEMO ?= true
run: install  ## Start the site with its demo content on http://127.0.0.1:8000/, or another PORT=
	@$(SAY) "Preparing the site …"
	@$(BIN)/python manage.py prepare_studio --port $(PORT)
	@PATH="$(CURDIR)/$(BIN):$$PATH" honcho start --no-prefix || [ $$? -eq 130 ]  # 130 is Ctrl-C

test: $(VENV)/.dev  ## Run the default test suite, or only some of it: TESTS=tests/sync
	$(BIN)/python -m pytest --numprocesses auto --ignore tests/generated --ignore tests/browser $(TESTS)

test-browser: $(VENV)/.browser  ## Test pages in Chromium, which is installed on Debian if it is missing
	@command -v chromium chromium-browser >/dev/null || [ -n "$$CHROMIUM" ] || \
		{ apt-get update -qq && apt-get install -qq --yes --no-install-recommends chromium; }
	$(BIN)/python -m pytest tests/browser

test-api: $(VENV)/.dev  ## Send thousands of generated requests to the API: none may fail on the server
	$(BIN)/python -m pytest tests/generated

test-slow: $(VENV)/.dev  ## Run what takes minutes: every endpoint for every role, killed workers, a project with the wheel
	$(BIN)/python -m pytest --numprocesses auto -m "slow and not services" --ignore tests/browser

# The other rooms pass there too, and take longer: make test-services ROOMS_ON_DATABASES="tests/sync tests/backups"
ROOMS_ON_DATABASES := tests/learning_core tests/libraries tests/content/test_bulk.py \
	tests/content/test_collections_rest.py tests/content/test_publishing_rest.py tests/content/test_tags_rest.py \
	tests/attacks/test_characters.py tests/attacks/test_taxonomies.py \
	tests/history/test_change_sets.py tests/history/test_release_races.py tests/history/test_undo_races.py \
	tests/history/test_undo_properties.py tests/sync/test_races.py tests/imports/test_races.py \
	tests/xblocks/test_races.py \
	tests/jobs

test-services: $(VENV)/.services  ## Run tests and the install guide on MariaDB and PostgreSQL, over RabbitMQ and Redis, and what compose.yaml starts
	$(BIN)/python -m pytest --numprocesses auto -m services tests/journeys tests/packaging
	$(MAKE) --jobs 2 --output-sync=target test-mariadb test-postgresql

# One process each, as both run at the same time, and every process migrates a database of its own.
ON_A_DATABASE := $(BIN)/python -m pytest --ds tests.settings_services --create-db --migrations

test-mariadb: $(VENV)/.services
	DATABASE_URL=$${MARIADB_URL:-mysql://root@127.0.0.1:3306/test} $(ON_A_DATABASE) $(ROOMS_ON_DATABASES)

test-postgresql: $(VENV)/.services
	DATABASE_URL=$${POSTGRES_URL:-postgres://postgres@127.0.0.1:5432/test} $(ON_A_DATABASE) $(ROOMS_ON_DATABASES)

# For a scheduled job, and not for each change: what fails here is news of others. docs/upgrading.rst says what to do then.
NEWEST := var/newest
PACKAGES := openedx-core

test-newest:  ## Test what leans on other packages against their newest releases: PACKAGES="openedx-core openedx-authz"
	@$(SAY) "Making the virtual environment $(NEWEST) with the newest $(PACKAGES) …"
	@$(PYTHON) -m venv --clear $(NEWEST)
	@$(NEWEST)/bin/pip install --quiet --disable-pip-version-check -r requirements/dev.txt
	@$(NEWEST)/bin/pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation --editable .
	@$(NEWEST)/bin/pip install --quiet --disable-pip-version-check --upgrade $(PACKAGES)
	@$(NEWEST)/bin/pip list --disable-pip-version-check | grep $(PACKAGES:%=-e "^% ")
	DIFFERENTIAL_SEEDS=50 $(NEWEST)/bin/python -m pytest -m "not services" tests/learning_core tests/upstream

# Of the package, not of the host: the host takes its newest allowed packages. Tools that only look at code stay away.
LOWEST := var/lowest
ONLY_LOOK := schemathesis twine tox pre-commit pip-tools mypy ruff django-stubs djangorestframework-stubs celery-types types- \
	import-linter code-annotations
CORE := tests/olx tests/learning_core tests/libraries tests/courses/test_contract.py tests/sync/test_structures.py \
	tests/imports/test_import_archive.py

test-lowest:  ## Test the core against the lowest versions of packages that the package allows
	@$(SAY) "Making the virtual environment $(LOWEST) with the lowest allowed versions …"
	@$(PYTHON) -m venv --clear $(LOWEST)
	@sed -nE 's/^([A-Za-z0-9._-]+)>=([0-9.]+).*/\1==\2/p' requirements/base.in requirements/meilisearch.in \
		requirements/tantivy.in > $(LOWEST)/lowest.txt
	@sed '/^-c /d; s|^-r |-r $(CURDIR)/requirements/|' requirements/dev.in | grep -v $(ONLY_LOOK:%=-e "^%") > $(LOWEST)/dev.in
	@$(LOWEST)/bin/pip install --quiet --disable-pip-version-check -c $(LOWEST)/lowest.txt -r $(LOWEST)/dev.in
	@$(LOWEST)/bin/pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation --editable .
	$(LOWEST)/bin/python -m pytest -m "not services" $(CORE)

lint: $(VENV)/.browser  ## Check style, types, layers, migrations, the API schema and PII annotations
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/python manage.py makemigrations --check --dry-run
	$(BIN)/python manage.py spectacular --validate --fail-on-warn | diff -u $(SCHEMA) - || \
		{ echo "$(SCHEMA) is stale: make schema"; exit 1; }
	DJANGO_SETTINGS_MODULE=studio.settings $(BIN)/code_annotations django_find_annotations \
		--config_file .pii_annotations.yml --lint --coverage

schema: $(VENV)/.dev  ## Write the description of the API anew
	$(BIN)/python manage.py spectacular --validate --fail-on-warn --file $(SCHEMA)

format: $(VENV)/.dev  ## Format the code
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

# Catalogs, with the names that packages of Open edX give to these targets. They need gettext: apt-get install gettext
TRANSLATED := content_libraries studio
LANGUAGES := es

# English is the source for translation services, and no catalog that the site reads. Dates would change each time.
extract_translations: $(VENV)/.dev  ## Bring the catalogs of translations up to date with the texts in the code
	@for package in $(TRANSLATED); do \
		(cd $$package && $(CURDIR)/$(BIN)/django-admin makemessages --add-location file --no-obsolete \
			--locale en $(addprefix --locale ,$(LANGUAGES))) || exit 1; \
		sed --in-place '/^"POT-Creation-Date:/d' $$package/locale/*/LC_MESSAGES/django.po; \
	done

compile_translations: $(VENV)/.dev  ## Compile the catalogs, which is what the site reads
	@for package in $(TRANSLATED); do \
		(cd $$package && $(CURDIR)/$(BIN)/django-admin compilemessages $(addprefix --locale ,$(LANGUAGES))) || exit 1; \
	done

detect_changed_source_translations: extract_translations  ## Fail when texts changed since the catalogs were committed
	git diff --exit-code -- $(TRANSLATED:=/locale)

validate_translations: $(VENV)/.dev  ## Check that the catalogs are complete, well-formed and compiled
	$(BIN)/python -m pytest tests/test_catalogs.py

bench: $(VENV)/.dev  ## Measure the figures of docs/performance.md
	$(BIN)/python -m benchmarks.archives memory
	$(BIN)/python -m benchmarks.archives time
	$(BIN)/python -m benchmarks.commands
	$(BIN)/python -m benchmarks.import_course
	$(BIN)/python -m benchmarks.import_memory
	$(BIN)/python -m benchmarks.publish
	$(BIN)/python -m benchmarks.render_blocks
	$(BIN)/python -m benchmarks.search_index
	$(BIN)/python -m benchmarks.search_queries
	$(BIN)/python -m benchmarks.sync
	$(BIN)/python -m benchmarks.undo

docs: $(VENV)/.docs  ## Build the documentation in docs/_build, with the screenshots that test-browser took
	$(BIN)/python -m sphinx --fail-on-warning --keep-going --quiet docs docs/_build

locks: $(VENV)/.dev  ## Bring the lock files up to date with requirements/*.in
	cd requirements && for name in studio production dev services browser docs; do \
		../$(BIN)/pip-compile --quiet --upgrade --strip-extras --allow-unsafe --no-emit-index-url \
			--no-emit-find-links --no-emit-trusted-host --output-file $$name.txt $$name.in || exit 1; done

clean:  ## Remove the virtual environment and everything that the site wrote
	rm -rf $(VENV) var
