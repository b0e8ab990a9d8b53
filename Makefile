# The same verbs for people and for CI. Windows and macOS users: see README.md for the plain pip commands.
PYTHON ?= python3
VENV ?= .venv
BIN = $(VENV)/bin
STAMP = $(VENV)/.installed

.PHONY: run test check index evaluate clean

run: $(STAMP)
	$(BIN)/qa index --if-needed
	$(BIN)/python app.py

test: $(STAMP)
	$(BIN)/qa index --if-needed
	$(BIN)/python -m pytest

check: $(STAMP)
	$(BIN)/ruff check src tests app.py
	$(BIN)/mypy

index: $(STAMP)
	$(BIN)/qa index

evaluate: $(STAMP)
	$(BIN)/qa index --if-needed
	$(BIN)/qa evaluate tests/questions/test.jsonl

$(STAMP): pyproject.toml constraints.txt
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --upgrade pip
	$(BIN)/python -m pip install --quiet -c constraints.txt -e '.[dev]'
	touch $(STAMP)

clean:
	rm -rf $(VENV) build dist
