"""The index survives kills and damage (tools/faults.py, a few tries of each), and the tool notices one that did not."""

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType, SimpleNamespace
from typing import Any

import pytest

TOOLS = Path(__file__).parents[1] / "tools"


@pytest.fixture
def faults(monkeypatch: pytest.MonkeyPatch) -> Iterator[ModuleType]:
    monkeypatch.syspath_prepend(str(TOOLS))
    import faults

    yield faults
    for name in ("faults", "faults_corpus", "faults_harm"):
        sys.modules.pop(name, None)


@pytest.mark.slow
@pytest.mark.skipif(sys.platform == "win32", reason="builds are forked and killed")
def test_after_kills_and_damage_the_index_is_whole_or_refused_and_mended() -> None:
    done = subprocess.run([sys.executable, str(TOOLS / "faults.py"), "--tries", "10"], capture_output=True, text=True, timeout=600, check=False)
    assert done.returncode == 0, done.stderr
    rows = [[cell.strip() for cell in line.strip("|").split("|")] for line in done.stdout.splitlines()[2:]]
    tries, whole, refused, lost, wrong = (sum(int(row[i]) for row in rows) for i in range(1, 6))
    assert tries == 10 + 1 + 1 + 1 + 4 * 10 + 1 and lost == wrong == 0
    for name, of_row, is_whole, is_refused, *_ in rows:
        if "killed" in name or "builders" in name or "write" in name or "read-only" in name:
            assert is_whole == of_row  # the index itself is never touched before it is replaced
        elif name != "the manifest tampered with":  # where a changed value may be one that says nothing about the content
            assert is_refused == of_row


def place(tmp_path: Path, answers: Any) -> Any:
    for name in ("corpus", "kept"):
        (tmp_path / name).mkdir()
    return SimpleNamespace(corpus=tmp_path / "corpus", index=tmp_path / "index", kept=tmp_path / "kept", good=[{"Q?": ["right"]}], answers=answers)


def test_an_answer_that_no_good_index_gives_counts_as_wrong(faults: ModuleType, tmp_path: Path) -> None:
    count = faults.Count("x")
    faults.judge(place(tmp_path, lambda: {"Q?": ["other"]}), count, alone=False)
    assert (count.tries, count.wrong, count.lost) == (1, 1, 0)


def test_a_traceback_or_a_refusal_without_the_command_counts_as_lost(faults: ModuleType, tmp_path: Path) -> None:
    from qa.errors import IndexMismatchError

    def refuses() -> None:
        raise IndexMismatchError("damaged")

    def breaks() -> None:
        raise ZeroDivisionError

    here, count = place(tmp_path, refuses), faults.Count("x")
    faults.judge(here, count, alone=False)
    here.answers = breaks
    faults.judge(here, count)
    here.answers = lambda: here.good[0]
    faults.judge(here, count, said="qa: no", must_say=True)
    faults.judge(here, count)
    assert (count.tries, count.lost, count.whole) == (4, 3, 2)
