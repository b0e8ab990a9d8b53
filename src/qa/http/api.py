"""The HTTP interface: routes and the Pydantic models that describe them in /openapi.json."""

import json
from typing import Any, Literal

import anyio
from fastapi import APIRouter, HTTPException, Request
from fastapi.responses import Response
from pydantic import AliasChoices, BaseModel, ConfigDict, Field, field_validator

from qa.answering.answer import to_json
from qa.answering.cards import citation_card
from qa.http.problems import MEDIA_TYPE
from qa.records import Outcome, Verdict
from qa.service.background import NotReadyError
from qa.service.service import LONGEST_QUESTION, MOST_HISTORY, SLOWEST_ANSWER, Service
from qa.web.tables import study_numbers

Lang = Literal["auto", "zh", "en"]


class Model(BaseModel):
    """A part of an answer. Fields may be added, never renamed."""

    model_config = ConfigDict(extra="allow")


class Problem(Model):
    """An error (RFC 9457)."""

    type: str
    title: str
    status: int
    detail: str


def _written(text: str) -> str:
    """Refuse a text in which nothing is written."""
    if not text.strip():
        raise ValueError("nothing is written here")
    return text


class AskRequest(BaseModel):
    """One question, with the user's earlier questions of the same conversation, oldest first."""

    question: str = Field(
        min_length=1, max_length=LONGEST_QUESTION, examples=["Did stem cells help people live longer?"]
    )
    history: list[str] = Field(default=[], max_length=MOST_HISTORY)
    lang: Lang = "auto"

    _question = field_validator("question")(_written)

    @field_validator("history")
    @classmethod
    def _history(cls, texts: list[str]) -> list[str]:
        if any(len(text) > LONGEST_QUESTION for text in texts):
            raise ValueError(f"an earlier question is longer than {LONGEST_QUESTION} characters")
        return texts


class CheckRequest(BaseModel):
    """One claim; `question` is another name for it, as in `qa batch`."""

    claim: str = Field(
        min_length=1,
        max_length=LONGEST_QUESTION,
        validation_alias=AliasChoices("claim", "question"),
        examples=["219 patients were followed for 36 months."],
    )
    lang: Lang = "auto"

    _claim = field_validator("claim")(_written)


class QuoteModel(Model):
    """A whole sentence: `text[start:end]` of its document."""

    text: str
    citations: list[int]
    document: str
    passage: str
    start: int
    end: int
    page: int | None
    score: float
    translation: str | None


class CitationModel(Model):
    """A cited study; number 0 is the review itself."""

    number: int
    title: str
    year: int | None
    study_type: str | None
    doi: str | None
    url: str | None


class DifferenceModel(Model):
    """One point where a claim and its source part."""

    kind: str
    claimed: str
    source: str
    unit: str


class AnswerModel(Model):
    """The reply to one question or claim."""

    question: str
    language: Literal["zh", "en"]
    outcome: Outcome
    quotes: list[QuoteModel]
    citations: list[CitationModel]
    notices: list[str]
    verdict: Verdict | None
    differences: list[DifferenceModel]
    disclaimer: str


class StudyModel(Model):
    """A cited study with its structured facts; a fact that no source gives is null."""

    number: int
    title: str
    year: int | None
    doi: str | None


class DocumentModel(Model):
    """A text of the corpus; quotes point into `text` by character."""

    id: str
    title: str
    language: Literal["zh", "en"]
    text: str


ABOUT = {
    400: "Not a request",
    403: "Asked by another site's page",
    404: "Nothing here",
    408: "Arrived too slowly",
    413: "Request too large",
    422: "Request of the wrong form",
    429: "Too many questions; Retry-After says when",
    500: "A fault of ours",
    503: "Not ready, full or stopping; Retry-After says when",
}
PROBLEMS: dict[int | str, dict[str, Any]] = {  # what any address may answer
    status: {"model": Problem, "content": {MEDIA_TYPE: {}}, "description": about} for status, about in ABOUT.items()
}


def as_json(content: Any) -> Response:
    """Return JSON with the same bytes for the same content, Chinese readable."""
    return Response(json.dumps(content, ensure_ascii=False), media_type="application/json")


async def in_time(call: Any, *arguments: Any) -> Any:
    """Return what a blocking call gives, run beside the event loop; NotReadyError if it takes too long."""
    try:
        with anyio.fail_after(SLOWEST_ANSWER):
            return await anyio.to_thread.run_sync(call, *arguments, abandon_on_cancel=True)
    except TimeoutError as error:
        raise NotReadyError(f"no answer within {SLOWEST_ANSWER:g} seconds; ask again later") from error


def api_routes(service: Service) -> APIRouter:
    """Return the routes of the HTTP interface over one service."""
    router = APIRouter()

    @router.post("/api/ask", response_model=AnswerModel, responses=PROBLEMS, summary="Answer one question")
    async def ask(body: AskRequest) -> Response:
        return as_json(to_json(await service.ask_soon(body.question, body.history, body.lang)))

    @router.post("/api/check", response_model=AnswerModel, responses=PROBLEMS, summary="Check one claim")
    async def check(body: CheckRequest) -> Response:
        return as_json(to_json(await service.check_soon(body.claim, body.lang)))

    @router.get(
        "/api/studies", response_model=list[StudyModel], responses={503: PROBLEMS[503]}, summary="The evidence table"
    )
    async def studies() -> Response:
        index = (await in_time(service.assistant)).index
        rows = []
        for number in study_numbers(index):
            card = citation_card(index, number, "en")
            known = {name: card[name] for name in ("title", "year", "doi", "url")}
            rows.append({"number": number, **known, **index.studies.get(number, {})})
        return as_json(rows)

    @router.get(
        "/api/document/{document_id:path}", response_model=DocumentModel, responses=PROBLEMS, summary="One text"
    )
    async def document(document_id: str) -> Response:
        found = (await in_time(service.assistant)).document(document_id)
        if found is None:
            raise HTTPException(404, f'no document "{document_id}"; a quote\'s "document" gives its id')
        return as_json(found)

    @router.api_route("/api/{rest:path}", methods=["GET", "POST", "PUT", "PATCH", "DELETE"], include_in_schema=False)
    async def unknown(request: Request, rest: str) -> Response:
        allowed = sorted({m for route in router.routes for m in _methods(route, f"/api/{rest}")} - {"HEAD"})
        if allowed:
            raise HTTPException(
                405, f"use {' or '.join(allowed)} here; see /openapi.json", {"Allow": ", ".join(allowed)}
            )
        raise HTTPException(404, "there is nothing at this address; see /openapi.json")

    return router


def _methods(route: Any, path: str) -> set[str]:
    """Return the methods a route of the interface takes at a path."""
    described = getattr(route, "include_in_schema", False)
    return set(route.methods) if described and route.path_regex.match(path) else set()
