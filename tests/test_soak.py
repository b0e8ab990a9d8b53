"""The soak test notices what must not be: a wrong answer, a refusal without Retry-After, memory that grows, a server that breaks off."""

import sys
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType

import pytest


@pytest.fixture
def soak(monkeypatch: pytest.MonkeyPatch) -> Iterator[ModuleType]:
    monkeypatch.syspath_prepend(str(Path(__file__).parents[1] / "tools"))
    import soak

    yield soak
    sys.modules.pop("soak", None)


EXPECTED = {"a?": "A", "b?": "B"}


@pytest.mark.parametrize("status, body, retry_after, right, later, wrong, wait", [
    (200, "A", None, 1, 0, 0, 0.0),
    (200, "B", None, 0, 0, 1, 0.0),  # the answer to somebody else's question
    (503, "full", "1", 0, 1, 0, 1.0),
    (429, "often", "40", 0, 1, 0, 2.0),  # a client waits two seconds at most
    (503, "full", None, 0, 0, 1, 0.0),
    (500, "", None, 0, 0, 1, 0.0),
])  # fmt: skip
def test_each_reply_counts_once(soak: ModuleType, status: int, body: str, retry_after: str | None, right: int, later: int, wrong: int, wait: float) -> None:
    found = soak.Soak()
    assert soak.judged(found, "a?", status, body, retry_after, EXPECTED, 0.5) == wait
    assert (found.right, found.later.total(), len(found.wrong)) == (right, later, wrong)


def good(soak: ModuleType, **changed: object) -> object:
    return soak.Soak(**{"right": 5, "seconds": [0.1], "memory": [50.0] * 5 + [100.0] * 20, "drained": 3, "code": 0, **changed})


def test_a_server_that_held_has_no_failures(soak: ModuleType) -> None:
    assert soak.failures(good(soak)) == []  # it grew while it warmed up, in the first fifth of the time, and not after


@pytest.mark.parametrize("changed, line", [
    ({"wrong": ["200 to 'a?': B"]}, "wrong: 200 to 'a?': B"),
    ({"lost": ["ReadError "]}, "lost at the end: ReadError "),
    ({"right": 0}, "no question was answered"),
    ({"memory": [100.0 + i for i in range(100)]}, "memory grew: 1.50 times"),  # of 80 after warming up: medians 191.5 and 127.5
    ({"drained": 0}, "no question was under way when the server was told to stop: nothing was shown of draining"),
    ({"code": -15}, "the server ended with -15 instead of 0"),
])  # fmt: skip
def test_each_thing_that_must_not_be_is_named(soak: ModuleType, changed: dict[str, object], line: str) -> None:
    assert soak.failures(good(soak, **changed)) == [line]


def test_the_table_takes_the_place_of_the_one_before(soak: ModuleType, tmp_path: Path) -> None:
    page = tmp_path / "page.md"
    page.write_text("before\n<!-- soak -->\nold\n<!-- end of soak -->\nafter\n", "utf-8")
    soak.write(page, soak.table(good(soak), 2, 5))
    text = page.read_text("utf-8")
    assert "| answers, all as expected | 5 (1 a second;" in text and "old" not in text
    assert text.startswith("before\n<!-- soak -->\n") and text.endswith("<!-- end of soak -->\nafter\n")
    page.write_text("nothing", "utf-8")
    with pytest.raises(SystemExit, match="no place for the table"):
        soak.write(page, "x")


def test_the_page_has_a_place_for_the_table(soak: ModuleType) -> None:
    assert soak.PAGE.read_text("utf-8").count(soak.START) == 1 == soak.PAGE.read_text("utf-8").count(soak.END)
