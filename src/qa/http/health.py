"""What those who run a server ask it: whether it lives, whether it can answer, what it did.

`/livez`: the process answers; if not, restart it. `/healthz`: the index is loaded and fits. `/readyz`: that, a vector
store on a server answers, and there is room for a question now; if not, send questions elsewhere.
"""

import asyncio
import time
from collections.abc import Iterator
from typing import Literal

from fastapi import APIRouter
from fastapi.responses import PlainTextResponse, Response

from qa.answering.assistant import Assistant
from qa.errors import QAError, StoreError
from qa.http.api import PROBLEMS, Model, as_json
from qa.service.background import NotReadyError
from qa.service.metrics import CONTENT_TYPE, Gauge
from qa.service.service import Service

STORE_SECONDS = 3.0  # that a store on a server may take to answer; probes wait four or five
STORE_AGAIN = 2.0  # seconds for which its answer counts: anyone can ask for /readyz, and need not reach the server by it


class LiveModel(Model):
    """The process answers."""

    status: Literal["ok"]


class HealthModel(Model):
    """The open index."""

    status: Literal["ok"]
    documents: int
    passages: int
    encoder: str


class StoreProbe:
    """Asks a vector store on a server whether it still has the passages, every few seconds at most. For one event loop."""

    def __init__(self) -> None:
        self._asked = float("-inf")
        self._problem: QAError | None = None
        self._turn = asyncio.Lock()

    async def check(self, assistant: Assistant) -> None:
        """Return if the store answers, or is in this process; StoreError if not."""
        store = getattr(assistant.index, "store", None)
        if store is None or store.embedded:
            return
        async with self._turn:
            if time.monotonic() - self._asked > STORE_AGAIN:
                try:
                    async with asyncio.timeout(STORE_SECONDS):
                        await asyncio.to_thread(store.count)
                    self._problem = None
                except TimeoutError:
                    self._problem = StoreError(f"the vector store did not answer within {STORE_SECONDS:g} seconds; see whether it runs")
                except StoreError as error:
                    self._problem = error
                self._asked = time.monotonic()
        if self._problem is not None:
            raise self._problem


def health_routes(service: Service) -> APIRouter:
    """Return the routes over one service."""
    router = APIRouter()
    probe = StoreProbe()

    @router.get(
        "/healthz", response_model=HealthModel, responses={503: PROBLEMS[503]}, summary="Whether answers can be given"
    )
    async def healthz() -> Response:
        if service.opening.state != "ready":
            raise NotReadyError(service.opening.problem() or "the model is still loading")
        index = service.opening.wait(0).index
        encoder = index.manifest.get("encoder", {}).get("name", "")
        return as_json(
            {"status": "ok", "documents": len(index.documents), "passages": len(index.passages), "encoder": encoder}
        )

    @router.get(
        "/readyz", response_model=LiveModel, responses={503: PROBLEMS[503]}, summary="Whether to send questions here now"
    )
    async def readyz() -> Response:
        if service.opening.state != "ready":
            raise NotReadyError(service.opening.problem() or "the model is still loading")
        if not service.gate.open:
            why = "the server is about to stop" if service.gate.closing else "as many questions wait as are let in"
            raise NotReadyError(why)
        await probe.check(service.opening.wait(0))
        return as_json({"status": "ok"})

    @router.get("/livez", response_model=LiveModel, summary="Whether the process answers at all; restart it if not")
    async def livez() -> Response:
        return as_json({"status": "ok"})

    @router.get("/metrics", response_class=PlainTextResponse, summary="Counters in Prometheus' text format")
    async def metrics() -> Response:
        return PlainTextResponse(service.metrics.text(gauges(service)), media_type=CONTENT_TYPE)

    return router


def gauges(service: Service) -> Iterator[Gauge]:
    """Yield what is true of a service at this moment: readiness, index, queue, encoder."""
    ready = service.opening.state == "ready"
    gate, batching, age = service.gate, service.batching(), service.index_age()
    yield Gauge("qa_ready", "Whether the index is loaded and fits.", ready)
    passages = len(service.opening.wait(0).index.passages) if ready else 0
    yield Gauge("qa_passages", "Sentences in the index.", passages)
    if age is not None:
        yield Gauge("qa_index_age_seconds", "Time since the open index was committed.", age)
    yield Gauge("qa_queue_questions", "Questions being answered or waiting for it.", gate.inside)
    yield Gauge("qa_queue_limit", "Questions let in at once.", gate.most)
    yield Gauge("qa_queue_refused_total", "Questions refused because of it.", gate.refused, "counter")
    if batching:
        yield Gauge("qa_encoder_batches_total", "Batches encoded.", batching.batches, "counter")
        yield Gauge("qa_encoder_texts_total", "Texts encoded.", batching.texts, "counter")
        yield Gauge("qa_encoder_seconds_total", "Time spent encoding.", batching.seconds, "counter")
        yield Gauge("qa_encoder_largest_batch", "Texts in the largest batch.", batching.largest)
