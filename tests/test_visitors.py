"""What the page asks its server for: PDF, feedback (off unless switched on), script, manifest, icons; and `qa feedback`."""

import csv
import io
import json
from pathlib import Path

import pytest
from fake_assistant import FakeAssistant
from fastapi.testclient import TestClient

from qa.cli import main
from qa.errors import QAError
from qa.http.server import create_app
from qa.service.feedback import Feedback, add_feedback, feedback_text, read_feedback

GIVEN = {"question": "Did people live longer?", "history": ["first"], "rating": -1, "note": "=1+1", "outcome": "answered", "passages": ["a", "b"]}


@pytest.fixture(scope="module")
def client() -> TestClient:
    app = create_app(FakeAssistant)
    app.state.service.assistant()
    return TestClient(app, raise_server_exceptions=False)


def test_an_answer_comes_as_pdf(client: TestClient) -> None:
    response = client.post("/api/answer.pdf", json={"question": "Did people live longer?", "interface": "zh-Hant"})
    assert response.headers["content-type"] == "application/pdf"
    assert response.content.startswith(b"%PDF-")


@pytest.mark.parametrize("body", [{"question": " "}, {"question": "a", "interface": "fr"}, {"question": "a", "mode": "x"}, {}])
def test_a_pdf_of_nothing_is_refused(client: TestClient, body: dict[str, str]) -> None:
    assert client.post("/api/answer.pdf", json=body).status_code == 422


def test_feedback_is_off_by_default(client: TestClient, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("QA_FEEDBACK", raising=False)
    response = client.post("/api/feedback", json=GIVEN)
    assert response.status_code == 404 and "QA_FEEDBACK" in response.json()["detail"]


def test_feedback_is_kept_and_exported(client: TestClient, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setenv("QA_FEEDBACK", str(tmp_path / "kept"))
    assert client.post("/api/feedback", json=GIVEN).status_code == 201
    assert client.post("/api/feedback", json={**GIVEN, "rating": 5}).status_code == 422
    assert main(["feedback", "--format", "json"]) == 0
    (row,) = json.loads(capsys.readouterr().out)
    assert {name: row[name] for name in GIVEN} == GIVEN
    assert main(["feedback"]) == 0
    (line,) = csv.DictReader(io.StringIO(capsys.readouterr().out))
    assert (line["note"], line["passages"]) == ("'=1+1", "a | b")  # a spreadsheet must not run it


def test_an_export_without_a_folder_or_a_file_says_what_to_do(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.delenv("QA_FEEDBACK", raising=False)
    assert main(["feedback"]) == 2
    assert main(["feedback", "--folder", str(tmp_path)]) == 1
    assert "QA_FEEDBACK" in capsys.readouterr().err


def test_feedback_in_a_folder_that_is_a_file_is_one_clear_error(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(QAError, match="QA_FEEDBACK"):
        add_feedback(tmp_path / "file", Feedback(1, "q"))


def test_a_full_file_takes_no_more(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("qa.service.feedback.MOST_ENTRIES", 1)
    add_feedback(tmp_path, Feedback(1, "one"))
    with pytest.raises(QAError, match="no more"):
        add_feedback(tmp_path, Feedback(1, "two"))
    assert [row["question"] for row in read_feedback(tmp_path)] == ["one"]
    assert feedback_text(read_feedback(tmp_path), "csv").count("\n") == 2


def test_the_page_can_be_installed(client: TestClient) -> None:
    found = client.get("/manifest.json", headers={"Accept-Language": "zh-TW"})
    manifest = found.json()
    assert (found.headers["content-type"], manifest["display"], manifest["lang"]) == ("application/manifest+json", "standalone", "zh-Hant")
    sizes = set()
    for icon in manifest["icons"]:
        picture = client.get(f"/{icon['src']}").content
        assert picture[:8] == b"\x89PNG\r\n\x1a\n"
        width, height = int.from_bytes(picture[16:20]), int.from_bytes(picture[20:24])
        assert icon["sizes"] == f"{width}x{height}"
        sizes.add(width)
    assert sizes == {192, 512}


def test_the_pages_script_comes_from_its_own_address(client: TestClient) -> None:
    page = client.get("/", headers={"Accept": "text/html"}).text
    assert 'src="page.js?v=' in page.replace("\\u0022", '"').replace('\\"', '"')
    assert "qa-reopen" in client.get("/page.js").text


def test_the_page_without_a_connection_says_it_in_three_languages_with_the_numbers_to_call(client: TestClient, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("QA_EMERGENCY", raising=False)
    usual, worker = client.get("/offline"), client.get("/service-worker.js")
    assert [part in usual.text for part in ('lang="zh-Hans"', 'lang="zh-Hant"', 'lang="en"')] == [True] * 3
    assert '<a href="tel:120">' in usual.text and '<a href="tel:999">' in usual.text
    assert (worker.headers["content-type"].split(";")[0], worker.headers["cache-control"]) == ("text/javascript", "no-cache")
    monkeypatch.setenv("QA_EMERGENCY", "0-123 <b>")
    assert client.get("/offline").text.count("&lt;b&gt;") == 3
    assert client.get("/service-worker.js").text != worker.text  # so that a browser takes the new numbers


def test_the_manifest_in_the_page_is_ours_and_not_the_one_that_gradio_would_make(client: TestClient) -> None:
    page = client.get("/", headers={"Accept": "text/html"}).text
    assert 'rel="manifest" href="/manifest.json"' in page
    assert client.get("/manifest.json", headers={"Accept-Language": "en"}).json()["name"].startswith("Stem cells for cirrhosis")
