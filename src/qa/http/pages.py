"""Addresses of the staff's tabs: a study's page, the page of an original, full-text search, the table's downloads."""

from pathlib import Path
from typing import Annotated, Any

import anyio
from fastapi import APIRouter, HTTPException, Query
from fastapi.responses import HTMLResponse, Response

from qa.errors import CorpusError
from qa.originals.quoted_page import quoted_pages
from qa.service.service import LONGEST_QUESTION, Service
from qa.studies.searching import StudyTexts
from qa.studies.table import Format, studies_text
from qa.web.interface import Interface, interface, known_language
from qa.web.quoted_page import quoted_page_html
from qa.web.study_page import study_page_html
from qa.web.tables import study_numbers

EXPORTS: dict[str, tuple[Format, str]] = {  # file name -> format, media type
    "studies.csv": ("csv", "text/csv"),
    "studies.json": ("json", "application/json"),
    "studies.bib": ("bibtex", "application/x-bibtex"),
    "studies.ris": ("ris", "application/x-research-info-systems"),
    "studies.csl.json": ("csl", "application/vnd.citationstyles.csl+json"),
}
LONGEST_ID = 1000  # characters


def page_routes(service: Service) -> APIRouter:
    """Return the routes over one service. None of them shows a file by its path."""
    router = APIRouter(include_in_schema=False)
    read: list[tuple[Any, StudyTexts]] = []  # the index that was read last, and its texts; adding an original changes it

    async def run(call: Any, *arguments: Any) -> Any:
        return await anyio.to_thread.run_sync(call, *arguments)

    @router.get("/study/{number:int}")
    async def study(number: int, lang: str = "en") -> Response:
        index = (await run(service.assistant)).index
        numbers = study_numbers(index)
        words = _spoken(lang)
        if number not in numbers:
            known = words("study_no", number=number, first=numbers[0], last=numbers[-1]) if numbers else words("evidence_none")
            raise HTTPException(404, known)
        return HTMLResponse(await run(study_page_html, index, number, words))

    @router.get("/studies/search")
    async def search(q: Annotated[str, Query(max_length=LONGEST_QUESTION)] = "") -> list[int]:
        index = (await run(service.assistant)).index
        if not read or read[0][0] is not index:
            read[:] = [(index, await run(StudyTexts, index))]
        return read[0][1].having(q)

    @router.get("/original")
    async def original(passage: str, lang: str = "en") -> Response:
        index = (await run(service.assistant)).index
        try:
            pages = await run(quoted_pages, index, passage[:LONGEST_ID])
        except CorpusError as error:
            raise HTTPException(404, str(error)) from error
        shown = await run(quoted_page_html, index, passage, pages, _spoken(lang))
        return HTMLResponse(shown, headers={"Cache-Control": "private, no-store"})  # an article may not be ours to spread

    @router.get("/export/{name}")
    async def export(name: str) -> Response:
        if name not in EXPORTS:
            raise HTTPException(404, f"there are {', '.join(EXPORTS)}")
        format, media_type = EXPORTS[name]
        index = (await run(service.assistant)).index
        text = await run(studies_text, index, format, "en")
        # a spreadsheet knows UTF-8 by its mark
        content = ("\ufeff" if format == "csv" else "") + text
        named = f'attachment; filename="{Path(name).name}"'
        return Response(content, media_type=f"{media_type}; charset=utf-8", headers={"Content-Disposition": named})

    return router


def _spoken(name: str) -> Interface:
    return interface(known_language(name) or "en")
