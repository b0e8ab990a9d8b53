"""What the page itself asks for: an answer as PDF, feedback where the server keeps any, and what an installed app needs.

Gradio can make its page installable itself (`pwa=True`): a manifest with its own names and icons, and no service worker.
Ours takes the place of that manifest, in the visitor's language.
"""

from typing import Literal

import anyio
from fastapi import APIRouter, HTTPException, Request
from fastapi.responses import Response
from pydantic import Field

from qa.http.api import PROBLEMS, AskRequest, Model
from qa.service.feedback import Feedback, add_feedback
from qa.service.service import Service
from qa.settings import feedback_folder
from qa.web.assets import ICONS, icon, manifest, page_script, page_style
from qa.web.interface import InterfaceLanguage, browser_language, interface
from qa.web.offline import offline_page, offline_script, service_worker
from qa.web.pdf import answer_pdf
from qa.web.saving import answer_parts

LONGEST_NOTE = 1000  # characters
MOST_PASSAGES = 20
Mode = Literal["ask", "check"]


class PdfRequest(AskRequest):
    """A question or claim whose answer is wanted as a file; `interface` is the language of the words around it."""

    mode: Mode = "ask"
    interface: InterfaceLanguage = "en"


class FeedbackRequest(PdfRequest):
    """A rating of one answer, with an optional note."""

    rating: Literal[1, -1]
    note: str = Field(default="", max_length=LONGEST_NOTE)
    outcome: str = Field(default="", max_length=40)
    passages: list[str] = Field(default=[], max_length=MOST_PASSAGES)


class Kept(Model):
    """Feedback was written."""

    status: Literal["kept"] = "kept"


def visitor_routes(service: Service) -> APIRouter:
    """Return the routes of the page's buttons over one service."""
    router = APIRouter()

    @router.post("/api/answer.pdf", response_class=Response, responses={**PROBLEMS, 200: {"content": {"application/pdf": {}}}}, summary="One answer as PDF")
    async def answer_as_pdf(body: PdfRequest) -> Response:
        return Response(await anyio.to_thread.run_sync(_pdf, service, body), media_type="application/pdf", headers={"Content-Disposition": 'attachment; filename="answer.pdf"'})

    @router.post("/api/feedback", response_model=Kept, status_code=201, responses=PROBLEMS, summary="Rate one answer")
    async def feedback(body: FeedbackRequest) -> Kept:
        folder = feedback_folder()
        if folder is None:
            raise HTTPException(404, "this server keeps no feedback; whoever runs it can switch it on with QA_FEEDBACK=folder")
        given = Feedback(body.rating, body.question, body.note, tuple(body.history), body.mode, body.outcome, tuple(body.passages), body.interface)
        await anyio.to_thread.run_sync(add_feedback, folder, given)
        return Kept()

    @router.get("/page.js", include_in_schema=False)
    async def script() -> Response:
        return Response(page_script(), media_type="text/javascript", headers={"Cache-Control": "max-age=31536000, immutable"})

    @router.get("/page.css", include_in_schema=False)
    async def style() -> Response:
        return Response(page_style(), media_type="text/css", headers={"Cache-Control": "max-age=31536000, immutable"})

    @router.get("/manifest.json", include_in_schema=False)  # the address that Gradio gives in its page: its own is taken over
    async def app_manifest(request: Request) -> Response:
        language = browser_language(request.headers.get("accept-language", ""))
        return Response(manifest(interface(language)), media_type="application/manifest+json", headers={"Vary": "Accept-Language"})

    @router.get("/app-icon-{size}.png", include_in_schema=False)
    async def app_icon(size: int) -> Response:
        if size not in ICONS:
            raise HTTPException(404, f"icons here are {' and '.join(map(str, ICONS))} pixels wide")
        return Response(icon(size), media_type="image/png", headers={"Cache-Control": "max-age=86400"})

    @router.get("/service-worker.js", include_in_schema=False)
    async def worker() -> Response:
        return Response(service_worker(), media_type="text/javascript", headers={"Cache-Control": "no-cache"})

    @router.get("/offline", include_in_schema=False)
    async def offline() -> Response:
        return Response(offline_page(), media_type="text/html", headers={"Cache-Control": "no-cache"})

    @router.get("/offline.js", include_in_schema=False)
    async def offline_behaviour() -> Response:
        return Response(offline_script(), media_type="text/javascript", headers={"Cache-Control": "no-cache"})

    return router


def _pdf(service: Service, body: PdfRequest) -> bytes:
    words = interface(body.interface)
    answer = service.check(body.question, body.lang) if body.mode == "check" else service.ask(body.question, body.history, body.lang)
    return answer_pdf(answer_parts(answer, words), words)
