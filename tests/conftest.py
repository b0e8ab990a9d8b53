"""What the tests share: an encoder whose vectors can be worked out by hand, a tiny corpus, and closed sockets."""

import ipaddress
import socket
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pytest

AXES = (
    ("survival", "alive", "生存"),
    ("albumin", "白蛋白"),
    ("fever", "发热"),
    ("umbilical", "脐带"),
    ("marrow", "骨髓"),
    ("women", "女"),
)


class ToyEncoder:
    """One axis per keyword and one for a text that has none; rows of length 1. `encoded` lists what was encoded."""

    name = "toy"
    dimension = len(AXES) + 1
    digest = "toy-weights"

    def __init__(self) -> None:
        self.encoded: list[str] = []

    def encode(self, texts: Sequence[str], role: str, progress: Any = None) -> np.ndarray:
        self.encoded += texts
        rows = np.zeros((len(texts), self.dimension), dtype=np.float32)
        for i, text in enumerate(texts):
            for axis, words in enumerate(AXES):
                rows[i, axis] = any(word in text.lower() for word in words)
            if not rows[i].any():
                rows[i, -1] = 1
            rows[i] /= np.linalg.norm(rows[i])
        return rows


@pytest.fixture
def toy_encoder(monkeypatch: pytest.MonkeyPatch) -> ToyEncoder:
    """The toy encoder, in place of the one that every command opens."""
    encoder = ToyEncoder()
    for module in ("qa.originals.local", "qa.commands.workspace", "qa.answering.assistant", "qa.commands.status"):
        monkeypatch.setattr(f"{module}.open_encoder", lambda *a, **k: encoder)
    return encoder


@pytest.fixture(autouse=True)
def only_loopback(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let a test reach this machine and nothing else, whatever proxy is set."""
    for name in ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY"):
        monkeypatch.delenv(name, raising=False)
        monkeypatch.delenv(name.lower(), raising=False)
    connect = socket.socket.connect

    def guarded(self: socket.socket, address: Any) -> None:
        if self.family in (socket.AF_INET, socket.AF_INET6) and not ipaddress.ip_address(address[0]).is_loopback:
            raise OSError(f"a test tried to reach {address[0]}")
        connect(self, address)

    monkeypatch.setattr(socket.socket, "connect", guarded)


@pytest.fixture
def corpus(tmp_path: Path) -> Path:
    """A corpus folder with one review of two references."""
    folder = tmp_path / "corpus"
    folder.mkdir()
    (folder / "review.txt").write_text(REVIEW, "utf-8")
    return folder


REVIEW = """A review of cells for cirrhosis

Progress in 2019

The Alpha trial gave umbilical cells to 40 people.[1] Albumin rose in the cell group.
The Beta trial gave marrow cells to 12 women.[2] Nobody had fever.

References

[1] Alpha A, Able B. Umbilical cells for cirrhosis: a randomized trial. Journal of Trials. 2019;3(2):11-20. doi:10.1000/alpha.1
[2] Beta B. Marrow cells in twelve women with cirrhosis. Journal of Trials. 2018;2(1):1-9. PMID: 20000002
"""


@pytest.fixture(scope="session")
def trained_once() -> Any:
    """The triage model of the toy encoder, trained once for all tests."""
    from qa.safety.training import train_triage
    from qa.settings import shipped_corpus

    return train_triage(ToyEncoder(), shipped_corpus() / "safety")


@pytest.fixture
def quick_build(monkeypatch: pytest.MonkeyPatch, trained_once: Any) -> None:
    """Leave out of a build what takes seconds and has tests of its own: training triage, encoding all refusals."""
    from qa.indexing.build import read_negatives

    few = read_negatives()[:3]
    monkeypatch.setattr("qa.indexing.build.train_triage", lambda *a, **k: trained_once)
    monkeypatch.setattr("qa.indexing.build.read_negatives", lambda: few)


@pytest.fixture(scope="session")
def real_assistant() -> Any:
    """The assistant over the checkout's own index, opened once; only for tests marked slow."""
    from qa.answering.assistant import Assistant

    return Assistant.open()


@pytest.fixture
def toy_index(corpus: Path, tmp_path: Path, toy_encoder: ToyEncoder, quick_build: None) -> Path:
    """The index folder of the tiny corpus, built with the toy encoder."""
    from qa.indexing.build import build_index

    folder = tmp_path / "index"
    build_index(corpus, folder, toy_encoder)
    return folder


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Run a browser test that failed up to twice more: a busy machine is slower than the waits of a real browser."""
    for item in items:
        if item.get_closest_marker("browser"):
            item.add_marker(pytest.mark.flaky(reruns=2))
