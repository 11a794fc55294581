# Two commands for a newcomer: `make demo` and `make test`. Everything lives in .venv.
PYTHON ?= python3
BIN := .venv/bin
UV := $(BIN)/uv
LOCK := $(UV) pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-strip-extras \
	--no-emit-index-url --no-emit-find-links --no-header --no-annotate
# Compiled now, imports are two to three times faster at every later start.
INSTALL := PYTHONDONTWRITEBYTECODE= $(UV) pip sync --quiet --require-hashes --compile-bytecode
FAST := -m "not wide and not built and not long" --numprocesses 2 --dist worksteal
EDITABLE := $(UV) pip install --quiet --no-deps --no-build-isolation --editable .

.PHONY: wheel demo test test-fast test-wide focus-check focus-validator spark-check check coverage snapshot readme bench insight-quality install lock browser postgresql clean

demo: .venv/.runtime
	@$(BIN)/atlas-costs demo $(ARGS)

# Two at a time, a file to one process: half the wall time, and a file's fixtures are made once.
test: .venv/.dev browser postgresql
	@$(BIN)/pytest -m "not wide" --numprocesses 2 --dist loadfile --no-loadscope-reorder $(ARGS)

# What one runs while working: all that builds no warehouse, starts no browser and is not long.
test-fast: .venv/.dev
	@$(BIN)/pytest $(FAST) $(ARGS)

test-wide: .venv/.dev browser postgresql focus-validator
	@$(BIN)/pytest $(ARGS)

# The FinOps Foundation's own validator over thirteen months of the sandbox.
focus-check: .venv/.dev .venv-focus/.done
	@$(BIN)/pytest tests/e2e/test_focus_validator.py $(ARGS)

# All models on Apache Spark, here and on a cluster that loses a worker, and whole refreshes, compared
# with DuckDB's marts; and each macro on both. It wants Java.
spark-check: .venv/.dev .venv-spark/.done
	@.venv-spark/bin/python -m pytest tests/dbt/test_on_spark.py tests/dbt/test_on_spark_cluster.py \
	tests/dbt/test_slices_on_spark.py tests/dbt/test_refresh_on_spark.py \
	tests/dbt/test_engines.py $(ARGS)

check: .venv/.dev
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .
	@$(BIN)/mypy
	@$(BIN)/lint-imports
	@$(BIN)/deptry orchestration reporting dashboard sandbox
	@$(BIN)/sqlfluff lint --disable-progress-bar dbt_project/models dbt_project/tests
	@DBT_PROJECT_DIR=dbt_project DBT_PROFILES_DIR=dbt_project $(BIN)/dbt-score lint --run-dbt-parse
	@$(BIN)/python -m tests.readme --check
	@$(MAKE) --no-print-directory coverage

# Of the fast tests alone: what only a warehouse or a browser reaches is not counted as covered.
coverage: .venv/.dev
	@$(BIN)/pytest $(FAST) --cov --cov-report= -q $(ARGS)
	@$(BIN)/coverage report --format=total

# After a change of assets, checks or jobs: what Dagster shows of them, for tests to compare.
snapshot: .venv/.dev
	@$(BIN)/python -m tests.orchestration.asset_graph

# After a change of what the demo or the query of the README prints.
readme: .venv/.dev
	@$(BIN)/python -m tests.readme

bench: .venv/.dev .venv-bench/.done
	@$(BIN)/python -m benchmarks $(ARGS)

# Forecasts of sandboxes that nothing was tuned on, beside two naive ones.
insight-quality: .venv/.dev
	@$(BIN)/python -m benchmarks.insight_quality $(ARGS)

install: .venv/.runtime

wheel: .venv/.dev
	@$(UV) build --quiet --wheel --no-build-isolation

# Resolve again: after a change of dependencies in pyproject.toml.
lock: .venv/.dev
	@$(LOCK) pyproject.toml --group setup --group dev -o requirements/dev.txt
	@$(LOCK) pyproject.toml --group setup -c requirements/dev.txt -o requirements/runtime.txt
	@echo uv | $(LOCK) - -c requirements/dev.txt -o requirements/uv.txt
	@echo 'dlt[parquet,duckdb]' | $(LOCK) - -c requirements/dev.txt -o requirements/bench.txt
	@printf 'pyspark>=4.3,<5\ndbt-spark[session]>=1.11,<1.12\n' | $(LOCK) - -c requirements/dev.txt -o requirements/spark.txt
	@printf 'focus-validator==2.2.1\npyarrow<24\n' | $(subst 3.11,3.12,$(LOCK)) - -o requirements/focus.txt

# The browser tests want an installed Chromium; on Debian as root it is installed here.
browser:
	@command -v chromium >/dev/null || command -v chromium-browser >/dev/null \
	|| command -v google-chrome >/dev/null || .ci/install-chromium

# The tests of Dagster's history in PostgreSQL want its programs; they start a server of their own.
postgresql:
	@command -v initdb >/dev/null || ls /usr/lib/postgresql/*/bin/initdb >/dev/null 2>&1 \
	|| .ci/install-postgresql

clean:
	rm -rf .venv .venv-bench .venv-focus .venv-spark dbt_project/target dbt_project/logs

.venv/bin/uv: requirements/uv.txt
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Python 3.11 or newer is needed: make PYTHON=python3.11 …")'
	@test -x $(BIN)/python || $(PYTHON) -m venv .venv
	@test -x $(UV) || $(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements/uv.txt
	@touch $@

.venv/.dev: .venv/bin/uv requirements/dev.txt pyproject.toml
	@echo "Installing into .venv …"
	@$(INSTALL) requirements/dev.txt
	@$(EDITABLE)
	@touch .venv/.dev .venv/.runtime

.venv/.runtime: .venv/bin/uv requirements/runtime.txt pyproject.toml
	@echo "Installing into .venv …"
	@test -e .venv/.dev && $(INSTALL) requirements/dev.txt || $(INSTALL) requirements/runtime.txt
	@$(EDITABLE)
	@touch $@

# What the benchmark compares with lives apart: a sync of .venv would remove it.
.venv-bench/.done: .venv/bin/uv requirements/bench.txt
	@test -x .venv-bench/bin/python || $(PYTHON) -m venv .venv-bench
	@$(INSTALL) --python .venv-bench/bin/python requirements/bench.txt
	@touch $@

# The validator wants a Python of its own; where there is none its test skips and says so.
focus-validator: .venv/bin/uv
	@$(MAKE) --no-print-directory .venv-focus/.done || true

.venv-focus/.done: .venv/bin/uv requirements/focus.txt
	@python=$$(.ci/find-python 3.12) && { test -x .venv-focus/bin/python || $$python -m venv .venv-focus; }
	@$(INSTALL) --python .venv-focus/bin/python requirements/focus.txt
	@touch $@

# Spark has packages that Sail's client owns in .venv; all else is taken from there.
.venv-spark/.done: .venv/.dev requirements/spark.txt
	@test -x .venv-spark/bin/python || $(PYTHON) -m venv .venv-spark
	@$(INSTALL) --python .venv-spark/bin/python requirements/spark.txt
	@$(BIN)/python -c 'import sysconfig; print(sysconfig.get_path("purelib"))' \
	> $$(.venv-spark/bin/python -c 'import sysconfig; print(sysconfig.get_path("purelib"))')/shared.pth
	@$(EDITABLE) --python .venv-spark/bin/python
	@touch $@
