"""Errors over HTTP as RFC 9457 problem+json: a type, a title, a status and one sentence that says what to do."""

from http import HTTPStatus
from typing import Any

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from starlette.exceptions import HTTPException

from qa.errors import QAError, UsageError
from qa.service.background import NotReadyError
from qa.service.gate import OverloadedError

MEDIA_TYPE = "application/problem+json"
RETRY_AFTER = "5"  # seconds until the model is likely to be loaded
RETRY_OVERLOAD = "2"  # seconds in which a full house has emptied


def problem(status: int, detail: str, headers: dict[str, str] | None = None, **more: Any) -> JSONResponse:
    """Return a problem document. `more` are members of its own, such as the list of faulty fields."""
    body = {"type": "about:blank", "title": HTTPStatus(status).phrase, "status": status, "detail": detail, **more}
    return JSONResponse(body, status, headers, MEDIA_TYPE)


def install(app: FastAPI) -> None:
    """Make every error that the app expects answer with a problem document; `requests` sees to all others."""
    app.add_exception_handler(RequestValidationError, _invalid)
    app.add_exception_handler(HTTPException, _http)
    app.add_exception_handler(QAError, _ours)


async def _invalid(request: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, RequestValidationError)
    faults = [
        {"field": _field(fault["loc"]), "message": str(fault["msg"]).removeprefix("Value error, ")}
        for fault in error.errors()
    ]
    detail = "; ".join(
        f"{fault['field']}: {fault['message']}" if fault["field"] else fault["message"] for fault in faults
    )
    return problem(422, f"{detail}. See /openapi.json", errors=faults)


def _field(place: tuple[int | str, ...]) -> str:
    """Return the name of a field without the part of the request it stands in; empty for the body as a whole."""
    return ".".join(str(part) for part in place[1:] if not isinstance(part, int) or len(place) > 2)


async def _http(request: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, HTTPException)
    return problem(error.status_code, str(error.detail), dict(error.headers or {}))


async def _ours(request: Request, error: Exception) -> JSONResponse:
    if isinstance(error, UsageError):
        return problem(422, str(error))
    if isinstance(error, OverloadedError):
        return problem(503, str(error), {"Retry-After": RETRY_OVERLOAD})
    return problem(503, str(error), {"Retry-After": RETRY_AFTER} if isinstance(error, NotReadyError) else None)
