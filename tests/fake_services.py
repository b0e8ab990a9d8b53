"""Europe PMC, PubMed and Crossref on this machine: their formats, and their bad days."""

import json
import re
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit

Answer = tuple[int, dict[str, str], bytes]
XML_HEAD = '<?xml version="1.0" ?>\n<!DOCTYPE PubmedArticleSet PUBLIC "-//NLM//DTD PubMedArticle//EN" "none.dtd">\n'


class FakeServices:
    """A server whose `script` gives answers to play first, by service; then it answers from its articles.

    An entry of the script is (status, headers, body), or "slow" (no answer for a second) or "drip" (a byte at a time)
    or "cut" (half of what was announced). `requests` lists (service, path, query, user agent).
    """

    def __init__(self) -> None:
        self.europe_pmc: list[dict[str, Any]] = []
        self.pubmed: dict[str, str] = {}
        self.pubmed_ids: dict[str, str] = {}
        self.crossref: dict[str, dict[str, Any]] = {}
        self.script: dict[str, list[Any]] = {"europepmc": [], "pubmed": [], "crossref": []}
        self.requests: list[tuple[str, str, dict[str, str], str]] = []
        services = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                services.answer(self)

            def log_message(self, *details: object) -> None:
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.server.daemon_threads = True
        self.url = f"http://127.0.0.1:{self.server.server_port}"
        threading.Thread(target=self.server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True).start()

    def close(self) -> None:
        self.server.shutdown()
        self.server.server_close()

    def answer(self, handler: BaseHTTPRequestHandler) -> None:
        split = urlsplit(handler.path)
        service, _, path = split.path.lstrip("/").partition("/")
        query = {key: values[0] for key, values in parse_qs(split.query).items()}
        self.requests.append((service, path, query, handler.headers.get("User-Agent", "")))
        played = self.script[service].pop(0) if self.script[service] else getattr(self, f"_{service}")(path, query)
        try:
            if isinstance(played, str):
                self._misbehave(handler, played)
            else:
                self._send(handler, *played)
        except OSError:
            pass  # the client has left, as it should

    def _send(self, handler: BaseHTTPRequestHandler, status: int, headers: dict[str, str], body: bytes) -> None:
        handler.send_response(status)
        for name, value in {"Content-Length": str(len(body)), **headers}.items():
            handler.send_header(name, value)
        handler.end_headers()
        handler.wfile.write(body)

    def _misbehave(self, handler: BaseHTTPRequestHandler, how: str) -> None:
        if how == "slow":
            time.sleep(1)
            return
        self._send(handler, 200, {"Content-Length": "1000"}, b"{" * 10)
        for _ in range(60 if how == "drip" else 0):
            time.sleep(0.02)
            handler.wfile.write(b" ")

    def _europepmc(self, path: str, query: dict[str, str]) -> Answer:
        rows = [row for row in self.europe_pmc if _asked(row, query["query"])]
        body = {"version": "6.9", "hitCount": len(rows), "resultList": {"result": rows}}
        return 200, {}, json.dumps(body).encode()

    def _pubmed(self, path: str, query: dict[str, str]) -> Answer:
        if path == "esearch.fcgi":
            found = self.pubmed_ids.get(query["term"])
            return 200, {}, json.dumps({"esearchresult": {"idlist": [found] if found else []}}).encode()
        article = self.pubmed.get(query["id"], "")
        return 200, {}, f"{XML_HEAD}<PubmedArticleSet>{article}</PubmedArticleSet>".encode()

    def _crossref(self, path: str, query: dict[str, str]) -> Answer:
        row = self.crossref.get(unquote(path.removeprefix("works/")))
        if row is None:
            return 404, {}, b"Resource not found."
        return 200, {}, json.dumps({"status": "ok", "message-type": "work", "message": row}).encode()


def _asked(row: dict[str, Any], query: str) -> bool:
    wanted = re.findall(r'EXT_ID:(\d+)|DOI:"([^"]+)"|PMCID:(PMC\d+)', query)
    return any(
        (pmid and pmid == row.get("pmid")) or (doi and doi == row.get("doi")) or (pmcid and pmcid == row.get("pmcid"))
        for pmid, doi, pmcid in wanted
    )


def pubmed_article(pmid: str, doi: str, title: str, abstract: str, extra: str = "") -> str:
    """Return a PubmedArticle element; `abstract` is AbstractText elements, `extra` more of MedlineCitation."""
    return (
        f'<PubmedArticle><MedlineCitation><PMID Version="1">{pmid}</PMID><Article><ArticleTitle>{title}</ArticleTitle>'
        f"<Abstract>{abstract}</Abstract></Article>{extra}</MedlineCitation><PubmedData><ArticleIdList>"
        f'<ArticleId IdType="pubmed">{pmid}</ArticleId><ArticleId IdType="doi">{doi}</ArticleId>'
        f"</ArticleIdList></PubmedData></PubmedArticle>"
    )
