# Two commands are enough on a fresh machine: `make demo`, then `make test`.
PYTHON ?= python3
VENV   := .venv
BIN    := $(VENV)/bin
PIP    := $(BIN)/python -m pip --disable-pip-version-check --quiet
STAMP  := $(VENV)/.ready
NATIVE := $(shell find dtact/src dtact/native rssn/src bincode-next/src -name '*.pyx' -o -name '*.pxd' -o -name '*.pxi' -o -name '*.hpp' -o -name '*.h' -o -name '*.cpp' 2>/dev/null)

.PHONY: help setup demo test test-long lint bench docs native-test asan conformance targets accuracy crash soak kills fuzz dist clean

help:            ## list the targets
	@grep -hE '^[a-z-]+: .*##' $(MAKEFILE_LIST) | sed 's/:.*##/\t/' | expand -t 16

setup: $(STAMP)  ## make .venv, build the native modules, install everything with constraints.txt

$(STAMP): constraints.txt dtact/pyproject.toml dtact/setup.py rssn/pyproject.toml rssn/setup.py bincode-next/pyproject.toml bincode-next/setup.py $(NATIVE)
	@$(PYTHON) tools/check_machine.py
	@test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	$(PIP) install -c constraints.txt setuptools wheel Cython numpy llvmlite
	$(PIP) install -c constraints.txt --no-build-isolation -e './dtact[all]'
	$(PIP) install -c constraints.txt --no-build-isolation -e './bincode-next[rust]'
	$(PIP) install -c constraints.txt --no-build-isolation -e './rssn[frames]' -r tools/requirements-dev.txt
	@touch $@

demo: setup      ## real flights through formulas, then the table of speeds
	$(BIN)/python examples/flights.py
	$(BIN)/python examples/speed_table.py

test: setup      ## the default suite (under 10 minutes on 2 cores)
	$(BIN)/python -m pytest -q -n 2

test-long: setup ## everything, the slow property tests included
	HYPOTHESIS_PROFILE=slow $(BIN)/python -m pytest -q -n 2 -m 'slow or not slow'

lint: setup      ## ruff, mypy --strict, stubs against the built modules
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/python tools/check_stubs.py

bench: setup     ## peers into an environment of their own, JSON and the README's tables
	$(PYTHON) benchmarks/run.py

docs: setup      ## run every example of the docs
	$(BIN)/python -m pytest -q tests/test_docs.py
	$(BIN)/python docs/from_scratch.py

native-test:     ## the C++ tests of the mesh and of the rings between processes, plain and under sanitizers
	$(MAKE) -C dtact/native test
	$(MAKE) -C dtact/native/processes test

asan: setup      ## the tests of native code under AddressSanitizer and UBSan, in a copy
	$(BIN)/python tools/asan.py

conformance: setup ## other projects' tests on our loops: anyio, aiohttp, httpx, uvloop, Tornado
	$(BIN)/python tools/conformance.py

targets: setup  ## the same bits on AVX-512, AVX2, SSE2, NEON and RVV: a cross gcc links, qemu runs
	$(BIN)/python tools/foreign.py
	$(BIN)/python -m pytest -q -m 'slow or not slow' rssn/tests/agreement/test_machines.py

accuracy: setup ## docs/accuracy.md anew: a million arguments a function against mpmath, for hours
	nice -n 19 $(BIN)/python tools/ulp_table.py --points 360000

crash: setup     ## kill writers of a store at every system call and at a thousand random times
	$(BIN)/python rssn/tests/storage/crash.py

soak: setup      ## 100 million tasks, and the size of the process as they go by
	$(BIN)/python tools/soak.py

kills: setup     ## kill -9 at 1,000 random moments: workers and their parent
	$(BIN)/python tools/kills.py

fuzz: setup      ## the fuzz targets, a minute each
	$(BIN)/python tools/fuzz.py

dist: setup      ## sdists and wheels from a clean tree
	$(BIN)/python tools/dist.py

clean:           ## remove everything that make produced
	rm -rf $(VENV) .venv-bench* demo-data build dist */build */src/*.egg-info .pytest_cache .mypy_cache .ruff_cache .hypothesis
	find rssn dtact bincode-next -name '*.so' -delete
