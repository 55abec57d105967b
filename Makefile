# edgeproof: `make demo` shows it at work, `make test` proves it. Both install what they need and reuse what is cached.
SHELL := /bin/bash
.SHELLFLAGS := -euo pipefail -c
.DEFAULT_GOAL := help

PYTHON ?= python3
CACHE := $(or $(XDG_CACHE_HOME),$(HOME)/.cache)/edgeproof
LOCK := $(shell cat requirements/check.txt requirements/torch.txt | sha256sum | cut -c1-12)
VERSION := $(shell $(PYTHON) -c 'import sys; print("cp%d%d" % sys.version_info[:2])')
VENV := $(CACHE)/venv-$(LOCK)-$(VERSION)
BIN := $(VENV)/bin
# The lab on containerd has a name and addresses of its own, so that both can be up.
RUNTIME ?= docker
LAB_docker := edgeproof
LAB_containerd := containerd
LAB := $(or $(LAB_$(RUNTIME)),$(error RUNTIME=$(RUNTIME): docker or containerd))
UP_containerd := --name containerd --subnet 10.168.0.0/16 --runtime containerd
# Faults that exist only where pods ask for the GPU: each way in a lab of its own (selftest/lab/conftest.py: OTHER_WAYS).
WAYS_containerd := runtime-class cdi
STATE := $(or $(XDG_STATE_HOME),$(HOME)/.local/state)/edgeproof/lab/$(LAB)
INVENTORY := $(STATE)/cluster.yaml
OUT ?= out.json

.PHONY: help venv torch demo test test-all check wheel bench clean selftest selftest-old selftest-gpu selftest-lab lab everything faults

help: ## this list
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:[^#]*## /\t/' | expand -t 16

$(VENV)/.complete:
	@echo "== Python environment: $(VENV)"
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 10))' || { echo "edgeproof needs Python 3.10 or later; name one: make PYTHON=python3.12 …"; exit 1; }
	@rm -rf $(VENV) && mkdir -p $(CACHE)
	@$(PYTHON) -m venv $(VENV)
	@$(BIN)/pip install --quiet --disable-pip-version-check --require-hashes -r requirements/check.txt
	@touch $@

# The worker's selftests need torch. The lab keeps it as a folder for Python 3.11; another Python gets its own.
torch: venv
	@if [ $(VERSION) = cp311 ]; then \
	  $(BIN)/python -m lab.images.torch_tree --link $(VENV); \
	elif [ ! -e $(VENV)/.torch ]; then \
	  echo "== torch, for the worker selftests" && \
	  $(BIN)/pip install --quiet --disable-pip-version-check --require-hashes -r requirements/torch.txt && touch $(VENV)/.torch; \
	fi

venv: $(VENV)/.complete ## the Python environment, in the cache folder

lab: venv ## the lab: a real cluster in containers on this machine; RUNTIME=containerd: the other one
	$(BIN)/python -m lab up $(UP_$(RUNTIME))

demo: lab ## all set-up, then the three suites on the lab, and the report; RUNTIME=containerd: on Kubernetes 1.34 and containerd
	@echo "== images: $(INVENTORY)"
	$(BIN)/python -m edgeproof dataset --to-export --count 60 --corrupt 2 --inventory $(INVENTORY)
	$(BIN)/python -m edgeproof image --inventory $(INVENTORY)
	@echo "== tests_node, tests_cluster, tests_workload"
	$(BIN)/python -m pytest tests_node tests_cluster tests_workload --inventory=$(INVENTORY) --benchmark-json=$(OUT)

SNIPPETS = edgeproof/*/snippets/*.sh edgeproof/*/*/snippets/*.sh selftest/replay/fakes/*.sh
SUITES = tests_node tests_cluster tests_workload tests_reboot

check: venv ## ruff, mypy --strict, import contracts, old Python's syntax, dead names, house rules, the nodes' shell text
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/vermin --quiet --no-tips -t=3.6- worker selftest/worker/drivers edgeproof/trial/snippets/*.py
	$(BIN)/vermin --quiet --no-tips -t=3.10- edgeproof lab $(SUITES) bench conftest.py
	$(BIN)/vulture
	$(BIN)/ast-grep scan --config selftest/house/sgconfig.yml --error=unused-suppression --report-style medium edgeproof lab worker $(SUITES)
	$(BIN)/shellcheck --shell sh $(SNIPPETS)
	for file in $(SNIPPETS); do dash -n $$file; done

wheel: venv ## the package, as dist/edgeproof-VERSION-py3-none-any.whl
	$(BIN)/pip wheel --quiet --disable-pip-version-check --no-deps --no-build-isolation --wheel-dir dist .
	@ls dist/*.whl

selftest: torch ## the selftests that need no lab
	$(BIN)/python -m pytest selftest -m "not lab" -q

selftest-old: venv ## the worker's selftests on the oldest software that this machine runs: Python 3.6, or bullseye's 3.9, and torch 1.10; a few images on arm64, emulated
	$(BIN)/python -m pytest selftest/worker --worker-bed=old -q --durations=5 -n 2
	$(BIN)/python -m pytest selftest/worker/test_few_images.py --worker-bed=arm64 -q

selftest-gpu: ## the worker's selftests on this machine's GPU, with the torch that $(PYTHON) has; what pytest needs must be there too
	$(PYTHON) -m pytest selftest/worker -q --durations=5

selftest-lab: lab ## the selftests against the lab
	$(BIN)/python -m pytest selftest -m lab -v

test: check torch ## make check, then all selftests: those of the lab in one process, beside the others in a second; then the worker's on old software
	$(BIN)/python -m lab up
	$(BIN)/python -m pytest selftest -v --durations=10 -n 2
	$(BIN)/python -m pytest selftest/worker --worker-bed=old -q --durations=5 -n 2

test-all: $(if $(SHAPE),faults,everything) ## make test, and what takes longer: each check's conditions changed, and noticed; every replayed case; the wheel with every Python that is found here; the worker with more releases of torch, and torch 1.10 in the lab; every right of manifests/rbac.yaml taken away; SHAPE=docker or containerd: instead, every fault on that lab that has not passed with this code yet

everything: check torch
	$(BIN)/python -m lab up
	$(BIN)/python -m selftest.mutation
	$(BIN)/python -m pytest selftest -v --durations=10 --every-python --old-image --all-cases --every-right
	for bed in python36 bullseye middle newest; do \
	  ! $(BIN)/python -m selftest.worker.beds $$bed || $(BIN)/python -m pytest selftest/worker --worker-bed=$$bed -q --durations=5 -n 2 || exit; \
	done
	$(BIN)/python -m pytest selftest/worker/test_few_images.py --worker-bed=arm64 -q

# What it wrote down of each fault is kept in the checkout (selftest/lab_offline/passes.yaml), and stands in docs/faults.md.
faults: RUNTIME = $(SHAPE)
faults: torch
	$(BIN)/python -m lab up $(UP_$(SHAPE))
	$(BIN)/python -m pytest selftest/lab/test_1_healthy.py selftest/lab/test_2_faults.py selftest/lab/test_4_odd_files.py selftest/lab/test_4_workloads.py --lab-runtime $(SHAPE) --resume -v
	for way in $(WAYS_$(SHAPE)); do \
	  $(BIN)/python -m pytest selftest/lab/test_2_faults.py --lab-runtime $(SHAPE) --lab-gpu $$way --resume -v; ended=$$?; \
	  $(BIN)/python -m lab down --name $${way#runtime-}; \
	  [ $$ended = 0 ] || exit $$ended; \
	done
	$(BIN)/python -m selftest.faults_table

bench: torch ## the worker's speed on this machine, as ratios against ceilings of the same run
	$(BIN)/pip install --quiet --disable-pip-version-check --require-hashes -r requirements/bench.txt
	$(BIN)/python -m bench.worker

clean: ## what tools leave in the checkout; the cache folder stays, and so does the lab (python -m lab down)
	rm -rf dist .pytest_cache .mypy_cache .ruff_cache .import_linter_cache .hypothesis .benchmarks out.json
	find . -name __pycache__ -type d -prune -exec rm -rf {} +
