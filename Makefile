# The plain commands behind each target stand in README.md.
PYTHON ?= $(shell command -v python3.11 || command -v python3)
VENV ?= .venv
BIN := $(VENV)/bin
ARGS ?=

# Kedro, MLflow, Hugging Face and others all keep to this one (MLflow only in this spelling).
export DO_NOT_TRACK := true
export HF_HUB_DISABLE_TELEMETRY := 1

.DEFAULT_GOAL := help
.PHONY: help ablation test test-slow ui viz lint format lock clean

help: ## this list
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 12

ablation: $(VENV)/.installed ## train, evaluate and report the whole ablation grid (ARGS='--env=thorough')
	$(BIN)/kedro run --pipelines=ablation $(ARGS)

test: $(VENV)/.installed-test ## run the tests (ARGS='-k rewards')
	$(BIN)/python -m pytest $(ARGS)

test-slow: $(VENV)/.installed-test ## run the long tests as well
	$(BIN)/python -m pytest -m 'slow or not slow' -k 'not vllm' --timeout=3600 $(ARGS)

ui: $(VENV)/.installed ## MLflow on http://127.0.0.1:5000
	MLFLOW_SERVER_ENABLE_JOB_EXECUTION=false $(BIN)/mlflow ui --workers 1 \
	  --backend-store-uri sqlite:///$(CURDIR)/mlflow.db $(ARGS)

viz: $(VENV)/.installed ## Kedro-Viz on http://127.0.0.1:4141
	$(BIN)/kedro viz run $(ARGS)

lint: $(VENV)/.installed-test ## style and the rules of who may import whom
	$(BIN)/ruff check src tests
	$(BIN)/ruff format --check src tests
	$(BIN)/lint-imports

format: $(VENV)/.installed-test ## let ruff mend what it can
	$(BIN)/ruff check --fix src tests
	$(BIN)/ruff format src tests

lock: ## resolve the newest allowed versions in a clean environment into requirements.lock
	rm -rf .venv-lock
	$(PYTHON) -m venv .venv-lock
	.venv-lock/bin/pip install -e '.[test]'
	.venv-lock/bin/pip freeze --exclude-editable | sed -E 's/^([^=]+==[^+]+)\+.*/\1/' > requirements.lock
	rm -rf .venv-lock

clean: ## forget results and the tracking store; the environment stays
	find data -type f ! -name .gitkeep -delete
	find data -mindepth 2 -type d -empty -delete
	rm -rf mlruns mlartifacts mlflow.db*

$(VENV)/bin/python:
	$(PYTHON) -m venv $(VENV)

$(VENV)/.installed: requirements.lock pyproject.toml | $(VENV)/bin/python
	$(BIN)/pip install -c requirements.lock -e .
	touch $@

$(VENV)/.installed-test: requirements.lock pyproject.toml | $(VENV)/bin/python
	$(BIN)/pip install -c requirements.lock -e '.[test]'
	touch $(VENV)/.installed $@
