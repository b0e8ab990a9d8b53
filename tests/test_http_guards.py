"""The web: security headers, closed doors, limits for each client and for all, logs without questions, a stop that drains."""

import base64
import io
import json
import logging
import os
import signal
import socket
import subprocess
import sys
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import httpx
import pytest
from fake_assistant import FakeAssistant
from fastapi.testclient import TestClient

from qa.errors import QAError, UsageError
from qa.http import staff
from qa.http.doors import is_open
from qa.http.options import Options, options_from
from qa.http.password import hashed, matches, staff_password
from qa.http.rate import Buckets, client_of
from qa.http.server import create_app
from qa.service.gate import Gate, OverloadedError
from qa.service.logs import JsonLines, configure

CHEAP = (16, 1, 1)  # scrypt for tests: the same code, no 32 MB
PASSWORD = "correct horse battery"
ASK = {"question": "Did people live longer?"}


def client_for(options=None, assistant=FakeAssistant, **more):
    app = create_app(assistant, options)
    app.state.service.assistant()
    return TestClient(app, raise_server_exceptions=False, **more)


@pytest.fixture(scope="module")
def client():
    return client_for()


# ---- headers


@pytest.mark.parametrize("path", ["/", "/healthz", "/api/nothing", "/gradio_api/upload", "/theme.css"])
def test_every_response_carries_the_security_headers(client, path):
    headers = client.get(path).headers
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["referrer-policy"] == "no-referrer"
    assert headers["cross-origin-opener-policy"] == "same-origin"
    assert "camera=()" in headers["permissions-policy"]
    assert "frame-ancestors 'self'" in headers["content-security-policy"]


def test_also_a_fault_of_ours_carries_them_and_names_the_request(client):
    response = client.post("/api/ask", json={"question": "please crash"}, headers={"X-Request-ID": "abc-1"})
    assert response.status_code == 500
    assert "abc-1" in response.json()["detail"]
    assert "content-security-policy" in response.headers


def test_the_policy_lets_no_inline_script_run_without_the_nonce_of_its_response(client):
    first, second = client.get("/"), client.get("/")
    policy = first.headers["content-security-policy"]
    script = next(part for part in policy.split("; ") if part.startswith("script-src"))
    assert "unsafe-inline" not in script
    assert "default-src 'none'" in policy
    nonce = script.split("'nonce-")[1].split("'")[0]
    assert first.text.count("<script") == first.text.count(f'<script nonce="{nonce}"') > 3
    assert nonce not in second.text
    assert int(first.headers["content-length"]) != 0


def test_the_page_is_compressed_for_who_can_read_it(client):
    plain = client.get("/", headers={"accept": "text/html", "accept-encoding": "identity"})
    packed = client.get("/", headers={"accept": "text/html", "accept-encoding": "gzip"})
    assert packed.headers["content-encoding"] == "gzip"
    assert int(packed.headers["content-length"]) < int(plain.headers["content-length"]) / 2
    assert "<script nonce=" in packed.text


def test_on_a_space_the_site_around_it_may_show_the_page_in_a_frame(monkeypatch):
    monkeypatch.setenv("SPACE_ID", "someone/something")
    assert "frame-ancestors 'self' https://huggingface.co" in client_for().get("/").headers["content-security-policy"]


# ---- doors


@pytest.mark.parametrize(
    "path",
    [
        "/gradio_api/upload",
        "/gradio_api/upload_progress",
        "/gradio_api/process_recording",
        "/gradio_api/component_server",
        "/gradio_api/file=/etc/passwd",
        "/gradio_api/file/etc/passwd",
        "/gradio_api/proxy=http://example.org/",
        "/gradio_api/stream/1",
        "/gradio_api/vibe-edit",
        "/gradio_api/dev/reload",
        "/gradio_api/runs",
        "/gradio_api/mcp/sse",
        "/gradio_api/deep_link",
        "/gradio_api/profiling/traces",
        "/monitoring",
        "/monitoring/summary",
        "/login",
        "/gradio_api/something_new",
    ],
)
def test_what_gradio_brings_and_the_page_never_uses_is_closed(client, path):
    for method in ("GET", "POST"):
        response = client.request(method, path)
        assert response.status_code == 404
        assert response.headers["content-type"] == "application/problem+json"


PROBES = (
    "/../../../../etc/passwd",
    "/%2e%2e/%2e%2e/%2e%2e/etc/passwd",
    "/static/../../../../etc/passwd",
    "/static/%2e%2e%2f%2e%2e%2f%2e%2e%2fetc%2fpasswd",
    "/assets/..%2f..%2f..%2f..%2f..%2fetc%2fpasswd",
    "/assets/....//....//etc/passwd",
    "/svelte/..%2f..%2f..%2f..%2fetc%2fpasswd",
    "/static/..%5c..%5cetc%5cpasswd",
    "/assets//etc/passwd",
    "/static//etc/passwd",
    "/gradio_api/file=/proc/self/environ",
    "/gradio_api/file=..%2f..%2fpyproject.toml",
    "/pwa_icon/..%2f..%2fetc%2fpasswd",
    "/api/document/..%2f..%2f..%2fetc%2fpasswd",
    "/api/document/%2fetc%2fpasswd",
    "/api/document/manifest.json",
    "/assets/%00",
    "/static/x%00.js",
    "/file=/etc/passwd",
)


@pytest.mark.parametrize("probe", PROBES)
def test_no_path_leads_to_a_file_of_this_machine(client, probe):
    response = client.get(probe)
    assert "root:" not in response.text
    assert "liver-stem-cell-qa" not in response.text  # the project file
    assert response.status_code in (400, 403, 404, 405) or response.headers["content-type"].startswith("text/html")
    assert response.status_code < 500


def test_the_page_itself_stays_open():
    for path in ("/", "/assets/index.js", "/gradio_api/queue/join", "/gradio_api/heartbeat/x", "/api/ask", "/config"):
        assert is_open(path), path


@pytest.mark.parametrize("path", ["/api/ask", "/", "/gradio_api/info", "/gradio_api/queue/join"])
def test_no_other_site_is_allowed_to_read_an_answer(client, path):
    asks = {"Origin": "http://evil.example", "Access-Control-Request-Method": "POST"}
    for response in (client.options(path, headers=asks), client.get(path, headers={"Origin": "http://evil.example"})):
        assert [name for name in response.headers if name.startswith("access-control-")] == []


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({"Sec-Fetch-Site": "cross-site"}, 403),
        ({"Origin": "http://evil.example"}, 403),
        ({"Origin": "null"}, 403),
        ({"Origin": "http://testserver"}, 200),
        ({"Sec-Fetch-Site": "same-origin", "Origin": "https://public.example"}, 200),  # a proxy changed the host
        ({"Origin": "https://public.example", "X-Forwarded-Host": "public.example"}, 200),
        ({}, 200),
    ],
)
def test_another_sites_page_cannot_ask(client, headers, status):
    assert client.post("/api/ask", json=ASK, headers=headers).status_code == status


# ---- limits


def test_a_client_that_asks_too_much_gets_a_429_that_says_when_to_come_back_and_others_are_not_touched():
    options = Options(per_minute=3, limit_this_machine=True)
    app = create_app(FakeAssistant, options)
    app.state.service.assistant()
    eager, calm = (TestClient(app, client=(address, 1)) for address in ("192.0.2.1", "192.0.2.2"))
    assert [eager.post("/api/ask", json=ASK).status_code for _ in range(4)] == [200, 200, 200, 429]
    response = eager.post("/api/check", json={"claim": "x"})
    assert response.json()["title"] == "Too Many Requests"
    assert 1 <= int(response.headers["retry-after"]) <= 20  # three a minute: one every 20 seconds
    assert calm.post("/api/ask", json=ASK).status_code == 200
    assert eager.get("/healthz").status_code == 200


def test_programs_on_this_machine_are_limited_only_if_a_limit_was_set():
    for asked, expected in ((False, 200), (True, 429)):
        app = create_app(FakeAssistant, Options(per_minute=1, limit_this_machine=asked))
        app.state.service.assistant()
        here = TestClient(app, client=("127.0.0.1", 1))
        assert [here.post("/api/ask", json=ASK).status_code for _ in range(2)] == [200, expected]


def test_a_bucket_fills_again_with_time():
    now = [0.0]
    buckets = Buckets(60, clock=lambda: now[0])
    assert [buckets.wait("a") for _ in range(60)] == [0.0] * 60
    assert buckets.wait("a") == pytest.approx(1.0)  # 60 a minute: one a second
    now[0] = 1.0
    assert buckets.wait("a") == 0.0
    assert buckets.wait("a") == pytest.approx(1.0)


def test_clients_beyond_the_most_are_forgotten_oldest_first():
    buckets = Buckets(1, most=2)
    for name in ("a", "b", "c"):
        buckets.wait(name)
    assert list(buckets._buckets) == ["b", "c"]


@pytest.mark.parametrize(
    ("host", "name", "here"),
    [
        ("127.0.0.1", "127.0.0.1", True),
        ("::1", "::1", True),
        ("::ffff:192.0.2.7", "192.0.2.7", False),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64", False),
        ("2001:db8:1:2::9", "2001:db8:1:2::/64", False),
    ],
)
def test_an_ipv6_client_is_its_network(host, name, here):
    assert client_of({"client": (host, 1)}) == (name, here)


def test_beyond_the_bound_a_question_is_refused_at_once_and_the_others_are_answered():
    app = create_app(lambda: FakeAssistant(delay=0.5), Options(most_waiting=4))
    app.state.service.assistant()
    client = TestClient(app)
    with client, ThreadPoolExecutor(12) as pool:
        responses = list(pool.map(lambda i: client.post("/api/ask", json={"question": f"question {i}"}), range(12)))
    answered = [r for r in responses if r.status_code == 200]
    refused = [r for r in responses if r.status_code == 503]
    assert len(answered) + len(refused) == 12
    assert len(answered) >= 4 and refused
    assert all(r.headers["retry-after"] == "2" for r in refused)
    asked = {f"question {i}" for i, r in enumerate(responses) if r.status_code == 200}
    assert {r.json()["question"] for r in answered} == asked
    text = client.get("/metrics").text
    assert f"qa_queue_refused_total {len(refused)}\n" in text
    assert "qa_queue_questions 0\n" in text
    assert "qa_queue_limit 4\n" in text


def test_a_place_is_free_again_whatever_happened_inside():
    gate = Gate(most=1)
    with gate.place():
        assert not gate.open
        with pytest.raises(OverloadedError, match="1 questions are being answered"):
            gate.place().__enter__()
    with pytest.raises(ZeroDivisionError), gate.place():
        raise ZeroDivisionError
    assert gate.open
    gate.close()
    with pytest.raises(OverloadedError, match="about to stop"):
        gate.place().__enter__()


def test_ready_is_not_healthy_and_not_alive():
    go = threading.Event()
    app = create_app(lambda: go.wait(10) and FakeAssistant(), Options(most_waiting=1))
    client = TestClient(app)
    assert [client.get(path).status_code for path in ("/livez", "/healthz", "/readyz")] == [200, 503, 503]
    go.set()
    app.state.service.assistant()
    assert [client.get(path).status_code for path in ("/livez", "/healthz", "/readyz")] == [200, 200, 200]
    with app.state.service.gate.place():
        assert [client.get(path).status_code for path in ("/livez", "/healthz", "/readyz")] == [200, 200, 503]
    app.state.service.gate.close()
    assert "stop" in client.get("/readyz").json()["detail"]


def test_metrics_tell_stages_queue_and_index():
    client = client_for()
    client.post("/api/ask", json=ASK)
    text = client.get("/metrics").text
    for stage in ("queue", "open", "encode", "answer"):
        assert f'qa_stage_seconds_count{{stage="{stage}"}} 1\n' in text
    assert "# TYPE qa_queue_refused_total counter\n" in text


def test_metrics_tell_what_the_encoder_did_and_how_old_the_index_is(toy_index, corpus, toy_encoder):
    from qa.answering.assistant import Assistant
    from qa.service.batching import BatchingEncoder

    os.utime(toy_index / "manifest.json", (time.time() - 3600,) * 2)
    client = client_for(assistant=lambda: Assistant.open(toy_index, corpus, BatchingEncoder(toy_encoder)))
    assert client.post("/api/ask", json=ASK).status_code == 200
    values = dict(line.split() for line in client.get("/metrics").text.splitlines() if line and line[0] != "#")
    assert 3600 <= float(values["qa_index_age_seconds"]) < 3700
    assert float(values["qa_encoder_texts_total"]) >= 1
    assert float(values['qa_stage_seconds_sum{stage="encode"}']) > 0


@pytest.mark.parametrize(
    ("name", "text"), [("QA_RATE_LIMIT", "many"), ("QA_RATE_LIMIT", "-1"), ("QA_QUEUE", "0"), ("QA_QUEUE", "nan")]
)
def test_an_option_that_cannot_be_used_is_named(name, text):
    with pytest.raises(UsageError, match=name):
        options_from({name: text})


def test_options_come_from_the_environment():
    assert options_from({}) == Options()
    given = options_from({"QA_RATE_LIMIT": "0", "QA_QUEUE": "7", "QA_LOG_QUESTIONS": "1"})
    assert given == Options(per_minute=0, limit_this_machine=True, most_waiting=7, log_questions=True)


# ---- logs and request ids


@pytest.mark.parametrize("given", ["", "with space", "x" * 65, "<script>", "é"])
def test_every_response_names_its_request_and_a_name_of_odd_form_is_not_taken_over(client, given):
    named = client.get("/livez", headers={"X-Request-ID": given.encode()}).headers["x-request-id"]
    assert named != given
    assert len(named) == 16


def test_a_clients_own_request_id_comes_back(client):
    assert client.get("/livez", headers={"X-Request-ID": "trace-7.a_B"}).headers["x-request-id"] == "trace-7.a_B"


def logged(questions, run):
    """Return the JSON lines that a run writes, with the process' own logging put back afterwards."""
    root, events = logging.getLogger(), logging.getLogger("qa.events")
    before = (root.handlers, root.level, events.level)
    out = io.StringIO()
    try:
        configure(questions)
        root.handlers[0].setStream(out)
        run()
    finally:
        root.handlers, root.level, events.level = before
    return [json.loads(line) for line in out.getvalue().splitlines()]


@pytest.mark.parametrize("questions", [False, True])
def test_logs_are_json_lines_and_hold_a_question_only_if_asked_to(questions):
    client = client_for(Options(log_questions=questions))

    def run():
        client.post("/api/ask", json={"question": "is my secret safe"}, headers={"X-Request-ID": "r1"})
        client.post("/api/ask", json={"question": "crash secret"})
        client.get("/api/document/secret.md")
        client.post("/api/nothing/secret")

    lines = logged(questions, run)
    answer, request = lines[:2]
    assert (answer["event"], answer["request"], answer["outcome"]) == ("answer", "r1", "answered")
    assert {"queue_ms", "open_ms", "encode_ms", "answer_ms"} <= set(answer)
    assert (request["event"], request["route"], request["status"]) == ("request", "/api/ask", 200)
    assert [line["status"] for line in lines if line["event"] == "request"] == [200, 500, 404, 404]
    assert ("secret" in json.dumps(lines)) is questions


def test_an_unexpected_error_is_logged_by_type_and_place_without_its_message():
    try:
        raise ValueError("could not encode: my private question")
    except ValueError as error:
        record = logging.LogRecord("x", logging.ERROR, __file__, 1, "unexpected", (), (ValueError, error, error.__traceback__))
    line = json.loads(JsonLines().format(record))
    assert line["error"] == "ValueError"
    assert any("test_http_guards.py" in place for place in line["at"])
    assert "private" not in json.dumps(line)
    assert "private" in JsonLines(questions=True).format(record)


# ---- staff


def basic(password):
    return {"Authorization": "Basic " + base64.b64encode(f"staff:{password}".encode()).decode()}


def test_a_password_is_known_by_its_hash_alone():
    known = hashed(PASSWORD, cost=CHEAP)
    assert PASSWORD not in known
    assert matches(PASSWORD, known)
    assert not matches(PASSWORD + "x", known)
    assert not matches("", known)
    assert hashed(PASSWORD, cost=CHEAP) != known  # salted


def test_a_short_password_or_a_hash_of_another_form_is_refused():
    with pytest.raises(UsageError, match="at least 12"):
        hashed("short")
    for known in ("plain text", "scrypt$1$2", "scrypt$3$8$1$aa$bb"):
        with pytest.raises(UsageError, match=r"qa\.http\.password"):
            staff_password({"QA_STAFF_PASSWORD_HASH": known})
    with pytest.raises(UsageError, match="--staff needs"):
        staff_password({})


def test_without_staff_nothing_can_be_uploaded_by_anyone(client):
    response = client.post("/api/originals?name=a.txt", content=b"text", headers=basic(PASSWORD))
    assert response.status_code == 404
    assert "--staff" in response.json()["detail"]
    assert "/api/originals" not in client.get("/openapi.json").json()["paths"]


@pytest.fixture
def staffed(monkeypatch):
    added = []

    async def add(name, content, citation, folders):
        added.append((staff.file_name(name), content, citation, tuple(folders)))
        return f"{name}: added"

    monkeypatch.setattr(staff, "add_file", add)
    app = create_app(FakeAssistant, Options(staff_password=hashed(PASSWORD, cost=CHEAP)), ["--index", "somewhere"])
    app.state.service.assistant()
    client = TestClient(app, raise_server_exceptions=False)
    client.added = added
    return client


def test_with_the_password_an_original_is_added_and_the_new_index_is_opened(staffed):
    before = staffed.app.state.service.assistant()
    response = staffed.post("/api/originals?name=new.txt&citation=3", content=b"A text.", headers=basic(PASSWORD))
    assert (response.status_code, response.json()) == (201, {"status": "added", "detail": "new.txt: added"})
    assert staffed.added == [("new.txt", b"A text.", 3, ("--index", "somewhere"))]
    assert staffed.app.state.service.assistant() is not before


@pytest.mark.parametrize("headers", [{}, basic("wrong password"), {"Authorization": "Basic %%%"}, {"Authorization": "Bearer x"}])
def test_without_the_right_password_the_body_is_not_even_read(staffed, headers):
    response = staffed.post("/api/originals?name=a.txt", content=b"x" * 10_000, headers=headers)
    assert response.status_code == 401
    assert response.headers["www-authenticate"].startswith("Basic")
    assert staffed.added == []


def test_after_ten_wrong_passwords_a_client_waits(staffed):
    statuses = [staffed.post("/api/originals?name=a.txt", headers=basic(f"guess {i}")).status_code for i in range(11)]
    assert statuses == [401] * 10 + [429]
    assert staffed.post("/api/originals?name=a.txt", headers=basic(PASSWORD)).status_code == 429


@pytest.mark.parametrize("name", ["../a.txt", "a/b.txt", "..\\a.txt", ".hidden.txt", "-x.txt", "a.exe", "", "a\x00.txt", "\u202etxt.pdf", "x" * 300 + ".txt"])
def test_a_file_name_that_is_no_plain_name_is_a_422(staffed, name):
    response = staffed.post("/api/originals", params={"name": name}, content=b"text", headers=basic(PASSWORD))
    assert response.status_code == 422
    assert staffed.added == []


def test_a_file_over_the_limit_is_a_413(staffed):
    response = staffed.post("/api/originals?name=a.txt", content=b"x" * (staff.LARGEST_FILE + 1), headers=basic(PASSWORD))
    assert response.status_code == 413


def test_a_changed_index_that_cannot_be_opened_leaves_the_old_one_in_its_place():
    from qa.service.background import Opening

    opened = []

    def open_assistant():
        opened.append(1)
        if len(opened) > 1:
            raise ZeroDivisionError("no")
        return FakeAssistant()

    opening = Opening(open_assistant)
    first = opening.wait(5)
    with pytest.raises(QAError, match="could not be opened"):
        opening.renew()
    assert opening.wait(0) is first
    assert opening.state == "ready"


# ---- stopping


SERVER = """
import sys
sys.path[:0] = {paths!r}
from fake_assistant import FakeAssistant
from qa.http.draining import draining_server
from qa.http.server import create_app, listening_socket
from qa.service import logs
bound = listening_socket("127.0.0.1", 0)
app = create_app(lambda: FakeAssistant(delay=1.5))
logs.configure(False)
print(bound.getsockname()[1], flush=True)
draining_server(app, app.state.service.gate).run(sockets=[bound])
"""


@pytest.mark.skipif(os.name != "posix", reason="signals as POSIX has them")
def test_on_sigterm_running_questions_are_answered_and_nobody_new_is_let_in():
    paths = [str(Path(__file__).parent), str(Path(__file__).parents[1] / "src")]
    process = subprocess.Popen([sys.executable, "-c", SERVER.format(paths=paths)], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    try:
        address = f"http://127.0.0.1:{process.stdout.readline().strip()}"
        with httpx.Client(base_url=address, timeout=30) as client, ThreadPoolExecutor(8) as pool:
            deadline = time.monotonic() + 60
            while time.monotonic() < deadline:
                try:
                    if client.get("/readyz").status_code == 200:
                        break
                except httpx.TransportError:
                    pass
                time.sleep(0.1)
            with client.stream("GET", "/gradio_api/heartbeat/x") as beating:  # a page that stays open
                next(beating.iter_raw())
                running = [pool.submit(httpx.post, f"{address}/api/ask", json={"question": f"q {i}"}, timeout=30) for i in range(8)]
                while "qa_queue_questions 8\n" not in client.get("/metrics").text:
                    time.sleep(0.02)
                process.send_signal(signal.SIGTERM)
                assert [r.result().json()["question"] for r in running] == [f"q {i}" for i in range(8)]
        assert process.wait(20) == 0
        with pytest.raises(OSError, match="refused"):
            socket.create_connection(("127.0.0.1", int(address.rpartition(":")[2])), 2)
        assert "Traceback" not in process.stderr.read()
    finally:
        process.kill()
        process.wait()
        process.stdout.close()
        process.stderr.close()
