"""docs/clients.md is true: every example in it is run as it stands, against a real server on loopback."""

import asyncio
import json
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace

import httpx
import pytest
from fake_assistant import FakeAssistant
from web_server import running

from qa.web.mcp_tools import MOST_HITS

PAGE = (Path(__file__).parents[1] / "docs" / "clients.md").read_text("utf-8")
EXAMPLES = re.findall(r"^```(bash|python)\n(.*?)^```$", PAGE, re.M | re.S)
QUESTION = "Did stem cells help people live longer?"
# gradio_client and mcp leave streams to the garbage collector
pytestmark = [
    pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning"),
    pytest.mark.filterwarnings("ignore::ResourceWarning"),
]


class Searching(FakeAssistant):
    """Finds its passages in their order."""

    def search(self, question, k=10, mode="hybrid", history=()):
        return [SimpleNamespace(rank=i, score=1 / i, passage=p, parts={}) for i, p in enumerate(self.with_units()[:k], 1)]

    def with_units(self):
        return self.index.passages


@pytest.fixture(scope="module")
def address() -> Iterator[str]:
    with running(Searching) as where:
        httpx.get(f"{where}/api/studies", timeout=60)
        yield where


def test_the_page_has_examples_of_every_kind():
    code = "".join(text for _, text in EXAMPLES)
    assert len(EXAMPLES) == 6
    for kind in ("curl", "/api/check", "gradio_client", "mcp"):
        assert kind in code


@pytest.mark.parametrize(("language", "code"), EXAMPLES, ids=[f"{i}-{kind}" for i, (kind, _) in enumerate(EXAMPLES, 1)])
def test_an_example_runs_and_prints_an_answer(address, language, code):
    if language == "bash" and not shutil.which("curl"):
        pytest.skip("curl is not installed")
    command = ["bash", "-ec", "{}"] if language == "bash" else [sys.executable, "-c", "{}"]
    asked = [part.replace("{}", code.replace("http://127.0.0.1:7860", address)) for part in command]
    done = subprocess.run(asked, capture_output=True, text=True, timeout=120)
    assert done.returncode == 0, done.stderr
    assert "In the Alpha trial 30 people" in done.stdout or "differs" in done.stdout
    if language == "bash":
        assert json.loads(done.stdout)["disclaimer"]


def calling(address, *calls):
    """Return the tools that an MCP client sees, and what it gets for each (name, arguments)."""
    from mcp import ClientSession
    from mcp.client.streamable_http import streamable_http_client

    async def talk():
        async with streamable_http_client(f"{address}/gradio_api/mcp/") as (reading, writing, _), ClientSession(reading, writing) as session:
            await session.initialize()
            tools = (await session.list_tools()).tools
            return tools, [await session.call_tool(name, arguments) for name, arguments in calls]

    return asyncio.run(talk())


def test_the_mcp_tools_are_these_four_and_say_what_they_are_for(address):
    tools, _ = calling(address)
    assert [tool.name for tool in tools] == ["ask", "check", "study", "search"]
    for tool in tools:
        assert len(tool.description) > 100
        for name, about in tool.inputSchema["properties"].items():
            assert about.get("description"), (tool.name, name)
    required = {tool.name: tool.inputSchema["required"] for tool in tools}
    assert required == {"ask": ["question"], "check": ["claim"], "study": ["number"], "search": ["question"]}
    assert "disclaimer" in tools[0].description


def test_mcp_and_http_give_the_same_answer(address):
    body = {"question": QUESTION, "history": ["earlier"], "lang": "en"}
    _, (asked, checked) = calling(address, ("ask", body), ("check", {"claim": "36 months"}))
    assert asked.content[0].text == httpx.post(f"{address}/api/ask", json=body).text
    assert checked.content[0].text == httpx.post(f"{address}/api/check", json={"claim": "36 months"}).text


def test_a_study_and_a_search_by_mcp(address):
    _, (study, hits) = calling(address, ("study", {"number": 1}), ("search", {"question": "survival", "k": 2}))
    known = json.loads(study.content[0].text)
    assert (known["citation"]["doi"], known["facts"]["n_total"], len(known["audit"])) == ("10.1000/a", 40, 2)
    assert [hit["rank"] for hit in json.loads(hits.content[0].text)] == [1, 2]


@pytest.mark.parametrize(
    ("tool", "arguments", "said"),
    [
        ("ask", {"question": " "}, "a text is needed"),
        ("ask", {"question": "x" * 2001}, "longer than 2000"),
        ("ask", {"question": "q", "history": ["h"] * 51}, "at most 50"),
        ("study", {"number": 99}, r"no reference [99]"),
        ("search", {"question": "q", "k": MOST_HITS + 1}, "not from 1 to 50"),
        ("ask", {"question": "please crash"}, "wrong on our side"),
    ],
)
def test_a_call_of_the_wrong_form_is_an_error_that_says_why(address, tool, arguments, said):
    _, (result,) = calling(address, (tool, arguments))
    assert result.isError
    assert said in result.content[0].text
    assert "a fault of ours" not in result.content[0].text
