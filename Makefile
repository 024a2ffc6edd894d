HOST ?= 127.0.0.1
PORT ?= 8000
PYTHON ?= python3
BIN := .venv/bin
# Where the machine has no Node.js that is recent enough, the set-up puts one there.
NPM = PATH="$(CURDIR)/.cache/node/bin:$$PATH" npm

# Tests that wait for nothing: no server, no process of ours, no model, no browser. `make fast` runs them.
FAST := tests/core tests/bench tests/test_layout.py tests/test_sbom.py tests/test_container.py \
	tests/test_contributing.py tests/test_atomic.py tests/test_config.py tests/test_steady.py tests/alerts/test_addresses.py tests/engine/test_wire.py \
	tests/faults/test_rows.py tests/live/test_balance.py tests/live/test_camera_notes.py tests/live/test_counters.py \
	tests/live/test_journal.py tests/live/test_rate.py tests/live/test_viewer.py tests/models/test_install.py \
	tests/pains/test_pains.py tests/security/test_meters.py tests/vision/test_boxes.py tests/vision/test_doubt.py \
	tests/vision/test_letterbox.py tests/vision/test_motion.py tests/vision/test_travel.py \
	tests/vision/crowd/test_smoothed.py tests/vision/crowd/test_timetable.py

.PHONY: run setup test fast fast-static fast-tests check bench promises soak lock sbom dist screenshots clean words

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

# For the minute between two edits; two lanes, because the tests take as long as everything else.
fast:
	@$(PYTHON) tools/setup.py --dev
	@$(MAKE) --no-print-directory -j2 fast-tests fast-static

fast-static:
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(NPM) run --silent check
	$(NPM) run --silent lint
	$(NPM) test --silent

fast-tests:
	$(BIN)/python -m pytest -q -m "not hypothesis and not few and not alone" $(FAST)

check:
	@$(PYTHON) tools/setup.py --dev
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(NPM) run --silent check
	$(NPM) run --silent lint

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

# The source archive and the wheel, into dist/.
dist:
	@$(PYTHON) tools/setup.py --dev
	$(BIN)/python -m build --no-isolation

sbom:
	$(PYTHON) tools/sbom.py

words:
	@$(PYTHON) tools/setup.py --dev
	$(BIN)/python tools/words.py

screenshots:
	@$(PYTHON) tools/setup.py --dev
	$(BIN)/python tools/screenshots.py

clean:
	rm -rf .venv .cache node_modules static/dist build dist *.egg-info
