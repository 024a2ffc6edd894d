HOST ?= 127.0.0.1
PORT ?= 8000
PYTHON ?= python3
BIN := .venv/bin
# Where the machine has no Node.js that is recent enough, the set-up puts one there.
NPM = PATH="$(CURDIR)/.cache/node/bin:$$PATH" npm

.PHONY: run setup test check bench promises soak lock sbom screenshots clean words

run: setup
	@exec $(BIN)/crowdcount serve --host $(HOST) --port $(PORT)

setup:
	@$(PYTHON) tools/setup.py

test:
	@$(PYTHON) tools/setup.py --dev
	$(NPM) test --silent
	$(BIN)/python -m pytest -n 3 --dist loadscope -m "not few and not alone"
	$(BIN)/python -m pytest -n 2 --dist loadscope -m few
	$(BIN)/python -m pytest -m alone

check:
	@$(PYTHON) tools/setup.py --dev
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(NPM) run --silent check

bench:
	@$(PYTHON) tools/setup.py --dev
	$(BIN)/python -m bench

promises:
	@$(PYTHON) tools/setup.py --dev
	$(BIN)/python -m tests.faults.rounds

soak:
	@$(PYTHON) tools/setup.py --dev
	$(BIN)/python -m tests.faults.soak

lock:
	tools/lock.sh
	$(PYTHON) tools/sbom.py

sbom:
	$(PYTHON) tools/sbom.py

words:
	@$(PYTHON) tools/setup.py --dev
	$(BIN)/python tools/words.py

screenshots:
	@$(PYTHON) tools/setup.py --dev
	$(BIN)/python tools/screenshots.py

clean:
	rm -rf .venv .cache node_modules static/dist *.egg-info
