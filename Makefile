# The same verbs for people and for CI. Windows and macOS users: see README.md for the plain pip commands.
PYTHON ?= python3
VENV ?= .venv
BIN = $(VENV)/bin
STAMP = $(VENV)/.installed
PEERS = benchmarks/.venv

.PHONY: run test check index evaluate quality peers bench soak faults clean

run: $(STAMP)
	$(BIN)/qa index --if-needed
	$(BIN)/python app.py

test: $(STAMP)
	$(BIN)/qa index --if-needed
	$(BIN)/python -m pytest

check: $(STAMP)
	$(BIN)/ruff check src tests app.py
	$(BIN)/mypy
	$(BIN)/bandit --quiet --severity-level medium --recursive src app.py

index: $(STAMP)
	$(BIN)/qa index

# Prints the first table of docs/quality.md; `quality` measures everything and writes the page.
evaluate: $(STAMP)
	$(BIN)/qa index --if-needed
	$(BIN)/python -m qa.evaluation.quality

quality: $(STAMP)
	$(BIN)/qa index --if-needed
	$(BIN)/python -m qa.evaluation.quality --write docs/quality.md

# Other frameworks on the same questions, in an environment of their own.
peers: $(PEERS)/.installed
	$(PEERS)/bin/qa index --if-needed
	$(PEERS)/bin/python benchmarks/peers.py tests/questions/test.jsonl --index index

# Speed, memory and growth, on a machine that does nothing else: writes docs/performance.md.
bench: $(STAMP)
	$(BIN)/qa index --if-needed
	$(BIN)/python benchmarks/performance.py

# 200 clients for five minutes, every reply compared: writes its table to docs/reliability.md.
soak: $(STAMP)
	$(BIN)/qa index --if-needed
	$(BIN)/python tools/soak.py --write

# A build killed and disturbed in 200 ways: writes the fault table of docs/reliability.md.
faults: $(STAMP)
	$(BIN)/python tools/faults.py

$(STAMP): pyproject.toml constraints.txt
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --upgrade pip
	$(BIN)/python -m pip install --quiet -c constraints.txt -e '.[dev]'
	touch $(STAMP)

$(PEERS)/.installed: benchmarks/requirements.txt pyproject.toml
	$(PYTHON) -m venv $(PEERS)
	$(PEERS)/bin/python -m pip install --quiet --upgrade pip
	$(PEERS)/bin/python -m pip install --quiet -r benchmarks/requirements.txt
	$(PEERS)/bin/python -m pip install --quiet --no-deps -e .
	touch $@

clean:
	rm -rf $(VENV) $(PEERS) build dist
