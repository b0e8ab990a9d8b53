"""The HTTP interface: the contract's routes, problem+json for every error, limits, and a page that needs no other host."""

import json
import re
import threading
import time

import httpx
import pytest
from fake_assistant import LINES, NASTY, FakeAssistant
from fastapi.testclient import TestClient
from web_server import running

from qa.errors import IndexNotFoundError, QAError
from qa.http.api import AnswerModel, Problem, StudyModel
from qa.http.limits import LARGEST_BODY, Limits
from qa.http.server import create_app, listening_socket
from qa.service.background import NotReadyError, Opening
from qa.service.metrics import Metrics
from qa.service.service import LONGEST_QUESTION, Service
from qa.web.conversation import asking, checking, restored
from qa.web.interface import interface

MISSING = "index/: no index here. Build it with: qa index"


def no_index():
    raise IndexNotFoundError(MISSING)


@pytest.fixture(scope="module")
def app():
    return create_app(FakeAssistant)


@pytest.fixture
def client(app):
    app.state.service.assistant()
    return TestClient(app, raise_server_exceptions=False)


def problem(response, status):
    assert response.status_code == status
    assert response.headers["content-type"] == "application/problem+json"
    body = response.json()
    Problem.model_validate(body)
    assert body["status"] == status
    return body["detail"]


def test_a_question_is_answered_in_the_contracts_form(client):
    answer = client.post("/api/ask", json={"question": "Did people live longer?"}).json()
    AnswerModel.model_validate(answer)
    assert list(answer)[:3] == ["question", "language", "outcome"]
    assert answer["outcome"] == "answered"
    quote = answer["quotes"][0]
    text = client.get(f"/api/document/{quote['document']}").json()["text"]
    assert text[quote["start"] : quote["end"]] == quote["text"] == LINES["studies/01.en.md"][1]
    assert [c["number"] for c in answer["citations"]] == [1]


def test_the_same_question_gives_the_same_bytes(client):
    body = {"question": "甲试验的结果", "history": ["earlier"], "lang": "en"}
    first, second = (client.post("/api/ask", json=body).content for _ in range(2))
    assert first == second
    assert "甲试验的结果".encode() in first


def test_history_and_language_reach_the_assistant(client):
    answer = client.post("/api/ask", json={"question": "甲试验", "history": ["a", "b"], "lang": "en"}).json()
    assert answer["notices"] == ["earlier questions: 2"]
    assert answer["language"] == "en"


@pytest.mark.parametrize("name", ["claim", "question"])
def test_a_claim_is_checked_under_either_name(client, name):
    answer = client.post("/api/check", json={name: "Follow-up was 36 months."}).json()
    AnswerModel.model_validate(answer)
    assert answer["verdict"] == "differs"
    assert answer["differences"] == [{"kind": "number", "claimed": "36", "source": "12", "unit": "month"}]


def test_every_cited_study_is_listed_with_its_facts(client):
    studies = client.get("/api/studies").json()
    for row in studies:
        StudyModel.model_validate(row)
    assert [row["number"] for row in studies] == [1, 2, 3]
    assert (studies[0]["n_total"], studies[0]["doi"]) == (40, "10.1000/a")


def test_an_unknown_document_is_a_problem_that_says_where_ids_come_from(client):
    assert "a quote's" in problem(client.get("/api/document/%2e%2e/%2e%2e/etc/passwd"), 404)
    assert "nothing.md" in problem(client.get("/api/document/nothing.md"), 404)


@pytest.mark.parametrize(
    ("path", "body", "said"),
    [
        ("/api/ask", {}, "question: Field required"),
        ("/api/ask", {"question": ""}, "question: "),
        ("/api/ask", {"question": " \n\t "}, "nothing is written here"),
        ("/api/ask", {"question": 7}, "question: Input should be a valid string"),
        ("/api/ask", {"question": "q", "lang": "fr"}, "lang: "),
        ("/api/ask", {"question": "q", "history": "one"}, "history: "),
        ("/api/ask", {"question": "q", "history": [1]}, "history"),
        ("/api/ask", {"question": "q", "history": ["x"] * 51}, "history: "),
        ("/api/ask", {"question": "x" * (LONGEST_QUESTION + 1)}, "question: "),
        ("/api/ask", {"question": "q", "history": ["x" * (LONGEST_QUESTION + 1)]}, "longer than"),
        ("/api/check", {"lang": "en"}, "claim: Field required"),
        ("/api/ask", [1, 2], "See /openapi.json"),
    ],
)
def test_a_request_of_the_wrong_form_is_a_422_that_names_the_field(client, path, body, said):
    assert said in problem(client.post(path, json=body), 422)


@pytest.mark.parametrize("raw", [b"", b"{", b'{"question": "\xff"}', b"null"])
def test_a_body_that_is_not_json_is_a_problem_too(client, raw):
    response = client.post("/api/ask", content=raw, headers={"content-type": "application/json"})
    problem(response, response.status_code)
    assert response.status_code in (400, 422)


def test_half_a_character_is_a_422(client):
    response = client.post(
        "/api/ask", content=b'{"question": "a\\ud800b"}', headers={"content-type": "application/json"}
    )
    problem(response, 422)


def test_the_longest_question_allowed_is_answered(client):
    assert client.post("/api/ask", json={"question": "x" * LONGEST_QUESTION}).status_code == 200


def test_a_request_larger_than_the_limit_is_a_413(client):
    assert str(LARGEST_BODY) in problem(client.post("/api/ask", content=b" " * (LARGEST_BODY + 1)), 413)


def test_a_body_of_undeclared_length_is_cut_off_at_the_limit(client):
    pieces = (b" " * 65536 for _ in range(64))
    problem(client.post("/api/ask", content=pieces), 413)


def test_nothing_can_be_uploaded(client):
    for size in (1, LARGEST_BODY + 1):
        problem(client.post("/gradio_api/upload", files={"files": ("some.bin", b"0" * size)}), 404)


@pytest.mark.parametrize(("method", "path", "allow"), [("GET", "/api/ask", "POST"), ("DELETE", "/api/studies", "GET")])
def test_a_wrong_method_is_a_405_that_says_which_is_right(client, method, path, allow):
    response = client.request(method, path)
    assert allow in problem(response, 405)
    assert response.headers["allow"] == allow


def test_an_unknown_address_of_the_interface_is_a_404(client):
    assert "/openapi.json" in problem(client.post("/api/nothing", json={}), 404)


def test_a_fault_of_ours_is_a_500_without_its_details(client):
    response = client.post("/api/ask", json={"question": "please crash"})
    assert "a fault of ours" not in problem(response, 500)
    assert "Traceback" not in response.text


def test_health_says_what_is_open(client):
    response = client.get("/healthz")
    assert response.status_code == 200
    assert response.json() == {"status": "ok", "documents": 3, "passages": 9, "encoder": "fake"}


def test_the_openapi_document_describes_every_route_and_its_problems(client):
    paths = client.get("/openapi.json").json()["paths"]
    assert set(paths) >= {
        "/api/ask",
        "/api/check",
        "/api/studies",
        "/api/document/{document_id}",
        "/healthz",
        "/livez",
        "/readyz",
        "/metrics",
    }
    for path, methods in paths.items():
        for described in methods.values():
            assert {"403", "404", "408", "413", "422", "429", "500", "503"} <= set(described["responses"]), path
    assert "application/problem+json" in paths["/api/ask"]["post"]["responses"]["422"]["content"]


def test_metrics_count_answers_and_requests_but_hold_no_question():
    app = create_app(FakeAssistant)
    app.state.service.assistant()
    client = TestClient(app)
    client.post("/api/ask", json={"question": "what is the price of secret"})
    client.post("/api/ask", json={"question": ""})
    client.get("/api/document/secret.md")
    response = client.get("/metrics")
    assert response.headers["content-type"].startswith("text/plain; version=0.0.4")
    assert "qa_ready 1\n" in response.text
    assert 'qa_answers_total{mode="ask",language="en",outcome="not_covered"} 1\n' in response.text
    assert 'qa_http_requests_total{route="/api/ask",status="422"} 1\n' in response.text
    assert 'qa_http_requests_total{route="/api/document/{document_id:path}",status="404"} 1\n' in response.text
    assert 'qa_answer_seconds_bucket{mode="ask",le="+Inf"} 1\n' in response.text
    assert "secret" not in response.text


def test_histogram_buckets_add_up():
    metrics = Metrics()
    for seconds in (0.01, 0.2, 99.0):
        metrics.answer("ask", "zh", "answered", seconds)
    text = metrics.text()
    counts = [int(n) for n in re.findall(r'le="[^"]+"\} (\d+)', text)]
    assert counts == [0, 1, 1, 1, 1, 2, 2, 2, 2, 2, 2, 2, 3]  # 0.01 from 0.01 on; 0.2 from 0.25 on; 99 only in +Inf
    assert 'qa_answer_seconds_sum{mode="ask"} 99.210000' in text


def test_without_an_index_health_and_questions_give_the_command_that_mends_it():
    client = TestClient(create_app(no_index))
    for response in (
        client.get("/healthz"),
        client.post("/api/ask", json={"question": "q"}),
        client.get("/api/studies"),
    ):
        assert problem(response, 503) in (MISSING, "the model is still loading")
    assert client.get("/metrics").status_code == 200


def test_while_loading_health_is_503_and_a_question_waits_for_its_answer():
    go = threading.Event()

    def slow():
        go.wait(10)
        return FakeAssistant()

    client = TestClient(create_app(slow))
    assert "loading" in problem(client.get("/healthz"), 503)
    threading.Timer(0.3, go.set).start()
    assert client.post("/api/ask", json={"question": "q"}).json()["outcome"] == "answered"
    assert client.get("/healthz").status_code == 200


def test_a_question_that_waited_too_long_is_a_503_that_says_when_to_ask_again():
    app = create_app(lambda: threading.Event().wait(5))
    app.state.service.wait_seconds = 0.05
    response = TestClient(app).post("/api/ask", json={"question": "q"})
    problem(response, 503)
    assert response.headers["retry-after"] == "5"


def test_an_opening_that_failed_is_tried_again(monkeypatch):
    monkeypatch.setattr("qa.service.background.RETRY_SECONDS", 0.0)
    results = [IndexNotFoundError(MISSING), FakeAssistant()]

    def open_next():
        result = results.pop(0)
        if isinstance(result, Exception):
            raise result
        return result

    opening = Opening(open_next)
    with pytest.raises(IndexNotFoundError, match="qa index"):
        opening.wait(5)
    assert isinstance(opening.wait(5), FakeAssistant)


def test_health_keeps_saying_what_is_wrong_while_the_opening_is_tried_again(monkeypatch):
    monkeypatch.setattr("qa.service.background.RETRY_SECONDS", 0.0)
    attempts = []

    def second_hangs():
        attempts.append(1)
        if len(attempts) > 1:
            threading.Event().wait(5)
        raise IndexNotFoundError(MISSING)

    opening = Opening(second_hangs)
    opening.settle(5)
    assert [(opening.state, opening.problem()) for _ in range(2)] == [("failed", MISSING)] * 2
    assert len(attempts) == 2


def test_an_unexpected_error_while_opening_is_one_line():
    def broken():
        raise ZeroDivisionError("division by zero")

    opening = Opening(broken)
    with pytest.raises(QAError, match=r"could not be opened \(ZeroDivisionError: division by zero\)"):
        opening.wait(5)
    assert opening.state == "failed"


def test_opening_waits_no_longer_than_allowed():
    opening = Opening(lambda: time.sleep(1))
    with pytest.raises(NotReadyError):
        opening.wait(0.01)
    assert opening.state == "loading"


def service(assistant=FakeAssistant):
    made = Service(Opening(assistant), wait_seconds=5)
    made.opening.settle(5)
    return made


def test_asking_shows_the_question_first_and_then_its_answer():
    waiting, done = asking(service(), " Did people live longer? ", (), interface("en"))
    assert "Did people live longer?" in waiting.html
    assert "Looking for" in waiting.html
    assert (waiting.turns, waiting.box, done.box) == ((), "", "")
    assert LINES["studies/01.en.md"][1] in done.html
    assert [turn.question for turn in done.turns] == ["Did people live longer?"]


def test_a_follow_up_is_asked_with_the_earlier_questions():
    shared = service()
    first = list(asking(shared, "one", (), interface("en")))[-1]
    second = list(asking(shared, "two", first.turns, interface("en")))[-1]
    assert [turn.notices[-1] for turn in second.turns] == ["earlier questions: 0", "earlier questions: 1"]
    other = list(asking(shared, "three", (), interface("en")))[-1]
    assert other.turns[0].notices[-1] == "earlier questions: 0"


def test_a_question_that_fails_stays_in_the_box_and_leaves_the_conversation_as_it_was():
    shared = service()
    before = list(asking(shared, "one", (), interface("en")))[-1].turns
    last = list(asking(shared, "please crash", before, interface("en")))[-1]
    assert last.box == "please crash"
    assert last.turns == before
    assert "please try again" in last.html
    assert "a fault of ours" not in last.html


def test_without_an_index_the_page_says_the_command_and_keeps_the_question():
    last = list(asking(service(no_index), "one", (), interface("zh-Hans")))[-1]
    assert MISSING in last.html
    assert last.box == "one"


def test_an_empty_question_changes_nothing():
    assert list(asking(service(), "  \n", (), interface("en"))) == []
    assert list(checking(service(), "", interface("en"))) == []


def test_a_question_that_is_too_long_is_not_asked():
    (step,) = asking(service(), "x" * (LONGEST_QUESTION + 1), (), interface("en"))
    assert str(LONGEST_QUESTION) in step.html
    assert len(step.box) == LONGEST_QUESTION + 1


def test_a_reloaded_tab_gets_the_same_answers_again():
    shared = service()
    turns = ()
    for question in ("one", "two"):
        turns = list(asking(shared, question, turns, interface("en")))[-1].turns
    assert restored(shared, ["one", "two"], interface("en")).turns == turns


def test_a_checked_claim_shows_waiting_and_then_the_difference():
    (waiting, none), (done, answer) = checking(service(), "36 months", interface("en"))
    assert "Checking" in waiting
    assert none is None
    assert '<mark class="claimed">36</mark> months' in done
    assert '<mark class="source">12</mark> months' in done
    assert answer.verdict == "differs"


def test_a_claim_that_fails_says_so():
    assert "please try again" in list(checking(service(), "crash", interface("en")))[-1][0]


def test_the_page_names_no_other_host_that_a_browser_would_load(client):
    page = client.get("/").text
    loaded = re.findall(
        r"""(?:<script[^>]*\bsrc|<link[^>]*\bhref|<img[^>]*\bsrc|@import|url\()\s*=?\s*["'(]?(https?://[^"')\s]+)""",
        page,
    )
    assert loaded == []
    assert "fonts.g" not in json.dumps(client.get("/config").json())


def test_the_page_forbids_itself_to_load_anything_from_elsewhere(client):
    policy = client.get("/").headers["content-security-policy"]
    assert "connect-src 'self'" in policy
    assert "http" not in policy
    assert client.get("/").headers["referrer-policy"] == "no-referrer"


def test_files_of_this_machine_are_not_served(client):
    for path in ("/gradio_api/file=/etc/hostname", "/file=/etc/hostname", "/gradio_api/file=pyproject.toml"):
        assert client.get(path).status_code in (403, 404)


def test_a_port_in_use_is_one_line_that_says_what_to_do():
    taken = listening_socket("127.0.0.1", 0)
    taken.listen()
    with pytest.raises(QAError, match=r"can't listen on 127\.0\.0\.1 port \d+ .*qa serve --port PORT"):
        listening_socket("127.0.0.1", taken.getsockname()[1])
    taken.close()


def test_a_slow_body_is_a_408():
    import asyncio

    async def app(scope, receive, send):
        raise AssertionError("must not be reached")

    async def stuck():
        await asyncio.sleep(60)

    sent = []

    async def send(message):
        sent.append(message)

    scope = {"type": "http", "path": "/api/ask", "method": "POST", "headers": []}
    asyncio.run(Limits(app, slowest=0.05)(scope, stuck, send))
    assert sent[0]["status"] == 408


def test_one_real_server_answers_over_loopback():
    with running(FakeAssistant) as address, httpx.Client(base_url=address, timeout=30) as client:
        assert client.post("/api/ask", json={"question": NASTY}).json()["question"] == NASTY
        assert client.get("/healthz").status_code == 200
        assert "gradio" in client.get("/").text
        assert client.get("/api/nothing").headers["content-type"] == "application/problem+json"


def test_small_replies_are_sent_at_once() -> None:
    """asyncio turns Nagle's algorithm off only for sockets that name TCP; else every reply waits 40 ms for the client's ACK."""
    import socket

    with listening_socket("127.0.0.1", 0) as bound:
        assert bound.proto == socket.IPPROTO_TCP
