# Everything a person or CI does here. `make demo` and `make test` start from a bare machine.

PYTHON ?= python3
BIN := .venv/bin
LOCK := $(BIN)/uv pip compile pyproject.toml --universal --python-version 3.11 \
	--fork-strategy fewest --generate-hashes --no-emit-index-url \
	--custom-compile-command "make lock" --quiet $(UPGRADE)

# Node for the CDK and the viewer's tests comes with the environment.
export PATH := $(CURDIR)/$(BIN):$(PATH)

# Set-up leaves compiling to the first import; without a place for it every start compiles anew.
unexport PYTHONDONTWRITEBYTECODE

.DEFAULT_GOAL := help
.PHONY: help setup demo test check format lock synth bench soak evaluate docs clean

help: ## show this list
	@sed -n 's/^\([a-z]*\):.*## /\1	/p' $(MAKEFILE_LIST) | expand -t 10

setup: ## get this checkout ready: system libraries, .venv, pose model, sample video
	@$(PYTHON) -I local/setup.py

demo: setup ## start the whole product on this machine and analyse the sample video
	@$(BIN)/coach demo

test: setup ## run every test, with branch coverage (ARGS="-k release" narrows it)
	@$(BIN)/python -m pytest -n 4 --dist loadfile --no-loadscope-reorder --cov --cov-report=term $(ARGS)

check: setup ## format, lint, types and who may import whom
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports --no-logo

format: setup ## format the code and mend what ruff can mend
	$(BIN)/ruff check --fix-only --quiet .
	$(BIN)/ruff format .

lock: setup ## write requirements/*.txt anew (UPGRADE=--upgrade takes newer versions)
	$(LOCK) --extra dev --output-file requirements/dev.txt
	$(LOCK) --extra api --extra operator --constraints requirements/dev.txt \
		--output-file requirements/functions.txt
	$(LOCK) --extra infra --constraints requirements/dev.txt --output-file requirements/infra.txt
	$(LOCK) --extra worker --constraints requirements/dev.txt --output-file requirements/worker.txt
	$(subst pyproject.toml,requirements/installer.in,$(LOCK)) --constraints requirements/dev.txt \
		--output-file requirements/installer.txt
	$(subst pyproject.toml,requirements/media.in,$(LOCK)) --constraints requirements/dev.txt \
		--output-file requirements/media.txt
	$(subst pyproject.toml,requirements/ministack.in,$(LOCK)) --output-file requirements/ministack.txt \
		$(addprefix --no-emit-package ,botocore jmespath python-dateutil six urllib3)

synth: setup ## write every stage's stack to cdk.out, checked by cdk-nag and cfn-lint; no account, no Docker
	@$(BIN)/python app.py
	@$(BIN)/cfn-lint --config-file infra/cfn-lint.yaml cdk.out/*.template.json

bench: setup ## measure speed
	@$(BIN)/python -m benchmarks

soak: setup ## 500 jobs while workers are killed (ARGS="--jobs 100 --seed 1"); long races, broken files
	@$(BIN)/python -m benchmarks.soak $(ARGS)
	@RACE_ROUNDS=200 HOSTILE_FILES=2000 $(BIN)/python -m pytest -q -n 2 --dist loadfile \
		tests/system/test_race.py tests/system/test_hostile_files.py

evaluate: setup ## measure accuracy into docs/accuracy.md (CLIPS=folder of labelled clips)
	@$(BIN)/python -m benchmarks.accuracy --doc docs/accuracy.md $(if $(CLIPS),--clips $(CLIPS))

docs: setup ## write docs/metrics.md, scaling.md and openapi.json from the code
	@$(BIN)/python -m cli.metrics_page
	@$(BIN)/python -m cli.openapi_file
	@$(BIN)/python -m benchmarks.scaling --doc docs/scaling.md

clean: ## remove everything that was made here, .venv too
	rm -rf .venv .coverage* .hypothesis .import_linter_cache .mypy_cache .pytest_cache .ruff_cache \
		build cdk.out dist htmlcov
	find . -name __pycache__ -type d -prune -exec rm -rf {} +
