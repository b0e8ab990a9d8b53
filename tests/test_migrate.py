"""`qa migrate` and an app over a Milvus server that goes down and comes back; the server is a real process on loopback."""

import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from bilingual import QUESTIONS, bilingual_assistant
from conftest import ToyEncoder
from fastapi.testclient import TestClient

from qa.answering.assistant import Assistant
from qa.cli import main
from qa.errors import StoreError
from qa.evaluation.directions import searched_by_direction
from qa.http.server import create_app
from qa.indexing.build import build_index
from qa.indexing.index import open_index

pytest.importorskip("milvus_lite")
pytestmark = pytest.mark.slow  # each starts a server


class Server:
    """A Milvus server over a folder, on a port of its own."""

    def __init__(self, folder: Path) -> None:
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self.port = free.getsockname()[1]
        self.folder = folder
        self.process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        command = [sys.executable, "-m", "milvus_lite", "server", "--data-dir", str(self.folder), "--port", str(self.port)]
        self.process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        for _ in range(300):
            with socket.socket() as probe:
                if not probe.connect_ex(("127.0.0.1", self.port)):
                    return
            time.sleep(0.1)
        raise AssertionError("the server did not start within 30 seconds")

    def stop(self) -> None:
        if self.process is not None:
            self.process.terminate()
            self.process.wait(20)
            self.process = None


@pytest.fixture
def server(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Server]:
    found = Server(tmp_path / "milvus")
    found.start()
    monkeypatch.setenv("QA_STORE", "milvus")
    monkeypatch.setenv("QA_STORE_URI", f"http://127.0.0.1:{found.port}")
    yield found
    found.stop()


@pytest.fixture
def migrated(server: Server, toy_index: Path, toy_encoder: ToyEncoder, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr("qa.commands.migrate.open_encoder", lambda: toy_encoder)
    assert main(["migrate", "--index", str(toy_index)]) == 0
    return toy_index


QUESTION = "How many got umbilical cells?"


def ranking(folder: Path, encoder: ToyEncoder) -> list[tuple[str, float]]:
    return [(hit.passage.id, round(hit.score, 5)) for hit in Assistant.open(folder, encoder=encoder).search(QUESTION, 4)]


def until(right: Callable[[], bool]) -> bool:
    """Whether something becomes right within 30 seconds."""
    return any(right() or time.sleep(0.2) for _ in range(150))  # type: ignore[func-returns-value]


def test_a_copied_index_gives_the_ranking_of_the_embedded_one(
    migrated: Path, toy_encoder: ToyEncoder, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert open_index(migrated, toy_encoder).store.name == "milvus"
    there = ranking(migrated, toy_encoder)
    monkeypatch.setenv("QA_STORE", "faiss")
    assert there == ranking(migrated, toy_encoder) and len(there) == 4
    capsys.readouterr()
    assert main(["migrate", "--index", str(migrated)]) == 0
    assert "passages: 4 rows, SHA-256" in capsys.readouterr().out


def test_the_digest_that_is_printed_is_that_of_the_embedded_store(
    migrated: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def digests() -> list[str]:
        return [line.split()[-1] for line in capsys.readouterr().out.splitlines()]

    assert main(["migrate", "--index", str(migrated)]) == 0
    copied = digests()
    assert main(["migrate", "--verify", "--index", str(migrated)]) == 0
    verified = digests()
    monkeypatch.setenv("QA_STORE", "faiss")
    assert main(["migrate", "--index", str(migrated)]) == 0
    assert copied == verified == digests() and len(copied[0]) == 64


def test_an_index_that_was_built_anew_is_refused_until_it_is_copied(migrated: Path, toy_encoder: ToyEncoder, corpus: Path) -> None:
    text = (corpus / "review.txt").read_text("utf-8")
    (corpus / "review.txt").write_text(text.replace("Nobody had fever.", "Two women had fever."), "utf-8")
    build_index(corpus, migrated, toy_encoder)
    with pytest.raises(StoreError, match="does not hold this index yet .* copy it there with: qa migrate"):
        open_index(migrated, toy_encoder)
    assert main(["migrate", "--index", str(migrated)]) == 0
    assert open_index(migrated, toy_encoder).store.count() == 4


def test_an_app_says_503_while_its_server_is_down_and_answers_the_same_when_it_is_back(server: Server, migrated: Path, toy_encoder: ToyEncoder) -> None:
    with TestClient(create_app(lambda: Assistant.open(migrated, encoder=toy_encoder)), raise_server_exceptions=False) as client:
        def ask() -> tuple[int, str]:
            reply = client.post("/api/ask", json={"question": QUESTION})
            return reply.status_code, reply.text

        status, answer = ask()
        assert status == 200
        server.stop()
        assert until(lambda: ask()[0] == 503)
        assert f"the vector store at http://127.0.0.1:{server.port} failed" in ask()[1]
        # the index is open and fits, but questions are better sent elsewhere
        assert until(lambda: client.get("/readyz").status_code == 503) and client.get("/healthz").status_code == 200
        server.start()
        assert until(lambda: ask()[0] == 200)
        assert ask()[1] == answer
        assert until(lambda: client.get("/readyz").status_code == 200)


def test_both_health_checks_say_503_with_the_reason_while_the_server_is_down_at_the_start_and_200_when_it_is_back(
    server: Server, migrated: Path, toy_encoder: ToyEncoder, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("qa.service.background.RETRY_SECONDS", 0.2)
    server.stop()
    with TestClient(create_app(lambda: Assistant.open(migrated, encoder=toy_encoder)), raise_server_exceptions=False) as client:
        def states() -> list[int]:
            return [client.get(path).status_code for path in ("/healthz", "/readyz", "/livez")]

        assert until(lambda: f"the vector store at http://127.0.0.1:{server.port} failed" in client.get("/healthz").text)
        assert states() == [503, 503, 200]
        assert f"127.0.0.1:{server.port} failed" in client.get("/readyz").json()["detail"]
        server.start()
        assert until(lambda: states() == [200, 200, 200])
        assert client.post("/api/ask", json={"question": QUESTION}).json()["outcome"] == "answered"


def test_one_language_of_an_index_is_searched_here_for_no_server_has_those_rows(
    server: Server, tmp_path: Path, toy_encoder: ToyEncoder, quick_build: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("qa.commands.migrate.open_encoder", lambda: toy_encoder)
    monkeypatch.setenv("QA_STORE", "faiss")
    here = bilingual_assistant(tmp_path, toy_encoder)
    expected = searched_by_direction(here, QUESTIONS, "hybrid", frozenset())
    monkeypatch.setenv("QA_STORE", "milvus")
    assert main(["migrate", "--index", str(here.index.folder)]) == 0
    there = Assistant.open(here.index.folder, encoder=toy_encoder)
    assert there.index.store.name == "milvus"
    assert searched_by_direction(there, QUESTIONS, "hybrid", frozenset()) == expected and expected["zh->en"]["a-zh"]
